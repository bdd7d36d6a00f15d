"""An interrupted series drawn: the figure, the day of the measure, and how it would have gone on without."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.present import numbers, palette
from sqaudit.present.figures.apart import margin_notes
from sqaudit.present.figures.canvas import (
    SMALL,
    blank,
    heading,
    new_figure,
    paper,
    quiet_axes,
    scale,
    top_note,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.improvement_sentences import (
    expected_words,
    levels_sentence,
    start_label,
    verification_sentence,
)
from sqaudit.present.words import Tongue, named, say
from sqaudit.verification.outcome import Verification

VERDICT_COLOURS = {
    "effective": palette.CHANGE_COLOURS["better"],
    "harmful": palette.CHANGE_COLOURS["worse"],
    "not_shown": palette.INK,
    "too_early": palette.INK,
}
DENSE = 80  # from so many points on, dots would touch

__all__ = ["VERDICT_COLOURS", "alt_interrupted", "interrupted_figure"]


def interrupted_figure(
    found: Verification, language: Tongue, name: str, unit: str, target: float | None = None
) -> Figure:
    """The series before and after a measure with fitted lines, the counterfactual and its band.

    Dots are periods, larger with more cases; crosses are periods in transition, which are not judged. The
    dashed line is what was to be expected without the measure, its band the whole interval of that level that
    the verdict rests on; the full line after the measure has the colour of the verdict. Both are named with
    their mean over the periods after it, so that one less the other is the effect in the line below the
    title. Out: a figure; one that says so without any value.
    """
    series = found.series
    if series.empty or not series["value"].notna().any():
        return blank(language, name)
    colour = VERDICT_COLOURS[found.verdict]
    with paper():
        figure = new_figure(3.9)
        axes = figure.add_subplot()
        quiet_axes(axes)
        _draw_points(axes, series)
        _draw_lines(axes, series, colour)
        began = _began(series)
        if began is not None:
            axes.axvline(began - 0.5, color=palette.INK, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        if numbers.is_number(target):
            axes.axhline(target, color=palette.QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        _set_heights(axes, series, target)
        scale(axes, "y", unit)
        axes.set_ylabel(drawable(named({}, unit, language, "axis")), fontsize=SMALL)
        axes.set_xlim(-0.6, len(series) - 0.4)
        _label_periods(axes, series)
        if began is not None:
            _label_start(axes, began, len(series), language)
        _label_lines(axes, found, unit, language, colour, target)
        verdict = say(f"verification_verdict.{found.verdict}", language)
        title = say("interrupted.title", language, name=name, verdict=verdict)
        heading(axes, title, _below(found, language, unit), room_points=14)
    return figure


def alt_interrupted(found: Verification, language: Tongue, name: str, unit: str) -> str:
    """The picture in words, for those who cannot see it."""
    series = found.series
    if series.empty:
        return say("figure.no_data", language)
    reading = [verification_sentence(found, name, language, unit)]
    if numbers.is_number(found.expected):
        reading.append(levels_sentence(found, language, unit))
    return say(
        "interrupted.alt",
        language,
        name=name,
        first=str(series["period"].iloc[0]),
        last=str(series["period"].iloc[-1]),
        start=start_label(found),
        reading={"zh": "", "en": " "}[language].join(reading),
    )


def _below(found: Verification, language: Tongue, unit: str) -> str:
    """The line below the title: the effect, and what the marks mean."""
    passing = (found.series["phase"] == "passing").any()
    band = say(f"interrupted.{'band_and_crosses' if passing else 'band'}", language)
    if not numbers.is_number(found.effect):
        return band
    effect = say(
        "interrupted.effect",
        language,
        effect=numbers.difference(found.effect, unit, language),
        interval=numbers.difference_interval(found.low, found.high, unit, language),
        confidence=f"{numbers.plain(round(100 * found.confidence, 6))} %",
    )
    return f"{effect} · {band}"


def _began(series: pd.DataFrame) -> int | None:
    """The place of the first period that is no longer before the measure."""
    later = np.flatnonzero((series["phase"] != "before").to_numpy())
    return int(later[0]) if later.size else None


def _draw_points(axes: Axes, series: pd.DataFrame) -> None:
    axes.plot(series.index, series["value"], color=palette.LINE, linewidth=1, zorder=2)
    cases = series["cases"] / series["cases"].max()
    judged = (series["phase"] != "passing").to_numpy()
    largest = 12 if len(series) >= DENSE else 26  # square points
    axes.scatter(
        series.index[judged],
        series["value"][judged],
        s=(4 + largest * cases)[judged],
        color=palette.QUIET,
        linewidths=0,
        zorder=3,
    )
    axes.plot(
        series.index[~judged], series["value"][~judged], "x", color=palette.QUIET, markersize=6, zorder=3
    )


def _draw_lines(axes: Axes, series: pd.DataFrame, colour: str) -> None:
    after = series[series["phase"] == "after"]
    before = series[series["phase"] == "before"]
    axes.plot(before.index, before["fitted"], color=palette.INK, linewidth=1.8, zorder=4)
    # The line to be expected goes on from the last period before the measure, without a gap.
    onwards = series.iloc[len(before) - 1 :] if len(before) else series
    axes.plot(
        onwards.index,
        onwards["counterfactual"],
        color=palette.INK,
        linewidth=1.5,
        linestyle=(0, (4, 2)),
        zorder=4,
    )
    axes.fill_between(
        onwards.index.to_numpy("float64"),
        onwards["low"].to_numpy("float64"),
        onwards["high"].to_numpy("float64"),
        color=palette.tint(palette.QUIET, 0.22),
        linewidth=0,
        zorder=1,
    )
    axes.plot(after.index, after["fitted"], color=colour, linewidth=2.4, zorder=5)


def _set_heights(axes: Axes, series: pd.DataFrame, target: float | None) -> None:
    band = series.loc[series["phase"] != "before", ["low", "high"]].to_numpy(dtype=np.float64).ravel()
    lines = series[["value", "fitted", "counterfactual"]].to_numpy(dtype=np.float64).ravel()
    levels = np.append(lines, band)
    levels = np.append(levels[~np.isnan(levels)], [target] if numbers.is_number(target) else [])
    bottom, top = float(levels.min()), float(levels.max())
    room = 0.1 * (top - bottom) or abs(top) * 0.1 or 1.0
    axes.set_ylim(bottom - room, top + room)


def _label_periods(axes: Axes, series: pd.DataFrame) -> None:
    step = max(1, -(-len(series) // 7))  # at most seven labels of a day's length fit side by side
    shown = [place for place in range(len(series)) if (len(series) - 1 - place) % step == 0]
    axes.set_xticks(shown, [drawable(str(series["period"][place])) for place in shown])


def _label_start(axes: Axes, began: int, points: int, language: Tongue) -> None:
    right = began > points / 2
    top_note(axes, began - 0.5, say("interrupted.began", language), side="right" if right else "left")


def _label_lines(
    axes: Axes, found: Verification, unit: str, language: Tongue, colour: str, target: float | None
) -> None:
    """The lines named right of the axes by their means after the measure, moved apart where they would touch.

    Before any period shows the measure, the last level to be expected stands there alone.
    """
    last = found.series.iloc[-1]
    labels: list[tuple[float, str, str]] = []
    if numbers.is_number(found.expected):
        worded = expected_words(found, language, unit)
        labels.append((found.expected, say("interrupted.without_mean", language, value=worded), palette.INK))
        worded = numbers.amount(found.after, unit, language)
        labels.append((found.after, say("interrupted.seen_mean", language, value=worded), colour))
    elif numbers.is_number(last["counterfactual"]):
        worded = numbers.amount(last["counterfactual"], unit, language)
        labels.append(
            (float(last["counterfactual"]), say("interrupted.without", language, value=worded), palette.INK)
        )
    if numbers.is_number(target):
        words = numbers.target(target, unit, found.direction, language)
        labels.append((float(target), say("figure.target", language, target=words), palette.QUIET))
    margin_notes(axes, labels)
