"""Sizes with their order, weak points, and the cross table of nature and severity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sqaudit.causes.pareto import OTHER, pareto
from sqaudit.causes.severity import classified
from sqaudit.causes.weak_points import weak_points
from sqaudit.errors import FrameError


def sizes(**counts: int) -> pd.DataFrame:
    return pd.DataFrame({"category": list(counts), "count": list(counts.values())})


def test_goodman_intervals_by_his_own_formula() -> None:
    """Goodman (1965), equation 1: (A + 2n +- sqrt(A (A + 4n (N - n) / N))) / (2 (N + A))."""
    count = np.array([73, 72, 62, 59, 58, 56])
    total, a = count.sum(), stats.chi2.ppf(1 - 0.05 / 6, 1)
    root = np.sqrt(a * (a + 4 * count * (total - count) / total))
    found = pareto(sizes(a=73, b=72, c=62, d=59, e=58, f=56))
    assert np.allclose(found["low"], (a + 2 * count - root) / (2 * (total + a)), atol=1e-12)
    assert np.allclose(found["high"], (a + 2 * count + root) / (2 * (total + a)), atol=1e-12)
    assert found["rank_low"].tolist() == [1] * 6
    assert found["rank_high"].tolist() == [6] * 6


def test_order_is_told_apart_by_exact_tests() -> None:
    found = pareto(sizes(b=60, a=100, c=20)).set_index("category")
    p = {pair: stats.binomtest(*pair).pvalue for pair in ((60, 160), (20, 80), (20, 120))}
    assert found.loc["a", "p_next"] == pytest.approx(p[60, 160])  # Holm: the largest of three stays as it is
    assert found.loc["b", "p_next"] == pytest.approx(2 * p[20, 80])
    assert found["rank_high"].tolist() == [1, 2, 3]
    assert found["distinct"].tolist() == [True, True, False]


def test_ties_are_ties_in_any_order_of_rows() -> None:
    counts = sizes(late=30, rude=30, lost=30, small=8)
    found = pareto(counts)
    assert found["category"].tolist() == ["late", "lost", "rude", "small"]
    assert found["rank"].tolist() == [1, 1, 1, 4]
    for seed in range(5):
        pd.testing.assert_frame_equal(pareto(counts.sample(frac=1, random_state=seed)), found)


def test_small_categories_are_gathered_and_counted() -> None:
    found = pareto(sizes(a=50, b=40, c=4, d=3, e=0), least=5)
    assert found["category"].tolist() == ["a", "b", OTHER]
    assert found["gathered"].tolist() == [1, 1, 2]
    assert pd.isna(found["rank"].iloc[-1])
    assert found["cumulative"].iloc[-1] == pytest.approx(1)
    assert pareto(sizes(a=50, b=40, c=4))["category"].tolist() == ["a", "b", "c"]  # one alone keeps its name
    assert pareto(sizes(a=50, b=49, c=48, d=47), most=2)["category"].tolist() == ["a", "b", OTHER]


def test_nothing_one_and_nonsense() -> None:
    assert pareto(sizes(a=0)).empty
    assert pareto(pd.DataFrame({"category": [], "count": []})).empty
    one = pareto(sizes(a=7))
    assert (one.loc[0, "rank_low"], one.loc[0, "rank_high"], one.loc[0, "high"]) == (1, 1, 1)
    missing = pareto(pd.DataFrame({"category": [None, "a", None], "count": [5, 6, 5]}))
    assert missing["count"].tolist() == [10, 6]
    with pytest.raises(ValueError, match="whole numbers, 0 or more"):
        pareto(sizes(a=-1))
    with pytest.raises(FrameError, match="a Pareto chart needs the column count"):
        pareto(pd.DataFrame({"category": ["a"]}))


def test_ranks_hold_for_all_categories_at_once() -> None:
    rng = np.random.default_rng(11)
    share = np.array([0.3, 0.2, 0.2, 0.15, 0.15])
    best = np.array([1 + (share > one).sum() for one in share])
    worst = np.array([len(share) - (share < one).sum() for one in share])
    held = 0
    for _ in range(runs := 80):
        counts = pd.DataFrame({"category": list("abcde"), "count": rng.multinomial(300, share)})
        found = pareto(counts, least=0, most=9).set_index("category").loc[list("abcde")]
        low, high = found["rank_low"].to_numpy(), found["rank_high"].to_numpy()
        held += bool(((low <= worst) & (high >= best)).all() and ((low <= best) | (high >= worst)).all())
    assert held / runs >= 0.93


def test_a_weak_point_is_frequent_and_worse() -> None:
    cases = pd.DataFrame(
        {"category": ["repair", "advice", "parts", "rare"], "cases": [500, 450, 100, 6],
         "bad": [110, 30, 20, 6]}
    )  # fmt: skip
    found = weak_points(cases).set_index("category")
    assert found["class"].to_dict() == {
        "repair": "weak_point", "advice": "frequent", "parts": "neither", "rare": "too_few"
    }  # fmt: skip
    repair = found.loc["repair"]
    assert (repair["value"], repair["rest"]) == pytest.approx((110 / 500, 56 / 556))
    table = [[110, 390], [56, 500]]
    assert repair["p"] == pytest.approx(stats.fisher_exact(table, "greater").pvalue)
    assert np.isnan(found.loc["rare", "q"])
    assert weak_points(cases.head(1))["class"].tolist() == ["too_few"]  # there is no rest to compare with
    assert weak_points(cases.head(0)).empty


def test_weak_points_are_rarely_found_where_there_are_none() -> None:
    rng = np.random.default_rng(3)
    false = 0
    for _ in range(80):
        cases = pd.DataFrame({"category": list("abcdef"), "cases": [300, 200, 100, 100, 50, 50]})
        found = weak_points(cases.assign(bad=rng.binomial(cases["cases"], 0.1)))
        false += bool(found["class"].isin(["weak_point", "worse"]).any())
    assert false / 80 <= 0.08


def test_nature_and_severity_have_their_own_trends() -> None:
    counts = pd.DataFrame(
        {"nature": ["delay", "delay", "attitude", "attitude"], "severity": ["major", "minor"] * 2,
         "count_before": [10, 40, 0, 3], "count_now": [30, 44, 9, 1]}
    )  # fmt: skip
    found = classified(counts, exposure_before=1000, exposure_now=1000)
    cells = found[found["level"] == "cell"].set_index(["nature", "severity"])
    assert cells["trend"].tolist() == ["up", "no_clear_change", "up", "too_few"]
    assert cells.loc[("delay", "major"), "p"] == pytest.approx(stats.binomtest(30, 40).pvalue)
    assert cells.loc[("delay", "major"), "ratio"] == pytest.approx(3)
    assert np.isinf(cells.loc[("attitude", "major"), "high"])
    major = found[(found["level"] == "severity") & (found["severity"] == "major")].iloc[0]
    assert (major["count_before"], major["count_now"], major["trend"]) == (10, 39, "up")
    whole = found[found["level"] == "all"].iloc[0]
    assert (whole["count_before"], whole["count_now"]) == (53, 84)


def test_more_work_is_no_trend() -> None:
    counts = pd.DataFrame(
        {"nature": ["delay"], "severity": ["major"], "count_before": [50], "count_now": [100]}
    )
    assert classified(counts, exposure_before=500, exposure_now=1000)["trend"].eq("no_clear_change").all()
    with pytest.raises(ValueError, match="exposures must be positive"):
        classified(counts, exposure_before=0, exposure_now=1)
