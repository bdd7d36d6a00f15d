"""Periods of time as people write them: 2026, 2026-Q3, 2026-09, 2026-W38, a day, a range, or all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

GRAINS = ("day", "week", "month", "quarter", "year")
_FINER = {"year": "month", "quarter": "month", "month": "week", "week": "day", "day": "day", "range": "month"}
EXPECTED = (
    "Write a year (2026), quarter (2026-Q3), month (2026-09), week (2026-W38), day, "
    "range (2026-07-01..2026-09-30) or all."
)


@dataclass(frozen=True)
class Period:
    """A half-open stretch of days [start, end) with the label it is shown under.

    `start` and `end` are None only for the period "all", which takes every record.
    """

    label: str
    grain: str
    start: date | None
    end: date | None

    def __str__(self) -> str:
        return self.label

    @property
    def finer(self) -> str:
        """The grain a trend inside this period is drawn in: months in a quarter, weeks in a month."""
        if self.grain == "range" and self.start and self.end and (self.end - self.start).days <= 45:
            return "week"
        return "month" if self.grain == "all" else _FINER[self.grain]

    def previous(self) -> Period | None:
        """The period of the same length just before, or None for "all" and before the year 1.

        >>> str(parse("2026-Q1").previous()), str(parse("2026-W01").previous())
        ('2025-Q4', '2025-W52')
        """
        if self.start is None or self.end is None:
            return None
        try:
            if self.grain == "range":
                start = self.start - (self.end - self.start)
                return parse(f"{start}..{self.start - timedelta(days=1)}")
            return containing(self.start - timedelta(days=1), self.grain)
        except OverflowError:
            return None

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a day."""
        if self.start is None or other.start is None or self.end is None or other.end is None:
            return True
        return self.start < other.end and other.start < self.end


def parse(text: str) -> Period:
    """The period that a text names; ValueError says what was expected.

    >>> parse("2026-Q3")
    Period(label='2026-Q3', grain='quarter', start=datetime.date(2026, 7, 1), end=datetime.date(2026, 10, 1))
    >>> parse("2026-W53").start
    datetime.date(2026, 12, 28)
    >>> parse("2026-Q5")
    Traceback (most recent call last):
    ValueError: '2026-Q5' is no period. Write a year (2026), quarter (2026-Q3), ...
    """
    written = str(text).strip()
    if written.lower() == "all":
        return Period("all", "all", None, None)
    try:
        return _range(written) if ".." in written else _named(written)
    except (ValueError, OverflowError) as error:  # the calendar ends with the year 9999
        raise ValueError(f"'{written}' is no period. {EXPECTED}") from error


def containing(day: date, grain: str) -> Period:
    """The period of the grain that holds the day.

    >>> str(containing(date(2026, 8, 15), "quarter"))
    '2026-Q3'
    """
    if grain == "year":
        return Period(f"{day.year:04}", grain, date(day.year, 1, 1), date(day.year + 1, 1, 1))
    if grain == "quarter":
        quarter = (day.month - 1) // 3
        end = date(day.year + quarter // 3, 3 * ((quarter + 1) % 4) + 1, 1)
        return Period(f"{day.year:04}-Q{quarter + 1}", grain, date(day.year, 3 * quarter + 1, 1), end)
    if grain == "month":
        end = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        return Period(f"{day.year:04}-{day.month:02}", grain, day.replace(day=1), end)
    if grain == "week":
        year, week, weekday = day.isocalendar()
        start = day - timedelta(days=weekday - 1)
        return Period(f"{year:04}-W{week:02d}", grain, start, start + timedelta(days=7))
    if grain == "day":
        return Period(f"{day}", grain, day, day + timedelta(days=1))
    raise ValueError(f"'{grain}' is no grain of time; known: {', '.join(GRAINS)}.")


def _range(written: str) -> Period:
    first, last = (date.fromisoformat(part.strip()) for part in written.split("..", 1))
    if last < first:
        raise ValueError("the range ends before it starts")
    return Period(f"{first}..{last}", "range", first, last + timedelta(days=1))


def _named(written: str) -> Period:
    if match := re.fullmatch(r"(\d{4})", written):
        return containing(date(int(match[1]), 1, 1), "year")
    if match := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", written):
        return containing(date(int(match[1]), 3 * int(match[2]) - 2, 1), "quarter")
    if match := re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", written):
        return containing(date.fromisocalendar(int(match[1]), int(match[2]), 1), "week")
    if match := re.fullmatch(r"(\d{4})-(\d{2})", written):
        return containing(date(int(match[1]), int(match[2]), 1), "month")
    return containing(date.fromisoformat(written), "day")
