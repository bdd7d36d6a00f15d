"""The queries that measure and list, written in DuckDB's dialect from quoted names and checked conditions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from sqaudit.conditions import CLOCK_FACTS, clock_column, condition, literal, quoted
from sqaudit.measure.clocks import clocked
from sqaudit.measure.question import Grouping, Scan, grouping_keys
from sqaudit.periods import Period
from sqaudit.readings import Reading, limit_us, needed_columns, read
from sqaudit.standards.model import Piece

_TOLD = ("kind", "part", "period", "status", "reason")  # what a listing says of a row, before its columns


def counting(scan: Scan) -> str:
    """The query that computes every indicator of a scan for every grouping, in one pass over the records."""
    aggregates = ["count(*) AS rows_read"]
    for index, piece in enumerate(scan.pieces):
        aggregates += _aggregates(index, read(piece, scan.question.now))
    aggregates += _used_once(scan)
    marks = [f"GROUPING({quoted(key)}) AS {quoted(f'grouped_{key}')}" for key in scan.keys]
    sets = ", ".join(f"({_listed(grouping_keys(grouping))})" for grouping in scan.answers)
    shown = ",\n  ".join([*map(quoted, scan.keys), *marks, *aggregates])
    rows = _rows(scan, scan.keys, scan.pieces)
    return f"SELECT\n  {shown}\nFROM (\n{rows}\n)\nGROUP BY GROUPING SETS ({sets})"


def listing(scan: Scan, piece: Piece, status: str | None = None, where: str | None = None) -> str:
    """The query that lists the rows behind a figure, with `status` and `reason`, in the order of the source.

    `status` keeps one status, `where` the rows for which a condition over their columns holds. A column
    of the records that is itself called kind, part, period, status or reason is shown as `visit_kind` ....
    """
    reading = read(piece, scan.question.now)
    names = [f"{quoted(name)} AS {quoted(_shown_name(scan, name))}" for name in scan.columns]
    kept = [f"({condition(where).sql})"] if where else []
    kept += [f"{reading.status} = {literal(status)}"] if status else []
    return (
        f"SELECT _row, {_period(scan)} AS period, {reading.status} AS status,\n"
        f"  CASE WHEN {reading.status} = 'excluded' THEN {reading.reason} END AS reason,\n"
        f"  {', '.join(names)}\nFROM {_source(scan)}"
        f"{_where(scan, *kept)}\nORDER BY _row"
    )


def quartile(scan: Scan, piece: Piece, share: float) -> str:
    """The query for the value that a share of the counted rows lies below."""
    reading = read(piece, scan.question.now)
    value = f"quantile_cont({reading.aggregates['of']}, {share!r})"
    return f"SELECT {value}\nFROM {_source(scan)}{_where(scan, f'({reading.counted})')}"


def cells(scan: Scan, piece: Piece, dimensions: Sequence[str], beyond: str = "") -> str:
    """The query for what an indicator is made of in every combination of dimension values.

    With `beyond`, such as `> 12.5`, of single values: also how many of them lie there, as `i0_beyond`.

    `dimensions` are condition texts over the columns of the kind; their values come as `_d0, _d1, ...`,
    beside `_period` and what the measure is made of: `i0_n, i0_met, i0_sum, ...`.
    """
    names = [f"_d{place}" for place in range(len(dimensions))]
    made = [f"{condition(text).sql} AS {name}" for name, text in zip(names, dimensions, strict=True)]
    needed = {*needed_columns(piece), "_excluded"}
    needed |= {clock_column(fact, *instant) for instant in scan.instants for fact in CLOCK_FACTS}
    inner = ", ".join([f"{_period(scan)} AS _period", *made, *map(quoted, sorted(needed))])
    keys = ", ".join(["_period", *names])
    reading = read(piece, scan.question.now)
    sums = _aggregates(0, reading)
    if beyond:
        far = f"{reading.counted} AND {reading.aggregates['of']} {beyond}"
        sums.append(f"count(*) FILTER (WHERE {far}) AS i0_beyond")
    shown = ",\n  ".join([keys, *sums])
    rows = f"  SELECT {inner}\n  FROM {_source(scan)}{_where(scan)}"
    return f"SELECT\n  {shown}\nFROM (\n{rows}\n)\nGROUP BY {keys}"


def filled(scan: Scan, piece: Piece, inside: str, columns: Sequence[str]) -> str:
    """The query for how many of the counted rows have a value in each column, inside a segment and outside.

    One row for each period and side (1 inside, 0 outside): period, side, rows, then one count per column.
    """
    side = f"CASE WHEN {condition(inside).sql} THEN 1 ELSE 0 END"
    counts = ", ".join(["count(*)", *(f"count({quoted(name)})" for name in columns)])
    counted = f"({read(piece, scan.question.now).counted})"
    rows = f"FROM {_source(scan)}{_where(scan, counted)}"
    return f"SELECT {_period(scan)}, {side}, {counts}\n{rows}\nGROUP BY 1, 2"


def counted_rows(scan: Scan, piece: Piece, shown: Sequence[str], *kept: str) -> str:
    """The query for chosen values of the counted rows in question, to be grouped by another around it.

    `shown` are SQL expressions over columns of the records, `kept` further conditions on the rows.
    """
    counted = f"({read(piece, scan.question.now).counted})"
    return f"SELECT {', '.join(shown)}\nFROM {_source(scan)}{_where(scan, counted, *kept)}"


def proving(scan: Scan, piece: Piece, key: str, case: str) -> str:
    """The query for what a time limit is judged by: of every record with that key, one row.

    Row, status, reason, start, end, the deadline where a column states it, else the limit in microseconds.
    """
    reading = read(piece, scan.question.now)
    within = piece.measure.within
    assert within is not None  # noqa: S101 - chosen by the caller
    moments = [
        f"CAST({quoted(name)} AS TIMESTAMP)" if name else "NULL"
        for name in (within.from_, within.to, within.deadline)
    ]
    reason = f"CASE WHEN {reading.status} = 'excluded' THEN {reading.reason} END"
    return (
        f"SELECT _row, {reading.status}, {reason}, {', '.join(moments)}, {limit_us(piece)}\n"
        f"FROM {_source(scan)}"
        f"{_where(scan, f'CAST({quoted(key)} AS VARCHAR) = {literal(case)}')}\nORDER BY _row"
    )


def ranked(scan: Scan, grouping: Grouping, piece: Piece, ranks: Sequence[tuple[int, int, int]]) -> str:
    """The query for `low` and `high` of a quantile: the values at two ranks that fit the group's size."""
    keys = grouping_keys(grouping)
    shown = _listed(keys)
    reading = read(piece, scan.question.now)
    table = ", ".join(f"({n}, {lower}, {upper})" for n, lower, upper in ranks)
    at = "max(v) FILTER (WHERE place = {0}_rank) AS {1}".format
    window = f"PARTITION BY {shown}"
    return (
        f"SELECT {shown}, {at('lower', 'low')}, {at('upper', 'high')}\n"
        f"FROM (SELECT {shown}, v, row_number() OVER ({window} ORDER BY v) AS place,\n"
        f"    count(*) OVER ({window}) AS n\n"
        f"  FROM (SELECT *, {reading.aggregates['of']} AS v FROM (\n"
        f"{_rows(scan, keys, [piece])}\n  ) WHERE {reading.counted})) AS ranked\n"
        f"JOIN (VALUES {table}) AS ranks(group_size, lower_rank, upper_rank) ON ranked.n = ranks.group_size\n"
        f"WHERE place IN (lower_rank, upper_rank)\nGROUP BY {shown}"
    )


