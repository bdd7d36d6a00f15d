"""What changed between two periods, and whether chance alone could have done it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit import intervals
from sqaudit.frames import FIGURES, JUDGEMENT, LEADING, require

CHANGES = (
    "indicator", "period_before", "period_now", "before", "now", "difference", "low", "high", "unit", "direction", "change",
)  # fmt: skip


def changes(totals: pd.DataFrame, before: str, now: str) -> pd.DataFrame:
    """The change of every indicator from one period to another, clear ones first, then by size.

    Columns in: a judged measurement frame without segments. Columns out: `indicator, period_before,
    period_now, before, now, difference, low, high, unit, direction, change`, where `change` is better,
    worse, no_clear_change (the interval of the difference holds zero) or not_comparable (a figure is
    missing, or the way of measuring differs). Without a direction, a clear change is `changed`.
    """
    require(totals, [*LEADING, *FIGURES, *JUDGEMENT], "a comparison")
    first = totals[totals["period"] == before].set_index("indicator")
    second = totals[totals["period"] == now].set_index("indicator")
    both = second.join(first[["value", "low", "high", "method"]], suffixes=("", "_before"), how="left")
    bounds = intervals.difference(
        *(
            both[name].to_numpy(dtype="float64")
            for name in ("value", "low", "high", "value_before", "low_before", "high_before")
        )
    )
    frame = pd.DataFrame(
        {
            "indicator": both.index,
            "period_before": before,
            "period_now": now,
            "before": both["value_before"].to_numpy(),
            "now": both["value"].to_numpy(),
            "difference": (both["value"] - both["value_before"]).to_numpy(),
            "low": bounds.low,
            "high": bounds.high,
            "unit": both["unit"].to_numpy(),
            "direction": both["direction"].to_numpy(),
        }
    )
    same_way = (both["method"] == both["method_before"]).to_numpy()
    frame["change"] = [
        _change(row, bool(same)) for row, same in zip(frame.to_dict("records"), same_way, strict=True)
    ]
    return _ordered(frame)[list(CHANGES)]


def _change(row: dict[object, object], same_way: bool) -> str:
    difference, low, high = (float(str(row[name])) for name in ("difference", "low", "high"))
    if np.isnan(difference) or not same_way:
        return "not_comparable"
    if np.isnan(low) or np.isnan(high) or low <= 0 <= high:
        return "no_clear_change"
    if row["direction"] not in ("higher", "lower"):
        return "changed"
    return "better" if (difference > 0) == (row["direction"] == "higher") else "worse"


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    scale = np.where(frame["unit"] == "share", 1.0, frame["before"].abs().replace(0, np.nan).fillna(1.0))
    clear = frame["change"].isin(["better", "worse", "changed"])
    keyed = frame.assign(_clear=~clear, _size=-(frame["difference"].abs() / scale))
    return (
        keyed.sort_values(["_clear", "_size"], kind="stable")
        .drop(columns=["_clear", "_size"])
        .reset_index(drop=True)
    )
