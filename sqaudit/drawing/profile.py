"""What a frame consists of, to hold a sample against it: counts by channel, hour and agent, durations."""

from __future__ import annotations

import pandas as pd

from sqaudit.conditions import quoted
from sqaudit.drawing.frame import SampleFrame
from sqaudit.drawing.permutation import strata_of
from sqaudit.engines.duckdb import DuckDBEngine

PROFILED = ("channel", "agent")
DECILES = tuple(number / 10 for number in range(11))


def frame_profile(
    engine: DuckDBEngine, frame: SampleFrame, duration: str | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts and deciles of the frame within strata.

    First `stratum, dimension, value, cases`, where the dimension is channel, agent or hour (0-23, of the
    event), as far as the records have it. Second `stratum, quantile, value` for the duration, values linearly
    interpolated; empty without one.
    """
    grouped = {name: f"CAST({quoted(name)} AS VARCHAR)" for name in PROFILED if name in frame.carried}
    if frame.event is not None:
        grouped["hour"] = f"CAST(hour({quoted(frame.event)}) AS VARCHAR)"
    counts = [_counts(engine, frame, name, sql) for name, sql in grouped.items()]
    columns = ["stratum", "dimension", "value", "cases"]
    table = pd.concat(counts, ignore_index=True) if counts else pd.DataFrame(columns=columns)
    return table[columns], _durations(engine, frame, duration)


def _counts(engine: DuckDBEngine, frame: SampleFrame, name: str, sql: str) -> pd.DataFrame:
    keys = frame.key_names
    texts = "".join(f"CAST({key} AS VARCHAR) AS {key}, " for key in keys)
    grouped = ", ".join([*keys, "_value"])
    found = engine.query(
        f"SELECT {texts}_value AS value, count(*) AS cases FROM ({frame.rows(f'{sql} AS _value')})"
        f" GROUP BY {grouped}"
    )
    named = found.assign(stratum=_names(frame, found), dimension=name)
    return named.sort_values(["stratum", "value"], na_position="last")


def _durations(engine: DuckDBEngine, frame: SampleFrame, duration: str | None) -> pd.DataFrame:
    if duration is None:
        return pd.DataFrame(columns=["stratum", "quantile", "value"])
    keys = frame.key_names
    texts = "".join(f"CAST({key} AS VARCHAR) AS {key}, " for key in keys)
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    row = f"CAST({quoted(duration)} AS DOUBLE) AS _value"
    found = engine.query(
        f"SELECT {texts}unnest({list(DECILES)}) AS quantile,"
        f" unnest(quantile_cont(_value, {list(DECILES)})) AS value FROM ({frame.rows(row)}){grouped}"
    )
    named = found.assign(stratum=_names(frame, found))
    return named.sort_values(["stratum", "quantile"]).reset_index(drop=True)[["stratum", "quantile", "value"]]


def _names(frame: SampleFrame, rows: pd.DataFrame) -> pd.Series:
    belonging = strata_of(frame, rows)
    return belonging.spread([one.name for one in belonging.strata])
