"""Writes a table as HTML: cells already worded, everything escaped, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from sqaudit.present.palette import tint
from sqaudit.present.words import Tongue, say

__all__ = ["Cell", "Row", "heading", "marked", "number", "table", "words"]


@dataclass(frozen=True)
class Cell:
    """One cell: its text, a smaller second line, how it is set, and a coloured mark before the text.

    kind: 'text', 'word' (never broken over lines), 'number' (right-aligned) or 'heading' (right-aligned,
    broken over lines where it is long).
    """

    text: str
    small: str = ""
    kind: str = "text"
    mark: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Row:
    """The cells of one row; the first is its header. A total stands out."""

    cells: Sequence[Cell]
    is_total: bool = False


def number(text: str, small: str = "") -> Cell:
    """A right-aligned cell."""
    return Cell(text, small, kind="number")


def heading(text: str) -> Cell:
    """The head of a narrow column of numbers: right-aligned, on several lines where it is long."""
    return Cell(text, kind="heading")


def words(text: str, small: str = "") -> Cell:
    """A cell that is not broken over lines."""
    return Cell(text, small, kind="word")


def marked(text: str, mark: str, colour: str) -> Cell:
    """A cell that says something three times: in words, by a mark and by a colour."""
    return Cell(text, kind="word", mark=mark, colour=colour)


def table(
    headers: Sequence[Cell],
    rows: Iterable[Row],
    language: Tongue,
    *,
    caption: str = "",
    notes: Iterable[str] = (),
) -> str:
    """The HTML of a table with its caption above and its notes below; one quiet sentence when it has no rows.

    >>> table([Cell("A"), number("n")], [Row([Cell("<b>"), number("1")])], "en")[:57]
    '<div class="scroll"><table class="sq"><thead><tr><th scop'
    """
    body = "".join(_row(row) for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    if not body:
        heading = f"<strong>{escape(caption)}</strong> " if caption else ""
        return f'<p class="note">{heading}{escape(say("table.empty", language))}</p>'
    head = "".join(_cell(cell, "th", ' scope="col"') for cell in headers)
    below = "".join(f'<p class="note">{escape(note)}</p>' for note in notes)
    return (
        f'<div class="scroll"><table class="sq">{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{below}"
    )


def _row(row: Row) -> str:
    first, *others = row.cells
    kind = ' class="total"' if row.is_total else ""
    cells = _cell(first, "th", ' scope="row"') + "".join(_cell(cell, "td") for cell in others)
    return f"<tr{kind}>{cells}</tr>"


def _cell(cell: Cell, tag: str, scope: str = "") -> str:
    setting = {"number": ' class="n"', "word": ' class="w"', "heading": ' class="h"'}.get(cell.kind, "")
    # Header cells carry the alignment itself as well: DOCX and PDF are made from this HTML without its style.
    right = cell.kind in ("number", "heading") and scope == ' scope="col"'
    aligned = ' style="text-align:right"' if right else ""
    return f"<{tag}{scope}{setting}{aligned}>{_content(cell)}</{tag}>"


def _content(cell: Cell) -> str:
    text = escape(cell.text).replace("\n", "<br>")
    if cell.mark:
        style = f"background:{tint(cell.colour, 0.13)}"
        text = (
            f'<span class="mark" style="{style}"><b style="color:{cell.colour}">{escape(cell.mark)}</b>'
            f"{'&nbsp;' + text if text else ''}</span>"
        )
    return f"{text} <small>{escape(cell.small)}</small>" if cell.small else text
