"""Weak spots of targets, weights and grades."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from sqaudit.lint.finding import Finding
from sqaudit.standards.model import Grade, Indicator, Standard, Target

_BY_RATIO = ("ratio_to_target", "linear_floor", "piecewise")


def score_findings(standard: Standard) -> Iterator[Finding]:
    """What the weights, grades and targets of a standard will do that nobody may have meant."""
    yield from _weights(standard)
    yield from _grades(standard)
    for indicator in standard.indicators:
        yield from _no_target(standard, indicator)
        yield from _two_targets(indicator)
        yield from _points(standard, indicator)


def _weights(standard: Standard) -> Iterator[Finding]:
    weights = [one.weight for one in standard.indicators if one.weight is not None]
    if weights and abs(sum(weights) - 100) > 1e-9:
        yield Finding("warning", "", "weights", {"sum": f"{sum(weights):g}"})


def _grades(standard: Standard) -> Iterator[Finding]:
    grades = standard.grades
    if any(one.weight is not None for one in standard.indicators) and not grades:
        yield Finding("warning", "", "no_grades")
    if grades and grades[-1].from_ > 0:
        yield Finding("warning", "", "no_lowest_grade", {"bound": f"{grades[-1].from_:g}"})
    for better, grade in pairwise(grades):
        yield from _band(better, grade)
    for grade in grades:
        if grade.to is not None and grade.to <= grade.from_:
            yield Finding(
                "warning", "", "band_turned", {"lower": f"{grade.from_:g}", "upper": f"{grade.to:g}"}
            )


def _band(better: Grade, grade: Grade) -> Iterator[Finding]:
    """A band as the document prints it, against the next better one: the program goes by the lower bounds."""
    if grade.to is None or grade.to == better.from_:
        return
    bounds = {"upper": f"{grade.to:g}", "next": f"{better.from_:g}"}
    if grade.to < better.from_:
        between = f"{(grade.to + better.from_) / 2:g}"
        rounding = better.from_ - grade.to <= 1  # 89 and 90: whole points leave no score between them
        check = "grade_gap" if rounding else "grade_hole"
        yield Finding("note" if rounding else "warning", "", check, {**bounds, "between": between})
    else:
        yield Finding("warning", "", "grade_overlap", bounds)


def _no_target(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    if indicator.truncated:
        yield Finding("note", indicator.id, "truncated")
    elif not indicator.all_targets:
        weighed = indicator.weight is not None and indicator.evidence != "panel"
        scored = weighed and standard.scoring.rule in (*_BY_RATIO, "binary")
        yield Finding("warning" if scored else "note", indicator.id, "weight_lost" if scored else "monitored")


def _two_targets(indicator: Indicator) -> Iterator[Finding]:
    for one, other in combinations(indicator.all_targets, 2):
        if _both_fit(one, other):
            scopes = {"scope": _scope(one), "other": _scope(other)}
            yield Finding("warning", indicator.id, "two_targets", scopes)


def _both_fit(one: Target, other: Target) -> bool:
    """Whether two targets for different segments are as specific and can be in force for one case."""
    agree = all(other.scope.get(name, value) == value for name, value in one.scope.items())
    return agree and len(one.scope) == len(other.scope) and one.scope != other.scope and one.conflicts(other)


def _scope(target: Target) -> str:
    return ", ".join(f"{name} {value}" for name, value in target.scope.items())


def _points(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    """What scoring by ratio makes of a lower-is-better target."""
    if indicator.weight is None or indicator.direction != "lower" or standard.scoring.rule not in _BY_RATIO:
        return
    if any(one.value == 0 for one in indicator.all_targets):
        yield Finding("note", indicator.id, "zero_target")
    elif (
        indicator.all_targets
        and indicator.shown_unit != "share"
        and (standard.scoring.rule, standard.scoring.cap) == ("ratio_to_target", "none")
    ):
        yield Finding("warning", indicator.id, "no_cap")


__all__ = ["score_findings"]
