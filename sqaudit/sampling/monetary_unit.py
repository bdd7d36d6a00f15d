"""Monetary-unit sampling: confidence factors and sample sizes by the Poisson law.

The amounts of a book are tested euro by euro: a sample of n monetary units supports the claim that the
misstatement is below the tolerable share, when the expected misstatement turns up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy import special

from sqaudit.sampling.exact import Number, risk_of, share_between

_SLACK = 1e-9  # relative; the factor is found to 1e-13, so a size this near a whole number is that number


@dataclass(frozen=True)
class MonetaryUnitPlan:
    """The sample in monetary units, the factor it rests on, and the interval between two of them.

    `tolerable_share` and `expected_share` are shares of the recorded amount; `interval_share` is the
    sampling interval as a share of it.
    """

    sample_size: int
    confidence_factor: float
    tolerable_share: float
    expected_share: float
    confidence: float
    interval_share: float


def confidence_factor(ratio_expected_to_tolerable: Number, confidence: Number = 0.95) -> float:
    """The expected number of misstatements, at the tolerable rate, that the sample must be worth.

    The factor F solves: a Poisson count with mean F is at most ratio x F with the chance 1 - confidence,
    where a broken number of misstatements is read through the gamma law. With no misstatement expected it
    is -ln(1 - confidence). ValueError for a ratio outside [0, 1).

    Source: AICPA (2017) Audit Guide: Audit Sampling, table C-1 and its technical notes.

    >>> [round(confidence_factor(ratio), 2) for ratio in (0, 0.10, 0.20, 0.50)]
    [3.0, 3.68, 4.62, 11.54]
    """
    ratio = float(share_between(ratio_expected_to_tolerable, "ratio_expected_to_tolerable", zero=True))
    risk = float(risk_of(confidence))

    def too_small(factor: float) -> bool:
        return bool(special.gammaincc(1 + ratio * factor, factor) > risk)

    low, high = 0.0, 1.0
    while too_small(high):
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:  # halve until the doubles are neighbours
        low, high = (middle, high) if too_small(middle) else (low, middle)
    return high


def monetary_unit_plan(
    tolerable_share: Number, confidence: Number = 0.95, *, expected_share: Number = 0
) -> MonetaryUnitPlan:
    """The smallest number of monetary units that supports the tolerable misstatement.

    >>> monetary_unit_plan(0.05).sample_size, monetary_unit_plan(0.05, expected_share=0.01).sample_size
    (60, 93)
    """
    tolerable = share_between(tolerable_share, "tolerable_share", one=True)
    expected = share_between(expected_share, "expected_share", zero=True)
    if expected >= tolerable:
        raise ValueError(
            f"expected_share must be below tolerable_share; found {expected_share} and {tolerable_share}."
        )
    factor = confidence_factor(expected / tolerable, confidence)
    size = math.ceil(factor / float(tolerable) * (1 - _SLACK))
    return MonetaryUnitPlan(
        size, factor, float(tolerable), float(expected), float(1 - risk_of(confidence)), 1 / size
    )


def factor_table(
    ratios: tuple[Number, ...] = (
        "0",
        "0.05",
        "0.10",
        "0.15",
        "0.20",
        "0.25",
        "0.30",
        "0.35",
        "0.40",
        "0.50",
    ),
    confidences: tuple[Number, ...] = (0.95, 0.90, 0.80),
) -> pd.DataFrame:
    """Confidence factors, one row for each ratio of expected to tolerable misstatement.

    Columns: `ratio_expected_to_tolerable`, then `factor_95`, `factor_90` ... in per cent of confidence.

    >>> factor_table(("0", "0.5"), (0.95,)).round(2).to_dict("list")
    {'ratio_expected_to_tolerable': [0.0, 0.5], 'factor_95': [3.0, 11.54]}
    """
    table: dict[str, list[float]] = {
        "ratio_expected_to_tolerable": [
            float(share_between(ratio, "ratio_expected_to_tolerable", zero=True)) for ratio in ratios
        ]
    }
    for level in confidences:
        name = f"factor_{float(100 * (1 - risk_of(level))):g}"
        table[name] = [confidence_factor(ratio, level) for ratio in ratios]
    return pd.DataFrame(table)
