"""Sheets and database queries as streams of text rows, so that every source is typed in one place."""

from __future__ import annotations

import os
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

BATCH = 50_000  # rows handed over at a time


@contextmanager
def sheet(path: Path, source: Source) -> Iterator[tuple[tuple[str, ...], Iterator[Sequence[object]]]]:
    """The header and the rows below it of one sheet of an Excel file (the first one unless named).

    ValueError where the file is no workbook or has no such sheet or header.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise ValueError(f"the file is no Excel workbook: {error}.") from error
    name = source.sheet or workbook.sheet_names[0]
    if name not in workbook.sheet_names:
        raise ValueError(f"there is no sheet '{name}'; the file has {', '.join(workbook.sheet_names)}.")
    rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    if len(rows) < source.header_row:
        raise ValueError(f"sheet '{name}' has no header in row {source.header_row}.")
    header = unique_names(tuple(rows[source.header_row - 1]))
    yield header, iter(rows[source.header_row :])


@contextmanager
def query(source: Source, url: str) -> Iterator[tuple[tuple[str, ...], Iterator[Sequence[object]]]]:
    """The columns and rows that a database answers, streamed; ValueError shows what it said."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    try:
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ValueError(f"the database cannot be opened: {_plain(error)}.") from error
    try:
        with engine.connect() as connection:
            streamed = connection.execution_options(stream_results=True, yield_per=BATCH)
            answer = streamed.execute(text(source.query or ""))
            yield unique_names(list(answer.keys())), iter(answer)
    except SQLAlchemyError as error:
        raise ValueError(f"the database refused the query: {_plain(error)}.") from error
    finally:
        engine.dispose()


def database_url(source: Source) -> str:
    """The address of the database with `$NAME` or `${NAME}` taken from the environment."""
    return os.path.expandvars(source.url or "")


def shown_url(url: str) -> str:
    """The address as it may be shown: without its password."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "(an address that cannot be read)"


def batches(header: Sequence[str], rows: Iterable[Sequence[object]]) -> pa.RecordBatchReader:
    """The rows as Arrow batches of text, with the number of each row under `_row`."""
    import pyarrow as pa

    schema = pa.schema([("_row", pa.int64()), *((name, pa.string()) for name in header)])

    def stream() -> Iterator[pa.RecordBatch]:
        remaining, number = iter(rows), 0
        while chunk := list(islice(remaining, BATCH)):
            columns = [
                pa.array([as_text(row[index]) if index < len(row) else None for row in chunk], pa.string())
                for index in range(len(header))
            ]
            numbers = pa.array(range(number + 1, number + len(chunk) + 1), pa.int64())
            number += len(chunk)
            yield pa.record_batch([numbers, *columns], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, stream())


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
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return repr(cell.total_seconds())
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    return str(cell)


def _plain(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0].rstrip(".")
