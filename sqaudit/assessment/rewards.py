"""Who is among the best, and which teams had a clean quarter, with the chance that luck did it."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit import intervals
from sqaudit.assessment.cells import months_of
from sqaudit.assessment.evidence import at_organisation, listed
from sqaudit.assessment.exact_strata import Array
from sqaudit.assessment.league import not_among_best
from sqaudit.assessment.rules import AssessmentRules, CleanQuarter, Lines, Top


def top(judged: pd.DataFrame, rule: Top, lines: Lines, rules: AssessmentRules, period: str) -> pd.DataFrame:
    """The candidates of a `top` rule among the units of one level in a month, as rows of the list.

    In: the judgements of the level in the month, all indicators. Units with the minimum of cases are ranked
    by their share or by the bad end of its exact interval; the best `share` of them, rounded up to a whole
    unit, is in, and whoever ties with the last (A35). `all_met` then leaves out units that miss a target in
    an indicator they are judged in. `probability_wrong` is the chance that the unit is not truly among so
    many best, `chance_at_organisation` that a unit like all others shows so good a figure.
    """
    ranked = judged[(judged["indicator"] == rule.indicator) & (judged["verdict"] != "no_verdict")]
    ranked = ranked.sort_values("unit", kind="stable").reset_index(drop=True)
    if ranked.empty:
        return pd.DataFrame()
    numerator, n = (ranked[name].to_numpy(np.float64) for name in ("numerator", "denominator"))
    bad = n - numerator if lines.direction == "higher" else numerator
    by = bad / n
    if rule.rank_by == "lower_limit":
        by = np.asarray(intervals.clopper_pearson(bad, n, rules.confidence).high)
    # Exact arithmetic: ten in a hundred of 30 units are 3, and 0.1 * 30 is more.
    best = math.ceil(Fraction(str(rule.share)) * len(ranked))
    inside = by <= np.sort(by)[best - 1] + 1e-12
    if rule.all_met:
        inside &= ~ranked["unit"].isin(_missing_a_target(judged)).to_numpy()
    table = ranked.assign(
        line=np.nan,
        months=period,
        chance_at_organisation=at_organisation(n - bad, n),
        probability_wrong=not_among_best(bad, n, best),
    )
    return listed(table[inside], rule, "top", period)


def _missing_a_target(judged: pd.DataFrame) -> set[str]:
    known = judged[judged["verdict"] != "no_verdict"]
    return {str(unit) for unit in known.loc[known["standing"] != "met", "unit"]}


def clean_quarter(
    cells: pd.DataFrame, complaints: pd.DataFrame, rule: CleanQuarter, rules: AssessmentRules, quarter: str
) -> tuple[pd.DataFrame, list[str]]:
    """The candidates of a `clean_quarter` rule among the units of one level, and the units nobody can judge.

    In: tidy cells of the level, tidy complaints of the level. A unit is a candidate when it has complaint
    counts for all three months and none of them above 0 (A36), the minimum of cases in the quarter, and its
    indicator at the rule's share or better over the quarter, taken from the cases and not from monthly
    figures (A43). Without a count for each month it cannot be judged. `chance_at_organisation`: that a unit
    at the common rates of complaints and of the indicator would have as clean a quarter by luck.
    """
    of_quarter = cells[(cells["period"] == quarter) & (cells["indicator"] == rule.indicator)]
    of_quarter = of_quarter.sort_values("unit", kind="stable").reset_index(drop=True)
    known = complaints[complaints["period"].isin(months_of(quarter))]
    counts = known.groupby("unit")[rule.complaints].agg(lambda values: values.sum(skipna=False))
    months = known.groupby("unit")["period"].nunique()
    told = np.asarray(counts.reindex(of_quarter["unit"]), np.float64)
    whole = (months.reindex(of_quarter["unit"]).fillna(0) == 3).to_numpy() & ~np.isnan(told)
    numerator, n, bad = (
        of_quarter[name].to_numpy(np.float64) for name in ("numerator", "denominator", "bad")
    )
    higher = rules.by_indicator[rule.indicator].direction == "higher"
    limit = n * rule.share
    reached = numerator >= limit - 1e-9 * n if higher else numerator <= limit + 1e-9 * n
    inside = whole & (told == 0) & (n >= rules.minimum) & reached
    table = of_quarter.assign(
        value=numerator / np.where(n > 0, n, np.nan),
        line=rule.share,
        months=", ".join(months_of(quarter)),
        chance_at_organisation=_luck(told, whole, n, bad),
    )
    unknown = [str(unit) for unit in of_quarter["unit"][~whole]]
    return listed(table[inside], rule, "clean_quarter", quarter), unknown


def _luck(told: Array, whole: npt.NDArray[np.bool_], n: Array, bad: Array) -> Array:
    """No complaint at the common rate of complaints per case, times as few faults at the common rate."""
    cases = n[whole].sum()
    if not cases > 0:
        return np.full(len(n), np.nan)
    return np.asarray(np.exp(-n * told[whole].sum() / cases) * at_organisation(n - bad, n))


__all__ = ["clean_quarter", "top"]
