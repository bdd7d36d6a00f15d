"""The forms of a sample written out: cases given to inspectors, a workbook for each, nothing overwritten."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sqaudit.errors import Fault, ParameterError
from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspections.assignment import assign
from sqaudit.inspections.issue import FOLDER, Issue, keep_issue
from sqaudit.inspections.sample import DrawnSample
from sqaudit.present.words import Language
from sqaudit.publish.forms.case_sheet import write_case_sheet
from sqaudit.publish.forms.context import context
from sqaudit.publish.forms.guidance_sheet import write_guidance_sheet
from sqaudit.publish.forms.paper import Paper
from sqaudit.publish.forms.rules import write_lists

FONTS = {
    "zh": "Microsoft YaHei",
    "both": "Microsoft YaHei",
    "en": "Calibri",
}  # what Excel itself brings along


@dataclass(frozen=True)
class Written:
    """What was written: the workbook of each inspector, those that were there already, the assignments."""

    forms: dict[str, Path]
    kept: dict[str, Path]
    assignments: pd.DataFrame


def write_forms(
    sample: DrawnSample,
    form: InspectionForm,
    inspectors: Sequence[str],
    *,
    double_coded: float = 0.0,
    blind: bool = False,
    language: Language = "zh",
    agent: str = "agent",
) -> Written:
    """Give the cases of a sample to inspectors and write `forms/<inspector>.xlsx` into its folder.

    A form that is there already stays as it is, since somebody may be filling it in; whatever was given out
    before must be the same now. `blind` leaves out whose case it is. ParameterError where the assignment
    cannot be made or differs from what was given out.
    """
    cases = sample.cases.assign(case_id=sample.cases["case_id"].astype(str))
    try:
        assignments = assign(cases, inspectors, sample.seed, double_coded, agent)
    except ValueError as error:
        raise ParameterError([Fault("inspectors", str(error))]) from error
    issue = Issue(sample.sample_id, form, assignments)
    keep_issue(sample.folder, issue)
    strata = list(getattr(sample, "strata", ()))
    shown = context(cases, [agent] if blind else [], strata).set_index("case_id", drop=False)
    forms, kept = {}, {}
    for inspector, path in file_names(sample.folder / FOLDER, issue.inspectors).items():
        if path.exists():
            kept[inspector] = path
            continue
        own = assignments.loc[assignments["inspector"] == inspector, "case_id"]
        write_form(path, issue, inspector, shown.loc[own.tolist()], language)
        forms[inspector] = path
    return Written(forms, kept, assignments)


def write_form(path: Path, issue: Issue, inspector: str, cases: pd.DataFrame, language: Language) -> None:
    """Write one workbook; it appears under its name only when it is whole."""
    partial = path.with_name(f".{path.name}.partial")
    title = f"{issue.form.title.in_language('en' if language == 'en' else 'zh')} - {issue.sample_id}"
    paper = Paper(partial, title, FONTS[language])
    write_case_sheet(paper, issue, inspector, cases, language)
    write_guidance_sheet(paper, issue, inspector, len(cases), language)
    write_lists(paper, issue.form, language)
    paper.close()
    partial.replace(path)


def file_names(folder: Path, inspectors: Sequence[str]) -> dict[str, Path]:
    """A file for each inspector; signs that a file name cannot have are left out, equal names numbered.

    >>> [path.name for path in file_names(Path(), ["Li Wei", "A/B", "A:B"]).values()]
    ['Li Wei.xlsx', 'A_B.xlsx', 'A_B-2.xlsx']
    """
    taken: dict[str, int] = {}
    found = {}
    for inspector in inspectors:
        stem = re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", inspector).strip(" .")[:60] or "inspector"
        count = taken[stem.casefold()] = taken.get(stem.casefold(), 0) + 1
        found[inspector] = folder / (f"{stem}.xlsx" if count == 1 else f"{stem}-{count}.xlsx")
    return found


__all__ = ["Written", "file_names", "write_form", "write_forms"]
