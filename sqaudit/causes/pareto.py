"""Categories by size: which are the largest for sure, which are also worse than the rest, and which grew."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from sqaudit import intervals
from sqaudit.finite_population import Array
from sqaudit.frames import require

OTHER = "other"  # the key of the small categories taken together
LEAST_CASES = 20  # fewer are not judged, as everywhere in the house

__all__ = ["LEAST_CASES", "OTHER", "classified", "pareto", "weak_points"]


def pareto(counts: pd.DataFrame, *, most: int = 12, least: int = 5, confidence: float = 0.95) -> pd.DataFrame:
    """The categories by size with what chance could do to their shares and to their order.

    Columns in: `category, count`; rows of one category are added up, a missing category is one of its own.
    Columns out: `category, kind` (category or other), `count, share, low, high` (intervals that hold for
    all categories at once), `cumulative`, `rank` (ties share the best), `rank_low, rank_high` (ranks that
    hold for all at once), `p_next` (adjusted p of this one being as large as the next) and `distinct`:
    this and the next can be told apart. Beyond the `most` largest, and below `least` cases, categories
    are gathered in one row, which stands last and is not ranked; its `category` is `other`, and `gathered`
    counts them. Equal counts stand in the order of their names. No cases give an empty frame.

    Shares: Goodman (1965), Technometrics 7:247-254: Wilson intervals at confidence 1 - alpha / categories.
    Ranks: exact binomial test of each pair given its sum, Holm-adjusted over all pairs; the rank can be as
    good as 1 + the number of categories that are surely larger, as in Bazylik, Mogstad, Romano, Shaikh and
    Wilhelm (2021), NBER working paper 29519.

    >>> found = pareto(pd.DataFrame({"category": ["late", "rude", "parts"], "count": [120, 40, 38]}))
    >>> found[["category", "count", "rank", "rank_low", "rank_high", "distinct"]]
      category  count  rank  rank_low  rank_high  distinct
    0     late    120     1         1          1      True
    1     rude     40     2         2          3     False
    2    parts     38     3         2          3     False
    """
    sizes = _sizes(counts)
    total = float(sizes["count"].sum())
    if total == 0:
        return sizes.head(0).assign(**dict.fromkeys(_PARETO[1:], pd.Series(dtype="float64")))[list(_PARETO)]
    low, high = intervals.wilson(sizes["count"], total, 1 - (1 - confidence) / max(len(sizes), 1))
    adjusted = _holm(_pairs(sizes["count"].to_numpy("float64")))
    table = sizes.assign(
        kind="category", share=sizes["count"] / total, low=low, high=high, gathered=1,
        **_ranks(sizes["count"].to_numpy("float64"), adjusted, 1 - confidence),
    )  # fmt: skip
    small = (table["count"] < least) | (np.arange(len(table)) >= most)
    if small.sum() > 1:
        table = pd.concat([table[~small], _gathered(table[small], total, confidence, len(sizes))])
    return table.assign(cumulative=table["share"].cumsum()).reset_index(drop=True)[list(_PARETO)]


_PARETO = (
    "category", "kind", "count", "share", "low", "high", "cumulative", "rank", "rank_low", "rank_high",
    "p_next", "distinct", "gathered",
)  # fmt: skip


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
    q = false_discovery(p)
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


def classified(
    counts: pd.DataFrame, *, exposure_before: float, exposure_now: float, confidence: float = 0.95
) -> pd.DataFrame:
    """Cases by nature and severity, each with its own trend against the earlier period.

    Columns in: `nature, severity, count_before, count_now`. `exposure_*` is what the counts were taken
    over: cases handled, or days. Columns out: `level` (cell, nature, severity or all), `nature, severity`
    (missing where summed over), both counts, `rate_before, rate_now` (per unit of exposure), `ratio` of
    the rates with `low, high`, `p`, `q` and `trend`: up, down, no_clear_change (q > 1 - confidence), or
    too_few (under 5 cases in both periods together: no result could be clear). q is Benjamini-Hochberg
    over the cells, and over each margin by itself. In the order of the frame, margins last. ValueError
    for exposures that are not positive.

    Source: conditional binomial test for two Poisson rates, Przyborowski and Wilenski (1940), Biometrika
    31:313-323, with the interval of Clopper and Pearson (1934) for the share of the later period.

    >>> found = classified(pd.DataFrame({"nature": ["delay", "attitude"], "severity": ["major", "minor"],
    ...     "count_before": [10, 20], "count_now": [40, 21]}), exposure_before=1000, exposure_now=1000)
    >>> found.loc[found["level"] == "cell", ["nature", "trend"]].to_dict("list")
    {'nature': ['delay', 'attitude'], 'trend': ['up', 'no_clear_change']}
    """
    require(counts, ["nature", "severity", "count_before", "count_now"], "a cross table")
    if not (exposure_before > 0 and exposure_now > 0):
        raise ValueError(f"exposures must be positive; found {exposure_before!r} and {exposure_now!r}.")
    levels = {"cell": ["nature", "severity"], "nature": ["nature"], "severity": ["severity"], "all": []}
    tables = []
    for level, by in levels.items():
        numbers = counts[["count_before", "count_now"]]
        keys = [counts[name] for name in by]
        sums = numbers.groupby(keys, dropna=False, sort=False).sum().reset_index() if by else _summed(numbers)
        tables.append(_trends(sums, exposure_before, exposure_now, confidence).assign(level=level))
    return pd.concat(tables, ignore_index=True).reindex(columns=list(_CLASSIFIED))


_CLASSIFIED = (
    "level", "nature", "severity", "count_before", "count_now", "rate_before", "rate_now", "ratio", "low",
    "high", "p", "q", "trend",
)  # fmt: skip
_LEAST_FOR_TREND = 5  # 5 of 5 in one of two equal periods has a two-sided p of .0625: fewer is never clear


def false_discovery(p: Array) -> Array:
    """Benjamini-Hochberg adjusted p; those that are NaN stay so and count for nothing.

    >>> false_discovery(np.array([0.01, 0.04, np.nan, 0.03])).round(3).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return adjusted


