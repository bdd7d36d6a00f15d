"""What estimates say when there is little to say, in any order of rows, and how often they are right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from sqaudit.estimates import (
    Count,
    IntervalSettings,
    Mean,
    Ratio,
    Score,
    Share,
    SurveyDesign,
    Total,
    design_findings,
    estimate,
    survey,
)  # fmt: skip
from sqaudit.estimates.nothing_found import most_unseen, most_unseen_finite
from sqaudit.estimates.share_intervals import share_interval
from sqaudit.intervals import clopper_pearson, hypergeometric

NAN = float("nan")


def simple(values: list[float], population: int, column: str = "good") -> pd.DataFrame:
    return pd.DataFrame({column: values, "calls": population})


def one(frame: pd.DataFrame, design: SurveyDesign, item: object, **settings: object) -> pd.Series:
    return estimate(survey(frame, design), item, settings=IntervalSettings(**settings)).iloc[0]  # type: ignore[arg-type]


SIMPLE = SurveyDesign(populations="calls")

# --- nothing found, everything found, everything taken -------------------------------------------------


def test_nothing_found_gives_the_exact_hypergeometric_bound() -> None:
    row = one(simple([0] * 50, 55), SIMPLE, Share("good"))
    assert (row["low"], row["high"]) == pytest.approx(tuple(hypergeometric(0, 50, 55)))
    assert (row["estimate"], row["method"], row["reason"]) == (0, "exact_finite", "nothing_found")


def test_everything_found_mirrors_nothing_found() -> None:
    none, every = (one(simple([value] * 30, 400), SIMPLE, Share("good")) for value in (0, 1))
    assert (every["low"], every["high"]) == pytest.approx((1 - none["high"], 1))
    assert every["reason"] == "all_found"


def test_without_a_population_nothing_found_gives_clopper_and_pearson() -> None:
    row = one(simple([0] * 30, 400), SurveyDesign(), Share("good"))
    assert row["high"] == pytest.approx(float(clopper_pearson(0, 30).high))


def test_a_cluster_counts_once_when_nothing_is_found() -> None:
    frame = pd.DataFrame({"good": 0, "agent": np.repeat(range(12), 10), "agents": 90})
    row = one(frame, SurveyDesign(clusters="agent", populations="agents"), Share("good"))
    assert row["high"] == pytest.approx(float(clopper_pearson(0, 12).high))


def test_counts_follow_the_share_of_a_known_population() -> None:
    frame = simple([0] * 50, 1200)
    count, share = one(frame, SIMPLE, Count("good")), one(frame, SIMPLE, Share("good"))
    assert count["high"] == pytest.approx(1200 * share["high"])
    some = simple([1] * 3 + [0] * 47, 1200)
    count, share = one(some, SIMPLE, Count("good")), one(some, SIMPLE, Share("good"))
    assert (count["low"], count["high"]) == pytest.approx((1200 * share["low"], 1200 * share["high"]))


def test_a_count_from_one_case_has_the_exact_bounds_of_its_share() -> None:
    for found in (0, 1):
        share, count = (one(simple([found], 55), SIMPLE, item) for item in (Share("good"), Count("good")))
        assert (count["low"], count["high"]) == pytest.approx((55 * share["low"], 55 * share["high"]))
        assert (count["estimate"], count["method"]) == (55 * found, "exact_finite")
        assert (count["low"] > 0, count["high"] < 55) == (found == 1, found == 0)


def test_a_count_from_one_cluster_has_no_bounds_for_its_size_is_not_known() -> None:
    frame = simple([1, 1, 1], 20).assign(shop="A")
    row = one(frame, SurveyDesign(clusters="shop", populations="calls"), Count("good"))
    assert (row["method"], row["reason"]) == ("none", "single_unit_stratum")


def test_strata_all_good_or_all_bad_have_width() -> None:
    frame = pd.DataFrame({"team": ["A"] * 10 + ["B"] * 10, "good": [1] * 10 + [0] * 10, "calls": [100] * 20})
    row = one(frame, SurveyDesign(strata="team", populations="calls"), Share("good"))
    unseen = most_unseen_finite([10], [100], 0.025) / 200
    assert (row["low"], row["high"]) == pytest.approx((0.5 - unseen, 0.5 + unseen))
    assert row["reason"] == "no_variation_within_strata"


def test_a_stratum_taken_whole_adds_what_is_known() -> None:
    frame = pd.DataFrame({"team": ["A"] * 4 + ["B"] * 10, "good": [1, 0, 1, 1] + [0] * 10})
    frame["calls"] = np.where(frame["team"] == "A", 4, 96)
    row = one(frame, SurveyDesign(strata="team", populations="calls"), Share("good"))
    assert row["estimate"] == row["low"] == pytest.approx(0.03)
    assert row["high"] == pytest.approx(0.03 + most_unseen_finite([10], [96], 0.025) / 100)


def test_a_census_has_no_sampling_interval_but_missing_values_have_none_at_all() -> None:
    whole = one(simple([1, 1, 0, 1], 4), SIMPLE, Share("good"))
    assert (whole["estimate"], whole["low"], whole["high"], whole["method"]) == (0.75, 0.75, 0.75, "census")
    lacking = one(simple([1, 1, 0, NAN], 4), SIMPLE, Share("good"))
    assert (lacking["n"], lacking["missing"], lacking["reason"]) == (3, 1, "missing_values")
    assert np.isnan(lacking["low"])


@pytest.mark.parametrize(
    ("sampled", "sizes"), [((20, 10), (100, 100)), ((5, 3), (30, 8)), ((4, 4, 7), (9, 30, 20))]
)
def test_no_spread_of_bad_cases_beats_the_bound(sampled: tuple[int, ...], sizes: tuple[int, ...]) -> None:
    """Every way to spread bad cases is tried; one case more than the bound is never likely enough."""
    from itertools import product
    from math import comb, prod

    def chance(bad: tuple[int, ...]) -> float:
        return prod(comb(s - b, n) / comb(s, n) for b, n, s in zip(bad, sampled, sizes, strict=True))

    every = product(*(range(size - n + 1) for n, size in zip(sampled, sizes, strict=True)))
    assert most_unseen_finite(sampled, sizes, 0.025) == max(sum(bad) for bad in every if chance(bad) > 0.025)


def test_the_bound_with_replacement_is_the_best_over_a_grid() -> None:
    n, reach = np.array([20, 10, 40]), np.array([0.3, 0.2, 0.5])
    grid = np.linspace(0, 0.4, 81)
    first, second = np.meshgrid(grid, grid)
    left = 0.025 / ((1 - first) ** 20 * (1 - second) ** 10)
    third = np.where(left <= 1, 1 - np.minimum(left, 1) ** (1 / 40), -1)
    best = np.where(third >= 0, 0.3 * first + 0.2 * second + 0.5 * third, 0).max()
    bound = most_unseen(n, reach, 0.025)
    assert best <= bound <= best + 2e-3


# --- undefined stays undefined ------------------------------------------------------------------------


def test_reasons_stand_where_figures_cannot() -> None:
    single = simple([1.0], 50)
    assert one(single, SIMPLE, Mean("good"))["reason"] == "single_unit_stratum"
    same = one(simple([2.0, 2, 2], 50), SIMPLE, Mean("good"))
    assert (same["standard_error"], same["reason"]) == (0, "no_variation")
    assert np.isnan(same["low"])
    empty = one(simple([NAN, NAN], 50), SIMPLE, Mean("good"))
    assert (empty["n"], empty["missing"], empty["reason"]) == (0, 2, "no_cases")
    nothing = pd.DataFrame({"y": [1.0, 2.0], "x": [0.0, 0.0], "calls": 9})
    assert one(nothing, SIMPLE, Ratio("y", "x"))["reason"] == "no_denominator"


def test_no_degrees_of_freedom_give_no_interval() -> None:
    frame = pd.DataFrame({"good": [1, 0, 1, 0], "agent": ["a", "a", "b", "b"], "team": ["A", "A", "B", "B"]})
    design = SurveyDesign(strata="team", clusters="agent", single_unit="certainty")
    row = one(frame.assign(good=[1, 0, 1, 1]), design, Mean("good"))
    assert (row["degrees_of_freedom"], row["reason"]) == (0, "no_variation")
    adjusted = SurveyDesign(strata="team", clusters="agent", single_unit="adjust")
    row = one(frame.assign(good=[1, 0, 1, 1]), adjusted, Share("good"))
    assert row["standard_error"] > 0
    assert row["reason"] == "no_degrees_of_freedom"


def test_what_is_certain_has_no_degrees_of_freedom() -> None:
    frame = pd.DataFrame({"part": ["sure"] * 30 + ["drawn"] * 5, "minutes": range(35)})
    frame["calls"] = np.where(frame["part"] == "sure", 30, 400)
    whole = pd.concat([frame[frame["part"] == "drawn"]] * 2)
    design = SurveyDesign(strata="part", populations="calls")
    for item in (Mean("minutes"), Total("minutes")):
        assert one(frame, design, item)["degrees_of_freedom"] == 4
        assert one(whole, design, item)["degrees_of_freedom"] == 9
    sure = estimate(survey(frame, design), Mean("minutes"), by="part").set_index("part")
    assert sure["degrees_of_freedom"].to_dict() == {"drawn": 4, "sure": 0}
    assert sure.loc["sure", "reason"] == "census"


def test_means_are_covered_where_most_cases_are_certain() -> None:
    generator = np.random.default_rng(5)
    drawn = generator.normal(10, 2, (1000, 5))
    frame = pd.DataFrame({"part": ["sure"] * 100 + ["drawn"] * 5, "minutes": 10.0})
    frame["calls"] = np.where(frame["part"] == "sure", 100, 4000)
    design = SurveyDesign(strata="part", populations="calls")
    hits = 0
    for values in drawn:
        frame.loc[100:, "minutes"] = values
        row = one(frame, design, Mean("minutes"))
        hits += row["low"] <= 10 <= row["high"]
    assert hits / len(drawn) == pytest.approx(0.95, abs=0.02)  # with 103 degrees of freedom: 0.88


def test_single_units_are_undefined_certain_or_adjusted() -> None:
    frame = pd.DataFrame({"team": list("AABBC"), "value": [1.0, 3, 4, 8, 9], "calls": [20] * 5})
    found = {
        rule: one(frame, SurveyDesign(strata="team", populations="calls", single_unit=rule), Mean("value"))  # type: ignore[arg-type]
        for rule in ("undefined", "certainty", "adjust")
    }
    assert np.isnan(found["undefined"]["standard_error"])
    certain = np.sqrt((0.9 * 2 / 2 + 0.9 * 8 / 2) / 9)
    assert found["certainty"]["standard_error"] == pytest.approx(certain)
    lone = 0.95 * ((9 - 17 / 3) / 3) ** 2  # the distance from the mean of all, as a part of the total
    assert found["adjust"]["standard_error"] == pytest.approx(np.sqrt(certain**2 + lone))


def test_a_single_unit_taken_whole_is_no_trouble() -> None:
    frame = pd.DataFrame({"team": list("AABBC"), "value": [1.0, 3, 4, 8, 9], "calls": [20, 20, 20, 20, 1]})
    sample = survey(frame, SurveyDesign(strata="team", populations="calls"))
    assert sample.findings.empty
    assert estimate(sample, Mean("value"))["standard_error"][0] > 0


def test_domains_that_do_not_touch_a_lone_stratum_have_a_standard_error() -> None:
    frame = pd.DataFrame({"team": list("AABBC"), "value": [1.0, 3, 4, 8, 9], "calls": [20] * 5})
    found = estimate(
        survey(frame, SurveyDesign(strata="team", populations="calls")), Mean("value"), by="team"
    )
    assert found["reason"].tolist() == ["", "", "single_unit_stratum"]


# --- domains, items, missing values -------------------------------------------------------------------


def test_domains_are_sorted_and_missing_labels_are_shown() -> None:
    frame = pd.DataFrame({"agent": ["b", None, "a", "b"], "good": [1, 0, 1, 0], "calls": 40})
    found = estimate(survey(frame, SIMPLE), Share("good"), by="agent")
    assert found["agent"].tolist()[:2] == ["a", "b"]
    assert found["agent"].isna().tolist() == [False, False, True]
    assert found["population"].sum() == pytest.approx(40)


def test_labels_keep_their_own_order() -> None:
    frame = pd.DataFrame({"hour": pd.Series([10, 9, 11, 9], dtype=object), "good": [1, 0, 1, 0], "calls": 40})
    assert estimate(survey(frame, SIMPLE), Share("good"), by="hour")["hour"].tolist() == [9, 10, 11]
    mixed = frame.assign(hour=pd.Series(["b", 2, "a", 2], dtype=object))
    assert estimate(survey(mixed, SIMPLE), Share("good"), by="hour")["hour"].tolist() == [2, "a", "b"]


def test_a_restriction_is_a_domain() -> None:
    frame = pd.DataFrame({"value": [3.0, 5, 2, 8, 1, 4], "agent": list("aabbab"), "calls": 40})
    frame["mine"] = frame["agent"] == "a"
    sample = survey(frame, SIMPLE)
    whole = estimate(sample, [Mean("value"), Total("value")], by="agent").query("agent == 'a'")
    restricted = estimate(sample, [Mean("value"), Total("value")], where="mine")
    columns = ["estimate", "standard_error", "low", "high", "n", "population"]
    assert_frame_equal(whole[columns].reset_index(drop=True), restricted[columns])


def test_totals_of_domains_add_up() -> None:
    frame = pd.DataFrame({"value": [3.0, 5, 2, 8, 1, 4], "agent": list("aabbca"), "calls": 40})
    sample = survey(frame, SIMPLE)
    parts, whole = estimate(sample, Total("value"), by="agent"), estimate(sample, Total("value"))
    assert parts["estimate"].sum() == pytest.approx(whole["estimate"][0])


def test_scores_weigh_items() -> None:
    frame = pd.DataFrame({"greeting": [1, 1, 0, 1], "solution": [0, 1, 1, None], "calls": 40})
    sample = survey(frame, SIMPLE)
    strict, applied = (
        estimate(sample, Score({"greeting": 1, "solution": 3}, renormalise=rule)).iloc[0]
        for rule in (False, True)
    )
    assert (strict["estimate"], strict["n"], strict["missing"]) == (
        pytest.approx((0.25 + 1 + 0.75) / 3),
        3,
        1,
    )
    assert (applied["estimate"], applied["n"]) == (pytest.approx(3 / 4), 4)


def test_later_stages_without_populations_count_as_taken_whole() -> None:
    frame = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 2, 3, 4], "v": [1.0, 2, 4, 3], "as": 5})
    short = one(frame, SurveyDesign(clusters=("a", "b"), populations="as"), Mean("v"))
    plain = one(frame, SurveyDesign(clusters="a", populations="as"), Mean("v"))
    assert short["standard_error"] == plain["standard_error"]


@settings(deadline=None, derandomize=True, max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "team": generator.choice(list("ABC"), 40),
            "agent": generator.integers(0, 9, 40),
            "value": generator.normal(size=40),
            "good": generator.random(40) < 0.9,
            "weight": generator.uniform(1, 5, 40),
        }
    )
    items = [Mean("value"), Share("good"), Total("value"), Count("good")]
    design = SurveyDesign(weight="weight", strata="team", clusters="agent", single_unit="certainty")
    first = estimate(survey(frame, design), items, by="team")
    second = estimate(survey(frame.sample(frac=1, random_state=seed), design), items, by="team")
    assert_frame_equal(first, second, check_exact=True)
    shares = first[first["figure"] == "share"].dropna(subset=["low"])
    assert ((shares["low"] >= 0) & (shares["high"] <= 1) & (shares["low"] < shares["high"])).all()
    assert ((shares["low"] <= shares["estimate"]) & (shares["estimate"] <= shares["high"])).all()


@settings(deadline=None, derandomize=True, max_examples=60)
@given(share=st.floats(0.001, 0.999), error=st.floats(1e-4, 0.5), freedom=st.integers(1, 400))
def test_share_intervals_hold_their_share(share: float, error: float, freedom: int) -> None:
    for method in ("korn_graubard", "beta", "logit", "likelihood", "asin"):
        low, high = share_interval(share, error, freedom + 1, freedom, method=method)  # type: ignore[arg-type]
        assert 0 <= low <= share <= high <= 1, method


def test_impossible_requests_are_refused_all_at_once() -> None:
    sample = survey(simple([1, 0, 2], 50), SIMPLE)
    with pytest.raises(
        ValueError, match=r"team: no such column to group by.*good: 1 values are neither"
    ) as caught:
        estimate(sample, [Share("good"), Mean("minutes")], by="team")
    assert "minutes: no such column" in str(caught.value)


# --- the sample and its design ------------------------------------------------------------------------


def test_all_faults_of_a_sample_are_told_at_once() -> None:
    frame = pd.DataFrame({"w": [1.0, -2, NAN, 4], "team": ["A", "A", None, "B"], "calls": [1, 1, 0.4, 50]})
    design = SurveyDesign(weight="w", strata="team", populations="calls")
    found = design_findings(frame, design)
    assert found["check"].tolist() == [
        "weight_missing", "weight_not_positive", "stratum_missing", "population_not_a_count",
        "single_unit_stratum",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"w: 1 rows have no weight.*team: 1 rows have no stratum"):
        survey(frame, design)


def test_more_sampled_than_there_are_is_refused() -> None:
    frame = pd.DataFrame({"team": list("AAAB"), "calls": [2, 2, 2, 9]})
    with pytest.raises(
        ValueError, match=r"more sampled units than units in the population \(A; the first 3 of 2\)"
    ):
        survey(frame, SurveyDesign(strata="team", populations="calls"))


def test_population_sizes_that_differ_within_a_stratum_are_refused() -> None:
    frame = pd.DataFrame({"team": list("AAB"), "calls": [5, 6, 9]})
    with pytest.raises(ValueError, match=r"1 strata have several population sizes \(A\)"):
        survey(frame, SurveyDesign(strata="team", populations="calls"))


def test_strata_without_a_case_are_found() -> None:
    frame = pd.DataFrame({"team": list("AABB"), "calls": [5, 5, 9, 9]})
    design = SurveyDesign(strata="team", populations="calls")
    found = survey(frame, design, {"A": 5, "B": 8, "C": 40}).findings.set_index("check")
    assert found.loc["stratum_not_sampled", "examples"] == ["C"]
    assert found.loc["stratum_size_differs", "examples"] == ["B"]


def test_weights_that_do_not_add_up_to_their_stratum_are_found() -> None:
    frame = pd.DataFrame({"team": list("AABB"), "w": [5.0, 5, 9, 9]})
    found = design_findings(frame, SurveyDesign(weight="w", strata="team"), {"A": 10, "B": 20})
    assert found["check"].tolist() == ["weights_do_not_add_up"]
    assert found["examples"].tolist() == [["B"]]


def test_missing_columns_and_empty_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="The sample lacks calls, which the design reads; present: good"):
        survey(pd.DataFrame({"good": [1]}), SIMPLE)
    with pytest.raises(ValueError, match="The sample has no case"):
        survey(pd.DataFrame({"calls": []}), SIMPLE)


def test_a_design_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match=r"both named.*3 populations are named for 1 cluster"):
        SurveyDesign(weight="a", inclusion_probability="b", clusters="c", populations=("d", "e", "f"))


def test_inclusion_probabilities_are_inverse_weights() -> None:
    frame = pd.DataFrame({"p": [0.5, 0.25], "v": [1.0, 2.0]})
    assert survey(frame, SurveyDesign(inclusion_probability="p")).weights.tolist() == [2, 4]


# --- how often intervals are right --------------------------------------------------------------------

DRAWS = 1000


def covered(found: pd.DataFrame, truth: float) -> float:
    assert len(found) == DRAWS
    held = (found["low"] <= truth) & (truth <= found["high"])
    return float(held.mean())


def test_stratified_means_and_shares_are_covered() -> None:
    generator = np.random.default_rng(20260101)
    size, sampled = np.array([300, 900, 1800]), np.array([30, 40, 50])
    stratum = np.repeat(range(3), size)
    value = generator.gamma(4.0, 2.0 + stratum)
    late = generator.random(size.sum()) < np.array([0.3, 0.1, 0.05])[stratum]
    rows = np.concatenate(
        [
            generator.choice(np.flatnonzero(stratum == h), sampled[h], replace=False)
            for _ in range(DRAWS)
            for h in range(3)
        ]
    )
    frame = pd.DataFrame({"draw": np.repeat(range(DRAWS), 120), "value": value[rows], "late": late[rows]})
    frame["calls"] = size[stratum[rows]]
    frame["cell"] = frame["draw"] * 3 + stratum[rows]
    found = estimate(
        survey(frame, SurveyDesign(strata="cell", populations="calls")),
        [Mean("value"), Share("late")],
        by="draw",
    )
    assert 0.93 <= covered(found[found["figure"] == "mean"], value.mean()) <= 0.97
    assert 0.93 <= covered(found[found["figure"] == "share"], late.mean()) <= 0.985


def test_means_and_shares_of_clusters_are_covered() -> None:
    generator = np.random.default_rng(20260102)
    level = generator.normal(size=200)
    cluster = np.repeat(range(200), 8)
    value = level[cluster] + generator.normal(size=1600)
    late = value > 1.0
    chosen = np.concatenate([generator.choice(200, 30, replace=False) for _ in range(DRAWS)])
    rows = (chosen[:, None] * 8 + np.arange(8)).ravel()
    frame = pd.DataFrame({"draw": np.repeat(range(DRAWS), 240), "value": value[rows], "late": late[rows]})
    frame = frame.assign(agent=cluster[rows], agents=200)
    sample = survey(frame, SurveyDesign(strata="draw", clusters="agent", populations="agents"))
    found = estimate(sample, [Mean("value"), Share("late")], by="draw")
    assert 0.93 <= covered(found[found["figure"] == "mean"], value.mean()) <= 0.97
    assert 0.93 <= covered(found[found["figure"] == "share"], late.mean()) <= 0.985


def test_rare_shares_are_covered_although_often_nothing_is_found() -> None:
    generator = np.random.default_rng(20260103)
    hits = generator.hypergeometric(20, 1980, 100, size=DRAWS)
    frame = pd.DataFrame({"draw": np.repeat(range(DRAWS), 100), "calls": 2000})
    frame["late"] = np.tile(np.arange(100), DRAWS) < np.repeat(hits, 100)
    sample = survey(frame, SurveyDesign(strata="draw", populations="calls"))
    found = estimate(sample, Share("late"), by="draw")
    assert (found["reason"] == "nothing_found").sum() > 300
    assert covered(found, 0.01) >= 0.95
    assert (found["high"] > 0).all()


def test_a_lucky_small_stratum_does_not_spoil_the_cover_of_rare_shares() -> None:
    """All cases found may lie in the stratum of least weight, whose standard error claims too much."""
    generator = np.random.default_rng(20260109)
    frames = []
    for stratum, size in enumerate((500, 1000, 3000)):
        hits = generator.hypergeometric(size // 50, size - size // 50, 30, size=DRAWS)
        frame = pd.DataFrame({"draw": np.repeat(range(DRAWS), 30), "calls": size})
        frame["late"] = np.tile(np.arange(30), DRAWS) < np.repeat(hits, 30)
        frames.append(frame.assign(cell=frame["draw"] * 3 + stratum))
    sample = survey(pd.concat(frames, ignore_index=True), SurveyDesign(strata="cell", populations="calls"))
    unlimited = IntervalSettings(share_method="beta")
    assert covered(estimate(sample, Share("late"), by="draw"), 0.02) >= 0.95
    assert covered(estimate(sample, Share("late"), by="draw", settings=unlimited), 0.02) < 0.92


def test_ten_thousand_rows_in_fifty_domains_take_less_than_half_a_second() -> None:
    import time

    generator = np.random.default_rng(1)
    frame = pd.DataFrame({"value": generator.normal(size=10_000), "team": generator.integers(0, 12, 10_000)})
    frame["agent"] = generator.integers(0, 50, 10_000)
    frame["calls"] = frame.groupby("team")["value"].transform("size") * 10
    design = SurveyDesign(strata="team", populations="calls")
    fastest = float("inf")
    for _ in range(3):
        start = time.process_time()
        estimate(survey(frame, design), Mean("value"), by="agent")
        fastest = min(fastest, time.process_time() - start)
    assert fastest < 0.5


def test_the_interval_of_a_score_ends_where_its_scale_does() -> None:
    """Two cases leave Student's t one degree of freedom, and an interval of several scales' width."""
    frame = simple([0.1, 0.986], 50, "score")
    row = one(frame, SIMPLE, Mean("score", scale=(0, 1)))
    assert (row["estimate"], row["low"], row["high"]) == (pytest.approx(0.543), 0.0, 1.0)
    free = one(frame, SIMPLE, Mean("score"))
    assert free["low"] < -2
    assert free["high"] > 3
    assert row["standard_error"] == free["standard_error"]
    whole = one(frame, SIMPLE, Score({"score": 1}, scale=(0, 1)))
    assert (whole["low"], whole["high"]) == (0.0, 1.0)


def test_an_interval_within_its_scale_is_left_as_it_is() -> None:
    frame = simple([0.4, 0.5, 0.6, 0.45, 0.55], 50, "score")
    held, free = (one(frame, SIMPLE, item) for item in (Mean("score", scale=(0, 1)), Mean("score")))
    assert (held["low"], held["high"]) == (free["low"], free["high"])


def test_a_score_beyond_its_scale_is_refused() -> None:
    with pytest.raises(ValueError, match=r"score: 1 values lie outside 0 to 1 \(found 85\)\."):
        one(simple([0.4, 85.0], 50, "score"), SIMPLE, Mean("score", scale=(0, 1)))
