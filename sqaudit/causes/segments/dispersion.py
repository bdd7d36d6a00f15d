"""How far groups wander from one quiet period to the next, learnt from history."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sqaudit.causes.segments.inquiry import Wander
from sqaudit.causes.segments.lattice import CellLattice, cuboids_of
from sqaudit.causes.segments.questions import Question

_LEAST_INFORMATION = 1.0  # groups that know less than a deviation of one are left out


def wandering(quiet: Sequence[Question]) -> Wander:
    """The variance of a group's shift beyond chance, by cuboid, over changes in which nothing is suspected.

    `quiet` are changes between neighbouring periods before the one under suspicion, over the same cells. The
    variance is a moment estimate: with shifts d and informations I, it is (sum of I d^2 - groups) /
    sum of I, at least 0.

    Source: DerSimonian and Laird (1986), Controlled Clinical Trials 7:177-188, with the mean known to be 0.
    """
    squares: dict[tuple[int, ...], float] = {}
    known: dict[tuple[int, ...], float] = {}
    for question in quiet:
        lattice = CellLattice(question.cells, question.evidence(), cuboids_of(question.cells, question.depth))
        for dims, node in lattice.nodes.items():
            node.judge(lattice.profile)
            shift, information = node.peaks.shift, node.peaks.information
            some = (node.cells > 0.5) & (information > _LEAST_INFORMATION)
            surplus = float(np.sum(information[some] * shift[some] ** 2 - 1))
            squares[dims] = squares.get(dims, 0.0) + surplus
            known[dims] = known.get(dims, 0.0) + float(information[some].sum())
    return {dims: max(total, 0.0) / known[dims] if known[dims] else 0.0 for dims, total in squares.items()}
