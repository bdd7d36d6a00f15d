"""An interrupted time series: the level and the slope of a figure before and after a measure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.finite_population import Array
from sqaudit.verification.correlated import CORRELATIONS, Fit, fit, t_quantile
from sqaudit.verification.power import Precision
from sqaudit.verification.series import Series

LEAST_FOR_A_TREND = 8  # periods before: eight points carry a straight line and its error, fewer only seem to

__all__ = ["LEAST_FOR_A_TREND", "counterfactual", "has_trend", "segmented", "step_design", "step_fit"]


def has_trend(found: Series) -> bool:
    """Whether there are enough periods before the measure to allow for a trend."""
    return int(found.before.sum()) >= LEAST_FOR_A_TREND


def step_design(times: Array, after: npt.NDArray[np.bool_], trend: bool) -> Array:
    """Columns of a step at the measure: level before, step, and where wanted the common slope."""
    columns = [np.ones_like(times), np.asarray(after, dtype=np.float64)]
    return np.column_stack([*columns, times] if trend else columns)


def step_fit(
    found: Series,
    trend: bool,
    values: Array | None = None,
    variances: Array | None = None,
    correlations: Array = CORRELATIONS,
) -> Fit:
    """A step at the measure, with or without a slope that goes on unchanged; coefficient 1 is the step."""
    one = found.judged
    values, variances = _given(found, values, variances)
    design = step_design(one.times, one.after, trend)
    return fit(design, values, 1 / variances, one.times, one.least_dispersion, correlations)


def segmented(found: Series, correlations: Array = CORRELATIONS) -> Fit:
    """Level and slope before, and the change of each: four coefficients, time counted from the measure.

    Coefficients: level just before the measure as the old line has it at time 0, slope before, change of
    level, change of slope. Shares and rates are fitted as they are, so that the changes are in points; each
    period weighs as its cases make it exact, and what varies beyond chance widens everything (as in
    quasi-binomial regression). ValueError for fewer than five periods.

    Source: Wagner et al. (2002), J. Clin. Pharm. Ther. 27:299-309; Bernal, Cummins and Gasparrini (2017),
    Int. J. Epidemiol. 46:348-355.
    """
    one = found.judged
    after = one.after.astype(np.float64)
    first = one.times[one.after].min() if one.after.any() else 0.0
    design = np.column_stack([np.ones_like(after), one.times, after, after * (one.times - first)])
    return fit(design, one.values, 1 / one.variances(), one.times, one.least_dispersion, correlations)


def counterfactual(
    found: Series,
    model: Fit,
    trend: bool,
    moved: Array | None = None,
    confidence: float = 0.95,
    *,
    returned: float = 0.0,
    precision: Precision | None = None,
) -> pd.DataFrame:
    """The figure as it was, as the model has it, and as it would have gone on without the measure.

    Columns: `period, value, cases, phase` (before, passing, after), `fitted, counterfactual, low, high`. The
    band is that of the level to be expected, not of a single period. `moved` is how far untreated segments
    moved in each period, added to both lines; `returned` how far the level would have moved by itself from
    the measure on. With the `precision` of an effect the band after the measure is the interval of that
    effect, laid around what was expected: the fitted level leaves it where the interval leaves 0.
    """
    shift = np.zeros(len(found.times)) if moved is None else moved
    design = step_design(found.times, found.after, trend)
    without = design.copy()
    without[:, 1] = 0.0
    expected = without @ model.coefficients + shift + np.where(found.before, 0.0, returned)
    spread = np.sqrt(np.einsum("ij,jk,ik->i", without, model.covariance, without))
    reach = t_quantile(model.freedom, (1 + confidence) / 2) * spread
    if precision is not None:
        after = t_quantile(precision.freedom, (1 + confidence) / 2) * precision.standard_error
        reach = np.where(found.before, reach, after)
    bounds = {"share": (0.0, 1.0), "rate": (0.0, np.inf), "mean": (-np.inf, np.inf)}[found.kind]
    lines = {
        "fitted": design @ model.coefficients + shift,
        "counterfactual": expected,
        "low": expected - reach,
        "high": expected + reach,
    }
    clipped = {name: np.clip(line, *bounds) for name, line in lines.items()}
    clipped["fitted"][found.passing] = np.nan
    return pd.DataFrame(
        {
            "period": pd.Series(list(found.labels), dtype=object),
            "value": found.values,
            "cases": found.cases,
            "phase": np.select([found.before, found.after], ["before", "after"], "passing").astype(object),
            **clipped,
        }
    )


def _given(found: Series, values: Array | None, variances: Array | None) -> tuple[Array, Array]:
    kept = ~found.passing
    return (
        (found.values if values is None else values)[kept],
        (found.variances() if variances is None else variances)[kept],
    )
