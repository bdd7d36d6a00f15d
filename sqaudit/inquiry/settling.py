"""The weeks that can be judged: those whose cases have had the time that their limits give them."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sqaudit.actions import Action, segment_points
from sqaudit.actions.check import untreated

# Of the cases of a week; so few that are still open can move its share by two points at most.
MOST_PENDING = 0.02
# Weeks looked at together: what limits leave open grows towards the end, while one case of long ago whose
# limit lies far ahead, such as a typing error in a year, is lost among those after it.
_AHEAD = 4

__all__ = ["MOST_PENDING", "settled"]


def settled(
    figures: pd.DataFrame, action: Action, actions: Iterable[Action] = ()
) -> tuple[pd.DataFrame, int]:
    """The weekly figures up to the first week that is not settled, and how many weeks that leaves out.

    Columns in: `indicator, period, denominator, pending` and the dimensions of the segment; without
    `pending` nothing is left out. A case that ends in time counts at once, one that is late only when its
    limit has run out; so a week with cases pending shows too many successes. A week is not settled where
    more than MOST_PENDING of the cases are pending, in the segment of the action or in its controls; it and
    every later week are left out of all segments alike.
    """
    if "pending" not in figures or figures.empty:
        return figures, 0
    own, controls = segment_points(figures, action), untreated(figures, action, actions)
    firsts = [week for part in (own, controls) if (week := _first_unsettled(part)) is not None]
    if not firsts:
        return figures, 0
    late = figures["period"] >= min(firsts)
    return figures[~late].reset_index(drop=True), int(figures.loc[late, "period"].nunique())


def _first_unsettled(points: pd.DataFrame) -> str | None:
    """The first week of some segments together in which too many cases are pending."""
    weeks = points.groupby("period", sort=True)[["denominator", "pending"]].sum()
    ahead = weeks[::-1].rolling(_AHEAD, min_periods=1).sum()[::-1]
    open_now = pd.Series(True, index=weeks.index)
    for counts in (weeks, ahead):
        open_now &= counts["pending"] > MOST_PENDING * (counts["denominator"] + counts["pending"])
    return str(open_now.idxmax()) if open_now.any() else None
