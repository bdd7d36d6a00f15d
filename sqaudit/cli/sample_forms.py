"""The commands of inspection forms: give them out, read them back, enter disputes and re-scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sqaudit.cli.app import (
    AsJson,
    Form,
    Format,
    Output,
    RunFile,
    faults_told,
    plain_table,
    shown,
    told,
    write,
)
from sqaudit.cli.sample import sample_app
from sqaudit.cli.sample_chosen import (
    Folder,
    SampleName,
    Speech,
    folder_of,
    language_of,
    now_of,
    print_line,
    sample_of,
)
from sqaudit.errors import Fault, ParameterError

if TYPE_CHECKING:
    import pandas as pd

    from sqaudit.inspection_forms import InspectionForm
    from sqaudit.plan import Plan
    from sqaudit.present.words import Language
    from sqaudit.sample_plan import SamplePlan


@sample_app.command("forms")
def forms_command(
    run_file: RunFile,
    sample: SampleName = None,
    folder: Folder = None,
    language: Speech = None,
    as_json: AsJson = False,
) -> None:
    """Write a form in Excel for each inspector into the folder of the sample.

    Cases go round the inspectors by the seed of the sample; the share `double_coded` is inspected twice.
    Forms that are there already stay as they are; cases that came in place of others go into further forms.
    """
    with faults_told(as_json):
        the_plan, setting, drawn = sample_of(run_file, sample, folder)
        form = _form_of(the_plan, setting)
        from sqaudit.inspections import CaseList
        from sqaudit.publish.forms import write_forms
        from sqaudit.samples import standing_cases

        cases = standing_cases(drawn).query("status != 'not_inspected'")
        written = write_forms(
            CaseList(drawn.folder, drawn.id, drawn.seed, cases),
            form,
            setting.inspectors,
            double_coded=setting.double_coded,
            blind=setting.blind,
            language=language_of(the_plan, setting, language),
        )
    if as_json:
        print_line({"written": list(map(str, written.forms)), "kept": list(map(str, written.kept))})
        return
    for path in written.forms:
        told.print(f"Written: {path}", markup=False)
    for path in written.kept:
        told.print(f"Left as it is: {path}", markup=False)
    loads = written.assignments.groupby(["inspector", "role"]).size().unstack(fill_value=0).reset_index()
    shown.print(plain_table(loads, f"Cases by inspector, {drawn.id}"))


@sample_app.command("replace")
def replace_command(
    run_file: RunFile,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The id of the case that cannot be inspected.")],
    reason: Annotated[str, typer.Option(help="Why it cannot be inspected, such as 'recording lost'.")],
    by: Annotated[str, typer.Option(help="Who says so.")],
    sample: SampleName = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Put the next case of the stratum in place of one that cannot be inspected; nobody can choose it.

    The case stays in the sample as a non-response, with the reason. `sample forms` then writes a new form.
    """
    with faults_told(as_json):
        the_plan, _, drawn = sample_of(run_file, sample, folder)
        from sqaudit.samples import replace_case

        line = replace_case(folder_of(drawn), case, reason, by, now_of(the_plan))
    if as_json:
        print_line({"status": "replaced", **line})
        return
    told.print(f"{line['original']} is replaced by {line['replacement']} ({line['stratum']}).", markup=False)


@sample_app.command("read")
def read_command(
    run_file: RunFile,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Filled forms; all in the sample's folder by default.")
    ] = None,
    sample: SampleName = None,
    folder: Folder = None,
    language: Speech = None,
    as_json: AsJson = False,
) -> None:
    """Read filled forms back: good answers are kept, every bad cell is named with what to do.

    Nothing is overwritten: a changed answer is a new version. The exit status is 1 if something was not used.
    """
    with faults_told(as_json):
        the_plan, setting, drawn = sample_of(run_file, sample, folder)
        from sqaudit.inspections import collect, open_cases

        own = folder_of(drawn)
        found = collect(own, files or [], now_of(the_plan))
        lacking = open_cases(own)
    bad = bool((found.faults["severity"] == "error").any())
    if as_json:
        tables = {"files": found.files.to_dict("records"), "faults": found.faults.to_dict("records")}
        print_line({"status": "incomplete" if bad else "complete", **tables, "open": len(lacking)})
    else:
        _tell_reading(found.files, found.faults, language_of(the_plan, setting, language))
        told.print(f"{len(lacking)} inspections are not complete.")
    raise typer.Exit(1 if bad else 0)


