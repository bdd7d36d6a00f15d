"""What books are told with: the names of indicators, numbers in their units, causes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqaudit.books.differing import ABSENT, PRESENT
from sqaudit.present import numbers
from sqaudit.present.definitions import labels_of
from sqaudit.present.words import DASH, Labels, Tongue, is_missing, is_said, joined, named, say
from sqaudit.standards import Standard

__all__ = ["BookWords"]

_SIDES = (PRESENT, ABSENT)
_IN_UNIT = ("value", "low", "high", "target")


class BookWords:
    """The words for books under some standards, in one language."""

    def __init__(self, standards: Iterable[Standard], language: Tongue) -> None:
        self.language = language
        self.labels: dict[str, Mapping[str, str]] = {}
        self.units: dict[str, str] = {}
        for standard in [*standards][::-1]:  # the first one names things that several name
            self.labels |= {standard.standard: standard.title.both(), **labels_of(standard)}
            self.units |= {one.id: one.shown_unit for one in standard.indicators}

    def say(self, key: str, **fields: object) -> str:
        """A sentence on books."""
        return say(f"books.{key}", self.language, **fields)

    def named(self, identifier: object) -> str:
        """What a reader calls an indicator, a standard or a kind of record."""
        known: Labels = self.labels
        return named(known, identifier, self.language)

    def input(self, name: str) -> str:
        """What a reader calls something that figures rest on: a parameter, a standard, a kind of record."""
        key = f"compare.name.{name}"
        return self.say(key) if is_said(f"books.{key}") else self.named(name)

    def figure(self, name: str) -> str:
        """What a reader calls a column of figures."""
        return named({}, name, self.language, "books.figure")

    def part(self, name: str) -> str:
        """What a reader calls a part of a book."""
        return named({}, name, self.language, "books.part")

    def number(self, value: Any, figure: str, indicator: object = "") -> str:
        """A number of a column, with the unit of its indicator; a word as it is."""
        if figure == "verdict":
            return named({}, value or DASH, self.language, "verdict")
        if isinstance(value, bool) or (isinstance(value, str) and value in _SIDES):
            return named({}, str(value).lower(), self.language, "books.side")
        if isinstance(value, str) or is_missing(value):
            return value if isinstance(value, str) and value else DASH
        if figure in _IN_UNIT:
            return numbers.amount(value, self.units.get(str(indicator), "ratio"), self.language)
        return numbers.score(value) if figure in ("score", "points") else numbers.plain(value)

    def moved(self, stored: Any, computed: Any, figure: str, indicator: object = "") -> str:
        """A change of a figure: with all digits where rounding would hide it."""
        told = [self.number(one, figure, indicator) for one in (stored, computed)]
        if told[0] == told[1]:
            told = [repr(float(one) if numbers.is_number(one) else one) for one in (stored, computed)]
        return self.say("change", figure=self.figure(figure), stored=told[0], computed=told[1])

    def difference(self, value: Any, figure: str, indicator: object = "") -> str:
        """A signed difference in the unit of the indicator; a dash for none."""
        if is_missing(value):
            return DASH
        unit = self.units.get(str(indicator), "ratio") if figure in _IN_UNIT else "ratio"
        return numbers.difference(value, unit, self.language) if value else "0"

    def causes(self, told: str) -> str:
        """Causes as they stand in a table: `program+data, period`."""
        groups = [one for part in told.split("; ") for one in part.split(", ") if one]
        return joined(
            [
                " + ".join(
                    self.say(f"compare.cause.{name}") if is_said(f"books.compare.cause.{name}") else name
                    for name in group.split("+")
                )
                for group in groups
            ],
            self.language,
        )
