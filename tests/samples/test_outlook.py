"""What a plan says before a draw."""

from __future__ import annotations

import math

import pytest

from sqaudit.drawing import Stratum
from sqaudit.samples.outlook import outlook


def strata(**sizes: tuple[int, int]) -> dict[Stratum, tuple[int, int]]:
    return {Stratum((name,), (name,)): both for name, both in sizes.items()}


def test_ten_percent_of_sixty_calls_leave_a_third_unseen() -> None:
    """Six good calls of sixty leave 22 bad ones possible (statistics.md: 36.7 %)."""
    assert outlook(strata(phone=(60, 6))).unseen_share == pytest.approx(22 / 60)


def test_errors_may_hide_where_the_fewest_are_drawn() -> None:
    """900 taken whole say nothing of 100 of which ten were drawn: 28 errors escape with 0.9^28 > 5 %."""
    seen = outlook(strata(whole=(900, 900), thin=(100, 10)))
    assert seen.unseen_share == pytest.approx(28 / 1000)
    assert 0.9**28 > 0.05 > 0.9**29


def test_precision_of_all_is_that_of_the_weighted_strata() -> None:
    """By hand: V = sum W^2 (1 - f) p q / (n N/(N-1)), near p q (1 - f) / n in proportional strata."""
    seen = outlook(strata(a=(6000, 600), b=(4000, 400)))
    assert seen.half_width_points == pytest.approx(196 * math.sqrt(0.95 * 0.05 * 0.9 / 1000), rel=1e-3)
    assert outlook(strata(a=(50, 50))).half_width_points == 0


def test_clusters_are_not_promised_anything() -> None:
    seen = outlook(strata(a=(600, 60)), "cluster")
    assert math.isnan(seen.half_width_points)
    assert seen.strata["half_width_points"].isna().all()
