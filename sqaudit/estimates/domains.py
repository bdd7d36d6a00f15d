"""The domains of a sample: the groups of cases that figures are wanted for, in the order of their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sqaudit.estimates.layout import Integers, codes


@dataclass(frozen=True, eq=False)
class Domains:
    """What the domains are called, one row each, and for each row of the sample its domain."""

    names: pd.DataFrame
    of_row: Integers

    @property
    def count(self) -> int:
        """How many domains there are."""
        return len(self.names)


def domains(frame: pd.DataFrame, by: Sequence[str]) -> Domains:
    """Every combination of labels that occurs, sorted; a missing label is one too. Without `by` there is one.

    >>> found = domains(pd.DataFrame({"team": ["B", None, "A", "B"]}), ["team"])
    >>> found.names["team"].tolist(), found.of_row.tolist()
    (['A', 'B', nan], [1, 2, 0, 1])
    """
    if not by:
        return Domains(pd.DataFrame(index=range(1)), np.zeros(len(frame), dtype=np.int64))
    group = codes(frame, list(by))
    labels, first = frame[list(by)].reset_index(drop=True), np.unique(group, return_index=True)[1]
    ordered = labels.iloc[first].reset_index(drop=True).sort_values(list(by), key=_sortable, kind="stable")
    rank = np.empty(len(ordered), dtype=np.int64)
    rank[ordered.index.to_numpy()] = np.arange(len(ordered))
    return Domains(ordered.reset_index(drop=True), rank[group])


def _sortable(labels: pd.Series) -> pd.Series:
    """Labels in their own order, else as text: labels of several types cannot be compared."""
    if isinstance(labels.dtype, pd.CategoricalDtype):
        labels = labels.astype(labels.cat.categories.dtype)
    if labels.dtype != object:
        return labels
    known = labels.dropna().unique()
    try:
        ordered = sorted(known)
    except TypeError:
        ordered = sorted(known, key=str)
    return labels.map({label: place for place, label in enumerate(ordered)})
