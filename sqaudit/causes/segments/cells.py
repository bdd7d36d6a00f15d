"""Cells: one row for each combination of levels that occurs, with sums that add up over cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
MISSING = None  # the level of rows that lack the dimension: a value of its own


@dataclass(frozen=True)
class Cells:
    """Cells in a fixed order (by their codes), so that nothing depends on the order of rows.

    `codes` has one row for each cell and one column for each dimension: positions in `levels`. `sums` are
    arrays of one number for each cell.
    """

    dimensions: tuple[str, ...]
    levels: tuple[tuple[object, ...], ...]
    codes: Codes
    sums: Mapping[str, Array]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of levels of each dimension."""
        return tuple(len(levels) for levels in self.levels)

    def __len__(self) -> int:
        return len(self.codes)


def cells_of(frame: pd.DataFrame, dimensions: Sequence[str], sums: Sequence[str]) -> Cells:
    """The cells of a table: rows alike in every dimension are added up.

    A missing value of a dimension is a level of its own (None, the last one). A missing number counts as 0:
    a cell that a period lacks had no cases in it.

    >>> table = pd.DataFrame({"team": ["b", "a", None, "b"], "count": [1, 2, 3, 4]})
    >>> found = cells_of(table, ["team"], ["count"])
    >>> found.levels, found.sums["count"].tolist()
    ((('a', 'b', None),), [2.0, 5.0, 3.0])
    """
    encoded = [_encoded(frame[name]) for name in dimensions]
    levels = tuple(levels for levels, _ in encoded)
    codes = np.stack([codes for _, codes in encoded], axis=1) if encoded else np.zeros((len(frame), 0), int)
    keys = mixed(codes, [len(one) for one in levels])
    unique, first, cell = np.unique(keys, return_index=True, return_inverse=True)
    numbers = {name: frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in sums}
    added = {name: _added(cell, np.nan_to_num(values), len(unique)) for name, values in numbers.items()}
    return Cells(tuple(dimensions), levels, codes[first].astype(np.int64), added)


def mixed(codes: npt.NDArray[np.integer], sizes: Sequence[int]) -> Codes:
    """One number for each row of codes: mixed radix, the last column running fastest.

    >>> mixed(np.array([[0, 1], [1, 0]]), [2, 3]).tolist()
    [1, 3]
    """
    keys = np.zeros(len(codes), dtype=np.int64)
    for column, size in enumerate(sizes):
        keys = keys * size + codes[:, column]
    return keys


def _added(cell: npt.NDArray[np.intp], values: Array, size: int) -> Array:
    """Sums by cell; values of a cell are taken in order of size, whatever the order of rows."""
    order = np.lexsort((values, cell)) if len(values) > size and (values % 1).any() else slice(None)
    sums: Array = np.bincount(cell[order], weights=values[order], minlength=size).astype(np.float64)
    return sums


def _encoded(column: pd.Series) -> tuple[tuple[object, ...], npt.NDArray[np.int64]]:
    """The levels in order (missing last) and the position of each row's level."""
    codes, found = pd.factorize(column)
    values = [_plain(value) for value in found]
    order = sorted(range(len(values)), key=lambda place: (str(type(values[place])), _sortable(values[place])))
    place = np.empty(len(values) + 1, dtype=np.int64)
    place[order] = np.arange(len(values))
    place[-1] = len(values)  # factorize says -1 where the value is missing
    missing = bool((codes < 0).any())
    return (*(values[one] for one in order), *([MISSING] if missing else [])), place[codes]


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _sortable(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)
