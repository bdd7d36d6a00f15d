"""Where a share changed, straight from the records of an engine: cuboids in SQL, the search in memory.

The records are encoded once. A few tables of four or five dimensions, which between them hold every
combination searched, are added up by the engine; all smaller cuboids are rolled up from these.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt

import pandas as pd

from sqaudit.causes.encoded import ENCODED, Encoding, Records, Tables, stored
from sqaudit.causes.segments.calibration import bound, chance_of_change
from sqaudit.causes.segments.cells import Array
from sqaudit.causes.segments.conditions import where_of
from sqaudit.causes.segments.cuboids import Segment, combinations_of
from sqaudit.causes.segments.explanation import COLUMNS, Explanation, outcome_of, ratio, text_of
from sqaudit.causes.segments.search import Found, Search
from sqaudit.causes.segments.settings import Settings
from sqaudit.causes.segments.tables import TableLattice
from sqaudit.conditions import condition, quoted
from sqaudit.engines import Engine
from sqaudit.errors import Fault, ParameterError, did_you_mean

DEPTH = 3
MOST_LEVELS = 2_000  # of one dimension; a segment needs more than a handful of rows


def explain_records(
    engine: Engine,
    relation: str,
    dimensions: Sequence[str],
    *,
    bad: str,
    before: str,
    now: str,
    dispersion: float | None = None,
    settings: Settings | None = None,
) -> Explanation:
    """The segments in which the share of bad records changed, as `explain_change`, from an engine.

    `relation` is a view or table; `bad`, `before` and `now` are SQL conditions over its columns, such as
    `"solved_at > due_at"` and `"opened_at < '2026-04-01'"`. Records for which `bad` is unknown are left out.
    Memory is that of a few small tables, whatever the number of records. `dispersion` is the standard
    deviation by which the logit of a segment wanders from period to period anyway. Chance is judged by the
    bound alone, without draws; segments have up to three conditions.

    ParameterError for columns that the relation lacks and for dimensions of more than 2,000 values;
    EngineError shows a query that was refused.

    >>> from sqaudit.engines.duckdb import DuckDBEngine
    >>> with DuckDBEngine() as engine:
    ...     engine.execute(
    ...         "CREATE TABLE call AS SELECT i % 3 AS team, i % 7 AS site, i % 2 AS half,"
    ...         " (i % 40 < 2 OR (i % 3 = 1 AND i % 2 = 1 AND i % 5 = 0)) AS late FROM range(42000) t(i)")
    ...     found = explain_records(
    ...         engine, "call", ["team", "site"], bad="late", before="half = 0", now="half = 1")
    >>> found.outcome, found.segments["segment"].tolist()
    ('segments', ['team=1'])
    """
    chosen = (settings or Settings()).fitted_to(len(dimensions))
    if faults := _faults(dimensions, list(engine.columns(relation))):
        raise ParameterError(faults)
    records = Records(relation, tuple(dimensions), *(condition(text).sql for text in (bad, before, now)))
    encoding = Encoding(engine, records)
    sized = zip(dimensions, encoding.sizes, strict=True)
    if faults := [_too_many(name, size) for name, size in sized if size > MOST_LEVELS]:
        raise ParameterError(faults)
    effects, rows_per_cell = encoding.effects(chosen)
    select = encoding.select(effects)
    source = stored(engine, select)
    try:
        depth = min(chosen.depth or DEPTH, len(dimensions))
        tables = Tables(engine, source, encoding.sizes, depth)
        return _answered(encoding, tables, chosen, rows_per_cell, dispersion)
    finally:
        if source == quoted(ENCODED):
            engine.execute(f"DROP TABLE {source}")


def _faults(dimensions: Sequence[str], known: Sequence[str]) -> list[Fault]:
    if not dimensions:
        return [Fault("dimensions", "none is named.", "Name at least one column to search in.")]
    return [
        Fault("dimensions", f"there is no column '{name}'.", did_you_mean(name, known))
        for name in dimensions
        if name not in known
    ]


def _too_many(name: str, count: int) -> Fault:
    return Fault("dimensions", f"'{name}' has {count} values, at most {MOST_LEVELS}.", "Group them first.")


def _answered(
    encoding: Encoding, tables: Tables, settings: Settings, rows_per_cell: float, dispersion: float | None
) -> Explanation:
    """The search over the tables, and what it found in words of the records."""
    sizes = encoding.sizes
    wander = (dispersion or 0.0) ** 2
    depth = max(len(table.dims) for table in tables.all)
    lattice = TableLattice(tables.all, sizes, tables.take, settings, rows_per_cell, wander)
    looks = sum(len(node.cuboid) for dims, node in lattice.nodes.items() if dims)
    left_out = len(lattice.nodes) < len(combinations_of(len(sizes), depth))
    found, general = Search(lattice, settings).segments()
    whole = lattice.nodes[()].peaks
    p_general, shift = erfc(sqrt(max(float(whole.gain[0]), 0.0))), 0.0
    if general:
        shift = float(whole.shift[0])
        tables.taken.clear()
        lattice = TableLattice(tables.all, sizes, tables.take, settings, rows_per_cell, wander, shift)
        found, _ = Search(lattice, settings).segments()
    taken = dict(tables.taken)
    rows = []
    for one in found:
        p = bound(one.gain, one.price, settings.base_price)
        if p <= settings.alpha:
            rows.append(_row(one, p, taken[one.segment], encoding, lattice, settings))
    sums = tables.all[0].sums.sum(axis=0)
    total = _figures(sums, float(sums[4] - lattice.expected))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["share_of_change"] = [ratio(one, total["excess"]) for one in frame["excess"]]
    p_total = chance_of_change(*sums[[0, 1, 3, 4]])
    return Explanation(
        outcome=outcome_of(bool(rows), general or p_general <= settings.alpha, p_total <= settings.alpha),
        segments=frame,
        total=total | {"shift": shift, "p_total": p_total, "p_general": p_general},
        dimensions=encoding.records.dimensions,
        looks=looks,
        draws=0,
        notes=_notes(rows, general or p_general <= settings.alpha, dispersion, encoding, left_out),
    )


def _notes(
    rows: Sequence[dict[str, object]],
    general: bool,
    dispersion: float | None,
    encoding: Encoding,
    left_out: bool,
) -> tuple[str, ...]:
    said = {
        "where_not_why": True,
        "general_shift": general,
        "p_by_bound": True,
        "missing_values": any(None in levels for levels in encoding.levels),
        "dispersion_unknown": dispersion is None,
        "combinations_left_out": left_out,
        "alternatives": any(row["alternatives"] for row in rows),
    }
    return tuple(code for code, holds in said.items() if holds)


def _row(
    one: Found,
    p: float,
    sums: Sequence[Array],
    encoding: Encoding,
    lattice: TableLattice,
    settings: Settings,
) -> dict[str, object]:
    conditions = _conditions(one.segment, encoding)
    others = lattice.alike(one.segment, sums, settings.overlap)
    return {
        "segment": text_of(conditions),
        "conditions": conditions,
        "where": where_of(conditions),
        "depth": len(conditions),
        **_figures(sums[0].sum(axis=0), one.excess),
        "shift": one.shift,
        "score": one.score,
        "p_adjusted": p,
        "alternatives": tuple(text_of(_conditions(other, encoding)) for other in others),
    }


def _conditions(segment: Segment, encoding: Encoding) -> tuple[tuple[str, object], ...]:
    return tuple((encoding.records.dimensions[dim], encoding.levels[dim][level]) for dim, level in segment)


def _figures(sums: Array, excess: float) -> dict[str, float]:
    before, bad_before, _, now, bad_now, _ = (float(one) for one in sums)
    return {
        "count_before": before,
        "observed_before": bad_before,
        "count_now": now,
        "observed_now": bad_now,
        "rate_before": ratio(bad_before, before),
        "rate_now": ratio(bad_now, now),
        "expected": bad_now - excess,
        "excess": excess,
    }
