"""What Excel helps with while a form is filled in: lists to choose from, hints, colours for what lacks."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from sqaudit.inspection_forms import InspectionForm, Item
from sqaudit.present.form_words import answer_words, below_words, both_ways, expected_words
from sqaudit.present.palette import SEVERITY_COLOURS, tint
from sqaudit.present.words import Language, say
from sqaudit.publish.forms.paper import Paper

LONGEST_TITLE, LONGEST_MESSAGE = 32, 255  # signs that Excel shows of a hint
LISTS = "_lists"  # the hidden sheet of choices; a list within a rule holds 255 signs and no comma

Place = tuple[int, int, int, int]


def add_rules(
    paper: Paper, sheet: Any, form: InspectionForm, item: Item, place: Place, language: Language
) -> None:
    """Add what holds for an item; `place` is first row, last row, column of answers, column of comments."""
    first, last, answer, comment = place
    sheet.data_validation(first, answer, last, answer, _validation(form, item, first, answer, language))
    cell = xl_rowcol_to_cell(first, answer, col_abs=True)
    beside = xl_rowcol_to_cell(first, comment, col_abs=True)
    blank = {"type": "blanks", "format": paper.format(bg_color=tint(SEVERITY_COLOURS["warning"], 0.18))}
    sheet.conditional_format(first, answer, last, answer, blank)
    if item.critical is not None:
        bad = _below(item, item.critical.below, cell, language)
        style = paper.format(font_color=SEVERITY_COLOURS["error"], bold=True)
        sheet.conditional_format(
            first, answer, last, answer, {"type": "formula", "criteria": f"={bad}", "format": style}
        )
    if item.comment_below is not None:
        wanted = f'=AND({_below(item, item.comment_below, cell, language)},{beside}="")'
        style = paper.format(bg_color=tint(SEVERITY_COLOURS["error"], 0.25))
        sheet.conditional_format(
            first, comment, last, comment, {"type": "formula", "criteria": wanted, "format": style}
        )


def write_lists(paper: Paper, form: InspectionForm, language: Language) -> None:
    """Add the hidden sheet with the choices of each item that has some, a column for each item."""
    sheet = paper.book.add_worksheet(LISTS)
    for column, item in enumerate(form.items):
        if item.choices:
            sheet.write_column(0, column, answer_words(item, language))
    sheet.hide()
    sheet.protect()


def _validation(
    form: InspectionForm, item: Item, row: int, column: int, language: Language
) -> dict[str, Any]:
    wanted = expected_words(form, item, language)
    number = form.numbers[item.id]
    title = f"{number} {both_ways(item.text.both(), language)}"
    message = [both_ways(item.guidance.both(), language), wanted]
    if item.comment_below is not None:
        when = below_words(item, item.comment_below, language)
        message.append(say("inspection_form.comment_prompt", language, when=when))
    return {
        **_allowed(form, item, row, column, language),
        "ignore_blank": True,
        "input_title": _cut(title, LONGEST_TITLE),
        "input_message": _cut("\n".join(text for text in message if text), LONGEST_MESSAGE),
        "error_title": _cut(say("inspection_form.stop_title", language), LONGEST_TITLE),
        "error_message": _cut(say("inspection_form.stop", language, expected=wanted), LONGEST_MESSAGE),
        "error_type": "stop",
    }


def _allowed(form: InspectionForm, item: Item, row: int, column: int, language: Language) -> dict[str, Any]:
    words = answer_words(item, language)
    if item.choices:
        at = form.items.index(item)
        begin, end = (xl_rowcol_to_cell(line, at, row_abs=True, col_abs=True) for line in (0, len(words) - 1))
        return {"validate": "list", "source": f"='{LISTS}'!{begin}:{end}"}
    if item.kind != "0-100":
        return {"validate": "list", "source": words}
    if not words:
        return {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100}
    cell = xl_rowcol_to_cell(row, column, col_abs=True)
    number = f"AND(ISNUMBER({cell}),{cell}>=0,{cell}<=100)"
    return {"validate": "custom", "value": f'=OR({number},{cell}="{words[0]}")'}


def _below(item: Item, level: float | None, cell: str, language: Language) -> str:
    """The condition, in Excel's words, that an answer lies below a level (or is the lowest)."""
    words = answer_words(item, language)
    if item.kind == "yes_no":
        return f'{cell}="{words[1]}"'
    if item.choices:
        low = item.bounds[0]
        under = [
            word
            for word, one in zip(words, item.choices, strict=False)
            if (one.points < level if level is not None else one.points <= low)
        ]
        tests = ",".join(f'{cell}="{_quoted(word)}"' for word in under)
        return f"OR({tests})"
    return f"AND(ISNUMBER({cell}),{cell}<{level:g})"


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


__all__ = ["LISTS", "add_rules", "write_lists"]
