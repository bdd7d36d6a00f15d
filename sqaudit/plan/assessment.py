"""The rules of an assessment that a run names: found, read, and held against the standards."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from sqaudit.assessment import AssessmentRules, read_rules
from sqaudit.errors import Fault, ParameterError
from sqaudit.faults import at
from sqaudit.params import RunFile
from sqaudit.personal import is_personal
from sqaudit.places import found
from sqaudit.plan.names import described_kinds
from sqaudit.plan.personal import personal_columns
from sqaudit.plan.place import Place
from sqaudit.plan.standards import shipped
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
    run: RunFile, standard: Standard | None, base: Path, where: Place
) -> tuple[AssessmentRules | None, list[Fault]]:
    """The rules that the run names, and all that is wrong with them."""
    if run.assessment is None:
        return None, []
    path = find_rules(run.assessment, base)
    if path is None:
        remedy = "Check the path, or leave the key out."
        return None, [where.fault(["assessment"], f"there is no file '{run.assessment}'.", remedy)]
    try:
        rules = read_rules(path)
    except ParameterError as error:
        return None, list(error.faults)
    if standard is None:
        return rules, []
    return rules, [*_line_faults(rules, standard, path), *_personal_faults(rules, run, standard, path)]


def _line_faults(rules: AssessmentRules, standard: Standard, path: Path) -> Iterator[Fault]:
    """Lines that do not fit their indicator. One of another standard is no fault: it is told as absent."""
    known = {one.id: one for one in standard.indicators}
    for place, line in enumerate(rules.lines):
        spot = at(str(path), ("lines", place), {})
        one = known.get(line.indicator)
        if one is None:
            if near := get_close_matches(line.indicator, known, n=1, cutoff=0.85):
                message = f"the standard has no indicator '{line.indicator}'."
                yield Fault(spot, message, f"Did you mean '{near[0]}'?")
        elif any(piece.measure.kind not in SHARES for piece in standard.pieces_of(one)):
            message = f"{one.id} is no share of cases; units are judged by shares only."
            yield Fault(spot, message, "Name a share, such as cases within a limit.")
        elif one.direction not in (None, line.direction):
            message = f"{one.id} is better when {one.direction} in the standard, here when {line.direction}."
            yield Fault(spot, message, f"Write `direction: {one.direction}`.")


def _personal_faults(rules: AssessmentRules, run: RunFile, standard: Standard, path: Path) -> Iterator[Fault]:
    """Columns that would print personal data, unless the run says that they may."""
    if run.show_personal_data:
        return
    kinds = described_kinds(standard)
    hidden = personal_columns(run, kinds)
    named = [("levels", level) for level in rules.levels]
    named += [("rules", level) for rule in rules.rules for level in rule.levels]
    for key, name in dict.fromkeys([*named, *(("mix", name) for name in rules.mix)]):
        if name in hidden or is_personal(name, kinds.values()):
            message = f"'{name}' holds personal data, which a book does not show."
            yield Fault(
                at(str(path), (key,), {}), message, "Name units by an id, or set `show_personal_data: true`."
            )
