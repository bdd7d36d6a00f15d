"""The line beside a table of estimates says what has to be said, in both languages, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pandas as pd
import pytest

from sqaudit.estimates import Mean, Share, SurveyDesign, estimate, survey
from sqaudit.estimates.design import DESIGNS
from sqaudit.estimates.honesty import EstimateGrounds, grounds
from sqaudit.estimates.items import Figure
from sqaudit.estimates.share_intervals import ShareMethod
from sqaudit.present.honesty import (
    design_check,
    estimate_method,
    estimate_reason,
    grounds_line,
    grounds_sentences,
)
from sqaudit.present.words import TONGUES, Tongue, is_said, keys

PLAIN = EstimateGrounds(
    design="simple",
    cases=400,
    population=12000.0,
    clusters=0,
    strata=0,
    methods=("korn_graubard",),
    confidence=0.95,
    design_effect_low=1.0,
    design_effect_high=1.0,
    nonresponse=float("nan"),
    missing=0,
    strata_not_sampled=(),
    comparisons=1,
    undefined=0,
    census_kept_apart=True,
    adjustments=(),
    warnings=(),
)
FULL = replace(
    PLAIN,
    design="stratified_cluster",
    clusters=30,
    strata=4,
    methods=("exact", "korn_graubard", "student_t"),
    design_effect_low=1.2,
    design_effect_high=2.351,
    nonresponse=0.123,
    missing=7,
    strata_not_sampled=("night", "weekend"),
    comparisons=60,
    undefined=2,
    census_kept_apart=False,
    adjustments=("nonresponse", "poststratification"),
    warnings=("weight_disagrees", "single_unit_stratum", "stratum_not_sampled"),
)


def test_a_plain_sample_needs_two_sentences() -> None:
    assert grounds_line(PLAIN, "en") == (
        "Simple random sample: 400 cases, standing for 12,000. "
        "Intervals: Korn-Graubard interval; each by itself at 95 %."
    )
    assert grounds_line(PLAIN, "zh") == (
        "简单随机抽样：共 400 件，代表 12,000 件。区间：Korn-Graubard 区间，每个区间单独的置信度为 95 %。"
    )


def test_everything_that_applies_is_said() -> None:
    line = grounds_line(FULL, "en")
    for part in (
        "Strata: 4", "Clusters drawn: 30", "1.20 to 2.35", "Intervals shown: 60", "about 3 of them", "12.3 %",
        "Values missing: 7", "night, weekend", "Figures without an interval: 2", "census and of a sample",
        "known class sizes", "Weights differ", "single sampled unit",
    ):  # fmt: skip
        assert part in line


@pytest.mark.parametrize("language", TONGUES)
def test_sentences_are_whole(language: Tongue) -> None:
    for told in (
        PLAIN,
        FULL,
        replace(PLAIN, population=float("nan"), methods=(), design_effect_low=float("nan")),
    ):
        for sentence in grounds_sentences(told, language):
            assert sentence.endswith("。" if language == "zh" else ".")
            assert "{" not in sentence
            assert "nan" not in sentence


def test_every_design_method_figure_and_reason_has_words() -> None:
    assert all(is_said(f"estimates.design.{design}") for design in DESIGNS)
    assert all(is_said(f"estimates.method.{method}") for method in get_args(ShareMethod))
    assert all(is_said(f"estimates.figure.{figure}") for figure in get_args(Figure))
    for key in keys("estimates.reason."):
        assert estimate_reason(key.rpartition(".")[2], "zh")
    assert estimate_reason("", "zh") == ""
    assert estimate_method("none", "en") == "No interval"


def test_every_check_verdict_and_test_has_words() -> None:
    import re
    from pathlib import Path

    from sqaudit.estimates import checks, flags

    source = Path(checks.__file__).read_text(encoding="utf-8")
    found = set(re.findall(r'Finding\(\s*"(?:error|warning)", "(\w+)"', source))
    found |= set(re.findall(r'_where\(\s*frame, name, "(\w+)"', source))
    assert found == {key.rpartition(".")[2] for key in keys("estimates.check.")}
    assert all(is_said(f"estimates.verdict.{verdict}") for verdict in flags.VERDICTS)


@pytest.mark.parametrize("language", TONGUES)
def test_a_finding_is_a_sentence(language: Tongue) -> None:
    for key in keys("estimates.check."):
        finding = {"check": key.rpartition(".")[2], "column": "team", "count": 3, "examples": ["A", "B"]}
        assert design_check(finding, language).endswith("。" if language == "zh" else ".")


def test_grounds_come_from_the_sample_and_its_table() -> None:
    frame = pd.DataFrame(
        {"team": list("AABBBB"), "good": [1, 0, 1, 1, 0, None], "calls": [20] * 2 + [50] * 4}
    )
    sample = survey(frame, SurveyDesign(strata="team", populations="calls"), {"A": 20, "B": 50, "C": 9})
    found = grounds(sample, estimate(sample, [Share("good"), Mean("good")], by="team"))
    assert (found.design, found.cases, found.strata, found.clusters) == ("stratified", 6, 2, 0)
    assert (found.missing, found.comparisons, found.undefined) == (2, 4, 0)
    assert found.population == pytest.approx(70)
    assert found.strata_not_sampled == ("C",)
    assert found.methods == ("korn_graubard", "student_t")
    assert found.census_kept_apart
    assert "C" in grounds_line(found, "zh")


def test_census_figures_among_sampled_ones_are_told() -> None:
    frame = pd.DataFrame({"team": list("AABBB"), "good": [1, 0, 1, 1, 0], "calls": [2] * 2 + [50] * 3})
    sample = survey(frame, SurveyDesign(strata="team", populations="calls"))
    found = grounds(sample, estimate(sample, Share("good"), by="team"))
    assert not found.census_kept_apart
    assert "census and of a sample" in grounds_line(found, "en")
