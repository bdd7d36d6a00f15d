"""Segments compared: a dot for the value, a line for what is known about it, the cases at the right."""

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
    top_note,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.words import DASH, Labels, Tongue, named, say

LEAST_CASES = 20  # segments under this many cases are drawn hollow and not judged


def segment_dots(
    points: pd.DataFrame,
    segment: str,
    labels: Labels,
    language: Tongue,
    name: str,
    unit: str,
    direction: str | None = None,
    target: float | None = None,
    *,
    least_cases: int = LEAST_CASES,
) -> Figure:
    """The value of each segment with its interval, best first, and the target as a line.

    In: the column named `segment`, value, low, high, denominator, evidence, verdict; one row per segment.
    Rows without a value are left out. Out: a figure; one that says so when nothing is left.
    """
    shown = points[points["value"].notna()].sort_values(
        "value", ascending=direction != "lower", kind="stable"
    )
    if shown.empty:
        return blank(language, name)
    shown = shown.reset_index(drop=True)
    with paper():
        figure = new_figure(1.45 + 0.35 * len(shown))
        axes = figure.add_subplot()
        quiet_axes(axes, grid="x")
        for place, row in shown.iterrows():
            _draw_segment(axes, int(str(place)), row, unit, language, target, least_cases)
        _draw_target(axes, unit, direction, target, language)
        name_rows(axes, [_segment_name(value, labels, language) for value in shown[segment]])
        scale(axes, "x", unit)
        axes.set_xlabel(drawable(named({}, unit, language, "axis")), fontsize=SMALL)
        _keep_within_bounds(axes, shown, unit)
        heading(axes, name, _reading(shown, language, least_cases), room_points=12)
    return figure


def _draw_segment(
    axes: Axes,
    place: int,
    row: pd.Series,
    unit: str,
    language: Tongue,
    target: float | None,
    least_cases: int,
) -> None:
    judged = row["denominator"] >= least_cases
    colour = palette.verdict_colour(row["verdict"]) if judged else palette.VERDICT_COLOURS["monitored"]
    shape = palette.VERDICT_SHAPES.get(str(row["verdict"]), "o") if judged else "o"
    if pd.notna(row["low"]) and pd.notna(row["high"]):
        line = palette.tint(colour, 0.45)
        axes.plot([row["low"], row["high"]], [place, place], color=line, linewidth=2.2, zorder=2)
    axes.plot(
        [row["value"]],
        [place],
        shape,
        markersize=7,
        markeredgecolor=colour,
        markerfacecolor=colour if judged else palette.PAPER,
        zorder=3,
    )
    colour = palette.INK if judged else palette.QUIET
    margin_note(axes, place, numbers.amount(row["value"], unit, language, beside=target), 10, colour)
    margin_note(axes, place, f"n={numbers.count(row['denominator'])}", 72, colour)


def _draw_target(
    axes: Axes, unit: str, direction: str | None, target: float | None, language: Tongue
) -> None:
    if not numbers.is_number(target):
        return
    axes.axvline(target, color=palette.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    words = say("figure.target", language, target=numbers.target(target, unit, direction, language))
    top_note(axes, target, words, side="center")


def _keep_within_bounds(axes: Axes, shown: pd.DataFrame, unit: str) -> None:
    """No room for shares beyond 0 and 100 % where the values come near."""
    if unit == "share":
        left, right = axes.get_xlim()
        axes.set_xlim(max(left, min(-0.005, float(shown["value"].min()))), min(right, 1.005))


def _segment_name(value: object, labels: Labels, language: Tongue) -> str:
    name = named(labels, value, language)
    return say("table.not_given", language) if name in (DASH, "") else name


def _reading(shown: pd.DataFrame, language: Tongue, least_cases: int) -> str:
    parts = []
    if shown["low"].notna().any():
        census = (shown["evidence"] == "census").all()
        parts.append(say("figure.whisker_census" if census else "figure.whisker_sample", language))
    if (shown["denominator"] < least_cases).any():
        parts.append(say("figure.hollow", language, least=least_cases))
    return " · ".join(parts)
