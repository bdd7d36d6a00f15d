"""Earlier samples in the same folder, and the cases that are therefore not drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqaudit.sample_plan import EarlierWeeks, SamplePlan
from sqaudit.samples.replacements import read_replacements
from sqaudit.samples.store import SETTINGS, read_sample


@dataclass(frozen=True)
class EarlierSample:
    """A sample that lies in the folder: its id, kind, when it was drawn, and its cases with replacements."""

    id: str
    kind: str
    made: datetime
    case_ids: frozenset[str]


def earlier_samples(folder: Path) -> list[EarlierSample]:
    """The samples in a folder, the oldest first; SourceError for one that was changed after it was drawn."""
    found = []
    for place in sorted(folder.glob(f"*/{SETTINGS}")) if folder.is_dir() else []:
        if place.parent.name.startswith("."):
            continue
        sample = read_sample(place.parent)
        ids = {*sample.cases["case_id"], *read_replacements(place.parent)["replacement"]}
        made = datetime.fromisoformat(str(sample.settings["made"]))
        found.append(EarlierSample(sample.id, str(sample.settings["kind"]), made, frozenset(ids)))
    return sorted(found, key=lambda one: (one.made, one.id))


def left_out(plan: SamplePlan, samples: list[EarlierSample], now: datetime) -> list[EarlierSample]:
    """The earlier samples whose cases the plan does not draw again: of its kind, by its rule."""
    alike = [one for one in samples if one.kind == plan.records]
    if isinstance(plan.earlier, EarlierWeeks):
        since = now - timedelta(weeks=plan.earlier.exclude_weeks)
        return [one for one in alike if one.made >= since]
    return alike if plan.earlier == "exclude" else []
