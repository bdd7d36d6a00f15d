"""Columns that records lack, found in the records of another kind for the same case, or in the row itself.

A visit whose file has no time at which the arrival was announced finds it in the notifications sent for
that visit. Measuring sees one table with all its columns and does not know where each came from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from sqaudit.conditions import condition, literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.kinds import Column, Link, RecordKind
from sqaudit.sources.attach import Attached

Wanted = Mapping[str, Collection[str]]  # for each record kind, the columns that somebody asks for


def with_links(
    engine: DuckDBEngine, attached: Mapping[str, Attached], models: Mapping[str, RecordKind], wanted: Wanted
) -> dict[str, Attached]:
    """The same records with every wanted column that can be found elsewhere, and where each was found.

    A column that the records have themselves is never looked for. Rows left out by a rule of the run are
    not looked at, and a case without the joining id finds nothing.
    """
    plans = {
        kind: list(_found(kind, models, attached, wanted.get(kind, ())))
        for kind, one in attached.items()
        if kind in models
    }
    tables = {kind: [_table(engine, kind, attached, found) for found in own] for kind, own in plans.items()}
    return {
        kind: _widened(engine, one, tables.get(kind, []), models, wanted) for kind, one in attached.items()
    }


@dataclass(frozen=True)
class _Found:
    """A linked column of a kind that can be found."""

    name: str
    column: Column
    link: Link


def _found(
    kind: str, models: Mapping[str, RecordKind], attached: Mapping[str, Attached], wanted: Collection[str]
) -> Iterator[_Found]:
    """The wanted columns of one kind that the records lack and another kind has."""
    own = attached[kind].columns
    for name in _with_their_sources(models[kind], wanted):
        column = models[kind].columns.get(name)
        if column is None or column.link is None or name in own:
            continue
        link = column.link
        there = attached[link.records].columns if link.records in attached else {}
        if all(key in own for key in link.by) and _needed_there(link) <= set(there) and _covered(link, own):
            yield _Found(name, column, link)


def _with_their_sources(model: RecordKind, wanted: Collection[str]) -> list[str]:
    """The wanted columns and those that an `otherwise` of theirs is computed from."""
    names = list(wanted)
    for name in wanted:
        column = model.columns.get(name)
        names += sorted(condition(column.otherwise).columns) if column and column.otherwise else []
    return list(dict.fromkeys(names))


def _needed_there(link: Link) -> set[str]:
    """The columns that the other kind must have."""
    way, found = link.found
    names = {*link.by, *(condition(link.where).columns if link.where else ())}
    names |= set(condition(found).columns) if way == "any" else {found}
    return names | ({link.covering.from_, link.covering.until} if link.covering else set())


def _covered(link: Link, own: Mapping[str, str]) -> bool:
    return link.covering is None or link.covering.at in own


def _table(
    engine: DuckDBEngine, kind: str, attached: Mapping[str, Attached], found: _Found
) -> tuple[_Found, str]:
    """What was found, as a table of the engine: one row for each case, or for each row of the kind."""
    link, name = found.link, f"_link_{kind}_{found.name}"
    there = attached[link.records].relation
    if link.next or link.previous:
        sql = _neighbours(link, there)
    elif link.covering is not None:
        sql = _covering(link, attached[kind].relation, there)
    else:
        keys = ", ".join(map(quoted, link.by))
        sql = f"SELECT {keys}, {_aggregate(link)} AS found FROM {quoted(there)} WHERE {_looked_at(link)} GROUP BY {keys}"
    engine.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS {sql}")
    return found, name


def _aggregate(link: Link, alias: str = "") -> str:
    way, found = link.found
    if way == "any":
        return f"bool_or(coalesce(({condition(found).sql}), false))"
    column = f"{alias}{quoted(found)}"
    if way == "all":
        return f"list({column} ORDER BY {column}) FILTER ({column} IS NOT NULL)"
    return f"{'min' if way == 'first' else 'max'}({column})"


def _looked_at(link: Link) -> str:
    """The rows of the other kind that count: not left out, with every joining id, and as `where` says."""
    kept = ["_excluded IS NULL", *(f"{quoted(key)} IS NOT NULL" for key in link.by)]
    return " AND ".join([*kept, *([f"coalesce(({condition(link.where).sql}), false)"] if link.where else [])])


def _neighbours(link: Link, there: str) -> str:
    """The next or previous value of the same case, for each row."""
    way, found = link.found
    window = f"PARTITION BY {', '.join(map(quoted, link.by))} ORDER BY {quoted(found)}, _row"
    step = "lead" if way == "next" else "lag"
    kept = f"{_looked_at(link)} AND {quoted(found)} IS NOT NULL"
    return f"SELECT _row, {step}({quoted(found)}) OVER ({window}) AS found FROM {quoted(there)} WHERE {kept}"


def _covering(link: Link, own: str, there: str) -> str:
    """What is found among records that are valid at an instant of the row; an open end has no end."""
    covering = link.covering
    assert covering is not None  # noqa: S101 - chosen by the caller
    at, start, end = f"own.{quoted(covering.at)}", quoted(covering.from_), quoted(covering.until)
    joined = " AND ".join(f"own.{quoted(key)} = there.{quoted(key)}" for key in link.by)
    last = f"CASE WHEN there.{end} = date_trunc('day', there.{end}) THEN there.{end} + INTERVAL 1 DAY ELSE there.{end} END"
    valid = f"{at} >= there.{start} AND (there.{end} IS NULL OR {at} < {last})"
    looked_at = f"(SELECT * FROM {quoted(there)} WHERE {_looked_at(link)})"
    return (
        f"SELECT own._row AS _row, {_aggregate(link, 'there.')} AS found FROM {quoted(own)} AS own "
        f"JOIN {looked_at} AS there ON {joined} AND {valid} GROUP BY own._row"
    )


def _widened(
    engine: DuckDBEngine,
    one: Attached,
    tables: list[tuple[_Found, str]],
    models: Mapping[str, RecordKind],
    wanted: Wanted,
) -> Attached:
    """The records of one kind under their own name, with what was found beside their columns."""
    computed = _computed(one, [found.name for found, _ in tables], models, wanted.get(one.kind, ()))
    if not tables and not computed:
        return one
    own = f"_own_{one.kind}"
    stored = engine.rows(
        f"SELECT table_type FROM information_schema.tables WHERE table_name = {literal(one.kind)}"
    )
    noun = "VIEW" if stored[0][0] == "VIEW" else "TABLE"
    engine.execute(f"ALTER {noun} {quoted(one.kind)} RENAME TO {quoted(own)}")
    columns = "".join(f", {_value(found, name)} AS {quoted(found.name)}" for found, name in tables)
    joins = "".join(f" LEFT JOIN {quoted(name)} ON {_on(found, name)}" for found, name in tables)
    select = f"SELECT own.*{columns} FROM {quoted(own)} AS own{joins}"
    further = "".join(f", {condition(text).sql} AS {quoted(name)}" for name, text in computed.items())
    engine.execute(f"CREATE VIEW {quoted(one.kind)} AS SELECT *{further} FROM ({select})")
    shown = {name: sql for name, sql in engine.columns(one.kind).items() if name not in ("_row", "_excluded")}
    where = {found.name: found.link.records for found, _ in tables} | dict.fromkeys(computed, one.kind)
    return replace(one, columns=shown, found=where)


def _computed(
    one: Attached, linked: Collection[str], models: Mapping[str, RecordKind], wanted: Collection[str]
) -> dict[str, str]:
    """The wanted columns that can be computed from others of the row."""
    known = {*one.columns, *linked}
    described = models[one.kind].columns if one.kind in models else {}
    return {
        name: column.otherwise
        for name, column in described.items()
        if name in wanted
        and name not in known
        and column.otherwise is not None
        and condition(column.otherwise).columns <= known
    }


def _value(found: _Found, table: str) -> str:
    """What was found for a row: of a yes-or-no question, no where nothing was found for a known case."""
    value = f"{quoted(table)}.found"
    if found.link.any is None:
        return value
    keys = " AND ".join(f"own.{quoted(key)} IS NOT NULL" for key in found.link.by)
    return f"CASE WHEN {keys} THEN coalesce({value}, false) END"


def _on(found: _Found, table: str) -> str:
    link = found.link
    by_row = link.next or link.previous or link.covering
    keys = ["_row"] if by_row else link.by
    return " AND ".join(f"own.{quoted(key)} = {quoted(table)}.{quoted(key)}" for key in keys)


__all__ = ["with_links"]
