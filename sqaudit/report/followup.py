"""The improvement plan in a report: how it stands, which actions worked, and what comes next."""

from __future__ import annotations

from collections.abc import Callable

from sqaudit.actions import Action, back_to_causes
from sqaudit.actions import handbook as effective
from sqaudit.control.chart import ControlChart
from sqaudit.inquiry.followup import FollowUp
from sqaudit.inquiry.tracking import Tracked
from sqaudit.periods import containing
from sqaudit.present import blocks
from sqaudit.present.blocks import Block
from sqaudit.present.control_sentences import chart_notes
from sqaudit.present.figures.control import alt_control, control_figure
from sqaudit.present.figures.gantt import alt_gantt, gantt
from sqaudit.present.figures.interrupted import alt_interrupted, interrupted_figure
from sqaudit.present.followup_sentences import (
    action_title,
    measured_name,
    next_sentence,
    plan_sentence,
    record_events,
    tracked_sentence,
    verified_unit,
)
from sqaudit.present.improvement_sentences import (
    action_events,
    on_time_sentence,
    record_fault_sentence,
    verification_notes,
)
from sqaudit.present.tables.actions import (
    findings_table,
    methods_table,
    outcomes_table,
    plan_table,
    traced_table,
)
from sqaudit.present.words import Tongue, say
from sqaudit.report.reader import Reader
from sqaudit.standards import Indicator
from sqaudit.verification import Verification

_SPACE = {"zh": "", "en": " "}


def actions(reader: Reader) -> Block:
    """The plan: its picture, how many actions are done on time, its faults, and a row for each action."""
    head = reader.heading("improvement_followup.actions")
    found = _found(reader)
    if isinstance(found, Block):
        return blocks.stack(head, found)
    table = found.progress
    faults = _faults(reader, found)
    return blocks.stack(
        head,
        _said(reader, lambda tongue: plan_sentence(found, tongue)),
        _said(reader, lambda tongue: on_time_sentence(found.on_time, tongue)),
        reader.text("action_plan.rule", kind="note"),
        reader.figure(
            lambda tongue: gantt(table, found.as_of, tongue),
            lambda tongue: alt_gantt(table, found.as_of, tongue),
        ),
        *faults,
        plan_table(table, found.outcomes, reader.language),
        findings_table(found.findings, reader.language),
    )


def verification(reader: Reader) -> Block:
    """Each action that can be measured: the verdict, the series around its start, and a chart to watch."""
    head = reader.heading("improvement_followup.verification")
    found = _found(reader)
    if isinstance(found, Block):
        return blocks.stack(head, found)
    told = [
        _chapter(reader, found, one, one.verification)
        for one in found.tracked
        if one.verification is not None
    ]
    intro = "verification_intro" if told else "nothing_verified"
    return blocks.stack(
        head, reader.text(f"improvement_followup.{intro}"), *told, *_unverified(reader, found)
    )


def handbook(reader: Reader) -> Block:
    """What works goes into the service handbook, the rest back to its cause; who refers to whom."""
    head = reader.heading("improvement_followup.handbook")
    found = _found(reader)
    if isinstance(found, Block):
        return blocks.stack(head, found)
    units = {one.id: verified_unit(one) for one in reader.review.standard.indicators}
    works, others = effective(found.outcomes), back_to_causes(found.outcomes)
    parts = [outcomes_table(works, reader.labels, units, reader.language)]
    if len(others):
        parts += [
            reader.heading("improvement_followup.back", 3),
            reader.text("improvement_followup.back_note", kind="note"),
            outcomes_table(others, reader.labels, units, reader.language),
            *(
                reader.text(
                    "improvement_followup.command", kind="note", command=f"sqaudit causes RUN.yaml {one}"
                )
                for one in dict.fromkeys(others["indicator"])  # the command takes one
            ),
        ]
    return blocks.stack(
        head,
        *parts,
        reader.heading("improvement_followup.traced", 3),
        traced_table(found.traced, reader.labels, reader.language),
    )


def _found(reader: Reader) -> FollowUp | Block:
    """The follow-up, or the sentence that says why there is nothing to tell."""
    found = reader.review.followup
    if found is None:
        return reader.text("improvement_followup.absent")
    if not found.actions:
        return blocks.stack(reader.text("improvement_followup.none"), *_faults(reader, found))
    return found


