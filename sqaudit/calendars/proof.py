"""The clock proof: how natural and business minutes between two instants come about, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqaudit.calendars.model import WORKED, Calendar
from sqaudit.calendars.spans import Line, clipped
from sqaudit.calendars.time import deadline, moments_of
from sqaudit.calendars.zones import MINUTE, WallClock, day_of, known_zone, midnight, wall_clock
from sqaudit.descriptions import Text
from sqaudit.errors import Fault, ParameterError

LONGEST = 3700  # days; a proof is read by people


@dataclass(frozen=True)
class ProofSpan:
    """A stretch within one day of the calendar that is either counted whole or not at all.

    `kind`: working, makeup_workday or own_workday where it is open on such a day (counted); closed before
    and after the hours of a workday, break between them; weekend, holiday or own_holiday on days off.
    """

    start: datetime
    end: datetime
    kind: str
    name: Text
    minutes: float
    counted_minutes: float

    def as_dict(self) -> dict[str, Any]:
        """The stretch in plain values: from, to, kind, name, minutes, counted_minutes."""
        return {
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "kind": self.kind,
            "name": self.name.both(),
            "minutes": _plain(self.minutes),
            "counted_minutes": _plain(self.counted_minutes),
        }


@dataclass(frozen=True)
class ClockProof:
    """Natural and business minutes between two instants, and the stretches that they are the sum of.

    With a limit, `due` is the instant by which the open minutes of the limit have passed since the start
    (None where the calendar does not open for so long), and `kept` whether no more open time than that lies
    between the two: an end while the office is closed keeps a limit that ended with its last hour.
    `unpublished_years` are computed without make-up workdays, because nobody has announced them yet.
    """

    calendar: Calendar
    timezone: str
    start: datetime
    end: datetime
    natural_minutes: float
    business_minutes: float
    spans: tuple[ProofSpan, ...]
    unpublished_years: tuple[int, ...]
    limit_minutes: float | None = None
    due: datetime | None = None
    kept: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """The proof in plain values, for a program to read."""
        limit = {
            "limit_minutes": _plain(self.limit_minutes),
            "due": self.due.isoformat() if self.due else None,
            "kept": self.kept,
        }
        return {
            "calendar": self.calendar.id,
            "timezone": self.timezone,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "natural_minutes": _plain(self.natural_minutes),
            "business_minutes": _plain(self.business_minutes),
            **({} if self.limit_minutes is None else limit),
            "unpublished_years": list(self.unpublished_years),
            "spans": [span.as_dict() for span in self.spans],
        }


def clock_proof(
    calendar: Calendar,
    start: datetime,
    end: datetime,
    zone: str | None = None,
    limit_minutes: float | None = None,
) -> ClockProof:
    """How the minutes between two instants come about; the spans follow each other without a gap.

    Naive instants are times of `zone`, by default that of the calendar. ParameterError where the zone is
    none, the end comes first, or more than ten years lie between the two.

    >>> from sqaudit.calendars import named_calendar
    >>> office = named_calendar("china_office_hours")
    >>> proof = clock_proof(office, datetime(2026, 10, 9, 17), datetime(2026, 10, 10, 10))
    >>> proof.natural_minutes, proof.business_minutes
    (1020.0, 120.0)
    >>> [(span.kind, span.minutes) for span in proof.spans]
    [('working', 60.0), ('closed', 360.0), ('closed', 540.0), ('makeup_workday', 60.0)]
    """
    clock, (first, last) = _checked(calendar, start, end, zone)
    begin, finish = clock.moment(start), clock.moment(end)
    spans = tuple(_spans(calendar, clock, begin, finish, (first, last)))
    counted = sum(span.counted_minutes for span in spans)
    due = kept = None
    if limit_minutes is not None:
        due = _due(calendar, clock.time(begin), limit_minutes)
        kept = round(counted * MINUTE) <= round(limit_minutes * MINUTE)
    return ClockProof(
        calendar,
        clock.zone,
        clock.time(begin),
        clock.time(finish),
        (finish - begin) / MINUTE,
        counted,
        spans,
        calendar.unpublished(range(start.year, end.year + 1)),
        limit_minutes,
        due,
        kept,
    )


def _checked(
    calendar: Calendar, start: datetime, end: datetime, zone: str | None
) -> tuple[WallClock, tuple[int, int]]:
    try:
        name = known_zone(zone or calendar.timezone)
    except ValueError as error:
        raise ParameterError([Fault("timezone", str(error))]) from error
    years = sorted((start.year, end.year))
    if not (years[0] >= 2 and years[1] <= 9989):
        raise ParameterError([Fault("start", "the instants must lie in the years 2 to 9989.")])
    first, last = years[0] - 1, years[1] + 1
    clock = wall_clock(name, first, last)
    length = clock.moment(end) - clock.moment(start)
    if length < 0:
        message = f"the end, {end}, comes before the start, {start}."
        raise ParameterError([Fault("end", message, "Give the earlier instant first.")])
    if length > LONGEST * 1440 * MINUTE:
        raise ParameterError([Fault("end", "more than ten years lie between the start and the end.")])
    return clock, (first, last)


def _spans(
    calendar: Calendar, clock: WallClock, begin: int, finish: int, years: tuple[int, int]
) -> Iterator[ProofSpan]:
    line = moments_of(calendar, "working_time", *years)
    own = wall_clock(calendar.timezone, *years)
    for start, end in pairwise(_cuts(line, own, begin, finish)):
        is_open = line.covers(start)
        day = day_of(own.wall(start))
        minutes = (end - start) / MINUTE
        yield ProofSpan(
            clock.time(start),
            clock.time(end),
            _kind(calendar, own, start, is_open),
            calendar.day_name(day),
            minutes,
            minutes if is_open else 0.0,
        )


def _cuts(line: Line, own: WallClock, begin: int, finish: int) -> list[int]:
    """The moments at which a new stretch begins: openings, closings and midnights of the calendar."""
    edges = {edge for span in clipped(line.spans, begin, finish) for edge in span}
    first, last = day_of(own.wall(begin)), day_of(own.wall(finish))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    midnights = {own.moment_shown(midnight(day)) for day in days}
    return sorted({begin, finish, *edges, *(one for one in midnights if begin < one < finish)})


def _kind(calendar: Calendar, own: WallClock, moment: int, is_open: bool) -> str:
    wall = own.wall(moment)
    day = day_of(wall)
    kind = calendar.kind(day)
    if is_open:  # on a day off it is the end of the shift of the day before
        return kind if kind in WORKED else "working"
    if kind not in WORKED:
        return kind
    between = any(_lies_between(calendar, one, wall) for one in (day, day - timedelta(days=1)))
    return "break" if between else "closed"


def _lies_between(calendar: Calendar, day: date, wall: int) -> bool:
    """Whether a wall time lies between the first opening and the last closing of a day."""
    shifts = calendar.shifts(day)
    since = (wall - midnight(day)) / MINUTE
    return bool(shifts) and min(one.start for one in shifts) <= since < max(one.end for one in shifts)


def _due(calendar: Calendar, start: datetime, minutes: float) -> datetime | None:
    try:
        return deadline(calendar, start, minutes)
    except ValueError:
        return None


def _plain(minutes: float | None) -> float | int | None:
    return int(minutes) if minutes is not None and minutes.is_integer() else minutes
