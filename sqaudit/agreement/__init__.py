"""How far inspectors agree, how strict each of them is, and whether that changes."""

from __future__ import annotations

from sqaudit.agreement.adjusted import adjusted_means, adjusted_scores
from sqaudit.agreement.calibration import calibration_inspectors, calibration_items, deviations
from sqaudit.agreement.corrected import (
    fleiss_kappa,
    fleiss_null_standard_error,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from sqaudit.agreement.drift import differences_from_others, severity_drift
from sqaudit.agreement.intraclass import intraclass_correlations
from sqaudit.agreement.kappa import cohen_kappa
from sqaudit.agreement.ratings import read_ratings
from sqaudit.agreement.severity import inspector_severity
from sqaudit.agreement.table import agreement
from sqaudit.agreement.weights import agreement_weights

__all__ = [
    "adjusted_means",
    "adjusted_scores",
    "agreement",
    "agreement_weights",
    "calibration_inspectors",
    "calibration_items",
    "cohen_kappa",
    "deviations",
    "differences_from_others",
    "fleiss_kappa",
    "fleiss_null_standard_error",
    "gwet_ac",
    "inspector_severity",
    "intraclass_correlations",
    "krippendorff_alpha",
    "percent_agreement",
    "read_ratings",
    "severity_drift",
]
