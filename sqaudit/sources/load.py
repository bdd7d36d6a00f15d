"""Loading: the rows of a source in the engine as they came, each with its number.

Text-born sources (CSV, Excel, databases) are stored as a table of text. Parquet and DuckDB files are
already typed: a view reads them on each scan, and nothing of them is copied.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from os.path import commonpath, relpath
from pathlib import Path

from sqaudit.conditions import literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.engines.paths import exactly
from sqaudit.errors import EngineError, SourceError
from sqaudit.params import Source
from sqaudit.sources import csv_files, text_tables
from sqaudit.sources.peek import Peeked, parquet_scan, resolved_url, table_name

_PASSED = "SELECT after_row, max(lines) AS lines FROM _passed GROUP BY after_row"  # the last of neighbours
TEXT_BORN = ("csv", "xlsx", "database")


@dataclass(frozen=True)
class Loaded:
    """The relation of a source's rows, whose `_row` counts them through all files.

    `starts` gives for each file how many rows stand in those before it; `rejected` the number and the
    text of every line that has too few or too many fields, or a quotation mark gone astray.
    """

    relation: str
    files: tuple[Path, ...]
    starts: tuple[int, ...] = (0,)
    rejected: tuple[tuple[int, str], ...] = ()

    def place(self, row: int, header_rows: int) -> int | str:
        """Where a person finds a row: its number in the file, after the file's name if there are several.

        >>> files = (Path("a/july.csv"), Path("a/august.csv"))
        >>> Loaded("visit", files, (0, 100)).place(103, header_rows=1)
        'august.csv: 4'
        """
        index = bisect_right(self.starts, row - 1) - 1
        number = row - self.starts[index] + header_rows
        if len(self.files) < 2:
            return number
        return f"{relpath(self.files[index], commonpath([file.parent for file in self.files]))}: {number}"


def load(engine: DuckDBEngine, kind: str, source: Source, peeked: Peeked, base: Path) -> Loaded:
    """The rows of a source, as they came; SourceError where it cannot be read any more."""
    relation = f"_raw_{kind}"
    try:
        if peeked.form == "csv":
            return _load_csv(engine, relation, source, peeked)
        if peeked.form == "xlsx":
            with text_tables.sheet(peeked.files[0], source) as (header, rows):
                engine.create_table(relation, text_tables.batches(header, rows, keep_blank=False))
        elif peeked.form == "database":
            with text_tables.query(source, resolved_url(source, base)) as (_, rows):
                engine.create_table(relation, text_tables.batches(peeked.columns, rows))
        elif peeked.form == "parquet":
            return _view_parquet(engine, relation, peeked)
        else:
            _view_duckdb(engine, relation, kind, source, peeked)
    except (ValueError, OSError, EngineError) as error:
        where = peeked.files[0] if peeked.files else text_tables.shown_url(text_tables.database_url(source))
        raise SourceError(f"{kind}: {where}: {str(error).splitlines()[0]}") from error
    return Loaded(relation, peeked.files)


def _load_csv(engine: DuckDBEngine, relation: str, source: Source, peeked: Peeked) -> Loaded:
    names = [quoted(name) for name in peeked.columns]
    columns = ", ".join(f"{name} VARCHAR" for name in names)
    engine.execute(f"CREATE OR REPLACE TABLE {quoted(relation)} (_row BIGINT, {columns})")
    given = ", ".join(f"nullif(trim({name}), '')" for name in names)
    starts: list[int] = [0]
    rejected: list[tuple[int, str]] = []
    for file, layout in zip(peeked.files, peeked.layouts, strict=True):
        readable = csv_files.as_utf8(file, layout.encoding, Path(engine.folder.name))
        scan = _csv_scan(readable, layout, source)
        numbered = f"SELECT {starts[-1]} + row_number() OVER () AS _row, * FROM {scan}"
        engine.execute(
            f"INSERT INTO {quoted(relation)} SELECT * FROM ({numbered}) WHERE coalesce({given}) IS NOT NULL"
        )
        lines = _rejected_lines(engine, starts[-1] - source.header_row)
        # the engine skips blank lines, but for those of a single column, which are rows without a value
        blank = csv_files.blank_lines(readable) if len(names) > 1 else []
        passed = [line + starts[-1] - source.header_row for line in blank if line > source.header_row]
        _make_room(engine, relation, sorted({*passed, *(line for line, _ in lines)}), starts[-1])
        last = int(str(engine.rows(f"SELECT coalesce(max(_row), 0) FROM {quoted(relation)}")[0][0]))
        starts.append(max([last, starts[-1], *(line for line, _ in lines)]))
        rejected += lines
        if readable != file:
            readable.unlink()
    return Loaded(relation, peeked.files, tuple(starts[:-1]), tuple(rejected))


def _csv_scan(file: Path, layout: csv_files.CsvLayout, source: Source) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in layout.header)
    packed = "gzip" if csv_files.is_packed(file) else "none"
    return (
        f"read_csv({exactly(file)}, auto_detect = false, columns = {{{columns}}}, "
        f"delim = {literal(layout.delimiter)}, quote = '\"', escape = '\"', header = false, "
        f"skip = {source.header_row}, compression = '{packed}', max_line_size = 10000000, "
        "store_rejects = true, rejects_table = '_rejected_lines', rejects_scan = '_rejected_scans')"
    )


def _rejected_lines(engine: DuckDBEngine, shift: int) -> list[tuple[int, str]]:
    lines = engine.rows("SELECT line, any_value(csv_line) FROM _rejected_lines GROUP BY line ORDER BY line")
    engine.execute("DROP TABLE _rejected_lines")
    engine.execute("DROP TABLE _rejected_scans")
    return [(int(str(line)) + shift, str(text or "").strip()) for line, text in lines]


def _make_room(engine: DuckDBEngine, relation: str, lines: Sequence[int], start: int) -> None:
    """Number the rows after each line that is blank or rejected as if it were a row, as a person counts."""
    if not lines:
        return
    # a row is moved by as many lines as stand before it, found from its number without those lines
    after = [line - number for number, line in enumerate(lines, start=1)]
    engine.create_table("_passed", text_tables.number_table(after_row=after, lines=range(1, len(lines) + 1)))
    moved = f"SELECT _row, lines FROM {quoted(relation)} ASOF JOIN ({_PASSED}) ON _row > after_row"
    engine.execute(
        f"UPDATE {quoted(relation)} AS kept SET _row = kept._row + moved.lines FROM ({moved}) AS moved "
        f"WHERE kept._row = moved._row AND kept._row > {start}"
    )
    engine.execute("DROP TABLE _passed")


def _view_parquet(engine: DuckDBEngine, relation: str, peeked: Peeked) -> Loaded:
    engine.allow(peeked.files)
    starts = [0]
    if len(peeked.files) > 1:  # from the footers: no data are read
        listed = ", ".join(map(exactly, peeked.files))
        found = engine.rows(f"SELECT file_name, num_rows FROM parquet_file_metadata([{listed}])")
        counts = {str(name): int(str(rows)) for name, rows in found}
        for file in peeked.files[:-1]:
            starts.append(starts[-1] + counts[str(file)])
    number = "file_row_number + 1"
    if len(starts) > 1:
        number += f" + [{', '.join(map(str, starts))}][CAST(file_index AS BIGINT) + 1]"
    if {"file_row_number", "file_index"} & {name.lower() for name in peeked.columns}:
        number = "row_number() OVER ()"  # columns of the user's own hide what the reader knows
    select = f"SELECT *, {number} AS _row FROM {parquet_scan(peeked.files)}"
    engine.execute(f"CREATE OR REPLACE VIEW {quoted(relation)} AS {select}")
    return Loaded(relation, peeked.files, tuple(starts))


def _view_duckdb(engine: DuckDBEngine, relation: str, kind: str, source: Source, peeked: Peeked) -> None:
    """A view on a table of a DuckDB file; a view in there is stored, for it may read files of its own."""
    name = quoted(f"_file_{kind}")
    engine.execute(f"ATTACH {literal(str(peeked.files[0]))} AS {name} (READ_ONLY)")
    table = f"{name}.{table_name(source.table or '')}"
    is_table = not engine.refusal(f"SELECT rowid FROM {table}")
    what, number = ("VIEW", "rowid + 1") if is_table else ("TABLE", "row_number() OVER ()")
    engine.execute(f"CREATE OR REPLACE {what} {quoted(relation)} AS SELECT *, {number} AS _row FROM {table}")
