"""A book on disk, read back: its manifest, its results, and the standards and calendars as they were."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqaudit.book_folders import MANIFEST, PARTIAL
from sqaudit.books.at_hand import RecordedFile
from sqaudit.calendars import Calendar, named_calendar, read_calendar
from sqaudit.errors import AuditError, Fault, ParameterError
from sqaudit.review import RUN, Review, read_review


@dataclass(frozen=True)
class StoredBook:
    """A finished book: where it is, its manifest, its results, and the calendars by the names they go by."""

    folder: Path
    manifest: Mapping[str, Any]
    review: Review
    calendars: Mapping[str, Calendar]

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def base(self) -> Path:
        """The folder from which the paths of its run file counted."""
        return Path(str(self.manifest.get("base") or self.folder))

    @property
    def source_files(self) -> dict[str, tuple[RecordedFile, ...]]:
        """The files of each record kind; none for a database."""
        return {
            str(source["kind"]): tuple(RecordedFile(one["path"], one["sha256"]) for one in source["files"])
            for source in self.manifest["sources"]
        }

    @property
    def kept_files(self) -> dict[str, RecordedFile]:
        """The files that people keep for the run, by the key of the run file that names them."""
        told = self.manifest.get("kept", [])
        return {str(one["key"]): RecordedFile(str(one["path"]), str(one["sha256"])) for one in told}

    @property
    def kept_copies(self) -> dict[str, Path]:
        """The copies of these files in the book; a file that names people may have none."""
        copies = _told(self.folder).get("kept", {})
        return {str(key): self.folder / str(name) for key, name in copies.items()}

    @property
    def sample_files(self) -> dict[str, RecordedFile]:
        """The files of the run's samples, by their path in the folder of samples."""
        told = self.manifest.get("sample") or {"folder": "", "files": []}
        return {
            str(one["path"]): RecordedFile(f"{told['folder']}/{one['path']}", str(one["sha256"]))
            for one in told["files"]
        }

    @property
    def previous_manifest(self) -> RecordedFile | None:
        """The manifest of the book that this one was held against; None without one."""
        told = self.manifest.get("previous_book")
        return RecordedFile(str(told["path"]), str(told["sha256"])) if told else None

    @property
    def around(self) -> tuple[Path, ...]:
        """The folders around the book in which what was moved along with it is looked for."""
        return (*self.folder.resolve().parents, Path.cwd())


def read_book(folder: str | Path) -> StoredBook:
    """The book in a folder; ParameterError where there is none, or a file of it cannot be read."""
    place = Path(folder)
    return StoredBook(place.resolve(), *_content(place))


def read_manifest(place: Path) -> dict[str, Any]:
    """The manifest of a book; ParameterError where the folder is no finished book."""
    if not place.is_dir():
        raise _refused(place, "there is no such folder.")
    if place.name.endswith(PARTIAL):
        raise _refused(place, "the book was never finished.")
    try:
        content: dict[str, Any] = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        for source in content["sources"]:
            _ = source["kind"], [(one["path"], one["sha256"]) for one in source["files"]]
        for one in [*content.get("kept", []), *(content.get("sample") or {"files": []})["files"]]:
            _ = one["path"], one["sha256"]
        if before := content.get("previous_book"):
            _ = before["path"], before["sha256"]
        _ = content["files"].items(), content["standards"], content["parameters"], content["sqaudit"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(place, f"its {MANIFEST} is missing or cannot be read ({error}).") from error
    return content


def _content(place: Path) -> tuple[dict[str, Any], Review, dict[str, Calendar]]:
    told = read_manifest(place)
    try:
        review = read_review(place)
        _ = dict(_told(place).get("kept", {}))
        return told, review, _calendars(place, told, review)
    except ParameterError:
        raise
    except (AuditError, OSError, ValueError, KeyError, TypeError) as error:
        raise _refused(place, str(error).splitlines()[0]) from error


def _calendars(place: Path, told: Mapping[str, Any], review: Review) -> dict[str, Calendar]:
    """The copies in the book; for a book that is older than such copies, the calendars there are now."""
    copies = _told(place).get("calendars")
    if copies is not None:
        return {name: read_calendar(place / copy) for name, copy in copies.items()}
    named = [review.run.calendar, *(one.calendar for one in review.standards)]
    named += [indicator.calendar for one in review.standards for indicator in one.indicators]
    return _found([name for name in dict.fromkeys(named) if name], Path(str(told.get("base") or place)))


def _told(place: Path) -> dict[str, Any]:
    """What the run folder itself says of the run."""
    content: dict[str, Any] = json.loads((place / RUN).read_text(encoding="utf-8"))
    return content


def _found(names: Sequence[str], base: Path) -> dict[str, Calendar]:
    found = {}
    for name in names:
        try:
            found[name] = named_calendar(name, base)
        except ParameterError:  # then the indicators that ask it cannot be computed again
            continue
    return found


def _refused(place: Path, message: str) -> ParameterError:
    remedy = "Name the folder of a book, such as reports/2026-Q3_20261008-093012."
    return ParameterError([Fault(str(place), message, remedy)])
