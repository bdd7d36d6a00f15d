"""Baselines, re-basing, exact limits, missing points: what a control chart does with what it is given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sqaudit.control.attributes import LIMIT_TAIL, exact_lines
from sqaudit.control.chart import PHASES, POINTS, control_chart
from sqaudit.control.design import Design, LeftOut, Rebase, Rules, rebases
from sqaudit.errors import FrameError


def shares(numerators: list[float], denominator: float = 400) -> pd.DataFrame:
    months = [f"{2024 + at // 12}-{at % 12 + 1:02}" for at in range(len(numerators))]
    return pd.DataFrame({"period": months, "numerator": numerators, "denominator": float(denominator)})


def test_points_after_the_baseline_never_move_the_limits() -> None:
    calm = [200, 204, 196, 202] * 5
    short = control_chart(shares(calm), Design("p"))
    long = control_chart(shares([*calm, 380, 390, 20, 10]), Design("p"))
    assert short.points[["low", "high"]].iloc[0].tolist() == long.points[["low", "high"]].iloc[-1].tolist()
    assert short.phases.loc[0, "status"] == "firm"
    assert long.points["in_baseline"].tolist() == [True] * 20 + [False] * 4
    assert long.points["signal"].iloc[-4:].str.startswith("outside").all()


@pytest.mark.parametrize(
    ("points", "status"), [(11, "none"), (12, "temporary"), (19, "temporary"), (20, "firm"), (40, "firm")]
)
def test_firm_temporary_and_no_limits(points: int, status: str) -> None:
    chart = control_chart(shares([200, 220] * (points // 2) + [200] * (points % 2)), Design("p"))
    assert chart.phases.loc[0, "status"] == status
    assert chart.points["high"].isna().all() == (status == "none")
    if status == "none":
        assert chart.signals.empty
        assert chart.notes[0] == "no_limits"
        assert np.isnan(chart.false_alarms.chance_of_any)


def test_rebasing_needs_a_reason_and_keeps_the_old_limits() -> None:
    frame = shares([200, 204, 202, 196] * 5 + [300, 304, 296, 302] * 5)
    once = control_chart(frame, Design("p"))
    again = control_chart(frame, Design("p", rebase=(Rebase("2025-09", "Second shift opened"),)))
    assert (once.points["signal"] != "").sum() == 20
    assert again.signals.empty
    assert again.points["centre"].round(4).unique().tolist() == [0.5012, 0.7512]
    assert again.phases["reason"].tolist() == ["", "Second shift opened"]
    assert again.points["high"].iloc[:20].tolist() == once.points["high"].iloc[:20].tolist()
    assert rebases([{"from": "2025-09", "reason": "x"}]) == (Rebase("2025-09", "x"),)
    with pytest.raises(ValueError, match="needs the keys from and reason; found: from"):
        rebases([{"from": "2025-09"}])


def test_a_run_does_not_cross_a_rebasing() -> None:
    calm = [200, 204, 196, 202] * 5
    frame = shares([*calm[:-4], *[206] * 4, *[206] * 4, *calm])
    design = Design("p", rules=Rules(("run",)))
    assert len(control_chart(frame, design).signals) >= 8
    cut = Design("p", rules=Rules(("run",)), rebase=(Rebase("2025-09", "Moved"),))
    assert control_chart(frame, cut).signals.empty


def test_days_are_found_as_they_are_written() -> None:
    frame = shares([200, 204, 202, 196] * 6).assign(period=pd.date_range("2026-07-01", periods=24))
    design = Design(
        "p",
        baseline=("2026-07-01", "2026-07-22"),
        left_out=(LeftOut("2026-07-03", "System down"),),
        rebase=(Rebase("2026-07-24", "Moved"),),
    )
    chart = control_chart(frame, design)
    assert chart.points["in_baseline"].sum() == 21
    assert chart.phases["from"].tolist() == [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-07-24")]
    with pytest.raises(ValueError, match="what is left out names the period 2030-01"):
        control_chart(frame, Design("p", left_out=(LeftOut("2030-01", "x"),)))


def test_the_centre_of_a_phase_is_known_when_its_first_period_is_empty() -> None:
    chart = control_chart(
        shares([0, *[19, 20, 18, 19] * 5], 20).assign(denominator=[0.0] + [20.0] * 20), Design("p")
    )
    assert chart.phases.loc[0, "centre"] == pytest.approx(0.95)


def test_every_fault_of_a_design_at_once() -> None:
    with pytest.raises(
        ValueError, match=r"kind must be one of .* found 'np'\. limits must .* written reason"
    ):
        Design("np", limits="wide", rebase=(Rebase("2025-01", ""),))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="exact limits exist for the kinds p and u"):
        Design("xmr", limits="exact")


def test_a_period_without_cases_neither_breaks_nor_lengthens_a_run() -> None:
    frame = shares([200, 204, 202, 196] * 5 + [206] * 3 + [0] + [206] * 4)
    frame.loc[23, "denominator"] = 0
    chart = control_chart(frame, Design("p"))
    empty = chart.points.iloc[23]
    assert np.isnan(empty["value"])
    assert np.isnan(empty["high"])
    assert empty["skipped"] == "no_cases"
    assert empty["signal"] == ""
    assert chart.points["signal"].iloc[[20, 27]].tolist() == ["run", "run"]
    assert chart.points["alarm"].tolist().count("run") == 1
    assert "no_cases" in chart.notes


def test_artefacts_are_drawn_but_not_judged() -> None:
    frame = shares([200, 204, 196, 202] * 5 + [20]).assign(artefact=[None] * 20 + ["stopped"])
    chart = control_chart(frame, Design("p"))
    last = chart.points.iloc[-1]
    assert (last["value"], last["skipped"], last["signal"]) == (0.05, "stopped", "")
    assert chart.notes == ("artefacts", "underdispersed") or set(chart.notes) == {
        "artefacts",
        "underdispersed",
    }


def test_small_counts_get_exact_limits() -> None:
    chart = control_chart(shares([19, 20, 18, 19] * 5, 20), Design("p"))
    assert chart.phases.loc[0, "method"] == "exact"
    assert "small_counts" in chart.notes
    assert chart.points["high"].max() == 1
    assert chart.points["low"].iloc[0] == stats.binom.ppf(LIMIT_TAIL, 20, 0.95) / 20
    forced = control_chart(shares([19, 20, 18, 19] * 5, 20), Design("p", limits="three_sigma"))
    assert forced.phases.loc[0, "method"] == "three_sigma"
    assert (forced.points["high"] <= 1).all()


def test_rare_events_are_no_run_below_their_mean() -> None:
    events = np.random.default_rng(3).poisson(0.3, 60)
    frame = pd.DataFrame({"period": range(60), "numerator": events, "denominator": 1.0})
    chart = control_chart(frame, Design("u", baseline=("0", "59")))
    assert chart.phases.loc[0, "method"] == "exact"
    assert chart.signals.empty
    assert (chart.points["value"] < chart.points["centre"]).sum() > 40


@pytest.mark.parametrize(("kind", "perfect", "one_off"), [("p", 400, 399), ("p", 0, 1), ("u", 0, 1)])
def test_the_first_fault_after_faultless_months_is_no_signal(kind: str, perfect: int, one_off: int) -> None:
    further = abs(perfect - 8)
    chart = control_chart(shares([perfect] * 20 + [one_off, perfect, further]), Design(kind))  # type: ignore[arg-type]
    assert chart.points["signal"].iloc[20] == ""
    assert chart.points["signal"].iloc[22] == "outside"
    assert chart.points["centre"].iloc[0] == perfect / 400


def test_no_artefact_at_all_may_be_a_column_of_missing_numbers() -> None:
    frame = shares([200, 204, 196, 202] * 5)
    chart = control_chart(frame.assign(artefact=frame["period"].map({})), Design("p"))
    assert set(chart.points["skipped"]) == {""}


def test_missing_and_nullable_counts_are_left_out() -> None:
    frame = shares([200, 204, 196, 202] * 6)
    frame["numerator"] = frame["numerator"].astype("Int64")
    frame.loc[3, "numerator"] = pd.NA
    chart = control_chart(frame, Design("p"))
    assert chart.points["skipped"].iloc[3] == "missing"
    assert chart.phases.loc[0, "baseline_points"] == 20
    assert not chart.points["in_baseline"].iloc[3]


def test_quiet_weekends_do_not_decide_how_busy_days_are_judged() -> None:
    draw = np.random.default_rng(4)
    cases = np.array([400, 400, 400, 400, 400, 30, 20] * 6)
    level = draw.normal(0.75, 0.05, cases.size)  # days differ by more than chance
    frame = pd.DataFrame(
        {"period": range(42), "numerator": draw.binomial(cases, level), "denominator": cases}
    )
    chart = control_chart(frame, Design("p"))
    assert chart.phases.loc[0, "method"] == "laney"
    assert (chart.points["signal"].str.contains("outside")).sum() == 0
    plain = control_chart(frame, Design("p", dispersion="plain"))
    assert (plain.points["signal"].str.contains("outside")).sum() >= 3


@settings(deadline=None)
@given(st.floats(0.001, 0.999), st.integers(1, 3000))
def test_exact_limits_are_the_quantiles_of_the_binomial(centre: float, cases: int) -> None:
    lines = exact_lines("p", centre, [cases])
    low, high = round(float(lines.low[0]) * cases), round(float(lines.high[0]) * cases)
    assert stats.binom.cdf(low - 1, cases, centre) <= LIMIT_TAIL
    assert stats.binom.sf(high, cases, centre) <= LIMIT_TAIL
    assert stats.binom.cdf(low, cases, centre) > LIMIT_TAIL
    assert high == 0 or stats.binom.sf(high - 1, cases, centre) > LIMIT_TAIL


@settings(deadline=None)
@given(st.floats(0.001, 50), st.floats(0.5, 100))
def test_exact_limits_are_the_quantiles_of_the_poisson(centre: float, exposure: float) -> None:
    lines = exact_lines("u", centre, [exposure])
    low, high = round(float(lines.low[0]) * exposure), round(float(lines.high[0]) * exposure)
    mean = centre * exposure
    assert stats.poisson.cdf(low - 1, mean) <= LIMIT_TAIL < stats.poisson.cdf(low, mean)
    assert stats.poisson.sf(high, mean) <= LIMIT_TAIL


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 30), min_size=12, max_size=30), st.randoms())
def test_shares_stay_shares_and_the_order_of_rows_is_of_no_matter(counts: list[int], random: object) -> None:
    frame = shares([float(count) for count in counts], 30)
    chart = control_chart(frame, Design("p"))
    lines = chart.points[["low", "high", "laney_low", "laney_high", "near_low", "near_high"]]
    assert lines.stack().dropna().between(0, 1).all()
    mixed = frame.sample(frac=1, random_state=random.randint(0, 99))  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(control_chart(mixed, Design("p")).points, chart.points)


def test_columns_are_as_promised_and_missing_ones_named() -> None:
    chart = control_chart(shares([200] * 20), Design("p"))
    assert tuple(chart.points) == POINTS
    assert tuple(chart.phases) == PHASES
    with pytest.raises(FrameError, match="a control chart needs the columns period, value"):
        control_chart(pd.DataFrame({"x": [1]}), Design("xmr"))


def test_impossible_counts_and_unknown_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="period 2024-01: 500 of 400 is impossible"):
        control_chart(shares([500]), Design("p"))
    with pytest.raises(
        ValueError, match="the re-basing names the period 2030-01, which the chart does not have"
    ):
        control_chart(shares([200] * 20), Design("p", rebase=(Rebase("2030-01", "x"),)))
    with pytest.raises(ValueError, match="twice: 2024-01"):
        control_chart(pd.concat([shares([200]), shares([201])]), Design("p"))


@pytest.mark.parametrize("kind", ["p", "u", "xmr", "xbar", "g", "t"])
def test_empty_and_single_points_are_no_error(kind: str) -> None:
    frame = shares([200.0]).assign(value=1.0, n=5.0, variance=1.0)
    for rows in (0, 1):
        chart = control_chart(frame.iloc[:rows], Design(kind))  # type: ignore[arg-type]
        assert len(chart.points) == rows
        assert chart.signals.empty


def test_alike_values_have_limits_without_width_and_no_signal() -> None:
    chart = control_chart(pd.DataFrame({"period": range(25), "value": 0.1 + 0.2}), Design("xmr"))
    assert chart.signals.empty
    assert chart.points["high"].iloc[0] == pytest.approx(0.3)


def test_means_of_unlike_numbers_have_stepped_limits() -> None:
    frame = pd.DataFrame({"period": range(20), "value": 10.0, "n": [5, 10] * 10, "variance": 4.0})
    frame.loc[frame.index % 2 == 0, "value"] = 11.0
    chart = control_chart(frame, Design("xbar"))
    widths = (chart.points["high"] - chart.points["centre"]).round(6)
    assert widths.iloc[0] > widths.iloc[1]
    assert widths.nunique() == 2


def test_rare_events_signal_when_they_come_often() -> None:
    between = [200, 150, 300, 120, 90, 400, 210, 60, 330, 180] * 2 + [0, 0, 0, 0, 0, 0, 0]
    chart = control_chart(pd.DataFrame({"period": range(27), "value": between}), Design("g"))
    assert chart.points["signal"].iloc[-1].startswith("run")
    assert chart.points["side"].iloc[-1] == "low"
