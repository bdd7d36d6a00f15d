"""Trends over time and comparisons by segment, indicator by indicator."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from sqaudit.periods import GRAINS
from sqaudit.present import blocks
from sqaudit.present.alternatives import alt_segments, alt_trend
from sqaudit.present.blocks import Block
from sqaudit.present.figures import segment_dots, trend
from sqaudit.present.tables import segment_matrix
from sqaudit.present.words import Tongue, say
from sqaudit.report.reader import Reader
from sqaudit.standards import Indicator

MOST_DOTS = 15  # values of a segment that one figure can show


def trends(reader: Reader) -> Block:
    """Every indicator over the months (weeks, days) of the periods, with interval and target."""
    points = reader.review.results.grouped(reader.review.run.chosen_period.finer)
    parts = [reader.heading("quarterly_review.trends"), reader.text("quarterly_review.trends_intro")]
    for indicator in reader.review.standard.indicators:
        own = points[points["indicator"] == indicator.id].sort_values("period")
        if own["value"].notna().any():
            parts.append(_trend(reader, indicator, own))
    return blocks.stack(*parts)


def segments(reader: Reader) -> Block:
    """Where the shortfalls are: what is not met, by every segment, then all indicators in one table."""
    parts = [reader.heading("quarterly_review.segments")]
    for segment in reader.review.run.segments:
        if segment not in GRAINS:
            parts += _segment(reader, segment)
    return blocks.stack(*parts, reader.text("honesty.where_not_why", kind="note"))


def _trend(reader: Reader, indicator: Indicator, points: pd.DataFrame) -> Block:
    unit, target = indicator.shown_unit, _single(points["target"])

    def draw(tongue: Tongue) -> Figure:
        return trend(points, tongue, indicator.name.in_language(tongue), unit, indicator.direction, target)

    return reader.figure(
        draw, lambda tongue: alt_trend(points, indicator.name.in_language(tongue), unit, tongue)
    )


def _segment(reader: Reader, segment: str) -> list[Block]:
    """One segment: a figure for each indicator that falls short, and the table of all."""
    period = reader.review.run.chosen_period.label
    points = reader.review.results.grouped(segment)
    points = points[(points["period"] == period) & points["value"].notna()].reset_index(drop=True)
    if points.empty:
        return []
    name = reader.name(segment, "segment")
    title = reader.both(lambda tongue: say("caption.segments", tongue, segment=name[tongue]))
    parts = [reader.heading("plain.text", 3, text=title)]
    short = set(reader.review.scorecard.query("verdict == 'not_met'")["indicator"])
    for indicator in reader.review.standard.indicators:
        own = points[points["indicator"] == indicator.id]
        if indicator.id in short and 1 < len(own) <= MOST_DOTS:
            parts.append(_dots(reader, indicator, segment, own))
    least = reader.review.run.minimum_cases
    return [*parts, segment_matrix(points, segment, reader.labels, reader.language, least_cases=least)]


def _dots(reader: Reader, indicator: Indicator, segment: str, points: pd.DataFrame) -> Block:
    unit, target = indicator.shown_unit, _single(points["target"])

    def draw(tongue: Tongue) -> Figure:
        return segment_dots(
            points,
            segment,
            reader.labels,
            tongue,
            indicator.name.in_language(tongue),
            unit,
            indicator.direction,
            target,
            least_cases=reader.review.run.minimum_cases,
        )

    def alt(tongue: Tongue) -> str:
        name = indicator.name.in_language(tongue)
        return alt_segments(points, segment, reader.labels, name, unit, tongue)

    return reader.figure(draw, alt)


def _single(targets: pd.Series) -> float | None:
    distinct = targets.dropna().unique()
    return float(distinct[0]) if len(distinct) == 1 else None
