"""The lattice over tables of a few dimensions each, for records too many for one table of cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sqaudit.causes.segments.baseline import fitted
from sqaudit.causes.segments.cells import Array, Codes, mixed
from sqaudit.causes.segments.cuboids import Cuboid, Segment, combinations_of, cuboid
from sqaudit.causes.segments.evidence import Period, change_of
from sqaudit.causes.segments.families import Share
from sqaudit.causes.segments.lattice import Evidence, Node, held
from sqaudit.causes.segments.profiles import Profile
from sqaudit.causes.segments.settings import Settings

SUMS = ("count_before", "bad_before", "expected_before", "count_now", "bad_now", "expected_now")
_LEAST = 0.5  # less than one row is none
_SHARE = Share()


@dataclass(frozen=True)
class Table:
    """Sums of records by some dimensions. `codes` has a column for every dimension, 0 where it has none.

    `sums` has the columns SUMS: cases, bad cases, and bad cases expected from main effects of all dimensions.
    """

    dims: tuple[int, ...]
    codes: Codes
    sums: Array


class TableLattice:
    """The lattice of all combinations up to a depth; each is rolled up from the first table that holds it.

    `taken` gives, for a segment, the sums of its records in the rows of every table, without those of
    segments that were taken before. `rows_per_cell` is how many records share a value in every dimension: a
    group of n records holds n / rows_per_cell random effects. `wander` is the variance by which every
    group wanders anyway.
    """

    def __init__(
        self,
        tables: Sequence[Table],
        sizes: Sequence[int],
        taken: Callable[[Segment], Sequence[Array]],
        settings: Settings,
        rows_per_cell: float,
        wander: float = 0.0,
        offset: float = 0.0,
    ) -> None:
        self._wander = wander
        self._parts = [_Part(table, sizes, settings, rows_per_cell, offset) for table in tables]
        self._taken = taken
        depth = max(len(table.dims) for table in tables)
        self._owner = {
            dims: next(part for part in self._parts if set(dims) <= set(part.table.dims))
            for dims in combinations_of(len(sizes), depth)
            if any(set(dims) <= set(table.dims) for table in tables)
        }
        self._cuboids = {dims: cuboid(part.table.codes, sizes, dims) for dims, part in self._owner.items()}
        self.profile: Profile = self._parts[0].evidence.profile
        self.nodes = {dims: self._node(dims) for dims in self._owner}
        first = self._parts[0]
        self._expected = float(first.sums[:, 4].sum() - first.evidence.excess.sum())

    def _node(self, dims: tuple[int, ...]) -> Node:
        part, found = self._owner[dims], self._cuboids[dims]
        evidence = part.evidence
        rows = found.added(part.sums[:, 0] + part.sums[:, 3])
        columns, excess = found.added(evidence.columns), found.added(evidence.excess)
        return Node(
            found, columns, excess, rows, evidence.spread(found), evidence.unsure(found) + self._wander
        )

    def remove(self, segment: Segment) -> None:
        """Take the records of a segment out of every table, and judge what is left."""
        for part, sums in zip(self._parts, self._taken(segment), strict=True):
            part.take(sums)
        self.nodes.update({dims: self._node(dims) for dims in self._owner})

    @property
    def expected(self) -> float:
        """Bad cases of the present period that were to be expected before anything was taken out."""
        return self._expected

    def alike(self, segment: Segment, sums: Sequence[Array], overlap: float) -> list[Segment]:
        """Segments that share almost all records with one whose sums in every table are given."""
        found: list[Segment] = []
        for dims, part in self._owner.items():
            own = sums[self._parts.index(part)]
            cases = float((own[:, 0] + own[:, 3]).sum())
            groups = self._cuboids[dims]
            shared = groups.added(own[:, 0] + own[:, 3])
            total = groups.added(part.table.sums[:, 0] + part.table.sums[:, 3])
            for place in np.flatnonzero(shared >= overlap * (cases + total - shared)):
                other = groups.segment(int(place))
                if dims and not any(set(one) <= set(other) for one in [segment, *found]):
                    found.append(other)
        return found

    def rest(self, parent: Segment, child: Segment) -> Array:
        """The columns of what a parent holds beside a child: both seen in the table of the child."""
        part = self._owner[tuple(dim for dim, _ in child)]
        codes = part.table.codes
        beside = held(codes, parent) & ~held(codes, child)
        columns: Array = part.evidence.columns[beside].sum(axis=0, keepdims=True)
        return columns


class _Part:
    """One table with what its rows say, at first and after segments were taken out."""

    def __init__(
        self, table: Table, sizes: Sequence[int], settings: Settings, rows_per_cell: float, offset: float
    ) -> None:
        self.table, self.sums = table, table.sums.copy()
        self._settings, self._rows_per_cell, self._offset = settings, rows_per_cell, offset
        self._start = self._standing()
        before = self._period(0)
        own = [sizes[dim] for dim in table.dims]
        codes = table.codes[:, list(table.dims)]
        self._fit = fitted(codes, own, before.weight, before.observed, _SHARE, settings, self._start[0])
        self._places = {dim: place for place, dim in enumerate(table.dims)}
        self.evidence = self._judged()

    def take(self, sums: Array) -> None:
        """Take records out."""
        self.sums = np.maximum(self.sums - sums, 0.0)
        self.evidence = self._judged()

    def _period(self, place: int) -> Period:
        return Period(self.sums[:, 3 * place], self.sums[:, 3 * place + 1])

    def _standing(self) -> tuple[Array, Array]:
        """The predictors before and now that the mix of all dimensions inside each row stands for."""
        rates = []
        for place in (0, 1):
            count, expected = self.sums[:, 3 * place], self.sums[:, 3 * place + 2]
            some = count > _LEAST
            rates.append(np.where(some, expected / np.where(some, count, 1.0), np.nan))
        filled = [np.where(np.isnan(one), other, one) for one, other in (rates, rates[::-1])]
        whole = self.sums[:, 2].sum() / max(self.sums[:, 0].sum(), 1.0)
        before, now = (_SHARE.predictor(np.where(np.isnan(one), whole, one)) for one in filled)
        return before, now

    def _judged(self) -> Evidence:
        """What every row says now. Its own deviation from the main effects was fitted at first and stays."""
        before, now = self._standing()
        own = self._fit.predictor - self._start[0]
        effects = [np.maximum(self.sums[:, column] / self._rows_per_cell, 1.0) for column in (0, 3)]
        evidence = change_of(
            self._period(0),
            self._period(1),
            _SHARE,
            (before + own, now + own),
            self._settings,
            (self._spread, _nothing),
            self._offset,
            (effects[0], effects[1]),
        )
        # The reader wants what differs from before; a shift of everything is a part of that.
        period = self._period(1)
        excess = period.observed - period.weight * _SHARE.mean(now + own)
        return replace(evidence, excess=excess)

    def _spread(self, found: Cuboid) -> Array:
        """The spread of the baseline, which numbers the dimensions of the table alone."""
        dims = tuple(self._places[dim] for dim in found.dims)
        return self._fit.spread(Cuboid(dims, found.sizes, found.keys, found.group))


def _nothing(cuboid: Cuboid) -> Array:
    return np.zeros(len(cuboid))


def aligned(whole: Table, part: Table, sizes: Sequence[int]) -> Array:
    """The sums of a part in the rows of the whole; 0 where the part has none."""
    places = np.searchsorted(mixed(whole.codes, sizes), mixed(part.codes, sizes))
    sums = np.zeros_like(whole.sums)
    sums[places] = part.sums
    return sums


def rolled(
    table: Table, sizes: Sequence[int], dims: Sequence[tuple[int, ...]]
) -> Mapping[tuple[int, ...], Table]:
    """Smaller tables of some of the dimensions of a table."""
    made = {}
    for one in dims:
        found = cuboid(table.codes, sizes, one)
        codes = np.zeros((len(found), len(sizes)), dtype=np.int64)
        codes[:, list(one)] = found.levels()
        made[one] = Table(one, codes, found.added(table.sums))
    return made
