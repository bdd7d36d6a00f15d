"""How a form in Excel says what it is: marks above its columns, and a key in each of its rows.

Writer and reader meet here. Nothing is found by its place, so that rows and columns may be moved.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

MARK = "@"  # begins every mark of a column
ABOUT = "sqaudit inspection form 1"  # what the mark of a key column begins with, and the form of the marks
OURS = "#"  # in the key column of the rows that hold no case: title and headings
CASE, KEY, DONE = "case_id", "key", "done"
ANSWER, COMMENT, CONTEXT = "answer", "comment", "context"
HEADING_ROWS = 3  # rows between the marks and the first case: title, sections, headings


@dataclass(frozen=True)
class About:
    """Which form a sheet is: of which sample, in which version, for whom, and which part of their cases."""

    sample_id: str
    form: str
    version: str
    form_hash: str
    inspector: str
    part: int = 1


def about_mark(kind: str, about: About) -> str:
    """The mark above the column of case ids or keys, which says what the whole sheet is."""
    said = json.dumps(asdict(about), ensure_ascii=False, sort_keys=True)
    return f"{MARK}{kind}|{ABOUT}|{said}"


def item_mark(kind: str, item: str) -> str:
    """The mark above a column of answers or comments, or of what is shown of a case.

    >>> item_mark("answer", "attitude")
    '@answer|attitude'
    """
    return f"{MARK}{kind}|{item}"


def read_mark(text: object) -> tuple[str, str, About | None] | None:
    """The kind of a column, its item, and what the sheet is; None where the text is no mark.

    >>> read_mark("@answer|attitude"), read_mark("@someone")
    (('answer', 'attitude', None), None)
    """
    if not isinstance(text, str) or not text.startswith(MARK) or "|" not in text:
        return None
    kind, rest = text[len(MARK) :].split("|", 1)
    if kind in (ANSWER, COMMENT):
        return kind, rest.strip(), None
    if kind in (DONE, CONTEXT):
        return kind, "", None
    if kind in (CASE, KEY) and rest.startswith(f"{ABOUT}|"):
        return kind, "", _about(rest.split("|", 1)[1])
    return None


def row_key(about: About, case_id: str) -> str:
    """The key of a row: it fits one case of one sample, on one form, for one inspector."""
    parts = (about.sample_id, about.form_hash, about.inspector, case_id)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def _about(text: str) -> About | None:
    try:
        given = json.loads(text)
        texts = {name: str(given[name]) for name in About.__dataclass_fields__ if name != "part"}
        return About(**texts, part=int(given["part"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


__all__ = [
    "ABOUT",
    "ANSWER",
    "CASE",
    "COMMENT",
    "CONTEXT",
    "DONE",
    "HEADING_ROWS",
    "KEY",
    "OURS",
    "About",
    "about_mark",
    "item_mark",
    "read_mark",
    "row_key",
]
