"""How much of a change is mix and how much is rate, exactly: for each cell and what is made of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
import pandas as pd

from sqaudit.causes.contribution.cells import Kind, Sums, gathered, summed, sums_of
from sqaudit.errors import FrameError
from sqaudit.finite_population import Array

__all__ = ["Terms", "every_node", "roll_up", "terms"]

TERM_COLUMNS = ("contribution", "mix", "rate")


@dataclass(frozen=True)
class Terms:
    """A change taken apart at the level of its finest cells.

    `leaves` has one row per cell: the dimensions, the sums of both periods, `weight_before, weight_now`
    (parts of the whole), `value_before, value_now`, `contribution = mix + rate` and `presence`, which is
    kept, born or gone. `level` names the dimensions that make a cell. The contributions add up to
    `now - before`. The standardised figures are what both periods would show with the mean of both mixes;
    their difference is the rate term.
    """

    leaves: pd.DataFrame
    level: tuple[str, ...]
    kind: Kind
    before: float
    now: float
    standardised_before: float
    standardised_now: float

    @property
    def change(self) -> float:
        """The change of the figure, now minus before."""
        return self.now - self.before

    @property
    def mix(self) -> float:
        """The part of the change that comes from other parts of the whole, at the level of the cells."""
        return float(self.leaves["mix"].sum(skipna=False))

    @property
    def rate(self) -> float:
        """The part of the change that comes from other figures within the cells."""
        return float(self.leaves["rate"].sum(skipna=False))


def terms(cells: pd.DataFrame, level: Sequence[str], kind: Kind = "share") -> Terms:
    """The change of a figure between two periods as mix and rate of every cell, adding up exactly.

    With the weights w and figures r of a cell and the figure R of the whole, in both periods:
    mix = (w1 - w0) x ((r0 + r1) / 2 - (R0 + R1) / 2) and rate = (w0 + w1) / 2 x (r1 - r0). A cell that was
    born or is gone has no change of its own: all of it is mix. Mix is no cause: it says that the work came
    in other proportions, not that anybody worked differently.

    Columns in: the dimensions in `level` and, for each period, `n` and `sum` (share: cases that count),
    `sum_squares` (mean), `over, over_squares, products` (ratio of two sums), named `n_before, n_now` ...
    Missing values of dimensions are a value of their own. A period without records gives NaN throughout.
    FrameError for missing columns, ValueError for impossible sums.

    Source: Kitagawa (1955), J. Am. Stat. Assoc. 50:1168-1194; it is the Shapley value of two factors.

    >>> cells = pd.DataFrame({"queue": ["a", "b"], "n_before": [900, 100], "sum_before": [45, 20],
    ...     "n_now": [500, 500], "sum_now": [20, 90]})
    >>> parts = terms(cells, ["queue"])
    >>> round(parts.change, 4), round(parts.mix, 4), round(parts.rate, 4)
    (0.045, 0.058, -0.013)
    """
    if not level:
        raise ValueError("level needs at least one dimension: without cells there is neither mix nor rate.")
    frame = gathered(cells, level, kind)
    old, new = sums_of(frame, "before", kind), sums_of(frame, "now", kind)
    leaves = frame.assign(
        weight_before=old.weight, weight_now=new.weight, value_before=old.value, value_now=new.value,
        **dict(zip(TERM_COLUMNS, _cell_terms(old, new), strict=True)), presence=_presence(old, new),
    )  # fmt: skip
    first, second = filled_values(old, new)
    middle = (old.weight + new.weight) / 2
    return Terms(
        leaves, tuple(level), kind, old.total, new.total,
        float((middle * first).sum()), float((middle * second).sum()),
    )  # fmt: skip


def roll_up(parts: Terms, by: Sequence[str] = ()) -> pd.DataFrame:
    """The terms of every segment by some of the dimensions, as exact sums of the terms of its cells.

    Columns out: the dimensions in `by`, `n_before, n_now, weight_before, weight_now, value_before,
    value_now`, `contribution` and its three parts: `mix_between` (the segment's own part of the whole
    changed), `mix_within` (the mix inside it changed) and `rate` (the figures of its cells changed);
    `presence` as in `terms`. Without `by`, one row for the whole, where all mix lies within.
    FrameError for a dimension that the cells don't have.

    >>> cells = pd.DataFrame({"team": ["a", "a", "b"], "day": ["we", "wd", "wd"], "n_before": [50, 50, 100],
    ...     "sum_before": [25, 5, 10], "n_now": [80, 20, 100], "sum_now": [40, 2, 10]})
    >>> rolled = roll_up(terms(cells, ["team", "day"]), ["team"])
    >>> [round(float(value), 3) for value in rolled.loc[0, ["mix_between", "mix_within", "rate"]]]
    [0.0, 0.06, 0.0]
    """
    if unknown := [name for name in by if name not in parts.level]:
        raise FrameError(f"cells have no dimension {', '.join(unknown)}; they have {', '.join(parts.level)}.")
    frame = gathered(parts.leaves, by, parts.kind)
    old, new = sums_of(frame, "before", parts.kind), sums_of(frame, "now", parts.kind)
    contribution, between, _ = _cell_terms(old, new)
    rate = summed(parts.leaves, by, ["rate"])["rate"].to_numpy("float64")
    rate = np.where(np.isnan(contribution), np.nan, rate)  # a period without records: nothing is known
    return frame[list(by)].assign(
        n_before=old.n, n_now=new.n, weight_before=old.weight, weight_now=new.weight,
        value_before=old.value, value_now=new.value, contribution=contribution,
        mix_between=between, mix_within=contribution - between - rate, rate=rate,
        presence=_presence(old, new),
    )  # fmt: skip


def every_node(parts: Terms) -> pd.DataFrame:
    """`roll_up` by every subset of the dimensions, the whole first; a dimension summed over has no value.

    A column `depth` counts the dimensions that a row keeps, `kept` names them. Missing values of a dimension
    and dimensions summed over are told apart by `kept`.
    """
    subsets = chain.from_iterable(combinations(parts.level, size) for size in range(len(parts.level) + 1))
    tables = [roll_up(parts, by).assign(depth=len(by), kept=" & ".join(by)) for by in subsets]
    columns = [*parts.level, *(name for name in tables[0] if name not in parts.level)]
    # As objects, so that true stays true in a column that is empty elsewhere.
    whole = [table.reindex(columns=columns).astype(dict.fromkeys(parts.level, object)) for table in tables]
    return pd.concat(whole, ignore_index=True)


def filled_values(old: Sums, new: Sums) -> tuple[Array, Array]:
    """The figures of both periods; where one has none, that of the other: the cell itself is at rest."""
    first, second = old.value, new.value
    first, second = np.where(np.isnan(first), second, first), np.where(np.isnan(second), first, second)
    return np.nan_to_num(first), np.nan_to_num(second)  # a cell with x = 0 in both periods weighs nothing


def _cell_terms(old: Sums, new: Sums) -> tuple[Array, Array, Array]:
    """Contribution, mix and rate of each cell."""
    first, second = filled_values(old, new)
    middle = (old.total + new.total) / 2
    moved = new.weight - old.weight
    # From the sums themselves, so that a cell with y but without x still counts: it can only be mix.
    contribution = new.y / _one(new.x) - old.y / _one(old.x) - moved * middle
    rate = (old.weight + new.weight) / 2 * (second - first)
    return contribution, contribution - rate, rate


def _one(x: Array) -> float:
    return float(x.sum()) or float("nan")


def _presence(old: Sums, new: Sums) -> Array:
    return np.select([old.x <= 0, new.x <= 0], ["born", "gone"], "kept").astype(object)
