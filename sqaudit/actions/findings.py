"""What an improvement plan lacks: overdue, unowned, unmeasurable, unapproved, unverified actions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta

import pandas as pd

from sqaudit.actions.model import Action

CODES = (
    "overdue", "unowned", "no_due_date", "unmeasurable", "unknown_indicator", "started_without_approval",
    "done_without_date", "done_without_check", "not_verified", "status_contradicts", "no_cause",
)  # fmt: skip
FINDINGS = ("action", "code", "since", "days", "detail")
WAIT_DAYS = (
    28  # after the end of an action its effect is to be verified: four weeks, as evaluations are repeated
)

__all__ = ["CODES", "FINDINGS", "WAIT_DAYS", "plan_findings"]


def plan_findings(
    actions: Iterable[Action],
    as_of: date,
    indicators: Collection[str] | None = None,
    verdicts: Mapping[str, str] | None = None,
    wait_days: int = WAIT_DAYS,
) -> pd.DataFrame:
    """Every fault of the plan as it stands on a day, in the order of the plan.

    `indicators` are the ids that the standard knows (None: not checked), `verdicts` the verdict of each
    action that was verified. Columns: `action` (id), `code` (of CODES), `since` (day, NaT where there is
    none), `days` (whole days since then), `detail` (what is lacking or unknown). Dropped actions have no
    faults.

    `overdue`: due and not done. `unmeasurable`: no indicator, or no number that is expected.
    `started_without_approval`: begun with no approval, or before it.
    `done_without_check`: done without a day on which the effect was checked. `not_verified`: four weeks
    after the end, or after the day of the check, there is no verdict. `status_contradicts`: the status says
    other than the dates.
    """
    known = verdicts or {}
    rows = [
        {
            "action": action.id,
            "code": code,
            "since": pd.Timestamp(since) if since else pd.NaT,
            "days": (as_of - since).days if since else None,
            "detail": detail,
        }
        for action in actions
        if action.status != "dropped"
        for code, since, detail in _faults(action, as_of, indicators, known, wait_days)
    ]
    frame = pd.DataFrame(rows, columns=list(FINDINGS))
    return frame.astype({"since": "datetime64[ns]", "days": "Int64", "action": "object", "code": "object"})


def _faults(
    action: Action,
    as_of: date,
    indicators: Collection[str] | None,
    verdicts: Mapping[str, str],
    wait_days: int,
) -> Iterator[tuple[str, date | None, str]]:
    done = action.status == "done" or action.finished is not None
    if action.due is not None and action.due < as_of and not done:
        yield "overdue", action.due, ""
    if action.owner is None:
        yield "unowned", None, ""
    if action.due is None:
        yield "no_due_date", None, ""
    if action.reference is None and action.cause is None:
        yield "no_cause", None, ""
    lacking = [
        name
        for name, there in (
            ("indicator", action.indicator is not None),
            ("expected_effect", action.expected.plain),
        )
        if not there
    ]
    if lacking:
        yield "unmeasurable", None, ", ".join(lacking)
    if action.indicator is not None and indicators is not None and action.indicator not in indicators:
        yield "unknown_indicator", None, action.indicator
    yield from _faults_of_dates(action, as_of, done, verdicts, wait_days)


def _faults_of_dates(
    action: Action, as_of: date, done: bool, verdicts: Mapping[str, str], wait_days: int
) -> Iterator[tuple[str, date | None, str]]:
    begun = action.start is not None and action.start <= as_of
    if begun and (action.approved is None or (action.start is not None and action.approved > action.start)):
        yield "started_without_approval", action.start, ""
    if action.status == "done" and action.finished is None:
        yield "done_without_date", None, ""
    if done and action.checked is None:
        yield "done_without_check", action.finished, ""
    # The check planned, else four weeks from the end.
    ended = action.checked or (action.finished + timedelta(days=wait_days) if action.finished else None)
    if done and ended is not None and ended <= as_of and verdicts.get(action.id) in (None, "too_early"):
        yield "not_verified", ended, ""
    contradicts = (
        (action.status in ("proposed", "approved") and begun)
        or (action.status == "in_progress" and action.finished is not None and action.finished <= as_of)
        or (action.finished is not None and action.finished > as_of)
    )
    if contradicts:
        yield "status_contradicts", None, action.status
