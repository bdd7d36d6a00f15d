"""Cases that two inspectors judged independently: their answers side by side, as agreement needs them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sqaudit.inspections.current import answers

PAIRS = (
    *("case_id", "item", "first_inspector", "second_inspector", "first", "second"),
    *("first_value", "second_value"),
)


def answer_pairs(folder: Path) -> pd.DataFrame:
    """One row for each case and item that both inspectors answered, in the columns PAIRS.

    `first` and `second` are names of answers ("not_applicable" is one of them), the values those on the
    item's scale. Re-scores are no second opinion and are left out.
    """
    every = answers(folder)
    sides = []
    for role in ("first", "second"):
        own = every[every["role"] == role].set_index(["case_id", "item"])[["inspector", "answer", "value"]]
        sides.append(own.set_axis([f"{role}_inspector", role, f"{role}_value"], axis=1))
    pairs = sides[0].join(sides[1], how="inner").reset_index()
    return pairs.sort_values(["case_id", "item"], ignore_index=True)[list(PAIRS)]


__all__ = ["PAIRS", "answer_pairs"]
