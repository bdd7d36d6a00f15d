"""From intervals to a verdict, and what must be said with it."""

from __future__ import annotations

from collections.abc import Sequence

from sqaudit.verification.before_after import Difference
from sqaudit.verification.outcome import Verdict
from sqaudit.verification.power import WANTED

LEAST_AFTER = 4  # periods: a month of weeks, after which the evaluation is to be repeated; sooner it is news

__all__ = ["LEAST_AFTER", "clearly", "power_notes", "verdict_of"]


def clearly(bounds: Sequence[Difference], side: float) -> bool:
    """Whether all intervals lie wholly on one side of zero: 1 above, -1 below.

    >>> clearly([Difference(0.1, 0.02, 0.18)], 1), clearly([Difference(0.1, 0.02, 0.18)], -1), clearly([], 1)
    (True, False, False)
    """
    return bool(bounds) and all(min(side * one.low, side * one.high) > 0 for one in bounds)


def verdict_of(
    bounds: Sequence[Difference],
    good: float,
    after: int,
    power: float,
    needed: int | None,
    horizon: int,
    planned_effect: float | None,
) -> Verdict:
    """The verdict from the intervals that bear on it; `good` is 1 where higher is better, else -1."""
    if after < LEAST_AFTER:
        return "too_early"
    if clearly(bounds, good):
        return "effective"
    if clearly(bounds, -good):
        return "harmful"
    if planned_effect is None or power >= WANTED:
        return "not_shown"
    return "too_early" if needed is not None and after < needed <= horizon else "not_shown"


def power_notes(
    verdict: Verdict,
    main: Difference,
    good: float,
    power: float,
    needed: int | None,
    horizon: int,
    planned_effect: float | None,
) -> list[str]:
    """What not_shown leaves open: the planned effect can be ruled out, or too little was seen."""
    if planned_effect is None:
        return ["planned_effect_unknown"]
    if verdict != "not_shown" or main.effect != main.effect:
        return []
    if max(good * main.low, good * main.high) < planned_effect:
        return ["planned_effect_excluded"]
    if power >= WANTED:
        return []
    return ["underpowered", *(["cannot_tell"] if needed is None or needed > horizon else [])]
