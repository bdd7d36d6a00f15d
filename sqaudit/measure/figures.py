"""From sums to figures: numerator, denominator, value and the interval that the measure calls for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit import intervals
from sqaudit.frames import DEFINITION, FIGURES
from sqaudit.standards.model import Indicator, ShareOfCounts

Filled = pd.DataFrame


def figures(
    sums: pd.DataFrame,
    indicators: Sequence[Indicator],
    bounds: pd.DataFrame,
    interval: str,
    confidence: float,
) -> pd.DataFrame:
    """The measurement frame for a frame of sums.

    Columns in: `indicator, period, <segments>, rows, n, met, pending, sum, over, ...`; columns out in
    addition `numerator, denominator, excluded, value, low, high, method, evidence`. Rows without sums
    (absent records) come out as NaN with the method "none".
    """
    known = {one.id: one for one in indicators}
    forms = sums["indicator"].map({name: _form(one) for name, one in known.items()})
    parts = [
        _of_form(form, sums[forms == form], bounds, interval, confidence) for form in forms.dropna().unique()
    ]
    if not parts:
        return sums.assign(**dict.fromkeys([*FIGURES, DEFINITION], np.nan))
    filled = pd.concat(parts).sort_index(kind="stable")  # back into the order of the sums
    return filled.assign(
        evidence=filled["indicator"].map({name: one.evidence for name, one in known.items()}),
        definition=filled["indicator"].map({name: one.definition for name, one in known.items()}),
    )


def rank_bounds(sizes: pd.Series, quantile: float, confidence: float) -> list[tuple[int, int, int]]:
    """For every distinct group size: the ranks of the order statistics that bracket the quantile."""
    distinct = np.unique(sizes.to_numpy(dtype="int64"))
    lower, upper = intervals.order_statistic_ranks(distinct, quantile, confidence)
    return [
        (int(n), int(low), int(high))
        for n, low, high in zip(distinct, np.atleast_1d(lower), np.atleast_1d(upper), strict=True)
    ]


def _of_form(form: str, rows: pd.DataFrame, bounds: pd.DataFrame, interval: str, confidence: float) -> Filled:
    """The figures of all indicators whose figures come about alike."""
    filled = _FIGURES[form](rows, interval, confidence)
    if form == "quantile" and len(bounds):
        keys = [name for name in bounds.columns if name not in ("low", "high")]
        plain = filled.drop(columns=["low", "high"])
        filled = plain.merge(bounds, how="left", on=keys).set_axis(rows.index)
    absent = filled["rows"].isna()
    counted = filled[["n", "pending"]].fillna(0)
    excluded = filled["rows"].fillna(0) - filled["used"].fillna(0)
    return filled.assign(
        pending=counted["pending"].where(~absent).fillna(0).astype("int64"),
        excluded=excluded.astype("int64"),
        method=filled["method"].where(~absent & filled["value"].notna(), "none"),
    )


def _form(indicator: Indicator) -> str:
    """The measure; where any part is a share of counts, cases are counts of one."""
    rate = indicator.a_measure.rate
    if rate is not None and rate.events.sum is not None:
        return "rate_of_sums"
    counted = any(isinstance(piece.measure.share, ShareOfCounts) for piece in indicator.pieces)
    return "share_of_counts" if counted else indicator.kind_of_measure


def _proportion(rows: Filled, numerator: str, denominator: str, interval: str, confidence: float) -> Filled:
    base = rows[denominator].to_numpy(dtype="float64")
    met = np.where(np.isnan(base), np.nan, np.nan_to_num(rows[numerator].to_numpy(dtype="float64")))
    method, bound = (
        ("clopper_pearson", intervals.clopper_pearson)
        if interval == "exact"
        else ("wilson", intervals.wilson)
    )
    safe = np.where(np.isnan(base), 0.0, base)
    low, high = bound(np.where(np.isnan(met), 0.0, met), safe, confidence)
    value = np.divide(met, base, out=np.full_like(met, np.nan), where=base > 0)
    return rows.assign(numerator=met, denominator=base, value=value, low=low, high=high, method=method)


def _sums(rows: Filled, name: str) -> npt.NDArray[np.float64]:
    return rows[name].to_numpy(dtype="float64")


def _share(rows: Filled, interval: str, confidence: float) -> Filled:
    return _proportion(rows, "met", "n", interval, confidence)


def _share_of_counts(rows: Filled, interval: str, confidence: float) -> Filled:
    return _proportion(rows, "sum", "over", interval, confidence)


def _mean(rows: Filled, _: str, confidence: float) -> Filled:
    low, high = intervals.mean_t(_sums(rows, "value"), _sums(rows, "variance"), _sums(rows, "n"), confidence)
    return rows.assign(numerator=rows["sum"], denominator=rows["n"], low=low, high=high, method="student_t")


def _quantile(rows: Filled, _: str, __: float) -> Filled:
    return rows.assign(
        numerator=np.nan, denominator=rows["n"], low=np.nan, high=np.nan, method="order_statistics"
    )


def _maximum(rows: Filled, _: str, __: float) -> Filled:
    return rows.assign(numerator=np.nan, denominator=rows["n"], low=np.nan, high=np.nan, method="none")


def _count(rows: Filled, _: str, confidence: float) -> Filled:
    count = rows["n"].to_numpy(dtype="float64")
    low, high = intervals.poisson_exact(count, confidence=confidence)
    return rows.assign(
        numerator=count, denominator=np.nan, value=count, low=low, high=high, method="poisson_exact"
    )


def _ratio(rows: Filled, _: str, confidence: float) -> Filled:
    top, base = _sums(rows, "sum"), _sums(rows, "over")
    squares, products = (_sums(rows, "sum_squares"), _sums(rows, "over_squares")), _sums(rows, "products")
    low, high = intervals.ratio_t(top, base, *squares, products, _sums(rows, "n"), confidence)
    value = np.divide(top, base, out=np.full_like(top, np.nan), where=base != 0)
    return rows.assign(
        numerator=top, denominator=base, value=value, low=low, high=high, method="linearised_ratio"
    )


def _rate(rows: Filled, _: str, confidence: float) -> Filled:
    """Events per case; without an event there are none, as long as there are cases."""
    filled = _rate_of_sums(rows, _, confidence)
    events, base = filled["numerator"].to_numpy(), filled["denominator"].to_numpy()
    exposure = np.where(base > 0, base, np.nan)
    low, high = intervals.poisson_exact(np.nan_to_num(events), exposure, confidence)
    return filled.assign(low=low, high=high, method="poisson_exact")


def _rate_of_sums(rows: Filled, _: str, __: float) -> Filled:
    """An amount per case: it is no count, and its sum alone tells nothing of its variance."""
    base = _sums(rows, "over")
    amount = np.where(np.isnan(base), np.nan, np.nan_to_num(_sums(rows, "sum")))
    value = np.divide(amount, base, out=np.full_like(amount, np.nan), where=base > 0)
    return rows.assign(
        numerator=amount, denominator=base, value=value, low=np.nan, high=np.nan, method="none"
    )


def _balance(rows: Filled, _: str, confidence: float) -> Filled:
    """100 x (share for - share against), with the interval of a difference within one sample."""
    difference, either, n = _sums(rows, "sum"), _sums(rows, "sum_squares"), _sums(rows, "n")
    plus, minus = (either + difference) / 2, (either - difference) / 2
    low, high = intervals.balance(np.nan_to_num(plus), np.nan_to_num(minus), np.nan_to_num(n), confidence)
    value = np.divide(100 * difference, n, out=np.full_like(n, np.nan), where=n > 0)
    return rows.assign(numerator=difference, denominator=n, value=value, low=low, high=high, method="balance")


_FIGURES: Mapping[str, Callable[[Filled, str, float], Filled]] = {
    "share": _share,
    "within": _share,
    "complete": _share,
    "share_of_counts": _share_of_counts,
    "mean": _mean,
    "quantile": _quantile,
    "maximum": _maximum,
    "count": _count,
    "ratio": _ratio,
    "gap": _ratio,
    "rate": _rate,
    "rate_of_sums": _rate_of_sums,
    "balance": _balance,
}

__all__: Sequence[str] = ["figures", "rank_bounds"]
