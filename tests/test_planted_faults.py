"""What was planted in the sample data is found by the workbook (data_samples/README.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sqaudit.audit import Audit, open_audit

ROOT = Path(__file__).parents[1]
SPAN = "2025-07-01..2026-09-30"  # all that the samples cover
PLANTED: dict[str, Any] = json.loads((ROOT / "data_samples" / "planted.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def audit() -> Audit:
    with open_audit(ROOT / "params" / "quarterly_review.yaml") as opened:
        yield opened


def planted(identifier: str, file: str = "", what: str = "") -> int:
    """How many faults of one id the generator planted, in one file or by their description."""
    rows = [one for one in PLANTED["faults"] if one["id"] == identifier]
    return sum(one["count"] for one in rows if file in one["file"] and what in one["what"])


def cause(identifier: str) -> dict[str, Any]:
    (told,) = [one for one in PLANTED["causes"] if one["id"] == identifier]
    return told


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


def missed(audit: Audit, indicator: str, where: str) -> float:
    """The share of the listed rows that missed, among those met or missed."""
    status = audit.records(indicator, where=where)["status"].value_counts()
    return float(status.get("missed", 0) / (status.get("missed", 0) + status.get("met", 0)))


def test_p1_late_evenings_in_the_north_since_august(audit: Audit) -> None:
    rows = "region = 'north' and reported_at >= '2026-08-10' and hour(reported_at)"
    listed = audit.records("onsite_promise_rate", where=f"{rows} >= 16")["status"].value_counts()
    assert (listed["missed"], listed["missed"] + listed["met"]) == (cause("P1")["hit"], cause("P1")["count"])
    assert missed(audit, "onsite_promise_rate", f"{rows} < 16") < 0.2
    now = audit.results.grouped("region")
    north = now.query("indicator == 'onsite_promise_rate' and region == 'north'").set_index("period")
    assert north.loc["2026-Q3", "high"] < north.loc["2026-Q2", "low"]


def test_the_fall_of_arrival_is_the_biggest_change_of_its_standard(audit: Audit) -> None:
    from sqaudit.review import Review

    targets = ["onsite_promise_rate", "response_30s_rate", "fcr_ticket", "repair_first_pass_rate"]
    changes = Review.of(audit).changes
    first = changes[changes["indicator"].isin(targets)].iloc[0]
    assert (first["indicator"], first["change"]) == ("onsite_promise_rate", "worse")


def test_p2_monday_mornings_since_july(audit: Audit) -> None:
    rush = "dayofweek(offered_at) = 1 and hour(offered_at) between 9 and 10"
    rows = audit.records("response_30s_rate", where=rush)
    calls = rows[rows["kind"] == "call"]["status"].value_counts()
    assert (calls["missed"], calls.sum()) == (cause("P2")["hit"], cause("P2")["count"])
    assert missed(audit, "response_30s_rate", "dayofweek(offered_at) <> 1") < 0.15


def test_p3_rework_of_one_product(audit: Audit) -> None:
    products = audit.measure(by=["product"], indicators=["repair_first_pass_rate"]).set_index("product")[
        "value"
    ]
    assert products.idxmin() == "Washer B"
    assert products["Washer B"] < products.drop("Washer B").min() - 0.01


def test_p4_one_desk_is_better_than_the_others(audit: Audit) -> None:
    teams = audit.measure(by=["team"], period=SPAN, indicators=["fcr_ticket"]).set_index("team")
    desks = teams.loc[["Desk A", "Desk B", "Desk C", "在线一组", "在线二组", "在线三组"]]
    assert desks.loc["Desk B", "low"] > desks.drop(index="Desk B")["value"].max()


def test_p5_newcomers_pull_their_desk_down_for_eight_weeks(audit: Audit) -> None:
    agents = audit.measure(by=["agent"], period="2026-07-06..2026-08-30", indicators=["fcr_ticket"])
    newcomers = agents[agents["agent"].isin([f"E{n}" for n in range(16, 21)])]
    solved, judged = newcomers["numerator"].sum(), newcomers["denominator"].sum()
    assert (judged - solved, judged) == (cause("P5")["hit"], cause("P5")["count"])
    teams = audit.measure(by=["team"], period="2026-07-06..2026-08-30", indicators=["fcr_ticket"])
    assert teams.query("denominator >= 50").set_index("team")["value"].idxmin() == "Desk C"


def test_p6_the_app_in_the_outage(audit: Audit) -> None:
    channels = audit.measure(
        by=["channel"], period="2026-08-17..2026-08-28", indicators=["response_30s_rate"]
    )
    shares = channels.set_index("channel")
    assert shares["value"].idxmin() == "app"
    assert shares.loc["app", "high"] < shares.loc["online", "low"]


def test_p7_the_outskirts_in_the_storm(audit: Audit) -> None:
    days = audit.measure(
        by=["region", "zone"], period="2026-07-20..2026-07-25", indicators=["onsite_promise_rate"]
    )
    flooded = days[(days["region"] == "southeast") & (days["zone"] != "core")]
    late, judged = (flooded["denominator"] - flooded["numerator"]).sum(), flooded["denominator"].sum()
    assert (late, judged) == (cause("P7")["hit"], cause("P7")["count"])
    others = days.drop(flooded.index)
    assert others["numerator"].sum() / others["denominator"].sum() > 0.85


def test_p8_arrivals_by_signature(audit: Audit) -> None:
    signed = "team = 'Repair West' and arrived_at >= '2026-08-01' and checked_in_at is null"
    rows = audit.records("onsite_promise_rate", where=signed)
    assert len(rows) == cause("P8")["without_position"]
    located = "team <> 'Repair West' and checked_in_at is null and arrived_at is not null"
    assert len(audit.records("onsite_promise_rate", where=located)) < 0.05 * len(
        audit.records("onsite_promise_rate")
    )


def test_p9_new_customers_are_more_and_served_alike(audit: Audit) -> None:
    quarters = [
        audit.measure(by=["customer_class"], period=period, indicators=["fcr_ticket"]).set_index(
            "customer_class"
        )
        for period in ("2026-Q2", "2026-Q3")
    ]
    share = [one.loc["new", "denominator"] / one["denominator"].sum() for one in quarters]
    assert share[1] > share[0] + 0.15
    for sort in ("new", "existing"):  # the newcomers of P5 alone lower both a little
        assert abs(quarters[0].loc[sort, "value"] - quarters[1].loc[sort, "value"]) < 0.04


def test_p10_replies_just_inside_the_limit(audit: Audit) -> None:
    rows = audit.records("response_30s_rate", where="team = '在线三组' and kind = 'chat'")
    wait = (rows["answered_at"] - rows["offered_at"]).dt.total_seconds()
    assert wait.between(26, 30).sum() > 10 * wait.between(30, 34, inclusive="right").sum()


def test_p11_and_p12_a_measure_that_worked_and_one_that_did_not(audit: Audit) -> None:
    desk = [
        value(audit, "response_30s_rate", period, team="Desk A")
        for period in ("2026-04-01..2026-05-24", "2026-05-25..2026-06-30")
    ]
    assert desk[1]["low"] > desk[0]["high"]
    east = [
        value(audit, "onsite_promise_rate", period, region="east")
        for period in ("2025-07-01..2026-05-17", "2026-05-18..2026-09-30")
    ]
    assert east[0]["low"] < east[1]["value"] < east[0]["high"]


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


def test_rows_outside_the_five_quarters() -> None:
    with open_audit(ROOT / "params" / "quarterly_review.yaml", period=SPAN, compare="none") as whole:
        outside = (
            found(whole, "outside_period").set_index("kind")["count"].drop("notification", errors="ignore")
        )
    for kind, file in {"ticket": "tickets", "call": "calls", "visit": "visits"}.items():
        assert outside[kind] == planted("D4", file), kind


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


def test_nothing_else_is_wrong_with_the_records(audit: Audit) -> None:
    checks = audit.checks
    errors = checks[checks["severity"] == "error"]
    assert set(zip(errors["kind"], errors["check"], strict=True)) == {
        ("ticket", "impossible_order"),
        ("visit", "impossible_order"),
        ("visit", "unreadable_value"),
        ("visit", "no_event_time"),
    }
    warnings = checks[checks["severity"] == "warning"]
    assert set(warnings["check"]) == {"spelling_variants", "volume_break"}


def test_every_row_is_accounted_for(audit: Audit) -> None:
    for _, steps in audit.row_account.groupby("kind"):
        rows = steps.set_index("step")["rows"]
        assert rows.drop("used").sum() == rows["used"]


def test_customers_are_masked_in_listings(audit: Audit) -> None:
    listed = audit.records("complaint_response_24h")
    assert set(listed["phone"].dropna()) == {"***"}
    assert set(listed["customer_name"].dropna()) == {"***"}


def test_every_planted_fault_has_its_test_here_or_beside() -> None:
    """P13 is a measure that began after the last record: there is nothing to find yet."""
    assert {fault["id"] for fault in PLANTED["faults"]} == {f"D{n}" for n in range(1, 10)}
    assert {one["id"] for one in PLANTED["causes"]} == {f"P{n}" for n in range(1, 14)}


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
        "D7", "tickets.csv", "team is ?"
    )
