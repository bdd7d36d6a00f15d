"""The score of each indicator against its weight: what counts, what is missing, what lies above."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.present import numbers, palette
from sqaudit.present.figures.canvas import (
    SMALL,
    blank,
    margin_note,
    name_rows,
    new_figure,
    paper,
    quiet_axes,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Labels, Tongue, named, say

THICKNESS = 0.56


def scorecard_bars(scorecard: pd.DataFrame, labels: Labels, language: Tongue) -> Figure:
    """A bar per indicator: pale up to its weight, filled up to its score, hatched where it lies above.

    In: indicator, weight, verdict, raw_score, capped_score; order is kept, the first on top. Indicators
    without a weight are left out. Out: a figure; one that says so when no indicator has a weight.
    """
    shown = scorecard[scorecard["weight"].notna()].iloc[::-1].reset_index(drop=True)
    if shown.empty:
        return blank(language)
    with paper():
        figure = new_figure(0.75 + 0.4 * len(shown))
        axes = figure.add_subplot()
        quiet_axes(axes, grid="none")
        for place, row in shown.iterrows():
            _draw_bar(axes, int(str(place)), row, language)
        name_rows(axes, [named(labels, identifier, language) for identifier in shown["indicator"]])
        axes.set_xticks([])
        axes.set_xlim(0, 1.02 * float(shown[["weight", "raw_score"]].max().max()))
        axes.set_xlabel(drawable(_reading(shown, language)), fontsize=SMALL, loc="left", labelpad=8)
    return figure


def _draw_bar(axes: Axes, place: int, row: pd.Series, language: Tongue) -> None:
    colour = palette.verdict_colour(row["verdict"])
    axes.barh(place, row["weight"], THICKNESS, color=palette.tint(palette.INK, 0.08), zorder=1)
    if pd.notna(row["capped_score"]):
        axes.barh(place, row["capped_score"], THICKNESS, color=colour, zorder=2)
        surplus = row["raw_score"] - row["capped_score"] if pd.notna(row["raw_score"]) else 0
        if surplus > 0:
            axes.barh(
                place,
                surplus,
                THICKNESS,
                left=row["capped_score"],
                facecolor=palette.PAPER,
                edgecolor=colour,
                hatch="////",
                linewidth=0.8,
                zorder=2,
            )
    mark = palette.VERDICT_MARKS.get(str(row["verdict"]), "")
    margin_note(axes, place, _score(row, language), 8)
    margin_note(axes, place, f"{mark} {named({}, row['verdict'], language, 'verdict')}", 82)


def _score(row: pd.Series, language: Tongue) -> str:
    score, weight = numbers.score(row["capped_score"]), numbers.plain(row["weight"])
    return say("figure.score_of", language, score=score, weight=weight)


def _reading(shown: pd.DataFrame, language: Tongue) -> str:
    surplus = (shown["raw_score"] > shown["capped_score"]).any()
    parts = [say("figure.weight", language), say("figure.track", language)]
    return " · ".join([*parts, *([say("figure.surplus", language)] if surplus else [])])
