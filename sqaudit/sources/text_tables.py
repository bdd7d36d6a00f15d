"""Sheets and database queries as streams of text rows, so that every source is typed in one place."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqaudit.params import Source
from sqaudit.sources.csv_files import unique_names

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import URL, CursorResult

MOST_CELLS = 100_000_000  # rows times columns of a sheet
_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
BATCH = 50_000  # rows handed over at a time


@contextmanager
def sheet(path: Path, source: Source) -> Iterator[tuple[tuple[str, ...], Iterator[Sequence[object]]]]:
    """The header and the rows below it of one sheet of an Excel file (the first one unless named).

    ValueError where the file is no workbook or has no such sheet or header.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    _refuse_vast(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise ValueError(f"the file is no Excel workbook: {error}.") from error
    name = source.sheet or workbook.sheet_names[0]
    if name not in workbook.sheet_names:
        raise ValueError(f"there is no sheet '{name}'; the file has {', '.join(workbook.sheet_names)}.")
    rows = iter(workbook.get_sheet_by_name(name).iter_rows())
    header = next(islice(rows, source.header_row - 1, None), None)
    if header is None or all(cell in (None, "") for cell in header):
        raise ValueError(f"sheet '{name}' has no header in row {source.header_row}; state `header_row`.")
    yield unique_names(header), rows


@contextmanager
def query(source: Source, url: URL) -> Iterator[tuple[tuple[str, ...], Iterator[Sequence[object]]]]:
    """The columns and rows that a database answers, streamed; ValueError shows what it said."""
    with _asked(url, source.query or "") as answer:
        yield unique_names(list(answer.keys())), iter(answer)


def query_columns(source: Source, url: URL) -> tuple[str, ...]:
    """The columns that a query answers, without its rows where the database knows how to leave them out."""
    written = (source.query or "").rstrip().rstrip(";")
    try:
        if url.get_backend_name() == "sqlite":  # computes a row when asked for it, and renames within a query
            raise ValueError
        with _asked(url, f"SELECT * FROM (\n{written}\n) AS peeked WHERE 1 = 0") as answer:
            return unique_names(list(answer.keys()))
    except ValueError:  # an ORDER BY, a WITH or a column named twice, which some do not take inside another
        with query(source, url) as (header, _):
            return header


def database_url(source: Source) -> str:
    """The address of the database with `$NAME` or `${NAME}` taken from the environment.

    ValueError where the environment has no such variable.
    """
    written = source.url or ""
    for name in re.findall(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)", written):
        if name not in os.environ:
            raise ValueError(f"the environment has no variable {name}, which the address names; set it.")
    return os.path.expandvars(written)


def shown_url(url: str) -> str:
    """The address as it may be shown: without its password."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
        hidden = address.set(query=dict.fromkeys(address.query, "***"))  # a query may hold a secret as well
        return hidden.render_as_string(hide_password=True)
    except ArgumentError:
        return "(an address that cannot be read)"


def _refuse_vast(path: Path) -> None:
    """ValueError for a sheet so wide and long that laying it out would take all memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and _extent(archive, name) > MOST_CELLS:
                    said = f"a sheet spans more than {MOST_CELLS:,} cells"
                    raise ValueError(f"{said}. Delete what stands far out.")
    except (zipfile.BadZipFile, OSError):
        return  # what it is instead is told by the reader


def _extent(archive: zipfile.ZipFile, name: str) -> int:
    """Rows times columns up to the farthest cell of one sheet, read in pieces."""
    rows = columns = 0
    rest = b""
    with archive.open(name) as file:
        while piece := file.read(1_000_000):
            for letters, digits in _CELL.findall(rest + piece):
                rows, columns = max(rows, int(digits)), max(columns, _column(letters))
            rest = piece[-40:]
    return rows * columns


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def batches(
    header: Sequence[str], rows: Iterable[Sequence[object]], keep_blank: bool = True
) -> pa.RecordBatchReader:
    """The rows as Arrow batches of text, with the number of each row under `_row`.

    Unless `keep_blank`, rows without any value are left out, as blank lines are; they keep their number.
    """
    import pyarrow as pa

    schema = pa.schema([("_row", pa.int64()), *((name, pa.string()) for name in header)])

    def stream() -> Iterator[pa.RecordBatch]:
        numbered: Iterator[tuple[int, Sequence[object]]] = enumerate(rows, start=1)
        if not keep_blank:
            numbered = ((number, row) for number, row in numbered if any(map(_is_given, row)))
        while chunk := list(islice(numbered, BATCH)):
            columns = [
                pa.array([as_text(row[index]) if index < len(row) else None for _, row in chunk], pa.string())
                for index in range(len(header))
            ]
            numbers = pa.array([number for number, _ in chunk], pa.int64())
            yield pa.record_batch([numbers, *columns], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, stream())


def number_table(**columns: Iterable[int]) -> pa.RecordBatchReader:
    """A small table of whole numbers on its way into the engine."""
    import pyarrow as pa

    batch = pa.record_batch({name: pa.array(values, pa.int64()) for name, values in columns.items()})
    return pa.RecordBatchReader.from_batches(batch.schema, [batch])


def as_text(cell: Any) -> str | None:
    """A cell as text that loses nothing: whole numbers without point, times in ISO form.

    >>> as_text(5.0), as_text(True), as_text(datetime(2026, 7, 1, 9, 30)), as_text("")
    ('5', 'true', '2026-07-01 09:30:00', None)
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return repr(cell.total_seconds())
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).decode("utf-8", errors="replace")
    return str(cell)


def _is_given(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


@contextmanager
def _asked(url: URL, written: str) -> Iterator[CursorResult[Any]]:
    """The answer of a database to a query that is handed over word for word."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    try:
        engine = create_engine(url)
    except ModuleNotFoundError as error:
        raise ValueError(f"the Python driver '{error.name}' is not installed; install it.") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise ValueError(f"the database cannot be opened: {_plain(error, url)}.") from error
    try:
        with engine.connect() as connection:
            # no parameters: a colon or a percent sign in the query means itself
            streamed = connection.execution_options(stream_results=True, yield_per=BATCH, no_parameters=True)
            answer = streamed.exec_driver_sql(written)
            if not answer.returns_rows:
                raise ValueError("the query returns no rows; write a SELECT.")
            yield answer
    except SQLAlchemyError as error:
        raise ValueError(f"the database refused the query: {_plain(error, url)}.") from error
    finally:
        engine.dispose()


def _plain(error: Exception, url: URL) -> str:
    """The first line of what a database said, without the password that some repeat."""
    cause = getattr(error, "orig", None) or (error.args[0] if error.args else error)
    line = (str(cause).splitlines() or [type(error).__name__])[0].rstrip(".")
    return line.replace(str(url.password), "***") if url.password else line
