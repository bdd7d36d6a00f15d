"""The follow-up of an action in words: what it is called, which part it is for, and what is said of it."""

from __future__ import annotations

from datetime import date

from sqaudit.actions import Action
from sqaudit.actions.counts import PER_WEEK
from sqaudit.inquiry.followup import FollowUp
from sqaudit.inquiry.tracking import Tracked, tells_on
from sqaudit.periods import containing, parse
from sqaudit.present.improvement_sentences import tell_on_sentence, verification_sentence
from sqaudit.present.inquiry_words import breaks_lines, dimension_name, recording_sentence, segment_name
from sqaudit.present.words import DASH, Labels, Tongue, joined, named, say
from sqaudit.standards import Indicator, Standard

_SPACE = {"zh": "", "en": " "}

__all__ = [
    "action_title",
    "measured_name",
    "next_sentence",
    "plan_sentence",
    "record_events",
    "records_sentences",
    "tracked_sentence",
    "verified_unit",
]


def action_title(action: Action) -> str:
    """The id of an action and what it is."""
    return f"{action.id} · {action.action}"


def measured_name(action: Action, labels: Labels, tongue: Tongue) -> str:
    """The indicator of an action and the part of the records that it is for, in one name."""
    name = named(labels, action.indicator, tongue)
    values = action.dimensions
    if values is None:
        return f"{name} · {action.segment}"
    if not values:
        return name
    return f"{name} · {segment_name(list(values), list(values.values()), labels, tongue)}"


def verified_unit(indicator: Indicator) -> str:
    """The unit in which an effect on an indicator is told: a bare count by week, others as they are."""
    return PER_WEEK if indicator.kind_of_measure == "count" else indicator.shown_unit


def plan_sentence(found: FollowUp, tongue: Tongue) -> str:
    """How many actions the plan has, on which day, and where it comes from."""
    origin = say(f"improvement_followup.origin.{found.origin}", tongue, file=found.file or DASH)
    return say(
        "improvement_followup.count",
        tongue,
        as_of=found.as_of.isoformat(),
        count=len(found.actions),
        origin=origin,
    )


def tracked_sentence(one: Tracked, action: Action, standard: Standard, labels: Labels, tongue: Tongue) -> str:
    """The verdict on an action in a sentence with the day on which one can be told, or why there is none."""
    if one.verification is None or action.indicator is None:
        return say(f"improvement_followup.why_not.{one.reason}", tongue, action=action_title(action))
    unit = verified_unit(standard.indicator(action.indicator))
    said = [verification_sentence(one.verification, measured_name(action, labels, tongue), tongue, unit)]
    if one.verification.verdict == "too_early" and action.start is not None:
        said.append(tell_on_sentence(one.verification, tells_on(one.verification, action.start), tongue))
    return _SPACE[tongue].join([*said, *records_sentences(one, action, labels, tongue)])


def records_sentences(one: Tracked, action: Action, labels: Labels, tongue: Tongue) -> list[str]:
    """What happened to the records of an action, and that it may pass for an effect; empty if nothing."""
    own = one.breaks["own"].astype(bool)
    lines = breaks_lines(one.breaks[own], labels, tongue)
    others = breaks_lines(one.breaks[~own], labels, tongue)
    if others:
        joined_lines = _SPACE[tongue].join(others)
        lines.append(say("improvement_followup.controls_broken", tongue, lines=joined_lines))
    for row in one.recording.to_dict("records"):
        line = recording_sentence(row, _place(str(row["where"]), action, labels, tongue), labels, tongue)
        since = say("improvement_followup.recorded_since", tongue, since=row["since"], line=line)
        lines.append(since if row["since"] else line)
    return [*lines, say("improvement_followup.mistaken", tongue)] if lines else []


def _place(where: str, action: Action, labels: Labels, tongue: Tongue) -> str:
    """The records that a change is about: all of them, or the segment of the action."""
    values = {} if where == "true" else action.dimensions
    if values is None:
        return str(action.segment)
    return segment_name(list(values), list(values.values()), labels, tongue)


def record_events(one: Tracked, labels: Labels, tongue: Tongue) -> list[tuple[object, str]]:
    """The weeks in which the records of an action break off or are kept otherwise: events of its chart.

    A week without any record has no place on a chart; the next one that has stands for it.
    """
    drawn = [] if one.chart is None else [str(period) for period in one.chart.points["period"]]
    events: dict[str, list[str]] = {}
    for row in one.breaks[one.breaks["own"].astype(bool)].to_dict("records"):
        week = containing(parse(str(row["period"])).start or date.min, "week").label
        events.setdefault(week, []).append(say(f"improvement_followup.event.{row['kind']}", tongue))
    for row in one.recording.to_dict("records"):
        if row["since"]:
            column = dimension_name(str(row["column"]), labels, tongue)
            words = say("improvement_followup.event.recording", tongue, column=column)
            events.setdefault(str(row["since"]), []).append(words)
    shown: dict[str, list[str]] = {}
    for week, said in sorted(events.items()):
        shown.setdefault(next((label for label in drawn if label >= week), week), []).extend(said)
    return [(week, joined(list(dict.fromkeys(words)), tongue)) for week, words in shown.items()]


def next_sentence(action: Action, following: str, tongue: Tongue) -> str:
    """Which cause an action is for, and what follows from its verdict."""
    said = []
    if action.cause or action.reference:
        references = [one for one in (action.cause_reference, action.finding) if one]
        cause, reference = action.cause or DASH, joined(references, tongue) or DASH
        said.append(say("improvement_followup.for_cause", tongue, cause=cause, reference=reference))
    following = say(f"action_next.{following}", tongue)
    said.append(say("improvement_followup.next_step", tongue, next=following))
    return _SPACE[tongue].join(said)
