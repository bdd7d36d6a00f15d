"""Which columns of a run hold personal data, and segments that would print them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqaudit.conditions import condition
from sqaudit.errors import Fault
from sqaudit.kinds import RecordKind
from sqaudit.params import RunFile
from sqaudit.personal import is_personal
from sqaudit.plan.place import Place


def personal_columns(run: RunFile, described: Mapping[str, RecordKind]) -> set[str]:
    """Our columns that hold personal data: described or named so, or taken from such a column."""
    kinds = [described[kind] for kind in run.records if kind in described]
    found = {name for kind in kinds for name, column in kind.columns.items() if column.personal}
    for source in run.records.values():
        found |= {ours for theirs, ours in source.columns.items() if is_personal(theirs, kinds)}
    grown = True
    while grown:  # what is taken from a column that is taken from a personal one is personal too
        taken = {name for name, read in _taken_from(run, kinds) if read in found or is_personal(read, kinds)}
        grown = not taken <= found
        found |= taken
    return found


def _taken_from(run: RunFile, kinds: Iterable[RecordKind]) -> Iterator[tuple[str, str]]:
    """Pairs of a column and one that its values come from."""
    for source in run.records.values():
        for name, expression in source.derived.items():
            yield from ((name, read) for read in condition(expression).columns)
    for kind in kinds:
        for name, column in kind.columns.items():
            if column.link is not None and column.link.any is None:
                yield name, column.link.found[1]
            for expression in column.otherwise:
                yield from ((name, read) for read in condition(expression).columns)


def personal_faults(run: RunFile, described: Mapping[str, RecordKind], where: Place) -> list[Fault]:
    """Segments that would print personal data, unless the run says that they may."""
    if run.show_personal_data:
        return []
    personal = personal_columns(run, described)
    return [
        where.fault(
            ["segments", index],
            f"'{name}' holds personal data, which a book does not show.",
            "Leave it out, or set `show_personal_data: true`.",
        )
        for index, name in enumerate(run.segments)
        if name in personal or is_personal(name, described.values())
    ]
