"""The contract of result tables: which columns they lead with, and one check that says what is missing.

Every measurement frame starts with `indicator, period`, then the segments that were asked for, then
`numerator, denominator, pending, excluded, value, low, high, method, evidence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from sqaudit.errors import FrameError

LEADING = ("indicator", "period")
FIGURES = ("numerator", "denominator", "pending", "excluded", "value", "low", "high", "method", "evidence")
DEFINITION = "definition"  # how the figure is defined; two definitions are never compared
JUDGEMENT = ("target", "direction", "unit", "verdict")
_SUMS = ("rows", "used", "n", "met", "sum", "over", "variance", "sum_squares", "over_squares", "products")
_OWN = frozenset((*LEADING, *FIGURES, DEFINITION, *JUDGEMENT, *_SUMS, "grouping", "rows_read"))


def measurement_columns(segments: Sequence[str] = ()) -> list[str]:
    """The columns of a measurement frame for the segments given, in their order.

    >>> measurement_columns(["team"])[:4]
    ['indicator', 'period', 'team', 'numerator']
    """
    return [*LEADING, *segments, *FIGURES]


def segments_of(measurements: pd.DataFrame) -> list[str]:
    """The segment columns of a measurement frame: those between `period` and `numerator`."""
    require(measurements, [*LEADING, *FIGURES], "a measurement frame")
    columns = list(measurements.columns)
    return columns[columns.index("period") + 1 : columns.index("numerator")]


def reserved(segments: Iterable[str]) -> list[str]:
    """The segments that cannot be: they are called like a column that frames of figures have themselves.

    >>> reserved(["team", "method"])
    ['method']
    """
    return sorted({*segments} & _OWN)


def one_definition(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """The frame itself if its figures come about in one way; else a FrameError that names the ways.

    >>> one_definition(pd.DataFrame({"definition": ["share", "csat_mean100"]}), "a trend")
    Traceback (most recent call last):
    sqaudit.errors.FrameError: a trend never joins figures of two definitions; found: csat_mean100, share.
    """
    named = sorted({str(name) for name in frame[DEFINITION].dropna()}) if DEFINITION in frame else []
    if len(named) > 1:
        raise FrameError(f"{what} never joins figures of two definitions; found: {', '.join(named)}.")
    return frame


def require(frame: pd.DataFrame, columns: Sequence[str], what: str) -> pd.DataFrame:
    """The frame itself if it has all the columns; else a FrameError that lists missing beside present.

    >>> require(pd.DataFrame({"indicator": []}), ["indicator", "value"], "a table of figures")
    Traceback (most recent call last):
    sqaudit.errors.FrameError: a table of figures needs the column value; present: indicator.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        noun = "column" if len(missing) == 1 else "columns"
        present = ", ".join(map(str, frame.columns)) or "none"
        raise FrameError(f"{what} needs the {noun} {', '.join(missing)}; present: {present}.")
    return frame
