"""The rules on hand-made series, as NHS England's guide describes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqaudit.control.design import RULES, Rules
from sqaudit.control.lines import Lines, around
from sqaudit.control.rules import completed, members


def lines(points: int) -> Lines:
    return around(np.zeros(points), 1.0)


def marked(values: list[float], rule: str, side: str = "high", **settings: int) -> list[int]:
    """The places that belong to a signal of the rule on a chart around 0 with limits at 3."""
    series = np.array(values, dtype=float)
    found = members(series, lines(len(values)), Rules((rule,), **settings))
    return np.flatnonzero(found[rule, side]).tolist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([1] * 6, []),
        ([1] * 6 + [-1], []),
        ([1] * 7, [0, 1, 2, 3, 4, 5, 6]),
        ([1] * 8 + [-1], [0, 1, 2, 3, 4, 5, 6, 7]),
        ([-1, *[1] * 7], [1, 2, 3, 4, 5, 6, 7]),
        ([1] * 3 + [0] + [1] * 3, []),  # a point on the line belongs to no side
    ],
)
def test_seven_on_one_side(values: list[float], expected: list[int]) -> None:
    assert marked(values, "run") == expected
    assert marked([-value for value in values], "run", "low") == expected


def test_a_longer_run_can_be_asked_for() -> None:
    assert marked([1] * 7, "run", run_length=8) == []
    assert marked([1] * 8, "run", run_length=8) == list(range(8))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 5], []),
        ([1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5]),
        ([1, 2, 3, 3, 4, 5, 6], []),  # two equal neighbours end a trend
        ([9, 1, 2, 3, 4, 5, 6, 0], [1, 2, 3, 4, 5, 6]),
    ],
)
def test_six_in_a_trend(values: list[float], expected: list[int]) -> None:
    assert marked(values, "trend") == expected
    assert marked([-value for value in values], "trend", "low") == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.5, 0, 2.5], [0, 2]),
        ([2.5, 2.5, 0], [0, 1]),
        ([0, 2.5, 0, 0, 2.5], []),
        ([2.5, 0, 0, 2.5, 2.5], [3, 4]),
        ([2.5, 0, -2.5], []),
        ([2.5, 3.5], [0, 1]),
        ([2.0, 2.0], []),  # on the line is not beyond it
    ],
)
def test_two_of_three_in_the_outer_third(values: list[float], expected: list[int]) -> None:
    assert marked(values, "two_of_three") == expected
    assert marked([-value for value in values], "two_of_three", "low") == expected


def test_outside_means_beyond_the_limit_not_on_it() -> None:
    assert marked([3, 3.0000001, -4], "outside") == [1]
    assert marked([3, 3.0000001, -4], "outside", "low") == [2]


def test_rounding_is_no_signal() -> None:
    values = np.array([0.1 + 0.2, 0.3, 0.3])
    flat = around(np.full(3, 0.3), 0.0)
    assert not any(flags.any() for flags in members(values, flat, Rules()).values())


@given(st.lists(st.floats(-5, 5), max_size=40))
def test_high_and_low_are_mirror_images(values: list[float]) -> None:
    series = np.array(values, dtype=float)
    there, mirrored = (members(one, lines(len(values)), Rules()) for one in (series, -series))
    for rule in RULES:
        assert (there[rule, "high"] == mirrored[rule, "low"]).all()


@given(st.lists(st.floats(-5, 5), max_size=40))
def test_what_completes_a_signal_is_part_of_it(values: list[float]) -> None:
    series = np.array(values, dtype=float)
    whole, ends = members(series, lines(len(values)), Rules()), completed(series, lines(len(values)), Rules())
    for key, flags in ends.items():
        assert (whole[key] | ~flags).all()
        assert whole[key].any() == flags.any()


def test_unknown_rules_are_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="rules has 'zigzag', which is no rule; known: outside, run, trend"):
        Rules(("zigzag",), run_length=2)
