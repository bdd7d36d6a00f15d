"""The evidence of a book held against what is there now: its files, sources, standards and the program."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.books.at_hand import FoundFile, RecordedFile, find_in_place
from sqaudit.books.fingerprints import hashes, program_version, sha256, versions
from sqaudit.books.stored import StoredBook
from sqaudit.plan.kept import KEPT
from sqaudit.sampled import sample_files

EVIDENCE = ("what", "name", "kind", "state", "recorded", "found", "place")
WHAT = (
    "book_file",
    "source",
    "database",
    "sample",
    "standard",
    "calendar",
    *KEPT,
    "previous_book",
    "program",
    "python",
    "package",
)
STATES = ("same", "changed", "missing", "added", "not_checked")


@dataclass(frozen=True)
class Evidence:
    """What was recorded and what is there: `table` in the columns EVIDENCE, and the files that were found.

    `samples` is the folder in which the samples of the run were found; None where it had none.
    """

    table: pd.DataFrame
    sources: Mapping[str, tuple[FoundFile, ...]]
    samples: Path | None = None

    @property
    def differing(self) -> pd.DataFrame:
        """The rows that are not the same."""
        return self.of(*STATES[1:4])

    def of(self, *states: str) -> pd.DataFrame:
        """The rows in some states."""
        return self.table[self.table["state"].isin(states)].reset_index(drop=True)


def gathered(book: StoredBook, folders: Sequence[Path]) -> Evidence:
    """Everything that the manifest of a book names, held against what is there; nothing is written.

    `folders` are searched for sources first. A database has no hash: it is `not_checked`.
    """
    sources = {
        kind: tuple(find_in_place(file, folders, book.around) for file in files)
        for kind, files in book.source_files.items()
    }
    samples = _place_of_samples(book, folders)
    rows = [
        *_book_files(book),
        *_sources(book, sources),
        *_samples(book, samples),
        *_descriptions(book, folders),
        *_previous(book, folders),
        *_program(book),
    ]
    return Evidence(pd.DataFrame(rows, columns=list(EVIDENCE)), sources, samples)


def _row(
    what: str, name: str, state: str, recorded: str = "", found: str = "", **more: str
) -> dict[str, str]:
    whole = {"what": what, "name": name, "kind": "", "state": state, "recorded": recorded, "found": found}
    return {**whole, "place": "", **more}


def _book_files(book: StoredBook) -> Iterator[dict[str, str]]:
    recorded = {name.replace("\\", "/"): digest for name, digest in book.manifest["files"].items()}
    there = hashes(book.folder)
    for name in sorted({*recorded, *there}):
        old, new = recorded.get(name, ""), there.get(name, "")
        state = "added" if not old else "missing" if not new else "same" if old == new else "changed"
        yield _row("book_file", name, state, old, new)


def _sources(book: StoredBook, sources: Mapping[str, Sequence[FoundFile]]) -> Iterator[dict[str, str]]:
    origins = {str(one["kind"]): str(one.get("origin", "")) for one in book.manifest["sources"]}
    for kind, files in sources.items():
        if not files:
            yield _row("database", origins[kind], "not_checked", kind=kind)
        for one in files:
            place = str(one.path or "")
            recorded = one.recorded
            yield _row(
                "source", recorded.name, one.state, recorded.sha256, one.sha256, kind=kind, place=place
            )


def _place_of_samples(book: StoredBook, folders: Sequence[Path]) -> Path | None:
    """The folder of the samples: where the first of their files is found under its whole path in it."""
    for name, recorded in book.sample_files.items():
        place = find_in_place(recorded, folders, book.around).path
        if place is not None and place.as_posix().endswith(f"/{name}"):
            return place.parents[name.count("/")]
    return None


def _samples(book: StoredBook, folder: Path | None) -> Iterator[dict[str, str]]:
    """The files of the samples; one that came since is a later answer, or another sample."""
    recorded = book.sample_files
    there = {} if folder is None else sample_files(folder)
    for name in sorted({*recorded, *there}):
        old = recorded[name].sha256 if name in recorded else ""
        new = sha256(there[name]) if name in there else ""
        state = "added" if not old else "missing" if not new else "same" if old == new else "changed"
        yield _row("sample", name, state, old, new, place=str(there.get(name, "")))


def _descriptions(book: StoredBook, folders: Sequence[Path]) -> Iterator[dict[str, str]]:
    """Standards, calendars and what people keep, where they came from. A copy is a file of the book."""
    for what, key in (("standard", "id"), ("calendar", "name")):
        for one in book.manifest.get(f"{what}s", []):
            found = find_in_place(RecordedFile(str(one["path"]), str(one["sha256"])), folders, book.around)
            place = str(found.path or "")
            yield _row(what, str(one[key]), found.state, found.recorded.sha256, found.sha256, place=place)
    for key, recorded in book.kept_files.items():
        found = find_in_place(recorded, folders, book.around)
        yield _row(
            key, recorded.name, found.state, recorded.sha256, found.sha256, place=str(found.path or "")
        )


def _previous(book: StoredBook, folders: Sequence[Path]) -> Iterator[dict[str, str]]:
    """The book that this one was held against, by its manifest, which has the hashes of all its files."""
    if (recorded := book.previous_manifest) is not None:
        found = find_in_place(recorded, folders, book.around)
        name, place = Path(recorded.path).parent.name, str(found.path or "")
        yield _row("previous_book", name, found.state, recorded.sha256, found.sha256, place=place)


def _program(book: StoredBook) -> Iterator[dict[str, str]]:
    told: Mapping[str, Any] = book.manifest
    yield _version("program", "sqaudit", str(told["sqaudit"]), program_version())
    yield _version("python", "Python", str(told.get("python", "")), sys.version.split()[0])
    now = versions()
    for name, old in dict(told.get("packages", {})).items():
        yield _version("package", str(name), str(old), now.get(str(name), "absent"))


def _version(what: str, name: str, old: str, new: str) -> dict[str, str]:
    return _row(what, name, "same" if old == new else "changed", old, new)
