"""Sample sizes for a share equal textbooks, and the exact search finds the smallest that holds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit.intervals import hypergeometric, wilson
from sqaudit.sampling.precision import achieved, size_by_normal, size_by_width, size_by_wilson, width_table

steady = settings.get_profile("sampling")


@pytest.mark.parametrize(
    ("half_width", "share", "population", "n"),
    [
        (0.03, 0.5, None, 1068),  # the sizes every textbook prints: 1067.1, 384.1, 9603.6
        (0.05, 0.5, None, 385),
        (0.01, 0.5, None, 9604),
        (0.05, 0.5, 1000, 278),  # Krejcie and Morgan (1970), Educ. Psychol. Meas. 30:607-610, table 1
        (0.05, 0.5, 500, 218),  # (they print 217: rounded to the nearest)
        (0.05, 0.5, 100, 80),
        (0.05, 0.5, 10, 10),
        (0.05, 0.5, 1, 1),
    ],
)
def test_textbook_sizes(half_width: float, share: float, population: int | None, n: int) -> None:
    assert size_by_normal(half_width, share, population=population) == n


def test_the_finite_correction_is_taken_before_rounding() -> None:
    # Cochran (1977), section 4.4: t = 2, d = 0.05, p = 0.5 and N = 3200 give 400 / (1 + 399 / 3200), 356.
    two_sigma = "0.9544997361036416"
    assert size_by_normal(0.05, 0.5, two_sigma, population=3200) == 356


@steady
@given(
    st.sampled_from([0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3]),
    st.integers(0, 100),
    st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)
def test_wilson_size_is_the_smallest_that_holds(half_width: float, percent: int, confidence: float) -> None:
    n, p = size_by_wilson(half_width, f"{percent}%", confidence), percent / 100
    low, high = wilson(np.array([n, max(n - 1, 1)]) * p, [n, max(n - 1, 1)], confidence)
    width = (high - low) / 2
    assert width[0] <= half_width * (1 + 1e-9)
    assert n == 1 or width[1] > half_width * (1 - 1e-9)


@settings(steady, max_examples=20)
@given(st.sampled_from([0.03, 0.05, 0.1]), st.integers(0, 100), st.integers(1, 700))
def test_width_size_is_the_first_of_all_sizes_that_holds(
    half_width: float, percent: int, population: int
) -> None:
    sizes = np.arange(1, population + 1)
    sides = [
        hypergeometric(x, sizes, population) for x in (percent * sizes // 100, -(-percent * sizes // 100))
    ]
    exact = np.maximum(*(side.high - side.low for side in sides)) / 2
    score = wilson(sizes * percent / 100, sizes)
    widths = np.where(10 * sizes > population, exact, (score.high - score.low) / 2)
    widths[-1] = 0  # a census
    first = int(sizes[widths <= half_width * (1 + 1e-9)][0])
    assert size_by_width(half_width, f"{percent}%", population=population) == first


def test_few_sampled_take_wilson_and_many_the_exact_interval() -> None:
    few, many = achieved(60, 0.95, population=600), achieved(61, 0.95, population=600)
    assert (few.method, many.method) == ("wilson", "hypergeometric")
    assert (few.low_share, few.high_share) == pytest.approx(wilson(57, 60))
    # 0.95 x 61 lies between 57 and 58: the wider of both.
    wider = max((hypergeometric(x, 61, 600) for x in (57, 58)), key=lambda side: side.high - side.low)
    assert (many.low_share, many.high_share) == wider


def test_ten_per_cent_says_six_points_or_one() -> None:
    # Assumption A31: the same percentage, an entirely different precision.
    assert achieved(60, 0.95, population=600).half_width_points == pytest.approx(6.0, abs=0.05)
    assert achieved(1200, 0.93, population=12000).half_width_points == pytest.approx(1.4, abs=0.05)


def test_census_and_nothing() -> None:
    census, nothing = achieved(40, 0.9, population=40), achieved(0, 0.9, population=40)
    assert (census.half_width_points, census.low_share, census.method) == (0.0, 0.9, "census")
    assert math.isnan(nothing.half_width_points)
    assert nothing.method == "none"


def test_a_table_for_three_points() -> None:
    table = width_table(expected_shares=(0.5, 0.95, 1), populations=(None, 600))
    assert table["half_width_points"].eq(3.0).all()
    assert table["size_by_width"].tolist()[:3] == [1064, 215, 61]
    assert table["size_by_normal"].isna().tolist() == [False, False, True] * 2
    assert (table["size_by_width"] <= table["population"].fillna(10**9)).all()


def test_what_cannot_be_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"^sample_size must not exceed the population of 10; found 11\.$"):
        achieved(11, population=10)
    with pytest.raises(
        ValueError, match=r"^half_width must be below 0\.5, half of all there is; found 0\.5\.$"
    ):
        size_by_wilson(0.5)
    with pytest.raises(
        ValueError, match=r"^half_width must lie between 0 \(excluded\) and 1 \(excluded\); found 3"
    ):
        size_by_normal(3)
