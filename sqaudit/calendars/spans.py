"""Spans on a line of whole numbers: half-open, sorted, apart from each other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

Span = tuple[int, int]


def united(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that touch or overlap made one, empty ones dropped.

    >>> united([(5, 8), (1, 3), (3, 4), (7, 9), (2, 2)])
    [(1, 4), (5, 9)]
    """
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def clipped(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """The parts of the spans between two points.

    >>> clipped([(1, 4), (5, 9), (12, 15)], 2, 6)
    [(2, 4), (5, 6)]
    """
    first = bisect_right(spans, start, key=_end)
    last = bisect_left(spans, end, key=_start)
    return [(max(start, one[0]), min(end, one[1])) for one in spans[first:last]]


def total(spans: Iterable[Span]) -> int:
    """The length of all spans together."""
    return sum(end - start for start, end in spans)


@dataclass(frozen=True)
class Line:
    """Spans with what is asked of them again and again."""

    spans: tuple[Span, ...]

    def covers(self, point: int) -> bool:
        """Whether the point lies in a span."""
        place = bisect_right(self._starts, point) - 1
        return place >= 0 and point < self.spans[place][1]

    def before(self, point: int) -> int:
        """The length of the spans before the point.

        >>> Line(((1, 4), (5, 9))).before(6)
        4
        """
        place = bisect_right(self._starts, point) - 1
        if place < 0:
            return 0
        start, end = self.spans[place]
        return self._sums[place] + min(point, end) - start

    def reached(self, length: int) -> int | None:
        """The first point before which the spans have the length; None where they never have it.

        >>> Line(((1, 4), (5, 9))).reached(3), Line(((1, 4), (5, 9))).reached(4)
        (4, 6)
        """
        place = bisect_left(self._sums, length) - 1
        if place < 0 or place >= len(self.spans):
            return None
        point = self.spans[place][0] + length - self._sums[place]
        return point if point <= self.spans[place][1] else None

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.spans]

    @cached_property
    def _sums(self) -> list[int]:
        """The length before each span, and after the last."""
        return list(accumulate((end - start for start, end in self.spans), initial=0))


def _start(span: Span) -> int:
    return span[0]


def _end(span: Span) -> int:
    return span[1]
