"""Two shares compared: their difference, its interval, and how likely chance alone would make one like it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy import special

from sqaudit.intervals import newcombe_difference

Test = Literal["mid_p", "fisher"]

TIE_ROUNDING = 1e-9  # tables whose chances differ by less, relatively, are equally likely


class Change(NamedTuple):
    """A difference, now minus before, its interval, and the p-value of no change; NaN where undefined."""

    difference: float
    low: float
    high: float
    p_value: float


def two_shares(
    numerator_before: int,
    denominator_before: int,
    numerator_now: int,
    denominator_now: int,
    confidence: float = 0.95,
    test: Test = "mid_p",
) -> Change:
    """The change of a share between two independent groups of cases.

    The interval is Newcombe's; the p-value comes from the hypergeometric distribution of the table given its
    margins, two-sided by adding all tables no likelier than the one seen, which counts half with `mid_p`.
    Fisher's own counts it whole and is stricter than it says. The two need not agree in a close
    case. Without cases on either side all is NaN; a share that is 0 or 1 on both sides has p-value 1.
    ValueError for counts that are negative, fractional or above their denominators.

    Source: Newcombe (1998), Stat. Med. 17:873-890, method 10; Fisher (1935), Statistical Methods for Research
    Workers; mid-p: Lancaster (1961), J. Am. Stat. Assoc. 56:223-234.

    >>> [round(figure, 4) for figure in two_shares(48, 80, 56, 70)]
    [0.2, 0.0524, 0.3339, 0.0104]
    """
    counts = [numerator_before, denominator_before, numerator_now, denominator_now]
    if any(count < 0 or count != int(count) for count in counts):
        raise ValueError(f"counts must be whole numbers, 0 or more; found {counts!r}.")
    if test not in ("mid_p", "fisher"):
        raise ValueError(f"test must be mid_p or fisher; found '{test}'.")
    bounds = newcombe_difference(
        numerator_now, denominator_now, numerator_before, denominator_before, confidence
    )
    if denominator_before == 0 or denominator_now == 0:
        return Change(*(float("nan"),) * 4)
    change = numerator_now / denominator_now - numerator_before / denominator_before
    x_0, n_0, x_1, n_1 = (int(count) for count in counts)
    p_value = _table_p(x_0, n_0, x_1, n_1, half=test == "mid_p")
    return Change(change, float(bounds.low), float(bounds.high), p_value)


def _table_p(x_0: int, n_0: int, x_1: int, n_1: int, half: bool) -> float:
    """The chance of tables no likelier than this one, given the margins."""
    total = x_0 + x_1
    numbers = np.arange(max(0, total - n_0), min(n_1, total) + 1, dtype=np.float64)
    log_chance = _log_choose(n_1, numbers) + _log_choose(n_0, total - numbers)
    chance = np.exp(log_chance - log_chance.max())
    chance /= chance.sum()
    seen = chance[int(x_1 - numbers[0])]
    equal = np.abs(chance - seen) <= TIE_ROUNDING * seen
    rarer = chance[(chance < seen) & ~equal].sum()
    alike = chance[equal].sum()
    return float(min(1.0, rarer + alike - (alike / 2 if half and numbers.size > 1 else 0)))


def _log_choose(
    n: int, k: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))
