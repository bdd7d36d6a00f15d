"""Columns that records lack, found in the records of another kind for the same case, or in the row itself.

A visit whose file has no time at which the arrival was announced finds it in the notifications sent for
that visit. Measuring sees one table with all its columns and does not know where each came from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqaudit.conditions import condition, literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import Fault, ParameterError
from sqaudit.kinds import Link, RecordKind
from sqaudit.sources.attach import Attached

Wanted = Mapping[str, Collection[str]]  # for each record kind, the columns that somebody asks for


def with_links(
    engine: DuckDBEngine, attached: Mapping[str, Attached], models: Mapping[str, RecordKind], wanted: Wanted
) -> dict[str, Attached]:
    """The same records with every wanted column that can be found elsewhere, and where each was found.

    A column that the records have themselves is never looked for. What can be computed within the rows
    alone comes first, so that other records can be found by it; then what is found in other records; then
    what is computed from that. Rows left out by a rule of the run are not looked at, and a case without the
    joining id finds nothing. ParameterError where a link cannot be followed: unlike types, or a `next`
    among records of another kind.
    """
    asked = {
        kind: _with_their_sources(models[kind], wanted.get(kind, ())) if kind in models else []
        for kind in attached
    }
    read = _read_by_links(asked, models)
    plain = {
        kind: _computed_in_row(engine, one, models.get(kind), [*asked[kind], *read[kind]])
        for kind, one in attached.items()
    }
    plans = {kind: list(_found(kind, models, plain, names)) for kind, names in asked.items() if names}
    for own in plans.values():
        for found in own:
            _store(engine, found)
    return {
        kind: _widened(engine, one, plans.get(kind, []), models.get(kind), asked[kind])
        for kind, one in plain.items()
    }


@dataclass(frozen=True)
class _Found:
    """A linked column of a kind that can be found, and the two kinds; `time` is the event time of theirs."""

    name: str
    link: Link
    own: Attached
    there: Attached
    time: str | None

    @property
    def table(self) -> str:
        """The table of what is found; no kind has a blank in its name, so no two are called alike."""
        return f"_link {self.own.kind} {self.name}"

    @property
    def place(self) -> str:
        """Where a person finds the link."""
        return f"record kind {self.own.kind}, column {self.name}"


def _found(
    kind: str, models: Mapping[str, RecordKind], attached: Mapping[str, Attached], wanted: Collection[str]
) -> Iterator[_Found]:
    """The wanted columns of one kind that the records lack and another kind has."""
    own = attached[kind].columns
    known = {name.lower() for name in own}  # the engine does not tell names apart by their case
    for name in wanted:
        column = models[kind].columns.get(name)
        if column is None or column.link is None or name.lower() in known:
            continue
        link = column.link
        _refuse_neighbours_elsewhere(kind, name, link)
        there = attached.get(link.records)
        if there is None or not _needed_there(link) <= set(there.columns):
            continue
        if all(key in own for key in link.by) and _covered(link, own):
            time = models[link.records].time
            yield _Found(name, link, attached[kind], there, time if time in there.columns else None)


def _refuse_neighbours_elsewhere(kind: str, name: str, link: Link) -> None:
    if (link.next or link.previous) and link.records != kind:
        way = link.found[0]
        raise ParameterError(
            [
                Fault(
                    f"record kind {kind}, column {name}",
                    f"`{way}` looks among records of the same kind, and the link names {link.records}.",
                    f"Write `records: {kind}`, or find the `first` or `last` of the {link.records} records.",
                )
            ]
        )


def _with_their_sources(model: RecordKind, wanted: Collection[str]) -> list[str]:
    """The wanted columns and those that an `otherwise` of theirs is computed from, at any remove."""
    names = list(wanted)
    for name in names:  # grows on the way
        if (column := model.columns.get(name)) is not None:
            names += sorted({one for text in column.otherwise for one in condition(text).columns} - {*names})
    return list(dict.fromkeys(names))


def _read_by_links(asked: Mapping[str, list[str]], models: Mapping[str, RecordKind]) -> dict[str, list[str]]:
    """What the links of the columns asked for read of each kind of records."""
    read: dict[str, list[str]] = {kind: [] for kind in asked}
    for kind, names in asked.items():
        for name in names:
            column = models[kind].columns.get(name)
            if column is not None and (link := column.link) is not None and link.records in read:
                read[kind] += [*link.by, *([link.covering.at] if link.covering else [])]
                read[link.records] += sorted(_needed_there(link))
    return {
        kind: _with_their_sources(models[kind], names) if kind in models else []
        for kind, names in read.items()
    }


def _needed_there(link: Link) -> set[str]:
    """The columns that the other kind must have."""
    way, found = link.found
    names = {*link.by, *(condition(link.where).columns if link.where else ())}
    names |= set(condition(found).columns) if way == "any" else {found}
    return names | ({link.covering.from_, link.covering.until} if link.covering else set())


def _covered(link: Link, own: Mapping[str, str]) -> bool:
    return link.covering is None or link.covering.at in own


def _store(engine: DuckDBEngine, found: _Found) -> None:
    """What was found, as a table of the engine: one row for each case, or for each row of the kind."""
    link = found.link
    if link.next or link.previous:
        sql = _neighbours(found)
    elif link.covering is not None:
        sql = _covering(found)
    else:
        keys = ", ".join(map(quoted, link.by))
        sql = f"SELECT {keys}, {_aggregate(found)} AS _found FROM ({_looked_at(found)}) GROUP BY {keys}"
    _refuse_what_the_engine_refuses(engine, found.place, sql)
    engine.execute(f"CREATE OR REPLACE TABLE {quoted(found.table)} AS {sql}")


def _refuse_what_the_engine_refuses(engine: DuckDBEngine, place: str, sql: str) -> None:
    if why := engine.refusal(sql):
        raise ParameterError([Fault(place, why, "Check the types of the columns it reads.")])


def _aggregate(found: _Found) -> str:
    """One value of many: instants by themselves, others in the order of their records; missing ones aside."""
    way, name = found.link.found
    if way == "any":
        return "bool_or(coalesce(_value, false))"
    if way == "all":
        return "list(_value ORDER BY _value) FILTER (WHERE _value IS NOT NULL)"
    if found.there.columns[name].startswith(("TIMESTAMP", "DATE")):
        return f"{'min' if way == 'first' else 'max'}(_value)"
    nulls = "LAST" if way == "first" else "FIRST"  # a record without a time neither begins nor ends a case
    return f"{way}(_value ORDER BY _time NULLS {nulls}, _place) FILTER (WHERE _value IS NOT NULL)"


def _looked_at(found: _Found) -> str:
    """The records of the other kind that count, with what is read of each under names of our own."""
    link = found.link
    way, what = link.found
    value = condition(what).sql if way == "any" else quoted(what)
    stretch = [link.covering.from_, link.covering.until] if link.covering else []
    columns = ", ".join(map(quoted, dict.fromkeys([*link.by, *stretch])))
    time = quoted(found.time) if found.time else "NULL"
    return (
        f"SELECT {columns}, {value} AS _value, {time} AS _time, _row AS _place "
        f"FROM {quoted(found.there.relation)} WHERE {_known(link.by)} AND {_counts(link)}"
    )


def _known(names: Collection[str], alias: str = "") -> str:
    return " AND ".join(f"{alias}{quoted(name)} IS NOT NULL" for name in names)


def _counts(link: Link) -> str:
    """Which records of the other kind count: those not left out, as `where` says."""
    where = [f"coalesce(({condition(link.where).sql}), false)"] if link.where else []
    return " AND ".join(["_excluded IS NULL", *where])


def _neighbours(found: _Found) -> str:
    """The next or previous value of the same case among the rows that count, for each row."""
    link = found.link
    way, what = link.found
    window = f"PARTITION BY {', '.join(map(quoted, link.by))} ORDER BY {quoted(what)}, _row"
    step = "lead" if way == "next" else "lag"
    value = f"CASE WHEN {_counts(link)} THEN {quoted(what)} END"
    return (
        f"SELECT _row, {step}({value} IGNORE NULLS) OVER ({window}) AS _found "
        f"FROM {quoted(found.there.relation)} WHERE {_known([*link.by, what])}"
    )


def _covering(found: _Found) -> str:
    """What is found among records that are valid at an instant of the row; an open end has no end.

    A day as the end counts whole.
    """
    covering = found.link.covering
    assert covering is not None  # noqa: S101 - chosen by the caller
    at = f"own.{quoted(covering.at)}"
    start, end = f"there.{quoted(covering.from_)}", f"there.{quoted(covering.until)}"
    whole = f"{end} = date_trunc('day', {end})"
    ended = f"CASE WHEN {whole} THEN {at} >= {end} + INTERVAL 1 DAY ELSE {at} > {end} END"
    return (
        f"SELECT own._row AS _row, {_aggregate(found)} AS _found FROM {quoted(found.own.relation)} AS own "
        f"JOIN ({_looked_at(found)}) AS there ON {_same_case(found, 'there')} "
        f"AND {at} >= {start} AND NOT coalesce({ended}, false) GROUP BY own._row"
    )


def _same_case(found: _Found, there: str) -> str:
    """That the joining ids agree: as text where only one side has text, which need not be numbers."""
    agreed = []
    for key in found.link.by:
        sides = [f"own.{quoted(key)}", f"{there}.{quoted(key)}"]
        if [found.own.columns[key], found.there.columns[key]].count("VARCHAR") == 1:
            sides = [f"CAST({side} AS VARCHAR)" for side in sides]
        agreed.append(" = ".join(sides))
    return " AND ".join(agreed)


def _computed_in_row(
    engine: DuckDBEngine, one: Attached, model: RecordKind | None, wanted: Collection[str]
) -> Attached:
    """The records of one kind with the columns that need nothing but the row itself."""
    own = {name.lower() for name in one.columns}
    described = model.columns.items() if model else ()
    linked = {name for name, column in described if column.link and name.lower() not in own}
    computed = _computed(one, [], model, wanted, linked)
    return _renewed(engine, one, [], computed, f"_own_{one.kind}") if computed else one


def _widened(
    engine: DuckDBEngine,
    one: Attached,
    links: list[_Found],
    model: RecordKind | None,
    wanted: Collection[str],
) -> Attached:
    """The records of one kind with what was found in others, and what can be computed from that."""
    computed = _computed(one, [found.name for found in links], model, wanted)
    if not links and not computed:
        return one
    return _renewed(engine, one, links, computed, f"_unlinked_{one.kind}")


def _renewed(
    engine: DuckDBEngine, one: Attached, links: list[_Found], computed: Mapping[str, str], before: str
) -> Attached:
    """The records under their own name with further columns; what they were is called `before`."""
    stored = engine.rows(
        "SELECT table_type FROM information_schema.tables "
        f"WHERE table_catalog = current_database() AND table_name = {literal(one.kind)}"
    )
    noun = "VIEW" if stored[0][0] == "VIEW" else "TABLE"
    engine.execute(f"ALTER {noun} {quoted(one.kind)} RENAME TO {quoted(before)}")
    columns = "".join(f", {_value(found)} AS {quoted(found.name)}" for found in links)
    joins = "".join(f" LEFT JOIN {quoted(found.table)} ON {_on(found)}" for found in links)
    select = f"SELECT own.*{columns} FROM {quoted(before)} AS own{joins}"
    for name, text in computed.items():  # one may read another
        select = f"SELECT *, {condition(text).sql} AS {quoted(name)} FROM ({select})"
        _refuse_what_the_engine_refuses(engine, f"record kind {one.kind}, column {name}", select)
    engine.execute(f"CREATE VIEW {quoted(one.kind)} AS {select}")
    shown = {name: sql for name, sql in engine.columns(one.kind).items() if name not in ("_row", "_excluded")}
    where = {found.name: found.link.records for found in links} | dict.fromkeys(computed, one.kind)
    return replace(one, columns=shown, found={**one.found, **where})


def _computed(
    one: Attached,
    linked: Collection[str],
    model: RecordKind | None,
    wanted: Collection[str],
    later: Collection[str] = (),
) -> dict[str, str]:
    """The wanted columns that can be computed from others of the row, each after those that it reads.

    Of several ways the first one that can be gone is taken; where it may be open `later`, none is yet.
    """
    if model is None:
        return {}
    settling = _Settling(model, {*one.columns, *linked}, set(later))
    for name in wanted:
        settling.settle(name)
    return settling.computed


@dataclass
class _Settling:
    """The columns of a row that are known, those computed so far, and those that may be found later."""

    model: RecordKind
    known: set[str]
    later: set[str]
    computed: dict[str, str] = field(default_factory=dict)

    def settle(self, name: str, asking: frozenset[str] = frozenset()) -> None:
        """Find out how a column is computed, if it can be; `asking` are those that it is computed for."""
        column = self.model.columns.get(name)
        taken = {known.lower() for known in self.known}  # the engine does not tell names apart by their case
        if column is None or name.lower() in taken or name in self.later or name in asking:
            return
        for text in column.otherwise:
            read = condition(text).columns
            for one in sorted(read):
                self.settle(one, asking | {name})
            if read <= self.known:
                self.computed[name] = text
                self.known.add(name)
                return
            if read & self.later:
                self.later.add(name)
                return


def _value(found: _Found) -> str:
    """What was found for a row: of a yes-or-no question, no where nothing was found for a known case."""
    link, value = found.link, f"{quoted(found.table)}._found"
    if link.any is None:
        return value
    asked = [*link.by, *([link.covering.at] if link.covering else [])]
    return f"CASE WHEN {_known(asked, 'own.')} THEN coalesce({value}, false) END"


def _on(found: _Found) -> str:
    """How a row meets what was found for it."""
    table, link = quoted(found.table), found.link
    by_row = link.next or link.previous or link.covering
    return f"own._row = {table}._row" if by_row else _same_case(found, table)


__all__ = ["with_links"]
