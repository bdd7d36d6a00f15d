"""A control chart drawn: points, centre, limits, baseline, and every signal marked by shape and colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.control.chart import ControlChart
from sqaudit.present import numbers, palette
from sqaudit.present.control_sentences import chart_reading, period_name
from sqaudit.present.figures.apart import margin_notes
from sqaudit.present.figures.canvas import (
    LEGIBLE,
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
        _draw_values(axes, points, unit, direction, language, target)
        if numbers.is_number(target):
            axes.axhline(target, color=palette.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
        _set_heights(axes, points, target)
        _draw_artefacts(axes, points, unit, language)
        scale(axes, "y", unit)
        axes.set_ylabel(drawable(named({}, unit, language, "axis")), fontsize=SMALL)
        axes.set_xlim(-0.6, len(points) - 0.4)
        _label_periods(axes, points)
        _label_lines(axes, points, unit, language, direction, target)
        _draw_events(axes, points, events)
        heading(axes, name, _below(chart, language), room_points=12 if events else 0)
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


def _draw_values(
    axes: Axes, points: pd.DataFrame, unit: str, direction: str | None, language: Tongue, target: float | None
) -> None:
    judged = points["value"].where(~points["skipped"].isin(_artefacts(points)))
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
    for place in _worth_a_label(points, judged):
        words = numbers.amount(points["value"][place], unit, language, beside=target)
        offset = 8 if label_above(judged, place) else -8
        point_note(axes, (place, points["value"][place]), words, offset, behind=LEGIBLE)


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
    places: list[int] = [int(str(known.index[-1]))] if len(known) and len(points) < DENSE else []
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


def _draw_events(axes: Axes, points: pd.DataFrame, events: Sequence[tuple[object, str]]) -> None:
    """Upright lines where something was done, the words above the axes, on the side that is free."""
    places = {period_name(period): place for place, period in enumerate(points["period"])}
    known = [(places.get(period_name(period)), drawable(words)) for period, words in events]
    taken: list[tuple[float, float]] = []
    # An event outside the chart has no place on it.
    for place, words in sorted((place, words) for place, words in known if place is not None):
        axes.axvline(place - 0.5, color=palette.INK, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        reach = _reach(axes, words, len(points))
        later = place > len(points) / 2
        for right in (later, not later):
            span = (place - 0.5 - reach, place - 0.5) if right else (place - 0.5, place - 0.5 + reach)
            if all(span[1] <= first or last <= span[0] for first, last in taken):
                break
        else:
            continue  # between two others there is no room for words; the line stands
        taken.append(span)
        top_note(axes, place - 0.5, words, side="right" if right else "left")


def _reach(axes: Axes, words: str, points: int) -> float:
    """How many points of the chart small print reaches over, about."""
    letters = sum(1.0 if ord(sign) > 0x2E80 else 0.6 for sign in words)
    figure = axes.get_figure()
    width = 72 * float(figure.get_figwidth()) * 0.75 if isinstance(figure, Figure) else 500.0
    return SMALL * (letters + 0.6) * points / width
