"""Records of one kind in the engine: names mapped, values typed, duplicates resolved, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqaudit.conditions import condition, literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import Fault, ParameterError
from sqaudit.kinds import RecordKind
from sqaudit.params import OneRowPer, Source
from sqaudit.sources import columns, text_tables
from sqaudit.sources.dates import DateReading
from sqaudit.sources.load import TEXT_BORN, Loaded, load
from sqaudit.sources.peek import Peeked


@dataclass(frozen=True)
class Attached:
    """What became of a source: the names of its relations and what was noticed on the way.

    `relation` holds the records, `raw` the cleaned values before they were read in their types. `typed`
    gives, for each of our columns that had to be read, the SQL of the text and of the value over `raw`.
    `found` names, for each column that the source lacks, the record kind in which it was found.
    """

    kind: str
    relation: str
    raw: str
    columns: Mapping[str, str]
    typed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    dates: Mapping[str, DateReading] = field(default_factory=dict)
    rejected: tuple[tuple[int, str], ...] = ()
    rows_read: int = 0
    rows_kept: int = 0
    files: tuple[Path, ...] = ()
    origin: str = ""
    found: Mapping[str, str] = field(default_factory=dict)
    starts: tuple[int, ...] = (0,)

    def place(self, row: int, header_rows: int) -> int | str:
        """Where a person finds a row: its number in the file, after the file's name if there are several."""
        return Loaded(self.raw, self.files, self.starts).place(row, header_rows)


def attach(
    engine: DuckDBEngine, kind: str, model: RecordKind, source: Source, peeked: Peeked, base: Path, zone: str
) -> Attached:
    """The records of one kind as the relation `kind` in the engine.

    Times come out in `zone` without offset. SourceError where the source cannot be read any more.
    """
    loaded = load(engine, kind, source, peeked, base)
    ours = {name: source.columns.get(name, name) for name in peeked.columns}
    raw = _clean(engine, kind, loaded, source, peeked)
    native = engine.columns(raw)
    found = columns.types(engine, raw, peeked.columns, model, source, peeked.form in TEXT_BORN)
    readings = columns.date_readings(engine, raw, source, found)
    types = columns.settled(found, readings, model, source)
    readings = {name: reading for name, reading in readings.items() if name in types}
    read = {
        name: columns.read_sql(name, native[name], types.get(name), readings.get(name), source, zone)
        for name in peeked.columns
    }
    values = {ours[name]: value for name, (value, _) in read.items()}
    _refuse_what_the_engine_refuses(engine, kind, raw, source, values)
    stored = peeked.form in TEXT_BORN or source.rows is not None
    select = _select(raw, source, values)
    engine.execute(f"CREATE OR REPLACE {'TABLE' if stored else 'VIEW'} {quoted(kind)} AS {select}")
    rows = _count(engine, loaded.relation)
    return Attached(
        kind=kind,
        relation=kind,
        raw=raw,
        columns={
            name: sql for name, sql in engine.columns(kind).items() if name not in ("_row", "_excluded")
        },
        typed={ours[name]: (text, value) for name, (value, text) in read.items() if text},
        dates={ours[name]: reading for name, reading in readings.items()},
        rejected=loaded.rejected,
        rows_read=rows + len(loaded.rejected),
        rows_kept=_count(engine, kind) if source.rows is not None else rows,
        files=peeked.files,
        origin=_origin(source, peeked),
        starts=loaded.starts,
    )


def _clean(engine: DuckDBEngine, kind: str, loaded: Loaded, source: Source, peeked: Peeked) -> str:
    """The view of the rows with blanks and stated texts as missing and values mapped."""
    relation, native = f"_clean_{kind}", engine.columns(loaded.relation)
    text_born = peeked.form in TEXT_BORN
    cleaned = ", ".join(
        f"{columns.cleaned_sql(name, native[name], source, text_born)} AS {quoted(name)}"
        for name in peeked.columns
    )
    engine.execute(
        f"CREATE OR REPLACE VIEW {quoted(relation)} AS SELECT _row, {cleaned} FROM {quoted(loaded.relation)}"
    )
    return relation


def _refuse_what_the_engine_refuses(
    engine: DuckDBEngine, kind: str, raw: str, source: Source, values: Mapping[str, str]
) -> None:
    """ParameterError for derived columns and exclusions that cannot be computed, such as the sum of texts."""
    faults = []
    select = _read(raw, values)
    written = {("derived", name): (sql, name) for name, sql in source.derived.items()}
    written |= {("exclude", reason): (sql, "_excluded") for reason, sql in source.exclude.items()}
    for (key, label), (expression, name) in written.items():
        sql = condition(expression).sql
        test = sql if key == "derived" else f"CASE WHEN {sql} THEN 1 END"
        further = f"SELECT *, {test} AS {quoted(name)} FROM ({select})"
        if why := engine.refusal(further):
            remedy = "Compare and combine columns of one type, or cast them."
            faults.append(Fault(f"records.{kind}.{key}.{label}", why, remedy))
        elif key == "derived":
            select = further
    if faults:
        raise ParameterError(faults)


def _read(raw: str, values: Mapping[str, str]) -> str:
    listed = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in values.items())
    return f"SELECT _row, {listed} FROM {quoted(raw)}"


def _select(raw: str, source: Source, values: Mapping[str, str]) -> str:
    """The whole reading of a source: columns, then derived ones, then exclusions, then one row per case."""
    select = _read(raw, values)
    for name, expression in source.derived.items():
        select = f"SELECT *, {condition(expression).sql} AS {quoted(name)} FROM ({select})"
    reasons = " ".join(
        f"WHEN {condition(rule).sql} THEN {literal(reason)}" for reason, rule in source.exclude.items()
    )
    excluded = f"CASE {reasons} END" if reasons else "CAST(NULL AS VARCHAR)"
    select = f"SELECT *, {excluded} AS _excluded FROM ({select})"
    return select if source.rows is None else _one_row_per(select, source.rows)


def _one_row_per(select: str, rows: OneRowPer) -> str:
    """One row for each case, the first or the last; rows without the key all stay."""
    key, order = quoted(rows.one_per), "DESC" if rows.keep == "last" else "ASC"
    by = f"{quoted(rows.order_by)} {order} NULLS LAST, " if rows.order_by else ""
    numbered = f"row_number() OVER (PARTITION BY {key} ORDER BY {by}_row {order})"
    return f"SELECT * FROM ({select}) QUALIFY {key} IS NULL OR {numbered} = 1"


def _origin(source: Source, peeked: Peeked) -> str:
    if source.url:
        return text_tables.shown_url(text_tables.database_url(source))
    return ", ".join(str(file) for file in peeked.files)


def _count(engine: DuckDBEngine, relation: str) -> int:
    return int(str(engine.rows(f"SELECT count(*) FROM {quoted(relation)}")[0][0]))
