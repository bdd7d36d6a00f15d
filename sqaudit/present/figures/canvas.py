"""The paper figures are drawn on: fonts, sizes, quiet axes. Matplotlib's global settings stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sqaudit.present import numbers, palette
from sqaudit.present.fonts import drawable, families
from sqaudit.present.words import Tongue, say

WIDTH_INCHES = 8.2
SMALL, TEXT, TITLE = 9.5, 10.5, 13.0  # points; 9.5 prints at the size of a table's notes
ROW = 12  # points: a line of small print
# Behind words that stand on lines.
LEGIBLE = {"facecolor": palette.PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.85}

__all__ = [
    "LEGIBLE",
    "ROW",
    "SMALL",
    "TEXT",
    "TITLE",
    "WIDTH_INCHES",
    "blank",
    "heading",
    "label_above",
    "margin_note",
    "name_rows",
    "new_figure",
    "paper",
    "point_note",
    "quiet_axes",
    "scale",
    "top_note",
]


@contextmanager
def paper() -> Iterator[None]:
    """Our fonts and colours for the figures made inside, and the old settings again afterwards."""
    settings: dict[Any, Any] = {
        "font.family": families(),
        "font.size": TEXT,
        "axes.unicode_minus": False,  # the font may lack the sign, and matplotlib would warn into the report
        "axes.edgecolor": palette.LINE,
        "axes.labelcolor": palette.QUIET,
        "text.color": palette.INK,
        "text.parse_math": False,  # a dollar sign in somebody's team name is a dollar sign
        "text.usetex": False,
        "xtick.color": palette.QUIET,
        "ytick.color": palette.QUIET,
        "svg.hashsalt": "sqaudit",
    }
    with matplotlib.rc_context(settings):
        yield


def new_figure(height_inches: float, width_inches: float = WIDTH_INCHES) -> Figure:
    """An empty figure on white paper that arranges itself."""
    return Figure(figsize=(width_inches, height_inches), facecolor=palette.PAPER, layout="constrained")


def quiet_axes(axes: Axes, *, grid: str = "y") -> None:
    """Takes away what does not carry information: the frame, tick marks, all but faint grid lines."""
    axes.set_facecolor(palette.PAPER)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL)
    axes.set_axisbelow(True)
    if grid in ("x", "y"):
        axes.grid(axis=grid, color=palette.LINE, linewidth=0.8)  # type: ignore[arg-type]


def heading(axes: Axes, title: str, below: str = "", *, room_points: float = 0) -> None:
    """A title at the left edge, with a quiet line below it that says how to read the figure.

    `room_points` keeps that much free above the axes, for a label that stands there.
    """
    lift = (22 if below else 10) + room_points
    axes.annotate(
        drawable(title),
        (0, 1),
        xytext=(0, lift),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=TITLE,
        va="bottom",
    )
    if below:
        axes.annotate(
            drawable(below),
            (0, 1),
            xytext=(0, 7 + room_points),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=SMALL,
            color=palette.QUIET,
            va="bottom",
        )


def margin_note(
    axes: Axes,
    place: float,
    words: str,
    offset_points: float,
    colour: str = palette.INK,
    *,
    of: Literal["data", "axes fraction"] = "data",
) -> None:
    """Words right of the axes, `offset_points` from the edge, at a height of the data or of the axes."""
    axes.annotate(
        drawable(words),
        (1, place),
        xytext=(offset_points, 0),
        xycoords=("axes fraction", of),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=colour,
        annotation_clip=False,
    )


def top_note(
    axes: Axes, place: float, words: str, *, side: Literal["left", "center", "right"], row: int = 0
) -> None:
    """Words above the axes at a place of the data: beginning there (`left`), ending there, or around it.

    `row` counts lines of small print upwards from the axes, each `ROW` points high.
    """
    axes.annotate(
        drawable(words),
        (place, 1),
        xytext=({"left": 3, "center": 0, "right": -3}[side], 2 + ROW * row),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=SMALL,
        annotation_clip=False,
    )


def point_note(
    axes: Axes,
    at: tuple[float, float],
    words: str,
    offset_points: float,
    colour: str = palette.INK,
    *,
    behind: dict[str, Any] | None = None,
) -> None:
    """Words above a point of the data, or below it where the offset is negative; `behind` as `LEGIBLE`."""
    axes.annotate(
        drawable(words),
        at,
        xytext=(0, offset_points),
        textcoords="offset points",
        ha="center",
        va="bottom" if offset_points > 0 else "top",
        fontsize=SMALL,
        color=colour,
        bbox=behind,
        zorder=6,
    )


def label_above(values: pd.Series, place: int) -> bool:
    """Whether words at a point of a line belong above it: where its neighbours lie lower, or are missing."""
    around = pd.Series([values.get(place - 1), values.get(place + 1)], dtype=float).mean()
    return bool(pd.isna(around) or values[place] >= around)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """The rows of a figure named at the left, the first name at the bottom, with half a row to spare."""
    axes.set_yticks(range(len(names)), [drawable(name) for name in names])
    axes.tick_params(axis="y", labelsize=TEXT, labelcolor=palette.INK)
    axes.set_ylim(-0.6, len(names) - 0.4)


def scale(axes: Axes, which: str, unit: str, *, most: int = 5) -> None:
    """Ticks in the unit of the values: shares as whole per cents, other numbers with the digits they need."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    factor = 100 if unit == "share" else 1
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: drawable(numbers.plain(round(value * factor, 6))))
    )


def blank(language: Tongue, title: str = "") -> Figure:
    """A figure that says there is nothing to draw."""
    with paper():
        figure = new_figure(1.2)
        axes = figure.add_subplot()
        axes.set_axis_off()
        words = drawable(" · ".join(filter(None, [title, say("figure.no_data", language)])))
        axes.text(0, 0.5, words, color=palette.QUIET, transform=axes.transAxes, va="center")
    return figure
