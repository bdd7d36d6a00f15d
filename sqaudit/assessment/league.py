"""What a naive league table would have said, and how many innocents it would have named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit.assessment.exact_strata import Array
from sqaudit.assessment.funnel import at_most
from sqaudit.assessment.judgements import beyond, fault_line
from sqaudit.assessment.rules import Lines
from sqaudit.assessment.shrinkage import beliefs

BOTTOM = 3  # the customary three names under a table
LEAGUE = (
    "level", "indicator", "period", "unit", "numerator", "denominator", "value", "naive_place", "bottom",
    "under_target", "chance_not_bottom", "chance_target_met",
)  # fmt: skip
LISTS = ("level", "indicator", "period", "list", "named", "innocent", "units", "chance_worst_if_alike")


def league_table(frame: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """The units of one group by their bare figures, worst last, as a naive table ranks them.

    `naive_place` counts from the best, ties share a place; `bottom` are the worst three and whoever ties with
    them; `under_target` whose figure misses the target, few cases or not. `chance_not_bottom`: how likely a
    unit is not truly among the worst three, `chance_target_met`: that its true share meets the target; both
    from the shrunken beliefs about true shares (see `shrinkage.beliefs`), the first by 2,000 draws from them.
    Units without cases stay out.
    """
    usable = frame[(frame["denominator"] > 0) & frame["bad"].notna()].reset_index(drop=True)
    bad, n = (usable[name].to_numpy(np.float64) for name in ("bad", "denominator"))
    known = beliefs(bad, n)
    share = bad / n if len(n) else bad
    place = 1 + (share[None, :] < share[:, None] - 1e-12).sum(axis=1) if len(n) else np.zeros(0)
    limit = np.sort(share)[-min(BOTTOM, len(n))] if len(n) else np.nan
    target = fault_line(lines, "target")
    table = usable.assign(
        value=usable["numerator"] / usable["denominator"],
        naive_place=place.astype(np.int64),
        bottom=share >= limit - 1e-12,
        under_target=beyond(bad, n, target),
        chance_not_bottom=_not_among_worst(known.draws(), BOTTOM) if len(n) else share,
        chance_target_met=1 - known.chance_at_least(target) if target < 1 else np.ones(len(n)),
    )
    return table.sort_values(["naive_place", "unit"], kind="stable")[list(LEAGUE)].reset_index(drop=True)


def naive_lists(table: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """The two lists of a league table: how many it names, and how many innocents among them are expected.

    `innocent` adds up the chances of those named not to belong there. `chance_worst_if_alike`: how often the
    worst figure would look at least so bad if all units worked alike.
    """
    if table.empty:
        return pd.DataFrame(columns=list(LISTS))
    head = table.iloc[0][["level", "indicator", "period"]].to_dict()
    n = table["denominator"].to_numpy(np.float64)
    good = table["numerator"].to_numpy(np.float64)
    alike = _worst_if_alike(n - good if lines.direction == "higher" else good, n)
    rows = [
        {
            **head,
            "list": name,
            "named": int(table[name].sum()),
            "innocent": float(table.loc[table[name], chance].sum()),
            "units": len(table),
            "chance_worst_if_alike": alike,
        }
        for name, chance in (("bottom", "chance_not_bottom"), ("under_target", "chance_target_met"))
    ]
    return pd.DataFrame(rows, columns=list(LISTS))


def not_among_best(bad: Array, n: Array, best: int) -> Array:
    """How likely each unit is not truly among so many best, by draws from what is known of true shares."""
    return _not_among_worst(-beliefs(bad, n).draws(), best)


def _not_among_worst(draws: Array, worst: int) -> Array:
    units = draws.shape[1]
    if units <= worst:
        return np.zeros(units)
    limit = np.partition(draws, units - worst, axis=1)[:, units - worst]
    return np.asarray(1 - (draws >= limit[:, None]).mean(axis=0))


def _worst_if_alike(bad: Array, n: Array) -> float:
    """The chance that the worst of all is so far out at one common rate; exact."""
    rate, worst = float(bad.sum() / n.sum()), float((bad / n).max())
    fewer = at_most(np.ceil(worst * n - 1e-9) - 1, n, rate)
    return float(1 - np.prod(fewer))


__all__ = ["BOTTOM", "LEAGUE", "LISTS", "league_table", "naive_lists", "not_among_best"]
