"""Discovery and attribute sampling: how many to test to claim a tolerable rate, and what a test can claim.

The rate in the population is claimed to be below the tolerable rate when no more deviations were found than
the plan allows. Sample sizes are exact: the smallest that hold, ties decided in whole numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.finite_population import most_in_population
from sqaudit.sampling.chances import Law, at_most, at_most_of_lot, check_law, within, within_of_lot
from sqaudit.sampling.exact import Number, risk_of, share_between, whole

LARGEST_SAMPLE = 1_000_000  # a plan beyond this is no sample any more; the search stops there
RATES = (0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.10, 0.20)  # what an auditor asks of a sample


@dataclass(frozen=True)
class AttributePlan:
    """Test `sample_size`; with `allowed_deviations` or fewer the rate is below `tolerable_rate`.

    `inspect_all` says that no smaller sample of the population would do.
    """

    sample_size: int
    allowed_deviations: int
    expected_rate: float
    tolerable_rate: float
    confidence: float
    law: Law
    population: int | None
    inspect_all: bool


@dataclass(frozen=True)
class Sight:
    """What a sample of a population can and cannot see, at the confidence given.

    With none found, a rate of up to `rate_if_none_found` (`count_if_none_found` of a known population) is
    still compatible with the sample; anything larger would have shown itself.
    """

    sample_size: int
    population: int | None
    confidence: float
    rate_if_none_found: float
    count_if_none_found: int | None


def attribute_plan(
    tolerable_rate: Number,
    confidence: Number = 0.95,
    *,
    expected_rate: Number = 0,
    allowed_deviations: int | None = None,
    population: int | None = None,
    law: Law | None = None,
) -> AttributePlan:
    """The smallest sample that can claim the tolerable rate when as many deviations turn up as expected.

    With n tested, the expected rate of n is rounded up to a whole number of deviations; `allowed_deviations`
    sets that number itself. `expected_rate` 0 is discovery sampling. Law: hypergeometric when a population
    is given, else binomial. A population too small for the plan gives `inspect_all`.
    ValueError when the expected rate is not below the tolerable one, or so near that a million do not do.

    Source: AICPA (2017) Audit Guide: Audit Sampling, appendix A; finite population: Touw and Hoogduin (2011).

    >>> attribute_plan(0.05).sample_size, attribute_plan(0.05, expected_rate=0.01).sample_size
    (59, 93)
    >>> attribute_plan(0.05, 0.90, allowed_deviations=2, population=1200).sample_size
    102
    """
    if law is None:
        law = "binomial" if population is None else "hypergeometric"
    population = check_law(law, population)
    tolerable, risk = share_between(tolerable_rate, "tolerable_rate"), risk_of(confidence)
    expected = share_between(expected_rate, "expected_rate", zero=True)
    search = _Search(tolerable, risk, law, population)
    if allowed_deviations is not None:
        allowed = whole(allowed_deviations, "allowed_deviations")
        size = search.smallest(allowed, search.largest)
    else:
        size, allowed = _for_expected(search, expected)
    if size is None:
        size, allowed = search.everything(), search.marked - 1
    return AttributePlan(
        size, allowed, float(expected), float(tolerable), float(1 - risk), law, population, size == population
    )


def upper_limit(
    found: npt.ArrayLike,
    n: npt.ArrayLike,
    confidence: Number = 0.95,
    *,
    population: int | None = None,
    law: Law | None = None,
) -> np.float64 | npt.NDArray[np.float64]:
    """The largest rate that `found` deviations in n leave possible, one-sided at the confidence.

    Binomial: the one-sided Clopper-Pearson bound. Poisson: per item, may exceed 1. Hypergeometric (the
    default when a population is given): the largest count of the population not rejected, as a share.
    n = 0 gives NaN. ValueError for negative or fractional counts, or more found than tested.

    Source: Clopper and Pearson (1934), Biometrika 26:404-413; Garwood (1936), Biometrika 28:437-442;
    Buonaccorsi (1987), Am. Stat. 41:215-218.

    >>> round(float(upper_limit(1, 60)), 4), round(float(upper_limit(0, 6, population=60)), 4)
    (0.0766, 0.3667)
    """
    law = law or ("binomial" if population is None else "hypergeometric")
    population = check_law(law, population)
    tail = float(risk_of(confidence))
    x, size = np.broadcast_arrays(_counts(found, "found"), _counts(n, "n"))
    if (x > size).any():
        raise ValueError("found must not exceed n: nobody finds more deviations than were tested.")
    tested = np.where(size > 0, size, np.nan)
    if law == "poisson":
        return np.asarray(special.gammainccinv(x + 1, tail) / tested)[()]
    if law == "binomial":
        bound = special.betainccinv(x + 1, np.where(x < size, size - x, 1), tail)
        return np.where(size == 0, np.nan, np.where(x == size, 1.0, bound))[()]
    return _limit_in_lot(x, size, population or 0, tail)


def sight(n: int, population: int | None = None, confidence: Number = 0.95) -> Sight:
    """What a sample of n can and cannot see when it finds nothing. With n = 0 everything is possible.

    "10 % of everything" on 60 calls gives 6, and six good calls leave 22 bad ones of 60 possible:

    >>> seen = sight(6, 60)
    >>> seen.count_if_none_found, round(seen.rate_if_none_found, 3)
    (22, 0.367)
    """
    if whole(n, "n") == 0:
        population = check_law("binomial", population)
        return Sight(0, population, float(1 - risk_of(confidence)), 1.0, population)
    rate = float(upper_limit(0, n, confidence, population=population))
    possible = None if population is None else round(rate * population)
    return Sight(n, population, float(1 - risk_of(confidence)), rate, possible)


def chance_to_find_one(n: int, rate: Number, population: int | None = None) -> float:
    """The chance that a sample of n shows at least one deviation when the population has this rate.

    In a known population the rate stands for its share rounded to a whole number of deviations.

    >>> round(chance_to_find_one(6, 0.10), 3), round(chance_to_find_one(6, 0.10, population=60), 3)
    (0.469, 0.484)
    """
    share = share_between(rate, "rate", zero=True, one=True)
    if population is None:
        return 1 - at_most(0, n, float(share))
    population = whole(population, "population")
    if whole(n, "n") > population:
        raise ValueError(f"n must not exceed the population of {population}; found {n}.")
    return 1 - at_most_of_lot(0, n, round(share * population), population)


def sight_table(n: int, population: int | None = None, rates: tuple[Number, ...] = RATES) -> pd.DataFrame:
    """What a sample of n finds, by the rate in the population.

    Columns: `rate_share`, `deviations_in_population` (missing without a population), `expected_in_sample`,
    `chance_to_find_one`, `chance_to_find_none`.

    >>> sight_table(60, rates=(0.01, 0.05)).round(3)["chance_to_find_one"].tolist()
    [0.453, 0.954]
    """
    shares = [share_between(rate, "rate", zero=True, one=True) for rate in rates]
    found = [chance_to_find_one(n, share, population) for share in shares]
    marked = [pd.NA if population is None else round(share * population) for share in shares]
    return pd.DataFrame(
        {
            "rate_share": [float(share) for share in shares],
            "deviations_in_population": pd.array(marked, dtype="Int64"),
            "expected_in_sample": [float(share * n) for share in shares],
            "chance_to_find_one": found,
            "chance_to_find_none": [1 - chance for chance in found],
        }
    )


@dataclass(frozen=True)
class _Search:
    """One question: from which n on are `allowed` deviations too few for the tolerable rate."""

    tolerable: Fraction
    risk: Fraction
    law: Law
    population: int | None

    @property
    def marked(self) -> int:
        """The fewest deviations in the population that are no longer tolerable."""
        return math.ceil(self.tolerable * (self.population or 0))

    @property
    def largest(self) -> int:
        return min(self.population or LARGEST_SAMPLE, LARGEST_SAMPLE)

    def everything(self) -> int:
        """The whole population, when no smaller sample holds; without one there is no such plan."""
        if self.population is None or self.population > LARGEST_SAMPLE:
            raise ValueError(
                f"no sample of up to {LARGEST_SAMPLE:,} can tell the expected from the tolerable rate; "
                "expected a wider gap between them."
            )
        return self.population

    def holds(self, allowed: int, n: int) -> bool:
        if self.law == "hypergeometric" and self.population is not None:
            return within_of_lot(self.risk, allowed, n, self.marked, self.population)
        return within(self.risk, allowed, n, self.tolerable, self.law)

    def smallest(self, allowed: int, largest: int, above: int = 0) -> int | None:
        """The smallest n over `above`, up to `largest`, that holds: the chance falls as n grows."""
        if largest <= above or not self.holds(allowed, largest):
            return None
        short, enough = above, largest
        while enough - short > 1:
            middle = (short + enough) // 2
            short, enough = (short, middle) if self.holds(allowed, middle) else (middle, enough)
        return enough


def _for_expected(search: _Search, expected: Fraction) -> tuple[int | None, int]:
    """The smallest n whose own expected number of deviations, rounded up, is still few enough."""
    if expected >= search.tolerable:
        raise ValueError(
            f"expected_rate must be below tolerable_rate; found {float(expected)} and "
            f"{float(search.tolerable)}: no sample can show that they differ."
        )
    if expected == 0:
        return search.smallest(0, search.largest), 0
    for allowed in range(1, math.ceil(expected * search.largest) + 1):
        above = math.floor((allowed - 1) / expected)
        largest = min(math.floor(allowed / expected), search.largest)
        if size := search.smallest(allowed, largest, above):
            return size, allowed
    return None, 0


def _limit_in_lot(
    x: npt.NDArray[np.int64], n: npt.NDArray[np.int64], population: int, tail: float
) -> np.float64 | npt.NDArray[np.float64]:
    if (n > population).any():
        raise ValueError(f"n must not exceed the population of {population}; found {int(n.max())}.")
    drawn = np.maximum(n, 1).ravel()  # where nothing was drawn the answer is NaN anyway
    most = most_in_population(x.ravel(), drawn, np.full(n.size, population), tail)
    return np.where(n == 0, np.nan, most.reshape(n.shape) / population)[()]


def _counts(values: npt.ArrayLike, name: str) -> npt.NDArray[np.int64]:
    counts = np.asarray(values, dtype=np.float64)
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
        raise ValueError(f"{name} must hold whole numbers of 0 or more; found {values!r}.")
    return counts.astype(np.int64)