def _aggregates(index: int, reading: Reading) -> list[str]:
    found = [f"count(*) FILTER (WHERE {reading.counted}) AS i{index}_n"]
    if reading.met:
        numerator = f"{reading.counted} AND NOT ({reading.met})" if reading.inverted else reading.met
        found.append(f"count(*) FILTER (WHERE {numerator}) AS i{index}_met")
    if reading.pending:
        found.append(f"count(*) FILTER (WHERE {reading.pending}) AS i{index}_pending")
    found += [
        f"{sql} FILTER (WHERE {reading.counted}) AS i{index}_{name}"
        for name, sql in reading.aggregates.items()
        if name != "of"
    ]
    return found


def _used_once(scan: Scan) -> list[str]:
    """For an indicator of which several parts read these records: the rows that some part uses."""
    parts: dict[str, list[int]] = {}
    for index, piece in enumerate(scan.pieces):
        parts.setdefault(piece.indicator, []).append(index)
    found = []
    for places in parts.values():
        if len(places) > 1:
            readings = [read(scan.pieces[place], scan.question.now) for place in places]
            conditions = [sql for one in readings for sql in (one.counted, one.pending) if sql]
            either = " OR ".join(f"coalesce(({sql}), false)" for sql in conditions)
            found.append(f"count(*) FILTER (WHERE {either}) AS i{places[0]}_used")
    return found