@sample_app.command("scores")
def scores_command(
    run_file: RunFile,
    sample: SampleName = None,
    folder: Folder = None,
    sections: Annotated[bool, typer.Option("--sections", help="The points of each section instead.")] = False,
    form: Format = Form.table,
    output: Output = None,
) -> None:
    """Show what each case is worth: points, points possible, critical errors, and why a case has no score.

    The role `rescore` takes the answers that were scored again in place of the first ones; `in_force` marks
    the row of a case that counts.
    """
    with faults_told(as_json=False):
        _, _, drawn = sample_of(run_file, sample, folder)
        from sqaudit.inspections import case_scores, section_scores

        frame = (section_scores if sections else case_scores)(folder_of(drawn))
    write(frame, form, output, lambda: plain_table(frame, f"Scores, {drawn.id}"))


@sample_app.command("dispute")
def dispute_command(
    run_file: RunFile,
    entries: Annotated[
        Path, typer.Argument(metavar="ENTRIES", help="A CSV file, or a YAML file with the list `entries`.")
    ],
    sample: SampleName = None,
    folder: Folder = None,
    language: Speech = None,
    as_json: AsJson = False,
) -> None:
    """Enter disputes, re-scores and withdrawals: who, when, why. Nothing is overwritten.

    Columns: case_id, item, action (dispute, rescore, withdrawn), who, at, why, answer, comment.
    """
    with faults_told(as_json):
        the_plan, setting, drawn = sample_of(run_file, sample, folder)
        from sqaudit.inspections import disputes, read_entries, record
        from sqaudit.samples import standing_cases

        own, cases = folder_of(drawn), standing_cases(drawn)
        agents = dict(zip(cases["case_id"], cases["agent"], strict=True)) if "agent" in cases.columns else {}
        added, faults = record(own, read_entries(entries), now_of(the_plan), agents)
        standing = disputes(own)
    if as_json:
        tables = {"faults": faults.to_dict("records"), "disputes": standing.to_dict("records")}
        print_line({"added": len(added), **tables})
    else:
        told.print(f"{len(added)} of {len(added) + faults['row'].nunique()} entries kept.")
        _tell_faults(faults, language_of(the_plan, setting, language))
    raise typer.Exit(1 if len(faults) else 0)


def _form_of(the_plan: Plan, setting: SamplePlan) -> InspectionForm:
    """The inspection form that the run file names, by path or id."""
    from sqaudit.inspection_forms import find_form, read_form

    path = find_form(setting.form, the_plan.base) if setting.form else None
    faults = []
    if path is None:
        said = f"there is no form '{setting.form}'." if setting.form else "no form is named."
        remedy = "Name one, such as params/forms/service_inspection.yaml."
        faults.append(Fault(the_plan.at("sample", "form"), said, remedy))
    if not setting.inspectors:
        faults.append(Fault(the_plan.at("sample", "inspectors"), "nobody is named.", "Name the inspectors."))
    if faults or path is None:
        raise ParameterError(faults)
    return read_form(path)


def _tell_reading(files: pd.DataFrame, faults: pd.DataFrame, language: Language) -> None:
    from sqaudit.present.form_tables import read_files

    shown.print(plain_table(read_files(files, language), "Filled forms"))
    _tell_faults(faults, language)


def _tell_faults(faults: pd.DataFrame, language: Language) -> None:
    from sqaudit.present.form_tables import worded_faults

    for severity, place, what, todo in worded_faults(faults, language).itertuples(index=False, name=None):
        shown.print(f"{severity}: {place}: {what} {todo}", markup=False)
