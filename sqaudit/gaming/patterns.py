"""The habits by which a figure can look better than the service: where each is looked for, and by what."""

from __future__ import annotations

from dataclasses import dataclass

BUNCHING, INVITATION, IDENTICAL = "bunching", "selective_invitation", "identical_marks"
INVITED = ("survey_sent", "survey_invited", "invited")  # whether the customer was asked for an opinion
MARKS = (
    "signature", "signature_hash", "signature_id", "position", "checked_in_position", "signed_in_position",
    "gps", "location",
)  # fmt: skip  # what two cases of different customers should not have in common
LAST_DAYS = 2  # of a month


@dataclass(frozen=True)
class Pattern:
    """A share of cases that should be much alike in all segments: `shown` of those that are `eligible`.

    Both are conditions over columns of records of `kind`, which has to have `needs`; `event` is the time by
    which cases belong to the period.
    """

    name: str
    kind: str
    needs: tuple[str, ...]
    eligible: str
    shown: str
    event: str


PATTERNS = (
    Pattern(
        name="close_and_reopen",
        kind="ticket",
        needs=("closed_at", "reopened_at"),
        eligible="closed_at is not null",
        shown="reopened_at is not null",
        event="closed_at",
    ),
    Pattern(
        name="unconfirmed_closing",
        kind="ticket",
        needs=("closed_at", "confirmed_at"),
        eligible="closed_at is not null",
        shown="confirmed_at is null or confirmed_at > closed_at",
        event="closed_at",
    ),
    Pattern(
        name="end_of_month_closing",
        kind="ticket",
        needs=("closed_at",),
        eligible="closed_at is not null",
        shown=f"day(closed_at + interval '{LAST_DAYS} days') <= {LAST_DAYS}",
        event="closed_at",
    ),
    Pattern(
        name="end_of_month_complaint_closing",
        kind="complaint",
        needs=("closed_at",),
        eligible="closed_at is not null",
        shown=f"day(closed_at + interval '{LAST_DAYS} days') <= {LAST_DAYS}",
        event="closed_at",
    ),
)
DETECTORS = (BUNCHING, *(one.name for one in PATTERNS), INVITATION, IDENTICAL)
