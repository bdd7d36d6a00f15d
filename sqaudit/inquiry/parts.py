"""How much of a change is mix and how much is rate: by each dimension alone, and at one level of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.causes.contribution import Kind, Terms, roll_up, terms, three_parts
from sqaudit.standards import Indicator
from sqaudit.standards.measures import SHARES
from sqaudit.tests_of_change.strata import mantel_haenszel

LEAST_PER_CELL = 30  # cases of a cell on average in each period: intervals of the parts hold down to there
MOST_IN_LEVEL = 3  # dimensions of the level; a finer one has cells that are born and gone by chance
_SUMS = ("n", "sum", "sum_squares", "over", "over_squares", "products")


def kind_of(indicator: Indicator) -> Kind | None:
    """Which decomposition fits an indicator; None for counts, which are volume and not mix or rate."""
    measure = indicator.kind_of_measure
    if measure in SHARES:
        return "share"
    if measure in ("mean", "balance", "quantile", "maximum"):
        return "mean" if measure in ("mean", "balance") else None
    if measure == "rate" and _adds_amounts(indicator):
        return None  # of amounts added up, the records behind the sum are not at hand here
    return "ratio" if measure in ("ratio", "gap", "rate") else None


def _adds_amounts(indicator: Indicator) -> bool:
    """Whether the events of a rate are amounts, not counts."""
    return any(piece.side == "events" and piece.amount is not None for piece in indicator.pieces)


def two_periods(cells: pd.DataFrame, indicator: Indicator, before: str, now: str) -> pd.DataFrame:
    """The cells of two periods side by side, for decompositions: `n_before, sum_before, ... n_now, ...`.

    The sums are those of the figure itself: of a share where higher is better, `sum` counts what is good.
    """
    keys = [name for name in cells.columns if name not in {"period", *_RAW}]
    sides = []
    for period, side in ((before, "before"), (now, "now")):
        own = cells[cells["period"] == period]
        sums = _sums(own, indicator).add_suffix(f"_{side}")
        sides.append(pd.concat([own[keys], sums], axis=1))
    stacked = pd.concat(sides, ignore_index=True).fillna(
        {name: 0.0 for side in sides for name in side if name not in keys}
    )
    numbers = [name for name in stacked.columns if name not in keys]
    if not keys:
        return stacked[numbers].sum().to_frame().T
    return stacked.groupby(keys, dropna=False, sort=False, observed=True)[numbers].sum().reset_index()


_RAW = frozenset(("rows", "count", "bad", "total", "squares", "over_squares", "products"))


def _sums(cells: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    count, total = cells["count"].fillna(0), cells["total"].fillna(0)
    if indicator.kind_of_measure in SHARES:
        bad = cells["bad"].fillna(0)
        return pd.DataFrame({"n": count, "sum": bad if indicator.direction == "lower" else count - bad})
    if indicator.kind_of_measure == "rate":  # events come to cases as Poisson: mean plus its square
        cases = count.where(count > total, total)
        squares = total + total**2 / cases.where(cases > 0, 1.0)
        sums = {"n": cases, "sum": total, "sum_squares": squares, "over": count}
        return pd.DataFrame({**sums, "over_squares": count, "products": total})
    squares = cells["squares"].fillna(0)
    if kind_of(indicator) == "ratio":
        crossed = {name: cells[name].fillna(0) for name in ("over_squares", "products")}
        return pd.DataFrame(
            {"n": cells["rows"], "sum": total, "sum_squares": squares, "over": count, **crossed}
        )
    return pd.DataFrame({"n": count, "sum": total, "sum_squares": squares})


def by_dimension(wide: pd.DataFrame, dimensions: Sequence[str], kind: Kind) -> pd.DataFrame:
    """Mix and rate by each dimension alone, one row per dimension, the clearest mix first.

    Columns: `dimension, values, change, mix, mix_low, mix_high, rate, rate_low, rate_high, mix_p,
    mix_p_adjusted` (Holm over the dimensions). Dimensions with fewer than two values are left out, and
    those whose cells hold too few cases.
    """
    rows = []
    for dimension in dimensions:
        parts = terms(wide, [dimension], kind)
        if len(parts.leaves) < 2 or not _thick_enough(parts):
            continue
        found = {str(row["part"]): row for row in three_parts(parts, [dimension]).to_dict("records")}
        mix, rate = found["mix_between"], found["rate"]
        rows.append(
            {
                "dimension": dimension, "values": len(parts.leaves), "change": parts.change,
                "mix": mix["value"], "mix_low": mix["low"], "mix_high": mix["high"],
                "rate": rate["value"], "rate_low": rate["low"], "rate_high": rate["high"],
                "mix_p": _p_of(mix), "rate_p": _p_of(rate),
            }
        )  # fmt: skip
    columns = [
        "dimension", "values", "change", "mix", "mix_low", "mix_high", "rate", "rate_low", "rate_high",
        "mix_p", "rate_p",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    frame["mix_p_adjusted"] = _holm(frame["mix_p"].to_numpy("float64"))
    return frame.sort_values(["mix_p_adjusted", "mix_p", "dimension"], kind="stable").reset_index(drop=True)


def level_of(
    table: pd.DataFrame, wide: pd.DataFrame, kind: Kind, shown: Sequence[str], alpha: float = 0.05
) -> tuple[str, ...]:
    """The dimensions at which mix and rate are told apart: those with clear mix, as far as cells stay thick.

    Without any clear mix, the first of the `shown` dimensions that the table has.
    """
    clear = table[table["mix_p_adjusted"] < alpha]["dimension"].tolist()
    level: list[str] = []
    for name in [*clear, *[one for one in shown if one in set(table["dimension"])]]:
        if (
            len(level) < MOST_IN_LEVEL
            and name not in level
            and _thick_enough(terms(wide, [*level, name], kind))
        ):
            level.append(name)
        if level and name not in clear:
            break
    return tuple(level)


def at_level(wide: pd.DataFrame, level: Sequence[str], kind: Kind) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The three parts of a change at a level, and what each segment of its first dimension contributes."""
    parts = terms(wide, level, kind)
    return three_parts(parts, level[:1]), roll_up(parts, level[:1])


