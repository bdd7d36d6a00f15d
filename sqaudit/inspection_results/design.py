"""An inspected sample as a survey: its strata and clusters, and the weight of those who did not answer."""

from __future__ import annotations

import pandas as pd

from sqaudit.estimates import Survey, SurveyDesign, adjust_for_nonresponse, survey
from sqaudit.inspection_results.model import Inspection


def survey_design(inspection: Inspection) -> SurveyDesign:
    """How the sample was drawn, for estimates.

    A systematic sample is treated as one drawn at random within its strata, which is exact where the order
    of cases says nothing about them. Chances in proportion to size are treated as drawn with replacement, as
    the chances of pairs are not known.
    """
    strata = ("stratum",) if inspection.cases["stratum"].nunique() > 1 else ()
    if inspection.design == "proportional_to_size":
        return SurveyDesign(inclusion_probability="inclusion_probability", strata=strata, unequal=True)
    clusters = ("cluster",) if inspection.design == "cluster" else ()
    return SurveyDesign(strata=strata, clusters=clusters, populations="stratum_size")


def drawn_survey(inspection: Inspection, cases: pd.DataFrame) -> Survey:
    """The sample as it was drawn, whoever answered.

    Cases that came in place of others are the next ones of the same random order: with them the sample of
    their stratum is larger, and those that they stand for are its non-response.
    """
    sizes = dict(zip(inspection.strata["stratum"], inspection.strata["stratum_size"], strict=True))
    return survey(cases, survey_design(inspection), sizes)


def answered_survey(inspection: Inspection, cases: pd.DataFrame) -> Survey:
    """The same with the weight of cases without an answer on those of their class who have one.

    The classes are the columns of the strata that are no time, else the strata. ValueError where nobody
    answered.
    """
    drawn = drawn_survey(inspection, cases)
    if cases["answered"].all():
        return drawn
    return adjust_for_nonresponse(drawn, "answered", inspection.classes or ["stratum"])
