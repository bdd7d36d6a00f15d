"""Questions that can be put to cells: what changed, who is off a level, where a forecast failed.

A question gives the evidence of its cells, and knows how to draw data in which nothing happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from math import comb

import numpy as np

from sqaudit.causes.segments import evidence
from sqaudit.causes.segments.baseline import Baseline, MixError, fitted
from sqaudit.causes.segments.cells import Array, Cells
from sqaudit.causes.segments.cuboids import Segment
from sqaudit.causes.segments.evidence import Period
from sqaudit.causes.segments.families import Family, Share
from sqaudit.causes.segments.lattice import Evidence, held
from sqaudit.causes.segments.settings import Settings

DEPTH_OF_CHANGE = 3  # conditions: service and live-video causes have no more
MOST_CUBOIDS = 128  # of a forecast searched to the last cell: seven dimensions
_SURE = 1e-9


class _FewConditions:
    """A question whose causes have few conditions unless the settings say otherwise."""

    settings: Settings

    @property
    def depth(self) -> int:
        """The most conditions of a segment."""
        return self.settings.depth or DEPTH_OF_CHANGE


class _OfLevel(_FewConditions):
    """A question about a level: a target, or the rate of everything that belongs to no segment found."""

    cells: Cells
    now: Period
    target: float | None
    found: tuple[Segment, ...]

    @property
    def expected(self) -> float:
        """The level that every cell is held against."""
        return self.target if self.target is not None else _rate_of_rest(self.cells, self.now, self.found)


@dataclass(frozen=True)
class RateChange(_FewConditions):
    """Which shares or counts changed between two periods?"""

    cells: Cells
    before: Period
    now: Period
    family: Family
    settings: Settings
    mix: MixError | None = None  # shared with redrawn questions: it hardly depends on what was observed

    @cached_property
    def unsure(self) -> MixError:
        """What a changed mix of cases adds to the variance of shifts."""
        slope = self.family.slope(self.baseline.predictor)
        before, now = self.before.weight * slope, self.now.weight * slope
        return self.mix or MixError(self.cells.codes, self.cells.sizes, before, now)

    @cached_property
    def baseline(self) -> Baseline:
        """What the period before says about every cell."""
        return fitted(
            self.cells.codes,
            self.cells.sizes,
            self.before.weight,
            self.before.observed,
            self.family,
            self.settings,
        )

    def evidence(self, offset: float = 0.0) -> Evidence:
        """Two likelihoods for each cell, before and now."""
        both, doubt = (self.baseline.predictor,) * 2, (self.baseline.spread, self.unsure)
        return evidence.change_of(self.before, self.now, self.family, both, self.settings, doubt, offset)

    def redrawn(self, generator: np.random.Generator, offset: float) -> RateChange:
        """Both periods drawn anew from the baseline, random effects of the cells included."""
        predictor, spread = self.baseline.predictor, self.settings
        before = _drawn(self.before, predictor, spread.cell_spread_before, self.family, generator)
        now = _drawn(self.now, predictor + offset, spread.cell_spread, self.family, generator)
        return replace(self, before=before, now=now, mix=self.unsure)


@dataclass(frozen=True)
class RateLevel(_OfLevel):
    """Which shares or counts lie off a target, or off the rest?

    Without a target the expectation is the rate of everything that belongs to none of the segments found.
    """

    cells: Cells
    now: Period
    family: Family
    settings: Settings
    target: float | None = None
    found: tuple[Segment, ...] = ()

    def evidence(self, offset: float = 0.0) -> Evidence:
        """One likelihood for each cell."""
        level = self.family.predictor(np.full(len(self.cells), self.expected)) + offset
        return evidence.level_of(self.now, self.family.mean(level), self.family, self.settings)

    def redrawn(self, generator: np.random.Generator, offset: float) -> RateLevel:
        """The period drawn anew from the level, random effects of the cells included."""
        predictor = self.family.predictor(np.full(len(self.cells), self.expected)) + offset
        return replace(
            self, now=_drawn(self.now, predictor, self.settings.cell_spread, self.family, generator), found=()
        )


@dataclass(frozen=True)
class MeanChange(_FewConditions):
    """Which means changed between two periods? `variance` is that of one observation within its cell."""

    cells: Cells
    before: Period
    now: Period
    variance: float
    settings: Settings
    mix: MixError | None = None

    @cached_property
    def unsure(self) -> MixError:
        """What a changed mix of cases adds to the variance of shifts."""
        return self.mix or MixError(self.cells.codes, self.cells.sizes, self.before.weight, self.now.weight)

    @cached_property
    def baseline(self) -> Baseline:
        """What the period before says about every cell, in standard deviations of one observation."""
        scale = np.sqrt(self.variance)
        return fitted(
            self.cells.codes,
            self.cells.sizes,
            self.before.weight,
            self.before.observed / scale,
            evidence.STANDARD,
            self.settings,
        )

    def evidence(self, offset: float = 0.0) -> Evidence:
        """Two normal likelihoods for each cell, before and now; shifts are in standard deviations."""
        return evidence.mean_change_of(
            self.before, self.now, self.variance, self.baseline, self.settings, self.unsure, offset
        )

    def redrawn(self, generator: np.random.Generator, offset: float) -> MeanChange:
        """Both periods drawn anew from the baseline."""
        mean, scale = self.baseline.predictor, np.sqrt(self.variance)
        before = _normal(self.before, mean, 0.0, scale, generator)
        now = _normal(self.now, mean + offset, evidence.mean_spread(self.settings), scale, generator)
        return replace(self, before=before, now=now, mix=self.unsure)


@dataclass(frozen=True)
class MeanLevel(_OfLevel):
    """Which means lie off a target, or off the rest?"""

    cells: Cells
    now: Period
    variance: float
    settings: Settings
    target: float | None = None
    found: tuple[Segment, ...] = ()

    def evidence(self, offset: float = 0.0) -> Evidence:
        """One normal likelihood for each cell; shifts are in standard deviations of one observation."""
        return evidence.mean_level_of(self.now, self.expected, self.variance, self.settings, offset)

    def redrawn(self, generator: np.random.Generator, offset: float) -> MeanLevel:
        """The period drawn anew from the level."""
        scale = np.sqrt(self.variance)
        mean = np.full(len(self.cells), self.expected / scale + offset)
        spread = evidence.mean_spread(self.settings)
        return replace(self, now=_normal(self.now, mean, spread, scale, generator), found=())


@dataclass(frozen=True)
class Forecast:
    """Where did totals deviate from their forecast?

    The likelihood is normal with a noise known from many cells: the bound on chance holds without draws.
    """

    cells: Cells
    actual: Array
    expected: Array
    settings: Settings

    @property
    def depth(self) -> int:
        """The most conditions of a segment: all, for causes of forecasts may be single cells.

        Of more than seven dimensions it is as many as keep the number of combinations at 128, or three.
        """
        count = len(self.cells.sizes)
        every = accumulate(comb(count, size) for size in range(count + 1))
        possible = [depth for depth, cuboids in enumerate(every) if cuboids <= MOST_CUBOIDS]
        return self.settings.depth or max(DEPTH_OF_CHANGE, *possible)

    def evidence(self, offset: float = 0.0) -> Evidence:
        """A normal likelihood of the relative deviation of each cell."""
        return evidence.forecast_of(self.actual, self.expected, offset)


Question = RateChange | RateLevel | MeanChange | MeanLevel | Forecast


def after(question: Question, found: Sequence[Segment]) -> Question:
    """The question once some segments are known: against the rest, the rest is everything but them."""
    if isinstance(question, RateLevel | MeanLevel) and question.target is None:
        return replace(question, found=tuple(found))
    return question


def _rate_of_rest(cells: Cells, now: Period, found: Sequence[Segment]) -> float:
    rest = ~np.any([held(cells.codes, one) for one in found], axis=0) if found else np.full(len(cells), True)
    weight = float(now.weight[rest].sum())
    return float(now.observed[rest].sum()) / weight if weight > 0 else np.nan


def _drawn(
    period: Period, predictor: Array, spread: float, family: Family, generator: np.random.Generator
) -> Period:
    """The period with its observations drawn; random effects leave the mean as it is."""
    mean = family.mean(predictor)
    if isinstance(family, Share):
        concentration = 1 / np.maximum(mean * (1 - mean) * spread**2, _SURE)
        share = generator.beta(mean * concentration, (1 - mean) * concentration)
        drawn = generator.binomial(np.rint(period.weight).astype(np.int64), np.clip(share, 0.0, 1.0))
    else:
        size = 1 / max(spread**2, _SURE)
        drawn = generator.poisson(period.weight * mean * generator.gamma(size, 1 / size, len(mean)))
    return Period(period.weight, drawn.astype(np.float64))


def _normal(
    period: Period, mean: Array, spread: float, scale: float, generator: np.random.Generator
) -> Period:
    """The period with its sums drawn; `mean` and `spread` are in standard deviations of one observation."""
    effect = mean + spread * generator.standard_normal(len(mean))
    noise = np.sqrt(period.weight) * generator.standard_normal(len(mean))
    return Period(period.weight, scale * (period.weight * effect + noise))
