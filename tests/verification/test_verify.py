"""The verdict on a measure: what decides, what makes it harder, what is said when nobody can tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit.errors import FrameError
from sqaudit.verification import Verification, verify
from sqaudit.verification.outcome import NOTES, RESULTS
from sqaudit.verification.series import series

CALM = [76, 74, 78, 75, 77, 73, 76, 75, 79, 74, 76, 75, 77, 74, 76, 78, 75, 76, 74, 77]
RISEN = [90, 89, 91, 92, 88, 90, 91, 89, 90, 92]


def points(numerators: list[float], cases: float = 100) -> pd.DataFrame:
    return pd.DataFrame({"period": range(len(numerators)), "numerator": numerators, "denominator": cases})


def others(*numerators: list[float]) -> pd.DataFrame:
    return pd.concat([points(one).assign(segment=f"S{at}") for at, one in enumerate(numerators)])


def test_a_clear_step_is_effective_and_its_mirror_harmful() -> None:
    found = verify(points(CALM + RISEN), 20, 0.1)
    assert (found.verdict, found.decided_by) == ("effective", "before_after_series")
    assert found.low < found.effect < found.high
    assert found.effect == pytest.approx(found.after - found.before, abs=0.005)
    assert verify(points(CALM + RISEN), 20, 0.1, "lower").verdict == "harmful"
    mirrored = verify(points([100 - value for value in CALM + RISEN]), 20, 0.1, "lower")
    assert mirrored.verdict == "effective"
    assert mirrored.effect == pytest.approx(-found.effect, abs=1e-12)


def test_order_of_rows_is_no_matter_and_nothing_is_changed() -> None:
    rows = points(CALM + RISEN)
    before = rows.copy()
    first = verify(rows, 20, 0.1)
    second = verify(rows.sample(frac=1, random_state=3), 20, 0.1)
    assert (first.effect, first.low, first.high) == (second.effect, second.low, second.high)
    pd.testing.assert_frame_equal(first.series, second.series)
    pd.testing.assert_frame_equal(rows, before)


def test_no_change_with_plenty_of_data_rules_the_planned_effect_out() -> None:
    found = verify(points(CALM + CALM), 20, 0.1)
    assert found.verdict == "not_shown"
    assert "planned_effect_excluded" in found.notes
    assert found.power > 0.8


def test_too_early_says_how_long_to_wait() -> None:
    found = verify(points(CALM, 100), 20, 0.05)
    assert (found.verdict, found.periods_after) == ("too_early", 0)
    assert found.periods_needed is not None
    assert found.periods_needed >= 4
    assert "nothing_after" in found.notes
    assert np.isnan(found.effect)
    news = verify(points([*CALM, 99, 99, 99]), 20, 0.05)
    assert news.verdict == "too_early"  # three weeks are news, however good


def test_smaller_effects_and_smaller_counts_take_longer() -> None:
    waits = [verify(points(CALM), 20, effect).periods_needed for effect in (0.15, 0.08, 0.06)]
    assert waits == sorted(waits, key=lambda wait: wait or 10**6)
    few = points([value / 10 for value in CALM], 10)
    assert (verify(few, 20, 0.15).periods_needed or 10**6) > (waits[0] or 0)


def test_what_no_wait_would_show_is_not_too_early() -> None:
    few = points([7, 8, 8, 7, 8, 7, 8, 8, 7, 8] * 3, 10)
    found = verify(few, 20, 0.03)
    assert found.verdict == "not_shown"
    assert {"underpowered", "cannot_tell"} <= set(found.notes)


def test_a_trend_that_was_there_before_is_no_effect() -> None:
    rising = [60 + value + (value % 3) for value in range(36)]
    found = verify(points(rising), 20, 0.1)
    assert found.verdict != "effective"
    assert found.decided_by == "interrupted_series"
    assert "trend_before" in found.notes
    assert abs(found.effect) < 0.03
    plain = found.results.set_index("method").loc["before_after"]
    assert plain["low"] > 0  # the comparison of two figures would have called it a success
    assert not plain["decides"]


def test_what_happened_to_all_is_no_effect() -> None:
    found = verify(points(CALM + RISEN), 20, 0.1, controls=others(CALM + RISEN, CALM + RISEN[::-1]))
    assert (found.verdict, found.decided_by) == ("not_shown", "difference_in_differences")
    assert abs(found.effect) < 0.01
    alone = verify(points(CALM + RISEN), 20, 0.1, controls=others(CALM + CALM[:10], CALM[::-1] + CALM[:10]))
    assert alone.verdict == "effective"


def test_controls_that_stray_widen_the_interval() -> None:
    calm = others(*([CALM + CALM[:10]] * 4))
    astray = others(*[CALM + [value + shift for value in CALM[:10]] for shift in (-9, -3, 3, 9)])
    narrow, wide = (verify(points(CALM + RISEN), 20, 0.1, controls=one) for one in (calm, astray))
    assert narrow.controls is not None
    assert wide.controls is not None
    assert narrow.controls.spread == 0 < wide.controls.spread
    assert wide.high - wide.low > narrow.high - narrow.low


def test_a_control_is_chosen_by_its_cases_never_by_its_results() -> None:
    sparse = points(CALM + RISEN).iloc[::4].assign(segment="sparse")
    nameless = points(CALM + RISEN).assign(segment=None)
    found = verify(
        points(CALM + RISEN), 20, 0.1, controls=pd.concat([others(CALM + CALM[:10]), sparse, nameless])
    )
    assert found.controls is not None
    assert (found.controls.names, found.controls.left_out) == (("S0",), ("sparse",))
    assert {"one_control", "controls_left_out"} <= set(found.notes)


def test_the_worst_of_many_returns_by_itself_and_that_is_taken_off() -> None:
    peers = others(*[[value + 8 for value in CALM]] * 9)
    unlucky = points([70, 71, 69, 70] * 3 + [78] * 6, 30).assign(denominator=90)
    peers = pd.concat([peers.assign(numerator=lambda frame: frame["numerator"] - 9, denominator=90)])
    plain = verify(unlucky, 12, 0.1)
    corrected = verify(unlucky, 12, 0.1, peers=peers, chosen_as_worst=True)
    assert corrected.regression is not None
    assert corrected.regression.peers == 10
    assert 0 < corrected.regression.expected_change < 0.2
    assert corrected.effect < plain.effect
    assert "regression_corrected" in corrected.notes


def test_the_worst_without_peers_is_never_called_effective() -> None:
    found = verify(points(CALM + RISEN), 20, 0.1, chosen_as_worst=True)
    assert found.verdict == "not_shown"
    assert "worst_without_peers" in found.notes


def test_picked_on_the_last_quarter_only_that_quarter_is_corrected() -> None:
    peers = others(*[[value + shift for value in CALM] for shift in (0, 1, 2, 3, 4)])
    whole = verify(points(CALM + RISEN), 20, 0.1, peers=peers, chosen_as_worst=True)
    part = verify(points(CALM + RISEN), 20, 0.1, peers=peers, chosen_as_worst=True, chosen_on=(15, 19))
    assert whole.regression is not None
    assert part.regression is not None
    assert whole.regression != part.regression
    with pytest.raises(ValueError, match="chosen_on names 99; the points have no such period"):
        verify(points(CALM + RISEN), 20, 0.1, peers=peers, chosen_as_worst=True, chosen_on=(15, 99))


def test_a_shift_of_the_mix_is_not_called_an_effect() -> None:
    cells = pd.DataFrame(
        {"customer": ["old", "new"], "n_before": [1000, 1000], "sum_before": [900, 620], "n_now": [950, 50],
         "sum_now": [855, 31]}
    )  # fmt: skip
    found = verify(points(CALM + RISEN), 20, 0.1, cells=cells, cell_level=["customer"])
    assert found.verdict == "not_shown"
    assert {"mix_shift", "mix_explains"} <= set(found.notes)
    row = found.results.set_index("method").loc["mix_adjusted"]
    assert row["low"] <= 0 <= row["high"]


def test_periods_in_transition_are_shown_and_not_judged() -> None:
    weeks = [f"2026-W{week:02}" for week in range(1, 31)]
    rows = points([*CALM, 0, 0, *RISEN[:8]]).assign(period=weeks)
    found = verify(rows, "2026-05-20", 0.1, transition=1)  # a Wednesday: that week and the next are left out
    assert found.series["phase"].tolist() == ["before"] * 20 + ["passing"] * 2 + ["after"] * 8
    assert found.verdict == "effective"
    assert "transition_left_out" in found.notes
    assert found.series.loc[found.series["phase"] == "passing", "fitted"].isna().all()


@pytest.mark.parametrize(
    ("labels", "start", "first"),
    [
        (["2026-W20", "2026-W21", "2026-W22"], "2026-05-18", "2026-W21"),
        (["2026-04", "2026-05", "2026-06"], "2026-05-18", "2026-06"),
        (["2026-04", "2026-05", "2026-06"], "2026-05", "2026-05"),
        (["2026-Q1", "2026-Q2", "2026-Q3"], "2026-04-01 09:00:00", "2026-Q2"),
        (pd.date_range("2026-05-17", periods=3), "2026-05-18", pd.Timestamp("2026-05-18")),
    ],
)
def test_a_start_inside_a_period_leaves_that_period_out(labels: list[str], start: str, first: object) -> None:
    found = series(pd.DataFrame({"period": labels, "numerator": 1, "denominator": 2}), start)
    assert found.labels[int(np.flatnonzero(found.after)[0])] == first


def test_a_year_change_has_no_gap() -> None:
    weeks = ["2025-W51", "2025-W52", "2026-W01", "2026-W02"]
    found = series(pd.DataFrame({"period": weeks, "numerator": 1, "denominator": 2}), "2026-W02")
    assert np.diff(found.times).tolist() == [1, 1, 1]


def test_wrongly_dated_early_rows_do_not_stretch_the_baseline() -> None:
    rows = points(CALM + RISEN).assign(period=lambda frame: frame["period"] + 100)
    stray = pd.DataFrame({"period": [3, 5], "numerator": 0, "denominator": 1})
    found = verify(pd.concat([rows, stray]), 120, 0.1)
    assert found.periods_before == 20
    assert "early_periods_left_out" in found.notes


def test_means_and_rates_are_judged_as_well() -> None:
    rng = np.random.default_rng(7)
    minutes = pd.DataFrame({"period": range(30), "value": rng.normal(40, 2, 30) - 8 * (np.arange(30) >= 20)})
    found = verify(minutes.assign(n=50), 20, 5, "lower", kind="mean")
    assert (found.verdict, found.kind) == ("effective", "mean")
    assert found.effect == pytest.approx(-8, abs=2.5)
    complaints = pd.DataFrame(
        {"period": range(30), "numerator": [12, 14, 11, 13, 12] * 6, "denominator": 7.0}
    )
    assert verify(complaints, 20, 0.5, "lower", kind="rate").verdict in ("not_shown", "too_early")


def test_hardly_any_baseline_gives_no_verdict_and_no_error() -> None:
    for size in (0, 1, 3):
        found = verify(points([75] * (size + 6)), size, 0.1)
        assert (found.verdict, found.decided_by) == ("not_shown", "none")
        assert "no_baseline" in found.notes
        assert np.isnan(found.effect)
    empty = verify(points([]), 3, 0.1)
    assert (empty.verdict, len(empty.series)) == ("too_early", 0)


def test_faultless_weeks_prove_no_certainty() -> None:
    perfect = verify(points([10] * 30, 10), 20, 0.05)
    assert perfect.verdict == "not_shown"
    assert perfect.low < 0 < perfect.high


def test_impossible_input_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="period 0: 12 of 10 is impossible for a share"):
        verify(points([12], 10), 1, 0.1)
    with pytest.raises(ValueError, match="each period must stand once in a verification; twice: 1"):
        verify(points([1, 1]).assign(period=1), 1, 0.1)
    with pytest.raises(
        ValueError, match=r"planned_effect is how much better it was to get, above 0; found -0\.1"
    ):
        verify(points(CALM), 10, -0.1)
    with pytest.raises(ValueError, match="direction must be higher or lower; found 'up'"):
        verify(points(CALM), 10, 0.1, "up")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="periods of a verification must be of one length"):
        verify(points([1, 1]).assign(period=["2026-W01", "2026-02"]), "2026-01-01", 0.1)
    with pytest.raises(FrameError, match="a verification needs the column denominator"):
        verify(points(CALM).drop(columns="denominator"), 10, 0.1)
    with pytest.raises(FrameError, match="the peers of a segment needs the column segment"):
        verify(points(CALM), 10, 0.1, peers=points(CALM), chosen_as_worst=True)


@given(
    shares=st.lists(st.integers(0, 40), min_size=12, max_size=30),
    start=st.integers(4, 8),
    seed=st.integers(0, 9),
)
@settings(max_examples=25, deadline=None)
def test_intervals_hold_their_estimate_and_good_and_bad_are_mirrored(
    shares: list[int], start: int, seed: int
) -> None:
    rows = points(shares, 40)
    found = verify(rows.sample(frac=1, random_state=seed), start, 0.1)
    mirrored = verify(rows.assign(numerator=40 - rows["numerator"]), start, 0.1, "lower")
    assert found.low <= found.effect <= found.high
    assert found.verdict == mirrored.verdict
    assert (found.effect, found.low) == pytest.approx((-mirrored.effect, -mirrored.high), abs=1e-9)
    known = found.results.dropna(subset="low")
    assert ((known["low"] <= known["effect"]) & (known["effect"] <= known["high"])).all()


def picked() -> Verification:
    peers = others(*([level] * 20 for level in (82, 84, 86, 88)))
    return verify(points(CALM + RISEN), 20, 0.1, peers=peers, chosen_as_worst=True)


def test_the_picture_shows_the_effect_and_its_whole_interval() -> None:
    controls = others(CALM + [value - 5 for value in CALM[:10]], CALM[::-1] + CALM[:10])
    cases = [
        verify(points(CALM + RISEN), 20, 0.1),
        verify(points(CALM + RISEN), 20, 0.1, controls=controls),
        picked(),
    ]
    for found in cases:
        after = found.series[found.series["phase"] == "after"]
        assert (after["fitted"] - after["counterfactual"]).to_numpy() == pytest.approx(found.effect)
        assert (after["fitted"] - after["low"]).to_numpy() == pytest.approx(found.high)
        assert (after["fitted"] - after["high"]).to_numpy() == pytest.approx(found.low)
        assert found.expected == pytest.approx(found.after - found.effect)


def test_the_return_to_the_mean_is_expected_before_anything_shows_it() -> None:
    peers = others(*([level] * 20 for level in (82, 84, 86, 88)))
    plain = verify(points([*CALM, 60]), 20, 0.1, transition=1)
    worst = verify(points([*CALM, 60]), 20, 0.1, transition=1, peers=peers, chosen_as_worst=True)
    assert worst.regression is not None
    moved = worst.series["counterfactual"] - plain.series["counterfactual"]
    assert moved[:20].to_numpy() == pytest.approx(0)
    assert moved[20] == pytest.approx(worst.regression.expected_change)
    assert np.isnan(worst.expected)


def everything() -> list[Verification]:
    return [
        verify(points(CALM + RISEN), 20, 0.1, controls=others(CALM + CALM[:10], CALM + RISEN)),
        verify(points(CALM), 20),
        verify(points([75] * 6), 2, 0.1),
    ]


def test_frames_keep_their_contract() -> None:
    for found in everything():
        assert list(found.results.columns) == list(RESULTS)
        assert set(found.notes) <= set(NOTES)
        columns = ["period", "value", "cases", "phase", "fitted", "counterfactual", "low", "high"]
        assert list(found.series.columns) == columns
        band = found.series.dropna()
        assert (band["low"] <= band["counterfactual"]).all()
        assert (band["counterfactual"] <= band["high"]).all()
