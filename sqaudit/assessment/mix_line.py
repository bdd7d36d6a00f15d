"""The line a unit is held to with the cases it has: hard cases move it out, easy ones move it in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.assessment.case_mix import pool_thin
from sqaudit.assessment.comparison import mix_dimensions
from sqaudit.assessment.exact_strata import Array, convolved

_REACH = 14.0  # standard deviations of a count that are kept: beyond lies less than 1e-40
_NODES = 9  # points the uncertain difficulty of a unit's cases is averaged over
_HALVINGS = 100


def chances_on_line(runs: pd.DataFrame, mix: pd.DataFrame, line: float) -> Array:
    """The chance of so many faults for a unit that is just on the line, given the kinds of its cases.

    In: `runs`, a row for each unit with its `unit` and `run` (the months held against the line); `mix`, cells
    `unit, <dimensions>, count, bad` with `period` if known; `line` as a share of faults, within 0 and 1. Out:
    one chance for each row, NaN where nobody else has cases of any kind the unit has.

    What a kind of case is worth is learnt from the others: their rates by stratum, all moved by one step on
    the logit until the usual cases of the organisation, those of all months up to the last of the runs, lie
    on the line together. So a month in which all get harder cases is allowed for too. The faults of the
    unit's own cases at these rates are a sum of binomial counts, whose distribution is exact. The rates are
    estimates; their error, to the first order a normal one on the logit, is averaged over. Kinds that nobody
    else has are left out, thin ones are pooled (`pool_thin`). Where all have one kind of case, the line is
    the line, whoever else there is, and the chance is the plain binomial one.

    Source: standardisation: Breslow and Day (1987), Statistical Methods in Cancer Research II, chapter 2;
    sums of binomial counts: Butler and Stephens (2017), Methodol. Comput. Appl. Probab. 19:557-571.

    >>> mix = pd.DataFrame({"unit": ["A", "A", "B", "B"], "kind": ["easy", "hard"] * 2,
    ...                     "count": [90, 10, 10, 90], "bad": [9, 5, 1, 45]})
    >>> runs = pd.DataFrame({"unit": ["A", "B"], "run": [("2026-09",)] * 2})
    >>> chances_on_line(runs, mix, 0.3).round(2).tolist()  # all lie on this line together
    [0.64, 0.48]
    """
    last = max(str(month) for run in runs["run"] for month in run)
    used = mix[(mix["count"] > 0) & (mix["period"] <= last if "period" in mix else True)]
    labelled = used.assign(stratum=pool_thin(used, mix_dimensions(used)), unit=used["unit"].astype(str))
    return np.array([_chance(*one, line) for one in _counts(labelled, runs)], np.float64)


def _counts(cells: pd.DataFrame, runs: pd.DataFrame) -> Iterator[tuple[Array, Array, Array, Array, Array]]:
    """By stratum: own faults and cases, the others' faults and cases, and the cases of all, for each unit.

    Own are those of the months the unit is held to the line for, the rest those of all months.
    """
    strata = sorted(set(cells["stratum"]))
    total = _sums(cells, strata)
    for unit, run in zip(runs["unit"].astype(str), runs["run"], strict=True):
        its = cells[cells["unit"] == unit]
        own = _sums(its[its["period"].isin(run)] if "period" in its else its, strata)
        others = total - _sums(its, strata)
        yield own[0], own[1], others[0], others[1], total[1]


def _sums(cells: pd.DataFrame, strata: list[str]) -> Array:
    summed = cells.groupby("stratum")[["bad", "count"]].sum().reindex(strata, fill_value=0)
    return summed.to_numpy(np.float64).T


def _chance(bad: Array, n: Array, other_bad: Array, other_n: Array, usual: Array, line: float) -> float:
    if len(n) == 1:
        return _at_least(bad.sum(), n, np.array([line])) if n.sum() > 0 else np.nan
    known = other_n > 0
    bad, n, other_bad, other_n, usual = (part[known] for part in (bad, n, other_bad, other_n, usual))
    if not n.sum() > 0:
        return np.nan
    # One case of the common kind is added to each stratum, so that none has a rate of 0 or 1.
    common = (other_bad.sum() + 0.5) / (other_n.sum() + 1)
    share = (other_bad + common) / (other_n + 1)
    told = special.logit(share)
    step = _step(told, usual, line)
    spread = _error(told + step, n, usual, 1 / ((other_n + 1) * share * (1 - share)))
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES if spread > 0 else 1)
    found = [_at_least(bad.sum(), n, special.expit(told + step + spread * node)) for node in nodes]
    return float(np.dot(weights, found) / weights.sum())


def _step(told: Array, cases: Array, line: float) -> float:
    """How far all rates move on the logit until the cases together lie on the line."""
    low, high = -60.0, 60.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if (cases * special.expit(told + middle)).sum() < line * cases.sum():
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _error(told: Array, n: Array, cases: Array, variance: Array) -> float:
    """The standard error, on the logit, of what the unit's cases are worth beside the organisation's.

    By the delta method: a rate told too high raises what is expected of the unit's cases, and lowers the step
    that takes the organisation to the line. A unit with the organisation's mix has no such error.
    """
    steep = special.expit(told) * special.expit(-told)
    own, all_together = n * steep, cases * steep
    moved = own / own.sum() - all_together / all_together.sum()
    return float(np.sqrt((moved**2 * variance).sum()))


def _at_least(seen: float, n: Array, share: Array) -> float:
    """The chance of so many faults or more of binomial counts together."""
    start, chance = 0, np.ones(1)
    for size, rate in zip(n[n > 0], share[n > 0], strict=True):
        reach = np.ceil(_REACH * np.sqrt(size * rate * (1 - rate))) + 50
        low, high = max(0.0, np.floor(size * rate - reach)), min(size, np.ceil(size * rate + reach))
        counts = np.arange(low, high + 1)
        logs = counts * special.logit(rate) - special.gammaln(counts + 1) - special.gammaln(size - counts + 1)
        weight = np.exp(logs - logs.max())
        start, chance = start + int(low), convolved(chance, weight / weight.sum())
    return float(min(chance[max(round(seen) - start, 0) :].sum(), 1.0))


__all__ = ["chances_on_line"]
