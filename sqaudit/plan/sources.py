"""A first look at the sources of a run, and at the expressions over their columns."""

from __future__ import annotations

from pathlib import Path

from sqaudit.conditions import plain_faults
from sqaudit.errors import Fault, did_you_mean
from sqaudit.kinds import catalogue
from sqaudit.params import RunFile, Source
from sqaudit.plan.place import Place
from sqaudit.sources.peek import Peeked, peek
from sqaudit.standards import Standard


def peeked_sources(
    run: RunFile, base: Path, standard: Standard | None, where: Place
) -> tuple[dict[str, Peeked], list[Fault]]:
    """A look at each source, and the faults of its keys and expressions."""
    kinds = {**catalogue(), **(standard.record_kinds if standard else {})}
    peeked, faults = {}, []
    for kind, source in run.records.items():
        if standard is not None and kind not in kinds:
            remedy = did_you_mean(kind, list(kinds))
            faults.append(where.fault(["records", kind], f"there is no record kind '{kind}'.", remedy))
        look, found_faults = peek(source, base)
        faults += [
            where.fault(["records", kind, *fault.place.split(".", 1)], fault.message, fault.remedy)
            for fault in found_faults
        ]
        if look is not None:
            peeked[kind] = look
            faults += _expression_faults(kind, source, look, where)
    return peeked, faults


def _expression_faults(kind: str, source: Source, look: Peeked, where: Place) -> list[Fault]:
    """Columns that derived columns and exclusions read and the source does not have."""
    faults = []
    known = [source.columns.get(name, name) for name in look.columns]
    for name, expression in source.derived.items():
        faults += [
            where.fault(["records", kind, "derived", name], message)
            for message in plain_faults(expression, known)
        ]
        known.append(name)
    for reason, expression in source.exclude.items():
        faults += [
            where.fault(["records", kind, "exclude", reason], message)
            for message in plain_faults(expression, known)
        ]
    return faults
