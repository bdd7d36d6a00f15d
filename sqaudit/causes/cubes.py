"""Where a share changed, straight from the records of an engine: cuboids in SQL, the search in memory.

The records are encoded once. A few tables of four or five dimensions, which between them hold every
combination searched, are added up by the engine; all smaller cuboids are rolled up from these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import erfc, sqrt

import numpy as np
import pandas as pd

from sqaudit.causes.segments.baseline import main_effects
from sqaudit.causes.segments.calibration import bound, chance_of_change
from sqaudit.causes.segments.cells import Array, Codes, mixed
from sqaudit.causes.segments.conditions import where_of
from sqaudit.causes.segments.cuboids import Segment
from sqaudit.causes.segments.explanation import COLUMNS, Explanation, outcome_of, ratio, text_of
from sqaudit.causes.segments.families import Share
from sqaudit.causes.segments.search import Found, Search
from sqaudit.causes.segments.settings import Settings
from sqaudit.causes.segments.tables import SUMS, Table, TableLattice, aligned, rolled
from sqaudit.conditions import condition, literal, quoted
from sqaudit.engines import Engine
from sqaudit.errors import EngineError, Fault, ParameterError, did_you_mean

DEPTH = 3
LARGEST_TABLE = 150_000  # groups; above, the engine leaves its fast paths
MOST_LEVELS = 2_000  # of one dimension; a segment needs more than a handful of rows
SAMPLE = 300_000  # records from which the main effects are learnt: standard errors of 0.02 on a logit
MILLION = 1_000_000
_AS_THEY_ARE = frozenset(
    ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
)
_ENCODED = "_segments_encoded"


@dataclass(frozen=True)
class Records:
    """Which records: a relation of an engine, and conditions (checked before) for the periods and for bad."""

    relation: str
    dimensions: tuple[str, ...]
    bad: str
    before: str
    now: str


def explain_records(
    engine: Engine,
    relation: str,
    dimensions: Sequence[str],
    *,
    bad: str,
    before: str,
    now: str,
    dispersion: float | None = None,
    settings: Settings | None = None,
) -> Explanation:
    """The segments in which the share of bad records changed, as `explain_change`, from an engine.

    `relation` is a view or table; `bad`, `before` and `now` are SQL conditions over its columns, such as
    `"solved_at > due_at"` and `"opened_at < '2026-04-01'"`. Records for which `bad` is unknown are left out.
    Memory is that of a few small tables, whatever the number of records. `dispersion` is the standard
    deviation by which the logit of a segment wanders from period to period anyway. Chance is judged by the
    bound alone, without draws; segments have up to three conditions.

    ParameterError for columns that the relation lacks and for dimensions of more than 2,000 values;
    EngineError shows a query that was refused.

    >>> from sqaudit.engines.duckdb import DuckDBEngine
    >>> with DuckDBEngine() as engine:
    ...     engine.execute(
    ...         "CREATE TABLE call AS SELECT i % 3 AS team, i % 7 AS site, i % 2 AS half,"
    ...         " (i % 40 < 2 OR (i % 3 = 1 AND i % 2 = 1 AND i % 5 = 0)) AS late FROM range(42000) t(i)")
    ...     found = explain_records(
    ...         engine, "call", ["team", "site"], bad="late", before="half = 0", now="half = 1")
    >>> found.outcome, found.segments["segment"].tolist()
    ('segments', ['team=1'])
    """
    chosen = (settings or Settings()).fitted_to(len(dimensions))
    if faults := _faults(dimensions, list(engine.columns(relation))):
        raise ParameterError(faults)
    records = Records(relation, tuple(dimensions), *(condition(text).sql for text in (bad, before, now)))
    encoding = _Encoding(engine, records)
    sized = zip(dimensions, encoding.sizes, strict=True)
    if faults := [_too_many(name, size) for name, size in sized if size > MOST_LEVELS]:
        raise ParameterError(faults)
    effects, rows_per_cell = encoding.effects(chosen)
    select = encoding.select(effects)
    source = _stored(engine, select)
    try:
        depth = min(chosen.depth or DEPTH, len(dimensions))
        tables = _Tables(engine, source, encoding.sizes, depth)
        return _answered(encoding, tables, chosen, rows_per_cell, dispersion)
    finally:
        if source == quoted(_ENCODED):
            engine.execute(f"DROP TABLE {source}")


def _stored(engine: Engine, select: str) -> str:
    """The encoded records as a table; a sealed engine stores nothing, and encodes them with every query."""
    try:
        engine.execute(f"CREATE OR REPLACE TABLE {quoted(_ENCODED)} AS {select}")
    except EngineError:
        if engine.refusal(select):
            raise
        return f"({select})"
    return quoted(_ENCODED)


def _faults(dimensions: Sequence[str], known: Sequence[str]) -> list[Fault]:
    if not dimensions:
        return [Fault("dimensions", "none is named.", "Name at least one column to search in.")]
    return [
        Fault("dimensions", f"there is no column '{name}'.", did_you_mean(name, known))
        for name in dimensions
        if name not in known
    ]


def _too_many(name: str, count: int) -> Fault:
    return Fault("dimensions", f"'{name}' has {count} values, at most {MOST_LEVELS}.", "Group them first.")


def blocks_of(sizes: Sequence[int], depth: int, most: int = LARGEST_TABLE) -> list[tuple[int, ...]]:
    """Sets of dimensions that hold every combination of the depth, each with few enough groups.

    Greedy: the set that holds most combinations still missing comes first, the smaller one where two hold as
    many. A combination that is too large by itself is a set of its own.

    >>> blocks_of([3, 3, 3, 3], 2, most=30)
    [(0, 1, 2), (0, 1, 3), (2, 3)]
    """
    count = len(sizes)
    missing = set(combinations(range(count), min(depth, count)))
    room = {
        dims: float(np.prod([sizes[dim] for dim in dims]))
        for size in range(min(depth, count), count + 1)
        for dims in combinations(range(count), size)
    }
    held = {dims: set(combinations(dims, min(depth, count))) for dims in room}
    found = []
    while missing:
        allowed = [dims for dims in room if room[dims] <= most or dims in missing]
        best = min(allowed, key=lambda dims: (-len(held[dims] & missing), room[dims], dims))
        found.append(best)
        missing -= held[best]
    return found


class _Encoding:
    """The values of every dimension as small whole numbers, and the records written in them."""

    def __init__(self, engine: Engine, records: Records) -> None:
        self.engine, self.records = engine, records
        types = engine.columns(records.relation)
        self.names = [_spoken(name, types[name]) for name in records.dimensions]
        self.among = f"FROM {quoted(records.relation)} WHERE (({records.before}) OR ({records.now}))"
        self.levels = self._found_levels()
        self.sizes = [max(len(own), 1) for own in self.levels]

    def _found_levels(self) -> list[list[object]]:
        """The values of every dimension among the records of both periods, in order, missing last."""
        columns = ", ".join(f"{name} AS d{place}" for place, name in enumerate(self.names))
        sets = ", ".join(f"(d{place})" for place in range(len(self.names)))
        frame = self.engine.query(
            f"SELECT {', '.join(f'd{place}' for place in range(len(self.names)))},"
            f" GROUPING({', '.join(f'd{place}' for place in range(len(self.names)))}) AS own"
            f" FROM (SELECT {columns} {self.among}) AS records GROUP BY GROUPING SETS ({sets})"
        )
        found = []
        for place in range(len(self.names)):
            bit = 1 << (len(self.names) - 1 - place)  # GROUPING has a 0 where the column is grouped by
            column = frame.loc[(frame["own"] & bit) == 0, f"d{place}"]
            values = [_plain(value) for value in column.dropna()]
            missing = [None] if column.isna().any() else []
            found.append([*sorted(values), *missing])  # type: ignore[type-var]
        return found

    def effects(self, settings: Settings) -> tuple[list[Array], float]:
        """Main effects of every level on the logit, learnt from a sample, and records that share a cell.

        The sample takes cells whole, by a hash of their values: no order of rows matters, and the number of
        records in a cell stays what it is.
        """
        records = self.records
        total = int(self.engine.query(f"SELECT count(*) AS n {self.among}")["n"].iloc[0])
        step = max(total // SAMPLE, 1)
        keys = ", ".join(f"CAST({name} AS VARCHAR)" for name in self.names)
        columns = ", ".join(f"{name} AS d{place}" for place, name in enumerate(self.names))
        groups = ", ".join(f"d{place}" for place in range(len(self.names)))
        frame = self.engine.query(
            f"SELECT {groups}, count(*) FILTER (earlier) AS n, count(*) FILTER (earlier AND bad) AS b,"
            f" count(*) AS r FROM (SELECT {columns}, ({records.before}) AS earlier, ({records.bad}) AS bad"
            f" {self.among} AND ({records.bad}) IS NOT NULL AND hash({keys}) % {step} = 0) AS sample"
            f" GROUP BY {groups}"
        )
        codes = np.stack([self._codes(frame[f"d{place}"], place) for place in range(len(self.names))], axis=1)
        order = np.argsort(mixed(codes, self.sizes), kind="stable")
        weight, observed, rows = (frame[name].to_numpy(dtype=np.float64)[order] for name in ("n", "b", "r"))
        effects = main_effects(codes[order], self.sizes, weight, observed, Share(), settings)
        return effects, float((rows**2).sum() / max(float(rows.sum()), 1.0))

    def _codes(self, column: pd.Series, place: int) -> Codes:
        own = {value: code for code, value in enumerate(self.levels[place]) if value is not None}
        codes, found = pd.factorize(column)
        place_of = [*(own[_plain(value)] for value in found), len(self.levels[place]) - 1]  # -1: missing
        return np.array(place_of, dtype=np.int64)[codes]

    def select(self, effects: Sequence[Array]) -> str:
        """The query that writes the records in codes, with the period, bad or not, and the expected share.

        The expected share is a whole number of millionths, so that its sums do not depend on their order.
        """
        joins, codes = [], []
        for place, (name, levels) in enumerate(zip(self.names, self.levels, strict=True)):
            rows = ", ".join(
                f"({_literal(value)}, {code}, {float(effects[place + 1][code])!r})"
                for code, value in enumerate(levels)
            )
            joins.append(
                f"JOIN (VALUES {rows}) AS l{place}(_value{place}, _code{place}, _effect{place})"
                f" ON {name} IS NOT DISTINCT FROM _value{place}"
            )
            kind = "UTINYINT" if len(levels) < 256 else "USMALLINT"
            codes.append(f"CAST(_code{place} AS {kind}) AS d{place}")
        records = self.records
        score = " + ".join([repr(float(effects[0][0])), *(f"_effect{place}" for place in range(len(joins)))])
        return (
            f"SELECT {', '.join(codes)}, CAST(({records.now}) AS UTINYINT) AS now,"
            f" CAST(({records.bad}) AS UTINYINT) AS bad,"
            f" CAST(round({MILLION} / (1 + exp(-({score})))) AS INTEGER) AS expected"
            f" FROM {quoted(records.relation)} {' '.join(joins)}"
            f" WHERE (({records.before}) OR ({records.now})) AND ({records.bad}) IS NOT NULL"
        )


class _Tables:
    """The tables of a search, added up by the engine, of all records or of a segment's."""

    def __init__(self, engine: Engine, source: str, sizes: Sequence[int], depth: int) -> None:
        self._engine, self._source, self._sizes, self._depth = engine, source, sizes, depth
        self._blocks = blocks_of(sizes, depth)
        self.all = self._made("")
        self.taken: list[tuple[Segment, list[Array]]] = []

    def take(self, segment: Segment) -> list[Array]:
        """The sums of a segment's records in the rows of every table, without those taken before."""
        inside = [_held(segment), *(f"NOT ({_held(one)})" for one, _ in self.taken)]
        parts = self._made(f" WHERE {' AND '.join(inside)}")
        sums = [aligned(whole, part, self._sizes) for whole, part in zip(self.all, parts, strict=True)]
        self.taken.append((segment, sums))
        return sums

    def _made(self, where: str) -> list[Table]:
        made: dict[tuple[int, ...], Table] = {}
        for block in self._blocks:
            wanted = [dims for dims in combinations(block, self._depth) if dims not in made]
            made.update(rolled(self._block(block, where), self._sizes, wanted))
        return [made[dims] for dims in sorted(made)]

    def _block(self, block: tuple[int, ...], where: str) -> Table:
        key = "CAST(0 AS BIGINT)"
        for dim in block:
            key = f"({key}) * {self._sizes[dim]} + d{dim}"
        frame = self._engine.query(
            f"SELECT ({key}) * 2 + now AS k, count(*) AS n, CAST(sum(bad) AS BIGINT) AS b,"
            f" CAST(sum(expected) AS BIGINT) AS e FROM {self._source} AS records{where} GROUP BY k ORDER BY k"
        )
        both = frame["k"].to_numpy(dtype=np.int64)
        keys, row = np.unique(both // 2, return_inverse=True)
        sums = np.zeros((len(keys), len(SUMS)))
        for place, name in enumerate(("n", "b", "e")):
            sums[row, 3 * (both % 2) + place] = frame[name].to_numpy(dtype=np.float64)
        sums[:, [2, 5]] /= MILLION
        codes = np.zeros((len(keys), len(self._sizes)), dtype=np.int64)
        for dim in reversed(block):
            codes[:, dim], keys = keys % self._sizes[dim], keys // self._sizes[dim]
        return Table(block, codes, sums)


def _held(segment: Segment) -> str:
    return " AND ".join(f"d{dim} = {level}" for dim, level in segment)


def _spoken(name: str, kind: str) -> str:
    """The column as it is compared: whole numbers and truth as they are, everything else as text."""
    plain = kind.upper() in _AS_THEY_ARE
    return quoted(name) if plain else f"CAST({quoted(name)} AS VARCHAR)"


def _plain(value: object) -> object:
    """A value as Python has it; whole numbers come back as decimals where some are missing."""
    own = value.item() if isinstance(value, np.generic) else value
    return int(own) if isinstance(own, float) else own


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, bool | int) else literal(str(value))


