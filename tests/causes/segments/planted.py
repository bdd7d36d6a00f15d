"""Simulated cells with and without a planted cause, for the tests of the search."""

from __future__ import annotations

import numpy as np
import pandas as pd

SIZES = {"team": 5, "channel": 3, "region": 4, "tier": 3}
DIMENSIONS = list(SIZES)


def cells(cases: int, seed: int, mix_shift: float = 0.1) -> pd.DataFrame:
    """Cells with numbers of cases before and now, and a true rate that depends on every dimension."""
    generator = np.random.default_rng(seed)
    codes = np.indices(tuple(SIZES.values())).reshape(len(SIZES), -1).T
    frame = pd.DataFrame(
        {name: [f"{name[0]}{code}" for code in codes[:, place]] for place, name in enumerate(SIZES)}
    )
    before, now, logit = np.ones(len(frame)), np.ones(len(frame)), np.full(len(frame), -2.6)
    for place, size in enumerate(SIZES.values()):
        share = generator.dirichlet(np.full(size, 5.0))
        moved = share * np.exp(generator.normal(0, mix_shift, size))
        before, now = before * share[codes[:, place]], now * (moved / moved.sum())[codes[:, place]]
        logit = logit + generator.normal(0, 0.3, size)[codes[:, place]]
    frame["n0"], frame["n1"] = (
        generator.multinomial(cases, weights / weights.sum()) for weights in (before, now)
    )
    return frame.assign(rate=1 / (1 + np.exp(-logit)))


def shares(
    cases: int, seed: int, cause: str = "", more: float = 0.15, mix_shift: float = 0.1
) -> pd.DataFrame:
    """Bad cases before and now; those of the cause (a query) have `more` of them now."""
    frame = cells(cases, seed, mix_shift)
    generator = np.random.default_rng([seed, 1])
    hit = frame.index.isin(frame.query(cause).index) if cause else np.zeros(len(frame), dtype=bool)
    frame["b0"] = generator.binomial(frame["n0"], frame["rate"])
    frame["b1"] = generator.binomial(frame["n1"], frame["rate"] + more * hit)
    return frame


def period(frame: pd.DataFrame, place: int) -> pd.DataFrame:
    """One period of such cells as a table of its own."""
    return frame[DIMENSIONS].assign(count=frame[f"n{place}"], bad=frame[f"b{place}"])
