"""Cohen's kappa of two raters, plain and weighted, from the table of their ratings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.agreement.figure import NO_SPREAD, NO_VARIATION, TOO_FEW, Coefficient, all_agree_low
from sqaudit.agreement.ratings import Array
from sqaudit.agreement.weights import checked_weights
from sqaudit.intervals import tail_of

ROUNDING = 1e-9  # a rest of disagreement or a variance below this is rounding
_ASYMPTOTIC = "normal_interval_fleiss_cohen_everitt_1969"


def cohen_kappa(
    table: npt.ArrayLike, weights: npt.ArrayLike | None = None, confidence: float = 0.95
) -> Coefficient:
    """Cohen's kappa from the square table of units: first rater's categories by the second's.

    With weights (1 on the diagonal, 0 for the worst disagreement) it is the weighted kappa; they need not
    be symmetric. Undefined without units, and without variation (both raters used one and the same
    category only). Bounds: normal, cut at -1 and 1; when both agree on all units the low bound is the
    exact one of `figure.all_agree_low`. Read it beside the percent agreement and AC1: with 98 % passes it
    falls near 0 though the raters agree on 95 % of the units.

    Source: Cohen (1960), Educ. Psychol. Meas. 20:37-46, and (1968), Psychol. Bull. 70:213-220; standard
    error: Fleiss, Cohen and Everitt (1969), Psychol. Bull. 72:323-327.

    >>> figure = cohen_kappa([[95, 3], [2, 0]])
    >>> round(figure.value, 3), round(figure.low, 3), round(figure.high, 3)
    (-0.025, -0.048, -0.001)
    """
    joint, matrix = _joint(table, weights)
    units = int(joint.sum())
    name = "cohen_kappa" if weights is None else "weighted_kappa"
    start = Coefficient(name, units=units, ratings=2 * units)
    if not units:
        return replace(start, reason=TOO_FEW)
    share = joint / units
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    agreement, chance = float((matrix * share).sum()), float(rows @ matrix @ columns)
    if 1 - chance < ROUNDING:
        return replace(start, reason=NO_VARIATION)
    value = (agreement - chance) / (1 - chance)
    if 1 - agreement < ROUNDING:
        low = all_agree_low(units, chance, confidence)
        return replace(start, value=1.0, low=low, high=1.0, standard_error=0.0, method="exact_all_agree")
    error = _standard_error(share, matrix, value, chance) / np.sqrt(units)
    if error < ROUNDING:
        return replace(start, value=value, standard_error=0.0, reason=NO_SPREAD)
    reach = -special.ndtri(tail_of(confidence)) * error
    low, high = max(value - reach, -1.0), min(value + reach, 1.0)
    return replace(
        start, value=value, low=float(low), high=float(high), standard_error=float(error), method=_ASYMPTOTIC
    )


def _joint(table: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Array, Array]:
    joint = np.asarray(table, dtype=np.float64)
    if joint.ndim != 2 or joint.shape[0] != joint.shape[1]:
        raise ValueError(f"The table of two raters must be square; found the shape {joint.shape}.")
    if not (np.isfinite(joint).all() and (joint >= 0).all() and (joint == np.floor(joint)).all()):
        raise ValueError("The table of two raters must hold whole numbers of units, 0 or more.")
    return joint, np.eye(len(joint)) if weights is None else checked_weights(weights, len(joint))


def _standard_error(share: Array, matrix: Array, value: float, chance: float) -> float:
    """The standard error for one unit, to be divided by the root of their number."""
    by_row = matrix @ share.sum(axis=0)
    by_column = share.sum(axis=1) @ matrix
    own = matrix - (by_row[:, None] + by_column[None, :]) * (1 - value)
    variance = (share * own**2).sum() - (value - chance * (1 - value)) ** 2
    return float(np.sqrt(max(variance, 0.0)) / (1 - chance))
