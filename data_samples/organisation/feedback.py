"""What customers and inspectors say, in questionnaires, complaints and inspections; and what is told them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .chance import (
    Rng,
    choices,
    chosen,
    happens,
    known,
    later,
    minute,
    numbered,
    numbers,
    stream,
    truth,
)
from .facts import AS_OF, END, TEAMS, Frame, Series, department, office
from .field import at_home

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
    "unsolved": ["问题说了三遍还没解决。", "Nobody called back as promised.", "电话一直排队。"],
    "attitude": ["客服态度冷淡。", "The agent hung up on me."],
    "extra_charge": ["收费说明不清楚，多收了上门费。", "Charged twice for the same part."],
    "other": ["发票一直没有寄来。", "The appliance was scratched."],
}
REMARKS = {
    "positive": ["很满意", "Great service"],
    "neutral": ["还可以", "As expected"],
    "negative": ["处理太慢", "Still waiting"],
}
PANEL_ITEMS = {"工单填写": 0.2, "服务态度": 0.3, "注意事项讲解": 0.2, "专业能力": 0.3}


def surveys(seed: int, ticket: Frame, n: int) -> Frame:
    """Return questionnaires sent after a solution; a bad experience lowers the score and brings answers."""
    rng = stream(seed, "survey")
    ready = ticket[ticket["solved_at"] < END - pd.Timedelta(days=1)].reset_index(drop=True)
    asked = ready.iloc[np.sort(rng.choice(len(ready), size=n, replace=False))].reset_index(drop=True)
    sent, strain = minute(later(asked["solved_at"], 60 + 1300 * rng.random(n))), asked["strain"].clip(0)
    tool = choices(rng, {"csat": 0.74, "nps": 0.13, "ces": 0.13}, n)
    delivered = happens(rng, 0.972, n)
    answered = pd.Series(delivered & happens(rng, 0.47 + 0.09 * np.minimum(strain, 2), n))
    feeling = 4.62 - asked["strain"] + 0.72 * rng.standard_normal(n)
    score = pd.Series(np.clip(np.round(feeling), 1, 5))
    mood = np.select([score >= 4, score == 3], ["positive", "neutral"], "negative")
    said = pd.Series(happens(rng, 0.3, n)) & answered
    comment = [REMARKS[one][int(pick)] for one, pick in zip(mood, rng.integers(0, 2, n), strict=True)]
    frame = pd.DataFrame(
        {
            "ticket_id": asked["ticket_id"],
            "visit_id": asked["visit"].where(asked["visit"] != ""),
            "instrument": tool,
            "sent_at": sent,
            "delivered": truth(delivered),
            "answered_at": known(minute(later(sent, 10 + rng.exponential(500, n)))).where(answered),
            "score": score.where(answered & (tool == "csat")),
            "outcome": pd.Series(np.where(feeling > 2.2, "satisfied", "unsatisfied"), dtype="str").where(
                answered
            ),
            "solved": truth(feeling > 2.0, answered),
            "solved_first_contact": truth(asked["first"] ^ happens(rng, 0.05, n), answered),
            "recommend": pd.Series(np.clip(np.round(feeling * 2.05), 0, 10)).where(
                answered & (tool == "nps")
            ),
            "effort": pd.Series(np.clip(np.round(feeling * 1.3 + 0.2), 1, 7)).where(
                answered & (tool == "ces")
            ),
            "sentiment": pd.Series(mood, dtype="str").where(said),
            **{
                name: asked[name] for name in ("channel", "team", "agent", "region", "product", "customer_id")
            },
            "comment": pd.Series(comment, dtype="str").where(said),
        }
    )
    return numbered(frame, "survey_id", "S", "sent_at")


def voices(rng: Rng, ticket: Frame, kind: str, n: int, chance: Series) -> Frame:
    """Return n complaints, praises or reviews, more often where the chance is greater."""
    anchor = ticket["solved_at"].fillna(later(ticket["created_at"], np.full(len(ticket), 4320)))
    received = minute(later(anchor, 60 + 2500 * rng.random(len(ticket))))
    weight = chance.where(received < END, 0.0)
    row = np.sort(rng.choice(len(ticket), size=n, replace=False, p=weight / weight.sum()))
    return ticket.iloc[row].assign(kind=kind, received_at=received.iloc[row]).reset_index(drop=True)


def complaints(seed: int, ticket: Frame, sizes: Mapping[str, int]) -> Frame:
    """Return complaints, praises and reviews; only a complaint is answered by a contact and a plan."""
    rng = stream(seed, "complaint")
    strain, ended = ticket["strain"].clip(0), ticket["solved_at"].notna()
    chance = {
        "complaint": 0.006 + 0.10 * strain**1.5,
        "praise": ended / (0.2 + strain),
        "review": ended * 1.0,
    }
    voice = pd.concat([voices(rng, ticket, kind, sizes[kind], chance[kind]) for kind in chance])
    voice = voice.sort_values("received_at", kind="stable", ignore_index=True)
    n, serious = len(voice), voice["kind"] == "complaint"
    received, cause = voice["received_at"], causes(rng, voice)
    draw = rng.random(n)
    contact = np.where(
        draw < 0.89,
        8 + 228 * rng.random(n),
        np.where(draw < 0.955, rng.uniform(245, 1400, n), rng.uniform(1500, 4000, n)),
    )
    contacted = known(minute(later(received, contact))).where(serious & (draw < 0.988))
    register = np.where(happens(rng, 0.955, n), rng.uniform(1, 110, n), rng.uniform(130, 600, n))
    plan = np.where(
        happens(rng, 0.9, n), contact + rng.uniform(20, 1120, n), contact + rng.uniform(1440, 3000, n)
    )
    planned = known(minute(later(received, plan))).where(contacted.notna())
    resolved = known(minute(later(planned, 300 + rng.exponential(2200, n)))).where(
        pd.Series(happens(rng, 0.985, n))
    )
    outlet = choices(rng, {"customer": 0.93, "regulator": 0.05, "media": 0.02}, n)
    upheld = happens(rng, np.where(cause.isin(["late", "rework"]), 0.85, 0.5), n)
    contacted = contacted.where(~(contacted < received), received)
    surname = chosen(rng, list("赵钱孙李周吴郑王"), n)
    text = words(rng, voice["kind"], cause)
    frame = pd.DataFrame(
        {
            "ticket_id": voice["ticket_id"],
            "kind": voice["kind"],
            "cause": cause.where(serious),
            "received_at": received,
            "registered_at": minute(later(received, register)),
            "contacted_at": contacted,
            "planned_at": planned,
            "resolved_at": resolved,
            "due_at": later(received, np.full(n, 7 * 1440)).where(serious),
            "upheld": truth(upheld, serious),
            "exception_registered": truth(happens(rng, 0.03, n), serious),
            "outlet": outlet.where(serious),
            "service_error": truth(upheld & happens(rng, 0.8, n), serious),
            "satisfied": truth(happens(rng, 0.82, n), resolved.notna()),
            "channel": choices(rng, {"phone": 0.55, "online": 0.25, "app": 0.2}, n),
            "department": department(voice["team"]),
            **{name: voice[name] for name in ("team", "agent", "region", "product", "customer_id")},
            "customer_name": surname + "样例",
            "phone": [f"000-0000-{i:04d}" for i in rng.integers(0, 10000, n)],
            "text": text,
        }
    )
    return numbered(frame, "complaint_id", "K", "received_at")


def causes(rng: Rng, voice: Frame) -> Series:
    """Return what a complaint is about: mostly what went wrong with its ticket."""
    other = choices(rng, {"attitude": 0.3, "extra_charge": 0.25, "other": 0.45}, len(voice))
    other = other.mask(~voice["first"].astype(bool) & happens(rng, 0.8, len(voice)), "unsolved")
    return other.mask(voice["late"].astype(bool), "late").mask(voice["rework"].astype(bool), "rework")


def words(rng: Rng, kind: Series, cause: Series) -> list[str]:
    """Return what the customers wrote."""
    pools = [
        COMPLAINTS[why] if sort == "complaint" else PRAISES if sort == "praise" else REVIEWS
        for sort, why in zip(kind, cause, strict=True)
    ]
    return [pool[int(draw * len(pool))] for pool, draw in zip(pools, rng.random(len(pools)), strict=True)]


def callbacks(seed: int, visit: Frame, ticket: Frame, booking: Frame, complaint: Frame) -> Frame:
    """Return calls to customers after visits, tickets, bookings and nearly all resolved complaints."""
    rng = stream(seed, "callback")
    parts = [
        _called(rng, at_home(visit), "visit_id", "completed_at", 0.30),
        _called(rng, ticket[ticket["visit"] == ""], "ticket_id", "solved_at", 0.14),
        _called(rng, booking, "booking_id", "confirmed_at", 0.22),
        _called(rng, complaint[complaint["kind"] == "complaint"], "complaint_id", "resolved_at", 0.95),
    ]
    frame = pd.concat(parts, ignore_index=True)
    n = len(frame)
    reached = happens(rng, np.where(frame["complaint_id"].notna(), 0.97, 0.86), n)
    content = 1 - 0.16 * frame["strain"].fillna(0.25)
    booked, visited = frame["booking_id"].notna(), frame["visit_id"].notna()
    frame = frame.assign(
        reached=truth(reached),
        satisfied=truth(happens(rng, 0.955 * content, n), reached),
        accepted=truth(happens(rng, 0.93, n), reached & frame["complaint_id"].notna()),
        booking_wrong=truth(happens(rng, 0.017, n), reached & booked),
        update_wrong=truth(happens(rng, 0.012, n), reached & visited),
    )
    return numbered(frame[frame["called_at"] < AS_OF], "callback_id", "B", "called_at")


def _called(rng: Rng, source: Frame, key: str, after: str, share: float) -> Frame:
    """Return calls to some of the customers of one kind of case."""
    ready = source[source[after].notna()]
    some = ready[happens(rng, share, len(ready))].reset_index(drop=True)
    lag = 120 + rng.exponential(1600, len(some))
    kept = {name: some[name] for name in (key, "team", "region", "strain") if name in some}
    return pd.DataFrame({**kept, "called_at": minute(later(some[after], lag))})


def inspections(seed: int, frames: Mapping[str, Frame]) -> Frame:
    """Return the weekly random inspections, a tenth of most frames; each row says how likely it was drawn."""
    rng = stream(seed, "inspection")
    visit, home = frames["visit"], at_home(frames["visit"])
    filmed = home["on_video"].fillna(False).astype(bool)
    store = visit[visit["service_type"] == "reception"]
    parts = [
        drawn(
            rng,
            frames["ticket"][frames["ticket"]["solved_at"].notna()],
            "ticket",
            "ticket_id",
            "solved_at",
            0.10,
        ),
        drawn(
            rng, frames["call"][frames["call"]["answered_at"].notna()], "call", "call_id", "answered_at", 0.10
        ),
        drawn(
            rng, frames["chat"][frames["chat"]["answered_at"].notna()], "chat", "chat_id", "answered_at", 0.10
        ),
        drawn(rng, home[filmed], "video", "visit_id", "completed_at", 0.22),
        drawn(rng, home[~filmed], "site", "visit_id", "completed_at", 0.10),
        drawn(rng, store, "reception", "visit_id", "completed_at", 0.35),
        drawn(rng, frames["order"], "video", "order_id", "served_at", 0.10),
    ]
    seen = pd.concat(parts, ignore_index=True)
    seen = seen[seen["inspected_at"] < END].sort_values("inspected_at", kind="stable", ignore_index=True)
    return judged(rng, seen.assign(inspection_id=numbers("N", len(seen))))


def drawn(rng: Rng, source: Frame, name: str, key: str, time: str, share: float) -> Frame:
    """Return a share of each week's cases, rounded up, with their probability of being drawn."""
    week = source[time].dt.strftime("%G-W%V")
    picks, chance = [], []
    for _, index in sorted(source.groupby(week).groups.items()):
        take = max(1, int(np.ceil(share * len(index) - 1e-9)))
        picks.append(np.sort(rng.choice(index.to_numpy(), size=take, replace=False)))
        chance.append(np.full(take, take / len(index)))
    rows = np.concatenate(picks)
    found = source.loc[rows].reset_index(drop=True)
    kept = {
        one: found[one]
        for one in ("channel", "team", "agent", "region", "product", "service_type")
        if one in found
    }
    seen = minute(later(found[time], 30 + rng.exponential(900, len(found))))
    stratum = name if key != "order_id" else "order"
    return pd.DataFrame(
        {
            "source": name,
            "inspected_at": seen,
            key: found[key],
            **kept,
            "stratum": stratum + " " + week.loc[rows].reset_index(drop=True),
            "inclusion_probability": np.round(np.concatenate(chance), 6),
        }
    )


