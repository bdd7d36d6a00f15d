"""A control chart drawn: points, centre, limits, baseline, and every signal marked by shape and colour."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from sqaudit.control.chart import ControlChart
from sqaudit.present import numbers, palette
from sqaudit.present.control_sentences import chart_reading, period_name
from sqaudit.present.figures.apart import Boxes, PointNote, arranged, margin_notes, point_notes
from sqaudit.present.figures.canvas import (
    LEGIBLE,
    ROW,
    SMALL,
    blank,
    heading,
    label_above,
    new_figure,
    paper,
    point_note,
    quiet_axes,
    scale,
    top_note,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Tongue, named, say

DENSE = 60  # from so many points on, dots would touch: the line alone shows the calm ones
MOST_LABELS = 5  # values written at points; more would hide what they label
BASELINE = palette.tint(palette.LINE, 0.55)
EVENT_ROWS = 2  # lines of words above the axes for what was done
MARKS = {"better": "^", "worse": "D", "changed": "s"}


def control_figure(
    chart: ControlChart,
    language: Tongue,
    name: str,
    unit: str,
    direction: str | None = None,
    target: float | None = None,
    events: Sequence[tuple[object, str]] = (),
) -> Figure:
    """A control chart, its message below its title, everything labelled where it stands.

    `direction` is the good side (`higher`, `lower` or None): signals on it are triangles, on the other side
    diamonds, without a good side squares. `events` are periods with a few words, such as measures
    taken, drawn as upright lines. The baseline is shaded; limits are steps where numbers of cases differ.

    Out: a figure; one that says so when there is no value at all.
    """
    points = chart.points
    if not points["value"].notna().any():
        return blank(language, name)
    with paper():
        figure = new_figure(3.9)
        axes = figure.add_subplot()
        quiet_axes(axes, grid="")
        _draw_baselines(axes, chart, language)
        _draw_lines(axes, points)
        _draw_values(axes, points, direction)
        if numbers.is_number(target):
            axes.axhline(target, color=palette.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
        _set_heights(axes, points, target)
        _draw_artefacts(axes, points, unit, language)
        scale(axes, "y", unit)
        axes.set_ylabel(drawable(named({}, unit, language, "axis")), fontsize=SMALL)
        axes.set_xlim(-0.6, len(points) - 0.4)
        _label_periods(axes, points)
        _label_lines(axes, points, unit, language, direction, target)
        rows = _draw_events(axes, points, events)
        heading(axes, name, _below(chart, language), room_points=ROW * rows)
        _label_points(figure, axes, points, unit, language, target)
    return figure


def alt_control(chart: ControlChart, name: str, unit: str, tongue: Tongue) -> str:
    """A control chart in words, for those who cannot see it.

    >>> from sqaudit.control.chart import control_chart
    >>> from sqaudit.control.design import Design
    >>> frame = pd.DataFrame({"period": range(1, 21), "numerator": [52, 49, 53, 50] * 5, "denominator": 100})
    >>> alt_control(control_chart(frame, Design("p")), "On time", "share", "en")
    'Control chart of On time, 1 to 20, 20 points: No signal: chance alone varies as much. Centre 51.0 %,
    limits 36.0 % to 66.0 %. The last point is 50.0 %.'
    """
    points = chart.points
    shown = points[points["value"].notna()]
    if shown.empty:
        return say("figure.no_data", tongue)
    last = shown.iloc[-1]
    first, end = (period_name(points["period"].iloc[at]) for at in (0, -1))
    reading = chart_reading(chart, tongue)
    parts = [
        say("control.alt", tongue, name=name, first=first, last=end, points=len(points), reading=reading)
    ]
    if numbers.is_number(last["centre"]):
        words = {line: numbers.amount(last[line], unit, tongue) for line in ("centre", "low", "high")}
        parts.append(say("control.alt_lines", tongue, **words))
    parts.append(say("control.alt_last", tongue, value=numbers.amount(last["value"], unit, tongue)))
    return ("" if tongue == "zh" else " ").join(parts)


def _below(chart: ControlChart, language: Tongue) -> str:
    """The line below the title: the message, and what else the marks need."""
    parts = [chart_reading(chart, language)]
    temporary = chart.phases.loc[chart.phases["status"] == "temporary", "baseline_points"]
    if len(temporary):
        parts.append(say("control.temporary", language, count=int(temporary.min())))
    if "artefacts" in chart.notes:
        parts.append(say("control.hollow", language))
    return " · ".join(parts)


def _draw_baselines(axes: Axes, chart: ControlChart, language: Tongue) -> None:
    """The baseline of each phase as a shaded stretch, named at its top."""
    inside = chart.points["in_baseline"]
    for _, part in chart.points[inside].groupby("phase"):
        first, last = int(part.index[0]), int(part.index[-1])
        axes.axvspan(first - 0.5, last + 0.5, color=BASELINE, linewidth=0, zorder=0)
        axes.annotate(
            drawable(say("control.baseline", language)),
            (first - 0.5, 1),
            xytext=(4, -3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="top",
            fontsize=SMALL,
            color=palette.QUIET,
        )


def _draw_lines(axes: Axes, points: pd.DataFrame) -> None:
    """Centre and limits as steps; each phase by itself, so that nothing joins the old limits to the new."""
    for _, part in points.groupby("phase"):
        edges = np.append(part.index - 0.5, part.index[-1] + 0.5)
        for line, colour, style in (
            ("centre", palette.QUIET, "solid"),
            ("low", palette.QUIET, (0, (2, 2))),
            ("high", palette.QUIET, (0, (2, 2))),
        ):
            if part[line].notna().any():
                # A period without cases has no limits of its own; the step of its neighbour goes on.
                own = part[line].where(part["skipped"] == "")
                steps = (own if own.notna().any() else part[line]).ffill().bfill()
                axes.stairs(
                    steps, edges, baseline=None, color=colour, linestyle=style, linewidth=1.1, zorder=2
                )


def _judged(points: pd.DataFrame) -> pd.Series:
    """The values, none where the records of the period are broken."""
    return points["value"].where(~points["skipped"].isin(_artefacts(points)))


def _draw_values(axes: Axes, points: pd.DataFrame, direction: str | None) -> None:
    judged = _judged(points)
    axes.plot(points.index, judged, color=palette.INK, linewidth=1.2, zorder=3)
    calm = judged[points["signal"] == ""]
    if len(points) < DENSE:
        axes.plot(calm.index, calm, "o", color=palette.INK, markersize=4, zorder=4)
    size = 7.5 if len(points) < DENSE else 5
    for place, row in enumerate(points.to_dict("records")):
        if row["signal"] == "":
            continue
        change = _side(str(row["side"]), direction)
        axes.plot(
            [place],
            [row["value"]],
            MARKS[change],
            color=palette.change_colour(change),
            markersize=size,
            zorder=5,
        )


def _label_points(
    figure: Figure, axes: Axes, points: pd.DataFrame, unit: str, language: Tongue, target: float | None
) -> None:
    """The values worth a label, beside their points where there is room; a last signal always has its."""
    judged = _judged(points)
    places = _worth_a_label(points, judged)
    if not places:
        return
    renderer = arranged(figure)
    last = len(points) - 1
    notes = [
        PointNote(
            (place, float(judged[place])),
            numbers.amount(judged[place], unit, language, beside=target),
            above=label_above(judged, place),
            needed=place == last and points["signal"][place] != "",
        )
        for place in places
    ]
    written = [words.get_window_extent(renderer).extents for words in axes.texts]
    point_notes(axes, notes, renderer, np.vstack([_drawn(axes, points, judged, figure.dpi / 72), *written]))


def _drawn(axes: Axes, points: pd.DataFrame, judged: pd.Series, point: float) -> Boxes:
    """What points, lines and limits cover, as boxes that words keep clear of; `point` in pixels."""
    marked = judged if len(points) < DENSE else judged[points["signal"] != ""]
    corners = [_around(axes, marked.index, marked, marked.index, marked, 3.5 * point)]
    step = np.linspace(0, 1, 7)[:, None]  # a slope is covered by little boxes along it
    values, at = judged.to_numpy("float64"), points.index.to_numpy("float64")
    xs, ys = ((1 - step) * one[:-1] + step * one[1:] for one in (at, values))
    corners.append(_around(axes, xs.ravel(), ys.ravel(), xs.ravel(), ys.ravel(), 1.5 * point))
    for line in ("low", "centre", "high"):
        level = points[line].to_numpy("float64")
        corners.append(_around(axes, at - 0.5, level, at + 0.5, level, point))
        edges = at[:-1] + 0.5
        low, high = np.minimum(level[:-1], level[1:]), np.maximum(level[:-1], level[1:])
        corners.append(_around(axes, edges, low, edges, high, point))
    whole = axes.get_window_extent()
    for straight in (line for line in axes.lines if np.size(line.get_xdata()) == 2):
        box = straight.get_window_extent()
        upright = box.width < 1
        corners.append(
            np.array([[box.x0 - point, whole.y0, box.x1 + point, whole.y1]])
            if upright
            else np.array([[whole.x0, box.y0 - point, whole.x1, box.y1 + point]])
        )
    found = np.vstack(corners)
    return np.asarray(found[~np.isnan(found).any(axis=1)])


def _around(
    axes: Axes, left: ArrayLike, bottom: ArrayLike, right: ArrayLike, top: ArrayLike, room: float
) -> Boxes:
    """Boxes in pixels from corners in the data, `room` wider on all sides."""
    low = axes.transData.transform(np.column_stack([left, bottom]).astype("float64")) - room
    high = axes.transData.transform(np.column_stack([right, top]).astype("float64")) + room
    return np.hstack([low, high])


def _set_heights(axes: Axes, points: pd.DataFrame, target: float | None) -> None:
    """The height of the axes: room for what is judged and its lines, whatever a broken period shows."""
    judged = points.loc[~points["skipped"].isin(_artefacts(points)), ["value", "low", "high"]]
    shown = judged if judged["value"].notna().any() else points[["value", "low", "high"]]
    levels = [*shown.to_numpy(dtype=np.float64).ravel(), *([target] if numbers.is_number(target) else [])]
    bottom, top = float(np.nanmin(levels)), float(np.nanmax(levels))
    room = 0.14 * (top - bottom) or abs(top) * 0.1 or 1.0
    axes.set_ylim(bottom - room, top + room)


def _draw_artefacts(axes: Axes, points: pd.DataFrame, unit: str, language: Tongue) -> None:
    """A cross for each period whose records are broken; beyond the axes at their edge, with its value."""
    bottom, top = axes.get_ylim()
    edge = 0.03 * (top - bottom)
    grey = palette.VERDICT_COLOURS["monitored"]
    broken = points["value"][points["skipped"].isin(_artefacts(points))].dropna()
    heights = broken.clip(bottom + edge, top - edge)
    axes.plot(heights.index, heights, "x", color=grey, markersize=6, markeredgewidth=1.6, zorder=4)
    for place in broken.index[heights != broken][:MOST_LABELS]:
        words = numbers.amount(broken[place], unit, language)
        offset = 6 if broken[place] < heights[place] else -6
        point_note(axes, (place, heights[place]), words, offset, palette.QUIET, behind=LEGIBLE)


def _artefacts(points: pd.DataFrame) -> list[str]:
    return [word for word in points["skipped"].unique() if word not in ("", "no_cases", "missing")]


def _side(side: str, direction: str | None) -> str:
    """Whether a signal is on the good side; one that is on both, or without a good side, only changed."""
    if direction not in ("higher", "lower") or side not in ("high", "low"):
        return "changed"
    return "better" if (side == "high") == (direction == "higher") else "worse"


def _worth_a_label(points: pd.DataFrame, judged: pd.Series) -> list[int]:
    """The last value, and the points outside the limits that lie furthest out."""
    known = judged.dropna()
    outside = points["signal"].str.split(",").apply(lambda names: "outside" in names) & judged.notna()
    reach = (judged - points["centre"]).abs()[outside].sort_values(ascending=False, kind="stable")
    # In a dense line the last value would lie on its neighbours; the words beside the figure give it.
    ending = len(known) > 0 and (len(points) < DENSE or points["signal"][known.index[-1]] != "")
    places: list[int] = [int(str(known.index[-1]))] if ending else []
    least = max(2, len(points) // 14)  # closer, two labels would overlap
    for place in (int(str(at)) for at in reach.index):
        if len(places) < MOST_LABELS and all(abs(place - other) >= least for other in places):
            places.append(place)
    return places


def _label_lines(
    axes: Axes,
    points: pd.DataFrame,
    unit: str,
    language: Tongue,
    direction: str | None,
    target: float | None,
) -> None:
    """The lines named at the right end, moved apart where they would touch."""
    known = points[points["centre"].notna() & (points["skipped"] == "")]
    labels: list[tuple[float, str]] = []
    if len(known):
        last = known.iloc[-1]
        for line, key in (("high", "upper"), ("centre", "centre"), ("low", "lower")):
            words = say(f"control.{key}", language, value=numbers.amount(last[line], unit, language))
            labels.append((float(last[line]), words))
    if numbers.is_number(target):
        words = say("figure.target", language, target=numbers.target(target, unit, direction, language))
        labels.append((float(target), words))
    margin_notes(axes, labels)


def _label_periods(axes: Axes, points: pd.DataFrame) -> None:
    step = max(1, -(-len(points) // 9))  # at most nine labels of a day's length fit side by side
    shown = [place for place in range(len(points)) if (len(points) - 1 - place) % step == 0]
    counted = not (points["denominator"].isna() | (points["denominator"] == 1)).all()  # else no n to show
    labels = []
    for place in shown:
        cases = points["denominator"][place]
        below = f"\nn={numbers.count(cases)}" if counted and numbers.is_number(cases) else ""
        labels.append(drawable(period_name(points["period"][place]) + below))
    axes.set_xticks(shown, labels, linespacing=1.35)


def _draw_events(axes: Axes, points: pd.DataFrame, events: Sequence[tuple[object, str]]) -> int:
    """Upright lines where something was done, the words above the axes, where there is room for them.

    On the side towards the middle if it is free, else on the other, else the same a row higher. Out: how
    many rows of words there are.
    """
    places = {period_name(period): place for place, period in enumerate(points["period"])}
    known = [(places.get(period_name(period)), drawable(words)) for period, words in events]
    taken: list[tuple[int, float, float]] = []
    # An event outside the chart has no place on it.
    for place, words in sorted((place, words) for place, words in known if place is not None):
        axes.axvline(place - 0.5, color=palette.INK, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        reach = _reach(axes, words, len(points))
        later = place > len(points) / 2
        for row, right in product(range(EVENT_ROWS), (later, not later)):
            start, end = (place - 0.5 - reach, place - 0.5) if right else (place - 0.5, place - 0.5 + reach)
            if all(row != other or end <= first or last <= start for other, first, last in taken):
                break
        else:
            continue  # between the others there is no room for words; the line stands
        taken.append((row, start, end))
        top_note(axes, place - 0.5, words, side="right" if right else "left", row=row)
    return max((row + 1 for row, _, _ in taken), default=0)


def _reach(axes: Axes, words: str, points: int) -> float:
    """How many points of the chart small print reaches over, about."""
    letters = sum(1.0 if ord(sign) > 0x2E80 else 0.6 for sign in words)
    figure = axes.get_figure()
    width = 72 * float(figure.get_figwidth()) * 0.75 if isinstance(figure, Figure) else 500.0
    return SMALL * (letters + 0.6) * points / width
