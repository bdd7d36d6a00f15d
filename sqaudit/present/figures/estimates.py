"""Estimates from a sample: a dot each, a line for what chance could do, the cases at the right."""

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
from sqaudit.present.figures.wrapped import lines_of
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Tongue, named


def estimate_dots(
    rows: pd.DataFrame, language: Tongue, title: str, reading: str, reference: float | None = None
) -> Figure:
    """Shares with their intervals, from top to bottom as given; `reference` is a dashed line.

    In: `name, estimate, low, high, n`; bounds may be missing. Fewer than 20 cases are drawn hollow. Out: a
    figure; one that says so when there are no rows.
    """
    shown = rows[rows["estimate"].notna()].iloc[::-1].reset_index(drop=True)
    if shown.empty:
        return blank(language, title)
    with paper():
        figure = new_figure(1.35 + 0.36 * len(shown))
        axes = figure.add_subplot()
        quiet_axes(axes, grid="x")
        for place, row in shown.iterrows():
            _draw(axes, int(str(place)), row)
        if reference is not None and numbers.is_number(reference):
            axes.axvline(reference, color=palette.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        name_rows(axes, ["\n".join(lines_of(name, 30)) for name in shown["name"]])
        ends = pd.concat([shown["low"], shown["high"], shown["estimate"]]).dropna()
        room = 0.04 * max(float(ends.max() - ends.min()), 0.05)
        axes.set_xlim(max(-0.005, float(ends.min()) - room), min(1.005, float(ends.max()) + room))
        scale(axes, "x", "share")
        axes.set_xlabel(drawable(named({}, "share", language, "axis")), fontsize=SMALL)
        heading(axes, title, reading)
    return figure


def _draw(axes: Axes, place: int, row: pd.Series) -> None:
    judged = row["n"] >= 20  # as in tables: fewer cases are shown and not judged
    colour = palette.VERDICT_COLOURS["met"] if judged else palette.VERDICT_COLOURS["monitored"]
    if pd.notna(row["low"]) and pd.notna(row["high"]):
        line = palette.tint(colour, 0.45)
        axes.plot([row["low"], row["high"]], [place, place], color=line, linewidth=2.2, zorder=2)
    face = colour if judged else palette.PAPER
    axes.plot(
        [row["estimate"]], [place], "o", markersize=7, markeredgecolor=colour, markerfacecolor=face, zorder=3
    )
    ink = palette.INK if judged else palette.QUIET
    margin_note(axes, place, numbers.share(row["estimate"]), 10, ink)
    margin_note(axes, place, f"n={numbers.count(row['n'])}", 62, ink)
