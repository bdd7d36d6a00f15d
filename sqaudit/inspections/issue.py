"""The forms of a sample as they were given out: which form, to whom, with which cases. Never changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from sqaudit.errors import Fault, ParameterError
from sqaudit.inspection_forms import InspectionForm, form_hash
from sqaudit.inspections.layout import About, row_key

FOLDER, SETTINGS, ASSIGNMENTS = "forms", "issue.json", "assignments.parquet"


@dataclass(frozen=True)
class Issue:
    """What was given out: the form, and one row per case and inspector (see `assignment.assign`)."""

    sample_id: str
    form: InspectionForm
    assignments: pd.DataFrame

    @cached_property
    def form_hash(self) -> str:
        """What the form is known by, its words included."""
        return form_hash(self.form)

    @cached_property
    def roles(self) -> dict[tuple[str, str], str]:
        """The role (first, second) by case and inspector."""
        rows = self.assignments[["case_id", "inspector", "role"]].itertuples(index=False, name=None)
        return {(str(case), str(name)): str(role) for case, name, role in rows}

    @property
    def inspectors(self) -> list[str]:
        """Everybody who was given a form."""
        return sorted({name for _, name in self.roles})

    def about(self, inspector: str) -> About:
        """What the form of an inspector says it is."""
        return About(self.sample_id, self.form.form, self.form.version, self.form_hash, inspector)

    def keys(self, inspector: str) -> dict[str, str]:
        """The case behind each row key of an inspector's form."""
        about = self.about(inspector)
        return {row_key(about, case): case for case, name in self.roles if name == inspector}


def keep_issue(folder: Path, issue: Issue) -> None:
    """Write down what is given out, once; ParameterError where something else was given out before."""
    place = folder / FOLDER
    if (place / SETTINGS).exists():
        _refuse_another(place, read_issue(folder), issue)
        return
    place.mkdir(parents=True, exist_ok=True)
    issue.assignments.to_parquet(place / ASSIGNMENTS, index=False)
    form = issue.form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    settings = {"sample_id": issue.sample_id, "form_hash": issue.form_hash, "form": form}
    text = json.dumps(settings, ensure_ascii=False, indent=1, sort_keys=True)
    (place / SETTINGS).write_text(text + "\n", encoding="utf-8")


def read_issue(folder: Path) -> Issue:
    """What was given out for the sample in a folder; ParameterError where nothing was."""
    place = folder / FOLDER
    if not (place / SETTINGS).is_file() or not (place / ASSIGNMENTS).is_file():
        remedy = "Write them first: sqaudit sample forms RUN.yaml."
        raise ParameterError([Fault(str(place), "no forms were given out for this sample.", remedy)])
    given = json.loads((place / SETTINGS).read_text(encoding="utf-8"))
    form = InspectionForm.model_validate(given["form"])
    issue = Issue(given["sample_id"], form, pd.read_parquet(place / ASSIGNMENTS))
    if issue.form_hash != given["form_hash"]:
        said = f"the form kept here was changed after it was given out ({given['form_hash']})."
        raise ParameterError([Fault(str(place / SETTINGS), said, "Take the file from a backup.")])
    return issue


def _refuse_another(place: Path, before: Issue, now: Issue) -> None:
    faults = []
    if before.form_hash != now.form_hash:
        said = f"{before.form.form} version {before.form.version} was given out for this sample already"
        said += f"; {now.form.form} version {now.form.version} differs from it."
        faults.append(Fault(str(place), said, "Keep the form, or draw a sample of its own for the new one."))
    if before.roles != now.roles:
        said = "the cases were given to inspectors already, and to others than now."
        remedy = "Keep inspectors, double_coded and seed as they were, or draw a sample of its own."
        faults.append(Fault(str(place), said, remedy))
    if faults:
        raise ParameterError(faults)


__all__ = ["ASSIGNMENTS", "FOLDER", "SETTINGS", "Issue", "keep_issue", "read_issue"]
