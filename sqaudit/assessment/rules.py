"""The rules of an assessment as data: lines of each indicator, what follows from them, how it adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sqaudit.descriptions import Description, OfOneFile, Text
from sqaudit.errors import did_you_mean
from sqaudit.standards.values import Figure, Identifier

Reading = Literal["bound", "point"]
LineName = Literal["target", "warn", "penalty"]
Share = Annotated[Figure, Field(ge=0, le=1)]
KINDS = ("missed", "top", "clean_quarter", "major_complaint")
INNER = Annotated[Figure, Field(gt=0, lt=1)]


class Lines(Description):
    """The three lines of an indicator (A24): target, warning and penalty; only the target must be given."""

    indicator: Identifier
    name: Text = Text()
    direction: Literal["higher", "lower"] = "higher"
    target: Share
    warn: Share | None = None
    penalty: Share | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Lines:
        given = [one for one in (self.target, self.warn, self.penalty) if one is not None]
        if given != sorted(given, reverse=self.direction == "higher"):
            side = "above" if self.direction == "higher" else "below"
            raise ValueError(f"{self.indicator}: the target must not lie {_other(side)} warn or penalty.")
        return self

    def line(self, name: LineName) -> float | None:
        """The line of that name, None where there is none."""
        return {"target": self.target, "warn": self.warn, "penalty": self.penalty}[name]


class Consequence(Description):
    """What a document names as following from a rule; never carried out here.

    `pay_percent` is the change of performance pay the document speaks of, below 0 for less.
    """

    id: Identifier
    name: Text = Text()
    pay_percent: Annotated[Figure, Field(ge=-100)] | None = None


class Rule(Description):
    """What all rules have: an id, the levels it is for, and what the document says follows.

    A rule without levels is for those of `AssessmentRules.levels_of`.
    """

    id: Identifier
    name: Text = Text()
    clause: str = ""
    levels: list[Identifier] = Field(default_factory=list)
    consequence: Consequence


class Missed(Rule):
    """An indicator beyond a line in `months` months running (A34: the same one; thin months do not count).

    `reading: bound` lists a unit when chance alone would rarely take one that is just on the line so far,
    judged over all units compared; `point` lists whoever shows a figure beyond the line.
    """

    kind: Literal["missed"] = "missed"
    indicators: list[Identifier] = Field(default_factory=list)
    line: LineName = "penalty"
    months: int = Field(default=1, ge=1, le=12)
    reading: Reading = "bound"


class Top(Rule):
    """The best share of units in one indicator (A35): ties are in, few cases are out.

    `rank_by: lower_limit` ranks by the end of the interval on the bad side. `all_met` asks that every
    indicator judged meets its target in the month.
    """

    kind: Literal["top"] = "top"
    indicator: Identifier
    share: INNER = 0.10
    rank_by: Literal["value", "lower_limit"] = "value"
    all_met: bool = True


class CleanQuarter(Rule):
    """A quarter without a complaint (A36: `raised` or `upheld`), and an indicator at its level throughout."""

    kind: Literal["clean_quarter"] = "clean_quarter"
    complaints: Literal["raised", "upheld"] = "raised"
    indicator: Identifier
    share: Share = 1.0


class MajorComplaint(Rule):
    """A complaint that reached a regulator or the media: looked at by people, whatever the numbers."""

    kind: Literal["major_complaint"] = "major_complaint"


class Stacking(Description):
    """How consequences add up (A33): each indicator or once, rules added or the largest, at most `cap`.

    `cap` is the largest change of pay in per cent, such as 20.
    """

    indicators: Literal["each", "once"] = "once"
    rules: Literal["add", "largest"] = "largest"
    cap: Annotated[Figure, Field(gt=0, le=100)] | None = None


class AssessmentRules(OfOneFile):
    """An assessment: lines, rules, stacking, and how sure one must be.

    `level` is the largest chance with which a unit just on a line may be listed; `minimum` the cases below
    which nobody is judged; `confidence` that of the intervals; `mix` the columns that say what sort a case
    is, the one that matters most first, so that like is compared with like. `levels` are those of the rules
    that name none.
    """

    assessment: Identifier
    title: Text
    source: Text = Text()
    level: INNER = 0.05
    minimum: int = Field(default=20, ge=1)
    confidence: INNER = 0.95
    mix: list[Identifier] = Field(default_factory=list)
    levels: list[Identifier] = Field(default_factory=list)
    lines: list[Lines] = Field(min_length=1)
    rules: list[Annotated[Missed | Top | CleanQuarter | MajorComplaint, Field(discriminator="kind")]] = Field(
        default_factory=list
    )
    stacking: Stacking = Stacking()

    @property
    def by_indicator(self) -> dict[str, Lines]:
        """The lines of each indicator."""
        return {one.indicator: one for one in self.lines}

    @property
    def levels_named(self) -> tuple[str, ...]:
        """Every level that the file names, for all rules or for one."""
        return tuple(dict.fromkeys([*self.levels, *(level for rule in self.rules for level in rule.levels)]))

    def levels_of(self, rule: Rule) -> tuple[str, ...]:
        """The levels a rule is for: its own, else those of the file, else all that other rules name.

        Empty where the file names none at all: then the rule is for every level that the records have.
        """
        return tuple(rule.levels) or tuple(self.levels) or self.levels_named

    def contradictions(self) -> list[tuple[tuple[str | int, ...], str]]:
        """Keys that are sound by themselves and do not go together, each with what is wrong."""
        return [*self._twice(), *self._unknown()]

    def _twice(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        indicators = Counter(one.indicator for one in self.lines)
        ids = Counter(one.id for one in self.rules)
        for place, one in enumerate(self.lines):
            if indicators[one.indicator] > 1:
                yield ("lines", place, "indicator"), f"{one.indicator} has lines more than once."
        for place, rule in enumerate(self.rules):
            if ids[rule.id] > 1:
                yield ("rules", place, "id"), f"the id {rule.id} stands more than once."

    def _unknown(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        known = self.by_indicator
        for place, rule in enumerate(self.rules):
            if isinstance(rule, Missed):
                for name in rule.indicators or known:
                    if name not in known:
                        yield ("rules", place, "indicators"), f"{name} has no lines.{_meant(name, known)}"
                    elif rule.indicators and known[name].line(rule.line) is None:
                        yield ("rules", place, "line"), f"{name} has no line `{rule.line}`."
            elif isinstance(rule, Top | CleanQuarter) and rule.indicator not in known:
                yield (
                    ("rules", place, "indicator"),
                    f"{rule.indicator} has no lines.{_meant(rule.indicator, known)}",
                )


def _meant(name: str, known: Iterable[str]) -> str:
    return f" {said}" if (said := did_you_mean(name, list(known))) else ""


def _other(side: str) -> str:
    return "below" if side == "above" else "above"


__all__ = [
    "KINDS",
    "AssessmentRules",
    "CleanQuarter",
    "Consequence",
    "LineName",
    "Lines",
    "MajorComplaint",
    "Missed",
    "Rule",
    "Stacking",
    "Top",
]
