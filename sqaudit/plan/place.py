"""The file that faults are reported for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqaudit.errors import Fault
from sqaudit.faults import Key, at


@dataclass(frozen=True)
class Place:
    """The file that faults are reported for."""

    name: str
    lines: Mapping[Key, int]

    def fault(self, key: Iterable[str | int], message: str, remedy: str = "") -> Fault:
        """A fault of a key, with its line where that is known."""
        return Fault(at(self.name, tuple(key), self.lines), message, remedy)
