"""How often a verdict is wrong, by simulation; 1,000 runs in tests/benchmarks/verification_rates.py."""

from __future__ import annotations

import numpy as np
import pytest

from sqaudit.verification import verify
from tests.benchmarks.count_rates import COUNT_NULLS, CountWorld, count_rate
from tests.benchmarks.verification_rates import NULLS, PLANS, World, asked, drawn, false_rate, kept_promise

RUNS = 80
MOST_FALSE = 6 / RUNS  # with 2.5 % a seventh false verdict in 80 runs has a chance of 0.5 %


@pytest.mark.parametrize("world", [NULLS[1], NULLS[4], NULLS[7]], ids=lambda world: world.name)
def test_a_measure_without_effect_is_hardly_ever_called_effective(world: World) -> None:
    assert false_rate(world, RUNS) <= MOST_FALSE


@pytest.mark.parametrize(
    "world", [COUNT_NULLS[1], COUNT_NULLS[4], COUNT_NULLS[6]], ids=lambda world: world.name
)
def test_a_measure_on_a_bare_count_without_effect_is_hardly_ever_called_effective(world: CountWorld) -> None:
    assert count_rate(world, RUNS) <= MOST_FALSE


def test_a_third_fewer_of_twenty_a_week_is_seen() -> None:
    assert count_rate(COUNT_NULLS[0], 20, 0.67) > 0.6


def test_the_worst_segment_seems_to_gain_by_itself_and_corrected_does_not() -> None:
    world, rng = World("worst of twelve", 0.3, 12, worst=True), np.random.default_rng(4)
    naive, corrected = [], []
    for _ in range(40):
        points, others = drawn(world, rng, 0.0, world.after)
        naive.append(verify(points, world.before, 0.08).effect)
        corrected.append(asked(world, points, others, 0.08).effect)
    assert np.mean(naive) > 0.015
    assert abs(np.mean(corrected)) < 0.4 * np.mean(naive)


def test_an_effect_of_the_planned_size_is_seen_as_often_as_planned() -> None:
    seen, wait, never = kept_promise(PLANS[0], 80)
    assert abs(seen - 0.8) <= 0.12  # 2.7 standard errors of 80 runs
    assert 4 <= wait <= 40
    assert never < 0.3
