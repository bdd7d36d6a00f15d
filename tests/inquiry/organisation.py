"""An invented organisation whose truth is known: what happened in a ticket, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.audit import Audit, audit_of

STANDARD = """\
standard: scores
title: {zh: 评分, en: Scores}
indicators:
  - id: satisfied
    name: {zh: 满意率, en: Satisfied}
    records: survey
    eligible: score between 1 and 5
    measure: {share: score >= 4}
    direction: higher
  - id: solved_first
    name: {zh: 一次解决率, en: Solved first}
    records: ticket
    eligible: solved_at_first_contact is not null
    measure: {share: solved_at_first_contact}
    direction: higher
"""
Chance = Callable[[pd.DataFrame], "np.ndarray[Any, Any]"]


def records(seed: int, tickets: int, low: Chance, complaint: Chance) -> dict[str, pd.DataFrame]:
    """Tickets of a quarter with calls, visits, questionnaires and complaints.

    `low` and `complaint` give the chance of a low score and of a complaint for each ticket, from its columns
    `waited, late, first, reopened, transferred`, each of which comes about by chance alone.
    """
    rng = np.random.default_rng(seed)
    chance = {"waited": 0.2, "late": 0.15, "first": 0.8, "reopened": 0.1, "transferred": 0.2, "home": 0.5}
    lived = pd.DataFrame({name: rng.random(tickets) < share for name, share in chance.items()})
    lived["late"] &= lived["home"]
    number = pd.Series(range(tickets))
    made = pd.Timestamp("2026-07-02") + pd.to_timedelta(rng.integers(0, 80 * 1440, tickets), unit="min")
    made = pd.Series(made)
    ids = "T" + number.astype(str).str.zfill(5)
    wait = np.where(lived["waited"], 70, 10)
    promised = made + pd.Timedelta(hours=2)
    arrived = made + pd.to_timedelta(np.where(lived["late"], 3, 1), unit="h")
    low_here, complained = rng.random(tickets) < low(lived), rng.random(tickets) < complaint(lived)
    ticket = pd.DataFrame(
        {
            "ticket_id": ids, "created_at": made, "channel": rng.choice(["phone", "app"], tickets),
            "solved_at_first_contact": lived["first"], "reopened_count": lived["reopened"].astype(int),
            "customer_name": "钱多多", "content": rng.choice(["水箱漏水", "无法启动", "噪音"], tickets),
            "issue_key": rng.choice(["leak", "power", "noise"], tickets, p=[0.6, 0.3, 0.1]),
        }
    )  # fmt: skip
    call = pd.DataFrame(
        {
            "call_id": "C" + ids, "ticket_id": ids, "offered_at": made,
            "answered_at": made + pd.to_timedelta(wait, unit="s"), "abandoned_at": pd.NaT,
            "transfer_requested_at": made.where(lived["transferred"]),
        }
    )  # fmt: skip
    home = lived["home"].to_numpy()
    visit = pd.DataFrame(
        {
            "visit_id": "V" + ids, "ticket_id": ids, "reported_at": made, "promised_at": promised,
            "arrived_at": arrived,
        }
    )[home]  # fmt: skip
    glad = rng.choice(["很好", "还行"], tickets)
    survey = pd.DataFrame(
        {
            "survey_id": "S" + ids, "ticket_id": ids, "visit_id": ("V" + ids).where(home),
            "sent_at": made + pd.Timedelta(hours=5), "score": np.where(low_here, 2, 5),
            "comment": np.where(low_here, rng.choice(["等太久", "还行"], tickets), glad),
        }
    )  # fmt: skip
    voice = pd.DataFrame(
        {
            "complaint_id": "K" + ids, "ticket_id": ids, "kind": "complaint",
            "received_at": made + pd.Timedelta(hours=9), "cause": "late", "text": "钱多多投诉",
        }
    )[complained]  # fmt: skip
    return {"ticket": ticket, "call": call, "visit": visit, "survey": survey, "complaint": voice}


def opened(folder: Path, frames: dict[str, pd.DataFrame], **keys: Any) -> Audit:
    """An audit of these records, written to a folder."""
    (folder / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    for kind, frame in frames.items():
        frame.to_csv(folder / f"{kind}.csv", index=False, date_format="%Y-%m-%d %H:%M:%S")
    content = {
        "title": "x", "standard": "standard.yaml", "period": "2026-Q3", "compare": "none",
        "as_of": "2026-10-08", "language": "both", "segments": [],
        "records": {kind: {"path": f"{kind}.csv"} for kind in frames},
    }  # fmt: skip
    return audit_of({**content, **keys}, folder)
