"""Categories by size: a bar each, what its share and its rank may be, and how much all so far make up."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.present import numbers, palette
from sqaudit.present.figures.canvas import (
    SMALL,
    blank,
    heading,
    margin_note,
    name_rows,
    new_figure,
    paper,
    quiet_axes,
    scale,
)
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Labels, Tongue, is_missing, named, say

THICKNESS = 0.6


def pareto_bars(categories: pd.DataFrame, labels: Labels, language: Tongue, name: str) -> Figure:
    """The share of each category, the largest on top, with intervals, ranks and the running total.

    In: `category, kind, count, share, low, high, cumulative, rank_low, rank_high, gathered` as
    `causes.pareto.pareto` returns them. Small categories taken together are pale and have no rank.
    Out: a figure; one that says so when there are no cases.
    """
    if categories.empty:
        return blank(language, name)
    shown = categories.iloc[::-1].reset_index(drop=True)
    with paper():
        figure = new_figure(1.35 + 0.38 * len(shown))
        axes = figure.add_subplot()
        quiet_axes(axes, grid="x")
        for place, row in shown.iterrows():
            _draw_category(axes, int(str(place)), row, language)
        name_rows(axes, [_name(row, labels, language) for _, row in shown.iterrows()])
        axes.set_xlim(0, min(1.0, 1.04 * float(shown["high"].max())))
        scale(axes, "x", "share")
        axes.set_xlabel(drawable(say("pareto.axis", language)), fontsize=SMALL)
        title = say("pareto.title", language, name=name, count=int(categories["count"].sum()))
        heading(axes, title, say("pareto.reading", language))
    return figure


def _draw_category(axes: Axes, place: int, row: pd.Series, language: Tongue) -> None:
    ranked = row["kind"] == "category"
    strength = 0.6 if ranked else 0.25
    axes.barh(
        place, row["share"], THICKNESS, color=palette.tint(palette.VERDICT_COLOURS["met"], strength), zorder=2
    )
    axes.plot([row["low"], row["high"]], [place, place], color=palette.INK, linewidth=1.4, zorder=3)
    margin_note(axes, place, numbers.share(row["share"]), 8)
    words = say(
        "pareto.counts",
        language,
        count=int(row["count"]),
        cumulative=numbers.share(row["cumulative"], digits=0),
    )
    margin_note(axes, place, words, 58, palette.QUIET)
    if ranked:
        margin_note(axes, place, say("pareto.rank", language, rank=_rank(row)), 186)


def _rank(row: pd.Series) -> str:
    low, high = int(row["rank_low"]), int(row["rank_high"])
    return str(low) if low == high else f"{low}–{high}"


def _name(row: pd.Series, labels: Labels, language: Tongue) -> str:
    if row["kind"] == "other":
        return say("pareto.other", language, count=int(row["gathered"]))
    missing = is_missing(row["category"]) or row["category"] == ""
    return say("pareto.missing", language) if missing else named(labels, row["category"], language)
