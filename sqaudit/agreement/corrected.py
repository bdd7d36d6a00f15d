"""Agreement of any number of raters, plain and corrected for chance, where raters may have missed units.

Every function takes a table of counts: how many raters put each unit (row) into each category (column).
Rows without a rating are left out. Units rated once say how often a category is used (AC1, AC2, Fleiss),
not how far raters agree. Standard errors are those of the units as a random sample; bounds use Student's t
on units - 1 and are cut at -1 (0 for percent agreement) and 1. When all units agree fully there is no
spread, and the low bound is the exact one of `figure.all_agree_low`. Bounds of kappa and alpha rest on
many units: with 90 % of ratings alike, 60 units rated by three gave 89 % instead of 95 %, 200 gave 94 %.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sqaudit.agreement.figure import (
    FEW_UNITS,
    NO_SPREAD,
    NO_VARIATION,
    ONE_UNIT,
    TOO_FEW,
    Coefficient,
    all_agree_low,
    t_reach,
)
from sqaudit.agreement.ratings import Array, Level
from sqaudit.agreement.weights import alpha_distances, checked_weights
from sqaudit.intervals import tail_of

ROUNDING = 1e-9  # a spread or a rest of disagreement below this is rounding
RESAMPLES = 2000  # enough for a percentile at 2.5 % to stand within a few thousandths
SEED = 20_040_501  # any fixed number will do: the same data give the same interval
_GWET = "t_interval_gwet_2014"
LEAST_RESAMPLED = 20  # units; see `krippendorff_alpha`
_EXACT = "exact_all_agree"
_BOOTSTRAP = "bootstrap_over_units"
_AT_ONCE = 200  # resamples computed together, to bound the memory


def percent_agreement(
    counts: npt.ArrayLike, weights: npt.ArrayLike | None = None, confidence: float = 0.95
) -> Coefficient:
    """The mean share of agreeing pairs of raters over the units with two ratings or more.

    With weights a pair counts as much as its weight. Undefined without a unit rated twice.

    Source: Fleiss (1971), Psychol. Bull. 76:378-382; standard error: Gwet (2014), chapter 5.

    >>> percent_agreement([[3, 0], [2, 1], [0, 3]]).value
    0.7777777777777777
    """
    table, matrix = _table(counts, weights)
    agreeing = _unit_agreement(table, matrix)
    paired = ~np.isnan(agreeing)
    start = Coefficient("percent_agreement", units=int(paired.sum()), ratings=int(table.sum()))
    if not paired.any():
        return replace(start, reason=TOO_FEW)
    value = float(agreeing[paired].mean())
    per_unit = np.where(paired, agreeing, 0) * len(table) / paired.sum()
    return _with_interval(replace(start, value=value), per_unit, 0.0, confidence)


def gwet_ac(
    counts: npt.ArrayLike, weights: npt.ArrayLike | None = None, confidence: float = 0.95
) -> Coefficient:
    """Gwet's AC1, or AC2 when weights are given.

    It stays near the percent agreement where nearly all ratings are alike and kappa collapses. Columns of
    `counts` that nobody used count as categories. When all ratings are one category it is 1.

    Source: Gwet (2008), Br. J. Math. Stat. Psychol. 61:29-48; weights and missing ratings: Gwet (2014),
    Handbook of Inter-Rater Reliability, 4th ed., chapters 2, 3 and 5.

    >>> round(gwet_ac([[2, 0]] * 95 + [[1, 1]] * 5).value, 3)
    0.947
    """
    table, matrix = _table(counts, weights)
    size = len(matrix)
    scale = matrix.sum() / (size * (size - 1)) if size > 1 else 0.0
    used = _usage(table)
    chance = float(scale * (used * (1 - used)).sum())
    by_unit = scale * (table / table.sum(axis=1, keepdims=True)) @ (1 - used)
    name = "gwet_ac1" if weights is None else "gwet_ac2"
    return _corrected(name, table, matrix, chance, by_unit, confidence)


def fleiss_kappa(
    counts: npt.ArrayLike, weights: npt.ArrayLike | None = None, confidence: float = 0.95
) -> Coefficient:
    """Fleiss' kappa: chance agreement from the categories' shares over all raters (with two, Scott's pi).

    Undefined without variation, when all ratings are of one category: see the percent agreement and AC1.
    The number of ratings may differ between units.

    Source: Fleiss (1971), Psychol. Bull. 76:378-382; missing ratings and standard error: Gwet (2014),
    chapters 2 and 5. For the error under "only chance" see `fleiss_null_standard_error`.

    >>> round(fleiss_kappa([[3, 0], [2, 1], [0, 3], [0, 3]]).value, 3)
    0.657
    """
    table, matrix = _table(counts, weights)
    used = _usage(table)
    near = matrix @ used
    by_unit = (table / table.sum(axis=1, keepdims=True)) @ near
    return _corrected("fleiss_kappa", table, matrix, float(used @ near), by_unit, confidence)


def krippendorff_alpha(
    counts: npt.ArrayLike, level: Level, scores: npt.ArrayLike, confidence: float = 0.95
) -> Coefficient:
    """Krippendorff's alpha for the level of the scale, from the units with two ratings or more.

    Nominal, interval and ratio: Gwet's standard error. Ordinal: differences depend on how often each rank
    was used, no standard error is published, and the bounds are percentiles of a bootstrap over the units
    (fixed seed; resamples without variation are left out). Fewer than 20 units have no bounds there. In
    simulations of two or three raters on five ranks, bounds meant for 95 % held 81 to 91 % of the time with
    five units, and 56 to 67 % where most ratings were alike; with 20 units 93 to 96 % and 86 to 92 %, with 50
    units 92 to 95 % in all cases. Undefined without variation.

    Source: Krippendorff (2004), Content Analysis, 2nd ed., chapter 11; standard error: Gwet (2014),
    chapter 5; bootstrap: Efron and Tibshirani (1993), chapter 13.

    >>> round(krippendorff_alpha([[3, 0], [2, 1], [0, 3], [0, 3]], "nominal", [1, 2]).value, 3)
    0.686
    """
    table, _ = _table(counts, None)
    table = table[table.sum(axis=1) >= 2]
    start = Coefficient("krippendorff_alpha", units=len(table), ratings=int(table.sum()))
    if not len(table):
        return replace(start, reason=TOO_FEW)
    distances = alpha_distances(level, scores, table.sum(axis=0))
    farthest = distances.max(initial=0)
    matrix = 1 - distances / farthest if farthest > 0 else np.ones_like(distances)
    size, mean = table.sum(axis=1), table.sum(axis=1).mean()
    used = table.sum(axis=0) / table.sum()
    chance = float(used @ matrix @ used)
    if 1 - chance < ROUNDING:
        return replace(start, reason=NO_VARIATION)
    agreeing = _unit_agreement(table, matrix) * size / mean
    raw = (agreeing.mean() - chance) / (1 - chance)
    share = 1 / table.sum()  # the correction for small samples: a rating is not paired with itself
    value = float(((1 - share) * agreeing.mean() + share - chance) / (1 - chance))
    more = (size - mean) / mean
    observed = agreeing - agreeing.mean() * more
    expected = table @ matrix @ used / mean - chance * more
    per_unit = (observed - chance) / (1 - chance) - 2 * (1 - raw) * (expected - chance) / (1 - chance)
    figure = _with_interval(replace(start, value=value), per_unit, chance, confidence)
    if level != "ordinal" or figure.method != _GWET:
        return figure
    if len(table) < LEAST_RESAMPLED:
        return replace(figure, low=np.nan, high=np.nan, standard_error=np.nan, method="", reason=FEW_UNITS)
    return _bootstrapped(figure, table, confidence)


def fleiss_null_standard_error(counts: npt.ArrayLike, published: int = 1979) -> float:
    """The standard error of Fleiss' kappa if raters agreed by chance alone; every unit equally often rated.

    To test against zero, never for an interval. `published` is 1971 for the formula first printed, 1979
    for the one that corrected it. NaN without variation. ValueError if units differ in their number of
    ratings or have fewer than two, or for another year.

    Source: Fleiss (1971), Psychol. Bull. 76:378-382, and Fleiss, Nee and Landis (1979), Psychol. Bull.
    86:974-977.

    >>> round(fleiss_null_standard_error([[3, 0], [2, 1], [0, 3], [0, 3]]), 3)
    0.289
    """
    table, _ = _table(counts, None)
    raters = set(table.sum(axis=1).tolist())
    if len(raters) != 1 or min(raters) < 2:
        raise ValueError(f"Every unit needs the same number of ratings, two or more; found {sorted(raters)}.")
    if published not in (1971, 1979):
        raise ValueError(f"published must be 1971 or 1979; found {published!r}.")
    many, units = raters.pop(), len(table)
    used = table.sum(axis=0) / table.sum()
    squares, cubes = (used**2).sum(), (used**3).sum()
    if 1 - squares < ROUNDING:
        return float("nan")
    factor = 2 / (units * many * (many - 1))
    if published == 1971:
        spread = squares - (2 * many - 3) * squares**2 + 2 * (many - 2) * cubes
        return float(np.sqrt(factor * spread) / (1 - squares))
    odds = used * (1 - used)
    spread = odds.sum() ** 2 - (odds * (1 - 2 * used)).sum()
    return float(np.sqrt(factor * spread) / odds.sum())


def _table(counts: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Array, Array]:
    """The rows with a rating, and the weights; ValueError for what cannot be counts."""
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"counts must be a table of units by categories; found {table.ndim} dimension(s).")
    if not (np.isfinite(table).all() and (table >= 0).all() and (table == np.floor(table)).all()):
        raise ValueError("counts must be whole numbers, 0 or more.")
    size = table.shape[1]
    matrix = np.eye(size) if weights is None else checked_weights(weights, size)
    return table[table.sum(axis=1) > 0], (matrix + matrix.T) / 2


def _usage(table: Array) -> Array:
    """The share of each category: mean over the units of its share in the unit."""
    if not len(table):
        return np.zeros(table.shape[1])
    return np.asarray((table / table.sum(axis=1, keepdims=True)).mean(axis=0))


def _unit_agreement(table: Array, matrix: Array) -> Array:
    """The mean weight of the pairs of ratings of each unit; NaN for units with one rating."""
    size = table.sum(axis=1)
    pairs = (table * (table @ matrix - 1)).sum(axis=1)
    return np.asarray(pairs / np.where(size >= 2, size * (size - 1), np.nan))


def _corrected(
    name: str, table: Array, matrix: Array, chance: float, by_unit: Array, confidence: float
) -> Coefficient:
    """The coefficient (agreement - chance) / (1 - chance), linearised unit by unit for its error."""
    agreeing = _unit_agreement(table, matrix)
    paired = ~np.isnan(agreeing)
    start = Coefficient(name, units=int(paired.sum()), ratings=int(table.sum()))
    if not paired.any():
        return replace(start, reason=TOO_FEW)
    if 1 - chance < ROUNDING:
        return replace(start, reason=NO_VARIATION)
    value = float((agreeing[paired].mean() - chance) / (1 - chance))
    own = np.where(paired, agreeing - chance, 0) / (1 - chance) * len(table) / paired.sum()
    per_unit = own - 2 * (1 - value) * (by_unit - chance) / (1 - chance)
    return _with_interval(replace(start, value=value), per_unit, chance, confidence)


def _with_interval(figure: Coefficient, per_unit: Array, chance: float, confidence: float) -> Coefficient:
    """The bounds from the spread of the units' parts, exact where all agree."""
    tail_of(confidence)
    if 1 - figure.value < ROUNDING:
        low = all_agree_low(figure.units, chance, confidence)
        return replace(figure, value=1.0, low=low, high=1.0, standard_error=0.0, method=_EXACT)
    units = len(per_unit)
    if units < 2:
        return replace(figure, reason=ONE_UNIT)
    error = float(per_unit.std(ddof=1) / np.sqrt(units))
    if error < ROUNDING:
        return replace(figure, standard_error=0.0, reason=NO_SPREAD)
    reach = t_reach(units - 1, confidence) * error
    floor = 0.0 if figure.coefficient == "percent_agreement" else -1.0
    low, high = max(figure.value - reach, floor), min(figure.value + reach, 1.0)
    return replace(figure, low=min(low, figure.value), high=high, standard_error=error, method=_GWET)


def _bootstrapped(figure: Coefficient, table: Array, confidence: float) -> Coefficient:
    """Bounds and error of an ordinal alpha from resampled units."""
    generator = np.random.default_rng(SEED)
    even = np.full(len(table), 1 / len(table))
    drawn = generator.multinomial(len(table), even, size=RESAMPLES)
    parts = [_ordinal_alphas(table, drawn[at : at + _AT_ONCE]) for at in range(0, RESAMPLES, _AT_ONCE)]
    alphas = np.concatenate(parts)
    alphas = alphas[~np.isnan(alphas)]
    tail = tail_of(confidence)
    low, high = np.quantile(alphas, [tail, 1 - tail])
    return replace(
        figure,
        low=min(float(low), figure.value),
        high=max(float(high), figure.value),
        standard_error=float(alphas.std(ddof=1)),
        method=_BOOTSTRAP,
    )


def _ordinal_alphas(table: Array, drawn: npt.NDArray[np.int64]) -> Array:
    """The ordinal alpha of each resample; NaN where it has no variation.

    Sums of squared differences of the middle ranks are written as sums of squares and squared sums, which
    spares a table of categories by categories for every unit.
    """
    size = table.sum(axis=1)
    totals = drawn @ table
    middle = np.cumsum(totals, axis=1) - totals / 2
    squares, sums = table @ (middle**2).T, table @ middle.T
    within = (size[:, None] * squares - sums**2) / (size - 1)[:, None]
    observed = (drawn * within.T).sum(axis=1)
    number = totals.sum(axis=1)
    expected = (number * (totals * middle**2).sum(axis=1) - (totals * middle).sum(axis=1) ** 2) / (number - 1)
    known = expected > ROUNDING
    return np.where(known, 1 - observed / np.where(known, expected, 1), np.nan)
