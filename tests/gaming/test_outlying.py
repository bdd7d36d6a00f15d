"""Segments that stand out: held against the spread that segments have anyway."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sqaudit.gaming.outlying import log_odds, log_odds_ratio, outlying


@pytest.mark.parametrize(("spread", "segments", "largest"), [(0.0, 5, 250), (0.4, 9, 250), (0.3, 12, 3000)])
def test_segments_that_differ_by_nature_are_not_found_more_often_than_stated(
    spread: float, segments: int, largest: int
) -> None:
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(400):
        true = rng.normal(-2.5, spread, segments)
        cases = rng.integers(40, largest, segments)
        hits = rng.binomial(cases, 1 / (1 + np.exp(-true)))
        _, p_values = outlying(*log_odds(hits, cases))
        alarms += p_values.min() < 0.05 / segments
    assert alarms / 400 <= 0.05 + 3.1 * np.sqrt(0.05 * 0.95 / 400)


def test_one_that_does_what_no_other_does_is_found() -> None:
    _, p_values = outlying(*log_odds([40, 2, 3, 1, 2, 4], [200] * 6))
    assert p_values[0] < 0.005
    assert p_values[1:].min() > 0.2


def test_too_few_others_say_nothing() -> None:
    expected, p_values = outlying([0, 0, 5, 0], [1, 1, 1, 1])
    assert np.isnan(p_values).all()
    assert np.isnan(expected).all()


def test_without_spread_the_prediction_is_that_of_the_weighted_mean() -> None:
    means, variances = np.zeros(6), np.full(6, 0.5)
    means[5] = 2.0
    expected, p_values = outlying(means, variances)
    assert expected[5] == 0
    assert p_values[5] == pytest.approx(stats.t.sf(2 / np.sqrt(0.5 + 0.1), 3 * 1.2))


def test_odds_are_those_of_the_textbook() -> None:
    estimate, variance = log_odds([3], [10])
    assert estimate[0] == pytest.approx(np.log(3.5 / 7.5))
    share = 3.5 / 11  # half a case on both sides; one segment is all segments
    assert variance[0] == pytest.approx(1 / (10 * share + 0.5) + 1 / (10 * (1 - share) + 0.5))
    ratio, variance = log_odds_ratio([[10, 5, 4, 8], [3, 2, 0, 0]])
    assert ratio[0] == pytest.approx(np.log(10.5 * 8.5 / (5.5 * 4.5)))
    assert np.isnan(ratio[1])
    with pytest.raises(ValueError, match="between zero"):
        log_odds([4], [3])
