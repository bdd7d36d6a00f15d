"""What a sample can do, drawn: precision by its size, and the chance that a lot is accepted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.present import numbers, palette
from sqaudit.present.figures.canvas import SMALL, heading, new_figure, paper, quiet_axes, scale
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Tongue, say

AREA = "sampling_plan.figure"
WANTED = 3.0  # points; what the dashed line marks


def precision_curves(
    curves: Mapping[float, pd.DataFrame], population: int, planned: tuple[int, float], language: Tongue
) -> Figure:
    """The half-width of the interval by sample size, a line for each share that passes.

    In: for each share a frame of `sample_size, half_width_points`; `planned` is the size of the plan and the
    half-width it reaches.
    """
    with paper():
        figure = new_figure(3.6)
        axes = figure.add_subplot()
        quiet_axes(axes)
        for place, (share, points) in enumerate(curves.items()):
            strength = (1.0, 0.65, 0.4)[place % 3]
            colour = palette.tint(palette.VERDICT_COLOURS["met"], strength)
            axes.plot(points["sample_size"], points["half_width_points"], color=colour, linewidth=1.8)
            _note(axes, points, say(f"{AREA}.passes", language, share=numbers.share(share, digits=0)))
        axes.axhline(WANTED, color=palette.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        size, reached = planned
        if numbers.is_number(reached):
            axes.plot([size], [reached], "o", color=palette.INK, markersize=7, zorder=4)
            words = drawable(say(f"{AREA}.this_plan", language, size=size))
            axes.annotate(
                words,
                (size, reached),
                xytext=(0, -16),
                ha="center",
                textcoords="offset points",
                fontsize=SMALL,
                zorder=5,
            )
        axes.set_ylim(0, None)
        axes.set_xlim(0, None)
        scale(axes, "x", "count", most=8)
        scale(axes, "y", "points")
        axes.set_xlabel(drawable(say(f"{AREA}.size_axis", language)), fontsize=SMALL)
        axes.set_ylabel(drawable(say(f"{AREA}.points_axis", language)), fontsize=SMALL)
        title = say(f"{AREA}.precision_title", language, population=population)
        heading(axes, title, say(f"{AREA}.precision_reading", language))
    return figure


def oc_figure(
    curve: pd.DataFrame, marks: Mapping[float, float], size: int, accept: int, language: Tongue
) -> Figure:
    """The chance that a lot is accepted, by the share of it that is nonconforming.

    In: `rate_share, chance_of_acceptance`; `marks` are rates by the chance they are accepted with.
    """
    with paper():
        figure = new_figure(3.4)
        axes = figure.add_subplot()
        quiet_axes(axes)
        colour = palette.VERDICT_COLOURS["met"]
        axes.plot(curve["rate_share"], curve["chance_of_acceptance"], color=colour, linewidth=1.8)
        for chance, rate in marks.items():
            axes.plot([rate], [chance], "o", color=palette.INK, markersize=7, zorder=4)
            words = say(
                f"{AREA}.oc_point", language, rate=numbers.share(rate), chance=numbers.share(chance, digits=0)
            )
            axes.annotate(
                drawable(words), (rate, chance), xytext=(9, 4), textcoords="offset points", fontsize=SMALL
            )
        axes.set_xlim(0, None)
        axes.set_ylim(0, 1.03)
        scale(axes, "x", "share", most=8)
        scale(axes, "y", "share")
        axes.set_xlabel(drawable(say(f"{AREA}.rate_axis", language)), fontsize=SMALL)
        axes.set_ylabel(drawable(say(f"{AREA}.chance_axis", language)), fontsize=SMALL)
        title = say(f"{AREA}.oc_title", language, size=size, accept=accept)
        heading(axes, title, say(f"{AREA}.oc_reading", language))
    return figure


def _note(axes: Axes, curve: pd.DataFrame, words: str) -> None:
    """The name of a curve, written into it where curves still lie apart."""
    at = curve.iloc[len(curve) // 4]
    axes.annotate(
        drawable(words),
        (float(at["sample_size"]), float(at["half_width_points"])),
        ha="center",
        va="center",
        fontsize=SMALL,
        color=palette.QUIET,
        bbox={"facecolor": palette.PAPER, "edgecolor": "none", "pad": 1.5},
    )
