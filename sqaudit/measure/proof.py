"""The clock proof of a case: why a time limit was kept or not, counted again outside the engine.

The engine names the start, the end and the limit of the record; the minutes between them are counted here
from the calendar itself, stretch by stretch, and judged. What the figures say stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqaudit.calendars import Calendar, ProofSpan, business_minutes, clock_proof
from sqaudit.descriptions import Text
from sqaudit.measure import sql
from sqaudit.measure.question import Columns, Question, answered, event_of, part_names, single_scan
from sqaudit.standards.measures import Within
from sqaudit.standards.model import Indicator, Piece, Standard

BY_THE_RECORD = frozenset({"not_eligible", "eligibility_unknown"})  # reasons that no clock can tell


class Answers(Protocol):
    """An engine that answers a small query with plain values."""

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The answer as tuples."""


@dataclass(frozen=True)
class CaseProof:
    """One record before the time limit of an indicator, judged at `as_of`.

    `status` and `reason` are what the figures say: met, missed, pending, or excluded and why. `verdict` is
    what the minutes say, None where the record was left out before any clock was asked. `spans` follow each
    other from `start` to `end`, or to `as_of` where that has not come; `counted_minutes` is the sum of those
    that count, `natural_minutes` of all. `due` is when the limit passed, None where there is none. Times are
    those of the records; with a calendar, the spans have their offset from UTC. `part` tells the parts of an
    indicator apart that read the same kind of records.
    """

    indicator: str
    kind: str
    part: str
    case: str
    row: int
    within: Within
    calendar: Calendar | None
    start: datetime | None
    end: datetime | None
    as_of: datetime
    limit_minutes: float | None
    due: datetime | None
    natural_minutes: float
    counted_minutes: float
    spans: tuple[ProofSpan, ...]
    status: str
    reason: str | None
    verdict: str | None

    def as_dict(self) -> dict[str, Any]:
        """The proof in plain values, for a program to read."""
        return {
            "indicator": self.indicator,
            "kind": self.kind,
            "part": self.part,
            "case": self.case,
            "row": self.row,
            "clock": self.within.clock,
            "calendar": self.calendar.id if self.calendar else None,
            "from": {"column": self.within.from_, "at": _iso(self.start)},
            "to": {"column": self.within.to, "at": _iso(self.end)},
            "as_of": _iso(self.as_of),
            "limit_minutes": self.limit_minutes,
            "deadline": self.within.deadline,
            "due": _iso(self.due),
            "natural_minutes": self.natural_minutes,
            "counted_minutes": self.counted_minutes,
            "status": self.status,
            "reason": self.reason,
            "verdict": self.verdict,
            "spans": [span.as_dict() for span in self.spans],
        }


@dataclass(frozen=True)
class _Case:
    """What the engine says of one record before a time limit."""

    row: int
    status: str
    reason: str | None
    start: datetime | None
    end: datetime | None
    deadline: datetime | None
    limit_us: int | None


def case_proofs(
    engine: Answers, standard: Standard, columns: Columns, question: Question, indicator: Indicator,
    case: str, calendars: dict[str, Calendar], zone: str,
) -> list[CaseProof]:  # fmt: skip
    """The proof of every record with that key, for each part of an indicator that sets a time limit."""
    found = []
    for piece, part in zip(standard.pieces_of(indicator), part_names(indicator), strict=True):
        key = standard.kind(piece.kind).key
        if piece.measure.within is None or not answered(piece, indicator, columns):
            continue
        if key is None or key not in columns[piece.kind]:
            continue
        scan = single_scan(columns, question, piece, event_of(standard, columns, piece))
        for row in engine.rows(sql.proving(scan, piece, key, case)):
            calendar = calendars.get(piece.calendar) if piece.measure.within.clock == "business" else None
            clock = _Clock(calendar, zone, question)
            found.append(_proof(piece, part, case, _Case(*row), clock))  # type: ignore[arg-type]
    return found


