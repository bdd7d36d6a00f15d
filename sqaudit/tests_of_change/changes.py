"""A family of indicators, each compared between two periods: what changed, and what chance could do."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import pandas as pd

from sqaudit.frames import require
from sqaudit.intervals import difference
from sqaudit.tests_of_change.families import Method, adjusted
from sqaudit.tests_of_change.means import two_means
from sqaudit.tests_of_change.rates import two_rates
from sqaudit.tests_of_change.shares import Change, two_shares

COMPARED = (
    "indicator", "before", "now", "difference", "low", "high", "p_value", "p_adjusted", "family",
    "family_size", "test", "clear", "reason",
)  # fmt: skip
MEASURES = ("share", "rate", "mean", "interval")
_TESTS = {"share": "mid_p", "rate": "poisson", "mean": "welch", "interval": "interval"}


def period_changes(
    pairs: pd.DataFrame,
    family: str = "all",
    confidence: float = 0.95,
    method: Method = "benjamini_hochberg",
) -> pd.DataFrame:
    """Every indicator compared between two periods, with p-values adjusted for the number of comparisons.

    Columns in: `indicator, measure` and, as the measure needs them, each once with `_before` and once with
    `_now`: `numerator, denominator` (share: cases; rate: events and exposure), `mean, variance, n` (mean),
    or `value, low, high` (interval: anything else that has an interval, such as a median). One row for
    each comparison, in any order.

    Columns out: COMPARED, in the order of the rows in. `test`: mid_p, poisson, welch or interval. `clear`:
    the adjusted p-value is below 1 - confidence; without a test, whether the interval leaves out zero.
    `family` is the name given and `family_size` the number of p-values adjusted together. `reason`: empty,
    `nothing_before`, `nothing_now`, `too_few` (no mean of one case), `no_variance`, `no_interval`, or
    `no_test` (interval only; such a row does not belong to the family).
    FrameError for missing columns, ValueError for an unknown measure or impossible counts.

    >>> pairs = pd.DataFrame({"indicator": ["on_time", "first_contact"], "measure": "share"})
    >>> pairs = pairs.assign(numerator_before=[480, 310], denominator_before=[500, 500])
    >>> found = period_changes(pairs.assign(numerator_now=[450, 300], denominator_now=[500, 500]))
    >>> found[["difference", "clear", "family_size"]].round(3).values.tolist()
    [[-0.06, True, 2], [-0.02, False, 2]]
    """
    require(pairs, ["indicator", "measure"], "a comparison of two periods")
    unknown = sorted(set(pairs["measure"].astype(str)) - set(MEASURES))
    if unknown:
        raise ValueError(f"measure must be one of {', '.join(MEASURES)}; found {', '.join(unknown)}.")
    rows = [_compared(row, confidence) for row in pairs.to_dict("records")]
    frame = pd.DataFrame(rows, columns=[name for name in COMPARED if name not in _ADDED])
    frame = frame.astype(dict.fromkeys(("before", "now", "difference", "low", "high", "p_value"), "float64"))
    frame["p_adjusted"] = adjusted(frame["p_value"], method)
    frame["family"] = family
    frame["family_size"] = int(frame["p_value"].notna().sum())
    by_interval = frame["p_value"].isna() & ((frame["low"] > 0) | (frame["high"] < 0))
    frame["clear"] = (frame["p_adjusted"] < 1 - confidence) | by_interval
    return frame[list(COMPARED)]


_ADDED = ("p_adjusted", "family", "family_size", "clear")


def _compared(row: Mapping[Hashable, object], confidence: float) -> dict[str, object]:
    measure = str(row["measure"])
    before, now, change, reason = {
        "share": _share, "rate": _rate, "mean": _mean, "interval": _interval
    }[measure](row, confidence)  # fmt: skip
    return {
        "indicator": row["indicator"],
        "before": before,
        "now": now,
        **change._asdict(),
        "test": _TESTS[measure],
        "reason": reason,
    }


Compared = tuple[float, float, Change, str]


def _share(row: Mapping[Hashable, object], confidence: float) -> Compared:
    x_0, n_0, x_1, n_1 = _numbers(row, "numerator", "denominator")
    if reason := _nothing(n_0, n_1, x_0, x_1):
        return _ratio(x_0, n_0), _ratio(x_1, n_1), _UNDEFINED, reason
    change = two_shares(_whole(x_0), _whole(n_0), _whole(x_1), _whole(n_1), confidence)
    return x_0 / n_0, x_1 / n_1, change, ""


def _rate(row: Mapping[Hashable, object], confidence: float) -> Compared:
    x_0, n_0, x_1, n_1 = _numbers(row, "numerator", "denominator")
    if reason := _nothing(n_0, n_1, x_0, x_1):
        return _ratio(x_0, n_0), _ratio(x_1, n_1), _UNDEFINED, reason
    return x_0 / n_0, x_1 / n_1, two_rates(_whole(x_0), n_0, _whole(x_1), n_1, confidence), ""


def _mean(row: Mapping[Hashable, object], confidence: float) -> Compared:
    mean_0, variance_0, n_0, mean_1, variance_1, n_1 = _numbers(row, "mean", "variance", "n")
    if reason := _nothing(n_0, n_1, mean_0, mean_1):
        return mean_0, mean_1, _UNDEFINED, reason
    if min(n_0, n_1) < 2 or math.isnan(variance_0) or math.isnan(variance_1):
        return mean_0, mean_1, _UNDEFINED._replace(difference=mean_1 - mean_0), "too_few"
    change = two_means(mean_0, variance_0, n_0, mean_1, variance_1, n_1, confidence)
    return mean_0, mean_1, change, "no_variance" if math.isnan(change.p_value) else ""


def _interval(row: Mapping[Hashable, object], _: float) -> Compared:
    value_0, low_0, high_0, value_1, low_1, high_1 = _numbers(row, "value", "low", "high")
    if reason := _nothing(1.0, 1.0, value_0, value_1):
        return value_0, value_1, _UNDEFINED, reason
    bounds = difference(value_1, low_1, high_1, value_0, low_0, high_0)
    known = not (math.isnan(bounds.low) and math.isnan(bounds.high))
    change = Change(value_1 - value_0, float(bounds.low), float(bounds.high), float("nan"))
    return value_0, value_1, change, "no_test" if known else "no_interval"


_UNDEFINED = Change(*(float("nan"),) * 4)


def _numbers(row: Mapping[Hashable, object], *names: str) -> list[float]:
    """The figures before, then those of now; NaN for one that is missing."""
    given = [row.get(f"{name}_{side}") for side in ("before", "now") for name in names]
    return [float(value) for value in pd.to_numeric(pd.Series(given, dtype=object)).astype("float64")]


def _nothing(n_0: float, n_1: float, x_0: float, x_1: float) -> str:
    if not n_0 > 0 or math.isnan(x_0):
        return "nothing_before"
    return "nothing_now" if not n_1 > 0 or math.isnan(x_1) else ""


def _ratio(x: float, n: float) -> float:
    return x / n if n > 0 else float("nan")


def _whole(value: float) -> int:
    if value != int(value):
        raise ValueError(
            f"counts must be whole numbers to be tested; found {value!r}. Use the measure interval."
        )
    return int(value)
