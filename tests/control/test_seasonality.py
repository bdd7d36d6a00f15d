"""Weekdays and holidays: usual levels, exposure of months, and a chart freed of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from sqaudit.control.chart import control_chart
from sqaudit.control.design import Design, Rules
from sqaudit.control.seasonality import adjusted, class_test, day_classes, exposure, usual_levels

DAYS = pd.date_range("2026-03-02", periods=84)  # twelve whole weeks


def daily(seed: int = 1) -> pd.DataFrame:
    """Counts of an office whose Mondays are busy and whose weekends are quiet."""
    weights = np.array([1.5, 1, 1, 1, 1, 0.3, 0.2])[DAYS.day_of_week]
    counts = np.random.default_rng(seed).poisson(200 * weights)
    return pd.DataFrame({"period": DAYS, "class": day_classes(DAYS), "numerator": counts, "denominator": 1.0})


def test_usual_levels_average_to_one_and_know_the_busy_day() -> None:
    levels = usual_levels(daily(), "count").set_index("class")
    assert (levels["factor"] * levels["points"]).sum() / 84 == pytest.approx(1)
    assert levels["factor"].idxmax() == "monday"
    assert levels.loc["monday", "factor"] / levels.loc["tuesday", "factor"] == pytest.approx(1.5, rel=0.05)


def test_the_adjusted_chart_is_calm_and_still_sees_a_fall() -> None:
    frame = daily()
    design = Design("u", rules=Rules(("outside",)), dispersion="plain")
    assert len(control_chart(frame, design).signals) >= 36  # Mondays and weekends
    levels = usual_levels(frame.iloc[:56], "count")
    calm = control_chart(adjusted(frame, levels, "count"), design)
    assert len(calm.signals) <= 2
    assert "seasonally_adjusted" in calm.notes
    frame.loc[70, "numerator"] = round(frame.loc[70, "numerator"] * 0.6)
    fallen = control_chart(adjusted(frame, levels, "count"), design)
    assert 70 in fallen.signals.index or DAYS[70] in fallen.signals["period"].tolist()


def test_shares_and_means_lose_the_difference() -> None:
    frame = pd.DataFrame({"class": ["a", "b"] * 5, "numerator": [80, 60] * 5, "denominator": 100})
    levels = usual_levels(frame, "share")
    assert levels["difference"].tolist() == pytest.approx([0.1, -0.1])
    assert adjusted(frame, levels, "share")["numerator"].tolist() == pytest.approx([70] * 10)
    means = pd.DataFrame({"class": ["a", "b"] * 5, "value": [5.0, 3.0] * 5})
    assert adjusted(means, usual_levels(means, "mean"), "mean")["value"].tolist() == [4.0] * 10


def test_a_class_of_few_days_is_left_as_it_is() -> None:
    frame = pd.DataFrame({"class": ["a"] * 8 + ["b"] * 3, "numerator": [10] * 8 + [1] * 3, "denominator": 1})
    assert usual_levels(frame, "count").set_index("class").loc["b", "factor"] == 1


def test_whether_days_differ_at_all() -> None:
    assert class_test(daily(), "count") < 1e-6
    flat = daily().assign(numerator=np.random.default_rng(4).poisson(200, 84))
    assert class_test(flat, "count") > 0.01
    assert np.isnan(class_test(flat[flat["class"] == "monday"], "count"))


def test_exposure_counts_the_days_of_a_period() -> None:
    weekend = {"saturday": 0.0, "sunday": 0.0, "holiday": 0.0, "workday": 1.0}
    autumn = {date(2026, 10, day): "holiday" for day in range(1, 8)} | {date(2026, 10, 10): "workday"}
    # Twenty-two weekdays in October 2026, five of them in the national holidays, one Saturday worked.
    assert exposure(["2026-10", "2026-W41"], weekend, autumn) == [18.0, 3.0]
    with pytest.raises(ValueError, match="'all' has no first and last day"):
        exposure(["all"], {}, {})
