"""What goes with low scores: published fits, separation, and honesty on small and tangled data."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pandas as pd
import pytest

from sqaudit import intervals
from sqaudit.causes.drivers import drivers
from sqaudit.causes.firth import fit, profile_interval, ratio_test
from sqaudit.errors import FrameError

# Heinze and Schemper (2002): endometrial cancer, 79 patients: neovasculisation, pulsatility index, height
# of the endometrium, high grade. As in Agresti (2015), Foundations of Linear and Generalized Linear Models.
ENDOMETRIAL = """
0 13 1.64 0,0 16 2.26 0,0 8 3.14 0,0 34 2.68 0,0 20 1.28 0,0 5 2.31 0,0 17 1.80 0,0 10 1.68 0,0 26 1.56 0,
0 17 2.31 0,0 8 2.01 0,0 7 1.89 0,0 20 3.15 0,0 10 1.23 0,0 18 1.27 0,0 16 1.76 0,0 18 2.00 0,0 8 2.64 1,
0 29 0.88 1,0 12 1.27 1,0 20 1.37 1,1 38 0.97 1,1 22 1.14 1,1 7 0.88 1,1 25 0.91 1,1 15 0.58 1,0 7 0.97 1,
0 28 1.50 0,0 11 1.33 0,0 19 2.37 0,0 10 1.82 0,0 10 3.13 0,0 18 1.31 0,0 14 1.92 0,0 21 1.64 0,0 11 2.01 0,
0 17 1.88 0,0 25 1.93 0,0 16 2.11 0,0 19 1.29 0,0 15 1.72 0,0 33 0.75 0,0 24 1.92 0,0 48 1.84 1,0 12 1.11 1,
0 19 1.61 1,0 2 1.18 1,1 22 1.44 1,1 40 1.18 1,1 5 0.93 1,1 0 1.17 1,0 21 1.19 1,0 15 1.06 1,0 29 2.02 0,
0 15 2.29 0,0 12 2.33 0,0 3 2.90 0,0 20 1.70 0,0 23 1.41 0,0 12 2.25 0,0 22 1.54 0,0 42 1.97 0,0 15 1.75 0,
0 13 2.16 0,0 14 2.57 0,0 19 1.37 0,0 12 3.61 0,0 13 2.04 0,0 10 2.17 0,0 12 1.69 1,1 49 0.27 1,0 6 1.84 1,
0 5 1.30 1,0 17 0.96 1,1 11 1.01 1,1 21 0.98 1,0 5 0.35 1,1 19 1.02 1,0 33 0.85 1
"""


def test_the_endometrial_study_of_heinze_and_schemper() -> None:
    """Their table: NV 2.93 (0.61, 7.85), PI -0.03 (-0.12, 0.04), EH -2.60 (-4.37, -1.23); NV separates."""
    table = np.loadtxt(StringIO(ENDOMETRIAL.replace("\n", "").replace(",", "\n")))
    design, grade, ones = np.column_stack([np.ones(79), table[:, :3]]), table[:, 3], np.ones(79)
    found = fit(design, grade, ones)
    assert found.coefficients == pytest.approx([3.7746, 2.9293, -0.0348, -2.6042], abs=1e-4)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([1.4887, 1.5508, 0.0396, 0.7760], abs=1e-4)
    expected = {1: (0.61, 7.85), 2: (-0.12, 0.04), 3: (-4.37, -1.23)}
    for place, bounds in expected.items():
        assert profile_interval(design, grade, ones, found, place) == pytest.approx(bounds, abs=0.006)
    assert ratio_test(design, grade, ones, found, 3) < 0.001


def test_patterns_and_single_cases_are_one_thing() -> None:
    design = np.array([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]])
    outcomes, cases = np.array([3.0, 5, 4, 9]), np.array([20.0, 15, 12, 10])
    taken_together = fit(design, outcomes, cases)
    rows = np.repeat(np.arange(4), cases.astype(int))
    single = np.concatenate(
        [np.r_[np.ones(int(x)), np.zeros(int(n - x))] for x, n in zip(outcomes, cases, strict=True)]
    )
    one_by_one = fit(design[rows], single, np.ones(len(rows)))
    assert taken_together.coefficients == pytest.approx(one_by_one.coefficients, abs=1e-8)
    assert taken_together.likelihood == pytest.approx(one_by_one.likelihood)


def survey(seed: int, cases: int, *, waited: float = 1.2, second_visit: float = 0.0) -> pd.DataFrame:
    """Second visits come mostly to those who waited, but only the wait costs satisfaction."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"waited": rng.random(cases) < 0.35})
    frame["second_visit"] = rng.random(cases) < np.where(frame["waited"], 0.6, 0.15)
    frame["transferred"] = rng.random(cases) < 0.3
    line = -1.8 + waited * frame["waited"] + second_visit * frame["second_visit"]
    frame["low_score"] = rng.random(cases) < 1 / (1 + np.exp(-line))
    return frame


FACTS = ["waited", "second_visit", "transferred"]


