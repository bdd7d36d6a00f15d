"""The follow-up of an improvement plan on a terminal: what it says in lines, and its actions as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from sqaudit.inquiry.followup import FollowUp
from sqaudit.inquiry.tracking import tells_on
from sqaudit.present import numbers
from sqaudit.present.definitions import labels_of
from sqaudit.present.followup_sentences import plan_sentence, tracked_sentence, verified_unit
from sqaudit.present.improvement_sentences import (
    finding_sentence,
    on_time_sentence,
    record_fault_sentence,
    unread_sentences,
)
from sqaudit.present.words import DASH, Language, Tongue, is_missing, say, tongues
from sqaudit.standards import Standard

_AREA = "improvement_followup"

__all__ = ["followup_content", "followup_lines", "followup_table"]


def followup_lines(found: FollowUp, standard: Standard, language: Language) -> list[str]:
    """What a follow-up says: where the plan comes from, the rate on time, its faults, and every verdict."""
    return [line for tongue in tongues(language) for line in _lines(found, standard, tongue)]


def followup_table(found: FollowUp, standard: Standard, language: Language) -> Table:
    """The actions, one row each: due day, state, and where they were verified the verdict with its effect."""
    tongue = tongues(language)[0]
    verified = bool(found.tracked)
    names = ("action", "owner", "due", "state", *(("verdict", "effect", "next") if verified else ()))
    table = Table(title=say("action_plan.title", tongue), title_justify="left")
    for name in names:
        table.add_column(say(f"{_AREA}.column.{name}", tongue))
    outcomes = found.outcomes.set_index("action").to_dict("index")
    for row in found.progress.to_dict("records"):
        state = say(f"action_state.{row['state']}", tongue)
        if row["state"] in ("overdue", "done_late"):
            state = say("action_plan.late", tongue, state=state, days=int(row["days_late"]))
        cells = [
            f"{row['action']} {row['name']}",
            DASH if is_missing(row["owner"]) else str(row["owner"]),
            DASH if is_missing(row["due"]) else f"{row['due']:%Y-%m-%d}",
            state,
        ]
        own = outcomes.get(row["action"])
        table.add_row(*cells, *(_outcome(own, standard, tongue) if verified else []))
    return table


def followup_content(found: FollowUp) -> dict[str, Any]:
    """A follow-up for a program: the rate on time, faults, and each action with its verdict or why none."""
    outcomes = found.outcomes.set_index("action").to_dict("index")
    tracked = {one.action: one for one in found.tracked}
    actions = []
    for row in found.progress.to_dict("records"):
        own = outcomes.get(row["action"], {})
        one = tracked.get(row["action"])
        start = found.action(row["action"]).start
        early = one is not None and one.verification is not None and one.verification.verdict == "too_early"
        actions.append(
            {
                **row,
                **{name: value for name, value in own.items() if name not in ("name", "owner")},
                "not_verified": one.reason if one is not None and one.reason else None,
                "breaks": [] if one is None else one.breaks.to_dict("records"),
                "recording": [] if one is None else one.recording.to_dict("records"),
                "tells_on": tells_on(one.verification, start)
                if early and one is not None and one.verification is not None and start is not None
                else None,
            }
        )
    return {
        "as_of": found.as_of,
        "origin": found.origin,
        "file": found.file,
        "unread_columns": [one._asdict() for one in found.unread],
        "faults": [one._asdict() for one in found.faults],
        "on_time": found.on_time.drop(columns="department").to_dict("records")[0],
        "findings": found.findings.to_dict("records"),
        "actions": actions,
    }


def _lines(found: FollowUp, standard: Standard, tongue: Tongue) -> list[str]:
    faults = [f"  {record_fault_sentence(fault, tongue)}" for fault in found.faults]
    if not found.actions:
        return [say(f"{_AREA}.none", tongue), *faults]
    labels = labels_of(standard)
    findings = [f"  {finding_sentence(row, tongue)}" for row in found.findings.to_dict("records")]
    colon = "：" if tongue == "zh" else ":"
    lacks = f"{say(f'{_AREA}.lacks', tongue)}{colon}" if findings else say(f"{_AREA}.lacks_nothing", tongue)
    told = [
        f"  {one.action}: {tracked_sentence(one, found.action(one.action), standard, labels, tongue)}"
        if one.verification is not None
        else f"  {tracked_sentence(one, found.action(one.action), standard, labels, tongue)}"
        for one in found.tracked
    ]
    return [
        plan_sentence(found, tongue),
        *(f"  {line}" for line in unread_sentences(found.unread, found.file, tongue)),
        *faults,
        on_time_sentence(found.on_time, tongue),
        lacks,
        *findings,
        *([f"{say(f'{_AREA}.verification', tongue)}{colon}", *told] if told else []),
    ]


def _outcome(own: Mapping[Any, Any] | None, standard: Standard, tongue: Tongue) -> list[str]:
    if own is None:  # dropped
        return [DASH, DASH, DASH]
    following = say(f"action_next.{own['next']}", tongue)
    if is_missing(own["verdict"]):
        return [DASH, DASH, following]
    verdict = say(f"verification_verdict.{own['verdict']}", tongue)
    unit = verified_unit(standard.indicator(str(own["indicator"])))
    return [verdict, numbers.difference(own["effect"], unit, tongue), following]
