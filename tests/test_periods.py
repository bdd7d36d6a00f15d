"""Periods as people write them, and what comes before them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqaudit.periods import EXPECTED, GRAINS, Period, containing, parse

DAYS = st.dates(date(1, 1, 8), date(9998, 12, 31))


@pytest.mark.parametrize(
    ("text", "label", "grain", "start", "end"),
    [
        ("2026", "2026", "year", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-Q4", "2026-Q4", "quarter", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026q1", "2026-Q1", "quarter", date(2026, 1, 1), date(2026, 4, 1)),
        ("2024-02", "2024-02", "month", date(2024, 2, 1), date(2024, 3, 1)),
        ("2026-12", "2026-12", "month", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-W53", "2026-W53", "week", date(2026, 12, 28), date(2027, 1, 4)),
        ("2026w1", "2026-W01", "week", date(2025, 12, 29), date(2026, 1, 5)),
        ("2026-07-31", "2026-07-31", "day", date(2026, 7, 31), date(2026, 8, 1)),
        (" 2026-07-01 .. 2026-07-01 ", "2026-07-01..2026-07-01", "range", date(2026, 7, 1), date(2026, 7, 2)),
        ("ALL", "all", "all", None, None),
    ],
)
def test_a_period_is_read(text: str, label: str, grain: str, start: date | None, end: date | None) -> None:
    assert parse(text) == Period(label, grain, start, end)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-Q5", "2026-Q0", "2026-13", "2026-00", "2025-W53", "2026-W00", "2026-02-30", "0000",
     "9999", "9999-12-31", "9999-W52", "2026-07-02..2026-07-01", "2026-07-01..", "2026-Q1..2026-Q2",
     "2026-7-1"],
)  # fmt: skip
def test_what_is_no_period_is_said_with_what_is_one(text: str) -> None:
    with pytest.raises(ValueError, match="is no period") as caught:
        parse(text)
    assert str(caught.value) == f"'{text}' is no period. {EXPECTED}"


def test_before_the_first_and_around_all_there_is_nothing() -> None:
    assert parse("all").previous() is None
    assert parse("0001").previous() is None
    assert parse("0001-01-01..0001-01-02").previous() is None


def test_the_period_before_a_range_is_as_long() -> None:
    assert str(parse("2026-07-01..2026-07-10").previous()) == "2026-06-21..2026-06-30"


@given(DAYS, st.sampled_from(GRAINS))
def test_every_day_lies_in_its_period_which_reads_as_it_is_written(day: date, grain: str) -> None:
    period = containing(day, grain)
    assert period.start is not None
    assert period.end is not None
    assert period.start <= day < period.end
    assert parse(str(period)) == period


@given(DAYS.filter(lambda day: day.year > 2), st.sampled_from(GRAINS))
def test_periods_follow_one_another_without_gap_or_overlap(day: date, grain: str) -> None:
    period = containing(day, grain)
    before = period.previous()
    assert before is not None
    assert before.end == period.start
    assert before.grain == grain
    assert not before.overlaps(period)
    assert containing(period.start - timedelta(days=1), grain) == before if period.start else False


@pytest.mark.parametrize(
    ("text", "finer"),
    [("2026", "month"), ("2026-Q3", "month"), ("2026-07", "week"), ("2026-W30", "day"), ("2026-07-01", "day"),
     ("2026-07-01..2026-07-31", "week"), ("2026-01-01..2026-06-30", "month"), ("all", "month")],
)  # fmt: skip
def test_a_trend_is_drawn_in_a_finer_grain(text: str, finer: str) -> None:
    assert parse(text).finer == finer


def test_a_grain_that_is_none_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^'hour' is no grain of time; known: day, week, month, quarter, year\.$"
    ):
        containing(date(2026, 7, 1), "hour")
