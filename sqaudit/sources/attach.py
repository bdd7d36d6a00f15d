"""Records of one kind in the engine: text typed, names mapped, duplicates resolved, nothing lost silently.

Text-born sources (CSV, Excel, databases) are stored once as they came (`raw_KIND`) and once typed
(`KIND`). Parquet and DuckDB files are already typed: `KIND` is a view that reads them on each scan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqaudit.conditions import condition, literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import SourceError
from sqaudit.kinds import RecordKind
from sqaudit.params import OneRowPer, Source
from sqaudit.sources import csv_files, dates, text_tables
from sqaudit.sources.dates import DateReading
from sqaudit.sources.peek import Peeked, parquet_scan, resolved_url, table_name

_SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
}
_TRUE = ("true", "t", "yes", "y", "1", "是", "有", "对")
_FALSE = ("false", "f", "no", "n", "0", "否", "无", "错")
_SAMPLE = 5_000  # rows that suggest the type of a column of the user's own; the whole column confirms it


@dataclass(frozen=True)
class Attached:
    """What became of a source: the names of its relations and what was noticed on the way.

    `typed` gives, for each column that had to be read from text, the SQL of the text and of the value.
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


def attach(
    engine: DuckDBEngine, kind: str, model: RecordKind, source: Source, peeked: Peeked, base: Path, zone: str
) -> Attached:
    """The records of one kind as the relation `kind` in the engine.

    Times come out in `zone` without offset. SourceError where the source cannot be read any more.
    """
    raw, rejected = _raw_relation(engine, kind, source, peeked, base)
    present = list(peeked.columns)
    native = engine.columns(raw)
    texts = {name: _text_sql(name, source) for name in present if native[name] == "VARCHAR"}
    types = _types(engine, raw, model, source, texts, text_born=peeked.form not in ("parquet", "duckdb"))
    readings = _date_readings(engine, raw, source, texts, types)
    types = _settled(
        types, readings, lambda name: _is_described(source.columns.get(name, name), model, source)
    )
    values = {
        name: _value_sql(name, source, native[name], types.get(name), texts, readings, zone)
        for name in present
    }
    stored = peeked.form not in ("parquet", "duckdb") or source.rows is not None
    select = _select(raw, source, values)
    what = "TABLE" if stored else "VIEW"
    engine.execute(f"CREATE OR REPLACE {what} {quoted(kind)} AS {select}")
    read = _count(engine, raw)
    ours = {source.columns.get(name, name): name for name in present}
    changed = {
        our: (_compared_text(texts[name], types.get(name)), values[name])
        for our, name in ours.items()
        if name in texts and types.get(name, "text") != "text"
    }
    return Attached(
        kind=kind,
        relation=kind,
        raw=raw,
        columns={
            name: sql for name, sql in engine.columns(kind).items() if name not in ("_row", "_excluded")
        },
        typed=changed,
        dates={source.columns.get(name, name): reading for name, reading in readings.items()},
        rejected=rejected,
        rows_read=read + len(rejected),
        rows_kept=_count(engine, kind) if source.rows is not None else read,
        files=peeked.files,
        origin=text_tables.shown_url(source.url)
        if source.url
        else ", ".join(str(file) for file in peeked.files),
    )


def _raw_relation(
    engine: DuckDBEngine, kind: str, source: Source, peeked: Peeked, base: Path
) -> tuple[str, tuple[tuple[int, str], ...]]:
    raw = f"raw_{kind}"
    try:
        if peeked.form == "csv":
            return raw, _store_csv(engine, raw, source, peeked)
        if peeked.form == "xlsx":
            with text_tables.sheet(peeked.files[0], source) as (header, rows):
                engine.create_table(raw, text_tables.batches(header, rows))
        elif peeked.form == "database":
            with text_tables.query(source, resolved_url(source, base)) as (header, rows):
                engine.create_table(raw, text_tables.batches(header, rows))
        else:
            engine.execute(
                f"CREATE OR REPLACE VIEW {quoted(raw)} AS {_native_scan(engine, kind, source, peeked)}"
            )
    except (ValueError, OSError) as error:
        raise SourceError(f"{kind}: {peeked.files[0] if peeked.files else source.url}: {error}") from error
    return raw, ()


def _native_scan(engine: DuckDBEngine, kind: str, source: Source, peeked: Peeked) -> str:
    if peeked.form == "duckdb":
        name = quoted(f"file_{kind}")
        engine.execute(f"ATTACH {literal(str(peeked.files[0]))} AS {name} (READ_ONLY)")
        return f"SELECT *, rowid + 1 AS _row FROM {name}.{table_name(source.table or '')}"
    engine.allow(peeked.files)
    scan = parquet_scan(peeked.files)[:-1]
    return f"SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row FROM {scan}, file_row_number = true)"


