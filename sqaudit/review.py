"""A review: what a page needs to know of a run, whether just computed or read back from a run folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.descriptions import validated
from sqaudit.errors import SourceError
from sqaudit.inquiry.assessing import Assessed, read_assessed
from sqaudit.inquiry.causes import Causes, read_causes
from sqaudit.inquiry.followup import FollowUp, read_followup
from sqaudit.inquiry.patterns import Patterns, read_patterns
from sqaudit.params import RunFile
from sqaudit.results import Results, changed, scored
from sqaudit.sampled import Sampled, read_sampled, sampled
from sqaudit.scoring import NO_SCORE, Score
from sqaudit.sources.text_tables import shown_url
from sqaudit.standards import Standard, read_standard
from sqaudit.standards.together import together

FILES = {
    "measurements": "measurements.parquet",
    "checks": "checks.json",
    "row_account": "row_account.json",
    "readings": "readings.json",
}
RUN = "run.json"
STANDARDS = "standards"  # the folder with the standards as they were
CALENDARS = "calendars"  # the folder with the calendars that were asked, as they were
KEPT = "kept"  # the folder with what people keep for the run, as it was: cause trees, rules, a plan
_NUMBERS = ("value", "low", "high", "numerator", "denominator", "target", "score")  # null is NaN in them


@dataclass(frozen=True)
class Review:
    """A run, its standards and its results.

    `sampled` is there where the run draws cases for inspection, `causes` where indicators were looked into,
    `patterns` where what goes through all records was, `followup` where the improvement plan was followed up,
    `assessed` where agents and teams were assessed.
    """

    run: RunFile
    standards: tuple[Standard, ...]
    results: Results
    origins: Mapping[str, str]
    sampled: Sampled | None = None
    causes: Causes | None = None
    patterns: Patterns | None = None
    followup: FollowUp | None = None
    assessed: Assessed | None = None

    @classmethod
    def of(cls, audit: Audit, now: datetime | None = None) -> Review:
        """The review of an open audit; `now` is as for `sampled`."""
        origins = {kind: attached.origin for kind, attached in audit.attached.items()}
        return cls(audit.run, audit.plan.standards, audit.results, origins, sampled(audit, now))

    @cached_property
    def standard(self) -> Standard:
        """All standards as one: what was measured."""
        return together(self.standards)

    @cached_property
    def parts(self) -> tuple[Review, ...]:
        """One review for each standard, with its own indicators only."""
        if len(self.standards) == 1:
            return (self,)
        return tuple(
            Review(self.run, (one,), self.results.of([own.id for own in one.indicators]), self.origins)
            for one in self.standards
        )

    @cached_property
    def graded(self) -> Review | None:
        """The part that a grade can be read from: the only one with weights, if there is only one."""
        weighted = [part for part in self.parts if part.weighted]
        return weighted[0] if len(weighted) == 1 else None

    @property
    def weighted(self) -> bool:
        """Whether some indicator has a weight."""
        return any(one.weight is not None for one in self.standard.indicators)

    @cached_property
    def scorecard(self) -> pd.DataFrame:
        """One row per indicator with verdict and points, for the period under audit."""
        if len(self.parts) == 1:
            return self._scored[0]
        return pd.concat([part.scorecard for part in self.parts], ignore_index=True)

    @cached_property
    def score(self) -> Score:
        """The score and the grade: those of the graded standard where there are several.

        Points of different standards are never added up; without one graded standard there is no score.
        """
        if len(self.parts) == 1:
            return self._scored[1]
        return self.graded.score if self.graded is not None else NO_SCORE

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The change of every indicator against the period it is compared with."""
        return changed(self.results, self)

    @property
    def verdict_counts(self) -> dict[str, int]:
        """How many indicators have each verdict."""
        return {str(name): int(count) for name, count in self.scorecard["verdict"].value_counts().items()}

    @cached_property
    def _scored(self) -> tuple[pd.DataFrame, Score]:
        return scored(self.results, self)

    def save(
        self,
        folder: Path,
        standard_paths: Sequence[Path],
        calendar_paths: Mapping[str, Path] | None = None,
        kept_paths: Mapping[str, Path] | None = None,
    ) -> None:
        """Write the results into a run folder, for the notebooks of a book and for anyone after them.

        The standards are copied from `standard_paths`, and the calendars from `calendar_paths` (by the name
        that the standard or the run file uses), so that a book can be read when they have changed; so are
        `kept_paths`, the files that keys of the run file name.
        """
        self.results.measurements.to_parquet(folder / FILES["measurements"], index=False)
        _write_rows(folder / FILES["checks"], self.results.checks)
        _write_rows(folder / FILES["row_account"], self.results.row_account)
        _write_rows(folder / FILES["readings"], self.results.readings)
        if self.sampled is not None:
            self.sampled.save(folder)
        if self.causes is not None:
            self.causes.save(folder)
        if self.patterns is not None:
            self.patterns.save(folder)
        if self.followup is not None:
            self.followup.save(folder)
        if self.assessed is not None:
            self.assessed.save(folder)
        (folder / STANDARDS).mkdir(exist_ok=True)
        copies = {
            f"{STANDARDS}/{one.standard}.yaml": path
            for one, path in zip(self.standards, standard_paths, strict=True)
        }
        for name, path in copies.items():  # a standard may change after the book was made
            (folder / name).write_bytes(path.read_bytes())
        calendars = _copied_calendars(folder, calendar_paths or {})
        kept = _copied(folder, KEPT, {key: (key, path) for key, path in (kept_paths or {}).items()})
        content = {
            "run": shown_parameters(self.run),
            "standards": list(copies),
            "calendars": calendars,
            "kept": kept,
            "as_of": self.results.as_of.isoformat(),
            "origins": dict(self.origins),
        }
        (folder / RUN).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def shown_parameters(run: RunFile) -> dict[str, Any]:
    """The parameters of a run as they may be written down: addresses of databases without their password."""
    content: dict[str, Any] = run.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for source in content["records"].values():
        if source.get("url"):
            source["url"] = shown_url(source["url"])
    return content


