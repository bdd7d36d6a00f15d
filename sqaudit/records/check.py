"""What is wrong with the records of a run, as one table, and where every row went, as another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from sqaudit.conditions import condition, literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.kinds import RecordKind
from sqaudit.periods import Period
from sqaudit.records.volume import breaks
from sqaudit.sources.attach import Attached

CHECKS = ("severity", "kind", "column", "check", "count", "of", "rows", "examples", "indicators", "detail")
ROW_ACCOUNT = ("kind", "step", "detail", "rows")
SEVERITIES = ("error", "warning", "note")
_SHOWN = 5  # row numbers and examples for each fault
_MASK = "***"


@dataclass(frozen=True)
class Expectation:
    """What the records of one kind are held against.

    `needed` maps each column some indicator reads to the ids of those indicators; `segments` are the
    columns the run groups by; `scope` bounds the population and `scope_lacks` names columns for want of
    which it cannot; `header_rows` turns a position into the row number a person sees.
    """

    model: RecordKind
    needed: Mapping[str, Sequence[str]]
    segments: Sequence[str]
    periods: Sequence[Period]
    as_of: datetime
    scope: str | None = None
    scope_lacks: Sequence[str] = ()
    header_rows: int = 0
    excluded_reasons: Sequence[str] = field(default_factory=tuple)
    show_personal: bool = False


def check(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> pd.DataFrame:
    """Every fault of one kind of records: `severity, kind, column, check, count, of, rows, examples, indicators, detail`.

    `rows` holds up to five row numbers as a person would count them in the source; `examples` up to five
    values, masked in columns that hold personal data. An empty frame where nothing is wrong.
    """
    found = [
        *_missing_columns(attached, expected),
        *_rejected_lines(attached),
        *_unreadable_values(engine, attached, expected),
        *_date_forms(attached),
        *_row_faults(engine, attached, expected),
        *_duplicates(engine, attached, expected),
        *_spellings(engine, attached, expected),
        *_volume(engine, attached, expected),
    ]
    rows = [{**_blank(), **fault, "kind": attached.kind} for fault in found]
    frame = pd.DataFrame(rows, columns=list(CHECKS))
    order = frame["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    return (
        frame.assign(_order=order)
        .sort_values("_order", kind="stable")
        .drop(columns="_order")
        .reset_index(drop=True)
    )


def absent(kind: str, indicators: Sequence[str]) -> pd.DataFrame:
    """The one fault of a kind that the standard speaks of and the run does not give."""
    fault = {
        **_blank(),
        "severity": "warning",
        "kind": kind,
        "check": "absent_records",
        "indicators": list(indicators),
    }
    return pd.DataFrame([fault], columns=list(CHECKS))


def row_account(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> pd.DataFrame:
    """Where every row of a source went: `kind, step, detail, rows`.

    The first step is the rows read (positive), each removal is negative with its reason, and the last is
    the rows used in the periods of the run; the last is the sum of all others.
    """
    event = _event(attached, expected)
    scope = f"coalesce(({condition(expected.scope).sql}), false)" if expected.scope else "true"
    outside = f"NOT ({_inside(event, expected.periods)})" if event else "false"
    step = (
        f"CASE WHEN NOT {scope} THEN 'outside_scope' WHEN {f'{quoted(event)} IS NULL' if event else 'false'} THEN 'no_event_time' "
        f"WHEN {outside} THEN 'outside_period' WHEN _excluded IS NOT NULL THEN 'excluded_by_rule' ELSE 'used' END"
    )
    answer = engine.rows(
        f"SELECT {step} AS step, CASE WHEN {step} = 'excluded_by_rule' THEN _excluded ELSE '' END AS detail, count(*) "
        f"FROM {quoted(attached.relation)} GROUP BY ALL ORDER BY ALL"
    )
    counted = {(str(name), str(detail)): int(str(count)) for name, detail, count in answer}
    steps = [("read", "", attached.rows_read), ("unreadable_line", "", -len(attached.rejected))]
    steps.append(("superseded", "", attached.rows_kept - (attached.rows_read - len(attached.rejected))))
    for name in ("outside_scope", "no_event_time", "outside_period", "excluded_by_rule"):
        steps += [
            (name, detail, -count) for (step_name, detail), count in counted.items() if step_name == name
        ]
    steps.append(("used", "", counted.get(("used", ""), 0)))
    kept = [(attached.kind, *one) for one in steps if one[2] != 0 or one[0] in ("read", "used")]
    return pd.DataFrame(kept, columns=list(ROW_ACCOUNT))


def _blank() -> dict[str, Any]:
    return {"column": "", "count": 0, "of": 0, "rows": [], "examples": [], "indicators": [], "detail": {}}


def _event(attached: Attached, expected: Expectation) -> str | None:
    return expected.model.time if expected.model.time in attached.columns else None


def _missing_columns(attached: Attached, expected: Expectation) -> Iterator[dict[str, Any]]:
    for name, indicators in expected.needed.items():
        if name not in attached.columns:
            yield {
                "severity": "error",
                "column": name,
                "check": "missing_column",
                "count": 1,
                "indicators": list(indicators),
            }
    if expected.model.time is not None and expected.model.time not in attached.columns:
        yield {"severity": "warning", "column": expected.model.time, "check": "no_time_column"}
    if attached.rows_read == 0:
        yield {"severity": "error", "check": "empty_source"}
    if expected.scope_lacks:
        yield {
            "severity": "warning",
            "column": ", ".join(expected.scope_lacks),
            "check": "scope_not_applicable",
        }
    for name in expected.segments:
        if name not in attached.columns:
            yield {"severity": "note", "column": name, "check": "segment_absent"}


def _rejected_lines(attached: Attached) -> Iterator[dict[str, Any]]:
    if attached.rejected:
        yield {
            "severity": "error",
            "check": "unreadable_line",
            "count": len(attached.rejected),
            "of": attached.rows_read,
            "rows": [line for line, _ in attached.rejected[:_SHOWN]],
        }


def _unreadable_values(
    engine: DuckDBEngine, attached: Attached, expected: Expectation
) -> Iterator[dict[str, Any]]:
    """Values of the source that are there but cannot be read as their type."""
    if not attached.typed:
        return
    tests = {
        name: f"({text}) IS NOT NULL AND ({value}) IS NULL" for name, (text, value) in attached.typed.items()
    }
    parts = [f"count(*) FILTER ({test})" for test in tests.values()]
    counts = engine.rows(f"SELECT {', '.join(parts)} FROM {quoted(attached.raw)}")[0]
    for (name, test), count in zip(tests.items(), counts, strict=True):
        if int(str(count)):
            text = attached.typed[name][0]
            rows = engine.rows(
                f"SELECT _row, {text} FROM {quoted(attached.raw)} WHERE {test} ORDER BY _row LIMIT {_SHOWN}"
            )
            yield {
                "severity": "error" if name in expected.needed or name == expected.model.time else "warning",
                "column": name,
                "check": "unreadable_value",
                "count": int(str(count)),
                "of": attached.rows_read,
                "rows": [int(str(row)) + expected.header_rows for row, _ in rows],
                "examples": _examples(name, [value for _, value in rows], expected),
                "indicators": list(expected.needed.get(name, ())),
            }


def _examples(column: str, values: Sequence[object], expected: Expectation) -> list[str]:
    described = expected.model.columns.get(column)
    if described is not None and described.personal and not expected.show_personal:
        return [_MASK]
    return list(dict.fromkeys(str(value)[:60] for value in values))


def _date_forms(attached: Attached) -> Iterator[dict[str, Any]]:
    for name, reading in attached.dates.items():
        if reading.ambiguous:
            yield {
                "severity": "error",
                "column": name,
                "check": "ambiguous_dates",
                "detail": {"read_as": "day_first"},
            }
        elif len([family for family in reading.families if family]) > 1 and not reading.stated:
            yield {
                "severity": "note",
                "column": name,
                "check": "mixed_dates",
                "examples": list(reading.families),
            }


def _row_faults(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[dict[str, Any]]:
    """Faults that a single row shows, all counted in one scan."""
    tests = list(_row_tests(attached, expected))
    if not tests:
        return
    parts = [f"count(*) FILTER ({test})" for _, test in tests]
    relation = quoted(attached.relation)
    counts = [int(str(value)) for value in engine.rows(f"SELECT {', '.join(parts)} FROM {relation}")[0]]
    for (fault, test), count in zip(tests, counts, strict=True):
        if count:
            rows = engine.rows(f"SELECT _row FROM {relation} WHERE {test} ORDER BY _row LIMIT {_SHOWN}")
            shown = [int(str(row[0])) + expected.header_rows for row in rows]
            yield {
                **fault,
                "count": count,
                "of": attached.rows_kept,
                "rows": shown,
                "examples": _ids(engine, attached, expected, test),
            }


def _row_tests(attached: Attached, expected: Expectation) -> Iterator[tuple[dict[str, Any], str]]:
    model, columns = expected.model, attached.columns
    if model.key in columns:
        yield (
            {"severity": "error", "column": model.key, "check": "missing_id"},
            f"{quoted(model.key or '')} IS NULL",
        )
    for earlier, later in model.orders:
        if earlier in columns and later in columns:
            fault = {
                "severity": "error",
                "column": later,
                "check": "impossible_order",
                "detail": {"earlier": earlier, "later": later},
            }
            affected = {*expected.needed.get(earlier, ()), *expected.needed.get(later, ())}
            yield {**fault, "indicators": sorted(affected)}, f"{quoted(later)} < {quoted(earlier)}"
    if (event := _event(attached, expected)) is not None:
        yield {"severity": "error", "column": event, "check": "no_event_time"}, f"{quoted(event)} IS NULL"
        outside = f"NOT ({_inside(event, expected.periods)})"
        if outside != "NOT (true)":
            yield {"severity": "note", "column": event, "check": "outside_period"}, outside
    for name, sql_type in columns.items():
        if sql_type == "TIMESTAMP" and name in model.columns and not _planned(name):
            cut = f"{quoted(name)} > TIMESTAMP {literal(expected.as_of.isoformat(sep=' '))}"
            yield {"severity": "warning", "column": name, "check": "after_as_of"}, cut
    for name in {*expected.needed, *expected.segments} & set(columns):
        if name in expected.segments:
            yield {"severity": "note", "column": name, "check": "segment_missing"}, f"{quoted(name)} IS NULL"
    for reason in expected.excluded_reasons:
        fault = {"severity": "note", "check": "excluded_by_rule", "detail": {"reason": reason}}
        yield fault, f"_excluded = {literal(reason)}"


def _planned(column: str) -> bool:
    """Whether a time lies in the future by its nature: promised, due, planned for."""
    return any(word in column for word in ("promised", "due", "planned", "scheduled", "valid"))


def _ids(engine: DuckDBEngine, attached: Attached, expected: Expectation, test: str) -> list[str]:
    key = expected.model.key
    if key not in attached.columns:
        return []
    rows = engine.rows(
        f"SELECT {quoted(key or '')} FROM {quoted(attached.relation)} WHERE {test} ORDER BY _row LIMIT {_SHOWN}"
    )
    return [str(row[0]) for row in rows if row[0] is not None]


def _inside(event: str, periods: Sequence[Period]) -> str:
    spans = [
        f"({quoted(event)} >= DATE {literal(str(period.start))} AND {quoted(event)} < DATE {literal(str(period.end))})"
        for period in periods
        if period.start is not None and period.end is not None
    ]
    return " OR ".join(spans) if len(spans) == len(periods) else "true"


def _duplicates(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[dict[str, Any]]:
    """Ids that stand more than once, and rows that a de-duplication rule set aside."""
    set_aside = attached.rows_read - len(attached.rejected) - attached.rows_kept
    if set_aside:
        yield {
            "severity": "note",
            "check": "superseded",
            "count": set_aside,
            "of": attached.rows_read,
            "column": expected.model.key or "",
        }
    key = expected.model.key
    if key not in attached.columns:
        return
    repeated = f"SELECT {quoted(key or '')} AS id, count(*) AS n, min(_row) AS first FROM {quoted(attached.relation)} GROUP BY 1 HAVING id IS NOT NULL AND n > 1"
    total = engine.rows(f"SELECT count(*), sum(n) - count(*) FROM ({repeated})")[0]
    if int(str(total[0])):
        rows = engine.rows(f"SELECT id, first FROM ({repeated}) ORDER BY first LIMIT {_SHOWN}")
        yield {
            "severity": "error",
            "column": key,
            "check": "duplicate_id",
            "count": int(str(total[1])),
            "of": attached.rows_kept,
            "rows": [int(str(first)) + expected.header_rows for _, first in rows],
            "examples": [str(identifier) for identifier, _ in rows],
        }


def _spellings(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[dict[str, Any]]:
    """Values of a segment that differ only in case or spaces."""
    for name in expected.segments:
        if attached.columns.get(name) != "VARCHAR":
            continue
        column = quoted(name)
        answer = engine.rows(
            f"SELECT string_agg(DISTINCT v, ' / ' ORDER BY v), sum(n) - max(n) FROM (SELECT {column} AS v, count(*) AS n "
            f"FROM {quoted(attached.relation)} WHERE {column} IS NOT NULL GROUP BY 1) "
            "GROUP BY lower(replace(v, ' ', '')) HAVING count(*) > 1 ORDER BY 1"
        )
        if answer:
            count = sum(int(str(rare)) for _, rare in answer)
            examples = [str(names) for names, _ in answer[:_SHOWN]]
            yield {
                "severity": "warning",
                "column": name,
                "check": "spelling_variants",
                "count": count,
                "of": attached.rows_kept,
                "examples": examples,
            }


def _volume(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[dict[str, Any]]:
    event = _event(attached, expected)
    if event is None:
        return
    daily = engine.rows(
        f"SELECT CAST({quoted(event)} AS DATE) AS day, count(*) FROM {quoted(attached.relation)} "
        f"WHERE {quoted(event)} IS NOT NULL AND ({_inside(event, expected.periods)}) GROUP BY 1 ORDER BY 1"
    )
    counts = pd.Series({pd.Timestamp(str(day)): int(str(count)) for day, count in daily}, dtype="int64")
    for found in breaks(counts):
        yield {
            "severity": "warning",
            "column": event,
            "check": "volume_break",
            "count": found.rows,
            "detail": {"where": found.where, "found": found.rows, "expected": round(found.usual)},
        }
