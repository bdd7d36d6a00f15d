"""Commands on standards: list them, show one, look for weak spots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sqaudit.cli.app import AsJson, LanguageChoice, app, faults_told, print_json, shown, told
from sqaudit.errors import Fault, ParameterError

standards_app = typer.Typer(
    help="The standards at hand: list them, show one, look for weak spots.", no_args_is_help=True
)
app.add_typer(standards_app, name="standards")
app.add_typer(standards_app, name="standards")


@standards_app.command("list")
def standards_list(as_json: AsJson = False) -> None:
    """The standards that come with sqaudit and those in params/standards/ of this folder."""
    with faults_told(as_json):
        from sqaudit.plan import standards_at_hand

        found = standards_at_hand(Path())
    if as_json:
        print_json(
            [
                {"id": one.standard, "version": one.version, "path": str(path), "title": one.title.both()}
                for path, one in found
            ]
        )
        return
    for path, one in found:
        title = f"{one.title.in_language('en')} · {one.title.in_language('zh')}"
        shown.print(f"[bold]{one.standard}[/] {one.version}  {title}")
        shown.print(f"  {len(one.indicators)} indicators, {len(one.rules)} rules  [dim]{path}[/]")


@standards_app.command("show")
def standards_show(
    standard: Annotated[str, typer.Argument(help="A standard file or id.")], as_json: AsJson = False
) -> None:
    """The indicators of a standard: clause, formula, target, weight."""
    with faults_told(as_json):
        from sqaudit.plan import named_standard

        model = named_standard(standard, Path())
    if as_json:
        print_json(model.model_dump(mode="json", by_alias=True, exclude_none=True))
        return
    from sqaudit.present.terminal import standard_table

    shown.print(standard_table(model))


@standards_app.command("lint")
def standards_lint(
    standard: Annotated[
        list[str] | None, typer.Argument(help="Standard files or ids; all at hand by default.")
    ] = None,
    language: Annotated[LanguageChoice, typer.Option(help="Chinese, English or both.")] = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong or weak in standards: the file, conditions, weights, bands, targets, names.

    Exit status: 0 with warnings and notes only; 1 if a figure cannot come about; 2 if a file is refused.
    """
    with faults_told(as_json):
        from sqaudit.lint import lint_file
        from sqaudit.present.findings import finding_remedy, finding_sentence

        checked = [lint_file(path) for path in _standard_files(standard or [])]
    found = [(name, one) for name, findings in checked for one in findings]
    if as_json:
        print_json(
            [
                {
                    "standard": name,
                    **vars(one),
                    "message": finding_sentence(one, language.value),
                    "remedy": finding_remedy(one, language.value),
                }
                for name, one in found
            ]
        )
    else:
        for name, one in found:
            place = escape(" ".join(filter(None, (name, one.indicator, one.reading))))
            message, remedy = (
                escape(worded(one, language.value)) for worded in (finding_sentence, finding_remedy)
            )
            shown.print(f"[bold]{one.severity}[/] {place}: {message} [dim]{remedy}[/]")
        told.print(f"Findings: {len(found)}; standards: {len(checked)}.")
    refused = any(one.check == "fault" for _, one in found)
    failed = any(one.severity == "error" for _, one in found)
    raise typer.Exit(2 if refused else 1 if failed else 0)


def _standard_files(names: list[str]) -> list[Path]:
    """The files of the standards named, or of all at hand."""
    from sqaudit.lint import standard_files
    from sqaudit.plan import find_standard, shipped

    found = {name: Path(name) if Path(name).is_file() else find_standard(name, Path()) for name in names}
    if unknown := [name for name, path in found.items() if path is None]:
        remedy = "Check the path, or name one of `sqaudit standards list`."
        raise ParameterError([Fault(name, "there is no such standard.", remedy) for name in unknown])
    if not names:
        return standard_files([Path("params/standards"), *shipped("params/standards")])
    return [path for path in found.values() if path is not None]
