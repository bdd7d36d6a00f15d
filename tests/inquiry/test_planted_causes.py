"""Every cause planted in the samples is found in the right place, and nothing where none was planted.

The causes are described in data_samples/README.md, P1 to P13.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import sqaudit
from sqaudit.inquiry.inquire import Inquirer
from sqaudit.inquiry.model import Inquiry
from sqaudit.periods import parse


@pytest.fixture(scope="module")
def audit() -> Iterator[sqaudit.Audit]:
    with sqaudit.open_audit("params/quarterly_review.yaml") as opened:
        yield opened


@pytest.fixture(scope="module")
def quarter(audit: sqaudit.Audit) -> dict[str, Inquiry]:
    """The third quarter against the second."""
    inquirer = Inquirer.of(audit)
    names = ("onsite_promise_rate", "response_30s_rate", "fcr_ticket", "repair_first_pass_rate")
    return {name: inquirer.inquire(name) for name in names}


def segment(inquiry: Inquiry, *conditions: tuple[str, object]) -> pd.Series:
    """The segment that has these conditions, perhaps among others."""
    for _, row in inquiry.segments.iterrows():
        if set(conditions) <= set(zip(row["dimensions"], row["values"], strict=True)):
            return row
    raise AssertionError(
        f"{conditions} not found among {inquiry.segments.get('segment', pd.Series()).tolist()}"
    )


def test_p1_late_evenings_in_the_north_since_the_tenth_of_august(quarter: dict[str, Inquiry]) -> None:
    row = segment(quarter["onsite_promise_rate"], ("region", "north"), ("part_of_day", "evening"))
    assert row["excess"] > 10
    assert row["crowd_from"] == "2026-08-10"
    assert row["since"] == "2026-W33"  # the week of 10 August


def test_p2_monday_mornings_on_the_telephone(quarter: dict[str, Inquiry]) -> None:
    row = segment(
        quarter["response_30s_rate"], ("channel", "phone"), ("weekday", 1), ("part_of_day", "morning")
    )
    assert row["excess"] > 80
    assert row["p_adjusted"] < 1e-6


def test_p3_pumps_of_one_supplier(quarter: dict[str, Inquiry]) -> None:
    row = segment(quarter["repair_first_pass_rate"], ("fitted_part", "排水泵"), ("supplier", "瑞霖配件"))
    assert (row["observed_now"], row["count_now"], row["count_before"]) == (12, 34, 0)
    assert len(quarter["repair_first_pass_rate"].segments) == 1


def test_p4_an_honest_difference_of_one_desk(audit: sqaudit.Audit) -> None:
    """Better than the rest over the year: something to learn from. It never changed: nothing to explain."""
    year = Inquirer.of(audit, parse("2025-07-01..2026-06-30"))
    found = year.inquire("fcr_ticket", ["team", "channel", "product"], asked="level")
    row = segment(found, ("team", "Desk B"))
    assert row["excess"] < 0
    assert row["p_adjusted"] < 0.001


def test_p5_the_agents_who_had_just_begun(quarter: dict[str, Inquiry]) -> None:
    row = segment(quarter["fcr_ticket"], ("new_agent", "new"))
    assert all(name in row["where"] for name in ("E16", "E17", "E18", "E19", "E20"))


def test_p6_the_app_in_the_second_half_of_august(quarter: dict[str, Inquiry]) -> None:
    row = segment(quarter["response_30s_rate"], ("channel", "app"))
    assert "2026-08-10" <= row["crowd_from"] <= "2026-08-17"
    assert "2026-08-28" <= row["crowd_until"] <= "2026-09-02"


def test_p7_the_storm_of_six_days(quarter: dict[str, Inquiry]) -> None:
    row = segment(quarter["onsite_promise_rate"], ("region", "southeast"))
    assert (row["crowd_from"], row["crowd_until"]) == ("2026-07-20", "2026-07-25")


def test_p8_another_clock_is_called_one(quarter: dict[str, Inquiry]) -> None:
    found = quarter["onsite_promise_rate"]
    where = segment(found, ("team", "Repair West"))["where"]
    changed = found.recording[found.recording["where"] == where]
    assert "checked_in_at" in changed["column"].tolist()
    row = changed.set_index("column").loc["checked_in_at"]
    assert row["filled_before"] == 1.0
    assert row["filled_now"] < 0.5


def test_p9_the_shift_of_customers_is_called_mix(quarter: dict[str, Inquiry]) -> None:
    mix = quarter["fcr_ticket"].mix.set_index("dimension").loc["customer_class"]
    assert mix["mix_p_adjusted"] < 0.001
    assert mix["mix_high"] < -0.01  # points of the whole that new customers took
    assert not any("customer_class" in names for names in quarter["fcr_ticket"].segments["dimensions"])


def test_p11_the_desk_that_calls_back_is_better_since_its_measure(quarter: dict[str, Inquiry]) -> None:
    row = segment(quarter["response_30s_rate"], ("team", "Desk A"))
    assert row["excess"] < 0
    assert row["since_earliest"] <= "2026-W22" <= row["since_latest"]  # from 25 May


@pytest.mark.parametrize("period", ["2025-Q4", "2026-Q1"])
def test_a_quarter_in_which_nothing_was_planted_yields_no_cause(audit: sqaudit.Audit, period: str) -> None:
    inquirer = Inquirer.of(audit, parse(period))
    names = ("onsite_promise_rate", "response_30s_rate", "fcr_ticket", "repair_first_pass_rate", "csat_top2")
    for name in names:
        found = inquirer.inquire(name)
        assert found.segments.empty, (name, found.segments["segment"].tolist())
        assert found.answer in ("noise", "mix", "general"), name


def test_the_month_the_extract_lost_is_called_an_artefact(audit: sqaudit.Audit) -> None:
    inquirer = Inquirer.of(audit, parse("2026-06"))
    found = inquirer.inquire("online_reply_sla_work")
    assert found.answer == "artefact"
    assert "2026-06-12..2026-06-30" in found.breaks["period"].tolist()


def test_an_inquiry_can_be_written_down_and_read_again(quarter: dict[str, Inquiry]) -> None:
    for one in quarter.values():
        assert Inquiry.from_dict(one.as_dict()).as_dict() == one.as_dict()
