"""What several inspectors said about the same units, as a table of category numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.frames import require

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Level = Literal["nominal", "ordinal", "interval", "ratio"]

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
LONG = ("unit", "rater", "value")
_SHOWN = 10  # faults named in one sentence; the rest is counted


@dataclass(frozen=True)
class Ratings:
    """Ratings by unit (rows) and rater (columns).

    `codes` holds the number of the category of each rating, -1 where there is none; `categories` are the
    values behind the numbers, in order; `scores` are the values themselves where they are numbers, else
    the ranks 1, 2, ...: what the distance between two categories is measured on.
    """

    codes: Integers
    categories: tuple[Hashable, ...]
    scores: Array

    @property
    def counts(self) -> Array:
        """How many raters put each rated unit into each category; rows sorted, so that order never shows."""
        table = np.zeros((len(self.codes), len(self.categories)))
        rows, _ = np.nonzero(self.codes >= 0)
        np.add.at(table, (rows, self.codes[self.codes >= 0]), 1)
        rated = table[table.sum(axis=1) > 0]
        order = np.lexsort(rated.T[::-1]) if rated.size else slice(None)
        return np.asarray(rated[order])

    @property
    def raters(self) -> int:
        """How many raters gave at least one rating."""
        return int(self.codes.shape[1])

    @property
    def pairs(self) -> Array | None:
        """The table of the first rater's categories by the second's; None unless there are two raters."""
        if self.codes.shape[1] != 2:
            return None
        both = self.codes[(self.codes >= 0).all(axis=1)]
        table = np.zeros((len(self.categories),) * 2)
        np.add.at(table, (both[:, 0], both[:, 1]), 1)
        return table

    @property
    def complete(self) -> Array:
        """The scores of the units that every rater rated."""
        kept = self.codes[(self.codes >= 0).all(axis=1)]
        return self.scores[kept] if kept.size else np.empty((0, self.codes.shape[1]))


def read_ratings(
    ratings: pd.DataFrame,
    level: Level = "nominal",
    categories: Sequence[Hashable] | None = None,
    not_applicable: str | Iterable[Hashable] = (),
    not_applicable_as: Literal["missing", "category"] = "missing",
) -> Ratings:
    """The ratings of a frame, either wide (units x raters) or long.

    Wide: one column for each rater; the unit is the index, or the column `unit`. Long: the columns `unit,
    rater, value`. A missing value is a rating that was not given, and so is
    an empty unit. `categories` lists all values that could have been given, in their order; without it
    they are those of an ordered categorical type, else those that occur, in ascending order (numbers) or
    sorted as texts. Values in `not_applicable`
    are missing, or categories of their own (nominal ratings only), as `not_applicable_as` says.
    A rater without a rating is left out.
    FrameError for half a long table. ValueError, with all reasons at once, for a unit that a rater rated
    twice, a value outside `categories`, texts where distances are needed, an infinite value, negative
    values of a ratio.

    >>> read_ratings(pd.DataFrame({"ann": ["pass", "fail"], "bo": ["pass", None]})).codes
    array([[ 1,  1],
           [ 0, -1]])
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}; found {level!r}.")
    if not_applicable_as not in ("missing", "category"):
        raise ValueError(f"not_applicable_as must be missing or category; found {not_applicable_as!r}.")
    apart = (not_applicable,) if isinstance(not_applicable, str) else tuple(not_applicable)
    if apart and not_applicable_as == "category" and level != "nominal":
        raise ValueError(f"'not applicable' has no place in an order: with level {level} it must be missing.")
    wide = _wide(ratings)
    values = wide.to_numpy(dtype=object)
    missing = np.asarray(pd.isna(wide), dtype=bool)
    if apart and not_applicable_as == "missing":
        missing = missing | np.asarray(wide.isin(list(apart)), dtype=bool)
    found = set(values[~missing].tolist())
    listed = _declared(ratings) if categories is None else tuple(dict.fromkeys(categories))
    known = _ordered(found) if listed is None else listed
    if listed is not None and not_applicable_as == "category":
        known = (*known, *(value for value in apart if value not in known))
    _refuse(found, known, level)
    number = {value: position for position, value in enumerate(known)}
    codes = np.full(values.shape, -1, dtype=np.int64)
    codes[~missing] = [number[value] for value in values[~missing].tolist()]
    return Ratings(codes[:, (codes >= 0).any(axis=0)], known, _scores(known))


