"""What a rule like "10 % of each channel and week" comes to: how many it takes, and what that can tell.

Documents write their samples as percentages. A percentage says nothing about precision: 10 % of 60 calls is
six, of 12,000 it is 1,200. The plan puts beside each size what it can and cannot see.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sqaudit.frames import require
from sqaudit.sampling.allocation import allocate
from sqaudit.sampling.discovery import attribute_plan, chance_to_find_one, sight
from sqaudit.sampling.exact import Number, ceil_of, exact, share_between, whole
from sqaudit.sampling.precision import achieved, size_by_width

POPULATION = "population"


@dataclass(frozen=True)
class PercentageRule:
    """A percentage to inspect, and the questions put to the sample it gives.

    `minimum_per_stratum` and `minimum_per_agent` raise the sample where the percentage gives less.
    `expected_share` is the share of passes one expects (0.5 is the worst case), `tolerable_rate` the rate of
    failures that must not go unseen, `half_width` the precision wished for (0.03 is +-3 points).
    ValueError for a percentage outside (0, 1] and other figures that cannot be.
    """

    percentage: Number = "10%"
    minimum_per_stratum: int = 0
    minimum_per_agent: int = 0
    expected_share: Number = 0.95
    tolerable_rate: Number = 0.05
    half_width: Number = 0.03
    confidence: Number = 0.95

    def __post_init__(self) -> None:
        share_between(self.percentage, "percentage", one=True)
        whole(self.minimum_per_stratum, "minimum_per_stratum")
        whole(self.minimum_per_agent, "minimum_per_agent")
        share_between(self.tolerable_rate, "tolerable_rate")

    def size(self, population: int) -> int:
        """How many of a population: the percentage rounded up or the minimum, never more than there are.

        >>> PercentageRule("7%").size(100), PercentageRule("10%", minimum_per_stratum=8).size(60)
        (7, 8)
        """
        wanted = max(ceil_of(self.percentage, population), self.minimum_per_stratum)
        return min(wanted, population)


def planning_table(
    rule: PercentageRule, strata: pd.DataFrame, by: Sequence[str], agent: str | None = None
) -> pd.DataFrame:
    """The plan, one row per stratum, in the order of the stratum's names.

    Columns in: those of `by` (such as channel and week), `population` (items to draw from), and the column
    `agent` if there is a minimum per agent, with one row per stratum and agent. Rows of a stratum are added.
    Columns out: those of `by`, `population`, `agents` (with `agent` only), then
    `rule_size` (the percentage alone, rounded up), `sample_size` (with the minima), `sampling_share`,
    `low_share, high_share, half_width_points, method` (the precision at the expected share),
    `rate_if_none_found, count_if_none_found` (what no failure found leaves possible),
    `chance_to_see_tolerable` (to find a failure at the tolerable rate),
    `size_to_see_tolerable` (what it takes to see it at the confidence), and
    `size_for_half_width` (what it takes to be as precise as wished).
    A stratum without items gets sizes of 0 and NaN for the rest.
    FrameError for missing columns; ValueError that lists all populations that are no whole numbers.

    >>> calls = pd.DataFrame({"channel": ["phone", "chat"], "population": [600, 60]})
    >>> plan = planning_table(PercentageRule("10%"), calls, ["channel"])
    >>> plan[["channel", "sample_size", "half_width_points", "count_if_none_found"]].round(1).values.tolist()
    [['chat', 6, 22.2, 22], ['phone', 60, 6.0, 27]]
    """
    if rule.minimum_per_agent and agent is None:
        raise ValueError("minimum_per_agent needs the column of agents; name it as `agent`.")
    groups = _groups(strata, by, agent)
    rows = [
        dict(zip(by, keys, strict=True)) | _planned(rule, _populations(group, agent), agent is not None)
        for keys, group in groups
    ]
    columns = [*by, POPULATION, *(["agents"] if agent else []), *_PLANNED]
    return pd.DataFrame(rows, columns=columns).astype({"count_if_none_found": "Int64"})


def agent_table(
    rule: PercentageRule, strata: pd.DataFrame, by: Sequence[str], agent: str = "agent"
) -> pd.DataFrame:
    """The sample of each stratum divided among its agents, in proportion to their items and with the minimum.

    Columns in as for `planning_table`. Columns out: those of `by`, `agent`, then `population, sample_size,
    sampling_share, take_all, below_minimum` as in `allocate`.

    >>> calls = pd.DataFrame({"week": [36, 36], "agent": ["Li", "Wu"], "population": [90, 10]})
    >>> agent_table(PercentageRule("10%", minimum_per_agent=3), calls, ["week"])["sample_size"].tolist()
    [7, 3]
    """
    parts = []
    for keys, group in _groups(strata, by, agent):
        sizes = _populations(group, agent)
        total = _sample_size(rule, sizes, per_agent=True)
        table = allocate(total, sizes, minimum=rule.minimum_per_agent).rename(columns={"stratum": agent})
        parts.append(table.drop(columns="weight_share").assign(**dict(zip(by, keys, strict=True))))
    columns = [*by, agent, POPULATION, "sample_size", "sampling_share", "take_all", "below_minimum"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def pooled_or_each(rule: PercentageRule, strata: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Two readings of one percentage: of all items together, or of each stratum (A31).

    Columns: `reading` (pooled, each), `strata`, `population`, `sample_size`, `smallest_sample` of a stratum
    (one can be sure of none when pooled), `half_width_points` of all items together. The minimum per stratum
    counts for both readings, the one per agent for neither.

    >>> calls = pd.DataFrame({"week": [36, 37, 38], "population": [41, 52, 63]})
    >>> pooled_or_each(PercentageRule("10%"), calls, ["week"])["sample_size"].tolist()
    [16, 18]
    """
    sizes = [sum(_populations(group, None).values()) for _, group in _groups(strata, by, None)]
    population = sum(sizes)
    each = [rule.size(size) for size in sizes]
    rows = []
    for reading, total, least in (
        ("pooled", rule.size(population), 0),
        ("each", sum(each), min(each, default=0)),
    ):
        precision = achieved(total, rule.expected_share, rule.confidence, population)
        rows.append((reading, len(sizes), population, total, least, precision.half_width_points))
    columns = ["reading", "strata", "population", "sample_size", "smallest_sample", "half_width_points"]
    return pd.DataFrame(rows, columns=columns)


