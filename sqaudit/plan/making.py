"""A run file with everything it names found and checked, before anything slow starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqaudit.assessment import AssessmentRules
from sqaudit.calendars import Calendar
from sqaudit.cause_tree import CauseTree
from sqaudit.descriptions import read_yaml, validated_in_part
from sqaudit.errors import ParameterError
from sqaudit.faults import Key, at
from sqaudit.params import RunFile
from sqaudit.plan.actions import run_actions
from sqaudit.plan.assessment import run_rules
from sqaudit.plan.books import previous_book
from sqaudit.plan.calendars import asked_calendars
from sqaudit.plan.fitting import described_types, fitting_faults
from sqaudit.plan.names import described_kinds, name_faults
from sqaudit.plan.notebooks import notebook_files
from sqaudit.plan.place import Place
from sqaudit.plan.sampling import sample_faults
from sqaudit.plan.sources import peeked_sources
from sqaudit.plan.standards import read_standards, standard_faults
from sqaudit.plan.trees import run_trees
from sqaudit.sources.peek import Peeked
from sqaudit.standards import Standard
from sqaudit.standards.together import together

if TYPE_CHECKING:
    from sqaudit.actions import Action, Unread


@dataclass(frozen=True)
class Plan:
    """What a run will do: the run file, the standards it names, and a first look at each source.

    `standards` are as they were written, `standard` is all of them as one, to be measured at once;
    `calendars` are those that some indicator asks, by the name that the standard or the run file uses;
    `unread_columns` are those of the improvement plan that nobody knows.
    """

    run: RunFile
    base: Path
    place: str
    standards: tuple[Standard, ...]
    standard_paths: tuple[Path, ...]
    peeked: Mapping[str, Peeked] = field(default_factory=dict)
    notebooks: Mapping[str, Path] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    lines: Mapping[Key, int] = field(default_factory=dict)
    cause_trees: tuple[CauseTree, ...] = ()
    actions: tuple[Action, ...] = ()
    assessment: AssessmentRules | None = None
    previous_book: Path | None = None
    unread_columns: tuple[Unread, ...] = ()

    @cached_property
    def read_standards(self) -> tuple[Standard, ...]:
        """The standards, each on its calendar, or all on that of the run if it names one."""
        ids = {name: calendar.id for name, calendar in self.calendars.items()}
        return tuple(one.on_calendars(ids, self.run.calendar) for one in self.standards)

    @cached_property
    def standard(self) -> Standard:
        """All standards as one."""
        return together(self.read_standards)

    def path_of(self, indicator: str) -> Path:
        """The file of the standard that has the indicator."""
        owners = zip(self.standards, self.standard_paths, strict=True)
        return next(path for one, path in owners if indicator in {entry.id for entry in one.indicators})

    def at(self, *key: str | int) -> str:
        """Where a key of the run file stands, in words."""
        return at(self.place, key, self.lines)

    def columns(self, kind: str) -> list[str]:
        """The columns that the records of a kind will have, under our names."""
        return self.peeked[kind].our_columns(self.run.records[kind])


def plan(run_file: str | Path, **changes: Any) -> Plan:
    """The plan for a run file, with single keys changed; ParameterError lists every fault at once.

    >>> plan("params/quarterly_review.yaml", period="2026-Q2").run.period
    '2026-Q2'
    """
    path = Path(run_file)
    content, lines = read_yaml(path)
    return planned({**content, **changes}, path.parent, str(path), lines)


def planned(
    content: Mapping[str, Any], base: Path, place: str, lines: Mapping[Key, int] | None = None
) -> Plan:
    """The plan for the keys of a run file; relative paths are looked for from `base`."""
    known_lines = lines or {}
    run, faults = validated_in_part(RunFile, content, place, known_lines)
    where = Place(place, known_lines)
    if run is None:
        faults += standard_faults(content.get("standard"), base, where)
        raise ParameterError(faults)
    standards, standard_paths, wrong = read_standards(run.standard, base, where)
    standard = together(standards) if standards and not wrong else None
    peeked, source_faults = peeked_sources(run, base, standard, where)
    calendars, calendar_faults = asked_calendars(run, standards, base, where)
    notebooks, notebook_faults = notebook_files(run, base, where)
    trees, tree_faults = run_trees(run, standard, peeked, base, where)
    rules, rule_faults = run_rules(run, standard, peeked, base, where)
    actions, unread, action_faults = run_actions(run, base, where)
    book, book_faults = previous_book(run, base, where)
    faults += [
        *(where.fault([key], message) for key, message in run.contradictions()),
        *wrong,
        *calendar_faults,
        *source_faults,
        *notebook_faults,
        *tree_faults,
        *rule_faults,
        *action_faults,
        *book_faults,
        *name_faults(run, standard, peeked, where),
        *sample_faults(run, standard, peeked, base, where),
    ]
    types = described_types(run, described_kinds(standard))
    faults += [
        fault
        for one, path in zip(standards, standard_paths, strict=True)
        for fault in fitting_faults(one, path, types)
    ]
    if faults:
        raise ParameterError(faults)
    return Plan(
        run, base, place, tuple(standards), tuple(standard_paths), peeked, notebooks, calendars, known_lines,
        trees, actions, rules, book, unread,
    )  # fmt: skip
