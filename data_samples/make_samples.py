"""Make the sample records of an invented repair service, with known causes and known faults in them.

Everything is drawn from one seeded generator, so the same seed gives the same records. What was planted is
told in planted.json (for programs) and README.md (for people); nothing else in the files gives it away.

    python data_samples/make_samples.py --out DIR --scale 1.0 --seed 20260930
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

Rng = np.random.Generator
Frame = pd.DataFrame
Entry = dict[str, Any]

SEED = 20260951
BEGIN, MIDDLE, END = pd.Timestamp("2026-04-01"), pd.Timestamp("2026-07-01"), pd.Timestamp("2026-10-01")
AS_OF = pd.Timestamp("2026-10-08")
SIZES = {
    "visits": 1500, "desk": 1300, "calls": 3500, "chats": 1760, "surveys": 900,
    "complaint": 160, "praise": 60, "review": 40,
}  # fmt: skip

REGIONS = {"north": 0.44, "south": 0.20, "east": 0.20, "west": 0.16}
PRODUCTS = ["Fridge A", "Washer B", "Cooler C", "Dryer D"]
BEFORE_LAUNCH, AFTER_LAUNCH = [0.36, 0.34, 0.26, 0.04], [0.32, 0.31, 0.25, 0.12]
AGENTS = {
    "Desk A": 4, "Desk B": 4, "在线一组": 3, "在线二组": 3,
    "Repair North": 5, "Repair South": 4, "Repair East": 4, "Repair West": 3,
}  # fmt: skip
HOLIDAYS = [
    *pd.date_range("2026-05-01", "2026-05-05"),
    *pd.date_range("2026-06-19", "2026-06-21"),
    *pd.date_range("2026-09-25", "2026-09-27"),
]

# Weight of each hour of the day from 0 to 23, and of each day of the week from Monday.
PHONE_HOURS = [0] * 8 + [6, 10, 11, 8, 5, 6, 9, 9, 7, 6, 5, 4] + [0] * 4
CHAT_HOURS = [0] * 8 + [4, 7, 8, 7, 6, 6, 7, 7, 6, 6, 7, 9, 9, 6] + [0] * 2
REPORT_HOURS = [0] * 7 + [3, 7, 10, 10, 8, 5, 6, 7, 7, 6, 6, 5, 4, 2] + [0] * 3
PHONE_WEEK = [1.35, 1.10, 1.05, 1.00, 1.05, 0.75, 0.60]
CHAT_WEEK = [1.10, 1.00, 1.00, 1.00, 1.05, 1.10, 1.05]
REPORT_WEEK = [1.20, 1.05, 1.00, 0.95, 1.00, 1.10, 0.90]

# The causes planted in the third quarter (README.md, P1 to P4). Nothing is planted in the second.
DISPATCH_CHANGE = pd.Timestamp("2026-08-10")
BAD_BATCH = pd.Timestamp("2026-09-01")
LAUNCH = MIDDLE
RUSH = 1.8  # times the usual calls on a Monday from 9 to 11 since the launch
BREAK_BEGIN, BREAK_END = pd.Timestamp("2026-06-12"), pd.Timestamp("2026-07-01")

COLUMNS = {
    "tickets": [
        "ticket_id", "created_at", "first_reply_at", "solved_at", "closed_at", "status", "service_type",
        "channel", "team", "agent", "region", "product", "customer_id", "customer_class", "contacts",
        "solved_at_first_contact", "reopened_count",
    ],
    "calls": [
        "call_id", "offered_at", "answered_at", "abandoned_at", "channel", "team", "agent", "region",
        "product", "talk_seconds", "hold_seconds", "wrap_seconds",
    ],
    "chats": [
        "chat_id", "offered_at", "answered_at", "ended_at", "channel", "team", "agent", "region", "product",
    ],
    "visits": [
        "visit_id", "ticket_id", "reported_at", "promised_at", "arrived_at", "completed_at", "status",
        "channel", "team", "agent", "region", "zone", "urgency", "product", "first_pass_accepted",
        "rework_count", "address",
    ],
    "surveys": [
        "survey_id", "ticket_id", "sent_at", "answered_at", "score", "channel", "team", "region", "product",
        "comment",
    ],
    "complaints": [
        "complaint_id", "ticket_id", "kind", "received_at", "registered_at", "contacted_at", "planned_at",
        "resolved_at", "channel", "team", "region", "product", "customer_name", "phone", "text",
    ],
    "inspections": [
        "inspection_id", "ticket_id", "inspected_at", "inspector", "channel", "team", "agent", "region",
        "product", "process_followed", "badge_shown", "precautions_explained",
    ],
    "panel_ratings": [
        "rating_id", "rated_at", "rater", "item", "team", "rating",
    ],
}  # fmt: skip
CHAT_HEADERS = {
    "chat_id": "会话编号", "offered_at": "进入时间", "answered_at": "接入时间", "ended_at": "结束时间",
    "channel": "渠道", "team": "团队", "agent": "坐席", "region": "区域", "product": "产品",
}  # fmt: skip
VISIT_HEADERS = {
    "visit_id": "上门单号", "ticket_id": "工单号", "reported_at": "报修时间", "promised_at": "约定时间",
    "arrived_at": "到达时间", "completed_at": "完工时间",
}  # fmt: skip

PRAISES = ["师傅很专业，讲解清楚，谢谢！", "Very polite engineer, arrived early.", "一次就修好了，点赞。"]
REVIEWS = [
    "四星，预约方便。",
    "Good repair, a bit expensive.",
    "服务还可以，等待时间略长。",
    "Quick answer online.",
]
COMPLAINTS = {
    "late": [
        "约好的时间没有来，白等了半天。",
        "Engineer came hours after the promised time.",
        "一再改约，没人通知。",
    ],
    "rework": ["刚修好两天又坏了，要求重新处理。", "Same fault again after the repair.", "换的配件有问题。"],
    "other": [
        "问题说了三遍还没解决。",
        "Nobody called back as promised.",
        "客服态度冷淡。",
        "收费说明不清楚。",
    ],
}
ATTACKS = ['=HYPERLINK("http://x","y")', "<script>alert(1)</script>", "+cmd|' /C calc'!A0"]
BAD_DATES = {  # in visits: column, text, rows
    ("reported_at", "2026-13-45"): 2,
    ("promised_at", "pending"): 3,
    ("arrived_at", "—"): 3,
    ("completed_at", "31/09/2026 09:00"): 1,
}


# Time and chance


def hours(profile: Sequence[float], week: Sequence[float]) -> Frame:
    """Return every hour of the two quarters with its usual weight."""
    start = pd.date_range(BEGIN, END, freq="h", inclusive="left")
    weight = np.asarray(profile, dtype=float)[start.hour] * np.asarray(week)[start.day_of_week]
    weight = np.where(start.normalize().isin(HOLIDAYS), 0.6 * weight, weight)
    summer = np.where(start >= MIDDLE, 1.06, 1.0)
    return pd.DataFrame({"start": start, "usual": weight * summer})


def is_rush(times: pd.Series) -> pd.Series:
    """Tell which moments lie in the Monday rush that the launch brought."""
    return (times >= LAUNCH) & (times.dt.day_of_week == 0) & times.dt.hour.between(9, 10)


def moments(rng: Rng, grid: Frame, n: int, rush: float = 1.0) -> Frame:
    """Return n moments in order, each with the load of the desk at that time (1 on an ordinary hour)."""
    weight = grid["usual"] * np.where(is_rush(grid["start"]), rush, 1.0)
    row = np.sort(rng.choice(len(grid), size=n, p=weight / weight.sum()))
    # The roster follows the usual hours of the day, though not fully; it does not know of the rush.
    ordinary = np.average(grid["usual"], weights=weight)
    load = (weight / grid["usual"].where(weight > 0, 1.0)) * (grid["usual"] / ordinary) ** 0.4
    time = later(grid["start"].iloc[row].reset_index(drop=True), rng.integers(0, 3600, n) / 60)
    drawn = pd.DataFrame({"time": time, "load": load.iloc[row].to_numpy()})
    return drawn.sort_values("time", ignore_index=True)


def later(times: pd.Series, minutes: Any) -> pd.Series:
    """Return the times moved by minutes, to the second."""
    seconds = np.round(np.asarray(minutes, dtype=float) * 60).astype("int64")
    return (times + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]")


def known(times: pd.Series) -> pd.Series:
    """Return the times that had come when the extract was taken; the rest is not known yet."""
    return times.where(times < AS_OF)


def choices(rng: Rng, options: Mapping[str, float], n: int) -> pd.Series:
    """Return n draws from weighted options."""
    return pd.Series(rng.choice(list(options), size=n, p=list(options.values())), dtype="str")


def products(rng: Rng, times: pd.Series) -> pd.Series:
    """Return a product for each moment: the newest one is asked about more once it is launched."""
    before, after = np.cumsum(BEFORE_LAUNCH), np.cumsum(AFTER_LAUNCH)
    draw = rng.random(len(times))
    index = np.where(times >= LAUNCH, np.searchsorted(after, draw), np.searchsorted(before, draw))
    return pd.Series(np.asarray(PRODUCTS)[np.minimum(index, 3)], dtype="str")


def agents(rng: Rng, teams: pd.Series) -> pd.Series:
    """Return one agent of each team, numbered through the whole organisation."""
    first = dict(zip(AGENTS, np.cumsum([0, *AGENTS.values()])[:-1], strict=True))
    size = teams.map(AGENTS).to_numpy()
    number = teams.map(first).to_numpy() + (rng.random(len(teams)) * size).astype(int) + 1
    return pd.Series([f"E{n:02d}" for n in number], dtype="str")


def numbers(prefix: str, n: int) -> pd.Series:
    """Return n running identifiers."""
    return pd.Series([f"{prefix}{i:05d}" for i in range(1, n + 1)], dtype="str")


def truth(values: Any, where: Any) -> pd.Series:
    """Return yes or no where it applies, and nothing elsewhere."""
    return pd.Series(np.asarray(values, dtype=bool)).astype("boolean").where(np.asarray(where, dtype=bool))


# Records


def waits(rng: Rng, load: pd.Series, typical: Any) -> np.ndarray:
    """Return seconds in the queue: a little longer at busy hours, far longer once the load is unusual."""
    queue = np.exp(0.35 * (load - 1) + 1.5 * np.maximum(load - 1.6, 0))
    return typical * queue * np.exp(0.75 * rng.standard_normal(len(load)))


def calls(rng: Rng, n: int) -> Frame:
    """Return calls; who waits longer than their patience hangs up."""
    drawn = moments(rng, hours(PHONE_HOURS, PHONE_WEEK), n, RUSH)
    offered = drawn["time"]
    team = choices(rng, {"Desk A": 0.56, "Desk B": 0.44}, n)
    # P2: most of the extra calls of the rush are about the product just launched.
    about_launch = is_rush(offered) & (rng.random(n) < 0.5)
    product = products(rng, offered).mask(about_launch, PRODUCTS[3])
    wait = waits(rng, drawn["load"], np.where(team == "Desk B", 8.0, 12.5))
    patience = np.where(rng.random(n) < 0.01, 4.0, 170 * np.exp(0.8 * rng.standard_normal(n)))
    answered = pd.Series(wait <= patience)
    spoken = {
        "talk_seconds": rng.gamma(3.0, 75, n) + 20,
        "hold_seconds": np.where(rng.random(n) < 0.3, rng.gamma(2.0, 25, n), 0),
        "wrap_seconds": rng.gamma(2.5, 16, n) + 5,
    }
    return pd.DataFrame(
        {
            "call_id": numbers("L26", n),
            "offered_at": offered,
            "answered_at": later(offered, wait / 60).where(answered),
            "abandoned_at": later(offered, patience / 60).where(~answered),
            "channel": "phone",
            "team": team,
            "agent": agents(rng, team).where(answered),
            "region": choices(rng, REGIONS, n),
            "product": product,
            **{
                name: pd.Series(np.round(value)).astype("Int64").where(answered)
                for name, value in spoken.items()
            },
        }
    )


def chats(rng: Rng, n: int) -> Frame:
    """Return online chats; a chat that ends without an answer was left by the customer."""
    drawn = moments(rng, hours(CHAT_HOURS, CHAT_WEEK), n)
    offered = drawn["time"]
    team = choices(rng, {"在线一组": 0.52, "在线二组": 0.48}, n)
    wait = waits(rng, drawn["load"], 11.0)
    patience = 150 * np.exp(0.8 * rng.standard_normal(n))
    answered = pd.Series(wait <= patience)
    talk = wait / 60 + rng.gamma(2.5, 2.6, n) + 0.5
    return pd.DataFrame(
        {
            "chat_id": numbers("H26", n),
            "offered_at": offered,
            "answered_at": later(offered, wait / 60).where(answered),
            "ended_at": later(offered, np.where(answered, talk, patience / 60)),
            "channel": "online",
            "team": team,
            "agent": agents(rng, team).where(answered),
            "region": choices(rng, REGIONS, n),
            "product": products(rng, offered),
        }
    )


def promises(rng: Rng, reported: pd.Series, zone: pd.Series, urgent: np.ndarray) -> pd.Series:
    """Return promised arrivals: hours ahead if urgent, else a slot on a later day, far later for a part."""
    n = len(reported)
    slot = rng.choice([10, 12, 14, 16, 18], size=n) * 60
    days = rng.choice([1, 2, 3], size=n, p=[0.6, 0.3, 0.1])
    # Parts run short while the bad batch is replaced, so bookings reach past the day of the extract.
    booked_part = rng.random(n) < np.where(reported >= pd.Timestamp("2026-09-10"), 0.14, 0.06)
    days = np.where(booked_part, rng.integers(8, 26, n), days)
    on_a_day = later(reported.dt.normalize(), days * 1440 + slot)
    soon = later(reported, np.where(zone == "core", 120, 240))
    return soon.where(urgent & ~booked_part & (soon.dt.hour < 20) & (soon.dt.hour > 8), on_a_day)


def lateness(rng: Rng, region: pd.Series, zone: pd.Series, changed: pd.Series) -> np.ndarray:
    """Return minutes after the promised time, or zero for a visit in time."""
    suburb, north = zone == "suburb", region == "north"
    chance = np.where(suburb, 0.15, 0.115)
    # P1: since the dispatch change the engineers of the north serve the core first.
    chance = np.where(changed & north & suburb, 0.78, chance)
    chance = np.where(changed & north & ~suburb, 0.08, chance)
    typical = np.where(changed & north & suburb, 75, 35)
    minutes = 4 + rng.gamma(1.6, 1.0, len(region)) * typical
    return np.where(rng.random(len(region)) < chance, minutes, 0.0)


def arrivals(rng: Rng, reported: pd.Series, promised: pd.Series, late: np.ndarray) -> pd.Series:
    """Return arrivals: some way before the promise when in time, and never in the night."""
    room = (promised - reported).dt.total_seconds().to_numpy() / 60
    early = np.minimum(rng.gamma(1.5, 14, len(reported)), 0.7 * room)
    arrived = later(promised, np.where(late > 0, late, -early)).dt.floor("min")
    next_morning = later(arrived.dt.normalize(), 1440 + 510 + rng.integers(0, 90, len(arrived)))
    return arrived.where(arrived.dt.hour < 21, next_morning)


def visits(rng: Rng, n: int) -> Frame:
    """Return on-site visits, among them cancelled, overdue, unfinished and not yet due ones."""
    reported = moments(rng, hours(REPORT_HOURS, REPORT_WEEK), n)["time"].dt.floor("min")
    region = choices(rng, REGIONS, n)
    suburb = rng.random(n) < np.where(region == "north", 0.64, 0.35)
    zone = pd.Series(np.where(suburb, "suburb", "core"), dtype="str")
    urgent = rng.random(n) < 0.25
    promised = promises(rng, reported, zone, urgent)
    late = lateness(rng, region, zone, reported >= DISPATCH_CHANGE)
    arrived = arrivals(rng, reported, promised, late)
    team = ("Repair " + region.str.capitalize()).astype("str")

    cancelled = rng.random(n) < 0.035
    # Some late visits of the last days have not been made at all; some repairs wait for a part on site.
    overdue = (late > 0) & (promised >= pd.Timestamp("2026-09-24")) & (rng.random(n) < 0.4)
    unfinished = (arrived >= pd.Timestamp("2026-09-20")) & (rng.random(n) < 0.08)
    came = ~cancelled & ~overdue & (arrived < AS_OF)
    completed = later(arrived, np.round(25 + rng.gamma(3.0, 18, n)))
    done = came & ~unfinished & (completed < AS_OF)
    status = pd.Series(
        np.select([cancelled, done, came], ["cancelled", "completed", "in_progress"], "scheduled"),
        dtype="str",
    )
    # P3: one team fits the spare parts of a bad batch.
    bad_part = (team == "Repair East") & (completed >= BAD_BATCH)
    accepted = rng.random(n) < np.where(bad_part, 0.76, 0.957)
    again = pd.Series(np.where(accepted, 0, np.where(rng.random(n) < 0.8, 1, 2))).astype("Int64")
    return pd.DataFrame(
        {
            "visit_id": numbers("V26", n),
            "reported_at": reported,
            "promised_at": promised,
            "arrived_at": arrived.where(came),
            "completed_at": completed.where(done),
            "status": status,
            "channel": "on_site",
            "team": team,
            "agent": agents(rng, team).where(status != "cancelled"),
            "region": region,
            "zone": zone,
            "urgency": np.where(urgent, "urgent", "normal"),
            "product": products(rng, reported),
            "first_pass_accepted": truth(accepted, done),
            "rework_count": again.where(done),
            "address": [
                f"样例路{a}号{b}室"
                for a, b in zip(rng.integers(1, 400, n), rng.integers(101, 2605, n), strict=True)
            ],
        }
    )


def on_site_tickets(rng: Rng, visit: Frame) -> Frame:
    """Return the ticket behind each visit."""
    n = len(visit)
    accepted = visit["first_pass_accepted"].fillna(False).to_numpy(dtype=bool)
    done = (visit["status"] == "completed").to_numpy()
    first = accepted & (rng.random(n) < 0.855)
    more = np.where(first, 0, np.where(accepted, 300, 2200) * (0.3 + rng.random(n)))
    late = (visit["arrived_at"] > visit["promised_at"]) | (
        (visit["status"] == "scheduled") & (visit["promised_at"] < AS_OF)
    )
    return pd.DataFrame(
        {
            "created_at": visit["reported_at"],
            "first_reply_at": later(visit["reported_at"], rng.integers(4, 50, n)),
            "solved_at": known(later(visit["completed_at"], more)),
            "service_type": "on_site_repair",
            "channel": "on_site",
            "team": visit["team"],
            "agent": visit["agent"],
            "region": visit["region"],
            "product": visit["product"],
            "first": first,
            "cancelled": visit["status"] == "cancelled",
            "late": late,
            "rework": done & ~accepted,
            "visit": np.arange(n),
        }
    )


def desk_tickets(rng: Rng, n: int) -> Frame:
    """Return the tickets of the phone and online desks."""
    phone = rng.random(n) < 0.6
    by_phone = moments(rng, hours(PHONE_HOURS, PHONE_WEEK), n, RUSH)["time"]
    online = moments(rng, hours(CHAT_HOURS, CHAT_WEEK), n)["time"]
    created = by_phone.where(phone, online)
    on_phone, on_line = (
        choices(rng, {"Desk A": 0.55, "Desk B": 0.45}, n),
        choices(rng, {"在线一组": 0.5, "在线二组": 0.5}, n),
    )
    team = on_phone.where(phone, on_line)
    # P4: Desk B simply works better; nothing is wrong with its records.
    first = rng.random(n) < np.where(team == "Desk B", 0.94, 0.80)
    minutes = np.where(first, 4 + rng.gamma(2.0, 8, n), 60 + rng.exponential(1300, n))
    solved = known(later(created, minutes)).where(first | (rng.random(n) > 0.03))
    return pd.DataFrame(
        {
            "created_at": created,
            "first_reply_at": later(
                created, np.where(phone, rng.gamma(1.5, 0.2, n), 0.3 + rng.gamma(1.5, 1.2, n))
            ),
            "solved_at": solved,
            "service_type": np.where(phone, "phone_support", "online_support"),
            "channel": np.where(phone, "phone", "online"),
            "team": team,
            "agent": agents(rng, team),
            "region": choices(rng, REGIONS, n),
            "product": products(rng, created),
            "first": first,
            "cancelled": False,
            "late": False,
            "rework": False,
            "visit": -1,
        }
    )


def tickets(rng: Rng, visit: Frame, n_desk: int) -> Frame:
    """Return all tickets in order of time, with columns on what the customer lived through."""
    both = [on_site_tickets(rng, visit), desk_tickets(rng, n_desk)]
    frame = pd.concat(both, ignore_index=True).sort_values("created_at", kind="stable", ignore_index=True)
    n = len(frame)
    solved = frame["solved_at"].notna()
    closed = known(later(frame["solved_at"].fillna(AS_OF), 600 + 4000 * rng.random(n)))
    status = np.select(
        [frame["cancelled"], closed.notna(), solved], ["cancelled", "closed", "solved"], "open"
    )
    contacts = np.where(frame["first"], 1, 2 + rng.binomial(3, 0.25, n))
    reopened = np.where(frame["rework"], 1, np.where(frame["first"], 0, rng.binomial(1, 0.08, n)))
    rush = is_rush(frame["created_at"]) & (frame["channel"] == "phone")
    strain = 1.3 * frame["late"] + 1.5 * frame["rework"] + 0.7 * ~frame["first"] + 0.7 * rush
    return frame.assign(
        ticket_id=numbers("T26", n),
        closed_at=closed.where(solved),
        status=status,
        customer_id=[f"C{i:05d}" for i in rng.integers(1, max(int(0.8 * n), 2), n)],
        customer_class=np.where(rng.random(n) < 0.3, "new", "existing"),
        contacts=contacts,
        solved_at_first_contact=truth(frame["first"], solved),
        reopened_count=reopened,
        strain=strain - 0.25 * (frame["team"] == "Desk B"),
    )


def surveys(rng: Rng, ticket: Frame, n: int) -> Frame:
    """Return questionnaires sent after a solution; a bad experience lowers the score and brings answers."""
    ready = ticket[ticket["solved_at"] < END - pd.Timedelta(days=1)].reset_index(drop=True)
    rows = np.sort(rng.choice(len(ready), size=n, replace=False))
    asked = ready.iloc[rows].reset_index(drop=True)
    sent = later(asked["solved_at"], 60 + 1300 * rng.random(n)).dt.floor("min")
    asked = asked.iloc[np.argsort(sent.to_numpy(), kind="stable")].reset_index(drop=True)
    sent = sent.sort_values(kind="stable", ignore_index=True)
    answered = pd.Series(rng.random(n) < 0.50 + 0.13 * np.clip(asked["strain"], 0, 2))
    feeling = 4.55 - asked["strain"] + 0.75 * rng.standard_normal(n)
    score = pd.Series(np.clip(np.round(feeling), 1, 5)).where(answered)
    remark = np.select([score >= 5, score <= 2], ["很满意", "处理太慢"], "")
    return pd.DataFrame(
        {
            "survey_id": numbers("S26", n),
            "ticket_id": asked["ticket_id"],
            "sent_at": sent,
            "answered_at": known(later(sent, 10 + rng.exponential(500, n)).dt.floor("min")).where(answered),
            "score": score,
            "channel": asked["channel"],
            "team": asked["team"],
            "region": asked["region"],
            "product": asked["product"],
            "comment": pd.Series(remark, dtype="str").where(pd.Series(rng.random(n) < 0.4) & (remark != "")),
        }
    )


def voices(rng: Rng, ticket: Frame, kind: str, n: int, chance: pd.Series) -> Frame:
    """Return n complaints, praises or reviews, more often where the chance is greater."""
    anchor = ticket["solved_at"].fillna(later(ticket["created_at"], 4320))
    received = later(anchor, 60 + 2500 * rng.random(len(ticket))).dt.floor("min")
    weight = chance.where(received < END, 0.0)
    row = np.sort(rng.choice(len(ticket), size=n, replace=False, p=weight / weight.sum()))
    return ticket.iloc[row].assign(kind=kind, received_at=received.iloc[row]).reset_index(drop=True)


def words(rng: Rng, voice: Frame) -> list[str]:
    """Return what the customers wrote."""
    said = []
    for kind, late, rework in zip(voice["kind"], voice["late"], voice["rework"], strict=True):
        cause = "late" if late else "rework" if rework else "other"
        pool = COMPLAINTS[cause] if kind == "complaint" else PRAISES if kind == "praise" else REVIEWS
        said.append(pool[int(rng.integers(len(pool)))])
    return said


def complaints(rng: Rng, ticket: Frame, sizes: Mapping[str, int]) -> Frame:
    """Return complaints, praises and reviews; only a complaint is answered by a contact and a plan."""
    strain, ended = ticket["strain"].clip(0), ticket["solved_at"].notna()
    chance = {
        "complaint": 0.01 + 0.10 * strain**1.5,
        "praise": ended / (0.2 + strain),
        "review": ended * 1.0,
    }
    parts = [voices(rng, ticket, kind, sizes[kind], chance[kind]) for kind in chance]
    voice = pd.concat(parts).sort_values("received_at", kind="stable", ignore_index=True)
    n = len(voice)
    received, draw = voice["received_at"], rng.random(n)
    contact = np.where(draw < 0.92, 70 + 1250 * rng.random(n), 1500 + 3000 * rng.random(n))
    reached = pd.Series((voice["kind"] == "complaint") & (draw < 0.985))
    contacted = known(later(received, contact).dt.floor("min")).where(reached)
    planned = known(later(contacted, 30 + 1600 * rng.random(n)).dt.floor("min"))
    surname = rng.choice(list("赵钱孙李周吴郑王"), size=n)
    return pd.DataFrame(
        {
            "complaint_id": numbers("K26", n),
            "ticket_id": voice["ticket_id"],
            "kind": voice["kind"],
            "received_at": received,
            "registered_at": later(received, rng.integers(1, 60, n)),
            "contacted_at": contacted,
            "planned_at": planned,
            "resolved_at": known(later(planned, 600 + 9000 * rng.random(n)).dt.floor("min")),
            "channel": rng.choice(["phone", "online"], size=n),
            "team": voice["team"],
            "region": voice["region"],
            "product": voice["product"],
            "customer_name": [f"{name}样例" for name in surname],
            "phone": [f"000-0000-{i:04d}" for i in rng.integers(0, 10000, n)],
            "text": words(rng, voice),
        }
    )


def inspections(rng: Rng, visit: Frame) -> Frame:
    """Return the weekly sample of finished visits: a tenth of each region rounded up, and two at least."""
    done = visit[visit["completed_at"] < END - pd.Timedelta(hours=8)]
    week = done["completed_at"].dt.strftime("%G-%V")
    picks = [
        rng.choice(group.index.to_numpy(), size=min(len(group), max(2, -(-len(group) // 10))), replace=False)
        for _, group in done.groupby([week, done["region"]])
    ]
    seen = done.loc[np.concatenate(picks)].sort_values(["completed_at", "visit_id"]).reset_index(drop=True)
    n = len(seen)
    inspected = later(seen["completed_at"], 60 + rng.integers(0, 300, n))
    order = np.argsort(inspected.to_numpy(), kind="stable")
    seen, inspected = seen.iloc[order].reset_index(drop=True), inspected.iloc[order].reset_index(drop=True)
    return seen.assign(
        inspection_id=numbers("N26", n),
        inspected_at=inspected,
        inspector=rng.choice(["Q1", "Q2", "Q3"], size=n),
        process_followed=rng.random(n) < 0.963,
        badge_shown=rng.random(n) < 0.975,
        precautions_explained=rng.random(n) < 0.945,
    )[COLUMNS["inspections"]]


def panel_ratings(rng: Rng) -> Frame:
    """Return the ratings of four people, one of them stricter, over three items for each repair team."""
    items = ["工单填写", "服务态度", "注意事项讲解"]
    teams = [team for team in AGENTS if team.startswith("Repair")]
    rows = []
    for day in ("2026-06-29", "2026-09-29"):
        for item in items:
            for team in teams:
                level = 3.9 + 0.75 * rng.standard_normal()
                for rater, lenience in {"R1": 0.1, "R2": 0.0, "R3": 0.2, "R4": -0.4}.items():
                    value = np.clip(round(level + lenience + 0.4 * rng.standard_normal()), 1, 5)
                    moment = pd.Timestamp(day) + pd.Timedelta(minutes=540 + int(rng.integers(0, 400)))
                    rows.append((moment, rater, item, team, int(value)))
    frame = pd.DataFrame(rows, columns=["rated_at", "rater", "item", "team", "rating"])
    return frame.assign(rating_id=numbers("B26", len(frame)))[COLUMNS["panel_ratings"]]


def records(rng: Rng, scale: float) -> dict[str, Frame]:
    """Return the sound records, before any fault is planted in them."""
    size = {name: round(n * scale) for name, n in SIZES.items()}
    visit = visits(rng, size["visits"])
    ticket = tickets(rng, visit, size["desk"])
    link = ticket[ticket["visit"] >= 0].set_index("visit")["ticket_id"]
    visit = visit.assign(ticket_id=link.reindex(range(len(visit))))
    made = {
        "tickets": ticket,
        "calls": calls(rng, size["calls"]),
        "chats": chats(rng, size["chats"]),
        "visits": visit,
        "surveys": surveys(rng, ticket, size["surveys"]),
        "complaints": complaints(rng, ticket, size),
        "inspections": inspections(rng, visit),
        "panel_ratings": panel_ratings(rng),
    }
    return {name: frame[COLUMNS[name]] for name, frame in made.items()}


# Faults


class Deck:
    """Rows of one table that may still be spoilt: no row carries two faults."""

    def __init__(self, rng: Rng, free: pd.Series) -> None:
        self.rng = rng
        self.free = free.copy()

    def rows(self, n: int, where: pd.Series | None = None) -> list[int]:
        """Return n rows not dealt before, in order."""
        pool = self.free if where is None else self.free & where
        dealt = sorted(int(i) for i in self.rng.choice(pool.index[pool].to_numpy(), size=n, replace=False))
        self.free.loc[dealt] = False
        return dealt


def entry(fault: str, file: str, what: str, keys: Any, **more: Any) -> Entry:
    """Return one line of planted.json."""
    listed = [str(key) for key in keys]
    return {"id": fault, "file": file, "what": what, "count": len(listed), **more, "keys": listed}


def dates(frame: Frame) -> list[str]:
    """Return the columns of time."""
    return [name for name in frame.columns if name.endswith("_at")]


def moved(frame: Frame, rows: list[int], starts: Sequence[pd.Timestamp]) -> Frame:
    """Return the frame with whole rows moved in time, so that each begins on a given day."""
    frame = frame.copy()
    event = dates(frame)[0]
    for row, start in zip(rows, starts, strict=True):
        gap = start - frame.loc[row, event].normalize()
        frame.loc[row, dates(frame)] = frame.loc[row, dates(frame)] + gap
    return frame


def spoilt_tickets(rng: Rng, frame: Frame, used: set[str]) -> tuple[Frame, list[Entry]]:
    """Return tickets with double, impossible, foreign and test rows."""
    file = "tickets.csv"
    desk = (
        (frame["service_type"] == "phone_support")
        & (frame["team"] == "Desk A")
        & (frame["status"] == "closed")
    )
    # Rows that carry the planted causes stay sound, so both can be checked on their own.
    deck = Deck(rng, (frame["team"] != "Desk B") & ~frame["ticket_id"].isin(used))
    same = deck.rows(6)
    differing = deck.rows(4, frame["status"] == "closed")
    early = deck.rows(4, frame["solved_at"].notna())
    foreign = deck.rows(7, desk)
    spelled = deck.rows(14, frame["team"] == "Desk A")
    nameless, classless = deck.rows(8), deck.rows(15)
    template = deck.rows(6, desk)

    out = moved(
        frame, foreign, [*pd.date_range("2026-03-09", periods=4), *pd.date_range("2026-10-02", periods=3)]
    )
    out["closed_at"] = known(out["closed_at"])
    out["status"] = out["status"].mask((out["status"] == "closed") & out["closed_at"].isna(), "solved")
    out.loc[early, "solved_at"] = later(out.loc[early, "created_at"], [-45, -130, -600, -1500])
    out.loc[spelled, "team"] = "desk a "
    out.loc[nameless, "team"] = "?"
    out.loc[classless, "customer_class"] = "N/A"
    test = out.loc[template].assign(customer_id="TEST", ticket_id=[f"T269990{i}" for i in range(6)])
    changed = out.loc[differing].assign(
        status="solved",
        closed_at=pd.NaT,
        contacts=out.loc[differing, "contacts"] + 1,
        solved_at_first_contact=False,
    )
    out = pd.concat([out, out.loc[same], changed, test]).sort_values(
        "created_at", kind="stable", ignore_index=True
    )
    ids = frame["ticket_id"]
    return out, [
        entry("D1", file, "exact duplicate row (each id is there twice)", ids[same]),
        entry("D1", file, "same id with different content (each id is there twice)", ids[differing]),
        entry("D3", file, "solved_at before created_at", ids[early]),
        entry("D4", file, "created_at outside both quarters", ids[foreign]),
        entry("D7", file, "team is '?'", ids[nameless], column="team", value="?"),
        entry("D7", file, "customer_class is 'N/A'", ids[classless], column="customer_class", value="N/A"),
        entry("D8", file, "team 'Desk A' written 'desk a '", ids[spelled], column="team", value="desk a "),
        entry(
            "D9",
            file,
            "test row, customer_id is 'TEST'",
            test["ticket_id"],
            column="customer_id",
            value="TEST",
        ),
    ]


def spoilt_calls(rng: Rng, frame: Frame) -> tuple[Frame, list[Entry]]:
    """Return calls with a wrong year, a missing team and a second spelling."""
    file = "calls.csv.gz"
    deck = Deck(rng, ~is_rush(frame["offered_at"]))
    foreign, nameless = deck.rows(5), deck.rows(12)
    spelled = deck.rows(18, frame["team"] == "Desk A")
    out = moved(frame, foreign, pd.date_range("2025-07-13", periods=5, freq="8D"))
    out.loc[nameless, "team"] = "?"
    out.loc[spelled, "team"] = "desk a "
    ids = frame["call_id"]
    return out, [
        entry("D4", file, "offered_at in 2025, outside both quarters", ids[foreign]),
        entry("D7", file, "team is '?'", ids[nameless], column="team", value="?"),
        entry("D8", file, "team 'Desk A' written 'desk a '", ids[spelled], column="team", value="desk a "),
    ]


def spoilt_chats(rng: Rng, frame: Frame) -> tuple[Frame, list[Entry]]:
    """Return chats of which the extract lost most of 19 days, so that numbers are missing in the row."""
    inside = frame["offered_at"].between(BREAK_BEGIN, BREAK_END, inclusive="left")
    kept = Deck(rng, inside).rows(3)
    out = frame[~inside | frame.index.isin(kept)].reset_index(drop=True)
    span = {"from": "2026-06-12", "to": "2026-06-30", "lost": int(inside.sum()) - 3}
    return out, [
        entry("D5", "chats.csv", "rows left in the break of the extract", frame.loc[kept, "chat_id"], **span)
    ]


def spoilt_visits(rng: Rng, frame: Frame) -> tuple[Frame, list[Entry]]:
    """Return visits as text, with impossible, foreign, missing and unreadable dates."""
    file = "visits.csv"
    causes = (frame["region"] == "north") | (frame["team"] == "Repair East")
    deck = Deck(rng, ~causes & (frame["status"] == "completed"))
    early, foreign, unsaid = deck.rows(5), deck.rows(3), deck.rows(10)
    unreadable = {key: deck.rows(n) for key, n in BAD_DATES.items()}
    out = moved(frame, foreign, pd.date_range("2025-08-05", periods=3, freq="9D"))
    out.loc[early, "arrived_at"] = later(out.loc[early, "reported_at"], [-20, -55, -190, -300, -1440])
    out.loc[unsaid, "urgency"] = "N/A"
    out = written(out, "%d/%m/%Y %H:%M")
    ids = frame["visit_id"]
    faults = [
        entry("D2", file, f"{column} is '{text}'", ids[rows], column=column, value=text)
        for (column, text), rows in unreadable.items()
    ]
    for (column, text), rows in unreadable.items():
        out.loc[rows, column] = text
    return out, [
        *faults,
        entry("D3", file, "arrived_at before reported_at", ids[early]),
        entry("D4", file, "reported_at in 2025, outside both quarters", ids[foreign]),
        entry("D7", file, "urgency is 'N/A'", ids[unsaid], column="urgency", value="N/A"),
    ]


def spoilt_surveys(rng: Rng, frame: Frame) -> tuple[Frame, list[Entry]]:
    """Return surveys where some questionnaires without an answer carry a score of -1."""
    deck = Deck(rng, frame["comment"].isna())
    rows, remarks = deck.rows(40, frame["score"].isna()), deck.rows(10)
    out = frame.copy()
    out.loc[rows, "score"] = -1
    out.loc[remarks, "comment"] = "N/A"
    ids, file = frame["survey_id"], "surveys.xlsx"
    return out, [
        entry("D7", file, "score is -1: not answered", ids[rows], column="score", value=-1),
        entry("D7", file, "comment is 'N/A'", ids[remarks], column="comment", value="N/A"),
    ]


def spoilt_complaints(rng: Rng, frame: Frame) -> tuple[Frame, list[Entry]]:
    """Return complaints of which some are written to attack who opens the report."""
    rows = Deck(rng, (frame["kind"] == "complaint") & (frame["received_at"] >= MIDDLE)).rows(len(ATTACKS))
    out = frame.copy()
    out.loc[rows, "text"] = ATTACKS
    ids = frame["complaint_id"]
    return out, [
        entry("D6", "complaints.xlsx", f"text is {text}", ids[[row]], column="text", value=text)
        for row, text in zip(rows, ATTACKS, strict=True)
    ]


def spoilt_ratings(rng: Rng, frame: Frame) -> tuple[Frame, list[Entry]]:
    """Return ratings of which two were not given."""
    rows = Deck(rng, frame["rating"].notna()).rows(2)
    out = frame.astype({"rating": "object"})
    out.loc[rows, "rating"] = "N/A"
    what = entry(
        "D7",
        "panel_ratings.csv",
        "rating is 'N/A'",
        frame.loc[rows, "rating_id"],
        column="rating",
        value="N/A",
    )
    return out, [what]


def causes(frames: Mapping[str, Frame]) -> list[Entry]:
    """Return the planted causes with the rows they touch, as the sound records have them."""
    visit, call, ticket = frames["visits"], frames["calls"], frames["tickets"]
    moved_away = (
        (visit["region"] == "north") & (visit["zone"] == "suburb") & (visit["reported_at"] >= DISPATCH_CHANGE)
    )
    overdue = visit["arrived_at"].isna() & (visit["promised_at"] < AS_OF) & (visit["status"] != "cancelled")
    late = (visit["arrived_at"] > visit["promised_at"]) | overdue
    batch = (visit["team"] == "Repair East") & (visit["completed_at"] >= BAD_BATCH)
    rush = is_rush(call["offered_at"])
    slow = ~(call["answered_at"] <= call["offered_at"] + pd.Timedelta(seconds=30))
    best = (ticket["team"] == "Desk B") & ticket["solved_at_first_contact"].notna()
    first = ticket["solved_at_first_contact"].fillna(False).astype(bool)

    def cause(fault: str, file: str, what: str, touched: pd.Series, hit: pd.Series, said: str) -> Entry:
        return {
            "id": fault,
            "file": file,
            "what": what,
            "count": int(touched.sum()),
            said: int((touched & hit).sum()),
        }

    return [
        cause("P1", "visits.csv", "north suburb visits reported from 2026-08-10", moved_away, late, "late"),
        cause("P2", "calls.csv.gz", "calls on Mondays 9 to 11 from 2026-07-01", rush, slow, "not_within_30s"),
        cause(
            "P3", "visits.csv", "Repair East visits completed from 2026-09-01",
            batch, visit["rework_count"].fillna(0) > 0, "reworked",
        ),
        cause("P4", "tickets.csv", "Desk B tickets, first contact known", best, first, "at_first_contact"),
    ]  # fmt: skip


# Files


def written(frame: Frame, pattern: str) -> Frame:
    """Return the frame as text: times by the pattern, yes and no as true and false, unknown as empty."""
    out = frame.copy()
    for name in out.columns:
        if pd.api.types.is_datetime64_any_dtype(out[name]):
            out[name] = out[name].dt.strftime(pattern)
        elif pd.api.types.is_bool_dtype(out[name]):
            out[name] = out[name].map({True: "true", False: "false"})
    return out.astype("object").where(out.notna(), "")


def text(frame: Frame, headers: Mapping[str, str] | None = None, sep: str = ",") -> str:
    """Return the frame as delimited text with headers of its own."""
    return frame.rename(columns=headers or {}).to_csv(index=False, sep=sep, lineterminator="\n")


def sheet(path: Path, name: str, frame: Frame, title: str = "") -> None:
    """Write a worksheet with real dates; a title pushes the headers down to row 3."""
    # A fixed date of creation keeps the bytes the same from one run to the next.
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        book.set_properties({"created": AS_OF.to_pydatetime(), "title": name})
        page = book.add_worksheet(name)
        top = 0
        if title:
            page.write_string(0, 0, title)
            top = 2
        for column, header in enumerate(frame.columns):
            page.write_string(top, column, header)
            for row, value in enumerate(frame[header], start=top + 1):
                if pd.isna(value):
                    continue
                if isinstance(value, str):
                    page.write_string(row, column, value)
                elif isinstance(value, pd.Timestamp):
                    page.write_datetime(row, column, value.to_pydatetime())
                else:
                    page.write_number(row, column, float(value))


def parquet(path: Path, frame: Frame) -> None:
    """Write a Parquet file without the notes pandas would add about itself."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd")


