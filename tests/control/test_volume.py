"""Broken extracts are found, and told apart from seasons, growth and chance."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sqaudit.control.chart import control_chart
from sqaudit.control.design import Design
from sqaudit.control.volume import FINDINGS, artefact_periods, volume_artefacts

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"


def office(
    seed: int = 1, level: float = 60, first: str = "2026-01-01", last: str = "2026-09-30"
) -> pd.Series:
    """A calm office: few records on Saturdays, none on Sundays."""
    days = pd.date_range(first, last)
    usual = level * np.select([days.day_of_week == 5, days.day_of_week == 6], [0.2, 0.0], 1.0)
    return pd.Series(np.random.default_rng(seed).poisson(usual), days)


def kinds(counts: pd.Series, **settings: object) -> list[tuple[str, str]]:
    found = volume_artefacts(counts, **settings)  # type: ignore[arg-type]
    return list(zip(found["period"], found["kind"], strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_a_calm_office_has_no_artefacts(seed: int) -> None:
    assert kinds(office(seed)) == []


def test_growth_is_no_artefact() -> None:
    counts = office(2)
    assert kinds((counts * np.linspace(1, 3, len(counts))).round()) == []


def test_stops_gaps_thin_stretches_and_batches() -> None:
    assert kinds(office()["2026-01-01":"2026-08-14"], end=date(2026, 9, 30)) == [
        ("2026-08-15..2026-09-30", "stopped")
    ]
    counts = office()
    counts["2026-03-09":"2026-03-20"] = 0
    counts["2026-03-23"] = 700
    assert kinds(counts) == [("2026-03-09..2026-03-22", "gap"), ("2026-03-23", "burst")] or kinds(counts) == [
        ("2026-03-09..2026-03-20", "gap"),
        ("2026-03-23", "burst"),
    ]
    thin = office()
    thin["2026-06-01":"2026-06-26"] = (thin["2026-06-01":"2026-06-26"] * 0.25).round()
    [(period, kind)] = kinds(thin)
    assert kind == "thinned"
    assert period.startswith("2026-06-01..2026-06-2")


def test_a_trickle_after_the_end_does_not_become_usual() -> None:
    counts = pd.concat([office(), office(3, 1.0, "2026-10-01", "2028-12-31")])
    found = volume_artefacts(counts)
    assert found["kind"].tolist() == ["stopped"]
    assert found["first_day"].iloc[0] == pd.Timestamp("2026-10-01")
    assert found["count"].iloc[0] < found["low"].iloc[0] < found["expected"].iloc[0]


def test_the_first_days_of_an_extract_and_a_last_part_of_a_day() -> None:
    counts = office(first="2026-01-05", last="2026-09-29")
    counts.iloc[:5] = 3
    counts.iloc[-1] = 2
    assert kinds(counts) == [("2026-01-05..2026-01-09", "late_start"), ("2026-09-29", "partial")]


def test_a_holiday_in_the_calendar_is_no_thin_day() -> None:
    counts = office(level=100)
    free = [date(2026, 5, 1), date(2026, 6, 19)]
    counts[[pd.Timestamp(day) for day in free]] = 2
    assert [period for period, _ in kinds(counts)] == ["2026-05-01", "2026-06-19"]
    assert kinds(counts, calendar=dict.fromkeys(free, "holiday")) == []


def test_periods_that_are_artefacts_are_kept_out_of_the_chart() -> None:
    counts = office()
    counts["2026-09-08":] = 0
    months = [f"2026-{month:02}" for month in range(1, 10)]
    found = artefact_periods(volume_artefacts(counts), months, counts)
    assert found == {"2026-09": "stopped"}
    assert artefact_periods(volume_artefacts(office()), months, office(), date(2026, 9, 20)) == {
        "2026-09": "partial"
    }
    sums = counts.groupby(counts.index.strftime("%Y-%m")).sum()
    frame = pd.DataFrame({"period": sums.index, "numerator": sums.to_numpy(), "denominator": 1.0})
    chart = control_chart(frame.assign(artefact=frame["period"].map(found)), Design("u"))
    assert chart.points["skipped"].tolist() == [""] * 8 + ["stopped"]


def test_nothing_and_little() -> None:
    empty = pd.Series([], index=pd.DatetimeIndex([]), dtype=float)
    assert tuple(volume_artefacts(empty)) == FINDINGS
    assert volume_artefacts(office().iloc[:10]).empty
    assert volume_artefacts(office() * 0).empty
    with pytest.raises(ValueError, match="counts of records must be 0 or more; found -1"):
        volume_artefacts(office() - 1)


def test_the_order_of_days_is_of_no_matter() -> None:
    counts = office()
    counts["2026-03-09":"2026-03-20"] = 0
    pd.testing.assert_frame_equal(
        volume_artefacts(counts.sample(frac=1, random_state=1)), volume_artefacts(counts)
    )


def test_the_planted_loss_of_chats_is_found() -> None:
    chats = pd.read_csv(ROOT / "data_samples" / "chats.csv", encoding="gb18030")
    counts = pd.to_datetime(chats["进入时间"]).dt.normalize().value_counts()
    found = volume_artefacts(counts)
    assert found.loc[found["kind"] == "gap", "period"].tolist() == ["2026-06-12..2026-06-30"]


@pytest.mark.skipif(not DATA.is_dir(), reason="the real records (../shared/data) are not at hand")
def test_the_incident_log_stops_in_june_and_closes_nothing_for_two_weeks_of_march() -> None:
    log = pd.read_csv(
        DATA / "servicenow_incident_events.csv.gz",
        usecols=["number", "opened_at", "closed_at"],
        na_values="?",
    ).drop_duplicates("number", keep="last")
    opened, closed = (
        pd.to_datetime(log[name], format="%d/%m/%Y %H:%M").dt.normalize().value_counts()
        for name in ("opened_at", "closed_at")
    )
    found = volume_artefacts(opened)
    assert (found["period"].iloc[-1], found["kind"].iloc[-1]) == ("2016-06-01..2017-02-16", "stopped")
    months = ["2016-03", "2016-04", "2016-05", "2016-06", "2016-07"]
    assert artefact_periods(found, months, opened) == {"2016-06": "stopped", "2016-07": "stopped"}
    # Cases close five days after they are solved, but for two weeks none did; then 3,114 on one day.
    at_close = volume_artefacts(closed).set_index("period")["kind"]
    assert at_close["2016-03-11..2016-03-23"] == "gap"
    assert at_close["2016-03-24"] == "burst"
