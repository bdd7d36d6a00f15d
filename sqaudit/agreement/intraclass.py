"""Intraclass correlations: how far scores of the same units by several raters are the units' own."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.agreement.figure import NO_VARIATION
from sqaudit.agreement.ratings import Array
from sqaudit.intervals import tail_of

FORMS = ("icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k")
_PERFECT = "no_residual_variation"
_ROUNDING = 1e-12  # a part of the total sum of squares below this is rounding


@dataclass(frozen=True)
class Correlation:
    """One intraclass correlation, its bounds and its one-sided F test against 0; NaN where undefined."""

    coefficient: str
    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    f: float = np.nan
    freedom_1: float = np.nan
    freedom_2: float = np.nan
    p_value: float = np.nan
    reason: str = ""


@dataclass(frozen=True)
class _Squares:
    """Mean squares of the two-way table: between units, between raters, and the rest."""

    units: int
    raters: int
    between: float
    judges: float
    rest: float

    @property
    def within(self) -> float:
        """The mean square within units, whichever rater."""
        return (self.judges + (self.units - 1) * self.rest) / self.units


def intraclass_correlations(scores: npt.ArrayLike, confidence: float = 0.95) -> pd.DataFrame:
    """The six intraclass correlations with their bounds and F tests, from units (rows) by raters.

    1: each unit has its own raters; 2: raters are a sample of all, and their severity counts as error;
    3: these raters only, severity set aside. `_1` is for one rater, `_k` for the mean of all of them.
    Columns out: `coefficient, value, low, high, f, freedom_1, freedom_2, p_value, reason, units, raters`;
    the test is against 0, one-sided. Units with a missing score are left out. Undefined with fewer than
    two units or raters and where no unit differs from another; without any residual variation there is a
    value but no interval. `icc_2_k` has no lower bound where that of `icc_2_1` is so far below 0 that
    raters cannot agree less, and is undefined where the variance of the means comes out negative.
    ValueError unless the scores are a table of finite numbers.

    Source: Shrout and Fleiss (1979), Psychol. Bull. 86:420-428.

    >>> frame = intraclass_correlations([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8]])
    >>> frame.loc[frame["coefficient"] == "icc_3_1", "value"].round(3).tolist()
    [0.673]
    """
    table = complete_scores(scores)
    frame = pd.DataFrame([asdict(row) for row in correlations(table, confidence)])
    return frame.assign(units=table.shape[0], raters=table.shape[1])


def complete_scores(scores: npt.ArrayLike) -> Array:
    """The units without a missing score; ValueError unless the scores are a table of finite numbers."""
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"scores must be a table of units by raters; found {table.ndim} dimension(s).")
    if np.isinf(table).any():
        raise ValueError("scores must be finite; found an infinite one.")
    return table[~np.isnan(table).any(axis=1)]


def correlations(table: Array, confidence: float = 0.95) -> list[Correlation]:
    """The six correlations of `intraclass_correlations`, in the order of FORMS, from complete scores."""
    tail = tail_of(confidence)
    units, raters = table.shape
    if units < 2 or raters < 2:
        reason = "fewer_than_two_units" if units < 2 else "fewer_than_two_raters"
        return [Correlation(name, reason=reason) for name in FORMS]
    if np.ptp(table) == 0:
        return [Correlation(name, reason=NO_VARIATION) for name in FORMS]
    squares = _mean_squares(table)
    upper, lower = float(units - 1), float((units - 1) * (raters - 1))
    found = [
        *_from_f(1, raters, squares.between, squares.within, upper, float(units * (raters - 1)), tail),
        *_absolute(squares, tail),
        *_from_f(3, raters, squares.between, squares.rest, upper, lower, tail),
    ]
    return sorted(found, key=lambda row: FORMS.index(row.coefficient))


def _mean_squares(table: Array) -> _Squares:
    """Sums of squares over their degrees of freedom; what is rounding is 0."""
    units, raters = table.shape
    centred = table - table.mean()
    total = float((centred**2).sum())
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    rest = centred - rows[:, None] - columns[None, :]
    parts = raters * (rows**2).sum(), units * (columns**2).sum(), (rest**2).sum()
    between, judges, residual = (float(part) if part > _ROUNDING * total else 0.0 for part in parts)
    lower = (units - 1) * (raters - 1)
    return _Squares(units, raters, between / (units - 1), judges / (raters - 1), residual / lower)


def _from_f(
    form: int, raters: int, between: float, within: float, upper: float, lower: float, tail: float
) -> list[Correlation]:
    """The correlations that are a function of one F ratio, whose quantiles give exact bounds."""
    single = Correlation(
        f"icc_{form}_1",
        value=_quotient(between - within, between + (raters - 1) * within),
        f=_quotient(between, within) if within > 0 or between == 0 else np.inf,
        freedom_1=upper,
        freedom_2=lower,
    )
    average = replace(single, coefficient=f"icc_{form}_k", value=_quotient(between - within, between))
    if not 0 < single.f < np.inf:
        return [_without_bounds(single), _without_bounds(average)]
    low = single.f / special.fdtri(upper, lower, 1 - tail)
    high = single.f * special.fdtri(lower, upper, 1 - tail)
    p_value = float(special.fdtrc(upper, lower, single.f))
    ends = (float((low - 1) / (low + raters - 1)), float((high - 1) / (high + raters - 1)))
    return [
        replace(single, low=ends[0], high=ends[1], p_value=p_value),
        replace(average, low=float(1 - 1 / low), high=float(1 - 1 / high), p_value=p_value),
    ]


def _without_bounds(row: Correlation) -> Correlation:
    """F is 0, infinite or undefined: there is no spread to make an interval or a test from."""
    return replace(
        row, reason=NO_VARIATION if np.isnan(row.value) else _PERFECT if row.f else "no_difference"
    )


def _absolute(squares: _Squares, tail: float) -> list[Correlation]:
    """ICC(2,1) and ICC(2,k): the raters' own variance counts as error."""
    units, raters = squares.units, squares.raters
    between, judges, rest = squares.between, squares.judges, squares.rest
    upper, lower = float(units - 1), float((units - 1) * (raters - 1))
    noise = raters * (judges - rest) / units
    single = Correlation(
        "icc_2_1",
        value=_quotient(between - rest, between + (raters - 1) * rest + noise),
        f=_quotient(between, rest) if rest > 0 or between == 0 else np.inf,
        freedom_1=upper,
        freedom_2=lower,
    )
    whole = between + (judges - rest) / units
    value = (between - rest) / whole if whole > 0 else np.nan
    average = replace(single, coefficient="icc_2_k", value=value)
    if not 0 < single.f < np.inf:
        return [_without_bounds(single), _without_bounds(average)]
    low, high = _absolute_bounds(single.value, squares, tail)
    p_value = float(special.fdtrc(upper, lower, single.f))
    single = replace(single, low=low, high=high, p_value=p_value)
    if np.isnan(value):
        return [single, replace(average, p_value=p_value, reason="negative_variance")]
    low, high = (_stepped_up(end, raters) for end in (low, high))
    reason = "no_lower_bound" if np.isnan(low) else ""
    return [single, replace(average, low=low, high=high, p_value=p_value, reason=reason)]


def _absolute_bounds(single: float, squares: _Squares, tail: float) -> tuple[float, float]:
    """The bounds of ICC(2,1), with the degrees of freedom of Satterthwaite that the source gives."""
    units, raters = squares.units, squares.raters
    between, judges, rest = squares.between, squares.judges, squares.rest
    f_judges = judges / rest
    own = units * (1 + (raters - 1) * single) - raters * single
    top = (raters - 1) * (units - 1) * (raters * single * f_judges + own) ** 2
    freedom = top / ((units - 1) * raters**2 * single**2 * f_judges**2 + own**2)
    f_low = special.fdtri(units - 1, freedom, 1 - tail)
    f_high = special.fdtri(freedom, units - 1, 1 - tail)
    other = raters * judges + (raters * units - raters - units) * rest
    low = units * (between - f_low * rest) / (f_low * other + units * between)
    high = units * (f_high * between - rest) / (other + units * f_high * between)
    return float(low), float(high)


def _stepped_up(single: float, raters: int) -> float:
    """The correlation of the mean of so many raters (Spearman, Brown); NaN where it has no bound."""
    below = 1 + (raters - 1) * single
    return float(raters * single / below) if below > 0 else float("nan")


def _quotient(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom != 0 else float("nan")
