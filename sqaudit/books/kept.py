"""A comparison with an earlier book, kept in the later one and read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqaudit.books.compare import Comparison
from sqaudit.errors import SourceError
from sqaudit.inquiry.plain import as_plain, from_plain
from sqaudit.review import STANDARDS
from sqaudit.standards import Standard, read_standard

FILE = "previous_book.json"
OTHERS = "previous_standards"  # the standards of the earlier book that are not those of the later one

__all__ = ["FILE", "keep", "plain", "read_kept"]


def keep(found: Comparison, before: Path, folder: Path) -> None:
    """Write a comparison with the book `before` into a run folder that has its own standards already."""
    (folder / FILE).write_text(json.dumps(plain(found), ensure_ascii=False), encoding="utf-8")
    own = {path.read_bytes() for path in (folder / STANDARDS).glob("*.yaml")}
    for path in sorted((before / STANDARDS).glob("*.yaml")):
        if path.read_bytes() not in own:
            (folder / OTHERS).mkdir(exist_ok=True)
            (folder / OTHERS / path.name).write_bytes(path.read_bytes())


def plain(found: Comparison) -> dict[str, Any]:
    """A comparison in plain values, without the standards, which are files of their own."""
    content: dict[str, Any] = as_plain(replace(found, standards=()))
    return content


def read_kept(folder: Path, standards: Sequence[Standard]) -> Comparison | None:
    """The comparison that a run folder holds, or None; `standards` are those of the run.

    SourceError where the file cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found: Comparison = from_plain(Comparison, content)
        others = [read_standard(one) for one in sorted((folder / OTHERS).glob("*.yaml"))]
        return replace(found, standards=(*standards, *others))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path} does not hold a comparison: {error}. Run `sqaudit run` again.") from error
