"""A calendar as data: weekly hours, public holidays, days of one's own, peak hours.

Every class is one block of the YAML file; the docstrings are its reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Field, PlainValidator, model_validator

from sqaudit import periods
from sqaudit.calendars.hours import Hours, HoursList, Week, of_weekday, subtracted
from sqaudit.calendars.public import country_fault, last_published, public_days, years_known
from sqaudit.calendars.zones import known_zone
from sqaudit.descriptions import Description, Text

DayKind = Literal["working", "weekend", "holiday", "makeup_workday", "own_holiday", "own_workday"]
WORKED: frozenset[DayKind] = frozenset(("working", "makeup_workday", "own_workday"))


class Days(NamedTuple):
    """A run of days, both ends included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def _id(given: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", given):
        raise ValueError(f"{given!r} is no id. Write small letters, digits and _, with a letter first.")
    return given


def _days(given: object) -> Days:
    """A day, or a range such as 2026-02-10..2026-02-20."""
    if isinstance(given, Days):
        return given
    with suppress(ValueError):
        period = periods.parse(str(given))
        if period.start and period.end and period.grain in ("day", "range"):
            return Days(period.start, period.end - timedelta(days=1))
    raise ValueError(f"'{given}' is no day. Write 2026-12-24 or a range such as 2026-02-10..2026-02-20.")


class PublicHolidays(Description):
    """The public holidays of a country by its ISO 3166 code, with the weekend days worked in exchange.

    `subdivision` adds those of a part of it, such as BY of DE.
    """

    country: str
    subdivision: str | None = None

    @model_validator(mode="after")
    def _known(self) -> PublicHolidays:
        if fault := country_fault(self.country, self.subdivision):
            raise ValueError(fault)
        return self


class OwnHoliday(Description):
    """A day, or a range of days, on which nobody works here; a plain day needs no other key."""

    day: Annotated[Days, PlainValidator(_days)]
    name: Text = Text()

    @model_validator(mode="before")
    @classmethod
    def _plain_day(cls, given: Any) -> Any:
        return {"day": given} if isinstance(given, str | date) else given


class OwnWorkday(OwnHoliday):
    """A day, or a range of days, that is worked whatever else is said of it.

    `hours` are those of the day; without them it has the hours of its weekday, or, where its weekday has
    none, those of the first weekday that has some.
    """

    hours: Annotated[HoursList, Field(min_length=1)] | None = None


class Calendar(Description):
    """When is worked: weekly hours in a time zone, less the holidays, plus the days worked in exchange.

    A shift belongs to the day on which it starts, also where it crosses midnight. `breaks` are taken out of
    the shifts of the same weekday. Peak hours count on days that are worked. Of two words on one day, the
    calendar's own workdays come first, then its own holidays, then make-up workdays, then public holidays.
    """

    id: Annotated[str, AfterValidator(_id)]
    name: Text
    source: Text = Text()
    note: Text = Text()
    timezone: Annotated[str, AfterValidator(known_zone)]
    weekly: Week
    breaks: Week = Field(default_factory=dict)
    peak: Week = Field(default_factory=dict)
    public_holidays: PublicHolidays | None = None
    holidays: tuple[OwnHoliday, ...] = ()
    workdays: tuple[OwnWorkday, ...] = ()

    @model_validator(mode="after")
    def _can_work(self) -> Calendar:
        if not any(self._weekly_shifts):
            raise ValueError("no weekday has any hours. Write `weekly: {mon-fri: [09:00-18:00]}`.")
        return self

    def __hash__(self) -> int:  # its mappings have none; calendars that are equal have the same id
        return hash((self.id, self.timezone))

    def kind(self, day: date) -> DayKind:
        """What sort of day it is in the calendar's own time zone."""
        if self._own(self.workdays, day):
            return "own_workday"
        if self._own(self.holidays, day):
            return "own_holiday"
        if self.public_holidays:
            public = public_days(self.public_holidays.country, self.public_holidays.subdivision, day.year)
            if day in public.worked:
                return "makeup_workday"
            if day in public.off:
                return "holiday"
        return "working" if self._weekly_shifts[day.weekday()] else "weekend"

    def day_name(self, day: date) -> Text:
        """What the day is called, such as the name of its holiday; empty where it has no name."""
        kind = self.kind(day)
        if kind == "holiday" and self.public_holidays:
            given = self.public_holidays
            return public_days(given.country, given.subdivision, day.year).off[day]
        listed = {"own_workday": self.workdays, "own_holiday": self.holidays}.get(kind, ())
        own = self._own(listed, day)
        return own.name if own else Text()

    def shifts(self, day: date) -> tuple[Hours, ...]:
        """The hours of the shifts that start on the day, without their breaks; none on days off."""
        own = self._own(self.workdays, day)
        if isinstance(own, OwnWorkday) and own.hours is not None:
            return own.hours
        weekday = self._followed(day)
        return () if weekday is None else self._weekly_shifts[weekday]

    def peaks(self, day: date) -> tuple[Hours, ...]:
        """The peak hours of the day; none on days off."""
        weekday = self._followed(day)
        return () if weekday is None else of_weekday(self.peak, weekday)

    def unpublished(self, years: Iterable[int]) -> tuple[int, ...]:
        """Those of the years whose exchanged days nobody has announced yet, or the library does not know.

        Such a year is computed from weekends and fixed holidays, without make-up workdays.
        """
        if self.public_holidays is None:
            return ()
        first, last = years_known(self.public_holidays.country)
        published = last_published(self.public_holidays.country)
        last = last if published is None else published
        return tuple(sorted({year for year in years if not first <= year <= last}))

    @cached_property
    def _weekly_shifts(self) -> tuple[tuple[Hours, ...], ...]:
        return tuple(
            subtracted(of_weekday(self.weekly, weekday), of_weekday(self.breaks, weekday))
            for weekday in range(7)
        )

    def _followed(self, day: date) -> int | None:
        """The weekday whose hours a day has: mostly its own; None on a day off."""
        if self.kind(day) not in WORKED:
            return None
        if self._weekly_shifts[day.weekday()]:
            return day.weekday()
        return next(weekday for weekday, shifts in enumerate(self._weekly_shifts) if shifts)

    @staticmethod
    def _own(listed: Iterable[OwnHoliday], day: date) -> OwnHoliday | None:
        return next((one for one in listed if day in one.day), None)
