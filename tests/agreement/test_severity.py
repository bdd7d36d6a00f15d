"""Severity is the least-squares severity, and what is said about it holds as often as it says."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from sqaudit.agreement import adjusted_means, adjusted_scores, inspector_severity
from sqaudit.agreement.shrinkage import shrink
from sqaudit.errors import FrameError


def double_coded(generator, cases, severity, noise=1.0, raters=2):
    """Each case rated by some of the inspectors, drawn at random."""
    names = np.array([f"i{number}" for number in range(len(severity))])
    rows = []
    for case in range(cases):
        quality = generator.normal(80, 5)
        for one in generator.choice(len(severity), raters, replace=False):
            value = quality - severity[one] + generator.normal(0, noise)
            rows.append((case, names[one], value))
    return pd.DataFrame(rows, columns=["case", "inspector", "value"])


def dummies(ratings, subject="case"):
    """The design of the two-way model, with columns for all subjects and inspectors."""
    rows = pd.get_dummies(ratings[subject]).to_numpy(dtype=float)
    columns = pd.get_dummies(ratings["inspector"]).to_numpy(dtype=float)
    return rows, columns


def test_equals_least_squares_on_dummies():
    ratings = double_coded(np.random.default_rng(1), 40, [0, 1, -1, 2])
    rows, columns = dummies(ratings)
    design = np.hstack([rows, columns])
    inverse = np.linalg.pinv(design.T @ design)
    beta = inverse @ design.T @ ratings["value"]
    rest = ratings["value"] - design @ beta
    freedom = len(ratings) - np.linalg.matrix_rank(design)
    contrast = np.hstack([np.zeros((4, 40)), np.eye(4) - 0.25])
    covariance = contrast @ inverse @ contrast.T * (rest @ rest) / freedom
    frame = inspector_severity(ratings)
    assert_allclose(frame["severity"], -contrast @ beta, atol=1e-9)
    assert_allclose(frame["standard_error"], np.sqrt(np.diag(covariance)), rtol=1e-9)

    score = np.hstack([np.eye(40), np.full((40, 4), 0.25)])  # under the mean inspector
    scores = adjusted_scores(ratings, shrunk=False)
    assert_allclose(scores["adjusted"], score @ beta, atol=1e-9)
    covariance = score @ inverse @ score.T * (rest @ rest) / freedom
    assert_allclose(scores["standard_error"], np.sqrt(np.diag(covariance)), rtol=1e-9)


def test_complete_design_gives_plain_differences_of_means():
    wide = pd.DataFrame({"ann": [8, 9, 7, 5], "bo": [6, 8, 4, 4], "cy": [7, 9, 6, 6]})
    long = wide.rename_axis("case").reset_index().melt("case", var_name="inspector")
    frame = inspector_severity(long).set_index("inspector")
    assert_allclose(frame["severity"], wide.to_numpy().mean() - wide.mean(), atol=1e-12)
    assert frame["severity"].sum() == pytest.approx(0)
    rest = wide - wide.mean() - wide.mean(axis=1).to_numpy()[:, None] + wide.to_numpy().mean()
    error = np.sqrt((rest**2).to_numpy().sum() / 6 * (1 / 4) * (2 / 3))
    assert_allclose(frame["standard_error"], error)
    assert frame["cases_shared"].tolist() == [4, 4, 4]


def test_groups_without_a_shared_case_are_said_as_such():
    rows = [
        (1, "a", 5),
        (1, "b", 7),
        (2, "a", 6),
        (2, "b", 7),
        (3, "c", 5),
        (3, "d", 5),
        (4, "c", 4),
        (4, "d", 6),
    ]
    rows += [(5, "e", 9), (6, "e", 8)]
    ratings = pd.DataFrame(rows, columns=["case", "inspector", "value"])
    frame = inspector_severity(ratings).set_index("inspector")
    assert frame["group"].tolist() == [1, 1, 2, 2, 3]
    assert np.isnan(frame.loc["e", "severity"])
    assert np.isnan(frame.loc["e", "p_adjusted"])
    assert frame.loc["e", "reason"] == "shares_no_case_with_another_inspector"
    assert set(frame.loc[["a", "b", "c", "d"], "reason"]) == {"comparable_within_its_group_only"}
    assert frame.groupby("group")["severity"].sum().tolist() == pytest.approx([0, 0, 0])
    scores = adjusted_scores(ratings).set_index("case")
    assert scores.loc[[5, 6], "adjusted"].isna().all()
    assert scores.loc[5, "score"] == 9
    assert scores.loc[5, "reason"] == "shares_no_case_with_another_inspector"
    assert scores["group"].tolist() == [1, 1, 2, 2, 3, 3]


def test_over_agents_where_each_case_has_one_inspector():
    generator = np.random.default_rng(3)
    severity = np.array([-2.0, 0.0, 2.0])
    agent, inspector = generator.integers(0, 30, 3000), generator.integers(0, 3, 3000)
    value = 80 + agent / 5 - severity[inspector] + generator.normal(0, 4, 3000)
    names = np.array(["x", "y", "z"])[inspector]
    ratings = pd.DataFrame({"agent": agent, "inspector": names, "value": value})
    frame = inspector_severity(ratings, subject="agent")
    assert ((frame["low"] <= severity) & (severity <= frame["high"])).all()
    assert (frame["standard_error"] < 0.2).all()
    scores = adjusted_scores(ratings, subject="agent")
    assert_allclose(scores["adjusted"], 80 + np.arange(30) / 5, atol=2)
    assert scores.columns[0] == "agent"


def test_severity_covers_and_calm_inspectors_are_not_flagged():
    """200 designs: bounds cover at 95 %; with no difference at all, any flag after adjustment in 5 %."""
    generator = np.random.default_rng(5)
    severity = np.array([0.5, -0.5, 1.0, -1.0, 0.0])
    covered, flagged = [], []
    for _ in range(200):
        frame = inspector_severity(double_coded(generator, 30, severity))
        covered.extend(((frame["low"] <= severity) & (severity <= frame["high"])).tolist())
        calm = inspector_severity(double_coded(generator, 30, np.zeros(5)))
        flagged.append((calm["p_adjusted"] <= 0.05).any())
    assert 0.93 <= np.mean(covered) <= 0.97
    assert np.mean(flagged) <= 0.08


def test_shrinkage_is_nearer_to_the_truth():
    generator = np.random.default_rng(6)
    plain, shrunk, inside = [], [], []
    for _ in range(150):
        severity = generator.normal(0, 0.6, 8)
        severity -= severity.mean()
        frame = inspector_severity(double_coded(generator, 30, severity, noise=2))
        plain.append(((frame["severity"] - severity) ** 2).sum())
        shrunk.append(((frame["shrunk"] - severity) ** 2).sum())
        inside.extend(((frame["shrunk_low"] <= severity) & (severity <= frame["shrunk_high"])).tolist())
        assert (frame["shrunk"] ** 2).sum() <= (frame["severity"] ** 2).sum() + 1e-12
    assert np.mean(shrunk) < 0.8 * np.mean(plain)
    assert 0.93 <= np.mean(inside) <= 0.99


def test_shrinkage_in_a_balanced_design_is_the_textbook_factor():
    """Equal errors: the factor is 1 - (J - 1) V / sum of squares, V the variance of an uncentred effect."""
    ratings = double_coded(np.random.default_rng(8), 12, [0.0, 2.0, -1.0], raters=3)
    frame = inspector_severity(ratings)
    error = frame["standard_error"].iloc[0] ** 2 * 3 / 2
    factor = max(0, 1 - 2 * error / (frame["severity"] ** 2).sum())
    assert_allclose(frame["shrunk"], factor * frame["severity"], atol=1e-9)


def test_eight_schools():
    """The data of Rubin (1981), as differences from their mean: no more spread than chance explains."""
    effect = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    error = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    centre = np.eye(8) - 1 / 8
    shrunken = shrink(centre @ effect, centre @ np.diag(error**2) @ centre)
    assert shrunken.spread == 0
    assert_allclose(shrunken.effects, 0, atol=1e-9)
    width = np.sqrt(np.diag(shrunken.mean_square))
    assert (width > 3).all()  # and yet the bounds do not close
    assert (width < error).all()


def test_shrinking_follows_the_textbook_where_errors_are_equal():
    """Morris (1983): the factor is 1 - V / (V + A); the average over spreads by a fine sum of its own."""
    centre, effect = np.eye(4) - 1 / 4, np.array([3.0, -1.0, -2.0, 0.0])
    shrunken = shrink(effect, centre)
    between = (effect @ effect - 3) / 3
    assert_allclose(shrunken.effects, effect * between / (between + 1), atol=1e-12)
    tau = np.linspace(0.0005, 400, 400_000)
    chance = (tau**2 + 1) ** -1.5 * np.exp(-effect @ effect / 2 / (tau**2 + 1))
    pull = tau**2 / (tau**2 + 1)
    error = 0.75 * pull + (pull - between / (between + 1)) ** 2 * effect[0] ** 2
    assert_allclose(shrunken.mean_square[0, 0], np.average(error, weights=chance), rtol=2e-3)


def test_means_of_agents_are_free_of_their_inspectors():
    """150 designs: agents alike, half seen by the strict inspector; the adjusted bounds cover the truth."""
    generator = np.random.default_rng(12)
    covered, plain = [], []
    for _ in range(150):
        case = np.arange(120)
        agent, quality = case % 4, 80 + generator.normal(0, 3, 120)
        first = np.where(agent < 2, generator.random(120) < 0.85, generator.random(120) < 0.15)
        rows = [
            (a, c, "strict" if f else "mild", q - 4 * f)
            for a, c, f, q in zip(agent, case, first, quality, strict=True)
        ]
        twice = case[:40]
        rows += [
            (agent[c], c, "mild" if first[c] else "strict", quality[c] - 4 * (1 - first[c])) for c in twice
        ]
        ratings = pd.DataFrame(rows, columns=["agent", "case", "inspector", "value"])
        ratings["value"] += generator.normal(0, 1.5, len(ratings))
        frame = adjusted_means(ratings)
        covered.extend(((frame["low"] <= 78) & (frame["high"] >= 78)).tolist())
        plain.append(frame["score"].iloc[2:].mean() - frame["score"].iloc[:2].mean())
    assert np.mean(plain) > 1.5
    assert 0.93 <= np.mean(covered) <= 0.99


def test_means_say_what_they_rest_on():
    rows = [
        ("kim", 1, "a", 8),
        ("kim", 1, "b", 6),
        ("kim", 2, "a", 9),
        ("lee", 3, "b", 5),
        ("lee", 4, "c", 7),
    ]
    rows += [("max", 5, "c", 3), ("ned", 6, "a", 4), ("ned", 6, "b", 3), ("ned", 7, "b", 9)]
    ratings = pd.DataFrame(rows, columns=["agent", "case", "inspector", "value"])
    frame = adjusted_means(ratings, shrunk=False).set_index("agent")
    assert frame["cases"].tolist() == [2, 2, 1, 2]
    assert frame["cases_adjusted"].tolist() == [2, 1, 0, 2]
    assert frame["reason"].tolist() == ["", "one_case_only", "shares_no_case_with_another_inspector", ""]
    assert np.isnan(frame.loc["max", "adjusted"])
    assert frame.loc["lee", "score"] == 6
    scores = adjusted_scores(ratings, shrunk=False).set_index("case")["adjusted"]
    assert frame.loc["kim", "adjusted"] == pytest.approx(scores[[1, 2]].mean())
    with pytest.raises(ValueError, match="Each case belongs to one agent; 1 belongs to 2"):
        adjusted_means(pd.concat([ratings, ratings.iloc[:1].assign(agent="zoe")]))
    assert adjusted_means(ratings.iloc[:0]).empty


def test_order_of_rows_is_irrelevant():
    ratings = double_coded(np.random.default_rng(9), 25, [0, 1, 2])
    shuffled = ratings.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(inspector_severity(ratings), inspector_severity(shuffled))
    pd.testing.assert_frame_equal(adjusted_scores(ratings), adjusted_scores(shuffled))


def test_the_edges():
    columns = ["case", "inspector", "value"]
    assert inspector_severity(pd.DataFrame(columns=columns)).empty
    assert adjusted_scores(pd.DataFrame(columns=columns)).empty
    one = pd.DataFrame([(1, "a", 5), (1, "b", 7)], columns=columns)
    frame = inspector_severity(one)
    assert frame["severity"].tolist() == pytest.approx([1, -1])
    assert frame[["low", "p_value", "shrunk"]].isna().all(axis=None)
    assert set(frame["reason"]) == {"no_residual_degrees_of_freedom"}
    assert set(adjusted_scores(one)["reason"]) == {"no_residual_degrees_of_freedom"}
    alike = pd.DataFrame([(c, i, 5) for c in range(4) for i in "ab"], columns=columns)
    frame = inspector_severity(alike)
    assert frame["severity"].tolist() == [0, 0]
    assert set(frame["reason"]) == {"no_residual_variation"}
    gaps = pd.DataFrame([(1, "a", 5), (1, "b", None), (None, "b", 3)], columns=columns)
    assert inspector_severity(gaps)["inspector"].tolist() == ["a"]


def test_faults_are_said():
    with pytest.raises(
        FrameError, match="inspector severity needs the column value; present: case, inspector"
    ):
        inspector_severity(pd.DataFrame({"case": [1], "inspector": ["a"]}))
    text = pd.DataFrame({"case": [1], "inspector": ["a"], "value": ["good"]})
    with pytest.raises(ValueError, match="needs finite numbers as values; found 'good'"):
        inspector_severity(text)
