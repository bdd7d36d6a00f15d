"""What a verification says: the verdict, the effect with its interval, and everything it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from sqaudit.verification.differences import Controls
from sqaudit.verification.regression_to_mean import Regression
from sqaudit.verification.series import Kind

Verdict = Literal["effective", "not_shown", "harmful", "too_early"]
VERDICTS: tuple[Verdict, ...] = ("effective", "not_shown", "harmful", "too_early")
METHODS = (
    "before_after", "mix_adjusted", "before_after_series", "interrupted_series", "difference_in_differences",
    "interrupted_difference", "level_change", "slope_change",
)  # fmt: skip
RESULTS = ("method", "effect", "low", "high", "standard_error", "freedom", "decides")
NOTES = (
    "early_periods_left_out", "transition_left_out", "no_controls", "one_control", "controls_left_out",
    "trend_before", "short_baseline", "no_baseline", "nothing_after", "regression_corrected",
    "worst_without_peers", "mix_shift", "mix_explains", "overdispersed", "autocorrelated", "underpowered",
    "cannot_tell", "planned_effect_excluded", "planned_effect_unknown", "bare_count", "weeks_not_settled",
    "perhaps_picked",
    "level_reached_before",
)  # fmt: skip

__all__ = ["METHODS", "NOTES", "RESULTS", "VERDICTS", "Verdict", "Verification"]


@dataclass(frozen=True, eq=False)
class Verification:
    """Whether a measure worked.

    `effect`, `low`, `high` are after minus what was to be expected, in the unit of the figure, by the method
    that `decided_by` names, corrected for regression to the mean where the segment was picked as the worst.
    `results` (RESULTS) has every method with its interval; only rows with `decides` bear on the verdict.
    `series` is for the picture: `period, value, cases, phase, fitted, counterfactual, low, high`; after the
    measure `counterfactual` is `fitted` less the effect, the band around it as wide as the interval.
    `power` is the chance to see the planned effect with the periods there are, `detectable` the smallest
    effect seen with 80 %, `periods_needed` after how many periods the planned one is seen with 80 %
    (None: not within ten years of weeks, or no effect was planned). `notes` are codes of NOTES.
    `unsettled` is how many of the latest weeks were left out since limits of their cases have not run out.
    `level_to_reach` is the level that was planned, where it had been reached before the measure already.
    """

    verdict: Verdict
    direction: str
    kind: Kind
    confidence: float
    decided_by: str
    effect: float
    low: float
    high: float
    before: float
    after: float
    planned_effect: float | None
    power: float
    detectable: float
    periods_before: int
    periods_after: int
    periods_needed: int | None
    trend_p: float
    correlation: float
    dispersion: float
    regression: Regression | None
    controls: Controls | None
    results: pd.DataFrame
    series: pd.DataFrame
    notes: tuple[str, ...]
    level_to_reach: float | None = None
    unsettled: int = 0

    @property
    def expected(self) -> float:
        """The level to be expected after the measure without it: `after` less the effect.

        NaN without an effect; no share lies beyond none or all, no rate below none.
        """
        least, most = {"share": (0.0, 1.0), "rate": (0.0, math.inf)}.get(self.kind, (-math.inf, math.inf))
        level = self.after - self.effect
        return level if math.isnan(level) else min(max(level, least), most)
