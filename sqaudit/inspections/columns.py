"""Which column of a filled form holds what, by the marks above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspections.faults import Fault, expected, fault
from sqaudit.inspections.layout import ANSWER, CASE, COMMENT, HEADING_ROWS, KEY, About, read_mark
from sqaudit.inspections.opened import Sheet, column_letters


@dataclass(frozen=True)
class Columns:
    """The columns of one sheet by what they hold; an item may stand in several, copied by somebody."""

    row: int
    about: About | None
    case: int | None
    key: int | None
    answers: dict[str, list[int]] = field(default_factory=dict)
    comments: dict[str, list[int]] = field(default_factory=dict)
    marked: frozenset[int] = frozenset()

    @cached_property
    def filled_in(self) -> set[int]:
        """The columns that an inspector fills in."""
        return {place for kind in (self.answers, self.comments) for one in kind.values() for place in one}


def find_columns(sheet: Sheet) -> Columns | None:
    """The columns of a sheet, or None where it carries no marks and so is no form of ours."""
    for number, cells in sheet.rows().items():
        marks = {place: mark for place, cell in cells.items() if (mark := read_mark(cell.value))}
        if not any(kind in (CASE, KEY) for kind, *_ in marks.values()):
            continue
        keys = {kind: place for place, (kind, *_) in reversed(marks.items()) if kind in (CASE, KEY)}
        abouts = {about for _, _, about in marks.values() if about is not None}
        by_item: dict[str, dict[str, list[int]]] = {ANSWER: {}, COMMENT: {}}
        for place, (kind, item, _) in marks.items():
            if kind in by_item:
                by_item[kind].setdefault(item, []).append(place)
        about = abouts.pop() if len(abouts) == 1 else None
        places = frozenset(marks)
        return Columns(
            number, about, keys.get(CASE), keys.get(KEY), by_item[ANSWER], by_item[COMMENT], places
        )
    return None


def column_faults(sheet: Sheet, columns: Columns, form: InspectionForm, file: str) -> Iterator[Fault]:
    """Columns that were deleted, belong to no item, or are the inspector's own."""
    where = {"file": file, "sheet": sheet.name}
    known = {item.id for item in form.items}
    for item in form.items:
        fields = expected(form, item)
        if item.id not in columns.answers:
            yield fault("error", "missing_column", **where, item=item.id, **fields)
        if item.id not in columns.comments and item.comment_below is not None:
            yield fault("warning", "missing_comment_column", **where, item=item.id, **fields)
    if columns.key is None:
        yield fault("warning", "missing_keys", **where)
    if columns.case is None:
        yield fault("warning", "missing_case_ids", **where)
    for by_item in (columns.answers, columns.comments):
        for name, places in by_item.items():
            if name not in known:
                for place in places:
                    yield fault("error", "unknown_item", **where, column=column_letters(place), item=name)
    yield from _own_columns(sheet, columns, where)


def _own_columns(sheet: Sheet, columns: Columns, where: dict[str, str]) -> Iterator[Fault]:
    """Columns without a mark that hold something below the headings."""
    below = columns.row + HEADING_ROWS
    own: dict[int, str] = {}
    for (row, place), cell in sorted(sheet.cells.items()):
        if row > below and place not in columns.marked:
            own.setdefault(place, cell.text)
    for place, text in own.items():
        yield fault("note", "own_column", **where, column=column_letters(place), value=text)


__all__ = ["Columns", "column_faults", "find_columns"]
