"""What a sample says about its population, by the way it was drawn."""

from __future__ import annotations

from sqaudit.estimates.bounds import IntervalSettings
from sqaudit.estimates.checks import design_findings
from sqaudit.estimates.design import SurveyDesign
from sqaudit.estimates.estimate import estimate
from sqaudit.estimates.items import Count, Mean, Ratio, Score, Share, Total
from sqaudit.estimates.survey import Survey, survey

__all__ = [
    "Count",
    "IntervalSettings",
    "Mean",
    "Ratio",
    "Score",
    "Share",
    "Survey",
    "SurveyDesign",
    "Total",
    "design_findings",
    "estimate",
    "survey",
]
