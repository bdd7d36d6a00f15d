"""What is measured, from the names of columns: checks, and one table with the sums of all periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sqaudit.causes.segments.cells import Array
from sqaudit.errors import Fault, ParameterError, did_you_mean

SUMS = ("weight", "observed", "squares", "weight_squares")
_ROUNDING = 1e-9  # bad cases may exceed cases by rounding of sums


@dataclass(frozen=True)
class Measure:
    """The columns that hold what is measured; see `sqaudit.causes.explain.explain_change`."""

    bad: str | None = None
    count: str | None = None
    value: str | None = None
    squares: str | None = None
    count_squares: str | None = None
    exposure: str | None = None
    actual: str | None = None
    expected: str | None = None

    @property
    def kind(self) -> str:
        """share, mean, count or forecast."""
        if self.actual is not None:
            return "forecast"
        if self.bad is not None:
            return "share"
        return "mean" if self.value is not None else "count"

    @property
    def columns(self) -> list[str]:
        """Every column named."""
        return [name for name in vars(self).values() if name is not None]

    def faults(self) -> list[Fault]:
        """What is wrong with the combination of columns."""
        given = [name for name in ("bad", "value", "exposure") if getattr(self, name) is not None]
        if len(given) > 1:
            return [Fault("measure", f"{' and '.join(given)} exclude each other.", "Name one of them.")]
        if not self.columns:
            return [Fault("measure", "nothing to measure is named.", "Name bad, value or count.")]
        if self.kind == "count" and self.count is None:
            return [Fault("measure", "an exposure needs the events.", "Name count.")]
        if self.value is not None and (self.count is None) != (self.squares is None):
            return [Fault("measure", "a mean of cells needs count and squares.", "Name both or none.")]
        if self.count_squares is not None and self.squares is None:
            return [
                Fault("measure", "count_squares belongs to the cells of a mean.", "Name value and squares.")
            ]
        return []


def column_of(name: str, place: int) -> str:
    """The column of one of SUMS in a period; it begins as no column of records does."""
    return f"\0{name} {place}"


def stacked(
    frames: Mapping[str, pd.DataFrame],
    dimensions: Sequence[str],
    measure: Measure,
    target: float | None = None,
) -> pd.DataFrame:
    """The rows of all periods below each other: the dimensions, and and the SUMS by period.

    Columns out: the dimensions, then those that `column_of` names, for the periods in the order of `frames`;
    a row has numbers in the columns of its own period. Records without a known value are left out.

    ParameterError lists everything that cannot be used, in all frames, and a `target` that nothing can meet;
    TypeError where something else than a frame is given.
    """
    for name, frame in frames.items():
        refuse_other_than_frame(name, frame)
    faults = [*measure.faults(), *_target_faults(target, measure)]
    if unlike := _dimension_faults(dimensions):
        raise ParameterError([*faults, *unlike])
    for name, frame in frames.items():
        faults += _lacking(name, frame, dimensions, measure) or _impossible(name, frame, measure)
    if faults:
        raise ParameterError(faults)
    parts = [_part(frame, dimensions, measure, place) for place, frame in enumerate(frames.values())]
    return pd.concat(parts, ignore_index=True)


def refuse_other_than_frame(name: str, given: object) -> None:
    """TypeError where something else than a data frame is given.

    >>> refuse_other_than_frame("now", [{"team": "A"}])
    Traceback (most recent call last):
    TypeError: 'now' is of type list; a pandas data frame was expected. pd.DataFrame(...) makes one of rows.
    """
    if not isinstance(given, pd.DataFrame):
        raise TypeError(
            f"'{name}' is of type {type(given).__name__}; a pandas data frame was expected. "
            "pd.DataFrame(...) makes one of rows."
        )


def _dimension_faults(dimensions: Sequence[str]) -> list[Fault]:
    """What no frame could mend: a text in place of a list, none, one named twice."""
    if isinstance(dimensions, str):
        return [Fault("dimensions", f"'{dimensions}' is one text.", "Give a list of column names.")]
    if not dimensions:
        return [Fault("dimensions", "none is named.", "Name at least one column to search in.")]
    names = list(dimensions)
    twice = dict.fromkeys(name for place, name in enumerate(names) if name in names[:place])
    return [Fault("dimensions", f"'{name}' is named twice.", "Name it once.") for name in twice]


def _target_faults(target: float | None, measure: Measure) -> list[Fault]:
    if target is None:
        return []
    if not np.isfinite(target):
        return [Fault("target", f"{target} is no number that can be met.", "Leave it out for none.")]
    if measure.kind == "share" and not 0 <= target <= 1:
        return [Fault("target", f"{target} is no share.", "A share lies between 0 and 1: 0.05 for 5 %.")]
    if measure.kind == "count" and target < 0:
        return [Fault("target", f"{target} is no rate.", "A rate of events is 0 or more.")]
    return []


def _lacking(name: str, frame: pd.DataFrame, dimensions: Sequence[str], measure: Measure) -> list[Fault]:
    known = [str(column) for column in frame.columns]
    faults = [
        Fault(name, f"there is no column '{column}'.", did_you_mean(column, known))
        for column in dict.fromkeys([*dimensions, *measure.columns])
        if column not in known
    ]
    faults += [
        Fault("dimensions", f"'{column}' is measured and cannot be a dimension as well.")
        for column in sorted(set(dimensions) & set(measure.columns))
    ]
    return faults


def _impossible(name: str, frame: pd.DataFrame, measure: Measure) -> list[Fault]:
    numbers: dict[str, Array] = {}
    faults: list[Fault] = []
    for column in measure.columns:
        try:
            numbers[column] = _numbers(frame[column])
        except (TypeError, ValueError):
            faults.append(Fault(name, f"'{column}' holds something that is no number.", "Clean it first."))
            continue
        if column != measure.value and (numbers[column] < 0).any():
            faults.append(Fault(name, f"'{column}' holds a negative number.", "Counts are 0 or more."))
        if np.isinf(numbers[column]).any():
            faults.append(Fault(name, f"'{column}' holds an infinite number.", "Clean it first."))
    if measure.bad in numbers:
        most = numbers.get(measure.count or "", np.ones(len(frame)))
        if (numbers[measure.bad] > most * (1 + _ROUNDING)).any():
            limit = f"'{measure.count}'" if measure.count else "1"
            faults.append(Fault(name, f"'{measure.bad}' exceeds {limit}.", "Bad cases are among the cases."))
    if measure.squares in numbers and measure.count in numbers and measure.count_squares is None:
        counts = numbers[measure.count]
        if (np.abs(counts - np.rint(counts)) > _ROUNDING * np.abs(counts)).any():
            message = f"'{measure.count}' holds fractions, from which the spread of a mean cannot be told."
            remedy = "Name count_squares, the sums of the squared weights."
            faults.append(Fault(name, message, remedy))
    return faults


def _numbers(column: pd.Series) -> Array:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _part(frame: pd.DataFrame, dimensions: Sequence[str], measure: Measure, place: int) -> pd.DataFrame:
    sums = _sums(frame, measure)
    known = ~(np.isnan(sums[0]) | np.isnan(sums[1]))
    part = frame[list(dimensions)].copy()
    for name, values in zip(SUMS, sums, strict=True):
        part[column_of(name, place)] = values
    return part[known]


def _sums(frame: pd.DataFrame, measure: Measure) -> tuple[Array, Array, Array, Array]:
    """The SUMS of every row; those of squares are needed for means alone."""
    one, none = np.ones(len(frame)), np.zeros(len(frame))
    if measure.actual is not None and measure.expected is not None:
        actual, expected = (
            np.nan_to_num(_numbers(frame[name])) for name in (measure.actual, measure.expected)
        )
        return expected, actual, none, none
    if measure.value is not None:
        value = _numbers(frame[measure.value])
        if measure.count is not None and measure.squares is not None:
            weight = _numbers(frame[measure.count])
            heavy = weight if measure.count_squares is None else _numbers(frame[measure.count_squares])
            return weight, value, _numbers(frame[measure.squares]), heavy
        return one, value, value**2, one
    if measure.bad is not None:
        weight = _numbers(frame[measure.count]) if measure.count is not None else one
        return weight, _numbers(frame[measure.bad]), none, none
    exposure = _numbers(frame[measure.exposure]) if measure.exposure is not None else one
    return exposure, _numbers(frame[str(measure.count)]), none, none
