"""What is wrong with the records of a run, as one table, and where every row went, as another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from sqaudit.conditions import quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.records import columns, rows
from sqaudit.records.account import row_account
from sqaudit.records.expectation import CHECKS, ROW_ACCOUNT, SEVERITIES, Expectation, Fault
from sqaudit.records.volume import breaks
from sqaudit.sources.attach import Attached

__all__ = ["CHECKS", "ROW_ACCOUNT", "SEVERITIES", "Expectation", "absent", "check", "row_account"]


def check(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> pd.DataFrame:
    """Every fault of one kind of records, the gravest first, in the columns CHECKS.

    `rows` holds up to five row numbers as a person would count them in the source; `examples` up to five
    values, masked in columns that hold personal data. An empty frame where nothing is wrong.
    """
    found = [
        *columns.absent_columns(attached, expected),
        *columns.unreadable_lines(attached, expected),
        *columns.unreadable_values(engine, attached, expected),
        *columns.date_forms(attached),
        *rows.row_faults(engine, attached, expected),
        *rows.duplicates(engine, attached, expected),
        *columns.spellings(engine, attached, expected),
        *_volume(engine, attached, expected),
    ]
    found.sort(key=lambda fault: SEVERITIES.index(fault["severity"]))
    return _table(attached.kind, found)


def absent(kind: str, indicators: Sequence[str]) -> pd.DataFrame:
    """The one fault of a kind that the standard speaks of and the run does not give."""
    fault = {"severity": "warning", "check": "absent_records", "indicators": list(indicators)}
    return _table(kind, [fault])


def _table(kind: str, faults: Sequence[Fault]) -> pd.DataFrame:
    whole = [{**_blank(), **fault, "kind": kind} for fault in faults]
    return pd.DataFrame(whole, columns=list(CHECKS))


def _blank() -> Fault:
    return {"column": "", "count": 0, "of": 0, "rows": [], "examples": [], "indicators": [], "detail": {}}


def _volume(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> Iterator[Fault]:
    """Months whose number of records breaks off or jumps."""
    event = expected.event(attached)
    if event is None:
        return
    daily = engine.rows(
        f"SELECT CAST({quoted(event)} AS DATE) AS day, count(*) FROM {quoted(attached.relation)} "
        f"WHERE {quoted(event)} IS NOT NULL AND ({expected.inside(event)}) GROUP BY 1 ORDER BY 1"
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