@dataclass(frozen=True)
class _Clock:
    """The clock that a limit runs by: that of a calendar, or that on the wall where there is none."""

    calendar: Calendar | None
    zone: str
    question: Question

    @property
    def as_of(self) -> datetime:
        """The moment of judging."""
        return self.question.as_of

    def minutes(self, start: datetime, end: datetime) -> float:
        """What counts between two instants; negative where the end comes first."""
        if self.calendar is None:
            return (end - start) / timedelta(minutes=1)
        return business_minutes(self.calendar, start, end, self.zone)

    def knows(self, instant: datetime | None) -> bool:
        """Whether the instant lies in the years of the calendar."""
        if instant is None or self.calendar is None:
            return True
        days = self.question.clocks[self.calendar.id].days
        return days.first <= instant.date() <= days.last

    def spans(self, start: datetime, end: datetime) -> tuple[ProofSpan, ...]:
        """The stretches between two instants, each counted whole or not at all."""
        if end <= start:
            return ()
        if self.calendar is None:
            return tuple(_days(start, end))
        return clock_proof(self.calendar, start, end, self.zone).spans

    def due(self, case: _Case) -> datetime | None:
        """When the limit passed; None without one, or where the calendar never opens for so long."""
        if case.deadline is not None or case.start is None or case.limit_us is None:
            return case.deadline
        if self.calendar is None:
            try:
                return case.start + timedelta(microseconds=case.limit_us)
            except OverflowError:  # 9999-12-31 stands for "never" in some systems
                return None
        due = clock_proof(self.calendar, case.start, case.start, self.zone, case.limit_us / 6e7).due
        return due.replace(tzinfo=None) if due is not None else None


def _proof(piece: Piece, part: str, case: str, told: _Case, clock: _Clock) -> CaseProof:
    within = piece.measure.within
    assert within is not None  # noqa: S101 - chosen by the caller
    known = told.start is not None and clock.knows(told.start) and clock.knows(told.end)
    until = told.end or clock.as_of
    spans = clock.spans(told.start, until) if known and told.start is not None else ()
    return CaseProof(
        indicator=piece.indicator,
        kind=piece.kind,
        part=part,
        case=case,
        row=told.row,
        within=within,
        calendar=clock.calendar,
        start=told.start,
        end=told.end,
        as_of=clock.as_of,
        limit_minutes=None if told.limit_us is None else told.limit_us / 6e7,
        due=clock.due(told) if known else told.deadline,
        natural_minutes=sum(span.minutes for span in spans),
        counted_minutes=sum(span.counted_minutes for span in spans),
        spans=spans,
        status=told.status,
        reason=told.reason,
        verdict=None if _left_out(told) else _verdict(within, told, clock),
    )


def _left_out(told: _Case) -> bool:
    """Whether the record was left out before its times were looked at: by the run, or as not eligible."""
    asked_of_times = {"missing_value", "no_limit", "outside_calendar", "impossible_order", None}
    return told.reason in BY_THE_RECORD or told.reason not in asked_of_times


def _verdict(within: Within, told: _Case, clock: _Clock) -> str:
    """What the minutes say, by the rules of `Within` and nothing of the engine."""
    start, end = told.start, told.end
    limited = told.deadline is not None or told.limit_us is not None
    if start is None or not limited or not (clock.knows(start) and clock.knows(end)):
        return "excluded"
    passed = _used_up(told, start, clock.as_of, clock)
    if within.matured and not passed:
        return "pending"
    if end is None:
        return "missed" if passed else "pending"
    if end < start:
        return "excluded"
    return "met" if _kept(told, start, end, clock) else "missed"


def _kept(told: _Case, start: datetime, end: datetime, clock: _Clock) -> bool:
    if told.deadline is not None:
        return end <= told.deadline
    return round(clock.minutes(start, end) * 6e7) <= (told.limit_us or 0)


def _used_up(told: _Case, start: datetime, now: datetime, clock: _Clock) -> bool:
    """Whether nothing that happens from now on can keep the limit.

    By a calendar an event right now still does, and one at night before the office opens again.
    """
    if told.deadline is not None:
        return told.deadline <= now
    used = round(clock.minutes(start, now) * 6e7)
    return used >= (told.limit_us or 0) if clock.calendar is None else used > (told.limit_us or 0)


def _days(start: datetime, end: datetime) -> Iterator[ProofSpan]:
    """Natural time day by day: every minute counts."""
    while start < end:
        midnight = datetime.combine(start.date() + timedelta(days=1), datetime.min.time())
        until = min(midnight, end)
        minutes = (until - start) / timedelta(minutes=1)
        yield ProofSpan(start, until, "natural", Text(), minutes, minutes)
        start = until


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None
