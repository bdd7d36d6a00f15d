# ruff: noqa: DTZ001 - times in the engine carry no zone
"""Excel sheets as people keep them: title rows, empty rows, real dates, whole numbers stored as floats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from sqaudit.audit import Audit
from sqaudit.errors import ParameterError
from sqaudit.sources.text_tables import as_text
from tests.sources.conftest import Open, account, faults, values


@pytest.fixture
def read_sheet(folder: Path, opened: Open) -> Open:
    def open_sheet(rows: Sequence[Sequence[Any]], **source: Any) -> Audit:
        book = Workbook()
        book.active.title = "七月"
        for row in rows:
            book.active.append(list(row))
        book.create_sheet("Notes").append(["see July"])
        book.save(folder / "jobs.xlsx")
        return opened({"path": "jobs.xlsx", **source})

    return open_sheet


def test_a_sheet_is_read_below_its_title_without_its_empty_rows(read_sheet: Open) -> None:
    audit = read_sheet(
        [
            ["Jobs of July"],
            [],
            ["job_id", "opened_at", "score", "tries", "ok", "code", None, "t", "t"],
            [7, datetime(2026, 7, 1, 9, 30), 1.5, 3.0, True, "007", "x", "a", "b"],
            [],
            [8, date(2026, 7, 2), "=1+1", 2.7, "no", "00", None, None, "z"],
            [9, 46204.5, None, None, None, None, None, None, None],
        ],
        header_row=3,
    )
    assert list(audit.columns["job"])[6:] == ["column_7", "t", "t_2"]
    assert values(audit, "_row", "job_id", "opened_at", "tries", "ok", "code") == [
        (1, "7", datetime(2026, 7, 1, 9, 30), 3, True, "007"),
        (3, "8", datetime(2026, 7, 2), None, False, "00"),
        (4, "9", datetime(2026, 7, 1, 12), None, None, None),
    ]
    [fault] = faults(audit, "unreadable_value")  # the number of the row is that of the sheet
    assert (fault["column"], fault["rows"], fault["examples"]) == ("tries", [6], ["2.7"])
    assert account(audit) == [("read", "", 3), ("used", "", 3)]


def test_a_sheet_may_begin_anywhere(read_sheet: Open) -> None:
    audit = read_sheet(
        [[], [None, None, "job_id", "opened_at"], [None, None, 1, datetime(2026, 7, 1)]], header_row=2
    )
    assert values(audit, "_row", "job_id", "opened_at") == [(1, "1", datetime(2026, 7, 1))]


def test_the_sheet_is_named_or_the_first(read_sheet: Open, folder: Path) -> None:
    rows = [["job_id"], [1]]
    assert values(read_sheet(rows, sheet="七月"), "job_id") == ["1"]
    with pytest.raises(ParameterError) as caught:
        read_sheet(rows, sheet="八月")
    assert str(caught.value.faults[0]) == (
        f"parameters, records.job.path: {folder / 'jobs.xlsx'}: "
        "there is no sheet '八月'; the file has 七月, Notes."
    )


def test_an_empty_sheet_is_refused(read_sheet: Open, folder: Path) -> None:
    for rows, header_row in (([], 1), ([["job_id"]], 4)):
        with pytest.raises(ParameterError) as caught:
            read_sheet(rows, header_row=header_row)
        assert str(caught.value.faults[0]) == (
            f"parameters, records.job.path: {folder / 'jobs.xlsx'}: "
            f"sheet '七月' has no header in row {header_row}; state `header_row`."
        )


def test_what_is_no_workbook_is_refused(folder: Path, opened: Open) -> None:
    (folder / "jobs.xlsx").write_text("job_id\n1\n")
    with pytest.raises(ParameterError, match=r"jobs\.xlsx: the file is no Excel workbook: "):
        opened({"path": "jobs.xlsx"})
    with pytest.raises(ParameterError, match="one Excel file at a time; give one path"):
        opened({"path": ["jobs.xlsx", "jobs.yaml"], "format": "xlsx"})


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (5.0, "5"), (0.1, "0.1"), (2.0**53 - 1, "9007199254740991"), (1e20, "1e+20"), (True, "true"),
        ("", None), (memoryview(b"ab"), "ab"),
        (datetime(2026, 7, 1, 9, 30, 0, 5), "2026-07-01 09:30:00.000005"), (date(2026, 7, 1), "2026-07-01"),
        (time(9, 30), "09:30:00"), (timedelta(hours=30), "108000.0"), (b"ab", "ab"),
        (2**70, str(2**70)),
    ],
)  # fmt: skip
def test_a_cell_becomes_text_that_loses_nothing(cell: object, text: str | None) -> None:
    assert as_text(cell) == text


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=6),
            st.integers(-(2**53) + 1, 2**53 - 1),
            st.floats(-1e9, 1e9, allow_subnormal=False),
            st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_cell_comes_through(read_sheet: Open, rows: list[tuple[Any, ...]]) -> None:
    rows = [
        (f"t{text}", whole, number, moment.replace(microsecond=0), flag)
        for text, whole, number, moment, flag in rows
    ]
    audit = read_sheet([("job_id", "tries", "score", "opened_at", "ok"), *rows])
    found = values(audit, "job_id", "tries", "score", "opened_at", "ok")
    assert [(row[0], row[1], row[4]) for row in found] == [(row[0], row[1], row[4]) for row in rows]
    assert [row[2] for row in found] == pytest.approx([row[2] for row in rows])
    seconds = [abs((one[3] - other[3]).total_seconds()) for one, other in zip(found, rows, strict=True)]
    assert max(seconds) < 0.01  # Excel keeps a time as a fraction of a day
