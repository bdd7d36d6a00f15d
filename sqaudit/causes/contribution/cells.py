"""Cells of two periods: the sums a decomposition needs, for shares, means and ratios of sums alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sqaudit.finite_population import Array
from sqaudit.frames import require

Kind = Literal["share", "mean", "ratio"]
PERIODS = ("before", "now")
SUM_ROUNDING = 1e-9  # sums of parts may exceed the whole by the rounding of both

# The sums that each kind needs of a cell in a period, beside the number of its records `n`.
SUMS: dict[Kind, tuple[str, ...]] = {
    "share": ("sum",),
    "mean": ("sum", "sum_squares"),
    "ratio": ("sum", "over", "sum_squares", "over_squares", "products"),
}

__all__ = ["PERIODS", "SUMS", "Kind", "Sums", "columns_of", "gathered", "summed", "sums_of"]


@dataclass(frozen=True)
class Sums:
    """One period, one entry per cell: records, sums of y and of x, of their squares and products.

    The figure of a cell is sum(y) / sum(x). A share has y = 1 for a case that counts, a mean y = its value;
    both have x = 1. Everything behind this is written once, for ratios.
    """

    n: Array
    y: Array
    x: Array
    yy: Array
    xx: Array
    xy: Array

    @property
    def weight(self) -> Array:
        """The part of each cell in the whole; NaN where the period has no record."""
        return self.x / _whole(self.x)

    @property
    def value(self) -> Array:
        """The figure of each cell; NaN where it has none."""
        return self.y / np.where(self.x > 0, self.x, np.nan)

    @property
    def total(self) -> float:
        """The figure of the whole; NaN where the period has no record."""
        return float(self.y.sum() / _whole(self.x))


def columns_of(kind: Kind) -> list[str]:
    """The columns that cells of this kind need beside their dimensions.

    >>> columns_of("share")
    ['n_before', 'sum_before', 'n_now', 'sum_now']
    """
    return [f"{name}_{period}" for period in PERIODS for name in ("n", *SUMS[kind])]


def gathered(cells: pd.DataFrame, dimensions: Sequence[str], kind: Kind) -> pd.DataFrame:
    """One row per combination of the dimensions, sorted, with the sums of its cells; empty cells left out.

    A missing value of a dimension is a value of its own. Without dimensions there is one row, the whole.
    FrameError for missing columns; ValueError with every fault of the sums at once.
    """
    require(cells, [*dimensions, *columns_of(kind)], "a decomposition")
    numbers = cells[columns_of(kind)].astype("float64")
    if faults := _faults(numbers, kind):
        raise ValueError("cells cannot be decomposed: " + "; ".join(faults) + ".")
    filled = (numbers["n_before"] > 0) | (numbers["n_now"] > 0)
    frame = pd.concat([cells[list(dimensions)], numbers], axis=1)[filled]
    return summed(frame, dimensions, columns_of(kind))


def summed(frame: pd.DataFrame, dimensions: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """The sums of some columns, one row per combination of the dimensions; without dimensions, one row.

    The rows are sorted by what is written in the dimensions, so that their order never depends on the input
    and two calls over the same rows always agree.
    """
    if not dimensions:
        return frame[list(columns)].sum().to_frame().T
    groups = frame.groupby(list(dimensions), dropna=False, observed=True, sort=False)
    sums = groups[list(columns)].sum().reset_index()
    written = sums[list(dimensions)].astype("string").fillna("")
    return sums.loc[written.sort_values(list(dimensions), kind="stable").index].reset_index(drop=True)


def sums_of(cells: pd.DataFrame, period: str, kind: Kind) -> Sums:
    """The sums of one period, `before` or `now`, of cells that `gathered` returned."""
    column = {name: cells[f"{name}_{period}"].to_numpy("float64") for name in ("n", *SUMS[kind])}
    n, y = column["n"], column["sum"]
    if kind == "ratio":
        x, xx, xy = column["over"], column["over_squares"], column["products"]
    else:
        x, xx, xy = n, n, y
    return Sums(n, y, x, y if kind == "share" else column["sum_squares"], xx, xy)


def _whole(x: Array) -> float:
    total = float(x.sum())
    return total if total > 0 else float("nan")


def _faults(numbers: pd.DataFrame, kind: Kind) -> list[str]:
    faults = []
    for name, values in numbers.items():
        if not np.isfinite(values).all():
            faults.append(f"{name} has {int((~np.isfinite(values)).sum())} values that are no number")
        elif not str(name).startswith(("sum_before", "sum_now", "products")) and (values < 0).any():
            faults.append(f"{name} must be 0 or more, found {float(values.min())!r}")
    for period in PERIODS:
        n, total = numbers[f"n_{period}"], numbers[f"sum_{period}"]
        if kind == "share" and ((total < 0) | (total > n * (1 + SUM_ROUNDING))).any():
            faults.append(f"sum_{period} counts cases and must lie between 0 and n_{period}")
        if (n.eq(0) & total.ne(0)).any():
            faults.append(f"sum_{period} must be 0 where n_{period} is 0")
    return faults
