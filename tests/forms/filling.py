"""Inspectors made of code: a sample given out, its forms opened, answers written into their cells."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from sqaudit.inspection_forms import InspectionForm, Item, read_form
from sqaudit.inspections import CaseList
from sqaudit.inspections.layout import ANSWER, CASE, COMMENT, KEY, read_mark
from sqaudit.present.form_words import answer_words
from sqaudit.present.words import Language

FORM = Path(__file__).parents[2] / "params/forms/service_inspection.yaml"
FIRST = 5  # the row of the first case, counted from 1
INSPECTORS = ["陈晨", "Li Wei", "a03", *(f"Inspector {number}" for number in range(4, 13))]


def form() -> InspectionForm:
    return read_form(FORM)


def cases(count: int = 400, agents: int = 23) -> pd.DataFrame:
    """Visits of agents a00, a01, ...; texts that look like formulas, and a telephone number."""
    return pd.DataFrame(
        {
            "case_id": [f"V{number:04d}" for number in range(count)],
            "kind": "visit",
            "stratum": [f"a{number % agents:02d}" for number in range(count)],
            "inclusion_probability": 0.1,
            "order": range(1, count + 1),
            "agent": [f"a{number % agents:02d}" for number in range(count)],
            "team": [("客服中心", "=1+1", "@home", "-5")[number % 4] for number in range(count)],
            "phone": "13800000001",
            "reported_at": pd.Timestamp("2026-07-01 09:30", tz="Asia/Shanghai"),
        }
    )


def sample(folder: Path, count: int = 400, agents: int = 23) -> CaseList:
    return CaseList(folder, "weekly_2026-W40", 20261008, cases(count, agents))


def truth(case: str, inspector: str, item: Item, language: Language) -> tuple[Any, str]:
    """What somebody answers, as it stands in the cell, and its name; the same every time."""
    chance = random.Random(f"{case}|{inspector}|{item.id}")  # noqa: S311 - no secret
    if item.kind == "0-100":
        number = chance.randint(40, 100)
        return number, str(number)
    words = answer_words(item, language)
    names = {
        "yes_no": ["yes", "no"],
        "1-5": ["1", "2", "3", "4", "5"],
        "choices": [choice.id for choice in item.choices],
    }[item.kind] + (["not_applicable"] if item.not_applicable else [])
    at = chance.randrange(len(words))
    return (int(words[at]) if item.kind == "1-5" and at < 5 else words[at]), names[at]


class Filled:
    """A form open in Excel, so to speak."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.sheet = self.book.worksheets[0]

    def columns(self, kind: str) -> dict[str, int]:
        """The columns of a kind by item (or by nothing), wherever they are now."""
        found = {}
        for cell in self.sheet[1]:
            mark = read_mark(cell.value)
            if mark is not None and mark[0] == kind:
                found[mark[1]] = cell.column
        return found

    def rows(self) -> dict[str, int]:
        """The row of each case."""
        at = self.columns(CASE)[""]
        key = self.columns(KEY)[""]
        return {
            str(self.sheet.cell(row, at).value): row
            for row in range(2, self.sheet.max_row + 1)
            if self.sheet.cell(row, at).value and not str(self.sheet.cell(row, key).value).startswith("#")
        }

    def fill(self, inspector: str, items: list[Item], language: Language) -> dict[tuple[str, str], str]:
        """Every cell answered, with a comment; the names of the answers by case and item."""
        answers, comments = self.columns(ANSWER), self.columns(COMMENT)
        said = {}
        for case, row in self.rows().items():
            for item in items:
                if item.id not in answers:
                    continue
                value, name = truth(case, inspector, item, language)
                self.sheet.cell(row, answers[item.id]).value = value
                if item.id in comments:
                    self.sheet.cell(row, comments[item.id]).value = "seen 看过"
                said[case, item.id] = name
        return said

    def put(self, case: str, item: str, value: Any, kind: str = ANSWER) -> str:
        """Write into the cell of a case and item; its place, such as F7."""
        cell = self.sheet.cell(self.rows()[case], self.columns(kind)[item])
        cell.value = value
        return str(cell.coordinate)

    def reorder(self, order: Callable[[list[Any]], list[Any]]) -> None:
        """The rows of cases in another order, as a sort by hand would leave them."""
        block = [[cell.value for cell in row] for row in self.sheet.iter_rows(min_row=FIRST)]
        for at, row in enumerate(order(block)):
            for place, value in enumerate(row):
                self.sheet.cell(FIRST + at, place + 1).value = value

    def save(self, path: Path | None = None) -> Path:
        self.book.save(path or self.path)
        return path or self.path


def answers_of(frame: pd.DataFrame) -> Mapping[tuple[str, str], str]:
    return dict(zip(zip(frame["case_id"], frame["item"], strict=True), frame["answer"], strict=True))
