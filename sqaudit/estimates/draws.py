"""What simple random draws within strata do to totals: their expectation, covariance, and draws repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sqaudit.estimates.layout import Array, Integers

Truth = npt.NDArray[np.bool_]


class Totals(Protocol):
    """Totals over the drawn units of all strata, and what random draws make of them."""

    def observed(self) -> Array:
        """The totals of the units that were drawn."""

    def moments(self) -> tuple[Array, Array]:
        """Expectation and covariance of the totals."""

    def repeated(self, generator: np.random.Generator, times: int) -> Array:
        """The totals of random draws, one row each."""


@dataclass(frozen=True, eq=False)
class Draw:
    """Units within strata, and which were drawn. Strata drawn whole or not at all say nothing."""

    stratum: Integers
    took: Truth

    @cached_property
    def size(self) -> Integers:
        """For each stratum, its units."""
        return np.bincount(self.stratum).astype(np.int64)

    @cached_property
    def number(self) -> Integers:
        """For each stratum, the units drawn."""
        return np.bincount(self.stratum[self.took], minlength=len(self.size)).astype(np.int64)

    @cached_property
    def open(self) -> Truth:
        """For each stratum, whether some of its units were drawn and some left."""
        return np.asarray((self.number > 0) & (self.number < self.size))


@dataclass(frozen=True, eq=False)
class CategoryTotals:
    """Numbers of cases in each category, where cases themselves were drawn: hypergeometric."""

    draw: Draw
    category: Integers

    def observed(self) -> Array:
        """The drawn cases of each category."""
        inside = self.draw.took & self.draw.open[self.draw.stratum]
        return np.bincount(self.category[inside], minlength=self._width).astype(np.float64)

    def moments(self) -> tuple[Array, Array]:
        """Expectation and covariance of the drawn cases of each category."""
        expected, covariance = np.zeros(self._width), np.zeros((self._width, self._width))
        for counts, number in self._strata():
            size = int(counts.sum())
            share = counts / size
            spread = number * (1 - number / size) * size / (size - 1)
            expected += number * share
            covariance += spread * (np.diag(share) - np.outer(share, share))
        return expected, covariance

    def repeated(self, generator: np.random.Generator, times: int) -> Array:
        """The cases of each category in random draws."""
        total = np.zeros((times, self._width))
        for counts, number in self._strata():
            total += generator.multivariate_hypergeometric(counts, number, size=times, method="marginals")
        return total

    @property
    def _width(self) -> int:
        return int(self.category.max()) + 1

    def _strata(self) -> Iterator[tuple[Integers, int]]:
        table = np.zeros((len(self.draw.size), self._width), dtype=np.int64)
        np.add.at(table, (self.draw.stratum, self.category), 1)
        for stratum in np.flatnonzero(self.draw.open):
            yield table[stratum], int(self.draw.number[stratum])


@dataclass(frozen=True, eq=False)
class UnitTotals:
    """Any values of units, a row for each unit: ranks of cases, or numbers of cases in clusters."""

    draw: Draw
    values: Array

    def observed(self) -> Array:
        """The totals of the drawn units."""
        inside = self.draw.took & self.draw.open[self.draw.stratum]
        return np.asarray(self.values[inside].sum(axis=0))

    def moments(self) -> tuple[Array, Array]:
        """Expectation and covariance of the totals.

        Source: Cochran (1977), Sampling Techniques, 3rd ed., theorems 2.2 and 2.3.
        """
        width = self.values.shape[1]
        expected, covariance = np.zeros(width), np.zeros((width, width))
        for own, number in self._strata():
            size, mean = len(own), own.mean(axis=0)
            expected += number * mean
            covariance += number * (1 - number / size) * ((own - mean).T @ (own - mean)) / (size - 1)
        return expected, covariance

    def repeated(self, generator: np.random.Generator, times: int) -> Array:
        """The totals of random draws."""
        total = np.zeros((times, self.values.shape[1]))
        for own, number in self._strata():
            for row in range(times):
                chosen = generator.choice(len(own), number, replace=False, shuffle=False)
                total[row] += own[chosen].sum(axis=0)
        return total

    def _strata(self) -> Iterator[tuple[Array, int]]:
        order = np.argsort(self.draw.stratum, kind="stable")
        ends = np.cumsum(self.draw.size)
        for stratum in np.flatnonzero(self.draw.open):
            own = order[ends[stratum] - self.draw.size[stratum] : ends[stratum]]
            values = self.values[own]
            # In the order of their values: random draws must not depend on the order of the rows.
            yield values[np.lexsort(values.T)], int(self.draw.number[stratum])
