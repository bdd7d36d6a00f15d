"""The lattice of all cuboids over a table of cells, with the evidence summed into every group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sqaudit.causes.segments.cells import Array, Cells, Codes
from sqaudit.causes.segments.cuboids import Cuboid, Segment, combinations_of, cuboid
from sqaudit.causes.segments.profiles import Peaks, Profile

MOST_GROUPS = 2_000_000  # of all cuboids together: a gigabyte of likelihoods


@dataclass(frozen=True)
class Evidence:
    """What each cell says about a shift: columns of a likelihood, and observed minus expected.

    `spread` gives, for the groups of a cuboid, how far they may have lain off their expectation before (a
    standard deviation); `unsure` is the variance that their shift has beyond the likelihood.
    """

    columns: Array
    excess: Array
    profile: Profile
    spread: Callable[[Cuboid], Array]
    unsure: Callable[[Cuboid], Array]


@dataclass
class Node:
    """One cuboid with the sums of its groups; `cells` counts what is not yet taken by a segment."""

    cuboid: Cuboid
    columns: Array
    excess: Array
    cells: Array
    spread: Array
    wander: Array  # variance of a group's shift that is neither chance nor a change
    peaks: Peaks = field(init=False)

    def judge(self, profile: Profile) -> None:
        """Find the peak of every group from its present sums."""
        self.columns[self.cells < 0.5] = 0.0  # no crumbs of subtraction where nothing is left
        self.peaks = tempered(profile.peaks(self.columns, self.spread), self.wander)


class Lattice(Protocol):
    """Cuboids that can lose the rows of a segment."""

    @property
    def nodes(self) -> Mapping[tuple[int, ...], Node]:
        """All cuboids by their dimensions, the empty one included."""

    @property
    def profile(self) -> Profile:
        """How the columns of the nodes are read."""

    def remove(self, segment: Segment) -> None:
        """Take the rows of a segment out of every group."""

    def rest(self, parent: Segment, child: Segment) -> Array:
        """The columns of what a parent holds beside a child, as one row."""


class CellLattice:
    """The lattice over one table of cells."""

    def __init__(
        self,
        cells: Cells,
        evidence: Evidence,
        cuboids: Sequence[Cuboid],
        wander: Mapping[tuple[int, ...], float] | None = None,
    ) -> None:
        self.profile: Profile = evidence.profile
        self._codes, self._evidence = cells.codes, evidence
        self._alive = np.ones(len(cells), dtype=bool)
        self.nodes: dict[tuple[int, ...], Node] = {
            one.dims: self._node(one, (wander or {}).get(one.dims, 0.0)) for one in cuboids
        }

    def _node(self, found: Cuboid, wander: float) -> Node:
        evidence = self._evidence
        count = np.bincount(found.group, minlength=len(found)).astype(np.float64)
        columns, excess = found.added(evidence.columns), found.added(evidence.excess)
        return Node(found, columns, excess, count, evidence.spread(found), evidence.unsure(found) + wander)

    def remove(self, segment: Segment) -> None:
        """Take the cells of a segment out of every group."""
        taken = np.flatnonzero(self._alive & held(self._codes, segment))
        self._alive[taken] = False
        for node in self.nodes.values():
            node.columns -= node.cuboid.added(self._evidence.columns, taken)
            node.excess -= node.cuboid.added(self._evidence.excess, taken)
            node.cells -= np.bincount(node.cuboid.group[taken], minlength=len(node.cuboid))

    def rest(self, parent: Segment, child: Segment) -> Array:
        """The columns of what a parent holds beside a child, as one row."""
        rows = [self.row(segment) for segment in (parent, child)]
        difference: Array = rows[0] - rows[1]
        return difference[None]

    def row(self, segment: Segment) -> Array:
        """The columns of one group."""
        node = self.nodes[tuple(dim for dim, _ in segment)]
        columns: Array = node.columns[node.cuboid.places(dict(segment))[0]]
        return columns


def cuboids_of(cells: Cells, depth: int, most: int = MOST_GROUPS) -> list[Cuboid]:
    """All cuboids over some cells, everything first, as far as memory allows.

    They come in by depth until all of them together have `most` groups; single dimensions always do. A cuboid
    is left out with everything below it.
    """
    kept: dict[tuple[int, ...], Cuboid] = {}
    total = 0
    for dims in combinations_of(len(cells.sizes), depth):
        parents = [dims[:place] + dims[place + 1 :] for place in range(len(dims))]
        if not all(parent in kept for parent in parents):
            continue
        found = cuboid(cells.codes, cells.sizes, dims)
        if len(dims) > 1 and total + len(found) > most:
            continue
        kept[dims] = found
        total += len(found)
    return list(kept.values())


def held(codes: Codes, segment: Segment) -> npt.NDArray[np.bool_]:
    """Which cells fulfil the conditions of a segment."""
    inside = np.ones(len(codes), dtype=bool)
    for dim, level in segment:
        inside &= codes[:, dim] == level
    return inside


def tempered(peaks: Peaks, wander: Array) -> Peaks:
    """Peaks of groups that wander from period to period anyway: gain and information shrink accordingly.

    With a variance v of the shift and w of the wandering the gain is shift^2 / 2 (v + w).
    """
    factor = 1 / (1 + wander * peaks.information)
    return Peaks(peaks.shift, peaks.gain * factor, peaks.information * factor)