def judged(rng: Rng, seen: Frame) -> Frame:
    """Return inspections with their findings, as far as each item applies to what was inspected."""
    n, source = len(seen), seen["source"]
    home = seen["visit_id"].notna() & (source != "reception")
    repair, meal = home & (seen["service_type"] == "repair"), seen["order_id"].notna()
    face, spoken = home | (source == "reception"), source.isin(["call", "chat", "ticket"])
    desk, reception = source.isin(["call", "chat"]), source == "reception"
    upset, chance = (
        happens(rng, 0.045, n),
        {
            "process_followed": (~meal, 0.974),
            "badge_shown": (home, 0.978),
            "precautions_explained": (home, 0.955),
            "fault_diagnosed": (repair, 0.988),
            "plan_confirmed": (repair, 0.975),
            "repair_done": (repair, 0.992),
            "test_accepted": (repair, 0.981),
            "order_matched": (meal, 0.99),
            "order_confirmed": (meal, 0.993),
            "meal_prepared": (meal, 0.996),
            "meal_served": (meal, 0.992),
            "feedback_asked": (meal, 0.95),
            "information_correct": (spoken, 0.968),
            "banned_phrase": (desk, 0.006),
            "greeted": (reception, 0.98),
            "need_confirmed": (reception | desk, 0.96),
            "solution_offered": (reception, 0.965),
            "seen_off": (reception, 0.94),
            "dress_correct": (face, 0.972),
            "badge_worn": (face, 0.976),
            "hygiene_kept": (face, 0.985),
            "node_missed": (home, 0.035),
            "tools_correct": (home, 0.975),
            "customer_critical_error": (~meal, 0.022),
            "business_critical_error": (~meal, 0.026),
            "compliance_critical_error": (~meal, 0.008),
        },
    )
    items = {name: truth(happens(rng, share, n), where) for name, (where, share) in chance.items()}
    possible = np.where(home, 24, np.where(meal, 10, 16))
    correct = rng.binomial(possible, 0.972)
    good = truth(happens(rng, 0.962, n))
    return seen.assign(
        inspector=chosen(rng, ["Q1", "Q2", "Q3", "Q4"], n),
        second_inspector=chosen(rng, ["Q5", "Q6"], n).where(happens(rng, 0.12, n)),
        industry=np.where(meal, "catering", "appliance"),
        department=department(seen["team"]),
        **items,
        meets_standard=good,
        customer_upset=truth(upset, desk),
        escalated=truth(happens(rng, 0.9, n), desk & upset),
        attitude_rating=pd.Series(np.clip(np.round(4.4 + 0.6 * rng.standard_normal(n)), 1, 5)).where(
            face | desk
        ),
        opportunities=possible,
        correct=correct,
        points=np.round(100 * correct / possible, 1),
        points_possible=100.0,
    )


