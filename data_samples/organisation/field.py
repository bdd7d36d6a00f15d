"""Work at the customer's: visits, bookings, parts, forms, files; meals and parcels."""

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
    placed,
    products,
    stream,
    truth,
)
from .contacts import echoes
from .facts import (
    AS_OF,
    BEGIN,
    EVEN_WEEK,
    MEAL_HOURS,
    PUMP,
    PUMP_PRODUCT,
    REGIONS,
    REPAIR,
    REPORT_HOURS,
    RUILIN,
    RUILIN_FROM,
    SIGNATURE_FROM,
    STORM,
    Frame,
    Series,
    Time,
    is_evening_after_change,
    is_storm,
)

PARTS = {  # product: the part it mostly needs
    "Fridge A": "压缩机", PUMP_PRODUCT: PUMP, "Cooler C": "风扇电机", "Dryer D": "加热管",
    "Oven E": "温控器", "Purifier F": "滤芯",
}  # fmt: skip
STANDARD = {
    "压缩机": 1.0,
    PUMP: 1.0,
    "风扇电机": 1.0,
    "加热管": 1.0,
    "温控器": 1.0,
    "滤芯": 2.0,
    "门封条": 1.0,
}
COST = {
    "压缩机": 420.0,
    PUMP: 85.0,
    "风扇电机": 130.0,
    "加热管": 95.0,
    "温控器": 60.0,
    "滤芯": 45.0,
    "门封条": 38.0,
}
SUPPLIERS = {"恒越机电": 0.4, "东泰部件": 0.38, RUILIN: 0.22}
SYMPTOMS = ["不制冷", "漏水", "噪音大", "不启动", "报错代码", "不排水"]
NEEDS = ["带鞋套", "老人在家请先电话", "周末上门", "需发票"]


def visits(seed: int, n: int, scale: float) -> Frame:
    """Return on-site visits, among them cancelled, overdue, unfinished, not yet due ones, and receptions."""
    rng = stream(seed, "visit")
    reported, who = reports(rng, n, scale)
    n, region, zone = len(reported), who["region"], who["zone"]
    team, product = region.map(REPAIR), products(rng, reported)
    kind = choices(rng, {"repair": 0.72, "maintenance": 0.28}, n)
    urgent = (kind == "repair") & happens(rng, 0.22, n)
    promised = promises(rng, reported, zone, urgent)
    late = lateness(rng, region, zone, reported, urgent)
    arrived = arrivals(rng, reported, promised, late)

    cancelled = happens(rng, 0.03, n)
    # Some late visits of the last days have not been made at all; some repairs wait for a part on site.
    overdue = (late > 0) & (promised >= Time("2026-09-26")) & happens(rng, 0.5, n)
    unfinished = (arrived >= Time("2026-09-22")) & happens(rng, 0.07, n)
    came = ~cancelled & ~overdue & (arrived < AS_OF)
    signed = minute(later(arrived, 8 + rng.gamma(3.0, 8, n)))
    completed = later(signed, np.round(15 + rng.gamma(3.0, 16, n)))
    done = came & ~unfinished & (completed < AS_OF)
    status = np.select([cancelled, done, came], ["cancelled", "completed", "in_progress"], "scheduled")

    # P8: since August Repair West logs arrival by the customer's signature, not by the van's position.
    located = ~((team == "Repair West") & (arrived >= SIGNATURE_FROM) & happens(rng, 0.93, n))
    checked = arrived.where(located & happens(rng, 0.985, n))
    recorded = checked.fillna(signed).where(came)

    item, supplier = parts(rng, kind, product, reported)
    # P3: the pump of one supplier fails again in one product; its other parts are as good as any.
    bad = (item == PUMP) & (supplier == RUILIN) & (reported >= RUILIN_FROM)
    accepted = happens(rng, np.where(bad, 0.64, 0.966), n)
    again = np.where(accepted, 0, np.where(happens(rng, 0.8, n), 1, 2))
    fault_found = later(arrived, 6 + rng.exponential(8, n))
    found = done & (kind == "repair") & happens(rng, 0.22, n)
    agreed = later(fault_found, 2 + rng.gamma(2.2, 5.4, n))
    special = happens(rng, 0.15, n)
    travel = np.minimum(12 + rng.gamma(3.0, 7, n), (arrived - reported).dt.total_seconds() / 60 - 1)
    visit = pd.DataFrame(
        {
            "visit_id": numbers("V", n),
            "reported_at": reported,
            "promised_at": promised,
            "departed_at": minute(later(arrived, -np.maximum(travel, 0))).where(came),
            "checked_in_at": checked.where(came),
            "signed_in_at": signed.where(came),
            "arrived_at": recorded,
            "completed_at": completed.where(done),
            "fault_found_at": minute(fault_found).where(found),
            "fault_agreed_at": earliest(minute(agreed), completed).where(found & happens(rng, 0.985, n)),
            "status": pd.Series(status, dtype="str"),
            "service_type": kind,
            "channel": "on_site",
            "team": team,
            "agent": agents(rng, team, reported).where(status != "cancelled"),
            "urgency": pd.Series(np.where(urgent, "emergency", "routine"), dtype="str"),
            "product": product,
            "asset_id": pd.Series([f"A{i:06d}" for i in rng.integers(1, 999999, n)], dtype="str"),
            "symptom": chosen(rng, SYMPTOMS, n),
            "first_pass_accepted": truth(accepted, done),
            "rework_count": pd.Series(again).astype("Int64").where(done),
            "special_need": chosen(rng, NEEDS, n).where(special),
            "special_need_met": truth(happens(rng, 0.99, n), special & done),
            "update_due": truth(happens(rng, 0.24, n), came),
            "compensated": truth(happens(rng, 0.955, n), came & (recorded > promised)),
            "on_video": truth(happens(rng, 0.42, n), done),
            "address": [f"样例路{a}号" for a in rng.integers(1, 400, n)],
            **who,
            "item": item.where(done & (item != "")),
            "supplier": supplier,
        }
    )
    return returned(rng, pd.concat([visit, receptions(seed, round(n * 0.04), scale)], ignore_index=True))


