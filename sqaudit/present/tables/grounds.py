"""What the results rest on: faults of the data, where the rows went, definitions, and any small frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sqaudit.present import numbers, palette
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.sentences import check_remedy, check_sentence, in_tongue, rows_used, short_list
from sqaudit.present.tables.cells import heads, is_real, listed, records_of, unit_of
from sqaudit.present.tables.markup import Cell, Row, marked, number, table, words
from sqaudit.present.words import DASH, Labels, Language, Tongue, named, say


def checks_table(checks: pd.DataFrame, labels: Labels, language: Language) -> Block:
    """Every fault of the data as a sentence, what to do about it, and which indicators it touches.

    In: severity, kind, column, check, count, of, rows, examples, indicators, detail. Given order is kept.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        severity = str(row.get("severity"))
        touched = [named(labels, item, tongue) for item in listed(row.get("indicators"))]
        return [
            marked(
                named({}, severity, tongue, "severity"),
                palette.SEVERITY_MARKS.get(severity, "·"),
                palette.SEVERITY_COLOURS.get(severity, palette.QUIET),
            ),
            Cell(check_sentence(row, labels, tongue), check_remedy(row, labels, tongue)),
            number(numbers.count(row.get("count"))),
            Cell(short_list(map(str, listed(row.get("rows"))), tongue)),
            Cell(short_list(touched, tongue, most=6)),
        ]

    def render(tongue: Tongue) -> str:
        head = heads(["severity", "check", "count", "row_numbers", "indicators"], tongue)
        rows = [Row(cells(row, tongue)) for row in records_of(checks)]
        return table(head, rows, tongue, caption=say("caption.checks", tongue, count=len(checks)))

    return bilingual(render, language)


def row_account_table(row_account: pd.DataFrame, labels: Labels, language: Language) -> Block:
    """Where the rows of each kind went, from read to used.

    In: kind, step, detail, rows (signed).
    """

    def render(tongue: Tongue) -> str:
        rows, shown = [], None
        for row in records_of(row_account):
            kind = row.get("kind")
            name = named(labels, kind, tongue, "kind") if kind != shown else ""
            step = named({}, row.get("step"), tongue, "row_step")
            detail = in_tongue(row.get("detail"), tongue)
            cells = [Cell(name), Cell(step, detail), number(numbers.count(row.get("rows")))]
            rows.append(Row(cells, is_total=row.get("step") == "used"))
            shown = kind
        return table(
            heads(["kind", "step", "rows"], tongue), rows, tongue, caption=rows_used(row_account, tongue)
        )

    return bilingual(render, language)


def definitions_table(definitions: pd.DataFrame, labels: Labels, language: Language) -> Block:
    """How each indicator is defined, so that a reader can compute it again.

    In: name, clause, requirement, remark, formula, records, target, evidence; texts may be {zh, en}. A
    numeric target is worded with the columns unit and direction where they are there.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        name = row.get("name") if row.get("name") is not None else named(labels, row.get("indicator"), tongue)
        goal = row.get("target")
        shown = numbers.target(goal, unit_of(row), row.get("direction"), tongue) if is_real(goal) else None
        return [
            Cell(in_tongue(name, tongue), in_tongue(row.get("clause"), tongue)),
            Cell(in_tongue(row.get("requirement"), tongue) or DASH, in_tongue(row.get("remark"), tongue)),
            Cell(in_tongue(row.get("formula"), tongue) or DASH),
            Cell(_kinds(row.get("records"), labels, tongue)),
            words(shown or in_tongue(goal, tongue) or DASH),
            words(named({}, row.get("evidence"), tongue, "evidence")),
        ]

    def render(tongue: Tongue) -> str:
        head = heads(["name", "requirement", "formula", "records", "target", "evidence"], tongue)
        rows = [Row(cells(row, tongue)) for row in records_of(definitions)]
        return table(head, rows, tongue, caption=say("caption.definitions", tongue, count=len(definitions)))

    return bilingual(render, language)


def _kinds(records: object, labels: Labels, tongue: Tongue) -> str:
    """The record kinds of an indicator: a text in both languages, or an id."""
    return (
        in_tongue(records, tongue) if isinstance(records, Mapping) else named(labels, records, tongue, "kind")
    )


def plain_table(
    frame: pd.DataFrame,
    language: Language,
    headers: Mapping[str, object] | None = None,
    *,
    caption: object = "",
) -> Block:
    """Any small frame as a table. Headers and cells may be {zh, en} mappings; numbers keep their digits.

    A column without a header uses our own word for it, else its name. Round with `numbers` first.
    """

    def title(column: str, tongue: Tongue) -> Cell:
        given = (headers or {}).get(column)
        text = in_tongue(given, tongue) if given is not None else heads([column], tongue)[0].text
        numeric = pd.api.types.is_numeric_dtype(frame[column]) and frame[column].dtype != bool
        return number(text) if numeric else Cell(text)

    def render(tongue: Tongue) -> str:
        titles = [title(str(column), tongue) for column in frame.columns]
        rows = [Row([_plain_cell(value, tongue) for value in row.values()]) for row in records_of(frame)]
        return table(titles, rows, tongue, caption=in_tongue(caption, tongue))

    return bilingual(render, language)


def _plain_cell(value: object, tongue: Tongue) -> Cell:
    if isinstance(value, bool):
        return Cell(say("table.is_true" if value else "table.is_false", tongue))
    if is_real(value):
        return number(numbers.plain(float(value)))  # type: ignore[arg-type]
    return Cell(in_tongue(value, tongue) or DASH)
