"""The sheet that an inspector fills in: a row for each case, an answer and a comment for each item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from sqaudit.inspection_forms import Item
from sqaudit.inspections.issue import Issue
from sqaudit.inspections.layout import (
    ANSWER,
    CASE,
    COMMENT,
    CONTEXT,
    DONE,
    HEADING_ROWS,
    KEY,
    OURS,
    About,
    about_mark,
    item_mark,
    row_key,
)
from sqaudit.present.form_words import both_ways
from sqaudit.present.palette import INK, PALE, QUIET, VERDICT_COLOURS, tint
from sqaudit.present.words import Language, is_said, named, say, tongues
from sqaudit.publish.forms.context import cell_value
from sqaudit.publish.forms.paper import GRID, Paper, arrange_page, lines, width
from sqaudit.publish.forms.rules import add_rules

TITLE_ROW, SECTION_ROW, HEAD_ROW = 1, 2, 3  # below the marks in row 0
FIRST = 1 + HEADING_ROWS  # the row of the first case
CRITICAL_MARK = "★"
NARROW, ANSWER_WIDTH, COMMENT_WIDTH = 8, 11, 16  # characters
WIDEST_CONTEXT = 20
PAGE = 220  # characters that stay readable on one A4 page across, at about three fifths of their size
SECTION_TINTS = (VERDICT_COLOURS["met"], VERDICT_COLOURS["undetermined"], VERDICT_COLOURS["monitored"])


@dataclass(frozen=True)
class _Column:
    """A column of the sheet: what it holds, of which item, under which heading."""

    kind: str
    heading: str
    mark: str = ""
    item: Item | None = None
    name: str = ""
    colour: str = PALE


def write_case_sheet(
    paper: Paper, issue: Issue, about: About, cases: pd.DataFrame, language: Language
) -> None:
    """Add the sheet: hidden marks, title and progress, headings, and the cases with cells to fill in.

    `cases` has `case_id` and the columns to be shown, in the order in which they are to be inspected. Only
    answers and comments can be typed into; the protection has no password, for it guards against slips.
    """
    sheet = paper.book.add_worksheet(say("inspection_form.cases", language).replace("/", "·")[:31])
    columns = _columns(issue, about, cases, language)
    places = {
        kind: [at for at, one in enumerate(columns) if one.kind == kind] for kind in (ANSWER, COMMENT, DONE)
    }
    records = cases.to_dict("records")
    end = FIRST + max(len(records), 1) - 1
    _write_heads(paper, sheet, columns, issue, about, len(records), language)
    for line, record in enumerate(records, start=FIRST):
        _write_row(paper, sheet, columns, line, record, about)
    for at in places[ANSWER]:
        item = columns[at].item
        if item is not None:
            add_rules(paper, sheet, issue.form, item, (FIRST, end, at, at + 1), language)
    done = (FIRST, places[DONE][0], end, places[DONE][0])
    whole = {"type": "cell", "criteria": "==", "value": len(issue.form.items)}
    sheet.conditional_format(
        *done, {**whole, "format": paper.format(bg_color=tint(VERDICT_COLOURS["met"], 0.25))}
    )
    _arrange(sheet, columns, records, end)


def _columns(issue: Issue, about: About, cases: pd.DataFrame, language: Language) -> list[_Column]:
    found = [
        _Column(CASE, say("inspection_form.case_id", language), about_mark(CASE, about)),
        _Column(KEY, OURS, about_mark(KEY, about)),
        _Column(DONE, say("inspection_form.done", language), item_mark(DONE, "")),
    ]
    for name in cases.columns:
        if name != "case_id":
            found.append(
                _Column(CONTEXT, _named(str(name), language), item_mark(CONTEXT, ""), name=str(name))
            )
    numbers = issue.form.numbers
    for place, section in enumerate(issue.form.sections):
        colour = tint(SECTION_TINTS[place % len(SECTION_TINTS)], 0.22)
        for item in section.items:
            star = f" {CRITICAL_MARK}" if item.critical else ""
            texts = list(dict.fromkeys(item.text.in_language(one) for one in tongues(language)))
            heading = f"{numbers[item.id]} {chr(10).join(texts)}{star}"
            comment = say("inspection_form.comment", language, number=numbers[item.id])
            found.append(_Column(ANSWER, heading, item_mark(ANSWER, item.id), item, colour=colour))
            found.append(_Column(COMMENT, comment, item_mark(COMMENT, item.id), item, colour=colour))
    return found


def _named(name: str, language: Language) -> str:
    """What a reader calls a column of the records."""
    family = next((one for one in ("segment", "column") if is_said(f"{one}.{name}")), None)
    return " / ".join(dict.fromkeys(named({}, name, tongue, family) for tongue in tongues(language)))


def _write_heads(
    paper: Paper,
    sheet: Any,
    columns: Sequence[_Column],
    issue: Issue,
    about: About,
    count: int,
    language: Language,
) -> None:
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.mark, paper.format(font_color=QUIET))
        style = {**GRID, "bold": True, "bg_color": column.colour, "align": "left"}
        sheet.write_string(HEAD_ROW, at, column.heading.replace(" / ", "\n"), paper.format(**style))
    for row in (TITLE_ROW, SECTION_ROW, HEAD_ROW):
        sheet.write_string(row, 1, OURS)
    form = issue.form
    title = " / ".join(
        say(
            "inspection_form.title", tongue, form=form.title.in_language(tongue), version=form.version,
            inspector=about.inspector, sample=issue.sample_id,
        )
        for tongue in tongues(language)
    )  # fmt: skip
    sheet.write_string(TITLE_ROW, 0, title, paper.format(bold=True, font_size=13, font_color=INK))
    done = xl_col_to_name(next(at for at, column in enumerate(columns) if column.kind == DONE))
    begin = say("inspection_form.progress", language) + ": "
    cells = f"{done}{FIRST + 1}:{done}{FIRST + max(count, 1)}"
    formula = f'="{begin}"&COUNTIF({cells},{len(form.items)})&" / {count}"'
    sheet.write_formula(SECTION_ROW, 0, formula, paper.format(bold=True), f"{begin}0 / {count}")
    written = set()
    for at, column in enumerate(columns):
        section = next((one for one in form.sections if column.item in one.items), None)
        if section is not None and section.id not in written:
            written.add(section.id)
            text = both_ways(section.title.both(), language)
            sheet.write_string(SECTION_ROW, at, text, paper.format(bold=True, font_color=QUIET))


def _write_row(
    paper: Paper,
    sheet: Any,
    columns: Sequence[_Column],
    line: int,
    record: dict[Any, Any],
    about: About,
) -> None:
    case = str(record["case_id"])
    answers = [at for at, column in enumerate(columns) if column.kind == ANSWER]
    locked = {**GRID, "bg_color": PALE}
    for at, column in enumerate(columns):
        if column.kind == CASE:
            sheet.write_string(line, at, case, paper.format(**locked, bold=True))
        elif column.kind == KEY:
            sheet.write_string(line, at, row_key(about, case))
        elif column.kind == DONE:
            listed = ",".join(xl_rowcol_to_cell(line, place) for place in answers)
            sheet.write_formula(line, at, f"=COUNTA({listed})", paper.format(**locked, align="center"), 0)
        elif column.kind == CONTEXT:
            _write_value(paper, sheet, line, at, record[column.name], locked)
        elif column.kind == ANSWER:
            number = {"num_format": "0.##"} if column.item and column.item.kind == "0-100" else {}
            sheet.write_blank(line, at, None, paper.format(**GRID, **number, align="left", locked=False))
        else:
            sheet.write_blank(line, at, None, paper.format(**GRID, num_format="@", locked=False))


def _write_value(paper: Paper, sheet: Any, line: int, at: int, value: Any, style: dict[str, Any]) -> None:
    shown = cell_value(value)
    if shown is None:
        sheet.write_blank(line, at, None, paper.format(**style))
    elif isinstance(shown, str):
        sheet.write_string(line, at, shown, paper.format(**style))  # never a formula, whatever it begins with
    elif isinstance(shown, int | float):
        sheet.write_number(line, at, shown, paper.format(**style, align="left"))
    else:
        shape = {**style, "num_format": "yyyy-mm-dd hh:mm", "align": "left"}
        sheet.write_datetime(line, at, shown, paper.format(**shape))


def _arrange(sheet: Any, columns: Sequence[_Column], records: Sequence[dict[Any, Any]], end: int) -> None:
    tallest, across = 1, 0
    for at, column in enumerate(columns):
        room = _room(column, records)
        sheet.set_column(at, at, room, None, {"hidden": column.kind == KEY})
        if column.kind != KEY:
            across += room
            tallest = max(tallest, lines(column.heading.replace(" / ", "\n"), room - 1))
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_row(TITLE_ROW, 22)
    sheet.set_row(HEAD_ROW, 14 * tallest + 2)
    for line in range(FIRST, end + 1):
        sheet.set_row(line, 28)  # two lines, so that a comment can be begun by hand as well
    sheet.freeze_panes(FIRST, 3)
    sheet.autofilter(HEAD_ROW, 0, end, len(columns) - 1)
    sheet.protect(
        "",
        {
            **{"select_locked_cells": True, "select_unlocked_cells": True, "autofilter": True, "sort": True},
            **{"format_columns": True, "format_rows": True},
        },
    )
    arrange_page(sheet, TITLE_ROW, HEAD_ROW, pages_across=-(-across // PAGE))
    sheet.repeat_columns(0, 2)
    sheet.print_area(TITLE_ROW, 0, end, len(columns) - 1)


def _room(column: _Column, records: Sequence[dict[Any, Any]]) -> int:
    """How wide a column is to be, in characters."""
    if column.kind == COMMENT:
        return COMMENT_WIDTH
    longest_word = max(map(width, column.heading.replace(" / ", "\n").split("\n")))
    if column.kind == ANSWER:
        return ANSWER_WIDTH
    if column.kind in (DONE, KEY):
        return NARROW
    name = "case_id" if column.kind == CASE else column.name
    texts = [cell_value(record[name]) for record in records]
    shown = [text if isinstance(text, str) else "2026-10-08 09:30" if text else "" for text in texts]
    return min(WIDEST_CONTEXT, max(NARROW, longest_word + 3, *(width(text) + 2 for text in shown), 0))


__all__ = ["CRITICAL_MARK", "FIRST", "write_case_sheet"]
