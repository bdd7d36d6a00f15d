"""What an inspector gets to see of a case: no personal data, no design, no agent if the form is blind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from sqaudit.inspections.assignment import columns_of_person
from sqaudit.inspections.sample import DESIGN
from sqaudit.kinds import RecordKind, catalogue
from sqaudit.personal import masked

LONGEST = 32_767  # signs; the most an Excel cell holds


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
    """A value as a cell shows it: numbers and days as such, everything else as text, nothing as None."""
    if isinstance(value, list | dict | set | tuple):
        return str(value)[:LONGEST]
    if pd.isna(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)  # Excel knows no zones; the day and hour stay those of the run
    if isinstance(value, bool) or not isinstance(value, int | float | dt.date):
        return str(value)[:LONGEST]
    return value


def _kinds(cases: pd.DataFrame) -> list[RecordKind]:
    """The record kinds that the cases are of, which say what is personal."""
    names = {str(name) for name in cases["kind"].unique()} if "kind" in cases.columns else set()
    return [kind for name, kind in catalogue().items() if name in names]


__all__ = ["LONGEST", "cell_value", "context"]
