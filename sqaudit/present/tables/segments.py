"""All indicators by one segment in one table: each value of the segment against each indicator."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sqaudit.present import numbers, palette
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.tables.cells import records_of, unit_of
from sqaudit.present.tables.markup import Cell, Row, heading, number, table
from sqaudit.present.words import DASH, Labels, Language, Tongue, joined, named, say

MOST_VALUES = 8  # of a segment, beyond which those too small to judge anything are left out


def segment_matrix(
    points: pd.DataFrame, segment: str, labels: Labels, language: Language, *, least_cases: int
) -> Block:
    """The value of every indicator in every segment, its cases, and a mark for what is met or not.

    The longer list, indicators or segments, goes down the page. In: judged measurements of one period with
    the one column `segment`. Segments without a value of an indicator have a dash, those without any are
    left out, and of many segments those that have too few cases of everything; under `least_cases` there is
    no mark.
    """
    shown = points[points["value"].notna()]
    known = shown[segment].nunique(dropna=False)
    if known > MOST_VALUES:
        shown = shown[shown.groupby(segment, dropna=False)["denominator"].transform("max") >= least_cases]
    indicators = list(dict.fromkeys(shown["indicator"]))
    values = sorted({_key(value) for value in shown[segment]}, key=_last)
    cells = {(row["indicator"], _key(row[segment])): row for row in records_of(shown)}

    def render(tongue: Tongue) -> str:
        names = [named(labels, one, tongue) for one in indicators]
        segments = [_name(value, tongue) for value in values]
        filled = [
            [_cell(cells.get((one, value)), tongue, least_cases) for value in values] for one in indicators
        ]
        title, down, across, lines = named({}, "indicator", tongue, "column"), names, segments, filled
        if len(indicators) <= len(values):
            title, down, across = named(labels, segment, tongue, "segment"), segments, names
            lines = [list(column) for column in zip(*filled, strict=True)]
        head = [Cell(title), *map(heading, across)]
        rows = [Row([Cell(name), *line]) for name, line in zip(down, lines, strict=True)]
        left = known - len(values)
        out = [say("honesty.segments_left_out", tongue, count=left, least=least_cases)] if left else []
        return table(head, rows, tongue, notes=[_legend(tongue, least_cases), *out])

    return bilingual(render, language)


def _key(value: object) -> object:
    return None if pd.isna(value) else value  # type: ignore[call-overload]


def _last(value: object) -> tuple[bool, str]:
    """Sorts by name, with what is not given behind everything else."""
    return value is None, str(value)


def _name(value: object, tongue: Tongue) -> str:
    return say("table.not_given", tongue) if value is None else str(value)


def _cell(row: dict[str, Any] | None, tongue: Tongue, least_cases: int) -> Cell:
    if row is None:
        return number(DASH)
    cases = row["denominator"]
    text = numbers.amount(row["value"], unit_of(row), tongue, beside=_real(row["target"]))
    small = f"n={numbers.count(cases)}" if numbers.is_number(cases) else ""
    judged = row["verdict"] in ("met", "not_met", "undetermined")
    if not judged or (numbers.is_number(cases) and cases < least_cases):
        return number(text, small)
    verdict = str(row["verdict"])
    mark, colour = palette.VERDICT_MARKS[verdict], palette.VERDICT_COLOURS[verdict]
    return Cell(text, small, kind="number", mark=mark, colour=colour)


def _real(value: object) -> float | None:
    return value if numbers.is_number(value) else None


def _legend(tongue: Tongue, least_cases: int) -> str:
    marks = (
        f"{palette.VERDICT_MARKS[name]} {say(f'verdict.{name}', tongue)}"
        for name in ("met", "not_met", "undetermined")
    )
    return f"{joined(marks, tongue)} · {say('honesty.small_segments', tongue, least=least_cases)}"
