"""Numbers are read as they were written, and chances near a limit are decided in whole numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sqaudit.sampling.chances import at_most, at_most_of_lot, within, within_of_lot
from sqaudit.sampling.exact import ceil_of, exact, share_between, whole

steady = settings.get_profile("sampling")


@pytest.mark.parametrize(
    "written", [0.07, "0.07", "7%", " 7 % ", Decimal("0.07"), Fraction(7, 100), np.float64(0.07)]
)
def test_seven_hundredths_however_written(written: object) -> None:
    assert exact(written) == Fraction(7, 100)  # type: ignore[arg-type]
    assert ceil_of(written, 100) == 7  # type: ignore[arg-type]


@steady
@given(st.integers(1, 99), st.integers(0, 100_000))
def test_ceil_of_a_percentage_is_that_of_whole_numbers(percent: int, count: int) -> None:
    assert ceil_of(percent / 100, count) == -(-percent * count // 100)


def test_the_trap_of_binary_fractions_is_real() -> None:
    assert math.ceil(0.07 * 100) == 8
    assert math.ceil(0.07 * 1300) == 92  # AICPA table A-2: 8 % tolerable, 7 % expected, n = 1300
    assert ceil_of(0.07, 1300) == 91


@pytest.mark.parametrize("wrong", ["ten", "", "1/0", math.nan, math.inf, None])
def test_what_is_no_number_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"^rate must be a finite number; found "):
        exact(wrong, "rate")  # type: ignore[arg-type]


def test_shares_and_counts_out_of_bounds_are_refused_with_a_sentence() -> None:
    with pytest.raises(
        ValueError,
        match=r"^rate must lie between 0 \(excluded\) and 1 \(excluded\); found 5\. Write 5 % as 0\.05\.$",
    ):
        share_between(5, "rate")
    assert share_between(1, "rate", one=True) == 1
    with pytest.raises(ValueError, match=r"^population must be a whole number of 1 or more; found 0\.$"):
        whole(0, "population", least=1)
    with pytest.raises(ValueError, match=r"^n must be a whole number of 0 or more; found 2\.5\.$"):
        whole(2.5, "n")  # type: ignore[arg-type]


@steady
@given(st.data())
def test_chances_of_a_lot_are_those_of_scipy(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 3000))
    marked, n = data.draw(st.integers(0, population)), data.draw(st.integers(0, population))
    most = data.draw(st.integers(0, n))
    assert at_most_of_lot(most, n, marked, population) == pytest.approx(
        stats.hypergeom.cdf(most, population, marked, n), abs=1e-9
    )


def test_chances_of_a_large_lot_keep_their_digits() -> None:
    # Exact value from whole numbers; sums of logarithms of factorials lose six digits here.
    population, marked, n = 10_000_000, 50_000, 400
    none = Fraction(1)
    for k in range(n):
        none *= Fraction(population - marked - k, population - k)
    assert at_most_of_lot(0, n, marked, population) == pytest.approx(float(none), rel=1e-12)


def test_impossible_and_certain_counts() -> None:
    assert at_most_of_lot(0, 5, 6, 10) == 0  # five drawn of ten with six marked show at least one
    assert at_most_of_lot(5, 5, 6, 10) == 1
    assert at_most(-1, 5, 0.5) == 0
    assert at_most(5, 5, 0.5) == 1


def test_ties_count_as_within() -> None:
    # One bad of ten per draw, nine in ten sure: 0.1 is the risk itself, though 1 - 0.9 is not 0.1 in binary.
    risk = 1 - exact(0.9)
    assert within(risk, 0, 1, Fraction(9, 10))
    assert not within(risk - Fraction(1, 10**30), 0, 1, Fraction(9, 10))
    assert within_of_lot(Fraction(1, 20), 0, 19, 1, 20)
    assert not within_of_lot(Fraction(1, 20) - Fraction(1, 10**30), 0, 19, 1, 20)


def test_numbers_of_numpy_become_those_of_python() -> None:
    # An int64 overflows silently in a fraction of large numbers; a float32 has its own shortest decimal.
    assert type(exact(np.int64(7)).numerator) is int
    assert exact(np.float32(0.07)) == Fraction(7, 100)
    assert type(whole(np.int64(60), "population")) is int  # type: ignore[arg-type]
