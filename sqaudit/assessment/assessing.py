"""An assessment in one call: judgements, candidates for review, fair comparison, the naive table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sqaudit.assessment.cells import ANY, COUNTS, months_of, quarter_of, tidy, tidy_complaints
from sqaudit.assessment.comparison import COMPARISON, compare_units, mix_dimensions
from sqaudit.assessment.consequences import stacked
from sqaudit.assessment.evidence import CANDIDATES, EXPECTED, WITHHELD, joined, listed
from sqaudit.assessment.funnel import Spread
from sqaudit.assessment.judgements import judge
from sqaudit.assessment.league import LEAGUE, LISTS, league_table, naive_lists
from sqaudit.assessment.missed import Outcome, missed
from sqaudit.assessment.per_rule import PER_RULE, Judging
from sqaudit.assessment.rewards import clean_quarter, top
from sqaudit.assessment.rules import AssessmentRules, CleanQuarter, MajorComplaint, Missed, Rule, Top
from sqaudit.frames import require


@dataclass(frozen=True, eq=False)
class Assessment:
    """Frames of one assessment, each with the columns its module names.

    judgements   every unit, indicator, month and quarter beside its lines (`judgements.judge`)
    candidates   who is worth a review, with the evidence and the chance to be wrong; never a payroll file
    withheld     who lies beyond a line by the bare figure and is no candidate, with the reason
    expected     how many false names to expect in each list
    consequences what the document's changes of pay add up to for candidates, under each reading of stacking;
                 a consequence that changes no pay stands with its candidate only
    comparison   funnel, shrunken, like with like, groups, for the month and its quarter (`comparison`)
    league       the naive table, and `lists` with the innocents it would have named (`league`)
    per_rule     how many each rule judged and named, or why nobody could be judged (`per_rule`)
    notes        codes of what a reader must know
    period, quarter   the month assessed and the quarter it lies in
    """

    rules: AssessmentRules
    period: str
    quarter: str
    judgements: pd.DataFrame
    candidates: pd.DataFrame
    withheld: pd.DataFrame
    expected: pd.DataFrame
    consequences: pd.DataFrame
    comparison: pd.DataFrame
    league: pd.DataFrame
    lists: pd.DataFrame
    notes: tuple[str, ...]
    per_rule: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PER_RULE)))


def assess(
    cells: pd.DataFrame,
    rules: AssessmentRules,
    complaints: pd.DataFrame | None = None,
    mix: pd.DataFrame | None = None,
    period: str | None = None,
    spread: Spread = "additive",
) -> Assessment:
    """The assessment of all units of all levels in a month, and of the quarter it lies in.

    `cells`: `unit, period, indicator, numerator, denominator` by month, whole counts, and `level` where there
    are several (agent, team, department); rows of one key add up. `complaints`: `unit, period, raised`, with
    `upheld`, `major` and `level` if known, and a row of 0 where there was none. `mix`: the same cases by what
    they are, `unit, <dimensions>, count, bad` with `level, indicator, period` if there are several; the
    dimension that matters most first. `period`: the month assessed, the latest if not given; later months
    are not looked at.

    The order of rows is irrelevant. Clean quarters are looked for in the last month of a quarter only.
    ValueError, with all reasons, for input that cannot be; FrameError for missing columns.

    >>> rules = AssessmentRules.model_validate({"assessment": "x", "title": "X", "lines": [
    ...     {"indicator": "on_time", "target": 0.95, "penalty": 0.90}], "rules": [
    ...     {"id": "miss", "kind": "missed", "consequence": {"id": "warning"}}]})
    >>> month = pd.DataFrame({"unit": ["A", "B", "C"], "period": "2026-09", "indicator": "on_time",
    ...                       "numerator": [40, 53, 58], "denominator": [60, 60, 60]})
    >>> done = assess(month, rules)
    >>> done.candidates[["unit", "status"]].to_dict("list"), done.withheld[["unit", "reason"]].to_dict("list")
    ({'unit': ['A'], 'status': ['for_review']}, {'unit': ['B'], 'reason': ['chance_explains']})
    """
    counted, told = tidy(cells, rules, period), tidy_complaints(complaints)
    mixed = _mix(mix, counted)
    month = period or max([*counted.loc[counted["grain"] == "month", "period"], *told["period"]], default="")
    quarter = quarter_of(month) if month else ""
    judgements = judge(counted, rules)
    missing = list(_missed(counted, rules, month, mixed))
    outcomes = [outcome for *_, outcome in missing]
    rewards, unknown = _rewards(counted, judgements, told, rules, month, quarter)
    majors = [_majors(told, rule, rules, month) for rule in rules.rules if isinstance(rule, MajorComplaint)]
    candidates = joined([*(one.candidates for one in outcomes), *rewards, *majors], CANDIDATES)
    judging = Judging(
        *(rules, (month, quarter), counted, judgements, told),
        {(rule, level): _judged(missing, rule, level) for rule, level, _ in missing},
        unknown,
        _ends(month, quarter),
    )
    there = sorted({str(one) for one in (*counted["level"], *told["level"])})
    meant = {rule.id: [one for one in there if _for(rule, rules, one)] for rule in rules.rules}
    comparison, league, lists = _comparison(counted, rules, (month, quarter), mixed, spread)
    return Assessment(
        rules=rules,
        period=month,
        quarter=quarter,
        judgements=judgements,
        candidates=candidates,
        withheld=joined([one.withheld for one in outcomes], WITHHELD),
        expected=joined([*(one.expected for one in outcomes), _stars(candidates, judgements)], EXPECTED),
        consequences=stacked(candidates, rules),
        comparison=comparison,
        league=league,
        lists=lists,
        notes=(
            *_notes(judgements, comparison, counted, mixed, month, unknown),
            *_unused(cells, counted, told, rules),
        ),
        per_rule=judging.told(candidates, meant),
    )


def _mix(mix: pd.DataFrame | None, counted: pd.DataFrame) -> pd.DataFrame | None:
    """The case mix with texts as keys; ValueError, with all reasons, where it does not match the cells."""
    if mix is None:
        return None
    require(mix, ["unit", "count", "bad"], "case mix")
    months = counted[counted["grain"] == "month"]
    faults = [
        f"there are several of `{name}` in the cells, and case mix does not say which it is for."
        for name in ("level", "indicator", "period")
        if name not in mix and months[name].nunique() > 1
    ]
    if not mix_dimensions(mix):
        faults.append("it needs at least one column that describes the cases, such as channel.")
    if faults:
        raise ValueError("Case mix cannot be used: " + " ".join(faults))
    texts = {name: mix[name].astype(str) for name in ("level", "unit", "indicator", "period") if name in mix}
    return mix.assign(**texts)


def _of(mix: pd.DataFrame | None, level: str, indicator: str, months: list[str]) -> pd.DataFrame | None:
    """The case mix of one level, indicator and months; None where nothing is known of it."""
    if mix is None:
        return None
    kept = mix
    for name, values in (("level", [level]), ("indicator", [indicator]), ("period", months)):
        if name in kept and values:
            kept = kept[kept[name].isin(values)]
    return kept if len(kept) else None


def _for(rule: Rule, rules: AssessmentRules, level: str) -> bool:
    """Whether a rule is for a level; one that names none is for cells that do not tell levels apart too."""
    meant = rules.levels_of(rule)
    return not meant or level in meant or (level == ANY and not rule.levels)


def _missed(
    counted: pd.DataFrame, rules: AssessmentRules, month: str, mix: pd.DataFrame | None
) -> Iterator[tuple[str, str, Outcome]]:
    groups = {(str(key[0]), str(key[1])): frame for key, frame in counted.groupby(["level", "indicator"])}
    for rule in rules.rules:
        if not isinstance(rule, Missed):
            continue
        for (level, indicator), frame in groups.items():
            if _for(rule, rules, level) and indicator in (rule.indicators or rules.by_indicator):
                known = _of(mix, level, indicator, [])
                found = missed(frame, rules.by_indicator[indicator], rule, rules, month, known)
                yield rule.id, level, found


def _judged(missing: list[tuple[str, str, Outcome]], rule: str, level: str) -> set[str]:
    """The units that a `missed` rule judged at a level, in whatever indicator."""
    return {unit for of, at, found in missing if (of, at) == (rule, level) for unit in found.judged}


def _ends(month: str, quarter: str) -> bool:
    return bool(quarter) and month == months_of(quarter)[-1]


def _rewards(
    counted: pd.DataFrame,
    judgements: pd.DataFrame,
    complaints: pd.DataFrame,
    rules: AssessmentRules,
    month: str,
    quarter: str,
) -> tuple[list[pd.DataFrame], list[str]]:
    found: list[pd.DataFrame] = []
    unknown: list[str] = []
    now = judgements[judgements["period"] == month]
    ends = _ends(month, quarter)
    for rule in rules.rules:
        for level in sorted({str(one) for one in counted["level"]}):
            if not _for(rule, rules, level):
                continue
            if isinstance(rule, Top):
                lines = rules.by_indicator[rule.indicator]
                found.append(top(now[now["level"] == level], rule, lines, rules, month))
            elif isinstance(rule, CleanQuarter) and ends:
                cells, told = (frame[frame["level"] == level] for frame in (counted, complaints))
                clean, unclear = clean_quarter(cells, told, rule, rules, quarter)
                found.append(clean)
                unknown += unclear
    return found, unknown


def _stars(candidates: pd.DataFrame, judgements: pd.DataFrame) -> pd.DataFrame:
    """How many of the best are expected not to be so in truth, list by list."""
    rows = []
    best = candidates[candidates["kind"] == "top"]
    for (rule, level, indicator, period), names in best.groupby(["rule", "level", "indicator", "period"]):
        group = judgements[
            (judgements[["level", "indicator", "period"]] == [level, indicator, period]).all(axis=1)
        ]
        judged = int((group["verdict"] != "no_verdict").sum())
        wrong = float(names["probability_wrong"].sum())
        rows.append((rule, level, indicator, period, judged, len(names), np.nan, wrong, len(names), wrong))
    return pd.DataFrame(rows, columns=list(EXPECTED))


def _majors(complaints: pd.DataFrame, rule: Rule, rules: AssessmentRules, month: str) -> pd.DataFrame:
    """A row for every unit with a major complaint in the month: the case itself is the reason to look."""
    reached = complaints[(complaints["period"] == month) & (complaints["major"] > 0)]
    meant = np.array([_for(rule, rules, str(level)) for level in reached["level"]], dtype=bool)
    reached = reached[meant]
    return listed(reached.assign(numerator=reached["major"], months=month), rule, "major_complaint", month)


def _comparison(
    counted: pd.DataFrame,
    rules: AssessmentRules,
    periods: tuple[str, str],
    mix: pd.DataFrame | None,
    spread: Spread,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    compared, tables, lists = [], [], []
    month, quarter = periods
    for (level, indicator, period), frame in counted.groupby(["level", "indicator", "period"]):
        if period not in periods:
            continue
        lines = rules.by_indicator[str(indicator)]
        months = [month] if period == month else [one for one in months_of(quarter) if one <= month]
        group = frame.reset_index(drop=True)
        compared.append(
            compare_units(group, lines, rules, _of(mix, str(level), str(indicator), months), spread)
        )
        table = league_table(group, lines)
        tables.append(table)
        lists.append(naive_lists(table, lines))
    return joined(compared, COMPARISON), joined(tables, LEAGUE), joined(lists, LISTS)


def _notes(
    judgements: pd.DataFrame,
    comparison: pd.DataFrame,
    counted: pd.DataFrame,
    mix: pd.DataFrame | None,
    month: str,
    unknown: list[str],
) -> Iterator[str]:
    yield "for_review_only"
    yield "chances_assumed"
    now = judgements[judgements["period"] == month]
    if (now["reason"] == "few_cases").any():
        yield "few_cases"
    if (now["reason"] == "missing_count").any():
        yield "missing_counts"
    if (comparison["overdispersed"].astype(bool) & ~comparison["like_with_like"].astype(bool)).any():
        yield "overdispersed"
    yield "mix_known" if mix is not None else "mix_unknown"
    if mix is not None and _differs(counted, mix, month):
        yield "mix_differs"
    if unknown:
        yield "complaints_missing"
    if (comparison["reason"] == "nobody_to_compare").any():
        yield "nobody_to_compare"


def _unused(
    cells: pd.DataFrame, counted: pd.DataFrame, told: pd.DataFrame, rules: AssessmentRules
) -> Iterator[str]:
    """What was given and not used: indicators without lines, lines without cells, rules for absent levels."""
    given, lined = {str(one) for one in cells["indicator"].dropna()}, {*rules.by_indicator}
    if given - lined:
        yield "indicators_without_lines"
    if lined - given:
        yield "indicators_absent"
    levels = {str(one) for one in (*counted["level"], *told["level"])}
    if any(rule.levels and not levels & {*rule.levels} for rule in rules.rules):
        yield "levels_absent"


def _differs(counted: pd.DataFrame, mix: pd.DataFrame, month: str) -> bool:
    """Whether the case-mix cells of the month do not add up to the cells."""
    keys = [name for name in ("level", "unit", "indicator") if name in mix]
    if "period" not in mix or not {"unit", "indicator"} <= set(keys):
        return False
    plain = counted[counted["period"] == month].groupby(keys)[[COUNTS[1], "bad"]].sum()
    cells = mix[mix["period"] == month].groupby(keys)[["count", "bad"]].sum()
    both = plain.join(cells.rename(columns={"bad": "mix_bad"}), how="inner")
    return bool(((both[COUNTS[1]] != both["count"]) | (both["bad"] != both["mix_bad"])).any())


__all__ = ["Assessment", "assess"]
