"""Many indicators month by month, each in a small panel: what moves is seen at a glance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from sqaudit.frames import one_definition
from sqaudit.present import numbers, palette
from sqaudit.present.figures.trend import BAND
from sqaudit.present.vector import drawing, line, marker, ticks, words
from sqaudit.present.words import Tongue, named, say

WIDTH, HEIGHT = 292.0, 116.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 226.0, 8.0, 90.0  # of the field in which the line runs
_AIR = 0.15  # of the height, above the highest and below the lowest value
Place = Callable[[float], float]


@dataclass(frozen=True)
class Panel:
    """One indicator: its name, unit and target, and its points as `trend` takes them."""

    name: str
    unit: str
    direction: str | None
    target: float | None
    points: pd.DataFrame

    def below(self, language: Tongue) -> str:
        """What stands below the name: the target, or what the scale shows where there is none."""
        if not numbers.is_number(self.target):
            return say("figure.no_target", language, unit=named({}, self.unit, language, "axis"))
        goal = numbers.target(self.target, self.unit, self.direction, language)
        return say("figure.target", language, target=goal)


def trend_panel(panel: Panel, language: Tongue) -> str:
    """The drawing of one indicator as SVG, on a scale of its own: look at the shape and at the target.

    The last value is written out, the target is the broken line, the band is the interval. A missing value
    leaves a gap.
    """
    points = one_definition(panel.points, "a trend").reset_index(drop=True)
    low, high = _bounds(points, panel)

    def y(value: float) -> float:
        return _BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP)

    def x(place: float) -> float:
        steps = max(len(points) - 1, 1)
        return _LEFT + 8 + place / steps * (_RIGHT - _LEFT - 16)

    parts = [*_scale(panel, low, high, y), *_band(points, x, y)]
    if numbers.is_number(panel.target):
        parts.append(line(_LEFT, y(panel.target), _RIGHT, y(panel.target), palette.INK, broken=True))
    parts += [*_values(points, x, y), *_last(points, panel, language, x, y), *_periods(points, x)]
    return drawing(WIDTH, HEIGHT, parts)


def _bounds(points: pd.DataFrame, panel: Panel) -> tuple[float, float]:
    """The lowest and the highest thing to show, with air around; shares do not leave 0 to 100 %."""
    shown = [points[name].dropna() for name in ("value", "low", "high")]
    every = [float(value) for column in shown for value in column]
    every += [float(panel.target)] if numbers.is_number(panel.target) else []
    low, high = min(every), max(every)
    air = _AIR * (high - low) or abs(high) * 0.1 or 1.0
    if panel.unit == "share":
        return max(low - air, min(low, -0.01)), min(high + air, max(high, 1.01))
    return low - air, high + air


def _scale(panel: Panel, low: float, high: float, y: Place) -> list[str]:
    factor = 100 if panel.unit == "share" else 1
    parts = []
    for tick in ticks(low, high, 3):
        parts.append(line(_LEFT, y(tick), _RIGHT, y(tick), palette.LINE))
        shown = numbers.plain(round(tick * factor, 6))
        parts.append(words(_LEFT - 5, y(tick) + 3.5, shown, anchor="end"))
    return parts


def _band(points: pd.DataFrame, x: Place, y: Place) -> list[str]:
    """The intervals as a band behind the line; a period alone between two gaps has a bar."""
    strength = BAND["census" if (points["evidence"] == "census").all() else "other"]
    colour = palette.tint(palette.INK, strength)
    parts = []
    for stretch in _stretches(points.dropna(subset=["low", "high"])):
        if len(stretch) == 1:
            place, row = stretch[0]
            parts.append(line(x(place), y(row["low"]), x(place), y(row["high"]), colour, 5))
            continue
        upper = [f"{x(place):.1f},{y(row['high']):.1f}" for place, row in stretch]
        lower = [f"{x(place):.1f},{y(row['low']):.1f}" for place, row in reversed(stretch)]
        parts.append(f'<polygon points="{" ".join([*upper, *lower])}" fill="{colour}"/>')
    return parts


def _values(points: pd.DataFrame, x: Place, y: Place) -> list[str]:
    """The line, broken where a value is missing, and a marker for each value."""
    known = points.dropna(subset=["value"])
    parts = []
    for stretch in _stretches(known):
        path = " ".join(f"{x(place):.1f},{y(row['value']):.1f}" for place, row in stretch)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{palette.INK}" stroke-width="1.3"/>')
    for place, row in zip(known.index, known.to_dict("records"), strict=True):
        verdict = str(row["verdict"])
        shape = palette.VERDICT_SHAPES.get(verdict, "o")
        colour = palette.verdict_colour(verdict)
        parts.append(marker(x(place), y(row["value"]), shape, colour, hollow=verdict == "monitored"))
    return parts


def _stretches(points: pd.DataFrame) -> list[list[tuple[int, dict[str, float]]]]:
    """The rows in stretches without a gap, each row with its place."""
    stretches: list[list[tuple[int, dict[str, float]]]] = []
    for place, row in zip(points.index, points.to_dict("records"), strict=True):
        if not stretches or stretches[-1][-1][0] != place - 1:
            stretches.append([])
        stretches[-1].append((place, {str(name): value for name, value in row.items()}))
    return stretches


def _last(points: pd.DataFrame, panel: Panel, language: Tongue, x: Place, y: Place) -> list[str]:
    known = points.dropna(subset=["value"])
    if known.empty:
        return []
    last, value = len(points) - 1 - list(points["value"].notna())[::-1].index(True), known["value"].iloc[-1]
    shown = numbers.amount(value, panel.unit, language, beside=panel.target)
    return [words(x(last) + 11, y(value) + 4, shown, palette.INK)]


def _periods(points: pd.DataFrame, x: Place) -> list[str]:
    """The first and the last period, below."""
    ends = sorted({0, len(points) - 1})
    return [words(x(place), HEIGHT - 8, str(points["period"][place]), anchor="middle") for place in ends]


__all__ = ["Panel", "trend_panel"]
