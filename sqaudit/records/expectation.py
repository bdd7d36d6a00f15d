"""What the records of one kind are held against, and the form of the tables that say how they fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqaudit.conditions import quoted
from sqaudit.kinds import RecordKind
from sqaudit.periods import Period
from sqaudit.personal import MASK, is_personal
from sqaudit.sources.attach import Attached

CHECKS = ("severity", "kind", "column", "check", "count", "of", "rows", "examples", "indicators", "detail")
ROW_ACCOUNT = ("kind", "step", "detail", "rows")
SEVERITIES = ("error", "warning", "note")
SHOWN = 5  # row numbers and examples for each fault
Fault = dict[str, Any]  # the columns of a row of CHECKS that say something


@dataclass(frozen=True)
class Expectation:
    """What the records of one kind are held against.

    `needed` maps each column some indicator reads to the ids of those indicators; `segments` are the
    columns the run groups by; `scope` bounds the population and `scope_lacks` names columns for want of
    which it cannot; `header_rows` turns a position into the row number a person sees.
    """

    model: RecordKind
    needed: Mapping[str, Sequence[str]]
    segments: Sequence[str]
    periods: Sequence[Period]
    as_of: datetime
    scope: str | None = None
    scope_lacks: Sequence[str] = ()
    header_rows: int = 0
    excluded_reasons: Sequence[str] = field(default_factory=tuple)
    show_personal: bool = False

    def event(self, attached: Attached) -> str | None:
        """The column of the event time, or None where the records have none."""
        return self.model.time if self.model.time in attached.columns else None

    def inside(self, event: str) -> str:
        """The SQL that says whether an event lies in one of the periods."""
        time = quoted(event)
        spans = [
            f"({time} >= DATE '{period.start}' AND {time} < DATE '{period.end}')"
            for period in self.periods
            if period.start is not None and period.end is not None
        ]
        return " OR ".join(spans) if len(spans) == len(self.periods) else "true"

    def places(self, attached: Attached, rows: Sequence[object]) -> list[int | str]:
        """Where a person finds the rows in the source."""
        return [attached.place(int(str(row)), self.header_rows) for row in rows]

    def examples(self, column: str, values: Sequence[object]) -> list[str]:
        """Values as examples for a reader: each once, cut short, and masked where they are personal."""
        given = [str(value)[:60] for value in values if value is not None]
        if given and not self.show_personal and is_personal(column, [self.model]):
            return [MASK]
        return list(dict.fromkeys(given))
