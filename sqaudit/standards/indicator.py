"""An indicator: what is measured over which records, and the targets it is held against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from sqaudit.descriptions import Description, Text
from sqaudit.standards.measures import ADDING_UP, Measure
from sqaudit.standards.values import Expression, Figure, Identifier, Word

Direction = Literal["higher", "lower"]
Evidence = Literal["census", "sample", "survey", "panel"]


class InForce(Description):
    """What is in force from one day until another, both included; without a day it has no end there."""

    from_: date | None = Field(default=None, alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> InForce:
        if self.from_ is not None and self.until is not None and self.until < self.from_:
            raise ValueError(f"`until` ({self.until}) lies before `from` ({self.from_}).")
        return self

    def in_force(self, start: date | None, end: date | None) -> bool:
        """Whether it holds on some day of [start, end)."""
        begins = self.from_ is None or end is None or self.from_ < end
        return begins and (self.until is None or start is None or self.until >= start)


class Target(InForce):
    """A target with its scope (segment values it is for) and the days on which it is in force."""

    value: Figure
    scope: dict[str, Word] = Field(default_factory=dict)
    clause: str = ""

    def conflicts(self, other: Target) -> bool:
        """Whether both are in force on some day."""
        starts = max(self.from_ or date.min, other.from_ or date.min)
        return starts <= min(self.until or date.max, other.until or date.max)


class Indicator(InForce):
    """One thing measured; outside the days on which it is in force it is neither measured nor scored."""

    id: Identifier
    row: str = ""
    name: Text
    clause: str = ""
    requirement: Text = Text()
    dimension: str = ""
    records: list[str] = Field(min_length=1)
    eligible: Expression | None = None
    measure: Measure
    unit: str = ""
    direction: Direction | None = None
    target: Figure | None = None
    targets: list[Target] = Field(default_factory=list)
    tolerance: Figure = Field(default=0.0, ge=0)
    weight: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    critical: bool = False
    evidence: Evidence = "census"
    assumptions: list[str] = Field(default_factory=list)
    truncated: bool = False
    remark: Text = Text()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("records"), str):
            return {**given, "records": [given["records"]]}
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Indicator:
        problems = list(self._problems())
        if problems:
            raise ValueError(" ".join(problems))
        return self

    def _problems(self) -> Iterator[str]:
        if self.target is not None and self.targets:
            yield f"{self.id}: give `target` or `targets`, not both."
        if self.all_targets and self.direction is None:
            yield f"{self.id}: a target needs a `direction`: higher or lower."
        for target in self.all_targets:
            if self.shown_unit == "share" and not 0 <= target.value <= 1:
                yield (
                    f"{self.id}: the target of a share lies between 0 and 1, not {target.value:g}. "
                    "Write 0.85 or 85%."
                )
        if len(self.records) > 1 and self.measure.kind not in ADDING_UP:
            yield f"{self.id}: a {self.measure.kind} cannot be taken over several record kinds."
        if len(set(self.records)) < len(self.records):
            yield f"{self.id}: `records` names a record kind twice."

    @property
    def all_targets(self) -> list[Target]:
        """Every target, however it was written."""
        return (
            [Target(value=self.target, clause=self.clause)] if self.target is not None else list(self.targets)
        )

    @property
    def shown_unit(self) -> str:
        """The unit of the figure: the one given, else the one the measure implies."""
        return self.unit or self.measure.unit

    def target_for(self, segment: dict[str, str], start: date | None, end: date | None) -> float | None:
        """The target in force in [start, end) whose scope fits the segment best; None where there is none."""
        fitting = [
            target
            for target in self.all_targets
            if target.in_force(start, end) and target.scope.items() <= segment.items()
        ]
        latest = sorted(fitting, key=lambda target: (len(target.scope), target.from_ or date.min))
        return latest[-1].value if latest else None
