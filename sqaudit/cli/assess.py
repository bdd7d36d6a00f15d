"""The command that assesses agents, teams and departments: a list for people to review, with its evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from sqaudit.cli.app import AsJson, LanguageChoice, RunFile, app, faults_told, opened, print_json, shown
from sqaudit.errors import Fault, ParameterError


@app.command("assess")
def assess_command(
    run_file: RunFile,
    period: Annotated[
        str | None,
        typer.Option(help="The month assessed, such as 2026-09; else the last of the run's period."),
    ] = None,
    language: Annotated[LanguageChoice, typer.Option(help="Chinese, English or both.")] = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Who calls for a review by the rules of the run, and how likely each name is wrong. Decides nothing.

    The run file names the rules (`assessment`). Whether figures look worked on is told below the list.
    """
    with faults_told(as_json):
        from sqaudit.periods import parse

        try:
            span = parse(period) if period else None
        except ValueError as error:
            raise ParameterError([Fault("--period", str(error))]) from error
        with opened(run_file) as audit:
            from sqaudit.inquiry.assessing import Assessed

            found = Assessed.of(audit, span)
            standard = audit.standard
    if as_json:
        print_json(found.told())
        return
    from sqaudit.present.assessment_terminal import assessment_lines

    for line in assessment_lines(found, standard, language.value):
        shown.print(line, markup=False)
