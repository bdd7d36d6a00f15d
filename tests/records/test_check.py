# ruff: noqa: E501 - what a fault says is compared whole
"""Every fault of the data is a row with a severity, a count, row numbers and examples; nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqaudit.audit import Audit
from sqaudit.errors import ParameterError
from sqaudit.records.check import CHECKS, SEVERITIES, absent
from sqaudit.records.volume import Break, breaks
from tests.sources.conftest import STANDARD, Open, account, faults

JULY = {"period": "2026-07", "compare": "none"}


def said(audit: Audit, check: str) -> dict[str, Any]:
    """What the one fault of a check says, without what is empty."""
    [fault] = faults(audit, check)
    return {
        name: value
        for name, value in fault.items()
        if value not in ("", 0, [], {}) and name not in ("kind", "check")
    }


def test_sound_records_have_no_faults(read_csv: Open) -> None:
    audit = read_csv("job_id,opened_at,closed_at\n1,2026-07-01,2026-07-02\n", JULY)
    assert audit.checks.to_dict("records") == []
    assert list(audit.checks.columns) == list(CHECKS)


def test_missing_columns_name_the_indicators_that_need_them(folder: Path, read_csv: Open) -> None:
    further = """\
  - {id: done, name: Done, dimension: all, records: job, measure: {share: closed_at is not null}, direction: higher}
  - {id: fast, name: Fast, dimension: all, records: job, measure: {share: "closed_at < opened_at"}, direction: higher}
