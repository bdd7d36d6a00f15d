"""Real records, not made by anybody here: the figures must equal what plain pandas computed elsewhere.

The files are not part of the project; the tests skip, and say so, where they are absent.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.audit import Audit, open_audit
from sqaudit.inquiry.inquire import Inquirer
from sqaudit.periods import parse
from sqaudit.publish.run import run

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real records (../shared/data) are not at hand")


def truth(name: str) -> dict:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def counts(frame: pd.DataFrame, indicator: str, key: str) -> dict[str, tuple[int, int]]:
    own = frame[(frame["indicator"] == indicator) & frame[key].notna()]
    return {row[key]: (int(row["numerator"]), int(row["denominator"])) for row in own.to_dict("records")}


def expected(published: dict[str, dict]) -> dict[str, tuple[int, int]]:
    return {key: (entry["num"], entry["den"]) for key, entry in published.items()}


@pytest.fixture(scope="module")
def incidents() -> Audit:
    with open_audit(HERE / "servicenow_incidents.yaml") as audit:
        yield audit


@pytest.fixture(scope="module")
def survey() -> Audit:
    with open_audit(HERE / "mobile_voice_survey.yaml") as audit:
        yield audit


def test_incidents_are_counted_once_each(incidents: Audit) -> None:
    published = truth("servicenow_truth.json")
    account = incidents.row_account.set_index("step")["rows"]
    assert account["read"] == published["events"]
    assert account["used"] == published["incidents"]
    assert account["read"] + account["superseded"] == account["used"]


@pytest.mark.parametrize(
    ("indicator", "entry"),
    [
        ("sla_made_rate", "made_sla_incident_level_last_row"),
        ("reopened_rate", "reopen_rate"),
        ("first_contact_rate", "fcr_proxy_no_reassign_no_reopen"),
    ],
)
def test_rates_equal_the_truth(incidents: Audit, indicator: str, entry: str) -> None:
    published = truth("servicenow_truth.json")[entry]
    row = incidents.measure(indicators=[indicator]).iloc[0]
    assert (row["numerator"], row["denominator"]) == (published["num"], published["den"])
    assert row["value"] == published["num"] / published["den"]


@pytest.mark.parametrize(
    ("by", "entry"), [("priority", "made_sla_by_priority"), ("contact_type", "made_sla_by_contact_type")]
)
def test_segments_equal_the_truth(incidents: Audit, by: str, entry: str) -> None:
    frame = incidents.measure(by=[by], indicators=["sla_made_rate"])
    assert counts(frame, "sla_made_rate", by) == expected(truth("servicenow_truth.json")[entry])


def test_months_equal_the_truth(incidents: Audit) -> None:
    frame = incidents.measure(by=["month"], indicators=["sla_made_rate"])
    assert counts(frame, "sla_made_rate", "period") == expected(
        truth("servicenow_truth.json")["made_sla_by_opened_month"]
    )


def test_columns_without_a_description_are_segments_too(incidents: Audit) -> None:
    published = truth("servicenow_truth.json")
    groups = incidents.measure(by=["assignment_group"], indicators=["sla_made_rate"])
    known = {
        name: entry for name, entry in published["made_sla_by_assignment_group_top10"].items() if name != "?"
    }
    found = counts(groups, "sla_made_rate", "assignment_group")
    assert {name: found[name] for name in known} == expected(known)
    missing = groups[groups["assignment_group"].isna()].iloc[0]
    unknown = published["made_sla_by_assignment_group_top10"]["?"]
    assert (missing["numerator"], missing["denominator"]) == (unknown["num"], unknown["den"])


def test_median_time_to_resolve(incidents: Audit) -> None:
    published = truth("servicenow_truth.json")
    row = incidents.measure(indicators=["resolve_hours_median"]).iloc[0]
    assert row["value"] == pytest.approx(published["resolution_hours_median"], abs=1e-9)
    assert row["low"] < row["value"] < row["high"]
    assert row["excluded"] == published["resolved_at_missing_incidents"]
    by_priority = incidents.measure(by=["priority"], indicators=["resolve_hours_median"]).set_index(
        "priority"
    )["value"]
    for priority, hours in published["resolution_hours_median_by_priority"].items():
        assert by_priority[priority] == pytest.approx(hours, abs=1e-6)


def test_backlog_is_what_was_never_resolved(incidents: Audit) -> None:
    row = incidents.measure(indicators=["backlog"]).iloc[0]
    assert row["value"] == truth("servicenow_truth.json")["resolved_at_missing_incidents"]


def test_the_extract_that_stops_is_called_an_artefact(incidents: Audit) -> None:
    found = incidents.checks.query("check == 'volume_break'").iloc[0]
    assert found["detail"]["where"] == "2016-06..2017-02"
    assert found["detail"]["found"] == 274


def test_a_book_can_be_made_of_it(tmp_path: Path) -> None:
    book = run(HERE / "servicenow_incidents.yaml", out=tmp_path)
    assert book.status == "complete"
    results = json.loads((book.folder / "results.json").read_text(encoding="utf-8"))
    rate = next(row for row in results["scorecard"] if row["indicator"] == "sla_made_rate")
    assert (rate["numerator"], rate["denominator"]) == (15803, 24918)


@pytest.mark.parametrize(
    ("indicator", "entry"), [("overall_top2", "top2box_9_10"), ("overall_low", "low_1_6")]
)
def test_survey_shares_equal_the_truth(survey: Audit, indicator: str, entry: str) -> None:
    published = truth("mobile_voice_truth.json")["语音"]["语音通话整体满意度"][entry]
    row = survey.measure(indicators=[indicator]).iloc[0]
    assert (row["numerator"], row["denominator"]) == (published["num"], published["den"])


def test_survey_mean_equals_the_truth(survey: Audit) -> None:
    published = truth("mobile_voice_truth.json")["语音"]["语音通话整体满意度"]
    row = survey.measure(indicators=["overall_mean"]).iloc[0]
    assert row["denominator"] == published["n"]
    assert row["value"] == pytest.approx(published["mean"], abs=5e-7)


def test_survey_by_star_level(survey: Audit) -> None:
    published = truth("mobile_voice_truth.json")["语音_整体_by_星级"]
    frame = survey.measure(by=["star_level"], indicators=["overall_mean"])
    found = {
        ("nan" if pd.isna(row["star_level"]) else row["star_level"]): row for row in frame.to_dict("records")
    }
    for level, entry in published.items():
        assert found[level]["denominator"] == entry["n"]
        assert found[level]["value"] == pytest.approx(entry["mean"], abs=5e-7)


def test_survey_spelling_variants_are_noticed(survey: Audit) -> None:
    found = survey.checks.query("check == 'spelling_variants'").iloc[0]
    assert found["examples"] == ["VOLTE / VoLTE"]


def test_march_against_april_is_told_with_what_broke_off(incidents: Audit) -> None:
    """Closing stood still from 11 to 23 March and was made up for in a batch; the flag follows closing."""
    inquirer = Inquirer.of(incidents, parse("2016-04"), parse("2016-03"))
    found = inquirer.inquire("sla_made_rate")
    assert "event_breaks" in found.notes
    closing = found.breaks[found.breaks["event"] == "closed_at"].set_index("kind")
    assert closing.loc["gap", "period"] == "2016-03-11..2016-03-23"
    assert closing.loc["burst", "period"] == "2016-03-24"
    rows = incidents.engine.query(
        "SELECT count(*) FILTER (WHERE closed_at::DATE BETWEEN DATE '2016-03-11' AND DATE '2016-03-23') "
        "AS gap, count(*) FILTER (WHERE closed_at::DATE = DATE '2016-03-24') AS batch FROM incident"
    )
    assert (rows["gap"][0], rows["batch"][0]) == (closing.loc["gap", "count"], closing.loc["burst", "count"])
