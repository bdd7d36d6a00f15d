"""What is asked of the records, and what each record kind can answer of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqaudit.calendars import DayTable
from sqaudit.periods import GRAINS, Period
from sqaudit.readings import Instant, Now, instants, needed_columns
from sqaudit.standards.model import Indicator, Piece, Standard

Columns = Mapping[str, Mapping[str, str]]  # the columns of each record kind that is there, with their types
Grouping = tuple[str, ...]


@dataclass(frozen=True)
class Clock:
    """A calendar in the engine: its day table, and the microseconds of open time up to the judging."""

    days: DayTable
    open_us: int


@dataclass(frozen=True)
class Question:
    """What is asked of the records.

    `groupings` lists what the figures are grouped by, each a tuple of columns; the words day, week,
    month, quarter and year group by time instead of whole periods. `scope` bounds the population of a
    record kind. `indicators` limits the answer to some of them. `clocks` holds, for each calendar that
    is asked, its day table and the open time up to `as_of`. `totals_only` names indicators that are not
    broken down by any grouping.
    """

    periods: tuple[Period, ...]
    as_of: datetime
    groupings: tuple[Grouping, ...] = ((),)
    scope: Mapping[str, str | None] = field(default_factory=dict)
    indicators: tuple[str, ...] = ()
    interval: str = "wilson"
    confidence: float = 0.95
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    totals_only: frozenset[str] = frozenset()

    @property
    def now(self) -> Now:
        """The moment at which open cases are judged."""
        return Now(self.as_of, {name: clock.open_us for name, clock in self.clocks.items()})


@dataclass(frozen=True)
class Scan:
    """One record kind as a question finds it, read once.

    `event` is the time by which its records belong to a period, None where it has none or the records
    lack it; `answers` holds, for every grouping the kind can answer, the places in `pieces` of what it
    answers it for.
    """

    kind: str
    columns: Mapping[str, str]
    event: str | None
    question: Question
    pieces: tuple[Piece, ...]
    answers: Mapping[Grouping, tuple[int, ...]]

    @property
    def name(self) -> str:
        """What the scan is called: its kind, and the event where it is not the first one of the kind."""
        named = {piece.event for piece in self.pieces} - {None}
        return f"{self.kind} by {self.event}" if named else self.kind

    @property
    def keys(self) -> list[str]:
        """The grouping keys of all groupings, each once."""
        return list(dict.fromkeys(key for grouping in self.answers for key in grouping_keys(grouping)))

    @property
    def instants(self) -> list[Instant]:
        """The columns whose place in a calendar has to be known, each with its calendar."""
        return sorted({instant for piece in self.pieces for instant in instants(piece)})

    @property
    def bounded(self) -> bool:
        """Whether only records of certain periods are asked for."""
        return self.event is not None and all(period.start is not None for period in self.question.periods)


def chosen(standard: Standard, question: Question) -> list[Indicator]:
    """The indicators asked for, as far as they are in force in some period asked for."""
    return [
        one
        for one in standard.indicators
        if (not question.indicators or one.id in question.indicators)
        and any(one.in_force(period.start, period.end) for period in question.periods)
    ]


def scans(standard: Standard, columns: Columns, question: Question) -> list[Scan]:
    """The scans that answer a question: one for each record kind and event time that is asked for.

    Where an indicator reads several kinds and not all of them have a segment's column, those without it
    stand under a missing value of the segment, so that the parts still make up the whole. A rate needs
    the column in all of its records: with those of one side left out it would be another rate.
    """
    pieces: dict[tuple[str, str | None], list[Piece]] = {}
    for indicator in chosen(standard, question):
        for piece in standard.pieces_of(indicator):
            if answered(piece, indicator, columns):
                pieces.setdefault((piece.kind, piece.event), []).append(piece)
    found = [
        _scan(standard, columns, question, kind, tuple(own))
        for (kind, _), own in sorted(pieces.items(), key=lambda item: list(columns).index(item[0][0]))
    ]
    return [scan for scan in found if scan.answers]


def single_scan(columns: Columns, question: Question, piece: Piece, event: str | None) -> Scan:
    """The scan of one piece alone, for a listing of the rows behind its figure."""
    return Scan(piece.kind, columns[piece.kind], event, question, (piece,), {(): (0,)})


def part_names(indicator: Indicator) -> list[str]:
    """The part of an indicator that each of its pieces is: events, per, a number; empty of a single one."""
    if any(piece.side for piece in indicator.pieces):
        return [piece.side for piece in indicator.pieces]
    if len(indicator.parts) > 1:
        return [str(number) for number, part in enumerate(indicator.parts, start=1) for _ in part.records]
    return ["" for _ in indicator.pieces]


def event_of(standard: Standard, columns: Columns, piece: Piece) -> str | None:
    """The time by which the records of a piece belong to a period; None where they have none."""
    event = piece.event or standard.kind(piece.kind).time
    return event if event in columns[piece.kind] else None


def able(piece: Piece, columns: Columns, segments: Sequence[str] = ()) -> bool:
    """Whether the records have every column that a piece of an indicator reads, and the segments."""
    return piece.kind in columns and all(
        name in columns[piece.kind] for name in (*needed_columns(piece), *segments)
    )


def _scan(
    standard: Standard,
    columns: Columns,
    question: Question,
    kind: str,
    pieces: tuple[Piece, ...],
) -> Scan:
    event = event_of(standard, columns, pieces[0])
    known = {one.id: one for one in standard.indicators}
    answers = {
        grouping: tuple(
            place
            for place, piece in enumerate(pieces)
            if not (grouping and piece.indicator in question.totals_only)
            and _broken_down(piece, known[piece.indicator], grouping, columns)
        )
        for grouping in question.groupings
        if event is not None or not grain_of(grouping)
    }
    kept = {key: found for key, found in answers.items() if found}
    return Scan(kind, columns[kind], event, question, pieces, kept)


def answered(piece: Piece, indicator: Indicator, columns: Columns, segments: Sequence[str] = ()) -> bool:
    """Whether a piece can be computed; one side of a rate says nothing without the other."""
    if not able(piece, columns, segments):
        return False
    other = [one for one in indicator.pieces if piece.side and one.side != piece.side]
    return not other or any(able(one, columns, segments) for one in other)


def _broken_down(piece: Piece, indicator: Indicator, grouping: Grouping, columns: Columns) -> bool:
    """Whether some records that the indicator reads have every segment of the grouping."""
    segments = segments_in(grouping)
    if piece.side:
        return all(able(one, columns, segments) for one in indicator.pieces if able(one, columns))
    return any(able(one, columns, segments) for one in indicator.pieces)


def grain_of(grouping: Sequence[str]) -> str | None:
    """The grain of time in a grouping, or None."""
    return next((name for name in grouping if name in GRAINS), None)


def segments_in(grouping: Sequence[str]) -> list[str]:
    """The columns in a grouping, without the grain of time."""
    return [name for name in grouping if name not in GRAINS]


def grouping_keys(grouping: Sequence[str]) -> list[str]:
    """The SQL keys of a grouping; a grain of time takes the place of the whole period."""
    return [f"_{grain_of(grouping) or 'period'}", *segments_in(grouping)]
