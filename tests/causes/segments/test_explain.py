"""What a reader asks: planted segments of every kind of measure, abstaining, levels, order, faults."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sqaudit.causes.explain import explain_change, explain_forecast, explain_level, explain_table
from sqaudit.errors import ParameterError

from .planted import DIMENSIONS, cells, period, shares

CAUSE = "team == 't1' and channel == 'c0'"
NAMED = ["team=t1 & channel=c0"]


def of_shares(frame: pd.DataFrame, **more: object) -> object:
    return explain_change(period(frame, 0), period(frame, 1), DIMENSIONS, bad="bad", count="count", **more)


def test_a_planted_share_is_found_with_its_figures() -> None:
    frame = shares(20_000, seed=1, cause=CAUSE)
    answer = of_shares(frame)
    assert answer.outcome == "segments"
    row = answer.segments.iloc[0]
    own = frame.query(CAUSE)
    assert answer.segments["segment"].tolist() == NAMED
    assert row["where"] == "\"team\" = 't1' AND \"channel\" = 'c0'"
    assert row["count_now"] == own["n1"].sum()
    assert row["observed_before"] == own["b0"].sum()
    assert row["excess"] == pytest.approx(0.15 * own["n1"].sum(), rel=0.2)
    assert row["expected"] + row["excess"] == pytest.approx(own["b1"].sum())
    assert row["p_adjusted"] < 1e-6
    assert answer.notes[0] == "where_not_why"


def test_records_give_the_same_as_cells() -> None:
    frame = shares(4_000, seed=1, cause=CAUSE, more=0.3)
    records = []
    for place in (0, 1):
        cells_now = period(frame, place)
        good = cells_now.loc[cells_now.index.repeat(cells_now["count"] - cells_now["bad"]), DIMENSIONS]
        bad = cells_now.loc[cells_now.index.repeat(cells_now["bad"]), DIMENSIONS]
        records.append(pd.concat([good.assign(late=False), bad.assign(late=True)]))
    answer = explain_change(*records, DIMENSIONS, bad="late")
    pd.testing.assert_frame_equal(answer.segments, of_shares(frame).segments)


def test_the_order_of_rows_and_of_periods_in_a_table_is_irrelevant() -> None:
    frame = shares(20_000, seed=1, cause=CAUSE)
    first = of_shares(frame).segments
    shuffled = frame.sample(frac=1.0, random_state=3)
    pd.testing.assert_frame_equal(of_shares(shuffled).segments, first)
    table = explain_table(shuffled, DIMENSIONS, count=("n0", "n1"), bad=("b0", "b1"))
    pd.testing.assert_frame_equal(table.segments, first)


def test_hash_seed_and_threads_are_irrelevant() -> None:
    code = (
        "from tests.causes.segments.test_explain import *;"
        "print(of_shares(shares(20_000, seed=1, cause=CAUSE)).segments.to_json(double_precision=15))"
    )
    said = set()
    for seed, threads in (("0", "1"), ("17", "2")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads}
        said.add(
            subprocess.run(
                [sys.executable, "-c", code], env=environment, check=True, capture_output=True
            ).stdout
        )
    assert len(said) == 1


def test_a_planted_mean_is_found() -> None:
    frame = cells(6_000, seed=2)
    generator = np.random.default_rng(5)
    parts = []
    for place in (0, 1):
        rows = frame.loc[frame.index.repeat(frame[f"n{place}"])]
        hit = rows.index.isin(frame.query(CAUSE).index)
        minutes = 30 + 40 * rows["rate"] + 6 * generator.standard_normal(len(rows)) + 5.0 * hit * place
        parts.append(rows[DIMENSIONS].assign(minutes=minutes))
    answer = explain_change(*parts, DIMENSIONS, value="minutes")
    assert answer.segments["segment"].tolist() == NAMED
    row = answer.segments.iloc[0]
    assert row["rate_now"] - row["rate_before"] == pytest.approx(5.0, abs=0.6)
    assert row["shift"] == pytest.approx(5 / 6, abs=0.1)


def test_a_planted_count_is_found() -> None:
    frame = cells(60_000, seed=2)
    generator = np.random.default_rng(5)
    exposure = frame["n0"] / 10.0 + 5.0
    parts = []
    for place in (0, 1):
        hit = frame.index.isin(frame.query(CAUSE).index) * place
        events = generator.poisson(exposure * 10 * frame["rate"] * (1 + 1.5 * hit))
        parts.append(frame[DIMENSIONS].assign(complaints=events, days=exposure))
    answer = explain_change(*parts, DIMENSIONS, count="complaints", exposure="days")
    assert answer.segments["segment"].tolist() == NAMED
    assert answer.segments["shift"].iloc[0] == pytest.approx(np.log(2.5), abs=0.2)


def test_a_mix_shift_is_never_called_a_cause() -> None:
    frame = shares(60_000, seed=4, mix_shift=1.2)
    answer = of_shares(frame)
    assert answer.outcome == "mix_only"
    assert len(answer.segments) == 0
    assert "mix_shift" in answer.notes
    assert answer.total["p_total"] < 0.001 < 0.05 < answer.total["p_general"]


def test_everything_worse_alike_is_general() -> None:
    frame = shares(20_000, seed=3, cause="tier == tier", more=0.06)
    answer = of_shares(frame)
    assert (answer.outcome, len(answer.segments)) == ("general", 0)


def test_who_is_below_target_needs_no_period_before() -> None:
    frame = cells(20_000, seed=6).assign(rate=0.08, b0=0)
    hit = frame.index.isin(frame.query(CAUSE).index)
    frame["b1"] = np.random.default_rng(6).binomial(frame["n1"], frame["rate"] + 0.2 * hit)
    answer = explain_level(period(frame, 1), DIMENSIONS, bad="bad", count="count", target=0.08)
    row = answer.segments.iloc[0]
    assert row["segment"] == NAMED[0]
    assert row["expected"] == pytest.approx(0.08 * row["count_now"])
    assert np.isnan(row["rate_before"])


def test_who_is_worse_than_the_rest_is_held_against_the_rest_without_itself() -> None:
    frame = pd.DataFrame({"team": list("ABCDE"), "count": 800, "bad": [40, 41, 39, 40, 160]})
    answer = explain_level(frame, ["team"], bad="bad", count="count")
    assert answer.segments["segment"].tolist() == ["team=E"]
    assert answer.segments["expected"].iloc[0] == pytest.approx(40.0)


def test_levels_of_means() -> None:
    generator = np.random.default_rng(1)
    frame = pd.DataFrame({"team": np.repeat(list("ABCD"), 200), "minutes": generator.normal(20, 5, 800)})
    frame.loc[frame["team"] == "C", "minutes"] += 6
    assert explain_level(frame, ["team"], value="minutes").segments["segment"].tolist() == ["team=C"]
    assert explain_level(frame, ["team"], value="minutes", target=20.0).segments["segment"].tolist() == [
        "team=C"
    ]


def test_a_segment_that_shares_its_cases_is_named_as_indistinguishable() -> None:
    frame = shares(20_000, seed=1, cause="team == 't1'")
    frame["depot"] = frame["team"].str.replace("t", "d")
    answer = explain_table(frame, [*DIMENSIONS, "depot"], count=("n0", "n1"), bad=("b0", "b1"))
    assert answer.segments["segment"].tolist() == ["team=t1"]
    assert answer.segments["alternatives"].tolist() == [("depot=d1",)]
    assert "alternatives" in answer.notes


def test_a_missing_value_is_a_value_of_its_own() -> None:
    frame = shares(20_000, seed=1, cause="team == 't1'")
    frame["team"] = frame["team"].where(frame["team"] != "t1")
    answer = of_shares(frame)
    assert answer.segments["segment"].tolist() == ["team=(missing)"]
    assert answer.segments["where"].tolist() == ['"team" IS NULL']
    assert answer.segments["conditions"].tolist() == [(("team", None),)]
    assert "missing_values" in answer.notes


def test_history_shows_how_far_teams_wander_anyway() -> None:
    generator = np.random.default_rng(8)
    frame = cells(60_000, seed=8, mix_shift=0.0)
    periods = []
    for _ in range(7):
        effect = frame["team"].map(
            dict(zip(sorted(frame["team"].unique()), generator.normal(0, 0.4, 5), strict=True))
        )
        odds = frame["rate"] / (1 - frame["rate"]) * np.exp(effect)
        bad = generator.binomial(frame["n0"], odds / (1 + odds))
        periods.append(frame[DIMENSIONS].assign(count=frame["n0"], bad=bad))
    *history, before, now = periods
    alone = explain_change(before, now, DIMENSIONS, bad="bad", count="count")
    assert alone.outcome == "segments"
    assert "dispersion_unknown" in alone.notes
    known = explain_change(before, now, DIMENSIONS, bad="bad", count="count", history=history)
    assert len(known.segments) == 0
    assert "dispersion_unknown" not in known.notes
    said = explain_change(before, now, DIMENSIONS, bad="bad", count="count", dispersion={("team",): 0.6})
    assert "team" not in " ".join(said.segments.loc[said.segments["depth"] == 1, "segment"])


def test_no_rows_is_an_answer() -> None:
    nothing = pd.DataFrame({"team": [], "count": [], "bad": []})
    answer = explain_change(nothing, nothing, ["team"], bad="bad", count="count")
    assert (answer.outcome, len(answer.segments)) == ("noise", 0)
    assert np.isnan(answer.total["rate_now"])


def test_everybody_off_target_is_general() -> None:
    frame = pd.DataFrame({"team": list("ABCD"), "count": 2_000, "bad": [500, 510, 490, 505]})
    answer = explain_level(frame, ["team"], bad="bad", count="count", target=0.1)
    assert (answer.outcome, len(answer.segments)) == ("general", 0)
    assert answer.total["excess"] == pytest.approx(2_005 - 800)


def test_a_value_without_a_period_before_is_mix_and_noted() -> None:
    before = pd.DataFrame({"team": list("ABC"), "count": 400, "bad": 20})
    now = pd.DataFrame({"team": list("ABD"), "count": 400, "bad": [21, 19, 22]})
    answer = explain_change(before, now, ["team"], bad="bad", count="count")
    assert answer.outcome == "noise"
    assert {"new_values", "gone_values"} <= set(answer.notes)


def test_the_noise_of_a_forecast_of_few_cells_cannot_be_told() -> None:
    cells_of_three = pd.DataFrame({"team": list("ABC"), "actual": [10, 20, 90], "expected": [11, 19, 30]})
    answer = explain_forecast(cells_of_three, ["team"])
    assert answer.outcome == "noise"
    assert "too_few_cells" in answer.notes


def test_columns_of_records_may_be_called_like_our_own() -> None:
    frame = shares(20_000, seed=1, cause=CAUSE).rename(columns={"team": "weight_0", "channel": "observed"})
    names = ["weight_0", "observed", "region", "tier"]
    answer = explain_table(frame, names, count=("n0", "n1"), bad=("b0", "b1"))
    assert answer.segments["segment"].tolist() == ["weight_0=t1 & observed=c0"]


def test_all_faults_are_told_at_once() -> None:
    frame = pd.DataFrame({"team": ["A"], "count": [1], "bad": [3]})
    with pytest.raises(ParameterError) as caught:
        explain_change(frame.drop(columns="count"), frame, ["team"], bad="bad", count="count")
    assert str(caught.value) == (
        "2 faults, nothing was started:\n"
        "  before: there is no column 'count'. Known: bad, team.\n"
        "  now: 'bad' exceeds 'count'. Bad cases are among the cases."
    )
    with pytest.raises(ParameterError, match="nothing to measure is named"):
        explain_change(frame, frame, ["team"])
    with pytest.raises(ParameterError, match="exclude each other"):
        explain_change(frame, frame, ["team"], bad="bad", value="count")


def test_a_mean_over_cells_with_weights_needs_their_squares() -> None:
    cells = pd.DataFrame({"team": ["A", "B", "C"], "n": 40.0, "sum": [80.0, 81.0, 79.0], "squares": 200.0})
    later = cells.assign(sum=[80.0, 120.0, 79.0], squares=[200.0, 400.0, 200.0])
    half = cells.assign(n=19.5, sum=cells["sum"] / 2, squares=100.0)
    named = {"value": "sum", "count": "n", "squares": "squares"}
    with pytest.raises(ParameterError) as caught:
        explain_change(half, later, ["team"], **named)
    assert "before: 'n' holds fractions, from which the spread of a mean cannot be told." in str(caught.value)
    with pytest.raises(ParameterError, match=r"count_squares belongs to the cells of a mean"):
        explain_change(cells, later, ["team"], bad="sum", count="n", count_squares="squares")
    weighted = [frame.assign(heavy=frame["n"] * part) for frame, part in ((half, 0.5), (later, 1.0))]
    found = explain_change(*weighted, ["team"], **named, count_squares="heavy")
    assert found.segments["segment"].tolist() == ["team=B"]


@pytest.mark.parametrize("seed", range(24))
def test_seldom_anything_where_nothing_happened(seed: int) -> None:
    """One false audit in 24 would pass a test of the whole; each by itself shows that there is none."""
    frame = shares(8_000, seed=100 + seed, mix_shift=(0.1, 0.8)[seed % 2])
    assert len(of_shares(frame).segments) == 0


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"team": ["A", "B", "C"], "count": [400, 400, 400], "late": [20, 22, 70]})


@pytest.mark.parametrize(
    ("dimensions", "sentence"),
    [
        (["team", "team"], "dimensions: 'team' is named twice. Name it once."),
        ("team", "dimensions: 'team' is one text. Give a list of column names."),
        ([], "dimensions: none is named. Name at least one column to search in."),
    ],
)
def test_dimensions_that_cannot_be_meant_are_one_fault(dimensions: list[str], sentence: str) -> None:
    for asked in (
        lambda: explain_change(_frame(), _frame(), dimensions, bad="late", count="count"),
        lambda: explain_level(_frame(), dimensions, bad="late", count="count"),
    ):
        with pytest.raises(ParameterError) as told:
            asked()
        assert [str(fault) for fault in told.value.faults] == [sentence]


@pytest.mark.parametrize("given", [[{"team": "A", "late": 1}], None, "before.csv"])
def test_what_is_no_frame_is_told_apart_from_a_wrong_one(given: object) -> None:
    kind = type(given).__name__
    with pytest.raises(TypeError, match=f"'before' is of type {kind}; a pandas data frame was expected"):
        explain_change(given, _frame(), ["team"], bad="late", count="count")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=f"'cells' is of type {kind}"):
        explain_table(given, ["team"], count=("n", "n"), bad=("b", "b"))  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [10, -0.1, float("nan"), float("inf")])
def test_a_target_that_no_share_can_meet_is_refused(target: float) -> None:
    with pytest.raises(ParameterError, match="target: "):
        explain_level(_frame(), ["team"], target=target, bad="late", count="count")


def test_a_rate_may_lie_above_one_and_a_mean_anywhere() -> None:
    explain_level(_frame(), ["team"], target=10, count="late", exposure="count")
    rows = pd.DataFrame({"team": ["A", "A", "B", "B"], "celsius": [-3.0, -2.0, -2.5, -3.5]})
    explain_level(rows, ["team"], target=-3, value="celsius")
    with pytest.raises(ParameterError, match=r"target: -1 is no rate"):
        explain_level(_frame(), ["team"], target=-1, count="late", exposure="count")
