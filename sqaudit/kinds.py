"""Record kinds: what a ticket, a call, a visit ... consists of, as standards and run files name it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from sqaudit.descriptions import Description, Text, read_yaml, validated

ColumnType = Literal["text", "integer", "number", "boolean", "timestamp"]


class Column(Description):
    """One column of a record kind."""

    type: ColumnType = "text"
    unit: str = ""
    personal: bool = False
    name: Text | None = None


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
