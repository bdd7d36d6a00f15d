"""A funnel plot: units by their number of cases, and how far chance alone takes units like them.

A point is the plain figure of a unit, and stands beyond a limit just when its verdict says so. Where the mix
of cases is known, each unit has limits of its own; else all of one size share theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from sqaudit.assessment.comparison import false_positions
from sqaudit.assessment.funnel import ALARM, WARNING, Dispersion, Limits, Spread, spread_limits
from sqaudit.present import numbers, palette
from sqaudit.present.figures.apart import margin_notes
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
MARK = 9  # points: a mark with some room
# Where a name may stand beside its mark, best first: offset in points, and how it is aligned to that.
BESIDE = (
    (7, 0, "left", "center"), (-7, 0, "right", "center"),
    (0, 7, "center", "bottom"), (0, -7, "center", "top"),
    (6, 6, "left", "bottom"), (6, -6, "left", "top"),
    (-6, 6, "right", "bottom"), (-6, -6, "right", "top"),
)  # fmt: skip
WIDE = 40  # sizes of units that differ by more than this factor are drawn on a logarithmic axis
SIDE_BY_SIDE = 0.012  # of the width: units of one size stand at least so far apart, each with its own limits
CURVE_POINTS = 240
THIN = palette.tint(palette.LINE, 0.55)
MARKS = {"better": "^", "worse": "D", "": "o"}


class Funnel(NamedTuple):
    """What is drawn beside the points, and how the figures are to be read."""

    direction: str = "higher"
    target: float | None = None
    minimum: int = 20
    spread: Spread = "additive"


def funnel_figure(comparison: pd.DataFrame, language: Tongue, name: str, drawn: Funnel) -> Figure:
    """The funnel plot of one level, indicator and period, its message below its title.

    In: rows of `Assessment.comparison`. Units beyond a limit are diamonds on the bad side and triangles on
    the good one, filled beyond the 99.8 % limit and hollow between the two; a line below the plot says so.
    The furthest carry their names, where there is room beside the mark. Limits are curves over the number of
    cases, or with `like_with_like` a bar at each unit judged, thick to 95 % and thin to 99.8 %. Heights go by
    the units judged: of those below the minimum (hollow circles in the shaded part) whoever lies outside is
    counted and not drawn. Out: a figure; one that says so when there is no value at all.
    """
    points = comparison[comparison["value"].notna() & (comparison["denominator"] > 0)].reset_index(drop=True)
    if points.empty:
        return blank(language, name)
    own = _has_own_limits(points)
    points = points.assign(shown=points["value"].astype(float), at=points["denominator"].astype(float))
    with paper():
        figure = new_figure(4.6)
        axes = figure.add_subplot()
        quiet_axes(axes, grid="")
        _set_width(axes, points)
        points = _side_by_side(axes, points) if own else points
        heights = [] if own else _draw_limits(axes, points, drawn)
        _set_heights(axes, points, heights, drawn)
        inside = points[points["shown"].between(*axes.get_ylim())]
        if own:
            _draw_own_limits(axes, inside)
        _shade_thin(axes, drawn.minimum, len(points) - len(inside), language)
        _draw_points(axes, inside)
        _draw_lines(axes, points, heights, drawn, language)
        scale(axes, "y", "share")
        axes.set_xlabel(drawable(say("funnel.x_axis", language)), fontsize=SMALL)
        axes.set_ylabel(drawable(say("funnel.y_axis", language, name=name)), fontsize=SMALL)
        _explain(figure, own, language)
        thin = axes.get_xlim()[0] < drawn.minimum
        heading(axes, name, funnel_reading(comparison, language), room_points=13 if thin else 0)
        _label_points(figure, axes, inside)
    return figure


def _has_own_limits(points: pd.DataFrame) -> bool:
    return bool(points["like_with_like"].astype(bool).any())


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
    if judged["overdispersed"].astype(bool).any() and not _has_own_limits(judged):
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


def _side_by_side(axes: Axes, points: pd.DataFrame) -> pd.DataFrame:
    """Units judged that would stand in each other's limits, moved apart to the right."""
    judged = points.loc[points["position"] != "no_verdict", "at"].sort_values(kind="stable")
    if judged.empty:
        return points
    log = axes.get_xscale() == "log"
    low, high = np.log(axes.get_xlim()) if log else np.array(axes.get_xlim())
    sizes = np.log(judged.to_numpy(np.float64)) if log else judged.to_numpy(np.float64)
    steps = np.arange(len(sizes)) * min(SIDE_BY_SIDE, 0.5 / len(sizes)) * (high - low)
    moved = np.maximum.accumulate(sizes - steps) + steps
    right = max(high, moved[-1] + 0.02 * (high - low))
    axes.set_xlim(right=float(np.exp(right) if log else right))
    points.loc[judged.index, "at"] = np.exp(moved) if log else moved
    return points


