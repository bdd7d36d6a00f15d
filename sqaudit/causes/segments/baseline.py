"""What each cell is expected to do: main effects, shrunk interactions, and the cell's own earlier rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
import numpy.typing as npt

from sqaudit.causes.segments.cells import Array, Codes
from sqaudit.causes.segments.cuboids import Cuboid
from sqaudit.causes.segments.families import Family
from sqaudit.causes.segments.settings import Settings

MAIN_SWEEPS = 12  # Newton steps over all dimensions; the service cases are at rest after 6
PAIR_SWEEPS = 4
WIDEST = 3.0  # logit or log: a group that nothing is known of may lie anywhere (a factor of 20)
LEAST_VARIANCE = 1e-4  # an interaction of one per cent is none
LONGEST_STEP = 1.0  # of a Newton step, so that an empty level cannot run away
NEW = 0.5  # information of a level below this is none: about five cases at a share of one in ten
LEAST_AMONG = 0.09  # variance of levels: new ones may always differ by 0.3 on the logit, as agents do
_NOTHING = 1e-9


@dataclass(frozen=True)
class Baseline:
    """The expected predictor of each cell, and how sure that is for a group.

    `interaction` is the variance of groups around their main effects; `known` holds, for each dimension, the
    information that the data behind the baseline have about each level, and `among` the variance of its
    levels: how far a level that was not there before may lie off the others.
    """

    predictor: Array
    interaction: float
    known: tuple[Array, ...]
    among: tuple[float, ...]

    def spread(self, cuboid: Cuboid) -> Array:
        """How far each group may have lain off its expectation, as a standard deviation.

        A group of one condition is known by its own data alone, or, if it is new, by the other levels of its
        dimension: a new agent is expected to be like the agents. One of several conditions has what its main
        effects leave over, and the uncertainty of these effects.
        """
        if not cuboid.dims:
            return np.full(len(cuboid), WIDEST)
        levels = cuboid.levels()
        if len(cuboid.dims) == 1:
            dim = cuboid.dims[0]
            new = self.known[dim][levels[:, 0]] < NEW
            return np.where(new, np.sqrt(self.among[dim]), WIDEST)
        unsure = [
            1 / (self.known[dim][levels[:, place]] + 1 / self.among[dim])
            for place, dim in enumerate(cuboid.dims)
        ]
        spread: Array = np.minimum(np.sqrt(self.interaction + np.sum(unsure, axis=0)), WIDEST)
        return spread


def fitted(
    codes: Codes,
    sizes: Sequence[int],
    weight: Array,
    observed: Array,
    family: Family,
    settings: Settings,
    start: Array | None = None,
) -> Baseline:
    """The baseline of every cell from the weights and observations of an earlier period.

    Main effects are fitted by maximum likelihood with a wide normal prior. Interactions of two dimensions
    enter only as far as they vary more than chance explains by more than one standard error (method of
    moments), and shrunk. In the end the rate of a cell is mixed with that prediction: the more, the less the
    cells vary around it beyond chance, but never with fewer than `pseudo_count` cases of it.

    `start` is a predictor that is known already, from dimensions that are not among these.
    """
    level = float(family.predictor(np.array([(observed.sum() + 0.5) / (weight.sum() + 1.0)]))[0])
    predictor = np.full(len(codes), level) if start is None else start
    blocks = [_Block(codes[:, dim], size, settings.effect_spread**2) for dim, size in enumerate(sizes)]
    predictor = _climbed(predictor, blocks, weight, observed, family, MAIN_SWEEPS)
    rest = observed - weight * family.mean(predictor)
    known = weight * family.slope(predictor)
    levels: tuple[Array, ...] = tuple(
        np.bincount(codes[:, dim], known, size).astype(np.float64) + _NOTHING
        for dim, size in enumerate(sizes)
    )
    pairs = [
        (codes[:, a] * sizes[b] + codes[:, b], sizes[a] * sizes[b], sizes[a] + sizes[b] - 1)
        for a, b in combinations(range(len(sizes)), 2)
    ]
    variances = [_surplus(rest, known, *pair) for pair in pairs]
    interacting = [
        _Block(group, size, variance)
        for (group, size, _), variance in zip(pairs, variances, strict=True)
        if variance > LEAST_VARIANCE
    ]
    predictor = _climbed(predictor, interacting, weight, observed, family, PAIR_SWEEPS)
    rest = observed - weight * family.mean(predictor)
    slope = family.slope(predictor)
    varied = _surplus(rest, weight * slope, np.arange(len(weight)), len(weight), 0)
    pseudo = np.maximum(settings.pseudo_count, 1 / (slope * max(varied, _NOTHING)))
    own = (observed + pseudo * family.mean(predictor)) / (weight + pseudo)
    variance = max([settings.least_interaction**2, *variances])
    return Baseline(family.predictor(own), variance, levels, _among(blocks, levels))


def _among(blocks: Sequence[_Block], known: Sequence[Array]) -> tuple[float, ...]:
    """The variance of the levels of each dimension beyond chance; of one with few, that of the others."""
    found = [_of_levels(block.effects, own) for block, own in zip(blocks, known, strict=True)]
    most = max([LEAST_AMONG, *(one for one in found if one is not None)])
    return tuple(most if one is None else max(one, LEAST_AMONG) for one in found)


def _of_levels(effects: Array, known: Array) -> float | None:
    seen = known >= NEW
    if seen.sum() < 3:
        return None
    off, weight = effects[seen], known[seen]
    spread = np.average((off - np.average(off, weights=weight)) ** 2, weights=weight)
    return float(spread - np.average(1 / weight, weights=weight))


def main_effects(
    codes: Codes, sizes: Sequence[int], weight: Array, observed: Array, family: Family, settings: Settings
) -> list[Array]:
    """The level of everything (an array of one), and the effects of the levels of each dimension."""
    level = float(family.predictor(np.array([(observed.sum() + 0.5) / (weight.sum() + 1.0)]))[0])
    blocks = [_Block(codes[:, dim], size, settings.effect_spread**2) for dim, size in enumerate(sizes)]
    predictor = _climbed(np.full(len(codes), level), blocks, weight, observed, family, MAIN_SWEEPS)
    whole = predictor - np.sum([block.effects[block.group] for block in blocks], axis=0)
    return [whole[:1] if len(whole) else np.array([level]), *(block.effects for block in blocks)]


class _Block:
    """Effects of the levels of one dimension, or of two, with a normal prior."""

    def __init__(self, group: npt.NDArray[np.integer], size: int, variance: float) -> None:
        self.group, self.size, self.variance = group, size, variance
        self.effects = np.zeros(size)

    def step(self, rest: Array, known: Array) -> Array:
        """One Newton step of the effects; answers what it adds to each cell."""
        pull = np.bincount(self.group, rest, self.size) - self.effects / self.variance
        bend = np.bincount(self.group, known, self.size) + 1 / self.variance
        step = np.clip(pull / bend, -LONGEST_STEP, LONGEST_STEP)
        self.effects += step
        moved: Array = step[self.group]
        return moved


def _climbed(
    predictor: Array, blocks: Sequence[_Block], weight: Array, observed: Array, family: Family, sweeps: int
) -> Array:
    """The predictor after some sweeps over all blocks, each followed by a step of the whole level."""
    parts: Callable[[Array], tuple[Array, Array]] = lambda at: (  # noqa: E731
        observed - weight * family.mean(at),
        weight * family.slope(at),
    )
    for _ in range(sweeps if blocks else 0):
        rest, known = parts(predictor)
        predictor = predictor + np.clip(rest.sum() / max(known.sum(), _NOTHING), -LONGEST_STEP, LONGEST_STEP)
        for block in blocks:
            predictor = predictor + block.step(*parts(predictor))
    return predictor


def _surplus(rest: Array, known: Array, group: npt.NDArray[np.integer], size: int, fitted: int) -> float:
    """The variance of groups beyond chance, one standard error below its moment estimate, at least 0."""
    chance, off = np.bincount(group, known, size), np.bincount(group, rest, size)
    free = max(1 - fitted / max(int((chance > 0).sum()), 1), 0.2)  # the main effects took up some of it
    squares = float((chance**2).sum())
    found = float((off**2 - free * chance).sum()) - sqrt(2 * squares)
    return max(found, 0.0) / max(squares, _NOTHING)


class MixError:
    """What an error in the main effects does to a group whose mix of cases has changed.

    The effect of a level of another dimension is not known exactly. It cancels as long as a group holds the
    same share of that level in both periods; if the share moves by d, the error enters d times. The variance
    is the sum of d^2 / information over all levels. Without it a strong mix shift looks like a change.
    """

    def __init__(self, codes: Codes, sizes: Sequence[int], before: Array, now: Array) -> None:
        self._codes, self._sizes, self._before, self._now = codes, sizes, before, now
        self._known: dict[tuple[int, ...], Array] = {}

    def __call__(self, cuboid: Cuboid) -> Array:
        """The variance of the shift of each group."""
        if cuboid.dims not in self._known:
            others = [dim for dim in range(len(self._sizes)) if dim not in cuboid.dims]
            parts = [self._of(cuboid, dim) for dim in others]
            self._known[cuboid.dims] = np.sum(parts, axis=0) if parts else np.zeros(len(cuboid))
        return self._known[cuboid.dims]

    def _of(self, cuboid: Cuboid, dim: int) -> Array:
        size, codes = self._sizes[dim], self._codes[:, dim]
        information = np.bincount(codes, self._before, size) + 1.0  # the prior of an effect has information 1
        shares = [
            _shares(cuboid.group * size + codes, weight, len(cuboid), size)
            for weight in (self._before, self._now)
        ]
        moved = np.where(np.isnan(shares[0]) | np.isnan(shares[1]), 0.0, shares[1] - shares[0])
        variance: Array = moved**2 @ (1 / information)
        return variance


def _shares(key: npt.NDArray[np.intp], weight: Array, groups: int, size: int) -> Array:
    """The share of every level in every group; NaN in a group without weight."""
    sums = np.bincount(key, weight, groups * size).astype(np.float64).reshape(groups, size)
    whole = sums.sum(axis=1, keepdims=True)
    shares: Array = np.divide(sums, whole, out=np.full_like(sums, np.nan), where=whole > 0)
    return shares
