"""What an indicator means in SQL: which rows count, which are met, pending or left out, and why.

The same conditions make the figures and list the records behind them, so the two cannot disagree.
Every row is exactly one of met, missed (or counted, where there is nothing to meet), pending, excluded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqaudit.conditions import clock_column, condition, literal, quoted
from sqaudit.standards.indicator import Indicator, Piece
from sqaudit.standards.measures import Gap, LimitBy, Measure, ShareOfCounts, Within

Clocks = Mapping[str, int]  # by calendar: microseconds of open time up to the moment of judging
Instant = tuple[str, str]  # a calendar and a column whose place in it is asked for


@dataclass(frozen=True)
class Now:
    """The moment at which open cases are judged, on the clock on the wall and on those of calendars."""

    as_of: datetime
    open_us: Clocks = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """The moment as SQL."""
        return f"TIMESTAMP {literal(self.as_of.isoformat(sep=' '))}"


@dataclass(frozen=True)
class Reading:
    """One indicator over one record kind, as SQL conditions on its rows.

    `counted` holds for rows that enter the figure, `met` for those that meet it (None where nothing is
    to be met), `pending` for rows too young to judge; `reason` names why any other row is left out.
    `aggregates` are the sums the figure is made of, over counted rows. `inverted` says that the figure
    is the share of rows that do not meet it.
    """

    counted: str
    met: str | None
    reason: str
    pending: str | None = None
    aggregates: dict[str, str] = field(default_factory=dict)
    inverted: bool = False

    @property
    def status(self) -> str:
        """The SQL that names the status of a row."""
        met = f"WHEN {self.met} THEN 'met' " if self.met else ""
        pending = f"WHEN {self.pending} THEN 'pending' " if self.pending else ""
        rest = "missed" if self.met else "counted"
        return f"CASE {met}WHEN {self.counted} THEN '{rest}' {pending}ELSE 'excluded' END"


def needed_columns(piece: Piece) -> list[str]:
    """The columns that an indicator reads of one kind of records, in order of name.

    >>> from sqaudit.standards import read_standard
    >>> standard = read_standard("params/standards/after_sales_evaluation.yaml")
    >>> needed_columns(standard.indicator("csat_top2").pieces[0])
    ['score']
    """
    names = [*_plain_columns(piece.measure), *([piece.event] if piece.event else [])]
    return sorted({*names, *(column for text in expressions(piece) for column in condition(text).columns)})


def needed_of(indicator: Indicator, kind: str) -> list[str]:
    """The columns that an indicator reads of one kind of records, over all its pieces, in order of name."""
    own = [needed_columns(piece) for piece in indicator.pieces if piece.kind == kind]
    return sorted({name for names in own for name in names})


def instants(piece: Piece) -> set[Instant]:
    """The calendar and the columns whose place in it have to be known."""
    asked = {name for text in expressions(piece) for name in condition(text).instants}
    if (within := piece.measure.within) is not None and within.clock == "business":
        asked |= {within.from_, within.to}
    return {(piece.calendar, name) for name in asked}


def read(piece: Piece, now: Now) -> Reading:
    """The conditions of an indicator over one kind of records, judged now."""
    return _READERS[piece.measure.kind](piece, now)


def limit_us(piece: Piece) -> str:
    """The SQL of the time limit of a row in microseconds; NULL without one, or with a deadline instead."""
    within = piece.measure.within
    if within is None or within.limit is None:
        return "NULL"
    return _limit(piece, within.limit, lambda seconds: str(_microseconds(seconds)))


def _plain_columns(measure: Measure) -> list[str]:
    """The columns that a measure names outright."""
    names: list[str] = list(measure.complete or [])
    if measure.within:
        names += [measure.within.from_, measure.within.to]
        names += [measure.within.deadline] if measure.within.deadline else []
    if measure.gap:
        names += [measure.gap.from_, measure.gap.to, measure.gap.times]
    return names


def expressions(piece: Piece) -> Iterator[str]:
    """Every expression that has to be computed over the rows."""
    measure = piece.measure
    yield from (text for text in (piece.eligible, piece.amount) if text)
    if isinstance(measure.share, ShareOfCounts):
        yield from (measure.share.met, measure.share.of)
    elif measure.share:
        yield measure.share
    if measure.within and isinstance(measure.within.limit, LimitBy):
        yield from measure.within.limit.expressions
    if measure.quantile:
        yield measure.quantile.of
    if measure.ratio:
        yield from (measure.ratio.sum, measure.ratio.over)
    if measure.balance:
        yield from (measure.balance.plus, measure.balance.minus)
    yield from (text for text in (measure.mean, measure.maximum, measure.count) if text)


def _share(piece: Piece, _: Now) -> Reading:
    share = piece.measure.share
    if isinstance(share, ShareOfCounts):
        return _share_of_counts(piece, share)
    sql = _sql(piece, share or "")
    counted = _all(_eligible(piece), f"{sql} IS NOT NULL")
    return Reading(counted, _all(_eligible(piece), sql), _reason(piece, (f"{sql} IS NULL", "missing_value")))


def _complete(piece: Piece, _: Now) -> Reading:
    present = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in piece.measure.complete or ())
    return Reading(_eligible(piece), _all(_eligible(piece), present), _reason(piece))


def _count(piece: Piece, _: Now) -> Reading:
    sql = _sql(piece, piece.measure.count or "")
    return Reading(_all(_eligible(piece), sql), None, _reason(piece, (f"{sql} IS NOT TRUE", "not_eligible")))


def _value(piece: Piece, _: Now) -> Reading:
    """A mean, quantile or maximum of one expression."""
    measure = piece.measure
    if measure.quantile:
        sql = _number(piece, measure.quantile.of)
        aggregates = {"value": f"quantile_cont({sql}, {measure.quantile.q!r})"}
    elif measure.mean:
        sql = _number(piece, measure.mean)
        aggregates = {"value": f"avg({sql})", "sum": f"sum({sql})", "variance": f"var_samp({sql})"}
    else:
        sql = _number(piece, measure.maximum or "")
        aggregates = {"value": f"max({sql})"}
    counted = _all(_eligible(piece), _is_number(sql))
    return Reading(counted, None, _reason(piece, ("true", "missing_value")), None, {"of": sql, **aggregates})


def _ratio(piece: Piece, _: Now) -> Reading:
    ratio = piece.measure.ratio
    assert ratio is not None  # noqa: S101 - chosen by the caller
    top, base = (_number(piece, text) for text in (ratio.sum, ratio.over))
    counted = _all(_eligible(piece), _is_number(top), _is_number(base))
    return Reading(counted, None, _reason(piece, ("true", "missing_value")), None, _sums_of_ratio(top, base))


def _share_of_counts(piece: Piece, share: ShareOfCounts) -> Reading:
    met, base = (_number(piece, text) for text in (share.met, share.of))
    known = _all(_is_number(met), _is_number(base))
    counted = _all(_eligible(piece), known, f"{met} BETWEEN 0 AND {base}")
    reason = _reason(piece, (f"NOT ({known})", "missing_value"), ("true", "impossible_counts"))
    return Reading(counted, None, reason, None, {"sum": f"sum({met})", "over": f"sum({base})"})


def _rate(piece: Piece, _: Now) -> Reading:
    """One side of a rate: what is counted, or added up, of its own records."""
    name = "sum" if piece.side == "events" else "over"
    if piece.amount is None:
        return Reading(_eligible(piece), None, _reason(piece), None, {name: "count(*)"})
    amount = _number(piece, piece.amount)
    counted = _all(_eligible(piece), _is_number(amount))
    reason = _reason(piece, ("true", "missing_value"))
    return Reading(counted, None, reason, None, {name: f"sum({amount})"})


def _balance(piece: Piece, _: Now) -> Reading:
    """Counts for and against; `sum` is their difference, `sum_squares` the rows that are just one of both.

    A row that is for and against at once speaks for neither.
    """
    balance = piece.measure.balance
    assert balance is not None  # noqa: S101 - chosen by the caller
    plus, minus = (
        f"CAST(TRY_CAST({_sql(piece, text)} AS BOOLEAN) AS INTEGER)" for text in (balance.plus, balance.minus)
    )  # one or none, also where a condition gives a number
    counted = _all(_eligible(piece), f"{plus} IS NOT NULL", f"{minus} IS NOT NULL")
    aggregates = {"sum": f"sum({plus} - {minus})", "sum_squares": f"sum(abs({plus} - {minus}))"}
    return Reading(counted, None, _reason(piece, ("true", "missing_value")), None, aggregates)


def _gap(piece: Piece, now: Now) -> Reading:
    """Stretches that are over, and those of them with an instant in them, for every case."""
    gap = piece.measure.gap
    assert gap is not None  # noqa: S101 - chosen by the caller
    start, end = quoted(gap.from_), quoted(gap.to)
    over, covered = _stretches(gap, start, end, now), _covered(gap, start, end, now)
    counted = _all(_eligible(piece), f"{over} >= 1")
    return Reading(
        counted=counted,
        met=None,
        pending=_all(_eligible(piece), f"coalesce({end} > {now.sql}, {start} IS NOT NULL)", f"{over} < 1"),
        reason=_reason(
            piece,
            (f"{start} IS NULL", "missing_value"),
            (f"{end} < {start}", "impossible_order"),
            ("true", "too_short"),
        ),
        aggregates=_sums_of_ratio(f"CAST({covered} AS DOUBLE)", f"CAST({over} AS DOUBLE)"),
    )


def _stretches(gap: Gap, start: str, end: str, now: Now) -> str:
    """How many stretches of a case are over at its end, or now."""
    until = f"least(coalesce({end}, {now.sql}), {now.sql})"
    return f"greatest((epoch_us({until}) - epoch_us({start})) // {_microseconds(gap.every)}, 0)"


def _covered(gap: Gap, start: str, end: str, now: Now) -> str:
    """How many of them have an instant in them."""
    place = f"(epoch_us(_t) - epoch_us({start})) // {_microseconds(gap.every)}"  # no column is called _t
    inside = f"_t >= {start} AND {place} < {_stretches(gap, start, end, now)}"
    times = f"list_filter({quoted(gap.times)}, lambda _t: {inside})"
    return f"coalesce(list_unique(list_transform({times}, lambda _t: {place})), 0)"


def _within(piece: Piece, now: Now) -> Reading:
    """Short on purpose: these conditions run on every row, and a condition that is NULL holds nowhere."""
    within = piece.measure.within
    assert within is not None  # noqa: S101 - chosen by the caller
    start, end = quoted(within.from_), quoted(within.to)
    clock = _business(piece, within, now) if within.clock == "business" else _natural(piece, within, now)
    known = [f"{start} IS NOT NULL"] if within.deadline else []  # a limit counts from the start anyway
    known += clock.known
    if within.matured:
        judged = f"({clock.passed}) AND ({end} IS NULL OR {end} >= {start})"
        pending = f"NOT ({clock.passed})"
    else:
        judged = f"CASE WHEN {end} IS NULL THEN {clock.passed} ELSE {end} >= {start} END"
        pending = f"{end} IS NULL AND NOT ({clock.passed})"
    counted = _all(_eligible(piece), *known, judged)
    needed = known[:1] if within.deadline or within.matured else []  # else it says so itself
    met = _all(counted if within.matured else _eligible(piece), clock.kept)
    inverted = within.counts == "missed"
    return Reading(
        counted=counted,
        met=f"coalesce({met}, false)" if inverted else met,  # what never came is not kept: NULL is no answer
        pending=_all(_eligible(piece), *needed, pending),
        reason=_reason(piece, *clock.missing, (f"{end} < {start}", "impossible_order")),
        inverted=inverted,
    )


@dataclass(frozen=True)
class _Clock:
    """A time limit on one clock: whether it was kept, whether it has passed by now, what must be known."""

    kept: str
    passed: str
    known: list[str]
    missing: list[tuple[str, str]]


def _natural(piece: Piece, within: Within, now: Now) -> _Clock:
    start, end = quoted(within.from_), quoted(within.to)
    if within.deadline is not None:
        deadline = quoted(within.deadline)
    else:
        deadline = f"({start} + {_limit(piece, within.limit, _interval)})"
    fixed = within.limit is not None and not isinstance(within.limit, LimitBy)
    return _Clock(
        kept=f"{end} BETWEEN {start} AND {deadline}",
        passed=f"{deadline} <= {now.sql}",
        known=[] if fixed else [f"{deadline} IS NOT NULL"],
        missing=_missing(piece, within, f"{deadline} IS NULL"),
    )


def _business(piece: Piece, within: Within, now: Now) -> _Clock:
    """Open time elapsed, as differences of open time since the beginning of the calendar.

    A limit that ends with the day is still kept by an event before the next day opens: no open time lies
    between. So it has passed only when more open time than the limit has gone by.
    """
    start, end = quoted(within.from_), quoted(within.to)
    opened, ended = (
        quoted(clock_column("open_us", piece.calendar, name)) for name in (within.from_, within.to)
    )
    limit, varies = limit_us(piece), isinstance(within.limit, LimitBy)
    return _Clock(
        kept=f"{end} >= {start} AND {ended} - {opened} <= {limit}",
        passed=f"{now.open_us.get(piece.calendar, 0)} - {opened} > {limit}",
        known=[f"({end} IS NULL OR {ended} IS NOT NULL)", *([f"{limit} IS NOT NULL"] if varies else [])],
        missing=[
            *_missing(piece, within, f"{limit} IS NULL"),
            (f"{opened} IS NULL OR ({end} IS NOT NULL AND {ended} IS NULL)", "outside_calendar"),
        ],
    )


def _missing(piece: Piece, within: Within, no_limit: str) -> list[tuple[str, str]]:
    """Why a case has no deadline: a value is missing, or the standard states no limit for its value."""
    start = quoted(within.from_)
    if within.deadline is not None:
        return [(f"{start} IS NULL OR {quoted(within.deadline)} IS NULL", "missing_value")]
    if not isinstance(within.limit, LimitBy):
        return [(f"{start} IS NULL", "missing_value")]
    unknown = _limit_unknown(piece, within.limit)
    return [(f"{start} IS NULL OR {unknown}", "missing_value"), (no_limit, "no_limit")]


def _limit_unknown(piece: Piece, limit: LimitBy) -> str:
    """Whether a value that the limit depends on is missing; one that it does not depend on may be."""
    by = _sql(piece, limit.by)
    nested = {value: own for value, own in limit.when.items() if isinstance(own, LimitBy)}
    cases = " ".join(
        f"WHEN {literal(value)} THEN {_limit_unknown(piece, own)}" for value, own in nested.items()
    )
    return f"CASE {by} {cases} ELSE {by} IS NULL END" if nested else f"{by} IS NULL"


def _limit(piece: Piece, limit: float | LimitBy | None, written: Callable[[float], str]) -> str:
    """The SQL of a limit; NULL where the standard states none for the row."""
    if not isinstance(limit, LimitBy):
        return written(limit or 0)
    cases = " ".join(
        f"WHEN {literal(value)} THEN {_limit(piece, own, written)}" for value, own in limit.when.items()
    )
    otherwise = f" ELSE {written(limit.otherwise)}" if limit.otherwise is not None else ""
    return f"CASE {_sql(piece, limit.by)} {cases}{otherwise} END"


def _interval(seconds: float) -> str:
    if seconds == int(seconds):
        return f"INTERVAL '{int(seconds)}' SECONDS"
    return f"INTERVAL '{_microseconds(seconds)}' MICROSECONDS"  # as fine as a timestamp


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _sums_of_ratio(top: str, base: str) -> dict[str, str]:
    """The sums that a ratio and its variance are made of."""
    sums = {"sum": top, "over": base, "sum_squares": f"{top} * {top}", "over_squares": f"{base} * {base}"}
    sums["products"] = f"{top} * {base}"
    return {name: f"sum({sql})" for name, sql in sums.items()}


def _sql(piece: Piece, text: str) -> str:
    return f"({condition(text, piece.calendar).sql})"


def _number(piece: Piece, text: str) -> str:
    return f"TRY_CAST({condition(text, piece.calendar).sql} AS DOUBLE)"  # a text that is none is missing


def _is_number(sql: str) -> str:
    """Neither missing nor endless: one infinite value, or a square beyond 1e308, would spoil every sum."""
    return f"coalesce(abs({sql}) < 1e150, false)"


def _eligible(piece: Piece) -> str:
    kept = "_excluded IS NULL"
    return f"{kept} AND coalesce({_sql(piece, piece.eligible)}, false)" if piece.eligible else kept


def _reason(piece: Piece, *cases: tuple[str, str]) -> str:
    """The SQL that names why a row is neither counted nor pending; the first case that fits speaks."""
    parts = ["WHEN _excluded IS NOT NULL THEN _excluded"]
    if piece.eligible:
        sql = _sql(piece, piece.eligible)
        parts += [f"WHEN {sql} IS NULL THEN 'eligibility_unknown'", f"WHEN NOT {sql} THEN 'not_eligible'"]
    parts += [f"WHEN {sql} THEN '{name}'" for sql, name in cases]
    return f"CASE {' '.join(parts)} END"


def _all(*conditions: str) -> str:
    return " AND ".join(conditions)


_READERS: Mapping[str, Callable[[Piece, Now], Reading]] = {
    "share": _share,
    "within": _within,
    "complete": _complete,
    "count": _count,
    "mean": _value,
    "quantile": _value,
    "maximum": _value,
    "ratio": _ratio,
    "rate": _rate,
    "balance": _balance,
    "gap": _gap,
}
