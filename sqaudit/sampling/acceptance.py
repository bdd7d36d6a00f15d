"""What a sampling plan by attributes accepts: its operating characteristic (OC), forwards and backwards.

A plan is a sample size and an acceptance number. The law is binomial for lots from a process, hypergeometric
for one lot of known size, Poisson for nonconformities per unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.sampling.chances import Law, at_most, at_most_of_lot, check_law, within, within_of_lot
from sqaudit.sampling.exact import Number, exact, share_between, whole

LARGEST_SAMPLE = 100_000  # no plan for two points is larger; the search stops there
_POINTS = 101  # of a curve: smooth to the eye


@dataclass(frozen=True)
class TwoPointPlan:
    """The smallest plan that accepts good quality often enough and bad quality seldom enough.

    `accepted_when_good` and `accepted_when_bad` are the chances of acceptance it achieves.
    """

    sample_size: int
    accept: int
    reject: int
    good_rate: float
    bad_rate: float
    accepted_when_good: float
    accepted_when_bad: float
    law: Law
    population: int | None


def chance_of_acceptance(
    sample_size: int,
    accept: int,
    rate: npt.ArrayLike,
    law: Law = "binomial",
    population: int | None = None,
) -> np.float64 | npt.NDArray[np.float64]:
    """The chance that a lot of this quality is accepted, of the shape of `rate`.

    Rates are shares; in a lot of known size a rate stands for its share rounded to a whole number of items.
    A missing rate gives NaN. ValueError for a rate outside [0, 1] (Poisson: below 0), a sample larger than
    the population, or a law without its population.

    >>> round(float(chance_of_acceptance(80, 5, 0.025)), 4)
    0.9848
    """
    n, c = _plan(sample_size, accept, law, population)
    rates = np.asarray(rate, dtype=np.float64)
    if ((rates < 0) | ((rates > 1) & (law != "poisson"))).any():
        raise ValueError(f"rate must be a share between 0 and 1; found {rate!r}.")
    if law == "poisson":
        return np.asarray(special.gammaincc(c + 1, n * rates))[()]
    if law == "binomial":
        accepted = special.betaincc(c + 1, n - c, rates) if c < n else np.ones(rates.shape)
        return np.where(np.isnan(rates), np.nan, accepted)[()]
    size = int(population or 0)
    chances = [math.nan if math.isnan(p) else at_most_of_lot(c, n, round(p * size), size) for p in rates.flat]
    return np.reshape(np.array(chances, dtype=np.float64), rates.shape)[()]


def rate_at_acceptance(
    sample_size: int,
    accept: int,
    chance: npt.ArrayLike,
    law: Law = "binomial",
    population: int | None = None,
) -> np.float64 | npt.NDArray[np.float64]:
    """The rate at which a lot is accepted with this chance: the OC curve read backwards.

    At 0.95 it is what the producer must stay below, at 0.10 what the consumer is protected from. In a lot of
    known size it is the largest share of whole items still accepted with at least this chance.
    ValueError for a chance outside (0, 1), or a plan that accepts everything (`accept` = sample size).

    >>> [round(float(rate), 4) for rate in rate_at_acceptance(80, 5, [0.95, 0.10])]
    [0.0332, 0.1128]
    """
    n, c = _plan(sample_size, accept, law, population)
    wanted = np.asarray(chance, dtype=np.float64)
    if not ((wanted > 0) & (wanted < 1)).all():
        raise ValueError(f"chance must lie between 0 and 1, both excluded; found {chance!r}.")
    if law == "poisson":
        return np.asarray(special.gammainccinv(c + 1, wanted) / n)[()]
    if c >= n:
        raise ValueError(f"accept must be below sample_size, or every lot is accepted; found {c} of {n}.")
    if law == "binomial":
        return np.asarray(special.betainccinv(c + 1, n - c, wanted))[()]
    size = int(population or 0)
    rates = [_most_accepted(n, c, float(level), size) / size for level in wanted.flat]
    return np.reshape(np.array(rates, dtype=np.float64), wanted.shape)[()]


def oc_curve(
    sample_size: int,
    accept: int,
    rates: npt.ArrayLike | None = None,
    law: Law = "binomial",
    population: int | None = None,
) -> pd.DataFrame:
    """The OC curve as x and y: `rate_share`, `chance_of_acceptance`.

    Without rates: from 0 to where one lot in a thousand is accepted; in a lot of known size the whole
    numbers of items on the way.

    >>> oc_curve(13, 0, [0.01, 0.05]).round(3).values.tolist()
    [[0.01, 0.878], [0.05, 0.513]]
    """
    if rates is None:
        end = float(rate_at_acceptance(sample_size, accept, 0.001, law, population))
        grid = np.linspace(0, end, _POINTS)
        if law == "hypergeometric" and population:
            grid = np.unique(np.rint(grid * population)) / population
        rates = grid
    shares = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    accepted = chance_of_acceptance(sample_size, accept, shares, law, population)
    return pd.DataFrame({"rate_share": shares, "chance_of_acceptance": accepted})


def two_point_plan(
    good_rate: Number,
    accepted_when_good: Number,
    bad_rate: Number,
    accepted_when_bad: Number,
    law: Law = "binomial",
    population: int | None = None,
) -> TwoPointPlan:
    """The smallest single plan through two points: the producer's (good) and the consumer's (bad).

    A lot at `good_rate` is accepted with at least `accepted_when_good`, one at `bad_rate` with at most
    `accepted_when_bad`; of plans of one size the one with the smallest acceptance number. In a lot of known
    size the good rate is rounded down and the bad one up to whole items, so the promise holds as written.
    ValueError when the points are in the wrong order, or no plan of the lot (or of 100,000) passes them.

    Source: Guenther (1969), J. Qual. Technol. 1:105-109.

    >>> plan = two_point_plan(0.05, 0.95, 0.15, 0.075)
    >>> plan.sample_size, plan.accept
    (80, 7)
    """
    population = check_law(law, population)
    good, bad = share_between(good_rate, "good_rate", zero=True), share_between(bad_rate, "bad_rate")
    often = share_between(accepted_when_good, "accepted_when_good")
    seldom = share_between(accepted_when_bad, "accepted_when_bad")
    if not (good < bad and seldom < often):
        raise ValueError(
            "good_rate must be below bad_rate and accepted_when_bad below accepted_when_good; found "
            f"{good_rate} and {bad_rate}, {accepted_when_bad} and {accepted_when_good}."
        )
    points = _TwoPoints(good, often, bad, seldom, law, population)
    n, c = points.smallest()
    return TwoPointPlan(
        sample_size=n,
        accept=c,
        reject=c + 1,
        good_rate=float(good),
        bad_rate=float(bad),
        accepted_when_good=points.accepted(good, c, n),
        accepted_when_bad=points.accepted(bad, c, n),
        law=law,
        population=population,
    )


@dataclass(frozen=True)
class _TwoPoints:
    good: Fraction
    often: Fraction
    bad: Fraction
    seldom: Fraction
    law: Law
    population: int | None

    def smallest(self) -> tuple[int, int]:
        """The first acceptance number whose smallest n that is strict enough is also kind enough."""
        largest = self.population or LARGEST_SAMPLE
        n = 0
        for c in range(largest):
            n = self._strict_from(c, n, largest)
            if n > largest:
                break
            if self._kind(c, n):
                return n, c
        where = f"the lot of {self.population}" if self.population else f"{LARGEST_SAMPLE:,}"
        raise ValueError(
            f"no sample of up to {where} tells the two rates apart as asked; expected wider ones."
        )

    def accepted(self, rate: Fraction, c: int, n: int) -> float:
        if self.law == "hypergeometric" and self.population is not None:
            return at_most_of_lot(c, n, self._marked(rate), self.population)
        return at_most(c, n, float(rate), self.law)

    def _marked(self, rate: Fraction) -> int:
        items = rate * (self.population or 0)
        return math.floor(items) if rate == self.good else math.ceil(items)

    def _within(self, limit: Fraction, rate: Fraction, c: int, n: int) -> bool:
        if self.law == "hypergeometric" and self.population is not None:
            return within_of_lot(limit, c, n, self._marked(rate), self.population)
        return within(limit, c, n, rate, self.law)

    def _strict_from(self, c: int, above: int, largest: int) -> int:
        """The smallest n over `above` that accepts bad lots seldom enough; largest + 1 if none does."""
        step, short = 1, above
        while (enough := min(short + step, largest)) < largest and not self._within(
            self.seldom, self.bad, c, enough
        ):
            short, step = enough, 2 * step
        if not self._within(self.seldom, self.bad, c, enough):
            return largest + 1
        while enough - short > 1:
            middle = (short + enough) // 2
            short, enough = (
                (short, middle) if self._within(self.seldom, self.bad, c, middle) else (middle, enough)
            )
        return enough

    def _kind(self, c: int, n: int) -> bool:
        """Whether good lots are accepted often enough; asked of the conforming items, so a tie counts."""
        refused, left = 1 - self.often, n - c - 1
        if self.law == "poisson":  # no ties, and no conforming items to count
            return not within(self.often, c, n, self.good, "poisson")
        if self.law == "hypergeometric" and self.population is not None:
            conforming = self.population - self._marked(self.good)
            return within_of_lot(refused, left, n, conforming, self.population)
        return within(refused, left, n, 1 - self.good)


def _plan(sample_size: int, accept: int, law: Law, population: int | None) -> tuple[int, int]:
    check_law(law, population)
    n, c = whole(sample_size, "sample_size", least=1), whole(accept, "accept")
    if law == "hypergeometric" and population is not None and n > population:
        raise ValueError(f"sample_size must not exceed the population of {population}; found {n}.")
    return n, c


def _most_accepted(n: int, c: int, chance: float, population: int) -> int:
    """The most nonconforming items a lot may have and still be accepted with at least this chance."""
    refused, left = 1 - exact(chance), n - c - 1
    good, bad = 0, population
    while bad - good > 1:
        middle = (good + bad) // 2
        # Asked of the conforming items, so a tie counts.
        often = within_of_lot(refused, left, n, population - middle, population)
        good, bad = (middle, bad) if often else (good, middle)
    return good
