"""A sample divided among strata: in proportion, by Neyman, by cost, or equally.

Every rule gives each stratum a weight. The sample goes out in proportion to the weights, held between a
minimum and the size of each stratum; a stratum that would get more than it has is taken whole, and the rest
is divided anew. The parts are whole numbers that add up to the sample exactly.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Literal, get_args

import pandas as pd

from sqaudit.sampling.exact import Number, exact, whole

Rule = Literal["proportional", "neyman", "cost_optimal", "equal"]
LEAST = 2  # two of a stratum are needed to estimate how much it varies
COLUMNS = [
    "stratum", "population", "weight_share", "sample_size", "sampling_share", "take_all", "below_minimum",
]  # fmt: skip

Sizes = Mapping[Hashable, int]
Figures = Mapping[Hashable, Number]


def allocate(
    sample_size: int,
    populations: Sizes,
    rule: Rule = "proportional",
    *,
    standard_deviations: Figures | None = None,
    unit_costs: Figures | None = None,
    minimum: int | Sizes = LEAST,
) -> pd.DataFrame:
    """The sample of each stratum, one row each, in the order of `populations`.

    Weights: the population N (proportional), N x standard deviation S (neyman), N x S / sqrt(cost)
    (cost_optimal), or 1 (equal). `minimum` is one number or one per stratum; a stratum smaller than that is
    taken whole. If the sample cannot give every stratum its minimum, the minimum is lowered for all alike
    as far as needed, and `below_minimum` says where. A stratum without spread gets its minimum only, unless
    all others are exhausted. Fractions go to the largest remainders; equal ones by the name of the stratum,
    so the result does not depend on the order of the strata.

    Columns: `stratum, population, weight_share, sample_size, sampling_share, take_all, below_minimum`.
    ValueError for a sample larger than all strata together, or figures missing or negative.

    Source: Neyman (1934), J. R. Stat. Soc. 97:558-606; costs, take-all strata and minima: Cochran (1977),
    Sampling Techniques, 3rd ed., sections 5.5 and 5.8; within bounds the optimum stays in proportion to the
    weights between them (Stenger and Gabler 2005, Metrika 61:137-156).

    >>> allocate(30, {"phone": 900, "chat": 90, "site": 10})["sample_size"].tolist()
    [25, 3, 2]
    >>> spread = {"phone": 0.1, "chat": 0.4, "site": 9}
    >>> allocate(60, {"phone": 900, "chat": 90, "site": 10}, "neyman", standard_deviations=spread)[
    ...     ["stratum", "sample_size", "take_all"]].values.tolist()
    [['phone', 36, False], ['chat', 14, False], ['site', 10, True]]
    """
    sizes = {key: whole(size, f"population of {key}") for key, size in populations.items()}
    total = whole(sample_size, "sample_size")
    if total > sum(sizes.values()):
        raise ValueError(
            f"sample_size must not exceed all strata together, {sum(sizes.values())}; found {total}."
        )
    weights = _weights(rule, sizes, standard_deviations, unit_costs)
    wanted = _minima(minimum, sizes)
    least = _affordable(wanted, total)
    parts = _whole_parts(_within_bounds(total, weights, least, sizes), total)
    return _table(sizes, weights, wanted, parts)


def stratified_variance(populations: Sizes, standard_deviations: Figures, sample_sizes: Sizes) -> float:
    """The variance of the mean (or share) over all strata that these samples leave.

    The sum of W^2 S^2 (1 / n - 1 / N) with W = N / (sum of N). NaN when a stratum with spread has no sample.

    Source: Cochran (1977), Sampling Techniques, 3rd ed., section 5.3.

    >>> stratified_variance({"a": 50, "b": 50}, {"a": 1, "b": 1}, {"a": 50, "b": 25})
    0.005
    """
    variance = _exact_variance(populations, standard_deviations, sample_sizes)
    return math.nan if variance is None else float(variance)


def _exact_variance(populations: Sizes, standard_deviations: Figures, sample_sizes: Sizes) -> Fraction | None:
    """The variance as a fraction; None where a stratum with spread has no sample."""
    everything = sum(populations.values())
    total = Fraction(0)
    for key, size in populations.items():
        spread, n = _figure(standard_deviations, key, "standard_deviations"), sample_sizes[key]
        if size == 0 or spread == 0:
            continue
        if n == 0:
            return None
        total += Fraction(size, everything) ** 2 * spread**2 * (Fraction(1, n) - Fraction(1, size))
    return total


def size_for_variance(
    variance: Number,
    populations: Sizes,
    standard_deviations: Figures,
    *,
    rule: Rule = "neyman",
    unit_costs: Figures | None = None,
    minimum: int | Sizes = LEAST,
) -> pd.DataFrame:
    """The allocation of the smallest sample whose variance is at most the one given.

    Columns as in `allocate`. With `cost_optimal` it is the cheapest as well, up to whole numbers.

    >>> strata = {"a": 1000, "b": 1000}
    >>> size_for_variance(0.0005, strata, {"a": 0.5, "b": 0.3})["sample_size"].tolist()
    [171, 103]
    """
    target = exact(variance, "variance")
    if target < 0:
        raise ValueError(f"variance must be 0 or more; found {variance}.")

    def holds(table: pd.DataFrame) -> bool:
        # exactly: as a float the variance can lie above the target that it equals
        reached = _exact_variance(populations, standard_deviations, _parts_of(table))
        return reached is not None and reached <= target

    def divide(n: int) -> pd.DataFrame:
        return allocate(
            n,
            populations,
            rule,
            standard_deviations=standard_deviations,
            unit_costs=unit_costs,
            minimum=minimum,
        )

    short, enough = -1, sum(populations.values())
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if holds(divide(middle)) else (middle, enough)
    return divide(enough)


def size_for_budget(
    budget: Number,
    populations: Sizes,
    unit_costs: Figures,
    *,
    standard_deviations: Figures | None = None,
    rule: Rule = "cost_optimal",
    minimum: int | Sizes = LEAST,
) -> pd.DataFrame:
    """The allocation of the largest sample that the budget pays for; columns as in `allocate`.

    Without standard deviations all strata count as equally spread. A budget that pays for nothing gives a
    sample of 0.

    >>> size_for_budget(100, {"call": 500, "visit": 500}, {"call": 1, "visit": 4})["sample_size"].tolist()
    [33, 16]
    """
    money = exact(budget, "budget")
    if money < 0:
        raise ValueError(f"budget must be 0 or more; found {budget}.")
    spread = standard_deviations or dict.fromkeys(populations, 1)

    def divide(n: int) -> pd.DataFrame:
        return allocate(
            n, populations, rule, standard_deviations=spread, unit_costs=unit_costs, minimum=minimum
        )

    def affordable(table: pd.DataFrame) -> bool:
        parts = _parts_of(table)
        return sum(_figure(unit_costs, key, "unit_costs") * n for key, n in parts.items()) <= money

    enough, beyond = 0, sum(populations.values()) + 1
    while beyond - enough > 1:
        middle = (enough + beyond) // 2
        enough, beyond = (middle, beyond) if affordable(divide(middle)) else (enough, middle)
    return divide(enough)


def _weights(
    rule: Rule, sizes: Sizes, spreads: Figures | None, costs: Figures | None
) -> dict[Hashable, Fraction]:
    if rule not in get_args(Rule):
        raise ValueError(f"rule must be one of {', '.join(get_args(Rule))}; found {rule!r}.")
    if rule == "equal":
        return {key: Fraction(size > 0) for key, size in sizes.items()}
    weights = {key: Fraction(size) for key, size in sizes.items()}
    if rule in ("neyman", "cost_optimal"):
        for key in sizes:
            weights[key] *= _figure(spreads, key, "standard_deviations")
    if rule == "cost_optimal":
        for key in sizes:
            cost = _figure(costs, key, "unit_costs")
            if cost == 0:
                raise ValueError(f"unit_costs must be above 0; found 0 for {key}.")
            weights[key] /= exact(math.sqrt(cost))
    return weights


def _figure(figures: Figures | None, key: Hashable, name: str) -> Fraction:
    if figures is None or key not in figures:
        raise ValueError(f"{name} must have a figure for every stratum; found none for {key}.")
    value = exact(figures[key], f"{name} of {key}")
    if value < 0:
        raise ValueError(f"{name} must be 0 or more; found {figures[key]} for {key}.")
    return value


def _minima(minimum: int | Sizes, sizes: Sizes) -> dict[Hashable, int]:
    """What each stratum should get at least, never more than it has."""
    if isinstance(minimum, Mapping):
        wanted = {key: whole(minimum.get(key, 0), f"minimum of {key}") for key in sizes}
    else:
        wanted = dict.fromkeys(sizes, whole(minimum, "minimum"))
    return {key: min(wanted[key], size) for key, size in sizes.items()}


def _affordable(wanted: Sizes, total: int) -> dict[Hashable, int]:
    """The minima, lowered to the highest common ceiling that the sample can pay for."""
    ceiling = max(wanted.values(), default=0)
    while sum(min(least, ceiling) for least in wanted.values()) > total:
        ceiling -= 1
    return {key: min(least, ceiling) for key, least in wanted.items()}


def _within_bounds(
    total: int, weights: Mapping[Hashable, Fraction], least: Sizes, most: Sizes
) -> dict[Hashable, Fraction]:
    """What is in proportion to the weights between the bounds of each stratum, and adds up to the total."""
    unweighted = [key for key, weight in weights.items() if weight == 0]
    weighted = [key for key, weight in weights.items() if weight > 0]
    rest = total - sum(least[key] for key in unweighted)
    room = sum(most[key] for key in weighted)
    if rest <= room:
        return {key: Fraction(least[key]) for key in unweighted} | _filled(
            rest, weighted, weights, least, most
        )
    # All that vary are taken whole; what is left goes to the others by their size.
    by_size = {key: Fraction(most[key]) for key in unweighted}
    counted = [key for key in unweighted if most[key] > 0]
    filled = _filled(total - room, counted, by_size, least, most)
    return {key: Fraction(0) for key in unweighted} | filled | {key: Fraction(most[key]) for key in weighted}


def _filled(
    total: int, keys: Sequence[Hashable], weights: Mapping[Hashable, Fraction], least: Sizes, most: Sizes
) -> dict[Hashable, Fraction]:
    """The same for strata that all have a weight: the level is raised until the total is given out."""
    given = {key: Fraction(least[key]) for key in keys}
    rest = Fraction(total - sum(least[key] for key in keys))
    # The level is n / weight: a stratum grows from where its minimum is passed to where it is full.
    turns = [(least[key] / weights[key], weights[key]) for key in keys]
    turns += [(most[key] / weights[key], -weights[key]) for key in keys]
    level, growing = Fraction(0), Fraction(0)
    for turn, change in sorted(turns):
        if growing > 0 and growing * (turn - level) >= rest:
            break
        rest -= growing * (turn - level)
        level, growing = turn, growing + change
    if growing > 0:
        level += rest / growing
    return {key: min(max(level * weights[key], given[key]), Fraction(most[key])) for key in keys}


def _whole_parts(quotas: Mapping[Hashable, Fraction], total: int) -> dict[Hashable, int]:
    """Whole numbers that add up to the total: the largest remainders are rounded up."""
    parts = {key: math.floor(quota) for key, quota in quotas.items()}
    by_remainder = sorted(quotas, key=lambda key: (parts[key] - quotas[key], str(key)))
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def _table(sizes: Sizes, weights: Mapping[Hashable, Fraction], wanted: Sizes, parts: Sizes) -> pd.DataFrame:
    together = sum(weights.values())
    rows = [
        {
            "stratum": key,
            "population": size,
            "weight_share": float(weights[key] / together) if together else math.nan,
            "sample_size": parts[key],
            "sampling_share": parts[key] / size if size else math.nan,
            "take_all": 0 < size == parts[key],
            "below_minimum": parts[key] < wanted[key],
        }
        for key, size in sizes.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _parts_of(table: pd.DataFrame) -> dict[Hashable, int]:
    return dict(zip(table["stratum"], table["sample_size"].astype(int), strict=True))
