"""Commands on an audit: make the book, check, measure, list records, score."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sqaudit.cli.app import (
    AsJson,
    Form,
    Format,
    LanguageChoice,
    Output,
    Period,
    RunFile,
    app,
    faults_told,
    opened,
    plain_table,
    print_json,
    shown,
    told,
    write,
)

if TYPE_CHECKING:
    import pandas as pd


@app.command("run")
def run_command(
    run_file: RunFile,
    out: Annotated[Path, typer.Option(help="The folder that collects the books.")] = Path("reports"),
    period: Period = None,
    as_of: Annotated[
        str | None, typer.Option(help="When open cases are judged, such as 2026-07-08; goes with --period.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What the book is called, in both languages.")] = None,
    language: Annotated[LanguageChoice | None, typer.Option(help="Chinese, English or both.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Notebooks at a time; as many as there are cores by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the dated audit book of a run file.

    Checks everything first, reads and measures once, executes the notebooks, and writes a new folder
    such as `reports/2026-Q3_20261008-093012/`. Nothing is overwritten. The options take the place of the
    keys of the run file that are called like them.
    """
    keys = {"period": period, "as_of": as_of, "title": title, "language": language and language.value}
    with faults_told(as_json):
        from sqaudit.plan import plan

        the_plan = plan(run_file, **{key: given for key, given in keys.items() if given is not None})
        from sqaudit.publish.progress import progress_bars
        from sqaudit.publish.run import publish

        with progress_bars(told, list(the_plan.notebooks), quiet=as_json) as progress:
            book = publish(the_plan, out, jobs, progress)
    if as_json:
        sys.stdout.write(json.dumps(book.as_dict(), ensure_ascii=False) + "\n")
    else:
        _tell_book(book)
    raise typer.Exit(0 if book.status == "complete" else 1)


@app.command()
def check(run_file: RunFile, as_json: AsJson = False) -> None:
    """Look for faults in the run file, the standard and the records, without making a book.

    Faults of the data are findings, listed with row numbers; the exit status stays 0.
    """
    with faults_told(as_json), opened(run_file) as audit:
        checks, account = audit.checks, audit.row_account
        names = audit.standard
    if as_json:
        print_json({"checks": checks.to_dict("records"), "row_account": account.to_dict("records")})
        return
    from sqaudit.present.terminal import account_table, checks_lines

    for line in checks_lines(checks, names):
        shown.print(line)
    shown.print(account_table(account, names))


@app.command()
def measure(
    run_file: RunFile,
    by: Annotated[
        str,
        typer.Option(help="Segments or grains of time to group by, such as team,month; several are crossed."),
    ] = "",
    period: Period = None,
    indicator: Annotated[
        list[str] | None, typer.Option(help="Only this indicator; may be given several times.")
    ] = None,
    form: Format = Form.table,
    output: Output = None,
    sql: Annotated[bool, typer.Option("--sql", help="Show the query behind the figures instead.")] = False,
) -> None:
    """Measure the indicators of the standard and judge them.

    One row per indicator, period and segment: numerator, denominator, pending, excluded, value, its
    interval, method, evidence, target and verdict.
    """
    with faults_told(form is Form.json):
        grouping = [name.strip() for name in by.split(",") if name.strip()]
        with opened(run_file) as audit:
            if sql:
                for kind, query in audit.queries(grouping, period, indicator or []).items():
                    sys.stdout.write(f"-- {kind}\n{query};\n\n")
                return
            frame = audit.measure(grouping, period, indicator or [])
            names = audit.standard
            lacking = audit.not_broken_down(grouping, indicator or [])
        write(frame, form, output, lambda: _measurement_table(frame, names))
        for name, reason in lacking.items():
            told.print(f"Not broken down: {name}: {reason}", markup=False)


@app.command()
def records(
    run_file: RunFile,
    indicator: Annotated[str, typer.Argument(help="The id of an indicator of the standard.")],
    status: Annotated[str | None, typer.Option(help="met, missed, counted, pending or excluded.")] = None,
    where: Annotated[
        str | None, typer.Option(help="A condition over the columns, such as \"region = 'north'\".")
    ] = None,
    period: Period = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most this many rows of each record kind.")
    ] = None,
    form: Format = Form.table,
    output: Output = None,
) -> None:
    """List the very records behind a figure: met, missed, pending, excluded with the reason.

    Personal data are masked unless the run file says `show_personal_data: true`.
    """
    with faults_told(form is Form.json):
        with opened(run_file) as audit:
            frame = audit.records(indicator, status, where, period, limit)
            telling = audit.telling_columns(indicator)
        title = "Records" if limit is None else f"Records, at most {limit} of each kind"
        narrow = frame[[name for name in frame.columns if name in telling]]
        if more := len(frame.columns) - len(narrow.columns):
            title += f" ({more} more columns with --format csv)"
        write(frame, form, output, lambda: plain_table(narrow, title))


@app.command()
def score(
    standard: Annotated[Path, typer.Argument(metavar="STANDARD.yaml", help="The standard file.")],
    figures: Annotated[
        Path, typer.Argument(metavar="FIGURES.csv|xlsx", help="Columns: indicator, value, optionally n.")
    ],
    as_json: AsJson = False,
) -> None:
    """Score and grade figures that somebody else computed, without any records."""
    with faults_told(as_json):
        from sqaudit.figures_file import read_figures
        from sqaudit.plan import named_standard
        from sqaudit.scoring import score as scored
        from sqaudit.scoring import scorecard

        model = named_standard(str(standard), Path())
        card = scorecard(read_figures(figures, model), model)
        result = scored(card, model)
    if as_json:
        rows = json.loads(card.to_json(orient="records", force_ascii=False, double_precision=15))
        print_json(
            {"standard": model.standard, "version": model.version, **result.as_dict(), "scorecard": rows}
        )
        return
    from sqaudit.present.terminal import score_lines, scorecard_table

    shown.print(scorecard_table(card, model))
    for line in score_lines(result, model):
        shown.print(line)


def _tell_book(book: Any) -> None:
    told.print(f"Book: [bold]{book.folder / 'index.html'}[/]")
    if book.score is not None:
        from sqaudit.present import numbers

        told.print(
            f"{book.grade['en']} ({book.grade['zh']}), score {numbers.score(book.score)}; "
            f"{numbers.plain(book.weight_assessed)} of {numbers.plain(book.weight_total)} points assessed; "
            f"targets met: {book.targets_met} of {book.targets_judged}"
        )
    for failure in book.failures:
        where = f" in cell {failure['cell']}" if failure["cell"] else ""
        told.print(f"Failed: {failure['notebook']}{where}: {failure['error']}", markup=False)


def _measurement_table(frame: pd.DataFrame, standard: Any) -> Any:
    from sqaudit.present.terminal import measurement_table

    return measurement_table(frame, standard)
