"""What of a comparison is told first: figures, targets and scores in total, with the verdicts on them."""

from __future__ import annotations

import pandas as pd

from sqaudit.books.chain import JOINT
from sqaudit.books.compare import Comparison

TOLD = ("value", "target", "score")
LEADING = ("indicator", "figure", "before", "now", "change")
TRAILING = ("turned_at", "verdict_before", "verdict_now")

__all__ = ["LEADING", "TRAILING", "causes_of", "headline"]


def headline(found: Comparison) -> pd.DataFrame:
    """A row for each figure, target and score in total that differs, and for each verdict that turned.

    Columns: `indicator, figure, before, now, change`, one for each cause that had a part in some row,
    `together` where causes could not be told apart, and `verdict_before, verdict_now, turned_at` (empty where
    the verdict is what it was). What turned comes first, then what is due to more than the period, then the
    rest; of each what moved most, beside the width of its intervals, is in front. A figure that appeared or
    vanished has no change (NaN) and names in `turned_at` the cause with which it did. Where
    only the verdict on a figure differs, its row has no numbers.
    """
    figures = found.figures_in_total
    figures = figures[figures["figure"].isin(TOLD) & figures["change"].ne(0)]
    parts = [name for name in [*found.causes, JOINT] if (figures[name].fillna(0) != 0).any()]
    words = found.words_in_total
    words = words[words["what"] == "verdict"].set_index("indicator")
    own = figures[[*LEADING, *parts, "turned_at"]]
    alone = [name for name in words.index if name not in set(own["indicator"])]
    whole = pd.concat([own, pd.DataFrame({"indicator": alone, "figure": "value"})], ignore_index=True)
    first = ~whole["indicator"].duplicated()
    for name, side in zip(TRAILING[1:], ("before", "now"), strict=True):
        whole[name] = _told(words[side], whole["indicator"], first)
    turned = _told(words["turned_at"], whole["indicator"], first)
    whole["turned_at"] = turned.where(turned != "", whole["turned_at"].fillna(""))
    return _in_order(whole.assign(_clear=_clearness(found, whole)), [one for one in parts if one != "period"])


def _told(words: pd.Series, indicators: pd.Series, first: pd.Series) -> pd.Series:
    """The word on each indicator, once; an empty one where there is none."""
    known = words.to_dict()
    pairs = zip(indicators, first, strict=True)
    return pd.Series(
        [known.get(one, "") if once else "" for one, once in pairs], indicators.index, dtype="object"
    )


def causes_of(rows: pd.DataFrame) -> list[str]:
    """The causes that have a column in the rows of `headline`, what cannot be told apart among them."""
    return [str(name) for name in rows.columns if name not in (*LEADING, *TRAILING)]


def _in_order(frame: pd.DataFrame, causes: list[str]) -> pd.DataFrame:
    turned = frame["verdict_now"] != frame["verdict_before"]
    caused = (frame[causes].fillna(0) != 0).any(axis=1)
    rank = (~turned).astype(int) * 2 + (~turned & ~caused).astype(int)
    order = frame.assign(_rank=rank, _clear=-frame["_clear"]).sort_values(["_rank", "_clear"], kind="stable")
    return frame.loc[order.index].drop(columns="_clear").reset_index(drop=True)


def _clearness(found: Comparison, rows: pd.DataFrame) -> pd.Series:
    """How far each figure moved, in widths of the wider of its two intervals; 0 where there is none."""
    figures = found.figures_in_total
    ends = {
        name: figures[figures["figure"] == name].set_index("indicator")[["before", "now"]]
        for name in ("low", "high")
    }
    width = (ends["high"] - ends["low"]).max(axis=1).to_dict()
    told = [
        abs(row["change"]) / width[row["indicator"]]
        if row["figure"] == "value" and width.get(row["indicator"], 0) > 0
        else 0.0
        for row in rows.to_dict("records")
    ]
    return pd.Series(told, rows.index, dtype="float64").fillna(0.0)
