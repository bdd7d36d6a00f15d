"""The forms of a sample written out: cases given to inspectors, a workbook for each, nothing overwritten."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd

from sqaudit.errors import Fault, ParameterError
from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspections.assignment import assign, assign_replacements
from sqaudit.inspections.issue import FOLDER, Issue, is_issued, keep_issue, read_issue
from sqaudit.inspections.layout import About
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


# Names that Windows keeps for devices, whatever the extension, superscript digits as well:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """What was written: the new workbooks, those that were there already, and all assignments.

    `assignments` has one row per case and inspector: `case_id, inspector, role, order, part`.
    """

    forms: list[Path]
    kept: list[Path]
    assignments: pd.DataFrame


def write_forms(
    sample: DrawnSample,
    form: InspectionForm,
    inspectors: Sequence[str],
    *,
    double_coded: float | Decimal = 0,
    blind: bool = False,
    language: Language = "zh",
    agent: str = "agent",
) -> Written:
    """Give the cases of a sample to inspectors and write `forms/<inspector>.xlsx` into its folder.

    A form that is there already stays as it is, since somebody may be filling it in. Cases that came later
    (in place of others) are written into further forms, `<inspector>-part2.xlsx`. `blind` leaves out whose
    case it is. ParameterError where cases cannot be assigned, or forms were given out by other rules.
    """
    folder = sample.folder
    if folder is None:
        raise ParameterError([Fault(sample.id, "the sample is not stored yet.", "Draw it first.")])
    cases = sample.cases.assign(case_id=sample.cases["case_id"].astype(str))
    rules = {
        "inspectors": sorted(inspectors),
        "double_coded": str(Fraction(str(double_coded))),
        "blind": blind,
    }
    before = read_issue(folder) if is_issued(folder) else None
    try:
        assignments = _assigned(cases, inspectors, sample.seed, double_coded, agent, before)
    except ValueError as error:
        raise ParameterError([Fault("inspectors", str(error))]) from error
    issue = Issue(sample.id, form, assignments, rules)
    keep_issue(folder, issue)
    shown = context(cases, [agent] if blind else []).set_index("case_id", drop=False)
    forms: list[Path] = []
    kept: list[Path] = []
    names = file_names(folder / FOLDER, issue.inspectors)
    given = {(name, part) for (_, name), part in issue.parts.items()}
    for inspector, part in sorted(given):
        path = _of_part(names[inspector], part)
        (kept if path.exists() else forms).append(path)
        if not path.exists():
            own = assignments.query("inspector == @inspector and part == @part")["case_id"]
            rows = shown.loc[[case for case in own if case in shown.index]]
            write_form(path, issue, issue.about(inspector, part), rows, language)
    return Written(forms, kept, assignments)


def _assigned(
    cases: pd.DataFrame,
    inspectors: Sequence[str],
    seed: int,
    double_coded: float | Decimal,
    agent: str,
    before: Issue | None,
) -> pd.DataFrame:
    """What was assigned before and what is assigned now, with the part that each belongs to."""
    if before is None:
        return assign(cases, inspectors, seed, double_coded, agent).assign(part=1)
    known = before.assignments
    more = assign_replacements(cases, known, inspectors, seed, agent)
    return (
        pd.concat([known, more.assign(part=known["part"].max() + 1)], ignore_index=True)
        if len(more)
        else known
    )


def _of_part(path: Path, part: int) -> Path:
    return path if part == 1 else path.with_name(f"{path.stem}-part{part}.xlsx")


def write_form(path: Path, issue: Issue, about: About, cases: pd.DataFrame, language: Language) -> None:
    """Write one workbook; it appears under its name only when it is whole."""
    partial = path.with_name(f".{path.name}.partial")
    title = f"{issue.form.title.in_language('en' if language == 'en' else 'zh')} - {issue.sample_id}"
    paper = Paper(partial, title, FONTS[language])
    write_case_sheet(paper, issue, about, cases, language)
    write_guidance_sheet(paper, issue, about.inspector, len(cases), language)
    write_lists(paper, issue.form, language)
    paper.close()
    partial.replace(path)


def file_names(folder: Path, inspectors: Sequence[str]) -> dict[str, Path]:
    """A file for each inspector; signs that a file name cannot have are left out, equal names numbered.

    The name of a device of Windows, such as CON or COM1, gets an underscore behind it.

    >>> [path.name for path in file_names(Path(), ["Li Wei", "A/B", "A:B", "CON"]).values()]
    ['Li Wei.xlsx', 'A_B.xlsx', 'A_B-2.xlsx', 'CON_.xlsx']
    """
    taken: dict[str, int] = {}
    found = {}
    for inspector in inspectors:
        stem = re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", inspector).strip(" .")[:60] or "inspector"
        if DEVICE.fullmatch(stem):
            begin, dot, rest = stem.partition(".")
            stem = f"{begin}_{dot}{rest}"
        count = taken[stem.casefold()] = taken.get(stem.casefold(), 0) + 1
        found[inspector] = folder / (f"{stem}.xlsx" if count == 1 else f"{stem}-{count}.xlsx")
    return found


__all__ = ["Written", "file_names", "write_form", "write_forms"]
