"""Units of one level beside each other: in a funnel, shrunken, like with like, told apart or not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit import intervals
from sqaudit.assessment.case_mix import standardise
from sqaudit.assessment.exact_strata import Array
from sqaudit.assessment.funnel import (
    ALARM,
    WARNING,
    Dispersion,
    Spread,
    dispersion,
    spread_limits,
    standard_error,
)
from sqaudit.assessment.ranks import Places, joint_confidence, places, told_apart
from sqaudit.assessment.rules import AssessmentRules, Lines
from sqaudit.assessment.shrinkage import shrink

COMPARISON = (
    "level", "indicator", "period", "unit", "numerator", "denominator", "value", "rate", "low_95", "high_95",
    "low_998", "high_998", "like_with_like", "phi", "tau", "overdispersed", "position", "shrunken",
    "shrunken_low", "shrunken_high", "expected", "ratio", "ratio_low", "ratio_high", "chance_worse",
    "chance_better", "place_first", "place_last", "group", "reason",
)  # fmt: skip
Flags = npt.NDArray[np.bool_]
_MIX = ("expected", "ratio", "ratio_low", "ratio_high", "chance_worse", "chance_better")


def compare_units(
    frame: pd.DataFrame,
    lines: Lines,
    rules: AssessmentRules,
    mix: pd.DataFrame | None = None,
    spread: Spread = "additive",
) -> pd.DataFrame:
    """The units of one level, period and indicator with all that makes a comparison fair.

    In: tidy cells of the group; `mix`, the same cases as cells `unit, <dimensions>, count, bad`, if known.
    Out, one row for each unit, in the order given:

    rate            share of all units together (of those judged where any is); the middle of the funnel
    low_95 ...      how far chance takes a unit like the others: at its size, exact, or widened by `spread`
                    where `overdispersed`; with `mix` given, at the very cases it has, exact
    like_with_like  whether the limits are for the cases it has
    position        of the value beside these limits: worse_998, worse_95, inside, better_95, better_998, or
                    no_verdict below the minimum
    shrunken ...    the share pulled towards all units', with its interval
    expected ...    faults expected of the cases with the others' rates, ratio of those seen, exact chances
                    of a unit like the others, by which groups are told
    place_first     places the unit may take among those judged, 1 the best, all places holding together;
    place_last      0 where not judged
    group           worse, better, or alike: not to be told apart from the others (Holm); "" where not judged

    Shares are those of the indicator; faults what it is against. One unit alone is compared with nobody.
    """
    bad, n = (frame[name].to_numpy(np.float64) for name in ("bad", "denominator"))
    known = ~np.isnan(bad + n) & (n > 0)
    judged = known & (n >= rules.minimum)
    basis = judged if judged.any() else known
    rate = float(bad[basis].sum() / n[basis].sum()) if basis.any() else np.nan
    by_size, found = _funnel(bad, n, judged, rate, spread)
    share = np.where(known, bad / np.where(known, n, 1), np.nan)
    pulled = shrink(np.where(known, bad, 0), np.where(known, n, 0), rules.confidence)
    like = _like_with_like(frame, mix, rules)
    limits = by_size if mix is None else _limits_of_its_cases(like, bad, n)
    place = _places(frame, bad, n, judged, mix, rules)
    good = lines.direction == "higher"
    alone = int(judged.sum()) < 2
    chance_worse, chance_better = (like[name].where(judged).to_numpy(np.float64) for name in _MIX[4:])
    position = _position(share, limits, judged)
    return frame.assign(
        value=frame["numerator"] / frame["denominator"].where(frame["denominator"] > 0),
        rate=_told(rate, good),
        low_95=_told(limits[f"{'high' if good else 'low'}_95"], good),
        high_95=_told(limits[f"{'low' if good else 'high'}_95"], good),
        low_998=_told(limits[f"{'high' if good else 'low'}_998"], good),
        high_998=_told(limits[f"{'low' if good else 'high'}_998"], good),
        like_with_like=mix is not None,
        phi=found.phi,
        tau=found.tau,
        overdispersed=found.present,
        position=np.where(judged & alone, "inside", position),
        shrunken=_told(pulled.share, good),
        shrunken_low=_told(pulled.high if good else pulled.low, good),
        shrunken_high=_told(pulled.low if good else pulled.high, good),
        **{name: like[name].to_numpy(np.float64) for name in _MIX},
        place_first=place.first,
        place_last=place.last,
        group=told_apart(chance_worse, chance_better, rules.level),
        reason=np.select([~known, ~judged, alone], ["missing_count", "few_cases", "nobody_to_compare"], ""),
    )[list(COMPARISON)]


def _limits_of_its_cases(like: pd.DataFrame, bad: Array, n: Array) -> dict[str, Array]:
    """Shares of faults that chance takes a unit to with its cases; those of nobody else count as they are.

    The plain share is held against them, and not a share "adjusted" by the ratio of faults seen to expected:
    where little is expected, one fault more would move that by tens of per cents.
    """
    apart = bad - like["compared_bad"].to_numpy(np.float64)
    return {
        name: (like[name].to_numpy(np.float64) + apart) / np.where(n > 0, n, np.nan)
        for name in ("low_95", "high_95", "low_998", "high_998")
    }


def _told(faults: Array | float, good: bool) -> Array | float:
    """A share of faults as the indicator tells it."""
    return 1 - faults if good else faults


def _funnel(
    bad: Array, n: Array, judged: Flags, rate: float, spread: Spread
) -> tuple[dict[str, Array], Dispersion]:
    if np.isnan(rate):
        nothing = np.full(len(n), np.nan)
        return dict.fromkeys(("low_95", "high_95", "low_998", "high_998"), nothing), dispersion([], [])
    error = standard_error(n, rate)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(judged & (error > 0), (bad / n - rate) / error, np.nan)
    found = dispersion(z, error)
    limits = {}
    for name, confidence in (("95", WARNING), ("998", ALARM)):
        limits[f"low_{name}"], limits[f"high_{name}"] = spread_limits(n, rate, found, spread, confidence)
    return limits, found


def _position(share: Array, limits: dict[str, Array], judged: Flags) -> npt.NDArray[np.str_]:
    worse = {name: share > limits[f"high_{name}"] for name in ("998", "95")}
    better = {name: share < limits[f"low_{name}"] for name in ("998", "95")}
    words = ["no_verdict", "worse_998", "better_998", "worse_95", "better_95"]
    cases = [~judged, worse["998"], better["998"], worse["95"], better["95"]]
    return np.select(cases, [np.asarray(word) for word in words], np.asarray("inside"))


def _like_with_like(frame: pd.DataFrame, mix: pd.DataFrame | None, rules: AssessmentRules) -> pd.DataFrame:
    """The standardised figures of each unit in the order of the frame; without mix, one stratum."""
    return standardised(frame, mix, rules.confidence).reindex(frame["unit"]).reset_index(drop=True)


def standardised(frame: pd.DataFrame, mix: pd.DataFrame | None, confidence: float) -> pd.DataFrame:
    """`standardise` for a group of tidy cells, by unit."""
    if mix is None:
        usable = frame.dropna(subset=["bad", "denominator"])
        plain = usable[["unit", "bad"]].assign(count=usable["denominator"])
        return standardise(plain, (), confidence).set_index("unit")
    return standardise(mix, mix_dimensions(mix), confidence).set_index("unit")


def mix_dimensions(mix: pd.DataFrame) -> list[str]:
    """The columns of case-mix cells that describe the cases."""
    taken = ("level", "unit", "period", "indicator", "count", "bad")
    return [str(name) for name in mix.columns if name not in taken]


def _places(
    frame: pd.DataFrame, bad: Array, n: Array, judged: Flags, mix: pd.DataFrame | None, rules: AssessmentRules
) -> Places:
    confidence = joint_confidence(rules.confidence, int(judged.sum()))
    if mix is None:
        low, high = intervals.clopper_pearson(np.where(judged, bad, np.nan), n, confidence)
    else:
        like = standardised(frame, mix, confidence).reindex(frame["unit"])
        low, high = (np.where(judged, like[name].to_numpy(np.float64), np.nan) for name in _MIX[2:4])
    return places(low, high)


def false_positions(n: Array, rate: float, confidence: float) -> float:
    """How many of so many units beyond the two limits are to be expected if all work alike.

    >>> round(false_positions(np.full(50, 100.0), 0.05, 0.95), 2)
    0.87
    """
    if np.isnan(rate) or rate in (0.0, 1.0):
        return 0.0
    tail = intervals.tail_of(confidence)
    return float(sum(largest_tail(size, rate, tail) + largest_tail(size, 1 - rate, tail) for size in n))


def largest_tail(n: float, rate: float, tail: float) -> float:
    """The largest upper-tail chance of a binomial count that does not exceed `tail`; 0 where all do.

    >>> round(largest_tail(20, 0.05, 0.05), 4)
    0.0159
    """
    counts = np.arange(1, int(n) + 1) if n <= 5000 else _near(n, rate)
    chance = special.betainc(counts, n - counts + 1, rate)
    return float(chance[chance <= tail].max(initial=0.0))


def _near(n: float, rate: float) -> Array:
    reach = 12 * np.sqrt(n * rate * (1 - rate)) + 20  # beyond 12 standard deviations lies less than any tail
    return np.arange(max(1, np.floor(n * rate)), min(n, np.ceil(n * rate + reach)) + 1)


__all__ = [
    "COMPARISON",
    "compare_units",
    "false_positions",
    "largest_tail",
    "mix_dimensions",
    "standardised",
]
