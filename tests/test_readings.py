"""What an indicator means in SQL: one status for every row, and only the columns it needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import pytest

from sqaudit.conditions import quoted
from sqaudit.readings import Now, needed_columns, read
from sqaudit.standards.model import Indicator, Piece

NOW = Now(datetime(2026, 10, 8, 12, 30, 0, 250_000), {"office": 5_000_000_000})  # noqa: DTZ001 - no zone

MEASURES: list[tuple[dict[str, Any], list[str]]] = [
    ({"share": "good and score > 2"}, ["good", "score"]),
    ({"share": {"met": "met", "of": "base + met"}}, ["base", "met"]),
    ({"within": {"from": "a", "to": "b", "limit": "0.5h"}}, ["a", "b"]),
    ({"within": {"from": "a", "to": "b", "deadline": "d"}}, ["a", "b", "d"]),
    (
        {
            "within": {
                "from": "a",
                "to": "b",
                "limit": {"by": "zone", "when": {"it's": "2h"}, "otherwise": "3h"},
            }
        },
        ["a", "b", "zone"],
    ),
    (
        {"within": {"from": "a", "to": "b", "limit": {"by": "zone", "when": {"it's": "2h"}}}},
        ["a", "b", "zone"],
    ),
    ({"mean": "score * 2"}, ["score"]),
    ({"quantile": {"of": "score", "q": 0.9}}, ["score"]),
    ({"maximum": "score"}, ["score"]),
    ({"count": "good"}, ["good"]),
    ({"count": "all"}, []),
    ({"ratio": {"sum": "score", "over": "base"}}, ["base", "score"]),
    ({"complete": ["zone", "a"]}, ["a", "zone"]),
    ({"within": {"from": "a", "to": "b", "limit": "2h", "counts": "missed"}}, ["a", "b"]),
    ({"within": {"from": "a", "to": "b", "limit": "2h", "matured": True}}, ["a", "b"]),
    ({"within": {"from": "a", "to": "b", "deadline": "d", "matured": True}}, ["a", "b", "d"]),
    ({"within": {"from": "a", "to": "b", "limit": "1h", "clock": "business"}}, ["a", "b"]),
    (
        {
            "within": {
                "from": "a",
                "to": "b",
                "limit": {"by": "zone", "when": {"it's": {"by": "score", "when": {"3.0": "1h"}}}},
                "clock": "business",
                "matured": True,
            }
        },
        ["a", "b", "score", "zone"],
    ),
    ({"balance": {"plus": "score > 2", "minus": "score < 0"}}, ["score"]),
    ({"gap": {"from": "a", "to": "b", "times": "times", "every": "30min"}}, ["a", "b", "times"]),
]


def piece(measure: dict[str, Any], **keys: Any) -> Piece:
    records = {} if "rate" in measure else {"records": "visit"}
    one = Indicator.model_validate(
        {"id": "i", "name": "I", **records, "measure": measure, "calendar": "office", **keys}
    )
    return one.pieces[0]


@pytest.mark.parametrize(("measure", "columns"), MEASURES, ids=lambda value: str(value)[:40])
def test_the_columns_it_needs(measure: dict[str, Any], columns: list[str]) -> None:
    assert needed_columns(piece(measure)) == columns
    assert needed_columns(piece(measure, eligible="vip is not false")) == sorted({*columns, "vip"})


@pytest.fixture(scope="module")
def every_row() -> duckdb.DuckDBPyConnection:
    """Every combination of values that decides something, missing ones included."""
    at = "TIMESTAMP '2026-10-08 {}'".format
    moments = [None, at("10:30:00.25"), at("12:30:00.25"), at("14:00")]
    values = {
        **{"a": moments, "b": moments, "d": moments},
        **{"zone": [None, "'it''s'", "'x'"], "good": [None, True, False], "vip": [None, True, False]},
        **{
            "score": [None, 0.0, 3.0, -1.0, "'nan'::DOUBLE", "'inf'::DOUBLE"],
            "met": [None, 2],
            "base": [None, 0, 2],
        },
        "times": [None, f"[{moments[1]}, {moments[3]}]"],
        "_open_us office a": [None, 0],
        "_open_us office b": [None, 4_000_000_000],
        "_excluded": [None, "'test'"],
    }
    lists = [
        f"(VALUES {', '.join(f'({value})' for value in known).replace('None', 'NULL')}) "
        f"AS v{place}({quoted(name)})"
        for place, (name, known) in enumerate(values.items())
    ]
    connection = duckdb.connect(":memory:")
    connection.execute(f"CREATE TABLE t AS SELECT * FROM {', '.join(lists)}")
    return connection


@pytest.mark.parametrize("eligible", [None, "vip", "coalesce(vip, true)"])
@pytest.mark.parametrize("measure", [measure for measure, _ in MEASURES], ids=lambda value: str(value)[:40])
def test_every_row_has_one_status_and_what_is_left_out_a_reason(
    every_row: duckdb.DuckDBPyConnection, measure: dict[str, Any], eligible: str | None
) -> None:
    reading = read(piece(measure, eligible=eligible), NOW)
    status, counted = reading.status, f"coalesce(({reading.counted}), false)"
    met, pending = (f"coalesce(({part or 'false'}), false)" for part in (reading.met, reading.pending))
    out = f"({status}) = 'excluded'"
    wrong = {
        "no status": f"({status}) IS NULL",
        "no reason": f"{out} AND ({reading.reason}) IS NULL",
        "met but not counted": f"{met} AND NOT {counted}",
        "pending and counted": f"{pending} AND {counted}",
        "status and figure differ": f"(({status}) IN ('met', 'missed', 'counted')) <> {counted}",
        "pending by one only": f"(({status}) = 'pending') <> {pending}",
        "put out but in": f"_excluded IS NOT NULL AND NOT ({out} AND ({reading.reason}) = 'test')",
    }
    counts = ", ".join(f"count(*) FILTER ({rule})" for rule in wrong.values())
    found = every_row.execute(f"SELECT {counts} FROM t").fetchone()
    assert dict(zip(wrong, found or (), strict=True)) == dict.fromkeys(wrong, 0)


def test_reasons_come_in_order(every_row: duckdb.DuckDBPyConnection) -> None:
    """Put out by the run, then not eligible, then what the measure lacks."""
    reading = read(piece({"share": "good"}, eligible="vip"), NOW)
    found = every_row.execute(
        f"SELECT DISTINCT _excluded, vip, good, {reading.status},"
        f" CASE WHEN {reading.status} = 'excluded' THEN {reading.reason} END FROM t"
    ).fetchall()
    told = {row[:3]: row[3:] for row in found}
    assert told["test", None, None] == ("excluded", "test")
    assert told[None, None, True] == ("excluded", "eligibility_unknown")
    assert told[None, False, None] == ("excluded", "not_eligible")
    assert told[None, True, None] == ("excluded", "missing_value")
    assert told[None, True, True] == ("met", None)
    assert told[None, True, False] == ("missed", None)


@pytest.mark.parametrize(("limit", "status"), [("2h", "missed"), ("7200.000001s", "pending")])
def test_as_of_to_the_microsecond(every_row: duckdb.DuckDBPyConnection, limit: str, status: str) -> None:
    reading = read(piece({"within": {"from": "a", "to": "b", "limit": limit}}), NOW)
    rows = "FROM t WHERE a = TIMESTAMP '2026-10-08 10:30:00.25' AND b IS NULL AND _excluded IS NULL"
    assert every_row.execute(f"SELECT DISTINCT {reading.status} {rows}").fetchall() == [(status,)]
