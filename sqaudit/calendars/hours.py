"""Hours of a week as people write them: `{mon-fri: ["09:00-12:00", "13:00-18:00"], sat: []}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, PlainValidator

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
_HOURS = re.compile(r"\s*(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)\s*")


class Hours(NamedTuple):
    """A stretch of a day in minutes since its midnight; the end lies past 1440 where it crosses midnight."""

    start: int
    end: int


def hours(given: object) -> Hours:
    """The stretch that a text names; ValueError says what was expected.

    >>> hours("09:00-18:00"), hours("22:00-06:00"), hours("00:00-24:00")
    (Hours(start=540, end=1080), Hours(start=1320, end=1800), Hours(start=0, end=1440))
    """
    if isinstance(given, Hours):
        return given
    match = _HOURS.fullmatch(given) if isinstance(given, str) else None
    if match:
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if start < DAY_MINUTES and end <= DAY_MINUTES and start != end:
            return Hours(start, end if end > start else end + DAY_MINUTES)
    raise ValueError(
        f"{given!r} are no hours. Write 09:00-18:00; 22:00-06:00 crosses midnight, "
        "00:00-24:00 is the whole day."
    )


def weekdays(text: str) -> tuple[int, ...]:
    """The weekdays that a key names, Monday being 0; ValueError where it names none.

    >>> weekdays("mon-fri"), weekdays("sat"), weekdays("sun-mon"), weekdays("daily")
    ((0, 1, 2, 3, 4), (5,), (6, 0), (0, 1, 2, 3, 4, 5, 6))
    """
    if text == "daily":
        return tuple(range(7))
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise ValueError(
            f"'{text}' names no weekday. Write one of {', '.join(WEEKDAYS)}, "
            "a range such as mon-fri, or daily."
        )
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def subtracted(shifts: tuple[Hours, ...], breaks: tuple[Hours, ...]) -> tuple[Hours, ...]:
    """The shifts without their breaks; a break after midnight belongs to the shift that crosses it.

    >>> subtracted((Hours(1320, 1800),), (Hours(120, 150),))  # 22:00-06:00 without 02:00-02:30
    (Hours(start=1320, end=1560), Hours(start=1590, end=1800))
    """
    left = list(shifts)
    for pause in (Hours(one.start + day, one.end + day) for one in breaks for day in (0, DAY_MINUTES)):
        left = [
            part
            for one in left
            for part in (
                Hours(one.start, min(one.end, pause.start)),
                Hours(max(one.start, pause.end), one.end),
            )
            if part.start < part.end
        ]
    return tuple(left)


def _named_weekdays(text: str) -> str:
    weekdays(text)
    return text


def _each_once(week: dict[str, tuple[Hours, ...]]) -> dict[str, tuple[Hours, ...]]:
    named = [day for key in week for day in weekdays(key)]
    if twice := [WEEKDAYS[day] for day in sorted(set(named)) if named.count(day) > 1]:
        raise ValueError(f"{', '.join(twice)} stands here more than once. Keep one entry for each weekday.")
    return week


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


def of_weekday(week: Mapping[str, tuple[Hours, ...]], weekday: int) -> tuple[Hours, ...]:
    """The hours of a weekday, Monday being 0; none where the week does not name it."""
    return next((listed for key, listed in week.items() if weekday in weekdays(key)), ())


HoursText = Annotated[Hours, PlainValidator(hours)]
HoursList = Annotated[tuple[HoursText, ...], BeforeValidator(_listed)]
Week = Annotated[
    dict[Annotated[str, AfterValidator(_named_weekdays)], HoursList],
    AfterValidator(_each_once),
]