def samples(out: Path, scale: float, seed: int) -> Entry:
    """Write all files into a folder and return what was planted in them."""
    rng = np.random.default_rng(seed)
    sound = records(rng, scale)
    used = {*sound["surveys"]["ticket_id"], *sound["complaints"]["ticket_id"]}
    spoil: dict[str, Callable[[], tuple[Frame, list[Entry]]]] = {
        "tickets": lambda: spoilt_tickets(rng, sound["tickets"], used),
        "calls": lambda: spoilt_calls(rng, sound["calls"]),
        "chats": lambda: spoilt_chats(rng, sound["chats"]),
        "visits": lambda: spoilt_visits(rng, sound["visits"]),
        "surveys": lambda: spoilt_surveys(rng, sound["surveys"]),
        "complaints": lambda: spoilt_complaints(rng, sound["complaints"]),
        "panel_ratings": lambda: spoilt_ratings(rng, sound["panel_ratings"]),
    }
    done = {name: make() for name, make in spoil.items()}
    frame = {name: pair[0] for name, pair in done.items()} | {"inspections": sound["inspections"]}
    faults = causes(sound) + [fault for _, found in done.values() for fault in found]

    iso = "%Y-%m-%d %H:%M:%S"
    out.mkdir(parents=True, exist_ok=True)
    (out / "tickets.csv").write_bytes(text(written(frame["tickets"], iso)).encode("utf-8-sig"))
    packed = gzip.compress(text(written(frame["calls"], iso)).encode(), compresslevel=9, mtime=0)
    (out / "calls.csv.gz").write_bytes(packed)
    chat = text(written(frame["chats"], "%Y/%m/%d %H:%M:%S"), CHAT_HEADERS)
    (out / "chats.csv").write_bytes(chat.encode("gb18030"))
    (out / "visits.csv").write_bytes(text(frame["visits"], VISIT_HEADERS, ";").encode())
    (out / "panel_ratings.csv").write_bytes(text(written(frame["panel_ratings"], iso)).encode())
    sheet(out / "surveys.xlsx", "surveys", frame["surveys"])
    sheet(out / "complaints.xlsx", "投诉", frame["complaints"], "投诉与表扬登记表 2026-04-01 至 2026-09-30")
    parquet(out / "inspections.parquet", frame["inspections"])

    files = {name: f"{name}.csv" for name in ("tickets", "chats", "visits", "panel_ratings")}
    files |= {"calls": "calls.csv.gz", "surveys": "surveys.xlsx", "complaints": "complaints.xlsx"}
    files |= {"inspections": "inspections.parquet"}
    rows = {files[name]: len(frame[name]) for name in COLUMNS}
    planted = {"seed": seed, "scale": scale, "as_of": f"{AS_OF:%Y-%m-%d %H:%M:%S}", "rows": rows}
    planted["faults"] = sorted(faults, key=lambda one: one["id"][0] == "D" and int(one["id"][1:]))
    told = json.dumps(planted, ensure_ascii=False, indent=1)
    (out / "planted.json").write_text(told + "\n", encoding="utf-8", newline="\n")
    return planted


def main() -> None:
    """Read the command line and write the samples."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write into")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="size against the committed files, 0.5 or more"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    if given.scale < 0.5:
        parser.error("--scale must be 0.5 or more: fewer rows could not carry the planted faults")
    planted = samples(given.out, given.scale, given.seed)
    print(json.dumps(planted["rows"]))


if __name__ == "__main__":
    main()
