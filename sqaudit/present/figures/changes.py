"""Changes between two periods: a dot for what was, an arrow to what is, one scale per unit."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.present import numbers, palette
from sqaudit.present.figures.canvas import (
    SMALL,
    blank,
    margin_note,
    name_rows,
    new_figure,
    paper,
    quiet_axes,
    scale,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Labels, Tongue, named, say


def change_arrows(changes: pd.DataFrame, labels: Labels, language: Tongue) -> Figure:
    """An arrow per indicator from the earlier value to this one, grouped by unit, in the order given.

    In: indicator, before, now, difference, unit, change. Indicators without both values are left out.
    Out: a figure; one that says so when nothing is left.
    """
    shown = changes[changes["before"].notna() & changes["now"].notna()]
    if shown.empty:
        return blank(language)
    units = list(dict.fromkeys(shown["unit"]))
    sizes = [int((shown["unit"] == unit).sum()) for unit in units]
    with paper():
        figure = new_figure(0.45 + 0.36 * len(shown) + 0.55 * len(units))
        grid = figure.subplots(len(units), 1, squeeze=False, height_ratios=[size + 0.4 for size in sizes])
        for axes, unit in zip(grid[:, 0], units, strict=True):
            _draw_group(axes, shown[shown["unit"] == unit].iloc[::-1], unit, labels, language)
        last = grid[-1, 0]
        label = f"{last.get_xlabel()}   {say('figure.before_now', language)}"
        last.set_xlabel(drawable(label), fontsize=SMALL)
    return figure


def _draw_group(axes: Axes, group: pd.DataFrame, unit: str, labels: Labels, language: Tongue) -> None:
    quiet_axes(axes, grid="x")
    for place, row in enumerate(group.to_dict("records")):
        colour = palette.change_colour(row["change"])
        if row["now"] != row["before"]:
            axes.annotate(
                "",
                (row["now"], place),
                xytext=(row["before"], place),
                arrowprops={
                    "arrowstyle": "-|>,head_width=0.28,head_length=0.5",
                    "color": colour,
                    "linewidth": 1.8,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
                zorder=3,
            )
        axes.plot([row["before"]], [place], "o", markersize=6, color=colour, zorder=4)
        axes.update_datalim([(row["now"], place)])  # an arrow by itself does not widen the scale
        _label_row(axes, place, row, unit, language)
    name_rows(axes, [named(labels, identifier, language) for identifier in group["indicator"]])
    axes.margins(x=0.08)
    scale(axes, "x", unit)
    axes.set_xlabel(drawable(named({}, unit, language, "axis")), fontsize=SMALL)


def _label_row(axes: Axes, place: int, row: dict[Hashable, Any], unit: str, language: Tongue) -> None:
    mark = palette.CHANGE_MARKS.get(str(row["change"]), "")
    margin_note(axes, place, numbers.difference(row["difference"], unit, language), 8)
    margin_note(axes, place, f"{mark} {named({}, row['change'], language, 'change')}", 92)
