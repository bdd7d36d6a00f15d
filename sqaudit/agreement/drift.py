"""Whether an inspector grows stricter or more lenient over the weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.agreement.ratings import Array
from sqaudit.agreement.several import adjusted_p_values
from sqaudit.frames import require
from sqaudit.intervals import tail_of

DRIFT = (
    "inspector", "weeks", "ratings", "severity_per_week", "low", "high", "standard_error", "change",
    "p_value", "p_adjusted", "drifts", "reason",
)  # fmt: skip
FEWEST_WEEKS = 5  # below, t on fewer than 3 degrees of freedom shows nothing but the coarsest jump
FALSE_FLAGS = 0.05  # expected share of false flags among the inspectors said to drift
_ROUNDING = 1e-12  # a residual sum of squares below this part of the total is rounding


def differences_from_others(ratings: pd.DataFrame) -> pd.DataFrame:
    """How far each rating lies from the mean of the other inspectors on the same case.

    Rows in: `case, inspector, week, value` (week: a number, such as 1, 2, ...; missing parts are left
    out); cases rated by one inspector only drop out. Columns out: `inspector, week, difference`, in the
    unit of the value. Where cases are not double-coded, take `value - expected` as the difference
    instead, with the value expected for that kind of case. When one inspector drifts, the others differ
    from a mean that moves, so they show a little of it with the opposite sign.
    FrameError for a missing column, ValueError for values that are no finite numbers.

    >>> rows = [(1, "ann", 1, 8.0), (1, "bo", 1, 6.0), (2, "ann", 2, 7.0)]
    >>> differences_from_others(pd.DataFrame(rows, columns=["case", "inspector", "week", "value"]))
      inspector  week  difference
    0       ann     1         2.0
    1        bo     1        -2.0
    """
    columns = ["case", "inspector", "week", "value"]
    require(ratings, columns, "differences from the other inspectors")
    known = ratings.dropna(subset=columns)
    known = known.assign(value=_numbers(known["value"], "value")).sort_values(columns, kind="stable")
    own = known.groupby(["case", "inspector"])["value"].agg(["sum", "size"])
    mean = known.assign(
        total=known.groupby("case")["value"].transform("sum"),
        number=known.groupby("case")["value"].transform("size"),
    ).join(own, on=["case", "inspector"])
    others = mean["number"] - mean["size"]
    difference = mean["value"] - (mean["total"] - mean["sum"]) / others.where(others > 0)
    frame = mean.assign(difference=difference).dropna(subset=["difference"])
    return frame[["inspector", "week", "difference"]].reset_index(drop=True)


def severity_drift(
    differences: pd.DataFrame, *, rate: float = FALSE_FLAGS, confidence: float = 0.95
) -> pd.DataFrame:
    """The trend of each inspector's severity over the weeks, strongest evidence first.

    Rows in: `inspector, week, difference`, from `differences_from_others` or as value less expected
    value; missing parts are left out. Columns out: `inspector, weeks, ratings`, `severity_per_week`
    (points; above 0 grows stricter) with its bounds `low, high` and `standard_error`, `change` (from the
    first week to the last on that line), `p_value, p_adjusted` (Benjamini-Hochberg over the inspectors),
    `drifts` (adjusted probability at most `rate`) and `reason`.

    A straight line through the weekly means, each weighted with its number of ratings; the error comes
    from the scatter of the weeks about the line (Student's t on weeks - 2), so that what makes all
    ratings of a week alike does not count as evidence. Undefined with fewer than five weeks and where no
    week differs from the line. A weekly mean of few yes-or-no ratings is far from normal, and the test
    then alarms less often than it says.
    FrameError for a missing column, ValueError for a week or difference that is no finite number, or a
    rate outside (0, 1).

    Source: weighted least squares: Draper and Smith (1998), Applied Regression Analysis, 3rd ed., chapter
    9; Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57:289-300.

    >>> weeks = pd.DataFrame({"inspector": "ann", "week": range(6), "difference": [0, -1, -1, -3, -4, -4]})
    >>> severity_drift(weeks)["severity_per_week"].round(3).tolist()
    [0.886]
    """
    tail = tail_of(confidence)
    if not 0 < rate < 1:
        raise ValueError(f"rate must lie between 0 and 1, both excluded; found {rate!r}.")
    require(differences, ["inspector", "week", "difference"], "the drift of inspectors")
    known = differences.dropna(subset=["inspector", "week", "difference"])
    known = known.assign(
        week=_numbers(known["week"], "week"), difference=_numbers(known["difference"], "difference")
    ).sort_values(["inspector", "week", "difference"], kind="stable")
    means = known.groupby(["inspector", "week"], sort=True)["difference"].agg(["mean", "size"]).reset_index()
    rows = [
        {"inspector": inspector, **_trend(part[["week", "mean", "size"]].to_numpy(dtype=np.float64), tail)}
        for inspector, part in means.groupby("inspector", sort=True)
    ]
    if not rows:
        return pd.DataFrame(columns=list(DRIFT))
    frame = pd.DataFrame(rows)
    adjusted = adjusted_p_values(frame["p_value"])
    frame = frame.assign(p_adjusted=adjusted, drifts=adjusted <= rate)
    ordered = frame.sort_values(["p_value", "inspector"], kind="stable", na_position="last")
    return ordered.reset_index(drop=True)[list(DRIFT)]


def _numbers(values: pd.Series, name: str) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        raise ValueError(f"{name} must be a number, such as 1, 2, 3; found dates.")
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    if not np.isfinite(numbers).all():
        wrong = values[~np.isfinite(numbers)].tolist()[0]
        raise ValueError(f"{name} must be a finite number; found {wrong!r}.")
    return numbers.astype(values.dtype) if pd.api.types.is_numeric_dtype(values) else numbers


def _trend(weeks: Array, tail: float) -> dict[str, object]:
    """The line through the weekly means of one inspector; severity is the difference with its sign turned.

    `weeks` has the columns week, mean difference, number of ratings.
    """
    week, mean, size = weeks.T
    start: dict[str, object] = {"weeks": len(week), "ratings": int(size.sum())}
    empty = dict.fromkeys(("severity_per_week", "low", "high", "standard_error", "change", "p_value"), np.nan)
    if len(week) < FEWEST_WEEKS:
        return {**start, **empty, "reason": "fewer_than_five_weeks"}
    share = size / size.sum()
    time, height = week - share @ week, share @ mean - mean
    moment = float(size @ time**2)
    slope = float((size * time) @ height / moment)
    squares = float(size @ (height - slope * time) ** 2)
    found = {**empty, "severity_per_week": slope, "change": slope * float(np.ptp(week))}
    if squares <= _ROUNDING * float(size @ (mean**2)):
        return {**start, **found, "reason": "no_scatter_about_the_line"}
    freedom = len(week) - 2
    error = float(np.sqrt(squares / freedom / moment))
    reach = float(-special.stdtrit(freedom, tail)) * error
    p_value = float(2 * special.stdtr(freedom, -abs(slope / error)))
    ends = {"low": slope - reach, "high": slope + reach, "standard_error": error, "p_value": p_value}
    return {**start, **found, **ends, "reason": ""}