def panel_ratings(seed: int) -> Frame:
    """Return each quarter's ratings of four people, one of them stricter, over four items for each team."""
    rng = stream(seed, "panel_rating")
    rows = []
    for day in ("2025-09-29", "2025-12-30", "2026-03-30", "2026-06-29", "2026-09-29"):
        for item, weight in PANEL_ITEMS.items():
            for team in list(TEAMS)[:10]:
                level = 4.05 + 0.5 * rng.standard_normal()
                for rater, lenience in {"R1": 0.1, "R2": 0.0, "R3": 0.2, "R4": -0.4}.items():
                    rating, felt = (
                        int(np.clip(round(level + lenience + 0.4 * rng.standard_normal()), 1, 5))
                        for _ in range(2)
                    )
                    wished = int(np.clip(round(4.3 + 0.5 * rng.standard_normal()), 1, 5))
                    moment = pd.Timestamp(day) + pd.Timedelta(minutes=540 + int(rng.integers(0, 400)))
                    rows.append((moment, rater, item, team, rating, wished, felt, weight))
    names = ["rated_at", "rater", "item", "team", "rating", "expected", "perceived", "item_weight"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(rating_id=numbers("J", len(frame)))


def notifications(seed: int, frames: Mapping[str, Frame]) -> Frame:
    """Return the messages sent to customers, each with the case that it is about."""
    rng = stream(seed, "notification")
    ticket, call, chat, visit = (frames[name] for name in ("ticket", "call", "chat", "visit"))
    solved = ticket[ticket["solved_at"].notna() & (ticket["tier"] == "1")]
    spoken = call[call["answered_at"].notna()]
    quiet = {"call_id": call[~office(call["offered_at"])], "chat_id": chat[~office(chat["offered_at"])]}
    booked = frames["booking"][frames["booking"]["confirmed_at"].notna()]
    due = visit[visit["update_due"].fillna(False).astype(bool) & visit["arrived_at"].notna()]
    parts = [
        progress(rng, ticket),
        _sent(rng, solved, "ticket_id", "solved", "solved_at", 0.965, rng.exponential(50, len(solved))),
        _sent(rng, spoken, "call_id", "survey", "answered_at", 0.94, 12 + rng.exponential(20, len(spoken))),
        *(
            _sent(rng, source, key, "acknowledgement", "offered_at", 0.955, rng.exponential(13, len(source)))
            for key, source in quiet.items()
        ),
        confirmations(rng, booked),
        told_arrivals(rng, visit),
        _sent(rng, due, "visit_id", "update", "arrived_at", 0.982, rng.exponential(20, len(due))),
        delays(rng, frames["shipment"]),
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = numbered(frame[frame["sent_at"] < AS_OF], "notification_id", "Y", "sent_at")
    return frame.assign(delivered=truth(happens(rng, 0.985, len(frame))))


def _sent(
    rng: Rng,
    source: Frame,
    key: str,
    kind: str,
    after: str,
    share: float,
    minutes: np.ndarray,
    way: str = "sms",
) -> Frame:
    """Return a message for most of the cases of one kind, some minutes after an event."""
    frame = pd.DataFrame(
        {
            "kind": kind,
            "channel": way,
            key: source[key],
            "team": source["team"],
            "sent_at": minute(later(source[after], 1 + minutes)),
        }
    )
    return frame[happens(rng, share, len(frame))]


def progress(rng: Rng, ticket: Frame) -> Frame:
    """Return news on complex tickets: once within two days mostly, and daily on disputes until solved."""
    slow = ticket[
        (ticket["issue_class"] == "complex") & (ticket["tier"] != "3") & ~ticket["cancelled"].astype(bool)
    ]
    hard = ticket[ticket["tier"] == "3"].reset_index(drop=True)
    open_hours = (hard["solved_at"].fillna(AS_OF) - hard["created_at"]).dt.total_seconds() / 3600
    rounds = np.minimum(np.ceil(open_hours / 21), 12).astype(int)
    row = np.repeat(np.arange(len(hard)), rounds)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(rounds) - rounds, rounds)
    daily = hard.iloc[row].reset_index(drop=True)
    news = 60 * np.where(
        happens(rng, 0.93, len(slow)), rng.uniform(1, 46, len(slow)), rng.uniform(49, 90, len(slow))
    )
    return pd.concat(
        [
            _sent(rng, slow, "ticket_id", "progress", "created_at", 0.985, news, "phone"),
            _sent(
                rng,
                daily,
                "ticket_id",
                "progress",
                "created_at",
                0.975,
                60 * (turn * 21.0 + rng.uniform(1, 9, len(row))),
                "phone",
            ),
        ]
    )


def confirmations(rng: Rng, booking: Frame) -> Frame:
    """Return confirmations of bookings, by the way the customer booked, mostly."""
    n = len(booking)
    right = np.where(booking["channel"] == "online", "platform", "sms")
    way = np.where(happens(rng, 0.968, n), right, np.where(right == "sms", "platform", "sms"))
    return pd.DataFrame(
        {
            "kind": "confirmation",
            "channel": way,
            "booking_id": booking["booking_id"],
            "team": booking["team"],
            "sent_at": minute(booking["confirmed_at"]),
        }
    )


def told_arrivals(rng: Rng, visit: Frame) -> Frame:
    """Return notices of arrival, sent before the engineer leaves, to the outskirts and for emergencies."""
    far = (visit["zone"] != "core") | (visit["urgency"] == "emergency")
    gone = visit[visit["departed_at"].notna() & far].reset_index(drop=True)
    n = len(gone)
    before = gone["departed_at"] - gone["reported_at"]
    sent = gone["reported_at"] + before * rng.uniform(0.2, 0.98, n)
    late = happens(rng, 0.012, n)
    sent = sent.where(~late, later(gone["departed_at"], rng.uniform(3, 20, n)))
    way = choices(rng, {"sms": 0.7, "phone": 0.2, "app": 0.1}, n)
    frame = pd.DataFrame(
        {
            "kind": "eta",
            "channel": way,
            "visit_id": gone["visit_id"],
            "team": gone["team"],
            "sent_at": sent.astype("datetime64[us]").dt.floor("min"),
        }
    )
    return frame[happens(rng, 0.993, n)]


def delays(rng: Rng, shipment: Frame) -> Frame:
    """Return notices of delayed parcels, within the hour mostly."""
    held = shipment[shipment["delayed_at"].notna()].reset_index(drop=True)
    n = len(held)
    lag = np.where(happens(rng, 0.93, n), rng.uniform(3, 55, n), rng.uniform(65, 300, n))
    frame = _sent(rng, held, "shipment_id", "delay", "delayed_at", 1.0, lag)
    return frame.assign(channel=choices(rng, {"sms": 0.7, "phone": 0.25, "email": 0.05}, n))[
        happens(rng, 0.98, n)
    ]