def reports(rng: Rng, n: int, scale: float) -> tuple[Series, Frame]:
    """Return when and from whom visits were asked for; P7: the storm brings many from one outskirts."""
    usual = moments(rng, hours(REPORT_HOURS, EVEN_WEEK, 0.75), n)["time"]
    extra = round(32 * scale)
    days = (STORM[1] - STORM[0]).days
    stormy = later(
        pd.Series([STORM[0]] * extra), rng.integers(0, days, extra) * 1440 + rng.uniform(450, 1180, extra)
    )
    far = choices(rng, {"suburb": 0.7, "remote": 0.3}, extra)
    hit = placed(rng, pd.Series(["southeast"] * extra, dtype="str"), far, happens(rng, 0.46, extra), scale)
    times = minute(pd.concat([usual, stormy], ignore_index=True))
    who = pd.concat([customers(rng, usual, scale), hit], ignore_index=True)
    order = times.sort_values(kind="stable").index
    return times[order].reset_index(drop=True), who.loc[order].reset_index(drop=True)


def promises(rng: Rng, reported: Series, zone: Series, urgent: Series) -> Series:
    """Return promised arrivals: minutes or hours ahead by urgency and zone; days ahead for a part."""
    core = zone == "core"
    ahead = np.where(urgent, np.where(core, 30, 60), np.where(core, 120, 240))
    # Parts run short while the faulty pumps are replaced, so promises reach past the day of the extract.
    needs_part = happens(rng, np.where(reported >= Time("2026-09-10"), 0.13, 0.012), len(reported)) & ~urgent
    days = rng.integers(6, 24, len(reported)) * 1440
    slot = rng.choice([10, 12, 14, 16], size=len(reported)) * 60
    return later(reported, ahead).where(~needs_part, later(reported.dt.normalize(), days + slot))


def lateness(rng: Rng, region: Series, zone: Series, reported: Series, urgent: Series) -> np.ndarray:
    """Return minutes after the promised time, or zero for a visit in time."""
    chance = np.where(urgent, 0.045, np.where(zone == "core", 0.065, 0.08))
    chance = chance + 0.07 * (region == "east")  # P12: as before the reminders, so after them
    evening, storm = is_evening_after_change(region, reported), is_storm(region, zone, reported)
    chance = np.select([storm, evening], [0.86, 0.78], chance)  # P7, P1
    typical = np.select([storm, evening], [130, 55], 28)
    minutes = 4 + rng.gamma(1.6, 1.0, len(region)) * typical
    return np.where(happens(rng, chance, len(region)), minutes, 0.0)


def arrivals(rng: Rng, reported: Series, promised: Series, late: np.ndarray) -> Series:
    """Return arrivals: within the room up to the promise when in time, and never in the night."""
    room = (promised - reported).dt.total_seconds().to_numpy() / 60
    early = np.minimum(room * rng.uniform(0.03, 0.7, len(reported)), 100)
    arrived = minute(later(promised, np.where(late > 0, late, -early)))
    next_morning = later(arrived.dt.normalize(), 1440 + 510 + rng.integers(0, 90, len(arrived)))
    night = (arrived.dt.normalize() > promised.dt.normalize()) | (arrived.dt.hour >= 23)
    return arrived.where(~night | (late == 0), next_morning)


