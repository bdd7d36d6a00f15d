"""What chance alone does, held against the Markov chains of Champ and Woodall (1987)."""

from __future__ import annotations

import itertools
from math import erf, sqrt

import numpy as np
import pytest

from sqaudit.control.design import Rules
from sqaudit.control.false_alarms import false_alarms
from sqaudit.control.lines import around
from sqaudit.control.rules import completed


def phi(z: float) -> float:
    return 0.5 * (1 + erf(z / sqrt(2)))


class Chain:
    """A calm process under outside, two of three and run: length and side of the run, last two zones."""

    def __init__(self, two_of_three: bool, run: int | None) -> None:
        # Zones: -2 and 2 the outer thirds, -1 and 1 the rest; beyond the limits the process signals at once.
        edge = {1: phi(2) - phi(0), 2: phi(3) - phi(2)}
        self.zones = [(sign * zone, chance) for zone, chance in edge.items() for sign in (1, -1)]
        self.two_of_three, self.run = two_of_three, run
        start = (0, 0, 0, 0)
        self.states, queue = {start: 0}, [start]
        self.moves: list[tuple[int, int, float]] = []
        while queue:
            state = queue.pop()
            for zone, chance in self.zones:
                following = self.step(state, zone)
                if following is None:
                    continue
                if following not in self.states:
                    self.states[following] = len(self.states)
                    queue.append(following)
                self.moves.append((self.states[state], self.states[following], chance))
        self.matrix = np.zeros((len(self.states), len(self.states)))
        for origin, target, chance in self.moves:
            self.matrix[origin, target] += chance

    def step(self, state: tuple[int, int, int, int], zone: int) -> tuple[int, int, int, int] | None:
        length, side, before, last = state
        sign = 1 if zone > 0 else -1
        outer = sign if abs(zone) == 2 else 0
        if self.two_of_three and outer and outer in (before, last):
            return None
        length = min(length + 1, self.run or 1) if sign == side else 1
        if self.run and length == self.run:
            return None
        return length, sign, last, outer

    def average_run_length(self) -> float:
        size = len(self.states)
        return float(np.linalg.solve(np.eye(size) - self.matrix, np.ones(size))[0])

    def any_alarm(self, points: int) -> float:
        calm = np.zeros(len(self.states))
        calm[0] = 1
        for _ in range(points):
            calm = calm @ self.matrix
        return float(1 - calm.sum())


# Champ and Woodall (1987), Technometrics 29:393-399, Table 1, no shift; eight points make a run there.
@pytest.mark.parametrize(
    ("two_of_three", "run", "published"),
    [(False, None, 370.40), (True, None, 225.44), (False, 8, 152.73), (True, 8, 122.05)],
)
def test_the_chain_gives_the_published_average_run_lengths(
    two_of_three: bool, run: int | None, published: float
) -> None:
    assert Chain(two_of_three, run).average_run_length() == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(("two_of_three", "run"), list(itertools.product([False, True], [None, 7, 8])))
def test_the_stated_chance_of_an_alarm_is_that_of_the_chain(two_of_three: bool, run: int | None) -> None:
    names = ["outside", *(["two_of_three"] if two_of_three else []), *(["run"] if run else [])]
    stated = false_alarms(24, Rules(tuple(names), run_length=run or 7))
    exact = Chain(two_of_three, run).any_alarm(24)
    assert stated.chance_of_any == pytest.approx(exact, abs=4 * stated.standard_error)


def test_the_trend_rule_alarms_as_often_as_orders_of_six_are_monotone() -> None:
    # In six points exactly 2 of 720 orders rise or fall throughout.
    assert false_alarms(6, Rules(("trend",))).expected == pytest.approx(2 / 720, abs=0.0015)


def test_limits_learnt_from_few_points_alarm_more_often_later_on() -> None:
    # Inside the baseline the centre follows the points, and runs are rarer; long after it, nothing follows.
    known, centre, individuals = (
        false_alarms(100, None, 12, source).expected for source in ("known", "centre", "individuals")
    )
    assert known < centre < individuals


def test_a_calm_series_alarms_at_the_stated_rate() -> None:
    # Another generator, and limits computed from the data as an XmR chart does.
    draw = np.random.default_rng(1)
    values = draw.standard_normal((4000, 30)) * 7 + 100
    base = values[:, :20]
    sigma = np.abs(np.diff(base, axis=1)).mean(axis=1, keepdims=True) / 1.128
    flags = completed(values, around(base.mean(axis=1, keepdims=True), sigma), Rules())
    share = np.any([found.any(axis=1) for found in flags.values()], axis=0).mean()
    stated = false_alarms(30, None, 20, "individuals")
    assert share == pytest.approx(stated.chance_of_any, abs=4 * np.sqrt(0.25 / 4000))


@pytest.mark.parametrize(("cases", "level"), [(2000, 0.9), (300, 0.5)])
def test_a_calm_share_alarms_at_the_stated_rate(cases: int, level: float) -> None:
    numbers = np.random.default_rng(2).binomial(cases, level, (3000, 30))
    centre = numbers[:, :20].mean(axis=1, keepdims=True) / cases
    lines = around(centre, np.sqrt(centre * (1 - centre) / cases))
    flags = completed(numbers / cases, lines, Rules()).values()
    share = np.any([found.any(axis=1) for found in flags], axis=0).mean()
    stated = false_alarms(30, None, 20, "centre").chance_of_any
    assert share == pytest.approx(stated, abs=4 * np.sqrt(0.25 / 3000))


def test_all_four_rules_cost_a_quarter_in_two_years() -> None:
    assert 0.2 < false_alarms(24).chance_of_any < 0.3
    assert false_alarms(24) == false_alarms(24)


def test_nothing_to_alarm_and_impossible_questions() -> None:
    assert np.isnan(false_alarms(0).chance_of_any)
    with pytest.raises(ValueError, match="points must be 0 or more and baseline 2 or more; found -1 and 20"):
        false_alarms(-1)
