"""Weak spots of a standard: what is allowed, but will mislead or cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator

from sqaudit.readings import needed_columns
from sqaudit.standards.model import Indicator, Standard

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
    found = [*_weights(standard), *_grades(standard)]
    for indicator in standard.indicators:
        found += [
            *_targets(indicator),
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
        yield _finding(
            "warning",
            "",
            "weights",
            f"the weights add up to {sum(weights):g}, not 100.",
            "Correct a weight; scores are put on a scale of 100 all the same.",
        )


def _grades(standard: Standard) -> Iterator[Finding]:
    if any(one.weight is not None for one in standard.indicators) and not standard.grades:
        yield _finding(
            "warning",
            "",
            "grades",
            "there are weights but no grades.",
            "Add `grades`, or leave the weights out.",
        )
    if standard.grades and standard.grades[-1].from_ > 0:
        yield _finding(
            "warning",
            "",
            "grades",
            f"scores below {standard.grades[-1].from_:g} earn no grade.",
            "Let the last grade start from 0.",
        )


def _targets(indicator: Indicator) -> Iterator[Finding]:
    if indicator.truncated:
        yield _finding(
            "note",
            indicator.id,
            "truncated",
            "the document is cut off here.",
            "Give a target once the whole document is at hand.",
        )
    elif indicator.weight is not None and not indicator.all_targets and indicator.evidence != "panel":
        yield _finding(
            "warning",
            indicator.id,
            "no_target",
            "it has a weight but no target, so it earns no points.",
            "Add a target or drop the weight.",
        )
    elif not indicator.all_targets:
        yield _finding(
            "note",
            indicator.id,
            "no_target",
            "it has no target and is monitored only.",
            "Nothing, if that is meant.",
        )
    if (
        indicator.weight is not None
        and indicator.direction == "lower"
        and any(one.value == 0 for one in indicator.all_targets)
    ):
        yield _finding(
            "note",
            indicator.id,
            "zero_target",
            "a target of zero is scored pass or fail.",
            "Nothing, if that is meant.",
        )


def _direction(indicator: Indicator) -> Iterator[Finding]:
    good = any(word in indicator.id for word in _GOOD_WORDS)
    bad = any(word in indicator.id for word in _BAD_WORDS)
    if indicator.direction == "higher" and bad and not good and indicator.measure.kind != "within":
        message = "the name speaks of something bad, yet higher is better."
        yield _finding("warning", indicator.id, "direction", message, "Check `direction`.")
    if indicator.direction == "lower" and good and not bad:
        message = "the name speaks of something good, yet lower is better."
        yield _finding("warning", indicator.id, "direction", message, "Check `direction`.")


def _columns(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    for kind in indicator.records:
        columns = standard.kind(kind).columns
        for name in needed_columns(indicator):
            if name not in columns:
                message = f"it reads '{name}', which {kind} records are not described to have."
                yield _finding(
                    "warning",
                    indicator.id,
                    "unknown_column",
                    message,
                    "Correct the name, or the records of a run must bring it.",
                )


def _words(indicator: Indicator) -> Iterator[Finding]:
    missing = [tongue for tongue, text in (("zh", indicator.name.zh), ("en", indicator.name.en)) if not text]
    if missing:
        yield _finding(
            "warning",
            indicator.id,
            "language",
            f"its name is missing in {' and '.join(missing)}.",
            "Add it, or books in that language show the other one.",
        )


__all__ = ["lint"]
