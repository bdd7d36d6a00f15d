"""Words for control charts: what they show, what chance alone would do, since when, and broken records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqaudit.control.change_point import ChangePoint
from sqaudit.control.chart import ControlChart
from sqaudit.control.composition import CompositionChange
from sqaudit.present import numbers
from sqaudit.present.words import Tongue, is_said, joined, say

__all__ = [
    "artefact_sentence",
    "chart_notes",
    "chart_reading",
    "composition_sentence",
    "period_name",
    "since_sentence",
]


def chart_reading(chart: ControlChart, language: Tongue) -> str:
    """The one message of a control chart, without a full stop: calm, signals and the latest, or no limits."""
    if (chart.phases["status"] == "none").all():
        return say("control.no_limits", language)
    signals = chart.signals
    if signals.empty:
        return say("control.calm", language)
    latest = signals.iloc[-1]
    return say(
        "control.signals",
        language,
        count=len(signals),
        period=period_name(latest["period"]),
        rules=rule_names(latest["signal"], chart, language),
    )


def rule_names(signal: str, chart: ControlChart, language: Tongue) -> str:
    """The rules of a signal in words."""
    lengths = {"run": chart.design.rules.run_length, "trend": chart.design.rules.trend_length}
    names = [say(f"control.rule.{name}", language, length=lengths.get(name, 0)) for name in signal.split(",")]
    return joined(names, language)


def chart_notes(chart: ControlChart, language: Tongue) -> list[str]:
    """What a reader must know beside a control chart, in sentences: basis, re-basing, notes, false alarms."""
    sentences = []
    for phase in chart.phases.to_dict("records"):
        if phase["status"] != "none":
            first, last = (period_name(phase[f"baseline_{end}"]) for end in ("first", "last"))
            count = int(phase["baseline_points"])
            sentences.append(say("control.basis", language, first=first, last=last, count=count))
        if phase["reason"]:
            period = period_name(phase["from"])
            sentences.append(say("control.rebased", language, period=period, reason=phase["reason"]))
    sentences += [
        say("control.left_out", language, period=one.period, reason=one.reason)
        for one in chart.design.left_out
    ]
    spread = numbers.amount(_sigma_z(chart), "ratio", language)
    for code in chart.notes:
        if is_said(f"control.note.{code}"):
            fields = {"sigma_z": spread} if code in ("overdispersed", "underdispersed") else {}
            sentences.append(say(f"control.note.{code}", language, **fields))
    if numbers.is_number(chart.false_alarms.chance_of_any):
        alarms = chart.false_alarms
        chance = numbers.share(alarms.chance_of_any, digits=0)
        expected = numbers.amount(alarms.expected, "ratio", language, digits=1)
        sentences.append(
            say("control.chance", language, points=alarms.points, chance=chance, expected=expected)
        )
    return sentences


def since_sentence(change: ChangePoint, language: Tongue, unit: str, confidence: float = 0.95) -> str:
    """Since when the level is another one, or that there is no clear point of change."""
    if not change.found:
        return say(f"control.since.{change.reason}", language, points=change.points)
    return say(
        "control.since.changed",
        language,
        since=period_name(change.since),
        earliest=period_name(change.earliest),
        latest=period_name(change.latest),
        before=numbers.amount(change.before, unit, language),
        after=numbers.amount(change.after, unit, language),
        confidence=f"{numbers.plain(round(100 * confidence, 6))} %",
    )


def composition_sentence(change: CompositionChange, column: str, language: Tongue) -> str:
    """Since when the records divide otherwise into the classes of a column, or that they do not."""
    if not change.found:
        return say("control.composition.steady", language, column=column)
    return say(
        "control.composition.changed",
        language,
        since=period_name(change.since),
        column=column,
        group=change.group or say("table.not_given", language),
        moved=numbers.share(change.moved),
        before=numbers.share(change.before),
        after=numbers.share(change.after),
    )


def artefact_sentence(finding: Mapping[Any, Any], language: Tongue) -> str:
    """One finding of `volume_artefacts` as a sentence.

    >>> finding = {"period": "2026-06-12..2026-06-30", "count": 3, "expected": 197.3, "kind": "gap"}
    >>> artefact_sentence(finding, "en")
    '2026-06-12..2026-06-30: records are missing (3, usually about 197).'
    """
    return say(
        f"control.artefact.{finding['kind']}",
        language,
        period=finding["period"],
        count=numbers.count(finding["count"]),
        expected=numbers.count(finding["expected"]),
    )


def period_name(period: object) -> str:
    """A period as a reader sees it: a day without its midnight.

    >>> import pandas as pd
    >>> period_name(pd.Timestamp("2026-07-01")), period_name("2026-07")
    ('2026-07-01', '2026-07')
    """
    return str(period).removesuffix(" 00:00:00")


def _sigma_z(chart: ControlChart) -> float:
    """The one that lies furthest from 1 among the phases."""
    known = [float(spread) for spread in chart.phases["sigma_z"].dropna()]
    return max(known, key=lambda spread: abs(spread - 1), default=float("nan"))
