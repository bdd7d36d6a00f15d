"""What stands in a cell, as an answer to an item, or why it is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

from sqaudit.inspection_forms import Item
from sqaudit.inspections import spellings

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Cell:
    """A cell as the file holds it: `kind` is the type Excel gives it, `form` its number format."""

    value: object
    kind: str = "s"
    form: str = "General"

    @property
    def text(self) -> str:
        """What a person sees, near enough to find the cell again."""
        if self.value is None:
            return ""
        if isinstance(self.value, float) and self.value.is_integer() and abs(self.value) < 2**53:
            return str(int(self.value))
        return str(self.value).strip()

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it; blanks alone are nothing."""
        return not self.text

    @property
    def percent(self) -> bool:
        """Whether the number is shown as a percentage."""
        return "%" in self.form


@dataclass(frozen=True)
class Given:
    """An answer as it was read: its name, its value, or that the item does not apply."""

    answer: str
    value: float
    not_applicable: bool = False


@dataclass(frozen=True)
class Remark:
    """What is to be said about a cell: an error is not used, a warning is used and to be looked at."""

    severity: Severity
    check: str


NOT_APPLICABLE = Given("not_applicable", float("nan"), not_applicable=True)


def read_cell(cell: Cell, item: Item) -> tuple[Given | None, Remark | None]:
    """The answer in a cell and what is to be said about it; neither where the cell is blank.

    A number kept as text, full-width digits, blanks around it, other spellings and a percent sign on a scale
    to 100 are understood and noted. A formula, an error, a date, a value off the scale or a text that is
    no answer are refused: what somebody meant is never guessed.

    >>> item = Item(id="tone", text="Tone", scale="1-5", weight=1)
    >>> given, remark = read_cell(Cell("５ "), item)
    >>> given.value, remark.severity, remark.check
    (5.0, 'note', 'respelled')
    >>> read_cell(Cell(7, "n"), item)[1].check
    'out_of_range'
    """
    if cell.blank:
        return None, None
    if cell.kind == "f" or (isinstance(cell.value, str) and cell.value.startswith("=")):
        return None, Remark("error", "formula")
    if isinstance(cell.value, date | time | timedelta):
        return None, Remark("error", "date")
    if cell.kind == "e":
        return None, Remark("error", "excel_error")
    if isinstance(cell.value, str) and spellings.is_not_applicable(cell.value):
        if item.not_applicable is None:
            return None, Remark("error", "not_applicable_refused")
        return NOT_APPLICABLE, _respelled(cell, spellings.NOT_APPLICABLE)
    if isinstance(cell.value, bool) and item.kind != "yes_no":
        return None, Remark("error", "boolean")
    reading = {"yes_no": _yes_no, "choices": _choice}.get(item.kind, _on_scale)
    return reading(cell, item)


def _yes_no(cell: Cell, _: Item) -> tuple[Given | None, Remark | None]:
    value = None if cell.percent else spellings.yes_or_no(cell.text)
    if value is None:
        return None, Remark("error", "no_yes_or_no")
    words = spellings.YES if value else spellings.NO
    return Given("yes" if value else "no", value), _respelled(cell, words)


def _choice(cell: Cell, item: Item) -> tuple[Given | None, Remark | None]:
    found = spellings.choice(cell.text, item)
    if found is None:
        return None, Remark("error", "no_choice")
    chosen = next(one for one in item.choices if one.id == found)
    offered = (chosen.text.zh, chosen.text.en)
    return Given(found, chosen.points), _respelled(cell, offered)


def _on_scale(cell: Cell, item: Item) -> tuple[Given | None, Remark | None]:
    low, high = item.bounds
    if isinstance(cell.value, int | float):
        value, percent, written = float(cell.value), cell.percent, False
        value = round(value * 100, 10) if percent else value  # what is shown: 0.85 as 85 %
    else:
        found = spellings.number(str(cell.value))
        if found is None:
            return None, Remark("error", "no_number")
        (value, percent), written = found, True
    if not low <= value <= high:  # also what is not finite
        return None, Remark("error", "out_of_range")
    if percent and item.kind != "0-100":
        return None, Remark("error", "percent_on_scale")
    if item.kind == "1-5" and not value.is_integer():
        return None, Remark("error", "not_whole")
    if item.kind == "0-100" and 0 < value < 1 and not percent:
        return None, Remark("error", "looks_like_share")
    return Given(_as_written(value), value), _noted(cell, percent, written)


def _noted(cell: Cell, percent: bool, written: bool) -> Remark | None:
    if percent:
        return Remark("note", "percent")
    if not written:
        return None
    usual = str(cell.value) == cell.text and cell.text.isascii()
    return Remark("note", "number_as_text" if usual else "respelled")


def _respelled(cell: Cell, offered: tuple[str, ...]) -> Remark | None:
    """A note where the cell does not hold one of the first two spellings, which our forms offer."""
    ours = {*offered[:2], f"{offered[0]} / {offered[1]}"}
    same = isinstance(cell.value, str) and cell.value.casefold() in {word.casefold() for word in ours}
    return None if same else Remark("note", "respelled")


def _as_written(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


__all__ = ["NOT_APPLICABLE", "Cell", "Given", "Remark", "Severity", "read_cell"]
