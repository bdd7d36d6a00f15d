"""An indicator: what is measured over which records, and the targets it is held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from sqaudit.descriptions import Description, Text
from sqaudit.standards.measures import ADDING_UP, SHARES, Measure
from sqaudit.standards.methods import expanded
from sqaudit.standards.values import Expression, Figure, Identifier, Word

Direction = Literal["higher", "lower"]
Evidence = Literal["census", "sample", "survey", "panel"]
_SOURCES = ("records", "event", "eligible", "measure", "parts", "method", "with")  # what a figure is made of


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
    clause: Text = Text()

    def conflicts(self, other: Target) -> bool:
        """Whether both are in force on some day."""
        starts = max(self.from_ or date.min, other.from_ or date.min)
        return starts <= min(self.until or date.max, other.until or date.max)


class Part(Description):
    """What one kind of records (or several alike) contributes to an indicator that reads unlike kinds.

    `event` names the time by which records belong to a period, where it is not the one of their kind.
    """

    records: list[str] = Field(min_length=1)
    event: str | None = None
    eligible: Expression | None = None
    measure: Measure

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("records"), str):
            return {**given, "records": [given["records"]]}
        return given


@dataclass(frozen=True)
class Piece:
    """An indicator as one kind of records serves it: the whole of what has to be computed over them.

    `side` is `events` or `per` for the two sides of a rate, of which `amount` is what is added up
    (None: records are counted); else it is empty. `calendar` names the calendar of working time.
    """

    indicator: str
    kind: str
    event: str | None
    eligible: str | None
    measure: Measure
    side: str = ""
    amount: str | None = None
    calendar: str = ""


class Reading(Description):
    """Another reading of what the document leaves open (A01 ...): what it says, and the keys it sets anew."""

    is_: Text = Field(alias="is")
    set: dict[str, Any] = Field(min_length=1)


class Indicator(InForce):
    """One thing measured; outside the days on which it is in force it is neither measured nor scored."""

    id: Identifier
    row: str = ""
    name: Text
    positive_name: Text = Text()
    clause: Text = Text()
    requirement: Text = Text()
    dimension: str = ""
    records: list[str] = Field(default_factory=list)
    event: str | None = None
    eligible: Expression | None = None
    measure: Measure | None = None
    parts: list[Part] = Field(default_factory=list)
    method: str | None = None
    with_: dict[str, float | str] = Field(default_factory=dict, alias="with")
    calendar: str | None = None
    unit: str = ""
    direction: Direction | None = None
    target: Figure | None = None
    targets: list[Target] = Field(default_factory=list)
    tolerance: Figure = Field(default=0.0, ge=0)
    weight: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    special: float | None = Field(default=None, allow_inf_nan=False)
    critical: bool = False
    evidence: Evidence = "census"
    assumptions: list[str] = Field(default_factory=list)
    readings: dict[str, list[Reading]] = Field(default_factory=dict)
    truncated: bool = False
    remark: Text = Text()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        if isinstance(given.get("records"), str):
            given = {**given, "records": [given["records"]]}
        if isinstance(given.get("method"), str):
            given = expanded(given)
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Indicator:
        problems = list(self._problems())
        if problems:
            raise ValueError(" ".join(problems))
        for number, readings in self.readings.items():
            for reading in readings:
                try:
                    self.read_as(reading)
                except ValueError as error:
                    raise ValueError(f"{self.id}, reading {number}: {_first_problem(error)}") from error
        return self

    def _problems(self) -> Iterator[str]:
        if (self.measure is None) == (not self.parts):
            yield f"{self.id}: give either `measure` (or `method`) or `parts`."
            return
        if self.with_ and self.method is None:
            yield f"{self.id}: `with` goes with a `method`."
        yield from self._record_problems()
        if self.target is not None and self.targets:
            yield f"{self.id}: give `target` or `targets`, not both."
        if self.all_targets and self.direction is None:
            yield f"{self.id}: a target needs a `direction`: higher or lower."
        for target in self.all_targets:
            if self.shown_unit == "share" and self.kind_of_measure != "rate" and not 0 <= target.value <= 1:
                yield (
                    f"{self.id}: the target of a share lies between 0 and 1, not {target.value:g}. "
                    "Write 0.85 or 85%."
                )

    def _record_problems(self) -> Iterator[str]:
        kind = self.kind_of_measure
        if self.parts and (self.records or self.eligible or self.event):
            yield f"{self.id}: with `parts`, records, event and eligible stand in each part."
        if self.parts and len({_addable(part.measure) for part in self.parts}) > 1:
            yield f"{self.id}: the measures of its parts cannot be added up; let all be shares or all alike."
        if kind == "rate" and (self.records or self.eligible or self.event or self.parts):
            yield f"{self.id}: a rate names records, `where` and `event` on each of its sides."
        if kind != "rate" and not self.parts and not self.records:
            yield f"{self.id}: name the `records` that it reads."
        several = len(self.records) > 1 or sum(len(part.records) for part in self.parts) > 1
        if several and kind not in ADDING_UP:
            yield f"{self.id}: a {kind} cannot be taken over several record kinds."
        rate = self.measure.rate if self.measure else None
        sides = [rate.events, rate.per] if rate else []
        lists = [self.records, *(part.records for part in self.parts), *(side.records for side in sides)]
        if any(len(set(kinds)) < len(kinds) for kinds in lists):
            yield f"{self.id}: `records` names a record kind twice."

    @property
    def kind_of_measure(self) -> str:
        """Which measure it is; for parts, that of the first one."""
        return self.a_measure.kind

    @property
    def a_measure(self) -> Measure:
        """The measure, or that of the first part."""
        return self.parts[0].measure if self.measure is None else self.measure

    @property
    def definition(self) -> str:
        """The name of the method by which the figure is made: figures of two methods are never compared.

        A named method with what it was given, else the kind of measure: `service_level_m3(limit_seconds=30)`.
        """
        if self.method is None:
            return self.kind_of_measure
        given = ", ".join(
            f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
            for name, value in sorted(self.with_.items())
        )
        return f"{self.method}({given})" if given else self.method

    @property
    def kinds(self) -> list[str]:
        """The record kinds it reads, each once."""
        return list(dict.fromkeys(piece.kind for piece in self.pieces))

    @property
    def pieces(self) -> list[Piece]:
        """What has to be computed over each kind of records."""
        calendar = self.calendar or ""
        if (measure := self.measure) is not None and measure.rate is not None:
            sides = (("events", measure.rate.events), ("per", measure.rate.per))
            return [
                Piece(self.id, kind, one.event, one.where, measure, side, one.sum, calendar)
                for side, one in sides
                for kind in one.records
            ]
        if measure is not None:
            return [
                Piece(self.id, kind, self.event, self.eligible, measure, calendar=calendar)
                for kind in self.records
            ]
        return [
            Piece(self.id, kind, part.event, part.eligible, part.measure, calendar=calendar)
            for part in self.parts
            for kind in part.records
        ]

    @property
    def all_targets(self) -> list[Target]:
        """Every target, however it was written."""
        return (
            [Target(value=self.target, clause=self.clause)] if self.target is not None else list(self.targets)
        )

    @property
    def shown_unit(self) -> str:
        """The unit of the figure: the one given, else the one the measure implies."""
        return self.unit or self.a_measure.unit

    def read_as(self, reading: Reading) -> Indicator:
        """The indicator under another reading; ValueError where that makes no indicator.

        What a reading sets takes the place of what is there. With another measure go the method and the
        parts it was made of; with another method, or other values for it, what it stood for.
        """
        dropped = {"readings", *reading.set}
        if "method" in reading.set or (self.method is not None and "with" in reading.set):
            dropped |= {"measure", "records", "eligible", "parts"}
        if "measure" in reading.set or "parts" in reading.set:
            dropped |= {"method", "with", "parts", "measure"}
        measure = reading.set.get("measure")
        if "parts" in reading.set or (isinstance(measure, dict) and "rate" in measure):
            dropped |= {"records", "eligible", "event"}
        if {"target", "targets"} & set(reading.set):
            dropped |= {"target", "targets"}
        own = {name: value for name, value in self._as_given() if name not in dropped}
        if "eligible" in dropped and not {"eligible", "parts", "measure"} & set(reading.set):
            own |= {"eligible": narrowing} if (narrowing := self._narrowing) else {}
        return Indicator.model_validate({**own, **reading.set})

    @property
    def _narrowing(self) -> str | None:
        """What the `eligible` of this indicator adds to that of its method."""
        if self.method is None or self.eligible is None:
            return None
        made = expanded({"method": self.method, "with": self.with_}).get("eligible")
        if made is None or self.eligible == made:
            return None if made else self.eligible
        return self.eligible.removeprefix(f"({made}) and (").removesuffix(")")

    def _as_given(self) -> Iterator[tuple[str, Any]]:
        """The keys that were given, with values as they were read: a length of time stays one."""
        for name, field in type(self).model_fields.items():
            if name in self.model_fields_set:
                yield field.alias or name, getattr(self, name)

    def target_for(self, segment: dict[str, str], start: date | None, end: date | None) -> float | None:
        """The target in force in [start, end) whose scope fits the segment best; None where there is none."""
        fitting = [
            target
            for target in self.all_targets
            if target.in_force(start, end) and target.scope.items() <= segment.items()
        ]
        latest = sorted(fitting, key=lambda target: (len(target.scope), target.from_ or date.min))
        return latest[-1].value if latest else None


def _addable(measure: Measure) -> str:
    """What has to agree between measures that are to be added up."""
    return "share" if measure.kind in SHARES else measure.kind


def _first_problem(error: ValueError) -> str:
    details = getattr(error, "errors", None)
    return str(details()[0]["msg"]).removeprefix("Value error, ") if callable(details) else str(error)


__all__ = [
    "Direction",
    "Evidence",
    "InForce",
    "Indicator",
    "Part",
    "Piece",
    "Reading",
    "Target",
]
