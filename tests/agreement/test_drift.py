"""Drift is found where it is, and a calm inspector alarms at the stated rate."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from sqaudit.agreement import differences_from_others, severity_drift
from sqaudit.errors import FrameError


def weekly(generator, inspectors, weeks=12, cases=10, slope=0.0, shock=0.5):
    """Differences with a scatter of their own and one that all ratings of a week share."""
    who, week, _ = (axis.ravel() for axis in np.indices((inspectors, weeks, cases)))
    shared = generator.normal(0, shock, (inspectors, weeks))[who, week]
    trend = np.where(who == 0, slope * week, 0.0)
    difference = shared - trend + generator.normal(0, 2, len(who))
    return pd.DataFrame({"inspector": who, "week": week, "difference": difference})


def test_one_rating_a_week_is_simple_regression():
    generator = np.random.default_rng(1)
    week, difference = np.arange(9), generator.normal(size=9)
    row = severity_drift(pd.DataFrame({"inspector": "ann", "week": week, "difference": difference})).iloc[0]
    known = stats.linregress(week, -difference)
    assert_allclose(row["severity_per_week"], known.slope)
    assert_allclose(row["standard_error"], known.stderr)
    assert_allclose(row["p_value"], known.pvalue)
    assert_allclose(row["change"], known.slope * 8)
    reach = stats.t.ppf(0.975, 7) * known.stderr
    assert_allclose([row["low"], row["high"]], [known.slope - reach, known.slope + reach])


def test_unequal_weeks_are_weighted_least_squares():
    generator = np.random.default_rng(2)
    week = np.repeat(np.arange(8), generator.integers(1, 9, 8))
    ratings = pd.DataFrame({"inspector": "ann", "week": week, "difference": generator.normal(size=len(week))})
    means = ratings.groupby("week")["difference"].agg(["mean", "size"])
    root = np.sqrt(means["size"].to_numpy())
    design = np.column_stack([np.ones(8), np.arange(8)]) * root[:, None]
    beta, rest, *_ = np.linalg.lstsq(design, -means["mean"].to_numpy() * root, rcond=None)
    error = np.sqrt(rest[0] / 6 * np.linalg.inv(design.T @ design)[1, 1])
    row = severity_drift(ratings).iloc[0]
    assert_allclose([row["severity_per_week"], row["standard_error"]], [beta[1], error])


def test_calm_inspectors_alarm_at_the_stated_rate():
    """1500 calm inspectors in 100 teams: unadjusted 5 % each; a team of 15 with any flag in 5 %."""
    generator = np.random.default_rng(3)
    alarms, teams, covered = [], [], []
    for _ in range(100):
        frame = severity_drift(weekly(generator, 15))
        alarms.extend((frame["p_value"] <= 0.05).tolist())
        covered.extend(((frame["low"] <= 0) & (frame["high"] >= 0)).tolist())
        teams.append(frame["drifts"].any())
    assert 0.035 <= np.mean(alarms) <= 0.065
    assert np.mean(covered) == 1 - np.mean(alarms)
    assert np.mean(teams) <= 0.1


def test_calm_inspectors_of_yes_or_no_ratings_alarm_no_more():
    generator = np.random.default_rng(4)
    rows = []
    for who in range(1200):
        passed = generator.random((10, 8)) < 0.95
        rows.append(pd.DataFrame({"inspector": who, "week": range(10), "difference": passed.mean(axis=1)}))
    frame = severity_drift(pd.concat(rows))
    assert (frame["p_value"] <= 0.05).mean() <= 0.065
    assert not frame["drifts"].any()


def test_drift_is_found():
    frame = severity_drift(weekly(np.random.default_rng(5), 10, slope=0.5))
    assert frame["inspector"].iloc[0] == 0
    assert frame["drifts"].tolist() == [True] + [False] * 9
    assert frame["low"].iloc[0] <= 0.5 <= frame["high"].iloc[0]


def test_differences_are_from_the_others():
    rows = [(1, "a", 1, 9.0), (1, "b", 1, 7.0), (1, "c", 1, 5.0), (2, "a", 2, 4.0)]
    ratings = pd.DataFrame(rows, columns=["case", "inspector", "week", "value"])
    frame = differences_from_others(ratings).set_index("inspector")["difference"]
    assert frame.to_dict() == {"a": 3.0, "b": 0.0, "c": -3.0}


def test_order_of_rows_is_irrelevant():
    ratings = weekly(np.random.default_rng(6), 3)
    shuffled = ratings.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(severity_drift(ratings), severity_drift(shuffled))


def test_the_edges():
    columns = ["inspector", "week", "difference"]
    assert severity_drift(pd.DataFrame(columns=columns)).empty
    assert differences_from_others(pd.DataFrame(columns=["case", "inspector", "week", "value"])).empty
    few = severity_drift(pd.DataFrame({"inspector": "a", "week": range(4), "difference": 1.0}))
    assert few["reason"].tolist() == ["fewer_than_five_weeks"]
    assert few["severity_per_week"].isna().all()
    flat = severity_drift(pd.DataFrame({"inspector": "a", "week": range(6), "difference": 0.0}))
    assert flat["reason"].tolist() == ["no_scatter_about_the_line"]
    assert flat["p_value"].isna().all()
    assert flat["severity_per_week"].tolist() == [0]
    assert not flat["drifts"].any()


def test_faults_are_said():
    ratings = weekly(np.random.default_rng(6), 2)
    with pytest.raises(FrameError, match="the drift of inspectors needs the column week"):
        severity_drift(ratings.drop(columns="week"))
    with pytest.raises(ValueError, match="difference must be a finite number; found inf"):
        severity_drift(ratings.assign(difference=np.inf))
    with pytest.raises(ValueError, match="week must be a number, such as 1, 2, 3; found dates"):
        severity_drift(ratings.assign(week=pd.Timestamp("2026-01-05")))
    with pytest.raises(ValueError, match="rate must lie between 0 and 1"):
        severity_drift(ratings, rate=0)
