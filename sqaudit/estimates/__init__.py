"""What a sample says about its population, by the way it was drawn.

A `SurveyDesign` names the columns; `survey` holds a frame against it; `estimate` gives figures with
intervals, for the population and for domains. Around it: `poststratify` and `adjust_for_nonresponse` change
weights, `sample_integrity` asks whether the draw was random, `reconcile` holds census and sample against each
other, `flag_people` compares people without blaming chance on them, and `grounds` is what has to stand beside
a table.
"""

from __future__ import annotations

from sqaudit.estimates.adjustment import adjust_for_nonresponse, beside_unadjusted, poststratify
from sqaudit.estimates.bounds import IntervalSettings
from sqaudit.estimates.checks import design_findings
from sqaudit.estimates.design import SurveyDesign
from sqaudit.estimates.estimate import estimate
from sqaudit.estimates.flags import effective_people, flag_people
from sqaudit.estimates.honesty import EstimateGrounds, grounds
from sqaudit.estimates.integrity import DrawSettings, sample_integrity
from sqaudit.estimates.items import Count, Mean, Ratio, Score, Share, Total
from sqaudit.estimates.multiplicity import benjamini_hochberg, holm
from sqaudit.estimates.reconciliation import reconcile
from sqaudit.estimates.share_intervals import share_interval
from sqaudit.estimates.survey import Survey, survey

__all__ = [
    "Count",
    "DrawSettings",
    "EstimateGrounds",
    "IntervalSettings",
    "Mean",
    "Ratio",
    "Score",
    "Share",
    "Survey",
    "SurveyDesign",
    "Total",
    "adjust_for_nonresponse",
    "benjamini_hochberg",
    "beside_unadjusted",
    "design_findings",
    "effective_people",
    "estimate",
    "flag_people",
    "grounds",
    "holm",
    "poststratify",
    "reconcile",
    "sample_integrity",
    "share_interval",
    "survey",
]
