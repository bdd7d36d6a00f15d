"""Trends over time and comparisons by segment, indicator by indicator."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from sqaudit.periods import GRAINS
from sqaudit.present import blocks, numbers
from sqaudit.present.alternatives import alt_segments, alt_trend
from sqaudit.present.blocks import Block, Drawn
from sqaudit.present.figures import Panel, SegmentPanel, segment_dots, segment_panel, trend, trend_panel
from sqaudit.present.tables import segment_matrix
from sqaudit.present.words import Tongue, say
from sqaudit.report.reader import Reader
from sqaudit.standards import Indicator

MOST_DOTS = 15  # values of a segment that one figure can show
MOST_FIGURES = 5  # indicators drawn for one segment, the furthest from their targets; the table has all
MOST_AMONG = 4  # the same where several standards share the page
MOST_TRENDS = 12  # indicators that get a large figure each; more of them get small panels
MOST_ROWS = 15  # indicators in a table by segment before it keeps to those with a target


def trends(reader: Reader) -> Block:
    """Every indicator over the months (weeks, days) of the periods, with interval and target."""
    points = reader.review.results.grouped(reader.review.run.chosen_period.finer)
    groups = points.sort_values("period").groupby("indicator", sort=False)
    known = {str(name): own for name, own in groups}
    drawn = [
        one
        for one in reader.review.standard.indicators
        if one.id in known and known[one.id]["value"].notna().any()
    ]
    head = reader.opening("quarterly_review.trends", "quarterly_review.trends_intro")
    if not drawn:
        return blocks.stack(head[0], reader.text("quarterly_review.no_trends"))
    if len(drawn) <= MOST_TRENDS and not reader.among_others:
        return blocks.stack(*head, *(_trend(reader, one, known[one.id]) for one in drawn))
    note = [] if reader.among_others else [how_to_read(reader)]
    return blocks.stack(*head, *note, _panels(reader, drawn, known))


def how_to_read(reader: Reader) -> Block:
    """How panels are read."""
    return reader.text("figure.panels", kind="note")


def segments(reader: Reader) -> Block:
    """Where the shortfalls are: what is not met, by every segment, then all indicators in one table."""
    parts = [
        block
        for segment in reader.review.run.segments
        if segment not in GRAINS
        for block in _segment(reader, segment)
    ]
    head = reader.opening("quarterly_review.segments")
    if not parts:
        return blocks.stack(*head, reader.text("quarterly_review.no_segments"))
    note = [] if reader.among_others else [reader.text("honesty.where_not_why", kind="note")]
    return blocks.stack(*head, *parts, *note)


def _trend(reader: Reader, indicator: Indicator, points: pd.DataFrame) -> Block:
    unit, target = indicator.shown_unit, _single(points["target"])

    def draw(tongue: Tongue) -> Figure:
        return trend(points, tongue, indicator.name.in_language(tongue), unit, indicator.direction, target)

    return reader.figure(
        draw, lambda tongue: alt_trend(points, indicator.name.in_language(tongue), unit, tongue)
    )


def _panels(reader: Reader, indicators: list[Indicator], known: Mapping[str, pd.DataFrame]) -> Block:
    """A small panel for each indicator."""

    def drawn(indicator: Indicator, tongue: Tongue) -> Drawn:
        points, unit = known[indicator.id], indicator.shown_unit
        name = indicator.name.in_language(tongue)
        panel = Panel(name, unit, indicator.direction, _single(points["target"]), points)
        alt = alt_trend(points, name, unit, tongue)
        return Drawn(name, panel.below(tongue), trend_panel(panel, tongue), alt)

    return reader.panels(lambda tongue: [drawn(one, tongue) for one in indicators])


def _segment(reader: Reader, segment: str) -> list[Block]:
    """One segment: a figure for each indicator that falls short, and the table of all."""
    period = reader.review.run.chosen_period.label
    points = reader.review.results.grouped(segment)
    points = points[(points["period"] == period) & points["value"].notna()].reset_index(drop=True)
    if points.empty:
        return []
    own = {str(name): rows for name, rows in points.groupby("indicator")}
    drawn = [one for one in _furthest_below(reader) if 1 < len(own.get(one.id, [])) <= MOST_DOTS]
    drawn = drawn[: MOST_AMONG if reader.among_others else MOST_FIGURES]
    level = 4 if reader.among_others else 3
    parts = [reader.heading("plain.text", level, text=reader.segment_title(segment))]
    if reader.among_others and drawn:
        parts.append(_dot_panels(reader, drawn, segment, own))
    else:
        parts += [_dots(reader, one, segment, own[one.id]) for one in drawn]
    shown = points
    if points["indicator"].nunique() > MOST_ROWS:
        shown = points[points["target"].notna()].reset_index(drop=True)
        parts.append(reader.text("quarterly_review.segments_with_target", kind="note"))
    least = reader.review.run.minimum_cases
    return [*parts, segment_matrix(shown, segment, reader.labels, reader.language, least_cases=least)]


def _furthest_below(reader: Reader) -> list[Indicator]:
    """The indicators that are not met, the one furthest from its target first."""
    card = reader.review.scorecard.query("verdict == 'not_met'").sort_values("attainment", kind="stable")
    known = {one.id: one for one in reader.review.standard.indicators}
    return [known[name] for name in card["indicator"]]


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


def _dot_panels(
    reader: Reader, indicators: list[Indicator], segment: str, known: Mapping[str, pd.DataFrame]
) -> Block:
    """A small panel by segment for each indicator."""

    def drawn(indicator: Indicator, tongue: Tongue) -> Drawn:
        points, unit = known[indicator.id], indicator.shown_unit
        target, name = _single(points["target"]), indicator.name.in_language(tongue)
        least = reader.review.run.minimum_cases
        panel = SegmentPanel(segment, unit, indicator.direction, target, points, reader.labels, least)
        goal = numbers.target(target, unit, indicator.direction, tongue)
        below = say("figure.target", tongue, target=goal)
        alt = alt_segments(points, segment, reader.labels, name, unit, tongue)
        return Drawn(name, below, segment_panel(panel, tongue), alt)

    return reader.panels(lambda tongue: [drawn(one, tongue) for one in indicators], wide=True)


def _single(targets: pd.Series) -> float | None:
    distinct = targets.dropna().unique()
    return float(distinct[0]) if len(distinct) == 1 else None
