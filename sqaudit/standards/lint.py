"""Weak spots of a standard: what is allowed, but will mislead or cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sqaudit.readings import needed_of
from sqaudit.standards.model import Indicator, Standard, Target

Finding = dict[str, str]
_GOOD_WORDS = ("completeness", "compliance", "satisfaction", "on_time", "resolution", "accuracy", "promise")
_BAD_WORDS = (
    "complaint_rate",
    "abandon",
    "reopen",
    "repeat",
    "error",
    "late",
    "missed",
    "wait",
    "delay",
    "backlog",
)


def lint(standard: Standard) -> list[Finding]:
    """The findings of a standard: `severity, indicator, check, message, remedy`; errors first.

    >>> from sqaudit.standards import read_standard
    >>> sorted({one["check"] for one in lint(read_standard("params/standards/after_sales_evaluation.yaml"))})
    ['no_target', 'truncated']
    """
    found = [*_weights(standard), *_grades(standard), *_names(standard)]
    for indicator in standard.indicators:
        found += [
            *_targets(indicator),
            *_points(standard, indicator),
            *_direction(indicator),
            *_columns(standard, indicator),
            *_words(indicator),
        ]
    rank = {"error": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda one: rank[one["severity"]])


def _finding(severity: str, indicator: str, check: str, message: str, remedy: str) -> Finding:
    return {
        "severity": severity,
        "indicator": indicator,
        "check": check,
        "message": message,
        "remedy": remedy,
    }


def _weights(standard: Standard) -> Iterator[Finding]:
    weights = [one.weight for one in standard.indicators if one.weight is not None]
    if weights and abs(sum(weights) - 100) > 1e-9:
        message = f"the weights add up to {sum(weights):g}, not 100."
        remedy = "Correct a weight; scores are put on a scale of 100 all the same."
        yield _finding("warning", "", "weights", message, remedy)


def _grades(standard: Standard) -> Iterator[Finding]:
    if any(one.weight is not None for one in standard.indicators) and not standard.grades:
        remedy = "Add `grades`, or leave the weights out."
        yield _finding("warning", "", "grades", "there are weights but no grades.", remedy)
    if standard.grades and standard.grades[-1].from_ > 0:
        message = f"scores below {standard.grades[-1].from_:g} earn no grade."
        yield _finding("warning", "", "grades", message, "Let the last grade start from 0.")


def _names(standard: Standard) -> Iterator[Finding]:
    """Two indicators of one name: a table of figures could mean either."""
    for one, other in combinations(standard.indicators, 2):
        shared = {one.name.zh, one.name.en} & {other.name.zh, other.name.en} - {""}
        if shared:
            message = f"it has the name of {one.id}: {', '.join(sorted(shared))}."
            yield _finding("warning", other.id, "same_name", message, "Give each indicator its own name.")


def _targets(indicator: Indicator) -> Iterator[Finding]:
    monitored = not indicator.all_targets
    if indicator.truncated:
        remedy = "Give a target once the whole document is at hand."
        yield _finding("note", indicator.id, "truncated", "the document is cut off here.", remedy)
    elif monitored and indicator.weight is not None and indicator.evidence != "panel":
        message = "it has a weight but no target, so it earns no points."
        yield _finding("warning", indicator.id, "no_target", message, "Add a target or drop the weight.")
    elif monitored:
        message = "it has no target and is monitored only."
        yield _finding("note", indicator.id, "no_target", message, "Nothing, if that is meant.")
    for one, other in combinations(indicator.all_targets, 2):
        if _both_fit(one, other):
            scopes = f"{_scope(one)} and {_scope(other)}"
            message = f"the targets for {scopes} both fit a case of both; the one written last counts."
            yield _finding(
                "warning", indicator.id, "two_targets", message, "Add a target for the two together."
            )


def _both_fit(one: Target, other: Target) -> bool:
    """Whether two targets for different segments are as specific and can be in force for one case."""
    agree = all(other.scope.get(name, value) == value for name, value in one.scope.items())
    return agree and len(one.scope) == len(other.scope) and one.scope != other.scope and one.conflicts(other)


def _scope(target: Target) -> str:
    return ", ".join(f"{name} {value}" for name, value in target.scope.items())


def _points(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    """What scoring by ratio makes of a lower-is-better target."""
    if indicator.weight is None or indicator.direction != "lower":
        return
    if any(one.value == 0 for one in indicator.all_targets):
        message = "a target of zero is scored pass or fail."
        yield _finding("note", indicator.id, "zero_target", message, "Nothing, if that is meant.")
    by_ratio = standard.scoring.rule == "ratio_to_target" and standard.scoring.cap == "none"
    if by_ratio and indicator.shown_unit != "share":
        message = "target over actual grows without end as the figure falls, and no cap holds it."
        yield _finding("warning", indicator.id, "no_cap", message, "Set `cap: at_weight` or `at_120`.")


def _direction(indicator: Indicator) -> Iterator[Finding]:
    good = any(word in indicator.id for word in _GOOD_WORDS)
    bad = any(word in indicator.id for word in _BAD_WORDS)
    if indicator.direction == "higher" and bad and not good and indicator.kind_of_measure != "within":
        message = "the name speaks of something bad, yet higher is better."
        yield _finding("warning", indicator.id, "direction", message, "Check `direction`.")
    if indicator.direction == "lower" and good and not bad:
        message = "the name speaks of something good, yet lower is better."
        yield _finding("warning", indicator.id, "direction", message, "Check `direction`.")


def _columns(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    for kind in indicator.kinds:
        for name in needed_of(indicator, kind):
            if name not in standard.kind(kind).columns:
                message = f"it reads '{name}', which {kind} records are not described to have."
                remedy = "Correct the name, or the records of a run must bring it."
                yield _finding("warning", indicator.id, "unknown_column", message, remedy)


def _words(indicator: Indicator) -> Iterator[Finding]:
    missing = [tongue for tongue, text in (("zh", indicator.name.zh), ("en", indicator.name.en)) if not text]
    if missing:
        message = f"its name is missing in {' and '.join(missing)}."
        remedy = "Add it, or books in that language show the other one."
        yield _finding("warning", indicator.id, "language", message, remedy)


__all__ = ["lint"]
