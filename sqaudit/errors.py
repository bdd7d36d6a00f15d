"""The errors a user can meet.

    AuditError
    ├── ParameterError     what was asked for cannot be started: every fault at once, each with its place
    │   └── StandardError  the same, for a standard file
    ├── SourceError        a file or database that can no longer be read after it was checked
    ├── EngineError        the engine refused a query; the query is shown
    └── FrameError         a table of results lacks what its contract promises

Faults of the data are no exceptions: they are rows of the table that `sqaudit.records.check` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

MOST_KNOWN = 20  # known names that a fault lists


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with what the user gave: where, what, and what to do about it."""

    place: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f" {self.remedy}" if self.remedy else "")


class AuditError(Exception):
    """The root of every error that sqaudit raises on purpose."""


class ParameterError(AuditError):
    """What was asked for cannot be started; `faults` holds every reason.

    >>> print(ParameterError([Fault("run.yaml, period", "'2026-Q5' is no period.", "Write 2026-Q3.")]))
    1 fault, nothing was started:
      run.yaml, period: '2026-Q5' is no period. Write 2026-Q3.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(dict.fromkeys(faults))
        super().__init__(self.faults)

    def __str__(self) -> str:
        count = len(self.faults)
        head = f"{count} fault{'' if count == 1 else 's'}, nothing was started:"
        return "\n".join([head, *(f"  {fault}" for fault in self.faults)])


class StandardError(ParameterError):
    """A standard file that cannot be used; `faults` holds every reason."""


class SourceError(AuditError):
    """A source that could not be read."""


class EngineError(AuditError):
    """The engine refused a query, which is shown below its own words."""

    def __init__(self, message: str, sql: str) -> None:
        self.sql = sql
        super().__init__(f"{message}\nThe query was:\n{sql}")


class FrameError(AuditError):
    """A table of results lacks what its contract promises."""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The half-sentence that helps after an unknown name: the nearest known one, else all of them.

    >>> did_you_mean("tem", ["team", "region"])
    "Did you mean 'team'?"
    >>> did_you_mean("x", ["team", "region"])
    'Known: region, team.'
    >>> did_you_mean("x", [])
    ''
    """
    if near := get_close_matches(word, known, n=1, cutoff=0.6):
        return f"Did you mean '{near[0]}'?"
    shown = sorted(known)
    if not shown:
        return ""
    if len(shown) <= MOST_KNOWN + 1:  # the last one is no longer than the words that would stand for it
        return f"Known: {', '.join(shown)}."
    return f"Known: {', '.join(shown[:MOST_KNOWN])} and {len(shown) - MOST_KNOWN} more."
