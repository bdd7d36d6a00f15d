"""An inquiry on a terminal: what it says in a few lines, and the segments as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from sqaudit.inquiry.model import Inquiry
from sqaudit.present import numbers
from sqaudit.present.change_sentences import change_sentence
from sqaudit.present.definitions import labels_of
from sqaudit.present.inquiry_words import (
    alternatives_line,
    breaks_lines,
    dimension_name,
    figure_of_segments,
    recording_sentence,
    segment_name,
    when_line,
)
from sqaudit.present.words import Language, Tongue, say, tongues
from sqaudit.standards import Standard
from sqaudit.standards.measures import SINGLE_VALUES


def inquiry_lines(found: Inquiry, standard: Standard, language: Language) -> list[str]:
    """What an inquiry says: the change, the answer, mix, breaks, and how the recording changed."""
    return [line for tongue in tongues(language) for line in _lines(found, standard, tongue)]


def inquiry_table(found: Inquiry, standard: Standard, language: Language) -> Table:
    """The segments that stand out, one row each."""
    tongue = tongues(language)[0]
    labels = labels_of(standard)
    unit, _ = figure_of_segments(standard.indicator(found.indicator))
    table = Table(title=say("root_cause.caption.segments", tongue), title_justify="left")
    for name in ("segment", "before", "now", "excess", "when", "p"):
        table.add_column(say(f"root_cause.column.{name}", tongue))
    for row in found.segments.to_dict("records"):
        name = segment_name(row["dimensions"], row["values"], labels, tongue)
        other = alternatives_line(row["alternatives"], labels, tongue)
        table.add_row(
            f"{name}\n({other})" if other else name,
            _counts(row, "before", unit, tongue),
            _counts(row, "now", unit, tongue),
            numbers.plain(round(float(row["excess"]), 1)),
            when_line(row, tongue),
            numbers.p_value(row["p_adjusted"]),
        )
    return table


def _lines(found: Inquiry, standard: Standard, tongue: Tongue) -> list[str]:
    labels = labels_of(standard)
    one = standard.indicator(found.indicator)
    lines = [change_sentence(found.change, labels, tongue, one.shown_unit)] if found.change else []
    counted = {"count": len(found.segments)} if found.answer == "segments" else {}
    lines.append(say(f"root_cause.answer.{found.answer}", tongue, **counted))
    for row in found.parts.to_dict("records"):
        part = say(f"root_cause.part.{row['part']}", tongue)
        reach = numbers.difference_interval(row["low"], row["high"], one.shown_unit, tongue)
        lines.append(f"  {part}: {numbers.difference(row['value'], one.shown_unit, tongue)} ({reach})")
    if len(found.mix):
        first = found.mix.iloc[0]
        name = dimension_name(str(first["dimension"]), labels, tongue)
        size = numbers.difference(first["mix"], one.shown_unit, tongue)
        lines.append("  " + say("root_cause.mix_by", tongue, dimension=name, mix=size))
    if "event_breaks" in found.notes:
        lines.append(say("root_cause.event_breaks", tongue))
    if len(found.breaks):
        lines += [f"  {line}" for line in breaks_lines(found.breaks, labels, tongue)]
    places = {row["where"]: (row["dimensions"], row["values"]) for row in found.segments.to_dict("records")}
    for row in found.recording.to_dict("records"):
        where = segment_name(*places.get(row["where"], ([], [])), labels, tongue)
        lines.append("  " + recording_sentence(row, where, labels, tongue))
    if len(found.segments) and one.kind_of_measure in SINGLE_VALUES:
        lines.append(say("root_cause.outer", tongue))
    return [*lines, say("root_cause.looks", tongue, looks=found.looks)]


def _counts(row: Mapping[Any, Any], side: str, unit: str, tongue: Tongue) -> str:
    observed, count = row[f"observed_{side}"], row[f"count_{side}"]
    if not numbers.is_number(count) or not count > 0:
        return ""
    if unit == "share":
        return f"{numbers.share(observed / count)} ({numbers.count(observed)}/{numbers.count(count)})"
    return numbers.amount(observed / count, unit, tongue)
