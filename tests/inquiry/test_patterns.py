"""The patterns of the sample records: what was planted comes out, is written down whole and told honestly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sqaudit.audit import Audit, audit_of
from sqaudit.causes.reasons import reasons
from sqaudit.descriptions import read_yaml
from sqaudit.errors import SourceError
from sqaudit.inquiry.experience import complaint_drivers_of, drivers_of
from sqaudit.inquiry.patterns import FILE, Patterns, read_patterns
from sqaudit.inquiry.plain import as_plain, from_plain
from sqaudit.inquiry.score_change import score_changes_of
from sqaudit.periods import parse
from sqaudit.report.page import Page
from sqaudit.results import scored
from sqaudit.review import Review, read_review

from .organisation import opened, records

ROOT = Path(__file__).parents[2]
KINDS = ("ticket", "call", "chat", "visit", "survey", "complaint", "incident", "finding", "inspection")
EVERYTHING = (None, parse("2026-Q3"))
PARTS = ("score_change", "drivers", "reasons", "categories")


@pytest.fixture(scope="module")
def audit() -> Iterator[Audit]:
    """The sample records that customers' experience is read from, under the standard that gives a grade."""
    content, _ = read_yaml(ROOT / "params" / "quarterly_review.yaml")
    kept = {kind: content["records"][kind] for kind in KINDS}
    keys = {"standard": "after_sales_evaluation", "records": kept, "segments": [], "language": "both"}
    with audit_of({**content, **keys}, ROOT / "params") as opened_one:
        yield opened_one


@pytest.fixture(scope="module")
def patterns(audit: Audit) -> Patterns:
    return Patterns.of(audit)


@pytest.fixture(scope="module")
def page(audit: Audit, patterns: Patterns) -> Page:
    return Page(replace(Review.of(audit), patterns=patterns))


@pytest.fixture(scope="module")
def told(page: Page) -> dict[str, str]:
    """The HTML of every part, drawn once."""
    return {part: getattr(page, part)().html for part in PARTS}


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


# The samples say: who waits, is visited late or is not helped at first contact scores lower and complains.


def test_the_planted_relations_come_out_of_all_scores_with_their_sign(audit: Audit) -> None:
    found = drivers_of(audit, EVERYTHING).table.set_index("fact")
    for fact in ("visited_late", "not_solved_at_first_contact", "reworked"):
        assert found.loc[fact, "clear"], fact
        assert found.loc[fact, "low"] > 0, fact
    assert found.loc["waited", "low"] > 0  # true, though too weak to be claimed among seven facts
    for fact in ("transferred", "escalated"):  # planted without an effect
        assert not found.loc[fact, "clear"], fact


def test_the_planted_relations_come_out_of_all_complaints(audit: Audit) -> None:
    found = complaint_drivers_of(audit, EVERYTHING)
    clear = found.table[found.table["clear"]]
    assert {"visited_late", "not_solved_at_first_contact"} <= set(clear["fact"])
    assert (clear["low"] > 0).all()
    assert not set(clear["fact"]) & {"transferred", "escalated", "off_hours", "visited"}


def test_the_period_is_widened_until_there_is_enough_and_that_is_said(patterns: Patterns) -> None:
    assert patterns.low_scores.span == ("2026-Q2", "2026-Q3")
    assert patterns.low_scores.outcomes >= 90
    assert patterns.low_scores.cases + patterns.low_scores.left_out == 482  # 224 and 258 answers with a score


def test_what_tickets_are_about_gives_no_reason_for_complaints(patterns: Patterns) -> None:
    """The sample draws the content of a ticket without a look at anything that comes of it."""
    found = {(one.records, one.column): one for one in patterns.reasons}
    assert found["ticket", "content"].status == "none"
    assert found["survey", "comment"].status == "found"
    words = found["survey", "comment"].table
    assert {"太慢", "waiting"} <= set(words.loc[words["telling"], "word"])


def test_no_text_of_the_samples_gives_a_reason_when_its_group_is_drawn_by_lot(audit: Audit) -> None:
    texts = {("survey", "comment"), ("complaint", "text"), ("ticket", "content")}
    rng, telling, looks = np.random.default_rng(7), 0, 0
    for kind, column in sorted(texts):
        frame = audit.engine.query(
            f'SELECT _row AS key, "{column}" AS text FROM {kind} WHERE "{column}" IS NOT NULL'
        )
        frame = frame.head(700)
        for _ in range(4):
            found = reasons(frame.assign(group=rng.random(len(frame)) < 0.3))
            telling, looks = telling + bool(found.table["telling"].any()), looks + 1
    assert looks == 12
    assert telling <= 3  # 1 in 20 is allowed by q <= 0.05; 4 of 12 would come once in 450 times


# Categories and the score


def test_sizes_and_trends_agree_with_the_records(audit: Audit, patterns: Patterns) -> None:
    inside = "received_at >= DATE '2026-07-01' AND received_at < DATE '2026-10-01' AND kind = 'complaint'"
    counted = audit.engine.query(f"SELECT cause, count(*) AS n FROM complaint WHERE {inside} GROUP BY 1")
    sizes = next(one.table for one in patterns.categories.sizes if one.by == "cause")
    assert sizes["count"].sum() == counted["n"].sum() == 70
    shown = sizes[sizes["kind"] == "category"].set_index("category")["count"]
    assert shown.to_dict() == counted.set_index("cause")["n"].loc[shown.index].to_dict()
    grown = next(one for one in patterns.categories.grown if one.records == "complaint")
    assert (grown.days_before, grown.days_now) == (91, 92)
    late = grown.table.query("level == 'nature' and nature == 'late'").iloc[0]
    assert (late["trend"], int(late["count_now"])) == ("up", int(shown["late"]))


