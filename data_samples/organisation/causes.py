"""The truth about the planted causes (P1 to P13), counted from the records as they were made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .facts import (
    AS_OF,
    DISPATCH_CHANGE,
    EVENING,
    GAME_FROM,
    GAME_LIMIT,
    GAME_TEAM,
    LAUNCH,
    NEWCOMERS,
    NEWCOMERS_FROM,
    NEWCOMERS_UNTIL,
    OUTAGE,
    PUMP,
    PUMP_PRODUCT,
    QUEUE_FIXED,
    REMINDED,
    RUILIN,
    RUILIN_FROM,
    SIGNATURE_FROM,
    STORM,
    Frame,
    Series,
    Time,
    is_evening_after_change,
    is_newcomer,
    is_outage,
    is_rush,
    is_storm,
    office,
)

Entry = dict[str, Any]
SECOND_QUARTER = Time("2026-04-01")


def counted(rows: Series, hit: Series) -> dict[str, int]:
    """Return how many rows there are, and how many of them are hit."""
    rows, hit = rows.fillna(False).astype(bool), hit.fillna(False).astype(bool)
    return {"count": int(rows.sum()), "hit": int((rows & hit).sum())}


def span(first: Time, last: Time | None = None) -> dict[str, str]:
    """Return a span of days, the last one included."""
    end = AS_OF if last is None else last
    return {"from": f"{first:%Y-%m-%d}", "to": f"{end - pd.Timedelta(days=1):%Y-%m-%d}"}


def quick(contact: Frame) -> Series:
    """Tell which calls or chats reached a person within 30 seconds."""
    return (contact["answered_at"] - contact["offered_at"]) <= pd.Timedelta(seconds=30)


def judged(visit: Frame) -> Series:
    """Tell which visits had a promise that was kept or broken by the day of the extract."""
    due = (visit["status"] != "cancelled") & visit["promised_at"].notna()
    return due & (visit["arrived_at"].notna() | (visit["promised_at"] <= AS_OF))


def causes(frames: Mapping[str, Frame]) -> list[Entry]:
    """Return what was planted, each with who, where, when, how many, and what it is compared with."""
    return [
        *in_visits(frames["visit"]),
        *in_calls(frames["call"]),
        *in_chats(frames["chat"]),
        *in_tickets(frames["ticket"]),
    ]


def in_visits(visit: Frame) -> list[Entry]:
    """Return the causes seen in visits: process, material, environment, measurement, a measure in vain."""
    here, region, reported = judged(visit), visit["region"], visit["reported_at"]
    late = here & ~(visit["arrived_at"] <= visit["promised_at"])
    evening = reported.dt.hour >= EVENING
    moved = is_evening_after_change(region, reported)
    north, since = here & (region == "north"), reported >= DISPATCH_CHANGE
    pump, rework = visit["item"] == PUMP, visit["rework_count"].fillna(0) > 0
    bad, later = pump & (visit["supplier"] == RUILIN), reported >= RUILIN_FROM
    storm = here & is_storm(region, visit["zone"], reported)
    outskirts = here & (region == "southeast") & (visit["zone"] != "core")
    west, signed = here & (visit["team"] == "Repair West"), visit["arrived_at"] >= SIGNATURE_FROM
    east, reminded = here & (region == "east"), reported >= REMINDED
    return [
        {
            "id": "P1",
            "file": "visits.csv",
            "sort": "process",
            "who": "Repair North",
            "where": "region north",
            "when": span(DISPATCH_CHANGE, Time("2026-10-01")),
            "what": "visits of the north reported at 16:00 or later, since the dispatch rule changed",
            "hit_is": "late",
            **counted(here & moved, late),
            "before": counted(north & evening & ~since, late),
            "elsewhere": counted(here & evening & since & (region != "north") & ~storm & ~west, late),
            "other_hours": counted(north & ~evening & since, late),
        },
        {
            "id": "P3",
            "file": "visits.csv",
            "sort": "material",
            "who": f"supplier {RUILIN}, part {PUMP}",
            "where": f"product {PUMP_PRODUCT}",
            "when": span(RUILIN_FROM, Time("2026-10-01")),
            "what": "repairs of Washer B with a pump of one supplier (materials.parquet)",
            "hit_is": "reworked",
            **counted(bad & later, rework),
            "before": counted(pump & ~later, rework),
            "elsewhere": counted(pump & later & ~bad, rework),
            "other_parts": counted(
                (visit["supplier"] == RUILIN) & visit["item"].notna() & ~pump & later, rework
            ),
        },
        {
            "id": "P7",
            "file": "visits.csv",
            "sort": "environment",
            "who": "Repair East",
            "where": "region southeast, zones suburb and remote",
            "when": span(*STORM),
            "what": "visits reported from the flooded outskirts",
            "hit_is": "late",
            **counted(storm, late),
            "before": counted(outskirts & (reported < STORM[0]), late),
            "elsewhere": counted(here & ~storm & reported.between(*STORM, inclusive="left"), late),
        },
        {
            "id": "P8",
            "file": "visits.csv",
            "sort": "measurement",
            "who": "Repair West",
            "where": "regions west and northwest",
            "when": span(SIGNATURE_FROM, Time("2026-10-01")),
            "what": "arrival logged by signature, not by position, since August",
            "hit_is": "late",
            **counted(west & signed, late),
            "before": counted(west & (visit["arrived_at"] < SIGNATURE_FROM), late),
            "without_position": int((west & signed & visit["checked_in_at"].isna()).sum()),
            "with_position": counted(west & signed & visit["checked_in_at"].notna(), late),
        },
        {
            "id": "P12",
            "file": "improvement_actions.csv",
            "sort": "measure without effect",
            "who": "onsite_promise_rate",
            "where": "region east",
            "when": span(REMINDED),
            "what": "visits of the east since engineers are reminded",
            "hit_is": "late",
            **counted(east & reminded, late),
            "before": counted(east & ~reminded, late),
        },
        {
            "id": "P13",
            "file": "improvement_actions.csv",
            "sort": "measure started last week",
            "who": "onsite_promise_rate",
            "where": "region north",
            "when": span(Time("2026-10-01")),
            "what": "visits of the north since the late shift is back",
            "hit_is": "late",
            **counted(north & (reported >= Time("2026-10-01")), late),
        },
    ]


def in_calls(call: Frame) -> list[Entry]:
    """Return the causes seen in calls: overload, and a measure that worked."""
    start, slow = call["offered_at"], ~quick(call)
    monday, launched = (start.dt.day_of_week == 0) & start.dt.hour.between(9, 10), start >= LAUNCH
    sound = start >= Time("2025-07-01")
    desk_a = call["team"].str.strip().str.lower() == "desk a"
    fixed = start >= QUEUE_FIXED
    return [
        {
            "id": "P2",
            "file": "calls.csv.gz",
            "sort": "overload",
            "who": "all desks",
            "where": "Mondays 9 to 11",
            "when": span(LAUNCH, Time("2026-10-01")),
            "what": "calls about the launched Dryer D on top of the usual",
            "hit_is": "not answered within 30 s",
            **counted(is_rush(start), slow),
            "before": counted(monday & ~launched & sound, slow),
            "elsewhere": counted(~monday & launched, slow),
        },
        {
            "id": "P11",
            "file": "improvement_actions.csv",
            "sort": "measure that worked",
            "who": "response_30s_rate",
            "where": "team Desk A",
            "when": span(QUEUE_FIXED),
            "what": "calls of Desk A since who waits is called back, outside the Monday rush",
            "hit_is": "not answered within 30 s",
            **counted(desk_a & fixed & ~monday, slow),
            "before": counted(desk_a & ~fixed & ~monday & sound, slow),
        },
    ]


def in_chats(chat: Frame) -> list[Entry]:
    """Return the causes seen in chats: an outage, and a limit that is gamed."""
    start, live = chat["offered_at"], chat["kind"] == "chat"
    wait = (chat["answered_at"] - start).dt.total_seconds()
    slow, down = ~quick(chat), is_outage(chat["channel"], start)
    same_days = start.between(*OUTAGE, inclusive="left") & office(start)
    app = live & (chat["channel"] == "app") & office(start)
    just = wait.between(GAME_LIMIT - 4, GAME_LIMIT)
    team, since = live & (chat["team"] == GAME_TEAM), start >= GAME_FROM
    return [
        {
            "id": "P6",
            "file": "chats.csv",
            "sort": "tools",
            "who": "all online teams",
            "where": "channel app",
            "when": span(*OUTAGE),
            "what": "chats from the faulty version of the app in office hours",
            "hit_is": "not answered within 30 s",
            **counted(live & down, slow),
            "before": counted(app & start.between(LAUNCH, OUTAGE[0], inclusive="left"), slow),
            "elsewhere": counted(live & same_days & (chat["channel"] == "online"), slow),
        },
        {
            "id": "P10",
            "file": "chats.csv",
            "sort": "a limit gamed",
            "who": GAME_TEAM,
            "where": "channels online and app",
            "when": span(GAME_FROM, Time("2026-10-01")),
            "what": "chats whose first reply came 26 to 30 s after they began",
            "hit_is": "reply at 26 to 30 s",
            **counted(team & since, just),
            "before": counted(team & ~since, just),
            "elsewhere": counted(live & since & (chat["team"] != GAME_TEAM), just),
        },
    ]


def in_tickets(ticket: Frame) -> list[Entry]:
    """Return the causes seen in tickets: a better desk, newcomers, and a shift of the mix."""
    ticket = ticket.drop_duplicates()
    first = ticket["solved_at_first_contact"]
    known, created = first.notna() & (ticket["customer_id"] != "TEST"), ticket["created_at"]
    ticket = ticket.assign(known=known)
    solved, missed = first.fillna(False).astype(bool), ~first.fillna(True).astype(bool)
    fresh = is_newcomer(ticket["agent"], created)
    desk = ticket["team"].isin(["Desk A", "Desk C", "在线一组", "在线二组", "在线三组"])
    time = created.between(NEWCOMERS_FROM, NEWCOMERS_UNTIL, inclusive="left")
    return [
        {
            "id": "P4",
            "file": "tickets.csv",
            "sort": "honest difference",
            "who": "Desk B",
            "where": "channel phone",
            "when": span(Time("2025-07-01"), Time("2026-10-01")),
            "what": "tickets of a desk that simply works better",
            "hit_is": "solved at first contact",
            **counted(known & (ticket["team"] == "Desk B"), solved),
            "elsewhere": counted(known & desk & ~fresh, solved),
        },
        {
            "id": "P5",
            "file": "tickets.csv",
            "sort": "people",
            "who": f"Desk C, agents {', '.join(NEWCOMERS)}",
            "where": "channel phone",
            "when": span(NEWCOMERS_FROM, NEWCOMERS_UNTIL),
            "what": "tickets of five newcomers in their first eight weeks",
            "hit_is": "not solved at first contact",
            **counted(known & fresh, missed),
            "after": counted(known & ticket["agent"].isin(NEWCOMERS) & (created >= NEWCOMERS_UNTIL), missed),
            "elsewhere": counted(known & desk & ~fresh & time, missed),
        },
        mix(ticket, solved, ~fresh),
    ]


def mix(ticket: Frame, solved: Series, usual: Series) -> Entry:
    """Return the shift of the mix: more new customers in the third quarter, each sort served as before."""
    new, now = ticket["customer_class"] == "new", ticket["created_at"] >= LAUNCH
    inside = ticket["created_at"].between(SECOND_QUARTER, Time("2026-10-01"), inclusive="left")
    known = ticket["known"] & inside & usual & ticket["customer_class"].isin(["new", "existing"])
    return {
        "id": "P9",
        "file": "tickets.csv",
        "sort": "mix shift",
        "who": "all teams but the newcomers",
        "where": "customer class new",
        "when": span(LAUNCH, Time("2026-10-01")),
        "what": "tickets of new customers, whose share rises; neither sort is served worse",
        "hit_is": "solved at first contact",
        **counted(known & now & new, solved),
        "before": counted(known & ~now & new, solved),
        "existing": counted(known & now & ~new, solved),
        "existing_before": counted(known & ~now & ~new, solved),
    }
