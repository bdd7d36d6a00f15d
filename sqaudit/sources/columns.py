"""Columns: which type each one has, and the SQL that cleans its values and reads them in that type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqaudit.conditions import literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.kinds import RecordKind
from sqaudit.params import Source
from sqaudit.sources import dates
from sqaudit.sources.dates import DateReading

_NUMBERED = DateReading(("compact", "excel"), stated=True)  # a number that means a day
_TRUE = ("true", "t", "yes", "y", "1", "是", "有", "对")
_FALSE = ("false", "f", "no", "n", "0", "否", "无", "错")
_SAMPLE = 5_000  # rows that suggest the type of a column of the user's own; the whole column confirms it
_SPACES = " \t\r\n\u00a0\u3000"  # the last two are those of web pages and of Chinese typewriters
# No "nan", "inf", "1e999" or "1_000", which the engine would take.
_NUMBER = r"[+-]?(\d{1,30}\.?\d*|\.\d+)([eE](-\d{1,3}|[+]?\d{1,2}))?"
_GROUPED = {".": r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", ",": r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"}
# A leading zero or more digits than a number can hold mean an identifier, not a quantity.
_FITS = {
    "boolean": "lower({0}) IN ('true', 'false')",
    "integer": "TRY_CAST({0} AS BIGINT) IS NOT NULL AND regexp_full_match({0}, '-?(0|[1-9]\\d*)')",
    "number": "regexp_full_match({0}, '-?(0|[1-9]\\d{{0,14}})?(\\.\\d{{1,15}})?([eE][+-]\\d{{1,2}})?')"
    " AND TRY_CAST({0} AS DOUBLE) IS NOT NULL",
    "timestamp": "regexp_matches({0}, "
    + literal(dates.LOOKS_LIKE_A_DATE).replace("{", "{{").replace("}", "}}")
    + ")",
}


def cleaned_sql(name: str, native: str, source: Source, text_born: bool) -> str:
    """The SQL of one column as it came, with stated values mapped and what stands for "no value" missing."""
    ours, sql = source.columns.get(name, name), quoted(name)
    mapped, missing = source.values.get(ours), source.missing_texts(ours)
    if native.startswith("ENUM") or native == "UUID":
        sql, native = f"CAST({sql} AS VARCHAR)", "VARCHAR"
    if native in ("DOUBLE", "FLOAT"):
        sql = f"CASE WHEN NOT isnan({sql}) THEN {sql} END"
    if native == "VARCHAR":
        edges, trimmed = literal(f"^[{_SPACES}]|[{_SPACES}]$"), f"trim({sql}, {literal(_SPACES)})"
        if text_born:
            # to look costs half of trimming; but Parquet trims each of its few different texts once
            trimmed = f"CASE WHEN regexp_matches({sql}, {edges}) THEN {trimmed} ELSE {sql} END"
        sql = f"nullif({trimmed}, '')"
    if missing:
        missing = missing if native == "VARCHAR" else list(map(_plain_number, missing))
        sql = f"CASE WHEN {_text_sql(sql, native)} NOT IN ({_listed(missing)}) THEN {sql} END"
    if mapped:
        text = _text_sql(sql, native)
        cases = " ".join(
            f"WHEN {literal(old)} THEN nullif({literal(new)}, '')" for old, new in mapped.items()
        )
        sql = f"CASE {text} {cases} ELSE {text} END"
    return sql


def types(
    engine: DuckDBEngine,
    relation: str,
    names: Iterable[str],
    model: RecordKind,
    source: Source,
    text_born: bool,
) -> dict[str, str]:
    """The type of every column: stated in the run, else known from the kind, else found in the values."""
    native = engine.columns(relation)
    known: dict[str, str] = {}
    unknown = []
    for name in names:
        ours = source.columns.get(name, name)
        if ours in source.types:
            known[name] = source.types[ours]
        elif ours in model.columns and (described := model.columns[ours].type) != "timestamps":
            known[name] = described
        elif ours in _dated(source):
            known[name] = "timestamp"
        elif text_born and native[name] == "VARCHAR":
            unknown.append(name)
    return known | _found_types(engine, relation, unknown, source.decimal)


def date_readings(
    engine: DuckDBEngine, relation: str, source: Source, types: Mapping[str, str]
) -> dict[str, DateReading]:
    """How the dates of every timestamp column that did not come as one are read."""
    native = engine.columns(relation)
    readings: dict[str, DateReading] = {}
    open_ones = []
    for name, kind in types.items():
        if kind == "timestamp" and not native[name].startswith(("TIMESTAMP", "DATE")):
            reading = dates.stated(source.date_formats(source.columns.get(name, name)))
            if reading is None and native[name] == "VARCHAR":
                open_ones.append(name)
            else:
                readings[name] = reading or _NUMBERED
    if open_ones:
        counts = _integers(engine, dates.counts_query(relation, open_ones))
        for index, name in enumerate(open_ones):
            readings[name] = dates.detected(counts[index * dates.WIDTH : (index + 1) * dates.WIDTH])
    return readings


def settled(
    types: Mapping[str, str], readings: Mapping[str, DateReading], model: RecordKind, source: Source
) -> dict[str, str]:
    """The types without a timestamp of the user's own that some value does not fit: it stays text."""
    described = {*source.types, *model.columns, *_dated(source)}
    doubtful = {
        name
        for name, reading in readings.items()
        if not reading.complete and source.columns.get(name, name) not in described
    }
    return {name: kind for name, kind in types.items() if name not in doubtful}


