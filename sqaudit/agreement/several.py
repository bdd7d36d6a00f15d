"""Probabilities adjusted for the number of people that were compared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sqaudit.agreement.ratings import Array


def adjusted_p_values(p_values: npt.ArrayLike) -> Array:
    """Benjamini and Hochberg's adjusted probabilities; a missing one stays missing and is not counted.

    Flagging those at or below a rate keeps the expected share of false flags among the flags at that rate.

    Source: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57:289-300, by
    scipy.stats.false_discovery_control.

    >>> adjusted_p_values([0.01, 0.04, float("nan"), 0.03]).round(3).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    from scipy.stats import false_discovery_control  # a second to import: only where it is needed

    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(given.shape, np.nan)
    known = ~np.isnan(given)
    if known.any():
        adjusted[known] = false_discovery_control(given[known])
    return adjusted
