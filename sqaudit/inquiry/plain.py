"""Findings as plain values for JSON and back: data classes, tuples, frames with the types of columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pandas as pd

_KEPT = ("int64", "float64", "bool", "Int64", "boolean", "str")  # types that JSON would not give back


def as_plain(value: Any) -> Any:
    """The value in mappings, lists, texts and numbers; missing numbers are None, infinite ones `inf`.

    >>> as_plain(pd.DataFrame({"share": [0.5, float("nan")]}))
    {'columns': ['share'], 'types': ['float64'], 'rows': [[0.5], [None]]}
    """
    if is_dataclass(value):
        return {one.name: as_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, pd.DataFrame):
        return {
            "columns": [str(name) for name in value.columns],
            "types": [str(kind) for kind in value.dtypes],
            "rows": [[as_plain(cell) for cell in row] for row in value.itertuples(index=False)],
        }
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [as_plain(item) for item in value]
    if value is pd.NA or value is pd.NaT or value is None:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if value != value else str(value)  # JSON knows neither; the column of numbers reads it
    return value if isinstance(value, bool | int | float | str) else str(value)


def from_plain(kind: Any, content: Any) -> Any:
    """The value of a kind that `as_plain` wrote.

    >>> from_plain(tuple[int, ...], [1, 2])
    (1, 2)
    """
    if content is None:
        return float("nan") if kind is float else None
    if kind is float:
        return float(content)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return from_plain(next(one for one in get_args(kind) if one is not type(None)), content)
    if origin is tuple:
        return tuple(from_plain(get_args(kind)[0], item) for item in content)
    if kind is pd.DataFrame:
        return _frame(content)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        # What an earlier version did not write yet has its default; without one that is a KeyError.
        told = [one for one in fields(kind) if one.name in content or one.default is MISSING]
        return kind(**{one.name: from_plain(hints[one.name], content[one.name]) for one in told})  # type: ignore[operator]
    return content


def _frame(content: Mapping[str, Any]) -> pd.DataFrame:
    rows = [[tuple(cell) if isinstance(cell, list) else cell for cell in row] for row in content["rows"]]
    frame = pd.DataFrame(rows, columns=content["columns"], dtype="object")
    types = {
        name: kind for name, kind in zip(content["columns"], content["types"], strict=True) if kind in _KEPT
    }
    return frame.astype(types)
