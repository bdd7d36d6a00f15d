"""What a unit would show with the cases it has if it worked as all others do: indirect standardisation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sqaudit.assessment.exact_strata import Array, Strata, bounds, odds_interval, tails
from sqaudit.assessment.funnel import ALARM, WARNING
from sqaudit.frames import require

THINNEST = 20  # cases of all units below which a stratum is pooled with its like
POOLED = "*"  # stands for every value that was too thin by itself
COLUMNS = (
    "unit", "compared", "compared_bad", "not_compared", "expected", "ratio", "ratio_low", "ratio_high",
    "chance_worse", "chance_better", "low_95", "high_95", "low_998", "high_998", "reason",
)  # fmt: skip


def standardise(
    cells: pd.DataFrame, dimensions: Sequence[str] = (), confidence: float = 0.95, thinnest: int = THINNEST
) -> pd.DataFrame:
    """Each unit's faults beside those expected of its cases at the rates of all other units.

    Columns in: `unit`, the dimensions, `count` and `bad`, whole numbers; rows of one unit and stratum add up.
    Columns out: `unit`, `compared` (cases in strata where others have some), `compared_bad`, `not_compared`,
    `expected` (faults), `ratio` (faults seen to expected; 1 is like the others), `ratio_low`, `ratio_high`,
    `chance_worse` and `chance_better` (that a unit like the others shows so many or more, so many or fewer),
    `low_95` to `high_998` (faults beyond which such a unit rarely gets, by those chances: `bounds`),
    `reason` (`""`, `nobody_to_compare`, `nothing_expected`). Sorted by unit.

    Strata that hold fewer than `thinnest` cases of all units are pooled with others as thin that share all
    dimensions but the last, then all but the last two, and so on: name the dimension that matters most
    first. Without dimensions there is one stratum. The chances are exact and take nothing as known but the
    totals of strata. The interval is exact for the odds against the others, alike in all strata, and is
    told as the ratio those odds bring about at the others' rates.

    Source: indirect standardisation: Breslow and Day (1987), Statistical Methods in Cancer Research II,
    chapter 2; exact chances: Mehta, Patel and Gray (1985), J. Am. Stat. Assoc. 80:969-973.

    >>> calls = pd.DataFrame({"unit": ["A", "A", "B", "B"], "kind": ["easy", "hard"] * 2,
    ...                       "count": [90, 10, 10, 90], "bad": [9, 5, 1, 45]})
    >>> standardise(calls, ["kind"])[["unit", "expected", "ratio"]].to_dict("list")
    {'unit': ['A', 'B'], 'expected': [14.0, 46.0], 'ratio': [1.0, 1.0]}
    """
    require(cells, ["unit", *dimensions, "count", "bad"], "a comparison of like with like")
    _refuse(cells)
    frame = cells[cells["count"] > 0]
    stratum = pool_thin(frame, dimensions, thinnest)
    units = sorted({str(unit) for unit in frame["unit"]})
    keys = sorted(set(stratum))
    shape = (len(units), len(keys))
    at = (
        np.searchsorted(units, frame["unit"].astype(str).to_numpy(dtype=object)),
        np.searchsorted(keys, np.array(stratum, dtype=object)),
    )
    count, bad = np.zeros(shape), np.zeros(shape)
    np.add.at(count, at, frame["count"].to_numpy(dtype=np.float64))
    np.add.at(bad, at, frame["bad"].to_numpy(dtype=np.float64))
    rows = [_compared(unit, count, bad, row, confidence) for row, unit in enumerate(units)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def pool_thin(cells: pd.DataFrame, dimensions: Sequence[str], thinnest: int = THINNEST) -> list[str]:
    """The stratum of each row: its values, with `*` in place of those that are too thin by themselves.

    A missing value is a value of its own.
    """
    labels = pd.DataFrame(
        {name: cells[name].astype(object).where(cells[name].notna(), "?").astype(str) for name in dimensions},
        index=cells.index,
    )
    if not dimensions or cells.empty:
        return [""] * len(cells)
    for last in reversed(list(dimensions)):
        key = _joined(labels)
        held = cells["count"].groupby(key.to_numpy()).sum()
        thin = (key.map(held) < thinnest).to_numpy()
        if not thin.any():
            break
        labels.loc[thin, last] = POOLED
    return _joined(labels).tolist()


def _joined(labels: pd.DataFrame) -> pd.Series:
    columns = [labels[name].tolist() for name in labels]
    return pd.Series([" | ".join(row) for row in zip(*columns, strict=True)], index=labels.index)


def _compared(unit: str, count: Array, bad: Array, row: int, confidence: float) -> tuple[object, ...]:
    own_n, own_bad = count[row], bad[row]
    other_n, other_bad = count.sum(axis=0) - own_n, bad.sum(axis=0) - own_bad
    used = (own_n > 0) & (other_n > 0)
    left_out = float(own_n[~used].sum())
    if not used.any():
        return (unit, 0.0, 0.0, left_out, *[np.nan] * 10, "nobody_to_compare")
    strata = Strata(own_bad[used], own_n[used], other_bad[used], other_n[used])
    rates = strata.other_bad / strata.other_n
    expected, seen = float((strata.n * rates).sum()), float(strata.bad.sum())
    chance = tails(strata)
    warning, alarm = bounds(strata, (WARNING, ALARM))
    reached = chance.at_least, chance.at_most, *warning, *alarm
    told = (unit, float(strata.n.sum()), seen, left_out, expected)
    if expected == 0:
        return (*told, np.nan, np.nan, np.nan, *reached, "nothing_expected")
    low, high = (_ratio(odds, strata.n, rates) for odds in odds_interval(strata, confidence))
    ratio = seen / expected
    # At the others' rates the odds seen need not give the very ratio seen; the interval holds it.
    ends = min(low, ratio), max(high, ratio)
    return (*told, ratio, *ends, *reached, "")


def _ratio(odds: float, n: Array, rates: Array) -> float:
    """Faults at these odds against the others, to faults at the others' own rates."""
    if np.isinf(odds):
        shifted = (rates > 0).astype(np.float64)
    else:
        below = 1 - rates + odds * rates
        shifted = odds * rates / np.where(below > 0, below, 1.0)
    return float((n * shifted).sum() / (n * rates).sum())


def _refuse(cells: pd.DataFrame) -> None:
    faults = []
    if cells["unit"].isna().any():
        faults.append(f"{int(cells['unit'].isna().sum())} rows have no unit.")
    counts = cells[["count", "bad"]].to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(counts).any() or (counts < 0).any() or (counts != np.floor(counts)).any():
        faults.append("count and bad must be whole numbers, 0 or more, none missing.")
    elif (counts[:, 1] > counts[:, 0]).any():
        faults.append("bad must not exceed count.")
    if faults:
        raise ValueError("Units cannot be compared like with like: " + " ".join(faults))


__all__ = ["THINNEST", "pool_thin", "standardise"]
