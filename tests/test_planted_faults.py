"""What was planted in the sample data is found by the workbook (data_samples/README.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sqaudit.audit import Audit, open_audit

ROOT = Path(__file__).parents[1]
PLANTED: dict[str, Any] = json.loads((ROOT / "data_samples" / "planted.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def audit() -> Audit:
    with open_audit(ROOT / "params" / "quarterly_review.yaml") as opened:
        yield opened


def planted(identifier: str, file: str = "", what: str = "") -> int:
    """How many faults of one id the generator planted, in one file or by their description."""
    rows = [one for one in PLANTED["faults"] if one["id"] == identifier]
    return sum(one["count"] for one in rows if file in one["file"] and what in one["what"])


def found(audit: Audit, check: str, **where: str) -> pd.DataFrame:
    rows = audit.checks[audit.checks["check"] == check]
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows


def value(audit: Audit, indicator: str, period: str, **where: str) -> pd.Series:
    frame = audit.measure(by=list(where), period=period, indicators=[indicator])
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    assert len(frame) == 1
    return frame.iloc[0]


def test_late_visits_in_the_northern_suburb_since_august(audit: Audit) -> None:
    before = value(audit, "onsite_promise_rate", "2026-Q2", region="north", zone="suburb")
    after = value(audit, "onsite_promise_rate", "2026-08-10..2026-09-30", region="north", zone="suburb")
    elsewhere = value(audit, "onsite_promise_rate", "2026-08-10..2026-09-30", region="north", zone="core")
    assert after["high"] < 0.5 < before["low"]
    assert elsewhere["value"] > 0.8
    changes = audit.results.grouped("region")
    now = changes.query("indicator == 'onsite_promise_rate' and period == '2026-Q3'").set_index("region")[
        "value"
    ]
    assert now.idxmin() == "north"


def test_the_fall_of_arrival_is_the_biggest_change(audit: Audit) -> None:
    from sqaudit.review import Review

    first = Review.of(audit).changes.iloc[0]
    assert (first["indicator"], first["change"]) == ("onsite_promise_rate", "worse")


def test_monday_mornings_since_july(audit: Audit) -> None:
    rows = audit.records(
        "response_30s_rate", where="dayofweek(offered_at) = 1 and hour(offered_at) between 9 and 10"
    )
    calls = rows[rows["kind"] == "call"]
    missed = (calls["status"] == "missed").mean()
    others = audit.records("response_30s_rate", where="dayofweek(offered_at) <> 1")
    assert missed > 0.5 > (others["status"] == "missed").mean() + 0.3


def test_rework_of_one_repair_team_in_september(audit: Audit) -> None:
    teams = audit.measure(by=["team"], period="2026-09", indicators=["repair_first_pass_rate"]).set_index(
        "team"
    )["value"]
    assert teams.idxmin() == "Repair East"
    assert teams["Repair East"] < 0.85


def test_one_desk_is_better_than_the_others(audit: Audit) -> None:
    teams = audit.measure(by=["team"], indicators=["fcr_ticket"]).query("denominator >= 50").set_index("team")
    assert teams["value"].idxmax() == "Desk B"
    others = teams.drop(index="Desk B")
    assert teams.loc["Desk B", "low"] > others.loc[["Desk A", "在线一组", "在线二组"], "value"].max()


def test_duplicates_are_set_aside_and_counted(audit: Audit) -> None:
    superseded = found(audit, "superseded", kind="ticket").iloc[0]
    assert superseded["count"] == planted("D1")
    assert found(audit, "duplicate_id").empty


def test_duplicates_are_an_error_where_no_rule_is_given() -> None:
    import yaml

    from sqaudit.audit import audit_of

    content = yaml.safe_load((ROOT / "params" / "quarterly_review.yaml").read_text(encoding="utf-8"))
    del content["records"]["ticket"]["rows"]
    with audit_of(content, ROOT / "params") as unruled:
        row = found(unruled, "duplicate_id", kind="ticket").iloc[0]
    assert (row["severity"], row["count"]) == ("error", planted("D1"))


@pytest.mark.parametrize(
    ("column", "count", "example"),
    [
        ("reported_at", 2, "2026-13-45"),
        ("promised_at", 3, "pending"),
        ("arrived_at", 3, "—"),
        ("completed_at", 1, "31/09/2026 09:00"),
    ],
)
def test_unreadable_dates_with_their_rows(audit: Audit, column: str, count: int, example: str) -> None:
    row = found(audit, "unreadable_value", kind="visit", column=column).iloc[0]
    assert row["count"] == count
    assert example in row["examples"]
    lines = (ROOT / "data_samples" / "visits.csv").read_text(encoding="utf-8").splitlines()
    assert all(example in lines[number - 1] for number in row["rows"])


@pytest.mark.parametrize(
    ("kind", "column", "count"), [("ticket", "solved_at", 4), ("visit", "arrived_at", 5)]
)
def test_impossible_orders(audit: Audit, kind: str, column: str, count: int) -> None:
    assert found(audit, "impossible_order", kind=kind, column=column).iloc[0]["count"] == count


@pytest.mark.parametrize(("kind", "file"), [("ticket", "tickets"), ("call", "calls"), ("visit", "visits")])
def test_rows_outside_both_quarters(audit: Audit, kind: str, file: str) -> None:
    assert found(audit, "outside_period", kind=kind).iloc[0]["count"] == planted("D4", file)


def test_the_chat_extract_that_stopped(audit: Audit) -> None:
    breaks = found(audit, "volume_break")
    assert breaks["kind"].tolist() == ["chat"]
    assert breaks.iloc[0]["detail"]["where"] == "2026-06"


def test_one_team_spelt_two_ways(audit: Audit) -> None:
    variants = found(audit, "spelling_variants", column="team").set_index("kind")
    assert variants["count"].to_dict() == {"ticket": 14, "call": 18}
    assert variants.loc["ticket", "examples"] == ["Desk A / desk a"]


def test_test_records_are_left_out_and_counted(audit: Audit) -> None:
    assert found(audit, "excluded_by_rule", kind="ticket").iloc[0]["count"] == planted("D9")
    listed = audit.records("fcr_ticket", status="excluded", where="customer_id = 'TEST'")
    assert set(listed["reason"]) == {"test record"}


def test_every_row_is_accounted_for(audit: Audit) -> None:
    for _, steps in audit.row_account.groupby("kind"):
        rows = steps.set_index("step")["rows"]
        assert rows.drop("used").sum() == rows["used"]


def test_customers_are_masked_in_listings(audit: Audit) -> None:
    listed = audit.records("complaint_response_24h")
    assert set(listed["phone"].dropna()) == {"***"}
    assert set(listed["customer_name"].dropna()) == {"***"}


def test_every_planted_fault_has_its_test_here_or_beside() -> None:
    """D6 (content that attacks) and D7 (ways to write nothing) are tested with exports and sources."""
    assert {fault["id"] for fault in PLANTED["faults"]} == {
        *(f"P{n}" for n in range(1, 5)),
        *(f"D{n}" for n in range(1, 10)),
    }


def test_attacks_in_the_records_stay_text(audit: Audit, tmp_path: Path) -> None:
    from sqaudit.publish.tables import as_csv

    listed = audit.records("complaint_response_24h")
    attacks = listed[listed["text"].str.startswith(("=", "+", "<script"), na=False)]["text"].tolist()
    assert len(attacks) == planted("D6")
    content = as_csv(listed).decode("utf-8-sig")
    assert "'=HYPERLINK" in content
    assert ",=HYPERLINK" not in content
    assert '"=HYPERLINK' not in content


def test_ways_to_write_nothing_are_missing_values(audit: Audit) -> None:
    answered = audit.measure(indicators=["csat_top2"]).iloc[0]
    scores = audit.records("csat_top2", status="excluded")["score"]
    assert scores.isna().all()
    assert answered["excluded"] == len(scores)
    assert found(audit, "segment_missing", kind="ticket", column="team").iloc[0]["count"] == planted(
        "D7", "tickets.csv", "'?'"
    )
