"""The search: the best segment first, split down or merged up, taken out, and again."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from sqaudit.causes.segments.cells import Array
from sqaudit.causes.segments.cuboids import Segment
from sqaudit.causes.segments.lattice import Lattice, Node, tempered
from sqaudit.causes.segments.profiles import Peaks
from sqaudit.causes.segments.settings import Settings

_TIE = 1e-7  # scores that differ by less, in parts of themselves, are equal: the earlier one stands


@dataclass(frozen=True)
class Found:
    """A segment with the shift common to it, its log likelihood ratio, its score and its excess."""

    segment: Segment
    shift: float
    gain: float
    score: float
    excess: float
    price: float


@dataclass(frozen=True)
class _Place:
    """Where a segment stands in the lattice."""

    node: Node
    row: int

    @property
    def shift(self) -> float:
        return float(self.node.peaks.shift[self.row])

    @property
    def gain(self) -> float:
        return float(self.node.peaks.gain[self.row])


class Search:
    """One search over a lattice. It takes the lattice apart: make a new one for another search."""

    def __init__(self, lattice: Lattice, settings: Settings) -> None:
        self.lattice, self.settings = lattice, settings
        depth = max(len(dims) for dims in lattice.nodes)
        at_depth = [sum(len(dims) == size for dims in lattice.nodes) for size in range(depth + 1)]
        self.prices = {
            dims: settings.base_price
            + (log(max(depth, 1)) + log(at_depth[len(dims)]) + log(max(len(node.cuboid), 1)) if dims else 0.0)
            for dims, node in lattice.nodes.items()
        }

    def greatest(self) -> float:
        """The score of the best group with a condition: above zero, it stands out."""
        self._judge()
        best = self._best()
        return self._score(best) if best else -np.inf

    def segments(self) -> tuple[list[Found], bool]:
        """The disjoint segments, best first, and whether in the end everything moved together.

        The search ends when nothing stands out any more, or when what stands out turns out to be everything.
        """
        found: list[Found] = []
        while len(found) < self.settings.most:
            self._judge()
            best = self._best()
            if best is None or self._score(best) <= 0:
                return self._worth_telling(found), False
            best = self._merged(self._split(best))
            if not best.node.cuboid.dims:
                return self._worth_telling(found), True
            found.append(self._told(best))
            self.lattice.remove(found[-1].segment)
        return self._worth_telling(found), False

    def _judge(self) -> None:
        for node in self.lattice.nodes.values():
            node.judge(self.lattice.profile)

    def _scores(self, node: Node) -> Array:
        price = self.prices[node.cuboid.dims]
        return np.where(node.cells > 0.5, node.peaks.gain - price, -np.inf)

    def _score(self, place: _Place) -> float:
        return float(self._scores(place.node)[place.row])

    def _best(self) -> _Place | None:
        best, height = None, -np.inf
        for dims, node in self.lattice.nodes.items():
            scores = self._scores(node)
            row = int(scores.argmax())
            if dims and _beats(float(scores[row]), height):
                best, height = _Place(node, row), float(scores[row])
        return best

    def _split(self, place: _Place) -> _Place:
        """The child that is the answer, if the shift of the segment does not fit enough of its children."""
        while (child := self._standing_out(place)) is not None:
            place = child
        return place

    def _standing_out(self, place: _Place) -> _Place | None:
        dims, best = place.node.cuboid.dims, None
        for free in sorted({dim for one in self.lattice.nodes for dim in one} - set(dims)):
            node = self.lattice.nodes.get(tuple(sorted((*dims, free))))
            if node is None:
                continue
            rows = node.cuboid.places(dict(place.node.cuboid.segment(place.row)), free)
            rows = rows[node.cells[rows] > 0.5]
            if len(rows) < 2 or _unmoved(node.peaks, rows, place.shift) < self.settings.split:
                continue
            scores = self._scores(node)[rows]
            child = _Place(node, int(rows[scores.argmax()]))
            if _beats(self._score(child), self._score(best) if best else 0.0):
                best = child
        return best

    def _merged(self, place: _Place) -> _Place:
        """The parent that is the answer, if the rest of it moved the same way."""
        while (parent := self._moving_along(place)) is not None:
            place = parent
        return place

    def _moving_along(self, place: _Place) -> _Place | None:
        segment, best = dict(place.node.cuboid.segment(place.row)), None
        for dim in reversed(segment):  # of parents alike, the one of the earlier dimensions stays
            others = {one: level for one, level in segment.items() if one != dim}
            node = self.lattice.nodes[tuple(others)]
            parent = _Place(node, int(node.cuboid.places(others)[0]))
            if self._moves_along(parent, place) and (
                best is None or _beats(self._score(parent), self._score(best))
            ):
                best = parent
        return best

    def _moves_along(self, parent: _Place, child: _Place) -> bool:
        """Whether the rest of the parent is empty or moved the same way, visibly and far enough."""
        if parent.node.cells[parent.row] - child.node.cells[child.row] < 0.5:
            return True
        rest = self.lattice.rest(*(one.node.cuboid.segment(one.row) for one in (parent, child)))
        spread = parent.node.spread[parent.row : parent.row + 1]
        wander = parent.node.wander[parent.row : parent.row + 1]
        peak = tempered(self.lattice.profile.peaks(rest, spread), wander)
        along = float(peak.shift[0]) * np.sign(child.shift)
        far_enough = along >= self.settings.merge * abs(child.shift)
        moved = bool(far_enough and peak.gain[0] > self.settings.merge_gain)
        return moved and (bool(parent.node.cuboid.dims) or self._everywhere(parent.shift))

    def _everywhere(self, shift: float) -> bool:
        """Whether a shift of everything is one: no one or two dimensions show that much stood still.

        Two causes that each hold a quarter of the cases move the rest of everything far enough by themselves.
        """
        for dims, node in self.lattice.nodes.items():
            rows = np.flatnonzero(node.cells > 0.5)
            still = shift * node.peaks.shift[rows] < shift**2 / 2
            share = node.cells[rows][still].sum() / node.cells[rows].sum()
            if 1 <= len(dims) <= 2 and share >= self.settings.split:
                return False
        return True

    def _told(self, place: _Place) -> Found:
        segment = place.node.cuboid.segment(place.row)
        excess = float(place.node.excess[place.row])
        price = self.prices[place.node.cuboid.dims]
        return Found(segment, place.shift, place.gain, place.gain - price, excess, price)

    def _worth_telling(self, found: list[Found]) -> list[Found]:
        """Without the segments whose excess is small beside the greatest."""
        most = max((abs(one.excess) for one in found), default=0.0)
        return [one for one in found if abs(one.excess) >= self.settings.least_share * most]


def _unmoved(peaks: Peaks, rows: npt.NDArray[np.intp], shift: float) -> float:
    """The share of what some groups know that lies with those that no shift fits better than this one."""
    own, known = peaks.shift[rows], peaks.information[rows]
    unmoved = shift * own < shift**2 / 2
    return float(known[unmoved].sum() / max(known.sum(), 1e-300))


def _beats(score: float, other: float) -> bool:
    """Whether a score is greater by more than rounding."""
    return score > other + _TIE * max(1.0, abs(score)) if np.isfinite(other) else score > other
