"""Calls, chats and tickets: how customers reach the desks, and what becomes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .chance import (
    Rng,
    agents,
    choices,
    chosen,
    customers,
    earliest,
    happens,
    hours,
    known,
    later,
    minute,
    moments,
    numbered,
    numbers,
    products,
    stream,
    truth,
    waits,
)
from .facts import (
    AS_OF,
    CHAT_HOURS,
    EVEN_WEEK,
    GAME_FROM,
    GAME_LIMIT,
    GAME_TEAM,
    NEWCOMERS_FROM,
    PHONE_HOURS,
    PRODUCTS,
    QUEUE_FIXED,
    RUSH,
    WEEK,
    Frame,
    Series,
    department,
    is_newcomer,
    is_outage,
    is_rush,
    office,
)

ISSUES = {
    "cooling": "不制冷", "leak": "漏水", "noise": "噪音大", "power": "不启动", "install": "安装咨询",
    "warranty": "保修咨询", "fee": "费用咨询", "usage": "使用指导", "parts": "配件查询",
}  # fmt: skip
OPEN_REASONS = {"等待配件": 0.45, "等待客户": 0.3, "技术会诊": 0.25}
NEXT_STEPS = {"配件到货后上门": 0.5, "三日内回访": 0.3, "转技术支持部": 0.2}


def calls(seed: int, n: int, scale: float) -> Frame:
    """Return calls; who waits longer than their patience hangs up, and a few meet a busy tone."""
    rng = stream(seed, "call")
    drawn = moments(rng, hours(PHONE_HOURS, WEEK, 0.3), n, RUSH)
    offered = drawn["time"]
    team = desks(rng, offered)
    # P2: most of the extra calls of the rush are about the product just launched.
    about_launch = is_rush(offered) & happens(rng, 0.5, n)
    # P11: Desk A answers sooner once it calls back who waits.
    desk_a = np.where(offered >= QUEUE_FIXED, 9.0, 17.5)
    typical = np.select([team == "Desk A", team == "Desk B"], [desk_a, 8.0], 10.5)
    wait = waits(rng, drawn["load"], typical)
    patience = np.where(happens(rng, 0.008, n), 4.0, 190 * np.exp(0.8 * rng.standard_normal(n)))
    busy = happens(rng, np.where(drawn["load"] > 1.6, 0.02, 0.005), n)
    answered, given_up = ~busy & (wait <= patience), ~busy & (wait > patience)
    ring = np.minimum(np.where(happens(rng, 0.022, n), rng.uniform(6.5, 12, n), rng.uniform(1, 6, n)), wait)
    rang = np.where(answered, wait - ring, patience - 3)
    asked = pd.Series(later(offered, wait / 60 + 0.2 + rng.exponential(0.4, n)))
    transferred = answered & happens(rng, 0.14, n)
    joined = later(asked, rng.gamma(5, 4.6, n) * np.where(is_rush(offered), 1.35, 1.0) / 60)
    spoken = {
        "talk_seconds": rng.gamma(3.0, 75, n) + 20,
        "hold_seconds": np.where(happens(rng, 0.3, n), rng.gamma(2.0, 25, n), 0),
        "wrap_seconds": rng.gamma(2.5, 16, n) + 5,
    }
    who = customers(rng, offered, scale)
    return pd.DataFrame(
        {
            "call_id": numbers("L", n),
            "offered_at": offered,
            "ring_started_at": later(offered, rang / 60).where(answered | (given_up & happens(rng, 0.15, n))),
            "answered_at": later(offered, wait / 60).where(answered),
            "abandoned_at": later(offered, patience / 60).where(given_up),
            "transfer_requested_at": asked.where(transferred),
            "agent_joined_at": joined.where(transferred),
            "busy": truth(busy),
            "channel": "phone",
            "team": team,
            "agent": agents(rng, team, offered).where(answered),
            "product": products(rng, offered).mask(about_launch, PRODUCTS[3]),
            **{
                name: pd.Series(np.round(some)).astype("Int64").where(answered)
                for name, some in spoken.items()
            },
            **who,
            "wait": wait,
        }
    )


def desks(rng: Rng, times: Series) -> Series:
    """Return the desk of each call; Desk C takes a fair share once its newcomers are there."""
    draw, grown = rng.random(len(times)), times >= NEWCOMERS_FROM
    third = np.where(grown, 0.27, 0.12)
    first = third + (1 - third) * 0.52
    names = np.select([draw < third, draw < first], ["Desk C", "Desk A"], "Desk B")
    return pd.Series(names, dtype="str")


def chats(seed: int, n: int, scale: float) -> Frame:
    """Return online chats and a few messages left; a chat without an answer was left by the customer."""
    rng = stream(seed, "chat")
    drawn = moments(rng, hours(CHAT_HOURS, EVEN_WEEK, 0.35), n)
    offered = drawn["time"]
    team = choices(rng, {"在线一组": 0.36, "在线二组": 0.34, "在线三组": 0.30}, n)
    channel = choices(rng, {"online": 0.56, "app": 0.44}, n)
    at_work = office(offered)
    message = happens(rng, np.where(at_work, 0.006, 0.035), n)
    # P6: the faulty version of the app delivers what customers write with delay.
    slow = np.where(is_outage(channel, offered), 9.0, 1.0)
    wait = waits(rng, drawn["load"], np.where(at_work, 9.0, 24.0) * slow)
    patience = np.where(at_work, 170, 260) * slow**0.6 * np.exp(0.8 * rng.standard_normal(n))
    answered = message | (wait <= patience)
    shown = gamed(rng, team, offered, wait)
    reply = np.where(message, 60 * (20 + rng.exponential(260, n)), shown)
    talk = reply / 60 + rng.gamma(2.5, 2.6, n) + 0.5
    labelled = truth(happens(rng, 0.965, n), answered & ~at_work)
    who = customers(rng, offered, scale)
    return pd.DataFrame(
        {
            "chat_id": numbers("H", n),
            "kind": pd.Series(np.where(message, "message", "chat"), dtype="str"),
            "offered_at": offered,
            "bot_replied_at": later(offered, rng.uniform(1, 4, n) / 60),
            "answered_at": later(offered, reply / 60).where(answered),
            "registered_at": later(offered, np.minimum(reply / 60, 5 + rng.exponential(60, n))).where(
                message
            ),
            "ended_at": later(offered, np.where(answered, talk, patience / 60)),
            "off_hours_label": labelled,
            "channel": channel,
            "team": team,
            "agent": agents(rng, team, offered).where(answered),
            "product": products(rng, offered),
            **who,
            "wait": wait,
        }
    )


def gamed(rng: Rng, team: Series, offered: Series, wait: np.ndarray) -> np.ndarray:
    """Return waits as the records show them: one team sends an empty reply just inside the limit (P10)."""
    n = len(wait)
    plays = (team == GAME_TEAM) & (offered >= GAME_FROM) & (wait > GAME_LIMIT - 4) & (wait < 150)
    return np.where(plays & happens(rng, 0.88, n), GAME_LIMIT - rng.uniform(0.6, 3.4, n), wait)


def desk_tickets(seed: int, call: Frame, chat: Frame, n: int) -> Frame:
    """Return the tickets that the desks open from calls and chats, which the calls and chats then name."""
    rng = stream(seed, "desk ticket")
    source = pd.concat(
        [call.assign(source=call["call_id"], kind="call"), chat.assign(source=chat["chat_id"])],
        ignore_index=True,
    )
    ready = source.index[source["answered_at"].notna()].to_numpy()
    row = np.sort(rng.choice(ready, size=n, replace=False))
    contact = source.loc[row].reset_index(drop=True)
    created, reached = contact["offered_at"], contact["answered_at"]
    kind = choices(rng, {"general": 0.34, "routine": 0.48, "complex": 0.18}, n)
    usual = kind.map({"general": 0.90, "routine": 0.89, "complex": 0.56}).to_numpy()
    usual = usual + 0.075 * (contact["team"] == "Desk B")  # P4: it simply works better
    usual = usual - 0.34 * is_newcomer(contact["agent"], created)  # P5
    first = happens(rng, np.clip(usual - 0.11 * (contact["customer_class"] == "new"), 0.02, 0.985), n)
    complex_hours = 60 * (3 + rng.exponential(24, n))
    minutes = np.where(
        first,
        4 + rng.gamma(2.0, 8, n),
        np.where(kind == "complex", complex_hours, 60 + rng.exponential(760, n)),
    )
    solved = known(later(reached, minutes)).where(pd.Series(first | happens(rng, 0.97, n)))
    told = known(
        later(reached, np.where(first, 1.5 + rng.gamma(2.0, 4, n), minutes * rng.uniform(0.3, 1, n)))
    )
    tier = np.select(
        [kind != "complex", happens(rng, 0.13, n)], [np.where(happens(rng, 0.93, n), "1", "2"), "3"], "2"
    )
    return pd.DataFrame(
        {
            "created_at": created,
            "accepted_at": reached,
            "first_reply_at": reached,
            "answered_at": told,
            "solved_at": solved,
            "service_type": np.where(contact["channel"] == "phone", "phone_support", "online_support"),
            "issue_class": kind,
            "tier": tier,
            "urgency": "routine",
            **{
                name: contact[name]
                for name in (
                    "channel",
                    "team",
                    "agent",
                    "region",
                    "zone",
                    "product",
                    "customer_id",
                    "customer_class",
                )
            },
            "first": first,
            "waited": np.log1p(contact["wait"]) > np.log1p(60),
            "rush": is_rush(created) & (contact["channel"] == "phone"),
            "source": contact["source"],
            "late": False,
            "rework": False,
            "cancelled": False,
            "visit": "",
        }
    )


def visit_tickets(seed: int, visit: Frame) -> Frame:
    """Return the ticket behind each visit to a home."""
    rng = stream(seed, "visit ticket")
    made = visit[visit["service_type"] != "reception"].reset_index(drop=True)
    n, reported = len(made), made["reported_at"]
    accepted = made["first_pass_accepted"].fillna(False).to_numpy(dtype=bool)
    done = (made["status"] == "completed").to_numpy()
    kept = np.where(made["customer_class"] == "new", 0.80, 0.91)
    first = accepted & happens(rng, kept, n)
    more = np.where(first, 0, np.where(accepted, 300, 2200) * rng.uniform(0.3, 1.3, n))
    late = (made["arrived_at"] > made["promised_at"]) | (
        (made["status"] == "scheduled") & (made["promised_at"] < AS_OF)
    )
    reply = later(reported, rng.uniform(0.1, 6, n))
    return pd.DataFrame(
        {
            "created_at": reported,
            "accepted_at": reply,
            "first_reply_at": reply,
            "answered_at": known(later(reported, 3 + rng.gamma(1.5, 25, n))),
            "solved_at": known(later(made["completed_at"], more)),
            "service_type": "on_site_repair",
            "issue_class": choices(rng, {"routine": 0.84, "complex": 0.16}, n),
            "tier": "2",
            **{
                name: made[name]
                for name in (
                    "urgency",
                    "channel",
                    "team",
                    "agent",
                    "region",
                    "zone",
                    "product",
                    "customer_id",
                    "customer_class",
                )
            },
            "first": first,
            "waited": False,
            "rush": False,
            "source": "",
            "late": late,
            "rework": done & ~accepted,
            "cancelled": made["status"] == "cancelled",
            "visit": made["visit_id"],
        }
    )


def tickets(seed: int, desk: Frame, on_site: Frame) -> Frame:
    """Return all tickets in order of time, with what the customer lived through as `strain`."""
    rng = stream(seed, "ticket")
    frame = numbered(pd.concat([desk, on_site], ignore_index=True), "ticket_id", "T", "created_at")
    n, solved, first = len(frame), frame["solved_at"], frame["first"].to_numpy(dtype=bool)
    second, third = frame["tier"] == "2", frame["tier"] == "3"
    ended = solved.notna()
    closed = known(later(solved, 600 + 2600 * rng.random(n)))
    dispatched = known(later(frame["accepted_at"], np.minimum(4 + rng.exponential(33, n), 400)).where(second))
    escalated = known(later(frame["accepted_at"], 2 + rng.exponential(14, n)).where(third))
    status = np.select([frame["cancelled"], closed.notna(), ended], ["cancelled", "closed", "solved"], "open")
    # Who dispatches also tells the customer, at the latest when the case is solved.
    contacted = earliest(known(later(dispatched, 15 + rng.exponential(210, n))), solved.fillna(AS_OF))
    again = (
        np.where(frame["rework"], 1, np.where(first, happens(rng, 0.008, n), happens(rng, 0.09, n))) * ended
    )
    reopened = known(later(solved, 60 + rng.exponential(3000, n)).where(pd.Series(again > 0)))
    again = np.where(reopened.notna(), again, 0)
    strain = (
        1.25 * frame["late"]
        + 1.4 * frame["rework"]
        + 0.85 * ~first
        + 0.55 * frame["waited"]
        + 0.35 * frame["rush"]
        + 0.5 * (again > 0)
        - 0.25 * (frame["team"] == "Desk B")
    )
    still, code = status == "open", choices(rng, {"satisfied": 0.72, "informed": 0.24, "auto": 0.04}, n)
    gone = status == "cancelled"
    unsolved = (still | gone) & ~happens(rng, 0.07, n)
    confirmed = known(later(solved, rng.uniform(5, 590, n)).where((status == "closed") & (code != "auto")))
    frame = frame.assign(
        dispatched_at=dispatched,
        contacted_at=contacted.where(dispatched.notna() & happens(rng, 0.985, n)),
        escalated_at=escalated,
        planned_at=known(later(escalated, 20 + rng.exponential(85, n)).where(third)),
        closed_at=closed,
        confirmed_at=confirmed,
        reopened_at=reopened,
        reopened_count=again,
        status=pd.Series(status, dtype="str"),
        department=department(frame["team"]).mask(third, "技术支持部"),
        contacts=np.where(first, 1, 2 + rng.binomial(3, 0.25, n)),
        handlings=np.where(first, 1, np.where(happens(rng, 0.92, n), 2, 3)),
        solved_at_first_contact=truth(first, ended),
        solvable_at_once=truth(happens(rng, np.where(frame["issue_class"] == "complex", 0.8, 0.98), n)),
        marked_solved=truth(happens(rng, 0.985, n), ended),
        closure_code=code.where(status == "closed"),
        open_reason=choices(rng, OPEN_REASONS, n).mask(gone, "客户取消").where(unsolved),
        next_step=choices(rng, NEXT_STEPS, n).mask(gone, "无需跟进").where(unsolved),
        need_confirmed=truth(happens(rng, 0.982, n)),
        plan_made=truth(happens(rng, 0.975, n)),
        delivered=truth(ended),
        issue_key=chosen(rng, list(ISSUES), n),
        customer_name=chosen(rng, list("赵钱孙李周吴郑王"), n) + "样例",
        customer_contact=pd.Series([f"000{i:05d}" for i in rng.integers(0, 100000, n)], dtype="str"),
        result=pd.Series(np.where(first, "一次解决", "跟进后解决"), dtype="str").where(ended),
        strain=strain,
    )
    late_third = (frame["handlings"] > 2) & (frame["issue_class"] == "complex")
    frame["exception_registered"] = truth(happens(rng, 0.6, n), late_third)
    frame["customer_contact"] = frame["customer_contact"].where(~happens(rng, 0.012, n))
    frame = repeated(rng, frame)
    return frame.assign(content=frame["issue_key"].map(ISSUES))


def repeated(rng: Rng, ticket: Frame) -> Frame:
    """Return tickets where a customer whose problem was not solved at once comes back with it in days."""
    source = ~ticket["first"].astype(bool) & happens(rng, 0.30, len(ticket))
    desk = ticket[ticket["visit"] == ""]
    pairs = echoes(rng, desk["created_at"], desk["region"] + desk["customer_class"], source, (0.3, 5.5))
    out = ticket.copy()
    names = ["customer_id", "issue_key", "zone"]
    for (
        later_row,
        earlier_row,
    ) in pairs.items():  # in order of time, so that a third contact follows the second
        out.loc[later_row, names] = out.loc[earlier_row, names]
    return out


def echoes(
    rng: Rng, times: Series, group: Series, source: Series, days: tuple[float, float]
) -> dict[int, int]:
    """Return rows that may come from the same customer as an earlier row of their group: later, earlier."""
    found: dict[int, int] = {}
    for _, part in times.groupby(group, sort=True):
        index, start = part.index.to_numpy(), part.to_numpy().astype("datetime64[s]")
        for i in index[source.loc[index].to_numpy()]:
            gap = np.timedelta64(int(rng.uniform(*days) * 86400), "s")
            spot = int(np.searchsorted(start, times[i].to_datetime64().astype("datetime64[s]") + gap))
            if spot < len(index) and index[spot] not in found:
                found[int(index[spot])] = int(i)
    return dict(sorted(found.items()))


def named(frame: Frame, key: str, source: Series, ticket: Frame) -> Frame:
    """Return contacts or visits with the number of their ticket, and its customer."""
    link = ticket[ticket[source.name] != ""].set_index(source.name)
    ids = frame[key].map(link["ticket_id"])
    who = frame[key].map(link["customer_id"])
    return frame.assign(ticket_id=ids, customer_id=who.where(ids.notna(), frame["customer_id"]))


def compact(ticket: Frame) -> Frame:
    """Return tickets with their times as people write them where a second says nothing."""
    exact = ["created_at", "accepted_at", "first_reply_at"]
    rounded = [name for name in ticket.columns if name.endswith("_at") and name not in exact]
    return ticket.assign(**{name: minute(ticket[name]) for name in rounded})
