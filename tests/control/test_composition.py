"""Breaks in the make-up of records are found, drift and chance are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sqaudit.control.composition import composition_change

DATA = Path(__file__).parents[3] / "shared" / "data"


def weeks(shares: np.ndarray, seed: int = 1) -> pd.DataFrame:
    """Counts of three queues in as many weeks as there are rows of shares."""
    draws = np.random.default_rng(seed).multinomial(500, shares)
    return pd.DataFrame(
        [
            {"period": f"2026-W{week:02}", "group": group, "count": count}
            for week, row in enumerate(draws, 1)
            for group, count in zip("abc", row, strict=True)
        ]
    )


def test_a_queue_that_takes_over_is_dated() -> None:
    shares = np.array([[0.5, 0.3, 0.2]] * 12 + [[0.2, 0.6, 0.2]] * 10)
    found = composition_change(weeks(shares).sample(frac=1, random_state=1))
    assert (found.found, found.since, found.group) == (True, "2026-W13", "a")
    assert found.moved == pytest.approx(0.3, abs=0.03)
    assert found.before > found.after


def test_chance_and_small_drift_are_no_break() -> None:
    calm = np.array([[0.5, 0.3, 0.2]] * 20)
    assert sum(composition_change(weeks(calm, seed)).p_value < 0.05 for seed in range(60)) <= 9
    drift = np.column_stack([np.linspace(0.5, 0.4, 20), np.full(20, 0.3), np.linspace(0.2, 0.3, 20)])
    assert not composition_change(weeks(drift)).found


def test_a_field_no_longer_filled_is_a_break() -> None:
    frame = weeks(np.array([[0.9, 0.1, 0.0]] * 8 + [[0.1, 0.1, 0.8]] * 8))
    frame["group"] = frame["group"].where(frame["group"] != "c")
    found = composition_change(frame)
    assert found.since == "2026-W09"
    assert found.group in ("a", "")


def test_few_periods_and_negative_counts() -> None:
    assert np.isnan(composition_change(weeks(np.array([[0.5, 0.3, 0.2]] * 5))).p_value)
    with pytest.raises(ValueError, match="counts must be 0 or more; found -1"):
        composition_change(pd.DataFrame({"period": [1], "group": ["a"], "count": [-1]}))


@pytest.mark.skipif(not DATA.is_dir(), reason="the real records (../shared/data) are not at hand")
def test_the_knowledge_flag_of_the_incident_log_stops_in_march() -> None:
    log = pd.read_csv(
        DATA / "servicenow_incident_events.csv.gz", usecols=["number", "opened_at", "knowledge"]
    ).drop_duplicates("number", keep="last")
    log["period"] = pd.to_datetime(log["opened_at"], format="%d/%m/%Y %H:%M").dt.normalize()
    log = log[log["period"] < pd.Timestamp("2016-06-01")]
    found = composition_change(
        log.value_counts(["period", "knowledge"])
        .reset_index(name="count")
        .rename(columns={"knowledge": "group"})
    )
    # From the day on which closing stopped for two weeks: another system, not another service.
    assert found.since == pd.Timestamp("2016-03-11")
    assert found.moved > 0.9
