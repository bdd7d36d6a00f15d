"""The command that looks into an indicator: is it real, mix or rate, which segments, since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sqaudit.cli.app import (
    AsJson,
    LanguageChoice,
    Period,
    RunFile,
    app,
    faults_told,
    opened,
    print_json,
    shown,
)
from sqaudit.errors import Fault, ParameterError

if TYPE_CHECKING:
    from sqaudit.periods import Period as Span


@app.command("causes")
def causes_command(
    run_file: RunFile,
    indicator: Annotated[str, typer.Argument(help="The id of an indicator of the standard.")],
    compare: Annotated[
        str | None, typer.Option(help="The period it is compared with; that of the run file by default.")
    ] = None,
    period: Period = None,
    dimensions: Annotated[
        str, typer.Option(help="What to look by: columns, and weekday, hour, part_of_day, new_agent.")
    ] = "",
    level: Annotated[
        bool, typer.Option("--level", help="Ask who lies off the rest now, instead of what changed.")
    ] = False,
    language: Annotated[LanguageChoice, typer.Option(help="Chinese, English or both.")] = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Look into one indicator: is the change real, how much is mix, which segments, since when.

    A search shows where, not why. The records of a segment are listed by the command below the table.
    """
    with faults_told(as_json):
        spans = _spans(compare, period)
        names = [name.strip() for name in dimensions.split(",") if name.strip()]
        with opened(run_file) as audit:
            from sqaudit.inquiry.inquire import Inquirer

            inquirer = Inquirer.of(audit, spans["--period"], spans["--compare"])
            found = inquirer.inquire(indicator, names, asked="level" if level else "change")
            standard = audit.standard
    if as_json:
        print_json(found.as_dict())
        return
    from sqaudit.present.inquiry_terminal import inquiry_lines, inquiry_table
    from sqaudit.present.records_command import records_command

    for line in inquiry_lines(found, standard, language.value):
        shown.print(line, markup=False)
    if len(found.segments):
        shown.print(inquiry_table(found, standard, language.value))
        for where in found.segments["where"]:
            command = records_command(run_file, standard.indicator(indicator), where, found.period)
            shown.print(command, markup=False, style="dim", soft_wrap=True)  # one line, to be copied


def _spans(compare: str | None, period: str | None) -> dict[str, Span | None]:
    from sqaudit.periods import parse

    found: dict[str, Any] = {}
    faults = []
    for option, text in (("--compare", compare), ("--period", period)):
        try:
            found[option] = parse(text) if text else None
        except ValueError as error:
            faults.append(Fault(option, str(error)))
    if faults:
        raise ParameterError(faults)
    return found
