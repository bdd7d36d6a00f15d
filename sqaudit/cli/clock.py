"""The command that proves working time, between two instants or for a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from sqaudit.cli.app import AsJson, LanguageChoice, app, faults_told, opened, print_json, shown
from sqaudit.errors import Fault, ParameterError


@app.command("clock")
def clock_command(
    start: Annotated[
        str | None, typer.Argument(help='An instant such as "2026-09-30 17:00", or a day.')
    ] = None,
    end: Annotated[str | None, typer.Argument(help="A later one.")] = None,
    calendar: Annotated[str | None, typer.Option(help="A calendar, by id or path.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="The zone the instants are in; that of the calendar by default.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option(help="A limit of working time, such as 4h, to say when it had passed.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(metavar="RUN.yaml", help="In place of START and END: a run file, ...")
    ] = None,
    indicator: Annotated[
        str | None, typer.Option(help="... an indicator that sets a time limit, ...")
    ] = None,
    case: Annotated[str | None, typer.Option(help="... and the key of the case to prove.")] = None,
    language: Annotated[LanguageChoice, typer.Option(help="Chinese, English or both.")] = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Prove how much natural and working time lies between two instants, stretch by stretch.

    With `--run`, `--indicator` and `--case`: between two events of a record, and whether its limit was kept.
    """
    with faults_told(as_json):
        given = {"START": start, "END": end, "--calendar": calendar, "--timezone": timezone, "--limit": limit}
        named = {"--run": run, "--indicator": indicator, "--case": case}
        of_a_case = any(value is not None for value in named.values())
        lacking = [
            name
            for name, value in (named if of_a_case else {"START": start, "END": end}).items()
            if value is None
        ]
        other = [name for name, value in given.items() if value is not None] if of_a_case else []
        if lacking or other:
            raise ParameterError(_unfinished(lacking, other))
    if of_a_case:
        _prove_case(run or Path(), indicator or "", case or "", language, as_json)
    else:
        _prove_instants(
            start or "", end or "", calendar or "china_office_hours", timezone, limit, language, as_json
        )


def _unfinished(lacking: list[str], other: list[str]) -> list[Fault]:
    remedy = "Give two instants, or --run, --indicator and --case together."
    faults = [Fault(name, "it is missing.", remedy) for name in lacking]
    return faults + [Fault(name, "it does not go with a case, which has its own.", remedy) for name in other]


def _prove_instants(
    start: str, end: str, calendar: str, timezone: str | None, limit: str | None,
    language: LanguageChoice, as_json: bool,
) -> None:  # fmt: skip
    with faults_told(as_json):
        from sqaudit.calendars import clock_proof, named_calendar

        faults, (begins, ends, minutes) = _read_together(
            ("START", start, _instant), ("END", end, _instant), ("--limit", limit, _minutes)
        )
        if faults:
            raise ParameterError(faults)
        proof = clock_proof(named_calendar(calendar), begins, ends, timezone, minutes)
    if as_json:
        print_json(proof.as_dict())
        return
    from sqaudit.present.clock import proof_lines, proof_table

    shown.print(proof_table(proof, language.value))
    for line in proof_lines(proof, language.value):
        shown.print(line, markup=False)


def _prove_case(run_file: Path, indicator: str, case: str, language: LanguageChoice, as_json: bool) -> None:
    with faults_told(as_json), opened(run_file) as audit:
        proofs = audit.clock_proof(indicator, case)
        name = audit.standard.indicator(indicator).name
    if as_json:
        print_json([proof.as_dict() for proof in proofs])
        return
    from sqaudit.present.clock import case_lines, case_table

    for proof in proofs:
        shown.print(case_table(proof, name, language.value))
        for line in case_lines(proof, language.value):
            shown.print(line, markup=False)


def _read_together(*given: tuple[str, str | None, Callable[[str], Any]]) -> tuple[list[Fault], list[Any]]:
    """What several words of the command line stand for, and every fault of them."""
    faults: list[Fault] = []
    values: list[Any] = [None] * len(given)
    for number, (place, text, meaning) in enumerate(given):
        try:
            values[number] = None if text is None else meaning(text)
        except ValueError as error:
            faults.append(Fault(place, str(error)))
    return faults, values


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"'{text}' is no instant. Write 2026-09-30 17:00 or 2026-09-30.") from error


def _minutes(text: str) -> float:
    from pydantic import TypeAdapter, ValidationError

    from sqaudit.standards.values import Seconds

    try:
        return float(TypeAdapter(Seconds).validate_python(text)) / 60
    except ValidationError as error:
        raise ValueError(f"'{text}' is no length of time. Write 30min, 4h or 2d.") from error