def read_sql(
    name: str, native: str, kind: str | None, reading: DateReading | None, source: Source, zone: str
) -> tuple[str, str]:
    """The SQL of a cleaned column's values in their type, and that of the text which they are read from.

    The text is empty where nothing has to be read: the values already are what they should be.
    """
    sql = quoted(name)
    if native.startswith("TIMESTAMP") and not native.endswith("]") and kind in (None, "timestamp"):
        return _moment_sql(sql, native, source, zone), ""
    if kind is None or _fits_already(native, kind):
        return sql, ""
    if (native, kind) == ("DATE", "timestamp"):
        return f"CAST({sql} AS TIMESTAMP)", ""  # a day, in whatever zone: never moved to another
    text = _text_sql(sql, native)
    if kind == "text":
        return text, ""
    if kind == "timestamp" and reading is not None:
        return reading.sql(text, zone, source.timezone), text
    if kind == "boolean":
        words = {"true": _TRUE, "false": _FALSE}
        cases = " ".join(
            f"WHEN lower({text}) IN ({_listed(known)}) THEN {value}" for value, known in words.items()
        )
        return f"CASE {cases} END", text
    return _number_sql(text, kind, source.decimal), text


def _moment_sql(sql: str, native: str, source: Source, zone: str) -> str:
    if native == "TIMESTAMP WITH TIME ZONE":
        return f"timezone({literal(zone)}, {sql})"
    return dates.in_zone(sql if native == "TIMESTAMP" else f"CAST({sql} AS TIMESTAMP)", zone, source.timezone)


def _number_sql(text: str, kind: str, decimal: str) -> str:
    """The SQL that reads a number, with its thousands in groups of three or without, or gives null.

    "1,250" is a number and "1,25" is not, unless the run file says that the comma is the decimal sign.
    """
    form, target = (r"[+-]?\d+(\.0*)?", "BIGINT") if kind == "integer" else (_NUMBER, "DOUBLE")
    # few numbers are written in groups, so that is looked for last
    ways = [*([text] if decimal == "." else []), _with_point(text, decimal)]
    read = [f"CASE WHEN regexp_full_match({way}, {literal(form)}) THEN {way} END" for way in ways]
    return f"TRY_CAST(coalesce({', '.join(read)}, NULL) AS {target})"


def _with_point(text: str, decimal: str) -> str:
    """The text of a number in groups, with a point as decimal sign and nothing between the thousands."""
    plain = f"replace({text}, ',', '')" if decimal == "." else f"replace(replace({text}, '.', ''), ',', '.')"
    return f"CASE WHEN regexp_full_match({text}, {literal(_GROUPED[decimal])}) THEN {plain} END"


def _text_sql(sql: str, native: str) -> str:
    """The SQL of a value as text: whole numbers without point, as a person would write them."""
    if native == "VARCHAR":
        return sql
    text = f"CAST({sql} AS VARCHAR)"
    if native in ("DOUBLE", "FLOAT"):
        whole = f"CAST(CAST({sql} AS BIGINT) AS VARCHAR)"
        return f"CASE WHEN {sql} = trunc({sql}) AND abs({sql}) < 1e15 THEN {whole} ELSE {text} END"
    if native.startswith("DECIMAL"):
        return f"regexp_replace({text}, '([.][0-9]*[1-9])0+$|[.]0+$', '\\1')"
    return text


def _plain_number(text: str) -> str:
    """A stated number as `_text_sql` writes it: -1.0 as -1."""
    try:
        return str(int(float(text))) if float(text).is_integer() else text
    except ValueError:
        return text


def _fits_already(native: str, kind: str) -> bool:
    whole = native.endswith(("INT", "INTEGER"))
    number = whole or native in ("DOUBLE", "FLOAT") or native.startswith("DECIMAL")
    fits = {"integer": whole, "number": number, "text": native == "VARCHAR", "boolean": native == "BOOLEAN"}
    return fits.get(kind, False)


def _found_types(engine: DuckDBEngine, relation: str, names: list[str], decimal: str) -> dict[str, str]:
    """The types of the user's own text columns: one that every value fits, else text."""
    suggested = _fitting(engine, f"(SELECT * FROM {quoted(relation)} LIMIT {_SAMPLE})", names, decimal)
    confirmed = _fitting(engine, quoted(relation), list(suggested), decimal)
    return {name: kind for name, kind in confirmed.items() if kind == suggested[name] or kind == "number"}


def _fitting(engine: DuckDBEngine, relation: str, names: list[str], decimal: str) -> dict[str, str]:
    if not names:
        return {}
    parts = []
    for name in map(quoted, names):
        points = name if decimal == "." else _with_point(name, decimal)
        texts = {**dict.fromkeys(_FITS, name), "number": points}
        fits = [f"count(*) FILTER ({fit.format(texts[kind])})" for kind, fit in _FITS.items()]
        parts += [f"count({name})", *fits]
    counts = _integers(engine, f"SELECT {', '.join(parts)} FROM {relation}")
    found = {}
    for index, name in enumerate(names):
        total, *fitted = counts[index * (len(_FITS) + 1) : (index + 1) * (len(_FITS) + 1)]
        kinds = [kind for kind, count in zip(_FITS, fitted, strict=True) if total and count == total]
        if kinds:
            found[name] = kinds[0]
    return found


def _dated(source: Source) -> list[str]:
    return list(source.dates) if isinstance(source.dates, dict) else []


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(literal, values))


def _integers(engine: DuckDBEngine, query: str) -> list[int]:
    return [int(str(value)) for value in engine.rows(query)[0]]
