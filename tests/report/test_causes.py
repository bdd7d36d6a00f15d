"""The chapter on causes: the answer first, in one language, with what is wanted, and nothing executable."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest

from sqaudit.audit import open_audit
from sqaudit.inquiry.causes import Causes, calling_for_one, read_causes
from sqaudit.inquiry.inquire import Inquirer
from sqaudit.params import Language
from sqaudit.report.page import Page
from sqaudit.review import Review

CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture(scope="module")
def causes() -> Causes:
    """Two indicators of the sample, one with several causes and one with mix, and the trees."""
    with open_audit("params/quarterly_review.yaml") as audit:
        calling = calling_for_one(audit)
        inquirer = Inquirer.of(audit)
        found = tuple(
            inquirer.inquire(name, reasons=calling[name]) for name in ("onsite_promise_rate", "fcr_ticket")
        )
        return Causes(found, ("csat_score100",), audit.plan.cause_trees)


def page(causes: Causes, told: Callable[[Language], Review], language: Language) -> str:
    return Page(replace(told(language), causes=causes)).causes().html


def texts(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r'src="[^"]*"', "", html))).split())


def test_the_answer_stands_first_with_its_grounds(causes: Causes, told: Callable[[Language], Review]) -> None:
    text = texts(page(causes, told, "en"))
    assert "On-site arrival within promise fell by 11.8 pp" in text
    assert "3 segments stand out" in text
    assert "A search shows where, not why." in text
    assert "crowded from 2026-07-20 to 2026-07-25" in text
    assert "How it is recorded changed: figures before and after do not compare." in text
    assert "The total moved because" not in text  # the first has segments, and so has the second
    assert "csat_score100" in text  # named, though not looked into


def test_what_people_wrote_stands_on_the_fishbone_and_asks_for_more(
    causes: Causes, told: Callable[[Language], Review]
) -> None:
    html = page(causes, told, "en")
    assert "Nobody dispatches what the north reports after 16:00" in unescape(html)  # in the description
    assert "No evidence yet: name a figure, a record or a document" in texts(html)
    assert "The figures say where; ask why" in texts(html)


def test_an_english_chapter_holds_no_chinese_but_values(
    causes: Causes, told: Callable[[Language], Review]
) -> None:
    values = {
        str(value) for one in causes.inquiries for row in one.segments.get("values", []) for value in row
    }
    assert set(CHINESE.findall(texts(page(causes, told, "en")))) <= values


def test_a_chinese_chapter_speaks_chinese(causes: Causes, told: Callable[[Language], Review]) -> None:
    text = texts(page(causes, told, "zh"))
    assert "有 3 处明显不同" in text
    assert "集中在 2026-07-20 至 2026-07-25" in text
    assert not re.search(r"\b(segment|crowded|since|mix|rate changed)\b", text)


def test_without_anything_to_look_into_it_says_so(told: Callable[[Language], Review]) -> None:
    assert "No indicator calls for an analysis" in texts(page(Causes(), told, "en"))


def test_values_of_records_are_escaped(causes: Causes, told: Callable[[Language], Review]) -> None:
    one = causes.inquiries[0]
    rows = one.segments.assign(
        values=pd.Series([["<script>alert(1)</script>"] * len(row) for row in one.segments["values"]])
    )
    hostile = Causes((replace(one, segments=rows),), (), ())
    assert "<script>alert" not in page(hostile, told, "en")


def test_inquiries_are_written_down_and_read_again(
    causes: Causes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    causes.save(folder)
    again = read_causes(folder)
    assert again is not None
    assert again.left == causes.left
    assert again.trees == causes.trees
    assert [one.as_dict() for one in again.inquiries] == [one.as_dict() for one in causes.inquiries]
