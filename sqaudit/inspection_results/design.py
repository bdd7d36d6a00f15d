"""An inspected sample as a survey: its strata and clusters, and the weight of those who did not answer."""

from __future__ import annotations

import math

import pandas as pd

from sqaudit.estimates import Survey, SurveyDesign, adjust_for_nonresponse, survey
from sqaudit.inspection_results.model import Inspection

STRATUM, UNITS = "_stratum_of_draw", "_units_to_draw_from"  # where some cases were certain and others not


def survey_design(inspection: Inspection) -> SurveyDesign:
    """How the sample was drawn, for estimates.

    A systematic sample is treated as one drawn at random within its strata, which is exact where the order
    of cases says nothing about them. Chances in proportion to size are treated as drawn with replacement, as
    the chances of pairs are not known; cases too large for chance, and those of `take_all`, had none to be
    left out: they are a stratum of their own, taken whole, and add nothing to the variance.

    Source: Sarndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 3.6.
    """
    strata = ("stratum",) if inspection.cases["stratum"].nunique() > 1 else ()
    if inspection.design == "proportional_to_size":
        if _certain(inspection.cases).any():
            return SurveyDesign(
                inclusion_probability="inclusion_probability", strata=STRATUM, populations=UNITS, unequal=True
            )
        return SurveyDesign(inclusion_probability="inclusion_probability", strata=strata, unequal=True)
    clusters = ("cluster",) if inspection.design == "cluster" else ()
    return SurveyDesign(strata=strata, clusters=clusters, populations="stratum_size")


def drawn_survey(inspection: Inspection, cases: pd.DataFrame) -> Survey:
    """The sample as it was drawn, whoever answered.

    Cases that came in place of others are the next ones of the same random order: with them the sample of
    their stratum is larger, and those that they stand for are its non-response.
    """
    sizes = dict(zip(inspection.strata["stratum"], inspection.strata["stratum_size"], strict=True))
    design = survey_design(inspection)
    if STRATUM in design.columns:
        cases = _parted(cases)
        sizes = dict(zip(cases[STRATUM], cases[UNITS], strict=True)) | {
            name: math.inf for name in sizes if not (cases["stratum"] == name).any()
        }
    return survey(cases, design, sizes)


def answered_survey(inspection: Inspection, cases: pd.DataFrame) -> Survey:
    """The same with the weight of cases without an answer on those of their class who have one.

    The classes are the columns of the strata that are no time, else the strata. ValueError where nobody
    answered.
    """
    drawn = drawn_survey(inspection, cases)
    if cases["answered"].all():
        return drawn
    return adjust_for_nonresponse(drawn, "answered", inspection.classes or ["stratum"])


def _parted(cases: pd.DataFrame) -> pd.DataFrame:
    """The cases with the stratum they were drawn in, certain ones apart, and how many it has.

    Draws with replacement have no end of units to draw from.
    """
    certain, name = _certain(cases), cases["stratum"].astype("object")
    stratum = name.where(~certain, name.astype(str) + " | certain")
    taken = certain.groupby(stratum).transform("sum").astype("float64")
    return cases.assign(**{STRATUM: stratum, UNITS: taken.where(certain, math.inf)})


def _certain(cases: pd.DataFrame) -> pd.Series:
    return cases["inclusion_probability"].astype("float64") == 1
