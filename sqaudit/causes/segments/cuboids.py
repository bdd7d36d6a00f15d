"""Cuboids: the groups of every combination of dimensions, and sums rolled up into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sqaudit.causes.segments.cells import Array, Codes, mixed

DENSE = 4_000_000  # keys up to here are looked up in a table instead of searched
Segment = tuple[tuple[int, int], ...]  # pairs of dimension and level, by dimension


@dataclass(frozen=True)
class Cuboid:
    """The groups of some dimensions: their keys in ascending order, and the group of each cell."""

    dims: tuple[int, ...]
    sizes: tuple[int, ...]
    keys: Codes
    group: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.keys)

    def added(self, values: Array, cells: npt.NDArray[np.intp] | None = None) -> Array:
        """Sums by group of what each cell has (a vector, or a row of columns); `cells` restricts to some."""
        group = self.group if cells is None else self.group[cells]
        taken = values if cells is None else values[cells]
        if taken.ndim == 1:
            sums: Array = np.bincount(group, weights=taken, minlength=len(self)).astype(np.float64)
            return sums
        ones = np.ones(len(group))
        matrix = sparse.csr_matrix((ones, group, np.arange(len(group) + 1)), shape=(len(group), len(self)))
        result: Array = np.asarray(matrix.T @ taken)
        return result

    def segment(self, place: int) -> Segment:
        """The conditions of the group at a place."""
        key, levels = int(self.keys[place]), []
        for size in reversed(self.sizes):
            key, level = divmod(key, size)
            levels.append(level)
        return tuple(zip(self.dims, reversed(levels), strict=True))

    def levels(self) -> npt.NDArray[np.int64]:
        """The level of every group in every dimension of the cuboid, one column each."""
        key, columns = self.keys, []
        for size in reversed(self.sizes):
            columns.append(key % size)
            key = key // size
        return np.stack(columns[::-1], axis=1) if columns else np.zeros((len(self), 0), dtype=np.int64)

    def places(self, segment: Mapping[int, int], free: int | None = None) -> npt.NDArray[np.intp]:
        """Where the groups stand that fulfil the conditions; the dimension `free` may have any level."""
        count = 1 if free is None else self.sizes[self.dims.index(free)]
        wanted = np.zeros(count, dtype=np.int64)
        for dim, size in zip(self.dims, self.sizes, strict=True):
            wanted = wanted * size + (np.arange(count) if dim == free else segment[dim])
        found = np.searchsorted(self.keys, wanted)
        inside = found < len(self)
        found, wanted = found[inside], wanted[inside]
        places: npt.NDArray[np.intp] = found[self.keys[found] == wanted]
        return places


def cuboid(codes: Codes, sizes: Sequence[int], dims: tuple[int, ...]) -> Cuboid:
    """The groups of some dimensions among the cells.

    >>> codes = np.array([[0, 0], [0, 1], [1, 1]])
    >>> cuboid(codes, [2, 2], (1,)).added(np.array([1.0, 2.0, 4.0])).tolist()
    [1.0, 6.0]
    """
    own = tuple(sizes[dim] for dim in dims)
    keys = mixed(codes[:, list(dims)], own)
    space = int(np.prod([1.0, *own]))
    if space > DENSE:
        unique, group = np.unique(keys, return_inverse=True)
        return Cuboid(dims, own, unique, group.astype(np.intp))
    unique = np.flatnonzero(np.bincount(keys, minlength=space))
    place = np.zeros(space, dtype=np.intp)
    place[unique] = np.arange(len(unique))
    return Cuboid(dims, own, unique.astype(np.int64), place[keys])


def combinations_of(dimensions: int, depth: int) -> list[tuple[int, ...]]:
    """Every combination of dimensions up to a depth, the empty one (everything) first.

    >>> combinations_of(3, 2)
    [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    """
    return [
        dims for size in range(min(depth, dimensions) + 1) for dims in combinations(range(dimensions), size)
    ]
