"""Words for the improvement plan: what a measure brought, what the plan lacks, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.actions.columns import HEADS, Unread
from sqaudit.actions.model import Action
from sqaudit.actions.records import RecordFault
from sqaudit.periods import containing, parse
from sqaudit.present import numbers
from sqaudit.present.words import DASH, Tongue, is_said, joined, say
from sqaudit.verification.deciding import LEAST_AFTER
from sqaudit.verification.differences import Controls
from sqaudit.verification.outcome import Verification
from sqaudit.verification.power import WANTED

# Their sentences carry figures.
_SAID_IN_NUMBERS = ("regression_corrected", "cannot_tell", "weeks_not_settled")
_OF_NOTHING_AFTER = ("transition_left_out", "nothing_after")  # one sentence says both

__all__ = [
    "action_events",
    "expected_words",
    "finding_sentence",
    "levels_sentence",
    "on_time_sentence",
    "record_fault_sentence",
    "start_label",
    "tell_on_sentence",
    "unread_sentences",
    "verification_notes",
    "verification_sentence",
]


def verification_sentence(found: Verification, name: str, language: Tongue, unit: str) -> str:
    """The verdict on a measure in one sentence: what changed, how sure that is, and by which method.

    >>> import pandas as pd
    >>> from sqaudit.verification import verify
    >>> weeks = pd.DataFrame({"period": range(40), "numerator": [70, 74, 72, 72] * 10, "denominator": 100})
    >>> verification_sentence(verify(weeks, 38, 0.1), "Answered in 30 s", "en", "share")
    'Answered in 30 s: too early to say, 2 whole periods since the measure.'
    """
    if found.verdict == "too_early":
        return say("verification.too_early", language, name=name, count=found.periods_after)
    if not numbers.is_number(found.effect):
        unknown = "not_shown_worst" if "worst_without_peers" in found.notes else "not_shown_unknown"
        return say(f"verification.{unknown}", language, name=name)
    return say(
        f"verification.{found.verdict}",
        language,
        name=name,
        effect=numbers.difference(found.effect, unit, language),
        interval=numbers.difference_interval(found.low, found.high, unit, language),
        confidence=_percent(found.confidence),
        method=say(f"verification_method.{found.decided_by}", language),
    )


def verification_notes(found: Verification, language: Tongue, unit: str) -> list[str]:
    """What must be read with a verdict: levels, controls, corrections, when to look again, error rate."""
    sentences = []
    if numbers.is_number(found.after):
        sentences.append(levels_sentence(found, language, unit))
    if found.controls is not None:
        names = joined(found.controls.names, language)
        moved = numbers.difference(_moved(found, found.controls), unit, language)
        key = "controls" if moved == DASH else "controls_moved"
        sentences.append(say(f"verification.{key}", language, names=names, moved=moved))
    if found.regression is not None:
        size = numbers.difference(found.regression.expected_change, unit, language)
        sentences.append(say("verification.returning", language, size=size))
    passing = int((found.series["phase"] == "passing").sum())
    only_passing = passing > 0 and "nothing_after" in found.notes
    if only_passing:
        sentences.append(say("verification.only_passing", language, count=passing))
    elsewhere = (
        *_SAID_IN_NUMBERS,
        *(_OF_NOTHING_AFTER if only_passing or found.unsettled else ()),
        *(("planned_effect_unknown",) if found.verdict == "too_early" else ()),  # `tell_on_sentence` says it
    )
    planned = {
        "level": numbers.amount(found.level_to_reach, unit, language),
        "before": numbers.amount(found.before, unit, language, beside=found.level_to_reach),
    }
    sentences += [
        say(f"verification.note.{code}", language, **planned)
        for code in found.notes
        if is_said(f"verification.note.{code}") and code not in elsewhere
    ]
    if found.unsettled:
        sentences.append(say("verification.note.weeks_not_settled", language, count=found.unsettled))
    sentences += _outlook(found, language, unit)
    rate = _percent((1 - found.confidence) / 2)
    return [*sentences, say("verification.error_rate", language, share=rate)]


def levels_sentence(found: Verification, language: Tongue, unit: str) -> str:
    """The level before, after, and, where there is an effect, what was to be expected after without it."""
    levels = {side: numbers.amount(getattr(found, side), unit, language) for side in ("before", "after")}
    if not numbers.is_number(found.expected):
        return say("verification.levels", language, **levels)
    expected = expected_words(found, language, unit)
    return say("verification.levels_expected", language, **levels, expected=expected)


def expected_words(found: Verification, language: Tongue, unit: str) -> str:
    """The level to be expected after the measure without it, so that what was seen less it is the effect."""
    return numbers.less(found.after, found.effect, unit, language)


def tell_on_sentence(found: Verification, day: date, language: Tongue) -> str:
    """When a verdict that is too early can first be told; without a planned gain, when the wait is over."""
    if found.periods_needed is not None:
        return say("improvement_followup.tell_on", language, day=day.isoformat())
    known = "waited_on" if found.planned_effect is not None else "waited_on_unplanned"
    return say(f"improvement_followup.{known}", language, day=day.isoformat(), count=LEAST_AFTER)


def finding_sentence(row: Mapping[Any, Any], language: Tongue) -> str:
    """One fault of the plan (a row of `plan_findings`) as a sentence.

    >>> finding_sentence({"action": "IA7", "code": "overdue", "days": 12, "detail": ""}, "en")
    'IA7: overdue by 12 days.'
    """
    detail, since = str(row["detail"]), row.get("since")
    lacking = [
        say(f"action_finding.lacking.{word}", language)
        for word in detail.split(", ")
        if is_said(f"action_finding.lacking.{word}")
    ]
    column, _, value = detail.partition("=")
    said = say(
        f"action_finding.{row['code']}",
        language,
        action=row["action"],
        days=None if pd.isna(row["days"]) else int(row["days"]),
        since=None if since is None or pd.isna(since) else f"{since:%Y-%m-%d}",
        detail=detail,
        status=_status_word(detail, language),
        column=column,
        value=value,
        lacking=joined(lacking, language),
    )
    hints = [
        say(f"action_finding.{name}", language, names=row[name])
        for name in ("meant", "known")
        if row.get(name)
    ]
    return ("" if language == "zh" else " ").join([said, *hints[:1]])


def unread_sentences(unread: Sequence[Unread], file: str, language: Tongue) -> list[str]:
    """The columns of the file of a plan that are not read, one sentence each, with those that are.

    >>> unread_sentences([Unread("", "due by when", "due by")], "plan.csv", "en")
    ["plan.csv, column due by when: not known, so it is not read. Did you mean 'due by'?"]
    """
    names = ", ".join(spoken[0 if language == "en" else 1] for spoken in HEADS.values())
    found = []
    for one in unread:
        place = say(
            "action_plan.sheet" if one.sheet else "plain.text",
            language,
            text=file,
            file=file,
            sheet=one.sheet,
        )
        hint = (
            say("action_finding.meant", language, names=one.meant)
            if one.meant
            else say("action_finding.known", language, names=names)
        )
        found.append(say("action_plan.unread", language, place=place, column=one.column, hint=hint))
    return found


def record_fault_sentence(fault: RecordFault, language: Tongue) -> str:
    """Why a record of the plan is no action, as a sentence.

    >>> fault = RecordFault(3, "IA7", "due_at", "before_start", "2026-05-01", "2026-05-02")
    >>> record_fault_sentence(fault, "en")
    'Record 3 (IA7): due_at (2026-05-01) lies before the start (2026-05-02).'
    """
    named = f" ({fault.action})" if language == "en" else f"（{fault.action}）"
    words = {"column": fault.column, "value": fault.value, "detail": fault.detail}
    return say(
        "action_record.place",
        language,
        row=fault.row,
        action=named if fault.action else "",
        fault=say(f"action_record.{fault.code}", language, **words),
    )


def on_time_sentence(table: pd.DataFrame, language: Tongue, confidence: float = 0.95) -> str:
    """How many actions that were due are done on time: the single row of `on_time` as a sentence."""
    if table.empty or not table["due"].iloc[0]:
        return say("action_plan.none_due", language)
    row = table.iloc[0]
    return say(
        "action_plan.on_time",
        language,
        share=numbers.share(row["share"]),
        met=int(row["on_time"]),
        due=int(row["due"]),
        interval=numbers.interval(row["low"], row["high"], "share", language),
        confidence=_percent(confidence),
    )


def action_events(
    actions: Iterable[Action],
    indicator: str,
    language: Tongue,
    grain: str = "week",
    segment: str | None = None,
) -> list[tuple[str, str]]:
    """The periods in which actions on an indicator began, with their ids: events of a control chart.

    `segment` keeps the actions for that segment and those for the whole.

    >>> action = Action(id="IA5", action="call-backs", start=date(2026, 5, 25), indicator="response_30s_rate")
    >>> action_events([action], "response_30s_rate", "en")
    [('2026-W22', 'IA5 starts')]
    """
    begun = sorted(
        (one for one in actions if one.indicator == indicator and one.start and one.status != "dropped"),
        key=lambda one: (one.start or date.max, one.id),
    )
    names: dict[str, list[str]] = {}
    for one in begun:
        if (
            segment is None
            or one.segment is None
            or one.where == Action(id="x", action="x", segment=segment).where
        ):
            label = containing(one.start or date.max, grain).label
            words = say("improvement_followup.event.started", language, action=one.id)
            names.setdefault(label, []).append(words)
    return [(label, "; ".join(words)) for label, words in names.items()]


def _status_word(status: str, language: Tongue) -> str:
    """A status as it is written in a plan, of which both languages are understood."""
    key = f"action_status.{status}"
    return say(key, language) if language == "zh" and is_said(key) else status


def start_label(found: Verification) -> str:
    """The first period that shows the measure, or the last one there is, as a label."""
    shown = found.series[found.series["phase"] != "before"]["period"]
    label = str(shown.iloc[0] if len(shown) else found.series["period"].iloc[-1])
    try:
        return parse(label).label
    except ValueError:
        return label


def _moved(found: Verification, controls: Controls) -> float:
    """How far the controls moved from before the measure to after it; NaN before any period shows it."""
    after = (found.series["phase"] == "after").to_numpy()
    cases = found.series["cases"].to_numpy("float64")[after]
    return float(np.average(controls.moved[after], weights=cases)) if after.any() else float("nan")


def _outlook(found: Verification, language: Tongue, unit: str) -> list[str]:
    """When the planned effect can be seen, and what can be seen today."""
    if found.verdict in ("effective", "harmful") or "worst_without_peers" in found.notes:
        return []
    power = numbers.share(WANTED, digits=0)
    sentences = []
    if found.planned_effect is not None and found.decided_by != "none":
        planned = numbers.difference(found.planned_effect, unit, language).removeprefix("+")
        needed = found.periods_needed
        if needed is None:
            sentences.append(say("verification.never", language, planned=planned))
        elif needed > found.periods_after:
            sentences.append(say("verification.when", language, planned=planned, count=needed, power=power))
    if numbers.is_number(found.detectable):
        size = numbers.difference(found.detectable, unit, language).removeprefix("+")
        sentences.append(say("verification.detectable", language, size=size, power=power))
    return sentences


def _percent(confidence: float) -> str:
    return f"{numbers.plain(round(100 * confidence, 6))} %"
