"""Cases by nature and severity, each with its own trend: which kinds of trouble grow, and how grave."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.frames import require
from sqaudit.tests_of_change.families import adjusted
from sqaudit.tests_of_change.rates import rate_ratio, two_rates

LEAST_EVENTS = 5  # 5 of 5 in one of two equal periods has a two-sided p of .0625: fewer are never clear

__all__ = ["LEAST_EVENTS", "classified"]


def classified(
    counts: pd.DataFrame, *, exposure_before: float, exposure_now: float, confidence: float = 0.95
) -> pd.DataFrame:
    """Cases by nature and severity, each with its own trend against the earlier period.

    Columns in: `nature, severity, count_before, count_now`. `exposure_*` is what the counts were taken
    over: cases handled, or days. Columns out: `level` (cell, nature, severity or all), `nature, severity`
    (missing where summed over), both counts, `rate_before, rate_now` (per unit of exposure), `ratio` of
    the rates with `low, high`, `p`, `q` and `trend`: up, down, no_clear_change (q > 1 - confidence), or
    too_few (under 5 cases in both periods together: no result could be clear). q is Benjamini-Hochberg
    over the cells, and over each margin by itself. In the order of the frame, margins last. ValueError
    for exposures that are not positive.

    Source: as for `tests_of_change.two_rates` and `rate_ratio`: exact given the events of both periods.

    >>> found = classified(pd.DataFrame({"nature": ["delay", "attitude"], "severity": ["major", "minor"],
    ...     "count_before": [10, 20], "count_now": [40, 21]}), exposure_before=1000, exposure_now=1000)
    >>> found.loc[found["level"] == "cell", ["nature", "trend"]].to_dict("list")
    {'nature': ['delay', 'attitude'], 'trend': ['up', 'no_clear_change']}
    """
    require(counts, ["nature", "severity", "count_before", "count_now"], "a cross table")
    if not (exposure_before > 0 and exposure_now > 0):
        raise ValueError(f"exposures must be positive; found {exposure_before!r} and {exposure_now!r}.")
    levels = {"cell": ["nature", "severity"], "nature": ["nature"], "severity": ["severity"], "all": []}
    tables = []
    for level, by in levels.items():
        rows = _sums(counts, by).to_dict("records")
        rows = [row | _compared(row, exposure_before, exposure_now, confidence) for row in rows]
        tables.append(
            _with_trend(pd.DataFrame(rows, columns=list(_COLUMNS)), 1 - confidence).assign(level=level)
        )
    return pd.concat([table.astype(_TYPES) for table in tables], ignore_index=True)


_COLUMNS = (
    "level", "nature", "severity", "count_before", "count_now", "rate_before", "rate_now", "ratio", "low",
    "high", "p", "q", "trend",
)  # fmt: skip
_TYPES = {
    **dict.fromkeys(("level", "nature", "severity", "trend"), "object"),
    **dict.fromkeys(("count_before", "count_now"), "int64"),
    **dict.fromkeys(_COLUMNS[5:12], "float64"),
}


def _sums(counts: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    numbers = counts[["count_before", "count_now"]]
    if not by:
        return numbers.sum().to_frame().T
    return numbers.groupby([counts[name] for name in by], dropna=False, sort=False).sum().reset_index()


def _compared(
    row: dict[Hashable, Any], exposure_before: float, exposure_now: float, confidence: float
) -> dict[Hashable, Any]:
    """The rates of one kind of case, their ratio and its p; no p where no result could be clear."""
    events = (row["count_before"], exposure_before, row["count_now"], exposure_now)
    ratio = rate_ratio(*events, confidence)
    judged = row["count_before"] + row["count_now"] >= LEAST_EVENTS
    return {
        "rate_before": row["count_before"] / exposure_before,
        "rate_now": row["count_now"] / exposure_now,
        "ratio": ratio.ratio,
        "low": ratio.low,
        "high": ratio.high,
        "p": two_rates(*events, confidence).p_value if judged else float("nan"),
    }


def _with_trend(table: pd.DataFrame, alpha: float) -> pd.DataFrame:
    q = adjusted(table["p"].to_numpy("float64"))
    clear, up = q <= alpha, (table["rate_now"] > table["rate_before"]).to_numpy()
    few = table["p"].isna().to_numpy()
    trend = np.select([few, clear & up, clear], ["too_few", "up", "down"], "no_clear_change")
    return table.assign(q=q, trend=trend)
