"""Weak spots of what an indicator reads: columns, their types, the calendar, segments, links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqaudit.conditions import clock_column, condition, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import EngineError
from sqaudit.kinds import Link, RecordKind
from sqaudit.lint.finding import Finding
from sqaudit.readings import Now, instants, needed_columns, read
from sqaudit.standards.indicator import Piece
from sqaudit.standards.measures import ShareOfCounts
from sqaudit.standards.model import Indicator, Standard

# A value of each type. A text is missing, since any may be read as a number or a time.
_VALUES = {
    "text": "'text'",
    "integer": "CAST(1 AS BIGINT)",
    "number": "CAST(1 AS DOUBLE)",
    "boolean": "true",
    "timestamp": "TIMESTAMP '2026-01-01'",
    "timestamps": "[TIMESTAMP '2026-01-01']",
}
_FACTS = {"open_us": "CAST(0 AS BIGINT)", "working_time": "true", "workday": "true", "peak_time": "true"}
_OF_TYPES = ("Binder Error", "Conversion Error", "Invalid Input Error", "Mismatch Type Error")
_SEGMENTS = ("department", "team", "agent", "region", "zone", "channel", "product")
_NOW = Now(datetime(2026, 1, 1))  # noqa: DTZ001 - records have times without a zone


def column_findings(engine: DuckDBEngine, standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    """What of an indicator cannot be computed from records as their kinds describe them."""
    yield from _unknown_columns(standard, indicator)
    yield from _calendar(standard, indicator)
    yield from _segments(standard, indicator)
    for piece in standard.pieces_of(indicator):
        if set(needed_columns(piece)) <= set(standard.kind(piece.kind).columns):
            yield from _types(engine, standard.kind(piece.kind), piece)


def kind_findings(standard: Standard) -> Iterator[Finding]:
    """Links of a standard's own record kinds that lead nowhere."""
    for name, kind in standard.record_kinds.items():
        for column, one in kind.columns.items():
            if one.link is not None:
                yield from _link(standard, name, column, one.link)


