"""A standard as data: indicators with measures, targets and weights; scoring; grades; rules.

Every class is one block of the YAML file; the docstrings are its reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from pydantic import Field, model_validator

from sqaudit.descriptions import Description, Text
from sqaudit.errors import did_you_mean
from sqaudit.kinds import RecordKind, catalogue
from sqaudit.standards.indicator import Indicator, Part, Piece, Reading, Target
from sqaudit.standards.measures import (
    Balance,
    Gap,
    LimitBy,
    Measure,
    Quantile,
    Rate,
    Ratio,
    ShareOfCounts,
    Side,
    Within,
)
from sqaudit.standards.rating import Grade, Scoring
from sqaudit.standards.values import Expression, Identifier

_DIVIDING = ("ratio_to_target", "linear_floor", "piecewise")  # rules that divide by the target


class Rule(Description):
    """A clause that is no figure of its own: what it asks for and which part of the workbook does it."""

    id: Identifier
    row: str = ""
    name: Text
    clause: Text = Text()
    requirement: Text = Text()
    carried_out_by: Text
    assumptions: list[str] = Field(default_factory=list)


class ScoringReading(Description):
    """Another reading of how scores and grades come about (A01 ...): what it says, and what it sets anew."""

    is_: Text = Field(alias="is")
    scoring: dict[str, Any] = Field(default_factory=dict)
    grades: list[Grade] = Field(default_factory=list)


class Standard(Description):
    """A versioned document turned into data.

    `readings` gives, for each assumption on scoring, the other ways in which the document can be read;
    those on a single indicator stand with the indicator.
    """

    standard: Identifier
    version: str = "1"
    title: Text
    source: Text = Text()
    note: Text = Text()
    calendar: str | None = None
    scoring: Scoring = Scoring()
    grades: list[Grade] = Field(default_factory=list)
    dimensions: dict[str, Text] = Field(default_factory=dict)
    record_kinds: dict[Identifier, RecordKind] = Field(default_factory=dict)
    indicators: list[Indicator] = Field(min_length=1)
    rules: list[Rule] = Field(default_factory=list)
    readings: dict[str, list[ScoringReading]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _version_is_text(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("version"), int | float):
            return {**given, "version": str(given["version"])}
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Standard:
        problems = [
            *self._id_problems(),
            *self._kind_problems(),
            *self._grade_problems(),
            *self._target_problems(),
            *self._score_problems(),
        ]
        problems = list(dict.fromkeys(problems or self._reading_problems()))
        if problems:
            raise ValueError(" ".join(problems))
        return self

    def kind(self, name: str) -> RecordKind:
        """The record kind of that name, the standard's own before the catalogue's; KeyError if unknown."""
        return self.record_kinds.get(name) or catalogue()[name]

    @property
    def kinds_used(self) -> list[str]:
        """The record kinds that some indicator reads, in order of first use."""
        return list(dict.fromkeys(kind for indicator in self.indicators for kind in indicator.kinds))

    @property
    def assumptions_used(self) -> list[str]:
        """The numbers of the assumptions that touch this standard, in order."""
        named = {number for entry in self._entries for number in entry.assumptions}
        read = {number for one in self.indicators for number in one.readings}
        return sorted({*named, *read, *self.readings})

    def read_as(self, reading: ScoringReading) -> Standard:
        """The standard under another reading of its scoring; ValueError where that makes no standard."""
        scoring = {**self.scoring.model_dump(by_alias=True), **reading.scoring}
        read = self.model_copy(
            update={"scoring": Scoring.model_validate(scoring), "grades": reading.grades or self.grades}
        )
        if problems := [*read._grade_problems(), *read._score_problems()]:
            raise ValueError(" ".join(problems))
        return read

    def on_calendars(self, ids: Mapping[str, str], instead: str | None = None) -> Standard:
        """The same with calendars by their ids; `instead` names one that takes the place of all."""

        def named(own: str | None) -> str | None:
            name = instead or own
            return ids.get(name, name) if name else None

        dated = [
            one.model_copy(update={"calendar": named(one.calendar)}) if one.calendar else one
            for one in self.indicators
        ]
        return self.model_copy(update={"calendar": named(self.calendar), "indicators": dated})

    def pieces_of(self, indicator: Indicator) -> list[Piece]:
        """What has to be computed over each kind of records, with the calendar that working time runs by."""
        return [replace(piece, calendar=piece.calendar or self.calendar or "") for piece in indicator.pieces]

    def indicator(self, identifier: str) -> Indicator:
        """The indicator with that id; KeyError if there is none."""
        return {indicator.id: indicator for indicator in self.indicators}[identifier]

    @property
    def _entries(self) -> list[Indicator | Rule]:
        return [*self.indicators, *self.rules]

    @property
    def _as_read(self) -> list[Indicator]:
        """Every indicator, as taken and under each of its other readings."""
        others = [
            one.read_as(reading)
            for one in self.indicators
            for readings in one.readings.values()
            for reading in readings
        ]
        return [*self.indicators, *others]

    def _id_problems(self) -> list[str]:
        ids = [entry.id for entry in self._entries]
        return [
            f"the id {name} stands {ids.count(name)} times."
            for name in sorted(set(ids))
            if ids.count(name) > 1
        ]

    def _kind_problems(self) -> list[str]:
        known = {*catalogue(), *self.record_kinds}
        return [
            f"{indicator.id}: there is no record kind '{kind}'; describe it under `record_kinds`. "
            f"{did_you_mean(kind, sorted(known))}"
            for indicator in self._as_read
            for kind in indicator.kinds
            if kind not in known
        ]

    def _grade_problems(self) -> list[str]:
        bounds = [grade.from_ for grade in self.grades]
        if bounds != sorted(bounds, reverse=True) or len(set(bounds)) != len(bounds):
            return ["grades go from the highest `from` to the lowest, each once."]
        return []

    def _target_problems(self) -> list[str]:
        return [
            f"{indicator.id}: two targets are in force for one scope ({one.value:g}, {other.value:g})."
            for indicator in self._as_read
            for one, other in combinations(indicator.all_targets, 2)
            if one.scope == other.scope and one.conflicts(other)
        ]

    def _reading_problems(self) -> list[str]:
        problems = []
        for number, readings in self.readings.items():
            for reading in readings:
                try:
                    self.read_as(reading)
                except ValueError as error:
                    problems.append(f"reading {number}: {str(error).splitlines()[0]}.")
        return problems

    def _score_problems(self) -> list[str]:
        """Targets by which the standard's rule cannot divide (A03)."""
        if self.scoring.rule not in _DIVIDING:
            return []
        return [
            f"{indicator.id}: {reason}"
            for indicator in self._as_read
            if indicator.weight is not None
            for target in indicator.all_targets
            if (reason := _undivided(indicator, target.value))
        ]


def _undivided(indicator: Indicator, target: float) -> str:
    if indicator.direction == "higher" and target <= 0:
        return "a ratio score needs a target above zero; score it pass or fail (`rule: binary`)."
    if indicator.direction == "lower" and indicator.shown_unit == "share" and target >= 1:
        return "a lower-is-better share with a target of 100 % cannot be missed; state a lower target."
    if indicator.direction == "lower" and target < 0:
        return "a lower-is-better target below zero cannot be scored as a ratio."
    return ""


__all__ = [
    "Balance",
    "Expression",
    "Gap",
    "Grade",
    "Identifier",
    "Indicator",
    "LimitBy",
    "Measure",
    "Part",
    "Piece",
    "Quantile",
    "Rate",
    "Ratio",
    "Reading",
    "Rule",
    "Scoring",
    "ScoringReading",
    "ShareOfCounts",
    "Side",
    "Standard",
    "Target",
    "Within",
]
