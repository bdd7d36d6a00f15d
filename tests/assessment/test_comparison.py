"""Fair comparison: what is shrunken, told apart, pooled, and what becomes of odd input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit.assessment import assess, read_rules
from sqaudit.assessment.assessing import Assessment
from sqaudit.assessment.case_mix import pool_thin, standardise
from sqaudit.assessment.ranks import joint_confidence, places
from sqaudit.assessment.shrinkage import beliefs, beta_binomial, shrink
from sqaudit.errors import FrameError, ParameterError
from tests.assessment.cases import CLEAN, MAJOR, MISS, STAR, TWICE, month, months, rules

FRAMES = ("judgements", "candidates", "withheld", "expected", "consequences", "comparison", "league", "lists")


def done(numerator: list[float], denominator: list[float] | float) -> Assessment:
    return assess(month(numerator, denominator), rules(MISS, TWICE, STAR, CLEAN))


@pytest.mark.parametrize("worth", [15.0, 200.0])
def test_shrunken_intervals_hold_the_truth_as_often_as_they_say(worth: float) -> None:
    generator = np.random.default_rng(8)
    inside = []
    for _ in range(40):
        n = generator.integers(5, 80, 30)
        truth = generator.beta(0.93 * worth, 0.07 * worth, 30)
        found = shrink(generator.binomial(n, truth), n)
        inside += ((found.low <= truth) & (truth <= found.high)).tolist()
    assert np.mean(inside) >= 0.95 - 0.03  # 1,200 intervals; an empirical prior costs a little


def test_what_shrinks_most_knows_least() -> None:
    n = np.array([10, 40, 160, 640, 640])
    found = shrink(n * [0.5, 0.5, 0.5, 0.9, 0.1], n)
    assert (np.diff(np.abs(found.share[:3] - 0.5)) <= 1e-6).all()
    assert ((found.high - found.low)[:-1] >= (found.high - found.low)[1:] - 1e-9)[:3].all()
    assert np.isinf(beta_binomial([5, 10, 20], [50, 100, 200]).worth)


def test_beliefs_are_chances_that_fall_with_the_line() -> None:
    known = beliefs([2, 30], [20, 40])
    levels = np.array([known.chance_at_least(line) for line in (0, 0.1, 0.4, 0.7, 1.5)])
    assert levels[0].tolist() == [1, 1]
    assert levels[-1].tolist() == [0, 0]
    assert (np.diff(levels, axis=0) <= 1e-12).all()
    assert (known.draws(50) == known.draws(50)).all()


def test_places_hold_together_and_tell_apart_what_does_not_overlap() -> None:
    low, high = [0.0, 0.1, 0.5, np.nan], [0.2, 0.3, 0.6, np.nan]
    found = places(low, high)
    assert found.first.tolist() == [1, 1, 3, 0]
    assert found.last.tolist() == [2, 2, 3, 0]
    assert joint_confidence(0.95, 1) == 0.95
    assert places([], []).first.tolist() == []


def test_thin_strata_are_pooled_with_their_like() -> None:
    cells = pd.DataFrame(
        {"channel": ["a", "a", "a", "b", "b"], "hour": [1, 2, 3, 1, 2], "count": [50, 5, 6, 4, 30]}
    )
    assert pool_thin(cells, ["channel", "hour"], 10) == ["a | 1", "a | *", "a | *", "* | *", "b | 2"]
    assert pool_thin(cells, [], 10) == [""] * 5


def test_cases_that_nobody_else_has_are_not_compared() -> None:
    cells = pd.DataFrame(
        {"unit": ["A", "A", "B"], "kind": ["x", "y", "y"], "count": [100, 100, 100], "bad": [50, 5, 5]}
    )
    found = standardise(cells, ["kind"]).set_index("unit")
    assert found.loc["A", ["compared", "not_compared", "ratio"]].tolist() == [100, 100, 1]
    only = standardise(cells[cells["unit"] == "A"], ["kind"])
    assert only["reason"].tolist() == ["nobody_to_compare"]
    assert only["ratio"].isna().all()


def test_a_position_is_that_of_the_value_beside_the_limits_of_its_cases() -> None:
    """Exactly, in every unit and for any mix: a figure can show the verdict."""
    generator = np.random.default_rng(17)
    rates = {"easy": 0.03, "hard": 0.3}
    seen: set[str] = set()
    for _ in range(25):
        rows = [
            (f"U{unit}", kind, int(count), int(generator.binomial(count, min(rate * spread, 1))))
            for unit, spread in enumerate(generator.uniform(0.3, 2.5, 8))
            for kind, rate in rates.items()
            for count in [generator.integers(0, 120)]
        ]
        mix = pd.DataFrame(rows, columns=["unit", "kind", "count", "bad"])
        sums = mix.groupby("unit")[["count", "bad"]].sum()
        cells = month((sums["count"] - sums["bad"]).tolist(), sums["count"].tolist())
        mix = mix.assign(unit=mix["unit"].map(dict(zip(sums.index, cells["unit"], strict=True))))
        found = assess(cells, rules(MISS), mix=mix).comparison
        found = found[(found["position"] != "no_verdict") & (found["period"] == "2026-09")]
        assert found["like_with_like"].all()
        for row in found.to_dict("records"):
            beyond = {
                "worse_998": row["value"] < row["low_998"],
                "better_998": row["value"] > row["high_998"],
                "worse_95": row["low_998"] <= row["value"] < row["low_95"],
                "better_95": row["high_95"] < row["value"] <= row["high_998"],
            }
            assert [name for name, holds in beyond.items() if holds] == (
                [row["position"]] if row["position"] != "inside" else []
            )
            assert row["position"].startswith("worse") == (row["chance_worse"] <= 0.025)
            assert row["position"].endswith("998") == (
                min(row["chance_worse"], row["chance_better"]) <= 0.001
            )
            seen.add(row["position"])
    assert seen == {"worse_998", "worse_95", "inside", "better_95", "better_998"}


def test_one_unit_alone_has_nobody_to_be_compared_with() -> None:
    alone = done([25], 40)
    row = alone.comparison.iloc[0]
    assert (row["position"], row["reason"], row["group"]) == ("inside", "nobody_to_compare", "")
    assert np.isnan(row["ratio"])
    assert alone.candidates["rule"].tolist() == ["miss"]


def test_without_cases_nothing_is_said() -> None:
    nothing = done([0, 0], 0)
    assert nothing.candidates.empty
    assert nothing.judgements["value"].isna().all()
    assert set(nothing.comparison["position"]) == {"no_verdict"}
    assert nothing.comparison["shrunken"].isna().all()
    assert nothing.league.empty
    empty = assess(month([], []), rules(MISS, STAR, CLEAN, MAJOR))
    assert [len(getattr(empty, name)) for name in FRAMES] == [0] * len(FRAMES)


def test_everybody_perfect_and_nobody_at_all() -> None:
    perfect = done([60] * 8, 60)
    assert set(perfect.candidates["rule"]) == {"star"}  # ties are in
    assert len(perfect.candidates) == 8
    assert set(perfect.comparison["position"]) == {"inside"}
    assert (perfect.comparison["shrunken"] < 1).all()
    hopeless = done([0] * 8, 60)
    assert hopeless.candidates["rule"].tolist() == ["miss"] * 8
    assert set(hopeless.comparison["position"]) == {"inside"}
    assert set(hopeless.comparison["group"]) == {"alike"}


def test_huge_counts_are_told_apart_and_widened() -> None:
    large = done([949_000, 952_000, 950_100, 900_000], 1_000_000)
    assert units_by(large, "miss") == []
    assert not large.comparison["overdispersed"].astype(bool).any()  # too few units to widen limits by
    shares = np.linspace(0.93, 0.96, 24) * 1_000_000
    many = done([*np.round(shares), 700_000], 1_000_000).comparison
    assert many["overdispersed"].astype(bool).all()
    assert many["position"].iloc[24] == "worse_998"
    assert (many["position"].iloc[:24] == "inside").all()
    assert large.comparison["group"].iloc[:1].tolist() == [
        "better",
    ]
    assert large.comparison["group"].iloc[3] == "worse"
    assert large.comparison["place_first"].tolist()[:4] == large.comparison["place_last"].tolist()[:4]


def units_by(one: Assessment, rule: str) -> list[str]:
    return one.candidates.loc[one.candidates["rule"] == rule, "unit"].tolist()


def test_a_missing_count_judges_nobody_and_costs_nobody() -> None:
    with_gap = done([np.nan, 70, 97], [100, 100, 100])
    assert units_by(with_gap, "miss") == ["U01"]
    assert "missing_counts" in with_gap.notes
    adjusted = with_gap.candidates["adjusted_chance"].iloc[0]
    assert adjusted == pytest.approx(2 * with_gap.candidates["chance_at_line"].iloc[0])


def test_what_is_not_used_is_said() -> None:
    extra = pd.concat([month([90], 100), month([90], 100, indicator="solved")])
    lines = [{"indicator": name, "target": 0.95, "penalty": 0.9} for name in ("on_time", "answered")]
    notes = assess(extra, rules({**MISS, "levels": ["agent"]}, lines=lines)).notes
    assert {"indicators_without_lines", "indicators_absent", "levels_absent"} <= set(notes)
    assert not {"indicators_absent", "levels_absent"} & set(done([90], 100).notes)


def test_a_lower_is_better_indicator_is_the_same_assessment() -> None:
    lines = [{"indicator": "on_time", "direction": "lower", "target": 0.05, "penalty": 0.10}]
    good, bad = month([80, 96, 97, 89], 100), month([20, 4, 3, 11], 100)
    one, other = assess(good, rules(MISS)), assess(bad, rules(MISS, lines=lines))
    assert one.candidates["unit"].tolist() == other.candidates["unit"].tolist()
    assert one.comparison["low_95"].to_numpy() == pytest.approx(1 - other.comparison["high_95"].to_numpy())
    assert one.comparison["shrunken"].to_numpy() == pytest.approx(1 - other.comparison["shrunken"].to_numpy())
    assert one.league["unit"].tolist() == other.league["unit"].tolist()


def test_a_naive_table_names_innocents_among_equals() -> None:
    generator = np.random.default_rng(2)
    alike = done(generator.binomial(40, 0.95, 50).tolist(), 40)
    lists = alike.lists.set_index(["period", "list"])
    bottom = lists.loc[("2026-09", "bottom")]
    assert bottom["innocent"] > 0.6 * bottom["named"]
    assert bottom["chance_worst_if_alike"] > 0.05
    month_only = alike.league[alike.league["period"] == "2026-09"]
    assert month_only["naive_place"].is_monotonic_increasing


def test_a_target_of_all_cases_is_missed_by_one() -> None:
    lines = [{"indicator": "on_time", "target": 1.0, "penalty": 1.0}]
    strict = assess(month([99, 100], 100), rules(MISS, lines=lines))
    assert units_by(strict, "miss") == ["U00"]
    assert strict.candidates["chance_at_line"].tolist() == [0]
    assert strict.judgements["verdict"].tolist()[:2] == ["shown_below_penalty", "undetermined"]


def test_rows_in_any_order_give_the_same() -> None:
    generator = np.random.default_rng(4)
    cells = months(*(generator.binomial(100, 0.9, 12).tolist() for _ in range(3)))
    chosen = rules(MISS, TWICE, STAR, CLEAN)
    one, other = assess(cells, chosen), assess(cells.sample(frac=1, random_state=3), chosen)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@settings(deadline=None, derandomize=True, max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=7))
def test_intervals_hold_their_estimates(pairs: list[tuple[int, int]]) -> None:
    frame = done([min(pair) for pair in pairs], [max(pair) for pair in pairs]).comparison
    known = frame[frame["shrunken"].notna()]
    assert (
        (known["shrunken_low"] <= known["shrunken"]) & (known["shrunken"] <= known["shrunken_high"])
    ).all()
    ratios = frame[frame["ratio"].notna()]
    assert ((ratios["ratio_low"] <= ratios["ratio"]) & (ratios["ratio"] <= ratios["ratio_high"])).all()
    shares = frame[["shrunken", "low_95", "high_998"]].to_numpy()
    assert ((shares[~np.isnan(shares)] >= 0) & (shares[~np.isnan(shares)] <= 1)).all()
    assert (frame["low_998"].dropna() <= frame["low_95"].dropna()).all()


def test_impossible_input_is_refused_with_all_reasons() -> None:
    wrong = month([5, -1], [3, 2.5]).assign(period=["2026-09", "autumn"])
    with pytest.raises(ValueError, match=r"months such as 2026-09; found autumn.*0 or more.*whole cases"):
        assess(wrong, rules(MISS))
    with pytest.raises(ValueError, match="U00 in 2026-09 has 5 of 3 for on_time"):
        assess(month([5], 3), rules(MISS))
    with pytest.raises(FrameError, match="needs the columns"):
        assess(pd.DataFrame({"unit": ["A"]}), rules(MISS))
    told = pd.DataFrame({"unit": ["U00"], "period": ["2026-09"], "raised": [1], "upheld": [2]})
    with pytest.raises(ValueError, match="upheld complaints must not exceed"):
        assess(month([5], 30), rules(MISS), told)


def test_case_mix_that_cannot_be_matched_is_refused() -> None:
    cells = months([90, 95], [90, 95])
    mix = pd.DataFrame({"unit": ["U00"], "count": [100], "bad": [10]})
    with pytest.raises(ValueError, match=r"several of `period`.*at least one column that describes"):
        assess(cells, rules(MISS), mix=mix)
    good = mix.assign(kind="phone", period="2026-08")
    assert "mix_known" in assess(cells, rules(MISS), mix=good).notes


def test_rules_of_a_file_and_all_their_faults(tmp_path) -> None:  # type: ignore[no-untyped-def]
    sample = read_rules("params/assessment.yaml")
    assert sample.by_indicator["response_timeliness"].target == 0.95
    assert {rule.kind for rule in sample.rules} == {"missed", "top", "clean_quarter", "major_complaint"}
    file = tmp_path / "assessment.yaml"
    file.write_text(
        "assessment: x\ntitle: X\nlevel: 2\nlines:\n- {indicator: a, target: 80%, penalty: 90%}\n"
        "- {indicator: b, target: 90%}\n- {indicator: b, target: 90%}\nrules:\n"
        "- {id: r, kind: top, indicator: c, consequence: {id: d}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ParameterError) as caught:
        read_rules(file)
    said = str(caught.value)
    assert "level" in said
    assert "must not lie below warn or penalty" in said
