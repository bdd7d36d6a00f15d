"""Suspicions that a figure was worked on, in sentences: who, how much, and what to rule out first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqaudit.present import numbers
from sqaudit.present.words import Labels, Tongue, joined, named, say

if TYPE_CHECKING:
    from sqaudit.gaming.report import GamingReport

__all__ = ["finding_line", "gaming_lines", "innocent_line", "not_assessable_lines"]

_LENGTHS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"))


def gaming_lines(report: GamingReport, labels: Labels, language: Tongue) -> Iterator[str]:
    """The report in lines: how much was compared, and each finding with its records and what to rule out."""
    found = report.findings
    if found.empty:
        yield say("gaming.none", language, period=report.period, count=len(report.compared))
        return
    yield say("gaming.head", language, period=report.period, count=len(report.compared), found=len(found))
    for row in found.to_dict("records"):
        yield finding_line(row, labels, language)
        yield say("gaming.records", language, where=row["where"])
        yield innocent_line(row, language)


def finding_line(row: Mapping[Any, Any], labels: Labels, language: Tongue) -> str:
    """One finding in a sentence.

    >>> row = {"detector": "close_and_reopen", "segment": "Desk A", "indicators": [], "figure": 0.21,
    ...        "expected": 0.04, "p_adjusted": 0.002, "limit_seconds": float("nan")}
    >>> finding_line(row, {}, "en")
    'Desk A: 21.0 % of closed tickets were opened again, elsewhere about 4.0 % (adjusted p 0.002).'
    """
    fields = {"segment": row["segment"], "p": numbers.p_value(row["p_adjusted"])}
    if row["indicators"]:
        fields["indicators"] = joined([named(labels, name, language) for name in row["indicators"]], language)
    if row["detector"] == "bunching":
        fields |= {name: _length(row[f"{name}_seconds"], language) for name in ("limit", "window")}
        fields |= {"figure": numbers.count(row["figure"]), "expected": numbers.count(round(row["expected"]))}
    else:
        fields |= {name: numbers.share(row[name]) for name in ("figure", "expected")}
    return say(f"gaming.finding.{row['detector']}", language, **fields)


def innocent_line(row: Mapping[Any, Any], language: Tongue) -> str:
    """What has to be ruled out before anybody is accused."""
    return say(f"gaming.innocent.{row['explanation']}", language)


def not_assessable_lines(report: GamingReport, labels: Labels, language: Tongue) -> Iterator[str]:
    """What could not be looked at, and why: one line for each detector and reason."""
    rows = report.not_assessable.fillna("").drop_duplicates(["detector", "kind", "reason", "detail"])
    for row in rows.to_dict("records"):
        reason = say(
            f"gaming.reason.{row['reason']}",
            language,
            kind=named(labels, row["kind"], language) if row["kind"] else say("gaming.any_kind", language),
            detail=row["detail"],
        )
        what = say(f"gaming.detector.{row['detector']}", language)
        yield say("gaming.not_assessable", language, what=what, reason=reason)


def _length(seconds: float, language: Tongue) -> str:
    """A length of time in the largest unit that it is a whole number of, else in seconds.

    >>> _length(30, "en"), _length(7200, "en"), _length(420, "zh")
    ('30 s', '2 h', '7 分钟')
    """
    unit, name = next(((unit, name) for unit, name in _LENGTHS if seconds % unit == 0), (1, "seconds"))
    return numbers.amount(seconds / unit, name, language).replace(".0 ", " ")
