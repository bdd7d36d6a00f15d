"""What each report of a book says in one line, for its front page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqaudit.present.words import Tongue, joined, named, say
from sqaudit.report.reader import BothTongues, Reader
from sqaudit.report.result import change_summary
from sqaudit.verification import VERDICTS

__all__ = ["summary"]


def summary(report: str, reader: Reader) -> BothTongues:
    """What a report says in one line in each tongue; empty for a report that has no such line."""
    if report == "quarterly_review":
        return _changes(reader)
    told = _TOLD.get(report)
    return reader.both(lambda tongue: told(reader, tongue) if told is not None else "")


def _changes(reader: Reader) -> BothTongues:
    changes, period = change_summary(reader), str(reader.review.run.compared_period)
    return reader.both(
        lambda tongue: (
            say("summary.quarterly_review", tongue, period=period, changes=changes[tongue])
            if changes[tongue]
            else ""
        )
    )


def _data_quality(reader: Reader, tongue: Tongue) -> str:
    counts = reader.review.results.checks["severity"].value_counts()
    found = {f"{name}s": int(counts.get(name, 0)) for name in ("error", "warning", "note")}
    return say("data_quality.checks_intro", tongue, **found)


def _root_cause(reader: Reader, tongue: Tongue) -> str:
    causes = reader.review.causes
    if causes is None or not causes.inquiries:
        return ""
    names = [named(reader.labels, one.indicator, tongue) for one in causes.inquiries]
    return say("summary.root_cause", tongue, names=joined(names, tongue))


def _monthly_assessment(reader: Reader, tongue: Tongue) -> str:
    found = reader.review.assessed
    if found is None or found.done is None:
        return ""
    suspicions = 0 if found.gaming is None else len(found.gaming.findings)
    return say(
        "summary.monthly_assessment",
        tongue,
        month=found.month,
        candidates=len(found.done.candidates.drop_duplicates(["level", "unit"])),
        suspicions=suspicions,
    )


def _improvement_followup(reader: Reader, tongue: Tongue) -> str:
    found = reader.review.followup
    if found is None or not found.actions:
        return ""
    counts = found.outcomes["verdict"].value_counts()
    shown = [
        say(
            "summary.counted",
            tongue,
            name=say(f"verification_verdict.{name}", tongue),
            count=int(counts[name]),
        )
        for name in VERDICTS
        if name in counts
    ]
    return say(
        "summary.improvement_followup", tongue, actions=len(found.actions), verdicts=joined(shown, tongue)
    )


_TOLD: Mapping[str, Callable[[Reader, Tongue], str]] = {
    "data_quality": _data_quality,
    "root_cause": _root_cause,
    "monthly_assessment": _monthly_assessment,
    "improvement_followup": _improvement_followup,
}
