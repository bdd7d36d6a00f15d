"""Filled forms taken in: read, held against what was known, and kept as readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from sqaudit.inspections.current import answers
from sqaudit.inspections.faults import expected, fault, fault_table
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
    tells no slip from a change of mind. ParameterError where no forms were given out.
    """
    issue = read_issue(folder)
    chosen = list(files) or sorted(_forms(folder / FOLDER))
    rows, faults = [], []
    for path in chosen:
        reading, row = _take_in(folder, issue, path, read_at)
        rows.append(row)
        faults.append(reading.faults)
    table = pd.concat(faults, ignore_index=True) if faults else fault_table([])
    counts = pd.DataFrame(rows, columns=list(FILES))
    return Collected(counts.astype({"kept": "Int64"}), table)


def _forms(place: Path) -> Iterable[Path]:
    return (one for one in place.glob("*.xlsx") if not one.name.startswith("~$"))  # a mark of Excel's own


def _take_in(folder: Path, issue: Issue, path: Path, read_at: datetime) -> tuple[Reading, dict[str, object]]:
    reading = read_file(path, issue)
    current = answers(folder)
    known = dict(
        zip(
            zip(current["case_id"], current["item"], current["inspector"], strict=True),
            zip(current["answer"], current["comment"], strict=True),
            strict=True,
        )
    )
    reading = _with_gone(reading, issue, {key: said for key, (said, _) in known.items()})
    found = reading.answers
    keys = list(zip(found["case_id"], found["item"], found["inspector"], strict=True))
    said = list(zip(found["answer"], found["comment"], strict=True))
    new = sum(key not in known for key in keys)
    changed = sum(key in known and known[key] != one for key, one in zip(keys, said, strict=True))
    grave = reading.faults["severity"].value_counts()
    counts = {f"{name}s": int(grave.get(name, 0)) for name in ("error", "warning", "note")}
    about = {
        **{"file": reading.file, "file_hash": reading.file_hash, "inspector": reading.inspector},
        **{"form": issue.form.form, "version": issue.form.version, "form_hash": issue.form_hash},
        **{"rows": reading.rows, "rows_used": reading.rows_used},
    }
    number = None
    if not _read_before(folder, reading):
        number = keep(folder, "form", read_at, about, answers=found, faults=reading.faults).number
    row = {
        **{name: about[name] for name in ("file", "inspector", "rows", "rows_used")},
        **{"answers": len(found), "new": new, "changed": changed, **counts, "kept": number},
    }
    return reading, row


def _read_before(folder: Path, reading: Reading) -> bool:
    """Whether the last reading of this inspector's forms was of the very same content."""
    own = [
        one
        for one in kept(folder)
        if one.kind == "form" and one.about["inspector"] == reading.inspector
        and (reading.inspector or one.about["file"] == reading.file)
    ]  # fmt: skip
    return bool(own) and bool(reading.file_hash) and own[-1].about["file_hash"] == reading.file_hash


def _with_gone(reading: Reading, issue: Issue, known: dict[tuple[str, str, str], str]) -> Reading:
    """The reading with a warning for each answer that was there before and is blank now."""
    gone = [
        fault(
            "warning", "answer_gone", file=reading.file, case_id=case, item=item,
            value=known[case, item, reading.inspector], **expected(issue.form, issue.form.item(item)),
        )
        for case, item in sorted(reading.blank)
        if (case, item, reading.inspector) in known
    ]  # fmt: skip
    if not gone:
        return reading
    faults = fault_table([*reading.faults.to_dict("records"), *gone])  # type: ignore[list-item]
    return Reading(**{**vars(reading), "faults": faults})


__all__ = ["FILES", "Collected", "collect"]