def _unknown_columns(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    missing = {
        (piece.kind, name)
        for piece in indicator.pieces
        for name in needed_columns(piece)
        if name not in standard.kind(piece.kind).columns
    }
    for kind, name in sorted(missing):
        yield Finding("warning", indicator.id, "unknown_column", {"kind": kind, "column": name})


def _calendar(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    """Working time asked for where nobody says which hours are worked."""
    asked = {calendar for piece in standard.pieces_of(indicator) for calendar, _ in instants(piece)}
    if "" in asked:
        yield Finding("error", indicator.id, "no_calendar")
    for name in sorted(asked - {""}):
        if not _at_hand(name):
            yield Finding("warning", indicator.id, "unknown_calendar", {"calendar": name})


def _at_hand(calendar: str) -> bool:
    from sqaudit.calendars.find import find_calendar  # half a second, for the standards that ask

    return find_calendar(calendar) is not None


def _segments(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    """Kinds of records without a segment in common, so that the figure is not broken down whole."""
    kinds = {kind: set(standard.kind(kind).columns) & set(_SEGMENTS) for kind in indicator.kinds}
    if len(kinds) > 1 and not set.intersection(*kinds.values()):
        yield Finding("note", indicator.id, "no_shared_segment", {"kinds": sorted(kinds)})


def _types(engine: DuckDBEngine, kind: RecordKind, piece: Piece) -> Iterator[Finding]:
    """The first thing in a piece that does not fit the types of its columns."""
    for name, wanted in _typed_columns(piece):
        if kind.columns[name].type != wanted:
            fields = {"kind": piece.kind, "column": name, "type": kind.columns[name].type, "wanted": wanted}
            yield Finding("error", piece.indicator, "other_type", fields)
            return
    parts, row = [*_expressions(piece), *_as_read(piece)], _row_of(kind, piece)
    try:
        fine = all(_fits(part, found) for part, found in zip(parts, _tried(engine, parts, row), strict=True))
    except EngineError:
        fine = False
    if not fine:  # one by one, to name the first of them
        yield from list(filter(None, (_fault(engine, piece, part, row) for part in parts)))[:1]


@dataclass(frozen=True)
class _Part:
    """An expression of a piece as it is written and in SQL; a condition has to be true or false."""

    text: str
    sql: str
    is_condition: bool = False


def _fault(engine: DuckDBEngine, piece: Piece, part: _Part, row: str) -> Finding | None:
    fields = {"kind": piece.kind, "text": part.text}
    try:
        found = _tried(engine, [part], row)[0]
    except EngineError as error:
        kind_of_error, _, reason = str(error).splitlines()[0].partition(": ")
        if kind_of_error not in _OF_TYPES:  # the logarithm of zero, say, which depends on the values
            return None
        fields["reason"] = reason.replace("_LITERAL", "").rstrip(".")
        return Finding("error", piece.indicator, "cannot_compute", fields)
    if _fits(part, found):
        return None
    return Finding("error", piece.indicator, "no_condition", {**fields, "type": found})


def _tried(engine: DuckDBEngine, parts: list[_Part], row: str) -> list[str]:
    """The types of expressions, computed over one row; EngineError for what cannot be."""
    columns = ", ".join(f"typeof({part.sql}), {part.sql}" for part in parts)
    return [str(value) for value in engine.rows(f"SELECT {columns or 0} FROM {row}")[0][: 2 * len(parts) : 2]]


def _fits(part: _Part, found: str) -> bool:
    return not part.is_condition or found in ("BOOLEAN", '"NULL"')


def _typed_columns(piece: Piece) -> Iterator[tuple[str, str]]:
    """The columns of which a measure, an event or a question to a calendar needs a certain type."""
    measure = piece.measure
    times = [name for _, name in sorted(instants(piece))] + [piece.event]
    if measure.within:
        times += [measure.within.from_, measure.within.to, measure.within.deadline]
    if measure.gap:
        times += [measure.gap.from_, measure.gap.to]
        yield measure.gap.times, "timestamps"
    yield from ((name, "timestamp") for name in times if name is not None)


def _expressions(piece: Piece) -> Iterator[_Part]:
    """Every expression of a piece, conditions first."""
    measure = piece.measure
    conditions = [piece.eligible, measure.count]
    values = [piece.amount, measure.mean, measure.maximum]
    if isinstance(measure.share, ShareOfCounts):
        values += [measure.share.met, measure.share.of]
    else:
        conditions.append(measure.share)
    if measure.balance:
        conditions += [measure.balance.plus, measure.balance.minus]
    if measure.quantile:
        values.append(measure.quantile.of)
    if measure.ratio:
        values += [measure.ratio.sum, measure.ratio.over]
    for text in filter(None, conditions):
        yield _Part(text, f"({condition(text, piece.calendar).sql})", is_condition=True)
    for text in filter(None, values):
        yield _Part(text, f"CAST({condition(text, piece.calendar).sql} AS DOUBLE)")


def _as_read(piece: Piece) -> Iterator[_Part]:
    """What the measure makes of its expressions and columns."""
    reading = read(piece, _NOW)
    for sql in filter(None, (reading.counted, reading.met, reading.pending)):
        yield _Part(piece.measure.kind, f"({sql})")


def _row_of(kind: RecordKind, piece: Piece) -> str:
    """A relation of one row with every column that a piece reads, each with a value of its type."""
    values = {name: _VALUES[kind.columns[name].type] for name in needed_columns(piece)}
    values |= {
        clock_column(fact, calendar, name): sql
        for calendar, name in instants(piece)
        for fact, sql in _FACTS.items()
    }
    columns = "".join(f", {sql} AS {quoted(name)}" for name, sql in values.items())
    return f"(SELECT CAST(NULL AS VARCHAR) AS _excluded{columns})"


def _link(standard: Standard, kind: str, column: str, link: Link) -> Iterator[Finding]:
    fields = {"kind": kind, "column": column, "other": link.records}
    try:
        there = set(standard.kind(link.records).columns)
    except KeyError:
        yield Finding("error", "", "link_to_nothing", fields)
        return
    way, found = link.found
    needed = {*link.by, *(condition(link.where).columns if link.where else ())}
    needed |= set(condition(found).columns) if way == "any" else {found}
    needed |= {link.covering.from_, link.covering.until} if link.covering else set()
    own = {*link.by, *([link.covering.at] if link.covering else [])}
    lacking = [f"{link.records}.{name}" for name in sorted(needed - there)]
    lacking += [f"{kind}.{name}" for name in sorted(own - set(standard.record_kinds[kind].columns))]
    if lacking:
        yield Finding("error", "", "link_lacks", {**fields, "lacking": lacking})


__all__ = ["column_findings", "kind_findings"]
