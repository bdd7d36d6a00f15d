"""How the plan stands on a day: the state of every action, and how many were done on time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from sqaudit.actions.model import Action
from sqaudit.intervals import clopper_pearson

STATES = ("proposed", "planned", "running", "done", "done_late", "overdue", "dropped")
PROGRESS = (
    "action", "name", "owner", "department", "start", "due", "finished", "state", "days_late"
)  # fmt: skip
ON_TIME = ("department", "due", "on_time", "late", "overdue", "share", "low", "high", "median_days_late")

__all__ = ["ON_TIME", "PROGRESS", "STATES", "due_actions", "on_time", "progress"]


def progress(actions: Iterable[Action], as_of: date) -> pd.DataFrame:
    """One row for each action, by its start, then its end: what was planned, what happened, how late it is.

    Columns: PROGRESS; days as timestamps (NaT where there is none), `state` of STATES, `days_late` the days
    after the due day until it was done, or until now (0 in time, NA without a due day). An action is overdue
    when its due day has passed and it is neither done nor dropped, a proposed one too.
    """
    rows = [
        {
            "action": action.id,
            "name": action.action,
            "owner": action.owner,
            "department": action.department,
            **{field: pd.Timestamp(getattr(action, field)) for field in ("start", "due", "finished")},
            "state": _state(action, as_of),
            "days_late": _days_late(action, as_of),
        }
        for action in actions
    ]
    frame = pd.DataFrame(rows, columns=list(PROGRESS))
    frame = frame.astype(
        {"days_late": "Int64", **dict.fromkeys(("start", "due", "finished"), "datetime64[ns]")}
    )
    return frame.sort_values(["start", "due", "action"], kind="stable").reset_index(drop=True)


def on_time(actions: Iterable[Action], as_of: date, by_department: bool = False) -> pd.DataFrame:
    """How many of the actions that were due are done on time, with an exact interval (S4-05).

    Columns: ON_TIME. `due` counts those of `due_actions`: `on_time` those done by their day, `late` those
    done after it, `overdue` those that are open still. Without any due, the share is NaN.
    `median_days_late` is over late and overdue ones. One row, `department` None, unless by department.
    """
    due = due_actions(progress(actions, as_of), as_of)
    groups = list(due.groupby("department", dropna=False, sort=True)) if by_department else [(None, due)]
    rows = []
    for department, part in groups:
        met, total = int((part["state"] == "done").sum()), len(part)
        low, high = clopper_pearson(met, total)
        late = part["days_late"][part["days_late"] > 0]
        rows.append(
            {
                "department": department,
                "due": total,
                "on_time": met,
                "late": int((part["state"] == "done_late").sum()),
                "overdue": int((part["state"] == "overdue").sum()),
                "share": met / total if total else float("nan"),
                "low": float(low),
                "high": float(high),
                "median_days_late": float(np.median(late.to_numpy("float64"))) if len(late) else float("nan"),
            }
        )
    return pd.DataFrame(rows, columns=list(ON_TIME))


def due_actions(table: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The rows of `progress` that were due on a day: done ones whose day has come, and overdue ones.

    On its due day itself an open action is not late yet, so it does not count yet.
    """
    come = table["due"] <= pd.Timestamp(as_of)
    return table[come & table["state"].isin(["done", "done_late", "overdue"])]


def _state(action: Action, as_of: date) -> str:
    if action.status == "dropped":
        return "dropped"
    if action.finished is not None and action.finished <= as_of:
        return "done_late" if action.due is not None and action.finished > action.due else "done"
    if action.status == "done":
        return "done"
    if action.overdue_on(as_of):
        return "overdue"
    if action.status == "proposed" and action.start is None:
        return "proposed"
    if action.start <= as_of if action.start is not None else action.status == "in_progress":
        return "running"
    return "proposed" if action.status == "proposed" else "planned"


def _days_late(action: Action, as_of: date) -> int | None:
    if action.due is None:
        return None
    finished = action.finished if action.finished is not None and action.finished <= as_of else None
    end = finished or (None if action.status in ("done", "dropped") else as_of)
    return max(0, (end - action.due).days) if end is not None else 0
