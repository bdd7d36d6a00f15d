"""The additive model rating = subject + inspector, fitted by least squares within connected groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sqaudit.agreement.ratings import Array, Integers
from sqaudit.frames import require

_ROUNDING = 1e-10  # eigenvalues and variances below this part of the largest are rounding


@dataclass(frozen=True)
class Additive:
    """What a fit of rating = subject + inspector found.

    `subjects`, `inspectors`: labels, sorted; `rows`, `columns`: the subject and inspector of each rating;
    `effects`: how much higher an inspector rates than the mean inspector of the group, NaN where an
    inspector shares no subject with another; `covariance` of the effects for a residual variance of 1;
    `groups`: the number of the group of each inspector; inspectors of two groups cannot be compared;
    `variance`: the residual variance, NaN without residual degrees of freedom (`freedom`).
    """

    subjects: pd.Index
    inspectors: pd.Index
    rows: Integers
    columns: Integers
    values: Array
    effects: Array
    covariance: Array
    groups: Integers
    variance: float
    freedom: int

    @property
    def incidence(self) -> Array:
        """How many ratings each inspector gave each subject: subjects x inspectors."""
        table = np.zeros((len(self.subjects), len(self.inspectors)))
        np.add.at(table, (self.rows, self.columns), 1)
        return table


def fit_additive(ratings: pd.DataFrame, subject: str, what: str) -> Additive:
    """The fit to rows `<subject>, inspector, value`; rows with a missing part are left out.

    Subjects are swept out, so that only differences between inspectors on the same subject count; within
    each connected group of inspectors the effects sum to 0. FrameError for a missing column, ValueError
    for values that are no finite numbers.

    Source: Searle (1987), Linear Models for Unbalanced Data, chapters 4 and 5 (two-way crossed
    classification without interaction, connected data).
    """
    require(ratings, [subject, "inspector", "value"], what)
    known = ratings.dropna(subset=[subject, "inspector", "value"])
    values = pd.to_numeric(known["value"], errors="coerce").to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        wrong = known["value"][~np.isfinite(values)].tolist()[0]
        raise ValueError(f"{what} needs finite numbers as values; found {wrong!r}.")
    rows, subjects = pd.factorize(known[subject], sort=True)
    columns, inspectors = pd.factorize(known["inspector"], sort=True)
    order = np.lexsort((values, columns, rows))  # sums must not depend on the order of the rows
    rows, columns, values = rows[order].astype(np.int64), columns[order].astype(np.int64), values[order]
    groups = _groups(rows, columns, len(subjects), len(inspectors))
    effects, covariance = _effects(rows, columns, values, len(subjects), len(inspectors))
    freedom = _freedom(rows, columns, groups)
    rest = values - effects[columns]
    rest = rest - (np.bincount(rows, rest) / np.bincount(rows))[rows] if len(rows) else rest
    squares = float((rest**2).sum())
    squares = 0.0 if squares < _ROUNDING * float((values**2).sum()) else squares
    alone = np.bincount(groups)[groups] == 1 if len(groups) else np.array([], dtype=bool)
    return Additive(
        pd.Index(subjects),
        pd.Index(inspectors),
        rows,
        columns,
        values,
        np.where(alone, np.nan, effects),
        covariance,
        groups,
        squares / freedom if freedom > 0 else float("nan"),
        freedom,
    )


def _groups(rows: Integers, columns: Integers, subjects: int, inspectors: int) -> Integers:
    """The connected group of each inspector, numbered from 1 in the order of the inspectors."""
    if not inspectors:
        return np.array([], dtype=np.int64)
    nodes = subjects + inspectors
    edges = csr_array((np.ones(len(rows)), (rows, subjects + columns)), shape=(nodes, nodes))
    _, labels = connected_components(edges, directed=False)
    numbers, _ = pd.factorize(labels[subjects:])
    return np.asarray(numbers.astype(np.int64) + 1)


def _effects(
    rows: Integers, columns: Integers, values: Array, subjects: int, inspectors: int
) -> tuple[Array, Array]:
    """Effects of the inspectors with the subjects swept out, and their covariance over the variance."""
    size = np.bincount(rows, minlength=subjects)
    total = np.bincount(rows, values, minlength=subjects)
    shape = (subjects, inspectors)
    table = csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    per = csr_array((1 / size[rows], (rows, columns)), shape=shape)
    own = np.diag(np.bincount(columns, minlength=inspectors).astype(np.float64))
    normal = np.asarray(own - (table.T @ per).toarray(), dtype=np.float64)
    mean = total / size
    right = np.bincount(columns, values - mean[rows], minlength=inspectors).astype(np.float64)
    if not inspectors:
        return right, normal
    inverse = np.linalg.pinv((normal + normal.T) / 2, rcond=_ROUNDING, hermitian=True)
    return np.asarray(inverse @ right, dtype=np.float64), np.asarray(inverse, dtype=np.float64)


def _freedom(rows: Integers, columns: Integers, groups: Integers) -> int:
    """Ratings less the subjects and the free inspector effects."""
    if not len(rows):
        return 0
    return len(rows) - len(np.unique(rows)) - (len(np.unique(columns)) - len(np.unique(groups)))
