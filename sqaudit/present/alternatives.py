"""What a figure shows, in one sentence, for readers who cannot see it."""

from __future__ import annotations

import pandas as pd

from sqaudit.present import numbers
from sqaudit.present.words import DASH, Labels, Tongue, named, say


def alt_trend(points: pd.DataFrame, name: str, unit: str, tongue: Tongue) -> str:
    """The first and the last value of a trend.

    >>> points = pd.DataFrame({"period": ["2026-07", "2026-08"], "value": [0.9, 0.8]})
    >>> alt_trend(points, "On time", "share", "en")
    'On time: 90.0 % in 2026-07, 80.0 % in 2026-08.'
    """
    known = points[points["value"].notna()]
    if known.empty:
        return f"{name}: {say('figure.no_data', tongue)}"
    first, last = known.iloc[0], known.iloc[-1]
    return say(
        "figure.alt_trend",
        tongue,
        name=name,
        first=first["period"],
        first_value=numbers.amount(first["value"], unit, tongue),
        last=last["period"],
        last_value=numbers.amount(last["value"], unit, tongue),
    )


def alt_segments(
    points: pd.DataFrame, segment: str, labels: Labels, name: str, unit: str, tongue: Tongue
) -> str:
    """The highest and the lowest segment."""
    known = points[points["value"].notna()].sort_values("value", kind="stable")
    if known.empty:
        return f"{name}: {say('figure.no_data', tongue)}"
    lowest, highest = known.iloc[0], known.iloc[-1]
    return say(
        "figure.alt_segments",
        tongue,
        name=name,
        segment=named(labels, segment, tongue, "segment"),
        best=named(labels, highest[segment], tongue),
        best_value=numbers.amount(highest["value"], unit, tongue),
        worst=named(labels, lowest[segment], tongue),
        worst_value=numbers.amount(lowest["value"], unit, tongue),
    )


def alt_scorecard(scorecard: pd.DataFrame, tongue: Tongue) -> str:
    """The sum of the points and of the weights."""
    scored = scorecard[scorecard["capped_score"].notna()]
    if scored.empty:
        return DASH
    total, weight = float(scored["capped_score"].sum()), float(scored["weight"].sum())
    return say("figure.alt_scorecard", tongue, score=numbers.score(total), weight=numbers.score(weight))


def alt_changes(changes: pd.DataFrame, tongue: Tongue) -> str:
    """How many indicators became better and how many worse."""
    counts = changes["change"].value_counts()
    return say(
        "figure.alt_changes", tongue, better=int(counts.get("better", 0)), worse=int(counts.get("worse", 0))
    )
