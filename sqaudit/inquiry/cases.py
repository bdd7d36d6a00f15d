"""Cases with what happened to them, counted by combination in one query over records that share their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.conditions import condition, quoted, unknown_columns
from sqaudit.inquiry.facts import Fact, Place, described, readable
from sqaudit.periods import Period
from sqaudit.plan import described_kinds, personal_columns
from sqaudit.standards import Indicator

MOST_CELLS = (
    10_000  # combinations that are taken out of the engine; with more, facts are left off from the end
)
SCORE = "score"  # the column of a survey that a low score is read from
Span = tuple[Period | None, Period | None]  # first and last period; None is without bound


@dataclass(frozen=True)
class Cases:
    """Whose outcome is asked: a kind of records, which of them, and the SQL of the outcome.

    `place` is there where the outcome is whether records of another kind exist, as with complaints.
    """

    kind: str
    eligible: str
    outcome: str
    place: Place | None = None
    indicator: str | None = None


def hidden_columns(audit: Audit) -> set[str]:
    """The columns that hold personal data: never read here, whatever the run shows elsewhere."""
    return personal_columns(audit.run, described_kinds(audit.standard))


def scored_low(audit: Audit) -> Cases | None:
    """The answers that an indicator of the standard does not count as good; None where none reads a score.

    The first indicator that has a weight and a share over the scores of surveys, else the first such share.
    """
    able = [one for one in audit.standard.indicators if _reads_score(audit, one)]
    if not able:
        return None
    chosen = next((one for one in able if one.weight is not None), able[0])
    piece = chosen.pieces[0]
    share = condition(str(piece.measure.share)).sql
    eligible = condition(piece.eligible).sql if piece.eligible else "true"
    bad = f"NOT ({share})" if chosen.direction != "lower" else f"({share})"
    return Cases("survey", f"({eligible}) AND ({share}) IS NOT NULL", bad, indicator=chosen.id)


def _reads_score(audit: Audit, one: Indicator) -> bool:
    if one.kinds != ["survey"] or len(one.pieces) != 1 or "survey" not in audit.columns:
        return False
    piece = one.pieces[0]
    if not isinstance(piece.measure.share, str):
        return False
    texts = [piece.measure.share, *([piece.eligible] if piece.eligible else [])]
    checked = [condition(text) for text in texts]
    plain = not any(one.instants for one in checked)
    known = not any(unknown_columns(text, audit.columns["survey"]) for text in texts)
    return plain and known and SCORE in checked[0].columns


def complained(audit: Audit) -> Cases | None:
    """The tickets, by whether a complaint belongs to them; None where either kind is absent."""
    place = described().complained
    if "ticket" not in audit.columns or _found(audit, place, audit.columns["ticket"], set()) is None:
        return None
    return Cases("ticket", "true", "", place)


def spans_of(audit: Audit) -> list[Span]:
    """The periods that cases may be taken from, the narrowest first: now, with the one before, all so far."""
    now, before = audit.run.chosen_period, audit.run.compared_period
    spans: list[Span] = [(now, now)]
    if before is not None and before.start is not None and now.start is not None and before.start < now.start:
        spans.append((before, now))
    return spans if now.start is None else [*spans, (None, now)]


def told(span: Span) -> tuple[str, ...]:
    """The labels of a span: its periods, or `until` and its end where it has no start.

    >>> from sqaudit.periods import parse
    >>> told((None, parse("2026-Q3"))), told((parse("2026-Q3"), parse("2026-Q3")))
    (('until', '2026-Q3'), ('2026-Q3',))
    """
    first, last = (one.label if one is not None else "until" for one in span)
    return (first,) if first == last else (first, last)


def within(audit: Audit, kind: str, span: Span) -> str:
    """The SQL that keeps the records of a kind that count, in the scope of the run and in a span."""
    kept = ["_excluded IS NULL"]
    scope = audit.question(((),), (audit.run.chosen_period,)).scope.get(kind)
    kept += [f"coalesce(({condition(scope).sql}), false)"] if scope else []
    event = audit.standard.kind(kind).time
    if event is not None and event in audit.columns[kind]:
        first, last = span
        if first is not None and first.start is not None:
            kept.append(f"{quoted(event)} >= TIMESTAMP '{first.start}'")
        if last is not None and last.end is not None:
            kept.append(f"{quoted(event)} < TIMESTAMP '{last.end}'")
    return " AND ".join(kept)


def facts_there(audit: Audit, cases: Cases) -> dict[str, Fact]:
    """The facts that can be found for these cases, in the order they are described in.

    A standard may give a column another type than ours: what the engine refuses is not there either.
    """
    own, hidden = audit.columns[cases.kind], hidden_columns(audit)
    return {
        name: fact
        for name, fact in described().facts.items()
        if any(_found(audit, place, own, hidden) for place in fact.found)
        and not audit.engine.refusal(_query(audit, cases, (None, None), [name], None))
    }


def cells_of(
    audit: Audit, cases: Cases, span: Span, facts: Collection[str], context: str | None
) -> pd.DataFrame:
    """How many cases have each combination of outcome, facts and a context column.

    Columns out: `outcome`, one per fact (true, false, or missing where it cannot be known), `context` if
    asked for, and `cases`. A case that no id joins to anything has all its facts missing. What is not found
    for a case did not happen to it, except where its id names a record that is not there: that is not known.
    """
    kept = list(facts)
    sql = _query(audit, cases, span, kept, context)
    frame = audit.engine.query(sql)
    while len(frame) > MOST_CELLS and len(kept) > 1:
        kept.pop()
        frame = audit.engine.query(_query(audit, cases, span, kept, context))
    named = ["outcome", *kept, *(["context"] if context else []), "cases"]
    frame = frame.set_axis(named, axis=1)
    truths = {name: frame[name].astype("boolean") for name in ("outcome", *kept)}
    return frame.assign(**truths, cases=frame["cases"].astype("int64"))


def outcomes_in(audit: Audit, cases: Cases, span: Span) -> tuple[int, int]:
    """How many cases there are in a span, and how many of them with the outcome."""
    frame = cells_of(audit, cases, span, (), None)
    known = frame[frame["outcome"].notna()]
    return int(known["cases"].sum()), int(known.loc[known["outcome"].astype(bool), "cases"].sum())


def group_sql(audit: Audit, cases: Cases) -> tuple[str, str]:
    """The SQL of the outcome for each record of its kind, and the joins that it needs (after `AS own`)."""
    if cases.place is None:
        return f"CASE WHEN {cases.eligible} THEN {cases.outcome} END", ""
    found = _found(audit, cases.place, audit.columns[cases.kind], set())
    if found is None:
        return "NULL", ""
    key, where = found
    join = f" LEFT JOIN {_hits(cases.place, key, where)} AS _outcome ON {_same(key, 'own', '_outcome')}"
    return f"CASE WHEN own.{quoted(key)} IS NOT NULL THEN coalesce(_outcome._hits, 0) > 0 END", join


def _found(
    audit: Audit, place: Place, own: Mapping[str, str], hidden: Collection[str]
) -> tuple[str, str] | None:
    """The id by which a place is joined and the SQL of its condition; None where it cannot be read."""
    there = audit.columns.get(place.records)
    if there is None:
        return None
    key = next((name for name in place.by if name in own and name in there), None)
    where = readable(place.where, there, hidden)
    return (key, where) if key is not None and where is not None else None


def _hits(place: Place, key: str, where: str) -> str:
    """For each id, how many records fulfil a condition, and for how many it cannot be told."""
    return (
        f"(SELECT CAST({quoted(key)} AS VARCHAR) AS _id, count(*) FILTER (WHERE {where}) AS _hits, "
        f"count(*) FILTER (WHERE ({where}) IS NULL) AS _open FROM {quoted(place.records)} "
        f"WHERE _excluded IS NULL AND {quoted(key)} IS NOT NULL GROUP BY 1)"
    )


def _same(key: str, own: str, there: str) -> str:
    return f"CAST({own}.{quoted(key)} AS VARCHAR) = {there}._id"


def _query(audit: Audit, cases: Cases, span: Span, facts: Collection[str], context: str | None) -> str:
    own, hidden = audit.columns[cases.kind], hidden_columns(audit)
    outcome, joins = group_sql(audit, cases)
    places = {name: list(_places(audit, described().facts[name], own, hidden)) for name in facts}
    ids = sorted({key for found in places.values() for _, key, _ in found})
    columns, number = [f"{outcome} AS _c0"], 0
    for name in facts:
        tables = []
        for place, key, where in places[name]:
            table, number = f"_p{number}", number + 1
            joins += f" LEFT JOIN {_hits(place, key, where)} AS {table} ON {_same(key, 'own', table)}"
            tables.append((table, place, key))
        columns.append(f"{_truth(audit, tables, ids)} AS _c{len(columns)}")
    columns += [f"own.{quoted(context)} AS _c{len(columns)}"] if context else []
    base = (
        f"(SELECT * FROM {quoted(cases.kind)} WHERE {within(audit, cases.kind, span)} AND {cases.eligible})"
    )
    keys = ", ".join(f"_c{place}" for place in range(len(columns)))
    return (
        f"SELECT {keys}, count(*) AS cases FROM (SELECT {', '.join(columns)} FROM {base} AS own{joins}) "
        f"GROUP BY {keys} ORDER BY {keys} LIMIT {MOST_CELLS + 1}"
    )


def _places(
    audit: Audit, fact: Fact, own: Mapping[str, str], hidden: Collection[str]
) -> Iterator[tuple[Place, str, str]]:
    for place in fact.found:
        if (found := _found(audit, place, own, hidden)) is not None:
            yield (place, *found)


def _truth(audit: Audit, tables: list[tuple[str, Place, str]], ids: Collection[str]) -> str:
    """Whether a fact holds for a case: in any place; not known where a record is missing or says nothing."""
    holds = " OR ".join(f"coalesce({table}._hits, 0) >= {place.at_least}" for table, place, _ in tables)
    unknown = [f"coalesce({table}._open, 0) > 0" for table, _, _ in tables]
    unknown += [
        f"(own.{quoted(key)} IS NOT NULL AND {table}._id IS NULL)"
        for table, place, key in tables
        if key == audit.standard.kind(place.records).key  # its id names a record that is not there
    ]
    unknown.append("(" + " AND ".join(f"own.{quoted(name)} IS NULL" for name in ids) + ")")
    return f"CASE WHEN {holds} THEN true WHEN {' OR '.join(unknown)} THEN NULL ELSE false END"
