"""The improvement plan drawn: a bar for each action, planned and actual, and the line of today."""

from __future__ import annotations

from datetime import date

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.actions.progress import due_actions
from sqaudit.present import palette
from sqaudit.present.figures.canvas import (
    blank,
    heading,
    margin_note,
    name_rows,
    new_figure,
    paper,
    quiet_axes,
    top_note,
)
from sqaudit.present.words import Tongue, say

STATE_COLOURS = {
    "proposed": palette.VERDICT_COLOURS["not_assessable"],
    "planned": palette.VERDICT_COLOURS["monitored"],
    "running": palette.INK,
    "done": palette.VERDICT_COLOURS["met"],
    "done_late": palette.VERDICT_COLOURS["undetermined"],
    "overdue": palette.VERDICT_COLOURS["not_met"],
    "dropped": palette.VERDICT_COLOURS["not_assessable"],
}
PLANNED, ACTUAL = 0.52, 0.2  # thickness of the planned bar and of the actual one within it
LONGEST_NAME = 26  # characters of an action's name beside its bar; Chinese ones count twice
LEAST_DAYS = 4  # a bar of a day or two would not be seen

__all__ = ["STATE_COLOURS", "alt_gantt", "gantt"]


def gantt(table: pd.DataFrame, as_of: date, language: Tongue) -> Figure:
    """The actions of a plan downwards by their start, on a line of time.

    In: a frame of `sqaudit.actions.progress`. The pale bar reaches from the start to the due day, the full
    one as far as the work did: to its end, or to today while it runs; what lies behind the due day is in the
    colour of lateness. Diamonds are ends. The state stands in words beside each row: nothing hangs on colour.
    Out: a figure; one that says so when there are no actions.
    """
    if table.empty:
        return blank(language, say("action_plan.title", language))
    shown = table.iloc[::-1].reset_index(drop=True)
    today = pd.Timestamp(as_of)
    with paper():
        figure = new_figure(1.2 + 0.4 * len(shown))
        axes = figure.add_subplot()
        quiet_axes(axes, grid="x")
        for place, row in enumerate(shown.to_dict("records")):
            _draw_row(axes, place, pd.Series(row), today)
            margin_note(axes, place, _state(pd.Series(row), language), 6, STATE_COLOURS[str(row["state"])])
        axes.axvline(_number(today), color=palette.INK, linewidth=1, linestyle=(0, (1, 2)), zorder=4)
        top_note(axes, _number(today), say("action_plan.today", language, as_of=as_of), side="center")
        name_rows(axes, [_name(row) for row in shown.to_dict("records")])
        _set_days(axes, shown, today)
        heading(
            axes, say("action_plan.title", language), plan_reading(table, as_of, language), room_points=14
        )
    return figure


def plan_reading(table: pd.DataFrame, as_of: date, language: Tongue) -> str:
    """How many actions were due, done on time and overdue, without a full stop."""
    due = due_actions(table, as_of)
    if due.empty:
        return say("action_plan.nothing_due", language, as_of=as_of)
    met, overdue = (int((due["state"] == state).sum()) for state in ("done", "overdue"))
    return say("action_plan.reading", language, as_of=as_of, due=len(due), met=met, overdue=overdue)


def alt_gantt(table: pd.DataFrame, as_of: date, language: Tongue) -> str:
    """The picture in words, for those who cannot see it."""
    reading = plan_reading(table, as_of, language)
    return say("action_plan.alt", language, count=len(table), reading=reading)


def _draw_row(axes: Axes, place: int, row: pd.Series, today: pd.Timestamp) -> None:
    start, due, finished = (row[name] for name in ("start", "due", "finished"))
    colour = STATE_COLOURS[str(row["state"])]
    if pd.notna(start) and pd.notna(due):
        _bar(axes, place, start, due, PLANNED, palette.tint(colour, 0.28))
    elif pd.notna(due):
        axes.plot([_number(due)], [place], "|", color=colour, markersize=14, markeredgewidth=2)
    begun = pd.notna(start) and start <= today and row["state"] not in ("dropped", "proposed")
    end = finished if pd.notna(finished) and finished <= today else today
    if begun and (pd.notna(finished) or row["state"] in ("running", "overdue")):
        _bar(axes, place, start, end, ACTUAL, colour)
        if pd.notna(due) and end > due:
            _bar(axes, place, due, end, ACTUAL, STATE_COLOURS["overdue"])
    if pd.notna(finished) and finished <= today:
        axes.plot([_number(finished)], [place], "D", color=colour, markersize=6, zorder=5)


def _number(when: object) -> float:
    """A day as the number that the axis counts in."""
    return float(mdates.date2num(when))  # type: ignore[no-untyped-call]


def _bar(axes: Axes, place: int, first: pd.Timestamp, last: pd.Timestamp, height: float, colour: str) -> None:
    left = _number(first)
    width = max(float(_number(last) - left), 0.0)
    axes.barh(place, width, height, left=left, color=colour, linewidth=0, zorder=3 if height == ACTUAL else 2)


def _state(row: pd.Series, language: Tongue) -> str:
    words = say(f"action_state.{row['state']}", language)
    if row["state"] in ("overdue", "done_late") and pd.notna(row["days_late"]):
        return say("action_plan.late", language, state=words, days=int(row["days_late"]))
    if pd.isna(row["start"]) and pd.isna(row["due"]):
        return f"{words} · {say('action_plan.unplanned', language)}"
    return words


def _name(row: dict[object, object]) -> str:
    text, width = "", 0
    for sign in str(row["name"]):
        width += 2 if ord(sign) > 0x2E80 else 1
        if width > LONGEST_NAME:
            text = f"{text}…"
            break
        text += sign
    return f"{row['action']}  {text}"


def _set_days(axes: Axes, shown: pd.DataFrame, today: pd.Timestamp) -> None:
    known = pd.concat([shown["start"], shown["due"], shown["finished"], pd.Series([today])]).dropna()
    first, last = known.min(), known.max()
    room = max(pd.Timedelta(days=LEAST_DAYS), (last - first) * 0.03)
    axes.set_xlim(_number(first - room), _number(last + room))
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m-%d"))  # type: ignore[no-untyped-call]
