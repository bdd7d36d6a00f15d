"""Verdicts: what a figure and its uncertainty say about its target, in five words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sqaudit.frames import segments_of
from sqaudit.periods import Period
from sqaudit.standards.model import Indicator, Standard

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
    evidence. Targets are those in force in `period`.
    """
    segments = segments_of(measurements)
    indicators = {indicator.id: indicator for indicator in standard.indicators}
    rows = measurements.to_dict("records")
    targets = [_target(indicators[row["indicator"]], row, segments, period) for row in rows]
    verdicts = [
        verdict(indicators[row["indicator"]], row, target, minimum_cases if segments else 0)
        for row, target in zip(rows, targets, strict=True)
    ]
    return measurements.assign(
        target=np.array(targets, dtype="float64"),
        direction=pd.Series(
            [indicators[row["indicator"]].direction for row in rows], index=measurements.index, dtype="object"
        ),
        unit=[indicators[row["indicator"]].shown_unit for row in rows],
        verdict=verdicts,
    )


def verdict(indicator: Indicator, row: Mapping[object, float], target: float, minimum_cases: int = 0) -> str:
    """The verdict on one row of figures against one target (NaN for none)."""
    if np.isnan(row["value"]):
        return "not_assessable"
    if np.isnan(target) or indicator.direction is None:
        return "monitored"
    if row["denominator"] < minimum_cases:
        return "undetermined"
    good = _gap(row["value"], target, indicator) >= 0
    if indicator.evidence == "census":
        return "met" if good else "not_met"
    if np.isnan(row["low"]) or np.isnan(row["high"]):
        return "undetermined"
    gaps = sorted((_gap(row["low"], target, indicator), _gap(row["high"], target, indicator)))
    if gaps[0] >= 0:
        return "met"
    return "not_met" if gaps[1] < 0 else "undetermined"


def _gap(value: float, target: float, indicator: Indicator) -> float:
    """How far a value lies on the good side of its target, tolerance included; 0 where they are equal."""
    distance = value - target if indicator.direction == "higher" else target - value
    distance += indicator.tolerance
    return 0.0 if abs(distance) < _EXACT * max(1.0, abs(target)) else distance


def _target(indicator: Indicator, row: Mapping[object, object], segments: list[str], period: Period) -> float:
    segment = {name: str(row[name]) for name in segments if row[name] is not None}
    target = indicator.target_for(segment, period.start, period.end)
    return float("nan") if target is None else target
