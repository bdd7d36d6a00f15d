"""Which of many people can be told apart from a level or from each other, with few innocents among them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.estimates.hypergeometric import chances
from sqaudit.estimates.multiplicity import Array, benjamini_hochberg
from sqaudit.frames import require

FEWEST = 20  # cases below which nobody is judged: with fewer, one case moves the share by over 5 points
LEVEL = 0.05  # customary; the part of wrong flags among all flags, on average

VERDICTS = ("flagged", "not_told_apart", "no_verdict")
Worse = Literal["higher", "lower"]


def flag_people(
    people: pd.DataFrame,
    reference: float | None = None,
    worse: Worse = "higher",
    level: float = LEVEL,
    fewest: int = FEWEST,
) -> pd.DataFrame:
    """Each person (team, channel, item) against a reference: flagged, not told apart, or without a verdict.

    Columns in: `found` and `n`, cases counted and cases looked at, beside any that say who it is. Columns
    out: those, then `share`, `bound` (one-sided, exact, at 1 - level for this person alone), `reference`,
    `p_value`, `adjusted_p_value` (over all people judged), `verdict` and `reason`; the order of rows is kept.

    `worse="higher"`: `found` counts faults and a person is flagged above the reference; "lower" the reverse.
    With a `reference` the chance is binomial. Without one each person is held against all people judged
    together: given their total, the chance to have this many of it is hypergeometric and needs no level. A
    person with fewer than `fewest` cases gets no verdict and takes no part in the comparison; neither does
    one with a missing count.

    Nobody is flagged whose own p-value is above the level, so that without any difference between people at
    most level x people are flagged on average, for every n; and of those flagged at most that part wrongly,
    on average.

    For a sample with unequal weights or clusters take the numbers of `effective_people`. Fractions are
    allowed with a `reference`; they interpolate the binomial, as Korn and Graubard (1998) do.

    ValueError, with all reasons, for negative counts, found above n, fractions without a reference, a
    reference or level outside (0, 1).

    Source: bound: Clopper and Pearson (1934), Biometrika 26:404-413; comparison with all: Fisher's exact
    test; many people: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57:289-300.

    >>> agents = pd.DataFrame({"agent": ["A", "B", "C"], "found": [12, 2, 1], "n": [40, 40, 12]})
    >>> flag_people(agents, reference=0.05)[["agent", "verdict", "reason"]].to_dict("list")
    {'agent': ['A', 'B', 'C'], 'verdict': ['flagged', 'not_told_apart', 'no_verdict'], 'reason': ['', '',
    'few_cases']}
    """
    require(people, ["found", "n"], "a comparison of people")
    found, n = (people[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("found", "n"))
    _refuse(found, n, reference, worse, level)
    known = ~(np.isnan(found) | np.isnan(n))
    judged = known & (n >= fewest) & (n > 0)
    share = np.where(known & (n > 0), found / np.where(n > 0, n, np.nan), np.nan)
    faults = found if worse == "higher" else n - found
    limit = reference if reference is None or worse == "higher" else 1 - reference
    p_value = np.full(len(people), np.nan)
    p_value[judged] = _chance(faults[judged], n[judged], limit)
    adjusted = benjamini_hochberg(p_value)
    verdict = np.select([~judged, adjusted <= level], ["no_verdict", "flagged"], "not_told_apart")
    reason = np.select([~known, ~judged], ["missing_count", "few_cases"], "")
    own = found[judged].sum() / n[judged].sum() if judged.any() else np.nan
    return people.assign(
        share=share,
        bound=_bound(found, n, worse, level),
        reference=own if reference is None else reference,
        p_value=p_value,
        adjusted_p_value=adjusted,
        verdict=verdict,
        reason=reason,
    )


def effective_people(estimates: pd.DataFrame) -> pd.DataFrame:
    """The shares of a frame of `estimate` as numbers that `flag_people` compares: `found` of `n`, fractions.

    `n` becomes the simple random sample that would have the same standard error, never more than there were
    cases; where a share is 0 or 1 it stays as it is. The chances are then as good as that standard error is.

    Source: Korn and Graubard (1998), Survey Methodology 24:193-201.

    >>> shares = pd.DataFrame({"agent": ["A"], "estimate": [0.2], "standard_error": [0.1], "n": [40]})
    >>> effective_people(shares)[["found", "n"]].round(6).to_dict("records")
    [{'found': 3.2, 'n': 16.0}]
    """
    require(estimates, ["estimate", "standard_error", "n"], "people from estimates")
    share, error, n = (
        estimates[name].to_numpy(dtype=np.float64) for name in ("estimate", "standard_error", "n")
    )
    simple = np.where(error > 0, share * (1 - share) / np.where(error > 0, error, 1.0) ** 2, n)
    size = np.where(np.isnan(error) & (share > 0) & (share < 1), np.nan, np.minimum(simple, n))
    return estimates.assign(found=share * size, n=size)


def _chance(faults: Array, n: Array, reference: float | None) -> Array:
    """The chance of at least so many faults, without any difference from the reference."""
    if reference is not None:
        return np.where(faults > 0, special.betainc(faults, n - faults + 1, reference), 1.0)
    total, every = faults.sum(), n.sum()
    return np.array([_tail(x, own, total, every) for x, own in zip(faults, n, strict=True)])


def _tail(x: float, n: float, marked: float, size: float) -> float:
    """P(X >= x) in a draw of n from `size` cases of which `marked` are faults."""
    counts, chance = chances(int(n), int(marked), int(size))
    return float(chance[counts >= x].sum())


def _bound(found: Array, n: Array, worse: Worse, level: float) -> Array:
    """The lowest share of faults that fits what was found, or the highest where fewer is worse; exact."""
    with np.errstate(invalid="ignore"):
        if worse == "higher":
            bound = np.where(found > 0, special.betaincinv(found, n - found + 1, level), 0.0)
        else:
            bound = np.where(found < n, special.betainccinv(found + 1, n - found, level), 1.0)
        return np.where(n > 0, bound, np.nan)


def _refuse(found: Array, n: Array, reference: float | None, worse: str, level: float) -> None:
    faults = []
    if ((found < 0) | (n < 0)).any():
        faults.append("counts must be 0 or more.")
    if (found > n).any():
        at = int(np.flatnonzero(found > n)[0])
        faults.append(f"found must not exceed n; row {at} has {found[at]:g} of {n[at]:g}.")
    whole = np.nan_to_num(np.concatenate([found, n]))
    if reference is None and (whole != np.floor(whole)).any():
        faults.append("people can be held against each other by whole counts only; give a reference.")
    if reference is not None and not 0 < reference < 1:
        faults.append(f"reference must lie between 0 and 1, both excluded; found {reference!r}.")
    if not 0 < level < 1:
        faults.append(f"level must lie between 0 and 1, both excluded; found {level!r}.")
    if worse not in ("higher", "lower"):
        faults.append(f"worse must be higher or lower; found {worse!r}.")
    if faults:
        raise ValueError("People cannot be compared: " + " ".join(faults))
