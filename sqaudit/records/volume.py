"""Months in which the number of records breaks off or jumps: first of all an artefact to look at."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

FEWEST = 30  # records in the fuller month; below, chance alone halves and doubles
RATIO = 0.5
FEWEST_DAYS = 20  # with records; what comes in on fewer days comes in batches, not as a stream


@dataclass(frozen=True)
class Break:
    """A stretch of months whose volume is less than half or more than twice what was usual before."""

    where: str
    rows: int
    usual: float


def breaks(daily: pd.Series) -> list[Break]:
    """The breaks in a series of records per day (index: days, values: counts).

    Every month is compared, day for day, with the last month that was itself no break; only the days
    between the first and the last record count. Neighbouring broken months make one break. A series
    with records on fewer than twenty days has none.

    >>> days = pd.date_range("2026-04-01", "2026-06-30")
    >>> breaks(pd.Series([10 if day.month < 6 or day.day < 5 else 0 for day in days], index=days))
    [Break(where='2026-06', rows=40, usual=300.0)]
    """
    if len(daily) < FEWEST_DAYS:
        return []
    whole = daily.reindex(pd.date_range(daily.index.min(), daily.index.max()), fill_value=0)
    months = whole.groupby(pd.DatetimeIndex(whole.index).to_period("M")).agg(["sum", "count"])
    usual: float | None = None  # records a day
    found: list[tuple[pd.Period, int, float]] = []
    for month, total, days in months.itertuples():
        if usual is not None and _broken(float(total), usual * days):
            found.append((month, int(total), usual * days))
        else:
            usual = total / days
    return _merged(found)


def _broken(total: float, expected: float) -> bool:
    fuller = max(total, expected)
    return fuller >= FEWEST and min(total, expected) < RATIO * fuller


def _merged(found: list[tuple[pd.Period, int, float]]) -> list[Break]:
    stretches: list[list[tuple[pd.Period, int, float]]] = []
    for one in found:
        if stretches and stretches[-1][-1][0] + 1 == one[0]:
            stretches[-1].append(one)
        else:
            stretches.append([one])
    return [
        Break(
            where=str(part[0][0]) if len(part) == 1 else f"{part[0][0]}..{part[-1][0]}",
            rows=sum(total for _, total, _ in part),
            usual=sum(usual for _, _, usual in part),
        )
        for part in stretches
    ]
