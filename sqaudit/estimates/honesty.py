"""What has to stand beside a table of estimates: how cases were drawn, and what figures cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sqaudit.estimates.estimate import FIGURES
from sqaudit.estimates.survey import Survey
from sqaudit.frames import require


@dataclass(frozen=True)
class EstimateGrounds:
    """The ground a table of estimates stands on, as data; `sqaudit.present.honesty` puts it into words.

    design               how it was drawn: one of `design.DESIGNS`
    cases                cases in the sample, answered or not
    population           cases they stand for; NaN where the weights do not say
    clusters, strata     of the first stage; 0 clusters where cases were drawn, 0 strata where there were none
    methods              of the intervals in the table, sorted; without those that have none
    confidence           of each interval for itself
    design_effect_low    smallest and largest design effect in the table; NaN where there is none
    design_effect_high
    nonresponse          weighted share of sampled cases without an answer; NaN when nobody said who answered
    missing              values missing in the figures of the table, added up over the items
    strata_not_sampled   strata of the population without a case in the sample
    comparisons          figures that a reader may hold against each other or a target: rows with an interval
    undefined            rows without a standard error or without an interval
    census_kept_apart    whether no figure of a census stands among those of a sample
    adjustments          of the weights, in their order
    warnings             checks of the design that warned, in their order
    """

    design: str
    cases: int
    population: float
    clusters: int
    strata: int
    methods: tuple[str, ...]
    confidence: float
    design_effect_low: float
    design_effect_high: float
    nonresponse: float
    missing: int
    strata_not_sampled: tuple[str, ...]
    comparisons: int
    undefined: int
    census_kept_apart: bool
    adjustments: tuple[str, ...]
    warnings: tuple[str, ...]


def grounds(sample: Survey, estimates: pd.DataFrame, confidence: float = 0.95) -> EstimateGrounds:
    """The grounds of a frame of `estimate` made from this sample at this confidence.

    FrameError when the frame lacks a column of `estimate`. An empty frame has no methods and no comparisons.

    >>> from sqaudit.estimates import Share, SurveyDesign, estimate, survey
    >>> calls = pd.DataFrame({"good": [1, 1, 0, 1], "calls": 40})
    >>> sample = survey(calls, SurveyDesign(populations="calls"))
    >>> found = grounds(sample, estimate(sample, Share("good")))
    >>> found.design, found.cases, found.population, found.methods, found.comparisons
    ('simple', 4, 40.0, ('korn_graubard',), 1)
    """
    require(estimates, FIGURES, "the grounds of estimates")
    first, design = sample.stages[0], sample.design
    effects = estimates["design_effect"].to_numpy(dtype=np.float64)
    effects = effects[~np.isnan(effects)]
    methods = estimates["method"]
    unsampled = sample.findings.loc[sample.findings["check"] == "stratum_not_sampled", "examples"]
    census = methods == "census"
    speaks = bool(design.weight or design.inclusion_probability or design.populations)
    return EstimateGrounds(
        design=design.kind,
        cases=len(sample.frame),
        population=float(np.sort(sample.weights).sum()) if speaks else float("nan"),
        clusters=len(first.stratum) if design.is_clustered else 0,
        strata=len(first.sampled) if design.is_stratified else 0,
        methods=tuple(sorted(set(methods) - {"none"})),
        confidence=confidence,
        design_effect_low=float(effects.min()) if len(effects) else float("nan"),
        design_effect_high=float(effects.max()) if len(effects) else float("nan"),
        nonresponse=sample.nonresponse,
        missing=int(estimates["missing"].sum()),
        strata_not_sampled=tuple(label for labels in unsampled for label in labels),
        comparisons=int((methods != "none").sum()),
        undefined=int((methods == "none").sum()),
        census_kept_apart=bool(census.all() or not census.any()),
        adjustments=tuple(adjustment.kind for adjustment in sample.adjustments),
        warnings=tuple(sample.findings["check"]),
    )