def _sizes(counts: pd.DataFrame) -> pd.DataFrame:
    require(counts, ["category", "count"], "a Pareto chart")
    numbers = counts["count"].astype("float64")
    if (~np.isfinite(numbers) | (numbers < 0) | (numbers % 1 != 0)).any():
        raise ValueError(
            "count must hold whole numbers, 0 or more: the order of sizes is tested by counting."
        )
    sizes = counts.groupby("category", dropna=False, sort=False)["count"].sum().astype("int64").reset_index()
    order = sizes[sizes["count"] > 0].assign(
        _name=lambda frame: frame["category"].astype("string").fillna("")
    )
    ordered = order.sort_values(["count", "_name"], ascending=[False, True], kind="stable")
    return ordered.drop(columns="_name").reset_index(drop=True)


def _pairs(count: Array) -> pd.DataFrame:
    """The exact two-sided p of each pair: given their sum, is one half of it each possible?"""
    pairs = np.array(list(combinations(range(len(count)), 2)), dtype=np.int64).reshape(-1, 2)
    less, both = np.minimum(*count[pairs].T), count[pairs].sum(axis=1)
    p = np.minimum(2 * special.bdtr(less, both.astype(np.int64), 0.5), 1)
    return pd.DataFrame({"first": pairs[:, 0], "second": pairs[:, 1], "p": p})


def _holm(pairs: pd.DataFrame) -> pd.DataFrame:
    order = pairs.sort_values("p", kind="stable")
    stepped = order["p"] * np.arange(len(order), 0, -1)
    return pairs.assign(p=stepped.cummax().clip(upper=1).sort_index())


def _ranks(count: Array, pairs: pd.DataFrame, alpha: float) -> dict[str, Any]:
    size, clear = len(count), pairs[pairs["p"] <= alpha]
    # Sorted by size, so the first of a pair is the larger one.
    below = np.bincount(clear["second"], minlength=size)
    above = np.bincount(clear["first"], minlength=size)
    neighbours = pairs[pairs["second"] == pairs["first"] + 1].set_index("first")["p"]
    p_next = neighbours.reindex(range(size)).to_numpy("float64")
    return {
        "rank": np.array([int((count > one).sum()) + 1 for one in count], dtype=np.int64),
        "rank_low": 1 + below,
        "rank_high": size - above,
        "p_next": p_next,
        "distinct": p_next <= alpha,
    }


def _gathered(small: pd.DataFrame, total: float, confidence: float, categories: int) -> pd.DataFrame:
    count = int(small["count"].sum())
    low, high = intervals.wilson(count, total, 1 - (1 - confidence) / categories)
    row = {
        "category": OTHER, "kind": "other", "count": count, "share": count / total, "low": low, "high": high,
        "p_next": np.nan, "distinct": False, "gathered": len(small),
    }  # fmt: skip
    ranks = {name: pd.array([pd.NA], dtype="Int64") for name in ("rank", "rank_low", "rank_high")}
    return pd.DataFrame([row]).assign(**ranks)


def _fisher(x: Array, n: Array, bad_others: Array, others: Array) -> Array:
    """The chance of at least x bad cases among n, if the bad ones fell on all cases alike."""
    from scipy.stats import hypergeom  # imported here: it takes a second, and only analyses need it

    population, bad = n + others, x + bad_others
    return np.asarray(hypergeom.sf(x - 1, population, bad, n), dtype=np.float64)


def _summed(numbers: pd.DataFrame) -> pd.DataFrame:
    return numbers.sum().to_frame().T


def _trends(
    sums: pd.DataFrame, exposure_before: float, exposure_now: float, confidence: float
) -> pd.DataFrame:
    old, new = (sums[f"count_{period}"].to_numpy("float64") for period in ("before", "now"))
    total, even = old + new, exposure_now / (exposure_before + exposure_now)
    at_most = special.bdtr(new, total.astype(np.int64), even)
    at_least = special.bdtrc(new - 1, total.astype(np.int64), even)
    at_least = np.where(new == 0, 1.0, at_least)
    judged = total >= _LEAST_FOR_TREND
    p = np.where(judged, np.minimum(2 * np.minimum(at_most, at_least), 1), np.nan)
    q = false_discovery(p)
    low, high = intervals.clopper_pearson(new, total, confidence)
    per = exposure_before / exposure_now
    clear = q <= 1 - confidence
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(total > 0, new / old * per, np.nan)
        bounds = [np.asarray(bound / (1 - bound) * per) for bound in (low, high)]
    up = new / exposure_now > old / exposure_before
    trend = np.select([~judged, clear & up, clear], ["too_few", "up", "down"], "no_clear_change")
    return sums.assign(
        rate_before=old / exposure_before, rate_now=new / exposure_now, ratio=ratio, low=bounds[0],
        high=bounds[1], p=p, q=q, trend=trend,
    )  # fmt: skip