"""
    (folder / "jobs.yaml").write_text(STANDARD + further, encoding="utf-8")
    audit = read_csv("job_id,opened_at\n1,2026-07-01\n", {"segments": ["opened_at"]})
    assert said(audit, "missing_column") == {
        "severity": "error", "column": "closed_at", "count": 1, "indicators": ["done", "fast"]
    }  # fmt: skip


def test_without_an_event_time_no_row_belongs_to_a_period(read_csv: Open) -> None:
    audit = read_csv("job_id,team\n1,a\n", {**JULY, "segments": ["team"]})
    assert said(audit, "no_time_column") == {"severity": "warning", "column": "opened_at"}


def test_ids_absent_and_repeated(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,opened_at\nA,2026-07-01\nB,2026-07-01\nA,2026-07-02\n,2026-07-03\nA,2026-07-04\n,2026-07-05\n"
    )
    assert said(audit, "missing_id") == {
        "severity": "error",
        "column": "job_id",
        "count": 2,
        "of": 6,
        "rows": [5, 7],
    }
    assert said(audit, "duplicate_id") == {
        "severity": "error", "column": "job_id", "count": 2, "of": 6, "rows": [2], "examples": ["A"]
    }  # fmt: skip


def test_times_in_an_order_that_cannot_be(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,opened_at,closed_at\nA,2026-07-02,2026-07-01\nB,2026-07-02,2026-07-02\nC,2026-07-02,\n"
    )
    assert said(audit, "impossible_order") == {
        "severity": "error", "column": "closed_at", "count": 1, "of": 3, "rows": [2], "examples": ["A"],
        "detail": {"earlier": "opened_at", "later": "closed_at"},
    }  # fmt: skip


def test_events_outside_the_period_and_after_the_cut(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,opened_at,closed_at\nA,2026-06-30 23:59:59,\nB,2026-07-01,2026-08-09\nC,2026-07-31 23:59:59,\nD,2026-08-01,\n",
        {**JULY, "as_of": "2026-08-05"},
    )
    assert said(audit, "outside_period") == {
        "severity": "note", "column": "opened_at", "count": 2, "of": 4, "rows": [2, 5], "examples": ["A", "D"]
    }  # fmt: skip
    assert said(audit, "after_as_of") == {
        "severity": "warning", "column": "closed_at", "count": 1, "of": 4, "rows": [3], "examples": ["B"]
    }  # fmt: skip


def test_the_compared_period_is_inside_too(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,opened_at\nA,2026-06-30\nB,2026-07-01\nC,2026-05-31\n",
        {"period": "2026-07", "compare": "previous"},
    )
    assert account(audit) == [("read", "", 3), ("outside_period", "", -1), ("used", "", 2)]


def test_segments_absent_missing_and_spelled_in_several_ways(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,opened_at,team\n1,2026-07-01,Team A\n2,2026-07-01,team a\n3,2026-07-01,TeamA\n4,2026-07-01,Team A\n"
        "5,2026-07-01,\n6,2026-07-01,B\n",
        {"segments": ["team"]},
    )
    assert said(audit, "segment_missing") == {
        "severity": "note", "column": "team", "count": 1, "of": 6, "rows": [6], "examples": ["5"]
    }  # fmt: skip
    assert said(audit, "spelling_variants") == {
        "severity": "warning", "column": "team", "count": 2, "of": 6, "examples": ["Team A / TeamA / team a"]
    }  # fmt: skip


def test_a_scope_that_cannot_be_applied_is_said(folder: Path, opened: Open) -> None:
    (folder / "jobs.csv").write_text("job_id,opened_at\n1,2026-07-01\n")
    (folder / "calls.csv").write_text("call_id,offered_at,team\n1,2026-07-01,a\n")
    audit = opened(
        {"path": "jobs.csv"},
        records={"job": {"path": "jobs.csv"}, "call": {"path": "calls.csv"}},
        scope="team = 'a'",
        segments=["team"],
    )
    assert said(audit, "scope_not_applicable") == {"severity": "warning", "column": "team"}
    assert said(audit, "segment_absent") == {"severity": "note", "column": "team"}


def test_kinds_the_standard_speaks_of_and_the_run_does_not_give() -> None:
    [fault] = absent("visit", ["on_time"]).to_dict("records")
    assert (fault["severity"], fault["kind"], fault["check"], fault["indicators"]) == (
        "warning", "visit", "absent_records", ["on_time"]
    )  # fmt: skip


def test_the_gravest_faults_come_first(read_csv: Open) -> None:
    audit = read_csv("job_id,opened_at,closed_at,score\nA,2026-07-02,2026-07-01,x\nA,2026-01-01,,\n", JULY)
    places = [SEVERITIES.index(severity) for severity in audit.checks["severity"]]
    assert places == sorted(places)
    assert set(audit.checks["severity"]) == {"error", "warning", "note"}


def test_personal_values_are_never_examples(read_csv: Open) -> None:
    content = (
        "job_id,opened_at,phone,客户电话\n1,2026-07-01,13800000001,13800000002\n2,2026-07-01,13900000001,x\n"
    )
    types = {"phone": "timestamp", "客户电话": "integer"}
    hidden = read_csv(content, types=types)
    assert [fault["examples"] for fault in faults(hidden, "unreadable_value")] == [["***"], ["***"]]
    assert "1380000" not in hidden.checks.to_json(force_ascii=False)
    shown = read_csv(content, {"show_personal_data": True}, types=types)
    assert [fault["examples"] for fault in faults(shown, "unreadable_value")] == [
        ["13800000001", "13900000001"],
        ["x"],
    ]


def test_personal_segments_are_shown_only_where_the_run_says_so(read_csv: Open) -> None:
    rows = "job_id,opened_at,address\n1,2026-07-01,Main St\n2,2026-07-01,main st\n"
    with pytest.raises(ParameterError, match="'address' holds personal data, which a book does not show"):
        read_csv(rows, {"segments": ["address"]})
    shown = read_csv(rows, {"segments": ["address"], "show_personal_data": True})
    assert said(shown, "spelling_variants")["examples"] == ["Main St / main st"]


def test_long_examples_are_cut_and_many_are_few(read_csv: Open) -> None:
    rows = "".join(f"{number},{'x' * 100}{number}\n" for number in range(9))
    fault = said(read_csv(f"job_id,score\n{rows}"), "unreadable_value")
    assert (fault["count"], fault["rows"], fault["examples"]) == (9, [2, 3, 4, 5, 6], ["x" * 60])


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "2", "3", ""]),
            st.sampled_from(["2026-07-01", "2026-06-01", "2026-01-01", "x", ""]),
            st.sampled_from(["a", "b", "test", ""]),
            st.sampled_from(["", ",torn"]),
        ),
        max_size=30,
    ),
    st.sampled_from([None, {"one_per": "job_id"}]),
    st.sampled_from([None, "team <> 'b'"]),
)
def test_every_row_is_accounted_for(
    read_csv: Open, rows: list[tuple[str, ...]], one_per: dict[str, str] | None, scope: str | None
) -> None:
    lines = [f"{job},{opened},{team}{torn}" for job, opened, team, torn in rows]
    run = {"period": "2026-07", "compare": "previous", **({"scope": scope} if scope else {})}
    source: dict[str, Any] = {"rows": one_per} if one_per else {}
    audit = read_csv(
        "\n".join(["job_id,opened_at,team", *lines]), run, exclude={"test": "team = 'test'"}, **source
    )
    steps = account(audit)
    blank = sum(1 for line in lines if line == ",,")  # a line without any value is no row
    assert steps[0] == ("read", "", len(rows) - blank)
    assert sum(rows for _, _, rows in steps[:-1]) == steps[-1][2]
    assert steps[-1][0] == "used"
    total = (
        audit.measure(period="2026-07")["denominator"].sum()
        + audit.measure(period="2026-06")["denominator"].sum()
    )
    assert total <= steps[-1][2]


def test_row_numbers_of_typed_files_are_those_of_the_file(folder: Path, opened: Open) -> None:
    pq.write_table(
        pa.table({"job_id": ["A", None], "opened_at": ["2026-07-01", "2026-07-02"]}), folder / "a.parquet"
    )
    pq.write_table(
        pa.table({"job_id": [None, "B"], "opened_at": ["2026-07-01", "2026-07-02"]}), folder / "b.parquet"
    )
    assert said(opened({"path": "a.parquet"}), "missing_id")["rows"] == [2]
    assert said(opened({"path": ["a.parquet", "b.parquet"]}), "missing_id")["rows"] == [
        "a.parquet: 2",
        "b.parquet: 1",
    ]


def daily(counts: dict[str, int]) -> pd.Series:
    days = pd.date_range("2026-01-01", "2026-06-30")
    return pd.Series([counts.get(str(day.date())[:7], 10) for day in days], index=days)


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ({}, []),
        ({"2026-03": 4}, [Break("2026-03", 124, 310.0)]),
        ({"2026-03": 6}, []),
        ({"2026-03": 21}, [Break("2026-03", 651, 310.0)]),
        ({"2026-03": 0, "2026-04": 0}, [Break("2026-03..2026-04", 0, 610.0)]),
        ({"2026-02": 4, "2026-05": 4}, [Break("2026-02", 112, 280.0), Break("2026-05", 124, 310.0)]),
    ],
)
def test_months_that_break_off_or_jump(counts: dict[str, int], found: list[Break]) -> None:
    assert breaks(daily(counts)) == found


def test_few_records_and_batches_have_no_breaks() -> None:
    assert breaks(pd.Series(dtype="int64")) == []
    days = pd.date_range("2026-01-01", periods=19, freq="7D")
    assert breaks(pd.Series([100] * 10 + [1] * 9, index=days)) == []
    # one record a day and then none: fewer than thirty a month would be a break by chance
    assert breaks(daily({f"2026-0{month}": int(month == 1) for month in range(1, 7)})) == []


def test_a_break_in_the_records_is_a_fault(read_csv: Open) -> None:
    days = [
        f"{day:%Y-%m-%d}"
        for day in pd.date_range("2026-04-01", "2026-06-30")
        for _ in range(10 if day.month < 6 else 2)
    ]
    audit = read_csv("\n".join(["job_id,opened_at", *(f"{number},{day}" for number, day in enumerate(days))]))
    assert said(audit, "volume_break") == {
        "severity": "warning", "column": "opened_at", "count": 60,
        "detail": {"where": "2026-06", "found": 60, "expected": 300},
    }  # fmt: skip
