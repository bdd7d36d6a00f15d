"""Figures of the sample review, computed anew in pandas from the samples and the words of each requirement.

Nothing of sqaudit's reading of a standard is used here: limits, bases and conditions are written out by hand,
and open time is counted minute by minute from the working days that the State Council announced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sqaudit.audit import Audit
from sqaudit.plan import plan
from sqaudit.standards.variants import variants

SAMPLES = Path(__file__).parents[2] / "data_samples"
BEGIN, END, AS_OF = pd.Timestamp("2026-07-01"), pd.Timestamp("2026-10-01"), pd.Timestamp("2026-10-08")
OFF = pd.to_datetime(["2026-09-25", *pd.date_range("2026-10-01", "2026-10-07").astype("str")])
MAKE_UP = pd.to_datetime(["2026-09-20"])  # a Sunday at work
PEAK = [("10:00", "11:30"), ("14:30", "16:00")]  # on workdays, as the calendar of the samples says
Counts = tuple[float, float]
Figure = Callable[[], Counts]
FIGURES: dict[str, Figure] = {}  # numerator and denominator by indicator; `id A11.1` is a reading of it
VALUES: dict[str, Callable[[], float]] = {}


# The records, as the run file says that they are to be read


def texts(name: str, **how: Any) -> pd.DataFrame:
    rows = pd.read_csv(SAMPLES / name, dtype="str", **how)
    return rows.apply(lambda column: column.str.strip()).drop_duplicates()


def timed(rows: pd.DataFrame, form: str | None, *more: str) -> pd.DataFrame:
    names = {*(name for name in rows if str(name).endswith("_at")), *more}
    return rows.assign(**{name: pd.to_datetime(rows[name], format=form, errors="coerce") for name in names})


@cache
def ticket() -> pd.DataFrame:
    rows = texts("tickets.csv", encoding="utf-8-sig", na_values=["?", "N/A"])
    rows = rows.drop_duplicates("ticket_id", keep="last").query("customer_id != 'TEST'")
    rows = timed(rows, "%Y-%m-%d %H:%M:%S")
    return rows.assign(handlings=rows["handlings"].astype(int))


@cache
def call() -> pd.DataFrame:
    return timed(texts("calls.csv.gz", na_values=["?"]), "%Y-%m-%d %H:%M:%S")


@cache
def chat() -> pd.DataFrame:
    names = {
        "会话编号": "chat_id",
        "类型": "kind",
        "进入时间": "offered_at",
        "接入时间": "answered_at",
        "结束时间": "ended_at",
        "登记时间": "registered_at",
        "非工作时间标注": "label",
    }
    return timed(texts("chats.csv", encoding="gb18030").rename(columns=names), "%Y/%m/%d %H:%M:%S")


@cache
def visit() -> pd.DataFrame:
    names = {
        "上门单号": "visit_id",
        "报修时间": "reported_at",
        "约定时间": "promised_at",
        "到达时间": "arrived_at",
        "完工时间": "completed_at",
    }
    rows = texts("visits.csv", sep=";", na_values=["N/A"]).rename(columns=names)
    rows = timed(rows, "%d/%m/%Y %H:%M")
    told = stored("notifications").query("kind == 'eta'").groupby("visit_id")["sent_at"].min()
    return rows.assign(eta_told_at=rows["visit_id"].map(told))


@cache
def booking() -> pd.DataFrame:
    return timed(texts("bookings.csv.gz"), "%Y-%m-%d %H:%M")


@cache
def order() -> pd.DataFrame:
    return timed(texts("orders.csv.gz"), "%Y-%m-%d %H:%M:%S")


@cache
def complaint() -> pd.DataFrame:
    rows = pd.read_excel(SAMPLES / "complaints.xlsx", sheet_name="投诉", header=2, engine="openpyxl")
    return timed(rows, None).query("kind == 'complaint'")


@cache
def survey() -> pd.DataFrame:
    rows = pd.read_excel(SAMPLES / "surveys.xlsx", sheet_name="surveys", engine="openpyxl")
    return rows.assign(score=rows["score"].where(rows["score"] >= 1))


@cache
def stored(name: str) -> pd.DataFrame:
    return pd.read_parquet(SAMPLES / f"{name}.parquet")


def within_quarter(rows: pd.DataFrame, event: str) -> pd.DataFrame:
    return rows[(rows[event] >= BEGIN) & (rows[event] < END)]


# Time


@cache
def open_minutes() -> tuple[np.ndarray, np.ndarray]:
    """Whether each minute since 1 July is open, and how many open ones went before it."""
    minutes = pd.date_range(BEGIN, "2026-12-31", freq="min")
    days = minutes.normalize()
    at_work = ((minutes.day_of_week < 5) & ~days.isin(OFF)) | days.isin(MAKE_UP)
    is_open = np.asarray(at_work & (minutes.hour >= 9) & (minutes.hour < 18))
    return is_open, np.concatenate([[0], np.cumsum(is_open)])


def open_seconds(instants: pd.Series) -> pd.Series:
    """Open time from 1 July to each instant, in seconds; nothing for what is missing or lies before."""
    is_open, before = open_minutes()
    known = instants[instants >= BEGIN]
    seconds = (known - BEGIN).dt.total_seconds().astype(int).to_numpy()
    minute, rest = seconds // 60, seconds % 60
    counted = pd.Series(before[minute] * 60 + rest * is_open[minute], index=known.index, dtype=float)
    return counted.reindex(instants.index)


def workday(instants: pd.Series) -> pd.Series:
    days = instants.dt.normalize()
    return ((days.dt.day_of_week < 5) & ~days.isin(OFF)) | days.isin(MAKE_UP)


def working(instants: pd.Series) -> pd.Series:
    return workday(instants) & instants.dt.hour.between(9, 17)


def peak(instants: pd.Series) -> pd.Series:
    clock = instants.dt.strftime("%H:%M")
    return workday(instants) & pd.concat([(clock >= a) & (clock < b) for a, b in PEAK], axis=1).any(axis=1)


def in_time(start: pd.Series, end: pd.Series, deadline: pd.Series) -> Counts:
    """Kept and judged: no end is a miss once the deadline has passed; an end before the start is none."""
    judged = start.notna() & deadline.notna()
    judged &= (end >= start) | (end.isna() & (deadline <= AS_OF))
    return int((judged & (end <= deadline)).sum()), int(judged.sum())


def in_hours(rows: pd.DataFrame, start: str, end: str, hours: float | pd.Series) -> Counts:
    limit = pd.to_timedelta(np.round(np.multiply(hours, 3600)), unit="s")  # 30 s are no round part of an hour
    return in_time(rows[start], rows[end], rows[start] + limit)


def in_open_hours(rows: pd.DataFrame, start: str, end: str, hours: float) -> Counts:
    """The same by the business clock; at `as_of` the desk is closed, so what was open is over."""
    begun, ended = open_seconds(rows[start]), open_seconds(rows[end])
    now = open_seconds(pd.Series([AS_OF])).iloc[0]
    judged = (rows[end] >= rows[start]) | (rows[end].isna() & (now - begun > hours * 3600))
    kept = judged & rows[end].notna() & (ended - begun <= hours * 3600)
    return int(kept.sum()), int(judged.sum())


def missed(counts: Counts) -> Counts:
    return counts[1] - counts[0], counts[1]


def together(*counts: Counts) -> Counts:
    return sum(one[0] for one in counts), sum(one[1] for one in counts)


def share(met: pd.Series, of: pd.Series | None = None) -> Counts:
    of = pd.Series(True, index=met.index) if of is None else of
    return int((met & of).sum()), int(of.sum())


def figure(name: str) -> Callable[[Figure], Figure]:
    return lambda how: FIGURES.setdefault(name, how)


def value(name: str) -> Callable[[Callable[[], float]], Callable[[], float]]:
    return lambda how: VALUES.setdefault(name, how)


def calls() -> pd.DataFrame:
    return within_quarter(call(), "offered_at")


def chats() -> pd.DataFrame:
    return within_quarter(chat(), "offered_at")


def tickets() -> pd.DataFrame:
    return within_quarter(ticket(), "created_at")


def visits(event: str = "reported_at") -> pd.DataFrame:
    return within_quarter(visit(), event)


def complaints() -> pd.DataFrame:
    return within_quarter(complaint(), "received_at")


def first_sent(kind: str, by: str) -> pd.Series:
    sent: pd.Series = stored("notifications").query(f"kind == '{kind}'").groupby(by)["sent_at"].min()
    return sent


# Service assessment


@figure("booking_completeness")
def _() -> Counts:
    asked = ["scheduled_at", "place", "content", "contact", "special_need"]
    return share(within_quarter(booking(), "requested_at")[asked].notna().all(axis=1))


@figure("booking_confirm_timeout_rate")
def _() -> Counts:
    return missed(in_hours(within_quarter(booking(), "requested_at"), "requested_at", "confirmed_at", 0.5))


@figure("booking_confirm_timeout_rate A11.1")
def _() -> Counts:
    rows = within_quarter(booking(), "requested_at")
    return missed(in_open_hours(rows, "requested_at", "confirmed_at", 0.5))


@figure("certified_rate")
def _() -> Counts:
    rows = within_quarter(stored("rosters"), "starts_at").reset_index()
    valid = rows.merge(stored("certificates"), on="agent")
    day = valid["starts_at"].dt.normalize()
    held = valid[(valid["valid_from"] <= valid["starts_at"]) & (day <= valid["valid_until"])]["index"]
    return share(rows["index"].isin(held))


@figure("tool_shortage_rate")
def _() -> Counts:
    lacking = stored("tool_issues").query("missing")["visit_id"]
    return share(visits()["visit_id"].isin(lacking), visits()["status"] != "cancelled")


@figure("special_request_miss_rate")
def _() -> Counts:
    rows = visits()
    asked = rows["special_need"].notna() & (rows["special_need"] != "none") & rows["special_need_met"].notna()
    return share(rows["special_need_met"] == "false", asked)


@figure("late_dish_rate")
def _() -> Counts:
    rows = within_quarter(order(), "ordered_at")
    return missed(in_time(rows["ordered_at"], rows["served_at"], rows["promised_at"] + pd.Timedelta("10min")))


@figure("video_inspection_coverage")
def _() -> Counts:
    seen = stored("inspections").query("source == 'video'")["visit_id"]
    return share(visits()["visit_id"].isin(seen), visits()["on_video"] == "true")


@figure("new_fault_notice_ontime")
def _() -> Counts:
    return in_hours(visits("fault_found_at"), "fault_found_at", "fault_agreed_at", 0.5)


@figure("acceptance_signed_rate")
def _() -> Counts:
    signed = stored("signed_forms").dropna(subset="signed_at")["visit_id"]
    return share(visits("completed_at")["visit_id"].isin(signed))


@figure("archive_missing_field_rate")
def _() -> Counts:
    rows = within_quarter(stored("archives"), "completed_at")
    return rows["missing_fields"].sum(), rows["required_fields"].sum()


@figure("extra_charge_complaint_rate")
def _() -> Counts:
    return (complaints()["cause"] == "extra_charge").sum(), len(visits("completed_at"))


@figure("online_reply_sla_work")
def _() -> Counts:
    return in_hours(chats()[working(chats()["offered_at"])], "offered_at", "answered_at", 5 / 60)


@figure("online_reply_sla_work A12.1")
def _() -> Counts:
    return in_open_hours(chats()[working(chats()["offered_at"])], "offered_at", "answered_at", 5 / 60)


@figure("online_timeout_rate_work")
def _() -> Counts:
    rows = chats()[workday(chats()["offered_at"])]
    minutes = working(rows["offered_at"]).map({True: 5.0, False: 30.0})
    return missed(in_hours(rows, "offered_at", "answered_at", minutes / 60))


@figure("online_mean_resp_off A09.1")
def _() -> Counts:
    rows = chats()[~workday(chats()["offered_at"]) & (chats()["kind"] == "会话")]
    waited = rows["answered_at"].fillna(rows["ended_at"]) - rows["offered_at"]
    return waited.dt.total_seconds().sum() / 60, waited.notna().sum()


@figure("phone_3ring_miss_rate")
def _() -> Counts:
    slow = ~(calls()["answered_at"] - calls()["ring_started_at"] <= pd.Timedelta("6s"))
    return share(slow)  # a call that never rang was not answered


def transfer_waits() -> pd.Series:
    rows = calls().dropna(subset="transfer_requested_at")
    until = rows["agent_joined_at"].fillna(rows["abandoned_at"])
    return (until - rows["transfer_requested_at"]).dt.total_seconds().dropna()


@figure("transfer_wait_mean")
def _() -> Counts:
    return transfer_waits().sum(), len(transfer_waits())


@value("transfer_wait_max")
def _() -> float:
    return float(transfer_waits().max())


@value("transfer_wait_p95")
def _() -> float:
    return float(transfer_waits().quantile(0.95))


def limit_of_visit(rows: pd.DataFrame, near: float, far: float) -> pd.Series:
    """The longer limit holds outside the core where the customer was told before the arrival."""
    told = rows["eta_told_at"].notna() & ~(rows["eta_told_at"] >= rows["arrived_at"])
    return (rows["zone"].isin(["suburb", "remote"]) & told).map({True: far, False: near})


def visits_of(urgency: str) -> pd.DataFrame:
    return visits()[(visits()["urgency"] == urgency) & (visits()["status"] != "cancelled")]


@figure("emergency_late_rate")
def _() -> Counts:
    rows = visits_of("emergency")
    return missed(in_hours(rows, "reported_at", "arrived_at", limit_of_visit(rows, 0.5, 1.0)))


@figure("routine_late_rate")
def _() -> Counts:
    rows = visits_of("routine")
    return missed(in_hours(rows, "reported_at", "arrived_at", limit_of_visit(rows, 2.0, 4.0)))


@figure("routine_late_rate A11.1")
def _() -> Counts:
    rows = visits_of("routine")
    far = limit_of_visit(rows, 2.0, 4.0) == 4.0
    near_and_far = [in_open_hours(rows[~far], "reported_at", "arrived_at", 2.0)]
    near_and_far += [in_open_hours(rows[far], "reported_at", "arrived_at", 4.0)]
    return missed(together(*near_and_far))


@figure("compensation_miss_rate")
def _() -> Counts:
    rows = visits_of("routine")
    limit = pd.to_timedelta(limit_of_visit(rows, 2.0, 4.0), unit="h")
    late = (rows["arrived_at"] > rows["reported_at"] + limit) & rows["compensated"].notna()
    return share(rows["compensated"] == "false", late)


# Customer service assurance


@figure("instant_response_30s")
def _() -> Counts:
    written = chats()[working(chats()["offered_at"]) & (chats()["kind"] == "会话")]
    spoken = calls()[working(calls()["offered_at"])]
    return together(*(in_hours(one, "offered_at", "answered_at", 30 / 3600) for one in (written, spoken)))


@figure("offhours_ack_1h")
def _() -> Counts:
    found = []
    for rows, key in ((chats(), "chat_id"), (calls(), "call_id")):
        late = rows[~working(rows["offered_at"])]
        told = late.assign(told_at=late[key].map(first_sent("acknowledgement", key)))
        found.append(in_hours(told, "offered_at", "told_at", 1))
    return together(*found)


def complex_issues() -> pd.DataFrame:
    rows = tickets()[tickets()["issue_class"] == "complex"]
    heard = pd.concat([rows["ticket_id"].map(first_sent("progress", "ticket_id")), rows["solved_at"]], axis=1)
    return rows.assign(heard_at=heard.min(axis=1))


@figure("complex_progress_48h")
def _() -> Counts:
    return in_hours(complex_issues(), "created_at", "heard_at", 48)


@figure("complex_solution_72h A11.1")
def _() -> Counts:
    return in_open_hours(complex_issues(), "created_at", "solved_at", 72)


@figure("general_answer_24h A11.1")
def _() -> Counts:
    rows = tickets()[tickets()["issue_class"] == "general"]
    return in_open_hours(rows, "created_at", "answered_at", 24)


@figure("second_resolution_complex A25.1")
def _() -> Counts:
    rows = complex_issues()
    rows = rows[(rows["solved_at_first_contact"] == "false") | rows["solved_at"].isna()]
    rows = rows[rows["exception_registered"] != "true"]
    return share((rows["handlings"] <= 2) & rows["solved_at"].notna())


@figure("peak_connect_rate")
def _() -> Counts:
    return share(calls()["answered_at"].notna(), peak(calls()["offered_at"]))


@figure("l2_dispatch_2h A11.1")
def _() -> Counts:
    return in_open_hours(tickets()[tickets()["tier"] == "2"], "accepted_at", "dispatched_at", 2)


@figure("l3_update_24h")
def _() -> Counts:
    sent = stored("notifications").query("kind == 'progress'")
    covered = whole = 0
    for one in tickets()[tickets()["tier"] == "3"].dropna(subset="escalated_at").itertuples():
        until = AS_OF if pd.isna(one.solved_at) else one.solved_at
        told = sent[sent["ticket_id"] == one.ticket_id]["sent_at"]
        for day in range((until - one.escalated_at) // pd.Timedelta("24h")):
            start = one.escalated_at + day * pd.Timedelta("24h")
            whole += 1
            covered += bool(told.between(start, start + pd.Timedelta("24h"), inclusive="left").any())
    return covered, whole


@figure("weekly_sampling_rate")
def _() -> Counts:
    seen = stored("inspections")
    frames = {"ticket_id": tickets(), "call_id": calls().dropna(subset="answered_at"), "chat_id": chats()}
    return together(*(share(rows[key].isin(seen[key].dropna())) for key, rows in frames.items()))


@figure("ledger_completeness")
def _() -> Counts:
    rows = tickets().dropna(subset="solved_at")
    rated = rows["ticket_id"].isin(survey().dropna(subset="score")["ticket_id"])
    return share(rows[["content", "result"]].notna().all(axis=1) & rated)


@figure("complaint_register_2h A11.1")
def _() -> Counts:
    return in_open_hours(complaints(), "received_at", "registered_at", 2)


@figure("complaint_plan_24h A11.1")
def _() -> Counts:
    return in_open_hours(complaints(), "received_at", "planned_at", 24)


@figure("complaint_resolution_rate")
def _() -> Counts:
    rows = complaints()[complaints()["exception_registered"].astype("str").str.lower() != "true"]
    rows = rows[rows["received_at"] + pd.Timedelta("7D") <= AS_OF]
    return in_hours(rows, "received_at", "resolved_at", 7 * 24)


@figure("resolution_rate")
def _() -> Counts:
    rows = tickets()[tickets()["exception_registered"] != "true"]
    rows = rows[rows["created_at"] + pd.Timedelta("7D") <= AS_OF]
    return in_hours(rows, "created_at", "solved_at", 7 * 24)


@figure("csat_score100")
def _() -> Counts:
    scores = within_quarter(survey(), "sent_at")["score"].dropna()
    return ((scores - 1) * 25).sum(), len(scores)


@figure("complaint_rate")
def _() -> Counts:
    return len(complaints()), len(within_quarter(ticket(), "solved_at"))


# Monitoring, after-sales evaluation, quality management


@figure("throughput")
def _() -> Counts:
    staffed = within_quarter(stored("rosters"), "starts_at")["available_hours"].sum()
    return len(within_quarter(ticket(), "solved_at")), staffed


@value("service_completion_time_p90")
def _() -> float:
    took = (tickets()["solved_at"] - tickets()["created_at"]).dropna()
    return float((took[took >= pd.Timedelta(0)].dt.total_seconds() / 3600).quantile(0.9))


@figure("material_waste_cost")
def _() -> Counts:
    rows = within_quarter(stored("materials"), "used_at")
    beyond = (rows["used_quantity"] - rows["standard_quantity"]).clip(lower=0)
    return (beyond * rows["unit_cost"]).sum(), (rows["standard_quantity"] * rows["unit_cost"]).sum()


@figure("resource_utilisation")
def _() -> Counts:
    kinds = [("equipment", "logged_at"), ("rosters", "starts_at")]
    both = pd.concat([within_quarter(stored(name), event) for name, event in kinds])
    return both["used_hours"].sum(), both["available_hours"].sum()


@figure("incident_handled_rate")
def _() -> Counts:
    rows = within_quarter(stored("incidents"), "opened_at")
    by_plan = rows["handled_by_plan"].astype(bool)
    kept = in_time(*(rows[by_plan][name] for name in ("opened_at", "resolved_at", "due_at")))
    return kept[0], kept[1] + int((~by_plan).sum())


@figure("onsite_promise_rate")
def _() -> Counts:
    rows = visits()[visits()["status"] != "cancelled"]
    return in_time(rows["reported_at"], rows["arrived_at"], rows["promised_at"])


@figure("fcr_ticket")
def _() -> Counts:
    first = tickets()["solved_at_first_contact"]
    return share(first == "true", first.notna())


@figure("dept_response_intime")
def _() -> Counts:
    own = {"客户服务中心": 2, "售后服务部": 5}
    minutes = tickets()["department"].map(own).fillna(30.0)
    return in_hours(tickets(), "created_at", "first_reply_at", minutes / 60)


@figure("rectified_ontime_rate")
def _() -> Counts:
    rows = within_quarter(stored("findings"), "found_at")
    return in_time(rows["found_at"], rows["closed_at"], rows["due_at"])


@figure("praise_review_count")
def _() -> Counts:
    rows = pd.read_excel(SAMPLES / "complaints.xlsx", sheet_name="投诉", header=2, engine="openpyxl")
    return len(within_quarter(timed(rows, None), "received_at").query("kind in ['praise', 'review']")), np.nan


# The comparison


@pytest.fixture(scope="module")
def measured() -> Iterator[pd.DataFrame]:
    """What sqaudit makes of the same records, for these indicators and readings alone."""
    asked = [*FIGURES, *VALUES]
    whole = plan(SAMPLES.parent / "params" / "quarterly_review.yaml")
    standards, names = [], {}
    for standard in whole.standards:
        ways = {one.id: one for one in standard.indicators}
        ways |= {
            f"{one.original} {one.assumption}.{one.reading}": one.indicator for one in variants(standard)
        }
        chosen = {name: one for name, one in ways.items() if name in asked}
        names |= {one.id: name for name, one in chosen.items()}
        alone = [one.model_copy(update={"readings": {}}) for one in chosen.values()]
        standards.append(standard.model_copy(update={"indicators": alone}))
    with Audit(replace(whole, standards=tuple(standards))) as audit:
        yield audit.measure().assign(name=lambda frame: frame["indicator"].map(names)).set_index("name")


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_agrees(name: str, measured: pd.DataFrame) -> None:
    numerator, denominator = FIGURES[name]()
    found = measured.loc[name]
    assert (found["numerator"], found["denominator"]) == pytest.approx(
        (numerator, denominator), rel=1e-9, nan_ok=True
    )


@pytest.mark.parametrize("name", VALUES)
def test_a_value_agrees(name: str, measured: pd.DataFrame) -> None:
    assert measured.loc[name, "value"] == pytest.approx(VALUES[name](), rel=1e-9)


def test_open_time_is_what_the_state_council_announced() -> None:
    """Eighteen hours from Saturday 19 September 9:00 to Monday evening: the Sunday was a day at work."""
    span = pd.Series(pd.to_datetime(["2026-09-19 09:00", "2026-09-21 18:30", "2026-09-25 12:00"]))
    begun, monday, holiday = open_seconds(span)
    assert (monday - begun, holiday - monday) == (18 * 3600, 27 * 3600)
