"""How many cases each stratum of a frame gives to the sample."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from sqaudit.drawing.frame import Stratum
from sqaudit.errors import Fault, ParameterError
from sqaudit.sample_plan import SamplePlan
from sqaudit.sampling.allocation import allocate
from sqaudit.sampling.exact import ceil_of

Sizes = Mapping[Stratum, int]
Wanted = dict[Stratum, int]


def sample_sizes(plan: SamplePlan, sizes: Sizes) -> Wanted:
    """The sample of every stratum, of which none exceeds the stratum.

    A rate gives every stratum the smallest whole number that is at least that share of it, and at least
    `minimum`. A size is divided by the rule of the plan; more than there are cases takes them all. Strata of
    `take_all` are taken whole, before the rest is divided. With `minimum_per`, what a stratum gets is divided
    in proportion among its parts, each of which gets its minimum; a stratum with too many parts grows.
    ParameterError where a rule lacks a figure for a stratum, or a stratum would get no case at all.

    >>> phone, chat = Stratum(("phone",), ("phone",)), Stratum(("chat",), ("chat",))
    >>> plan = SamplePlan(records="call", strata=["channel"], rate=0.07, seed=1)
    >>> [(one.name, n) for one, n in sample_sizes(plan, {phone: 100, chat: 15}).items()]
    [('phone', 7), ('chat', 2)]
    """
    certain = {one: size for one, size in sizes.items() if one.take_all}
    outer = _outer(plan, sizes)
    totals = {name: sum(sizes[one] for one in parts) for name, parts in outer.items()}
    try:
        wanted = _by_rate(plan, totals) if plan.rate is not None else _by_size(plan, totals, certain)
        found = dict(certain)
        for name, parts in outer.items():
            found |= _within(plan, wanted[name], {one: sizes[one] for one in parts})
    except ValueError as error:
        key = "allocation" if plan.rate is None else "rate"
        raise ParameterError([Fault(f"sample.{key}", f"{error}")]) from error
    if empty := [one.name for one in sizes if not found[one]]:
        message = f"the sample has no case for {len(empty):,} of {len(sizes):,} strata: {_some(empty)}."
        remedy = "Raise `size`, set a `minimum`, or name fewer strata: nothing could be said of these cases."
        raise ParameterError([Fault("sample.size", message, remedy)])
    return {one: found[one] for one in sizes}


def _some(names: Sequence[str]) -> str:
    return "; ".join(names[:5]) + ("; ..." if len(names) > 5 else "")


def _outer(plan: SamplePlan, sizes: Sizes) -> dict[str, list[Stratum]]:
    """The strata by the columns of `strata` alone, each with its parts by `minimum_per`."""
    found: dict[str, list[Stratum]] = {}
    for one in sizes:
        if not one.take_all:
            name = Stratum((), one.labels[: len(plan.strata)]).name
            found.setdefault(name, []).append(one)
    return found


def _by_rate(plan: SamplePlan, totals: Mapping[str, int]) -> dict[str, int]:
    rate = plan.rate or 0
    return {name: min(size, max(ceil_of(rate, size), plan.minimum)) for name, size in totals.items()}


def _by_size(plan: SamplePlan, totals: Mapping[str, int], certain: Sizes) -> dict[str, int]:
    left = max(0, (plan.size or 0) - sum(certain.values()))
    options: dict[str, Any] = {}
    if plan.spreads:
        options["standard_deviations"] = _for_strata(plan.spreads, totals)
    if plan.costs:
        options["unit_costs"] = _for_strata(plan.costs, totals)
    if not totals:
        return {}
    populations: dict[Hashable, int] = {name: size for name, size in totals.items()}  # noqa: C416
    size = min(left, sum(totals.values()))
    table = allocate(size, populations, plan.allocation, minimum=plan.minimum, **options)
    return {str(one): int(n) for one, n in zip(table["stratum"], table["sample_size"], strict=True)}


def _for_strata(figures: Mapping[str, Any], totals: Mapping[str, int]) -> dict[str, Any]:
    """The figure of every stratum: that of its name, else of its first part (phone of phone | 2026-W39)."""
    named = {name: figures.get(name, figures.get(name.split(" | ")[0])) for name in totals}
    return {name: figure for name, figure in named.items() if figure is not None}


def _within(plan: SamplePlan, n: int, parts: Sizes) -> Wanted:
    """The sample of one stratum among its parts, the least of each assured."""
    if not plan.minimum_per:
        return dict.fromkeys(parts, n)
    least = {one: min(size, max(plan.minimum_per.values())) for one, size in parts.items()}
    names = {one.name: one for one in parts}
    populations: dict[Hashable, int] = {name: parts[one] for name, one in names.items()}
    minimum: dict[Hashable, int] = {name: least[one] for name, one in names.items()}
    table = allocate(max(n, sum(least.values())), populations, minimum=minimum)
    return {
        names[str(name)]: int(own) for name, own in zip(table["stratum"], table["sample_size"], strict=True)
    }
