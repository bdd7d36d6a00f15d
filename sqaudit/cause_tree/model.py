"""A cause tree: an effect, six branches, and on each the whys below one another with their evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from sqaudit.descriptions import Description, Text, shape
from sqaudit.periods import parse
from sqaudit.standards.values import Expression, Identifier

# The six classical branches (人机料法环测), in the order in which they are drawn.
BRANCHES = ("people", "tools", "material", "process", "environment", "measurement")
KINDS_OF_EVIDENCE = ("figure", "record", "document")
DEEPEST_WHY = 8  # five whys are asked; a chain that is still open after eight is a story


def _period(given: object) -> object:
    parse(str(given))
    return str(given)


class Evidence(Description):
    """What a why rests on: a figure (with period and segment), a record, or a document.

    `figure` is the id of an indicator, `where` the condition that keeps the segment; `record` is written
    `kind:key`; `document` is any reference that another person can look up.
    """

    figure: Identifier | None = None
    period: Annotated[str, BeforeValidator(_period)] | None = None
    where: Expression | None = None
    record: str | None = None
    document: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        """A plain text is the reference of a document."""
        return {"document": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_reference(self) -> Evidence:
        if sum(getattr(self, name) is not None for name in KINDS_OF_EVIDENCE) != 1:
            raise ValueError("give exactly one of figure, record, document.")
        if self.figure is None and (self.period is not None or self.where is not None):
            raise ValueError("`period` and `where` go with a `figure`.")
        if self.record is not None and ":" not in self.record:
            raise ValueError(f"'{self.record}' names no record. Write kind:key, such as visit:V000017.")
        return self

    @property
    def kind(self) -> str:
        """Which kind of reference it is."""
        return next(name for name in KINDS_OF_EVIDENCE if getattr(self, name) is not None)

    @property
    def reference(self) -> str:
        """The reference in one line, as `sqaudit records` would take it.

        >>> Evidence(figure="on_time", period="2026-Q3", where="region = 'north'").reference
        "on_time, 2026-Q3, region = 'north'"
        """
        parts = (self.figure, self.period, self.where, self.record, self.document)
        return ", ".join(part for part in parts if part)


class Cause(Description):
    """One why: the statement, what it rests on, and the whys below it.

    `status` is suspected, supported or ruled_out; a cause without evidence is never more than suspected.
    `computed` marks what a search has found: it shows where, not why. `action`, `owner`, `department` and
    `due` are taken over into the list of actions.
    """

    cause: Text
    status: Literal["suspected", "supported", "ruled_out"] = "suspected"
    evidence: list[
        Annotated[Annotated[Evidence, Tag("long")] | Annotated[str, Tag("short")], Discriminator(shape)]
    ] = Field(default_factory=list)
    why: list[Cause] = Field(default_factory=list)
    action: Text | None = None
    owner: str | None = None
    department: str | None = None
    due: date | None = None
    computed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        """A plain text is a cause that nothing supports yet."""
        return {"cause": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _no_claim_without_evidence(self) -> Cause:
        if self.status != "suspected" and not self.evidence:
            raise ValueError(f"a cause that is {self.status} names its `evidence`.")
        return self

    @property
    def references(self) -> list[Evidence]:
        """The evidence, short forms written out."""
        return [Evidence(document=one) if isinstance(one, str) else one for one in self.evidence]

    @property
    def depth(self) -> int:
        """How many whys lie below one another, this one counted."""
        return 1 + max((one.depth for one in self.why), default=0)


class CauseTree(Description):
    """Why one indicator fell short: the effect, and the causes on six branches."""

    indicator: Identifier
    effect: Text
    period: Annotated[str, BeforeValidator(_period)] | None = None
    people: list[Cause] = Field(default_factory=list)
    tools: list[Cause] = Field(default_factory=list)
    material: list[Cause] = Field(default_factory=list)
    process: list[Cause] = Field(default_factory=list)
    environment: list[Cause] = Field(default_factory=list)
    measurement: list[Cause] = Field(default_factory=list)

    @model_validator(mode="after")
    def _not_endless(self) -> CauseTree:
        deepest = max((one.depth for _, one in self.roots), default=0)
        if deepest > DEEPEST_WHY:
            raise ValueError(f"{deepest} whys stand below one another; {DEEPEST_WHY} at the most.")
        return self

    @property
    def roots(self) -> Iterator[tuple[str, Cause]]:
        """Every cause that hangs on a branch itself, with the branch."""
        for branch in BRANCHES:
            yield from ((branch, one) for one in getattr(self, branch))

    def walk(self) -> Iterator[tuple[str, tuple[int, ...], Cause]]:
        """Every cause with its branch and its place, such as (1, 2) for the second why of the first cause."""
        for branch in BRANCHES:
            for number, one in enumerate(getattr(self, branch), start=1):
                yield from _walk(branch, (number,), one)


def _walk(branch: str, place: tuple[int, ...], cause: Cause) -> Iterator[tuple[str, tuple[int, ...], Cause]]:
    yield branch, place, cause
    for number, below in enumerate(cause.why, start=1):
        yield from _walk(branch, (*place, number), below)
