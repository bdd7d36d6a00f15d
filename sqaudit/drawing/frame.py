"""The sampling frame: which records a sample is drawn from, by which strata, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqaudit.conditions import condition, literal, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import Fault, ParameterError
from sqaudit.periods import GRAINS, Period, containing

MISSING = "(missing)"  # the name of the stratum of cases without a value
TAKE_ALL = "take all"
WHOLE = "all"
JOIN = " | "


@dataclass(frozen=True)
class SampleFrame:
    """The records that can be drawn, as SQL over one relation of the engine.

    `unit` is the column drawn by: the case id, or the cluster. `keys` gives the SQL of every stratifying
    column by name, `where` the conditions that all must hold, `carried` the columns that drawn cases bring
    along. `take_all` is the condition for cases drawn with certainty.
    """

    kind: str
    relation: str
    case_id: str
    unit: str
    keys: Mapping[str, str] = field(default_factory=dict)
    where: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    event: str | None = None
    take_all: str | None = None

    @property
    def clustered(self) -> bool:
        """Whether what is drawn are clusters of cases."""
        return self.unit != self.case_id

    @property
    def key_names(self) -> list[str]:
        """The names of the key columns in the queries."""
        return [f"_k{place}" for place in range(len(self.all_keys))]

    @property
    def all_keys(self) -> list[str]:
        """The SQL of every key, that of `take_all` first."""
        certain = [] if self.take_all is None else [f"coalesce(({self.take_all}), false)"]
        return [*certain, *self.keys.values()]

    def rows(self, *further: str, where: Sequence[str] = ()) -> str:
        """The query of the frame's rows with their keys, and further columns."""
        keys = [f"{sql} AS {name}" for sql, name in zip(self.all_keys, self.key_names, strict=True)]
        listed = ", ".join([*keys, *further]) or "1"
        kept = [*self.where, *where]
        bounded = f" WHERE {' AND '.join(kept)}" if kept else ""
        return f"SELECT {listed} FROM {self.relation}{bounded}"

    def units(self, *further: str) -> str:
        """The query of what is drawn: cases, or clusters with the number of their cases as `_items`.

        A cluster stands in the stratum of its cases; see `cluster_faults` for those in several.
        """
        if not self.clustered:
            return self.rows(f"{quoted(self.unit)} AS _unit", "1 AS _items", *further)
        keys = "".join(f", min({name}) AS {name}" for name in self.key_names)
        rows = self.rows(f"{quoted(self.unit)} AS _unit")
        return (
            f"SELECT _unit, count(*) AS _items{keys} FROM ({rows}) WHERE _unit IS NOT NULL GROUP BY _unit"
            f" UNION ALL SELECT NULL, count(*){', NULL' * len(self.key_names)} FROM ({rows})"
            " WHERE _unit IS NULL HAVING count(*) > 0"
        )

    def stratum_of(self, values: Sequence[str | None]) -> Stratum:
        """The stratum that key values, as texts of the engine, stand for."""
        rest = list(values)
        certain = self.take_all is not None and rest.pop(0) == "true"
        named = tuple(label_of(name, value) for name, value in zip(self.keys, rest, strict=True))
        return Stratum(tuple(values), named, certain)


@dataclass(frozen=True)
class Stratum:
    """One stratum: its key values as the engine writes them, as a reader meets them, and whether all of it
    is taken."""

    values: tuple[str | None, ...]
    labels: tuple[str, ...]
    take_all: bool = False

    @property
    def name(self) -> str:
        """The parts in one line.

        >>> Stratum(("phone", None), ("phone", "(missing)")).name
        'phone | (missing)'
        """
        return JOIN.join([*([TAKE_ALL] if self.take_all else []), *self.labels]) or WHOLE


def label_of(name: str, value: str | None) -> str:
    """What a stratifying value is called.

    >>> label_of("week", "2026-09-21 00:00:00"), label_of("team", None)
    ('2026-W39', '(missing)')
    """
    if value is None:
        return MISSING
    if name in GRAINS:
        from datetime import date

        return containing(date.fromisoformat(value[:10]), name).label
    return value


def key_sql(name: str, event: str | None) -> str:
    """The SQL of a stratifying column or grain of time."""
    if name in GRAINS:
        return f"date_trunc({literal(name)}, {quoted(event or '')})"
    return quoted(name)