def parts(rng: Rng, kind: Series, product: Series, reported: Series) -> tuple[Series, Series]:
    """Return the part fitted at each repair, if any, and who supplied it."""
    n = len(kind)
    fitted = (kind == "repair") & happens(rng, np.where(product == PUMP_PRODUCT, 0.75, 0.55), n)
    item = product.map(PARTS).where(~happens(rng, 0.25, n), "门封条").where(fitted, "")
    supplier = choices(rng, SUPPLIERS, n)
    since = (item == PUMP) & (reported >= RUILIN_FROM) & happens(rng, 0.45, n)
    return item, supplier.mask(
        (item == PUMP) & (reported < RUILIN_FROM) & (supplier == RUILIN), "东泰部件"
    ).mask(since, RUILIN)


def receptions(seed: int, n: int, scale: float) -> Frame:
    """Return customers served in the store; they are visits of another kind, without a promise."""
    rng = stream(seed, "reception")
    came = minute(moments(rng, hours(REPORT_HOURS, EVEN_WEEK, 1.1), n)["time"])
    team = pd.Series(["Store Service"] * n, dtype="str")
    return pd.DataFrame(
        {
            "visit_id": "R" + numbers("", n),
            "reported_at": came,
            "completed_at": later(came, np.round(6 + rng.gamma(2.0, 7, n))),
            "status": "completed",
            "service_type": "reception",
            "channel": "store",
            "team": team,
            "agent": agents(rng, team, came),
            "product": products(rng, came),
            "recorded": truth(happens(rng, 0.965, n)),
            **customers(rng, came, scale),
        }
    )


def returned(rng: Rng, visit: Frame) -> Frame:
    """Return visits in order of time, where repairs that failed bring the engineer to the same appliance."""
    ordered = visit.sort_values("reported_at", kind="stable", ignore_index=True)
    failed = (ordered["rework_count"].fillna(0) > 0) & happens(rng, 0.75, len(ordered))
    repair = ordered[(ordered["service_type"] == "repair") & (ordered["urgency"] == "routine")]
    group = repair["team"] + repair["product"]
    for later_row, earlier_row in echoes(rng, repair["reported_at"], group, failed, (1.0, 9.0)).items():
        same = ["asset_id", "symptom"]
        ordered.loc[later_row, same] = ordered.loc[earlier_row, same]
    return ordered


def bookings(seed: int, visit: Frame) -> Frame:
    """Return the bookings from which a third of the planned visits came; visits then name them."""
    rng = stream(seed, "booking")
    able = (visit["urgency"] == "routine") & (visit["reported_at"] >= BEGIN + pd.Timedelta(days=4))
    from_booking = visit[able & happens(rng, 0.36, len(visit))].reset_index(drop=True)
    n = len(from_booking)
    days = rng.integers(1, 4, n) * 1440
    asked = later(from_booking["reported_at"].dt.normalize(), 480 + rng.uniform(0, 720, n) - days)
    answer = np.where(happens(rng, 0.045, n), 31 + rng.exponential(60, n), rng.uniform(1, 29, n))
    confirmed = later(asked, answer).where(pd.Series(happens(rng, 0.99, n)))
    full = pd.Series(happens(rng, 0.988, n))
    special = from_booking["special_need"]
    frame = pd.DataFrame(
        {
            "requested_at": minute(asked),
            "confirmed_at": minute(confirmed),
            "scheduled_at": from_booking["promised_at"],
            "status": np.where(from_booking["status"] == "cancelled", "cancelled", "confirmed"),
            "place": from_booking["address"].where(full),
            "content": (from_booking["service_type"] + "：" + from_booking["product"]).where(
                happens(rng, 0.993, n)
            ),
            "contact": pd.Series([f"000{i:05d}" for i in rng.integers(0, 100000, n)], dtype="str"),
            "special_need": special.fillna("无").where(happens(rng, 0.985, n)),
            "special_need_met": from_booking["special_need_met"],
            "channel": choices(rng, {"online": 0.55, "phone": 0.38, "offline": 0.07}, n),
            **{
                name: from_booking[name]
                for name in ("team", "agent", "region", "zone", "product", "customer_id", "visit_id")
            },
        }
    )
    return numbered(frame, "booking_id", "G", "requested_at")


def orders(seed: int, n: int) -> Frame:
    """Return meals ordered in the stores."""
    rng = stream(seed, "order")
    ordered = moments(rng, hours(MEAL_HOURS, EVEN_WEEK, 1.2), n)["time"]
    served = np.where(happens(rng, 0.026, n), 41 + rng.exponential(8, n), rng.uniform(12, 37, n))
    confirmed = later(ordered, rng.uniform(0.3, 3, n))
    return pd.DataFrame(
        {
            "order_id": numbers("O", n),
            "ordered_at": ordered,
            "confirmed_at": confirmed.where(pd.Series(happens(rng, 0.996, n))),
            "prepared_at": later(ordered, served * rng.uniform(0.6, 0.95, n)),
            "promised_at": later(ordered, np.full(n, 30)),
            "served_at": later(ordered, served),
            "feedback_at": later(ordered, served + rng.uniform(10, 50, n)).where(
                pd.Series(happens(rng, 0.93, n))
            ),
            "channel": choices(rng, {"app": 0.5, "counter": 0.35, "phone": 0.15}, n),
            "team": "Store Service",
            "region": choices(rng, REGIONS, n),
        }
    )


