"""The calendars that a run asks, and those that it names in vain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqaudit.calendars import Calendar, calendars_at_hand, find_calendar, named_calendar
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.params import RunFile
from sqaudit.plan.place import Place
from sqaudit.readings import instants
from sqaudit.standards import Standard
from sqaudit.standards.variants import variants


def asked_calendars(
    run: RunFile, standards: Sequence[Standard], base: Path, where: Place
) -> tuple[dict[str, Calendar], list[Fault]]:
    """The calendars that some indicator asks, by name, and what is wrong with those that are named at all."""
    found: dict[str, Calendar] = {}
    faults: list[Fault] = []
    asked = [
        (standard, indicator, run.calendar or piece.calendar)
        for standard in standards
        for indicator in [*standard.indicators, *(one.indicator for one in variants(standard))]
        for piece in standard.pieces_of(indicator)
        if instants(piece)
    ]
    key = ["calendar"] if run.calendar else ["standard"]
    for standard, indicator, name in asked:
        if not name:
            message = (
                f"{indicator.id} of {standard.standard} asks for working time, and no calendar is named."
            )
            faults.append(where.fault(["standard"], message, "Give the standard, or the run, a `calendar`."))
        elif name not in found:
            try:
                found[name] = named_calendar(name, base)
            except ParameterError as error:
                faults += [where.fault(key, fault.message, fault.remedy) for fault in error.faults]
    for name in [run.calendar] if run.calendar else _named_by(standards):
        if name not in found and find_calendar(name, base) is None:
            message = f"there is no calendar '{name}'."
            remedy = did_you_mean(name, [file.stem for file, _ in calendars_at_hand(base)])
            faults.append(where.fault(key, message, remedy))
    faults += [where.fault(key, message, "Rename one of them.") for message in _alike(found)]
    return found, [fault for place, fault in enumerate(faults) if _new(fault, faults[:place])]


def _named_by(standards: Sequence[Standard]) -> list[str]:
    """Every calendar that standards or their indicators name, also where nothing is asked of it."""
    named = [standard.calendar for standard in standards]
    named += [one.calendar for standard in standards for one in standard.indicators]
    return list(dict.fromkeys(name for name in named if name))


def _alike(calendars: Mapping[str, Calendar]) -> list[str]:
    """One sentence for every id that two calendars of the run share, though they are not the same."""
    owners: dict[str, list[str]] = {}
    for name, calendar in calendars.items():
        if all(calendars[other] != calendar for other in owners.get(calendar.id, [])):
            owners.setdefault(calendar.id, []).append(name)
    return [
        f"{' and '.join(names)} are two calendars with the id {identifier}."
        for identifier, names in owners.items()
        if len(names) > 1
    ]


def _new(fault: Fault, before: Sequence[Fault]) -> bool:
    """Whether nothing has been said of the same thing in the same place."""
    return all((fault.place, fault.message) != (one.place, one.message) for one in before)
