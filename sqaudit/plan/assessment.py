"""The rules of an assessment that a run names: found, read, and held against the standards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from sqaudit.assessment import AssessmentRules, in_order, rules_in_part
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.faults import Key
from sqaudit.params import RunFile
from sqaudit.personal import is_personal
from sqaudit.places import found
from sqaudit.plan.names import described_kinds
from sqaudit.plan.personal import personal_columns
from sqaudit.plan.place import Place
from sqaudit.plan.standards import shipped
from sqaudit.sources.peek import Peeked
from sqaudit.standards import Standard
from sqaudit.standards.measures import SHARES

__all__ = ["find_rules", "run_rules"]


def find_rules(name: str, base: Path) -> Path | None:
    """The file of rules given by path, or by the name of a file in `params` that comes with sqaudit."""
    if (path := found(name, base)) is not None and path.is_file():
        return path
    named = (folder / f"{name}.yaml" for folder in shipped("params"))
    return next((path for path in named if path.is_file()), None)


def run_rules(
    run: RunFile, standard: Standard | None, peeked: Mapping[str, Peeked], base: Path, where: Place
) -> tuple[AssessmentRules | None, list[Fault]]:
    """The rules that the run names, and all that is wrong with them, in the order of their file."""
    if run.assessment is None:
        return None, []
    path = find_rules(run.assessment, base)
    if path is None:
        remedy = "Check the path, or leave the key out."
        return None, [where.fault(["assessment"], f"there is no file '{run.assessment}'.", remedy)]
    try:
        file = rules_in_part(path)
    except ParameterError as error:
        return None, list(error.faults)
    if standard is None or file.rules is None:
        return file.rules, file.faults
    place = Place(str(path), file.lines)
    faults = [
        *file.faults,
        *_line_faults(file.rules, standard, place),
        *_personal_faults(file.rules, run, standard, place),
        *_column_faults(file.rules, run, standard, peeked, place),
    ]
    return file.rules, in_order(faults)


def _line_faults(rules: AssessmentRules, standard: Standard, where: Place) -> Iterator[Fault]:
    """Lines that do not fit their indicator. One of another standard is no fault: it is told as absent."""
    known = {one.id: one for one in standard.indicators}
    for place, line in enumerate(rules.lines):
        spot = ("lines", place, "indicator")
        one = known.get(line.indicator)
        if one is None:
            if near := get_close_matches(line.indicator, known, n=1, cutoff=0.85):
                message = f"the standard has no indicator '{line.indicator}'."
                yield where.fault(spot, message, f"Did you mean '{near[0]}'?")
        elif any(piece.measure.kind not in SHARES for piece in standard.pieces_of(one)):
            message = f"{one.id} is no share of cases; units are judged by shares only."
            yield where.fault(spot, message, "Name a share, such as cases within a limit.")
        elif one.direction not in (None, line.direction):
            message = f"{one.id} is better when {one.direction} in the standard, here when {line.direction}."
            yield where.fault(spot, message, f"Write `direction: {one.direction}`.")


def _named_columns(rules: AssessmentRules) -> Iterator[tuple[Key, str]]:
    """Every column that the file names, with the key it stands at."""
    yield from ((("levels", at), name) for at, name in enumerate(rules.levels))
    yield from ((("mix", at), name) for at, name in enumerate(rules.mix))
    for place, rule in enumerate(rules.rules):
        yield from ((("rules", place, "levels", at), name) for at, name in enumerate(rule.levels))


def _personal_faults(
    rules: AssessmentRules, run: RunFile, standard: Standard, where: Place
) -> Iterator[Fault]:
    """Columns that would print personal data, unless the run says that they may."""
    if run.show_personal_data:
        return
    kinds = described_kinds(standard)
    hidden = personal_columns(run, kinds)
    for key, name in _named_columns(rules):
        if name in hidden or is_personal(name, kinds.values()):
            message = f"'{name}' holds personal data, which a book does not show."
            yield where.fault(key, message, "Name units by an id, or set `show_personal_data: true`.")


def _column_faults(
    rules: AssessmentRules, run: RunFile, standard: Standard, peeked: Mapping[str, Peeked], where: Place
) -> Iterator[Fault]:
    """Columns that neither the records nor any description has: most often a slip of the pen.

    One that is described and that the records at hand lack is no fault: rules may serve several
    organisations, and the report says that nothing is told apart by it.
    """
    if set(peeked) != set(run.records):  # of what could not be read nobody knows the columns
        return
    there = {name for kind, look in peeked.items() for name in look.our_columns(run.records[kind])}
    described = {name for kind in described_kinds(standard).values() for name in kind.columns}
    for key, name in _named_columns(rules):
        if name not in there | described:
            yield where.fault(key, f"no records have the column '{name}'.", _likely(name, there, described))


def _likely(name: str, there: Collection[str], described: Collection[str]) -> str:
    """What may have been meant: a column that is there, else a described one, else all that are there."""
    near = did_you_mean(name, list(there))
    other = did_you_mean(name, list(described))
    return other if not near.startswith("Did") and other.startswith("Did") else near
