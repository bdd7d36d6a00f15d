"""Tables of an inquiry: the segments that stand out, the parts of a change, mix and rate by dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sqaudit.present import numbers
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.inquiry_words import (
    alternatives_line,
    dimension_name,
    level_name,
    segment_name,
    when_line,
)
from sqaudit.present.tables.cells import records_of, unless_dash
from sqaudit.present.tables.markup import Cell, Row, heading, number, table
from sqaudit.present.words import Labels, Language, Tongue, say

MOST_DIMENSIONS = 3  # rows of mix and rate by dimension, the clearest mix first


def segments_found(
    segments: pd.DataFrame,
    labels: Labels,
    language: Language,
    unit: str,
    direction: str | None,
    *,
    looks: int,
    outer: bool = False,
) -> Block:
    """One row for each segment: figure before and now, cases more than expected, when, and the adjusted p.

    In: the segments of an inquiry. Shares are shown as the figure of the standard (the good share, where
    higher is better), so that they can be found again in the other tables. `outer` says that the figures are
    shares of single values in the outer quarter.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        name = segment_name(list(row["dimensions"]), list(row["values"]), labels, tongue)
        return [
            Cell(name, alternatives_line(row["alternatives"], labels, tongue)),
            number(*_figure(row, "before", unit, direction, tongue)),
            number(*_figure(row, "now", unit, direction, tongue)),
            number(numbers.plain(round(float(row["excess"]), 1)) if numbers.is_number(row["excess"]) else ""),
            Cell(when_line(row, tongue)),
            number(numbers.p_value(row["p_adjusted"])),
        ]

    def render(tongue: Tongue) -> str:
        names = ("segment", "before", "now", "excess", "when", "p")
        head = [_head(name, tongue, wide=name in ("segment", "when")) for name in names]
        rows = [Row(cells(row, tongue)) for row in records_of(segments)]
        notes = [say("root_cause.looks", tongue, looks=looks), say("root_cause.where_not_why", tongue)]
        notes += [say("root_cause.outer", tongue)] if outer else []
        return table(head, rows, tongue, caption=say("root_cause.caption.segments", tongue), notes=notes)

    return bilingual(render, language)


def parts_of_change(
    parts: pd.DataFrame, level: Sequence[str], labels: Labels, language: Language, unit: str
) -> Block:
    """The change and its three parts with intervals, and at which level they were taken."""

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        return [
            Cell(say(f"root_cause.part.{row['part']}", tongue)),
            number(numbers.difference(row["value"], unit, tongue)),
            number(unless_dash(numbers.difference_interval(row["low"], row["high"], unit, tongue))),
        ]

    def render(tongue: Tongue) -> str:
        head = [_head("part", tongue, wide=True), _head("value", tongue), _head("interval", tongue)]
        shown = parts if len(level) > 1 else parts[parts["part"] != "mix_within"]
        rows = [Row(cells(row, tongue), is_total=row["part"] == "change") for row in records_of(shown)]
        note = say("root_cause.level", tongue, level=level_name(level, labels, tongue))
        return table(head, rows, tongue, caption=say("root_cause.caption.parts", tongue), notes=[note])

    return bilingual(render, language)


def mix_by_dimension(mix: pd.DataFrame, labels: Labels, language: Language, unit: str) -> Block:
    """Mix and rate by each dimension alone, the clearest mix first."""

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        return [
            Cell(dimension_name(str(row["dimension"]), labels, tongue)),
            *(
                number(
                    numbers.difference(row[part], unit, tongue),
                    unless_dash(
                        numbers.difference_interval(row[f"{part}_low"], row[f"{part}_high"], unit, tongue)
                    ),
                )
                for part in ("mix", "rate")
            ),
            number(numbers.p_value(row["mix_p_adjusted"])),
        ]

    def render(tongue: Tongue) -> str:
        head = [
            _head("dimension", tongue, wide=True),
            *(_head(name, tongue) for name in ("mix", "rate", "p")),
        ]
        rows = [Row(cells(row, tongue)) for row in records_of(mix.head(MOST_DIMENSIONS))]
        return table(head, rows, tongue, caption=say("root_cause.caption.mix", tongue))

    return bilingual(render, language)


def _head(name: str, tongue: Tongue, *, wide: bool = False) -> Cell:
    text = say(f"root_cause.column.{name}", tongue)
    return Cell(text) if wide else heading(text)


def _figure(
    row: dict[str, Any], side: str, unit: str, direction: str | None, tongue: Tongue
) -> tuple[str, str]:
    """A figure of a segment and the counts it is made of."""
    observed, count, rate = (row.get(f"{name}_{side}") for name in ("observed", "count", "rate"))
    if not numbers.is_number(count) or not count > 0:
        return numbers.amount(None, unit, tongue), ""
    if unit == "share" and numbers.is_number(observed) and numbers.is_number(rate) and rate <= 1:
        good = count - observed if direction != "lower" else observed
        return numbers.share(good / count), f"{numbers.count(good)}/{numbers.count(count)}"
    return numbers.amount(rate, unit, tongue), f"n {numbers.count(count)}"
