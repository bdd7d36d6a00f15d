"""How often a measure on a bare count is called effective: without an effect, and with a real one.

Run by hand: python tests/benchmarks/count_rates.py [runs]. The tests in tests/verification run fewer.
Weekly counts are Poisson, or negative binomial where they vary more; autocorrelation by a normal copula.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import special, stats

from sqaudit.actions import Action, checked, per_week
from sqaudit.actions.check import every_other, stood_worst
from sqaudit.periods import containing
from sqaudit.verification import Verification

BEFORE, AFTER = 30, 13
FIRST = date(2026, 1, 5)  # a Monday


@dataclass(frozen=True)
class CountWorld:
    """One sort of reality: how many cases a week, how they vary, and what segments there are beside."""

    name: str
    mean: float = 20.0
    dispersion: float = 1.0  # variance over mean
    correlation: float = 0.0
    others: tuple[float, ...] = ()  # the size of the other segments, the treated one being 1
    step: float = 1.0  # what the volume of all segments is multiplied by when the measure begins
    picked: bool = False  # the measure is for the segment with the most cases before it


SIZES = (0.3, 0.5, 2.0, 5.0)
NEARLY = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
COUNT_NULLS = [
    CountWorld("no controls"),
    CountWorld("no controls, few cases", mean=1.5),
    CountWorld("no controls, twice the variance, autocorrelation 0.3", 20, 2.0, 0.3),
    CountWorld("controls of other sizes", 20, 1.0, 0.0, SIZES),
    CountWorld("controls of other sizes, volume falls by a quarter", 20, 1.5, 0.2, SIZES, 0.75),
    CountWorld("one small control, volume falls by a quarter", 20, 1.0, 0.0, (0.3,), 0.75),
    CountWorld("the most of eight, all alike", 20, 1.0, 0.0, (1.0,) * 7, picked=True),
    CountWorld("the most of eight of other sizes", 20, 1.5, 0.2, NEARLY, picked=True),
]


def weekly(rng: np.random.Generator, world: CountWorld, means: np.ndarray) -> np.ndarray:
    """Counts, one for each week, whose neighbours correlate."""
    new = rng.normal(size=len(means))
    state = np.empty_like(new)
    state[0] = new[0]
    for week in range(1, len(new)):
        state[week] = world.correlation * state[week - 1] + np.sqrt(1 - world.correlation**2) * new[week]
    chance = special.ndtr(state)
    if world.dispersion == 1:
        return np.asarray(stats.poisson.ppf(chance, means))
    size = means / (world.dispersion - 1)
    return np.asarray(stats.nbinom.ppf(chance, size, 1 / world.dispersion))


def judged(world: CountWorld, rng: np.random.Generator, effect: float = 1.0) -> Verification:
    """The verification of a measure that multiplies the count of its segment by `effect`; fewer is better."""
    weeks = [containing(FIRST + timedelta(weeks=week), "week").label for week in range(BEFORE + AFTER)]
    after = np.arange(len(weeks)) >= BEFORE
    sizes = (1.0, *world.others)
    volume = world.mean * np.where(after, world.step, 1.0)
    tables = [weekly(rng, world, volume * size) for size in sizes]
    chosen = int(np.argmax([table[:BEFORE].sum() for table in tables])) if world.picked else 0
    if effect != 1.0:
        tables[chosen][BEFORE:] = weekly(rng, world, volume * sizes[chosen] * effect)[BEFORE:]
    frames = [
        pd.DataFrame({"period": weeks, "value": table, "region": f"S{place}"})[table > 0]
        for place, table in enumerate(tables)
    ]
    figures = pd.concat(frames).assign(indicator="cases", direction="lower")
    start = FIRST + timedelta(weeks=BEFORE)
    action = Action(id="A", action="x", indicator="cases", segment=f"region=S{chosen}", start=start)
    laid_out = per_week(figures, ["region"], weeks)
    return checked(
        action,
        laid_out,
        chosen_as_worst=stood_worst(action, laid_out),
        peers=every_other(laid_out, action),
    )


def count_rate(world: CountWorld, runs: int, effect: float = 1.0, seed: int = 5) -> float:
    """How often the measure is called effective."""
    rng = np.random.default_rng(seed)
    return float(np.mean([judged(world, rng, effect).verdict == "effective" for _ in range(runs)]))


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"No effect: called effective, {runs} runs (stated: at most 2.5 %)")
    for world in COUNT_NULLS:
        print(f"  {count_rate(world, runs):7.1%}  {world.name}", flush=True)
    print("A third fewer: called effective")
    for world in COUNT_NULLS:
        print(f"  {count_rate(world, runs, 0.67):7.1%}  {world.name}", flush=True)
