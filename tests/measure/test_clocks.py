"""Working time in the engine against a plain count of minutes, written here without the code of calendars."""

# ruff: noqa: DTZ001, S311 - times in the engine carry no zone; chance is for tests

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sqaudit.calendars import Calendar, is_peak_time, is_workday, is_working_time, named_calendar, open_us_at
from sqaudit.calendars.time import FACTS
from sqaudit.conditions import clock_column, condition, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.measure.clocks import attach_calendars, clocked, days_relation, years_until

ROOT = Path(__file__).parents[2]
OFFICE = named_calendar("china_office_hours", ROOT)
YEARS = range(2024, 2028)


def made(zone: str, **keys: object) -> Calendar:
    plain = {"id": "own", "name": "Own", "timezone": zone, "public_holidays": None}
    return Calendar.model_validate({**plain, **keys})


@dataclass(frozen=True)
class Case:
    """A calendar, the zone of the records, the days around which intervals lie, and the plain rule."""

    calendar: Calendar
    zone: str
    around: tuple[str, ...]
    is_open: Callable[[datetime], bool]  # of the time on the calendar's wall


CHINA_OFF = {
    f"2026-{day}" for day in ("10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07", "09-25")
}
CHINA_WORKED = {"2026-09-20", "2026-10-10"}


def china_works(day: date) -> bool:
    return str(day) in CHINA_WORKED or (day.weekday() < 5 and str(day) not in CHINA_OFF)


def office(wall: datetime) -> bool:
    return china_works(wall.date()) and 9 <= wall.hour < 18


def night(wall: datetime) -> bool:
    """Monday to Friday 22:00-06:00 less 02:00-02:30, not from the first of November; and 12:00-13:00."""

    def shift(day: date) -> bool:
        return day.weekday() < 5 and day not in (date(2026, 11, 2), date(2026, 3, 30))

    before, clock = wall.date() - timedelta(days=1), wall.hour * 60 + wall.minute
    if shift(wall.date()) and (clock >= 22 * 60 or 12 * 60 <= clock < 13 * 60):
        return True
    return shift(before) and clock < 6 * 60 and not 2 * 60 <= clock < 2 * 60 + 30


def small_hours(wall: datetime) -> bool:
    return 30 <= wall.hour * 60 + wall.minute < 150 or 15 <= wall.hour < 24


NIGHT = {
    "weekly": {"mon-fri": ["22:00-06:00", "12:00-13:00"]},
    "breaks": {"mon-fri": ["02:00-02:30"]},
    "holidays": ["2026-11-02", "2026-03-30"],
}
SMALL = {"weekly": {"daily": ["00:30-02:30", "15:00-24:00"]}}
CHINESE_AUTUMN = ("2026-09-18", "2026-09-24", "2026-10-01", "2026-10-09")
CHANGES = {
    "Europe/Berlin": ("2026-03-28", "2026-10-24"),
    "America/New_York": ("2026-03-07", "2026-10-31"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),
}
CASES = {
    "office": Case(OFFICE, "Asia/Shanghai", CHINESE_AUTUMN, office),
    "office, records in New York": Case(OFFICE, "America/New_York", (*CHINESE_AUTUMN, "2026-10-30"), office),
    "office, records in Berlin": Case(OFFICE, "Europe/Berlin", (*CHINESE_AUTUMN, "2026-10-23"), office),
    "night in Berlin": Case(made("Europe/Berlin", **NIGHT), "Europe/Berlin", CHANGES["Europe/Berlin"], night),
    "night in New York": Case(
        made("America/New_York", **NIGHT), "America/New_York", CHANGES["America/New_York"], night
    ),
    "night in Berlin, records in New York": Case(
        made("Europe/Berlin", **NIGHT),
        "America/New_York",
        (*CHANGES["Europe/Berlin"], *CHANGES["America/New_York"]),
        night,
    ),
    "small hours in New York": Case(
        made("America/New_York", **SMALL), "America/New_York", CHANGES["America/New_York"], small_hours
    ),
    "small hours on Lord Howe": Case(
        made("Australia/Lord_Howe", **SMALL),
        "Australia/Lord_Howe",
        CHANGES["Australia/Lord_Howe"],
        small_hours,
    ),
    "small hours in Shanghai, records on Lord Howe": Case(
        made("Asia/Shanghai", **SMALL), "Australia/Lord_Howe", CHANGES["Australia/Lord_Howe"], small_hours
    ),
}


