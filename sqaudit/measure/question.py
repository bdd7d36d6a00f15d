"""What is asked of the records, and what each record kind can answer of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqaudit.periods import GRAINS, Period
from sqaudit.readings import needed_columns
from sqaudit.standards.model import Indicator, Standard

Columns = Mapping[str, Mapping[str, str]]  # the columns of each record kind that is there, with their types
Grouping = tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """What is asked of the records.

    `groupings` lists what the figures are grouped by, each a tuple of columns; the words day, week,
    month, quarter and year group by time instead of whole periods. `scope` bounds the population of a
    record kind. `indicators` limits the answer to some of them.
    """

    periods: tuple[Period, ...]
    as_of: datetime
    groupings: tuple[Grouping, ...] = ((),)
    scope: Mapping[str, str | None] = field(default_factory=dict)
    indicators: tuple[str, ...] = ()
    interval: str = "wilson"
    confidence: float = 0.95


@dataclass(frozen=True)
class Scan:
    """One record kind as a question finds it.

    `event` is its event time, None where it has none or the records lack it; `answers` holds, for every
    grouping the kind can answer, the indicators that it answers it for.
    """

    kind: str
    columns: Mapping[str, str]
    event: str | None
    question: Question
    answers: Mapping[Grouping, tuple[Indicator, ...]]

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators that the scan computes, each once."""
        return tuple({one.id: one for served in self.answers.values() for one in served}.values())

    @property
    def keys(self) -> list[str]:
        """The grouping keys of all groupings, each once."""
        return list(dict.fromkeys(key for grouping in self.answers for key in grouping_keys(grouping)))

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


def scan_of(standard: Standard, columns: Columns, question: Question, kind: str) -> Scan:
    """What the records of one kind can answer.

    Where an indicator reads several kinds and not all of them have a segment's column, those without it
    stand under a missing value of the segment, so that the parts still make up the whole.
    """
    event = standard.kind(kind).time
    event = event if event in columns[kind] else None
    able = [one for one in chosen(standard, question) if _reads(one, kind, columns)]
    answers = {
        grouping: tuple(one for one in able if _broken_down(one, grouping, columns))
        for grouping in question.groupings
        if event is not None or not grain_of(grouping)
    }
    return Scan(kind, columns[kind], event, question, {key: found for key, found in answers.items() if found})


def scans(standard: Standard, columns: Columns, question: Question) -> list[Scan]:
    """The scans that answer a question, one for each record kind that some asked indicator can read."""
    found = [scan_of(standard, columns, question, kind) for kind in columns]
    return [scan for scan in found if scan.answers]


def grain_of(grouping: Sequence[str]) -> str | None:
    """The grain of time in a grouping, or None."""
    return next((name for name in grouping if name in GRAINS), None)


def segments_in(grouping: Sequence[str]) -> list[str]:
    """The columns in a grouping, without the grain of time."""
    return [name for name in grouping if name not in GRAINS]


def grouping_keys(grouping: Sequence[str]) -> list[str]:
    """The SQL keys of a grouping; a grain of time takes the place of the whole period."""
    return [f"_{grain_of(grouping) or 'period'}", *segments_in(grouping)]


def _reads(indicator: Indicator, kind: str, columns: Columns) -> bool:
    return kind in indicator.records and all(name in columns[kind] for name in needed_columns(indicator))


def _broken_down(indicator: Indicator, grouping: Grouping, columns: Columns) -> bool:
    """Whether some records that the indicator reads have every segment of the grouping."""
    able = [
        columns[kind] for kind in indicator.records if kind in columns and _reads(indicator, kind, columns)
    ]
    return any(all(name in here for name in segments_in(grouping)) for here in able)
