"""The crossing from records in an engine to a tidy frame of figures. One scan of a record kind serves all
its indicators and all groupings; only the interval of a quantile reads its one column a second time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sqaudit.conditions import unknown_columns
from sqaudit.engines import Engine
from sqaudit.errors import Fault, ParameterError
from sqaudit.frames import DEFINITION, measurement_columns, reserved
from sqaudit.measure import sql
from sqaudit.measure.figures import figures, rank_bounds
from sqaudit.measure.question import (
    Columns,
    Grouping,
    Question,
    Scan,
    able,
    answered,
    chosen,
    event_of,
    grain_of,
    grouping_keys,
    part_names,
    scans,
    segments_in,
    single_scan,
)
from sqaudit.periods import containing, parse
from sqaudit.standards.measures import SHARES
from sqaudit.standards.model import Indicator, Piece, ShareOfCounts, Standard
from sqaudit.standards.values import word

_SUMS = ["rows", "used", "n", "met", "pending", "sum", "over", "sum_squares", "over_squares", "products"]
_ONCE = ["value", "variance"]  # of measures that cannot be taken over several record kinds


def measure(
    engine: Engine, standard: Standard, columns: Columns, question: Question
) -> dict[Grouping, pd.DataFrame]:
    """The figures of every indicator, one measurement frame for each grouping.

    Columns out: `indicator, period, <segments>, numerator, denominator, pending, excluded, value, low,
    high, method, evidence, definition`. Shares lie in 0..1, other values are in the indicator's unit; for a
    mean the numerator is the sum; a count, quantile or maximum has none or no denominator (NaN). `method`
    is that of the interval, `definition` that of the figure. `pending` and `excluded` count rows. An empty
    group has the value NaN. An indicator whose records or columns are absent has one row with NaN for each
    period where nothing is grouped; outside the days on which it is in force it has none. A missing segment
    value is None. ParameterError where a segment is called like a column of figures; EngineError shows a
    refused query.
    """
    _refuse_reserved(question)
    asked = scans(standard, columns, question)
    answers = {scan.name: engine.query(sql.counting(scan)) for scan in asked}
    indicators, mixed = chosen(standard, question), _mixed(asked)
    untimed = _untimed(standard, columns, indicators)
    frames = {}
    for grouping in question.groupings:
        pieces = [
            _sums(scan, answers[scan.name], grouping, mixed) for scan in asked if grouping in scan.answers
        ]
        sums = _pooled(
            [piece for piece in pieces if len(piece)], ["indicator", "period", *segments_in(grouping)]
        )
        sums = _with_a_time_for_each_side(sums, untimed, grouping, question)
        asked_for = [one for one in indicators if not grouping or one.id not in question.totals_only]
        sums = sums if grouping else _with_empty_periods(sums, asked_for, question)
        sums = _ordered(_in_force(sums, indicators), indicators, segments_in(grouping))
        bounds = _quantile_bounds(engine, asked, grouping, sums, mixed)
        frame = figures(sums, indicators, bounds, question.interval, question.confidence)
        frames[grouping] = frame[[*measurement_columns(segments_in(grouping)), DEFINITION]]
    return frames


def queries(standard: Standard, columns: Columns, question: Question) -> dict[str, str]:
    """The query behind the figures, for each scan of records: by the name of their kind."""
    return {scan.name: sql.counting(scan) for scan in scans(standard, columns, question)}


def listings(
    standard: Standard,
    columns: Columns,
    question: Question,
    indicator: Indicator,
    status: str | None = None,
    where: str | None = None,
) -> list[tuple[str, str, str]]:
    """Record kinds, parts and the queries that list the rows behind a figure, in the order of the source.

    One for each part of the indicator and kind that it reads; the part is empty where there is only one. A
    rate of which one side is absent has no figure, and so no rows. See `sql.listing`.
    """
    named = zip(standard.pieces_of(indicator), part_names(indicator), strict=True)
    return [
        (piece.kind, part, sql.listing(single_scan(columns, question, piece, event), piece, status, where))
        for piece, part in named
        if answered(piece, indicator, columns)
        for event in [event_of(standard, columns, piece)]
        if not unknown_columns(where or "true", columns[piece.kind])
    ]


def refusals(engine: Engine, standard: Standard, columns: Columns, question: Question) -> dict[str, str]:
    """Why the engine would refuse to compute an indicator, for each that it would; nothing is computed.

    Each scan is tried as a whole, and its indicators one by one only where that is refused.
    """
    found: dict[str, str] = {}
    for scan in scans(standard, columns, question):
        if engine.refusal(sql.counting(scan)):
            for piece in scan.pieces:
                alone = single_scan(columns, question, piece, scan.event)
                if why := engine.refusal(sql.counting(alone)):
                    found.setdefault(piece.indicator, why)
    return found


def _refuse_reserved(question: Question) -> None:
    names = {name for grouping in question.groupings for name in segments_in(grouping)}
    if taken := reserved(names):
        raise ParameterError(
            [
                Fault(
                    "segments",
                    f"a table of figures has a column '{name}' of its own.",
                    f"Give the records' column another name under `columns`, such as {name}_of_record.",
                )
                for name in taken
            ]
        )


def _mixed(asked: Sequence[Scan]) -> frozenset[str]:
    """Segments that are text in some records and numbers in others: a value must not stand there twice."""
    types: dict[str, set[str]] = {}
    for scan in asked:
        for name in {*scan.keys} & {*scan.columns}:
            types.setdefault(name, set()).add(scan.columns[name])
    return frozenset(name for name, found in types.items() if "VARCHAR" in found and len(found) > 1)


def _sums(scan: Scan, answer: pd.DataFrame, grouping: Grouping, mixed: frozenset[str]) -> pd.DataFrame:
    """The sums of every indicator that a scan answers by a grouping, as rows under one another."""
    keys = grouping_keys(grouping)
    here = pd.Series(True, index=answer.index)
    for key in scan.keys:
        here &= answer[f"grouped_{key}"] == (0 if key in keys else 1)
    wide = _labelled(answer[here], scan, grouping, mixed)
    places = scan.answers[grouping]
    labels = wide[["period", *segments_in(grouping)]]
    ids = [scan.pieces[place].indicator for place in places]
    own = [
        _own_sums(wide, place, scan.pieces[place], again=scan.pieces[place].indicator in ids[:number])
        for number, place in enumerate(places)
    ]
    stacked = pd.concat([labels] * len(places), ignore_index=True)
    stacked.insert(0, "indicator", [name for name in ids for _ in range(len(wide))])
    numbers = {name: np.concatenate([one[name] for one in own]) for name in (*_SUMS, *_ONCE)}
    return pd.concat([stacked, pd.DataFrame(numbers)], axis=1)


def _labelled(answer: pd.DataFrame, scan: Scan, grouping: Grouping, mixed: frozenset[str]) -> pd.DataFrame:
    """The answer with the label of each stretch of time under `period`, and segment values as they are."""
    labels = answer[grouping_keys(grouping)[0]]
    if grain := grain_of(grouping):
        starts = labels.dropna().unique()
        labels = labels.map({start: containing(pd.Timestamp(start).date(), grain).label for start in starts})
    segments = {
        name: _values(answer[name], scan.columns.get(name, ""), name in mixed)
        for name in segments_in(grouping)
    }
    return answer.assign(period=labels, **segments).dropna(subset=["period"])


def _values(segment: pd.Series, sql_type: str, as_text: bool) -> pd.Series:
    """Segment values as plain objects: whole numbers stay whole beside a missing one, missing is None."""
    whole = "INT" in sql_type.upper() and segment.dtype.kind == "f"
    plain = segment.astype("Int64" if whole else "object").astype("object")
    return (plain.map(word).astype("object") if as_text else plain).where(plain.notna(), None)


def _own_sums(wide: pd.DataFrame, place: int, piece: Piece, again: bool) -> dict[str, np.ndarray]:
    """Whatever was aggregated for one piece, by the names of the sums; NaN for what was not.

    A share of cases is one of counts too, so that both can be added up. Rows that another part of the
    indicator has read are not counted `again`.
    """
    nothing = np.full(len(wide), np.nan)
    columns = {name: f"i{place}_{name}" for name in (*_SUMS, *_ONCE)} | {"rows": "rows_read"}
    sums = {
        name: wide[column].to_numpy("float64", na_value=np.nan) if column in wide else nothing
        for name, column in columns.items()
    }
    if piece.measure.kind in SHARES and not isinstance(piece.measure.share, ShareOfCounts):
        sums |= {"sum": sums["met"], "over": sums["n"]}
    if columns["used"] not in wide:
        sums["used"] = sums["n"] + np.nan_to_num(sums["pending"])
    if again:
        sums |= dict.fromkeys(("rows", "used"), np.zeros(len(wide)))
    return sums


def _pooled(pieces: Sequence[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """The sums over record kinds, with every column that figures need."""
    if not pieces:
        return pd.DataFrame(columns=[*keys, *_SUMS, *_ONCE]).astype(
            dict.fromkeys([*_SUMS, *_ONCE], "float64")
        )
    stacked = pd.concat(pieces, ignore_index=True)
    group = stacked.groupby(keys, dropna=False, sort=False).ngroup()
    named = stacked.loc[~group.duplicated(), keys].reset_index(drop=True)  # as index they would change type
    sums, once = stacked[_SUMS].groupby(group).sum(min_count=1), stacked[_ONCE].groupby(group).first()
    return pd.concat([named, sums, once], axis=1)


def _with_empty_periods(
    sums: pd.DataFrame, indicators: Sequence[Indicator], question: Question
) -> pd.DataFrame:
    """A row for every indicator and period, also where no record speaks of it."""
    labels = [period.label for period in question.periods]
    wanted = pd.MultiIndex.from_product(
        [[one.id for one in indicators], labels], names=["indicator", "period"]
    )
    return sums.set_index(["indicator", "period"]).reindex(wanted).reset_index()


def _untimed(standard: Standard, columns: Columns, indicators: Sequence[Indicator]) -> set[str]:
    """The rates of which some records have no time."""
    return {
        one.id
        for one in indicators
        for piece in standard.pieces_of(one)
        if piece.side and able(piece, columns) and event_of(standard, columns, piece) is None
    }


def _with_a_time_for_each_side(
    sums: pd.DataFrame, untimed: set[str], grouping: Grouping, question: Question
) -> pd.DataFrame:
    """The sums without those of a rate of which one side has no time and so is no part of that stretch.

    Records without a time belong to the first period as a whole: no events elsewhere are not none.
    """
    elsewhere = bool(grain_of(grouping)) | (sums["period"] != question.periods[0].label)
    return sums[~(sums["indicator"].isin(untimed) & elsewhere)]


def _in_force(sums: pd.DataFrame, indicators: Sequence[Indicator]) -> pd.DataFrame:
    """The sums without those of an indicator in a period in which it is not in force."""
    dated = {one.id: one for one in indicators if one.from_ is not None or one.until is not None}
    if not dated:
        return sums
    spans = {label: parse(label) for label in sums["period"].unique()}
    kept = [
        name not in dated or dated[name].in_force(spans[label].start, spans[label].end)
        for name, label in zip(sums["indicator"], sums["period"], strict=True)
    ]
    return sums[kept]


def _ordered(sums: pd.DataFrame, indicators: Sequence[Indicator], segments: Sequence[str]) -> pd.DataFrame:
    """Indicators in the order of the standard, then periods, then segment values, missing ones last."""
    places = {one.id: place for place, one in enumerate(indicators)}
    keys = [
        (places[name], period, *map(_place, values))
        for name, period, *values in sums[["indicator", "period", *segments]].itertuples(index=False)
    ]
    return sums.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)


def _place(value: object) -> tuple[int, float, str]:
    """Where a segment value stands among others: numbers by size, then words, then the missing one."""
    if value is None:
        return (2, 0.0, "")
    return (0, float(value), "") if isinstance(value, int | float) else (1, 0.0, str(value))


def _quantile_bounds(
    engine: Engine, asked: Sequence[Scan], grouping: Grouping, sums: pd.DataFrame, mixed: frozenset[str]
) -> pd.DataFrame:
    """`low` and `high` of every quantile, as the order statistics whose ranks bracket it."""
    shown = ["indicator", "period", *segments_in(grouping), "low", "high"]
    found = []
    for scan in asked:
        for piece in (scan.pieces[place] for place in scan.answers.get(grouping, ())):
            here = sums[(sums["indicator"] == piece.indicator) & (sums["n"] > 0)]
            if piece.measure.quantile is None or here.empty:
                continue
            ranks = rank_bounds(here["n"], piece.measure.quantile.q, scan.question.confidence)
            answer = engine.query(sql.ranked(scan, grouping, piece, ranks))
            found.append(_labelled(answer, scan, grouping, mixed).assign(indicator=piece.indicator)[shown])
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=shown)


__all__ = ["Question", "listings", "measure", "queries", "refusals"]
