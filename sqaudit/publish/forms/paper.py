"""A workbook to be filled in: its formats, how wide texts are, how it prints."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import xlsxwriter

from sqaudit.present.palette import LINE

OPTIONS = {
    **dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False),
    "in_memory": True,
}
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no zones; the same input gives the same bytes
GRID = {"border": 1, "border_color": LINE, "valign": "top", "text_wrap": True}


class Paper:
    """A workbook under way, with each format made once."""

    def __init__(self, path: Path, title: str, font: str) -> None:
        self.book: Any = xlsxwriter.Workbook(str(path), OPTIONS)
        self.book.set_properties({"title": title, "created": CREATED})
        self.font = font
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **style: object) -> Any:
        """The format with these properties."""
        whole = {"font_name": self.font, "font_size": 10, **style}
        key = tuple(sorted(whole.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(whole)
        return self._formats[key]

    def close(self) -> None:
        """Write the file."""
        self.book.close()


def arrange_page(sheet: Any, repeat_from: int, repeat_to: int, pages_across: int = 1) -> None:
    """A4 across, as wide as the page (or so many of them), with the headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(pages_across, 0)
    sheet.repeat_rows(repeat_from, repeat_to)
    sheet.set_footer("&L&8&A&R&8&P / &N")
    sheet.hide_gridlines(2)


def width(text: str) -> int:
    """How wide a text is in characters, a Chinese one counting double; of several lines the longest.

    >>> width("服务ab"), width("a\\nlonger")
    (6, 6)
    """
    return max((sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in text.split("\n")), default=0)


def lines(text: str, room: int) -> int:
    """How many lines a text takes in a column so many characters wide.

    >>> lines("one two", 20), lines("服务态度", 4)
    (1, 2)
    """
    return sum(max(1, -(-width(line) // max(room, 1))) for line in text.split("\n"))


__all__ = ["CREATED", "GRID", "Paper", "arrange_page", "lines", "width"]
