"""The change of a score, shared out to indicators: held against the scorer itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit.causes.composite import SPECIAL, composite_parts
from sqaudit.errors import FrameError
from sqaudit.scoring import score, scorecard
from sqaudit.standards.model import Standard

NAN = float("nan")
WEIGHTS = {"a": 15, "b": 15, "c": 20, "d": 15, "e": 10, "f": 25}  # as in table 1 of S3


def standard(not_assessable: str, cap: str = "at_weight") -> Standard:
    return Standard.model_validate(
        {
            "standard": "s", "version": "1", "title": {"zh": "标准", "en": "Standard"},
            "scoring": {"rule": "ratio_to_target", "cap": cap, "not_assessable": not_assessable},
            "grades": [{"from": bound, "en": str(bound)} for bound in (90, 80, 70, 0)],
            "indicators": [
                {
                    "id": name, "name": {"zh": name, "en": name}, "clause": "1", "dimension": "timeliness",
                    "records": "visit", "measure": {"share": "arrived_at <= promised_at"},
                    "direction": "higher", "target": 0.85, "weight": weight, "evidence": "census",
                }
                for name, weight in WEIGHTS.items()
            ],
        }
    )  # fmt: skip


def card(values: list[float], rules: Standard) -> pd.DataFrame:
    verdicts = ["not_assessable" if np.isnan(value) else "met" for value in values]
    figures = pd.DataFrame({"indicator": list(WEIGHTS), "value": values, "target": 0.85, "verdict": verdicts})
    return scorecard(figures, rules)


figure = st.floats(0, 1) | st.just(NAN)


@settings(max_examples=30, deadline=None)
@given(
    before=st.lists(figure, min_size=6, max_size=6),
    now=st.lists(figure, min_size=6, max_size=6),
    not_assessable=st.sampled_from(["renormalise", "zero"]),
    cap=st.sampled_from(["none", "at_weight", "at_120"]),
)
def test_parts_add_up_to_what_the_scorer_says(
    before: list[float], now: list[float], not_assessable: str, cap: str
) -> None:
    rules = standard(not_assessable, cap)
    cards = [card(values, rules) for values in (before, now)]
    scores = [score(one, rules) for one in cards]
    table = composite_parts(
        *cards, not_assessable=not_assessable,  # type: ignore[arg-type]
        weight_total_before=scores[0].weight_total, weight_total_now=scores[1].weight_total,
    )  # fmt: skip
    change = scores[1].score - scores[0].score
    assert table["part"].sum(skipna=False) == pytest.approx(change, abs=1e-9, nan_ok=True)
    if cap == "none" and not np.isnan(change):
        assert np.allclose(table["cap"], 0, atol=1e-9)


def points(earned: dict[str, float], raw: dict[str, float] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"indicator": list(WEIGHTS), "weight": list(WEIGHTS.values())})
    shares = frame["indicator"].map({**dict.fromkeys(WEIGHTS, 0.8), **earned})
    raws = frame["indicator"].map({**dict.fromkeys(WEIGHTS, 0.8), **earned, **(raw or {})})
    return frame.assign(raw_score=frame["weight"] * raws, capped_score=frame["weight"] * shares)


def parts(before: pd.DataFrame, now: pd.DataFrame, **more: object) -> pd.DataFrame:
    table = composite_parts(before, now, weight_total_before=100, weight_total_now=100, **more)  # type: ignore[arg-type]
    return table.set_index("indicator")


def test_an_indicator_that_drops_out_is_weight_and_the_others_keep_their_figures() -> None:
    """f earned 40 of 100 in its 25 points; without it the score rises from 70 to 80 and no figure moved."""
    table = parts(points({"f": 0.4}), points({"f": NAN}))
    assert table["part"].sum() == pytest.approx(10)
    assert (table["figure"] == 0).all()
    assert table.loc["f", "presence"] == "gone"
    # Its weight of 25 went with a share of .4 where the mean score is .75: 25 x .35.
    assert table.loc["f", "weight"] == pytest.approx(25 * 0.35)


def test_counted_as_zero_it_costs_its_own_points_only() -> None:
    table = parts(points({"f": 0.4}), points({"f": NAN}), not_assessable="zero")
    assert table["part"].to_dict() == pytest.approx({"f": -10, "a": 0, "b": 0, "c": 0, "d": 0, "e": 0})


def test_what_a_cap_swallows_is_kept_apart() -> None:
    table = parts(points({"c": 0.9}), points({"c": 1.0}, raw={"c": 1.2}))
    assert table.loc["c", ["figure", "cap", "part"]].tolist() == pytest.approx([6, -4, 2])


def test_who_decided_the_grade() -> None:
    table = parts(points({}), points({"a": 0.6, "b": 0.9}), bounds=[90, 80, 70, 0])
    assert table["part"].sum() == pytest.approx(-1.5)
    assert table["decides"].to_dict() == {
        "a": True,
        "b": False,
        "c": False,
        "d": False,
        "e": False,
        "f": False,
    }
    assert list(table.index[:2]) == ["a", "b"]


def test_special_points_stand_apart() -> None:
    table = parts(points({}), points({}), special_before=2.0, special_now=5.0)
    assert table.loc[SPECIAL, "part"] == 3
    assert table["part"].sum() == 3


def test_without_a_score_nothing_is_shared_out_and_twins_are_refused() -> None:
    none = points(dict.fromkeys(WEIGHTS, NAN))
    assert parts(none, points({}))["part"].isna().all()
    with pytest.raises(FrameError, match="one row per indicator in each period"):
        parts(pd.concat([none, none]), none)
    with pytest.raises(FrameError, match="a scorecard to compare needs the column capped_score"):
        parts(none.drop(columns="capped_score"), none)


def test_rows_in_any_order_give_the_same_table() -> None:
    before, now = points({"a": 0.5, "d": NAN}), points({"b": 0.95})
    pd.testing.assert_frame_equal(
        parts(before, now), parts(before.iloc[::-1], now.sample(frac=1, random_state=3))
    )