def _answered(
    encoding: _Encoding, tables: _Tables, settings: Settings, rows_per_cell: float, dispersion: float | None
) -> Explanation:
    """The search over the tables, and what it found in words of the records."""
    sizes = encoding.sizes
    wander = (dispersion or 0.0) ** 2
    lattice = TableLattice(tables.all, sizes, tables.take, settings, rows_per_cell, wander)
    looks = sum(len(node.cuboid) for dims, node in lattice.nodes.items() if dims)
    found, general = Search(lattice, settings).segments()
    whole = lattice.nodes[()].peaks
    p_general, shift = erfc(sqrt(max(float(whole.gain[0]), 0.0))), 0.0
    if general:
        shift = float(whole.shift[0])
        tables.taken.clear()
        lattice = TableLattice(tables.all, sizes, tables.take, settings, rows_per_cell, wander, shift)
        found, _ = Search(lattice, settings).segments()
    taken = dict(tables.taken)
    rows = []
    for one in found:
        p = bound(one.gain, one.price, settings.base_price)
        if p <= settings.alpha:
            rows.append(_row(one, p, taken[one.segment], encoding, lattice, settings))
    sums = tables.all[0].sums.sum(axis=0)
    total = _figures(sums, float(sums[4] - lattice.expected))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["share_of_change"] = [ratio(one, total["excess"]) for one in frame["excess"]]
    p_total = chance_of_change(*sums[[0, 1, 3, 4]])
    return Explanation(
        outcome=outcome_of(bool(rows), general or p_general <= settings.alpha, p_total <= settings.alpha),
        segments=frame,
        total=total | {"shift": shift, "p_total": p_total, "p_general": p_general},
        dimensions=encoding.records.dimensions,
        looks=looks,
        draws=0,
        notes=_notes(rows, general or p_general <= settings.alpha, dispersion, encoding),
    )


