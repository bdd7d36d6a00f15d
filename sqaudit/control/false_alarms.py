"""How often a calm process would alarm by chance: on as many points, under the same rules and limits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from sqaudit.control.design import Rules
from sqaudit.control.lines import MEAN_RANGE_PER_SIGMA, Array, around
from sqaudit.control.rules import completed

LimitsFrom = Literal["known", "centre", "individuals"]

SERIES = 20_000  # calm series simulated: a chance of 0.3 is then known to 0.003
VALUES = 4_000_000  # at most so many values in all; long series are simulated less often
SEED = 19_240_516  # any number is right; this is the day of Shewhart's first control chart


@dataclass(frozen=True)
class FalseAlarms:
    """What chance alone does to a calm series of `points` points.

    `chance_of_any`: probability of at least one alarm; `expected`: mean number of alarms (a rule that becomes
    true where it was not at the point before); `standard_error`: that of `chance_of_any`.
    """

    points: int
    chance_of_any: float
    expected: float
    standard_error: float


@lru_cache(maxsize=256)
def false_alarms(
    points: int, rules: Rules | None = None, baseline: int = 20, limits_from: LimitsFrom = "known"
) -> FalseAlarms:
    """The false alarms to expect from a calm series of independent normal values, by simulation.

    `limits_from` says what the chart had to learn from its first `baseline` points: nothing (`known`), the
    centre alone (`centre`, as p and u charts do), or centre and moving range (`individuals`, as XmR and
    Laney's charts do). Inside its baseline a chart then alarms less often, after it more often. Always the
    same numbers for the same question. NaN chances for no points. ValueError for negative points or a
    baseline below 2.

    Source: the rules and their rates with known limits, Champ and Woodall (1987), Technometrics 29:393-399;
    the tests compute the same rates from their Markov chains.

    >>> year = false_alarms(12)
    >>> round(year.chance_of_any, 2), round(false_alarms(12, Rules(("outside",))).expected, 2)
    (0.12, 0.03)
    """
    rules = rules or Rules()
    if points < 0 or baseline < 2:
        raise ValueError(f"points must be 0 or more and baseline 2 or more; found {points} and {baseline}.")
    if points == 0:
        return FalseAlarms(0, float("nan"), 0.0, float("nan"))
    length = max(points, baseline)
    series = max(500, min(SERIES, VALUES // length))
    draw = np.random.default_rng(SEED)
    any_alarm, alarms, done = 0, 0, 0
    while done < series:
        part = min(2_000, series - done)  # keeps the memory of a long series small
        started = _started(draw.standard_normal((part, length)), points, rules, baseline, limits_from)
        any_alarm += int((started > 0).sum())
        alarms += int(started.sum())
        done += part
    chance = any_alarm / series
    return FalseAlarms(points, chance, alarms / series, float(np.sqrt(chance * (1 - chance) / series)))


def _started(
    values: Array, points: int, rules: Rules, baseline: int, limits_from: LimitsFrom
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The number of alarms that start in each series."""
    learnt = values[:, :baseline]
    centre, sigma = np.zeros((len(values), 1)), np.ones((len(values), 1))
    if limits_from != "known":
        centre = learnt.mean(axis=1, keepdims=True)
    if limits_from == "individuals":
        sigma = np.abs(np.diff(learnt, axis=1)).mean(axis=1, keepdims=True) / MEAN_RANGE_PER_SIGMA
    started = np.zeros(len(values), dtype=np.int64)
    for flags in completed(values[:, :points], around(centre, sigma), rules).values():
        started += flags[:, 0] + (flags[:, 1:] & ~flags[:, :-1]).sum(axis=1)
    return started
