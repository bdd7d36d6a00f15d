"""Numbers and times as dimensions: a few bins with round edges, each with its condition over the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

import numpy as np
import pandas as pd

from sqaudit.conditions import quoted
from sqaudit.errors import Fault, ParameterError, did_you_mean

BINS = 5  # of a number: fifths are coarse enough to hold cases and fine enough to show where
FEW_VALUES = 12  # a number with at most so many values, such as a rating, is left as it is
_ROUND = (1.0, 2.0, 5.0, 10.0)  # edges are these times a power of ten
TIME_PARTS = ("hour", "weekday")


@dataclass(frozen=True)
class Binned:
    """A table with bins as new columns, their names, and the condition of each bin.

    `conditions` maps a column and a bin to an SQL expression over the original columns: it lists the records
    of a segment.
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    conditions: Mapping[tuple[str, str], str]


def binned(
    frame: pd.DataFrame,
    numbers: Sequence[str] = (),
    times: Sequence[str] = (),
    *,
    load: str | None = None,
    bins: int = BINS,
    edges: Mapping[str, Sequence[float]] | None = None,
) -> Binned:
    """The table with columns that a search can use in place of numbers and times.

    - a number becomes `<name> (bins)`: about `bins` groups with as many rows each, cut at round numbers,
      labelled `[10, 20)`, in order; a number of at most 12 values keeps its values. `edges` gives the inner
      edges of a column instead: use those of the period before for the present one;
    - a time becomes `<name> hour` (`08`) and `<name> weekday` (`1` Monday to `7` Sunday), by its own clock;
    - `load` is a time of arrival: `<name> load` is the number of arrivals in the same clock hour, binned. It
      has no condition: a single record does not show it.

    A missing number or time is missing in its bin. ParameterError lists columns that are missing or of the
    wrong kind.

    >>> hours = pd.date_range("2026-03-02", periods=100, freq="h")
    >>> table = pd.DataFrame({"wait": range(100), "opened": hours})
    >>> found = binned(table, ["wait"], ["opened"], bins=4)
    >>> sorted(found.frame["wait (bins)"].unique())
    ['[-inf, 20)', '[20, 50)', '[50, 70)', '[70, inf)']
    >>> found.columns
    ('wait (bins)', 'opened hour', 'opened weekday')
    >>> found.conditions["wait (bins)", "[20, 50)"], found.conditions["opened hour", "08"]
    ('"wait" >= 20 AND "wait" < 50', 'HOUR("opened") = 8')
    """
    if faults := _faults(frame, numbers, [*times, *([load] if load else [])]):
        raise ParameterError(faults)
    made: dict[str, pd.Series] = {}
    conditions: dict[tuple[str, str], str] = {}
    for name in numbers:
        column = f"{name} (bins)"
        inner = list(edges[name]) if edges and name in edges else round_edges(frame[name], bins)
        made[column], own = _cut(frame[name], inner, quoted(name))
        conditions |= {(column, label): condition for label, condition in own.items()}
    for name in times:
        for part in TIME_PARTS:
            column = f"{name} {part}"
            made[column], own = _part(frame[name], part, quoted(name))
            conditions |= {(column, label): condition for label, condition in own.items()}
    if load is not None:
        column = f"{load} load"
        arrivals = frame[load].dt.floor("h")
        count = arrivals.map(arrivals.value_counts()).astype("float64")
        made[column], _ = _cut(count, round_edges(count, bins), column)
    return Binned(frame.assign(**made), tuple(made), conditions)


def round_edges(column: pd.Series, bins: int = BINS) -> list[float]:
    """Round inner edges that cut a column of numbers into about so many groups of about as many rows.

    Each quantile is rounded to the coarsest of 1, 2, 5 times a power of ten that keeps the edges apart. Fewer
    edges come back where many values are alike, none without a known value.

    >>> round_edges(pd.Series(range(1000)), 4)
    [200.0, 500.0, 700.0]
    """
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    values = values[np.isfinite(values)]
    unique = np.unique(values)
    if len(unique) <= FEW_VALUES:
        return [float(one) for one in unique[1:]]
    cuts = np.quantile(values, np.arange(1, bins) / bins)
    apart = float(np.diff(np.unique([values.min(), *cuts, values.max()])).min())
    step = _round_step(apart / 2)
    rounded = np.unique(np.round(np.round(cuts / step) * step, 12))
    return [float(one) for one in rounded if values.min() < one <= values.max()]


def _round_step(width: float) -> float:
    """The greatest round number that is at most a width."""
    power = 10.0 ** floor(log10(width))
    return max(one * power for one in _ROUND if one * power <= width * (1 + 1e-9))


def _faults(frame: pd.DataFrame, numbers: Sequence[str], times: Sequence[str]) -> list[Fault]:
    known = [str(name) for name in frame.columns]
    faults = [
        Fault("bins", f"there is no column '{name}'.", did_you_mean(name, known))
        for name in [*numbers, *times]
        if name not in known
    ]
    kinds = ((numbers, pd.api.types.is_numeric_dtype, "numbers"), (times, _is_time, "times"))
    for names, fits, noun in kinds:
        faults += [
            Fault("bins", f"'{name}' holds no {noun}.", "Read it as such first.")
            for name in names
            if name in known and not fits(frame[name])
        ]
    return faults


def _is_time(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column))


def _cut(column: pd.Series, inner: Sequence[float], name: str) -> tuple[pd.Series, dict[str, str]]:
    """The bin of each number as text, and the condition of each bin."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    bounds = [-np.inf, *sorted(inner), np.inf]
    labels, conditions = [], {}
    for low, high in pairwise(bounds):
        label = f"[{_number(low)}, {_number(high)})"
        parts = [f"{name} >= {_number(low)}"] if np.isfinite(low) else []
        parts += [f"{name} < {_number(high)}"] if np.isfinite(high) else []
        labels.append(label)
        conditions[label] = " AND ".join(parts) or f"{name} IS NOT NULL"
    place = np.searchsorted(bounds[1:-1], values, side="right")
    chosen = pd.Series(np.array(labels, dtype=object)[place], index=column.index, dtype="str")
    return chosen.where(~np.isnan(values)), conditions


def _number(value: float) -> str:
    return f"{value:.12g}"


def _part(column: pd.Series, part: str, name: str) -> tuple[pd.Series, dict[str, str]]:
    """An hour or a weekday as text, in the order of the clock, and the condition of each."""
    if part == "hour":
        found = column.dt.hour
        every = {f"{hour:02}": f"HOUR({name}) = {hour}" for hour in range(24)}
    else:
        found = column.dt.day_of_week + 1
        every = {str(day): f"EXTRACT(isodow FROM {name}) = {day}" for day in range(1, 8)}
    labels = dict(enumerate(every, start=0 if part == "hour" else 1))
    return found.map(labels).astype("str"), every
