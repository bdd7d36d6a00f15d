"""Weights adjusted by class: what becomes of them, of small classes, and of standard errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sqaudit.estimates import Mean, Share, SurveyDesign, Total, estimate, survey
from sqaudit.estimates.adjustment import adjust_for_nonresponse, beside_unadjusted, poststratify

SIMPLE = SurveyDesign(populations="calls")


def asked(answers: dict[str, tuple[int, int]], population: int = 1000) -> pd.DataFrame:
    """Cases of each class, of which the first so many answered; every second answer is good."""
    rows = [
        {"kind": kind, "answered": case < answered, "good": float(case % 2) if case < answered else np.nan}
        for kind, (sampled, answered) in answers.items()
        for case in range(sampled)
    ]
    return pd.DataFrame(rows).assign(calls=population)


def test_answers_carry_the_weight_of_their_class() -> None:
    sample = survey(asked({"new": (60, 30), "old": (40, 40)}), SIMPLE)
    adjusted = adjust_for_nonresponse(sample, "answered", "kind")
    assert adjusted.weights.sum() == pytest.approx(1000)
    classes = adjusted.adjustments[0].classes.set_index("class")
    assert classes["nonrespondents"].to_dict() == {"new": 30, "old": 0}
    assert classes["factor"].tolist() == pytest.approx([2, 1])
    assert adjusted.nonresponse == pytest.approx(0.3)


def test_the_adjusted_figure_stands_beside_the_unadjusted() -> None:
    frame = asked({"new": (60, 30), "old": (40, 40)})
    frame["good"] = np.where(frame["answered"], (frame["kind"] == "old").astype(float), np.nan)
    frame.loc[[0, 60], "good"] = [1.0, 0.0]
    adjusted = adjust_for_nonresponse(survey(frame, SIMPLE), "answered", "kind")
    row = beside_unadjusted(adjusted, Share("good")).iloc[0]
    assert row["unadjusted"] == pytest.approx(40 / 70)
    assert row["estimate"] == pytest.approx(0.6 / 30 + 0.4 * 39 / 40)
    assert row["change"] == pytest.approx(row["estimate"] - row["unadjusted"])


def test_with_one_class_the_error_is_that_of_the_answers_alone() -> None:
    """Answers at random from a simple sample are a simple sample: (1/m - 1/N) s squared."""
    frame = asked({"all": (120, 80)}, population=400)
    frame["value"] = np.where(frame["answered"], np.arange(120) % 7, np.nan)
    adjusted = adjust_for_nonresponse(survey(frame, SIMPLE), "answered", "kind")
    row = estimate(adjusted, Mean("value")).iloc[0]
    expected = np.sqrt((1 / 80 - 1 / 400) * frame["value"].var())
    assert row["estimate"] == pytest.approx(frame["value"].mean())
    assert row["standard_error"] == pytest.approx(expected, rel=0.01)  # n - 1 for m - 1 in one of two terms


def test_small_classes_are_merged_with_the_nearest_response_rate() -> None:
    sample = survey(asked({"a": (30, 10), "b": (60, 25), "c": (50, 50)}), SIMPLE)
    adjusted = adjust_for_nonresponse(sample, "answered", "kind", smallest=20)
    classes = adjusted.adjustments[0].classes.set_index("class")
    assert classes.loc["a", ["merged_into", "reason"]].tolist() == ["b", "few_answers"]
    assert classes.loc[["a", "b"], "factor"].tolist() == pytest.approx([90 / 35] * 2)
    assert classes["nonrespondents"].sum() == 55


def test_small_classes_are_refused_when_asked() -> None:
    sample = survey(asked({"a": (30, 10), "b": (60, 25), "c": (9, 0)}), SIMPLE)
    with pytest.raises(ValueError, match=r"2 classes have fewer than 20 answers: a \(10\), c \(0\)"):
        adjust_for_nonresponse(sample, "answered", "kind", small_classes="refuse")


def test_a_class_without_any_answer_is_merged() -> None:
    sample = survey(asked({"a": (30, 0), "b": (60, 25)}), SIMPLE)
    adjusted = adjust_for_nonresponse(sample, "answered", "kind", smallest=1)
    assert adjusted.weights.sum() == pytest.approx(1000)
    assert np.isfinite(estimate(adjusted, Share("good"))["standard_error"][0])


def test_nobody_answered_and_missing_classes_are_refused_together() -> None:
    frame = asked({"a": (5, 0)})
    frame.loc[0, "kind"] = None
    with pytest.raises(ValueError, match=r"nobody answered.*kind: 1 cases have no class"):
        adjust_for_nonresponse(survey(frame, SIMPLE), "answered", "kind")


def test_poststratification_needs_every_class_on_both_sides() -> None:
    sample = survey(asked({"a": (30, 30), "b": (30, 30)}), SIMPLE)
    with pytest.raises(ValueError, match=r"no size was given for b.*no case of c.*above 0: d"):
        poststratify(sample, "kind", {"a": 500, "c": 100, "d": 0})


def test_poststratification_follows_nonresponse() -> None:
    """Answers first, then the population; a class in which nobody answered needs no size."""
    frame = asked({"new": (60, 30), "old": (40, 40)})
    frame["region"] = np.where(frame.index % 3 == 0, "north", "south")
    frame.loc[59, "region"] = "nowhere"
    answered = adjust_for_nonresponse(survey(frame, SIMPLE), "answered", "kind")
    sample = poststratify(answered, "region", {"north": 400, "south": 600})
    assert sample.weights.sum() == pytest.approx(1000)
    row = beside_unadjusted(sample, Share("good")).iloc[0]
    assert 0 < row["low"] < row["estimate"] < row["high"] < 1
    assert row["standard_error"] == pytest.approx(row["unadjusted_standard_error"], rel=0.2)


def test_a_total_of_the_classes_is_known_after_poststratification() -> None:
    frame = asked({"a": (30, 30), "b": (30, 30)}).assign(one=1.0)
    frame["is_a"] = (frame["kind"] == "a").astype(float)
    sample = poststratify(survey(frame, SIMPLE), "kind", {"a": 300, "b": 700})
    ones, share = estimate(sample, [Total("one"), Share("is_a")]).to_dict("records")
    assert (ones["estimate"], ones["standard_error"]) == (pytest.approx(1000), 0)
    assert (share["estimate"], share["standard_error"]) == (pytest.approx(0.3), pytest.approx(0, abs=1e-12))


def test_domains_after_poststratification() -> None:
    """Weights change alike within a class, so that figures of the classes stay as they were."""
    frame = asked({"a": (30, 30), "b": (30, 30)})
    sample = survey(frame, SIMPLE)
    after = poststratify(sample, "kind", {"a": 300, "b": 700})
    before, found = estimate(sample, Share("good"), by="kind"), estimate(after, Share("good"), by="kind")
    assert found["estimate"].tolist() == pytest.approx(before["estimate"].tolist())
    assert found["standard_error"].tolist() == pytest.approx(before["standard_error"].tolist())
    assert found["population"].tolist() == pytest.approx([300, 700])


def test_adjusted_shares_are_covered_when_answers_depend_on_the_class() -> None:
    generator = np.random.default_rng(20260104)
    kind = np.repeat([0, 1], [600, 900])
    good = generator.random(1500) < np.array([0.5, 0.9])[kind]
    held = []
    for _ in range(120):
        rows = generator.choice(1500, 250, replace=False)
        answered = generator.random(250) < np.array([0.4, 0.8])[kind[rows]]
        frame = pd.DataFrame({"kind": kind[rows], "answered": answered, "calls": 1500})
        frame["good"] = np.where(answered, good[rows].astype(float), np.nan)
        adjusted = adjust_for_nonresponse(survey(frame, SIMPLE), "answered", "kind")
        row = estimate(adjusted, Share("good")).iloc[0]
        held.append(row["low"] <= good.mean() <= row["high"])
    assert 0.91 <= np.mean(held) <= 0.99  # 120 repeats: 95 % plus and minus two standard errors
