"""The steps of a waterfall: from the figure before, part by part, to the figure now."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit.frames import require

__all__ = ["REST", "waterfall"]

REST = "rest"  # the key of what the steps that are not shown add up to


def waterfall(
    parts: pd.DataFrame, before: float, *, name: str = "part", value: str = "value", most: int = 8
) -> pd.DataFrame:
    """The steps of a waterfall chart, adding up to the figure now.

    Columns in: `name` and `value`, and `low, high` where known; a row per part, drawn in the order given.
    Columns out: `step, kind` (`start`, `part`, `rest`, `end`), `value`, `start, end` (from where to where
    its bar reaches) and `low, high` (of the part itself; NaN for both ends and the rest). Beyond `most`
    parts the smallest in size become one step, the rest, which stands last. Missing values are refused.

    >>> waterfall(pd.DataFrame({"part": ["mix", "rate"], "value": [0.03, -0.01]}), 0.05).round(3)[
    ...     ["step", "start", "end"]]
         step  start   end
    0  before   0.00  0.05
    1     mix   0.05  0.08
    2    rate   0.08  0.07
    3     now   0.00  0.07
    """
    require(parts, [name, value], "a waterfall")
    if parts[value].isna().any() or np.isnan(before):
        raise ValueError("a waterfall needs a value for every part and for the figure before.")
    if most < 2:
        raise ValueError(f"most must be 2 or more, one part and the rest; found {most}.")
    frame = parts.reindex(columns=[name, value, "low", "high"]).set_axis(
        ["step", "value", "low", "high"], axis=1
    )
    frame = _with_rest(frame.assign(kind="part"), most)
    ends = before + frame["value"].cumsum()
    frame = frame.assign(start=ends - frame["value"], end=ends)
    last = float(ends.iloc[-1]) if len(ends) else before
    rows = [_end("before", "start", before), *frame.to_dict("records"), _end("now", "end", last)]
    return pd.DataFrame(rows)[["step", "kind", "value", "start", "end", "low", "high"]]


def _with_rest(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    if len(frame) <= most:
        return frame
    # Ties in size keep the order given, so the choice never depends on the sort.
    kept = frame["value"].abs().rank(method="first", ascending=False) <= most - 1
    gathered = {"step": REST, "kind": "rest", "value": float(frame.loc[~kept, "value"].sum())}
    return pd.concat([frame[kept], pd.DataFrame([gathered])], ignore_index=True)


def _end(step: str, kind: str, at: float) -> dict[str, object]:
    return {"step": step, "kind": kind, "value": at, "start": 0.0, "end": at, "low": np.nan, "high": np.nan}
