"""Families of comparisons, degenerate input, and how often chance is called a change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit.errors import FrameError
from sqaudit.tests_of_change.changes import COMPARED, period_changes
from sqaudit.tests_of_change.families import adjusted
from sqaudit.tests_of_change.means import two_means
from sqaudit.tests_of_change.rates import rate_ratio, two_rates
from sqaudit.tests_of_change.shares import two_shares
from sqaudit.tests_of_change.strata import mantel_haenszel


def pair(indicator: str, measure: str, **figures: float) -> dict[str, object]:
    return {"indicator": indicator, "measure": measure, **figures}


def shares(indicator: str, x_0: float, n_0: float, x_1: float, n_1: float) -> dict[str, object]:
    return pair(
        indicator,
        "share",
        numerator_before=x_0,
        denominator_before=n_0,
        numerator_now=x_1,
        denominator_now=n_1,
    )


def test_every_measure_and_every_reason_in_one_family() -> None:
    rate = {"numerator_before": 40, "denominator_before": 30, "numerator_now": 80, "denominator_now": 30}
    mean = {"mean_before": 10, "variance_before": 4, "n_before": 50, "mean_now": 12, "variance_now": 4}
    frame = pd.DataFrame(
        [
            shares("on_time", 480, 500, 450, 500),
            shares("empty_before", 0, 0, 450, 500),
            shares("empty_now", 5, 10, 0, 0),
            pair("complaints", "rate", **rate),
            pair("wait", "mean", **mean, n_now=50),
            pair("alone", "mean", **mean, n_now=1),
            pair("flat", "mean", **{**mean, "variance_before": 0, "variance_now": 0}, n_now=5),
            pair(
                "median",
                "interval",
                value_before=5,
                low_before=4,
                high_before=6,
                value_now=9,
                low_now=8,
                high_now=10,
            ),
            pair("maximum", "interval", value_before=5, value_now=9),
        ]
    )
    found = period_changes(frame, "Q3").set_index("indicator")
    assert ("indicator", *found.columns) == COMPARED
    assert found["reason"].to_dict() == {
        "on_time": "",
        "empty_before": "nothing_before",
        "empty_now": "nothing_now",
        "complaints": "",
        "wait": "",
        "alone": "too_few",
        "flat": "no_variance",
        "median": "no_test",
        "maximum": "no_interval",
    }
    assert found["family_size"].unique().tolist() == [3]
    assert found["family"].unique().tolist() == ["Q3"]
    assert found["p_value"].notna().sum() == found["p_adjusted"].notna().sum() == 3
    assert found.loc[["on_time", "complaints", "wait", "median"], "clear"].all()
    assert not found.loc[["empty_before", "empty_now", "alone", "maximum"], "clear"].any()
    assert found.loc["median", "difference"] == 4
    assert found.loc["empty_before", "now"] == 0.9


def test_the_order_of_rows_changes_nothing_and_no_rows_are_an_answer() -> None:
    frame = pd.DataFrame([shares(f"i{at}", 50 + at, 100, 60, 100) for at in range(12)])
    there = period_changes(frame).set_index("indicator")
    back = period_changes(frame[::-1]).set_index("indicator").loc[there.index]
    pd.testing.assert_frame_equal(there, back)
    assert period_changes(frame.iloc[:0]).empty


def test_wrong_input_is_said() -> None:
    with pytest.raises(ValueError, match="measure must be one of share, rate, mean, interval; found median"):
        period_changes(pd.DataFrame([pair("a", "median")]))
    with pytest.raises(ValueError, match=r"counts must be whole numbers to be tested; found 4\.5"):
        period_changes(pd.DataFrame([shares("a", 4.5, 10, 5, 10)]))
    with pytest.raises(FrameError, match="needs the columns indicator, measure"):
        period_changes(pd.DataFrame({"x": []}))
    with pytest.raises(ValueError, match="successes_1 must not exceed trials_1"):
        two_shares(1, 2, 5, 4)
    with pytest.raises(ValueError, match="events_now must be a whole number"):
        two_rates(1, 1, 1.5, 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a numerator of a stratum must not exceed its denominator"):
        mantel_haenszel([5], [4], [1], [2])
    with pytest.raises(ValueError, match="p-values must lie between 0 and 1"):
        adjusted([1.2])


def test_a_missing_p_value_stays_missing_and_out_of_the_family() -> None:
    found = adjusted([0.01, float("nan"), 0.02])
    assert np.isnan(found[1])
    assert found[[0, 2]].tolist() == adjusted([0.01, 0.02]).tolist() == [0.02, 0.02]
    assert adjusted([]).size == 0
    assert np.isnan(adjusted([float("nan")])).all()


@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusted_values_keep_the_order_and_never_fall(p_values: list[float]) -> None:
    plain = np.array(p_values)
    false_discoveries, holm = adjusted(plain), adjusted(plain, "holm")
    order = np.argsort(plain, kind="stable")
    for found in (false_discoveries, holm):
        assert (found >= plain - 1e-15).all()
        assert (np.diff(found[order]) >= -1e-15).all()
        assert (found <= 1).all()
    assert (holm >= false_discoveries - 1e-12).all()


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_exchanging_the_periods_turns_the_sign(x_0: int, rest_0: int, x_1: int, rest_1: int) -> None:
    there, back = (
        two_shares(x_0, x_0 + rest_0, x_1, x_1 + rest_1),
        two_shares(x_1, x_1 + rest_1, x_0, x_0 + rest_0),
    )
    if x_0 + rest_0 and x_1 + rest_1:
        assert there.difference == pytest.approx(-back.difference, abs=1e-12)
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
        assert there.p_value == pytest.approx(back.p_value, rel=1e-9)
        assert 0 <= there.p_value <= 1
    else:
        assert np.isnan(there).all()


def test_one_stratum_is_the_plain_table() -> None:
    one = mantel_haenszel([20], [100], [35], [100])
    assert one.odds_ratio == pytest.approx(35 * 80 / (65 * 20))
    assert one.risk_difference == pytest.approx(0.15)
    assert np.isnan(one.homogeneity_p)


def test_strata_without_information_are_counted() -> None:
    change = mantel_haenszel([20, 0, 10, 5], [100, 0, 10, 20], [35, 8, 12, 9], [100, 9, 12, 20])
    assert (change.used, change.left_out) == (2, 2)
    nothing = mantel_haenszel([0], [0], [1], [2])
    assert np.isnan([nothing.odds_ratio, nothing.risk_difference, nothing.p_value]).all()


def test_equal_odds_are_seen_as_one() -> None:
    change = mantel_haenszel([20, 40], [60, 60], [30, 48], [60, 60])  # odds 1/2 to 1, and 2 to 4
    assert change.odds_ratio == pytest.approx(2)
    assert change.homogeneity == pytest.approx(0, abs=1e-9)
    alike = mantel_haenszel([20, 40], [60, 60], [20, 40], [60, 60])
    assert (alike.odds_ratio, alike.statistic, alike.p_value) == pytest.approx((1, 0, 1))


def test_a_shift_of_the_mix_is_no_change_of_quality() -> None:
    # Each queue as before, but the hard one grew from a tenth to a half of the cases.
    before, now = ([855, 50], [900, 100]), ([475, 250], [500, 500])
    assert two_shares(905, 1000, 725, 1000).difference == pytest.approx(-0.18)
    change = mantel_haenszel(*before, *now)
    assert change.risk_difference == pytest.approx(0, abs=1e-12)
    assert change.p_value == pytest.approx(1)


def test_intervals_of_the_common_difference_cover() -> None:
    draw = np.random.default_rng(8)
    levels, sizes = np.array([0.5, 0.7, 0.9, 0.8]), np.array([40, 60, 200, 30])
    held = 0
    for _ in range(600):
        before, now = draw.binomial(sizes, levels - 0.05), draw.binomial(2 * sizes, levels)
        change = mantel_haenszel(before, sizes, now, 2 * sizes)
        held += change.risk_difference_low <= 0.05 <= change.risk_difference_high
    assert 0.92 <= held / 600 <= 0.98


def test_calm_families_are_rarely_called_changed() -> None:
    draw = np.random.default_rng(9)
    families_with_a_finding, found = 0, 0
    for _ in range(80):
        numbers = draw.binomial(300, 0.9, (20, 2))
        frame = pd.DataFrame([shares(f"i{at}", x_0, 300, x_1, 300) for at, (x_0, x_1) in enumerate(numbers)])
        clear = period_changes(frame)["clear"].sum()
        families_with_a_finding += clear > 0
        found += clear
    assert families_with_a_finding / 80 <= 0.125  # 0.05 stated; more than ten of 80 has a chance of 0.002


def test_degenerate_means_and_ratios() -> None:
    assert np.isnan(two_means(1, 0, 1, 2, 0, 1)).all()
    assert two_means(1, 0, 5, 2, 0, 5).difference == 1
    assert np.isnan(rate_ratio(0, 10, 0, 10)).all()
    assert rate_ratio(0, 10, 5, 10).ratio == float("inf")
    assert two_rates(0, 10, 0, 10).p_value == 1
    assert two_shares(10, 10, 20, 20).p_value == 1