def counted(case: Case) -> Callable[[datetime, datetime], int]:
    """The open minutes between two moments, one after the other asked of the wall of the calendar."""
    zone = ZoneInfo(case.calendar.timezone)

    @cache
    def is_open(minute: int) -> bool:
        return case.is_open(datetime.fromtimestamp(minute * 60, zone))

    def count(start: datetime, end: datetime) -> int:
        return sum(map(is_open, range(int(start.timestamp()) // 60, int(end.timestamp()) // 60)))

    return count


def shown_at(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment at which the clock shows a time; None where it never does."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == wall else None


def intervals(case: Case, seed: int, wanted: int = 120) -> Iterator[tuple[datetime, datetime]]:
    """Random pairs of whole minutes on the wall of the records, most of them near the days in question."""
    chance, zone, found = random.Random(seed), ZoneInfo(case.zone), 0
    while found < wanted:
        day = datetime.fromisoformat(chance.choice(case.around))
        start = day + timedelta(minutes=chance.randrange(-1440, 3 * 1440))
        end = start + timedelta(minutes=chance.choice([chance.randrange(300), chance.randrange(9 * 1440)]))
        if shown_at(start, zone) and shown_at(end, zone):
            found += 1
            yield start, end


def attached(engine: DuckDBEngine, case: Case) -> str:
    """A table of instants as an item for FROM with the facts of the calendar, ready to be asked."""
    tables = attach_calendars(engine, [case.calendar], case.zone, YEARS)
    engine.seal()
    return clocked('"cases"', [(case.calendar.id, "a"), (case.calendar.id, "b")], tables)


def filled(engine: DuckDBEngine, rows: list[tuple[datetime, datetime]]) -> None:
    values = ", ".join(f"({place}, TIMESTAMP '{a}', TIMESTAMP '{b}')" for place, (a, b) in enumerate(rows))
    engine.execute(f"CREATE TABLE cases AS SELECT * FROM (VALUES {values}) t(n, a, b)")


@pytest.mark.parametrize("name", CASES)
def test_business_minutes_are_those_of_a_plain_count(name: str) -> None:
    case = CASES[name]
    rows = list(intervals(case, seed=len(name)))
    with DuckDBEngine() as engine:
        filled(engine, rows)
        minutes = condition("business_minutes(a, b)", case.calendar.id).sql
        working = condition("working_time(a)", case.calendar.id).sql
        answers = engine.rows(f"SELECT {minutes}, {working} FROM {attached(engine, case)} ORDER BY n")
    zone, count = ZoneInfo(case.zone), counted(case)
    moments = [tuple(one.replace(tzinfo=zone).astimezone(UTC) for one in pair) for pair in rows]
    minute = timedelta(minutes=1)
    plain = [(float(count(a, b) if a <= b else -count(b, a)), bool(count(a, a + minute))) for a, b in moments]
    assert len({minutes for minutes, _ in plain}) > 30, "the intervals tell nothing apart"
    different = [three for three in zip(rows, answers, plain, strict=True) if three[1] != three[2]]
    assert different == []


@pytest.mark.parametrize("name", CASES)
def test_the_engine_and_the_functions_agree_on_every_instant(name: str) -> None:
    """Also on seconds, and on times that the clock never shows."""
    case, chance = CASES[name], random.Random(name)
    days = [datetime.fromisoformat(day) for day in case.around]
    instants = [
        chance.choice(days) + timedelta(seconds=chance.randrange(-86400, 3 * 86400)) for _ in range(200)
    ]
    with DuckDBEngine() as engine:
        filled(engine, [(one, one) for one in instants])
        names = [quoted(clock_column(fact, case.calendar.id, "a")) for fact in ("open_us", *FACTS)]
        answers = engine.rows(f"SELECT {', '.join(names)} FROM {attached(engine, case)} ORDER BY n")
    for instant, answer in zip(instants, answers, strict=True):
        asked = (case.calendar, instant, case.zone)
        assert answer == (
            open_us_at(case.calendar, case.zone, instant, YEARS[0]),
            is_working_time(*asked),
            is_workday(*asked),
            is_peak_time(*asked),
        ), instant


def test_peak_time_and_workday_of_a_calendar_elsewhere() -> None:
    """Both change within a day of the records where the calendar lives in another zone."""
    desk = named_calendar("china_day_shift", ROOT)
    rows = [("2026-09-16 02:30", True, True), ("2026-09-16 04:00", True, False),
            ("2026-09-18 15:59", True, False),
            ("2026-09-18 16:00", False, False), ("2026-09-20 06:30", True, True)]  # fmt: skip
    with DuckDBEngine() as engine:
        moments = [datetime.fromisoformat(text) for text, _, _ in rows]
        filled(engine, [(one, one) for one in moments])
        tables = attach_calendars(engine, [desk], "UTC", YEARS)
        facts = [condition(f"{fact}(a)", desk.id).sql for fact in ("workday", "peak_time")]
        relation = clocked("cases", [(desk.id, "a")], tables)
        answers = engine.rows(f"SELECT {', '.join(facts)} FROM {relation} ORDER BY n")
    assert answers == [(workday, peak) for _, workday, peak in rows]


def test_instants_that_are_missing_or_outside_the_table_give_nothing_and_lose_no_row() -> None:
    with DuckDBEngine() as engine:
        engine.execute(
            "CREATE TABLE cases AS SELECT * FROM (VALUES (1, TIMESTAMP '2026-09-16 10:00'), (2, NULL),"
            " (3, TIMESTAMP '1969-12-31 10:00'), (4, TIMESTAMP '2031-01-01'), (5, 'infinity'::TIMESTAMP),"
            " (6, '-infinity'::TIMESTAMP), (7, TIMESTAMP '2000-01-01'),"
            " (8, TIMESTAMP '2030-12-31 23:59')) t(n, a)"
        )
        tables = attach_calendars(engine, [OFFICE], "Asia/Shanghai", range(2000, 2031))
        names = [quoted(clock_column(fact, OFFICE.id, "a")) for fact in ("open_us", *FACTS)]
        relation = clocked('"cases"', [(OFFICE.id, "a")], tables)
        answers = engine.rows(f"SELECT n, {', '.join(names)} FROM {relation} ORDER BY n")
    empty = [row[0] for row in answers if row[1:] == (None,) * 4]
    assert [row[0] for row in answers] == list(range(1, 9))
    assert empty == [2, 3, 4, 5, 6]
    assert answers[6][1:] == (0, False, False, False)


def test_times_before_1970_are_right() -> None:
    calendar = made("UTC", weekly={"mon-fri": ["09:00-17:00"]})
    with DuckDBEngine() as engine:
        filled(engine, [(datetime(1969, 12, 29, 8), datetime(1970, 1, 2, 10, 0, 0, 1))])
        tables = attach_calendars(engine, [calendar], "UTC", range(1960, 1973))
        relation = clocked("cases", [("own", "a"), ("own", "b")], tables)
        [(length,)] = engine.rows(
            f"SELECT {condition('business_minutes(a, b)', 'own').sql} * 6e7 FROM {relation}"
        )
    assert length == pytest.approx((4 * 8 + 1) * 3600e6 + 1, abs=0.01)


def test_several_calendars_and_columns_stand_side_by_side() -> None:
    always = named_calendar("always", ROOT)
    with DuckDBEngine() as engine:
        engine.execute(
            'CREATE TABLE "the cases" AS SELECT TIMESTAMP \'2026-09-18 17:00\' AS "came ""in""",'
            " TIMESTAMP '2026-09-20 10:00' AS b, DATE '2026-09-21' AS day"
        )
        tables = attach_calendars(engine, [OFFICE, always], "Asia/Shanghai", YEARS)
        engine.seal()
        pairs = [(name, column) for name in (OFFICE.id, "always") for column in ('came "in"', "b", "day")]
        relation = clocked('(SELECT * FROM "the cases" WHERE b IS NOT NULL)', pairs, tables)
        shown = [
            condition(f'business_minutes("came ""in""", {end})', name).sql
            for name in (OFFICE.id, "always")
            for end in ("b", "day")
        ]
        [answer] = engine.rows(f"SELECT {', '.join(shown)} FROM {relation} AS t")
        described = engine.query(f"SELECT * FROM {relation}")
    assert answer == (120, 600, 41 * 60, 55 * 60)
    assert len(described.columns) == 3 + 6 * 4


def test_a_relation_without_instants_stays_as_it_is() -> None:
    assert clocked('"ticket"', [], {}) == '"ticket"'


def test_the_years_reach_past_as_of_but_not_for_ever() -> None:
    assert years_until(datetime(2026, 10, 8)) == range(2000, 2029)
    assert years_until(datetime(9999, 12, 31)) == range(2000, 2101)
    assert days_relation("own") == "_days_own"
