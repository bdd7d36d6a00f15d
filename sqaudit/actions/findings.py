"""What an improvement plan lacks: overdue, unowned, unmeasurable, unapproved, unverified actions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from difflib import SequenceMatcher, get_close_matches
from typing import NamedTuple

import pandas as pd

from sqaudit.actions.model import Action

CODES = (
    "overdue", "unowned", "no_due_date", "unmeasurable", "unknown_indicator", "started_without_approval",
    "done_without_date", "done_without_check", "not_verified", "begun_without_status",
    "finished_without_status", "status_before_start", "status_before_end", "end_ahead", "no_cause",
    "unknown_cause",
)  # fmt: skip
FINDINGS = ("action", "code", "since", "days", "detail", "meant", "known")
WAIT_DAYS = (
    28  # after the end of an action its effect is to be verified: four weeks, as evaluations are repeated
)

__all__ = ["CODES", "FINDINGS", "WAIT_DAYS", "nearest", "plan_findings"]


class _Fault(NamedTuple):
    """A fault of one action: what it is, since when, what it is about, and what may be meant."""

    code: str
    since: date | None = None
    detail: str = ""
    meant: str = ""


def nearest(word: str, known: Collection[str]) -> str:
    """The known name that is probably meant, of several alike the first; empty where none is near.

    >>> nearest("onn_time", ["on_time", "polite"]), nearest("x", ["on_time"])
    ('on_time', '')
    >>> nearest("Desk Z", ["Desk B", "Desk A"])
    'Desk A'
    """
    near = get_close_matches(word, list(known), n=20, cutoff=0.6)
    return max(sorted(near), key=lambda one: SequenceMatcher(None, one, word).ratio(), default="")


def plan_findings(
    actions: Iterable[Action],
    as_of: date,
    indicators: Collection[str] | None = None,
    verdicts: Mapping[str, str] | None = None,
    wait_days: int = WAIT_DAYS,
    causes: Collection[str] | None = None,
) -> pd.DataFrame:
    """Every fault of the plan as it stands on a day, in the order of the plan.

    `indicators` are the ids that the standard knows, `causes` the references of the causes in the trees
    (None: not checked), `verdicts` the verdict of each action that was verified. Columns: `action` (id),
    `code` (of CODES), `since` (day, NaT where there is none), `days` (whole days since then), `detail` (what
    is lacking or unknown, or the status), `meant` (the name that may be meant in place of an unknown one),
    `known` (the names there are, where they are told). Dropped actions have no faults.

    `overdue`: the due day has passed and the action is not done, a proposed one too.
    `unmeasurable`: no indicator, or no number that is expected.
    `started_without_approval`: begun with no approval, or before it.
    `done_without_check`: done without a day on which the effect was checked. `not_verified`: four weeks
    after the end, or after the day of the check, there is no verdict. `begun_without_status`,
    `finished_without_status`: the dates say what nobody gave as status. `status_before_start`,
    `status_before_end`: the status is behind the dates. `end_ahead`: the end lies after the day.
    `unknown_cause`: `cause_reference` names no cause of the trees.
    """
    rows = [
        {
            "action": action.id,
            "code": code,
            "since": pd.Timestamp(since) if since else pd.NaT,
            "days": (as_of - since).days if since else None,
            "detail": detail,
            "meant": meant,
            "known": "",
        }
        for action in actions
        if action.status != "dropped"
        for code, since, detail, meant in _faults(
            action, as_of, indicators, causes, verdicts or {}, wait_days
        )
    ]
    frame = pd.DataFrame(rows, columns=list(FINDINGS))
    return frame.astype({"since": "datetime64[ns]", "days": "Int64", "action": "object", "code": "object"})


def _faults(
    action: Action,
    as_of: date,
    indicators: Collection[str] | None,
    causes: Collection[str] | None,
    verdicts: Mapping[str, str],
    wait_days: int,
) -> Iterator[_Fault]:
    if action.overdue_on(as_of):
        yield _Fault("overdue", action.due)
    if action.owner is None:
        yield _Fault("unowned")
    if action.due is None:
        yield _Fault("no_due_date")
    if action.reference is None and action.cause is None:
        yield _Fault("no_cause")
    if causes is not None and action.cause_reference is not None and action.cause_reference not in causes:
        yield _Fault("unknown_cause", None, action.cause_reference, nearest(action.cause_reference, causes))
    lacking = [
        name
        for name, there in (
            ("indicator", action.indicator is not None),
            ("expected_effect", action.expected.plain),
        )
        if not there
    ]
    if lacking:
        yield _Fault("unmeasurable", None, ", ".join(lacking))
    if action.indicator is not None and indicators is not None and action.indicator not in indicators:
        yield _Fault("unknown_indicator", None, action.indicator, nearest(action.indicator, indicators))
    yield from _faults_of_dates(action, as_of, verdicts, wait_days)
    yield from _faults_of_status(action, as_of)


def _faults_of_dates(
    action: Action, as_of: date, verdicts: Mapping[str, str], wait_days: int
) -> Iterator[_Fault]:
    done, begun = action.done_on(as_of), action.start is not None and action.start <= as_of
    if begun and (action.approved is None or (action.start is not None and action.approved > action.start)):
        yield _Fault("started_without_approval", action.start)
    if action.status == "done" and action.finished is None:
        yield _Fault("done_without_date")
    if done and action.checked is None:
        yield _Fault("done_without_check", action.finished)
    # The check planned, else four weeks from the end.
    ended = action.checked or (action.finished + timedelta(days=wait_days) if action.finished else None)
    if done and ended is not None and ended <= as_of and verdicts.get(action.id) in (None, "too_early"):
        yield _Fault("not_verified", ended)


def _faults_of_status(action: Action, as_of: date) -> Iterator[_Fault]:
    """What the status says other than the dates, with the day that it does not fit."""
    given = "status" in action.model_fields_set
    if action.finished is not None and action.finished > as_of:
        yield _Fault("end_ahead", action.finished, action.status)
    elif action.finished is not None and action.status != "done":
        code = "status_before_end" if given else "finished_without_status"
        yield _Fault(code, action.finished, action.status)
    elif action.start is not None and action.start <= as_of and action.status in ("proposed", "approved"):
        code = "status_before_start" if given else "begun_without_status"
        yield _Fault(code, action.start, action.status)
