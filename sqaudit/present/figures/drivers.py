"""What goes with low scores: for each fact how much it makes, adjusted for the others and by itself."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.present import numbers, palette
from sqaudit.present.figures.canvas import (
    SMALL,
    blank,
    heading,
    margin_note,
    name_rows,
    new_figure,
    paper,
    quiet_axes,
    scale,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Labels, Tongue, named, say

APART = 0.16  # half the distance of both estimates of a fact, in rows


def driver_dots(table: pd.DataFrame, labels: Labels, language: Tongue, outcome: str) -> Figure:
    """The effect of each fact in percentage points, the largest on top, each with its interval.

    In: `fact, with_fact, difference, difference_low, difference_high, effect, low, high, status` as
    `causes.drivers.drivers` returns them in its `table`; where there is `clear`, only clear facts have a
    colour. A fact without an adjusted effect says why. Out: a
    figure; one that says so when no fact was compared.
    """
    compared = table[table["difference"].notna() | table["effect"].notna()]
    if compared.empty:
        return blank(language, say("drivers.title", language, outcome=outcome))
    size = compared["effect"].fillna(compared["difference"]).rename("_size")
    order = compared.assign(_size=size, _estimated=compared["status"] == "estimated")
    shown = order.sort_values(["_estimated", "_size"], kind="stable").reset_index(drop=True)
    with paper():
        figure = new_figure(1.45 + 0.46 * len(shown))
        axes = figure.add_subplot()
        quiet_axes(axes, grid="x")
        axes.axvline(0, color=palette.INK, linewidth=1, zorder=1)
        for place, row in shown.iterrows():
            _draw_fact(axes, int(str(place)), row, language)
        name_rows(axes, [named(labels, fact, language) for fact in shown["fact"]])
        scale(axes, "x", "share")
        axes.set_xlabel(drawable(say("drivers.axis", language, outcome=outcome)), fontsize=SMALL)
        title = say("drivers.title", language, outcome=outcome)
        heading(axes, title, say("drivers.reading", language))
    return figure


def _draw_fact(axes: Axes, place: int, row: pd.Series, language: Tongue) -> None:
    quiet = palette.VERDICT_COLOURS["monitored"]
    _dot(axes, place - APART, row, ("difference", "difference_low", "difference_high"), quiet, hollow=True)
    if pd.notna(row["effect"]):
        unclear = row["low"] <= 0 <= row["high"] or not row.get("clear", True)
        sense = "no_clear_change" if unclear else "worse" if row["low"] > 0 else "better"
        _dot(axes, place + APART, row, ("effect", "low", "high"), palette.change_colour(sense), hollow=False)
        words = numbers.difference(row["effect"], "share", language)
        interval = numbers.difference_interval(row["low"], row["high"], "share", language)
        margin_note(axes, place, words, 8)
        margin_note(axes, place, f"({interval})", 82, palette.QUIET)
    else:
        margin_note(axes, place, named({}, row["status"], language, "driver_status"), 8, palette.QUIET)
    cases = numbers.count(row["with_fact"])
    margin_note(axes, place, say("drivers.cases", language, count=cases), 222, palette.QUIET)


def _dot(
    axes: Axes, height: float, row: pd.Series, columns: tuple[str, str, str], colour: str, *, hollow: bool
) -> None:
    value, low, high = (row[column] for column in columns)
    if pd.isna(value):
        return
    axes.plot([low, high], [height, height], color=palette.tint(colour, 0.5), linewidth=2.0, zorder=2)
    face = palette.PAPER if hollow else colour
    axes.plot([value], [height], "o", markersize=6, markeredgecolor=colour, markerfacecolor=face, zorder=3)