def _wide(ratings: pd.DataFrame) -> pd.DataFrame:
    """Units x raters, both in the order of their labels."""
    if {"rater", "value"} & set(ratings.columns):
        require(ratings, LONG, "a long table of ratings")
        named = ratings.dropna(subset=["unit", "rater"])
        twice = named[named.duplicated(["unit", "rater"])]
        _refuse_twice(
            [f"{unit} by {rater}" for unit, rater in zip(twice["unit"], twice["rater"], strict=True)]
        )
        wide = named.astype({"value": object}).pivot(index="unit", columns="rater", values="value")
    else:
        wide = ratings.set_index("unit") if "unit" in ratings.columns else ratings
        _refuse_twice([str(label) for label in wide.index[wide.index.duplicated()]])
        _refuse_twice([str(label) for label in wide.columns[wide.columns.duplicated()]])
    rows = sorted(range(len(wide.index)), key=lambda place: _label(wide.index[place]))
    columns = sorted(range(len(wide.columns)), key=lambda place: _label(wide.columns[place]))
    return wide.iloc[rows, columns]


def _declared(ratings: pd.DataFrame) -> tuple[Hashable, ...] | None:
    """The categories in their order, where all ratings are of one ordered categorical type."""
    columns = ["value"] if "value" in ratings.columns else [c for c in ratings.columns if c != "unit"]
    types = {ratings[name].dtype for name in columns}
    kind = types.pop() if len(types) == 1 else None
    return tuple(kind.categories) if isinstance(kind, pd.CategoricalDtype) and kind.ordered else None


def _label(label: object) -> tuple[int, float, str]:
    """Numbers before texts, numbers by size: an order for labels of any kind."""
    if isinstance(label, int | float | np.number):
        return 0, float(label), ""
    return 1, 0.0, str(label)


def _refuse_twice(labels: Sequence[str]) -> None:
    if labels:
        raise ValueError(f"Each rater rates a unit once; found more than one rating of {_listed(labels)}.")


def _listed(labels: Iterable[object]) -> str:
    names = sorted({str(label) for label in labels})
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _ordered(found: set[Hashable]) -> tuple[Hashable, ...]:
    return tuple(sorted(found, key=_label))


def _refuse(found: set[Hashable], known: tuple[Hashable, ...], level: Level) -> None:
    """All that is wrong with the values, in one sentence each."""
    faults = []
    if strangers := found - set(known):
        faults.append(f"Values outside the categories: {_listed(strangers)}; expected {_listed(known)}.")
    numbers = [value for value in known if _is_number(value)]
    if endless := [value for value in numbers if np.isinf(value)]:
        faults.append(f"Ratings must be finite; found {_listed(endless)}.")
    if level in ("interval", "ratio") and len(numbers) < len(known):
        texts = [value for value in known if not _is_number(value)]
        faults.append(f"Level {level} needs numbers; found {_listed(texts)}.")
    if level == "ratio" and (below := [value for value in numbers if value < 0]):
        faults.append(f"Level ratio needs values of 0 or more; found {_listed(below)}.")
    if faults:
        raise ValueError(" ".join(faults))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)


def _scores(known: tuple[Hashable, ...]) -> Array:
    """The values if they are numbers in ascending order, else their ranks."""
    ranks = np.arange(1, len(known) + 1, dtype=np.float64)
    if not all(_is_number(value) for value in known):
        return ranks
    values = np.array(known, dtype=np.float64)
    return values if (np.diff(values) > 0).all() else ranks
