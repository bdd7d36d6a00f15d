"""Wall clocks: what the clock of a time zone shows at a moment, and the moment at which it shows something.

A moment is counted in microseconds of UTC since 1970, a wall time in the microseconds since 1970 that the
clock on the wall shows. Where a clock is put back, an hour is shown twice and a wall time means the first
pass; where it is put forward, a time that is never shown means the moment of the change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqaudit.calendars.spans import Span, clipped, united

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
_ALWAYS = 10**18  # later than any date
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def known_zone(name: str) -> str:
    """The name of a time zone; ValueError where there is none of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"'{name}' is no time zone. Write a name such as Asia/Shanghai or UTC.") from error
    return name


def shown(wall: datetime) -> int:
    """A wall time in microseconds; its own zone, if any, is not looked at."""
    return (wall.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def midnight(day: date) -> int:
    """The wall time at which a day begins."""
    return (day - _EPOCH.date()).days * DAY


def day_of(wall: int) -> date:
    """The day that the clock shows."""
    return _EPOCH.date() + timedelta(days=wall // DAY)


@dataclass(frozen=True)
class WallClock:
    """The clock of a zone over some years: from each moment of `since` it is `ahead` of UTC."""

    zone: str
    since: tuple[int, ...]
    ahead: tuple[int, ...]

    def moment(self, instant: datetime) -> int:
        """The moment of a wall time, or of a time that carries a zone of its own."""
        if instant.tzinfo is not None:
            return (instant - _EPOCH) // _MICROSECOND
        return self.moment_shown(shown(instant))

    def moment_shown(self, wall: int) -> int:
        """The moment at which the clock first shows the wall time, or at which it skips it."""
        place = bisect_right(self.changes, wall) - 1
        return max(wall - self.ahead[place], self.since[place])

    def wall(self, moment: int) -> int:
        """The wall time shown at the moment."""
        return moment + self.ahead[bisect_right(self.since, moment) - 1]

    def time(self, moment: int) -> datetime:
        """The moment as a time in this zone."""
        return (_EPOCH + moment * _MICROSECOND).astimezone(ZoneInfo(self.zone))

    def moments(self, walls: Sequence[Span]) -> list[Span]:
        """The moments at which the clock shows a time in the spans of wall time."""
        return united(
            (start - ahead, end - ahead)
            for since, until, ahead in self.stretches
            for start, end in clipped(walls, since + ahead, until + ahead)
        )

    @cached_property
    def stretches(self) -> list[tuple[int, int, int]]:
        """Each stretch of moments in which the clock is evenly ahead: since, until, ahead."""
        return [
            (since, until, ahead)
            for (since, until), ahead in zip(pairwise((*self.since, _ALWAYS)), self.ahead, strict=True)
        ]

    @cached_property
    def changes(self) -> tuple[int, ...]:
        """The wall time that ends each stretch before, on the clock as it was until then."""
        return tuple(
            since + before for since, before in zip(self.since, (self.ahead[0], *self.ahead), strict=False)
        )


@lru_cache(maxsize=256)
def wall_clock(zone: str, first_year: int, last_year: int) -> WallClock:
    """The clock of a zone, right for moments in these years and a day around them."""
    days = range(midnight(date(first_year, 1, 1)) - 2 * DAY, midnight(date(last_year, 12, 31)) + 4 * DAY, DAY)
    info = ZoneInfo(zone)
    changes = [
        _change(info, before, after)
        for before, after in pairwise(days)
        if _ahead(info, before) != _ahead(info, after)
    ]
    return WallClock(
        zone, (-_ALWAYS, *changes), (_ahead(info, days[0]), *(_ahead(info, one) for one in changes))
    )


@lru_cache(maxsize=1 << 15)
def _ahead(zone: ZoneInfo, moment: int) -> int:
    offset = (_EPOCH + moment * _MICROSECOND).astimezone(zone).utcoffset()
    return (offset or timedelta()) // _MICROSECOND


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The moment between two others from which the later offset holds."""
    while after - before > 1:
        middle = (before + after) // 2
        if _ahead(zone, middle) == _ahead(zone, after):
            after = middle
        else:
            before = middle
    return after