def _rows(scan: Scan, keys: Sequence[str], pieces: Sequence[Piece]) -> str:
    """The rows in question with their grouping keys and only the columns that the indicators read."""
    read_anyway = {name for piece in pieces for name in needed_columns(piece)}
    read_anyway |= {clock_column(fact, *instant) for instant in scan.instants for fact in CLOCK_FACTS}
    plain = sorted({*(key for key in keys if key in scan.columns), *read_anyway, "_excluded"})
    derived = [f"{_key(scan, key)} AS {quoted(key)}" for key in keys if key not in scan.columns]
    select = ", ".join([*derived, *map(quoted, plain)])
    return f"  SELECT {select}\n  FROM {_source(scan)}{_where(scan)}"


def _source(scan: Scan) -> str:
    """The records of a scan, with the place of instants in calendars where that is asked for."""
    if not scan.instants:
        return quoted(scan.kind)

    days = {name: clock.days for name, clock in scan.question.clocks.items()}
    return clocked(quoted(scan.kind), scan.instants, days)


def _key(scan: Scan, key: str) -> str:
    """The SQL of a grouping key that is no column of the records."""
    if key == "_period":
        return _period(scan)
    if key.startswith("_") and scan.event is not None:
        return f"date_trunc({literal(key[1:])}, {quoted(scan.event)})"
    return "CAST(NULL AS VARCHAR)"


def _period(scan: Scan) -> str:
    if not scan.bounded:
        return literal(scan.question.periods[0].label)
    cases = [
        f"WHEN {_inside(scan.event or '', period)} THEN {literal(period.label)}"
        for period in scan.question.periods
    ]
    return f"CASE {' '.join(cases)} END"


def _where(scan: Scan, *further: str) -> str:
    """The rows in question: those of the periods, in scope, for which every further condition holds."""
    kept = list(further)
    if scope := scan.question.scope.get(scan.kind):
        kept.insert(0, f"coalesce(({condition(scope).sql}), false)")
    if scan.bounded:
        spans = [_inside(scan.event or "", period) for period in scan.question.periods]
        kept.insert(0, spans[0] if len(spans) == 1 else f"({' OR '.join(f'({span})' for span in spans)})")
    return f"\n  WHERE {' AND '.join(kept)}" if kept else ""


def _inside(event: str, period: Period) -> str:
    start, end = (_moment(day or date.min) for day in (period.start, period.end))
    return f"{quoted(event)} >= {start} AND {quoted(event)} < {end}"


def _moment(day: date) -> str:
    return f"TIMESTAMP {literal(datetime.combine(day, time.min).isoformat(sep=' '))}"


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(map(quoted, keys))


def _shown_name(scan: Scan, name: str) -> str:
    shown = name
    while shown in _TOLD or (shown != name and shown in scan.columns):
        shown = f"{scan.kind}_{shown}"
    return shown
