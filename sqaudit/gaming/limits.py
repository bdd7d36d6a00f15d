"""The time limits of a standard that could be gamed, each asked of the records once."""

from __future__ import annotations

from dataclasses import dataclass

from sqaudit.conditions import clock_column, quoted
from sqaudit.readings import limit_us
from sqaudit.standards import Standard
from sqaudit.standards.measures import LimitBy, Within
from sqaudit.standards.model import Piece

_US = 1_000_000
# Bins fine enough for a sixth of the limit, and coarse enough that three limits are a few thousand bins.
_WIDTHS = ((300, 1), (1_800, 5), (86_400, 60), (604_800, 300))
_WIDEST = 3_600


@dataclass(frozen=True)
class TimeLimit:
    """A time limit over one kind of records, and the indicators that ask for it."""

    piece: Piece
    indicators: tuple[str, ...]

    @property
    def within(self) -> Within:
        """The measure."""
        assert self.piece.measure.within is not None  # noqa: S101 - chosen by `time_limits`
        return self.piece.measure.within

    @property
    def duration_us(self) -> str:
        """The SQL of the time from the first event to the second, in microseconds of its clock."""
        names = (self.within.from_, self.within.to)
        if self.within.clock == "business":
            start, end = (quoted(clock_column("open_us", self.piece.calendar, name)) for name in names)
        else:
            start, end = (f"epoch_us({quoted(name)})" for name in names)
        return f"{end} - {start}"

    @property
    def limit_us(self) -> str:
        """The SQL of the limit of a row in microseconds, also where a column states the deadline."""
        if self.within.deadline is not None:
            return f"epoch_us({quoted(self.within.deadline)}) - epoch_us({quoted(self.within.from_)})"
        return limit_us(self.piece)

    def near(self, limit: float, window: float) -> str:
        """The condition for cases just inside a limit, both in seconds; empty where words cannot say it.

        Working time is not to be had in a plain condition.
        """
        start, end, deadline = self.within.from_, self.within.to, self.within.deadline
        if self.within.clock == "business":
            return ""
        if deadline is not None:
            return (
                f"{_name(end)} > {_name(deadline)} - interval '{window:g} seconds' "
                f"and {_name(end)} <= {_name(deadline)}"
            )
        near = (
            f"{_name(end)} > {_name(start)} + interval '{limit - window:g} seconds' "
            f"and {_name(end)} <= {_name(start)} + interval '{limit:g} seconds'"
        )
        whose = _whose(self.within.limit, limit) if isinstance(self.within.limit, LimitBy) else ""
        return f"{near} and {whose}" if whose else near


def time_limits(standard: Standard) -> list[TimeLimit]:
    """Every limit of a standard with what asks for it; several indicators may share one.

    A limit that many cases are meant to miss is one as well: what counts is the same instant.
    """
    found: dict[tuple[object, ...], tuple[Piece, list[str]]] = {}
    for indicator in standard.indicators:
        for piece in standard.pieces_of(indicator):
            within = piece.measure.within
            if within is not None:
                clock = (within.clock, piece.calendar if within.clock == "business" else "")
                key = (piece.kind, piece.event, within.from_, within.to, str(within.limit), within.deadline)
                names = found.setdefault((*key, *clock), (piece, []))[1]
                names += [] if indicator.id in names else [indicator.id]
    return [TimeLimit(piece, tuple(names)) for piece, names in found.values()]


def width_seconds(limit: float) -> int:
    """The width of the bins for a limit, in seconds.

    >>> width_seconds(30), width_seconds(1800), width_seconds(14400), width_seconds(172800)
    (1, 5, 60, 300)
    """
    return next((width for longest, width in _WIDTHS if limit <= longest), _WIDEST)


def width_us(limit: str) -> str:
    """The same as SQL, from a limit in microseconds to a width in microseconds."""
    cases = " ".join(f"WHEN {limit} <= {longest * _US} THEN {width * _US}" for longest, width in _WIDTHS)
    return f"CASE {cases} ELSE {_WIDEST * _US} END"


def _whose(limit: LimitBy, seconds: float) -> str:
    """The condition for cases that have this very limit, where it depends on one expression alone."""
    if any(isinstance(one, LimitBy) for one in limit.when.values()):
        return ""
    words = [word for word, one in limit.when.items() if one == seconds]
    others = [word for word, one in limit.when.items() if one != seconds]
    if limit.otherwise == seconds:
        return f"({limit.by}) not in ({_listed(others)})" if others else ""
    return f"({limit.by}) in ({_listed(words)})" if words else ""


def _listed(words: list[str]) -> str:
    return ", ".join(text_literal(word) for word in words)


def text_literal(word: str) -> str:
    """A text as conditions write it.

    >>> text_literal("it's")
    "'it''s'"
    """
    return "'" + word.replace("'", "''") + "'"


def _name(column: str) -> str:
    return column if column.isidentifier() and column.isascii() else quoted(column)


def segment_condition(column: str, value: object) -> str:
    """The condition for the cases of one segment.

    >>> segment_condition("team", "Desk A"), segment_condition("team", None)
    ("team = 'Desk A'", 'team is null')
    """
    return f"{_name(column)} is null" if value is None else f"{_name(column)} = {text_literal(str(value))}"


def joined_conditions(*conditions: str) -> str:
    """Conditions that all hold, without the empty ones."""
    return " and ".join(filter(None, conditions))
