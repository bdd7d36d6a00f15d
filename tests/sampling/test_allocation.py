"""The parts of a sample add up, stay within their strata, and do not depend on the order of the strata."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sqaudit.sampling.allocation import (
    COLUMNS,
    Rule,
    allocate,
    size_for_budget,
    size_for_variance,
    stratified_variance,
)

steady = settings.get_profile("sampling")
rules = st.sampled_from(["proportional", "neyman", "cost_optimal", "equal"])


@st.composite
def questions(draw: st.DrawFn) -> tuple[int, dict, Rule, dict, dict, int]:
    names = [f"s{number}" for number in range(draw(st.integers(1, 8)))]
    sizes = {name: draw(st.integers(0, 300)) for name in names}
    spreads = {name: draw(st.sampled_from([0, 0.1, 0.25, 0.3, 0.5, 7])) for name in names}
    costs = {name: draw(st.sampled_from([1, 2.5, 4, 9])) for name in names}
    n = draw(st.integers(0, sum(sizes.values())))
    return n, sizes, draw(rules), spreads, costs, draw(st.integers(0, 5))


def parts(question: tuple, order: list[str] | None = None) -> dict[str, int]:
    n, sizes, rule, spreads, costs, minimum = question
    ordered = {name: sizes[name] for name in order or sizes}
    table = allocate(n, ordered, rule, standard_deviations=spreads, unit_costs=costs, minimum=minimum)
    assert table.columns.tolist() == COLUMNS
    return dict(zip(table["stratum"], table["sample_size"], strict=True))


@steady
@given(questions())
def test_parts_add_up_and_stay_within_their_strata(question: tuple) -> None:
    n, sizes, _, _, _, minimum = question
    given_out = parts(question)
    assert sum(given_out.values()) == n
    assert all(0 <= given_out[name] <= sizes[name] for name in sizes)
    if n >= sum(min(minimum, size) for size in sizes.values()):
        assert all(given_out[name] >= min(minimum, sizes[name]) for name in sizes)


@steady
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_strata_does_not_matter(question: tuple, random) -> None:
    order = list(question[1])
    random.shuffle(order)
    assert parts(question, order) == parts(question)


@steady
@given(questions())
def test_between_the_bounds_parts_are_in_proportion_to_the_weights(question: tuple) -> None:
    n, sizes, rule, spreads, costs, minimum = question
    assume(n >= sum(min(minimum, size) for size in sizes.values()))
    given_out = parts(question)
    table = allocate(n, sizes, rule, standard_deviations=spreads, unit_costs=costs, minimum=minimum)
    weights = dict(zip(table["stratum"], table["weight_share"], strict=True))
    free = [
        name
        for name in sizes
        if min(minimum, sizes[name]) < given_out[name] < sizes[name] and weights[name] > 0
    ]
    # One level for all: part / weight agrees up to the unit that rounding may take or give.
    for one in free:
        for other in free:
            lower = (given_out[one] - 1) / weights[one]
            upper = (given_out[other] + 1) / weights[other]
            assert lower <= upper * (1 + 1e-9)


def test_ties_go_by_name() -> None:
    assert allocate(7, {"b": 10, "c": 10, "a": 10}, minimum=0)["sample_size"].tolist() == [2, 2, 3]


def test_a_stratum_that_would_get_too_much_is_taken_whole_and_the_rest_divided_anew() -> None:
    sizes, spread = {"big": 1000, "mid": 500, "rare": 20}, {"big": 1, "mid": 1, "rare": 100}
    table = allocate(200, sizes, "neyman", standard_deviations=spread).set_index("stratum")
    assert table.loc["rare", ["sample_size", "take_all"]].tolist() == [20, True]
    rest = allocate(180, {"big": 1000, "mid": 500}, "neyman", standard_deviations=spread)
    assert table.loc[["big", "mid"], "sample_size"].tolist() == rest["sample_size"].tolist() == [120, 60]


def test_proportional_parts_of_whole_quotas_are_the_quotas() -> None:
    assert allocate(155, {"a": 1000, "b": 400, "c": 150})["sample_size"].tolist() == [100, 40, 15]


def test_neyman_beats_every_other_division_of_the_same_sample() -> None:
    sizes, spread = {"a": 40, "b": 60, "c": 10}, {"a": 0.5, "b": 0.2, "c": 3}
    best = allocate(30, sizes, "neyman", standard_deviations=spread)
    chosen = stratified_variance(sizes, spread, dict(zip(best["stratum"], best["sample_size"], strict=True)))
    others = [
        stratified_variance(sizes, spread, {"a": a, "b": b, "c": 30 - a - b})
        for a in range(2, 29)
        for b in range(2, 29)
        if 2 <= 30 - a - b <= 10
    ]
    assert chosen <= min(others) * 1.002  # whole numbers may cost a little


def test_a_minimum_that_cannot_be_paid_is_lowered_for_all_and_said() -> None:
    table = allocate(5, {"a": 100, "b": 100, "c": 100, "d": 1}, minimum=3)
    assert table["sample_size"].tolist() == [2, 1, 1, 1]
    assert table["below_minimum"].tolist() == [True, True, True, False]
    assert allocate(2, {"a": 9, "b": 9, "c": 9})["sample_size"].tolist() == [1, 1, 0]


def test_minimum_by_stratum() -> None:
    table = allocate(20, {"a": 1000, "b": 10, "c": 10}, minimum={"b": 4, "c": 12})
    assert table["sample_size"].tolist() == [6, 4, 10]


def test_strata_without_spread_get_what_others_cannot_take() -> None:
    sizes, spread = {"a": 10, "b": 90, "c": 30}, {"a": 1, "b": 0, "c": 0}
    assert allocate(8, sizes, "neyman", standard_deviations=spread)["sample_size"].tolist() == [4, 2, 2]
    assert allocate(50, sizes, "neyman", standard_deviations=spread)["sample_size"].tolist() == [10, 30, 10]


def test_empty_strata_and_no_strata() -> None:
    table = allocate(0, {"a": 0})
    assert math.isnan(table["sampling_share"][0])
    assert not table["take_all"][0]
    assert allocate(0, {}).empty


@settings(steady, max_examples=25)
@given(questions(), st.sampled_from([0.0001, 0.001, 0.01]))
def test_the_sample_for_a_variance_reaches_it(question: tuple, variance: float) -> None:
    _, sizes, _, spreads, _, _ = question
    assume(sum(sizes.values()) > 0)
    table = size_for_variance(variance, sizes, spreads)
    reached = dict(zip(table["stratum"], table["sample_size"], strict=True))
    assert stratified_variance(sizes, spreads, reached) <= variance
    total = sum(reached.values())
    if total > 0:
        less = allocate(total - 1, sizes, "neyman", standard_deviations=spreads)
        short = stratified_variance(
            sizes, spreads, dict(zip(less["stratum"], less["sample_size"], strict=True))
        )
        assert math.isnan(short) or short > variance


@pytest.mark.parametrize("variance", [0.1, "0.1", Fraction(1, 10)])
def test_a_variance_that_is_met_exactly_takes_no_case_more(variance: float | str | Fraction) -> None:
    """1/5 - 1/10 is a tenth; as a float it is a little more than a tenth."""
    assert size_for_variance(variance, {"a": 10}, {"a": 1})["sample_size"].tolist() == [5]


@settings(steady, max_examples=25)
@given(questions(), st.integers(0, 2000))
def test_the_sample_for_a_budget_is_paid_by_it(question: tuple, budget: int) -> None:
    _, sizes, _, spreads, costs, _ = question
    table = size_for_budget(budget, sizes, costs, standard_deviations=spreads)
    spent = sum(
        Fraction(str(costs[name])) * n for name, n in zip(table["stratum"], table["sample_size"], strict=True)
    )
    assert spent <= budget


def test_variance_without_a_sample_is_unknown() -> None:
    assert math.isnan(stratified_variance({"a": 10, "b": 10}, {"a": 1, "b": 1}, {"a": 5, "b": 0}))
    assert stratified_variance({"a": 10, "b": 10}, {"a": 1, "b": 0}, {"a": 10, "b": 0}) == 0


def test_what_cannot_be_is_refused_with_a_sentence() -> None:
    with pytest.raises(
        ValueError, match=r"^sample_size must not exceed all strata together, 10; found 11\.$"
    ):
        allocate(11, {"a": 10})
    with pytest.raises(
        ValueError, match=r"^standard_deviations must have a figure for every stratum; found none for b\.$"
    ):
        allocate(1, {"a": 10, "b": 10}, "neyman", standard_deviations={"a": 1})
    with pytest.raises(ValueError, match=r"^unit_costs must be above 0; found 0 for a\.$"):
        allocate(1, {"a": 10}, "cost_optimal", standard_deviations={"a": 1}, unit_costs={"a": 0})
    with pytest.raises(
        ValueError, match=r"^rule must be one of proportional, neyman, cost_optimal, equal; found 'x'\.$"
    ):
        allocate(1, {"a": 10}, "x")  # type: ignore[arg-type]
    with pytest.raises(
        ValueError, match=r"^population of a must be a whole number of 0 or more; found -1\.$"
    ):
        allocate(0, {"a": -1})
