"""What a period is held against in a search: the one before, and earlier ones at a discount."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sqaudit.inquiry.dimensions import Dimension
from sqaudit.measure.cells import SUMS
from sqaudit.periods import Period

# The power prior of Ibrahim and Chen (2000), Stat. Sci. 15:46-60: cases of periods before the one compared
# count half. They steady small segments, and a level that moved since then still outweighs them.
DISCOUNT = 0.5
MOST_EARLIER = 3  # a year of quarters, with the one compared


def earlier_periods(compared: Period | None) -> list[Period]:
    """The periods of the same length before the one compared, the latest first."""
    found: list[Period] = []
    last = compared
    while last is not None and len(found) < MOST_EARLIER and (last := last.previous()) is not None:
        found.append(last)
    return found


def held_against(
    found: pd.DataFrame, compared: str, earlier: Sequence[str], dimensions: Sequence[Dimension]
) -> pd.DataFrame:
    """The cells that the present ones are held against: the compared period, and earlier ones at a discount.

    Columns as in `found`, one row per combination of the dimensions. A stretch of the present period (its
    months) did not exist before: what came before is spread evenly over them.
    """
    weight = {compared: 1.0, **dict.fromkeys(earlier, DISCOUNT)}
    before = found[found["period"].isin(list(weight))]
    share = before["period"].map(weight).astype("float64")
    scaled = before.assign(**{name: before[name] * share for name in SUMS})
    lasting = [one.name for one in dimensions if one.origin != "stretch"]
    summed = scaled.groupby(lasting, dropna=False, sort=False)[list(SUMS)].sum(min_count=1).reset_index()
    for one in dimensions:
        if one.origin == "stretch":
            summed = _spread(summed, one.name, found.loc[~found["period"].isin(list(weight)), one.name])
    return summed.astype(dict.fromkeys(lasting, "object"))


def figures_before(
    found: pd.DataFrame, compared: str, conditions: Sequence[tuple[str, object]]
) -> pd.DataFrame:
    """The cells of a segment in the compared period alone, as they were."""
    rows = found[found["period"] == compared]
    for name, value in conditions:
        missing = value is None or value != value
        rows = rows[rows[name].isna() if missing else rows[name] == value]
    return rows


def with_new_agents(found: pd.DataFrame, now: str) -> tuple[pd.DataFrame, Dimension | None]:
    """The cells with `new_agent`: whether an agent had any case before; None where nobody is new, or all are.

    Those who have just begun are a group of their own: none of them alone may have cases enough to tell.
    """
    if "agent" not in found:
        return found, None
    known = set(found.loc[found["period"] != now, "agent"].dropna())
    there = list(found.loc[found["period"] == now, "agent"].dropna().unique())
    new = sorted(str(name) for name in there if name not in known)
    if not new or not known or len(new) > MOST_NEW or len(new) == len(there):
        return found, None
    marks = found["agent"].map(lambda name: "new" if str(name) in new else "known")
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in new)
    bins = {"new": f"agent in ({listed})", "known": f"coalesce(agent, '') not in ({listed})"}
    steps = f"case when agent in ({listed}) then 'new' else 'known' end"
    return found.assign(new_agent=marks.astype("object")), Dimension("new_agent", steps, "new", bins)


MOST_NEW = 40  # names in one condition


def _spread(before: pd.DataFrame, name: str, stretches: pd.Series) -> pd.DataFrame:
    values = sorted(stretches.dropna().unique())
    part = {column: before[column] / max(len(values), 1) for column in SUMS}
    thinned = before.assign(**part)
    return pd.concat([thinned.assign(**{name: value}) for value in values] or [before], ignore_index=True)
