"""What a book holds beside its figures, found out again: causes, follow-up, sample and the like."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.books import kept
from sqaudit.books.at_hand import find
from sqaudit.books.compare import KEYS, compare_with
from sqaudit.books.leaves import leaves_differing
from sqaudit.books.stored import StoredBook
from sqaudit.inquiry import assessing, causes, followup, patterns
from sqaudit.inquiry.plain import as_plain
from sqaudit.sampled import Sampled

__all__ = ["BESIDE", "beside_differing", "previous_differing", "sample_differing"]


class _Found(Protocol):
    def as_dict(self) -> dict[str, Any]: ...


# Part, the file of the book that holds it, and what finds it out again. A run makes those that its notebooks
# ask for, so the files that are there say which. Nothing in them is a time that computing took.
BESIDE: Mapping[str, tuple[str, Callable[[Audit], _Found]]] = {
    "causes": (causes.FILE, causes.Causes.of),
    "patterns": (patterns.FILE, patterns.Patterns.of),
    "followup": (followup.FILE, followup.FollowUp.of),
    "assessment": (assessing.FILE, assessing.Assessed.of),
}


def beside_differing(folder: Path, audit: Audit) -> dict[str, tuple[pd.DataFrame, int]]:
    """By part that the book holds: what differs from what an open audit finds, and the leaves compared."""
    found = {}
    for part, (file, find_out) in BESIDE.items():
        if (folder / file).is_file():
            stored = json.loads((folder / file).read_text(encoding="utf-8"))
            computed = json.loads(json.dumps(find_out(audit).as_dict()))  # in the form of the stored one
            table, cells = leaves_differing(part, stored, computed)
            found[part] = _with_indicators(table, stored, computed) if part == "followup" else table, cells
    return found


def sample_differing(stored: Sampled | None, computed: Sampled | None) -> dict[str, tuple[pd.DataFrame, int]]:
    """The same of the sample of the run; nothing where neither has one."""
    if stored is None and computed is None:
        return {}
    sides = [None if one is None else as_plain(one.found) for one in (stored, computed)]
    return {"sample": leaves_differing("sample", *sides)}


def previous_differing(
    book: StoredBook, audit: Audit, folders: Sequence[Path]
) -> dict[str, tuple[pd.DataFrame, int]]:
    """The same of what changed since the book before; nothing where there is none or it is not as it was.

    Without the sources of the earlier book causes cannot be told apart: then only what was and what is.
    """
    recorded, path = book.previous_manifest, book.folder / kept.FILE
    if recorded is None or not path.is_file():
        return {}
    manifest = find(recorded, folders, book.around)
    if manifest.path is None or manifest.state != "same":
        return {}
    stored = json.loads(path.read_text(encoding="utf-8"))
    computed = json.loads(json.dumps(kept.plain(compare_with(manifest.path.parent, audit, folders))))
    alike = stored["sources_at_hand"] == computed["sources_at_hand"]
    sides = [_changes(one, parts=alike) for one in (stored, computed)]
    return {"previous_book": leaves_differing("previous_book", *sides)}


def _changes(told: Mapping[str, Any], *, parts: bool) -> dict[str, Any]:
    """What changed, without what is of the day on which it was computed: versions and places."""
    frames = {name: told[name] for name in ("figures", "words", "score_parts")}
    if parts:
        return {"steps": told["steps"], **frames}
    return {name: _ends(frames[name]) for name in ("figures", "words")}


def _ends(frame: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of a frame in plain values that differ in the end, with what was and what is."""
    columns = frame["columns"]
    shown = [name for name in columns if name in (*KEYS, "figure", "what", "before", "now", "change")]
    places = [columns.index(name) for name in shown]
    before, now = columns.index("before"), columns.index("now")
    rows = [[row[place] for place in places] for row in frame["rows"] if row[before] != row[now]]
    return {"columns": shown, "rows": rows}


def _with_indicators(table: pd.DataFrame, *sides: Mapping[str, Any]) -> pd.DataFrame:
    """The indicator of each action where only the action is named."""
    of = {one["id"]: one.get("indicator") for side in sides for one in side["actions"]}
    known = table["segment"].map(of).astype("object").fillna("")
    return table.assign(indicator=table["indicator"].where(table["indicator"] != "", known))