def _store_csv(engine: DuckDBEngine, raw: str, source: Source, peeked: Peeked) -> tuple[tuple[int, str], ...]:
    """The CSV files as one table of text, and the lines that have too few or too many fields."""
    folder = Path(engine.folder.name)
    scans = []
    for file, layout in zip(peeked.files, peeked.layouts, strict=True):
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in layout.header)
        readable = csv_files.as_utf8(file, layout.encoding, folder)
        scans.append(
            f"SELECT * FROM read_csv({literal(str(readable))}, auto_detect = false, columns = {{{columns}}}, "
            f"delim = {literal(layout.delimiter)}, quote = '\"', escape = '\"', header = false, "
            f"skip = {source.header_row}, max_line_size = 10000000, store_rejects = true, "
            "rejects_table = 'rejected_lines', rejects_scan = 'rejected_scans')"
        )
    engine.execute(
        f"CREATE OR REPLACE TABLE {quoted(raw)} AS SELECT row_number() OVER () AS _row, * FROM ({' UNION ALL '.join(scans)})"
    )
    lines = engine.rows(
        "SELECT line, any_value(csv_line) FROM rejected_lines GROUP BY scan_id, file_id, line ORDER BY line"
    )
    engine.execute("DROP TABLE rejected_lines; DROP TABLE rejected_scans")
    return tuple((int(str(line)), str(text or "").strip()) for line, text in lines)


def _text_sql(name: str, source: Source) -> str:
    """The SQL of a text column with blanks and stated texts as missing and values mapped."""
    ours = source.columns.get(name, name)
    sql = f"nullif(trim({quoted(name)}), '')"
    if missing := source.missing_texts(ours):
        sql = f"CASE WHEN {sql} NOT IN ({', '.join(map(literal, missing))}) THEN {sql} END"
    if mapped := source.values.get(ours):
        cases = " ".join(
            f"WHEN {literal(old)} THEN nullif({literal(new)}, '')" for old, new in mapped.items()
        )
        sql = f"CASE {sql} {cases} ELSE {sql} END"
    return sql


def _is_described(column: str, model: RecordKind, source: Source) -> bool:
    """Whether somebody said what type one of our columns has."""
    return (
        column in source.types
        or column in model.columns
        or (isinstance(source.dates, dict) and column in source.dates)
    )


def _types(
    engine: DuckDBEngine,
    raw: str,
    model: RecordKind,
    source: Source,
    texts: Mapping[str, str],
    text_born: bool,
) -> dict[str, str]:
    """The type of every column: stated in the run, else known from the kind, else found in the values."""
    types: dict[str, str] = {}
    unknown = []
    for name in engine.columns(raw):
        ours = source.columns.get(name, name)
        if ours in source.types:
            types[name] = source.types[ours]
        elif ours in model.columns:
            types[name] = model.columns[ours].type
        elif ours in (source.dates if isinstance(source.dates, dict) else {}):
            types[name] = "timestamp"
        elif text_born and name in texts:
            unknown.append(name)
    return types | _found_types(engine, raw, {name: texts[name] for name in unknown})


