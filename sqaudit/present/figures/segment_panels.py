"""The segments of one indicator in a small panel: a row for each, with its value, interval and cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sqaudit.present import numbers, palette
from sqaudit.present.vector import drawing, line, marker, shortened, ticks, words
from sqaudit.present.words import DASH, Labels, Tongue, named, say

WIDTH = 446.0
_ROW, _TOP, _FOOT = 20.0, 6.0, 18.0  # heights
_LEFT, _RIGHT = 132.0, 300.0  # of the field in which the dots lie
_NAME = 20  # Latin letters that fit before the field


@dataclass(frozen=True)
class SegmentPanel:
    """One indicator by one segment; `points` as `segment_dots` takes them, with values only."""

    segment: str
    unit: str
    direction: str | None
    target: float | None
    points: pd.DataFrame
    labels: Labels
    least_cases: int


def segment_panel(panel: SegmentPanel, language: Tongue) -> str:
    """The drawing of one indicator by segment as SVG, the best on top and the target as a broken line.

    Segments with too few cases to judge are hollow.
    """
    best_first = panel.direction != "lower"
    rows = panel.points.sort_values("value", ascending=not best_first, kind="stable").to_dict("records")
    low, high = _bounds(rows, panel)
    bottom = _TOP + _ROW * len(rows)

    def x(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_RIGHT - _LEFT)

    parts = []
    factor = 100 if panel.unit == "share" else 1
    for tick in ticks(low, high, 4):
        parts.append(line(x(tick), _TOP, x(tick), bottom, palette.LINE))
        shown = numbers.plain(round(tick * factor, 6))
        parts.append(words(x(tick), bottom + 13, shown, anchor="middle"))
    if numbers.is_number(panel.target):
        parts.append(line(x(panel.target), _TOP, x(panel.target), bottom, palette.INK, broken=True))
    for place, row in enumerate(rows):
        y = _TOP + _ROW * (place + 0.5)
        ends = [x(row[end]) for end in ("low", "high")] if _has_interval(row) else []
        parts += _row(
            {str(name): value for name, value in row.items()}, panel, language, y, ends, x(row["value"])
        )
    return drawing(WIDTH, bottom + _FOOT, parts)


def _row(
    row: dict[Any, Any], panel: SegmentPanel, language: Tongue, y: float, ends: list[float], at: float
) -> list[str]:
    judged = bool(row["denominator"] >= panel.least_cases)
    verdict = str(row["verdict"]) if judged else "monitored"
    colour, ink = palette.verdict_colour(verdict), palette.INK if judged else palette.QUIET
    name = named(panel.labels, row[panel.segment], language)
    name = say("table.not_given", language) if name in (DASH, "") else name
    interval = [line(ends[0], y, ends[1], y, palette.tint(colour, 0.45), 2.2)] if ends else []
    shape = palette.VERDICT_SHAPES.get(verdict, "o")
    return [
        words(_LEFT - 10, y + 4, shortened(name, _NAME), ink, "end"),
        *interval,
        marker(at, y, shape, colour, hollow=not judged),
        words(
            _RIGHT + 78,
            y + 4,
            numbers.amount(row["value"], panel.unit, language, beside=panel.target),
            ink,
            "end",
        ),
        words(WIDTH - 4, y + 4, f"n={numbers.count(row['denominator'])}", palette.QUIET, "end"),
    ]


def _bounds(rows: list[dict[Any, Any]], panel: SegmentPanel) -> tuple[float, float]:
    every = [float(row[name]) for row in rows for name in ("value", "low", "high") if pd.notna(row[name])]
    every += [float(panel.target)] if numbers.is_number(panel.target) else []
    low, high = min(every), max(every)
    air = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    if panel.unit == "share":
        return max(low - air, min(low, -0.02)), min(high + air, max(high, 1.02))
    return low - air, high + air


def _has_interval(row: dict[Any, Any]) -> bool:
    return bool(pd.notna(row["low"]) and pd.notna(row["high"]))


__all__ = ["SegmentPanel", "segment_panel"]
