"""What a calendar says of an instant, and how much of its time lies between two.

Instants without a zone of their own are times on the wall of `zone`, by default that of the calendar; those
with one are taken as they are. All lengths are real ones: a shift from 00:00 to 06:00 has 300 minutes in the
night in which the clock is put forward, and 420 in the night in which it is put back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from sqaudit.calendars.hours import Hours
from sqaudit.calendars.model import WORKED, Calendar, DayKind
from sqaudit.calendars.spans import Line, Span, clipped, united
from sqaudit.calendars.zones import DAY, MINUTE, WallClock, midnight, wall_clock

Fact = Literal["working_time", "workday", "peak_time"]
FACTS: tuple[Fact, ...] = ("working_time", "workday", "peak_time")
_WHOLE_DAY = (Hours(0, 24 * 60),)
_LONGEST_SEARCH = 64  # years until a calendar that is always closed is told apart from a long limit
_LAST_YEAR = 9990


def day_kind(calendar: Calendar, day: date) -> DayKind:
    """What sort of day it is: working, weekend, holiday, makeup_workday, own_holiday or own_workday.

    >>> from sqaudit.calendars import named_calendar
    >>> office = named_calendar("china_office_hours")
    >>> day_kind(office, date(2024, 2, 4)), day_kind(office, date(2025, 10, 8))
    ('makeup_workday', 'holiday')
    """
    return calendar.kind(day)


def open_spans(
    calendar: Calendar, start: datetime, end: datetime, zone: str | None = None
) -> list[tuple[datetime, datetime]]:
    """The open stretches between two instants, in order, as times with their offset from UTC.

    >>> from sqaudit.calendars import named_calendar
    >>> office = named_calendar("china_office_hours")
    >>> for opens, closes in open_spans(office, datetime(2026, 10, 9, 17), datetime(2026, 10, 12)):
    ...     print(opens, closes)
    2026-10-09 17:00:00+08:00 2026-10-09 18:00:00+08:00
    2026-10-10 09:00:00+08:00 2026-10-10 18:00:00+08:00
    """
    clock, (first, last) = _clock(calendar, zone, start, end)
    line = moments_of(calendar, "working_time", first, last)
    found = clipped(line.spans, clock.moment(start), clock.moment(end))
    return [(clock.time(opens), clock.time(closes)) for opens, closes in found]


def business_minutes(calendar: Calendar, start: datetime, end: datetime, zone: str | None = None) -> float:
    """The open minutes from start to end; negative where the end comes first.

    >>> from sqaudit.calendars import named_calendar
    >>> office = named_calendar("china_office_hours")
    >>> business_minutes(office, datetime(2026, 9, 30, 17), datetime(2026, 10, 8, 10))
    120.0
    """
    clock, (first, last) = _clock(calendar, zone, start, end)
    line = moments_of(calendar, "working_time", first, last)
    return (line.before(clock.moment(end)) - line.before(clock.moment(start))) / MINUTE


def is_working_time(calendar: Calendar, instant: datetime, zone: str | None = None) -> bool:
    """Whether the instant lies in an open hour; a shift that crosses midnight is open to its end.

    >>> from sqaudit.calendars import named_calendar
    >>> office = named_calendar("china_office_hours")
    >>> is_working_time(office, datetime(2026, 10, 8, 9)), is_working_time(office, datetime(2026, 10, 8, 18))
    (True, False)
    """
    return _holds(calendar, "working_time", instant, zone)


def is_workday(calendar: Calendar, instant: datetime, zone: str | None = None) -> bool:
    """Whether the day of the instant, as the calendar's own clock shows it, is worked."""
    return _holds(calendar, "workday", instant, zone)


def is_peak_time(calendar: Calendar, instant: datetime, zone: str | None = None) -> bool:
    """Whether the instant lies in a peak hour of a day that is worked."""
    return _holds(calendar, "peak_time", instant, zone)


def deadline(calendar: Calendar, start: datetime, minutes: float, zone: str | None = None) -> datetime:
    """The first instant by which so many open minutes have passed since the start.

    In the zone of the start, and without one where the start has none. ValueError where the calendar does
    not open for so long within 64 years.

    >>> from sqaudit.calendars import named_calendar
    >>> deadline(named_calendar("china_office_hours"), datetime(2026, 9, 30, 17), 120)
    datetime.datetime(2026, 10, 8, 10, 0)
    """
    if minutes <= 0:
        return start
    for years in (1, 8, _LONGEST_SEARCH):
        until = start.replace(year=min(start.year + years, _LAST_YEAR), month=1, day=1)
        clock, (first, last) = _clock(calendar, zone, start, until)
        line = moments_of(calendar, "working_time", first, last)
        moment = line.reached(line.before(clock.moment(start)) + round(minutes * MINUTE))
        if moment is not None:
            found = clock.time(moment)
            return (
                found.replace(tzinfo=None, fold=0) if start.tzinfo is None else found.astimezone(start.tzinfo)
            )
    raise ValueError(
        f"{calendar.id} is not open for {minutes:g} minutes in the {_LONGEST_SEARCH} years after {start}."
    )


@lru_cache(maxsize=256)
def moments_of(calendar: Calendar, fact: Fact, first_year: int, last_year: int) -> Line:
    """The moments at which a fact holds, over whole years of any zone's calendar.

    The hours are laid out on the wall of the calendar's zone and read off there, so that they hold whenever
    the clock on the wall shows one of them, whatever was done to the clock.
    """
    hours_of: dict[Fact, Callable[[date], tuple[Hours, ...]]] = {
        "working_time": calendar.shifts,
        "workday": lambda day: _WHOLE_DAY if calendar.kind(day) in WORKED else (),
        "peak_time": calendar.peaks,
    }
    first, last = date(first_year, 1, 1) - timedelta(days=3), date(last_year, 12, 31) + timedelta(days=3)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    walls = united(span for day in days for span in _laid_out(day, hours_of[fact](day)))
    return Line(tuple(wall_clock(calendar.timezone, first_year, last_year).moments(walls)))


def _laid_out(day: date, hours: tuple[Hours, ...]) -> list[Span]:
    begins = midnight(day)
    return [(begins + start * MINUTE, begins + end * MINUTE) for start, end in hours]


def _holds(calendar: Calendar, fact: Fact, instant: datetime, zone: str | None) -> bool:
    clock, (first, last) = _clock(calendar, zone, instant, instant)
    return moments_of(calendar, fact, first, last).covers(clock.moment(instant))


def _clock(
    calendar: Calendar, zone: str | None, start: datetime, end: datetime
) -> tuple[WallClock, tuple[int, int]]:
    """The clock on whose wall the instants are, and the years to look at: the same for many instants."""
    years = sorted((start.year, end.year))
    first, last = max(years[0] - 1, 2), min(years[1] + 1, _LAST_YEAR)
    return wall_clock(zone or calendar.timezone, first, last), (first, last)


__all__ = [
    "DAY",
    "FACTS",
    "Fact",
    "business_minutes",
    "day_kind",
    "deadline",
    "is_peak_time",
    "is_workday",
    "is_working_time",
    "moments_of",
    "open_spans",
]