def inside_strata(wide: pd.DataFrame, level: Sequence[str]) -> dict[str, float]:
    """The common change of a share inside the strata of a level (Mantel and Haenszel), as plain values."""
    keys = list(level)
    numbers = ["sum_before", "n_before", "sum_now", "n_now"]
    strata = wide.groupby(keys, dropna=False, sort=True, observed=True)[numbers].sum()
    met_before, before, met_now, now = (strata[name].to_numpy("float64") for name in numbers)
    return asdict(mantel_haenszel(met_before, before, met_now, now))


def _thick_enough(parts: Terms) -> bool:
    """Whether the cells hold enough cases on average, weighted by how many cases meet such a cell."""
    for period in ("before", "now"):
        n = parts.leaves[f"n_{period}"].to_numpy("float64")
        if (
            n.sum() <= 0
            or (n**2).sum() / n.sum() < LEAST_PER_CELL
            or n.sum() / max((n > 0).sum(), 1) < LEAST_PER_CELL / 3
        ):
            return False
    return True


def _p_of(part: Mapping[Any, Any]) -> float:
    """The two-sided p-value that goes with a symmetric interval of 95 %."""
    reach = (part["high"] - part["low"]) / 2 / 1.959963984540054  # the normal quantile of 97.5 %
    if not reach > 0:
        return float("nan") if part["value"] else 1.0
    return float(2 * special.ndtr(-abs(part["value"]) / reach))


def _holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's adjusted p-values; missing ones stay missing and do not count as looks."""
    adjusted = np.full(p_values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1) if len(order) else steps
    return adjusted
