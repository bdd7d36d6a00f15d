"""Scores and grades of S3, through standards written as a user writes them (rules.md A01-A08)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from sqaudit.errors import FrameError
from sqaudit.scoring import attainment, grade, points, score, scorecard
from sqaudit.standards import Standard, read_standard
from sqaudit.verdicts import verdict

GRADES = """
grades:
  - {from: 90, zh: 优秀, en: Excellent}
  - {from: 80, zh: 良好, en: Good}
  - {from: 70, zh: 达标, en: Acceptable}
  - {from: 0, zh: 待改进, en: Needs improvement}
"""
S3 = {  # weight, target, actual, points of S3's worked example
    "first_contact": (20, 0.85, 0.80, 18.82),
    "response": (15, 0.90, 0.88, 14.67),
    "arrival": (15, 0.85, 0.75, 13.24),
    "resolved": (20, 0.80, 0.82, 20.50),
    "first_pass": (15, 0.95, 0.93, 14.68),
    "process": (10, 0.98, 0.96, 9.80),
}
TABLE_1 = ("response", "arrival", "resolved", "first_pass", "process")


def standard(
    folder: Path, indicators: list[dict[str, Any]], scoring: str = "", grades: str = GRADES
) -> Standard:
    listed = [
        {"name": one["id"], "records": "visit", "measure": {"share": "first_pass_accepted"}, **one}
        for one in indicators
    ]
    path = folder / "standard.yaml"
    text = yaml.safe_dump({"standard": "tested", "title": "Tested", "indicators": listed}, allow_unicode=True)
    path.write_text(f"{text}\n{scoring}\n{grades}", encoding="utf-8")
    return read_standard(path)


def higher(name: str, weight: float, target: float | str | None, **more: Any) -> dict[str, Any]:
    aim = {} if target is None else {"target": target}
    return {"id": name, "weight": weight, "direction": "higher", **aim, **more}


def figures(model: Standard, values: dict[str, float], **columns: dict[str, float]) -> pd.DataFrame:
    rows = []
    for one in model.indicators:
        target = one.target_for({}, None, None)
        row = {
            "value": values.get(one.id, math.nan),
            "low": math.nan,
            "high": math.nan,
            "denominator": math.nan,
        }
        row |= {name: given.get(one.id, math.nan) for name, given in columns.items()}
        row["target"] = math.nan if target is None else target
        rows.append({"indicator": one.id, **row, "verdict": verdict(one, row, row["target"])})
    return pd.DataFrame(rows)


def carded(model: Standard, values: dict[str, float]) -> pd.DataFrame:
    return scorecard(figures(model, values), model).set_index("indicator", drop=False)


def s3(
    folder: Path, names: tuple[str, ...] = TABLE_1, scoring: str = "", rest: tuple[dict[str, Any], ...] = ()
) -> Standard:
    return standard(folder, [*(higher(name, *S3[name][:2]) for name in names), *rest], scoring)


ACTUAL = {name: row[2] for name, row in S3.items()}


def test_the_worked_values_of_s3(tmp_path: Path) -> None:
    card = carded(s3(tmp_path, tuple(S3)), ACTUAL)
    assert card["raw_score"].round(2).to_dict() == {name: row[3] for name, row in S3.items()}
    assert card["capped_score"].round(2).to_dict() == {name: min(row[3], row[0]) for name, row in S3.items()}


def test_the_sum_of_table_1(tmp_path: Path) -> None:
    lost = ({"id": "csat", "weight": 15}, {"id": "complaints", "weight": 10})
    model = s3(tmp_path, rest=lost)
    result = score(carded(model, ACTUAL), model)
    assert (round(result.raw, 2), round(result.capped, 2)) == (72.88, 72.38)
    assert (result.weight_assessed, result.weight_total) == (75, 100)
    assert result.score == pytest.approx(result.capped * 100 / 75)
    assert result.score_raw == pytest.approx(result.raw * 100 / 75)
    assert (result.targets_met, result.targets_judged) == (1, 5)
    assert result.not_assessed == ("csat", "complaints")
    assert (result.grade_zh, result.grade_en, result.gated) == ("优秀", "Excellent", False)


def test_the_lost_rows_at_their_target(tmp_path: Path) -> None:
    """A02: 97.9, capped 97.4, though four of five targets are missed."""
    lost = (higher("csat", 15, 0.9), higher("complaints", 10, 0.9))
    model = s3(tmp_path, rest=lost)
    result = score(carded(model, {**ACTUAL, "csat": 0.9, "complaints": 0.9}), model)
    assert (round(result.score_raw, 1), round(result.score, 1)) == (97.9, 97.4)
    assert (result.targets_met, result.targets_judged) == (3, 7)


def test_arrival_at_75_or_85_is_176_points(tmp_path: Path) -> None:
    model = s3(tmp_path)
    low, high = (score(carded(model, {**ACTUAL, "arrival": value}), model).raw for value in (0.75, 0.85))
    assert round(high - low, 2) == 1.76


def test_missing_indicators_count_as_zero_where_the_standard_says_so(tmp_path: Path) -> None:
    model = s3(tmp_path, scoring="scoring: {not_assessable: zero}", rest=(higher("csat", 25, 0.9),))
    result = score(carded(model, ACTUAL), model)
    assert result.score == pytest.approx(result.capped)
    assert round(result.score, 2) == 72.38
    assert result.not_assessed == ("csat",)
    assert result.grade_en == "Acceptable"


def test_nothing_to_score(tmp_path: Path) -> None:
    for scoring in ("", "scoring: {not_assessable: zero}"):
        model = s3(tmp_path, scoring=scoring)
        result = score(carded(model, {}), model)
        assert math.isnan(result.score)
        assert (result.grade_zh, result.grade_en) == ("", "")
        assert result.not_assessed == TABLE_1
        assert (result.targets_met, result.targets_judged) == (0, 0)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (-1, ""),
        (0, "Needs improvement"),
        (69.99, "Needs improvement"),
        (70, "Acceptable"),
        (79.5, "Acceptable"),
        (79.99, "Acceptable"),
        (80, "Good"),
        (89.5, "Good"),
        (89.999, "Good"),
        (90, "Excellent"),
        (104, "Excellent"),
        (math.nan, ""),
    ],
)
def test_band_edges(tmp_path: Path, value: float, name: str) -> None:
    assert grade(value, s3(tmp_path))[1] == name


@pytest.mark.parametrize("part", [0.7, 0.8, 0.9])
@pytest.mark.parametrize(
    "weights", [[15, 15, 20, 15, 10, 15, 10], [33.3, 33.3, 33.4], [0.1] * 10, [7] * 9, [1, 2, 4, 8, 16]]
)
def test_sums_of_binary_fractions_reach_their_band(tmp_path: Path, weights: list[float], part: float) -> None:
    """A02: everything at 90 % of its target is exactly 90, in whatever order it is added."""
    targets = [0.98, 0.85, 0.9, 0.7, 0.95, 0.3, 0.6]
    rows = [higher(f"i{place}", weight, targets[place % 7]) for place, weight in enumerate(weights)]
    model = standard(tmp_path, rows)
    for turned in (rows, rows[::-1]):
        values = {row["id"]: row["target"] * part for row in turned}
        result = score(carded(model, values), model)
        assert result.score == pytest.approx(100 * part)
        assert result.grade_en == {0.7: "Acceptable", 0.8: "Good", 0.9: "Excellent"}[part]


def lower(name: str, target: float, unit: str = "share", **more: Any) -> dict[str, Any]:
    measure = {"share": "first_pass_accepted"} if unit == "share" else {"mean": "1"}
    return {
        "id": name,
        "weight": 10,
        "direction": "lower",
        "target": target,
        "measure": measure,
        "unit": unit,
        **more,
    }


@pytest.mark.parametrize(
    ("row", "value", "expected"),
    [
        (lower("late_share", 0.05), 0.05, 1.0),
        (lower("late_share", 0.05), 0.24, 0.8),  # (1 - .24) / (1 - .05)
        (lower("late_share", 0.05), 0.0, 1 / 0.95),
        (lower("late_share", 0.0), 0.0, 1.0),
        (lower("late_share", 0.0), 0.001, 0.0),
        (lower("late_share", 0.0, tolerance=0.01), 0.01, 1.0),
        (lower("handling", 30, "seconds"), 40, 0.75),
        (lower("handling", 30, "seconds"), 30, 1.0),
        (lower("handling", 30, "seconds"), 20, 1.5),
        (lower("handling", 30, "seconds"), 0, 1.2),
        (lower("complaints", 0, "count"), 0, 1.0),
        (lower("complaints", 0, "count"), 1, 0.0),
        (lower("complaints", 5, "count"), 10, 0.5),
        (higher("rate", 10, 0.8), 0.0, 0.0),
        (higher("rate", 10, 0.8), 1.0, 1.25),
        (higher("nps", 10, 40, unit="points"), -20, -0.5),
        (higher("rate", 10, None), 0.9, math.nan),
        (higher("rate", 10, 0.8), math.nan, math.nan),
    ],
)
def test_attainment(tmp_path: Path, row: dict[str, Any], value: float, expected: float) -> None:
    """A03: complement for shares, target over actual for times and counts, pass or fail for zero."""
    model = standard(tmp_path, [row])
    one = model.indicators[0]
    target = one.target_for({}, None, None)
    found = attainment(one, value, math.nan if target is None else target, model.scoring)
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("scale", "expected"), [("score/5", 0.6), ("(score-1)/4", 0.5)])
def test_panel_scales(tmp_path: Path, scale: str, expected: float) -> None:
    """A04: 3 of 5 is 60 or 50, never 3 x the weight."""
    panel = {
        "id": "panel",
        "weight": 10,
        "direction": "higher",
        "measure": {"mean": "1"},
        "evidence": "panel",
    }
    model = standard(tmp_path, [panel], f"scoring: {{panel_scale: {scale}}}")
    card = carded(model, {"panel": 3.0})
    assert card.loc["panel", "attainment"] == pytest.approx(expected)
    assert card.loc["panel", "capped_score"] == pytest.approx(10 * expected)
    assert (card.loc["panel", "verdict"], card.loc["panel", "trigger"]) == ("monitored", "attainment")
    result = score(card, model)
    assert result.score == pytest.approx(100 * expected)
    assert (result.targets_met, result.targets_judged) == (0, 0)


def test_a_panel_with_a_target_is_held_against_it(tmp_path: Path) -> None:
    panel = higher("panel", 10, 4, measure={"mean": "1"}, evidence="panel")
    model = standard(tmp_path, [panel])
    assert attainment(model.indicators[0], 3, 4, model.scoring) == 0.75


RULES = {
    "ratio_to_target": {1.3: 1.3, 1.0: 1.0, 0.9: 0.9, 0.79: 0.79, 0.0: 0.0, -0.5: 0.0},
    "linear_floor": {1.3: 2.5, 1.0: 1.0, 0.9: 0.5, 0.8: 0.0, 0.5: 0.0},
    "binary": {1.3: 1.0, 1.0: 1.0, 0.9999999999: 1.0, 0.999: 0.0, 0.0: 0.0},
    "piecewise": {1.3: 1.0, 1.0: 1.0, 0.99: 0.8, 0.95: 0.8, 0.9: 0.6, 0.8: 0.3, 0.79: 0.0},
}
CAPS = {"none": math.inf, "at_weight": 1.0, "at_120": 1.2}


@pytest.mark.parametrize("cap", CAPS)
@pytest.mark.parametrize("rule", RULES)
def test_four_rules_and_three_caps(tmp_path: Path, rule: str, cap: str) -> None:
    scoring = s3(tmp_path, scoring=f"scoring: {{rule: {rule}, cap: {cap}}}").scoring
    for reached, earned in RULES[rule].items():
        assert points(reached, scoring) == pytest.approx((earned, min(earned, CAPS[cap])))
    assert all(math.isnan(part) for part in points(math.nan, scoring))


def test_steps_of_a_standard(tmp_path: Path) -> None:
    scoring = s3(tmp_path, scoring="scoring: {rule: piecewise, steps: [[0.5, 40%], [0.99, 1]]}").scoring
    assert [points(reached, scoring)[0] for reached in (0.49, 0.5, 0.98, 0.99)] == [0, 0.4, 0.4, 1]


def test_all_or_nothing_knows_the_tolerance(tmp_path: Path) -> None:
    model = standard(tmp_path, [higher("rate", 10, 0.9, tolerance="1%")], "scoring: {rule: binary}")
    assert [carded(model, {"rate": value}).loc["rate", "raw_score"] for value in (0.889, 0.89, 0.9)] == [
        0,
        10,
        10,
    ]


def test_the_best_grade_wants_every_critical_indicator(tmp_path: Path) -> None:
    rows = [higher("safety", 10, 0.99, critical=True), higher("rate", 90, 0.8)]
    model = standard(tmp_path, rows, "scoring: {grade_gate: true}")
    met = score(carded(model, {"safety": 0.99, "rate": 0.9}), model)
    assert (met.grade_en, met.gated) == ("Excellent", False)
    for value in (0.98, math.nan):  # missed, and not known
        result = score(carded(model, {"safety": value, "rate": 0.9}), model)
        assert result.score > 90
        assert (result.grade_zh, result.grade_en, result.gated) == ("良好", "Good", True)
    open_gate = standard(tmp_path, rows)
    assert score(carded(open_gate, {"safety": 0.5, "rate": 0.9}), open_gate).grade_en == "Excellent"


def test_grade_names_fall_back_to_the_other_language(tmp_path: Path) -> None:
    model = standard(tmp_path, [higher("rate", 10, 0.9)], grades="grades: [{from: 0, zh: 好}]")
    assert grade(50, model) == ("好", "好")


TRIGGERS = [  # value, target, what calls for an analysis (A08)
    (0.75, 0.85, "actual, below_target"),  # S3's own example: 88 % attained, 75 % actual
    (0.60, 0.85, "attainment, actual, below_target"),
    (0.82, 0.85, "below_target"),
    (0.85, 0.85, ""),
    (0.70, 0.70, "actual"),
    (0.79, 0.70, "actual"),
    (0.80, 0.70, ""),
]


@pytest.mark.parametrize(("value", "target", "expected"), TRIGGERS)
def test_what_calls_for_an_analysis(tmp_path: Path, value: float, target: float, expected: str) -> None:
    model = standard(tmp_path, [higher("rate", 10, target)])
    assert carded(model, {"rate": value}).loc["rate", "trigger"] == expected


def test_triggers_of_the_standard(tmp_path: Path) -> None:
    surveyed = [higher("rate", 10, 0.9, evidence="survey"), higher("other", 10, None)]
    setting = (
        "scoring: {root_cause_trigger: [below_target, below_target_with_confidence], trigger_below: 70%}"
    )
    model = standard(tmp_path, surveyed, setting)
    bounds = {
        (0.85, 0.80, 0.95): "below_target",
        (0.7, 0.6, 0.8): "below_target, below_target_with_confidence",
        (0.95, 0.91, 0.99): "",
    }
    for (value, low, high), expected in bounds.items():
        frame = figures(model, {"rate": value, "other": 0.1}, low={"rate": low}, high={"rate": high})
        card = scorecard(frame, model).set_index("indicator")
        assert card["trigger"].to_dict() == {"rate": expected, "other": ""}


def test_a_trigger_knows_the_tolerance_and_the_direction(tmp_path: Path) -> None:
    model = standard(
        tmp_path,
        [higher("rate", 10, 0.9, tolerance=0.01), lower("late_share", 0.05), lower("wait", 30, "seconds")],
    )
    card = carded(model, {"rate": 0.895, "late_share": 0.3, "wait": 31})
    assert card["trigger"].to_dict() == {
        "rate": "",
        "late_share": "attainment, below_target",
        "wait": "below_target",
    }


def test_columns_in_and_out(tmp_path: Path) -> None:
    model = s3(tmp_path)
    frame = figures(model, ACTUAL).assign(note="kept")
    card = scorecard(frame, model)
    added = [
        "dimension",
        "clause",
        "weight",
        "critical",
        "attainment",
        "raw_score",
        "capped_score",
        "trigger",
    ]
    assert list(card.columns) == [*frame.columns, *added]
    assert list(scorecard(frame.head(0), model).columns) == list(card.columns)
    assert math.isnan(score(scorecard(frame.head(0), model), model).score)
    assert frame.columns.to_list()[-1] == "note"  # what came in is as it was


def test_what_cannot_be_scored_is_refused(tmp_path: Path) -> None:
    model = s3(tmp_path)
    frame = figures(model, ACTUAL)
    with pytest.raises(FrameError) as caught:
        scorecard(frame.drop(columns=["verdict", "value"]), model)
    assert str(caught.value).startswith(
        "a table of figures to score needs the columns value, verdict; present: "
    )
    with pytest.raises(FrameError) as caught:
        scorecard(frame.assign(indicator=["response", "x", "resolved", "y", "process"]), model)
    assert str(caught.value) == (
        "the standard has no indicator x, y; it has response, arrival, resolved, first_pass, process."
    )
    with pytest.raises(FrameError) as caught:
        score(scorecard(pd.concat([frame, frame]), model), model)
    assert (
        str(caught.value)
        == "a score needs one row per indicator: keep one period, and the rows that total it."
    )


def test_weights_out_of_force_are_not_missing(tmp_path: Path) -> None:
    rows = [higher("now", 60, 0.9, **{"from": "2026-07-01"}), higher("before", 40, 0.9, until="2026-06-30")]
    model = standard(tmp_path, rows)
    frame = figures(model, {"now": 0.9}).head(1).assign(period="2026-Q3")
    result = score(scorecard(frame, model), model)
    assert (result.weight_total, result.not_assessed) == (60, ())
    without = score(scorecard(frame.drop(columns="period"), model), model)
    assert (without.weight_total, without.not_assessed) == (100, ("before",))


def test_a_score_is_plain_enough_for_json(tmp_path: Path) -> None:
    model = s3(tmp_path, rest=(higher("csat", 25, 0.9),))
    told = score(carded(model, ACTUAL), model).as_dict()
    assert told["not_assessed"] == ["csat"]
    assert {type(value) for value in told.values()} <= {int, float, str, bool, list}


CONFORMITY = [
    higher("on_time", 40, 0.9),
    {"id": "late", "weight": 20, "direction": "lower", "target": 0.05},
    {
        "id": "rating", "weight": 30, "direction": "higher", "unit": "points", "measure": {"mean": "score"},
        "records": "survey",
    },
    {
        "id": "panel", "weight": 10, "records": "panel_rating", "measure": {"mean": "rating"},
        "unit": "points", "direction": "higher", "evidence": "panel",
    },
]  # fmt: skip


@pytest.mark.parametrize("rule", ["weighted_mean", "gbt_27922"])
def test_scores_without_targets(tmp_path: Path, rule: str) -> None:
    """0.8 x 40 + (1 - 0.1) x 20 + 0.75 x 30 + 4/5 x 10 = 32 + 18 + 22.5 + 8 = 80.5 of 100."""
    model = standard(tmp_path, CONFORMITY, f"scoring: {{rule: {rule}}}")
    result = score(carded(model, {"on_time": 0.8, "late": 0.1, "rating": 75, "panel": 4}), model)
    assert result.score == pytest.approx(80.5)
    assert result.grade_en == "Good"


@pytest.mark.parametrize("rule", ["weighted_mean", "gbt_27922"])
def test_what_does_not_apply_leaves_the_base(tmp_path: Path, rule: str) -> None:
    """Obtained of applicable: (32 + 8) of (40 + 10) is 80 of 100."""
    model = standard(tmp_path, CONFORMITY, f"scoring: {{rule: {rule}}}")
    assert score(carded(model, {"on_time": 0.8, "panel": 4}), model).score == pytest.approx(80)


def test_a_figure_without_a_scale_is_not_scored(tmp_path: Path) -> None:
    """A waiting time in minutes is no share of anything without a target."""
    minutes = {**lower("wait", 3, "minutes", measure={"mean": "reported_at"}), "weight": 60}
    model = standard(tmp_path, [higher("on_time", 40, 0.9), minutes], "scoring: {rule: weighted_mean}")
    result = score(carded(model, {"on_time": 0.8, "wait": 2}), model)
    assert (result.score, result.not_assessed) == (pytest.approx(80), ("wait",))


@pytest.mark.parametrize(
    ("innovation", "breach", "expected"),
    [(0.9, 0.0, 90 + 3), (0.1, 0.0, 90), (0.9, 0.2, 90 + 3 - 10), (0.1, 0.2, 90 - 10)],
)
def test_special_points_stand_outside_the_weights(
    tmp_path: Path, innovation: float, breach: float, expected: float
) -> None:
    """Three points for an innovation target that is met, ten off for a breach that occurs."""
    special = [
        {"id": "innovation", "direction": "higher", "target": 0.5, "special": 3},
        {"id": "breach", "direction": "lower", "target": 0, "special": -10},
    ]
    for rule, extra in (("gbt_27922", expected), ("weighted_mean", 90)):
        model = standard(tmp_path, [higher("on_time", 100, 0.9), *special], f"scoring: {{rule: {rule}}}")
        result = score(carded(model, {"on_time": 0.9, "innovation": innovation, "breach": breach}), model)
        assert result.score == pytest.approx(extra)
