"""A funnel plot: units by their number of cases, and how far chance alone takes units of that size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.assessment.comparison import false_positions
from sqaudit.assessment.funnel import ALARM, WARNING, Dispersion, Limits, Spread, spread_limits
from sqaudit.present import numbers, palette
from sqaudit.present.figures.apart import LABEL_GAP, margin_notes
from sqaudit.present.figures.canvas import (
    LEGIBLE,
    SMALL,
    blank,
    heading,
    new_figure,
    paper,
    quiet_axes,
    scale,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Tongue, joined, say

MOST_LABELS = 8  # names written at points; more would hide what they name
NEAR = 0.09  # of the width: names nearer than this in both directions are moved apart
WIDE = 40  # sizes of units that differ by more than this factor are drawn on a logarithmic axis
CURVE_POINTS = 240
THIN = palette.tint(palette.LINE, 0.55)
MARKS = {"better": "^", "worse": "D", "": "o"}


class Funnel(NamedTuple):
    """What is drawn beside the points, and how the figures are to be read."""

    direction: str = "higher"
    target: float | None = None
    minimum: int = 20
    adjusted: bool = False
    spread: Spread = "additive"


def funnel_figure(comparison: pd.DataFrame, language: Tongue, name: str, drawn: Funnel) -> Figure:
    """The funnel plot of one level, indicator and period, its message below its title.

    In: rows of `Assessment.comparison`. Units beyond a limit are diamonds on the bad side and triangles on
    the good one, filled beyond the 99.8 % limit and hollow between the two; the furthest carry their names.
    Units below the minimum are hollow circles in the shaded part. `adjusted` draws the figures adjusted for
    the mix of cases, by which positions were then told; limits go by the number of cases. Out: a figure; one
    that says so when there is no value at all.
    """
    column = "adjusted" if drawn.adjusted else "value"
    points = comparison[comparison[column].notna() & (comparison["denominator"] > 0)].reset_index(drop=True)
    if points.empty:
        return blank(language, name)
    points = points.assign(shown=points[column].astype(float))
    with paper():
        figure = new_figure(4.2)
        axes = figure.add_subplot()
        quiet_axes(axes, grid="")
        _set_width(axes, points)
        heights = _draw_limits(axes, points, drawn)
        _set_heights(axes, points, heights, drawn)
        _shade_thin(axes, drawn.minimum, language)
        _draw_points(axes, points)
        _draw_lines(axes, points, heights, drawn, language)
        _label_points(axes, points)
        scale(axes, "y", "share")
        axes.set_xlabel(drawable(say("funnel.x_axis", language)), fontsize=SMALL)
        key = "funnel.y_axis_adjusted" if drawn.adjusted else "funnel.y_axis"
        axes.set_ylabel(drawable(say(key, language, name=name)), fontsize=SMALL)
        thin = axes.get_xlim()[0] < drawn.minimum
        heading(axes, name, funnel_reading(comparison, language), room_points=13 if thin else 0)
    return figure


def alt_funnel(comparison: pd.DataFrame, name: str, language: Tongue) -> str:
    """A funnel plot in words, for those who cannot see it."""
    if not comparison["value"].notna().any():
        return say("figure.no_data", language)
    rate = numbers.share(float(comparison["rate"].iloc[0]))
    reading = funnel_reading(comparison, language)
    sentences = [say("funnel.alt", language, name=name, reading=reading, rate=rate)]
    outside = comparison[_beyond(comparison, "_998")]
    if len(outside):
        units = [
            f"{unit} {numbers.share(float(value))}"
            for unit, value in zip(outside["unit"], outside["value"], strict=True)
        ]
        sentences.append(say("funnel.alt_outside", language, units=joined(units, language)))
    return ("" if language == "zh" else " ").join(sentences)


def funnel_reading(comparison: pd.DataFrame, language: Tongue) -> str:
    """The one message of a funnel plot, without a full stop: how many are beyond, how many by chance."""
    judged = comparison[comparison["position"] != "no_verdict"]
    if judged.empty:
        return say("funnel.nobody", language)
    outside = int(_beyond(judged, "_998").sum())
    if judged["overdispersed"].astype(bool).any():
        return say("funnel.reading_wide", language, outside=outside, judged=len(judged))
    sizes = judged["denominator"].to_numpy(np.float64)
    chance = false_positions(sizes, float(judged["rate"].iloc[0]), ALARM)
    about = numbers.plain(round(chance, 1 if chance >= 0.05 else 2))
    return say("funnel.reading", language, outside=outside, judged=len(judged), chance=about)


def _beyond(points: pd.DataFrame, limit: str) -> pd.Series:
    return points["position"].isin([f"worse{limit}", f"better{limit}"])


def _set_width(axes: Axes, points: pd.DataFrame) -> None:
    least, most = float(points["denominator"].min()), float(points["denominator"].max())
    if most > WIDE * least:
        axes.set_xscale("log")
        axes.set_xlim(least / 1.25, most * 1.25)
        axes.xaxis.set_major_formatter(lambda value, _: drawable(numbers.plain(float(value))))
        axes.xaxis.set_minor_formatter(lambda *_: "")
        axes.tick_params(which="minor", length=0)
    else:
        room = 0.05 * most
        axes.set_xlim(max(0.0, least - room), most + room)
        scale(axes, "x", "count", most=7)


def _draw_limits(axes: Axes, points: pd.DataFrame, drawn: Funnel) -> list[float]:
    """The two pairs of limits over all sizes; returns where they end on the right."""
    first = points.iloc[0]
    rate = float(first["rate"])
    if np.isnan(rate):
        return []
    found = Dispersion(float(first["phi"]), float(first["tau"]), len(points), bool(first["overdispersed"]))
    left, right = axes.get_xlim()
    ends = np.geomspace if axes.get_xscale() == "log" else np.linspace
    sizes = np.unique(np.round(ends(max(left, 1.0), right, CURVE_POINTS)))
    faults = 1 - rate if drawn.direction == "higher" else rate
    heights: list[float] = []
    for confidence, style, colour in (
        (ALARM, "solid", palette.QUIET),
        (WARNING, (0, (3, 2)), palette.QUIET),
    ):
        low, high = _in_sense(spread_limits(sizes, faults, found, drawn.spread, confidence), drawn)
        axes.plot(sizes, low, color=colour, linestyle=style, linewidth=1.1, zorder=2)
        axes.plot(sizes, high, color=colour, linestyle=style, linewidth=1.1, zorder=2)
        heights += [float(low[-1]), float(high[-1])]
    return heights


def _in_sense(limits: Limits, drawn: Funnel) -> Limits:
    """Limits for shares of faults as limits for the indicator."""
    return Limits(1 - limits.high, 1 - limits.low) if drawn.direction == "higher" else limits


def _set_heights(axes: Axes, points: pd.DataFrame, heights: list[float], drawn: Funnel) -> None:
    """Room for the points and, where units are large, for the limits; the mouth of the funnel may be cut."""
    judged = points["position"] != "no_verdict"
    sides = ["low_998", "high_998"]
    limits = points.loc[judged, sides].to_numpy(dtype=np.float64).ravel()
    target = [drawn.target] if numbers.is_number(drawn.target) else []
    levels = np.array([*points["shown"], *limits, *heights, *target], dtype=np.float64)
    low, high = float(np.nanmin(levels)), float(np.nanmax(levels))
    room = 0.07 * (high - low) or 0.05
    axes.set_ylim(low - room, high + room)


def _shade_thin(axes: Axes, minimum: int, language: Tongue) -> None:
    left, right = axes.get_xlim()
    if left >= minimum:
        return
    axes.axvspan(left, min(minimum, right), color=THIN, linewidth=0, zorder=0)
    axes.annotate(
        drawable(say("funnel.thin", language, minimum=minimum)),
        (0, 1),
        xytext=(0, 2),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        fontsize=SMALL,
        color=palette.QUIET,
    )


def _draw_points(axes: Axes, points: pd.DataFrame) -> None:
    calm = palette.VERDICT_COLOURS["monitored"]
    for position, part in points.groupby("position"):
        side = str(position).split("_")[0] if str(position)[:5] in ("worse", "bette") else ""
        colour = palette.change_colour(side) if side else calm
        hollow = str(position).endswith("_95") or position == "no_verdict"
        axes.plot(
            part["denominator"],
            part["shown"],
            MARKS[side],
            markersize=7 if side else 5,
            markerfacecolor=palette.PAPER if hollow else colour,
            markeredgecolor=colour,
            markeredgewidth=1.3,
            zorder=4 if side else 3,
        )


def _draw_lines(
    axes: Axes, points: pd.DataFrame, heights: list[float], drawn: Funnel, language: Tongue
) -> None:
    """The common rate and the target as lines, all lines named at the right end."""
    labels: list[tuple[float, str]] = []
    rate = float(points["rate"].iloc[0])
    if not np.isnan(rate):
        axes.axhline(rate, color=palette.QUIET, linewidth=1.1, zorder=2)
        labels.append(
            (rate, say("funnel.all_units", language, value=numbers.share(rate, beside=drawn.target)))
        )
    if numbers.is_number(drawn.target):
        axes.axhline(drawn.target, color=palette.INK, linewidth=1, linestyle=(0, (5, 2, 1, 2)), zorder=2)
        goal = numbers.target(drawn.target, "share", drawn.direction, language)
        labels.append((drawn.target, say("figure.target", language, target=goal)))
    for height, confidence in zip(heights[::2], ("99.8 %", "95 %"), strict=False):
        labels.append((height, say("funnel.limit", language, confidence=confidence)))
    margin_notes(axes, labels)


def _label_points(axes: Axes, points: pd.DataFrame) -> None:
    """Names at the points that stand out most, those beyond the outer limit first."""
    outside = points[_beyond(points, "_998") | _beyond(points, "_95")]
    far = (outside["shown"] - outside["rate"]).abs() * np.sqrt(outside["denominator"].astype(float))
    rank = pd.DataFrame({"inner": ~_beyond(outside, "_998"), "far": -far, "unit": outside["unit"]})
    chosen = outside.loc[rank.sort_values(["inner", "far", "unit"]).index[:MOST_LABELS]]
    taken: list[tuple[float, float]] = []
    for row in chosen.to_dict("records"):
        at = axes.transAxes.inverted().transform(axes.transData.transform((row["denominator"], row["shown"])))
        across, up = float(at[0]), float(at[1])
        while any(abs(across - x) < NEAR and abs(up - y) < LABEL_GAP for x, y in taken):
            up -= LABEL_GAP
        taken.append((across, up))
        left = across > 0.88
        axes.annotate(
            drawable(str(row["unit"])),
            (across, up),
            xytext=(-7 if left else 7, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=SMALL,
            bbox=LEGIBLE,
            zorder=5,
        )


__all__ = ["Funnel", "alt_funnel", "funnel_figure", "funnel_reading"]
