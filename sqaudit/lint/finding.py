"""One finding about a standard, as data: the words for it are chosen where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
RANKS: Mapping[str, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Finding:
    """A weak spot of a standard.

    `check` names what was looked at, `indicator` the id of the indicator or rule (empty: the standard as
    a whole), `fields` the numbers and names that the sentence needs, `reading` the assumption where it is
    another reading of the indicator that is weak. An error keeps figures from coming about; a warning may
    mislead; a note tells what is so.
    """

    severity: Severity
    indicator: str
    check: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    reading: str = ""


__all__ = ["RANKS", "Finding", "Severity"]
