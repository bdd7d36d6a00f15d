"""How strict each inspector is, judged on the cases shared with others."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.agreement.additive import Additive, fit_additive
from sqaudit.agreement.ratings import Array
from sqaudit.agreement.several import adjusted_p_values
from sqaudit.agreement.shrinkage import shrink
from sqaudit.intervals import tail_of

SEVERITY = (
    "inspector", "group", "ratings", "cases_shared", "severity", "low", "high", "standard_error", "p_value",
    "p_adjusted", "shrunk", "shrunk_low", "shrunk_high", "reason",
)  # fmt: skip
NOT_SHARED = "shares_no_case_with_another_inspector"
WITHIN_GROUP = "comparable_within_its_group_only"
NO_FREEDOM = "no_residual_degrees_of_freedom"
NO_RESIDUAL = "no_residual_variation"


def inspector_severity(
    ratings: pd.DataFrame, subject: str = "case", confidence: float = 0.95
) -> pd.DataFrame:
    """The severity of each inspector: how many points lower than the mean inspector on the same cases.

    Rows in: `case, inspector, value`, one per rating; a missing value is left out. Where each case has
    only one inspector and inspectors were assigned at random or by rotation, set `subject` to `agent`:
    then inspectors are compared over the same agents, and the agents' own scatter is part of the error.
    Columns out: `inspector, group, ratings, cases_shared` (subjects it shares with another inspector),
    `severity` (points; above 0 is strict), `low, high, standard_error`, `p_value` (against 0),
    `p_adjusted` (Benjamini-Hochberg over the inspectors), `shrunk, shrunk_low, shrunk_high, reason`.

    Least squares on the additive model value = case - severity, bounds and test by Student's t. Severities
    sum to 0 within a `group` of inspectors connected by shared subjects; those of two groups cannot be
    compared, and their reason says so. An inspector alone in a group has no severity. `shrunk` pulls each
    severity towards 0, the more the less is known: empirical Bayes, see `shrinkage.shrink`, nearer to the
    truth on average; its bounds allow for not knowing how much inspectors differ.
    FrameError for a missing column, ValueError for values that are no finite numbers.

    Source: Searle (1987), Linear Models for Unbalanced Data, chapters 4 and 5; shrinkage: Morris (1983),
    J. Am. Stat. Assoc. 78:47-55.

    >>> rows = [(1, "ann", 8), (1, "bo", 6), (2, "ann", 9), (2, "bo", 8), (3, "ann", 7), (3, "bo", 4)]
    >>> frame = inspector_severity(pd.DataFrame(rows, columns=["case", "inspector", "value"]))
    >>> frame.set_index("inspector")["severity"].round(3).to_dict()
    {'ann': -1.0, 'bo': 1.0}
    """
    tail = tail_of(confidence)
    fit = fit_additive(ratings, subject, "inspector severity")
    severity = -fit.effects
    error = np.sqrt(fit.variance * np.diag(fit.covariance)) if len(severity) else severity
    error = np.where(np.isnan(severity) | (error == 0), np.nan, error)
    reach = -special.stdtrit(max(fit.freedom, 1), tail) * error
    p_value = 2 * special.stdtr(max(fit.freedom, 1), -np.abs(severity / error))
    shrunk, mean_square = shrunken_effects(fit)
    near = -special.ndtri(tail) * np.sqrt(np.diag(mean_square)) if len(severity) else severity
    near = np.where(np.isnan(error), np.nan, near)
    frame = pd.DataFrame(
        {
            "inspector": fit.inspectors,
            "group": fit.groups,
            "ratings": np.bincount(fit.columns, minlength=len(severity)),
            "cases_shared": _shared(fit),
            "severity": severity,
            "low": severity - reach,
            "high": severity + reach,
            "standard_error": error,
            "p_value": p_value,
            "p_adjusted": adjusted_p_values(p_value),
            "shrunk": -shrunk,
            "shrunk_low": -shrunk - near,
            "shrunk_high": -shrunk + near,
            "reason": _reasons(severity, fit),
        }
    )
    return frame[list(SEVERITY)]


def _shared(fit: Additive) -> Array:
    """How many subjects each inspector shares with another."""
    seen = fit.incidence > 0
    return np.asarray((seen & (seen.sum(axis=1, keepdims=True) > 1)).sum(axis=0))


def _reasons(severity: Array, fit: Additive) -> list[str]:
    """Why there is no severity or no interval; else whether others stand in a group apart."""
    parted = "" if len(set(fit.groups.tolist())) < 2 else WITHIN_GROUP
    without = NO_FREEDOM if np.isnan(fit.variance) else NO_RESIDUAL if fit.variance == 0 else parted
    return [NOT_SHARED if np.isnan(value) else without for value in severity]


def shrunken_effects(fit: Additive) -> tuple[Array, Array]:
    """The shrunken effects and their mean square errors; an inspector without an effect has neither."""
    known = ~np.isnan(fit.effects)
    shrunken = shrink(np.where(known, fit.effects, 0.0), fit.variance * fit.covariance)
    return np.where(known, shrunken.effects, np.nan), shrunken.mean_square
