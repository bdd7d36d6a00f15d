"""A random sample passes as often as promised, picked cases do not; census and sample are reconciled."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy import stats

from sqaudit.estimates import Mean, Share, SurveyDesign, Total, survey
from sqaudit.estimates.integrity import DrawSettings, sample_integrity
from sqaudit.estimates.reconciliation import reconcile


def calls(cases: int = 600, seed: int = 5) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"channel": generator.choice(["phone", "chat", "mail"], cases, p=[0.6, 0.3, 0.1])})
    frame["agent"] = generator.integers(0, 12, cases)
    frame["hour"] = generator.integers(8, 18, cases)
    frame["minutes"] = generator.lognormal(1.5, 0.8, cases)
    frame["week"] = np.arange(cases) % 3
    return frame


def drawn(frame: pd.DataFrame, per_week: tuple[int, ...], generator: np.random.Generator) -> pd.DataFrame:
    took = np.zeros(len(frame), dtype=bool)
    for week, number in enumerate(per_week):
        took[generator.choice(np.flatnonzero(frame["week"] == week), number, replace=False)] = True
    return frame.assign(drawn=took)


WEEKLY = DrawSettings(strata="week", repeats=199)


def test_false_alarms_come_as_often_as_promised() -> None:
    generator, frame = np.random.default_rng(20260105), calls()
    categories, numbers = ["channel", "agent", "hour"], ["minutes"]
    tables = [
        sample_integrity(drawn(frame, (30, 60, 90), generator), "drawn", categories, numbers, WEEKLY)
        for _ in range(100)
    ]
    p_values = np.array([table["p_value"] for table in tables])
    alarms = (p_values < 0.05).mean(axis=0)
    assert (alarms <= 0.105).all()  # 5 % plus two and a half standard errors of 100 repeats
    assert 0.02 <= alarms.mean() <= 0.08
    assert np.mean([not table["consistent"].all() for table in tables]) <= 0.105


def test_small_draws_keep_the_level_too() -> None:
    generator, frame = np.random.default_rng(20260106), calls(90)
    p_values = []
    for seed in range(100):
        settings = DrawSettings(strata=("week",), repeats=59, seed=seed)
        sample = drawn(frame, (3, 3, 4), generator)
        p_values.append(sample_integrity(sample, "drawn", ["channel"], ["minutes"], settings)["p_value"])
    assert ((np.array(p_values) <= 0.05).mean(axis=0) <= 0.105).all()  # two and a half standard errors


def test_picked_cases_are_noticed() -> None:
    frame = calls()
    short = frame.assign(drawn=frame["minutes"].rank() <= 60)
    agents = frame.assign(drawn=frame["agent"] == 3)
    for picked, column in ((short, "minutes"), (agents, "agent")):
        table = sample_integrity(picked, "drawn", ["channel", "agent"], ["minutes"]).set_index("column")
        assert not table.loc[column, "consistent"]
    assert sample_integrity(short, "drawn", ["channel"])["consistent"].all()


def test_only_middling_cases_are_noticed_by_their_spread() -> None:
    frame = calls()
    middle = frame["minutes"].rank().between(250, 350)
    table = sample_integrity(frame.assign(drawn=middle), "drawn", numbers=["minutes"])
    assert table["p_value"][0] < 1e-6


def test_drawing_more_from_one_stratum_is_no_deviation() -> None:
    generator, frame = np.random.default_rng(3), calls()
    frame["channel"] = np.where(frame["week"] == 0, "phone", "chat")
    sample = drawn(frame, (150, 20, 20), generator)
    assert not sample_integrity(sample, "drawn", ["channel"])["consistent"][0]
    within = sample_integrity(sample, "drawn", ["channel"], settings=WEEKLY).iloc[0]
    assert (within["reason"], within["test"]) == ("one_value", "none")
    assert pd.isna(within["consistent"])


def test_one_stratum_gives_the_chi_square_test_without_replacement() -> None:
    generator, frame = np.random.default_rng(8), calls()
    took = np.zeros(600, dtype=bool)
    took[generator.choice(600, 200, replace=False)] = True
    row = sample_integrity(frame.assign(drawn=took), "drawn", ["channel"]).iloc[0]
    table = pd.crosstab(frame["channel"], took)
    chi_square = stats.chi2_contingency(table, correction=False)
    assert row["statistic"] == pytest.approx(chi_square.statistic * 599 / 600)  # the exact variance has N - 1
    assert row["degrees_of_freedom"] == chi_square.dof


def test_clusters_drawn_whole_are_units() -> None:
    generator = np.random.default_rng(20260107)
    frame = pd.DataFrame({"agent": np.repeat(range(60), 10)})
    frame["channel"] = np.where(generator.random(60)[frame["agent"]] < 0.5, "phone", "chat")
    by_case, by_cluster = [], []
    for _ in range(100):
        frame["drawn"] = frame["agent"].isin(generator.choice(60, 35, replace=False))
        by_case.append(sample_integrity(frame, "drawn", ["channel"])["p_value"][0] < 0.05)
        settings = DrawSettings(cluster="agent")
        by_cluster.append(
            sample_integrity(frame, "drawn", ["channel"], settings=settings)["p_value"][0] < 0.05
        )
    assert np.mean(by_case) > 0.3
    assert np.mean(by_cluster) <= 0.1


def test_missing_values_are_compared_too() -> None:
    frame = calls()
    frame.loc[:99, "minutes"] = np.nan
    frame.loc[:99, "channel"] = None
    picked = frame.assign(drawn=frame.index >= 100)
    table = sample_integrity(picked, "drawn", ["channel"], ["minutes"])
    assert table["missing"].tolist() == [100, 100]
    assert not table["consistent"].any()


def test_the_order_of_rows_changes_nothing() -> None:
    frame = drawn(calls(120), (4, 5, 6), np.random.default_rng(4))
    first = sample_integrity(frame, "drawn", ["channel", "agent"], ["minutes"], WEEKLY)
    mixed = frame.sample(frac=1, random_state=2)
    second = sample_integrity(mixed, "drawn", ["channel", "agent"], ["minutes"], WEEKLY)
    assert_frame_equal(first, second)


def test_a_census_cannot_be_tested() -> None:
    row = sample_integrity(calls(50).assign(drawn=True), "drawn", ["channel"]).iloc[0]
    assert (row["reason"], row["strata"]) == ("nothing_left", 0)


def test_impossible_requests_are_refused_together() -> None:
    frame = calls(10).assign(drawn=[1] * 10)
    with pytest.raises(ValueError, match=r"team: no such column.*drawn: true or false"):
        sample_integrity(frame, "drawn", ["team"])
    partly = calls(40).assign(drawn=[True, False] * 20, agent=1)
    with pytest.raises(ValueError, match="agent: 1 clusters were drawn in part"):
        sample_integrity(partly, "drawn", ["channel"], settings=DrawSettings(cluster="agent"))


# --- census and sample --------------------------------------------------------------------------------


def test_differences_are_tested_in_the_design() -> None:
    frame = pd.DataFrame({"good": [1] * 42 + [0] * 8, "minutes": np.arange(50.0), "calls": 500})
    sample = survey(frame, SurveyDesign(populations="calls"))
    items = {"good_rate": Share("good"), "minutes": Mean("minutes")}
    table = reconcile(sample, items, {"good_rate": 0.95, "minutes": 26.0}).set_index("indicator")
    below = stats.hypergeom.cdf(42, 500, 475, 50)
    assert table.loc["good_rate", "p_value"] == pytest.approx(2 * below)
    error = np.sqrt(0.9 * frame["minutes"].var() / 50)
    assert table.loc["minutes", "standard_error"] == pytest.approx(error)
    assert table.loc["minutes", "p_value"] == pytest.approx(2 * stats.t.sf(1.5 / error, 49))
    assert table["consistent"].tolist() == [False, True]
    assert table["adjusted_p_value"].tolist() == pytest.approx([4 * below, table["p_value"].iloc[1]])


def test_random_samples_are_consistent_as_often_as_promised() -> None:
    generator = np.random.default_rng(20260108)
    value = generator.gamma(3.0, 2.0, 2000)
    good = value < 8
    wrong = []
    for _ in range(100):
        rows = generator.choice(2000, 120, replace=False)
        frame = pd.DataFrame({"value": value[rows], "good": good[rows], "calls": 2000})
        sample = survey(frame, SurveyDesign(populations="calls"))
        census = {"value": float(value.mean()), "good": float(good.mean())}
        table = reconcile(sample, {"value": Mean("value"), "good": Share("good")}, census)
        wrong.append(not table["consistent"].all())
    assert np.mean(wrong) <= 0.095  # 5 % plus two standard errors of 100 repeats


def test_a_census_agrees_with_itself_or_not() -> None:
    frame = pd.DataFrame({"good": [1, 0, 1, 1], "calls": 4})
    sample = survey(frame, SurveyDesign(populations="calls"))
    table = reconcile(sample, {"a": Share("good"), "b": Total("good")}, {"a": 0.75, "b": 2.0})
    assert table["test"].tolist() == ["census", "census"]
    assert table["consistent"].tolist() == [True, False]


def test_without_variation_the_interval_decides() -> None:
    frame = pd.DataFrame({"team": ["A"] * 20 + ["B"] * 20, "good": 1, "calls": 300})
    sample = survey(frame, SurveyDesign(strata="team", populations="calls"))
    table = reconcile(sample, {"a": Share("good"), "b": Share("good")}, {"a": 0.97, "b": 0.5})
    assert table["test"].tolist() == ["interval", "interval"]
    assert table["consistent"].tolist() == [True, False]


def test_missing_census_figures_and_lone_indicators() -> None:
    frame = pd.DataFrame({"good": [1, 0, 1, 1], "calls": 40})
    sample = survey(frame, SurveyDesign(populations="calls"))
    assert pd.isna(reconcile(sample, {"a": Share("good")}, {"a": float("nan")})["consistent"][0])
    with pytest.raises(ValueError, match="one is missing for a, b"):
        reconcile(sample, {"a": Share("good")}, {"b": 1.0})
