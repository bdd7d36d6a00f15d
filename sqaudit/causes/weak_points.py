"""Weak points: categories that are both frequent and worse than the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit import intervals
from sqaudit.finite_population import Array
from sqaudit.frames import require
from sqaudit.tests_of_change.families import adjusted

LEAST_CASES = 20  # fewer are not judged, as everywhere in the house

__all__ = ["LEAST_CASES", "weak_points"]


def weak_points(
    cases: pd.DataFrame, *, frequent_share: float | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Which categories are frequent and worse than the rest: where effort meets both volume and weakness.

    Columns in: `category, cases, bad`. Columns out: those, `share` of all cases with `share_low,
    share_high` (at once for all), `value` (bad among its cases), `rest` (bad among all others),
    `difference, low, high` (value minus rest; Newcombe), `p, q` (exact one-sided test against the rest,
    Benjamini-Hochberg over the categories judged) and `class`: weak_point (frequent and worse), frequent,
    worse, neither, too_few (under 20 cases, in it or in the rest). Frequent is a category whose share
    surely exceeds `frequent_share`, by default the even share 1 / categories. Worse needs q <= 1 -
    confidence. Weak points first, then by bad cases above what the rest's figure would give.

    Source: Newcombe (1998), Stat. Med. 17:873-890; Fisher's exact test; Benjamini and Hochberg (1995),
    J. R. Stat. Soc. B 57:289-300.

    >>> found = weak_points(pd.DataFrame({"category": ["a", "b", "c"], "cases": [600, 200, 100],
    ...     "bad": [120, 10, 6]}))
    >>> found[["category", "class"]].to_dict("list")
    {'category': ['a', 'c', 'b'], 'class': ['weak_point', 'neither', 'neither']}
    """
    require(cases, ["category", "cases", "bad"], "weak points")
    table = cases.groupby("category", dropna=False, sort=False)[["cases", "bad"]].sum().reset_index()
    n, x = table["cases"].to_numpy("float64"), table["bad"].to_numpy("float64")
    others, bad_others = n.sum() - n, x.sum() - x
    even = 1 / max(len(table), 1) if frequent_share is None else frequent_share
    share_low, share_high = intervals.wilson(n, n.sum() + 0 * n, 1 - (1 - confidence) / max(len(table), 1))
    low, high = intervals.newcombe_difference(x, n, bad_others, others, confidence)
    judged = (n >= LEAST_CASES) & (others >= LEAST_CASES)
    p = np.where(judged, _fisher(x, n, bad_others, others), np.nan)
    q = adjusted(p)
    value, rest = (top / np.where(below > 0, below, np.nan) for top, below in ((x, n), (bad_others, others)))
    frequent, worse = share_low > even, q <= 1 - confidence
    found = np.select(
        [~judged, frequent & worse, frequent, worse],
        ["too_few", "weak_point", "frequent", "worse"],
        "neither",
    )
    table = table.assign(
        share=n / n.sum() if n.sum() > 0 else np.nan, share_low=share_low, share_high=share_high, value=value,
        rest=rest, difference=value - rest, low=low, high=high, p=p, q=q, **{"class": found},
    )  # fmt: skip
    first = table["class"].map({"weak_point": 0, "worse": 1, "frequent": 2, "neither": 2, "too_few": 3})
    order = table.assign(_first=first, _size=-(x - n * rest), _name=table["category"].astype("string"))
    kept = order.sort_values(["_first", "_size", "_name"], kind="stable")
    return kept.drop(columns=["_first", "_size", "_name"]).reset_index(drop=True)


def _fisher(x: Array, n: Array, bad_others: Array, others: Array) -> Array:
    """The chance of at least x bad cases among n, if the bad ones fell on all cases alike."""
    from scipy.stats import hypergeom  # imported here: it takes a second, and only analyses need it

    population, bad = n + others, x + bad_others
    return np.asarray(hypergeom.sf(x - 1, population, bad, n), dtype=np.float64)
