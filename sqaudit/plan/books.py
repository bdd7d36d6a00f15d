"""The book of an earlier audit that a run is held against: found, and seen to be finished."""

from __future__ import annotations

from pathlib import Path

from sqaudit.book_folders import newest
from sqaudit.errors import Fault
from sqaudit.params import RunFile
from sqaudit.places import found, matches
from sqaudit.plan.place import Place

_SIGNS = "*?["


def previous_book(run: RunFile, base: Path, where: Place) -> tuple[Path | None, list[Fault]]:
    """The book that the run names, the newest where a pattern fits several, and what is wrong with it.

    A pattern that fits no finished book is no fault: the first of a row of audits has no book before it.
    """
    if run.previous_book is None:
        return None, []
    place = found(run.previous_book, base)
    book = newest(matches(place)) if place is not None else None
    if book is not None or any(sign in run.previous_book for sign in _SIGNS):
        return book, []
    remedy = "Name the folder of a book, such as reports/2026-Q2_20260708-090000, or a pattern."
    message = f"'{run.previous_book}' is no finished book."
    return None, [where.fault(["previous_book"], message, remedy)]
