"""Faults of a filled form as rows of a table: which cell, what stands in it, what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sqaudit.inspection_forms import InspectionForm, Item

COLUMNS = ("file", "sheet", "row", "column", "case_id", "item", "value", "severity", "check", "detail")
LONGEST_SHOWN = 80  # signs of a value that is shown
Fault = dict[str, Any]


def fault(severity: str, check: str, /, **fields: Any) -> Fault:
    """One fault; what is no column of its own goes into `detail`, for the sentence."""
    blank: Fault = {
        "file": "",
        "sheet": "",
        "row": None,
        "column": "",
        "case_id": "",
        "item": "",
        "value": "",
    }
    own = {name: value for name, value in fields.items() if name in blank}
    detail = {name: value for name, value in fields.items() if name not in blank}
    value = str(own.get("value", ""))
    own["value"] = value if len(value) <= LONGEST_SHOWN else f"{value[: LONGEST_SHOWN - 1]}…"
    return {**blank, **own, "severity": severity, "check": check, "detail": detail}


def fault_table(faults: Sequence[Fault]) -> pd.DataFrame:
    """The faults in the columns COLUMNS, ordered by place; `row` is missing where a whole file is meant."""
    frame = pd.DataFrame([dict(one) for one in faults], columns=list(COLUMNS))
    frame["row"] = frame["row"].astype("Int64")
    texts = ["file", "sheet", "column", "case_id", "item", "value", "severity", "check"]
    frame[texts] = frame[texts].astype(str)
    keys = frame.assign(width=frame["column"].str.len())
    order = keys.sort_values(
        ["file", "sheet", "row", "width", "column", "check", "case_id", "item"], na_position="first"
    ).index
    return frame.loc[order].reset_index(drop=True)


def expected(form: InspectionForm, item: Item) -> dict[str, Any]:
    """What an item takes, as fields for a sentence: its scale, bounds or choices, and 'not applicable'."""
    low, high = item.bounds
    return {
        "number": form.numbers[item.id],
        "text": item.text.both(),
        "scale": item.kind,
        "low": low,
        "high": high,
        "choices": [one.text.both() for one in item.choices],
        "may_not_apply": item.not_applicable is not None,
    }


__all__ = ["COLUMNS", "Fault", "expected", "fault", "fault_table"]