def bounds(
    period: Period, event: str | None, conditions: Sequence[str | None], excluded: bool = True
) -> Iterator[str]:
    """The SQL conditions of the frame: the period, scope and the like, and no row that the run leaves out."""
    if event is not None and period.start is not None:
        yield (
            f"{quoted(event)} >= TIMESTAMP '{period.start}' AND {quoted(event)} < TIMESTAMP '{period.end}'"
        )
    for text in conditions:
        if text:
            yield f"coalesce(({condition(text).sql}), false)"
    if excluded:
        yield "_excluded IS NULL"


def not_among(column: str, ids: Sequence[str]) -> list[str]:
    """The condition that a case is none of those named; empty without names."""
    if not ids:
        return []
    listed = ", ".join(literal(one) for one in sorted(ids))
    # A missing id is not among them: it stays, so that it is told.
    return [f"coalesce(CAST({quoted(column)} AS VARCHAR) NOT IN ({listed}), true)"]


def stratum_sizes(engine: DuckDBEngine, frame: SampleFrame) -> dict[Stratum, int]:
    """How many cases (or clusters) each stratum of the frame has, in the order of their names.

    Reads the stratifying columns only. ParameterError for clusters that lie in several strata or are missing.
    """
    if frame.clustered and (faults := cluster_faults(engine, frame)):
        raise ParameterError(faults)
    names = frame.key_names
    shown = "".join(f", CAST({name} AS VARCHAR)" for name in names)
    grouped = f" GROUP BY {', '.join(names)}" if names else ""
    source = frame.units() if frame.clustered else frame.rows()
    rows = engine.rows(f"SELECT count(*){shown} FROM ({source}){grouped}")
    found = {
        frame.stratum_of([None if one is None else str(one) for one in values]): int(str(size))
        for size, *values in rows
        if size
    }
    return dict(sorted(found.items(), key=lambda item: item[0].name))


def cluster_faults(engine: DuckDBEngine, frame: SampleFrame) -> list[Fault]:
    """Cases without a cluster, and clusters whose cases lie in several strata."""
    rows = frame.rows(f"{quoted(frame.unit)} AS _unit")
    several = " OR ".join(f"min({name}) IS DISTINCT FROM max({name})" for name in frame.key_names) or "false"
    mixed = " OR ".join(f"count({name}) NOT IN (0, count(*))" for name in frame.key_names) or "false"
    lost, split = engine.rows(
        f"SELECT (SELECT count(*) FROM ({rows}) WHERE _unit IS NULL), (SELECT count(*) FROM ("
        f"SELECT _unit FROM ({rows}) WHERE _unit IS NOT NULL GROUP BY _unit HAVING {several} OR {mixed}))"
    )[0]
    faults = []
    if lost:
        message = f"{lost:,} {frame.kind} records have no {frame.unit} and so belong to no cluster."
        faults.append(Fault("sample.cluster", message, "Leave them out by `where`, or fill the column."))
    if split:
        message = f"{split:,} clusters have cases in several strata."
        remedy = "A cluster is drawn as a whole: name strata that all of its cases share, or none."
        faults.append(Fault("sample.strata", message, remedy))
    return faults


def id_faults(engine: DuckDBEngine, frame: SampleFrame) -> list[Fault]:
    """Cases without an id, and ids that stand for several cases: every id compared with every other."""
    rows = frame.rows(f"CAST({quoted(frame.case_id)} AS VARCHAR) AS _id")
    lost = int(str(engine.rows(f"SELECT count(*) FROM ({rows}) WHERE _id IS NULL")[0][0]))
    twice = engine.rows(
        f"SELECT _id FROM ({rows}) WHERE _id IS NOT NULL GROUP BY _id HAVING count(*) > 1 ORDER BY _id"
    )
    return [*missing_faults(frame, lost), *duplicate_faults(frame, [str(one) for (one,) in twice])]


def missing_faults(frame: SampleFrame, lost: int) -> list[Fault]:
    """One fault for cases that have no id; none where all have one."""
    if not lost:
        return []
    message = f"{lost:,} {frame.kind} records have no {frame.case_id}; a case needs an id to be drawn."
    return [Fault("sample.records", message, "Leave them out by `where`, or fill the column.")]


def duplicate_faults(frame: SampleFrame, ids: Sequence[str]) -> list[Fault]:
    """One fault for ids that stand for several cases; none without ids."""
    if not ids:
        return []
    examples = ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
    message = f"{len(ids):,} values of {frame.case_id} stand for several {frame.kind} records: {examples}."
    remedy = f"Keep one row of each: `rows: {{one_per: {frame.case_id}}}` under the source."
    return [Fault("sample.records", message, remedy)]