def test_the_parts_of_the_score_add_up_to_its_change(audit: Audit, patterns: Patterns) -> None:
    (change,) = patterns.score_changes
    _, now = scored(audit.results, audit)
    _, before = scored(audit.results, audit, audit.run.compared_period)
    assert (change.before, change.now) == (before.score, now.score)
    assert change.parts["part"].sum() == pytest.approx(now.score - before.score, abs=1e-9)
    assert change.grade_now == {"zh": now.grade_zh, "en": now.grade_en}
    assert change.parts["indicator"].iloc[0] == "onsite_promise_rate"


def test_without_an_earlier_period_no_score_has_changed(audit: Audit) -> None:
    class Alone:
        run = audit.run.model_copy(update={"compare": "none"})
        standard = audit.standard

    assert score_changes_of(audit.results, Alone(), tuple(audit.plan.standards)) == ()


# Written down and read again


def test_patterns_are_written_down_whole(patterns: Patterns, tmp_path: Path) -> None:
    patterns.save(tmp_path)
    json.loads((tmp_path / FILE).read_text(encoding="utf-8"), parse_constant=lambda name: pytest.fail(name))
    again = read_patterns(tmp_path)
    assert again is not None
    assert again.as_dict() == patterns.as_dict()
    pd.testing.assert_frame_equal(again.low_scores.table, patterns.low_scores.table, check_dtype=False)
    assert again.reasons[0].table["examples"].tolist() == patterns.reasons[0].table["examples"].tolist()


def test_a_folder_without_patterns_has_none_and_a_broken_file_is_told(tmp_path: Path) -> None:
    assert read_patterns(tmp_path) is None
    (tmp_path / FILE).write_text('{"low_scores": 1}', encoding="utf-8")
    with pytest.raises(SourceError, match="does not hold patterns"):
        read_patterns(tmp_path)


def test_plain_values_come_back_as_they_were() -> None:
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "share": [0.5, np.nan],
            "ratio": [np.inf, 1.0],
            "yes": [True, False],
            "keys": [("a",), ()],
        }
    )
    again = from_plain(pd.DataFrame, as_plain(frame))
    pd.testing.assert_frame_equal(again, frame)
    assert from_plain(float, as_plain(float("nan"))) != from_plain(float, as_plain(float("nan")))
    assert from_plain(str | None, as_plain(None)) is None


def test_a_book_keeps_its_patterns(page: Page, told: dict[str, str], tmp_path: Path, audit: Audit) -> None:
    page.review.save(tmp_path, audit.plan.standard_paths)
    again = read_review(tmp_path)
    assert again.patterns is not None
    assert page.review.patterns is not None
    assert again.patterns.as_dict() == page.review.patterns.as_dict()
    assert Page(again).reasons().html == told["reasons"]


# Told


def test_every_part_is_told_in_both_languages_and_every_figure_described(told: dict[str, str]) -> None:
    for part, html in told.items():
        assert 'lang="zh"' in html
        assert 'lang="en"' in html
        assert "nan" not in plain(html).lower().split()
        pictures = re.findall(r"<img ([^>]*)>", html)
        assert all(re.search(r'alt="[^"]{20,}"', picture) for picture in pictures)
        assert bool(pictures) == (part != "reasons")


def test_drivers_are_called_associations_with_intervals_in_percentage_points(told: dict[str, str]) -> None:
    text = plain(told["drivers"])
    assert "This is association, not proof" in text
    assert "这是关联，不是证明" in text
    assert re.search(
        r"Visit came late: 68\.9 % with low scores, 16\.2 % of the others; like for like \+\d\d", text
    )
    assert re.search(r"\(\+\d+\.\d to \+\d+\.\d pp\)", text)
    assert "Not seen is not the same as not there" in text


def test_remarks_are_never_quoted(told: dict[str, str], audit: Audit) -> None:
    html = told["reasons"]
    for (text,) in audit.engine.rows("SELECT DISTINCT text FROM complaint WHERE length(text) > 8"):
        assert str(text) not in unescape(html)
    names = audit.engine.rows("SELECT DISTINCT customer_name FROM complaint")
    assert not any(str(name) in html for (name,) in names)


def test_a_page_without_patterns_says_so(page: Page) -> None:
    bare = Page(replace(page.review, patterns=None))
    for part in PARTS:
        assert "was not computed" in getattr(bare, part)().html


def test_too_little_is_said_plainly(tmp_path: Path) -> None:
    few = records(20, 60, lambda lived: np.full(len(lived), 0.05), lambda lived: np.zeros(len(lived)))
    with opened(tmp_path, {kind: few[kind] for kind in ("survey", "ticket", "call")}) as small:
        own = Page(replace(Review.of(small), patterns=Patterns.of(small)))
    drivers = plain(own.drivers().html)
    assert "10 of each are needed before anything is said" in drivers
    assert "no complaints that can be joined" in drivers
    assert "Too few remarks" in plain(own.reasons().html)
    assert "no earlier score" in plain(own.score_change().html)
