"""A sample with its design, checked and ready to be estimated from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sqaudit.estimates.checks import design_findings, refuse_errors, weights
from sqaudit.estimates.design import SurveyDesign
from sqaudit.estimates.layout import Array, Integers, Stage, stages


@dataclass(frozen=True, eq=False)
class Adjustment:
    """One change of the weights, class by class, that the variance has to know of.

    kind     `poststratification`: classes are brought to known sizes of the population;
             `nonresponse`: answers stand in for the missing answers of their class
    classes  one row for each class: its cases, weights, factor, and into what it was merged
    group    for each row, its class
    before   for each row, the weight before
    after    for each row, the weight after; 0 without an answer
    """

    kind: str
    classes: pd.DataFrame
    group: Integers
    before: Array
    after: Array


@dataclass(frozen=True, eq=False)
class Survey:
    """A sample that fits its design: rows, weights, stages, adjustments, and what was found on the way.

    Made by `survey`; never changed. `weights` are those after all adjustments.
    """

    frame: pd.DataFrame
    design: SurveyDesign
    weights: Array
    stages: tuple[Stage, ...]
    findings: pd.DataFrame
    adjustments: tuple[Adjustment, ...] = ()
    responded: Array | None = None

    @property
    def unadjusted(self) -> Survey:
        """The same sample before any adjustment; cases without an answer keep the weight 0."""
        if not self.adjustments:
            return self
        before = self.adjustments[0].before
        answered = before if self.responded is None else np.where(self.responded > 0, before, 0.0)
        return replace(self, weights=answered, adjustments=())

    @property
    def nonresponse(self) -> float:
        """The weighted share of sampled cases without an answer; NaN when nobody said who answered."""
        if self.responded is None or not self.adjustments:
            return float("nan")
        before = self.adjustments[0].before
        return float(1 - (before * self.responded).sum() / before.sum())


def survey(
    frame: pd.DataFrame, design: SurveyDesign, stratum_sizes: Mapping[object, float] | None = None
) -> Survey:
    """The sample with its design; `findings` are what is notable about the two.

    The frame has one row for each sampled case and the columns that the design names. ValueError with every
    error that `design_findings` finds; warnings do not stop anything. `stratum_sizes` as there.

    >>> calls = pd.DataFrame({"team": ["A", "A", "B", "B"], "calls": [10, 10, 30, 30]})
    >>> survey(calls, SurveyDesign(strata="team", populations="calls")).weights.tolist()
    [5.0, 5.0, 15.0, 15.0]
    """
    findings = design_findings(frame, design, stratum_sizes)
    refuse_errors(findings)
    return Survey(frame, design, weights(frame, design), stages(frame, design), findings)
