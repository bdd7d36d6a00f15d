"""All records of the organisation, sound and linked, before any fault is planted in them."""

from __future__ import annotations

from . import contacts, feedback, field, office
from .facts import Frame

SIZES = {
    "calls": 8400, "chats": 4400, "desk_tickets": 3100, "visits": 3650, "orders": 1800, "shipments": 1400,
    "surveys": 3100, "complaint": 260, "praise": 130, "review": 110,
}  # fmt: skip


def records(seed: int, scale: float) -> dict[str, Frame]:
    """Return the sound records of every kind; columns beside those of the files hold what really happened."""
    size = {name: round(n * scale) for name, n in SIZES.items()}
    call, chat = contacts.calls(seed, size["calls"], scale), contacts.chats(seed, size["chats"], scale)
    visit = field.visits(seed, size["visits"], scale)
    desk = contacts.desk_tickets(seed, call, chat, size["desk_tickets"])
    ticket = contacts.tickets(seed, desk, contacts.visit_tickets(seed, visit))
    call = contacts.named(call, "call_id", ticket["source"], ticket)
    chat = contacts.named(chat, "chat_id", ticket["source"], ticket)
    visit = contacts.named(visit, "visit_id", ticket["visit"], ticket)
    booking = field.bookings(seed, visit)
    visit["booking_id"] = visit["visit_id"].map(booking.set_index("visit_id")["booking_id"])
    made = {
        "ticket": contacts.compact(ticket),
        "call": call,
        "chat": chat,
        "visit": visit,
        "booking": booking,
        "order": field.orders(seed, size["orders"]),
        "shipment": field.shipments(seed, size["shipments"]),
    }
    complaint = feedback.complaints(seed, ticket, size)
    finding = office.findings(seed)
    return {
        **made,
        "notification": feedback.notifications(seed, made),
        "signed_form": field.forms(seed, visit),
        "archive": field.archives(seed, visit),
        "survey": feedback.surveys(seed, ticket, size["surveys"]),
        "callback": feedback.callbacks(seed, visit, ticket, booking.drop(columns="visit_id"), complaint),
        "complaint": complaint,
        "inspection": feedback.inspections(seed, made),
        "panel_rating": feedback.panel_ratings(seed),
        "roster": office.rosters(seed, visit, booking),
        "certificate": office.certificates(seed),
        "tool_issue": field.tool_issues(seed, visit),
        "equipment": office.equipment(seed),
        "material": field.materials(seed, visit),
        "training": office.trainings(seed),
        "incident": office.incidents(seed),
        "finding": finding,
        "improvement_action": office.improvement_actions(finding),
    }
