"""How much two different categories still agree: 1 for the same category, 0 for the farthest apart."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from sqaudit.agreement.ratings import Array, Level

WeightName = Literal["identity", "linear", "quadratic", "ordinal", "radical", "ratio"]
NAMES: tuple[WeightName, ...] = ("identity", "linear", "quadratic", "ordinal", "radical", "ratio")


def agreement_weights(name: WeightName, scores: npt.ArrayLike) -> Array:
    """The square matrix of weights for categories with these scores, in their order.

    `linear`, `quadratic` and `radical` fall with the distance of the scores (its square, its root) as a
    part of the range; `ordinal` falls with the number of pairs of ranks between two categories, `ratio`
    with the squared distance over the squared sum. One category gives the weight 1.
    ValueError for an unknown name, and for `ratio` with a negative score.

    Source: Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 3; linear and quadratic:
    Cicchetti and Allison (1971), Fleiss and Cohen (1973), Educ. Psychol. Meas. 33:613-619.

    >>> agreement_weights("quadratic", [1, 2, 3]).tolist()
    [[1.0, 0.75, 0.0], [0.75, 1.0, 0.75], [0.0, 0.75, 1.0]]
    """
    values = np.asarray(scores, dtype=np.float64)
    if name not in NAMES:
        raise ValueError(f"weights must be one of {', '.join(NAMES)}; found {name!r}.")
    if name == "ratio" and (values < 0).any():
        raise ValueError(f"ratio weights need scores of 0 or more; found {float(values.min())!r}.")
    if len(values) < 2 or name == "identity":
        return np.eye(len(values))
    return 1 - _disagreement(name, values)


def checked_weights(weights: npt.ArrayLike, size: int) -> Array:
    """A matrix of agreement weights of the reader's own, if it is one for `size` categories.

    ValueError unless it is square of that size, 1 on the diagonal and between 0 and 1 elsewhere. It need
    not be symmetric: with two raters the row is the first one's category.
    """
    matrix = np.asarray(weights, dtype=np.float64)
    faults = []
    if matrix.shape != (size, size):
        faults.append(f"Weights for {size} categories must be {size} x {size}; found {matrix.shape}.")
    elif not (np.diag(matrix) == 1).all():
        faults.append(
            "The weight of a category with itself must be 1: weights count agreement, not distance."
        )
    if not ((matrix >= 0) & (matrix <= 1)).all():
        faults.append("Weights must lie between 0 and 1.")
    if faults:
        raise ValueError(" ".join(faults))
    return matrix


def alpha_distances(level: Level, scores: npt.ArrayLike, totals: npt.ArrayLike) -> Array:
    """The squared differences that Krippendorff's alpha charges for two categories.

    `totals` says how many pairable ratings each category has: ordinal differences depend on them. Where
    two scores are both 0 the ratio difference is 0.
    `totals` may have leading axes (one for each bootstrap sample); so has the result.

    Source: Krippendorff (2004), Content Analysis, 2nd ed., section 11.3.

    >>> alpha_distances("ordinal", [1, 2, 3], [4, 2, 4]).tolist()
    [[0.0, 9.0, 36.0], [9.0, 0.0, 9.0], [36.0, 9.0, 0.0]]
    """
    values, numbers = np.asarray(scores, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    gap = np.abs(values[:, None] - values[None, :])
    if level == "nominal":
        return np.asarray((~np.eye(len(values), dtype=bool)).astype(np.float64))
    if level == "ordinal":  # ranks in between, and half of the two ends
        middle = np.cumsum(numbers, axis=-1) - numbers / 2
        return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)
    if level == "interval":
        return np.asarray(gap**2)
    return _ratio(values)


def _disagreement(name: WeightName, values: Array) -> Array:
    if name == "ratio":
        parts = _ratio(values)
        return np.asarray(parts / parts.max())
    if name == "ordinal":
        steps = np.abs(np.subtract.outer(np.arange(len(values)), np.arange(len(values)))) + 1.0
        pairs = steps * (steps - 1) / 2
        return np.asarray(pairs / pairs.max())
    power = {"linear": 1.0, "quadratic": 2.0, "radical": 0.5}[name]
    return np.asarray((np.abs(values[:, None] - values[None, :]) / np.ptp(values)) ** power)


def _ratio(values: Array) -> Array:
    total = values[:, None] + values[None, :]
    return np.asarray(((values[:, None] - values[None, :]) / np.where(total == 0, 1, total)) ** 2)
