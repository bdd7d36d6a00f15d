"""What changed between two periods, and whether chance alone could have done it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit import intervals
from sqaudit.frames import DEFINITION, FIGURES, JUDGEMENT, LEADING, require
from sqaudit.periods import parse

CHANGES = (
    "indicator", "period_before", "period_now", "before", "now", "difference", "low", "high", "unit",
    "direction", "change",
)  # fmt: skip
_LENGTHS = 1.12  # months differ by up to 31/28 in length; counts over lengths that differ more say nothing


def changes(totals: pd.DataFrame, before: str, now: str) -> pd.DataFrame:
    """The change of every indicator from one period to another, clear ones first, then by size.

    Columns in: a judged measurement frame without segments. Columns out: `indicator, period_before,
    period_now, before, now, difference, low, high, unit, direction, change`, where `change` is better,
    worse, no_clear_change (the interval of the difference holds zero) or not_comparable (a figure is
    missing, the way of measuring differs, it has no interval at all, as a maximum, or counts were taken
    over periods of different length). Without a direction, a clear change is `changed`.
    """
    require(totals, [*LEADING, *FIGURES, *JUDGEMENT], "a comparison")
    second = totals[totals["period"] == now].set_index("indicator")
    first = totals[totals["period"] == before].set_index("indicator").reindex(second.index)
    bounds = intervals.difference(*_bounded(second), *_bounded(first))
    frame = pd.DataFrame(
        {
            "indicator": second.index,
            "period_before": before,
            "period_now": now,
            "before": first["value"].to_numpy(dtype="float64"),
            "now": second["value"].to_numpy(dtype="float64"),
            "difference": (second["value"] - first["value"]).to_numpy(dtype="float64"),
            "low": bounds.low,
            "high": bounds.high,
            "unit": second["unit"].to_numpy(),
            "direction": second["direction"].to_numpy(dtype="object"),
        }
    )
    alike = ((second["method"] == first["method"]) & (second["method"] != "none")).to_numpy()
    if DEFINITION in totals:  # figures of two definitions are never compared
        alike = alike & (second[DEFINITION] == first[DEFINITION]).to_numpy()
    counts = ((second["method"] == "poisson_exact") & second["denominator"].isna()).to_numpy()
    if counts.any() and not _of_one_length(before, now):
        alike = alike & ~counts
    return _ordered(frame.assign(change=_change(frame, alike)))[list(CHANGES)]


def _bounded(figures: pd.DataFrame) -> Iterator[npt.NDArray[np.float64]]:
    return (figures[name].to_numpy(dtype="float64") for name in ("value", "low", "high"))


def _of_one_length(before: str, now: str) -> bool:
    """Whether two periods are as good as equally long; those without a length are."""
    days = [(span.end - span.start).days for span in map(parse, (before, now)) if span.start and span.end]
    return len(days) < 2 or max(days) <= min(days) * _LENGTHS


def _change(frame: pd.DataFrame, alike: npt.NDArray[np.bool_]) -> npt.NDArray[np.str_]:
    """The word for each change; a bound that is NaN is none, so the other one alone may be clear of zero."""
    up, down = frame["low"] > 0, frame["high"] < 0
    higher, lower = frame["direction"] == "higher", frame["direction"] == "lower"
    words = {
        "not_comparable": frame["difference"].isna() | ~alike,
        "no_clear_change": ~up & ~down,
        "better": (up & higher) | (down & lower),
        "worse": (up & lower) | (down & higher),
    }
    return np.select(list(words.values()), list(words), default="changed")


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Clear changes first, then by size: in points of a share, else as a part of the figure before."""
    scale = np.where(frame["unit"] == "share", 1.0, frame["before"].abs().replace(0, np.nan).fillna(1.0))
    clear = frame["change"].isin(["better", "worse", "changed"])
    keyed = frame.assign(_unclear=~clear, _size=-(frame["difference"].abs() / scale))
    ordered = keyed.sort_values(["_unclear", "_size"], kind="stable")
    return ordered.drop(columns=["_unclear", "_size"]).reset_index(drop=True)
