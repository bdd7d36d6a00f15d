"""What can be looked for in the records of a case: experienced facts, remarks and categories, as data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from sqaudit.conditions import condition
from sqaudit.descriptions import Description, Text, read_yaml, validated


def _plain_condition(given: object) -> str:
    if condition(str(given)).instants:
        raise ValueError(f"'{given}' asks a calendar, which only the indicators of a standard have.")
    return str(given)


def _listed(given: object) -> object:
    return given if isinstance(given, list) else [given]


Conditions = Annotated[list[Annotated[str, BeforeValidator(_plain_condition)]], BeforeValidator(_listed)]
EVERYTHING = ("true",)


class Place(Description):
    """Where a fact is found: in the records of a kind that share an id with the case.

    `by` lists columns called alike on both sides, of which the first that both have is taken; `where` lists
    conditions, of which the first whose columns are there is; `at_least` so many records must fulfil it.
    """

    records: str
    by: list[str] = Field(min_length=1)
    where: Conditions = Field(default_factory=lambda: [*EVERYTHING])
    at_least: int = Field(default=1, ge=1)


class Fact(Description):
    """Something that customers may have experienced; a `context` fact is only adjusted for."""

    name: Text
    found: list[Place] = Field(min_length=1)
    context: bool = False


class Remarks(Description):
    """A column of free text, and whose remarks are held against all others."""

    records: str
    text: str
    group: str


class Sizes(Description):
    """A column whose values are put in the order of their size."""

    records: str
    by: str
    where: Conditions = Field(default_factory=lambda: [*EVERYTHING])


class Nature(Description):
    """Cases sorted by nature and severity; of several columns the first one with few values is taken."""

    records: str
    nature: list[str] = Field(min_length=1)
    severity: list[str] = Field(min_length=1)
    where: Conditions = Field(default_factory=lambda: [*EVERYTHING])


class Described(Description):
    """Everything that `facts.yaml` describes."""

    facts: dict[str, Fact]
    context: list[str]
    complained: Place
    texts: list[Remarks]
    sizes: list[Sizes]
    weak_by: list[str]
    natures: list[Nature]


@lru_cache(maxsize=1)
def described() -> Described:
    """What comes with sqaudit.

    >>> described().facts["visited_late"].found[0].by
    ['visit_id', 'ticket_id']
    """
    path = Path(__file__).with_name("facts.yaml")
    content, lines = read_yaml(path)
    return validated(Described, content, path.name, lines)


def readable(conditions: Collection[str], columns: Mapping[str, str], hidden: Collection[str]) -> str | None:
    """The first condition whose columns are all there and not hidden, as SQL; None where there is none.

    >>> readable(["rework_count > 0", "not accepted"], {"accepted": "BOOLEAN"}, set())
    'NOT "accepted"'
    """
    for text in conditions:
        checked = condition(text)
        if checked.columns <= set(columns) - set(hidden):
            return checked.sql
    return None
