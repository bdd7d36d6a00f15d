"""Faults of columns: absent ones, values that cannot be read, dates of several forms, names spelled twice."""

from __future__ import annotations

from collections.abc import Iterator

from sqaudit.conditions import quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.records.expectation import SHOWN, Expectation, Fault
from sqaudit.sources.attach import Attached


def absent_columns(attached: Attached, expected: Expectation) -> Iterator[Fault]:
    """Columns that indicators, the period, the scope or the segments of the run ask for in vain."""
    time = expected.model.time
    for name, indicators in expected.needed.items():
        if name not in attached.columns:
            fault = {"severity": "error", "column": name, "check": "missing_column", "count": 1}
            yield {**fault, "indicators": list(indicators)}
    if time is not None and time not in attached.columns:
        yield {"severity": "warning", "column": time, "check": "no_time_column"}
    if attached.rows_read == 0:
        yield {"severity": "error", "check": "empty_source"}
    if expected.scope_lacks:
        lacking = ", ".join(expected.scope_lacks)
        yield {"severity": "warning", "column": lacking, "check": "scope_not_applicable"}
    for name in expected.segments:
        if name not in attached.columns:
            yield {"severity": "note", "column": name, "check": "segment_absent"}


def unreadable_lines(attached: Attached, expected: Expectation) -> Iterator[Fault]:
    """Lines of CSV files that have too few or too many fields."""
    if attached.rejected:
        lines = [line for line, _ in attached.rejected]
        fault = {
            "severity": "error",
            "check": "unreadable_line",
            "count": len(lines),
            "of": attached.rows_read,
        }
        yield {**fault, "rows": expected.places(attached, lines[:SHOWN])}


def unreadable_values(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[Fault]:
    """Values of the source that are there but cannot be read as their type, all counted in one scan."""
    if not attached.typed:
        return
    raw = quoted(attached.raw)
    tests = {
        name: f"({text}) IS NOT NULL AND ({value}) IS NULL" for name, (text, value) in attached.typed.items()
    }
    parts = [f"count(*) FILTER ({test})" for test in tests.values()]
    counts = engine.rows(f"SELECT {', '.join(parts)} FROM {raw}")[0]
    for (name, test), count in zip(tests.items(), counts, strict=True):
        if not count:
            continue
        text = attached.typed[name][0]
        rows = engine.rows(f"SELECT _row, {text} FROM {raw} WHERE {test} ORDER BY _row LIMIT {SHOWN}")
        yield {
            "severity": "error" if name in expected.needed or name == expected.model.time else "warning",
            "column": name,
            "check": "unreadable_value",
            "count": int(str(count)),
            "of": attached.rows_read,
            "rows": expected.places(attached, [row for row, _ in rows]),
            "examples": expected.examples(name, [value for _, value in rows]),
            "indicators": list(expected.needed.get(name, ())),
        }


def date_forms(attached: Attached) -> Iterator[Fault]:
    """Dates that could mean two days, and columns that write them in several ways."""
    for name, reading in attached.dates.items():
        if reading.ambiguous:
            style = next(word for word in ("day_first", "month_first") if word in reading.families)
            fault = {"severity": "error", "column": name, "check": "ambiguous_dates"}
            yield {**fault, "detail": {"read_as": style}}
        elif len(reading.families) > 1 and not reading.stated:
            fault = {"severity": "note", "column": name, "check": "mixed_dates"}
            yield {**fault, "examples": list(reading.families)}
        if reading.offsets and reading.families and not reading.stated:
            yield {"severity": "warning", "column": name, "check": "mixed_time_zones"}


def spellings(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[Fault]:
    """Values of a segment that differ only in case or spaces."""
    for name in expected.segments:
        if attached.columns.get(name) != "VARCHAR":
            continue
        value, relation = quoted(name), quoted(attached.relation)
        answer = engine.rows(
            "SELECT string_agg(DISTINCT v, ' / ' ORDER BY v), sum(n) - max(n) "
            f"FROM (SELECT {value} AS v, count(*) AS n FROM {relation} GROUP BY 1) "
            "WHERE v IS NOT NULL GROUP BY lower(replace(v, ' ', '')) HAVING count(*) > 1 ORDER BY 1"
        )
        if answer:
            yield {
                "severity": "warning",
                "column": name,
                "check": "spelling_variants",
                "count": sum(int(str(rare)) for _, rare in answer),
                "of": attached.rows_kept,
                "examples": expected.examples(name, [names for names, _ in answer[:SHOWN]]),
            }
