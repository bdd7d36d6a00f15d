"""The queries that measure, and the frame that comes back. One scan of a record kind serves all its
indicators and all groupings; only the interval of a quantile reads its one column a second time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

import pandas as pd

from sqaudit.conditions import condition, literal, quoted
from sqaudit.engines import Engine
from sqaudit.frames import measurement_columns
from sqaudit.measure.figures import figures, rank_bounds
from sqaudit.periods import GRAINS, Period, containing
from sqaudit.readings import Reading, needed_columns, read
from sqaudit.standards.model import Indicator, Standard

Columns = Mapping[str, Mapping[str, str]]  # the columns of each record kind that is there
_SUMS = ("rows", "n", "met", "pending", "sum", "over", "sum_squares", "over_squares", "products")


@dataclass(frozen=True)
class Question:
    """What is asked of the records.

    `groupings` lists what the figures are grouped by, each a tuple of columns; the words day, week,
    month, quarter and year group by time instead of whole periods. `scope` bounds the population of a
    record kind. `indicators` limits the answer to some of them.
    """

    periods: tuple[Period, ...]
    as_of: datetime
    groupings: tuple[tuple[str, ...], ...] = ((),)
    scope: Mapping[str, str | None] = field(default_factory=dict)
    indicators: tuple[str, ...] = ()
    interval: str = "wilson"
    confidence: float = 0.95


def measure(
    engine: Engine, standard: Standard, columns: Columns, question: Question
) -> dict[tuple[str, ...], pd.DataFrame]:
    """The figures of every indicator, one measurement frame for each grouping.

    Columns out: `indicator, period, <segments>, numerator, denominator, pending, excluded, value, low,
    high, method, evidence`. Shares lie in 0..1, other values are in the indicator's unit; for a mean the
    numerator is the sum; a count, quantile or maximum has none or no denominator (NaN). `pending` and
    `excluded` count rows. An empty group has the value NaN. An indicator whose records or columns are
    absent has one row with NaN for each period where nothing is grouped. EngineError shows a refused query.
    """
    chosen = _chosen(standard, question)
    able = {kind: [one for one in chosen if _reads(one, kind, columns)] for kind in columns}
    parts: dict[tuple[str, ...], list[pd.DataFrame]] = {grouping: [] for grouping in question.groupings}
    for kind, indicators in able.items():
        for grouping, wide in _scanned(engine, standard, columns, question, kind, indicators).items():
            parts[grouping] += [_long(wide, grouping, index, one) for index, one in enumerate(indicators)]
    return {
        grouping: _finished(engine, standard, columns, question, grouping, chosen, pieces)
        for grouping, pieces in parts.items()
    }


def queries(standard: Standard, columns: Columns, question: Question) -> dict[str, str]:
    """The query behind the figures, for each record kind that some asked indicator reads."""
    chosen = _chosen(standard, question)
    able = {kind: [one for one in chosen if _reads(one, kind, columns)] for kind in columns}
    return {
        kind: _query(standard, columns, question, kind, indicators)
        for kind, indicators in able.items()
        if indicators
    }


def listing(standard: Standard, columns: Columns, question: Question, kind: str, indicator: Indicator) -> str:
    """The query that lists the rows behind a figure, with `status` and `reason`, in the order of the source."""
    reading = read(indicator, question.as_of)
    period = _period_sql(standard, columns, question, kind)
    where = _where(standard, columns, question, kind)
    return (
        f"SELECT _row, {period} AS period, {reading.status} AS status,\n"
        f"  CASE WHEN {reading.status} = 'excluded' THEN {reading.reason} END AS reason,\n"
        f"  * EXCLUDE (_row, _excluded)\nFROM {quoted(kind)}{where}\nORDER BY _row"
    )


def _chosen(standard: Standard, question: Question) -> list[Indicator]:
    wanted = question.indicators or tuple(one.id for one in standard.indicators)
    return [one for one in standard.indicators if one.id in wanted]


def _reads(indicator: Indicator, kind: str, columns: Columns) -> bool:
    return kind in indicator.records and all(name in columns[kind] for name in needed_columns(indicator))


def _scanned(
    engine: Engine,
    standard: Standard,
    columns: Columns,
    question: Question,
    kind: str,
    indicators: Sequence[Indicator],
) -> dict[tuple[str, ...], pd.DataFrame]:
    """The wide answer of one scan, split by grouping."""
    possible = _possible_groupings(standard, columns, question, kind)
    if not indicators or not possible:
        return {}
    answer = engine.query(_query(standard, columns, question, kind, indicators))
    keys = _keys(possible)
    split = {}
    for grouping in possible:
        wanted = set(_grouping_keys(grouping))
        here = pd.Series(True, index=answer.index)
        for key in keys:
            here &= answer[f"grouped_{key}"] == (0 if key in wanted else 1)
        split[grouping] = _labelled(answer[here], grouping)
    return split


def _query(
    standard: Standard, columns: Columns, question: Question, kind: str, indicators: Sequence[Indicator]
) -> str:
    possible = _possible_groupings(standard, columns, question, kind)
    keys = _keys(possible)
    aggregates = ["count(*) AS rows_read"]
    for index, indicator in enumerate(indicators):
        aggregates += _aggregates(index, read(indicator, question.as_of))
    marks = [f"GROUPING({quoted(key)}) AS {quoted(f'grouped_{key}')}" for key in keys]
    sets = ", ".join(
        f"({', '.join(quoted(key) for key in _grouping_keys(grouping))})" for grouping in possible
    )
    shown = ",\n  ".join([*(quoted(key) for key in keys), *marks, *aggregates])
    return (
        f"SELECT\n  {shown}\n"
        f"FROM (\n{_base(standard, columns, question, kind, keys, indicators)}\n)\n"
        f"GROUP BY GROUPING SETS ({sets})"
    )


def _base(
    standard: Standard,
    columns: Columns,
    question: Question,
    kind: str,
    keys: Sequence[str],
    indicators: Sequence[Indicator],
) -> str:
    """The rows in question with their grouping keys and the columns that the indicators read."""
    derived = []
    for key in keys:
        if key == "_period":
            derived.append(f"{_period_sql(standard, columns, question, kind)} AS _period")
        elif key.startswith("_"):
            derived.append(
                f"date_trunc('{key[1:]}', {quoted(_time(standard, columns, kind) or '')}) AS {quoted(key)}"
            )
    plain = sorted(
        {*(key for key in keys if not key.startswith("_")), *_columns_read(indicators), "_excluded"}
    )
    select = ", ".join([*derived, *(quoted(name) for name in plain)])
    return f"  SELECT {select}\n  FROM {quoted(kind)}{_where(standard, columns, question, kind)}"


def _columns_read(indicators: Sequence[Indicator]) -> set[str]:
    return {name for indicator in indicators for name in needed_columns(indicator)}


def _aggregates(index: int, reading: Reading) -> list[str]:
    found = [f"count(*) FILTER (WHERE {reading.counted}) AS i{index}_n"]
    if reading.met:
        found.append(f"count(*) FILTER (WHERE {reading.met}) AS i{index}_met")
    if reading.pending:
        found.append(f"count(*) FILTER (WHERE {reading.pending}) AS i{index}_pending")
    found += [
        f"{sql} FILTER (WHERE {reading.counted}) AS i{index}_{name}"
        for name, sql in reading.aggregates.items()
        if name != "of"
    ]
    return found


def _time(standard: Standard, columns: Columns, kind: str) -> str | None:
    """The event time of a record kind, or None where it has none or the records lack it."""
    column = standard.kind(kind).time
    return column if column is not None and column in columns[kind] else None


def _moment(day: date) -> str:
    return f"TIMESTAMP {literal(datetime.combine(day, time.min).isoformat(sep=' '))}"


def _period_sql(standard: Standard, columns: Columns, question: Question, kind: str) -> str:
    event = _time(standard, columns, kind)
    first = question.periods[0]
    if event is None or first.start is None:
        return literal(first.label)
    cases = []
    for period in question.periods:
        if period.start is not None and period.end is not None:
            inside = f"{quoted(event)} >= {_moment(period.start)} AND {quoted(event)} < {_moment(period.end)}"
            cases.append(f"WHEN {inside} THEN {literal(period.label)}")
    return f"CASE {' '.join(cases)} END"


def _where(standard: Standard, columns: Columns, question: Question, kind: str) -> str:
    parts = []
    event = _time(standard, columns, kind)
    bounded = [period for period in question.periods if period.start is not None and period.end is not None]
    if event is not None and bounded and len(bounded) == len(question.periods):
        spans = [
            f"({quoted(event)} >= {_moment(p.start)} AND {quoted(event)} < {_moment(p.end)})"
            for p in bounded
            if p.start and p.end
        ]
        parts.append(" OR ".join(spans) if len(spans) == 1 else f"({' OR '.join(spans)})")
    if scope := question.scope.get(kind):
        parts.append(f"coalesce(({condition(scope).sql}), false)")
    return f"\n  WHERE {' AND '.join(parts)}" if parts else ""


def _possible_groupings(
    standard: Standard, columns: Columns, question: Question, kind: str
) -> list[tuple[str, ...]]:
    """The groupings that this kind's records allow: every segment is a column, and time has an event."""
    event = _time(standard, columns, kind)

    def allowed(name: str) -> bool:
        return event is not None if name in GRAINS else name in columns[kind]

    return [grouping for grouping in question.groupings if all(allowed(name) for name in grouping)]


