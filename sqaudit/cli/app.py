"""What all commands share: the application, its options, and how faults and tables leave it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sqaudit.errors import AuditError, ParameterError

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


@contextmanager
def faults_told(as_json: bool) -> Iterator[None]:
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


def opened(run_file: Path) -> Audit:
    """The audit of a run file; its faults are told before anything heavy is loaded."""
    from sqaudit.plan import plan

    the_plan = plan(run_file)
    from sqaudit.audit import Audit

    return Audit(the_plan)


def write(frame: pd.DataFrame, form: Form, output: Path | None, table: Any) -> None:
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


def print_json(content: Any) -> None:
    """The content as indented JSON on the standard output."""
    from sqaudit.publish.tables import plain

    sys.stdout.write(json.dumps(plain(content), ensure_ascii=False, indent=1) + "\n")


def plain_table(frame: pd.DataFrame, title: str) -> Any:
    """Any frame as a table for the terminal."""
    from sqaudit.present.terminal import plain_table as told_plainly

    return told_plainly(frame, title)
