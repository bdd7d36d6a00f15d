"""Who missed a line for so many months running, and whether chance or the mix of cases explains it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.assessment.cells import running
from sqaudit.assessment.comparison import largest_tail, mix_dimensions, standardised
from sqaudit.assessment.evidence import EXPECTED, WITHHELD, at_organisation, joined, listed
from sqaudit.assessment.exact_strata import Array
from sqaudit.assessment.funnel import at_most
from sqaudit.assessment.judgements import best_case, beyond, chances, fault_line
from sqaudit.assessment.mix_line import chances_on_line
from sqaudit.assessment.rules import AssessmentRules, Lines, Missed
from sqaudit.assessment.shrinkage import beliefs
from sqaudit.estimates.multiplicity import benjamini_hochberg

Flags = npt.NDArray[np.bool_]
Row = dict[Hashable, Any]
SUMS = ("numerator", "denominator", "bad")


class Outcome(NamedTuple):
    """Rows for the list, names a bare figure would have added, false ones to expect, and who was judged."""

    candidates: pd.DataFrame
    withheld: pd.DataFrame
    expected: pd.DataFrame
    judged: frozenset[str] = frozenset()


def missed(
    cells: pd.DataFrame,
    lines: Lines,
    rule: Missed,
    rules: AssessmentRules,
    period: str,
    mix: pd.DataFrame | None,
) -> Outcome:
    """A `missed` rule for the units of one level and one indicator in a month.

    In: tidy cells of one level and indicator. A unit is judged when the month and as many counted before it
    as the rule asks for are there: months with the minimum of cases; one without between them neither counts
    nor resets (A34), several in a row end the run. It
    is a candidate when each of these months lies beyond the line and, taken together, they would rarely do
    so for a unit just on the line (exact; Benjamini and Hochberg over all judged). With `mix` they must
    rarely do so for a unit just on the line with its kinds of cases too (`mix_line`), and where there are
    several kinds the unit must show more faults than others would with its cases: what all do is the process.
    So a mix takes names off the list and adds none; one of a single kind changes nothing. `reading: point`
    asks for the bare figures only, and with `mix` for these.

    Withheld is who lies beyond the line by the bare figure of the month and is no candidate, with the reason:
    few_cases, chance_explains, mix_explains (the line is significantly missed, but not by a unit with such
    cases), like_others (the line is missed with such cases too, but others do no better with them),
    not_comparable (nobody else has such cases), or not_months_running.

    `false_at_most` is exact for units just on the line; `false_expected` adds up the chances, given all
    units, that those listed are truly on its good side; `..._by_point` are the same for a list of bare
    figures. All of them take cases as independent, the latter two also true levels as smoothly spread.
    """
    line = fault_line(lines, rule.line)
    runs = _runs(cells, rule.months, rules.minimum, period)
    now = cells[(cells["grain"] == "month") & (cells["period"] == period)]
    if np.isnan(line) or now.empty:
        return Outcome(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    pooled = _pooled(runs, now, rule.months, line)
    bad, n = (pooled[name].to_numpy(np.float64) for name in ("bad", "denominator"))
    judged = pooled["judged"].to_numpy(bool)
    alone, among = chances(np.where(judged, bad, np.nan), n, line, rules)
    each = pooled["each"].to_numpy(bool)
    by_point = each & beyond(bad, n, line)
    mixed = _mix_chance(pooled, mix, judged, alone, line)
    # With the mix as many comparisons are made as without.
    explained = np.zeros(len(pooled), bool) if mix is None else ~(benjamini_hochberg(mixed) <= rules.level)
    like = benjamini_hochberg(_like_others(pooled, mix, judged)) > rules.level
    shown = judged & by_point if rule.reading == "point" else judged & by_point & (among <= rules.level)
    innocent = 1 - beliefs(bad, n).chance_at_least(line + 1e-12)
    table = pooled.assign(
        indicator=lines.indicator,
        value=pooled["numerator"] / pooled["denominator"].where(pooled["denominator"] > 0),
        best_case=best_case(bad, n, lines, rules.level),
        line=lines.line(rule.line),
        months=[", ".join(run) for run in pooled["run"]],
        chance_at_line=alone,
        adjusted_chance=among,
        chance_at_organisation=at_organisation(bad, n),
        chance_mix=mixed,
        probability_wrong=innocent,
    )
    chosen = shown & ~explained & ~like
    reason = np.select(
        [
            ~judged & (n < rules.minimum),
            ~judged | ~each,
            shown & explained & np.isnan(mixed),
            shown & explained,
            shown & like,
        ],
        ["few_cases", "not_months_running", "not_comparable", "mix_explains", "like_others"],
        "chance_explains",
    )
    faults, cases = (now[name].to_numpy(np.float64) for name in ("bad", "denominator"))
    naive = beyond(faults, cases, line)
    withheld = table.assign(rule=rule.id, period=period, reason=reason)[naive & ~chosen]
    return Outcome(
        listed(table[chosen], rule, "missed", period),
        joined([withheld], WITHHELD),
        _expected(table, rule, period, judged, chosen, by_point, innocent, line, rules),
        frozenset(pooled.loc[judged, "unit"].astype(str)),
    )


def _runs(cells: pd.DataFrame, months: int, minimum: int, period: str) -> dict[str, list[Row]]:
    """The last months counted of each unit up to the period, oldest first, without a gap of thin months."""
    usable = cells[(cells["grain"] == "month") & (cells["period"] <= period)]
    usable = usable[(usable["denominator"] >= minimum) & usable["bad"].notna()]
    runs: dict[str, list[Row]] = {}
    for row in usable.sort_values(["unit", "period"], kind="stable").to_dict("records"):
        run = runs.setdefault(str(row["unit"]), [])
        if run and not running(str(run[-1]["period"]), str(row["period"])):
            run.clear()
        run.append(row)
    return {unit: rows[-months:] for unit, rows in runs.items()}


def _pooled(runs: dict[str, list[Row]], now: pd.DataFrame, months: int, line: float) -> pd.DataFrame:
    """Each unit of the month with the sums of its run; judged only where the run is whole and ends now."""
    rows = []
    for cell in now.to_dict("records"):
        run = runs.get(str(cell["unit"]), [])
        judged = len(run) == months and run[-1]["period"] == cell["period"]
        kept = run if judged else [cell]
        each = {name: np.array([float(one[name]) for one in kept]) for name in SUMS}
        rows.append(
            {
                "level": cell["level"],
                "unit": cell["unit"],
                **{name: float(values.sum()) for name, values in each.items()},
                "run": tuple(str(one["period"]) for one in kept),
                "judged": judged,
                "each": bool(beyond(each["bad"], each["denominator"], line).all()),
            }
        )
    return pd.DataFrame(rows)


def _mix_chance(
    pooled: pd.DataFrame, mix: pd.DataFrame | None, judged: Flags, alone: Array, line: float
) -> Array:
    """The chance of so many faults for a unit on the line with its kinds of cases; NaN without a mix."""
    if mix is None:
        return np.full(len(pooled), np.nan)
    if not 0 < line < 1:  # no kind of case moves a line of no faults, or of nothing but faults
        return alone
    return np.where(judged, chances_on_line(pooled, mix, line), np.nan)


def _like_others(pooled: pd.DataFrame, mix: pd.DataFrame | None, judged: Flags) -> Array:
    """The chance of so many faults for a unit like others with its cases; NaN where all are of one kind."""
    if mix is None or not (mix[mix_dimensions(mix)].nunique(dropna=False) > 1).any():
        return np.full(len(pooled), np.nan)
    months = {month for run in pooled["run"] for month in run}
    used = mix[mix["period"].isin(months)] if "period" in mix else mix
    like = standardised(pooled, used, 0.95).reindex(pooled["unit"])
    return np.where(judged, like["chance_worse"].to_numpy(np.float64), np.nan)


def _expected(
    table: pd.DataFrame,
    rule: Missed,
    period: str,
    judged: Flags,
    chosen: Flags,
    by_point: Flags,
    innocent: Array,
    line: float,
    rules: AssessmentRules,
) -> pd.DataFrame:
    n = table["denominator"].to_numpy(np.float64)
    inside = 0 < line < 1
    sizes = [largest_tail(size, line, rules.level) if inside else 0.0 for size in n[judged]]
    points = [_beyond_by_chance(size, line) if inside else 0.0 for size in n[judged]]
    naive = by_point & judged
    row = {
        "rule": rule.id,
        "level": table["level"].iloc[0],
        "indicator": table["indicator"].iloc[0],
        "period": period,
        "judged": int(judged.sum()),
        "listed": int(chosen.sum()),
        "false_at_most": float(sum(sizes if rule.reading == "bound" else points)),
        "false_expected": float(innocent[chosen].sum()),
        "listed_by_point": int(naive.sum()),
        "false_by_point": float(innocent[naive].sum()),
    }
    return pd.DataFrame([row], columns=list(EXPECTED))


def _beyond_by_chance(n: float, line: float) -> float:
    """The chance that a unit just on the line shows a figure beyond it."""
    return float(1 - at_most(np.floor(n * line + 1e-9), n, line))


__all__ = ["Outcome", "missed"]
