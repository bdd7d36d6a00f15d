"""Many indicators month by month, each in a small panel: what moves is seen at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.frames import one_definition
from sqaudit.present import numbers, palette
from sqaudit.present.figures.canvas import SMALL, TEXT, new_figure, paper, quiet_axes, scale
from sqaudit.present.figures.trend import draw_band, draw_markers
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Tongue, named, say

ACROSS = 3
PANEL_HEIGHT = 1.75  # inches
_ROOM = 0.3  # of the width, to the right of the last point, for its value
_LINE = {"zh": 17, "en": 32}  # characters of a title that fit above a panel


@dataclass(frozen=True)
class Panel:
    """One indicator: its name, unit and target, and its points as `trend` takes them."""

    name: str
    unit: str
    direction: str | None
    target: float | None
    points: pd.DataFrame


def trend_panels(panels: Sequence[Panel], language: Tongue) -> Figure:
    """Small panels side by side, three in a row; each has its own scale, so look at shapes and targets.

    The last value is written out, the target is the broken line, the band is the interval.
    """
    rows = -(-len(panels) // ACROSS)
    with paper():
        figure = new_figure(PANEL_HEIGHT * rows, arranged=False)  # arranging dozens of panels takes long
        grid = figure.subplots(rows, ACROSS, squeeze=False)
        figure.subplots_adjust(
            left=0.06, right=0.985, top=1 - 0.5 / (PANEL_HEIGHT * rows), bottom=0.3 / (PANEL_HEIGHT * rows),
            wspace=0.24, hspace=0.85,
        )  # fmt: skip
        for place, axes in enumerate(grid.flat):
            if place < len(panels):
                _draw(axes, panels[place], language)
            else:
                axes.set_axis_off()
    return figure


def _draw(axes: Axes, panel: Panel, language: Tongue) -> None:
    points = one_definition(panel.points, "a trend").reset_index(drop=True)
    quiet_axes(axes)
    draw_band(axes, points)
    axes.plot(points.index, points["value"], color=palette.INK, linewidth=1.2, zorder=3)
    draw_markers(axes, points, size=4.5)
    if numbers.is_number(panel.target):
        line = ([-0.5, len(points) - 0.5], [panel.target] * 2)  # not through the value behind it
        axes.plot(*line, color=palette.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
    _name(axes, panel, language)
    _label_last(axes, panel, points, language)
    scale(axes, "y", panel.unit, most=3)
    ends = [0, len(points) - 1] if len(points) > 1 else [0]
    axes.set_xticks(ends, [drawable(str(points["period"][place])) for place in ends])
    axes.set_xlim(-0.5, (len(points) - 1) * (1 + _ROOM) + 0.2)
    axes.margins(y=0.2)


def _name(axes: Axes, panel: Panel, language: Tongue) -> None:
    lines = wrap(panel.name, _LINE[language])
    short = lines[0] + ("…" if len(lines) > 1 else "")
    target = (
        say(
            "figure.target",
            language,
            target=numbers.target(panel.target, panel.unit, panel.direction, language),
        )
        if numbers.is_number(panel.target)
        else say("figure.no_target", language, unit=named({}, panel.unit, language, "axis"))
    )
    for words, lift, size, colour in (
        (short, 17, TEXT, palette.INK),  # a note: titles of axes are arranged anew on every drawing
        (target, 4, SMALL - 1, palette.QUIET),
    ):
        axes.annotate(
            drawable(words),
            (0, 1),
            xytext=(0, lift),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=size,
            color=colour,
        )


def _label_last(axes: Axes, panel: Panel, points: pd.DataFrame, language: Tongue) -> None:
    last = points["value"].last_valid_index()
    if last is None:
        return
    axes.annotate(
        drawable(numbers.amount(points["value"][last], panel.unit, language, beside=panel.target)),
        (last, points["value"][last]),
        xytext=(7, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        fontsize=SMALL,
        zorder=5,
        annotation_clip=False,
    )
