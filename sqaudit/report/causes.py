"""Why indicators fell short: is it real, mix or rate, where, since when, and the fishbone."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote
from typing import Any

import pandas as pd

from sqaudit.cause_tree import BRANCHES, CauseTree, merged, placed
from sqaudit.cause_tree.listing import open_whys
from sqaudit.causes.contribution import waterfall
from sqaudit.control.chart import ControlChart
from sqaudit.control.design import Design
from sqaudit.control.false_alarms import FalseAlarms
from sqaudit.descriptions import Text
from sqaudit.inquiry.causes import Causes
from sqaudit.inquiry.model import Inquiry
from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.change_sentences import change_sentence, strata_sentence
from sqaudit.present.control_sentences import chart_notes
from sqaudit.present.figures.control import alt_control, control_figure
from sqaudit.present.figures.fishbone import alt_fishbone, fishbone
from sqaudit.present.figures.waterfall import waterfall_steps
from sqaudit.present.inquiry_words import (
    breaks_lines,
    dimension_name,
    figure_of_segments,
    level_name,
    recording_sentence,
    segment_name,
)
from sqaudit.present.records_command import records_command
from sqaudit.present.tables.inquiry import mix_by_dimension, parts_of_change, segments_found
from sqaudit.present.tables.trees import whys_table
from sqaudit.present.words import Tongue, named, say
from sqaudit.report.reader import Reader
from sqaudit.standards import Indicator
from sqaudit.standards.measures import SINGLE_VALUES
from sqaudit.tests_of_change.strata import StratifiedChange

CLEAR = 0.05  # adjusted p of a shift of the mix that is worth a picture
MOST_BREAKS = 6  # sentences about breaks of one indicator


def causes(reader: Reader, *, brief: bool = False) -> Block:
    """A chapter for each indicator that was inquired into; one sentence where none called for it.

    `brief` keeps to the answer and the segments: a review tells the rest in the report on root causes.
    """
    found = reader.review.causes or Causes()
    inquiries, left = found.inquiries, found.left
    head = reader.heading("root_cause.causes")
    if not inquiries:
        return blocks.stack(head, reader.text("root_cause.none"))
    intro = reader.text("root_cause.causes_intro", count=len(inquiries))
    note = reader.text("root_cause.where_not_why", kind="note")
    more = (
        [reader.text("root_cause.not_shown", kind="note", count=len(left), names=_names(reader, left))]
        if left
        else []
    )
    return blocks.stack(head, intro, note, *(chapter(reader, one, brief=brief) for one in inquiries), *more)


def chapter(reader: Reader, inquiry: Inquiry, *, brief: bool = False) -> Block:
    """Everything about one indicator, the answer first; `brief` leaves off charts, mix and fishbone."""
    one = reader.review.standard.indicator(inquiry.indicator)
    head = [reader.heading("plain.text", 3, text=reader.name(one.id)), _lead(reader, inquiry, one)]
    if brief:
        return blocks.stack(*head, *_segments(reader, inquiry, one), *_recording(reader, inquiry))
    parts = [
        *head,
        *_chart(reader, inquiry, one),
        *_breaks(reader, inquiry),
        *_segments(reader, inquiry, one),
        *_recording(reader, inquiry),
        *_mix(reader, inquiry, one),
        *_tree(reader, inquiry, one),
        reader.text("root_cause.command_inquiry", kind="note", command=_command(inquiry)),
    ]
    return blocks.stack(*parts)


def _lead(reader: Reader, inquiry: Inquiry, one: Indicator) -> Block:
    """The change, what it is, and why the indicator is looked into."""

    def said(tongue: Tongue) -> str:
        told = []
        if inquiry.change:
            told.append(change_sentence(inquiry.change, reader.labels, tongue, one.shown_unit))
        told.append(say(f"root_cause.answer.{inquiry.answer}", tongue, **_counted(inquiry)))
        if inquiry.answer == "segments" and (clear := _clear_mix(inquiry)) is not None:
            dimension = dimension_name(str(clear["dimension"]), reader.labels, tongue)
            size = numbers.difference(clear["mix"], one.shown_unit, tongue)
            told.append(say("root_cause.also_mix", tongue, dimension=dimension, mix=size))
        if inquiry.reasons:
            words = [named({}, reason, tongue, "trigger") for reason in inquiry.reasons]
            told.append(say("root_cause.reasons", tongue, reasons=words))
        if "event_breaks" in inquiry.notes:
            told.append(say("root_cause.event_breaks", tongue))
        return ("" if tongue == "zh" else " ").join(told)

    return reader.text("plain.text", text=reader.both(said))


def _clear_mix(inquiry: Inquiry) -> dict[str, Any] | None:
    """The dimension by which a shift of the mix is clear, if it is by one."""
    if inquiry.mix.empty or not inquiry.mix["mix_p_adjusted"].iloc[0] < CLEAR:
        return None
    return {str(name): value for name, value in inquiry.mix.iloc[0].items()}


def _counted(inquiry: Inquiry) -> dict[str, int]:
    return {"count": len(inquiry.segments)} if inquiry.answer == "segments" else {}


def _chart(reader: Reader, inquiry: Inquiry, one: Indicator) -> list[Block]:
    chart = chart_of(inquiry)
    if chart is None:
        return []
    unit = one.shown_unit
    figure = reader.figure(
        lambda tongue: control_figure(chart, tongue, one.name.in_language(tongue), unit, one.direction),
        lambda tongue: alt_control(chart, one.name.in_language(tongue), unit, tongue),
    )
    space = {"zh": "", "en": " "}
    notes = reader.both(lambda tongue: space[tongue].join(chart_notes(chart, tongue)))
    return [figure, reader.text("plain.text", kind="note", text=notes)]


def chart_of(inquiry: Inquiry) -> ControlChart | None:
    """The control chart that an inquiry holds; None where it has none."""
    if not inquiry.chart or inquiry.points.empty:
        return None
    facts: Mapping[str, Any] = inquiry.chart
    chance = FalseAlarms(
        facts["points"], facts["chance_of_any"], facts["expected_alarms"], facts["standard_error"]
    )
    return ControlChart(
        Design(facts["kind"]), inquiry.points, pd.DataFrame(facts["phases"]), chance, tuple(facts["notes"])
    )


def _breaks(reader: Reader, inquiry: Inquiry) -> list[Block]:
    if inquiry.breaks.empty:
        return []

    def said(tongue: Tongue) -> str:
        lines = breaks_lines(inquiry.breaks, reader.labels, tongue)[:MOST_BREAKS]
        return f"{say('root_cause.breaks', tongue)}: " + " ".join(lines)

    return [reader.text("plain.text", kind="note", text=reader.both(said))]


def _segments(reader: Reader, inquiry: Inquiry, one: Indicator) -> list[Block]:
    if inquiry.segments.empty:
        return []
    unit, direction = figure_of_segments(one)
    shown = segments_found(
        inquiry.segments,
        reader.labels,
        reader.language,
        unit,
        direction,
        looks=inquiry.looks,
        outer=one.kind_of_measure in SINGLE_VALUES,
    )
    command = records_command("RUN.yaml", one, inquiry.segments.iloc[0]["where"], inquiry.period)
    return [
        reader.heading("root_cause.segments", 4),
        shown,
        reader.text("root_cause.command", kind="note", command=command),
    ]


def _recording(reader: Reader, inquiry: Inquiry) -> list[Block]:
    if inquiry.recording.empty:
        return []
    places = {
        row["where"]: (row["dimensions"], row["values"]) for row in inquiry.segments.to_dict("records")
    } | {"true": ([], [])}

    def said(tongue: Tongue) -> str:
        lines = [
            recording_sentence(
                row, segment_name(*places[row["where"]], reader.labels, tongue), reader.labels, tongue
            )
            for row in inquiry.recording.to_dict("records")
        ]
        return " ".join(lines)

    return [reader.heading("root_cause.recording", 4), reader.text("plain.text", text=reader.both(said))]


def _mix(reader: Reader, inquiry: Inquiry, one: Indicator) -> list[Block]:
    if inquiry.parts.empty:
        return []
    unit, language = one.shown_unit, reader.language
    before = inquiry.change.get("before")
    figures = []
    if numbers.is_number(before) and _clear_mix(inquiry):  # without a clear shift the picture is one bar
        own = inquiry.parts[inquiry.parts["part"] != "change"]
        steps = waterfall(own, float(before))
        labels = {
            part: {tongue: say(f"root_cause.part.{part}", tongue) for tongue in ("zh", "en")}
            for part in own["part"]
        }
        figures = [
            reader.figure(
                lambda tongue: waterfall_steps(
                    steps, labels, tongue, one.name.in_language(tongue), unit, one.direction
                ),
                lambda tongue: say("root_cause.caption.parts", tongue),
            )
        ]
    return [
        reader.heading("root_cause.parts", 4),
        *figures,
        parts_of_change(inquiry.parts, inquiry.level, reader.labels, language, unit),
        *_strata(reader, inquiry, one),
        mix_by_dimension(inquiry.mix, reader.labels, language, unit),
    ]


def _strata(reader: Reader, inquiry: Inquiry, one: Indicator) -> list[Block]:
    """The common change inside the strata of the level, which no shift of the mix touches."""
    if not inquiry.strata or inquiry.strata["risk_difference"] is None:
        return []
    known: dict[str, Any] = {
        name: float("nan") if value is None else value for name, value in inquiry.strata.items()
    }
    change = StratifiedChange(**known)

    def said(tongue: Tongue) -> str:
        level = level_name(inquiry.level, reader.labels, tongue)
        return strata_sentence(change, one.name.in_language(tongue), level, tongue)

    return [reader.text("plain.text", kind="note", text=reader.both(said))]


def tree_of(reader: Reader, inquiry: Inquiry, one: Indicator) -> CauseTree:
    """The cause tree of an indicator: what people keep, with the computed findings on its branches."""
    effect = Text(**{tongue: one.name.in_language(tongue) for tongue in ("zh", "en")})
    findings: list[dict[str, Any]] = [
        {
            "text": Text(
                **{
                    tongue: segment_name(row["dimensions"], row["values"], reader.labels, tongue)
                    for tongue in ("zh", "en")
                }
            ),
            "where": row["where"],
            "dimensions": row["dimensions"],
        }
        for row in inquiry.segments.to_dict("records")
    ]
    findings += [
        {
            "text": Text(
                **{
                    tongue: dimension_name(str(row["column"]), reader.labels, tongue)
                    for tongue in ("zh", "en")
                }
            ),
            "where": None if row["where"] == "true" else row["where"],
            "branch": "measurement",
        }
        for row in inquiry.recording.to_dict("records")
    ]
    computed = placed(one.id, effect, findings, inquiry.period)
    own = {tree.indicator: tree for tree in (reader.review.causes or Causes()).trees}.get(one.id)
    return merged(own, computed) if own is not None else computed


def _tree(reader: Reader, inquiry: Inquiry, one: Indicator) -> list[Block]:
    tree = tree_of(reader, inquiry, one)
    if not any(getattr(tree, branch) for branch in BRANCHES):
        return []
    figure = reader.figure(lambda tongue: fishbone(tree, tongue), lambda tongue: alt_fishbone(tree, tongue))
    return [
        reader.heading("root_cause.tree", 4),
        figure,
        reader.text("cause_tree.intro", kind="note"),
        whys_table(open_whys([tree]), reader.language),
    ]


def _command(inquiry: Inquiry) -> str:
    names = ",".join(inquiry.dimensions[:3])
    words = ["sqaudit", "causes", "RUN.yaml", inquiry.indicator, *(["--dimensions", names] if names else [])]
    return " ".join(map(quote, words))


def _names(reader: Reader, ids: tuple[str, ...]) -> dict[str, str]:
    return reader.both(lambda tongue: "、".join(ids) if tongue == "zh" else ", ".join(ids))
