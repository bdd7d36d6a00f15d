"""Records of an engine in codes, and the few tables of them from which all cuboids are rolled up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from sqaudit.causes.segments.baseline import main_effects
from sqaudit.causes.segments.cells import Array, Codes, mixed
from sqaudit.causes.segments.cuboids import Segment, combinations_of
from sqaudit.causes.segments.families import Share
from sqaudit.causes.segments.settings import Settings
from sqaudit.causes.segments.tables import SUMS, Table, aligned, rolled
from sqaudit.conditions import literal, quoted
from sqaudit.engines import Engine
from sqaudit.errors import EngineError

LARGEST_TABLE = 150_000  # groups; above, the engine leaves its fast paths
MOST_GROUPS = 2_000_000  # in all tables together: half a gigabyte of likelihoods
FEW_DIMENSIONS = 10  # up to here, sets of three dimensions more than the depth are looked at
SAMPLE = 200_000  # records from which the main effects are learnt: standard errors of 0.03 on a logit
MILLION = 1_000_000
_AS_THEY_ARE = frozenset(
    ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
)
ENCODED = "_segments_encoded"
TAKEN = "_segments_taken"


@dataclass(frozen=True)
class Records:
    """Which records: a relation of an engine, and conditions (checked before) for the periods and for bad."""

    relation: str
    dimensions: tuple[str, ...]
    bad: str
    before: str
    now: str


def searched(sizes: Sequence[int], depth: int, most: int = MOST_GROUPS) -> list[tuple[int, ...]]:
    """The largest combinations of dimensions that are searched: all of the depth, as far as memory allows.

    Combinations come in by depth and then by their number of groups, until all of them together have `most`
    groups; single dimensions always do. Those that another one holds are left out of the answer.

    >>> searched([3, 3, 500], 2, most=600)
    [(0, 1), (2,)]
    """
    room = {
        dims: int(np.prod([sizes[dim] for dim in dims], dtype=np.float64))
        for dims in combinations_of(len(sizes), depth)
        if dims
    }
    kept, total = [], 0
    for dims in sorted(room, key=lambda dims: (len(dims), room[dims], dims)):
        total += room[dims]
        if len(dims) == 1 or total <= most:
            kept.append(dims)
    return sorted(dims for dims in kept if not any(set(dims) < set(other) for other in kept))


def blocks_of(
    sizes: Sequence[int], wanted: Sequence[tuple[int, ...]], most: int = LARGEST_TABLE
) -> list[tuple[int, ...]]:
    """Sets of dimensions that hold every combination wanted, each with few enough groups.

    Greedy: the set that holds most combinations still missing comes first, the smaller one where two hold as
    many. A combination that is too large by itself is a set of its own.

    >>> blocks_of([3, 3, 3, 3], [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)], most=30)
    [(0, 1, 2), (0, 1, 3), (2, 3)]
    """
    count, depth = len(sizes), max(len(dims) for dims in wanted)
    deepest = min(count, depth + (3 if count <= FEW_DIMENSIONS else 1))
    larger = [dims for size in range(1, deepest + 1) for dims in combinations(range(count), size)]
    room = {dims: float(np.prod([sizes[dim] for dim in dims])) for dims in larger}
    missing, found = set(wanted), []
    possible = [dims for dims in larger if room[dims] <= most or dims in missing]
    held = {dims: {one for one in wanted if set(one) <= set(dims)} for dims in possible}
    while missing:
        best = min(possible, key=lambda dims: (-len(held[dims] & missing), room[dims], dims))
        found.append(best)
        missing -= held[best]
    return found


def stored(engine: Engine, select: str) -> str:
    """The encoded records as a table; a sealed engine stores nothing, and encodes them with every query."""
    try:
        engine.execute(f"CREATE OR REPLACE TABLE {quoted(ENCODED)} AS {select}")
    except EngineError:
        if engine.refusal(select):
            raise
        return f"({select})"
    return quoted(ENCODED)


class Encoding:
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
                f"({_literal(value)}, {code}, CAST({float(effects[place + 1][code])!r} AS DOUBLE))"
                for code, value in enumerate(levels)
            )
            joins.append(
                f"JOIN (VALUES {rows}) AS l{place}(_value{place}, _code{place}, _effect{place})"
                f" ON {name} IS NOT DISTINCT FROM _value{place}"
            )
            kind = "UTINYINT" if len(levels) < 256 else "USMALLINT"
            codes.append(f"CAST(_code{place} AS {kind}) AS d{place}")
        records = self.records
        score = " + ".join(
            [f"CAST({float(effects[0][0])!r} AS DOUBLE)", *(f"_effect{place}" for place in range(len(joins)))]
        )
        return (
            f"SELECT {', '.join(codes)}, CAST(({records.now}) AS UTINYINT) AS now,"
            f" CAST(({records.bad}) AS UTINYINT) AS bad,"
            f" CAST(round({MILLION} / (1 + exp(-({score})))) AS INTEGER) AS expected"
            f" FROM {quoted(records.relation)} {' '.join(joins)}"
            f" WHERE (({records.before}) OR ({records.now})) AND ({records.bad}) IS NOT NULL"
        )


class Tables:
    """The tables of a search, added up by the engine, of all records or of a segment's."""

    def __init__(self, engine: Engine, source: str, sizes: Sequence[int], depth: int) -> None:
        self._engine, self._source, self._sizes = engine, source, sizes
        self._wanted = searched(sizes, depth)
        self._blocks = blocks_of(sizes, self._wanted)
        self.all = self._made(source)
        self.taken: list[tuple[Segment, list[Array]]] = []

    def take(self, segment: Segment) -> list[Array]:
        """The sums of a segment's records in the rows of every table, without those taken before."""
        inside = [_held(segment), *(f"NOT ({_held(one)})" for one, _ in self.taken)]
        own = f"(SELECT * FROM {self._source} AS records WHERE {' AND '.join(inside)})"
        if self._source == quoted(ENCODED):  # one pass over all records instead of one for each table
            self._engine.execute(f"CREATE OR REPLACE TABLE {quoted(TAKEN)} AS {own}")
            parts = self._made(quoted(TAKEN))
            self._engine.execute(f"DROP TABLE {quoted(TAKEN)}")
        else:
            parts = self._made(own)
        sums = [aligned(whole, part, self._sizes) for whole, part in zip(self.all, parts, strict=True)]
        self.taken.append((segment, sums))
        return sums

    def _made(self, source: str) -> list[Table]:
        made: dict[tuple[int, ...], Table] = {}
        for block in self._blocks:
            wanted = [dims for dims in self._wanted if set(dims) <= set(block) and dims not in made]
            made.update(rolled(self._block(block, source), self._sizes, wanted))
        return [made[dims] for dims in sorted(made)]

    def _block(self, block: tuple[int, ...], source: str) -> Table:
        key = "CAST(0 AS INTEGER)"  # a table has at most MOST_GROUPS groups
        for dim in block:
            key = f"({key}) * {self._sizes[dim]} + d{dim}"
        frame = self._engine.query(
            f"SELECT ({key}) * 2 + now AS k, count(*) AS n, CAST(sum(bad) AS BIGINT) AS b,"
            f" CAST(sum(expected) AS BIGINT) AS e FROM {source} AS records GROUP BY k ORDER BY k"
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
