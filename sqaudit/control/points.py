"""The points of a control chart as they come in: in order of time, with what keeps one unjudged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit.control.design import Design
from sqaudit.frames import require

_NEEDS = {"p": ("numerator", "denominator"), "u": ("numerator", "denominator"), "xbar": ("n", "variance")}


def prepared(points: pd.DataFrame, design: Design) -> pd.DataFrame:
    """The points in order of time with `value`, `left_out` (of the baseline) and `skipped`: why unjudged."""
    require(points, ["period", *_NEEDS.get(design.kind, ()), *_value_column(design)], "a control chart")
    frame = points.sort_values("period", kind="stable").reset_index(drop=True)
    if twice := sorted({str(period) for period in frame["period"][frame["period"].duplicated()]}):
        raise ValueError(f"each period must stand once in a control chart; twice: {', '.join(twice)}.")
    for name in ("numerator", "denominator"):
        frame[name] = pd.to_numeric(frame[name]).astype("float64") if name in frame else np.nan
    artefact = frame["artefact"].astype(object).fillna("").astype(str) if "artefact" in frame else ""
    if design.kind in ("p", "u"):
        _refuse_impossible(frame, design.kind)
        frame["value"] = frame["numerator"] / frame["denominator"].where(frame["denominator"] > 0)
    frame["value"] = frame["value"].astype("float64")
    frame["skipped"] = np.where(
        frame["value"].isna(), np.where(frame["denominator"] == 0, "no_cases", "missing"), artefact
    )
    frame["left_out"] = False
    for one in design.left_out:
        frame.loc[place_of(frame, one.period, "what is left out"), "left_out"] = True
    return frame


def place_of(frame: pd.DataFrame, period: object, what: str) -> int:
    """The row of a period, given as it is or as text; a ValueError where there is none."""
    found = np.flatnonzero((frame["period"] == period).to_numpy())
    if not found.size:
        # A day may be written without its midnight.
        written = frame["period"].astype(str).str.removesuffix(" 00:00:00")
        found = np.flatnonzero((written == str(period).removesuffix(" 00:00:00")).to_numpy())
    if not found.size:
        raise ValueError(f"{what} names the period {period}, which the chart does not have.")
    return int(found[0])


def _value_column(design: Design) -> list[str]:
    return [] if design.kind in ("p", "u") else ["value"]


def _refuse_impossible(frame: pd.DataFrame, kind: str) -> None:
    wrong = (frame["numerator"] < 0) | (frame["denominator"] < 0)
    if kind == "p":
        wrong |= frame["numerator"] > frame["denominator"] * (1 + 1e-9)  # weighted sums carry rounding
    if wrong.any():
        row = frame[wrong].iloc[0]
        raise ValueError(
            f"period {row['period']}: {row['numerator']:g} of {row['denominator']:g} is impossible; counts "
            "must be 0 or more" + (", and no more count than there are." if kind == "p" else ".")
        )
