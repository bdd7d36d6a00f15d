"""Which indicator moved a composite score, and by how much: its figure, its cap, or its weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.errors import FrameError
from sqaudit.finite_population import Array
from sqaudit.frames import require

SPECIAL = "special_points"  # the row of points outside the weights
PARTS = ("figure", "cap", "weight")
_NEEDED = ("indicator", "weight", "raw_score", "capped_score")
_ROUNDING = 1e-9  # as in scoring: a score this near a bound has reached it

__all__ = ["PARTS", "SPECIAL", "composite_parts"]


@dataclass(frozen=True)
class _Card:
    """One period, one entry per indicator: weights on the scale of 100, earned shares (0 where unknown)."""

    weight: Array
    raw: Array
    capped: Array
    assessed: npt.NDArray[np.bool_]
    scored: bool


def composite_parts(
    before: pd.DataFrame,
    now: pd.DataFrame,
    *,
    not_assessable: Literal["renormalise", "zero"] = "renormalise",
    weight_total_before: float,
    weight_total_now: float,
    special_before: float = 0.0,
    special_now: float = 0.0,
    bounds: Sequence[float] = (),
) -> pd.DataFrame:
    """The change of a score on a scale of 100, shared out to indicators; the parts add up exactly.

    The two cards have one row per indicator with `indicator, weight, raw_score, capped_score` (points; NaN
    where it was not assessed), as `scoring.scorecard` makes them. `weight_total_*` are the weights of the
    standard in force, `special_*` the points outside the weights. An indicator's points are its weight on
    the scale of 100 (after weights were spread over missing ones) times the share of it that was earned, so
    its part is that of a product of two factors: `figure` is the mean weight times the change of the share,
    of which `cap` is what capping took or gave; `weight` is the change of the weight times how far the
    mean share lies above the score itself. Where missing indicators count as zero, weights are not spread,
    and the whole share counts. An indicator assessed in one period only has no change of its own: all of
    it is weight.

    Columns out: `indicator, weight_before, weight_now` (on the scale of 100), `earned_before, earned_now`
    (shares, capped), `figure, cap, weight, part` (points; part = figure + cap + weight), `presence` (kept,
    born, gone, absent) and `decides`: without this part the score would be in the band it was in before,
    between the lower `bounds` of the grades, which it is not now. A last row holds the special points where
    there are any. Largest parts first. A period in which nothing was assessed has no score: NaN throughout.
    FrameError for missing columns and for indicators with several rows.

    Source: Shapley value of two factors, as in Kitagawa (1955), J. Am. Stat. Assoc. 50:1168-1194.

    >>> before = pd.DataFrame({"indicator": ["a", "b"], "weight": [60, 40], "raw_score": [54, 36],
    ...     "capped_score": [54, 36]})
    >>> now = before.assign(raw_score=[48, 36], capped_score=[48, 36])
    >>> table = composite_parts(before, now, weight_total_before=100, weight_total_now=100, bounds=[90, 80])
    >>> table[["indicator", "figure", "weight", "part", "decides"]]
      indicator  figure  weight  part  decides
    0         a    -6.0     0.0  -6.0     True
    1         b     0.0     0.0   0.0    False
    """
    names = sorted({*_names(before), *_names(now)})
    spread = not_assessable == "renormalise"
    old = _card(before, names, spread, weight_total_before)
    new = _card(now, names, spread, weight_total_now)
    score_before, score_now = (float((side.weight * side.capped).sum()) for side in (old, new))
    level = (score_before + score_now) / 200 if spread else 0.0
    table = pd.DataFrame({"indicator": names}).assign(**_parts(old, new, level))
    if not (old.scored and new.scored):
        table = table.assign(figure=np.nan, cap=np.nan, weight=np.nan)
    if special_before != 0 or special_now != 0:
        row = {"indicator": SPECIAL, "figure": special_now - special_before, "cap": 0.0, "weight": 0.0}
        table = pd.concat([table, pd.DataFrame([{**row, "presence": "kept"}])], ignore_index=True)
    table = table.assign(part=table["figure"] + table["cap"] + table["weight"])
    scores = (score_before + special_before, score_now + special_now)
    table = table.assign(decides=_decides(table["part"].to_numpy("float64"), *scores, bounds))
    order = table.assign(_last=table["indicator"] == SPECIAL, _size=-table["part"].abs())
    kept = order.sort_values(["_last", "_size", "indicator"], kind="stable")
    return kept.drop(columns=["_last", "_size"]).reset_index(drop=True)


def _names(card: pd.DataFrame) -> list[str]:
    require(card, _NEEDED, "a scorecard to compare")
    if card["indicator"].duplicated().any():
        raise FrameError("a change of score needs one row per indicator in each period.")
    return [str(name) for name in card["indicator"]]


def _card(card: pd.DataFrame, names: list[str], spread: bool, weight_total: float) -> _Card:
    rows = card.set_index(card["indicator"].astype(str)).reindex(names)
    weight, raw, capped = (rows[name].to_numpy("float64") for name in ("weight", "raw_score", "capped_score"))
    assessed = ~np.isnan(raw) & (weight > 0)
    base = float(weight[assessed].sum()) if spread else weight_total
    known = np.where(assessed, weight, np.nan)
    return _Card(
        weight=np.where(assessed, 100 * weight / base, 0.0) if base > 0 else np.zeros(len(names)),
        raw=np.nan_to_num(raw / known),
        capped=np.nan_to_num(capped / known),
        assessed=assessed,
        scored=bool(assessed.any()) and base > 0,
    )


def _parts(old: _Card, new: _Card, level: float) -> dict[str, Any]:
    both = old.assessed & new.assessed
    middle = np.where(both, (old.weight + new.weight) / 2, 0.0)
    earned = np.where(both, (old.capped + new.capped) / 2, old.capped + new.capped)
    uncapped = middle * (new.raw - old.raw) + 0.0  # never minus zero
    presence = [both, new.assessed & ~both, old.assessed & ~both]
    return {
        "weight_before": old.weight,
        "weight_now": new.weight,
        "earned_before": np.where(old.assessed, old.capped, np.nan),
        "earned_now": np.where(new.assessed, new.capped, np.nan),
        "figure": uncapped,
        "cap": middle * (new.capped - old.capped) - uncapped,
        "weight": (new.weight - old.weight) * (earned - level) + 0.0,
        "presence": np.select(presence, ["kept", "born", "gone"], "absent").astype(object),
    }


def _decides(parts: Array, before: float, now: float, bounds: Sequence[float]) -> list[bool]:
    """Whether the score without the part lies in the band from before, while the score now does not."""
    first = _band(before, bounds)
    if _band(now, bounds) == first:
        return [False] * len(parts)
    return [bool(np.isfinite(part)) and _band(now - part, bounds) == first for part in parts]


def _band(score: float, bounds: Sequence[float]) -> int:
    return sum(score + _ROUNDING >= bound for bound in bounds)
