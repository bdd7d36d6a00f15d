"""An indicator month by month: the values, what is known about them, and the target."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.frames import one_definition
from sqaudit.present import numbers, palette
from sqaudit.present.figures.canvas import (
    SMALL,
    blank,
    heading,
    label_above,
    margin_note,
    new_figure,
    paper,
    point_note,
    quiet_axes,
    scale,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Tongue, named, say

BAND = {"census": 0.07, "other": 0.16}  # a census has no sampling error: its band stays in the background


def trend(
    points: pd.DataFrame,
    language: Tongue,
    name: str,
    unit: str,
    direction: str | None = None,
    target: float | None = None,
) -> Figure:
    """The line of one indicator over its periods, with its interval as a band and its target as a line.

    In: period, value, low, high, denominator, evidence, verdict; one row per period, in order. A missing
    value leaves a gap. The number of cases stands under each period.

    Out: a figure; one that says so when there is no value at all.
    """
    points = one_definition(points, "a trend").reset_index(drop=True)
    if not points["value"].notna().any():
        return blank(language, name)
    with paper():
        figure = new_figure(3.5)
        axes = figure.add_subplot()
        quiet_axes(axes)
        draw_band(axes, points)
        _draw_values(axes, points, unit, language, target)
        _draw_target(axes, unit, direction, target, language)
        _label_periods(axes, points)
        scale(axes, "y", unit)
        axes.set_ylabel(drawable(named({}, unit, language, "axis")), fontsize=SMALL)
        axes.set_xlim(-0.5, len(points) - 0.5)
        axes.margins(y=0.16)
        heading(axes, name, _reading(points, language))
    return figure


def draw_band(axes: Axes, points: pd.DataFrame) -> None:
    """The interval of each period as a band behind the line; `low` and `high` may be missing."""
    strength = BAND["census" if (points["evidence"] == "census").all() else "other"]
    colour = palette.tint(palette.INK, strength)
    low, high = (pd.to_numeric(points[end]) for end in ("low", "high"))
    axes.fill_between(points.index, low, high, color=colour, linewidth=0, zorder=1)
    for place in points.index[low.notna() & low.shift().isna() & low.shift(-1).isna()]:
        # A period with gaps on both sides has no area to fill: a whisker shows its interval.
        axes.plot([place, place], [low[place], high[place]], color=colour, linewidth=5, zorder=1)


def _draw_values(axes: Axes, points: pd.DataFrame, unit: str, language: Tongue, target: float | None) -> None:
    axes.plot(points.index, points["value"], color=palette.INK, linewidth=1.4, zorder=3)
    draw_markers(axes, points)
    for place in _worth_a_label(points):
        words = numbers.amount(points["value"][place], unit, language, beside=target)
        offset = 9 if label_above(points["value"], place) else -9
        point_note(axes, (place, points["value"][place]), words, offset)


def draw_markers(axes: Axes, points: pd.DataFrame, size: float = 7) -> None:
    """A marker for each value, in the colour and shape of its verdict; `size` in points."""
    for place, row in enumerate(points.to_dict("records")):
        verdict = str(row["verdict"])
        colour = palette.verdict_colour(verdict)
        axes.plot(
            [place],
            [row["value"]],
            palette.VERDICT_SHAPES.get(verdict, "o"),
            markersize=size,
            markerfacecolor=palette.PAPER if verdict == "monitored" else colour,
            markeredgecolor=colour,
            zorder=4,
        )


def _worth_a_label(points: pd.DataFrame) -> list[int]:
    """The places of the first, the last, the highest and the lowest value: the others would only crowd."""
    values = points["value"].dropna()
    return sorted({values.index[0], values.index[-1], values.idxmax(), values.idxmin()})


def _draw_target(
    axes: Axes, unit: str, direction: str | None, target: float | None, language: Tongue
) -> None:
    if not numbers.is_number(target):
        return
    axes.axhline(target, color=palette.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
    words = say("figure.target", language, target=numbers.target(target, unit, direction, language))
    margin_note(axes, target, words, 4)


def _label_periods(axes: Axes, points: pd.DataFrame) -> None:
    step = max(1, -(-len(points) // 12))  # at most twelve labels fit side by side
    shown = [place for place in points.index if (len(points) - 1 - place) % step == 0]
    labels = [f"{points['period'][place]}{_cases(points['denominator'][place])}" for place in shown]
    axes.set_xticks(shown, [drawable(label) for label in labels], linespacing=1.35)


def _cases(cases: object) -> str:
    """The line below a period; a count has no number of cases beside itself."""
    return f"\nn={numbers.count(cases)}" if numbers.is_number(cases) else ""


def _reading(points: pd.DataFrame, language: Tongue) -> str:
    if not points["low"].notna().any():
        return ""
    return say(
        "figure.band_census" if (points["evidence"] == "census").all() else "figure.band_sample", language
    )
