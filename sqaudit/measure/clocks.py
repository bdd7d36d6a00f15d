"""Questions to a calendar in SQL: the day tables, and a relation with what they say of its instants.

The working time up to an instant is found by one join with a table of days, the time between two by
subtraction. Every row finds a row of the table, also those without an instant: an inner join on small whole
numbers needs no hashing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from sqaudit.calendars import Calendar, DayTable, day_table
from sqaudit.calendars.table import FIRST_YEAR, LAST_YEAR, NO_DAY
from sqaudit.calendars.time import FACTS, Fact
from sqaudit.conditions import clock_column, literal, quoted

if TYPE_CHECKING:
    import pyarrow as pa

_DAY_US = 86_400_000_000


class TakesTables(Protocol):
    """An engine that can be given a table."""

    def create_table(self, name: str, batches: pa.RecordBatchReader) -> None:
        """A table filled from a stream of Arrow batches."""


def years_until(as_of: datetime) -> range:
    """The years of the day tables of an audit: from 2000 to two years after `as_of`, at most to 2100.

    >>> years_until(datetime(2026, 10, 8))
    range(2000, 2029)
    """
    return range(FIRST_YEAR, min(max(as_of.year + 2, FIRST_YEAR), LAST_YEAR) + 1)


def days_relation(calendar: str) -> str:
    """The name of the day table of a calendar.

    >>> days_relation("china_office_hours")
    '_days_china_office_hours'
    """
    return f"_days_{calendar}"


def attach_calendars(
    engine: TakesTables, calendars: Iterable[Calendar], zone: str, years: range
) -> dict[str, DayTable]:
    """The day tables of the calendars, created in the engine before it is sealed, by calendar id.

    `zone` is the time zone of the naive times of all records.
    """
    tables = {one.id: day_table(one, zone, years[0], years[-1]) for one in calendars}
    for name, days in tables.items():
        engine.create_table(days_relation(name), days.table.to_reader())
    return tables


def clocked(relation: str, instants: Collection[tuple[str, str]], tables: Mapping[str, DayTable]) -> str:
    """The relation with the facts of calendars on instants of it, as an item for FROM.

    `relation` is a quoted name or a query in brackets, `instants` are pairs of a calendar and a column. For
    each pair there are the columns that `clock_column` names: `open_us` (BIGINT, microseconds of open time
    since the first day of the table), `working_time`, `workday` and `peak_time` (BOOLEAN). All are NULL where
    the instant is missing or lies outside the table. Facts that nobody reads cost nothing; each pair costs
    a join.

    >>> clocked('"ticket"', [], {})
    '"ticket"'
    """
    pairs = sorted(set(instants))
    if not pairs:
        return relation
    shown, joins = ["_r.*"], []
    for place, (calendar, column) in enumerate(pairs):
        days, alias, instant = tables[calendar], f"_d{place}", f"_r.{quoted(column)}"
        facts = {"open_us": _open_us(days, instant, alias)}
        facts |= {fact: _holds(days, fact, instant, alias) for fact in FACTS}
        shown += [f"{sql} AS {quoted(clock_column(fact, calendar, column))}" for fact, sql in facts.items()]
        joins.append(
            f"JOIN {quoted(days_relation(calendar))} AS {alias} ON {alias}.number = {_number(days, instant)}"
        )
    lines = ",\n  ".join(shown)
    return f"(SELECT {lines}\nFROM {relation} AS _r\n{chr(10).join(joins)})"


def _number(days: DayTable, instant: str) -> str:
    """The number of the day of an instant; that of no day where it is missing or outside the table."""
    behind = days.last + timedelta(days=1)
    inside = (
        f"{instant} >= TIMESTAMP {literal(days.first.isoformat())} "
        f"AND {instant} < TIMESTAMP {literal(behind.isoformat())}"
    )
    first = (days.first - date(1970, 1, 1)).days * _DAY_US  # taken away before dividing, which rounds to zero
    return f"CASE WHEN {inside} THEN (epoch_us({instant}) - {first}) // {_DAY_US} ELSE {NO_DAY} END"


def _open_us(days: DayTable, instant: str, alias: str) -> str:
    now = f"epoch_us({instant})"
    parts = [f"{alias}.opened_us"] + [
        f"least(greatest({now} - {alias}.open_start_{k}, 0), {alias}.open_length_{k})"
        for k in range(1, days.open_pieces + 1)
    ]
    if days.repeated:
        parts.append(f"CASE WHEN {now} >= {alias}.extra_at THEN {alias}.extra_us ELSE 0 END")
    return " + ".join(parts)


def _holds(days: DayTable, fact: Fact, instant: str, alias: str) -> str:
    now = f"epoch_us({instant})"
    pieces = [
        f"({now} >= {alias}.{fact}_start_{k} AND {now} < {alias}.{fact}_end_{k})"
        for k in range(1, days.fact_pieces[fact] + 1)
    ]
    return " OR ".join(pieces)
