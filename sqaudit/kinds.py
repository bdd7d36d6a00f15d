"""Record kinds: what a ticket, a call, a visit ... consists of, as standards and run files name it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from sqaudit.conditions import condition
from sqaudit.descriptions import Description, Text, read_yaml, validated

ColumnType = Literal["text", "integer", "number", "boolean", "timestamp"]
FOUND = ("first", "last", "any", "all", "next", "previous")


def _condition(given: object) -> object:
    if condition(str(given)).instants:
        raise ValueError(f"'{given}' asks a calendar, which only the indicators of a standard have.")
    return str(given)


def _listed(given: object) -> object:
    return given if isinstance(given, list) else [given]


_Condition = Annotated[str, BeforeValidator(_condition)]


class Covering(Description):
    """A stretch of time that must cover an instant: our column `at` lies in their [`from`, `until`]."""

    at: str
    from_: str = Field(alias="from")
    until: str


class Link(Description):
    """Where a column that the records lack is found: in the records of another kind for the same case.

    `by` names the columns, called alike on both sides, by which the records belong together. What is
    found is the `first` or `last` value of their column, `any` (whether a condition holds for one of
    them; false where there are none), `all` values as a list, or, among records of the same kind in the
    order of that column, the `next` or `previous` value. `where` bounds the records looked at.
    """

    records: str
    by: list[str] = Field(min_length=1)
    first: str | None = None
    last: str | None = None
    any: _Condition | None = None
    all: str | None = None
    next: str | None = None
    previous: str | None = None
    where: _Condition | None = None
    covering: Covering | None = None

    @model_validator(mode="after")
    def _finds_one_thing(self) -> Link:
        if sum(getattr(self, name) is not None for name in FOUND) != 1:
            raise ValueError(f"give exactly one of {', '.join(FOUND)}.")
        return self

    @property
    def found(self) -> tuple[str, str]:
        """Which of them it finds, and the column or condition it is found by."""
        return next((name, getattr(self, name)) for name in FOUND if getattr(self, name) is not None)


class Column(Description):
    """One column of a record kind; `link` and `otherwise` say where it is found if the records lack it.

    `otherwise` is an expression over other columns of the row, or a list of them, of which the first that
    can be computed is taken. A `dimension` is settled before the service is given (team, region ...): a
    search for causes may compare by it. What comes about by the service (a status, a result) would explain
    a miss by itself. The name of an event in place of `true` says when it is settled: no limit that ends
    with another event is explained by it.
    """

    type: ColumnType | Literal["timestamps"] = "text"  # several instants of one case as a list
    unit: str = ""
    personal: bool = False
    dimension: bool | str = False
    name: Text | None = None
    link: Link | None = None
    otherwise: Annotated[list[_Condition], BeforeValidator(_listed)] = Field(default_factory=list)


class RecordKind(Description):
    """A kind of source table: its key, its event time, its columns and the orders that time must keep.

    `orders` lists pairs of timestamp columns of which the first can never be later than the second.
    A kind without `time` takes all its records into the period of the run.
    """

    name: Text
    key: str | None = None
    time: str | None = None
    columns: dict[str, Column] = Field(default_factory=dict)
    orders: list[tuple[str, str]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_are_columns(self) -> RecordKind:
        named = [self.key, self.time, *(column for pair in self.orders for column in pair)]
        unknown = sorted({name for name in named if name is not None and name not in self.columns})
        if unknown:
            raise ValueError(f"key, time and orders name columns that are not listed: {', '.join(unknown)}.")
        return self


class _Catalogue(Description):
    kinds: dict[str, RecordKind]


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, RecordKind]:
    """Every record kind that comes with sqaudit, by its id.

    >>> catalogue()["visit"].time
    'reported_at'
    """
    path = Path(__file__).with_name("kinds.yaml")
    content, lines = read_yaml(path)
    shifted = {("kinds", *key): line for key, line in lines.items()}
    return validated(_Catalogue, {"kinds": content}, path.name, shifted).kinds
