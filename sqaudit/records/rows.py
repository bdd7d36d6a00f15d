"""Faults of rows: ids absent or repeated, orders of time that cannot be, events outside the period."""

from __future__ import annotations

from collections.abc import Iterator

from sqaudit.conditions import literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.records.expectation import SHOWN, Expectation, Fault
from sqaudit.sources.attach import Attached

_AHEAD = ("promised", "due", "planned", "scheduled", "valid")  # times that lie in the future by their nature


def row_faults(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[Fault]:
    """Faults that a single row shows, all counted in one scan."""
    tests = list(_row_tests(attached, expected))
    if not tests:
        return
    relation, key = quoted(attached.relation), expected.model.key
    shown = quoted(key) if key in attached.columns and key else "NULL"
    parts = [f"count(*) FILTER ({test})" for _, test in tests]
    counts = engine.rows(f"SELECT {', '.join(parts)} FROM {relation}")[0]
    for (fault, test), count in zip(tests, counts, strict=True):
        if count:
            rows = engine.rows(
                f"SELECT _row, {shown} FROM {relation} WHERE {test} ORDER BY _row LIMIT {SHOWN}"
            )
            yield {
                **fault,
                "count": int(str(count)),
                "of": attached.rows_kept,
                "rows": expected.places(attached, [row for row, _ in rows]),
                "examples": expected.examples(key or "", [identifier for _, identifier in rows]),
            }


def _row_tests(attached: Attached, expected: Expectation) -> Iterator[tuple[Fault, str]]:
    """Each fault that one row can show, with the SQL that finds it."""
    model, columns = expected.model, attached.columns
    if model.key is not None and model.key in columns:
        yield (
            {"severity": "error", "column": model.key, "check": "missing_id"},
            f"{quoted(model.key)} IS NULL",
        )
    for earlier, later in model.orders:
        if earlier in columns and later in columns:
            affected = {*expected.needed.get(earlier, ()), *expected.needed.get(later, ())}
            order: Fault = {"severity": "error", "column": later, "check": "impossible_order"}
            order |= {"detail": {"earlier": earlier, "later": later}, "indicators": sorted(affected)}
            yield order, f"{quoted(later)} < {quoted(earlier)}"
    if (event := expected.event(attached)) is not None:
        yield {"severity": "error", "column": event, "check": "no_event_time"}, f"{quoted(event)} IS NULL"
        if (inside := expected.inside(event)) != "true":
            yield {"severity": "note", "column": event, "check": "outside_period"}, f"NOT ({inside})"
    for name, sql_type in columns.items():
        if sql_type == "TIMESTAMP" and name in model.columns and not any(word in name for word in _AHEAD):
            cut = f"{quoted(name)} > TIMESTAMP {literal(expected.as_of.isoformat(sep=' '))}"
            yield {"severity": "warning", "column": name, "check": "after_as_of"}, cut
    for name in expected.segments:
        if name in columns:
            yield {"severity": "note", "column": name, "check": "segment_missing"}, f"{quoted(name)} IS NULL"
    for reason in expected.excluded_reasons:
        rule: Fault = {"severity": "note", "check": "excluded_by_rule", "detail": {"reason": reason}}
        yield rule, f"_excluded = {literal(reason)}"


def duplicates(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[Fault]:
    """Ids that stand more than once, and rows that a de-duplication rule set aside."""
    key = expected.model.key
    if set_aside := attached.rows_read - len(attached.rejected) - attached.rows_kept:
        fault: Fault = {"severity": "note", "column": key or "", "check": "superseded"}
        yield {**fault, "count": set_aside, "of": attached.rows_read}
    if key is None or key not in attached.columns:
        return
    relation, identifier = quoted(attached.relation), quoted(key)
    # numbers made of the ids take a fraction of their memory; where two ids share one, the ids decide
    distinct = f"SELECT count({identifier}) - count(DISTINCT hash({identifier})) FROM {relation}"
    if engine.rows(distinct) == [(0,)]:
        return
    repeated = (
        f"SELECT {identifier} AS id, count(*) AS n, min(_row) AS first FROM {relation} GROUP BY 1 "
        "HAVING id IS NOT NULL AND n > 1"
    )
    more, *_ = engine.rows(f"SELECT coalesce(sum(n - 1), 0) FROM ({repeated})")[0]
    if more:
        rows = engine.rows(f"SELECT id, first FROM ({repeated}) ORDER BY first LIMIT {SHOWN}")
        yield {
            "severity": "error",
            "column": key,
            "check": "duplicate_id",
            "count": int(str(more)),
            "of": attached.rows_kept,
            "rows": expected.places(attached, [first for _, first in rows]),
            "examples": expected.examples(key, [one for one, _ in rows]),
        }
