"""What an indicator means in SQL: which rows count, which are met, pending or left out, and why.

The same conditions make the figures and list the records behind them, so the two cannot disagree.
Every row is exactly one of met, missed (or counted, where there is nothing to meet), pending, excluded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqaudit.conditions import condition, literal, quoted
from sqaudit.standards.model import Indicator, LimitBy, ShareOfCounts, Within


@dataclass(frozen=True)
class Reading:
    """One indicator over one record kind, as SQL conditions on its rows.

    `counted` holds for rows that enter the figure, `met` for those that meet it (None where nothing is
    to be met), `pending` for rows too young to judge; `reason` names why any other row is left out.
    `aggregates` are the sums the figure is made of, over counted rows.
    """

    counted: str
    met: str | None
    reason: str
    pending: str | None = None
    aggregates: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """The SQL that names the status of a row."""
        met = f"WHEN {self.met} THEN 'met' " if self.met else ""
        pending = f"WHEN {self.pending} THEN 'pending' " if self.pending else ""
        rest = "missed" if self.met else "counted"
        return f"CASE {met}WHEN {self.counted} THEN '{rest}' {pending}ELSE 'excluded' END"


def needed_columns(indicator: Indicator) -> list[str]:
    """The columns an indicator reads, in order of name.

    >>> from sqaudit.standards import read_standard
    >>> needed_columns(read_standard("params/standards/after_sales_evaluation.yaml").indicator("csat_top2"))
    ['score']
    """
    measure = indicator.measure
    texts: list[str] = [indicator.eligible] if indicator.eligible else []
    names: list[str] = []
    if isinstance(measure.share, ShareOfCounts):
        texts += [measure.share.met, measure.share.of]
    elif measure.share:
        texts.append(measure.share)
    if measure.within:
        limit = measure.within.limit
        names += [measure.within.from_, measure.within.to]
        names += [measure.within.deadline] if measure.within.deadline else []
        names += [limit.by] if isinstance(limit, LimitBy) else []
    if measure.quantile:
        texts.append(measure.quantile.of)
    if measure.ratio:
        texts += [measure.ratio.sum, measure.ratio.over]
    texts += [text for text in (measure.mean, measure.maximum, measure.count) if text]
    names += measure.complete or []
    return sorted({*names, *(column for text in texts for column in condition(text).columns)})


def read(indicator: Indicator, as_of: datetime) -> Reading:
    """The conditions of an indicator, judged at `as_of`."""
    measure = indicator.measure
    if measure.within:
        return _within(indicator, measure.within, as_of)
    if isinstance(measure.share, ShareOfCounts):
        return _share_of_counts(indicator, measure.share)
    if measure.share:
        sql = f"({condition(measure.share).sql})"
        counted = _all(_eligible(indicator), f"{sql} IS NOT NULL")
        return Reading(
            counted, _all(_eligible(indicator), sql), _reason(indicator, (f"{sql} IS NULL", "missing_value"))
        )
    if measure.complete:
        present = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in measure.complete)
        return Reading(_eligible(indicator), _all(_eligible(indicator), present), _reason(indicator))
    if measure.count:
        sql = f"({condition(measure.count).sql})"
        return Reading(
            _all(_eligible(indicator), sql), None, _reason(indicator, (f"{sql} IS NOT TRUE", "not_eligible"))
        )
    if measure.ratio:
        return _ratio(indicator)
    return _value(indicator)


def _value(indicator: Indicator) -> Reading:
    """A mean, quantile or maximum of one expression."""
    measure = indicator.measure
    if measure.quantile:
        sql = f"CAST({condition(measure.quantile.of).sql} AS DOUBLE)"
        aggregates = {"value": f"quantile_cont({sql}, {measure.quantile.q!r})"}
    elif measure.mean:
        sql = f"CAST({condition(measure.mean).sql} AS DOUBLE)"
        aggregates = {"value": f"avg({sql})", "sum": f"sum({sql})", "variance": f"var_samp({sql})"}
    else:
        sql = f"CAST({condition(measure.maximum or '').sql} AS DOUBLE)"
        aggregates = {"value": f"max({sql})"}
    counted = _all(_eligible(indicator), _is_number(sql))
    return Reading(
        counted, None, _reason(indicator, ("true", "missing_value")), None, {"of": sql, **aggregates}
    )


def _ratio(indicator: Indicator) -> Reading:
    ratio = indicator.measure.ratio
    assert ratio is not None  # noqa: S101 - chosen by the caller
    top, base = (f"CAST({condition(text).sql} AS DOUBLE)" for text in (ratio.sum, ratio.over))
    counted = _all(_eligible(indicator), _is_number(top), _is_number(base))
    sums = {"sum": top, "over": base, "sum_squares": f"{top} * {top}", "over_squares": f"{base} * {base}"}
    sums["products"] = f"{top} * {base}"
    aggregates = {name: f"sum({sql})" for name, sql in sums.items()}
    return Reading(counted, None, _reason(indicator, ("true", "missing_value")), None, aggregates)


def _share_of_counts(indicator: Indicator, share: ShareOfCounts) -> Reading:
    met, base = (f"CAST({condition(text).sql} AS DOUBLE)" for text in (share.met, share.of))
    known = _all(_is_number(met), _is_number(base))
    counted = _all(_eligible(indicator), known, f"{met} BETWEEN 0 AND {base}")
    reason = _reason(indicator, (f"NOT ({known})", "missing_value"), ("true", "impossible_counts"))
    return Reading(counted, None, reason, None, {"sum": f"sum({met})", "over": f"sum({base})"})


def _within(indicator: Indicator, within: Within, as_of: datetime) -> Reading:
    """Short on purpose: these conditions run on every row, and a condition that is NULL holds nowhere."""
    start, end, deadline = quoted(within.from_), quoted(within.to), _deadline(within)
    cut = f"TIMESTAMP {literal(as_of.isoformat(sep=' '))}"
    known = [f"{start} IS NOT NULL"] if within.deadline else []  # a limit counts from the start anyway
    known += [] if within.limit and not isinstance(within.limit, LimitBy) else [f"{deadline} IS NOT NULL"]
    judged = f"CASE WHEN {end} IS NULL THEN {deadline} <= {cut} ELSE {end} >= {start} END"
    return Reading(
        counted=_all(_eligible(indicator), *known, judged),
        met=_all(_eligible(indicator), f"{end} BETWEEN {start} AND {deadline}"),
        pending=_all(_eligible(indicator), *known[:1], f"{end} IS NULL", f"{deadline} > {cut}"),
        reason=_reason(
            indicator, *_missing(within, start, deadline), (f"{end} < {start}", "impossible_order")
        ),
    )


def _missing(within: Within, start: str, deadline: str) -> list[tuple[str, str]]:
    """Why a case has no deadline: a value is missing, or the standard states no limit for its value."""
    if not isinstance(within.limit, LimitBy):
        return [(f"{start} IS NULL OR {deadline} IS NULL", "missing_value")]
    missing = f"{start} IS NULL OR {quoted(within.limit.by)} IS NULL"
    return [(missing, "missing_value"), (f"{deadline} IS NULL", "no_limit")]


def _deadline(within: Within) -> str:
    if within.deadline is not None:
        return quoted(within.deadline)
    start = quoted(within.from_)
    if not isinstance(within.limit, LimitBy):
        return f"({start} + {_interval(within.limit or 0)})"
    cases = " ".join(
        f"WHEN {literal(value)} THEN {_interval(limit)}" for value, limit in within.limit.when.items()
    )
    otherwise = f" ELSE {_interval(within.limit.otherwise)}" if within.limit.otherwise is not None else ""
    return f"({start} + CASE {quoted(within.limit.by)} {cases}{otherwise} END)"


def _interval(seconds: float) -> str:
    if seconds == int(seconds):
        return f"INTERVAL '{int(seconds)}' SECONDS"
    return f"INTERVAL '{round(seconds * 1_000_000)}' MICROSECONDS"  # as fine as a timestamp


def _is_number(sql: str) -> str:
    """Neither missing nor endless: one infinite value, or a square beyond 1e308, would spoil every sum."""
    return f"coalesce(abs({sql}) < 1e150, false)"


def _eligible(indicator: Indicator) -> str:
    kept = "_excluded IS NULL"
    return (
        f"{kept} AND coalesce(({condition(indicator.eligible).sql}), false)" if indicator.eligible else kept
    )


def _reason(indicator: Indicator, *cases: tuple[str, str]) -> str:
    """The SQL that names why a row is neither counted nor pending; the first case that fits speaks."""
    parts = ["WHEN _excluded IS NOT NULL THEN _excluded"]
    if indicator.eligible:
        sql = f"({condition(indicator.eligible).sql})"
        parts += [f"WHEN {sql} IS NULL THEN 'eligibility_unknown'", f"WHEN NOT {sql} THEN 'not_eligible'"]
    parts += [f"WHEN {sql} THEN '{name}'" for sql, name in cases]
    return f"CASE {' '.join(parts)} END"


def _all(*conditions: str) -> str:
    return " AND ".join(conditions)
