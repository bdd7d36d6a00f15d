"""A calendar as a table of days, so that an engine finds the working time up to any instant by one join.

Records carry naive times of one zone. For a time t the open microseconds since the first day are

    opened_us of its day + the part of each open piece of the day before t (+ extra_us from extra_at on)

where the pieces are stretches of the day on the wall of the records' zone. They are cut where that clock is
put forward. Where it is put back, t is the first pass, and the open time of the second is `extra_us`, added
from the end of the first pass on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from sqaudit.calendars.model import Calendar
from sqaudit.calendars.spans import Line, Span, clipped, total, united
from sqaudit.calendars.time import FACTS, Fact, moments_of
from sqaudit.calendars.zones import DAY, WallClock, midnight, shown, wall_clock

if TYPE_CHECKING:
    import pyarrow as pa

FIRST_YEAR = 2000
LAST_YEAR = 2100  # as far as the library of holidays goes
NO_DAY = -1  # the number of the row for instants outside the table and for missing ones; it knows nothing


@dataclass(frozen=True)
class DayTable:
    """The days of a calendar in the zone of the records, and how to read the table.

    Columns: `number` (days since the first, -1 for the row of instants outside the table), `day`,
    `opened_us`; `open_start_k`, `open_length_k` for k from 1 to `open_pieces`; `extra_at`, `extra_us` where
    the clock is ever put back in open time (`repeated`); for each fact `<fact>_start_k`, `<fact>_end_k` for
    k from 1 to `fact_pieces[fact]`. Starts, ends and `extra_at` are wall times in microseconds since 1970,
    all else are microseconds.
    """

    calendar: str
    zone: str
    first: date
    last: date
    open_pieces: int
    fact_pieces: dict[Fact, int]
    repeated: bool
    table: pa.Table


@lru_cache(maxsize=32)
def day_table(calendar: Calendar, zone: str, first_year: int, last_year: int) -> DayTable:
    """The days of the years, one row for each day of `zone`, which is the zone of the records' naive times.

    >>> from sqaudit.calendars import named_calendar
    >>> days = day_table(named_calendar("china_office_hours"), "Asia/Shanghai", 2026, 2026)
    >>> days.table.num_rows, days.open_pieces, days.repeated
    (366, 1, False)
    """
    import pyarrow as pa

    clock = wall_clock(zone, first_year, last_year)
    days = _days(first_year, last_year)
    lines = {fact: moments_of(calendar, fact, first_year, last_year) for fact in FACTS}
    opened = _opened(clock, lines["working_time"])
    pieces = _by_day(opened.pieces, days)
    extras = [opened.extra_within(start, start + DAY) for start in days]
    sums = accumulate(
        (total(piece) + amount for piece, (_, amount) in zip(pieces, extras, strict=True)), initial=0
    )
    columns: dict[str, list[int | None]] = {
        "number": [*range(len(days)), NO_DAY],
        "opened_us": [*list(sums)[:-1], None],
    }
    columns |= _columns("open", pieces, days, "length")
    repeated = any(amount for _, amount in extras)
    if repeated:
        columns |= {
            "extra_at": [*(at for at, _ in extras), None],
            "extra_us": [*(amount for _, amount in extras), None],
        }
    counts: dict[Fact, int] = {}
    for fact, line in lines.items():
        cut = _by_day(_walls(clock, line), days)
        counts[fact] = _most(cut)
        columns |= _columns(fact, cut, days, "end")
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    dates = [*(first + timedelta(days=number) for number in range(len(days))), None]
    arrays = {name: pa.array(values, pa.int64()) for name, values in columns.items()}
    arrays["number"] = arrays["number"].cast(pa.int32())
    table = pa.table({"day": pa.array(dates, pa.date32()), **arrays})
    return DayTable(calendar.id, zone, first, last, _most(pieces), counts, repeated, table)


def open_us_at(calendar: Calendar, zone: str, instant: datetime, first_year: int = FIRST_YEAR) -> int:
    """The open microseconds from the start of a day table to an instant: the number the engine finds.

    A naive instant is a time of `zone`. Instants outside the years 2000 to 2100 count as the nearest in them.
    `first_year` is that of the day table.

    >>> from sqaudit.calendars import named_calendar
    >>> open_us_at(named_calendar("china_office_hours"), "Asia/Shanghai", datetime(2000, 1, 4, 10))
    3600000000
    """
    last_year = min(max(instant.year + 2, first_year), LAST_YEAR)
    clock = wall_clock(zone, first_year, last_year)
    begin, end = midnight(date(first_year, 1, 1)), midnight(date(last_year, 12, 31)) + DAY
    if instant.tzinfo is not None:
        moment = clock.moment(instant)
    else:
        moment = clock.moment_shown(min(max(shown(instant), begin), end))
    line = moments_of(calendar, "working_time", first_year, last_year)
    return line.before(moment) - line.before(clock.moment_shown(begin))


@dataclass(frozen=True)
class _Opened:
    """Open time on a wall: the pieces in which it grows, and the jumps at the ends of repeated hours."""

    pieces: Sequence[Span]
    jumps: Sequence[tuple[int, int]]

    def extra_within(self, start: int, end: int) -> tuple[int, int]:
        """Where in a day the clock was put back, and the open time of the second pass; else nothing."""
        inside = [jump for jump in self.jumps if start <= jump[0] < end]
        return inside[0] if inside else (start, 0)


def _opened(clock: WallClock, line: Line) -> _Opened:
    pieces: list[Span] = []
    jumps: list[tuple[int, int]] = []
    for change, (since, until, ahead) in zip(clock.changes, clock.stretches, strict=True):
        resumed = max(since, change - ahead)  # behind the second pass of a repeated hour
        pieces += [(start + ahead, end + ahead) for start, end in clipped(line.spans, resumed, until)]
        jumps.append((change, total(clipped(line.spans, since, resumed))))
    return _Opened(united(pieces), [jump for jump in jumps if jump[1]])


def _walls(clock: WallClock, line: Line) -> list[Span]:
    """The wall times whose moment, as `WallClock.moment_shown` has it, lies in the line."""
    return united(_walls_in_pieces(clock, line))


def _walls_in_pieces(clock: WallClock, line: Line) -> Iterator[Span]:
    for change, (since, until, ahead) in zip(clock.changes, clock.stretches, strict=True):
        if change < since + ahead and line.covers(since):
            yield change, since + ahead  # never shown: it stands for the moment of the change
        for start, end in clipped(line.spans, max(since, change - ahead), until):
            yield start + ahead, end + ahead


def _by_day(spans: Sequence[Span], days: range) -> list[list[Span]]:
    """The parts of the spans in each day."""
    found: list[list[Span]] = [[] for _ in days]
    for start, end in spans:
        first, behind = (start - days[0]) // DAY, -((days[0] - end) // DAY)
        for number in range(max(first, 0), min(behind, len(days))):
            found[number].append((max(start, days[number]), min(end, days[number] + DAY)))
    return found


def _columns(
    name: str, cut: Sequence[Sequence[Span]], days: range, second: str
) -> dict[str, list[int | None]]:
    """The k-th piece of every day as two columns; a day with fewer has an empty one at its start."""
    found: dict[str, list[int | None]] = {}
    for place in range(_most(cut)):
        padded = [
            pieces[place] if place < len(pieces) else (day, day)
            for pieces, day in zip(cut, days, strict=True)
        ]
        found[f"{name}_start_{place + 1}"] = [*(start for start, _ in padded), None]
        ends = (end - start if second == "length" else end for start, end in padded)
        found[f"{name}_{second}_{place + 1}"] = [*ends, None]
    return found


def _most(cut: Sequence[Sequence[Span]]) -> int:
    """The largest number of pieces of a day, at least one, so that every table can be read the same way."""
    return max(1, max(map(len, cut)))


def _days(first_year: int, last_year: int) -> range:
    return range(midnight(date(first_year, 1, 1)), midnight(date(last_year, 12, 31)) + DAY, DAY)
