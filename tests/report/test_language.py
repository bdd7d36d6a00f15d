"""No Chinese in an English book and no English in a Chinese one, but proper terms and what records hold."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from pathlib import Path

import openpyxl
import pytest
import yaml

from sqaudit.kinds import catalogue
from sqaudit.params import Language
from sqaudit.present.definitions import definitions
from sqaudit.present.words import PROPER_TERMS
from sqaudit.publish.run import write_workbook
from sqaudit.report.grounds import parameter_rows
from sqaudit.report.page import Page
from sqaudit.review import Review

ROOT = Path(__file__).parents[2]
KEYS = {"by", "peak", "scope"}  # of commands, calendars and run files, as remarks of the standards name them
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
LATIN = re.compile(r"[A-Za-z_]{2,}")
# Words of formulas: they are written in SQL, which has no other language.
SQL = frozenset(
    [
        *["and", "or", "not", "is", "null", "in", "between", "like", "case", "when", "then", "else", "end"],
        *["true", "false", "interval", "as", "int", "cast", "coalesce", "date_diff", "date_trunc", "extract"],
        *["abs", "round", "least", "greatest", "lower", "upper", "contains", "second", "minute", "minutes"],
        *["hour", "hours", "day", "days", "month", "year", "working_time", "workday", "peak_time"],
        *["business_minutes"],
    ]
)
PARTS = (
    "front", "scorecard", "changes", "trends", "segments", "readings", "sources", "checks", "affected",
    "appendix",
)  # fmt: skip


def texts(html: str) -> str:
    """Everything a reader sees or hears of a page: texts, descriptions, and the words in its drawings."""
    drawings = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", html)
    inside = [base64.b64decode(one).decode() for one in drawings]
    spoken = " ".join(re.findall(r'alt="([^"]*)"', html))
    plain = re.sub(r"<style.*?</style>", " ", " ".join([html, *inside]), flags=re.DOTALL)
    return unescape(f"{re.sub(r'<[^>]+>', ' ', plain)} {spoken}")


def cells(path: Path) -> str:
    """Every text of a workbook."""
    book = openpyxl.load_workbook(path, read_only=True)
    every = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    seen = dict.fromkeys(cell for cell in every if isinstance(cell, str) and not cell.startswith("="))
    return "\n".join([*book.sheetnames, *seen])


def of_records(review: Review) -> set[str]:
    """Texts that come from records and the run file: they stay as they were written."""
    frame, results = review.results.measurements, review.results
    values = {str(value) for name in review.run.segments for value in frame[name].dropna().unique()}
    values |= {str(example) for examples in results.checks["examples"] for example in examples}
    values |= {str(detail) for detail in results.row_account["detail"].dropna()}
    values |= {Path(one).name for origin in review.origins.values() for one in origin.split(", ")}
    return values | {*parameter_rows(review.run).values(), *parameter_rows(review.run)}


def ids(review: Review) -> set[str]:
    """Names of columns, record kinds and measures, and what conditions compare with."""
    kinds = catalogue()
    names = {*kinds, *(column for kind in kinds.values() for column in kind.columns)}
    for one in review.standard.indicators:
        names |= {one.definition, *LATIN.findall(one.id)}
    formulas = [text["en"] for text in definitions(review.standard)["formula"]]
    quoted = LATIN.findall(" ".join(word for line in formulas for word in re.findall(r"'([^']*)'", line)))
    cases = re.findall(r"(\w+): \d", " ".join(formulas))
    return names | {*quoted, *cases}


def without(text: str, known: Iterable[str]) -> str:
    """The text without values that are known, where they stand as whole words."""
    values = sorted({value.strip() for value in known} - {""}, key=len, reverse=True)
    return re.sub("|".join(rf"(?<![A-Za-z_]){re.escape(value)}(?![A-Za-z_])" for value in values), " ", text)


def latin_words(text: str, review: Review) -> Counter[str]:
    allowed = PROPER_TERMS | SQL | ids(review) | set(review.run.segments) | KEYS
    text = re.sub(r"sqaudit \w+( --\w+ \w+)?", " ", without(text, of_records(review)))  # a command
    return Counter(word for word in LATIN.findall(text) if word not in allowed)


@pytest.mark.parametrize("part", PARTS)
def test_an_english_page_holds_no_chinese(told: Callable[[Language], Review], part: str) -> None:
    review = told("en")
    text = without(texts(getattr(Page(review), part)().html), of_records(review))
    assert Counter(CHINESE.findall(text)) == Counter()


@pytest.mark.parametrize("part", PARTS)
def test_a_chinese_page_holds_no_english(told: Callable[[Language], Review], part: str) -> None:
    review = told("zh")
    assert latin_words(texts(getattr(Page(review), part)().html), review) == Counter()


def test_an_english_workbook_holds_no_chinese(told: Callable[[Language], Review], tmp_path: Path) -> None:
    review = told("en")
    write_workbook(tmp_path / "book.xlsx", review)
    assert Counter(CHINESE.findall(without(cells(tmp_path / "book.xlsx"), of_records(review)))) == Counter()


def test_a_chinese_workbook_holds_no_english(told: Callable[[Language], Review], tmp_path: Path) -> None:
    review = told("zh")
    write_workbook(tmp_path / "book.xlsx", review)
    assert latin_words(cells(tmp_path / "book.xlsx"), review) == Counter()


def _texts_of(node: object, place: str = "") -> Iterable[tuple[str, Mapping[str, str]]]:
    """Every text in two languages of a YAML file, with its place."""
    if isinstance(node, dict) and node and set(node) <= {"zh", "en"}:
        yield place, node
    elif isinstance(node, dict):
        for name, branch in node.items():
            yield from _texts_of(branch, f"{place}.{name}")
    elif isinstance(node, list):
        for number, branch in enumerate(node):
            yield from _texts_of(branch, f"{place}[{number}]")


FILES = [
    *sorted((ROOT / "sqaudit").rglob("*.yaml")),
    *sorted((ROOT / "params").rglob("*.yaml")),
    *sorted((ROOT / "data_samples").rglob("*.yaml")),
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_text_of_a_description_is_there_in_both_languages(file: Path) -> None:
    found = dict(_texts_of(yaml.safe_load(file.read_text(encoding="utf-8"))))
    assert [place for place, text in found.items() if set(text) != {"zh", "en"}] == []
    assert [
        place for place, text in found.items() if not all(str(one).strip() for one in text.values())
    ] == []
    assert [place for place, text in found.items() if CHINESE.search(str(text["en"]))] == []
