"""The queries of the detectors: counts by segment and bin; no record leaves the engine."""

from __future__ import annotations

from collections.abc import Sequence

from sqaudit.conditions import quoted
from sqaudit.gaming.bunching import LAST, LEAST_FITTED
from sqaudit.gaming.limits import TimeLimit, width_us
from sqaudit.measure import sql
from sqaudit.measure.question import Scan
from sqaudit.readings import read
from sqaudit.standards.model import Piece


def histogram(scan: Scan, limit: TimeLimit, by: Sequence[str]) -> str:
    """Cases by segment, limit and bin of time: `_limit` (microseconds), `_bin` (from 1), `_by`, `_who`, `n`.

    `_by` is the place of a segment column in `by`, `_who` its value. Limits that few cases have, or that are
    no whole number of bins, are left out.
    """
    limited = f"CAST({limit.limit_us} AS BIGINT) AS _limit"
    shown = [f"{limit.duration_us} AS _us", limited, *map(quoted, by)]
    rows = sql.counted_rows(scan, limit.piece, shown, f"{quoted(limit.within.to)} IS NOT NULL")
    width, last = width_us("_limit"), int(LAST)
    inside = f"_limit > 0 AND _us > 0 AND _us <= {last} * _limit AND _limit % ({width}) = 0"
    binned = (
        f"SELECT _limit, (_us + ({width}) - 1) // ({width}) AS _bin, {', '.join(map(quoted, by))}\n"
        f"FROM (\n{rows}\n)\nWHERE {inside}\n"
        f"QUALIFY count(*) OVER (PARTITION BY _limit) >= {LEAST_FITTED}"
    )
    return _each(binned, by, ["_limit", "_bin"], ["count(*) AS n"])


def shares(scan: Scan, piece: Piece, by: Sequence[str]) -> str:
    """Cases of a share and hits among them by segment: `_by`, `_who`, `n`, `hits`."""
    met = read(piece, scan.question.now).met
    rows = sql.counted_rows(scan, piece, [f"({met}) AS _hit", *map(quoted, by)])
    return _each(rows, by, [], ["count(*) AS n", "count(*) FILTER (WHERE _hit) AS hits"])


def invitations(scan: Scan, piece: Piece, invited: str, by: Sequence[str]) -> str:
    """Cases by segment, outcome and whether the customer was asked: four counts `a, b, c, d`.

    `a` met and asked, `b` met and not asked, `c` missed and asked, `d` missed and not asked.
    """
    met = read(piece, scan.question.now).met
    asked = f"coalesce({quoted(invited)}, false)"
    rows = sql.counted_rows(
        scan, piece, [f"coalesce(({met}), false) AS _m", f"{asked} AS _i", *map(quoted, by)]
    )
    cells = {"a": "_m AND _i", "b": "_m AND NOT _i", "c": "NOT _m AND _i", "d": "NOT _m AND NOT _i"}
    counts = [f"count(*) FILTER (WHERE {one}) AS {name}" for name, one in cells.items()]
    return _each(rows, by, [], ["count(*) AS n", *counts])


def repeated(scan: Scan, piece: Piece, mark: str, customer: str, by: str) -> str:
    """Cases with a mark by segment, and those whose mark another customer's case has too: `_who, n, hits`."""
    kept = f"{quoted(mark)} IS NOT NULL AND {quoted(customer)} IS NOT NULL"
    rows = sql.counted_rows(scan, piece, [quoted(by), quoted(mark), quoted(customer)], kept)
    grouped = (
        f"SELECT {quoted(by)} AS _who, count(*) AS n, count(DISTINCT {quoted(customer)}) AS customers\n"
        f"FROM (\n{rows}\n)\nGROUP BY {quoted(by)}, {quoted(mark)}"
    )
    hits = "coalesce(sum(n) FILTER (WHERE customers > 1), 0)"
    return f"SELECT 0 AS _by, _who, sum(n) AS n, {hits} AS hits\nFROM (\n{grouped}\n)\nGROUP BY _who"


def _each(rows: str, by: Sequence[str], keys: Sequence[str], counts: Sequence[str]) -> str:
    """The rows grouped by each segment column alone, in one pass."""
    which = " ".join(f"WHEN GROUPING({quoted(name)}) = 0 THEN {place}" for place, name in enumerate(by))
    who = " ".join(f"WHEN GROUPING({quoted(name)}) = 0 THEN CAST({quoted(name)} AS VARCHAR)" for name in by)
    sets = ", ".join(f"({', '.join([*keys, quoted(name)])})" for name in by)
    shown = ", ".join([*keys, f"CASE {which} END AS _by", f"CASE {who} END AS _who", *counts])
    return f"SELECT {shown}\nFROM (\n{rows}\n)\nGROUP BY GROUPING SETS ({sets})"