def _notes(
    rows: Sequence[dict[str, object]], general: bool, dispersion: float | None, encoding: _Encoding
) -> tuple[str, ...]:
    said = {
        "where_not_why": True,
        "general_shift": general,
        "p_by_bound": True,
        "missing_values": any(None in levels for levels in encoding.levels),
        "dispersion_unknown": dispersion is None,
        "alternatives": any(row["alternatives"] for row in rows),
    }
    return tuple(code for code, holds in said.items() if holds)


def _row(
    one: Found,
    p: float,
    sums: Sequence[Array],
    encoding: _Encoding,
    lattice: TableLattice,
    settings: Settings,
) -> dict[str, object]:
    conditions = _conditions(one.segment, encoding)
    others = lattice.alike(one.segment, sums, settings.overlap)
    return {
        "segment": text_of(conditions),
        "conditions": conditions,
        "where": where_of(conditions),
        "depth": len(conditions),
        **_figures(sums[0].sum(axis=0), one.excess),
        "shift": one.shift,
        "score": one.score,
        "p_adjusted": p,
        "alternatives": tuple(text_of(_conditions(other, encoding)) for other in others),
    }


def _conditions(segment: Segment, encoding: _Encoding) -> tuple[tuple[str, object], ...]:
    return tuple((encoding.records.dimensions[dim], encoding.levels[dim][level]) for dim, level in segment)


def _figures(sums: Array, excess: float) -> dict[str, float]:
    before, bad_before, _, now, bad_now, _ = (float(one) for one in sums)
    return {
        "count_before": before,
        "observed_before": bad_before,
        "count_now": now,
        "observed_now": bad_now,
        "rate_before": ratio(bad_before, before),
        "rate_now": ratio(bad_now, now),
        "expected": bad_now - excess,
        "excess": excess,
    }
