"""A filled form read back: every good answer kept, every bad cell named, no row lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sqaudit.inspection_forms import Item
from sqaudit.inspections.cells import Cell, Given, read_cell
from sqaudit.inspections.columns import Columns, column_faults, find_columns
from sqaudit.inspections.faults import Fault, fault, fault_table
from sqaudit.inspections.issue import Issue
from sqaudit.inspections.layout import HEADING_ROWS, About
from sqaudit.inspections.opened import Sheet, UnreadableError, column_letters, file_hash, sheets
from sqaudit.inspections.rows import CaseRow, case_rows

ANSWERS = (
    *("case_id", "item", "inspector", "role", "answer", "value", "not_applicable", "comment"),
    *("file", "sheet", "row", "column"),
)
EXAMPLES = 5  # cases that a sentence names


@dataclass(frozen=True)
class Reading:
    """One file as it was read: `answers` in the columns ANSWERS, `faults` as `faults.COLUMNS`.

    `rows` counts the rows that held a case or an answer, `rows_used` those whose case is known; the others
    are each named in the faults. `blank` are the cases and items whose cell is there and empty.
    `inspector` is empty and `part` 0 where the file is no form of this sample.
    """

    file: str
    file_hash: str
    inspector: str
    answers: pd.DataFrame
    faults: pd.DataFrame
    rows: int = 0
    rows_used: int = 0
    blank: frozenset[tuple[str, str]] = frozenset()
    part: int = 0


@dataclass(frozen=True)
class _Found:
    """An answer and the cell it was found in."""

    given: Given
    comment: str
    sheet: str
    row: int
    column: str


def read_file(path: Path, issue: Issue) -> Reading:
    """The answers in one filled form and everything that is wrong with it.

    Rows are matched by case id and key and columns by their marks, never by their place. Whatever is wrong
    is a row of the faults: an `error` was not used, a `warning` was used and wants a look, a `note` says how
    something was understood.
    """
    name = path.name
    content = file_hash(path)
    try:
        opened = sheets(path)
    except UnreadableError as error:
        found = fault("error", error.check, file=name, **error.fields)
        return Reading(name, content, "", _answer_table([]), fault_table([found]))
    forms = [(sheet, columns) for sheet in opened if (columns := find_columns(sheet)) is not None]
    reader = _Reader(name, issue)
    for sheet, columns in forms:
        reader.read_sheet(sheet, columns)
    if not forms:
        reader.faults.append(fault("error", "no_form", file=name))
    table, more = _settled(reader.answers, issue, name)
    faults = fault_table([*reader.faults, *more])
    filled = {(case, item) for case, item, _ in reader.answers}
    blank = frozenset(reader.blank - filled)
    counts = (reader.rows, reader.rows_used)
    return Reading(name, content, reader.inspector, table, faults, *counts, blank, reader.part)


class _Reader:
    """Collects what the sheets of one file hold."""

    def __init__(self, file: str, issue: Issue) -> None:
        self.file, self.issue, self.inspector = file, issue, ""
        self.answers: dict[tuple[str, str, str], list[_Found]] = {}
        self.blank: set[tuple[str, str]] = set()
        self.faults: list[Fault] = []
        self.rows = self.rows_used = self.part = 0

    def read_sheet(self, sheet: Sheet, columns: Columns) -> None:
        """Put the answers of a sheet to those of the file, with what is wrong with them."""
        issue, file, about = self.issue, self.file, columns.about
        if about is None:
            self.faults.append(fault("error", "marks_damaged", file=file, sheet=sheet.name))
            return
        if said := _not_ours(about, issue):
            check, fields = said
            filled = sum(row > columns.row + HEADING_ROWS for row in sheet.rows())
            self.faults.append(fault("error", check, file=file, sheet=sheet.name, rows=filled, **fields))
            return
        self.inspector, self.part = about.inspector, about.part
        self.faults += column_faults(sheet, columns, issue.form, file)
        rows, faults = case_rows(sheet, columns, issue, about.inspector, file)
        self.faults += faults
        self.rows += len(rows)
        for row in rows:
            if row.case_id is not None:
                self.rows_used += 1
                self.blank |= _blank(columns, row)
                self.faults += _read_row(sheet, columns, row, issue, file, about.inspector, self.answers)
        self.faults += _absent_rows(sheet, rows, issue, about, file)


def _not_ours(about: About, issue: Issue) -> tuple[str, dict[str, object]] | None:
    """Why a whole sheet cannot be used: another sample, form, version, or somebody without a form."""
    if about.sample_id != issue.sample_id:
        return "other_sample", {"found": about.sample_id, "wanted": issue.sample_id}
    if about.form != issue.form.form:
        return "other_form", {"found": about.form, "wanted": issue.form.form}
    if (about.version, about.form_hash) != (issue.form.version, issue.form_hash):
        found, wanted = (
            f"{version} ({content[:6]})"
            for version, content in ((about.version, about.form_hash), (issue.form.version, issue.form_hash))
        )
        return "other_version", {"found": found, "wanted": wanted}
    if about.inspector not in issue.inspectors:
        return "unknown_inspector", {"found": about.inspector, "wanted": issue.inspectors}
    return None


def _read_row(
    sheet: Sheet,
    columns: Columns,
    row: CaseRow,
    issue: Issue,
    file: str,
    inspector: str,
    answers: dict[tuple[str, str, str], list[_Found]],
) -> Iterator[Fault]:
    """Put the answers of one row to those of the file, and tell what is wrong with its cells."""
    case = str(row.case_id)
    for item in issue.form.items:
        where = {"file": file, "sheet": sheet.name, "row": row.number, "case_id": case, "item": item.id}
        fields = issue.expectations[item.id]
        comment, refused = _comment(row, columns.comments.get(item.id, []))
        for place in refused:
            shown = row.cells[place].text
            yield fault("error", "formula", **where, column=column_letters(place), value=shown, **fields)
        places = [place for place in columns.answers.get(item.id, []) if place in row.cells]
        for place in places:
            cell, letters = row.cells[place], column_letters(place)
            given, remark = read_cell(cell, item)
            if remark:
                yield fault(
                    remark.severity, remark.check, **where, column=letters, value=cell.text, **fields,
                    **({"answer": given.answer} if given else {}),
                )  # fmt: skip
            if given is None:
                continue
            answers.setdefault((case, item.id, inspector), []).append(
                _Found(given, comment, sheet.name, row.number, letters)
            )
            if not comment and _asks_comment(item, given):
                yield fault("warning", "comment_missing", **where, column=letters, value=cell.text, **fields)
        if comment and not places:
            column = column_letters(columns.comments[item.id][0])
            yield fault("warning", "comment_without_answer", **where, column=column, value=comment, **fields)


def _blank(columns: Columns, row: CaseRow) -> set[tuple[str, str]]:
    """The case with each item whose cells in the row are all empty."""
    return {
        (str(row.case_id), item)
        for item, places in columns.answers.items()
        if not any(place in row.cells for place in places)
    }


def _asks_comment(item: Item, given: Given) -> bool:
    return not given.not_applicable and item.asks_comment(given.value)


def _comment(row: CaseRow, places: Sequence[int]) -> tuple[str, list[int]]:
    """The comment of a row on one item, and the cells of it that hold a formula."""
    cells = {place: row.cells[place] for place in places if place in row.cells}
    refused = [place for place, cell in cells.items() if _is_formula(cell)]
    texts = [cell.text for place, cell in cells.items() if place not in refused]
    return "\n".join(dict.fromkeys(texts)), refused


def _is_formula(cell: Cell) -> bool:
    return cell.kind == "f"


def _absent_rows(
    sheet: Sheet, rows: Sequence[CaseRow], issue: Issue, about: About, file: str
) -> Iterator[Fault]:
    """Cases of the inspector, given out in this part, that no longer stand in the sheet."""
    there, mine = {row.case_id for row in rows}, (about.inspector, about.part)
    given = {case for (case, name), part in issue.parts.items() if (name, part) == mine}
    gone = sorted(given - there)
    if gone:
        fields = {"count": len(gone), "cases": gone[:EXAMPLES]}
        yield fault("warning", "missing_rows", file=file, sheet=sheet.name, **fields)


def _settled(
    answers: dict[tuple[str, str, str], list[_Found]], issue: Issue, file: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """One answer for each case and item; where a file gives several that differ, none, and all are named."""
    kept, faults = [], []
    for (case, item, inspector), found in answers.items():
        fields = issue.expectations[item]
        different = len({one.given.answer for one in found}) > 1
        for one in found if different else found[1:]:
            others = [f"{other.column}{other.row}" for other in found if other is not one]
            where = {"file": file, "sheet": one.sheet, "row": one.row, "column": one.column}
            check = "conflicting_answers" if different else "repeated_answer"
            faults.append(
                fault(
                    "error" if different else "note", check, **where, case_id=case, item=item,
                    value=one.given.answer, others=others[:EXAMPLES], **fields,
                )
            )  # fmt: skip
        if different:
            continue
        first = found[0]
        comment = "\n".join(dict.fromkeys(one.comment for one in found if one.comment))
        kept.append(
            {
                "case_id": case,
                "item": item,
                "inspector": inspector,
                "role": issue.roles[case, inspector],
                "answer": first.given.answer,
                "value": first.given.value,
                "not_applicable": first.given.not_applicable,
                "comment": comment,
                "file": file,
                "sheet": first.sheet,
                "row": first.row,
                "column": first.column,
            }
        )
    return _answer_table(kept), faults


def _answer_table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(ANSWERS))
    types = {"value": "float64", "not_applicable": "bool", "row": "int64"}
    frame = frame.astype({name: types.get(name, "str") for name in ANSWERS})
    return frame.sort_values(["case_id", "item", "inspector"], ignore_index=True)


__all__ = ["ANSWERS", "Reading", "read_file"]