def _found_types(engine: DuckDBEngine, raw: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The types of the user's own text columns: one that every value fits, else text."""
    if not texts:
        return {}
    suggested = _fitting(engine, f"(SELECT * FROM {quoted(raw)} LIMIT {_SAMPLE})", texts, _FITS)
    checks = {name: texts[name] for name in suggested}
    confirmed = _fitting(engine, quoted(raw), checks, _FITS)
    return {name: kind for name, kind in confirmed.items() if kind == suggested[name] or kind == "number"}


_FITS = {
    "boolean": "lower({0}) IN ('true', 'false')",
    # a leading zero or more digits than a number can hold mean an identifier, not a quantity
    "integer": "TRY_CAST({0} AS BIGINT) IS NOT NULL AND NOT regexp_matches({0}, '^[+-]?0[0-9]|[.eE_+]')",
    "number": "TRY_CAST({0} AS DOUBLE) IS NOT NULL AND NOT regexp_matches({0}, '^[+-]?0[0-9]|^[+]|_|[0-9]{{16}}|[a-df-zA-DF-Z]')",
    "timestamp": "regexp_matches({0}, "
    + literal(dates.LOOKS_LIKE_A_DATE).replace("{", "{{").replace("}", "}}")
    + ")",
}


def _fitting(
    engine: DuckDBEngine, relation: str, texts: Mapping[str, str], fits: Mapping[str, str]
) -> dict[str, str]:
    if not texts:
        return {}
    parts = []
    for text in texts.values():
        parts.append(f"count({text})")
        parts += [f"count(*) FILTER ({fit.format(text)})" for fit in fits.values()]
    counts = [int(str(value)) for value in engine.rows(f"SELECT {', '.join(parts)} FROM {relation}")[0]]
    found = {}
    for index, name in enumerate(texts):
        total, *fitted = counts[index * (len(fits) + 1) : (index + 1) * (len(fits) + 1)]
        for kind, count in zip(fits, fitted, strict=True):
            if total and count == total:
                found[name] = kind
                break
    return found


def _date_readings(
    engine: DuckDBEngine, raw: str, source: Source, texts: Mapping[str, str], types: Mapping[str, str]
) -> dict[str, DateReading]:
    """How the dates of every timestamp column that came as text are read."""
    readings: dict[str, DateReading] = {}
    open_ones = []
    for name in texts:
        if types.get(name) == "timestamp":
            reading = dates.stated(source.date_formats(source.columns.get(name, name)))
            if reading is None:
                open_ones.append(name)
            else:
                readings[name] = reading
    if open_ones:
        parts = [part for name in open_ones for part in dates.counting_sql(texts[name])]
        counts = [
            int(str(value)) for value in engine.rows(f"SELECT {', '.join(parts)} FROM {quoted(raw)}")[0]
        ]
        width = len(parts) // len(open_ones)
        for index, name in enumerate(open_ones):
            readings[name] = dates.detected(counts[index * width : (index + 1) * width])
    return readings


def _settled(
    types: Mapping[str, str], readings: Mapping[str, DateReading], known: Callable[[str], bool]
) -> dict[str, str]:
    """The types without a timestamp of the user's own that some value does not fit: it stays text."""
    doubtful = {name for name, reading in readings.items() if not reading.complete and not known(name)}
    return {name: kind for name, kind in types.items() if name not in doubtful}


def _value_sql(
    name: str,
    source: Source,
    native: str,
    kind: str | None,
    texts: Mapping[str, str],
    readings: Mapping[str, DateReading],
    zone: str,
) -> str:
    """The SQL of one column's values in their type."""
    if name not in texts:
        return _native_value_sql(name, source, native, kind, zone)
    text = texts[name]
    if kind == "timestamp":
        return readings[name].sql(text, zone, source.timezone)
    if kind == "boolean":
        words = {True: _TRUE, False: _FALSE}
        cases = " ".join(
            f"WHEN lower({text}) IN ({', '.join(map(literal, known))}) THEN {str(value).lower()}"
            for value, known in words.items()
        )
        return f"CASE {cases} END"
    if kind in ("integer", "number"):
        return f"TRY_CAST({_compared_text(text, kind)} AS {_SQL_TYPES[kind]})"
    return text


def _compared_text(text: str, kind: str | None) -> str:
    """The text of a number without thousands separators ("1,250" is a number, "1,25" is not)."""
    if kind in ("integer", "number"):
        return f"CASE WHEN regexp_matches({text}, '^[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+(\\.[0-9]+)?$') THEN replace({text}, ',', '') ELSE {text} END"
    return text


def _native_value_sql(name: str, source: Source, native: str, kind: str | None, zone: str) -> str:
    """The SQL of a column that already has a type in the file."""
    ours = source.columns.get(name, name)
    sql = quoted(name)
    if missing := source.missing_texts(ours):
        listed = ", ".join(map(literal, missing))
        sql = f"CASE WHEN CAST({sql} AS VARCHAR) NOT IN ({listed}) THEN {sql} END"
    if mapped := source.values.get(ours):
        cases = " ".join(
            f"WHEN {literal(old)} THEN nullif({literal(new)}, '')" for old, new in mapped.items()
        )
        text = f"CAST({sql} AS VARCHAR)"
        sql, native = f"CASE {text} {cases} ELSE {text} END", "VARCHAR"
    if native == "TIMESTAMP WITH TIME ZONE":
        return f"timezone({literal(zone)}, {sql})"
    if native.startswith("TIMESTAMP"):
        return dates.in_zone(
            sql if native == "TIMESTAMP" else f"CAST({sql} AS TIMESTAMP)", zone, source.timezone
        )
    if kind is None or _same_family(native, kind):
        return sql
    return f"TRY_CAST({sql} AS {_SQL_TYPES[kind]})"


def _same_family(native: str, kind: str) -> bool:
    whole = native.endswith("INT") or native.endswith("INTEGER")
    number = whole or native in ("DOUBLE", "FLOAT") or native.startswith("DECIMAL")
    return {"integer": whole, "number": number, "text": native == "VARCHAR"}.get(
        kind, native == _SQL_TYPES[kind]
    )


def _select(raw: str, source: Source, values: Mapping[str, str]) -> str:
    """The whole reading of a source: columns, then derived ones, then exclusions, then one row per case."""
    columns = ", ".join(f"{sql} AS {quoted(source.columns.get(name, name))}" for name, sql in values.items())
    select = f"SELECT _row, {columns} FROM {quoted(raw)}"
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


def _count(engine: DuckDBEngine, relation: str) -> int:
    return int(str(engine.rows(f"SELECT count(*) FROM {quoted(relation)}")[0][0]))
