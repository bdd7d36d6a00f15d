"""Frames as files for other programs: CSV, JSON, Parquet. Full precision; no text becomes a formula."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def as_csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV in UTF-8 with a byte order mark, which spreadsheet programs need for Chinese.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    safe = frame.map(_no_formula).rename(columns=lambda name: _no_formula(str(name)))
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def as_json(frame: pd.DataFrame) -> bytes:
    """The frame as a JSON list of rows; missing values are null."""
    rows = [{str(name): plain(value) for name, value in row.items()} for row in frame.to_dict("records")]
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def as_parquet(frame: pd.DataFrame) -> bytes:
    """The frame as Parquet."""
    target = io.BytesIO()
    frame.to_parquet(target, index=False)
    return target.getvalue()


def plain(value: Any) -> Any:
    """A value as JSON knows it: null for missing, ISO text for times, whole numbers without point.

    >>> plain({"a": float("nan"), "b": np.int64(3), "c": 2.0})
    {'a': None, 'b': 3, 'c': 2}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return None if pd.isna(value) else value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if not np.isfinite(value) else int(value) if value.is_integer() else value
    if value is None or isinstance(value, str | bool | int):
        return value
    return None if pd.isna(value) else str(value)


def _no_formula(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return (
        f"'{value}" if value[:1] in tuple("\t\r\n") or value.lstrip().startswith(_FORMULA_STARTS) else value
    )
