"""A first look at a source: does it exist, and which columns has it. Cheap enough to come before anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqaudit.conditions import literal, quoted
from sqaudit.engines.paths import exactly
from sqaudit.errors import Fault, did_you_mean
from sqaudit.params import Source
from sqaudit.places import found, matches
from sqaudit.sources import csv_files, text_tables

if TYPE_CHECKING:
    from sqlalchemy import URL

_ENDINGS = dict.fromkeys((".csv", ".tsv", ".txt", ".gz"), "csv")
_ENDINGS |= dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "xlsx")
_ENDINGS |= dict.fromkeys((".parquet", ".pq"), "parquet")
_ENDINGS |= dict.fromkeys((".duckdb", ".ddb", ".db"), "duckdb")
RESERVED = re.compile(r"_.*|rows_read|grouped_.*|i\d+_.*")  # names that the queries use themselves


@dataclass(frozen=True)
class Peeked:
    """What a first look at a source found: its form, its files and the columns as the source names them."""

    form: str
    files: tuple[Path, ...]
    columns: tuple[str, ...]
    layouts: tuple[csv_files.CsvLayout, ...] = ()

    def our_columns(self, source: Source) -> list[str]:
        """The columns under our names, derived ones included."""
        return [source.columns.get(name, name) for name in self.columns] + list(source.derived)


def peek(source: Source, base: Path) -> tuple[Peeked | None, list[Fault]]:
    """The first look, or None; and every fault of the source (the place is left to the caller)."""
    if source.url is not None:
        return _peek_database(source, base)
    files, faults = _files(source, base)
    if faults:
        return None, faults
    forms = {source.format or _ENDINGS.get(file.suffix.lower(), "") for file in files}
    if "" in forms:
        strange = next(file.name for file in files if file.suffix.lower() not in _ENDINGS)
        return None, [
            Fault("path", f"the form of '{strange}' is not known by its ending.", "State `format`.")
        ]
    if len(forms) > 1:
        return None, [
            Fault("path", f"the files are of several forms: {', '.join(sorted(forms))}.", "Keep one.")
        ]
    try:
        peeked = _PEEKS[forms.pop()](source, files)
    except (ValueError, OSError, EOFError) as error:
        return None, [Fault("path", str(error))]
    return peeked, _column_faults(source, peeked)


def resolved_url(source: Source, base: Path) -> URL:
    """The database address, with an SQLite file looked for like every other path and opened to read only.

    ValueError where the address cannot be read or names no file.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text_tables.database_url(source))
    except ArgumentError as error:
        raise ValueError("the address cannot be read; write it as dialect://user@host/database.") from error
    if url.get_backend_name() != "sqlite" or url.query or url.database in (None, "", ":memory:"):
        return url
    place = found(str(url.database), base)
    if place is None or not place.is_file():
        raise ValueError(f"there is no file '{url.database}'; check the path.")
    # read-only: neither is a file made where there is none, nor can a query change the one there is
    return url.set(host=None, database=place.resolve().as_uri(), query={"mode": "ro", "uri": "true"})


def _peek_database(source: Source, base: Path) -> tuple[Peeked | None, list[Fault]]:
    try:
        peeked = Peeked("database", (), text_tables.query_columns(source, resolved_url(source, base)))
    except ValueError as error:
        return None, [Fault("url", str(error))]
    return peeked, _column_faults(source, peeked)


def _files(source: Source, base: Path) -> tuple[tuple[Path, ...], list[Fault]]:
    """The files that the paths of a source stand for: each named once, in order."""
    files: list[Path] = []
    faults = []
    for written in source.path or []:
        place = found(written, base)
        if place is None:
            message = f"there is no file '{written}' in {base.resolve()}, above it, or here."
            faults.append(Fault("path", message, "Check the path."))
            continue
        for match in sorted(matches(place)):
            inside = sorted(_parquet_files(match)) if match.is_dir() else [match]
            files += inside
            if not inside:
                message = f"the folder '{written}' holds no Parquet file."
                faults.append(
                    Fault("path", message, f"For other files write a pattern such as {written}/*.csv.")
                )
    return tuple(dict.fromkeys(files)), faults


def _parquet_files(folder: Path) -> list[Path]:
    return [
        file for file in folder.rglob("*") if file.suffix.lower() in (".parquet", ".pq") and file.is_file()
    ]


def _peek_csv(source: Source, files: tuple[Path, ...]) -> Peeked:
    layouts = []
    for file in files:
        with _about(file):
            layouts.append(csv_files.layout(file, source))
            if layouts[-1].header != layouts[0].header:
                raise ValueError(
                    f"its columns differ from those of {files[0].name}; one source has one header."
                )
    return Peeked("csv", files, layouts[0].header, tuple(layouts))


