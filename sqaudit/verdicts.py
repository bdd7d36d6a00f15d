"""Verdicts: what a figure and its uncertainty say about its target, in five words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.frames import segments_of
from sqaudit.periods import Period, parse
from sqaudit.standards.model import Indicator, Standard
from sqaudit.standards.values import word

VERDICTS = ("met", "not_met", "undetermined", "monitored", "not_assessable")
_EXACT = 1e-12  # figures and targets that differ by less are equal; binary fractions differ by that much


def judged(
    measurements: pd.DataFrame, standard: Standard, period: Period, minimum_cases: int = 20
) -> pd.DataFrame:
    """A measurement frame with `target, direction, unit, verdict` behind its columns.

    A census figure is judged by itself, since all cases are in it. Any other figure meets its target
    when its whole interval lies on the good side, misses it when the whole interval lies on the bad
    side, and is undetermined otherwise. Without a target it is monitored; without a value it is not
    assessable. A segment with fewer than `minimum_cases` gets no verdict on its target, whatever the
    evidence. Targets are those in force in the period of each row, or in `period` where a label names none.
    """
    segments = segments_of(measurements)
    indicators = {indicator.id: indicator for indicator in standard.indicators}
    spans = {label: _span(label, period) for label in measurements["period"].unique()}
    rows = measurements.to_dict("records")
    judged_by = [indicators[row["indicator"]] for row in rows]
    targets = [
        _target(one, row, segments, spans[row["period"]]) for one, row in zip(judged_by, rows, strict=True)
    ]
    return measurements.assign(
        target=np.array(targets, dtype="float64"),
        direction=pd.Series([one.direction for one in judged_by], index=measurements.index, dtype="object"),
        unit=[one.shown_unit for one in judged_by],
        verdict=[
            verdict(one, row, target, minimum_cases if segments else 0)
            for one, row, target in zip(judged_by, rows, targets, strict=True)
        ],
    )


def verdict(indicator: Indicator, row: Mapping[Any, Any], target: float, minimum_cases: int = 0) -> str:
    """The verdict on one row of figures (`value, low, high, denominator`) against one target (NaN for none).

    A bound that is NaN is no bound: a quantile of few cases may be bounded on one side only. The largest
    value of a sample is a lower bound of the largest there is.
    """
    if np.isnan(row["value"]):
        return "not_assessable"
    if np.isnan(target) or indicator.direction is None:
        return "monitored"
    if row["denominator"] < minimum_cases:
        return "undetermined"
    if indicator.evidence == "census":
        return "met" if reaches(indicator, row["value"], target) else "not_met"
    low = row["value"] if indicator.kind_of_measure == "maximum" else row["low"]
    worst, best = (-np.inf if np.isnan(low) else low), (np.inf if np.isnan(row["high"]) else row["high"])
    if indicator.direction == "lower":
        worst, best = best, worst
    if reaches(indicator, worst, target):
        return "met"
    return "undetermined" if reaches(indicator, best, target) else "not_met"


def reaches(indicator: Indicator, value: float, target: float) -> bool:
    """Whether a value lies on the good side of a target or on it, the indicator's tolerance included."""
    ahead = value - target if indicator.direction == "higher" else target - value
    return bool(ahead + indicator.tolerance >= -_EXACT * max(1.0, abs(target)))


def _span(label: object, otherwise: Period) -> Period:
    try:
        return parse(str(label))
    except ValueError:
        return otherwise


def _target(indicator: Indicator, row: Mapping[Any, Any], segments: Sequence[str], period: Period) -> float:
    segment = {name: _text(row[name]) for name in segments if pd.notna(row[name])}
    target = indicator.target_for(segment, period.start, period.end)
    return float("nan") if target is None else target


def _text(value: object) -> str:
    """A segment value as the scope of a target names it: 2.0, as pandas may show a 2, is "2"."""
    return str(word(int(value) if isinstance(value, float) and value.is_integer() else value))
