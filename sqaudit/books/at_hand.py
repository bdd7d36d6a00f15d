"""What a book was computed from, found again on disk: where it was, or where it was moved to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqaudit.books.fingerprints import sha256

State = Literal["same", "changed", "missing"]


@dataclass(frozen=True)
class RecordedFile:
    """A file as a manifest remembers it: its path when it was read, and its hash."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        """The name of the file, whatever system wrote its path."""
        return _parts(self.path)[-1]


@dataclass(frozen=True)
class FoundFile:
    """Where a recorded file is now; `path` is None where it is missing, `sha256` that of what is there."""

    recorded: RecordedFile
    path: Path | None
    sha256: str

    @property
    def state(self) -> State:
        """Whether it is what it was."""
        if self.path is None:
            return "missing"
        return "same" if self.sha256 == self.recorded.sha256 else "changed"


def find(recorded: RecordedFile, folders: Sequence[Path], around: Sequence[Path] = ()) -> FoundFile:
    """The file as it was, wherever it is: in the `folders` that somebody names, in its old place, `around`.

    The hash decides. Without a file that has it, the file is what `find_in_place` says.
    """
    every = [*_named(recorded, folders), Path(recorded.path), *_around(recorded, around)]
    found = _first(recorded, every)
    return found if found.state == "same" else find_in_place(recorded, folders, around)


def find_in_place(recorded: RecordedFile, folders: Sequence[Path], around: Sequence[Path] = ()) -> FoundFile:
    """The file where it has to be: in the `folders` that somebody names, else at its old place.

    Only where it is gone from there is it looked for under the same folders `around` the book: a copy
    elsewhere must not hide that the source itself was changed. Of the old path any number of last parts may
    lie in a named folder, two or more in one around the book, since a bare name such as `calls.csv` says too
    little. Of several candidates in one of these places, one with the recorded hash comes first.
    """
    for candidates in (
        _named(recorded, folders),
        [Path(recorded.path)],
        _around(recorded, around),
    ):
        found = _first(recorded, candidates)
        if found.path is not None:
            return found
    return FoundFile(recorded, None, "")


def _first(recorded: RecordedFile, candidates: Sequence[Path]) -> FoundFile:
    """The first candidate with the recorded hash, else the first that is there."""
    there = {path: "" for path in dict.fromkeys(candidates) if _is_file(path)}
    for path in there:
        there[path] = sha256(path)
        if there[path] == recorded.sha256:
            return FoundFile(recorded, path, there[path])
    first = next(iter(there), None)
    return FoundFile(recorded, first, there[first] if first is not None else "")


def _named(recorded: RecordedFile, folders: Sequence[Path]) -> list[Path]:
    tails = list(_tails(recorded.path))
    return [folder / tail for folder in folders for tail in tails]


def _around(recorded: RecordedFile, around: Sequence[Path]) -> list[Path]:
    tails = list(_tails(recorded.path))[:-1]
    return [folder / tail for folder in around for tail in tails]


def _tails(path: str) -> Iterator[Path]:
    """The last parts of a path, the longest first: a/b.csv, b.csv."""
    parts = _parts(path)
    yield from (Path(*parts[start:]) for start in range(len(parts)))


def _parts(path: str) -> list[str]:
    """The parts of a path of any system, without its root."""
    return [part for part in path.replace("\\", "/").split("/") if part and not part.endswith(":")]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long a name, or a sign that no name can have
        return False
