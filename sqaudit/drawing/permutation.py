"""The first cases of every stratum in the order of their permanent random numbers, in one pass.

Nothing is sorted but the few cases near the cut: a case can only be drawn if its number lies below a cutoff
that leaves, with room to spare, as many cases as its stratum needs. Should chance leave too few, the cutoff
is doubled and the pass repeated, so the answer never depends on the room.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.conditions import literal, quoted
from sqaudit.drawing.frame import SampleFrame, Stratum, duplicate_faults, missing_faults
from sqaudit.drawing.numbers import cutoff, number_sql
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import ParameterError

Figures = Mapping[Stratum, int]
# Six standard deviations of the number of cases below a cutoff, and twelve for strata of a few cases: one
# pass in about a thousand million leaves a stratum short, and then a second one follows.
_DEVIATIONS, _FEW = 6, 12
_EVEN = 100_000  # cases more than needed that one common cutoff may let through


@dataclass(frozen=True)
class Ordered:
    """The first cases of every stratum: `cases` with the key columns, `_unit`, `_place` (1 is first) and what
    was carried; `digests` is the XOR of all numbers of a stratum, in hexadecimal."""

    cases: pd.DataFrame
    digests: Mapping[Stratum, str]


def first_by_number(
    engine: DuckDBEngine, frame: SampleFrame, seed: int, sizes: Figures, needed: Figures
) -> Ordered:
    """The first `needed` cases (or clusters) of every stratum; see `Ordered`.

    Equal numbers are put in the order of the ids. ParameterError for cases without an id, and for ids among
    those near the cut that stand for several cases.
    """
    room = 1
    while True:
        answer = engine.query(_query(frame, seed, _cutoffs(sizes, needed, room)))
        sums = answer["_place"].isna()
        _refuse_faulty(frame, answer, sums)
        found = strata_of(frame, answer[~sums]).counts
        if all(found.get(one, 0) >= n for one, n in needed.items()):
            return Ordered(
                answer[~sums].drop(columns=["_size", "_named", "_digest"]), _digests(frame, answer[sums])
            )
        room *= 2


def _cutoffs(sizes: Figures, needed: Figures, room: int) -> dict[Stratum, int]:
    """The number below which the cases of each stratum are looked at."""
    found = {}
    for one, size in sizes.items():
        wanted = needed[one] and needed[one] + room * (_DEVIATIONS * math.isqrt(needed[one]) + _FEW)
        found[one] = cutoff(Fraction(min(wanted, size), size))
    common = max(found.values(), default=0)
    below = sum(Fraction(common, 2**128) * size for size in sizes.values())
    if below <= 2 * sum(needed.values()) + _EVEN:
        return dict.fromkeys(found, common)
    return found


def _query(frame: SampleFrame, seed: int, cutoffs: Mapping[Stratum, int]) -> str:
    keys = frame.key_names
    carried = () if frame.clustered else tuple(quoted(name) for name in frame.carried)
    listed = "".join(f"{name}, " for name in keys)
    texts = "".join(f"CAST({name} AS VARCHAR) AS {name}, " for name in keys)
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    window = f"PARTITION BY {', '.join(keys)} " if keys else ""
    parts = "".join(f", {name} := {name}" for name in ("_items", *carried))
    shown = "".join(f", _case.{name} AS {name}" for name in ("_unit", "_items", *carried))
    source, chosen = _chosen(frame, frame.units(*carried), cutoffs)
    return (
        f"WITH numbered AS (SELECT *, {number_sql(seed, '_unit')} AS _number FROM ({source})),\n"
        f"strata AS MATERIALIZED (SELECT {listed}count(*) AS _size, count(_unit) AS _named,\n"
        f"  bit_xor(_number) AS _digest,\n"
        f"  list(struct_pack(_unit := CAST(_unit AS VARCHAR), _number := _number{parts}))"
        f" FILTER (WHERE {chosen}) AS _cases\n"
        f"  FROM numbered{grouped}),\n"
        f"cases AS (SELECT {listed}unnest(_cases) AS _case FROM strata)\n"
        f"SELECT {texts}row_number() OVER ({window}ORDER BY _case._number, _case._unit) AS _place,\n"
        f"  NULL AS _size, NULL AS _named, NULL AS _digest{shown} FROM cases\n"
        f"UNION ALL BY NAME\n"
        f"SELECT {texts}CAST(NULL AS BIGINT) AS _place, _size, _named, CAST(_digest AS VARCHAR) AS _digest"
        " FROM strata"
    )


def _chosen(frame: SampleFrame, source: str, cutoffs: Mapping[Stratum, int]) -> tuple[str, str]:
    """The rows to be numbered, and the condition that a number lies below the cutoff of its stratum."""
    different = set(cutoffs.values())
    if len(different) <= 1:
        return source, f"_number <= CAST('{next(iter(different), 0)}' AS UHUGEINT)"
    return joined_to_strata(frame, source, {one: [str(cut)] for one, cut in cutoffs.items()}, ["_cut"]), (
        "_number <= CAST(_cut AS UHUGEINT)"
    )


def joined_to_strata(
    frame: SampleFrame, source: str, figures: Mapping[Stratum, list[str]], names: list[str]
) -> str:
    """The query of rows with figures of their stratum, as texts under the names given."""
    lines = ", ".join(
        f"({', '.join('NULL' if one is None else literal(one) for one in (*stratum.values, *own))})"
        for stratum, own in figures.items()
    )
    own_keys = [f"_s{place}" for place in range(len(frame.key_names))]
    on = " AND ".join(
        f"CAST(source.{key} AS VARCHAR) IS NOT DISTINCT FROM {own}"
        for key, own in zip(frame.key_names, own_keys, strict=True)
    )
    return (
        f"SELECT source.*, {', '.join(names)} FROM ({source}) AS source"
        f" JOIN (VALUES {lines}) AS figures({', '.join([*own_keys, *names])}) ON {on or 'true'}"
    )


def _refuse_faulty(frame: SampleFrame, answer: pd.DataFrame, sums: pd.Series[bool]) -> None:
    lost = int((answer.loc[sums, "_size"] - answer.loc[sums, "_named"]).sum())
    units = answer.loc[~sums, "_unit"]
    twice = [] if frame.clustered else sorted(units[units.duplicated()].unique())
    if faults := [*missing_faults(frame, lost), *duplicate_faults(frame, twice)]:
        raise ParameterError(faults)


@dataclass(frozen=True)
class Belonging:
    """To which stratum each row belongs: the strata that occur, and the place among them for every row."""

    strata: list[Stratum]
    codes: npt.NDArray[np.int64]

    def spread(self, values: Sequence[object]) -> pd.Series:
        """One value for each stratum as a column with a value for each row."""
        return pd.Series(list(values)).take(self.codes).reset_index(drop=True)

    @property
    def counts(self) -> dict[Stratum, int]:
        """How many rows each stratum has."""
        counted = np.bincount(self.codes, minlength=len(self.strata))
        return dict(zip(self.strata, map(int, counted), strict=True))


def strata_of(frame: SampleFrame, rows: pd.DataFrame) -> Belonging:
    """The stratum of every row, by its key columns."""
    keys = frame.key_names
    if not keys or rows.empty:
        return Belonging([frame.stratum_of([])] if not keys else [], np.zeros(len(rows), dtype=np.int64))
    grouped = rows.groupby(keys, dropna=False, sort=True)
    first = grouped.head(1)
    texts = first[keys].astype(object).where(first[keys].notna(), None)
    codes = grouped.ngroup()
    strata = dict(zip(codes.loc[first.index], texts.itertuples(index=False, name=None), strict=True))
    ordered = [frame.stratum_of(strata[code]) for code in range(len(strata))]
    return Belonging(ordered, np.asarray(codes, dtype=np.int64))


def _digests(frame: SampleFrame, sums: pd.DataFrame) -> dict[Stratum, str]:
    belonging = strata_of(frame, sums)
    return {
        one: f"{int(digest):032x}"
        for one, digest in zip(belonging.spread(belonging.strata), sums["_digest"], strict=True)
    }


def digests(engine: DuckDBEngine, frame: SampleFrame, seed: int) -> dict[Stratum, str]:
    """The XOR of the permanent random numbers of every stratum, in hexadecimal."""
    keys = frame.key_names
    texts = "".join(f", CAST({name} AS VARCHAR) AS {name}" for name in keys)
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    numbered = f"SELECT *, {number_sql(seed, '_unit')} AS _number FROM ({frame.units()})"
    sums = engine.query(
        f"SELECT CAST(bit_xor(_number) AS VARCHAR) AS _digest{texts} FROM ({numbered}){grouped}"
    )
    return _digests(frame, sums[sums["_digest"].notna()])
