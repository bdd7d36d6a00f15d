"""A table worded once and shown on a page or on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.tables.markup import Cell, Row, table
from sqaudit.present.words import Language, Tongue

Make = Callable[[Tongue], "Sheet"]


@dataclass(frozen=True)
class Sheet:
    """The head and the rows of a table in one language, and what stands below it."""

    head: Sequence[Cell]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    caption: str = ""


def sheet_block(make: Make, language: Language) -> Block:
    """The table as a piece of a page, in each of its languages."""

    def render(tongue: Tongue) -> str:
        sheet = make(tongue)
        return table(sheet.head, sheet.rows, tongue, caption=sheet.caption, notes=sheet.notes)

    return bilingual(render, language)


def sheet_lines(sheet: Sheet, title: str = "") -> list[Table | str]:
    """The table for a terminal and the notes below it; nothing where it has no rows."""
    if not sheet.rows:
        return []
    shown = Table(
        title=escape(title or sheet.caption) or None,
        title_justify="left",
        box=None,
        header_style="bold",
        pad_edge=False,
    )
    for cell in sheet.head:
        shown.add_column(escape(cell.text), justify="left" if cell.kind == "text" else "right")
    for row in sheet.rows:
        texts = (" ".join(filter(None, [cell.mark, cell.text, _small(cell)])) for cell in row.cells)
        shown.add_row(*map(escape, texts), style="bold" if row.is_total else None)
    return [shown, *sheet.notes, ""]


def _small(cell: Cell) -> str:
    return f"({cell.small})" if cell.small else ""
