"""Commands about sqaudit itself: the kinds of record it knows, and this installation."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sqaudit.cli.app import AsJson, app, faults_told, print_json, shown
from sqaudit.errors import Fault, ParameterError


@app.command()
def kinds(
    kind: Annotated[str | None, typer.Argument(help="Only this record kind; an overview without it.")] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write Markdown: the whole data dictionary, or the kind.")
    ] = False,
) -> None:
    """The record kinds that standards speak of: their columns, in words, and which indicators read them."""
    with faults_told(False):
        from sqaudit.errors import did_you_mean
        from sqaudit.kinds import catalogue
        from sqaudit.plan import shipped
        from sqaudit.present.dictionary import dictionary, kind_section, kinds_overview, readers_of
        from sqaudit.standards import read_standard

        known = catalogue()
        if kind is not None and kind not in known:
            message = f"there is no record kind '{kind}'."
            raise ParameterError([Fault("kind", message, did_you_mean(kind, list(known)))])
        standards = [
            read_standard(path)
            for folder in shipped("params/standards")
            for path in sorted(folder.glob("*.yaml"))
        ]
    if kind is not None:
        text = kind_section(kind, known[kind], readers_of(known, standards)) + "\n"
    else:
        text = dictionary(known, standards) if markdown else kinds_overview(known)
    if markdown:
        sys.stdout.write(text)
    else:
        from rich.markdown import Markdown

        shown.print(Markdown(text))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Look at this installation: Python, packages, kernel, font, notebooks, room for files."""
    from sqaudit.publish.doctor import examined

    findings = examined()
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "[green]ok[/]  " if finding.fine else "[red]look[/]"
            shown.print(
                f"{mark} {finding.what}: {finding.found}" + ("" if finding.fine else f"  -> {finding.remedy}")
            )
    raise typer.Exit(0 if all(finding.fine for finding in findings) else 1)