def _faults(reader: Reader, found: FollowUp) -> list[Block]:
    if not found.faults:
        return []
    faults = reader.both(
        lambda tongue: _SPACE[tongue].join(record_fault_sentence(one, tongue) for one in found.faults)
    )
    count = len({one.row for one in found.faults})
    return [reader.text("improvement_followup.faulty", kind="note", count=count, faults=faults)]


def _chapter(reader: Reader, found: FollowUp, one: Tracked, verified: Verification) -> Block:
    action = found.action(one.action)
    indicator = reader.review.standard.indicator(str(action.indicator))
    unit, standard = verified_unit(indicator), reader.review.standard
    target = None if indicator.kind_of_measure == "count" else indicator.target  # that of a whole period
    following = dict(zip(found.outcomes["action"], found.outcomes["next"], strict=True))[one.action]
    name = reader.both(lambda tongue: measured_name(action, reader.labels, tongue))
    return blocks.stack(
        reader.heading("plain.text", 3, text=action_title(action)),
        _said(reader, lambda tongue: tracked_sentence(one, action, standard, reader.labels, tongue)),
        _said(reader, lambda tongue: next_sentence(action, following, tongue)),
        reader.figure(
            lambda tongue: interrupted_figure(verified, tongue, name[tongue], unit, target),
            lambda tongue: alt_interrupted(verified, tongue, name[tongue], unit),
        ),
        _said(
            reader,
            lambda tongue: _SPACE[tongue].join(verification_notes(verified, tongue, unit)),
            kind="note",
        ),
        *([methods_table(verified.results, reader.language, unit)] if len(verified.results) else []),
        *_watched(reader, found, action, one.chart, indicator),
    )


def _watched(
    reader: Reader, found: FollowUp, action: Action, chart: ControlChart | None, indicator: Indicator
) -> list[Block]:
    """The control chart of the segment, with the weeks in which actions began, or its records changed."""
    if chart is None:
        return []
    unit = indicator.shown_unit
    name = reader.both(
        lambda tongue: say(
            "improvement_followup.tracking", tongue, name=measured_name(action, reader.labels, tongue)
        )
    )
    figure = reader.figure(
        lambda tongue: control_figure(
            chart,
            tongue,
            name[tongue],
            unit,
            indicator.direction,
            events=_events(reader, found, action, indicator.id, tongue),
        ),
        lambda tongue: alt_control(chart, name[tongue], unit, tongue),
    )
    notes = _said(reader, lambda tongue: _SPACE[tongue].join(chart_notes(chart, tongue)), kind="note")
    return [figure, notes]


def _events(
    reader: Reader, found: FollowUp, action: Action, indicator: str, tongue: Tongue
) -> list[tuple[object, str]]:
    begun = action_events(found.actions, indicator, tongue, segment=action.segment)
    events: list[tuple[object, str]] = [(label, words) for label, words in begun]
    if action.finished is not None and action.finished <= found.as_of:
        words = say("improvement_followup.event.finished", tongue, action=action.id)
        events.append((containing(action.finished, "week").label, words))
    own = next(one for one in found.tracked if one.action == action.id)
    return _together([*events, *record_events(own, reader.labels, tongue)])


def _together(events: list[tuple[object, str]]) -> list[tuple[object, str]]:
    """One event for each week: of two at the same place, only one could be read."""
    weeks: dict[object, list[str]] = {}
    for week, words in events:
        weeks.setdefault(week, []).append(words)
    return [(week, "; ".join(words)) for week, words in weeks.items()]


def _unverified(reader: Reader, found: FollowUp) -> list[Block]:
    rest = [one for one in found.tracked if one.verification is None]
    if not rest:
        return []
    standard = reader.review.standard

    def said(tongue: Tongue) -> str:
        lines = [
            tracked_sentence(one, found.action(one.action), standard, reader.labels, tongue) for one in rest
        ]
        return _SPACE[tongue].join(lines)

    return [reader.heading("improvement_followup.unverified", 3), _said(reader, said)]


def _said(reader: Reader, said: Callable[[Tongue], str], kind: str = "") -> Block:
    return reader.text("plain.text", kind=kind, text=reader.both(said))
