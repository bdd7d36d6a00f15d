"""What p-values become when several are looked at together; missing ones stay missing and are not counted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def holm(p_values: npt.ArrayLike) -> Array:
    """P-values adjusted so that all errors together keep the level, whatever the tests have in common.

    Source: Holm (1979), Scand. J. Stat. 6:65-70.

    >>> holm([0.01, 0.04, float("nan"), 0.03]).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    return _adjusted(p_values, lambda p, count: np.maximum.accumulate(p * (count - np.arange(count))))


def benjamini_hochberg(p_values: npt.ArrayLike) -> Array:
    """P-values adjusted so that at most that part of all that is flagged is flagged wrongly, on average.

    Holds for independent tests and for tests that depend on each other positively.

    Source: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57:289-300.

    >>> benjamini_hochberg([0.01, 0.04, float("nan"), 0.03]).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    return _adjusted(
        p_values,
        lambda p, count: np.minimum.accumulate((p * count / np.arange(1, count + 1))[::-1])[::-1],
    )


def _adjusted(p_values: npt.ArrayLike, rule: Callable[[Array, int], Array]) -> Array:
    given = np.asarray(p_values, dtype=np.float64)
    wrong = (given < 0) | (given > 1)
    if wrong.any():
        raise ValueError(f"p-values must lie between 0 and 1; found {float(given[wrong][0])!r}.")
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    adjusted = np.full(given.shape, np.nan)
    if len(order):
        adjusted[order] = np.minimum(rule(given[order], len(order)), 1.0)
    return adjusted
