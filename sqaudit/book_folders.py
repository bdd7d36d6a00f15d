"""Folders of books: what makes one finished, and which of several is the newest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

MANIFEST = "manifest.json"  # written last, so a folder that has one holds a whole book
PARTIAL = ".partial"  # ends the name of a folder that is still being written

__all__ = ["MANIFEST", "PARTIAL", "is_finished", "newest"]


def is_finished(folder: Path) -> bool:
    """Whether a folder holds a finished book.

    >>> is_finished(Path("data_samples"))
    False
    """
    return not folder.resolve().name.endswith(PARTIAL) and (folder / MANIFEST).is_file()


def newest(folders: Iterable[Path]) -> Path | None:
    """Of the finished books among some folders the one that was started last; None where there is none.

    A link such as `latest` stands for the book that it points at.
    """
    books = {folder.resolve() for folder in folders if is_finished(folder)}
    return max(books, key=lambda book: (_started(book), book.name), default=None)


def _started(book: Path) -> str:
    """When a book was started, as text that sorts; empty where its manifest cannot be read."""
    try:
        content = json.loads((book / MANIFEST).read_text(encoding="utf-8"))
        return str(content["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