def test_adjusting_takes_the_innocent_fact_out() -> None:
    found = drivers(survey(1, 2000), FACTS, "low_score")
    table = found.table.set_index("fact")
    assert table.loc["second_visit", "difference_low"] > 0  # by itself it looks guilty
    assert table.loc["second_visit", "low"] < 0 < table.loc["second_visit", "high"]
    assert table.loc["waited", "low"] > 0.1
    assert table.loc["waited", "q"] < 0.001
    assert found.notes == ("association_no_proof",)
    first = table.loc["waited"]
    low, high = intervals.newcombe_difference(
        first["share_with"] * first["with_fact"], first["with_fact"],
        first["share_without"] * first["without_fact"], first["without_fact"],
    )  # fmt: skip
    assert (first["difference_low"], first["difference_high"]) == pytest.approx((low, high))


def test_effects_cover_the_truth_on_few_cases() -> None:
    """120 answers, about 30 of them low: the effect of the wait is the mean difference it makes."""
    rng = np.random.default_rng(5)
    chance = 1 / (1 + np.exp(-(-1.8 + np.array([0.0, 1.2]))))
    truth, hits = chance[1] - chance[0], np.zeros(2)
    for seed in rng.integers(0, 10**6, runs := 60):
        table = drivers(survey(int(seed), 120), ["waited", "second_visit"], "low_score").table.set_index(
            "fact"
        )
        hits += [
            table.loc["waited", "low"] <= truth <= table.loc["waited", "high"],
            table.loc["second_visit", "low"] <= 0 <= table.loc["second_visit", "high"],
        ]
    assert (hits / runs >= 0.91).all(), hits / runs


def test_separation_is_told_and_the_interval_stays_open_to_one_side_only() -> None:
    records = pd.DataFrame({"reopened": [1, 0, 0], "low_score": [1, 1, 0], "cases": [12, 20, 80]})
    found = drivers(records, ["reopened"], "low_score")
    row = found.table.iloc[0]
    assert row["separated"]
    assert "separated" in found.notes
    assert row["odds_ratio"] == pytest.approx((12.5 / 0.5) / (20.5 / 80.5))  # one half more in each cell
    assert np.isfinite(row["odds_high"])
    assert 0 < row["low"] < row["effect"] < row["high"] <= 1


def test_the_same_fact_twice_and_facts_hardly_apart() -> None:
    records = survey(2, 600)
    records["late"] = records["waited"]
    records["nearly"] = records["waited"] ^ (np.arange(600) % 60 == 0)
    found = drivers(records, ["waited", "late", "nearly"], "low_score")
    table = found.table.set_index("fact")
    assert table["status"].to_dict() == {"waited": "estimated", "late": "collinear", "nearly": "estimated"}
    assert table.loc["late", ["effect", "p", "q"]].isna().all()
    assert table.loc["late", "difference"] == pytest.approx(table.loc["waited", "difference"])
    assert table.loc["nearly", "closest"] in ("waited", "late")
    assert table.loc["nearly", "inflation"] > 5
    assert {"collinear", "entangled"} <= set(found.notes)


def test_small_data_say_too_few() -> None:
    records = survey(3, 30)
    records["low_score"] = [True] * 9 + [False] * 21
    found = drivers(records, FACTS, "low_score")
    assert set(found.table["status"]) == {"too_few"}
    assert found.table["effect"].isna().all()
    assert found.table["difference"].notna().any()  # what was counted is still shown
    rare = survey(4, 500).assign(rare=[True] * 4 + [False] * 496)
    status = drivers(rare, ["waited", "rare"], "low_score").table["status"].tolist()
    assert status == ["estimated", "too_few"]
    empty = drivers(records.head(0), FACTS, "low_score")
    assert (empty.cases, set(empty.table["status"])) == (0, {"too_few"})


def test_missing_values_are_left_out_and_counted() -> None:
    records = survey(1, 400).astype(object)
    records.loc[:9, "waited"] = None
    found = drivers(records, FACTS, "low_score")
    assert (found.cases, found.left_out) == (390, 10)
    assert "left_out" in found.notes
    as_numbers = records.astype("boolean")
    pd.testing.assert_frame_equal(drivers(as_numbers, FACTS, "low_score").table, found.table)


def test_the_order_of_rows_does_not_show() -> None:
    records = survey(6, 300)
    shuffled = records.sample(frac=1, random_state=1)
    first, second = (drivers(frame, FACTS, "low_score").table for frame in (records, shuffled))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_other_values_and_missing_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="other values in waited, low_score"):
        drivers(pd.DataFrame({"waited": [2, 1], "low_score": ["yes", "no"]}), ["waited"], "low_score")
    with pytest.raises(FrameError, match="an analysis of drivers needs the column low_score"):
        drivers(pd.DataFrame({"waited": [1]}), ["waited"], "low_score")


def test_a_design_without_full_rank_is_refused() -> None:
    design = np.ones((4, 2))
    with pytest.raises(ValueError, match="columns of the design hang on each other"):
        fit(design, np.array([1.0, 0, 1, 0]), np.ones(4))
