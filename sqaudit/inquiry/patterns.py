"""Patterns in the records of a run: what goes with low scores and complaints, words, categories, score."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqaudit.audit import Audit
from sqaudit.errors import SourceError
from sqaudit.inquiry.categories import Categories, categories_of
from sqaudit.inquiry.causes import calling_for_one
from sqaudit.inquiry.experience import DriversFound, complaint_drivers_of, drivers_of
from sqaudit.inquiry.plain import as_plain, from_plain
from sqaudit.inquiry.reasons import ReasonsFound, reasons_of
from sqaudit.inquiry.score_change import ScoreChange, score_changes_of

FILE = "experience.json"

__all__ = ["FILE", "Patterns", "read_patterns"]


@dataclass(frozen=True)
class Patterns:
    """What goes through all the records, beside the inquiries into single indicators."""

    low_scores: DriversFound
    complaints: DriversFound
    reasons: tuple[ReasonsFound, ...]
    categories: Categories
    score_changes: tuple[ScoreChange, ...]

    @classmethod
    def of(cls, audit: Audit) -> Patterns:
        """The patterns of an open audit; weak points are looked for in the indicators that call for it."""
        return cls(
            drivers_of(audit),
            complaint_drivers_of(audit),
            reasons_of(audit),
            categories_of(audit, list(calling_for_one(audit))),
            score_changes_of(audit.results, audit, tuple(audit.plan.standards)),
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return dict(as_plain(self))

    def save(self, folder: Path) -> None:
        """Write the patterns into a run folder."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text, encoding="utf-8")


def read_patterns(folder: Path) -> Patterns | None:
    """The patterns that a run folder holds, or None; SourceError where the file cannot be read."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        found: Patterns = from_plain(Patterns, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path} does not hold patterns: {error}. Run `sqaudit run` again.") from error
    return found
