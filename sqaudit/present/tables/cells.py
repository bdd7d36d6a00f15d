"""Cells that several tables share, and how a frame is taken apart into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.present import numbers, palette
from sqaudit.present.tables.markup import Cell, marked, number
from sqaudit.present.words import DASH, Labels, Tongue, is_said, named

NUMERIC = frozenset(
    [
        *["target", "value", "denominator", "attainment", "capped_score", "raw_score", "weight"],
        *["before", "now", "difference", "count", "rows"],
    ]
)


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, each as a mapping from column name to value."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def heads(names: Sequence[str], tongue: Tongue, labels: Labels | None = None) -> list[Cell]:
    """Header cells worded by column name; a segment is named by `labels` or by our own word for it."""
    cells = []
    for name in names:
        family = "column" if is_said(f"column.{name}") else "segment"
        title = named(labels or {}, name, tongue, family)
        cells.append(number(title) if name in NUMERIC else Cell(title))
    return cells


def verdict_cell(verdict: object, language: Tongue) -> Cell:
    """A verdict in words, by a mark and by a colour."""
    return marked(
        named({}, verdict, language, "verdict"),
        palette.VERDICT_MARKS.get(str(verdict), DASH),
        palette.verdict_colour(verdict),
    )


def value_cell(row: dict[str, Any], unit: str, tongue: Tongue) -> Cell:
    """A value with its unit, its interval below; never on the other side of the target of its row."""
    value = numbers.amount(row.get("value"), unit, tongue, beside=row.get("target"))
    return number(value, unless_dash(numbers.interval(row.get("low"), row.get("high"), unit, tongue)))


def unit_of(row: Mapping[str, Any]) -> str:
    """The unit of a row; 'ratio', which is written bare, when it has none that we know."""
    unit = row.get("unit")
    return unit if isinstance(unit, str) and unit else "ratio"


def listed(value: object) -> list[Any]:
    """The items of a cell that holds a list; an empty list for anything else."""
    if isinstance(value, np.ndarray):
        return list(value.tolist())
    return list(value) if isinstance(value, list | tuple | set) else []


def unless_dash(text: str) -> str:
    """The text, or nothing when it is only a dash."""
    return "" if text == DASH else text


def is_real(value: object) -> bool:
    """Whether a cell holds a number that is there."""
    return isinstance(value, Real) and numbers.is_number(value)