def shipments(seed: int, n: int) -> Frame:
    """Return parcels with spare parts; some are delayed on their way."""
    rng = stream(seed, "shipment")
    sent = minute(moments(rng, hours(REPORT_HOURS, EVEN_WEEK, 0.4), n)["time"])
    region, promised = choices(rng, REGIONS, n), sent.dt.normalize() + pd.Timedelta(days=3, hours=20)
    stormy = (region == "southeast") & (sent >= STORM[0]) & (sent < STORM[1])
    delayed = happens(rng, np.where(stormy, 0.8, 0.07), n)
    noticed = later(promised, -rng.uniform(60, 1400, n))
    taken = np.where(delayed, 120 + rng.exponential(1100, n), -rng.uniform(60, 2600, n))
    return pd.DataFrame(
        {
            "shipment_id": numbers("P", n),
            "shipped_at": sent,
            "promised_at": promised,
            "delayed_at": known(minute(noticed)).where(delayed),
            "delivered_at": known(minute(later(promised, taken))),
            "team": "Parcel Service",
            "region": region,
            "product": products(rng, sent),
        }
    )


def forms(seed: int, visit: Frame) -> Frame:
    """Return the confirmation form of each finished visit; hardly one comes back without a signature."""
    rng = stream(seed, "signed_form")
    done = finished(visit)
    issued = done["completed_at"]
    signed = later(issued, rng.integers(1, 9, len(done))).where(pd.Series(happens(rng, 0.993, len(done))))
    return numbered(_of(done, issued_at=issued, signed_at=known(signed)), "form_id", "F", "issued_at")


def archives(seed: int, visit: Frame) -> Frame:
    """Return the file of each finished visit, most of them complete and kept within a day."""
    rng = stream(seed, "archive")
    done = finished(visit)
    n = len(done)
    taken = np.where(happens(rng, 0.043, n), 1445 + rng.exponential(900, n), rng.uniform(5, 1380, n))
    missing = np.where(happens(rng, 0.16, n), rng.binomial(24, 0.09, n), 0)
    frame = _of(
        done,
        completed_at=done["completed_at"],
        archived_at=known(minute(later(done["completed_at"], taken))),
        required_fields=24,
        missing_fields=missing,
    )
    return numbered(frame, "archive_id", "X", "completed_at")


def materials(seed: int, visit: Frame) -> Frame:
    """Return what was used at the repairs, against the standard quantity."""
    rng = stream(seed, "material")
    used = visit[visit["item"].notna()].reset_index(drop=True)
    n, standard = len(used), used["item"].map(STANDARD)
    more = np.where(happens(rng, 0.06, n), 1.0, 0.0)
    frame = _of(
        used,
        used_at=used["completed_at"],
        item=used["item"],
        supplier=used["supplier"],
        standard_quantity=standard,
        used_quantity=standard + more,
        unit_cost=used["item"].map(COST) * np.round(rng.uniform(0.95, 1.05, n), 2),
    )
    return numbered(frame.round({"unit_cost": 2}), "use_id", "M", "used_at")


def tool_issues(seed: int, visit: Frame) -> Frame:
    """Return the tools handed out for each visit that was made; now and then one is missing."""
    rng = stream(seed, "tool_issue")
    made = visit[visit["departed_at"].notna()].reset_index(drop=True)
    n = len(made)
    frame = _of(
        made,
        issued_at=later(made["departed_at"], -rng.integers(3, 9, n)),
        item=chosen(rng, ["电工套装", "检漏仪", "万用表", "安装工具包"], n),
        missing=truth(happens(rng, 0.009, n)),
    )
    return numbered(frame.drop(columns="region"), "issue_id", "U", "issued_at")


def finished(visit: Frame) -> Frame:
    """Return the finished visits, receptions among them."""
    return visit[visit["completed_at"].notna()].reset_index(drop=True)


def at_home(visit: Frame) -> Frame:
    """Return the finished visits to homes."""
    done = finished(visit)
    return done[done["service_type"] != "reception"].reset_index(drop=True)


def _of(visit: Frame, **columns: object) -> Frame:
    """Return a table of things that belong to visits."""
    return pd.DataFrame(
        {"visit_id": visit["visit_id"], **columns, "team": visit["team"], "region": visit["region"]}
    )
