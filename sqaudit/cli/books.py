"""Commands on finished books: perform one again, compare two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sqaudit.cli.app import AsJson, LanguageChoice, app, faults_told, print_json, shown, told
from sqaudit.errors import Fault, ParameterError

Book = Annotated[Path, typer.Argument(metavar="BOOK", help="The folder of a book, such as reports/latest.")]
Sources = Annotated[
    list[Path] | None,
    typer.Option("--sources", help="A folder in which moved sources are looked for; may be given again."),
]
Tongue = Annotated[LanguageChoice, typer.Option("--language", help="Chinese, English or both.")]


@app.command()
def verify(
    book: Book,
    sources: Sources = None,
    url: Annotated[
        list[str] | None,
        typer.Option("--url", help="The address of a database as KIND=ADDRESS: a book holds no password."),
    ] = None,
    language: Tongue = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Perform the audit of a book again and compare every figure and finding; nothing is written.

    Checks the files of the book, its sources, standards, plans and samples against their recorded hashes.
    Exit status: 0 no difference; 1 differences, each named with what may be the reason; 2 it cannot be
    performed again.
    """
    with faults_told(as_json):
        addresses = _addresses(url or [])
        from sqaudit.books import verify_book

        with told.status("The audit is performed again; that takes about as long as making it."):
            found = verify_book(book, sources or [], addresses)
    if as_json:
        print_json(found.as_dict())
    else:
        from sqaudit.present.verification_sentences import verification_lines
        from sqaudit.present.words import tongues

        for tongue in tongues(language.value):
            _print(list(verification_lines(found, tongue)))
    raise typer.Exit(found.status)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(metavar="BOOK", help="The earlier book.")],
    now: Annotated[Path, typer.Argument(metavar="BOOK", help="The later book.")],
    sources: Sources = None,
    language: Tongue = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Compare two books: every figure, verdict, score and grade that differs, and what it is due to.

    The program, data, readings, the standard, calendars, parameters, scope and period are changed one at a
    time, and the audit is computed again after each; the parts add up. Exit status: 0 no difference; 1
    differences; 2 one of the two is no book.
    """
    with faults_told(as_json):
        from sqaudit.books import compare_books

        with told.status("What differs is computed again, one thing changed at a time."):
            found = compare_books(before, now, sources or [])
    if as_json:
        print_json(found.as_dict())
    else:
        from sqaudit.present.comparison_of_books import comparison_lines, comparison_table
        from sqaudit.present.words import tongues

        for tongue in tongues(language.value):
            _print(list(comparison_lines(found, tongue)))
            if not found.same:
                shown.print(comparison_table(found, tongue))
    raise typer.Exit(0 if found.same else 1)


def _addresses(given: Sequence[str]) -> dict[str, str]:
    parts = [one.partition("=") for one in given]
    if wrong := [kind for kind, sign, address in parts if not (kind and sign and address)]:
        message = "an address is written KIND=ADDRESS, such as ticket=mysql://me:secret@host/base."
        raise ParameterError([Fault("--url", message) for _ in wrong])
    return {kind: address for kind, _, address in parts}


def _print(lines: Sequence[str]) -> None:
    for line in lines:
        shown.print(line, markup=False, soft_wrap=True)
