"""The basis of a book: all that its figures rest on, in a form from which they can be computed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqaudit.actions import Action
from sqaudit.assessment import AssessmentRules
from sqaudit.audit import Audit
from sqaudit.calendars import Calendar
from sqaudit.cause_tree import CauseTree
from sqaudit.errors import Fault, ParameterError
from sqaudit.params import RunFile
from sqaudit.periods import GRAINS
from sqaudit.plan import Plan, described_kinds
from sqaudit.plan.names import found_elsewhere
from sqaudit.plan.place import Place
from sqaudit.plan.sources import peeked_sources
from sqaudit.readings import instants
from sqaudit.standards import Standard
from sqaudit.standards.together import together
from sqaudit.standards.variants import variants


@dataclass(frozen=True)
class Basis:
    """What figures rest on: run file, standards, calendars by name, and the folder that paths count from.

    What is found beside figures rests on the `trees`, `rules` and `actions` that people keep, too.
    """

    run: RunFile
    standards: tuple[Standard, ...]
    calendars: Mapping[str, Calendar]
    base: Path
    trees: tuple[CauseTree, ...] = ()
    rules: AssessmentRules | None = None
    actions: tuple[Action, ...] = ()

    def with_files(self, files: Mapping[str, Iterable[Path]]) -> Basis:
        """The same, with the sources of some kinds read from these very files."""
        records = dict(self.run.records)
        for kind, paths in files.items():
            records[kind] = records[kind].model_copy(update={"path": [str(path) for path in paths]})
        return self._with_run(records=records)

    def with_urls(self, urls: Mapping[str, str]) -> Basis:
        """The same, with the databases of some kinds at these addresses."""
        records = dict(self.run.records)
        for kind, url in urls.items():
            records[kind] = records[kind].model_copy(update={"url": url})
        return self._with_run(records=records)

    def with_sample_in(self, folder: Path) -> Basis:
        """The same, with the samples of the run in this very folder."""
        if self.run.sample is None:
            return self
        return self._with_run(sample=self.run.sample.model_copy(update={"folder": str(folder)}))

    def _with_run(self, **changes: object) -> Basis:
        return replace(self, run=self.run.model_copy(update=changes))


def opened(basis: Basis, place: str) -> Audit:
    """The audit of a basis, without its notebooks; ParameterError where it can no longer be computed.

    Segments that no records have are left out: they break figures down and change none.
    """
    standard = together(basis.standards)
    peeked, faults = peeked_sources(basis.run, basis.base, standard, Place(place, {}))
    if faults:
        raise ParameterError(faults)
    kinds = described_kinds(standard)
    known = {
        name
        for kind, look in peeked.items()
        for own in [look.our_columns(basis.run.records[kind])]
        for name in [*own, *found_elsewhere(kinds[kind], own, basis.run.records)]
    }
    kept = [name for name in basis.run.segments if name in known or name in GRAINS]
    run = basis.run.model_copy(update={"segments": kept})
    paths = tuple(Path(f"{one.standard}.yaml") for one in basis.standards)
    calendars = _asked(basis.calendars, run)
    if lacking := _asked_in_vain(basis.standards, run, calendars):
        message = f"the calendar {', '.join(lacking)} is neither in the book nor at hand."
        raise ParameterError([Fault(place, message)])
    plan = Plan(
        run, basis.base, place, basis.standards, paths, peeked, {}, calendars,
        cause_trees=basis.trees, actions=basis.actions, assessment=basis.rules,
    )  # fmt: skip
    return Audit(plan)


def _asked(calendars: Mapping[str, Calendar], run: RunFile) -> Mapping[str, Calendar]:
    """The calendars that can be asked: that of the run takes the place of all others."""
    if not run.calendar:
        return calendars
    return {name: one for name, one in calendars.items() if name == run.calendar}


def _asked_in_vain(
    standards: Iterable[Standard], run: RunFile, calendars: Mapping[str, Calendar]
) -> list[str]:
    """The names of calendars that some indicator, under any reading, asks and that are not there."""
    asked = {
        run.calendar or piece.calendar
        for standard in standards
        for indicator in [*standard.indicators, *(one.indicator for one in variants(standard))]
        for piece in standard.pieces_of(indicator)
        if instants(piece)
    }
    return sorted(asked - set(calendars))
