"""Names of columns in segments, scope and standards, held against the columns that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqaudit.conditions import plain_faults
from sqaudit.errors import Fault, did_you_mean
from sqaudit.faults import Key, at
from sqaudit.kinds import RecordKind, catalogue
from sqaudit.params import RunFile
from sqaudit.periods import GRAINS
from sqaudit.plan.personal import personal_faults
from sqaudit.plan.place import Place
from sqaudit.readings import needed_of
from sqaudit.sources.peek import Peeked
from sqaudit.standards import Standard


def name_faults(
    run: RunFile, standard: Standard | None, peeked: Mapping[str, Peeked], where: Place
) -> list[Fault]:
    """Names of columns in segments, scope and the standard that no records have."""
    kinds = described_kinds(standard)
    columns = {
        kind: [*own, *found_elsewhere(kinds[kind], own, run.records)] if kind in kinds else own
        for kind, look in peeked.items()
        for own in [look.our_columns(run.records[kind])]
    }
    everywhere = {name for names in columns.values() for name in names}
    for kind in set(run.records) - set(columns):  # what could not be read is taken to have what its kind has
        everywhere |= set(kinds[kind].columns) if kind in kinds else set()
    faults = segment_faults(run.segments, sorted(everywhere), where.name, where.lines)
    faults += personal_faults(run, kinds, where)
    if len(columns) == len(run.records):
        faults += _scope_faults(run, columns, where)
    if standard is not None:
        faults += _indicator_faults(standard, columns, where)
    return faults


def described_kinds(standard: Standard | None) -> dict[str, RecordKind]:
    """Every record kind that is described, the standard's own before those of the catalogue."""
    return {**catalogue(), **(standard.record_kinds if standard else {})}


def found_elsewhere(kind: RecordKind, own: Collection[str], records: Collection[str]) -> list[str]:
    """The described columns that the records of a kind lack and that may be found elsewhere in the run."""
    return [
        name
        for name, column in kind.columns.items()
        if name not in own
        and ((column.link is not None and column.link.records in records) or column.otherwise)
    ]


def segment_faults(
    segments: Iterable[str], known: Iterable[str], place: str, lines: Mapping[Key, int] | None = None
) -> list[Fault]:
    """One fault for every segment that is neither a column of any records nor a grain of time."""
    names = list(known)
    return [
        Fault(
            at(place, ("segments", index), lines or {}),
            f"no records have the column '{name}'.",
            did_you_mean(name, names),
        )
        for index, name in enumerate(segments)
        if name not in names and name not in GRAINS
    ]


def _scope_faults(run: RunFile, columns: Mapping[str, list[str]], where: Place) -> list[Fault]:
    if isinstance(run.scope, dict):
        faults = []
        for kind, expression in run.scope.items():
            if kind not in columns:
                remedy = did_you_mean(kind, list(columns))
                faults.append(
                    where.fault(["scope", kind], f"no records of the kind '{kind}' are given.", remedy)
                )
            else:
                faults += [
                    where.fault(["scope", kind], message)
                    for message in plain_faults(expression, columns[kind])
                ]
        return faults
    if run.scope is None or any(not plain_faults(run.scope, names) for names in columns.values()):
        return []
    everywhere = sorted({name for names in columns.values() for name in names})
    missing = plain_faults(run.scope, everywhere) or [
        "no single kind of records has all the columns it reads."
    ]
    return [where.fault(["scope"], message) for message in missing]


def _indicator_faults(standard: Standard, columns: Mapping[str, list[str]], where: Place) -> list[Fault]:
    """Columns in the standard that neither the record kind describes nor the records have."""
    faults = []
    for indicator in standard.indicators:
        for kind in indicator.kinds:
            known: dict[str, RecordKind] = {**catalogue(), **standard.record_kinds}
            names = {*known[kind].columns, *columns.get(kind, [])}
            for name in needed_of(indicator, kind):
                if name not in names and (kind in columns or kind in standard.record_kinds):
                    message = f"{indicator.id} reads the column '{name}', which {kind} records do not have."
                    faults.append(where.fault(["standard"], message, did_you_mean(name, sorted(names))))
    return faults
