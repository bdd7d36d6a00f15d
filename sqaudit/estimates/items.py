"""What can be estimated from a sample: means, shares, totals, counts, ratios and scores of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd

from sqaudit.estimates.layout import Array

Figure = Literal["mean", "share", "total", "count", "ratio", "score"]
Scale = tuple[float, float]  # the least and the most that a value can be
SAME = 1e-9  # a value beyond its scale by less is there by rounding


class Values(NamedTuple):
    """The values of each row: of the numerator, and of the denominator unless a total is asked for."""

    numerator: Array
    denominator: Array | None


class Item(Protocol):
    """Anything that gives values to the rows of a sample, under a name."""

    @property
    def name(self) -> str:
        """How the item is called in results."""

    @property
    def figure(self) -> Figure:
        """What kind of figure it is."""

    def values(self, frame: pd.DataFrame) -> Values:
        """The values of each row; NaN where they are missing."""


@dataclass(frozen=True)
class Mean:
    """The mean of a column of numbers.

    `scale`: the least and the most that a value can be, such as (0, 1) for a score in parts of its points.
    The interval then ends where the scale does. Values beyond it are refused with a ValueError.

    >>> Mean("minutes").values(pd.DataFrame({"minutes": [3, None]})).numerator.tolist()
    [3.0, nan]
    """

    column: str
    label: str = ""
    figure: Figure = "mean"
    scale: Scale | None = None

    @property
    def name(self) -> str:
        """The label, else the column."""
        return self.label or self.column

    def values(self, frame: pd.DataFrame) -> Values:
        """The column, over a denominator of one for each case."""
        return Values(_on_scale(_numbers(frame, self.column), self.column, self.scale), np.ones(len(frame)))


@dataclass(frozen=True)
class Total:
    """The total of a column over the population. Cases without a value add nothing: see `missing`."""

    column: str
    label: str = ""
    figure: Figure = "total"

    @property
    def name(self) -> str:
        """The label, else the column."""
        return self.label or self.column

    def values(self, frame: pd.DataFrame) -> Values:
        """The column, without a denominator."""
        return Values(_numbers(frame, self.column), None)


@dataclass(frozen=True)
class Share:
    """The share of cases where a column is true, or equals a value.

    Without `equals` the column holds true and false, or 1 and 0; anything else is refused with a ValueError.

    >>> Share("answer", equals="yes").values(pd.DataFrame({"answer": ["yes", "no", None]})).numerator.tolist()
    [1.0, 0.0, nan]
    """

    column: str
    equals: object = None
    label: str = ""
    figure: Figure = "share"

    @property
    def name(self) -> str:
        """The label, else the column, with the value looked for."""
        plain = self.column if self.equals is None else f"{self.column} = {self.equals}"
        return self.label or plain

    def values(self, frame: pd.DataFrame) -> Values:
        """1 where it is true, 0 where it is not, over a denominator of one for each case."""
        return Values(_truth(frame, self.column, self.equals), np.ones(len(frame)))


@dataclass(frozen=True)
class Count:
    """The number of cases in the population where a column is true, or equals a value."""

    column: str
    equals: object = None
    label: str = ""
    figure: Figure = "count"

    @property
    def name(self) -> str:
        """The label, else the column, with the value looked for."""
        plain = self.column if self.equals is None else f"{self.column} = {self.equals}"
        return self.label or plain

    def values(self, frame: pd.DataFrame) -> Values:
        """1 where it is true and 0 where it is not, without a denominator."""
        return Values(_truth(frame, self.column, self.equals), None)


@dataclass(frozen=True)
class Ratio:
    """The total of one column over the total of another. A case counts when it has both values."""

    over: str
    under: str
    label: str = ""
    figure: Figure = "ratio"

    @property
    def name(self) -> str:
        """The label, else both columns."""
        return self.label or f"{self.over} / {self.under}"

    def values(self, frame: pd.DataFrame) -> Values:
        """Both columns."""
        return Values(_numbers(frame, self.over), _numbers(frame, self.under))


@dataclass(frozen=True)
class Score:
    """The mean score of cases: the weighted mean of several item columns of each case.

    `renormalise`: a missing item is one that did not apply; the weights of the others carry the score.
    Without it a case that lacks an item has no score and is counted as missing. `scale`: the least and the
    most that a score can be, as for `Mean`.

    >>> checked = pd.DataFrame({"greeting": [1, 1], "solution": [0, None]})
    >>> Score({"greeting": 1, "solution": 3}).values(checked).numerator.tolist()
    [0.25, nan]
    >>> Score({"greeting": 1, "solution": 3}, renormalise=True).values(checked).numerator.tolist()
    [0.25, 1.0]
    """

    weights: Mapping[str, float]
    label: str = "score"
    renormalise: bool = False
    figure: Figure = "score"
    scale: Scale | None = None

    def __post_init__(self) -> None:
        if not self.weights or not all(weight > 0 for weight in self.weights.values()):
            raise ValueError(f"A score needs items with weights above 0; found {dict(self.weights)!r}.")

    @property
    def name(self) -> str:
        """The label."""
        return self.label

    def values(self, frame: pd.DataFrame) -> Values:
        """The score of each case, over a denominator of one."""
        given = np.column_stack([_numbers(frame, column) for column in self.weights])
        weight = np.array([float(value) for value in self.weights.values()])
        counted = (
            np.where(np.isnan(given), 0.0, weight)
            if self.renormalise
            else np.broadcast_to(weight, given.shape)
        )
        filled = np.where(np.isnan(given), 0.0, given) if self.renormalise else given
        over = counted.sum(axis=1)
        score = (filled * counted).sum(axis=1) / np.where(over > 0, over, np.nan)
        return Values(_on_scale(score, self.name, self.scale), np.ones(len(frame)))


def scale_of(item: Item) -> Scale | None:
    """The least and the most that a value of the item can be, where that is known.

    >>> scale_of(Mean("score", scale=(0, 1))), scale_of(Mean("minutes"))
    ((0, 1), None)
    """
    scale: Scale | None = getattr(item, "scale", None)
    return scale


def item_faults(frame: pd.DataFrame, items: list[Item]) -> list[str]:
    """Why items cannot be estimated from the frame, a sentence each; empty when all can."""
    faults: list[str] = []
    for item in items:
        try:
            item.values(frame)
        except ValueError as error:
            faults.append(str(error))
    return list(dict.fromkeys(faults))


def _numbers(frame: pd.DataFrame, column: str) -> Array:
    _require(frame, column)
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if unread := int((np.isnan(values) & frame[column].notna().to_numpy()).sum()):
        raise ValueError(f"{column}: {unread} values are no numbers; expected numbers or nothing.")
    if np.isinf(values).any():
        raise ValueError(
            f"{column}: {int(np.isinf(values).sum())} values are without limit; expected numbers."
        )
    return values


def _truth(frame: pd.DataFrame, column: str, equals: object) -> Array:
    _require(frame, column)
    if equals is not None:
        hit = (frame[column] == equals).to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(frame[column].isna().to_numpy(), np.nan, hit)
    values = _numbers(frame, column)
    wrong = ~np.isnan(values) & (values != 0) & (values != 1)
    if wrong.any():
        raise ValueError(
            f"{column}: {int(wrong.sum())} values are neither true nor false (found {values[wrong][0]:g}); "
            "expected true and false, or 1 and 0, or a value to look for in `equals`."
        )
    return values


def _on_scale(values: Array, name: str, scale: Scale | None) -> Array:
    """The values; ValueError where some lie beyond the scale."""
    if scale is not None:
        beyond = (values < scale[0] - SAME) | (values > scale[1] + SAME)
        if beyond.any():
            raise ValueError(
                f"{name}: {int(beyond.sum())} values lie outside {scale[0]:g} to {scale[1]:g} "
                f"(found {values[beyond][0]:g})."
            )
    return values


def _require(frame: pd.DataFrame, column: str) -> None:
    if column not in frame.columns:
        raise ValueError(f"{column}: no such column; present: {', '.join(map(str, frame.columns))}.")
