"""A change taken apart: a bar from the figure before, a step for each part, a bar to the figure now."""

from __future__ import annotations

import numpy as np
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

THICKNESS = 0.56


def waterfall_steps(
    steps: pd.DataFrame,
    labels: Labels,
    language: Tongue,
    name: str,
    unit: str,
    direction: str | None = None,
    *,
    level: str = "",
) -> Figure:
    """The steps from the figure before to the figure now, downwards, with the interval of each part.

    In: `step, kind, value, start, end, low, high` as `causes.contribution.waterfall` returns them. Parts
    that make the figure better and worse have the colours of changes; grey are those that chance alone could
    have made, and all where there is no direction.
    `level` says at which cells the parts were taken. Out: a figure; one that says so when there are no steps.
    """
    if steps.empty:
        return blank(language, name)
    shown = steps.iloc[::-1].reset_index(drop=True)
    with paper():
        figure = new_figure(1.35 + 0.42 * len(shown))
        axes = figure.add_subplot()
        quiet_axes(axes, grid="x")
        for place, row in shown.iterrows():
            _draw_step(axes, int(str(place)), row, language, unit, direction)
        _join(axes, shown)
        name_rows(axes, [named(labels, step, language, "change_part") for step in shown["step"]])
        first, last = _reach(shown)
        axes.set_xlim(first, last)
        scale(axes, "x", unit)
        axes.set_xlabel(drawable(named({}, unit, language, "axis")), fontsize=SMALL)
        heading(axes, _title(shown, name, unit, language), _reading(shown, level, first > 0, language))
    return figure


def _draw_step(
    axes: Axes, place: int, row: pd.Series, language: Tongue, unit: str, direction: str | None
) -> None:
    part = row["kind"] in ("part", "rest")
    colour = palette.change_colour(_sense(row, direction)) if part else palette.QUIET
    low, high = sorted((row["start"], row["end"]))
    axes.barh(
        place, high - low, THICKNESS, left=low, color=palette.tint(colour, 0.55 if part else 0.35), zorder=2
    )
    if part and row["value"] == 0:
        axes.plot([row["start"]] * 2, [place - THICKNESS / 2, place + THICKNESS / 2], color=colour, zorder=2)
    if part and pd.notna(row["low"]) and pd.notna(row["high"]):
        ends = [row["start"] + row["low"], row["start"] + row["high"]]
        axes.plot(ends, [place, place], color=palette.INK, linewidth=1.4, zorder=4)
    text = (
        numbers.difference(row["value"], unit, language)
        if part
        else numbers.amount(row["value"], unit, language)
    )
    margin_note(axes, place, text, 8)
    if part and pd.notna(row["low"]):
        interval = numbers.difference_interval(row["low"], row["high"], unit, language)
        margin_note(axes, place, f"({interval})", 92, palette.QUIET)


def _sense(row: pd.Series, direction: str | None) -> str:
    """Better or worse only where the interval, if there is one, is clear of zero."""
    if direction is None or row["value"] == 0 or row["low"] <= 0 <= row["high"]:
        return "no_clear_change"
    return "better" if (row["value"] > 0) == (direction == "higher") else "worse"


def _join(axes: Axes, shown: pd.DataFrame) -> None:
    """Thin lines from the end of a step to the start of the next, which stands below it."""
    for place in range(len(shown) - 1, 0, -1):
        at = shown["end"].iloc[place]
        axes.plot(
            [at, at], [place + THICKNESS / 2, place - 1 - THICKNESS / 2], color=palette.QUIET, linewidth=0.7
        )


def _reach(shown: pd.DataFrame) -> tuple[float, float]:
    """From zero where the parts are not small beside the figure; else only around the parts, bars cut off."""
    parts = shown[shown["kind"].isin(["part", "rest"])]
    ends = np.concatenate(
        [shown["end"], parts["start"] + parts["low"].fillna(0), parts["start"] + parts["high"].fillna(0)]
    )
    lowest, highest = float(ends.min()), float(ends.max())
    room = 0.06 * (highest - lowest) or abs(highest) * 0.1 or 1.0
    if lowest >= 0 and (highest - lowest) > 0.25 * highest:
        return 0.0, highest + room
    return lowest - 4 * room, highest + room


def _title(shown: pd.DataFrame, name: str, unit: str, language: Tongue) -> str:
    ends = {row["kind"]: numbers.amount(row["value"], unit, language) for _, row in shown.iterrows()}
    return say("waterfall.title", language, name=name, before=ends.get("start"), now=ends.get("end"))


def _reading(shown: pd.DataFrame, level: str, cut_off: bool, language: Tongue) -> str:
    said = [say("waterfall.reading" if shown["low"].notna().any() else "waterfall.reading_plain", language)]
    said += [say("waterfall.level", language, level=level)] if level else []
    said += [say("waterfall.cut_off", language)] if cut_off else []
    return " · ".join(said)
