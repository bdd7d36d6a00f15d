"""The faults of data planted in the files (D1 to D9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from .chance import Rng, known, later, stream
from .facts import BREAK, EVENING, LAUNCH, PUMP_PRODUCT, STORM, Frame, Series, Time, is_rush, within

Entry = dict[str, Any]
Spoilt = tuple[Frame, list[Entry]]

FILES = {
    "ticket": "tickets.csv", "call": "calls.csv.gz", "chat": "chats.csv", "visit": "visits.csv",
    "booking": "bookings.csv.gz", "order": "orders.csv.gz", "shipment": "shipments.csv.gz",
    "notification": "notifications.parquet", "signed_form": "signed_forms.parquet",
    "archive": "archives.parquet", "survey": "surveys.xlsx", "callback": "callbacks.parquet",
    "complaint": "complaints.xlsx", "inspection": "inspections.parquet", "panel_rating": "panel_ratings.csv",
    "roster": "rosters.parquet", "certificate": "certificates.parquet", "tool_issue": "tool_issues.parquet",
    "equipment": "equipment.parquet", "material": "materials.parquet", "training": "trainings.parquet",
    "incident": "incidents.parquet", "finding": "findings.parquet",
    "improvement_action": "improvement_actions.csv",
}  # fmt: skip
ATTACKS = ['=HYPERLINK("http://x","y")', "<script>alert(1)</script>", "+cmd|' /C calc'!A0"]
BAD_DATES = {  # in visits: column, text, rows
    ("reported_at", "2026-13-45"): 2,
    ("promised_at", "pending"): 3,
    ("arrived_at", "—"): 3,
    ("completed_at", "31/09/2026 09:00"): 1,
}
DATES = {"chat": "%Y/%m/%d %H:%M:%S", "visit": "%d/%m/%Y %H:%M"}


class Deck:
    """Rows of one table that may still be spoilt: no row carries two faults."""

    def __init__(self, rng: Rng, free: Series) -> None:
        self.rng = rng
        self.free = free.astype(bool)

    def rows(self, n: int, where: Series | None = None) -> list[int]:
        """Return n rows not dealt before, in order."""
        pool = self.free if where is None else self.free & where.fillna(False).astype(bool)
        dealt = sorted(int(i) for i in self.rng.choice(pool.index[pool].to_numpy(), size=n, replace=False))
        self.free.loc[dealt] = False
        return dealt


def entry(fault: str, kind: str, what: str, keys: Any, **more: Any) -> Entry:
    """Return one planted fault with the identifiers of its rows."""
    listed = [str(key) for key in keys]
    return {"id": fault, "file": FILES[kind], "what": what, "count": len(listed), **more, "keys": listed}


def cell(fault: str, kind: str, column: str, value: Any, keys: Any) -> Entry:
    """Return one planted fault that is a certain value of a column."""
    return entry(fault, kind, f"{column} is {value}", keys, column=column, value=value)


def dates(frame: Frame) -> list[str]:
    """Return the columns of time."""
    return [name for name in frame.columns if name.endswith("_at")]


def moved(frame: Frame, rows: list[int], starts: Sequence[Time], event: str) -> Frame:
    """Return the frame with whole rows moved in time, so that each begins on a given day."""
    frame = frame.copy()
    for row, start in zip(rows, starts, strict=True):
        gap = start - frame.loc[row, event].normalize()
        for name in dates(frame):
            frame.loc[row, name] = frame.loc[row, name] + gap
    return frame


def spoilt_tickets(rng: Rng, frame: Frame, used: set[str]) -> Spoilt:
    """Return tickets with double, impossible, foreign and test rows."""
    recent = frame["created_at"] >= Time("2026-04-01")
    desk = (
        (frame["service_type"] == "phone_support")
        & (frame["team"] == "Desk A")
        & (frame["status"] == "closed")
    )
    # Rows that other records name, or that carry a planted cause of one team, stay sound.
    free = recent & ~frame["ticket_id"].isin(used) & ~frame["team"].isin(["Desk B", "Desk C"])
    deck = Deck(rng, free)
    same, differing = deck.rows(6), deck.rows(4, frame["status"] == "closed")
    early = deck.rows(4, frame["solved_at"].notna())
    foreign, template = deck.rows(7, desk), deck.rows(6, desk)
    spelled = deck.rows(14, frame["team"] == "Desk A")
    nameless, classless = deck.rows(8), deck.rows(15)

    days = [*pd.date_range("2024-08-09", periods=4), *pd.date_range("2026-10-02", periods=3)]
    out = moved(frame, foreign, days, "created_at")
    for name in dates(out)[1:]:
        out[name] = known(out[name])
    out["status"] = out["status"].mask((out["status"] == "closed") & out["closed_at"].isna(), "solved")
    out.loc[early, "solved_at"] = later(out.loc[early, "created_at"], [-45, -130, -600, -1500])
    out.loc[spelled, "team"] = "desk a "
    out.loc[nameless, "team"] = "?"
    out.loc[classless, "customer_class"] = "N/A"
    test = out.loc[template].assign(customer_id="TEST", ticket_id=[f"T99990{i}" for i in range(6)])
    changed = out.loc[differing].assign(
        status="solved",
        closed_at=pd.NaT,
        contacts=out.loc[differing, "contacts"] + 1,
        solved_at_first_contact=False,
    )
    out = pd.concat([out, out.loc[same], changed.astype(out.dtypes), test.astype(out.dtypes)])
    ids = frame["ticket_id"]
    return out.sort_values("created_at", kind="stable", ignore_index=True), [
        entry("D1", "ticket", "exact duplicate row (each id is there twice)", ids[same]),
        entry("D1", "ticket", "same id with different content (each id is there twice)", ids[differing]),
        entry("D3", "ticket", "solved_at before created_at", ids[early]),
        entry("D4", "ticket", "created_at outside the five quarters", ids[foreign]),
        cell("D7", "ticket", "team", "?", ids[nameless]),
        cell("D7", "ticket", "customer_class", "N/A", ids[classless]),
        cell("D8", "ticket", "team", "desk a ", ids[spelled]),
        cell("D9", "ticket", "customer_id", "TEST", test["ticket_id"]),
    ]


def spoilt_calls(rng: Rng, frame: Frame) -> Spoilt:
    """Return calls with a wrong year, a missing team and a second spelling."""
    deck = Deck(rng, ~is_rush(frame["offered_at"]) & (frame["offered_at"] >= Time("2026-04-01")))
    desk_a = frame["team"] == "Desk A"
    foreign, nameless = deck.rows(5, frame["ticket_id"].isna() & ~desk_a), deck.rows(12, ~desk_a)
    spelled = deck.rows(18, desk_a)
    out = moved(frame, foreign, pd.date_range("2024-07-13", periods=5, freq="8D"), "offered_at")
    out.loc[nameless, "team"] = "?"
    out.loc[spelled, "team"] = "desk a "
    ids = frame["call_id"]
    return out, [
        entry("D4", "call", "offered_at in 2024, outside the five quarters", ids[foreign]),
        cell("D7", "call", "team", "?", ids[nameless]),
        cell("D8", "call", "team", "desk a ", ids[spelled]),
    ]


def spoilt_chats(rng: Rng, frame: Frame) -> Spoilt:
    """Return chats of which the extract lost most of 19 days, so that numbers are missing in the row."""
    inside = within(frame["offered_at"], BREAK)
    kept = Deck(rng, inside).rows(3)
    out = frame[~inside | frame.index.isin(kept)].reset_index(drop=True)
    told = {"from": "2026-06-12", "to": "2026-06-30", "lost": int(inside.sum()) - 3}
    return out, [
        entry("D5", "chat", "rows left in the break of the extract", frame.loc[kept, "chat_id"], **told)
    ]


def spoilt_visits(rng: Rng, frame: Frame) -> Spoilt:
    """Return visits as text, with impossible, foreign, missing and unreadable dates."""
    plain = ~frame["region"].isin(["north", "east", "southeast", "west", "northwest"])
    recent = (frame["reported_at"] >= Time("2026-04-01")) & (frame["product"] != PUMP_PRODUCT)
    calm = (frame["reported_at"].dt.hour < EVENING) & ~within(frame["reported_at"], STORM)
    done = (frame["status"] == "completed") & frame["item"].isna() & (frame["service_type"] != "reception")
    deck = Deck(rng, plain & recent & calm & done)
    early, foreign, unsaid = deck.rows(5), deck.rows(3, frame["booking_id"].isna()), deck.rows(10)
    unreadable = {key: deck.rows(n) for key, n in BAD_DATES.items()}
    out = moved(frame, foreign, pd.date_range("2024-08-05", periods=3, freq="9D"), "reported_at")
    out.loc[early, "arrived_at"] = later(out.loc[early, "reported_at"], [-20, -55, -190, -300, -1440])
    out.loc[unsaid, "urgency"] = "N/A"
    out = written(out, DATES["visit"])
    for (column, text), rows in unreadable.items():
        out.loc[rows, column] = text
    ids = frame["visit_id"]
    return out, [
        *(cell("D2", "visit", column, text, ids[rows]) for (column, text), rows in unreadable.items()),
        entry("D3", "visit", "arrived_at before reported_at", ids[early]),
        entry("D4", "visit", "reported_at in 2024, outside the five quarters", ids[foreign]),
        cell("D7", "visit", "urgency", "N/A", ids[unsaid]),
    ]


def spoilt_surveys(rng: Rng, frame: Frame) -> Spoilt:
    """Return surveys where some questionnaires without an answer carry a score of -1."""
    deck = Deck(rng, frame["comment"].isna() & (frame["sent_at"] >= Time("2026-04-01")))
    rows, remarks = deck.rows(40, frame["answered_at"].isna()), deck.rows(10)
    out = frame.copy()
    out.loc[rows, "score"] = -1
    out.loc[remarks, "comment"] = "N/A"
    ids = frame["survey_id"]
    return out, [
        cell("D7", "survey", "score", -1, ids[rows]),
        cell("D7", "survey", "comment", "N/A", ids[remarks]),
    ]


def spoilt_complaints(rng: Rng, frame: Frame) -> Spoilt:
    """Return complaints of which some are written to attack who opens the report."""
    rows = Deck(rng, (frame["kind"] == "complaint") & (frame["received_at"] >= LAUNCH)).rows(len(ATTACKS))
    out = frame.copy()
    out.loc[rows, "text"] = ATTACKS
    ids = frame["complaint_id"]
    return out, [
        cell("D6", "complaint", "text", text, ids[[row]]) for row, text in zip(rows, ATTACKS, strict=True)
    ]


def spoilt_ratings(rng: Rng, frame: Frame) -> Spoilt:
    """Return ratings of which two were not given."""
    rows = Deck(rng, frame["rated_at"] >= Time("2026-04-01")).rows(2)
    out = frame.astype({"rating": "object"})
    out.loc[rows, "rating"] = "N/A"
    return out, [cell("D7", "panel_rating", "rating", "N/A", frame.loc[rows, "rating_id"])]


def spoilt(seed: int, sound: Mapping[str, Frame]) -> tuple[dict[str, Frame], list[Entry]]:
    """Return the records as the files hold them, and what was spoilt in them."""
    rng = stream(seed, "faults")
    links = ["survey", "complaint", "inspection", "callback"]
    used = {ticket for kind in links for ticket in sound[kind]["ticket_id"].dropna()}
    ways: dict[str, Callable[[], Spoilt]] = {
        "ticket": lambda: spoilt_tickets(rng, sound["ticket"], used),
        "call": lambda: spoilt_calls(rng, sound["call"]),
        "chat": lambda: spoilt_chats(rng, sound["chat"]),
        "visit": lambda: spoilt_visits(rng, sound["visit"]),
        "survey": lambda: spoilt_surveys(rng, sound["survey"]),
        "complaint": lambda: spoilt_complaints(rng, sound["complaint"]),
        "panel_rating": lambda: spoilt_ratings(rng, sound["panel_rating"]),
    }
    done = {kind: way() for kind, way in ways.items()}
    frames = {kind: done[kind][0] if kind in done else frame for kind, frame in sound.items()}
    return frames, [fault for _, found in done.values() for fault in found]


def written(frame: Frame, pattern: str) -> Frame:
    """Return the frame as text: times by the pattern, yes and no as true and false, unknown as empty."""
    out = frame.copy()
    for name in out.columns:
        if pd.api.types.is_datetime64_any_dtype(out[name]):
            out[name] = out[name].dt.strftime(pattern)
        elif pd.api.types.is_bool_dtype(out[name]):
            out[name] = out[name].map({True: "true", False: "false"})
    return out.astype("object").where(out.notna(), "")
