"""The command line: words to calls, no arithmetic.

Exit status: 0 fine; 1 something failed and the rest was delivered; 2 bad parameters, nothing started.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from sqaudit.errors import AuditError, Fault, ParameterError

if TYPE_CHECKING:
    import pandas as pd

    from sqaudit.audit import Audit

app = typer.Typer(
    help="Audit service quality: from service records and a written standard to a dated audit book.",
    epilog="Start with: sqaudit run params/quarterly_review.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
standards_app = typer.Typer(
    help="The standards at hand: list them, show one, look for weak spots.", no_args_is_help=True
)
app.add_typer(standards_app, name="standards")
told = Console(stderr=True, highlight=False, soft_wrap=True)
shown = Console(highlight=False, width=None if sys.stdout.isatty() else 200)


class LanguageChoice(StrEnum):
    """The language of a book."""

    zh = "zh"
    en = "en"
    both = "both"


class Form(StrEnum):
    """How a table leaves the program."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


RunFile = Annotated[
    Path, typer.Argument(metavar="RUN.yaml", help="The run file: records, standard, period, segments.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Period = Annotated[
    str | None, typer.Option(help="Another period: 2026-Q3, 2026-09, 2026-W38, 2026-07-01..2026-07-14, all.")
]
Format = Annotated[Form, typer.Option("--format", help="How the table is written.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the table into this file instead.")
]


@app.command("run")
def run_command(
    run_file: RunFile,
    out: Annotated[Path, typer.Option(help="The folder that collects the books.")] = Path("reports"),
    language: Annotated[LanguageChoice | None, typer.Option(help="Chinese, English or both.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Notebooks at a time; as many as there are cores by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the dated audit book of a run file.

    Checks everything first, reads and measures once, executes the notebooks, and writes a new folder
    such as `reports/2026-Q3_20261008-093012/`. Nothing is overwritten.
    """
    with _faults(as_json):
        from sqaudit.plan import plan

        changes = {"language": language.value} if language else {}
        the_plan = plan(run_file, **changes)
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
    with _faults(as_json), _opened(run_file) as audit:
        checks, account = audit.checks, audit.row_account
        names = audit.standard
    if as_json:
        _print_json({"checks": checks.to_dict("records"), "row_account": account.to_dict("records")})
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
    with _faults(form is Form.json):
        grouping = [name.strip() for name in by.split(",") if name.strip()]
        with _opened(run_file) as audit:
            if sql:
                for kind, query in audit.queries(grouping, period, indicator or []).items():
                    sys.stdout.write(f"-- {kind}\n{query};\n\n")
                return
            frame = audit.measure(grouping, period, indicator or [])
            names = audit.standard
            lacking = audit.not_broken_down(grouping, indicator or [])
        _write(frame, form, output, lambda: _measurement_table(frame, names))
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
    with _faults(form is Form.json):
        with _opened(run_file) as audit:
            frame = audit.records(indicator, status, where, period, limit)
            telling = audit.telling_columns(indicator)
        title = "Records" if limit is None else f"Records, at most {limit} of each kind"
        narrow = frame[[name for name in frame.columns if name in telling]]
        if more := len(frame.columns) - len(narrow.columns):
            title += f" ({more} more columns with --format csv)"
        _write(frame, form, output, lambda: _plain_table(narrow, title))


@app.command()
def score(
    standard: Annotated[Path, typer.Argument(metavar="STANDARD.yaml", help="The standard file.")],
    figures: Annotated[
        Path, typer.Argument(metavar="FIGURES.csv|xlsx", help="Columns: indicator, value, optionally n.")
    ],
    as_json: AsJson = False,
) -> None:
    """Score and grade figures that somebody else computed, without any records."""
    with _faults(as_json):
        from sqaudit.figures_file import read_figures
        from sqaudit.plan import named_standard
        from sqaudit.scoring import score as scored
        from sqaudit.scoring import scorecard

        model = named_standard(str(standard), Path())
        card = scorecard(read_figures(figures, model), model)
        result = scored(card, model)
    if as_json:
        rows = json.loads(card.to_json(orient="records", force_ascii=False, double_precision=15))
        _print_json(
            {"standard": model.standard, "version": model.version, **result.as_dict(), "scorecard": rows}
        )
        return
    from sqaudit.present.terminal import score_lines, scorecard_table

    shown.print(scorecard_table(card, model))
    for line in score_lines(result, model):
        shown.print(line)


@standards_app.command("list")
def standards_list(as_json: AsJson = False) -> None:
    """The standards that come with sqaudit and those in params/standards/ of this folder."""
    with _faults(as_json):
        from sqaudit.plan import standards_at_hand

        found = standards_at_hand(Path())
    if as_json:
        _print_json(
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
    with _faults(as_json):
        from sqaudit.plan import named_standard

        model = named_standard(standard, Path())
    if as_json:
        _print_json(model.model_dump(mode="json", by_alias=True, exclude_none=True))
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
    with _faults(as_json):
        from sqaudit.lint import lint_file
        from sqaudit.present.findings import finding_remedy, finding_sentence

        checked = [lint_file(path) for path in _standard_files(standard or [])]
    found = [(name, one) for name, findings in checked for one in findings]
    if as_json:
        _print_json(
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
    with _faults(as_json):
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
    with _faults(as_json):
        from sqaudit.calendars import clock_proof, named_calendar

        faults, (begins, ends, minutes) = _read_together(
            ("START", start, _instant), ("END", end, _instant), ("--limit", limit, _minutes)
        )
        if faults:
            raise ParameterError(faults)
        proof = clock_proof(named_calendar(calendar), begins, ends, timezone, minutes)
    if as_json:
        _print_json(proof.as_dict())
        return
    from sqaudit.present.clock import proof_lines, proof_table

    shown.print(proof_table(proof, language.value))
    for line in proof_lines(proof, language.value):
        shown.print(line, markup=False)


def _prove_case(run_file: Path, indicator: str, case: str, language: LanguageChoice, as_json: bool) -> None:
    with _faults(as_json), _opened(run_file) as audit:
        proofs = audit.clock_proof(indicator, case)
        name = audit.standard.indicator(indicator).name
    if as_json:
        _print_json([proof.as_dict() for proof in proofs])
        return
    from sqaudit.present.clock import case_lines, case_table

    for proof in proofs:
        shown.print(case_table(proof, name, language.value))
        for line in case_lines(proof, language.value):
            shown.print(line, markup=False)


@app.command()
def kinds(
    kind: Annotated[str | None, typer.Argument(help="Only this record kind; an overview without it.")] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write Markdown: the whole data dictionary, or the kind.")
    ] = False,
) -> None:
    """The record kinds that standards speak of: their columns, in words, and which indicators read them."""
    with _faults(False):
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
        _print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "[green]ok[/]  " if finding.fine else "[red]look[/]"
            shown.print(
                f"{mark} {finding.what}: {finding.found}" + ("" if finding.fine else f"  -> {finding.remedy}")
            )
    raise typer.Exit(0 if all(finding.fine for finding in findings) else 1)


def main() -> None:
    """The entry point of the command `sqaudit`."""
    app()


@contextmanager
def _faults(as_json: bool) -> Iterator[None]:
    """Turn what a user can meet into sentences and an exit status."""
    try:
        yield
    except ParameterError as error:
        if as_json:
            faults = [
                {"place": one.place, "message": one.message, "remedy": one.remedy} for one in error.faults
            ]
            sys.stdout.write(json.dumps({"status": "refused", "faults": faults}, ensure_ascii=False) + "\n")
        told.print(str(error), markup=False)
        raise typer.Exit(2) from error
    except AuditError as error:
        if as_json:
            sys.stdout.write(json.dumps({"status": "failed", "error": str(error).splitlines()[0]}) + "\n")
        told.print(str(error), markup=False)
        raise typer.Exit(1) from error
    except BrokenPipeError:
        raise typer.Exit(0) from None


def _opened(run_file: Path) -> Audit:
    """The audit of a run file; its faults are told before anything heavy is loaded."""
    from sqaudit.plan import plan

    the_plan = plan(run_file)
    from sqaudit.audit import Audit

    return Audit(the_plan)


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


def _write(frame: pd.DataFrame, form: Form, output: Path | None, table: Any) -> None:
    """The frame as a table on the terminal, or as CSV, JSON or Parquet to a file or the standard output."""
    from sqaudit.publish.tables import as_csv, as_json, as_parquet

    if form is Form.table and output is None:
        shown.print(table())
        return
    suffix = (
        {".json": Form.json, ".parquet": Form.parquet}.get(output.suffix.lower(), Form.csv)
        if output
        else form
    )
    chosen = suffix if form is Form.table else form
    content = {Form.csv: as_csv, Form.json: as_json, Form.parquet: as_parquet}[chosen](frame)
    if output is not None:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


def _print_json(content: Any) -> None:
    from sqaudit.publish.tables import plain

    sys.stdout.write(json.dumps(plain(content), ensure_ascii=False, indent=1) + "\n")


def _measurement_table(frame: pd.DataFrame, standard: Any) -> Any:
    from sqaudit.present.terminal import measurement_table

    return measurement_table(frame, standard)


def _plain_table(frame: pd.DataFrame, title: str) -> Any:
    from sqaudit.present.terminal import plain_table

    return plain_table(frame, title)
