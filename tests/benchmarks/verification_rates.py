"""How often a measure is called effective: without an effect, and with one of the planned size.

Run by hand: python tests/benchmarks/verification_rates.py [runs]. The tests in tests/verification run fewer.
Weekly counts are binomial, their autocorrelation that of the weekly figures as seen (normal copula).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.verification import Verification, verify

BEFORE, AFTER, CASES = 26, 13, 40
LONGEST = 104  # weeks; a plan that needs more is none


@dataclass(frozen=True)
class World:
    """One sort of reality: how weeks hang together, what segments there are, how one was picked."""

    name: str
    correlation: float = 0.0
    segments: int = 1
    spread: float = 0.0  # standard deviation of the segments' true shares
    controls: bool = False
    worst: bool = False
    share: float = 0.8
    before: int = BEFORE
    after: int = AFTER
    cases: int = CASES
    wave: float = 0.0  # height of a yearly wave of unknown phase, the same in all segments
    stray: float = 0.0  # standard deviation of the step that each segment takes by itself


NULLS = [
    World("no controls"),
    World("no controls, autocorrelation 0.3", 0.3),
    World("few periods", 0.3, before=6, after=5),
    World("small counts near one", 0.3, share=0.95, cases=10),
    World("four controls", 0.3, 5, 0.03, controls=True),
    World("one control", 0.3, 2, 0.03, controls=True),
    World("worst of eight, all alike", 0.0, 8, worst=True),
    World("worst of eight, all alike, autocorrelation 0.3", 0.3, 8, worst=True),
    World("worst of eight that differ, autocorrelation 0.3", 0.3, 8, 0.03, worst=True),
    World("worst of eight against the others", 0.3, 8, controls=True, worst=True),
    World("worst of eight that differ against the others", 0.3, 8, 0.03, controls=True, worst=True),
]
# Something else goes on as well: the stated rate does not hold for these, and the documentation says so.
BESIDE = [
    World("no controls, a yearly wave of 4 points", wave=0.04),
    World("no controls, a yearly wave of 4 points, 52 weeks before", wave=0.04, before=52),
    World("no controls, a yearly wave of 2 points", wave=0.02),
    World("five controls and a yearly wave of 4 points", 0.0, 6, controls=True, wave=0.04),
    World("five controls that stray by 3 points", 0.0, 6, controls=True, stray=0.03),
    World("two controls that stray by 3 points", 0.0, 3, controls=True, stray=0.03),
    World("one control that strays by 3 points", 0.0, 2, controls=True, stray=0.03),
]
PLANS = [
    World("no controls", 0.3, before=39),
    World("no controls, no autocorrelation", 0.0, before=39),
    World("four controls", 0.3, 5, 0.03, controls=True),
    World("worst of eight", 0.3, 8, 0.0, worst=True, before=39),
]


def counts(
    rng: np.random.Generator, share: npt.NDArray[np.float64], cases: int, correlation: float
) -> npt.NDArray[np.float64]:
    """Binomial counts, one for each week, whose neighbours correlate."""
    new = rng.normal(size=len(share))
    state = np.empty_like(new)
    state[0] = new[0]
    for week in range(1, len(new)):
        state[week] = correlation * state[week - 1] + np.sqrt(1 - correlation**2) * new[week]
    steps = special.bdtr(np.arange(cases)[None, :], cases, share[:, None])
    return np.asarray((special.ndtr(state)[:, None] > steps).sum(axis=1), dtype=np.float64)


def drawn(
    world: World, rng: np.random.Generator, effect: float, after: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The points of the treated segment and those of the others."""
    weeks = np.arange(world.before + after)
    levels = np.clip(world.share + world.spread * rng.normal(size=world.segments), 0.02, 0.98)
    courses = _courses(world, rng, levels, weeks)
    tables = [counts(rng, course, world.cases, world.correlation) for course in courses]
    picked = int(np.argmin([table[: world.before].sum() for table in tables])) if world.worst else 0
    if effect:
        risen = np.full(len(weeks), min(levels[picked] + effect, 0.99))
        tables[picked][world.before :] = counts(rng, risen, world.cases, world.correlation)[world.before :]
    frames = [
        pd.DataFrame(
            {"segment": f"S{number}", "period": weeks, "numerator": table, "denominator": world.cases}
        )
        for number, table in enumerate(tables)
    ]
    others = [frame for number, frame in enumerate(frames) if number != picked]
    return frames[picked], pd.concat(others) if others else frames[0].iloc[:0]


def _courses(
    world: World, rng: np.random.Generator, levels: npt.NDArray[np.float64], weeks: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """The true share of each segment in each week."""
    courses = np.repeat(levels[:, None], len(weeks), axis=1)
    if world.wave:
        courses = courses + world.wave * np.sin(2 * np.pi * (weeks / 52 + rng.random()))
    if world.stray:
        steps = world.stray * rng.normal(size=(len(levels), 1))
        courses = courses + np.where(weeks >= world.before, steps, 0.0)
    return np.clip(courses, 0.02, 0.98)


def verdicts(
    world: World, runs: int, effect: float = 0.0, after: int | None = None, seed: int = 1
) -> Iterator[str]:
    """The verdict of each run."""
    rng = np.random.default_rng(seed)
    for _ in range(runs):
        points, others = drawn(world, rng, effect, world.after if after is None else after)
        yield asked(world, points, others, effect or 0.08).verdict


def false_rate(world: World, runs: int, seed: int = 1) -> float:
    """How often a measure without effect is called effective."""
    return float(np.mean([verdict == "effective" for verdict in verdicts(world, runs, seed=seed)]))


def kept_promise(world: World, runs: int, effect: float = 0.08, seed: int = 2) -> tuple[float, float, float]:
    """How often an effect of the planned size is seen after as many periods as were planned for 80 %.

    Each run plans by its own past and then lives on for that long. Out: the share seen, the median wait, and
    the share of runs whose plan said that no wait of two years would do (they are not run).
    """
    rng = np.random.default_rng(seed)
    waits, seen = [], []
    for _ in range(runs):
        points, others = drawn(world, rng, effect, LONGEST)
        planned = asked(world, points[points["period"] < world.before], _until(others, world.before), effect)
        waits.append(planned.periods_needed or LONGEST + 1)
        if waits[-1] <= LONGEST:
            end = world.before + waits[-1]
            found = asked(world, points[points["period"] < end], _until(others, end), effect)
            seen.append(found.verdict == "effective")
    return float(np.mean(seen)), float(np.median(waits)), 1 - len(seen) / runs


def asked(world: World, points: pd.DataFrame, others: pd.DataFrame, effect: float) -> Verification:
    """The verification in a world."""
    return verify(
        points,
        world.before,
        effect,
        controls=others if world.controls else None,
        peers=others if world.worst else None,
        chosen_as_worst=world.worst,
    )


def _until(others: pd.DataFrame, end: int) -> pd.DataFrame:
    return others[others["period"] < end] if len(others) else others


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"No effect: called effective, {runs} runs (stated: at most 2.5 %)")
    for world in NULLS:
        print(f"  {false_rate(world, runs):7.1%}  {world.name}", flush=True)
    print("No effect, but something else")
    for world in BESIDE:
        print(f"  {false_rate(world, runs):7.1%}  {world.name}", flush=True)
    print("An effect of the planned 8 points: called effective after the weeks planned for 80 %")
    for world in PLANS:
        power, wait, never = kept_promise(world, runs)
        print(f"  {power:7.1%}  {world.name} (median {wait:.0f} weeks; no plan in {never:.0%})", flush=True)
