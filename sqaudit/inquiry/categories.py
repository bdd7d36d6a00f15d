"""Cases by category: which are the largest, which are frequent and weak, and which grow in which severity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.causes.pareto import pareto
from sqaudit.causes.severity import classified
from sqaudit.causes.weak_points import weak_points
from sqaudit.conditions import quoted
from sqaudit.inquiry.cases import hidden_columns, within
from sqaudit.inquiry.dimensions import quoted_if_needed
from sqaudit.inquiry.facts import Nature, Sizes, described, readable
from sqaudit.measure.cells import cells
from sqaudit.periods import Period
from sqaudit.standards import Indicator
from sqaudit.standards.measures import SHARES

MOST_VALUES = 200  # of a column to be put in order; one with more is nearer to an identifier
MOST_NATURES = 12  # of a column that nature is read from; more are free text
LEAST_TO_SORT = 100  # cases of an indicator: five categories of the twenty that a judgement needs
MOST_INDICATORS = 4  # whose misses are sorted unasked
MOST_KINDS = 2  # of record that such an indicator reads
MOST_COLUMNS = 2  # by which the misses of one indicator are sorted

__all__ = ["Categories", "Grown", "Sized", "Weak", "categories_of", "weak_of"]


@dataclass(frozen=True)
class Sized:
    """The cases of a period by the values of a column, as `causes.pareto` returns them."""

    records: str
    by: str
    table: pd.DataFrame


@dataclass(frozen=True)
class Weak:
    """The cases and misses of an indicator by the values of a column, as `causes.weak_points` returns them.

    `misses` are the misses in the order of their size.
    """

    indicator: str
    by: str
    table: pd.DataFrame
    misses: pd.DataFrame


@dataclass(frozen=True)
class Grown:
    """Cases by nature and severity against the compared period, as `causes.severity` returns them.

    Rates are per day; `days_before` and `days_now` are the days of the periods.
    """

    records: str
    nature: str
    severity: str
    days_before: int
    days_now: int
    table: pd.DataFrame


@dataclass(frozen=True)
class Categories:
    """Everything about cases by category; a part is empty where the records have nothing to sort by."""

    period: str
    compared: str | None
    sizes: tuple[Sized, ...] = ()
    weak: tuple[Weak, ...] = ()
    grown: tuple[Grown, ...] = ()


def categories_of(audit: Audit, indicators: Sequence[str] = ()) -> Categories:
    """The sizes, weak points and trends of the period.

    Weak points are looked for in the misses of four of the `indicators` at most: of those that read the same
    records, the first that has at least half of the most cases, since the others sort the same cases again.
    """
    now, before = audit.run.chosen_period, audit.run.compared_period
    return Categories(
        now.label,
        before.label if before is not None else None,
        tuple(sized for one in described().sizes if (sized := _sized(audit, one, now)) is not None),
        tuple(weak for name in _apart(audit, indicators) for weak in weak_of(audit, name)),
        tuple(grown for one in described().natures if (grown := _grown(audit, one, before, now)) is not None),
    )


def _apart(audit: Audit, indicators: Sequence[str]) -> list[str]:
    """One indicator for each set of records; none over three kinds or more, whose parts say it plainer."""
    total = audit.results.grouped()
    now = total[total["period"] == audit.run.chosen_period.label].set_index("indicator")["denominator"]
    groups: dict[frozenset[str], list[tuple[str, float]]] = {}
    for name in indicators:
        one = audit.standard.indicator(name)
        cases, sorts = float(now.get(name, 0)), any(_sorts(audit, one, by) for by in described().weak_by)
        share = one.kind_of_measure in SHARES and len(one.kinds) <= MOST_KINDS
        if share and sorts and cases >= LEAST_TO_SORT:
            groups.setdefault(frozenset(one.kinds), []).append((name, cases))
    most = [max(cases for _, cases in own) for own in groups.values()]
    chosen = [
        next(name for name, cases in own if cases >= largest / 2)
        for own, largest in zip(groups.values(), most, strict=True)
    ]
    return chosen[:MOST_INDICATORS]


def weak_of(audit: Audit, indicator: str) -> list[Weak]:
    """The weak points among the cases of an indicator, by each of the first two columns that sort them.

    Empty for a figure that is no share of cases, and where its records have no such column.
    """
    one = audit.standard.indicator(indicator)
    if one.kind_of_measure not in SHARES:
        return []
    columns = [name for name in described().weak_by if _sorts(audit, one, name)][:MOST_COLUMNS]
    return [weak for name in columns if (weak := _weak(audit, one, name)) is not None]


def _sorts(audit: Audit, one: Indicator, name: str) -> bool:
    kinds = [kind for kind in one.kinds if kind in audit.columns]
    there = bool(kinds) and all(name in audit.columns[kind] for kind in kinds)
    return there and name not in hidden_columns(audit)


def _weak(audit: Audit, one: Indicator, name: str) -> Weak | None:
    question = audit.question(((),), (audit.run.chosen_period,), (one.id,))
    found = cells(
        audit.engine, audit.standard, audit.columns, question, one, {"category": quoted_if_needed(name)}
    )
    counted = found[found["count"] > 0] if len(found) else found
    if not 2 <= len(counted) <= MOST_VALUES or counted["bad"].isna().all() or not counted["bad"].sum() > 0:
        return None
    by = pd.DataFrame({"category": counted["category"], "cases": counted["count"], "bad": counted["bad"]})
    misses = by[["category", "bad"]].set_axis(["category", "count"], axis=1)
    return Weak(one.id, name, weak_points(by), pareto(misses))


def _sized(audit: Audit, one: Sizes, now: Period) -> Sized | None:
    columns = audit.columns.get(one.records, {})
    where = readable(one.where, columns, hidden_columns(audit))
    if one.by not in columns or where is None or one.by in hidden_columns(audit):
        return None
    kept = f"{within(audit, one.records, (now, now))} AND coalesce(({where}), false)"
    sql = f"SELECT {quoted(one.by)}, count(*) FROM {quoted(one.records)} WHERE {kept} GROUP BY 1 ORDER BY 1"
    rows = audit.engine.rows(f"{sql} LIMIT {MOST_VALUES + 1}")
    if not 2 <= len(rows) <= MOST_VALUES:
        return None
    counts = pd.DataFrame(rows, columns=["category", "count"])
    return Sized(one.records, one.by, pareto(counts.astype({"category": "object"})))


def _grown(audit: Audit, one: Nature, before: Period | None, now: Period) -> Grown | None:
    columns = audit.columns.get(one.records, {})
    where = readable(one.where, columns, hidden_columns(audit))
    event = audit.standard.kind(one.records).time if columns else None
    if before is None or where is None or event not in columns or not _bounded(before, now):
        return None
    severity = next((name for name in one.severity if name in columns), None)
    nature = next((name for name in one.nature if _few_values(audit, one, name)), None)
    if severity is None or nature is None:
        return None
    counted = [
        f"count(*) FILTER (WHERE {within(audit, one.records, (span, span))}) AS n{place}"
        for place, span in enumerate((before, now))
    ]
    kept = f"_excluded IS NULL AND coalesce(({where}), false)"
    sql = (
        f"SELECT {quoted(nature)}, {quoted(severity)}, {', '.join(counted)} FROM {quoted(one.records)} "
        f"WHERE {kept} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    rows = [row for row in audit.engine.rows(sql) if int(str(row[2])) + int(str(row[3])) > 0]
    if not rows:
        return None
    counts = pd.DataFrame(rows, columns=["nature", "severity", "count_before", "count_now"])
    days = [_days(span) for span in (before, now)]
    table = classified(counts, exposure_before=days[0], exposure_now=days[1])
    return Grown(one.records, nature, severity, days[0], days[1], table)


def _few_values(audit: Audit, one: Nature, name: str) -> bool:
    columns = audit.columns[one.records]
    if name not in columns or name in hidden_columns(audit):
        return False
    sql = f"SELECT count(DISTINCT {quoted(name)}) FROM {quoted(one.records)} WHERE _excluded IS NULL"
    return 1 <= int(str(audit.engine.rows(sql)[0][0])) <= MOST_NATURES


def _bounded(*spans: Period) -> bool:
    return all(span.start is not None and span.end is not None for span in spans)


def _days(span: Period) -> int:
    assert span.start is not None and span.end is not None  # noqa: S101, PT018 - asked before
    return (span.end - span.start).days
