"""All results of an inspection at once, each table with the grounds it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sqaudit.estimates import EstimateGrounds, IntervalSettings, Survey, grounds
from sqaudit.inspection_results.cases import inspected_cases
from sqaudit.inspection_results.design import answered_survey
from sqaudit.inspection_results.figures import domain_figures, flags, population_figures
from sqaudit.inspection_results.model import Inspection
from sqaudit.inspection_results.proof import integrity, reconciliation
from sqaudit.inspection_results.raters import drifts, item_agreement, severities
from sqaudit.inspection_results.response import adjustment_classes, disputed, reasons, responses


@dataclass(frozen=True)
class InspectionResults:
    """What an inspection found, as frames; see the functions of the same name for their columns.

    `grounds` has what must stand beside each table of estimates: under `population` and the name of each
    column in `domains`. Without an answer there are no figures: only `responses`, `integrity` and
    `reconciliation` have rows. `findings` are what was notable about the sample under its design.
    """

    responses: pd.DataFrame
    reasons: pd.DataFrame
    classes: pd.DataFrame
    integrity: pd.DataFrame
    reconciliation: pd.DataFrame
    findings: pd.DataFrame = field(default_factory=pd.DataFrame)
    population: pd.DataFrame = field(default_factory=pd.DataFrame)
    domains: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    flags: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    grounds: Mapping[str, EstimateGrounds] = field(default_factory=dict)
    agreement: pd.DataFrame = field(default_factory=pd.DataFrame)
    severity: pd.DataFrame = field(default_factory=pd.DataFrame)
    drift: pd.DataFrame = field(default_factory=pd.DataFrame)
    disputes: pd.DataFrame = field(default_factory=pd.DataFrame)


def inspection_results(
    inspection: Inspection, by: Sequence[str] = (), confidence: float = 0.95, fewest: int = 20
) -> InspectionResults:
    """The results of an inspection, for all cases and by each column of `by` alone.

    `fewest` is the number of cases below which people get no verdict. Columns of `by` that the cases lack
    are left out.
    """
    cases = inspected_cases(inspection)
    settings = IntervalSettings(confidence)
    sample = answered_survey(inspection, cases) if cases["answered"].any() else None
    told: dict[str, Any] = {
        "responses": responses(inspection, cases),
        "reasons": reasons(inspection),
        "classes": adjustment_classes(sample),
        "integrity": integrity(inspection),
        "reconciliation": reconciliation(inspection, cases, sample, settings),
    }
    if sample is None or inspection.form is None:
        return InspectionResults(**told)
    columns = [name for name in dict.fromkeys(by) if name in inspection.cases.columns]
    population = population_figures(sample, inspection.form, settings)
    tables = {name: domain_figures(sample, inspection.form, name, settings) for name in columns}
    return InspectionResults(
        **told,
        findings=sample.findings,
        population=population,
        domains=tables,
        flags={name: flags(sample, inspection.form, name, settings, fewest) for name in columns},
        grounds=_grounds(sample, {"population": population, **tables}, confidence),
        agreement=item_agreement(inspection, inspection.form, confidence),
        severity=severities(inspection, confidence),
        drift=drifts(inspection, confidence),
        disputes=disputed(inspection),
    )


def _grounds(
    sample: Survey, tables: Mapping[str, pd.DataFrame], confidence: float
) -> dict[str, EstimateGrounds]:
    return {name: grounds(sample, table, confidence) for name, table in tables.items()}
