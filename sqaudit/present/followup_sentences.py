"""The follow-up of an action in words: what it is called, which part it is for, and what is said of it."""

from __future__ import annotations

from sqaudit.actions import Action
from sqaudit.inquiry.followup import FollowUp
from sqaudit.inquiry.tracking import Tracked, tells_on
from sqaudit.present.improvement_sentences import verification_sentence
from sqaudit.present.inquiry_words import segment_name
from sqaudit.present.words import DASH, Labels, Tongue, joined, named, say
from sqaudit.standards import Standard

_SPACE = {"zh": "", "en": " "}

__all__ = ["action_title", "measured_name", "next_sentence", "plan_sentence", "tracked_sentence"]


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


def plan_sentence(found: FollowUp, tongue: Tongue) -> str:
    """How many actions the plan has, on which day, and where it comes from."""
    origin = say(f"improvement_followup.origin.{found.origin}", tongue)
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
    unit = standard.indicator(action.indicator).shown_unit
    said = [verification_sentence(one.verification, measured_name(action, labels, tongue), tongue, unit)]
    if one.verification.verdict == "too_early" and action.start is not None:
        day = tells_on(one.verification, action.start).isoformat()
        said.append(say("improvement_followup.tell_on", tongue, day=day))
    return _SPACE[tongue].join(said)


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
