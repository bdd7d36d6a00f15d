"""Systematic samples: every so manieth case along an order, or with chances in proportion to a size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sqaudit.conditions import quoted
from sqaudit.drawing.frame import SampleFrame, Stratum
from sqaudit.drawing.numbers import number_sql, random_start
from sqaudit.drawing.permutation import joined_to_strata
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import Fault, ParameterError

UNITS_OF_SIZE = (
    1_000_000  # sizes count in millionths, so that sums are whole numbers and the same in any order
)


def every_so_manieth(
    engine: DuckDBEngine, frame: SampleFrame, seed: int, order_by: str, sizes: Mapping[Stratum, int],
    needed: Mapping[Stratum, int],
) -> pd.DataFrame:  # fmt: skip
    """The cases of a systematic sample, in order: key columns, `_unit`, `_place`, and what was carried.

    The cases of a stratum are put in order by `order_by` (missing values last), equal ones by id, and
    numbered i = 0 ... N - 1. With a random start r in [0, N), those with (i n + r) mod N < n are drawn:
    exactly n, each with chance n / N, as evenly apart as whole numbers allow.

    Source: fractional intervals: Murthy (1967), Sampling Theory and Methods, section 5.9d.
    """
    figures = {
        one: [str(n), str(sizes[one]), str(random_start(seed, one.name, sizes[one]))]
        for one, n in needed.items()
        if n
    }
    keys = frame.key_names
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    ordered = (
        f"SELECT *, row_number() OVER ({partition}ORDER BY _order NULLS LAST, CAST(_unit AS VARCHAR)) - 1"
        " AS _row"
        f" FROM ({frame.units(f'{quoted(order_by)} AS _order', *map(quoted, frame.carried))})"
    )
    source = joined_to_strata(frame, ordered, figures, ["_n", "_of", "_start"])
    n, of, start = (f"CAST({name} AS HUGEINT)" for name in ("_n", "_of", "_start"))
    return _answer(engine, frame, source, f"(_row * {n} + {start}) % {of} < {n}", "_row")


@dataclass(frozen=True)
class Chances:
    """How the cases of a stratum are drawn in proportion to size: the `certain` largest with certainty, and
    `rest` of the others, whose sizes sum up to `total` (in millionths)."""

    certain: int
    rest: int
    total: int


def size_chances(
    engine: DuckDBEngine, frame: SampleFrame, size_by: str, needed: Mapping[Stratum, int]
) -> dict[Stratum, Chances]:
    """The certain cases of every stratum and what is left to chance.

    A case larger than the sum of sizes divided by n would have a chance above 1: it is taken, and the rest
    drawn from the others, among which the same is looked for again. ParameterError where a size is missing,
    zero or negative: such a case could never be drawn.
    """
    most = max([*needed.values(), 1])
    texts = "".join(f"CAST({name} AS VARCHAR), " for name in frame.key_names)
    grouped = f" GROUP BY {', '.join(frame.key_names)}" if frame.key_names else ""
    rows = engine.rows(
        f"SELECT {texts}count(*) FILTER (WHERE NOT coalesce(_size > 0, false)),"
        f" CAST(coalesce(sum(_size), 0) AS VARCHAR), max(_size, {most})"
        f" FROM ({frame.units(_size_sql(size_by))}){grouped}"
    )
    bad = sum(int(str(row[-3])) for row in rows)
    if bad:
        message = f"{bad:,} {frame.kind} records have no {size_by} above 0, so they could never be drawn."
        raise ParameterError([Fault("sample.size_by", message, "Leave them out by `where`.")])
    found = {}
    for *values, _, total, largest in rows:
        stratum = frame.stratum_of([None if one is None else str(one) for one in values])
        sizes = [int(one) for one in largest] if isinstance(largest, list) else []
        found[stratum] = _chances(needed.get(stratum, 0), int(str(total)), sizes)
    return found


def _chances(n: int, total: int, largest: list[int]) -> Chances:
    """The certain cases among the largest, found from the top: each leaves less to share among fewer."""
    taken = 0
    for size in largest:
        if taken == n or size * (n - taken) < total:
            break
        taken, total = taken + 1, total - size
    return Chances(taken, n - taken, total)


def by_size(
    engine: DuckDBEngine, frame: SampleFrame, seed: int, size_by: str, chances: Mapping[Stratum, Chances]
) -> pd.DataFrame:
    """The cases of a systematic sample with chances in proportion to size, with `_probability`.

    The cases of a stratum lie in random order, by their permanent numbers, end to end on a line, each as long
    as its size; n points at equal distances from a random start choose those they fall on. The chance of a
    case is exactly n x / (sum of x); of two large cases the joint chance is near their product.

    Source: Madow (1949), Ann. Math. Stat. 20:333-354; in random order: Hartley and Rao (1962), 33:350-374.
    """
    figures = {
        one: [str(own.certain), str(own.rest), str(total), str(random_start(seed, one.name, total))]
        for one, own in chances.items()
        for total in [max(own.total, 1)]
    }
    keys = frame.key_names
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    numbered = (
        f"SELECT *, {number_sql(seed, '_unit')} AS _number"
        f" FROM ({frame.units(_size_sql(size_by), *map(quoted, frame.carried))})"
    )
    joined = joined_to_strata(frame, numbered, figures, ["_certain", "_n", "_of", "_start"])
    ranked = (
        f"SELECT *, row_number() OVER ({partition}ORDER BY _size DESC, _number, CAST(_unit AS VARCHAR))"
        f" <= CAST(_certain AS BIGINT) AS _sure FROM ({joined})"
    )
    laid = (
        f"SELECT *, CASE WHEN _sure THEN 0 ELSE _size END AS _long, sum(_long) OVER"
        f" ({partition}ORDER BY _number, CAST(_unit AS VARCHAR) ROWS UNBOUNDED PRECEDING) AS _upto,"
        f" CASE WHEN _sure THEN 1.0 ELSE CAST(_n AS DOUBLE) * _size / CAST(_of AS DOUBLE) END AS _probability"
        f" FROM ({ranked})"
    )
    n, of, start = (f"CAST({name} AS HUGEINT)" for name in ("_n", "_of", "_start"))
    hit = f"(_upto * {n} + {start}) // {of} > ((_upto - _long) * {n} + {start}) // {of}"
    return _answer(engine, frame, laid, f"_sure OR ({hit})", "_number", "_probability")


def _size_sql(size_by: str) -> str:
    return f"CAST(round({quoted(size_by)} * {UNITS_OF_SIZE}) AS HUGEINT) AS _size"


def _answer(
    engine: DuckDBEngine, frame: SampleFrame, source: str, chosen: str, order: str, *further: str
) -> pd.DataFrame:
    keys = frame.key_names
    texts = "".join(f"CAST({name} AS VARCHAR) AS {name}, " for name in keys)
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    shown = "".join(f", {name}" for name in (*further, *map(quoted, frame.carried)))
    return engine.query(
        f"SELECT {texts}CAST(_unit AS VARCHAR) AS _unit,"
        f" row_number() OVER ({partition}ORDER BY {order}, CAST(_unit AS VARCHAR)) AS _place{shown}"
        f" FROM ({source}) WHERE {chosen}"
    )
