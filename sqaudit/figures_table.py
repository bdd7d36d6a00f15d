"""A table of figures as somebody typed it, in CSV or Excel: where its header is, and its cells as numbers."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from sqaudit.errors import Fault, ParameterError
from sqaudit.params import Source
from sqaudit.sources import csv_files, text_tables

HEADS = {
    "indicator": ("indicator", "id", "code", "name", "指标", "二级指标", "指标名称", "指标编号"),
    "value": ("value", "actual", "figure", "实际值", "数值", "值"),
    "n": ("n", "cases", "denominator", "样本量", "件数", "分母"),
    "target": ("target", "目标值", "目标"),
}
TOTALS = ("合计", "总计", "总分", "total", "sum")  # rows that sum the others up
_TITLE_ROWS = 50  # a header stands below this many rows of titles at most
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d+)?(?:e[+-]?\d+)?)(%?)")
_IN_PERCENT = re.compile(r"(.+)\(%\)")

Rows = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Cell:
    """A cell that holds something: where it stands, what was written, and the number if it is one."""

    place: str
    text: str
    number: float | None
    percent: bool


@dataclass(frozen=True)
class Row:
    """A row of the table: where it stands, what it calls its indicator, and its cells by meaning."""

    place: str
    name: str
    cells: Mapping[str, Cell]


def rows_of(file: Path) -> list[Row]:
    """The rows below the header that name something, without those that sum others up.

    The header is the first row with both an indicator and a value column, in either language; rows of
    titles may stand above it. A head that ends in (%) makes the bare numbers below it percentages.
    ParameterError where the file cannot be read or has no such header or row.
    """
    if not file.is_file():
        raise ParameterError([Fault(str(file), "there is no such file.", "Check the path.")])
    try:
        tables = [_sheet(file)] if file.suffix.lower() in _SHEETS else list(_csv_tables(file))
    except (ValueError, csv.Error) as error:
        raise ParameterError([Fault(str(file), str(error))]) from error
    table = max(tables, key=lambda rows: len(_places(_header(rows)[1])))
    number, header = _header(table)
    _refuse_lacking(file, number, header)
    found = [_row(file, line, cells, header) for line, cells in table if line > number and any(cells)]
    rows = [row for row in found if plain(row.name) not in TOTALS]
    if not rows:
        remedy = "Give one row for each indicator."
        raise ParameterError([Fault(str(file), "there is no row below the header.", remedy)])
    return rows


def plain(text: str) -> str:
    """A text as names are compared: full-width signs as usual ones, without spaces, in small letters.

    >>> plain("实际值 （％）"), plain("On-site  Arrival")
    ('实际值(%)', 'on-sitearrival')
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _csv_tables(file: Path) -> Iterator[Rows]:
    """The table as each delimiter would split it; rows of titles keep the right one from being counted."""
    text = file.read_text(encoding=csv_files.detected_encoding(file))
    for delimiter in csv_files.DELIMITERS:
        reader = csv.reader(StringIO(text), delimiter=delimiter)
        yield [(reader.line_num, [cell.strip() for cell in row]) for row in reader]


def _sheet(file: Path) -> Rows:
    with text_tables.sheet(file, Source(path=[str(file)])) as (first, rest):
        rows = [list(first), *([text_tables.as_text(cell) or "" for cell in row] for row in rest)]
    return [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows, start=1)]


def _header(table: Rows) -> tuple[int, list[str]]:
    """The row with the most of the columns looked for, the first of them, and its number."""
    head = [row for row in table[:_TITLE_ROWS] if any(row[1])]
    return max(head, key=lambda row: len(_places(row[1])), default=(1, []))


def _places(header: Sequence[str]) -> dict[str, int]:
    """Which column holds what."""
    cells = [plain(name) for name in header]
    bare = [match[1] if (match := _IN_PERCENT.fullmatch(cell)) else cell for cell in cells]
    found = {
        meaning: [bare.index(plain(name)) for name in names if plain(name) in bare]
        for meaning, names in HEADS.items()
    }
    return {meaning: places[0] for meaning, places in found.items() if places}


def _refuse_lacking(file: Path, number: int, header: Sequence[str]) -> None:
    lacking = [meaning for meaning in ("indicator", "value") if meaning not in _places(header)]
    present = ", ".join(name for name in header if name) or "nothing"
    if lacking:
        raise ParameterError(
            Fault(
                f"{file}, row {number}",
                f"no column holds the {meaning}; present: {present}.",
                f"Call it one of {', '.join(HEADS[meaning])}.",
            )
            for meaning in lacking
        )


def _row(file: Path, number: int, cells: Sequence[str], header: Sequence[str]) -> Row:
    place = f"{file}, row {number}"
    texts = {meaning: cells[at] if at < len(cells) else "" for meaning, at in _places(header).items()}
    heads = {meaning: header[at] for meaning, at in _places(header).items()}
    return Row(
        place,
        texts["indicator"],
        {
            meaning: _cell(f"{place}, column {heads[meaning]}", text, heads[meaning], meaning)
            for meaning, text in texts.items()
            if text or meaning == "indicator"
        },
    )


def _cell(place: str, text: str, head: str, meaning: str) -> Cell:
    written = plain(text)
    match = _NUMBER.fullmatch(written.lstrip("≥≤<>=") if meaning == "target" else written)
    percent = bool(match and match[2]) or bool(_IN_PERCENT.fullmatch(plain(head)))
    return Cell(place, text, float(match[1].replace(",", "")) if match else None, percent)


__all__ = ["HEADS", "TOTALS", "Cell", "Row", "plain", "rows_of"]
