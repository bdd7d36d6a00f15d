"""An inquiry: a question put to the search, with general shifts taken out and chance ruled out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from sqaudit.causes.segments.calibration import bound, by_draws, draws_for, greatest_scores, in_doubt
from sqaudit.causes.segments.cells import Array
from sqaudit.causes.segments.cuboids import Cuboid, Segment, combinations_of
from sqaudit.causes.segments.lattice import CellLattice, Evidence, cuboids_of, held
from sqaudit.causes.segments.questions import Forecast, Question, after
from sqaudit.causes.segments.search import Found, Search

Wander = Mapping[tuple[int, ...], float]


@dataclass(frozen=True)
class Answer:
    """What an inquiry found: segments with their adjusted p, and what moved everything together.

    `excess` is observed minus expected of every cell, general shift included. `p_general` is the chance of
    the shift of everything that belongs to no segment, if there were none.
    """

    found: tuple[Found, ...]
    p_adjusted: tuple[float, ...]
    alternatives: tuple[tuple[Segment, ...], ...]
    excess: Array
    general: bool
    shift: float
    p_general: float
    looks: int
    draws: int
    left_out: bool = False  # whether memory did not allow all combinations of dimensions


def answered(question: Question, cases: Array, wander: Wander | None = None) -> Answer:
    """The answer to a question; `cases` weigh the cells when segments are compared by what they share."""
    if not len(question.cells):
        return Answer((), (), (), np.zeros(0), False, 0.0, np.nan, 0, 0)
    cuboids = cuboids_of(question.cells, question.depth)
    evidence = question.evidence()
    found, general, shift = _searched(question, evidence, cuboids, wander)
    if (asked := after(question, [one.segment for one in found])) is not question:
        question, evidence = asked, asked.evidence()
        found, general, shift = _searched(question, evidence, cuboids, wander)
    p_values, draws = _chances(question, found, cuboids, shift, wander)
    kept = [place for place, p in enumerate(p_values) if p <= question.settings.alpha]
    segments = tuple(found[place] for place in kept)
    codes, overlap = question.cells.codes, question.settings.overlap
    return Answer(
        found=segments,
        p_adjusted=tuple(p_values[place] for place in kept),
        alternatives=tuple(
            alike(one.segment, cuboids, held(codes, one.segment), cases, overlap) for one in segments
        ),
        excess=evidence.excess,
        general=general,
        shift=shift,
        p_general=_chance_of_rest(question, evidence, cuboids, wander, segments),
        looks=sum(len(one) for one in cuboids if one.dims),
        draws=draws,
        left_out=len(cuboids) < len(combinations_of(len(question.cells.sizes), question.depth)),
    )


def _searched(
    question: Question, evidence: Evidence, cuboids: Sequence[Cuboid], wander: Wander | None
) -> tuple[list[Found], bool, float]:
    """The segments; if everything moved together, those that stand out from that."""
    lattice = CellLattice(question.cells, evidence, cuboids, wander)
    found, general = Search(lattice, question.settings).segments()
    if not general:
        return found, False, 0.0
    shift = float(lattice.nodes[()].peaks.shift[0])
    apart = CellLattice(question.cells, question.evidence(shift), cuboids, wander)
    return Search(apart, question.settings).segments()[0], True, shift


def _chances(
    question: Question,
    found: Sequence[Found],
    cuboids: Sequence[Cuboid],
    shift: float,
    wander: Wander | None,
) -> tuple[list[float], int]:
    """The adjusted p of every segment: the bound, or what draws say if that is greater."""
    settings = question.settings
    bounds = [bound(one.gain, one.price, settings.base_price) for one in found]
    if isinstance(question, Forecast) or not in_doubt(found):
        return bounds, 0
    draws = settings.draws if settings.draws is not None else draws_for(len(question.cells))

    def draw(generator: np.random.Generator) -> float:
        other = question.redrawn(generator, shift)
        lattice = CellLattice(other.cells, other.evidence(shift), cuboids, wander)
        return Search(lattice, settings).greatest()

    greatest = greatest_scores(draw, draws, settings.seed)
    if not len(greatest):
        return bounds, 0
    both = [max(p, by_draws(one.score, greatest)) for p, one in zip(bounds, found, strict=True)]
    return both, draws


def _chance_of_rest(
    question: Question,
    evidence: Evidence,
    cuboids: Sequence[Cuboid],
    wander: Wander | None,
    segments: Sequence[Found],
) -> float:
    """The p of a shift common to everything that belongs to no segment."""
    lattice = CellLattice(question.cells, evidence, [one for one in cuboids if not one.dims], wander)
    for one in segments:
        lattice.remove(one.segment)
    lattice.nodes[()].judge(lattice.profile)
    return erfc(sqrt(max(float(lattice.nodes[()].peaks.gain[0]), 0.0)))


def alike(
    segment: Segment,
    cuboids: Sequence[Cuboid],
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]],
    cases: Array,
    overlap: float,
) -> tuple[Segment, ...]:
    """Other segments that share almost all cases with this one: the data cannot tell them apart.

    Shared cases are measured against the cases of both (Jaccard). Segments that merely repeat this one with
    conditions that hold there anyway are left out, as are longer ways to say a shorter alternative.
    """
    own = float(cases[inside].sum())
    found: list[Segment] = []
    for cuboid in cuboids:
        if not cuboid.dims:
            continue
        total = cuboid.added(cases)
        shared = cuboid.added(np.where(inside, cases, 0.0))
        for place in np.flatnonzero(shared >= overlap * (own + total - shared)):
            other = cuboid.segment(int(place))
            longer = set(segment) <= set(other) or any(set(one) <= set(other) for one in found)
            if total[place] > 0 and not longer:
                found.append(other)
    return tuple(found)
