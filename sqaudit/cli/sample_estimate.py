"""The command that tells what an inspected sample says of all cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sqaudit.cli.app import AsJson, Form, Format, Output, RunFile, faults_told, shown, write
from sqaudit.cli.sample import sample_app
from sqaudit.cli.sample_chosen import Folder, SampleName, Speech, language_of, print_line, sample_of
from sqaudit.errors import Fault, ParameterError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from sqaudit.inspection_forms import InspectionForm
    from sqaudit.inspection_results import Inspection, InspectionResults
    from sqaudit.plan import Plan
    from sqaudit.present.words import Language

TABLES = (
    "responses",
    "population",
    "agreement",
    "severity",
    "drift",
    "integrity",
    "reconciliation",
    "disputes",
)
FLAGS = "flags"


@sample_app.command("estimate")
def estimate_command(
    run_file: RunFile,
    sample: SampleName = None,
    folder: Folder = None,
    by: Annotated[
        str, typer.Option(help="Columns to estimate by, each alone, with commas: agent,team.")
    ] = "agent,team,channel",
    language: Speech = None,
    form: Format = Form.table,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Show what the answers read so far say of all cases: figures with intervals, and what they rest on.

    Items, score and critical errors for all cases and by group, who stands out, agreement and severity of
    inspectors, whether the draw was random, and sample against census. Cases without an answer are neither
    good nor bad: figures are adjusted by class and stand beside the unadjusted ones. CSV, Parquet and
    `--format json` hold all estimates in one table; `--json` is one line with everything.
    """
    with faults_told(as_json or form is Form.json):
        the_plan, setting, drawn = sample_of(run_file, sample, folder)
        columns = _columns(by, list(map(str, drawn.cases.columns)))
        from sqaudit.audit import Audit
        from sqaudit.inspection_results import inspection_results
        from sqaudit.sampled import inspection_of

        with Audit(the_plan) as audit:
            inspection = inspection_of(audit, drawn)
        run = the_plan.run
        results = inspection_results(inspection, columns, run.confidence, run.minimum_cases)
        if inspection.form is None or results.population.empty:
            remedy = f"Have forms filled in and read them: sqaudit sample read {run_file}."
            raise ParameterError([Fault(drawn.id, "no case has been answered in full yet.", remedy)])
    if as_json:
        print_line({"status": "estimated", **_content(inspection, results)})
        return
    spoken = language_of(the_plan, setting, language)
    if form is Form.table and output is None:
        _tell(the_plan, inspection, inspection.form, results, spoken)
        return
    write(_together(results), form, output, lambda: "")


def _columns(by: str, known: list[str]) -> list[str]:
    """The columns asked for; those of the default only as far as the cases have them."""
    wanted = [name.strip() for name in by.split(",") if name.strip()]
    given = by != "agent,team,channel"
    faults = [
        Fault("--by", f"the cases have no column '{name}'.", did_you_mean(name, known))
        for name in wanted
        if given and name not in known
    ]
    if faults:
        raise ParameterError(faults)
    return [name for name in wanted if name in known]


def _together(results: InspectionResults) -> pd.DataFrame:
    """All estimates in one table: `by` and `group` say of whom; both empty for all cases."""
    import pandas as pd

    parts = [results.population.assign(by="", group="")]
    parts += [
        frame.rename(columns={name: "group"}).assign(by=name) for name, frame in results.domains.items()
    ]
    both = pd.concat(parts, ignore_index=True)
    return both[["by", "group", *(name for name in results.population.columns)]]


def _content(inspection: Inspection, results: InspectionResults) -> dict[str, Any]:
    from sqaudit.present.honesty import grounds_line

    return {
        "sample": inspection.id,
        "period": inspection.settings["period"],
        "design": inspection.design,
        "frame_size": inspection.settings["frame_size"],
        **{name: _rows(getattr(results, name)) for name in TABLES},
        "by": {name: _rows(frame) for name, frame in results.domains.items()},
        FLAGS: {name: _rows(frame) for name, frame in results.flags.items()},
        "grounds": {
            name: {"zh": grounds_line(one, "zh"), "en": grounds_line(one, "en")}
            for name, one in results.grounds.items()
        },
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _tell(
    the_plan: Plan,
    inspection: Inspection,
    form: InspectionForm,
    results: InspectionResults,
    language: Language,
) -> None:
    from sqaudit.present.definitions import labels_of
    from sqaudit.present.sheets import sheet_lines
    from sqaudit.present.tables import inspection as tables
    from sqaudit.present.words import say, tongues

    tongue = tongues(language)[-1]
    labels = labels_of(the_plan.standard)
    total = results.responses.iloc[0]
    title = say("inspection_review.command.title", tongue, sample=inspection.id)
    _show(
        sheet_lines(
            tables.estimates_sheet(results.population, results.grounds["population"], form, tongue), title
        )
    )
    answered = say(
        "inspection_review.command.response",
        tongue,
        drawn=int(total["drawn"]),
        answered=int(total["answered"]),
    )
    shown.print(answered, markup=False)
    for name, frame in results.domains.items():
        if frame[name].nunique(dropna=False) <= tables.MOST_GROUPS:
            _show(sheet_lines(tables.groups_sheet(frame, name, results.grounds[name], labels, tongue)))
    for name, frame in results.flags.items():
        if (frame["verdict"] != "no_verdict").any():
            _show(sheet_lines(tables.flags_sheet(frame, name, form, labels, tongue)))
    _show(sheet_lines(tables.agreement_sheet(results.agreement, form, tongue)))
    _show(sheet_lines(tables.severity_sheet(results.severity, tongue)))
    _show(sheet_lines(tables.drift_sheet(results.drift, tongue)))
    _show(sheet_lines(tables.integrity_sheet(results.integrity, tongue)))
    if len(results.reconciliation):
        _show(sheet_lines(tables.reconciliation_sheet(results.reconciliation, labels, tongue)))


def _show(lines: Sequence[Any]) -> None:
    for line in lines:
        if isinstance(line, str):
            shown.print(line, markup=False)
        else:
            shown.print(line)
