"""The forms of a sample as they were given out: which form, to whom, with which cases. Never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.errors import Fault, ParameterError
from sqaudit.inspection_forms import InspectionForm, form_hash
from sqaudit.inspections.faults import expected
from sqaudit.inspections.layout import About, row_key

FOLDER, SETTINGS = "forms", "issue.json"
SAME = ("inspectors", "double_coded", "blind")  # what later parts share with the first


@dataclass(frozen=True)
class Issue:
    """What was given out: the form, and one row per case and inspector (see `assignment.assign`).

    The column `part` counts the times that forms were written: later parts hold the cases that took the
    place of others. `settings` says by what rules cases were given out.
    """

    sample_id: str
    form: InspectionForm
    assignments: pd.DataFrame
    settings: Mapping[str, Any]

    @cached_property
    def form_hash(self) -> str:
        """What the form is known by, its words included."""
        return form_hash(self.form)

    @cached_property
    def roles(self) -> dict[tuple[str, str], str]:
        """The role (first, second) by case and inspector."""
        return {(case, name): role for case, name, role, _ in self._rows}

    @cached_property
    def parts(self) -> dict[tuple[str, str], int]:
        """The part that a case was given out in, by case and inspector."""
        return {(case, name): part for case, name, _, part in self._rows}

    @cached_property
    def expectations(self) -> dict[str, dict[str, Any]]:
        """What each item takes, as fields for a sentence."""
        return {item.id: expected(self.form, item) for item in self.form.items}

    @property
    def inspectors(self) -> list[str]:
        """Everybody who was given a form."""
        return sorted({name for _, name in self.roles})

    def about(self, inspector: str, part: int = 1) -> About:
        """What the form of an inspector says it is."""
        form = self.form
        return About(self.sample_id, form.form, form.version, self.form_hash, inspector, part)

    def keys(self, inspector: str) -> dict[str, str]:
        """The case behind each row key of an inspector's form."""
        about = self.about(inspector)
        return {row_key(about, case): case for case, name in self.roles if name == inspector}

    @property
    def _rows(self) -> Iterator[tuple[str, str, str, int]]:
        rows = self.assignments[["case_id", "inspector", "role", "part"]].itertuples(index=False, name=None)
        return ((str(case), str(name), str(role), int(part)) for case, name, role, part in rows)


def keep_issue(folder: Path, issue: Issue) -> None:
    """Write down what is given out: the form and rules once, the assignments of each part in a file.

    ParameterError where another form was given out before, or by other rules. What is kept already is not
    written again.
    """
    place = folder / FOLDER
    if (place / SETTINGS).exists():
        _refuse_another(place, read_issue(folder), issue)
    place.mkdir(parents=True, exist_ok=True)
    for part, rows in issue.assignments.groupby("part"):
        file = place / _part_file(int(str(part)))
        if not file.exists():
            rows.to_parquet(file, index=False)
    if not (place / SETTINGS).exists():
        form = issue.form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        settings = {
            "sample_id": issue.sample_id,
            "form_hash": issue.form_hash,
            **issue.settings,
            "form": form,
        }
        text = json.dumps(settings, ensure_ascii=False, indent=1)
        (place / SETTINGS).write_text(text + "\n", encoding="utf-8")


def is_issued(folder: Path) -> bool:
    """Whether forms were given out for the sample in a folder."""
    return (folder / FOLDER / SETTINGS).is_file()


def read_issue(folder: Path) -> Issue:
    """What was given out for the sample in a folder; ParameterError where nothing was."""
    place = folder / FOLDER
    files = sorted(place.glob("assignments*.parquet"), key=lambda one: (len(one.name), one.name))
    if not is_issued(folder) or not files:
        remedy = "Write them first: sqaudit sample forms RUN.yaml."
        raise ParameterError([Fault(str(place), "no forms were given out for this sample.", remedy)])
    given = json.loads((place / SETTINGS).read_text(encoding="utf-8"))
    form = InspectionForm.model_validate(given.pop("form"))
    assignments = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    wanted = given.pop("form_hash")
    issue = Issue(given.pop("sample_id"), form, assignments, given)
    if issue.form_hash != wanted:
        said = f"the form kept here was changed after it was given out ({wanted})."
        raise ParameterError([Fault(str(place / SETTINGS), said, "Take the file from a backup.")])
    return issue


def _part_file(part: int) -> str:
    return "assignments.parquet" if part == 1 else f"assignments_{part}.parquet"


def _refuse_another(place: Path, before: Issue, now: Issue) -> None:
    faults = []
    if before.form_hash != now.form_hash:
        said = f"{before.form.form} version {before.form.version} was given out for this sample already"
        said += f"; {now.form.form} version {now.form.version} differs from it."
        faults.append(Fault(str(place), said, "Keep the form, or draw a sample of its own for the new one."))
    for name in SAME:
        if before.settings.get(name) != now.settings.get(name):
            said = f"forms were given out with `{name}` {_shown(before.settings.get(name))}"
            said += f", now it is {_shown(now.settings.get(name))}."
            faults.append(Fault(str(place), said, "Keep it, or draw a sample of its own."))
    if faults:
        raise ParameterError(faults)


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


__all__ = ["FOLDER", "SETTINGS", "Issue", "is_issued", "keep_issue", "read_issue"]