def _draw_own_limits(axes: Axes, points: pd.DataFrame) -> None:
    judged = points[points["position"] != "no_verdict"]
    at = judged["at"].to_numpy(np.float64)
    for confidence, width, colour in (("998", 1.1, palette.QUIET), ("95", 4.5, palette.LINE)):
        low, high = (judged[f"{side}_{confidence}"].to_numpy(np.float64) for side in ("low", "high"))
        axes.vlines(at, low, high, colors=colour, linewidth=width, zorder=2)
    for side in ("low", "high"):
        ends = judged[f"{side}_998"].to_numpy(np.float64)
        axes.plot(at, ends, "_", color=palette.QUIET, markersize=5, zorder=2)


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
    counted = points[judged] if judged.any() else points
    limits = counted.loc[judged[counted.index], ["low_998", "high_998"]].to_numpy(dtype=np.float64).ravel()
    target = [drawn.target] if numbers.is_number(drawn.target) else []
    levels = np.array([*counted["shown"], *counted["rate"], *limits, *heights, *target], dtype=np.float64)
    low, high = float(np.nanmin(levels)), float(np.nanmax(levels))
    room = 0.07 * (high - low) or 0.05
    axes.set_ylim(low - room, high + room)


def _shade_thin(axes: Axes, minimum: int, outside: int, language: Tongue) -> None:
    """The part of few cases; how many units of it lie above or below what is drawn."""
    left, right = axes.get_xlim()
    if left >= minimum:
        return
    axes.axvspan(left, min(minimum, right), color=THIN, linewidth=0, zorder=0)
    key = "funnel.thin_outside" if outside else "funnel.thin"
    axes.annotate(
        drawable(say(key, language, minimum=minimum, count=outside)),
        (0, 1),
        xytext=(0, 2),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        fontsize=SMALL,
        color=palette.QUIET,
    )


def _explain(figure: Figure, own: bool, language: Tongue) -> None:
    """What the marks and bars stand for, in small print below the plot."""
    lines = [say("funnel.marks", language), *([say("funnel.bars", language)] if own else [])]
    words = drawable("\n".join(lines))
    figure.supxlabel(words, x=0.01, ha="left", fontsize=SMALL, color=palette.QUIET, linespacing=1.4)


def _draw_points(axes: Axes, points: pd.DataFrame) -> None:
    calm = palette.VERDICT_COLOURS["monitored"]
    for position, part in points.groupby("position"):
        side = str(position).split("_")[0] if str(position)[:5] in ("worse", "bette") else ""
        colour = palette.change_colour(side) if side else calm
        hollow = str(position).endswith("_95") or position == "no_verdict"
        axes.plot(
            part["at"],
            part["shown"],
            MARKS[side],
            markersize=6.5 if side else 5,
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
    margin_notes(axes, labels, leaders=True)


def _label_points(figure: Figure, axes: Axes, points: pd.DataFrame) -> None:
    """Names where there is room beside the points that stand out most, those beyond the outer limit first."""
    outside = points[_beyond(points, "_998") | _beyond(points, "_95")]
    if outside.empty:
        return
    far = (outside["shown"] - outside["rate"]).abs() * np.sqrt(outside["denominator"].astype(float))
    rank = pd.DataFrame({"inner": ~_beyond(outside, "_998"), "far": -far, "unit": outside["unit"]})
    chosen = outside.loc[rank.sort_values(["inner", "far", "unit"]).index[:MOST_LABELS]]
    figure.draw_without_rendering()  # only now is it known where things stand, and how large words are
    half = MARK / 2 * figure.dpi / 72
    marks = [
        Bbox.from_extents(x - half, y - half, x + half, y + half)
        for x, y in axes.transData.transform(points[["at", "shown"]].to_numpy(np.float64))
    ]
    taken: list[Bbox] = []
    for row in chosen.to_dict("records"):
        place = _write_beside(axes, str(row["unit"]), (row["at"], row["shown"]), [*marks, *taken])
        taken += [place] if place is not None else []


def _write_beside(axes: Axes, words: str, mark: tuple[float, float], taken: Sequence[Bbox]) -> Bbox | None:
    """The words where they touch nothing that is taken; None, and nothing written, where there is no room."""
    for across, up, side, level in BESIDE:
        label = axes.annotate(
            drawable(words), mark, xytext=(across, up), textcoords="offset points", ha=side, va=level,
            fontsize=SMALL, bbox=LEGIBLE, zorder=5,
        )  # fmt: skip
        label.set_in_layout(False)  # what is inside the axes must not move them
        box = label.get_window_extent()
        inside = axes.bbox.contains(box.x0, box.y0) and axes.bbox.contains(box.x1, box.y1)
        if inside and not any(box.overlaps(other) for other in taken):
            return box
        label.remove()
    return None


__all__ = ["Funnel", "alt_funnel", "funnel_figure", "funnel_reading"]
