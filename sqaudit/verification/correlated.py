"""Weighted regression on a series whose neighbouring periods resemble each other, honest for short series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from sqaudit.finite_population import Array

# Between neighbouring periods; steps of 0.01 move neither effect nor error by 0.2 % of the error.
CORRELATIONS = np.arange(0.025, 0.95, 0.05)
_ROUNDING = 1e-20  # of a sum of squares: that of values with ten digits

__all__ = ["CORRELATIONS", "Fit", "fit", "spread_at", "t_quantile"]


@dataclass(frozen=True, eq=False)
class Fit:
    """The coefficients of a regression with their covariance, and what it rests on.

    `freedom` are the degrees of freedom left, `correlation` that of neighbouring periods, `dispersion` how
    many times the variance the weights promise, `weights` one row for each coefficient: what each
    point adds to it.
    """

    coefficients: Array
    covariance: Array
    freedom: float
    correlation: float
    dispersion: float
    weights: Array

    def standard_error(self, place: int) -> float:
        """The standard error of one coefficient."""
        return float(np.sqrt(self.covariance[place, place]))


def fit(
    design: Array,
    values: Array,
    precision: Array,
    times: Array,
    least_dispersion: float = 0.0,
    correlations: Array = CORRELATIONS,
) -> Fit:
    """Generalised least squares with first-order autocorrelation, averaged over all that it might be.

    `precision` is one over the variance that each value has by its cases alone (up to a common factor, the
    dispersion, which is estimated and never taken as less than `least_dispersion`); `times` are whole
    numbers in order, so that a missing period weakens the tie of its neighbours. One estimate of the
    correlation is too low in short series and makes intervals too short; therefore every correlation
    in `correlations` counts as much as the series makes it likely (restricted likelihood) and as it was
    before: small ones more, falling in line to none at 1. Correlations below 0 are not considered, as they
    would only shorten the interval. The degrees of freedom shrink as correlation makes points repeat each
    other. With `correlations` of 0 alone this is ordinary weighted least squares.

    ValueError for fewer points than coefficients plus one.

    Source: AR(1) errors as by Prais and Winsten (1954), Cowles Commission 383; restricted likelihood of the
    correlation: Cheang and Reinsel (2000), J. Am. Stat. Assoc. 95:1173-1184; why small samples need it:
    Turner et al. (2021), BMC Med. Res. Methodol. 21:181; degrees of freedom: Bayley and Hammersley (1946),
    Suppl. J. R. Stat. Soc. 8:184-197.

    >>> line = np.column_stack([np.ones(8), np.repeat([0.0, 1.0], 4)])
    >>> found = fit(line, np.array([1.0, 3, 2, 2, 5, 6, 4, 5]), np.ones(8), np.arange(8.0))
    >>> round(float(found.coefficients[1]), 2), round(found.standard_error(1), 2)
    (3.06, 0.8)
    """
    points, unknown = design.shape
    if points <= unknown:
        raise ValueError(f"{unknown} coefficients need more than {unknown} points; found {points}.")
    root = np.sqrt(precision)
    bent, seen = (
        _step(design * root[:, None], times, correlations),
        _step((values * root)[:, None], times, correlations)[..., 0],
    )
    inner = np.einsum("rij,rik->rjk", bent, bent)
    inverse = np.linalg.inv(inner)
    weights = np.einsum("rjk,rik->rji", inverse, bent)
    coefficients = np.einsum("rji,ri->rj", weights, seen)
    left = points - unknown
    squares = ((seen - np.einsum("rij,rj->ri", bent, coefficients)) ** 2).sum(axis=1)
    # A perfect fit leaves rounding, which must not decide what the correlation is.
    rounding = _ROUNDING * max(float((seen**2).sum(axis=1).max()), least_dispersion * left, 1e-280)
    squares = np.maximum(squares, rounding)
    log_chance = (
        np.log1p(-correlations)
        - 0.5 * np.linalg.slogdet(inner)[1]
        - np.log(_ties(times, correlations)[1]).sum(axis=1)
        - 0.5 * left * np.log(squares)
    )
    chance = np.exp(log_chance - log_chance.max())
    chance /= chance.sum()
    dispersion = np.maximum(squares / left, least_dispersion)
    mean = chance @ coefficients
    away = coefficients - mean
    covariance = np.einsum("r,rjk->jk", chance * dispersion, inverse) + (away * chance[:, None]).T @ away
    correlation = float(chance @ correlations)
    freedom = max(1.0, left * (1 - correlation**2) / (1 + correlation**2))
    on_points = np.einsum("r,rji->ji", chance, _unwhitened(weights, times, correlations)) * root
    return Fit(mean, covariance, freedom, correlation, float(chance @ dispersion), on_points)


def spread_at(design: Array, precision: Array, times: Array, correlation: float) -> Array:
    """The covariance of the coefficients for a dispersion of one, at a correlation taken as known."""
    bent = _step(design * np.sqrt(precision)[:, None], times, np.array([correlation]))[0]
    return np.asarray(np.linalg.inv(bent.T @ bent))


def t_quantile(freedom: float, share: float) -> float:
    """The quantile of Student's t.

    >>> round(t_quantile(10, 0.975), 3)
    2.228
    """
    return float(special.stdtrit(freedom, share))


def _ties(times: Array, correlations: Array) -> tuple[Array, Array]:
    """How far each point follows from the one before, and the root of what is new in it."""
    tie = correlations[:, None] ** np.diff(times)[None, :]
    return tie, np.sqrt(1 - tie**2)


def _step(columns: Array, times: Array, correlations: Array) -> Array:
    """The columns without the autocorrelation, once for each correlation."""
    tie, new = _ties(times, correlations)
    later = (columns[None, 1:] - tie[..., None] * columns[None, :-1]) / new[..., None]
    first = np.broadcast_to(columns[None, :1], (len(correlations), 1, columns.shape[1]))
    return np.concatenate([first, later], axis=1)


def _unwhitened(weights: Array, times: Array, correlations: Array) -> Array:
    """Weights on the whitened points as weights on the points themselves."""
    tie, new = _ties(times, correlations)
    scaled = weights.copy()
    scaled[..., 1:] /= new[:, None, :]
    scaled[..., :-1] -= scaled[..., 1:] * tie[:, None, :]
    return scaled
