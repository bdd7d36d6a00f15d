"""What an inspector gets to see of a case: no personal data, no design, no agent if the form is blind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.inspections.assignment import columns_of_person
from sqaudit.inspections.sample import DESIGN
from sqaudit.kinds import RecordKind, catalogue
from sqaudit.personal import masked
from sqaudit.present.words import is_missing

LONGEST = 32_767  # signs; the most an Excel cell holds
FIRST_YEAR = 1901  # Excel's days begin in 1900, and its first two months are off by a day
MOST_EXACT = 10**15  # a longer number would lose its last digits; a key must not


def context(cases: pd.DataFrame, blind: Sequence[str] = (), also_design: Sequence[str] = ()) -> pd.DataFrame:
    """The cases with `case_id` and what is to be seen of them, personal data masked.

    Left out are the columns that say how a case was drawn (a stratum or a cluster may name the agent), and
    the columns of `blind` with all that tell the same: what is not in the file cannot be unhidden.

    >>> cases = pd.DataFrame({"case_id": ["a"], "stratum": ["Li"], "agent": ["Li"], "phone": ["138"]})
    >>> context(cases, blind=["agent"])
      case_id phone
    0       a   ***
    """
    hidden = {name for column in blind for name in columns_of_person(cases, column)}
    left_out = {*DESIGN, *hidden, *(also_design if blind else ())} - {"case_id"}
    kept = [name for name in cases.columns if name not in left_out and not str(name).startswith("_")]
    return masked(cases[kept], _kinds(cases))


def cell_value(value: Any) -> str | float | dt.datetime | dt.date | None:
    """A value as a cell shows it: numbers and days that Excel can hold as such, else text; nothing is None.

    >>> cell_value(2026100100123456789), cell_value(float("nan")), cell_value(True), cell_value(3.5)
    ('2026100100123456789', None, 'True', 3.5)
    """
    if is_missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, dt.datetime | dt.date) and value.year >= FIRST_YEAR:
        # Excel knows no zones; the day and hour stay those of the run
        return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST_EXACT:
        return value
    return str(value)[:LONGEST]


def _kinds(cases: pd.DataFrame) -> list[RecordKind]:
    """The record kinds that the cases are of, which say what is personal."""
    names = {str(name) for name in cases["kind"].unique()} if "kind" in cases.columns else set()
    return [kind for name, kind in catalogue().items() if name in names]


__all__ = ["LONGEST", "cell_value", "context"]
