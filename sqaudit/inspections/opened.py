"""An Excel file from somebody else, opened with care: its sheets as cells by place, within limits."""

from __future__ import annotations

import hashlib
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqaudit.inspections.cells import Cell

LARGEST_FILE = 20_000_000  # bytes; a form of a thousand cases takes 200,000
LARGEST_CONTENT = 60_000_000  # bytes of all parts once unpacked; what a zip bomb grows beyond
MOST_SHEETS = 20  # a form has three; the others are somebody's own
# All sheets of a file together; a form of a thousand cases takes 60,000 cells and as many filled ones.
MOST_CELLS = 3_000_000  # empty ones before the last of a row included
MOST_FILLED = 200_000  # what is held in memory, some 500 bytes each

MOST_TAGS = 10 * MOST_FILLED  # of the texts that cells share: four for a plain one, more for one in colours

Place = tuple[int, int]


class UnreadableError(ValueError):
    """A file that is not read at all: `check` says why, `fields` with which figures."""

    def __init__(self, check: str, **fields: object) -> None:
        self.check, self.fields = check, fields
        super().__init__(check)


@dataclass(frozen=True)
class Sheet:
    """A sheet by its name: what stands in which row and column, counted from 1; blank cells are left out."""

    name: str
    cells: dict[Place, Cell]

    def row(self, number: int) -> dict[int, Cell]:
        """The cells of one row by column."""
        return {column: cell for (row, column), cell in self.cells.items() if row == number}

    def rows(self) -> dict[int, dict[int, Cell]]:
        """The cells by row and column, for the rows that hold anything."""
        found: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(self.cells.items()):
            found.setdefault(row, {})[column] = cell
        return found


def column_letters(column: int) -> str:
    """The letters of a column counted from 1.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def file_hash(path: Path) -> str:
    """What the content of a file is known by; empty where there is none or it is too large to be a form."""
    if not path.is_file() or path.stat().st_size > LARGEST_FILE:
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sheets(path: Path) -> list[Sheet]:
    """The sheets of an Excel file, formulas as formulas.

    Read with openpyxl, since an answer must be told from a formula and 85 % from 0.85; python-calamine gives
    neither. UnreadableError where the file is absent, too large, no workbook, or larger inside than any form:
    all parts together, and all sheets together, since few bytes can unfold into many cells.
    """
    _refuse(path)
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parts of Excel that openpyxl does not keep; nothing is written
            _refuse_sheets(path)
            book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
            try:
                budget = _Budget(MOST_CELLS, MOST_FILLED)
                return [Sheet(one.title, dict(_cells(one, budget))) for one in book.worksheets]
            finally:
                book.close()
    except UnreadableError:
        raise
    except Exception as error:  # a broken file breaks openpyxl in any of a dozen ways
        raise UnreadableError("not_a_workbook", reason=_reason(error)) from error


def _refuse(path: Path) -> None:
    if not path.is_file():
        raise UnreadableError("no_file")
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise _too_large(size, LARGEST_FILE)
    with path.open("rb") as opened:
        begin = opened.read(8)
    if begin == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":  # OLE: an old .xls, or a workbook under a password
        raise UnreadableError("old_or_encrypted")
    try:
        with zipfile.ZipFile(path) as archive:
            # unpacking stops at the size that is declared, so the declared one can be relied on
            inside = sum(part.file_size for part in archive.infolist())  # any name: parts are found by type
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableError("not_a_workbook", reason=_reason(error)) from error
    if "[Content_Types].xml" not in names:
        raise UnreadableError("not_a_workbook", reason="no Excel parts")
    if inside > LARGEST_CONTENT:
        raise _too_large(inside, LARGEST_CONTENT)


def _too_large(size: int, most: int) -> UnreadableError:
    return UnreadableError("file_too_large", megabytes=-(-size // 1_000_000), most=most // 1_000_000)


def _refuse_sheets(path: Path) -> None:
    """UnreadableError for too many sheets or texts, or several sheets that are one part of the file."""
    from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]
    from openpyxl.xml.constants import SHARED_STRINGS  # type: ignore[import-untyped]

    reader = ExcelReader(path, read_only=True, keep_links=False)
    with reader.archive:
        reader.read_manifest()
        reader.read_workbook()
        parts = [related.target for _, related in reader.parser.find_sheets()]
        texts = reader.package.find(SHARED_STRINGS)
        tags = reader.archive.read(texts.PartName[1:]).count(b"<") if texts is not None else 0
    if tags > MOST_TAGS:
        raise UnreadableError("too_much_filled", most=MOST_FILLED)
    if len(parts) > MOST_SHEETS:
        raise UnreadableError("too_many_sheets", sheets=len(parts), most=MOST_SHEETS)
    if len(set(parts)) < len(parts):
        raise UnreadableError("sheets_share_a_part")


@dataclass
class _Budget:
    """What the sheets of one file may still hold, all together."""

    cells: int
    filled: int

    def take(self, sheet: str, cells: int, filled: int) -> None:
        self.cells -= cells
        self.filled -= filled
        if self.cells < 0:
            raise UnreadableError("sheet_too_large", sheet=sheet, most=MOST_CELLS)
        if self.filled < 0:
            raise UnreadableError("too_much_filled", sheet=sheet, most=MOST_FILLED)


def _cells(sheet: Any, budget: _Budget) -> Iterator[tuple[Place, Cell]]:
    sheet.reset_dimensions()  # what a file says of its extent may be wrong
    for row in sheet.iter_rows():
        budget.take(sheet.title, len(row) + 1, sum(cell.value is not None for cell in row))
        for cell in row:
            if cell.value is None:
                continue
            value = cell.value
            if cell.data_type == "f" and not isinstance(value, str):  # a formula over several cells
                value = getattr(value, "text", None) or "="
            found = Cell(value, str(cell.data_type), str(cell.number_format))
            if not found.blank:
                yield (cell.row, cell.column), found


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:120] or type(error).__name__


__all__ = ["Sheet", "UnreadableError", "column_letters", "file_hash", "sheets"]
