"""What was measured and judged: the scorecard, changes between periods, segments compared."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sqaudit.present import numbers, palette
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.sentences import in_tongue, interval_note, period_pair, targets_met
from sqaudit.present.tables.cells import heads, records_of, unit_of, unless_dash, value_cell, verdict_cell
from sqaudit.present.tables.markup import Cell, Row, marked, number, table, words
from sqaudit.present.words import DASH, Labels, Language, Tongue, joined, named, say

LEAST_CASES = 20  # below this a segment is not judged: 50 equal teams of 20 would still seem to differ widely


def scorecard_table(scorecard: pd.DataFrame, labels: Labels, language: Language) -> Block:
    """Target, actual value with interval, verdict and score of every indicator, and the total score.

    In: indicator, dimension, clause, weight, target, direction, unit, value, low, high, denominator, pending,
    excluded, evidence, verdict, attainment, raw_score, capped_score, note.
    """

    def render(tongue: Tongue) -> str:
        scored = _has_numbers(scorecard, "capped_score")
        noted = any(in_tongue(row.get("note"), tongue) for row in records_of(scorecard))
        names = ["indicator", "target", "value", "denominator", "verdict"]
        names += ["raw_score", "capped_score", "weight"] if scored else []
        rows = [Row(_scorecard_cells(row, labels, tongue, scored, noted)) for row in records_of(scorecard)]
        if scored and rows:
            rows.append(_score_total(scorecard, tongue, noted))
        notes = [interval_note(scorecard, tongue)]
        return table(
            heads([*names, *(["note"] if noted else [])], tongue),
            rows,
            tongue,
            caption=targets_met(scorecard, tongue),
            notes=filter(None, notes),
        )

    return bilingual(render, language)


def changes_table(changes: pd.DataFrame, labels: Labels, language: Language) -> Block:
    """What each indicator was, what it is now, and whether the difference is clear, in the order given.

    In: indicator, period_before, period_now, before, now, difference, low, high, unit, change; where there
    is a column `standard`, it stands below the name.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        unit, change = unit_of(row), str(row.get("change"))
        return [
            Cell(named(labels, row.get("indicator"), tongue), in_tongue(row.get("standard"), tongue)),
            number(numbers.amount(row.get("before"), unit, tongue)),
            number(numbers.amount(row.get("now"), unit, tongue)),
            number(
                numbers.difference(row.get("difference"), unit, tongue),
                unless_dash(numbers.difference_interval(row.get("low"), row.get("high"), unit, tongue)),
            ),
            marked(
                named({}, row.get("change"), tongue, "change"),
                palette.CHANGE_MARKS.get(change, DASH),
                palette.change_colour(change),
            ),
        ]

    def render(tongue: Tongue) -> str:
        rows = [Row(cells(row, tongue)) for row in records_of(changes)]
        head = heads(["indicator", "before", "now", "difference", "change"], tongue)
        return table(head, rows, tongue, caption=period_pair(changes, tongue))

    return bilingual(render, language)


def segment_table(
    points: pd.DataFrame, labels: Labels, language: Language, *, least_cases: int = LEAST_CASES
) -> Block:
    """Value, interval, cases and verdict of each segment; segments under `least_cases` get no verdict.

    In: judged measurements with one or more segment columns between `period` and `numerator`. The columns
    `indicator` and `period` are shown where they differ from row to row.
    """
    columns = list(points.columns)
    segments = columns[columns.index("period") + 1 : columns.index("numerator")]
    varying = [name for name in ("indicator", "period") if points[name].nunique(dropna=False) > 1]
    leading = [*varying, *segments]

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        unit, cases = unit_of(row), row.get("denominator")
        judged = numbers.is_number(cases) and cases >= least_cases
        return [
            *(Cell(_segment_name(row.get(name), labels, tongue)) for name in leading),
            value_cell(row, unit, tongue),
            number(numbers.count(cases)),
            verdict_cell(row.get("verdict"), tongue) if judged else words(DASH),
        ]

    def render(tongue: Tongue) -> str:
        names = [*leading, "value", "denominator", "verdict"]
        rows = [Row(cells(row, tongue)) for row in records_of(points)]
        small = (points["denominator"] < least_cases).any()
        notes = [say("honesty.small_segments", tongue, least=least_cases)] if small else []
        title = joined((named(labels, name, tongue, "segment") for name in segments), tongue)
        caption = say("caption.segments", tongue, segment=title)
        return table(heads(names, tongue, labels), rows, tongue, caption=caption, notes=notes)

    return bilingual(render, language)


def _scorecard_cells(
    row: dict[str, Any], labels: Labels, tongue: Tongue, scored: bool, noted: bool
) -> list[Cell]:
    unit, weight = unit_of(row), row.get("weight")
    place = [named(labels, row.get("dimension"), tongue, "dimension"), in_tongue(row.get("clause"), tongue)]
    cells = [
        Cell(
            named(labels, row.get("indicator"), tongue),
            " · ".join(part for part in place if part not in ("", DASH)),
        ),
        number(numbers.target(row.get("target"), unit, row.get("direction"), tongue)),
        value_cell(row, unit, tongue),
        number(numbers.count(row.get("denominator")), _left_out(row, tongue)),
        verdict_cell(row.get("verdict"), tongue),
    ]
    if scored:
        cells += [
            number(numbers.score(row.get("raw_score")), _attained(row)),
            number(numbers.score(row.get("capped_score"))),
            number(numbers.plain(weight)),
        ]
    return [*cells, *([Cell(in_tongue(row.get("note"), tongue))] if noted else [])]


def _score_total(scorecard: pd.DataFrame, tongue: Tongue, noted: bool) -> Row:
    """The sums of points and assessed weights, with all weights below where they differ."""
    scored = scorecard[scorecard["capped_score"].notna()]
    assessed, weight = scored["weight"].sum(), scorecard["weight"].sum()
    of_all = f"/ {numbers.plain(weight)}" if assessed < weight else ""
    cells = [
        Cell(say("table.total", tongue)),
        *[Cell("")] * 4,
        number(numbers.score(scored["raw_score"].sum())),
        number(numbers.score(scored["capped_score"].sum())),
        number(numbers.plain(assessed), of_all),
    ]
    return Row([*cells, *([Cell("")] if noted else [])], is_total=True)


def _attained(row: dict[str, Any]) -> str:
    """The attainment below the points it earned; empty where it earned none."""
    return numbers.attainment(row.get("attainment")) if numbers.is_number(row.get("raw_score")) else ""


def _left_out(row: dict[str, Any], tongue: Tongue) -> str:
    parts = ((name, row.get(name)) for name in ("pending", "excluded"))
    shown = [
        f"{say(f'column.{name}', tongue)} {numbers.count(n)}"
        for name, n in parts
        if numbers.is_number(n) and n > 0
    ]
    return joined(shown, tongue) if shown else ""


def _segment_name(value: object, labels: Labels, tongue: Tongue) -> str:
    name = named(labels, value, tongue)
    return say("table.not_given", tongue) if name in (DASH, "") else name


def _has_numbers(frame: pd.DataFrame, column: str) -> bool:
    return column in frame and bool(frame[column].notna().any())
