"""Filled forms taken in: read, held against what was known, and kept as readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from sqaudit.inspections.current import answers
from sqaudit.inspections.faults import fault, fault_table
from sqaudit.inspections.issue import FOLDER, Issue, read_issue
from sqaudit.inspections.reading import Reading, read_file
from sqaudit.inspections.store import keep, kept

FILES = (
    *("file", "inspector", "rows", "rows_used", "answers", "new", "changed"),
    *("errors", "warnings", "notes", "kept"),
)


@dataclass(frozen=True)
class Collected:
    """What a round of reading found: one row per file in the columns FILES, and all faults.

    `kept` is the number of the reading, missing where a file is as it was when it was last read.
    """

    files: pd.DataFrame
    faults: pd.DataFrame


def collect(folder: Path, files: Sequence[Path], read_at: datetime) -> Collected:
    """Read filled forms (all in the folder of forms unless some are named) and keep what they say.

    An answer that differs from an earlier one of the same inspector becomes a new version; the earlier one
    stays on record. An answer that has been emptied since stays as well, with a warning, for a blank cell
    tells no slip from a change of mind. Without names, a file that was read before in the very same content
    is not read again, so that an old copy in the folder cannot undo a newer one. ParameterError where no
    forms were given out.
    """
    issue = read_issue(folder)
    chosen = list(files) or sorted(_forms(folder / FOLDER))
    taken = [_take_in(folder, issue, path, read_at, named=bool(files)) for path in chosen]
    faults = [reading.faults for reading, _ in taken]
    table = pd.concat(faults, ignore_index=True) if faults else fault_table([])
    counts = pd.DataFrame([row for _, row in taken], columns=list(FILES))
    return Collected(counts.astype({"kept": "Int64"}), table)


def _forms(place: Path) -> Iterable[Path]:
    return (one for one in place.glob("*.xlsx") if not one.name.startswith(("~$", ".")))  # open in Excel


def _take_in(
    folder: Path, issue: Issue, path: Path, read_at: datetime, named: bool
) -> tuple[Reading, dict[str, object]]:
    """Read one file and keep what it says, unless that was kept already."""
    reading = read_file(path, issue)
    about = {
        **{"file": reading.file, "file_hash": reading.file_hash},
        **{"inspector": reading.inspector, "part": reading.part},
        **{"form": issue.form.form, "version": issue.form.version, "form_hash": issue.form_hash},
        **{"rows": reading.rows, "rows_used": reading.rows_used},
    }
    new = changed = 0
    number = None
    if reading.file_hash and not _read_before(folder, reading, named):
        known = _known(folder, reading.inspector)
        reading = _with_gone(reading, issue, known)
        found = reading.answers
        own = found[found["inspector"] == reading.inspector]
        new, changed = _counted(_said(own), known)
        number = keep(folder, "form", read_at, about, answers=found, faults=reading.faults).number
    grave = reading.faults["severity"].value_counts()
    row = {
        **{name: about[name] for name in ("file", "inspector", "rows", "rows_used")},
        **{"answers": len(reading.answers), "new": new, "changed": changed, "kept": number},
        **{f"{name}s": int(grave.get(name, 0)) for name in ("error", "warning", "note")},
    }
    return reading, row


_Said = dict[tuple[str, str], tuple[str, str]]


def _known(folder: Path, inspector: str) -> _Said:
    """What an inspector has said before, re-scores aside: answer and comment by case and item."""
    every = answers(folder)
    return _said(every[(every["inspector"] == inspector) & (every["role"] != "rescore")])


def _said(frame: pd.DataFrame) -> _Said:
    keys = zip(frame["case_id"], frame["item"], strict=True)
    return dict(zip(keys, zip(frame["answer"], frame["comment"], strict=True), strict=True))


def _counted(now: _Said, before: _Said) -> tuple[int, int]:
    """How many answers are new and how many differ from before."""
    changed = sum(key in before and before[key] != one for key, one in now.items())
    return sum(key not in before for key in now), changed


def _read_before(folder: Path, reading: Reading, named: bool) -> bool:
    """Whether the very same content was read: ever, or last of its part where somebody names the file."""
    own = [one.about for one in kept(folder) if one.kind == "form"]
    if named:
        same = (reading.inspector, reading.part)
        own = [one for one in own if (one["inspector"], one["part"]) == same][-1:]
    return any(one["file_hash"] == reading.file_hash for one in own)


def _with_gone(reading: Reading, issue: Issue, known: _Said) -> Reading:
    """The reading with a warning for each answer that was there before and is blank now.

    A form without any answer is one as it was given out, and says nothing.
    """
    if reading.answers.empty:
        return reading
    gone = [
        fault(
            "warning", "answer_gone", file=reading.file, case_id=case, item=item,
            value=known[case, item][0], **issue.expectations[item],
        )
        for case, item in sorted(reading.blank)
        if (case, item) in known
    ]  # fmt: skip
    if not gone:
        return reading
    rows = [{str(name): value for name, value in row.items()} for row in reading.faults.to_dict("records")]
    return replace(reading, faults=fault_table([*rows, *gone]))


__all__ = ["FILES", "Collected", "collect"]
