"""What a book holds beside its figures, found out again: causes, patterns, follow-up, assessment, sample."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.books.leaves import leaves_differing
from sqaudit.inquiry import assessing, causes, followup, patterns
from sqaudit.inquiry.plain import as_plain
from sqaudit.sampled import Sampled

__all__ = ["BESIDE", "beside_differing", "sample_differing"]


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


def _with_indicators(table: pd.DataFrame, *sides: Mapping[str, Any]) -> pd.DataFrame:
    """The indicator of each action where only the action is named."""
    of = {one["id"]: one.get("indicator") for side in sides for one in side["actions"]}
    known = table["segment"].map(of).astype("object").fillna("")
    return table.assign(indicator=table["indicator"].where(table["indicator"] != "", known))
