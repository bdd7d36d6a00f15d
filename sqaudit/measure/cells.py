"""The cells of an indicator: what its figure is made of, for every combination of dimension values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sqaudit.conditions import unknown_columns
from sqaudit.engines import Engine
from sqaudit.measure import sql
from sqaudit.measure.question import Columns, Question, Scan, answered, event_of, single_scan
from sqaudit.standards.measures import SHARES, SINGLE_VALUES
from sqaudit.standards.model import Indicator, Piece, ShareOfCounts, Standard

SUMS = ("rows", "count", "bad", "total", "squares", "over_squares", "products")


def cells(
    engine: Engine,
    standard: Standard,
    columns: Columns,
    question: Question,
    indicator: Indicator,
    dimensions: Mapping[str, str],
) -> pd.DataFrame:
    """What an indicator is made of, one row for each period and combination of dimension values.

    `dimensions` maps a name to a condition text. Columns out: `period, <dimensions>, rows, count, bad, total,
    squares, over_squares, products`. `rows` are the records counted. Of a share, `count` is the denominator
    and `bad` what speaks against the service (the numerator where lower is better, else what is not in it);
    of a mean, quantile or maximum, `count` cases with the sum `total` and the sum of squares `squares`; of a
    ratio or a rate, `count` is what lies under the line and `total` what lies over it, with their squares and
    products row by row; of a count, `count` counts. What a measure does not have is NaN.
    Of single values (mean, quantile, maximum) `bad` counts those beyond the outer quartile of all rows asked
    for: the upper one, where higher is better the lower one. Sums of long waits say little of chance.
    A missing value of a dimension is None. Parts over several kinds of record are added up; a kind that
    lacks a column of a dimension stands under None there.
    """
    frames = [
        _of_piece(
            engine, single_scan(columns, question, piece, event), piece, dimensions, indicator.direction
        )
        for piece in standard.pieces_of(indicator)
        if answered(piece, indicator, columns)
        for event in [event_of(standard, columns, piece)]
    ]
    keys = ["period", *dimensions]
    if not frames:
        return pd.DataFrame(columns=[*keys, *SUMS])
    stacked = pd.concat(frames, ignore_index=True)
    grouped = stacked.groupby(keys, dropna=False, sort=True, observed=True)[list(SUMS)]
    added = grouped.sum(min_count=1).reset_index()
    return (
        added.astype(dict.fromkeys(dimensions, "object"))
        .where(added.notna(), None)
        .astype(dict.fromkeys(SUMS, "float64"))
    )


def _beyond(engine: Engine, scan: Scan, piece: Piece, higher_is_better: bool) -> str:
    """The comparison by which a single value is one of the outer quarter; empty where none can be."""
    if piece.measure.kind not in SINGLE_VALUES:
        return ""
    answer = engine.query(sql.quartile(scan, piece, 0.25 if higher_is_better else 0.75))
    edge = answer.iloc[:, 0].to_numpy("float64", na_value=np.nan)[0]
    return "" if np.isnan(edge) else f"{'<' if higher_is_better else '>'} {float(edge)!r}"


def _of_piece(
    engine: Engine, scan: Scan, piece: Piece, dimensions: Mapping[str, str], direction: str | None
) -> pd.DataFrame:
    there = [text if not unknown_columns(text, scan.columns) else "null" for text in dimensions.values()]
    beyond = _beyond(engine, scan, piece, direction == "higher")
    answer = engine.query(sql.cells(scan, piece, there, beyond)).dropna(subset=["_period"])
    answer = answer.rename(columns={f"_d{place}": name for place, name in enumerate(dimensions)})
    found = {name.removeprefix("i0_"): answer[name] for name in map(str, answer) if name.startswith("i0_")}
    sums = _sums(
        piece,
        direction == "lower",
        {name: column.to_numpy("float64", na_value=np.nan) for name, column in found.items()},
    )
    frame = pd.DataFrame({"period": answer["_period"].to_numpy(), **{one: answer[one] for one in dimensions}})
    missing = np.full(len(frame), np.nan)
    frame = frame.assign(**{name: sums.get(name, missing) for name in SUMS})
    return frame[frame["rows"] > 0]


def _sums(piece: Piece, failure: bool, found: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What was aggregated, under the names that a search for causes knows."""
    kind, n = piece.measure.kind, found["n"]
    rows = {"rows": n}
    if kind in SHARES and not isinstance(piece.measure.share, ShareOfCounts):
        return {**rows, "count": n, "bad": found["met"] if failure else n - found["met"]}
    if kind == "share":
        over, met = found["over"], found["sum"]
        return {**rows, "count": over, "bad": met if failure else over - met}
    if kind == "count":
        return {**rows, "count": n}
    if kind in ("ratio", "gap"):
        squares = {name: found[name] for name in ("over_squares", "products")}
        return {
            **rows,
            "count": found["over"],
            "total": found["sum"],
            "squares": found["sum_squares"],
            **squares,
        }
    if kind == "balance":
        return {**rows, "count": n, "total": 100 * found["sum"], "squares": 1e4 * found["sum_squares"]}
    if kind == "rate":
        side = {"total": found["sum"]} if piece.side == "events" else {"count": found["over"]}
        return {**rows, **side}
    mean = found["value"]
    total = found.get("sum", mean * n)
    spread = np.nan_to_num(found.get("variance", np.zeros_like(n))) * np.maximum(n - 1, 0)
    outer = {"bad": found["beyond"]} if "beyond" in found else {}
    return {**rows, "count": n, "total": total, "squares": spread + total * mean, **outer}
