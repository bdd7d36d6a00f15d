"""Difference in differences: how far a treated segment moved beyond the untreated ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.finite_population import Array
from sqaudit.frames import require
from sqaudit.verification.correlated import fit
from sqaudit.verification.interrupted import step_fit
from sqaudit.verification.series import Series, Start, series

COVERED = (
    0.6  # of the periods, before and after, in which a control has cases; fewer and it cannot follow along
)

__all__ = ["COVERED", "Controls", "Two", "combined_difference", "control_series", "trend_before"]


@dataclass(frozen=True)
class Two:
    """A difference of two independent changes with its standard error."""

    effect: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class Controls:
    """What the untreated segments did: their common movement in each period, and how far they disagree.

    `moved` is the movement from their own levels before the measure, `variances` what chance could do to it,
    both for each period of the treated segment. `spread` is the variance between the changes of segments
    (0 with one control, where nobody can know), `share` the sum of squared weights of the controls.
    """

    names: tuple[str, ...]
    left_out: tuple[str, ...]
    moved: Array
    variances: Array
    spread: float
    share: float
    series: tuple[Series, ...]

    def extra(self) -> float:
        """The variance that segments which move apart add to a difference in differences."""
        return self.spread * (1 + self.share)

    def extra_expected(self, variance: float) -> float:
        """The same before it can be seen, for a difference of this variance: what chance will make it seem.

        Segments that do not stray at all will by chance seem to, in part of all cases; of Q with k - 1
        degrees of freedom the mean excess over k - 1 is taken.
        """
        freedom = len(self.names) - 1
        if freedom < 1:
            return 0.0
        seeming = float(special.chdtrc(freedom + 2, freedom) - special.chdtrc(freedom, freedom))
        return max(self.extra(), seeming * variance)


def combined_difference(
    change_treated: float, error_treated: float, change_control: float, error_control: float
) -> Two:
    """The treated change less the control change, the standard errors of two independent groups combined.

    Card and Krueger (1994), Am. Econ. Rev. 84:772-793, table 3: full-time employment in stores, New Jersey
    against Pennsylvania.

    >>> found = combined_difference(0.59, 0.54, -2.16, 1.25)
    >>> round(found.effect, 2), round(found.standard_error, 2)
    (2.75, 1.36)
    """
    return Two(change_treated - change_control, float(np.hypot(error_treated, error_control)))


def control_series(
    points: pd.DataFrame, treated: Series, action_start: Start, transition: int = 0
) -> Controls | None:
    """The untreated segments as one comparison; None where none of them has cases often enough.

    Columns in: `segment` and those of `series`. A segment without a name is none. One that lacks cases in
    more than 40 % of the periods, before or after, is left out: numbers of cases decide, never results.
    Each segment is taken from its own level before the measure, so that only movements are compared; a
    period's movement is that of all cases of the controls. How far the segments' own changes differ is
    estimated by moments (DerSimonian and Laird 1986) and widens the interval, since the treated one might
    have strayed as far by itself.

    Source: Donald and Lang (2007), Rev. Econ. Stat. 89:221-233 (few groups); Bertrand, Duflo and Mullainathan
    (2004), Q. J. Econ. 119:249-275 (serial correlation).
    """
    require(points, ["segment"], "controls")
    named = points[points["segment"].notna()]
    every = {
        str(name): series(part, action_start, treated.kind, transition)
        for name, part in named.groupby("segment", sort=True)
    }
    used = {name: one for name, one in every.items() if _covers(one, treated)}
    if not used:
        return None
    left_out = tuple(name for name in every if name not in used)
    aligned = [_aligned(one, treated.times) for one in used.values()]
    moved, variances = _pooled(list(used.values()), aligned, treated)
    weights = np.array([one.cases.sum() for one in used.values()])
    weights = weights / weights.sum()
    spread = _spread(list(used.values()), aligned, treated)
    return Controls(
        tuple(used), left_out, moved, variances, spread, float((weights**2).sum()), tuple(used.values())
    )


def trend_before(found: Series, values: Array, variances: Array) -> float:
    """The p-value of a trend in the periods before the measure alone; NaN with fewer than six.

    For a difference in differences this is the check that both moved alike. It looks at nothing that happened
    after the measure, and it can only make a verdict harder to reach.
    """
    rows = found.before
    if rows.sum() < 6:
        return float("nan")
    design = np.column_stack([np.ones(int(rows.sum())), found.times[rows]])
    model = fit(design, values[rows], 1 / variances[rows], found.times[rows], found.least_dispersion)
    return float(
        2 * special.stdtr(model.freedom, -abs(model.coefficients[1]) / max(model.standard_error(1), 1e-300))
    )


def _covers(one: Series, treated: Series) -> bool:
    """Whether a control has cases in enough of the treated segment's periods, on both sides."""
    shared = np.isin(treated.times, one.times)
    sides = [side for side in (treated.before, treated.after) if side.any()]
    return bool(sides) and all(shared[side].mean() >= COVERED for side in sides)


def _aligned(one: Series, times: Array) -> npt.NDArray[np.int64]:
    """For each time the row of a series, or -1."""
    rows = {time: row for row, time in enumerate(one.times)}
    return np.array([rows.get(time, -1) for time in times], dtype=np.int64)


def _pooled(used: list[Series], aligned: list[npt.NDArray[np.int64]], treated: Series) -> tuple[Array, Array]:
    cases, moved, noise = (np.zeros(len(treated.times)) for _ in range(3))
    for one, rows in zip(used, aligned, strict=True):
        there = rows >= 0
        own = one.cases[rows[there]]
        level = one.level(one.before & np.isin(one.times, treated.times))
        cases[there] += own
        moved[there] += own * (one.values[rows[there]] - level)
        noise[there] += own**2 * one.variances()[rows[there]]
    filled = cases > 0
    over = np.where(filled, cases, 1.0)
    # A period without any control says nothing: no movement, and as uncertain as the least certain one.
    variances = noise / over**2
    variances[~filled] = variances[filled].max() if filled.any() else 0.0
    return moved / over, variances


def _spread(used: list[Series], aligned: list[npt.NDArray[np.int64]], treated: Series) -> float:
    """The variance between the controls' own changes, beyond what chance explains; by moments.

    Each change is that beyond the movement of the others: a control with most of the cases would else be
    compared with itself.
    """
    squares, noise, parts = [], [], []
    for place, one in enumerate(used):
        others = [other for other in range(len(used)) if other != place]
        shared = np.isin(one.times, treated.times)
        if not others or not one.after[shared].any() or (shared & ~one.passing).sum() < 4:
            continue
        moved, variances = _pooled([used[at] for at in others], [aligned[at] for at in others], treated)
        kept, rows = one.kept(shared), aligned[place] >= 0
        model = step_fit(kept, False, kept.values - moved[rows], kept.variances() + variances[rows])
        cases = np.array([used[at].cases.sum() for at in others])
        squares.append(model.coefficients[1] ** 2)
        noise.append(max(float(model.covariance[1, 1]), 1e-300))
        parts.append(
            1 + float((cases**2).sum() / cases.sum() ** 2)
        )  # its own straying and that of the others
    if len(squares) < 2:
        return 0.0
    weight = 1 / np.array(noise)
    beyond = float((weight * squares).sum()) - len(squares)
    return max(0.0, beyond / float((weight * parts).sum()))
