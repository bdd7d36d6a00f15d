"""Bunching inside a limit: found where it is, and neither in smooth times nor in rounded ones."""

from __future__ import annotations

import numpy as np
import pytest

from sqaudit.gaming.bunching import bunching

SHAPES = ("lognormal", "gamma", "exponential", "weibull", "mixture")
LIMITS = {30: 1, 300: 1, 1800: 5, 7200: 60, 86_400: 60}


def binned(times: np.ndarray, width: int, limit: int) -> np.ndarray:
    last = int(3 * limit / width)
    return np.bincount(np.ceil(times / width).astype(int), minlength=last + 1)[1 : last + 1]


def drawn(rng: np.random.Generator, shape: str, limit: int, cases: int) -> np.ndarray:
    """Times of a calm service: nobody looks at the limit."""
    scale = limit * rng.uniform(0.3, 1.2)
    return {
        "lognormal": lambda: rng.lognormal(np.log(scale), rng.uniform(0.5, 1.2), cases),
        "gamma": lambda: rng.gamma(rng.uniform(0.8, 4), scale / 2, cases),
        "exponential": lambda: rng.exponential(scale, cases),
        "weibull": lambda: scale * rng.weibull(rng.uniform(0.7, 2), cases),
        "mixture": lambda: np.where(
            rng.random(cases) < 0.5,
            rng.lognormal(np.log(limit * 0.3), 0.5, cases),
            rng.lognormal(np.log(scale), 0.4, cases),
        ),
    }[shape]()


def noted(rng: np.random.Generator, times: np.ndarray, limit: int) -> np.ndarray:
    """Times as people and clocks note them: to the second or minute, some rounded to round numbers."""
    unit = 1 if limit <= 300 else 60
    noted = np.maximum(unit, np.round(times / unit) * unit)
    for heap in (5, 30) if limit <= 300 else (300, 1800):
        rounded = np.maximum(heap, np.round(times / heap) * heap)
        noted = np.where(rng.random(len(times)) < rng.uniform(0, 0.6), rounded, noted)
    return noted


def worked_on(rng: np.random.Generator, times: np.ndarray, limit: int, share: float) -> np.ndarray:
    """A share of the late cases is noted just inside the limit."""
    moved = (times > limit) & (times < 1.6 * limit) & (rng.random(len(times)) < share)
    return np.where(moved, limit * (1 - rng.uniform(0.02, 0.12, len(times))), times)


@pytest.mark.parametrize("shape", SHAPES)
def test_calm_and_rounded_times_raise_no_more_alarms_than_stated(shape: str) -> None:
    rng = np.random.default_rng(20261008)
    p_values = []
    for turn in range(88):
        limit = list(LIMITS)[turn % 4]
        times = drawn(rng, shape, limit, int(rng.choice([150, 600, 2500])))
        found = bunching(binned(noted(rng, times, limit), LIMITS[limit], limit), LIMITS[limit], limit)
        p_values += [] if np.isnan(found.p_value) else [found.p_value]
    assert len(p_values) > 60
    # at most 5 %, with room for the chance of 88 draws (binomial, 99.9 %)
    assert np.mean(np.array(p_values) < 0.05) <= 0.05 + 3.1 * np.sqrt(0.05 * 0.95 / len(p_values))
    assert np.min(p_values) > 0.05 / 440


@pytest.mark.parametrize("limit", [30, 1800, 7200])
def test_late_cases_noted_inside_the_limit_are_found(limit: int) -> None:
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(12):
        times = worked_on(rng, rng.lognormal(np.log(0.6 * limit), 0.7, 600), limit, 0.8)
        times = np.maximum(1, np.round(times))
        found += bunching(binned(times, LIMITS[limit], limit), LIMITS[limit], limit).p_value < 0.001
    assert found >= 11


def test_a_heap_at_every_full_minute_is_no_bunching_though_the_limit_is_one() -> None:
    rng = np.random.default_rng(3)
    times = rng.gamma(2, 900, 4000)
    heaped = np.where(rng.random(4000) < 0.7, np.maximum(300, np.round(times / 300) * 300), np.ceil(times))
    assert bunching(binned(heaped, 5, 1800), 5, 1800).p_value > 0.05


def test_a_step_that_all_have_is_not_held_against_one() -> None:
    rng = np.random.default_rng(5)
    one, all_others = (
        np.ceil(worked_on(rng, rng.lognormal(np.log(20), 0.7, cases), 30, 0.7)) for cases in (400, 3000)
    )
    counts, rest = binned(one, 1, 30), binned(all_others, 1, 30)
    assert bunching(counts, 1, 30).p_value < 1e-4
    assert bunching(counts, 1, 30, rest).p_value > 0.01


def test_nothing_is_said_of_few_cases_and_of_few_others() -> None:
    assert bunching(np.zeros(90), 1, 30).reason == "few_cases"
    calm = np.full(90, 8)
    assert bunching(calm, 1, 30, np.zeros(90)).reason == "few_others"
    assert np.isnan(bunching(calm, 1, 30, np.zeros(90)).p_value)


def test_the_cases_near_the_limit_are_counted_by_hand() -> None:
    counts = np.arange(90)
    found = bunching(counts, 1, 30, windows=(1 / 6,))
    assert found.window == 5
    assert found.inside == 25 + 26 + 27 + 28  # ends of 26 to 29 s; the bin of 30 s is left out
    assert found.outside == 30 + 31 + 32 + 33


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="numbers from zero on"):
        bunching([-1.0] * 90, 1, 30)
    with pytest.raises(ValueError, match="do not end at a limit"):
        bunching([1.0] * 90, 7, 30)