def _grouping_keys(grouping: Sequence[str]) -> list[str]:
    """The SQL keys of a grouping; a grain of time takes the place of the whole period."""
    grain = next((name for name in grouping if name in GRAINS), None)
    return [f"_{grain}" if grain else "_period", *(name for name in grouping if name not in GRAINS)]


def _keys(groupings: Sequence[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(key for grouping in groupings for key in _grouping_keys(grouping)))


def _labelled(answer: pd.DataFrame, grouping: Sequence[str]) -> pd.DataFrame:
    """The answer with the label of each period or stretch of time under `period`."""
    time_key = _grouping_keys(grouping)[0]
    grain = time_key[1:]
    starts = answer[time_key]
    if grain in GRAINS:
        labels = {
            start: containing(pd.Timestamp(start).date(), grain).label for start in starts.dropna().unique()
        }
        starts = starts.map(labels)
    return answer.assign(period=starts).dropna(subset=["period"])


def _long(wide: pd.DataFrame, grouping: Sequence[str], index: int, indicator: Indicator) -> pd.DataFrame:
    """The sums of one indicator as rows: `indicator, period, <segments>` and whatever was aggregated."""
    segments = [name for name in grouping if name not in GRAINS]
    prefix = f"i{index}_"
    own = {column: column.removeprefix(prefix) for column in wide.columns if column.startswith(prefix)}
    rows = wide[["period", *segments, "rows_read", *own]].rename(columns={**own, "rows_read": "rows"})
    return rows.assign(indicator=indicator.id)


def _finished(
    engine: Engine,
    standard: Standard,
    columns: Columns,
    question: Question,
    grouping: tuple[str, ...],
    chosen: Sequence[Indicator],
    pieces: Sequence[pd.DataFrame],
) -> pd.DataFrame:
    """The measurement frame of one grouping: kinds pooled, values and intervals computed, order fixed."""
    segments = [name for name in grouping if name not in GRAINS]
    keys = ["indicator", "period", *segments]
    sums = _pooled([piece for piece in pieces if len(piece)], keys)
    if not grouping:
        sums = _with_empty_periods(sums, chosen, question.periods)
    order = {one.id: position for position, one in enumerate(chosen)}
    sums = sums.assign(_order=sums["indicator"].map(order)).sort_values(
        ["_order", "period", *segments], kind="stable", na_position="last"
    )
    by_id = {one.id: one for one in chosen}
    bounds = _quantile_bounds(engine, standard, columns, question, grouping, by_id, sums)
    frame = figures(
        sums.drop(columns="_order").reset_index(drop=True),
        by_id,
        bounds,
        question.interval,
        question.confidence,
    )
    return frame[measurement_columns(segments)]


def _pooled(pieces: Sequence[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """The sums over record kinds, with every column that figures need."""
    extra = ["value", "variance"]
    if not pieces:
        return pd.DataFrame(
            {
                name: pd.Series(dtype="object" if name in keys else "float64")
                for name in [*keys, *_SUMS, *extra]
            }
        )
    stacked = pd.concat(
        [piece.dropna(axis="columns", how="all").assign(**{k: piece[k] for k in keys}) for piece in pieces],
        ignore_index=True,
    )
    for name in (*_SUMS, *extra):
        if name not in stacked:
            stacked[name] = float("nan")
        stacked[name] = stacked[name].astype("float64")
    grouped = stacked.groupby(keys, dropna=False, sort=False)
    pooled = pd.concat([grouped[list(_SUMS)].sum(min_count=1), grouped[extra].first()], axis=1)
    return pooled.reset_index()


def _with_empty_periods(
    sums: pd.DataFrame, chosen: Sequence[Indicator], asked: Sequence[Period]
) -> pd.DataFrame:
    """A row for every indicator and period, also where no record speaks of it."""
    wanted = pd.MultiIndex.from_product(
        [[one.id for one in chosen], [period.label for period in asked]], names=["indicator", "period"]
    )
    return sums.set_index(["indicator", "period"]).reindex(wanted).reset_index()


def _quantile_bounds(
    engine: Engine,
    standard: Standard,
    columns: Columns,
    question: Question,
    grouping: tuple[str, ...],
    by_id: Mapping[str, Indicator],
    sums: pd.DataFrame,
) -> pd.DataFrame:
    """`low` and `high` of every quantile, as the order statistics whose ranks bracket it."""
    segments = [name for name in grouping if name not in GRAINS]
    found = []
    for identifier, indicator in by_id.items():
        here = sums[(sums["indicator"] == identifier) & (sums["n"] > 0)]
        if indicator.measure.quantile is None or here.empty:
            continue
        ranks = rank_bounds(here["n"], indicator.measure.quantile.q, question.confidence)
        kind = next(kind for kind in indicator.records if kind in columns)
        sql = _ranked_sql(standard, columns, replace(question, groupings=(grouping,)), kind, indicator, ranks)
        answer = _labelled(engine.query(sql), grouping).assign(indicator=identifier)
        found.append(answer[["indicator", "period", *segments, "low", "high"]])
    empty = pd.DataFrame(columns=["indicator", "period", *segments, "low", "high"])
    return pd.concat(found, ignore_index=True) if found else empty


def _ranked_sql(
    standard: Standard,
    columns: Columns,
    question: Question,
    kind: str,
    indicator: Indicator,
    ranks: Sequence[tuple[int, int, int]],
) -> str:
    grouping = question.groupings[0]
    keys = _grouping_keys(grouping)
    shown = ", ".join(quoted(key) for key in keys)
    reading = read(indicator, question.as_of)
    table = ", ".join(f"({n}, {lower}, {upper})" for n, lower, upper in ranks)
    window = f"PARTITION BY {shown}"
    return (
        f"SELECT {shown}, max(v) FILTER (WHERE place = lower_rank) AS low, max(v) FILTER (WHERE place = upper_rank) AS high\n"
        f"FROM (SELECT {shown}, v, row_number() OVER ({window} ORDER BY v) AS place, count(*) OVER ({window}) AS n\n"
        f"  FROM (SELECT *, {reading.aggregates['of']} AS v FROM (\n"
        f"{_base(standard, columns, question, kind, keys, [indicator])}\n  ) WHERE {reading.counted})) AS ranked\n"
        f"JOIN (VALUES {table}) AS ranks(group_size, lower_rank, upper_rank) ON ranked.n = ranks.group_size\n"
        f"WHERE place IN (lower_rank, upper_rank)\nGROUP BY {shown}"
    )
