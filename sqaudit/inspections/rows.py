"""Which case a row of a filled form is about, and why it cannot be used where it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from sqaudit.inspections.cells import Cell
from sqaudit.inspections.columns import Columns
from sqaudit.inspections.faults import Fault, fault
from sqaudit.inspections.issue import Issue
from sqaudit.inspections.layout import HEADING_ROWS, OURS, row_key
from sqaudit.inspections.opened import Sheet, column_letters
from sqaudit.inspections.spellings import plain


@dataclass(frozen=True)
class CaseRow:
    """A row of a sheet and the case that it is about; none where the row is set aside."""

    number: int
    cells: dict[int, Cell]
    case_id: str | None


def case_rows(
    sheet: Sheet, columns: Columns, issue: Issue, inspector: str, file: str
) -> tuple[list[CaseRow], list[Fault]]:
    """Every row that holds a case or answers, and what is wrong with its case id or key.

    A row is known by its case id, which its key must fit; by its key alone where the id is gone; by its
    id alone where the key is gone (with a warning, each). A row whose id and key disagree is set aside:
    either may have been changed.
    """
    keys = issue.keys(inspector)
    rows, faults = [], []
    for number, cells in sheet.rows().items():
        if number == columns.row or _is_ours(number, cells, columns):
            continue
        case, key = _text(cells, columns.case), _text(cells, columns.key)
        answers = sum(place in columns.filled_in for place in cells)
        if not case and not key and not answers:
            continue  # somebody's own notes
        severity, check, found = _identified(case, key, keys, issue, inspector)
        if columns.key is None and check == "key_gone":
            check = ""  # said once, for the whole column
        if columns.case is None and check == "case_id_gone":
            check = ""
        if check:
            place = columns.case or columns.key or 1
            where = {"file": file, "sheet": sheet.name, "row": number, "column": column_letters(place)}
            faults.append(
                fault(
                    severity, check, **where, case_id=found or case, value=case, answers=answers,
                    inspector=inspector,
                )
            )  # fmt: skip
        rows.append(CaseRow(number, cells, found))
    return rows, faults


def _identified(
    case: str, key: str, keys: dict[str, str], issue: Issue, inspector: str
) -> tuple[str, str, str | None]:
    """How grave, what is wrong, and the case that the row is about."""
    found = keys.get(key)
    if not case:
        return ("warning", "case_id_gone", found) if found else ("error", "no_case_id", None)
    if found is not None and plain(case) == plain(found):
        return "", "", found  # retyped perhaps, in another width
    if (case, inspector) not in issue.roles:
        if key in keys:  # the key is one of ours: the id beside it was changed
            return "error", "changed_case_id", None
        known = any(one == case for one, _ in issue.roles)
        return "error", "not_assigned" if known else "unknown_case", None
    if not key:
        return "warning", "key_gone", case
    if key != row_key(issue.about(inspector), case):
        return "error", "changed_key", None
    return "", "", case


def _is_ours(number: int, cells: dict[int, Cell], columns: Columns) -> bool:
    """Whether the row is one of the title or the headings."""
    if columns.key is None:
        return columns.row < number <= columns.row + HEADING_ROWS
    return _text(cells, columns.key).startswith(OURS)


def _text(cells: dict[int, Cell], place: int | None) -> str:
    return cells[place].text if place is not None and place in cells else ""


__all__ = ["CaseRow", "case_rows"]
