"""Weekdays, holidays and the length of months: what is usual for a class of day, and a chart freed of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.frames import require
from sqaudit.periods import parse

Measure = Literal["share", "count", "mean"]

FACTORS = ("class", "points", "usual", "factor", "difference")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAST_POINTS = 4  # a class of fewer days is left as it is: its usual level is not known


def day_classes(days: Iterable[date], calendar: Mapping[date, str] | None = None) -> list[str]:
    """The class of each day: what the calendar says, else its weekday.

    A calendar need only name the days that are unlike their weekday, such as holidays and make-up workdays.

    >>> day_classes([date(2026, 10, 1), date(2026, 10, 10)], {date(2026, 10, 1): "holiday"})
    ['holiday', 'saturday']
    """
    named = calendar or {}
    plain = [pd.Timestamp(day).date() for day in days]
    return [named.get(day, WEEKDAYS[day.weekday()]) for day in plain]


def usual_levels(points: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """What is usual for each class of day, beside the level of all days.

    Columns in: `class` and `numerator, denominator` (share, count; the exposure of a count may be 1), or
    `value` (mean). Columns out: `class, points, usual, factor, difference`, one row for each class in order
    of name: `factor` is the usual level over that of all days (for counts), `difference` is usual minus all
    (for shares and means, in their unit). A class of fewer than four days gets factor 1 and difference 0.

    >>> frame = pd.DataFrame({"class": ["friday"] * 4 + ["sunday"] * 4, "numerator": [30] * 4 + [10] * 4})
    >>> usual_levels(frame.assign(denominator=1), "count")["factor"].tolist()
    [1.5, 0.5]
    """
    frame = _sums(points, measure)
    grouped = frame.groupby("class", sort=True)[["top", "under", "points"]].sum().reset_index()
    whole = frame["top"].sum() / frame["under"].sum() if frame["under"].sum() > 0 else np.nan
    grouped["usual"] = grouped["top"] / grouped["under"]
    known = grouped["points"] >= LEAST_POINTS
    grouped["factor"] = (grouped["usual"] / whole).where(known & (whole > 0), 1.0)
    grouped["difference"] = (grouped["usual"] - whole).where(known, 0.0)
    return grouped[list(FACTORS)]


def class_test(points: pd.DataFrame, measure: Measure) -> float:
    """The chance that classes of days differ as much as here, were they alike; NaN if that cannot be told.

    The variance between days of one class is that of the data, so over-dispersion is allowed for: an F test
    of the classes, weighted by cases or exposure. Columns in as for `usual_levels`.

    Source: one-way analysis of variance with weights; quasi-likelihood F, McCullagh and Nelder (1989),
    Generalized Linear Models, section 4.5.

    >>> frame = pd.DataFrame({"class": ["a", "b"] * 4, "value": [1, 5, 2, 6, 1, 6, 2, 5]})
    >>> class_test(frame, "mean") < 0.001
    True
    """
    frame = _sums(points, measure)
    groups, total = frame["class"].nunique(), len(frame)
    if groups < 2 or total <= groups:
        return float("nan")
    level = frame["top"] / frame["under"]
    sums = frame.groupby("class")[["top", "under"]].transform("sum")
    own, whole = sums["top"] / sums["under"], frame["top"].sum() / frame["under"].sum()
    between = (frame["under"] * (own - whole) ** 2).sum() / (groups - 1)
    within = (frame["under"] * (level - own) ** 2).sum() / (total - groups)
    if not within > 0:
        return 0.0 if between > 0 else float("nan")
    return float(special.fdtrc(groups - 1, total - groups, between / within))


def adjusted(points: pd.DataFrame, levels: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The points as they would be if all days were of one class, ready for a control chart.

    `levels` come from `usual_levels`, best of the baseline alone, so that the season is frozen as limits are.
    A count keeps its numerator and its exposure is multiplied by the factor; the difference is taken off a
    share (its numerator is then fractional, and stays within 0 and its cases) or off a mean. The column
    `seasonal` says what was done to each point: the factor, or the difference. A class that `levels` do
    not know is left as it is.

    >>> frame = pd.DataFrame({"period": [1], "class": ["sunday"], "numerator": [12], "denominator": [1.0]})
    >>> levels = pd.DataFrame({"class": ["sunday"], "factor": [0.5], "difference": [-10.0]})
    >>> adjusted(frame, levels, "count")[["numerator", "denominator", "seasonal"]].iloc[0].tolist()
    [12.0, 0.5, 0.5]
    """
    require(points, ["class"], "a seasonal adjustment")
    column, neutral = ("factor", 1.0) if measure == "count" else ("difference", 0.0)
    effect = points["class"].map(levels.set_index("class")[column]).fillna(neutral).astype("float64")
    if measure == "count":
        return points.assign(denominator=points["denominator"] * effect, seasonal=effect)
    if measure == "mean":
        return points.assign(value=points["value"] - effect, seasonal=effect)
    shifted = points["numerator"] - effect * points["denominator"]
    return points.assign(numerator=shifted.clip(0, points["denominator"]), seasonal=effect)


def exposure(
    periods: Iterable[str], weights: Mapping[str, float], calendar: Mapping[date, str]
) -> list[float]:
    """How many days' worth of work each period holds: the weights of its days added up.

    `periods` as people write them (2026-09, 2026-W38, a range); `weights` by class of day, as the `factor` of
    `usual_levels`; a class without a weight counts as a whole day. As the exposure of a u chart it
    makes months of 28 and 31 days, and months with and without a spring festival, comparable.

    >>> weights = {"saturday": 0.5, "sunday": 0.0, "holiday": 0.0}
    >>> exposure(["2026-02"], weights, {date(2026, 2, 17): "holiday"})
    [21.0]
    """
    return [
        sum(weights.get(name, 1.0) for name in day_classes(_days(period), calendar)) for period in periods
    ]


def _days(period: str) -> list[date]:
    span = parse(period)
    if span.start is None or span.end is None:
        raise ValueError(f"'{period}' has no first and last day; name a month, week, quarter or range.")
    return [span.start + timedelta(days=number) for number in range((span.end - span.start).days)]


def _sums(points: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Each usable point as something over something: events over exposure, a value over one."""
    columns = ["value"] if measure == "mean" else ["numerator", "denominator"]
    require(points, ["class", *columns], "usual levels")
    if measure == "mean":
        frame = points[["class"]].assign(top=points["value"], under=1.0)
    else:
        frame = points[["class"]].assign(top=points["numerator"], under=points["denominator"])
    frame = frame[frame["top"].notna() & (frame["under"] > 0)]
    return frame.assign(points=1)
