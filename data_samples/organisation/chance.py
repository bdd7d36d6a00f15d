"""Time and chance: moments of demand, waits, draws; every table has a stream of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .facts import (
    AFTER_LAUNCH,
    AS_OF,
    BEFORE_LAUNCH,
    BEGIN,
    END,
    LAUNCH,
    NEWCOMERS_FROM,
    PRODUCTS,
    REGIONS,
    SEASON,
    ZONES,
    Frame,
    Series,
    agent_numbers,
    is_rush,
    workday,
)

Rng = np.random.Generator


def stream(seed: int, name: str) -> Rng:
    """Return the random numbers of one table, which no other table can disturb."""
    return np.random.default_rng([seed, *name.encode()])


def hours(profile: Sequence[float], week: Sequence[float], quiet: float) -> Frame:
    """Return every hour of the five quarters with its usual weight; days off work are quieter."""
    start = pd.Series(pd.date_range(BEGIN, END, freq="h", inclusive="left"))
    weight = np.asarray(profile, dtype=float)[start.dt.hour] * np.asarray(week)[start.dt.day_of_week]
    weight = weight * np.asarray(SEASON)[start.dt.month - 1] * np.where(workday(start), 1.0, quiet)
    growth = 1 + 0.06 * (start - BEGIN) / (END - BEGIN)
    return pd.DataFrame({"start": start, "usual": weight * growth})


def moments(rng: Rng, grid: Frame, n: int, rush: float = 1.0) -> Frame:
    """Return n moments in order, each with the load of the desk at that time (1 on an ordinary hour)."""
    weight = grid["usual"] * np.where(is_rush(grid["start"]), rush, 1.0)
    row = np.sort(rng.choice(len(grid), size=n, p=weight / weight.sum()))
    # The roster follows the usual hours of the day, though not fully; it does not know of the rush.
    ordinary = np.average(grid["usual"], weights=weight)
    load = (weight / grid["usual"].where(weight > 0, 1.0)) * (grid["usual"] / ordinary) ** 0.4
    time = later(grid["start"].iloc[row].reset_index(drop=True), rng.integers(0, 3600, n) / 60)
    drawn = pd.DataFrame({"time": time, "load": load.iloc[row].to_numpy()})
    return drawn.sort_values("time", ignore_index=True)


def waits(rng: Rng, load: Series, typical: Any) -> np.ndarray:
    """Return seconds in the queue: a little longer at busy hours, far longer once the load is unusual."""
    queue = np.exp(0.35 * (load - 1) + 1.5 * np.maximum(load - 1.6, 0))
    return np.asarray(typical * queue * np.exp(0.75 * rng.standard_normal(len(load))))


def later(times: Series, minutes: Any) -> Series:
    """Return the times moved by minutes, to the second."""
    seconds = np.round(np.nan_to_num(np.asarray(minutes, dtype=float)) * 60).astype("int64")
    return (times + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]")


def minute(times: Series) -> Series:
    """Return the times without their seconds, as people write them."""
    return times.dt.floor("min")


def known(times: Series) -> Series:
    """Return the times that had come when the extract was taken; the rest is not known yet."""
    return times.where(times < AS_OF)


def earliest(first: Series, second: Series) -> Series:
    """Return the earlier of two times."""
    return first.where(first <= second, second)


def choices(rng: Rng, options: Mapping[str, float], n: int) -> Series:
    """Return n draws from weighted options."""
    share = np.asarray(list(options.values()))
    return pd.Series(rng.choice(list(options), size=n, p=share / share.sum()), dtype="str")


def chosen(rng: Rng, options: Sequence[str], n: int) -> Series:
    """Return n draws from equal options."""
    return choices(rng, dict.fromkeys(options, 1.0), n)


def happens(rng: Rng, chance: Any, n: int) -> np.ndarray:
    """Return for each of n cases whether something of a given chance happens."""
    return np.asarray(rng.random(n) < np.asarray(chance, dtype=float))


def truth(values: Any, where: Any = True) -> Series:
    """Return yes or no where it applies, and nothing elsewhere."""
    said = pd.Series(np.asarray(values, dtype=bool)).astype("boolean")
    return said.where(np.broadcast_to(np.asarray(where, dtype=bool), len(said)))


def numbers(prefix: str, n: int) -> Series:
    """Return n running identifiers."""
    return pd.Series([f"{prefix}{i:06d}" for i in range(1, n + 1)], dtype="str")


def numbered(frame: Frame, name: str, prefix: str, by: str) -> Frame:
    """Return the rows in order of time with running identifiers."""
    ordered = frame.sort_values(by, kind="stable", ignore_index=True)
    return ordered.assign(**{name: numbers(prefix, len(frame))})


def products(rng: Rng, times: Series) -> Series:
    """Return a product for each moment: the newest one is asked about more once it is launched."""
    before, after = np.cumsum(BEFORE_LAUNCH), np.cumsum(AFTER_LAUNCH)
    draw = rng.random(len(times))
    index = np.where(times >= LAUNCH, np.searchsorted(after, draw), np.searchsorted(before, draw))
    return pd.Series(np.asarray(PRODUCTS)[np.minimum(index, len(PRODUCTS) - 1)], dtype="str")


def agents(rng: Rng, teams: Series, times: Series) -> Series:
    """Return one agent of each team; five of Desk C joined on 6 July 2026."""
    draw, found = rng.random(len(teams)), pd.Series("", index=teams.index, dtype="str")
    for team, people in agent_numbers().items():
        size = np.where((team == "Desk C") & (times < NEWCOMERS_FROM), 2, len(people))
        who = pd.Series(np.asarray(people)[(draw * size).astype(int)], index=teams.index, dtype="str")
        found = found.mask(teams == team, who)
    return found


def customers(rng: Rng, times: Series, scale: float) -> Frame:
    """Return the customer behind each contact, who lives in one place and stays new or existing.

    The campaign of the launch brings in new customers; how well each sort is served does not change.
    """
    n = len(times)
    region, zone = choices(rng, REGIONS, n), choices(rng, ZONES, n)
    new = happens(rng, np.where(times >= LAUNCH, 0.46, 0.24), n)
    return placed(rng, region, zone, new, scale)


def placed(rng: Rng, region: Series, zone: Series, new: np.ndarray, scale: float) -> Frame:
    """Return customers of given places; the number of a customer belongs to one place and sort."""
    names, zones = list(REGIONS), list(ZONES)
    people = region.map(REGIONS) * zone.map(ZONES) * np.where(new, 4000, 5000) * scale
    cell = region.map(names.index) * 10 + zone.map(zones.index) * 2 + new
    number = (rng.random(len(region)) * np.maximum(people, 1)).astype(int)
    ids = [f"C{c:02d}{i:04d}" for c, i in zip(cell, number, strict=True)]
    return pd.DataFrame(
        {
            "region": region,
            "zone": zone,
            "customer_id": pd.Series(ids, dtype="str"),
            "customer_class": pd.Series(np.where(new, "new", "existing"), dtype="str"),
        }
    )
