from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqaudit.present import numbers

shares = st.floats(min_value=0, max_value=1)


def as_number(text: str) -> float:
    return (
        float(text.removesuffix(" %").replace("−", "-").replace(",", "").replace("< ", "").replace("> ", ""))
        / 100
    )


@pytest.mark.parametrize(
    ("value", "beside", "text"),
    [
        (0.634, None, "63.4 %"),
        (1.0, 0.95, "100.0 %"),
        (0.0, None, "0.0 %"),
        (0.9996, None, "99.96 %"),
        (1e-6, None, "0.0001 %"),
        (0.84996, 0.85, "84.996 %"),
        (0.85004, 0.85, "85.004 %"),
        (0.85, 0.85, "85.0 %"),
        (0.1 + 0.7499999999999999, 0.85, "85.0 %"),
        (0.99999999999, None, "100.0 %"),
        (0.999999998, None, "< 100 %"),
        (float("nan"), 0.85, "—"),
        (None, None, "—"),
    ],
)
def test_a_share_never_says_more_than_is_true(value: float | None, beside: float | None, text: str) -> None:
    assert numbers.share(value, beside=beside) == text


@given(shares, shares)
def test_rounding_never_carries_a_value_over_its_target(value: float, goal: float) -> None:
    if abs(value - goal) < 1e-7:
        return
    shown = as_number(numbers.share(value, beside=goal))
    assert (shown < goal) == (value < goal) or (shown == pytest.approx(goal, abs=1e-7))


@given(st.floats(min_value=0, max_value=1, exclude_max=True))
def test_a_miss_is_never_shown_as_all(value: float) -> None:
    text = numbers.share(value)
    assert text != "100.0 %" or value > 1 - 1e-8


def test_units_are_written_in_the_language() -> None:
    assert numbers.amount(47.31, "minutes", "zh") == "47.3 分钟"
    assert numbers.amount(1234567, "count", "en") == "1,234,567 cases"
    assert numbers.amount(np.float64(4.256), "points", "en") == "4.26 pts"
    assert numbers.amount(0.5, "ratio", "en") == "0.50"
    assert numbers.amount(pd.NA, "hours", "en") == "—"
    assert numbers.amount(29.99, "minutes", "en", beside=30) == "29.99 min"


def test_intervals_share_their_digits() -> None:
    assert numbers.interval(0.628, 0.64, "share", "en") == "62.8–64.0 %"
    assert numbers.interval(0.9712, 0.9998, "share", "en") == "97.12–99.98 %"
    assert numbers.interval(0.9, 1.0, "share", "zh") == "90.0–100.0 %"
    assert numbers.interval(-3.0, 2.5, "points", "zh") == "−3.00 至 2.50 分"
    assert numbers.interval(float("nan"), 1.0, "share", "en") == "—"


def test_differences_are_signed_and_never_a_false_zero() -> None:
    assert numbers.difference(0.021, "share", "en") == "+2.1 pp"
    assert numbers.difference(0.021, "share", "zh") == "+2.1 个百分点"
    assert numbers.difference(-0.0829, "share", "en") == "−8.3 pp"
    assert numbers.difference(-0.0002, "share", "en") == "−0.02 pp"
    assert numbers.difference(0.0, "share", "en") == "0.0 pp"
    assert numbers.difference(-4.8, "hours", "zh") == "−4.8 小时"
    assert numbers.difference_interval(-0.101, -0.065, "share", "zh") == "−10.1 至 −6.5 个百分点"


def test_targets_keep_their_own_digits() -> None:
    assert numbers.target(0.85, "share", "higher", "en") == "≥ 85 %"
    assert numbers.target(0.9995, "share", "higher", "en") == "≥ 99.95 %"
    assert numbers.target(30.0, "minutes", "lower", "zh") == "≤ 30 分钟"
    assert numbers.target(4.5, "points", None, "en") == "4.5 pts"


def test_scores_do_not_reach_a_grade_by_rounding() -> None:
    assert numbers.score(89.999) == "89.999"
    assert numbers.score(90.0) == "90.00"
    assert numbers.score(18.8235) == "18.82"
    assert numbers.attainment(0.99996) == "99.996 %"


def test_probabilities() -> None:
    assert numbers.p_value(0.0004) == "< 0.001"
    assert numbers.p_value(0.9999) == "0.9999"
    assert numbers.count(None) == "—"


def test_a_unit_without_a_word_of_ours_is_shown_as_written() -> None:
    assert numbers.amount(400.08, "yuan", "en") == "400.08 yuan"
    assert numbers.difference(-12.0, "元", "zh").endswith(" 元")
