"""A book's notebooks read what the run saved, and say what is missing where there is no sample."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.inspection_results.model import TABLES
from sqaudit.report.page import Page
from sqaudit.review import Review
from sqaudit.sampled import Sampled, read_sampled

PLAN = ("strata", "sight", "precision", "rules", "acceptance", "allocation")
INSPECTION = ("front", "response", "estimates", "groups", "people", "agreement", "inspectors", "proof")
DRAWN = ("sample_precision", "sample_acceptance")  # figures: drawn by the tests of plans below
PARTS = [
    *(f"sample_{name}" for name in PLAN),
    *(f"inspection_{name}" for name in (*INSPECTION, "disputes", "grounds")),
]


def test_what_was_saved_is_what_is_read(review: Review, tmp_path: Path) -> None:
    assert review.sampled is not None
    review.sampled.save(tmp_path)
    again = read_sampled(tmp_path)
    assert again is not None
    assert again.plan == review.sampled.plan
    before, after = review.sampled.inspection, again.inspection
    assert before is not None
    assert after is not None
    for name in TABLES:
        pd.testing.assert_frame_equal(
            getattr(after, name), getattr(before, name), check_dtype=False, check_column_type=False
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_says_something_or_nothing_but_never_fails(review: Review, language: str) -> None:
    """With a sample, drawn only, not drawn, unreadable, and without a plan."""
    sampled = review.sampled
    assert sampled is not None
    assert sampled.inspection is not None
    unanswered = replace(sampled.inspection, form=None, answers=pd.DataFrame(), scores=pd.DataFrame())
    said = []
    for one in (
        replace(sampled, inspection=unanswered),
        replace(sampled, inspection=None),
        Sampled(sampled.plan, problem="sample.parquet changed after the draw."),
        None,
    ):
        spoken = review.run.model_copy(update={"language": language})
        page = Page(replace(review, run=spoken, sampled=one))
        said.append(" ".join(getattr(page, part)().html for part in PARTS if part not in DRAWN))
    words = {
        "en": ["no filled form was read yet", "No sample was drawn", "changed after the draw", "has no key"],
        "zh": ["还没有读入", "还没有抽取样本", "changed after the draw", "没有“抽样”一项"],
    }[language]
    for text, word in zip(said, words, strict=True):
        assert word in text
        assert not re.search(r"[>±( ]nan\b", text)


def test_the_plan_tells_what_ten_and_twenty_percent_come_to(page: Page) -> None:
    rules = page.sample_rules().html
    assert "app" in rules
    assert "Of each stratum" in rules
    assert "inspect 125, accept with up to 7" in page.sample_acceptance().html  # letter K at AQL 2.5
    assert "In proportion" in page.sample_allocation().html
    assert "±3 points take 212 cases" in page.sample_precision().html


@pytest.mark.parametrize("design", ["cluster", "proportional_to_size", "simple"])
@pytest.mark.parametrize("sizes", [(1, 1), (3, 2), (5000, 40)])
def test_the_plan_is_told_for_every_design_and_size(
    review: Review, design: str, sizes: tuple[int, int]
) -> None:
    assert review.sampled is not None
    plan = review.sampled.plan.model_copy(update={"design": design, "strata": []})
    row = {"stratum": "all", "take_all": False, "stratum_size": sizes[0], "stratum_sample": sizes[1]}
    page = Page(replace(review, sampled=Sampled(plan, pd.DataFrame([row]))))
    text = " ".join(getattr(page, f"sample_{part}")().html for part in PLAN)
    assert f"Of {sizes[0]:,} case" in text
    assert not re.search(r"[>±( ]nan\b", text)
