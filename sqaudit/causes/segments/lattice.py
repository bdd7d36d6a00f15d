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


@dataclass(frozen=True)
class Evidence:
    """What each cell says about a shift: columns of a likelihood, and observed minus expected.

    `spread` gives, for the groups of a cuboid, how far they may have lain off their expectation before.
    """

    columns: Array
    excess: Array
    profile: Profile
    spread: Callable[[Cuboid], Array]


@dataclass
class Node:
    """One cuboid with the sums of its groups; `cells` counts what is not yet taken by a segment."""

    cuboid: Cuboid
    columns: Array
    excess: Array
    cells: Array
    spread: Array
    wander: float = 0.0  # variance of a group's shift from one quiet period to the next
    peaks: Peaks = field(init=False)

    def judge(self, profile: Profile) -> None:
        """Find the peak of every group from its present sums."""
        self.columns[self.cells < 0.5] = 0.0  # no crumbs of subtraction where nothing is left
        self.peaks = tempered(profile.peaks(self.columns, self.spread), self.wander)


class Lattice(Protocol):
    """Cuboids that can lose the rows of a segment."""

    nodes: Mapping[tuple[int, ...], Node]
    profile: Profile

    def remove(self, segment: Segment) -> None:
        """Take the rows of a segment out of every group."""


class CellLattice:
    """The lattice over one table of cells."""

    def __init__(
        self,
        cells: Cells,
        evidence: Evidence,
        cuboids: Sequence[Cuboid],
        wander: Mapping[tuple[int, ...], float] | None = None,
    ) -> None:
        self.profile = evidence.profile
        self._codes, self._evidence = cells.codes, evidence
        self._alive = np.ones(len(cells), dtype=bool)
        self.nodes = {one.dims: self._node(one, (wander or {}).get(one.dims, 0.0)) for one in cuboids}

    def _node(self, found: Cuboid, wander: float) -> Node:
        evidence = self._evidence
        count = np.bincount(found.group, minlength=len(found)).astype(np.float64)
        spread = evidence.spread(found)
        return Node(found, found.added(evidence.columns), found.added(evidence.excess), count, spread, wander)

    def remove(self, segment: Segment) -> None:
        """Take the cells of a segment out of every group."""
        taken = np.flatnonzero(self._alive & held(self._codes, segment))
        self._alive[taken] = False
        for node in self.nodes.values():
            node.columns -= node.cuboid.added(self._evidence.columns, taken)
            node.excess -= node.cuboid.added(self._evidence.excess, taken)
            node.cells -= np.bincount(node.cuboid.group[taken], minlength=len(node.cuboid))


def cuboids_of(cells: Cells, depth: int) -> list[Cuboid]:
    """All cuboids over some cells, everything first."""
    return [cuboid(cells.codes, cells.sizes, dims) for dims in combinations_of(len(cells.sizes), depth)]


def held(codes: Codes, segment: Segment) -> npt.NDArray[np.bool_]:
    """Which cells fulfil the conditions of a segment."""
    inside = np.ones(len(codes), dtype=bool)
    for dim, level in segment:
        inside &= codes[:, dim] == level
    return inside


def tempered(peaks: Peaks, wander: float) -> Peaks:
    """Peaks of groups that wander from period to period anyway: gain and information shrink accordingly.

    With a variance v of the shift and w of the wandering the gain is shift^2 / 2 (v + w).
    """
    if wander <= 0:
        return peaks
    factor = 1 / (1 + wander * peaks.information)
    return Peaks(peaks.shift, peaks.gain * factor, peaks.information * factor)
