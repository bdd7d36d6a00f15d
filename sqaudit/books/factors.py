"""The factors in which two audits may differ, and the audit that takes some from one, some from the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqaudit.books.at_hand import FoundFile
from sqaudit.books.basis import Basis
from sqaudit.books.readings_between import read_alike
from sqaudit.calendars import Calendar
from sqaudit.params import Source
from sqaudit.review import Review
from sqaudit.standards import Standard

PROGRAM = "program"
FACTORS = ("data", "reading", "standard", "calendar", "parameters", "scope", "period")
CAUSES = (PROGRAM, *FACTORS)
_RULES = ("rows", "derived", "exclude")  # what a run decides on records; the rest says how a file is read
_PLAIN = ("interval", "confidence", "minimum_cases", "timezone")

InputChange = tuple[str, str, str, str]  # cause, what, before, now


@dataclass(frozen=True)
class Side:
    """One of two audits: its results, its basis, its source files as they are found now, its versions.

    `measured_now` says that its results are of this very program and were not read from a book.
    """

    name: str
    review: Review
    basis: Basis
    files: Mapping[str, tuple[FoundFile, ...]]
    versions: Mapping[str, str]
    measured_now: bool = False

    @cached_property
    def at_hand(self) -> bool:
        """Whether every source is there with its hash; of a database nobody can say."""
        return all(found and all(one.state == "same" for one in found) for found in self.files.values())

    def digests(self, kind: str) -> tuple[str, ...]:
        """The hashes of the files of a kind; empty for a database."""
        return tuple(one.recorded.sha256 for one in self.files.get(kind, ()))


@dataclass(frozen=True)
class Pair:
    """Two audits, and what lies between them."""

    before: Side
    now: Side

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The factors that differ, in the order in which they are changed.

        Data come first, as then all further steps are computed from the sources of the later audit, which
        are the ones more often still at hand; where they are not, and the earlier ones are, data come last.
        """
        known = {cause for cause, *_ in self.inputs}
        differing = [name for name in FACTORS if name in known]
        if "data" in differing and self.before.at_hand and not self.now.at_hand:
            differing = [*differing[1:], "data"]
        return tuple(differing)

    @cached_property
    def inputs(self) -> tuple[InputChange, ...]:
        """Everything that differs in what the two rest on, whether figures depend on it or not."""
        return (*self._versions, *self._data, *self._descriptions, *self._parameters, *self._bounds)

    @cached_property
    def between(self) -> tuple[tuple[Standard, ...], tuple[str, ...]]:
        """The earlier standards under the readings that the later took, and the assumptions concerned."""
        return read_alike(self.before.basis.standards, self.now.basis.standards)

    @cached_property
    def segments(self) -> list[str]:
        """The segments that both break figures down by."""
        return [name for name in self.before.basis.run.segments if name in self.now.basis.run.segments]

    def mixed(self, taken: Collection[str]) -> Basis | None:
        """What an audit rests on that has some factors of the later audit and the rest of the earlier one.

        None where the sources that it needs are not at hand.
        """

        def side(factor: str) -> Side:
            return self.now if factor in taken else self.before

        data, rules, dated = side("data"), side("parameters"), side("calendar")
        if not data.at_hand:
            return None
        timed = side("period") if self._other_period else rules
        run = data.basis.run.model_copy(
            update={
                **{name: getattr(rules.basis.run, name) for name in _PLAIN},
                "records": {kind: self._source(kind, data, rules) for kind in data.basis.run.records},
                "scope": side("scope").basis.run.scope,
                "period": side("period").basis.run.period,
                "as_of": timed.basis.run.as_of,
                "calendar": dated.basis.run.calendar,
                "compare": "none",
                "segments": self.segments,
                "sample": None,
            }
        )
        calendars = self._calendars(dated, self.before if dated is self.now else self.now)
        return Basis(run, self._standards(taken), calendars, data.basis.base)

    def _standards(self, taken: Collection[str]) -> tuple[Standard, ...]:
        if "standard" in taken or ("reading" in taken and "standard" not in self.order):
            return self.now.basis.standards
        return self.between[0] if "reading" in taken else self.before.basis.standards

    def _calendars(self, own: Side, other: Side) -> dict[str, Calendar]:
        """The calendars of one side; those that only the other side names come along."""
        ids = {one.id for one in own.basis.calendars.values()}
        further = {name: one for name, one in other.basis.calendars.items() if one.id not in ids}
        return {**further, **own.basis.calendars}

    def _source(self, kind: str, data: Side, rules: Side) -> Source:
        """The files of one side, read by its own words; by the rules of the other on what they hold."""
        own, other = data.basis.run.records[kind], rules.basis.run.records.get(kind)
        path = {"path": [str(one.path) for one in data.files[kind]]}
        if other is None or data is rules:
            return own.model_copy(update=path)
        if self._same_files(kind):
            return other.model_copy(update=path)
        return own.model_copy(update={**path, **{name: getattr(other, name) for name in _RULES}})

    def _same_files(self, kind: str) -> bool:
        return bool(self.before.digests(kind)) and self.before.digests(kind) == self.now.digests(kind)

    @property
    def _other_period(self) -> bool:
        return self.before.basis.run.period != self.now.basis.run.period

    @property
    def _versions(self) -> list[InputChange]:
        old, new = self.before.versions, self.now.versions
        return [
            (PROGRAM, name, old.get(name, ""), new.get(name, ""))
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)
        ]

    @property
    def _data(self) -> list[InputChange]:
        found: list[InputChange] = []
        for kind in dict.fromkeys([*self.before.files, *self.now.files]):
            if not self._same_files(kind):
                found.append(("data", kind, self._told(self.before, kind), self._told(self.now, kind)))
        return found

    @staticmethod
    def _told(side: Side, kind: str) -> str:
        if kind not in side.files:
            return ""
        names = [f"{one.recorded.name} {one.recorded.sha256[:12]}" for one in side.files[kind]]
        return ", ".join(names) or str(side.review.origins.get(kind, ""))

    @property
    def _descriptions(self) -> list[InputChange]:
        found: list[InputChange] = [("reading", number, "", "") for number in self.between[1]]
        middle = {one.standard: one for one in self.between[0]}
        later = {one.standard: one for one in self.now.basis.standards}
        found += [
            ("standard", name, _version(middle.get(name)), _version(later.get(name)))
            for name in dict.fromkeys([*middle, *later])
            if _plain(middle.get(name)) != _plain(later.get(name))
        ]
        old, new = self.before.basis, self.now.basis
        if old.run.calendar != new.run.calendar:
            found.append(("calendar", "calendar", str(old.run.calendar or ""), str(new.run.calendar or "")))
        both = [name for name in old.calendars if name in new.calendars]
        return found + [
            ("calendar", name, "", "") for name in both if old.calendars[name] != new.calendars[name]
        ]

    @property
    def _parameters(self) -> list[InputChange]:
        old, new = self.before.basis.run, self.now.basis.run
        names = [*_PLAIN, *([] if self._other_period else ["as_of"])]
        found = [(name, getattr(old, name), getattr(new, name)) for name in names]
        for kind in [name for name in old.records if name in new.records]:
            one, other = old.records[kind], new.records[kind]
            keys = [*type(one).model_fields] if self._same_files(kind) else list(_RULES)
            found += [
                (f"records.{kind}.{key}", getattr(one, key), getattr(other, key))
                for key in keys
                if key != "path"
            ]
        return [("parameters", name, _text(one), _text(other)) for name, one, other in found if one != other]

    @property
    def _bounds(self) -> list[InputChange]:
        old, new = self.before.basis.run, self.now.basis.run
        found: list[InputChange] = []
        if old.scope != new.scope:
            found.append(("scope", "scope", _text(old.scope), _text(new.scope)))
        if self._other_period:
            found.append(("period", "period", old.period, new.period))
            if old.as_of != new.as_of:
                found.append(("period", "as_of", _text(old.as_of), _text(new.as_of)))
        return found


def same_places(files: Mapping[str, tuple[FoundFile, ...]]) -> dict[str, list[Path]]:
    """The paths of the files of each kind that are there."""
    return {kind: [one.path for one in found if one.path is not None] for kind, found in files.items()}


def _plain(standard: Standard | None) -> dict[str, Any]:
    """All that figures depend on: readings that are listed and not taken, and words on them, do not count."""
    if standard is None:
        return {}
    content = standard.model_dump(by_alias=True, exclude={"readings", "rules", "note", "source"})
    for indicator in content["indicators"]:
        for name in ("readings", "assumptions", "remark"):
            indicator.pop(name, None)
    return content


def _version(standard: Standard | None) -> str:
    return "" if standard is None else standard.version


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
