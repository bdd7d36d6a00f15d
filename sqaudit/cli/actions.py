"""The command that follows up the improvement plan: how it stands, what it lacks, and what worked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sqaudit.cli.app import (
    AsJson,
    LanguageChoice,
    RunFile,
    app,
    faults_told,
    opened,
    print_json,
    shown,
    told,
)
from sqaudit.errors import Fault, ParameterError

if TYPE_CHECKING:
    from sqaudit.inquiry.followup import FollowUp
    from sqaudit.standards import Standard


@app.command("actions")
def actions_command(
    run_file: RunFile,
    verify: Annotated[
        bool, typer.Option("--verify", help="Measure by week whether each action worked.")
    ] = False,
    template: Annotated[
        Path | None,
        typer.Option(metavar="FILE.xlsx", help="Write the plan into an Excel file to keep it in."),
    ] = None,
    language: Annotated[
        LanguageChoice,
        typer.Option(help="Chinese, English or both. Faults of the plan's file are told in English."),
    ] = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Follow up the improvement plan: what is done on time, what it lacks, and with --verify what worked.

    The plan is the file that the run names under `actions`, else the records `improvement_action`. An action
    is overdue when its due day has passed and it is neither done nor dropped, a proposed one too.
    """
    with faults_told(as_json):
        if template is not None:
            _refuse_file(template)
        with opened(run_file) as audit:
            from sqaudit.inquiry.followup import FollowUp

            found = FollowUp.of(audit, verify=verify)
            standard = audit.standard
        if template is not None:
            _write(template, found, standard, language)
    from sqaudit.present.followup_terminal import followup_content, followup_lines, followup_table

    if as_json:
        print_json(followup_content(found))
        return
    for line in followup_lines(found, standard, language.value):
        shown.print(line, markup=False)
    if found.actions:
        shown.print(followup_table(found, standard, language.value))


def _refuse_file(template: Path) -> None:
    """What somebody wrote into a plan is never written over."""
    if template.suffix.lower() != ".xlsx":
        raise ParameterError(
            [Fault("--template", f"{template} is no name of an Excel file.", "End it in .xlsx.")]
        )
    if template.exists():
        raise ParameterError([Fault("--template", f"{template} is there already.", "Name a new file.")])
    if not template.parent.is_dir():
        raise ParameterError([Fault("--template", f"there is no folder {template.parent}.", "Make it.")])


def _write(template: Path, found: FollowUp, standard: Standard, language: LanguageChoice) -> None:
    from sqaudit.actions import write_template
    from sqaudit.personal import MASK

    # A mask is no name: who owns an action is left to be filled in where names are not shown.
    actions = [
        one.model_copy(update={"owner": None if one.owner == MASK else one.owner}) for one in found.actions
    ]
    write_template(
        template,
        actions,
        [one.id for one in standard.indicators],
        sorted({one.owner for one in actions if one.owner}),
        sorted({one.department for one in actions if one.department}),
        "zh" if language is LanguageChoice.zh else "en",
    )
    told.print(f"Wrote {template}.", markup=False)
