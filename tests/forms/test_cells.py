"""What stands in a cell, as an answer: many spellings, one meaning, and no guesses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sqaudit.inspection_forms import Item
from sqaudit.inspections.cells import Cell, read_cell
from sqaudit.present.form_words import answer_words
from tests.forms.filling import form

RATING = Item.model_validate({"id": "r", "text": "r", "scale": "1-5", "weight": 1})
SCORE = Item.model_validate({"id": "s", "text": "s", "scale": "0-100", "weight": 1})
YES = Item.model_validate(
    {"id": "y", "text": "y", "scale": "yes_no", "weight": 1, "not_applicable": "redistribute"}
)
CHOICE = form().item("resolution")


@pytest.mark.parametrize(
    ("item", "value", "answer", "check"),
    [
        (RATING, 4, "4", None),
        (RATING, 4.0, "4", None),
        (RATING, "4", "4", "number_as_text"),
        (RATING, "５", "5", "respelled"),
        (RATING, " 3 ", "3", "respelled"),
        (RATING, "４．０", "4", "respelled"),
        (RATING, 0, None, "out_of_range"),
        (RATING, 6, None, "out_of_range"),
        (RATING, float("nan"), None, "out_of_range"),
        (RATING, float("inf"), None, "out_of_range"),
        (RATING, "9" * 400, None, "out_of_range"),
        (RATING, 3.5, None, "not_whole"),
        (RATING, "4 or 5", None, "no_number"),
        (RATING, "四", None, "no_number"),
        (RATING, True, None, "boolean"),
        (RATING, "80%", None, "out_of_range"),
        (RATING, "4%", None, "percent_on_scale"),
        (RATING, "N/A", None, "not_applicable_refused"),
        (RATING, "  ", None, None),
        (RATING, None, None, None),
        (RATING, "\u3000", None, None),
        (RATING, dt.datetime(2026, 1, 5), None, "date"),  # noqa: DTZ001
        (RATING, dt.time(4), None, "date"),
        (RATING, "=1+3", None, "formula"),
        (SCORE, 85.5, "85.5", None),
        (SCORE, "85%", "85", "percent"),
        (SCORE, 0.85, None, "looks_like_share"),
        (SCORE, 0, "0", None),
        (SCORE, -1, None, "out_of_range"),
        (YES, "是", "yes", None),
        (YES, "no", "no", None),
        (YES, "是 / Yes", "yes", None),
        (YES, "Ｙ", "yes", "respelled"),
        (YES, "×", "no", "respelled"),
        (YES, False, "no", "respelled"),
        (YES, 1, "yes", "respelled"),
        (YES, 2, None, "no_yes_or_no"),
        (YES, "n/a", "not_applicable", None),
        (YES, " Ｎ／Ａ", "not_applicable", "respelled"),
        (YES, "不适用", "not_applicable", None),
        (YES, "-", None, "no_yes_or_no"),
        (CHOICE, "已处理未确认", "handled", None),
        (CHOICE, "handled, NOT confirmed", "handled", None),
        (CHOICE, "handled", "handled", "respelled"),
        (CHOICE, "已处理未确认 / Handled, not confirmed", "handled", None),
        (CHOICE, 7, None, "no_choice"),
    ],
)
def test_a_cell_is_understood_or_refused(
    item: Item, value: Any, answer: str | None, check: str | None
) -> None:
    given, remark = read_cell(Cell(value), item)
    assert (given.answer if given else None) == answer
    assert (remark.check if remark else None) == check
    if remark:
        assert (remark.severity == "error") == (answer is None)


def test_a_number_shown_as_a_percentage_is_read_as_it_is_shown() -> None:
    given, remark = read_cell(Cell(0.85, "n", "0%"), SCORE)
    assert (given.value if given else None, remark.check if remark else None) == (85, "percent")
    assert read_cell(Cell(1, "n", "0%"), SCORE)[0] == read_cell(Cell(100), SCORE)[0]
    assert read_cell(Cell(0.04, "n", "0%"), RATING)[1].check == "percent_on_scale"  # type: ignore[union-attr]


def test_errors_and_formulas_of_excel_are_no_answers() -> None:
    assert read_cell(Cell("#REF!", "e"), RATING)[1].check == "excel_error"  # type: ignore[union-attr]
    assert read_cell(Cell("=A1", "f"), YES)[1].check == "formula"  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_every_answer_that_a_form_offers_is_read_without_a_remark(language: Any) -> None:
    for item in form().items:
        for word in answer_words(item, language):
            given, remark = read_cell(Cell(int(word) if word.isdecimal() else word), item)
            assert given is not None, (item.id, word)
            assert remark is None, (item.id, word)
