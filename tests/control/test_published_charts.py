"""Limits and signals of published control charts, to the digits printed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sqaudit.control.attributes import three_sigma_lines
from sqaudit.control.chart import control_chart
from sqaudit.control.design import Design, LeftOut, Rules
from sqaudit.control.individuals import individuals_lines, moving_range_limit
from sqaudit.control.means import means_lines
from sqaudit.control.rare_events import NELSON_POWER

# Montgomery (2009), Introduction to Statistical Quality Control, 6th ed., Table 7.1: orange juice concentrate
# cans, nonconforming of 50 in each of 30 samples.
CANS = [
    *[12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22],
    *[8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6],
]
# The same, Table 6.6: viscosity of aircraft primer paint.
PRIMER = [
    33.75,
    33.05,
    34.00,
    33.81,
    33.46,
    34.02,
    33.68,
    33.27,
    33.49,
    33.20,
    33.62,
    33.00,
    33.54,
    33.12,
    33.84,
]
# The same, Table 7.14: hours between failures of a valve.
VALVE = [
    *[286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96],
]


def cans() -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, 31), "numerator": CANS, "denominator": 50})


def phase_one(**settings: object) -> Design:
    return Design("p", baseline=("1", "30"), dispersion="plain", limits="three_sigma", **settings)  # type: ignore[arg-type]


def test_first_limits_of_the_orange_juice_cans() -> None:
    chart = control_chart(cans(), phase_one(rules=Rules(("outside",))))
    lines = chart.points[["centre", "low", "high"]].drop_duplicates()
    assert lines.round(4).to_numpy().tolist() == [[0.2313, 0.0524, 0.4102]]
    assert chart.signals["period"].tolist() == [15, 23]


def test_revised_limits_of_the_orange_juice_cans() -> None:
    out = (LeftOut("15", "New batch of cardboard"), LeftOut("23", "Inexperienced operator"))
    chart = control_chart(cans(), phase_one(rules=Rules(("outside",)), left_out=out))
    lines = chart.points[["centre", "low", "high"]].drop_duplicates()
    assert lines.round(4).to_numpy().tolist() == [[0.2150, 0.0407, 0.3893]]
    assert chart.signals["period"].tolist() == [15, 21, 23]  # the book goes on to discuss sample 21


def test_limits_to_the_last_digit() -> None:
    lines = three_sigma_lines("p", 301 / 1400, [50])
    reach = 3 * np.sqrt(0.215 * 0.785 / 50)
    assert lines.high[0] == pytest.approx(0.215 + reach, abs=1e-12)
    assert lines.near_low[0] == pytest.approx(0.215 - 2 / 3 * reach, abs=1e-12)


def test_single_values_of_the_primer() -> None:
    lines = individuals_lines(PRIMER, 1)
    # 33.52, 32.24 and 34.80; and 1.57 for the moving range
    assert [round(float(line[0]), 2) for line in lines[:3]] == [33.52, 32.24, 34.80]
    assert round(moving_range_limit(PRIMER), 2) == 1.57
    chart = control_chart(pd.DataFrame({"period": range(1, 16), "value": PRIMER}), Design("xmr"))
    assert chart.signals.empty
    assert chart.phases.loc[0, "status"] == "temporary"
    assert chart.points["moving_range"].iloc[1:4].round(2).tolist() == [0.70, 0.95, 0.19]


def test_single_values_of_the_engineering_handbook() -> None:
    # NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2
    flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    lines = individuals_lines(flow, 1)
    assert [round(float(line[0]), 4) for line in lines[:3]] == [50.81, 45.8159, 55.8041]
    assert np.abs(np.diff(flow)).mean() == pytest.approx(1.8778, abs=5e-5)


def test_times_between_failures_of_the_valve() -> None:
    # The book takes the power 0.2777 where 1/3.6 is meant.
    assert np.array(VALVE[:4]) ** NELSON_POWER == pytest.approx(
        [4.80986, 6.70903, 5.72650, 3.81367], abs=5e-3
    )
    chart = control_chart(pd.DataFrame({"period": range(1, 21), "value": VALVE}), Design("t"))
    centre, high, low = (chart.points[name].iloc[0] for name in ("centre", "high", "low"))
    assert centre**NELSON_POWER == pytest.approx(5.386, abs=5e-3)
    assert 0 == low < high
    assert chart.signals.empty


def test_laney_widens_by_the_spread_of_neighbours() -> None:
    # Laney (2002), equations of the p' chart, taken step by step for two charts with unlike sample sizes.
    size = np.array([276823, 280443, 291681, 296155, 282343, 275888] * 4, dtype=float)
    share = np.array([0.9503, 0.9545, 0.9481, 0.9504, 0.9530, 0.9468] * 4)
    frame = pd.DataFrame({"period": range(24), "numerator": (size * share).round(), "denominator": size})
    chart = control_chart(frame, Design("p", baseline=("0", "23")))
    p_bar = frame["numerator"].sum() / frame["denominator"].sum()
    sigma = np.sqrt(p_bar * (1 - p_bar) / size)
    scores = (frame["numerator"] / size - p_bar) / sigma
    spread = scores.diff().abs().mean() / 1.128
    assert chart.phases.loc[0, "sigma_z"] == pytest.approx(spread, abs=1e-9)
    assert spread > 5
    assert chart.points["laney_high"].to_numpy() == pytest.approx(p_bar + 3 * sigma * spread, abs=1e-12)
    assert chart.points["plain_low"].to_numpy() == pytest.approx(p_bar - 3 * sigma, abs=1e-12)
    # Nearly every point lies outside the plain limits, none outside Laney's, which judge here.
    outside = (chart.points["value"] > chart.points["plain_high"]) | (
        chart.points["value"] < chart.points["plain_low"]
    )
    assert outside.sum() >= 16
    assert chart.signals.empty
    assert {"overdispersed", "laney_limits"} <= set(chart.notes)


# Montgomery (2009), appendix VI, factors for control charts: A3 = 3 / (c4 sqrt(n)). With one point as the
# baseline its own degrees of freedom are all there are.
@pytest.mark.parametrize(
    ("cases", "factor"), [(2, 2.659), (3, 1.954), (4, 1.628), (5, 1.427), (10, 0.975), (25, 0.606)]
)
def test_means_have_the_tabulated_factors(cases: int, factor: float) -> None:
    lines = means_lines([10.0], [1.0], [cases], [cases])
    assert float(lines.high[0]) - 10 == pytest.approx(factor, abs=5e-4)


# Montgomery (2009), Table 6.3: diameters of forged piston rings in thousandths of a millimetre off 74 mm.
PISTON_RINGS = np.array(
    """
    30 2 19 -8 8 | -5 -8 1 11 4 | -12 24 21 5 2 | 2 -4 -7 15 9 | -8 7 15 -11 14 | 9 -6 -3 -15 -7
    -5 6 -6 0 5 | -15 3 -7 15 -12 | 8 -5 9 5 4 | -2 0 -10 7 -5 | -6 -2 -6 -5 -10 | 4 0 7 0 -4
    -17 2 -2 -3 12 | 6 -33 -6 0 -16 | 12 14 -2 -1 7 | 0 -16 5 -2 -4 | -6 12 -14 5 7 | 6 10 18 3 0
    -16 2 3 5 -3 | 0 10 13 20 3 | -18 1 15 5 -4 | 4 -1 -10 6 9 | 10 -11 -10 9 14 | 15 8 -7 0 10
    -18 -16 -5 17 13
    """.replace("|", " ").split(),
    dtype=np.float64,
).reshape(25, 5)


def test_piston_rings() -> None:
    rings = PISTON_RINGS
    deviations = rings.std(axis=1, ddof=1)
    assert round(rings.mean(), 0) == 1  # printed: 74.001
    assert round(deviations.mean(), 1) == 9.4  # printed: 0.0094
    lines = means_lines(rings.mean(axis=1), deviations**2, np.full(25, 5), [5])
    # Printed: sigma = 0.0094 / 0.9400 = 0.0100 from the mean of the deviations. The pooled variance is
    # another estimate of the same sigma; with c4 of five cases it would be 0.0107.
    assert float(lines.high[0] - lines.centre[0]) * np.sqrt(5) / 3 == pytest.approx(10.0, rel=0.01)


def test_the_sigma_of_means_is_right_on_average_for_points_of_few_cases() -> None:
    values = np.random.default_rng(11).normal(0.0, 1.0, (4000, 6, 3))
    drawn = [means_lines(six.mean(axis=1), six.var(axis=1, ddof=1), np.full(6, 3), [3]) for six in values]
    reach = np.mean([float(lines.high[0] - lines.centre[0]) for lines in drawn])
    assert reach == pytest.approx(3 / np.sqrt(3), rel=0.01)


def test_rates_over_unlike_exposure() -> None:
    # Montgomery (2009), Table 7.10: nonconformities in dyed cloth, inspection units of 50 square metres;
    # 153 in 107.5 units, rounded to a centre of 1.42 before 2.55 and 0.29 are taken for the first roll of 10.
    defects = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23]
    units = [10.0, 8.0, 13.0, 10.0, 9.5, 10.0, 12.0, 10.5, 12.0, 12.5]
    assert round(sum(defects) / sum(units), 2) == 1.42
    lines = three_sigma_lines("u", 1.42, units)
    assert [round(float(line[0]), 2) for line in lines[:3]] == [1.42, 0.29, 2.55]
