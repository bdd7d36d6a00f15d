"""The assessment of a run: who is worth a closer look, and whether figures were worked on; kept and read."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.assessment import Assessment, AssessmentRules, assess
from sqaudit.audit import Audit
from sqaudit.errors import SourceError
from sqaudit.gaming import GamingReport, gaming_findings
from sqaudit.inquiry.plain import as_plain, from_plain
from sqaudit.inquiry.unit_cells import count_units
from sqaudit.periods import Period, containing

FILE = "assessment.json"
GAMED_BY = ("team", "department", "agent")  # the first that the records have; habits are those of a place
_FRAMES = tuple(
    one.name for one in fields(Assessment) if one.name not in ("rules", "period", "quarter", "notes")
)
_LATER = ("per_rule",)  # books of earlier versions do not hold it

__all__ = ["FILE", "Assessed", "assessed_month", "read_assessed"]


@dataclass(frozen=True, eq=False)
class Assessed:
    """An assessment of one month, and what stands beside it.

    `done` is None where the run names no rules, or where nothing of what they judge is in the records;
    `lacking` (what, name, reason) then says why. `unassigned` counts cases of the month that name no unit.
    `month_open` says that the month had not ended when cases were judged. `gaming` is of the quarter that the
    month lies in, since a month holds too few cases for it; None where no records say whose cases they are.
    """

    month: str
    rules: AssessmentRules | None = None
    done: Assessment | None = None
    lacking: pd.DataFrame | None = None
    unassigned: pd.DataFrame | None = None
    month_open: bool = False
    gaming: GamingReport | None = None

    @classmethod
    def of(cls, audit: Audit, period: Period | None = None) -> Assessed:
        """The assessment of an open audit for the last month of a period, that of the run if not given."""
        chosen = period or audit.run.chosen_period
        month, rules = assessed_month(audit, chosen), audit.plan.assessment
        gaming = _gaming(audit, month)
        if rules is None:
            return cls(month.label, gaming=gaming)
        counted = count_units(audit, rules, month)
        done = None
        if len(counted.cells):
            done = assess(counted.cells, rules, counted.complaints, counted.mix, period=month.label)
            now = done.judgements["period"].isin([done.period, done.quarter])
            done = replace(done, judgements=done.judgements[now].reset_index(drop=True))
        return cls(
            month.label,
            rules,
            done,
            counted.lacking,
            counted.unassigned[counted.unassigned["period"] == month.label].reset_index(drop=True),
            month.end is not None and audit.as_of.date() < month.end,
            gaming,
        )

    def told(self) -> dict[str, Any]:
        """What was found, row by row, for a program that reads it."""
        names = ("candidates", "withheld", "expected", "consequences", "comparison", "lists", "per_rule")
        rows = {
            name: [] if self.done is None else getattr(self.done, name).to_dict("records") for name in names
        }
        beside = {"lacking": self.lacking, "unassigned": self.unassigned}
        return {
            "month": self.month,
            "month_open": self.month_open,
            "rules": "" if self.rules is None else self.rules.assessment,
            **rows,
            "notes": [] if self.done is None else list(self.done.notes),
            **{name: [] if frame is None else frame.to_dict("records") for name, frame in beside.items()},
            "gaming": None if self.gaming is None else self.gaming.as_dict(),
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, to be kept and read again."""
        done = self.done
        return {
            "month": self.month,
            "rules": None if self.rules is None else self.rules.model_dump(mode="json"),
            "quarter": "" if done is None else done.quarter,
            "notes": [] if done is None else list(done.notes),
            "frames": {} if done is None else {name: as_plain(getattr(done, name)) for name in _FRAMES},
            "lacking": None if self.lacking is None else as_plain(self.lacking),
            "unassigned": None if self.unassigned is None else as_plain(self.unassigned),
            "month_open": self.month_open,
            "gaming": None if self.gaming is None else as_plain(self.gaming),
        }

    def save(self, folder: Path) -> None:
        """Write the assessment into a run folder."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text, encoding="utf-8")


def read_assessed(folder: Path) -> Assessed | None:
    """The assessment that a run folder holds, or None; SourceError where the file cannot be read."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rules = None if content["rules"] is None else AssessmentRules.model_validate(content["rules"])
        done = None
        if rules is not None and content["frames"]:
            written = [name for name in _FRAMES if name in content["frames"] or name not in _LATER]
            frames = {name: from_plain(pd.DataFrame, content["frames"][name]) for name in written}
            quarter, notes = content["quarter"], tuple(content["notes"])
            done = Assessment(rules=rules, period=content["month"], quarter=quarter, notes=notes, **frames)
        return Assessed(
            content["month"],
            rules,
            done,
            from_plain(pd.DataFrame, content["lacking"]),
            from_plain(pd.DataFrame, content["unassigned"]),
            content["month_open"],
            from_plain(GamingReport, content["gaming"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path} does not hold an assessment: {error}. Run `sqaudit run` again.") from error


def assessed_month(audit: Audit, period: Period) -> Period:
    """The last month of a period; of one without an end, the month of the last moment that is judged."""
    last: date = period.end - timedelta(days=1) if period.end is not None else audit.as_of.date()
    return containing(last, "month")


def _gaming(audit: Audit, month: Period) -> GamingReport | None:
    """What looks worked on in the quarter of the month, whichever period brought the month about."""
    there = {name for columns in audit.columns.values() for name in columns}
    by = next((name for name in GAMED_BY if name in there), None)
    if by is None or month.start is None:
        return None
    return gaming_findings(audit, (by,), containing(month.start, "quarter"))