def read_review(folder: str | Path) -> Review:
    """The review that a run folder holds; SourceError where a file of it is missing or unreadable."""
    place = Path(folder)
    try:
        content = json.loads((place / RUN).read_text(encoding="utf-8"))
        results = Results(
            measurements=pd.read_parquet(place / FILES["measurements"]),
            checks=_read_rows(place / FILES["checks"]),
            row_account=_read_rows(place / FILES["row_account"]),
            readings=_read_rows(place / FILES["readings"]),
            as_of=datetime.fromisoformat(content["as_of"]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise SourceError(
            f"{place} does not hold the results of a run: {error}. Run `sqaudit run` again."
        ) from error
    run = validated(RunFile, content["run"], str(place / RUN), {})
    standards = tuple(read_standard(place / name) for name in content["standards"])
    beside = read_sampled(place), read_causes(place), read_patterns(place), read_followup(place)
    return Review(run, standards, results, content["origins"], *beside, read_assessed(place))


def _copied_calendars(folder: Path, paths: Mapping[str, Path]) -> dict[str, str]:
    """The copies of the calendars in the folder, by the name that they are asked by."""
    numbered = {
        name: (f"{number}_{path.stem}", path) for number, (name, path) in enumerate(paths.items(), 1)
    }  # two calendars may share the name of their file
    return _copied(folder, CALENDARS, numbered)


def _copied(folder: Path, inside: str, files: Mapping[str, tuple[str, Path]]) -> dict[str, str]:
    """Files by a key, each with the name of its copy, copied as they are; the paths of the copies by key."""
    copies = {key: f"{inside}/{name}{path.suffix.lower()}" for key, (name, path) in files.items()}
    for key, copy in copies.items():
        (folder / inside).mkdir(exist_ok=True)
        (folder / copy).write_bytes(files[key][1].read_bytes())
    return copies


def _write_rows(path: Path, frame: pd.DataFrame) -> None:
    plain = [
        {name: None if value is None or value != value else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]  # JSON knows no NaN
    rows = {"columns": list(frame.columns), "rows": plain}
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1, default=str), encoding="utf-8")


def _read_rows(path: Path) -> pd.DataFrame:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    frame = pd.DataFrame(content["rows"], columns=content["columns"])
    missing = [name for name in _NUMBERS if name in frame]
    return frame.astype(dict.fromkeys(missing, "float64"))
