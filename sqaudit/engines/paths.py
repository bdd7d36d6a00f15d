"""Paths as the engine takes them."""

from __future__ import annotations

import re
from pathlib import Path

from sqaudit.conditions import literal


def exactly(path: Path) -> str:
    """The path as an SQL literal that names this very file, though `[1]` in its name looks like a pattern.

    >>> exactly(Path("tickets[1].csv"))
    "'tickets[[]1].csv'"
    """
    return literal(re.sub(r"([*?[])", r"[\1]", str(path)))
