"""Bare counts laid out for a verification: so many a week, quiet weeks as 0, controls on one scale."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import pandas as pd

from sqaudit.frames import require
from sqaudit.verification.series import FEW_CASES, Start, series

PER_WEEK = "per_week"  # the unit of such a figure: cases a week

__all__ = ["PER_WEEK", "on_one_scale", "per_week"]


def per_week(figures: pd.DataFrame, dimensions: Sequence[str], weeks: Sequence[str]) -> pd.DataFrame:
    """The counts of every segment as rates over one week each, a week without a record as 0.

    Columns in: `period, value` and the dimensions; others are taken over. Out: the same with `numerator` (the
    count), `denominator` 1 and `unit` PER_WEEK, for the weeks given alone. A segment begins in the week after
    its first record: nobody knows what it had before, and that week is never a quiet one. One that falls
    silent before the weeks end has counts of 0. Segments without a name are left out.

    >>> found = pd.DataFrame({"indicator": "x", "period": ["2026-W01", "2026-W03"], "value": [4.0, 2.0]})
    >>> per_week(found, [], ["2026-W01", "2026-W02", "2026-W03"])["numerator"].tolist()
    [0.0, 2.0]
    """
    require(figures, ["period", "value", *dimensions], "counts by week")
    ordered = sorted(weeks)
    parts = [_filled(own, ordered) for own in _segments(figures, dimensions)]
    columns = list(dict.fromkeys([*figures.columns, "numerator", "denominator", "unit"]))
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]


def on_one_scale(
    controls: pd.DataFrame, own: pd.DataFrame, start: Start, transition: int = 0
) -> pd.DataFrame:
    """The controls as if each had been as large as the segment itself before the action.

    In and out: frames of `per_week`, of the controls with `segment`. What moves a large and a small segment
    alike, such as more customers, moves their counts in proportion, not by as many cases. Controls with fewer
    than ten cases before are left out: their own level is known too badly to be a scale.
    """
    treated = series(own, start, "rate", transition)
    level = treated.level(treated.before)
    parts = []
    for _, one in controls.groupby("segment", sort=True):
        found = series(one, start, "rate", transition)
        if level > 0 and found.numerator[found.before].sum() >= FEW_CASES:
            parts.append(one.assign(denominator=found.level(found.before) / level))
    return pd.concat(parts, ignore_index=True) if parts else controls.iloc[:0]


def _segments(figures: pd.DataFrame, dimensions: Sequence[str]) -> Iterator[pd.DataFrame]:
    if not dimensions:
        yield from [figures] if len(figures) else []
        return
    yield from (own for _, own in figures.groupby(list(dimensions), sort=True))


def _filled(own: pd.DataFrame, weeks: Sequence[str]) -> pd.DataFrame:
    first = str(own["period"].min())
    counts = own.set_index("period")["value"].astype("float64")
    kept = [week for week in weeks if week > first]
    told: dict[Hashable, object] = {
        name: own[name].iloc[0] for name in own.columns if name not in ("period", "value")
    }
    values = counts.reindex(kept).fillna(0.0).to_numpy()
    frame = pd.DataFrame({"period": pd.Series(kept, dtype="object"), "value": values}).assign(**told)  # type: ignore[arg-type]
    return frame.assign(numerator=values, denominator=1.0, unit=PER_WEEK)
