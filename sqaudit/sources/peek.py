"""A first look at a source: does it exist, and which columns has it. Cheap enough to come before anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqaudit.conditions import literal, quoted
from sqaudit.errors import Fault, did_you_mean
from sqaudit.params import Source, found
from sqaudit.sources import csv_files, text_tables

_ENDINGS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".gz": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx"}
_ENDINGS |= {".parquet": "parquet", ".pq": "parquet", ".duckdb": "duckdb", ".db": "duckdb", ".ddb": "duckdb"}
RESERVED = ("_row", "_excluded")


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
    form = source.format or _form(files)
    if form is None:
        return None, [
            Fault("path", f"the form of '{files[0].name}' is not known by its ending.", "State `format`.")
        ]
    try:
        peeked = _PEEKS[form](source, files)
    except ValueError as error:
        return None, [Fault("path", f"{files[0]}: {error}")]
    return peeked, _column_faults(source, peeked)


def sqlite_file(url: str) -> str | None:
    """The file that an SQLite address names, or None for other databases and for memory."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
    except ArgumentError:
        return None
    name = address.database
    return name if address.get_backend_name() == "sqlite" and name and name != ":memory:" else None


def resolved_url(source: Source, base: Path) -> str:
    """The database address with an SQLite file looked for like every other path."""
    url = text_tables.database_url(source)
    name = sqlite_file(url)
    place = found(name, base) if name else None
    return url.replace(name, str(place)) if name and place else url


def _peek_database(source: Source, base: Path) -> tuple[Peeked | None, list[Fault]]:
    url = text_tables.database_url(source)
    name = sqlite_file(url)
    if name and found(name, base) is None:
        return None, [Fault("url", f"there is no file '{name}'.", "Check the path.")]
    try:
        with text_tables.query(source, resolved_url(source, base)) as (header, _):
            peeked = Peeked("database", (), header)
    except ValueError as error:
        return None, [Fault("url", str(error))]
    return peeked, _column_faults(source, peeked)


def _files(source: Source, base: Path) -> tuple[tuple[Path, ...], list[Fault]]:
    files: list[Path] = []
    faults = []
    for written in source.path or []:
        place = found(written, base)
        if place is None:
            faults.append(
                Fault(
                    "path",
                    f"there is no file '{written}' in {base.resolve()}, above it, or here.",
                    "Check the path.",
                )
            )
        elif place.is_dir():
            inside = sorted(file for file in place.rglob("*") if file.suffix in (".parquet", ".pq"))
            files += inside
            if not inside:
                faults.append(Fault("path", f"the folder '{written}' holds no Parquet file."))
        elif place.exists():
            files.append(place)
        else:
            files += sorted(place.parent.glob(place.name))
    return tuple(files), faults


def _form(files: Sequence[Path]) -> str | None:
    return _ENDINGS.get(files[0].suffix.lower())


def _peek_csv(source: Source, files: tuple[Path, ...]) -> Peeked:
    layouts = tuple(csv_files.layout(file, source) for file in files)
    for file, one in zip(files, layouts, strict=True):
        if one.header != layouts[0].header:
            raise ValueError(
                f"its columns differ from those of {file.name}; files of one source share one header."
            )
    return Peeked("csv", files, layouts[0].header, layouts)


def _peek_sheet(source: Source, files: tuple[Path, ...]) -> Peeked:
    if len(files) > 1:
        raise ValueError("one Excel file at a time; give one path.")
    with text_tables.sheet(files[0], source) as (header, _):
        return Peeked("xlsx", files, header)


def _peek_parquet(_: Source, files: tuple[Path, ...]) -> Peeked:
    return Peeked("parquet", files, _described(f"SELECT * FROM {parquet_scan(files)}"))


def _peek_duckdb(source: Source, files: tuple[Path, ...]) -> Peeked:
    if source.table is None:
        raise ValueError("a DuckDB file needs the name of its `table`.")
    attached = f"ATTACH {literal(str(files[0]))} AS peeked (READ_ONLY)"
    return Peeked(
        "duckdb", files[:1], _described(f"SELECT * FROM peeked.{table_name(source.table)}", attached)
    )


def parquet_scan(files: Sequence[Path]) -> str:
    """The table function that reads the Parquet files with their row numbers."""
    listed = ", ".join(literal(str(file)) for file in files)
    return (
        f"read_parquet([{listed}], union_by_name = true, hive_partitioning = {str(len(files) > 1).lower()})"
    )


def table_name(written: str) -> str:
    """A table, with its schema if it has one, as SQL identifiers.

    >>> table_name("audit.visits")
    '"audit"."visits"'
    """
    return ".".join(quoted(part) for part in written.split("."))


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
    for name in sorted({name for name in ours if ours.count(name) > 1}):
        faults.append(
            Fault("columns", f"two columns would be called '{name}'.", "Map one of them to another name.")
        )
    for name in RESERVED:
        if name in ours:
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