_PLANNED = (
    "rule_size", "sample_size", "sampling_share", "low_share", "high_share", "half_width_points", "method",
    "rate_if_none_found", "count_if_none_found", "chance_to_see_tolerable", "size_to_see_tolerable",
    "size_for_half_width",
)  # fmt: skip


def _planned(rule: PercentageRule, sizes: dict[Hashable, int], per_agent: bool) -> dict[str, Any]:
    population = sum(sizes.values())
    n = _sample_size(rule, sizes, per_agent=per_agent)
    row: dict[str, Any] = {
        POPULATION: population,
        "agents": len(sizes),
        "rule_size": ceil_of(rule.percentage, population),
        "sample_size": n,
    }
    if population == 0:
        return row | {"size_to_see_tolerable": 0, "size_for_half_width": 0, "method": "none"}
    precision = achieved(n, rule.expected_share, rule.confidence, population)
    seen = sight(n, population, rule.confidence)
    return row | {
        "sampling_share": n / population,
        "low_share": precision.low_share,
        "high_share": precision.high_share,
        "half_width_points": precision.half_width_points,
        "method": precision.method,
        "rate_if_none_found": seen.rate_if_none_found,
        "count_if_none_found": seen.count_if_none_found,
        "chance_to_see_tolerable": _chance_to_see(rule, n, population),
        "size_to_see_tolerable": attribute_plan(
            rule.tolerable_rate, rule.confidence, population=population
        ).sample_size,
        "size_for_half_width": size_by_width(
            rule.half_width, rule.expected_share, rule.confidence, population
        ),
    }


def _chance_to_see(rule: PercentageRule, n: int, population: int) -> float:
    # The fewest failures that reach the tolerable rate, as in the plan that must see them.
    return chance_to_find_one(n, exact(ceil_of(rule.tolerable_rate, population)) / population, population)


def _sample_size(rule: PercentageRule, sizes: dict[Hashable, int], *, per_agent: bool) -> int:
    least = sum(min(rule.minimum_per_agent, size) for size in sizes.values()) if per_agent else 0
    return max(rule.size(sum(sizes.values())), least)


def _groups(
    strata: pd.DataFrame, by: Sequence[str], agent: str | None
) -> list[tuple[tuple[Any, ...], pd.DataFrame]]:
    """The rows of each stratum with its keys, in the order of the keys; all of them if there is no key."""
    require(strata, [*by, *([agent] if agent else []), POPULATION], "a table of strata to plan for")
    counts = pd.to_numeric(strata[POPULATION], errors="coerce")
    wrong = strata[POPULATION][~((counts >= 0) & (counts == counts.round()))]
    if len(wrong):
        found = ", ".join(f"{value!r} in row {row}" for row, value in wrong.head(10).items())
        raise ValueError(f"population must hold whole numbers of 0 or more; found {found}.")
    if not by:
        return [((), strata)] if len(strata) else []
    return [(keys, group) for keys, group in strata.groupby(list(by), dropna=False, sort=True)]


def _populations(group: pd.DataFrame, agent: str | None) -> dict[Hashable, int]:
    """The items of each agent, or of the stratum as a whole, by name."""
    if agent is None:
        return {"all": int(group[POPULATION].sum())}
    counted = group.groupby(agent, dropna=False, sort=True)[POPULATION].sum()
    return {
        ("" if isinstance(name, float) and math.isnan(name) else name): int(n) for name, n in counted.items()
    }
