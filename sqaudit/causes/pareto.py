"""Categories by size: which are the largest, and which of them counts can tell apart."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from sqaudit import intervals
from sqaudit.finite_population import Array
from sqaudit.frames import require
from sqaudit.tests_of_change.families import adjusted

OTHER = "other"  # the key of the small categories taken together

__all__ = ["OTHER", "pareto"]


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
    pairs = _pairs(sizes["count"].to_numpy("float64"))
    table = sizes.assign(
        kind="category", share=sizes["count"] / total, low=low, high=high, gathered=1,
        **_ranks(sizes["count"].to_numpy("float64"), pairs, 1 - confidence),
    )  # fmt: skip
    small = (table["count"] < least) | (np.arange(len(table)) >= most)
    if small.sum() > 1:
        table = pd.concat([table[~small], _gathered(table[small], total, confidence, len(sizes))])
    return table.assign(cumulative=table["share"].cumsum()).reset_index(drop=True)[list(_PARETO)]


_PARETO = (
    "category", "kind", "count", "share", "low", "high", "cumulative", "rank", "rank_low", "rank_high",
    "p_next", "distinct", "gathered",
)  # fmt: skip


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
    """The exact two-sided p of each pair, adjusted: given their sum, is one half of it each possible?"""
    pairs = np.array(list(combinations(range(len(count)), 2)), dtype=np.int64).reshape(-1, 2)
    less, both = np.minimum(*count[pairs].T), count[pairs].sum(axis=1)
    p = np.minimum(2 * special.bdtr(less, both.astype(np.int64), 0.5), 1)
    return pd.DataFrame({"first": pairs[:, 0], "second": pairs[:, 1], "p": adjusted(p, "holm")})


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