def _peek_sheet(source: Source, files: tuple[Path, ...]) -> Peeked:
    if len(files) > 1:
        raise ValueError("one Excel file at a time; give one path.")
    with _about(files[0]), text_tables.sheet(files[0], source) as (header, _):
        return Peeked("xlsx", files, header)


def _peek_parquet(_: Source, files: tuple[Path, ...]) -> Peeked:
    with _about(files[0]):
        return Peeked("parquet", files, _described(f"SELECT * FROM {parquet_scan(files)}"))


def _peek_duckdb(source: Source, files: tuple[Path, ...]) -> Peeked:
    if len(files) > 1:
        raise ValueError("one DuckDB file at a time; give one path.")
    with _about(files[0]):
        if not _is_duckdb(files[0]):
            raise ValueError("the file is no DuckDB database; one of SQLite is read by `url: sqlite:///...`.")
        if source.table is None:
            raise ValueError("a DuckDB file needs the name of its `table`.")
        _refuse_view(files[0], source.table)
        attached = f"ATTACH {literal(str(files[0]))} AS peeked (READ_ONLY)"
        return Peeked(
            "duckdb", files, _described(f"SELECT * FROM peeked.{table_name(source.table)}", attached)
        )


@contextmanager
def _about(file: Path) -> Iterator[None]:
    """Put the file before whatever is said to be wrong."""
    try:
        yield
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ValueError(f"{file}: the file cannot be read: {reason}.") from error
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error


def _is_duckdb(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(12)[8:] == b"DUCK"  # the sign of the format, behind a checksum of eight bytes


def parquet_scan(files: Sequence[Path]) -> str:
    """The table function that reads the Parquet files, folders such as `year=2026` being columns."""
    listed = ", ".join(map(exactly, files))
    hive = any("=" in part for file in files for part in file.parent.parts)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = {str(hive).lower()})"


def table_name(written: str) -> str:
    """A table, with its schema if it has one, as SQL identifiers.

    >>> table_name("audit.visits")
    '"audit"."visits"'
    """
    return ".".join(quoted(part) for part in written.split("."))


def _refuse_view(file: Path, table: str) -> None:
    """ValueError for a view: its query is somebody else's and could read any file."""
    import duckdb

    with duckdb.connect(config={"autoload_known_extensions": "false"}) as connection:
        connection.execute(f"ATTACH {literal(str(file))} AS peeked (READ_ONLY)")
        sql = "SELECT view_name FROM duckdb_views() WHERE database_name = 'peeked'"
        found = connection.execute(sql).fetchall()
    if table.split(".")[-1].lower() in {str(name).lower() for (name,) in found}:
        raise ValueError(f"'{table}' is a view, whose query could read any file; name a table.")


def _described(select: str, before: str = "") -> tuple[str, ...]:
    import duckdb

    try:
        with duckdb.connect(config={"autoload_known_extensions": "false"}) as connection:
            if before:
                connection.execute(before)
            return tuple(str(row[0]) for row in connection.execute(f"DESCRIBE {select}").fetchall())
    except duckdb.Error as error:
        raise ValueError(str(error).splitlines()[0]) from error


def _column_faults(source: Source, peeked: Peeked) -> list[Fault]:
    """Names in the source block that the source does not have, and names that would collide."""
    faults = []
    for name in source.columns:
        if name not in peeked.columns:
            remedy = did_you_mean(name, peeked.columns)
            faults.append(Fault(f"columns.{name}", f"the source has no column '{name}'.", remedy))
    ours = peeked.our_columns(source)
    lower = [name.lower() for name in ours]  # the engine does not tell names apart by their case
    for name in sorted({name for name in ours if lower.count(name.lower()) > 1}):
        faults.append(
            Fault("columns", f"two columns would be called '{name}'.", "Map one of them to another name.")
        )
    for name in lower:
        if RESERVED.fullmatch(name):
            faults.append(
                Fault("columns", f"the name '{name}' is used by sqaudit itself.", "Map it to another name.")
            )
    return faults + _used_name_faults(source, ours)


def _used_name_faults(source: Source, ours: list[str]) -> list[Fault]:
    used: list[tuple[str, str]] = [(f"types.{name}", name) for name in source.types]
    used += [(f"values.{name}", name) for name in source.values]
    used += [(f"missing.{name}", name) for name in source.missing if isinstance(source.missing, dict)]
    used += [(f"dates.{name}", name) for name in source.dates if isinstance(source.dates, dict)]
    if source.rows is not None:
        used += [("rows.one_per", source.rows.one_per)]
        used += [("rows.order_by", source.rows.order_by)] if source.rows.order_by else []
    return [
        Fault(place, f"there is no column '{name}'.", did_you_mean(name, ours))
        for place, name in used
        if name not in ours
    ]


_PEEKS = {"csv": _peek_csv, "xlsx": _peek_sheet, "parquet": _peek_parquet, "duckdb": _peek_duckdb}
