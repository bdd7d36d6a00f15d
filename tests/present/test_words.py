from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from sqaudit.present import words
from sqaudit.present.sentences import check_remedy, check_sentence, short_list
from sqaudit.present.words import is_said, keys, named, say, wording_faults

CODES = [
    *[
        "missing_column",
        "unreadable_value",
        "duplicate_id",
        "missing_id",
        "impossible_order",
        "outside_period",
    ],
    *["no_event_time", "volume_break", "ambiguous_dates", "mixed_dates", "unreadable_line", "after_as_of"],
    *["negative_duration", "segment_missing", "segment_absent", "scope_not_applicable", "column_all_missing"],
    *[
        "spelling_variants",
        "empty_source",
        "no_time_column",
        "excluded_by_rule",
        "superseded",
        "absent_records",
    ],
]


def test_both_languages_are_complete_and_clean() -> None:
    assert wording_faults() == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"zh": "达标"}, "needs zh and en"),
        ({"zh": "达标", "en": " "}, "needs zh and en"),
        ({"zh": "共 {n} 项", "en": "{m} in all"}, "placeholders differ"),
        ({"zh": "达标", "en": "Met 达标"}, "Chinese characters"),
        ({"zh": "达标 yes", "en": "Met"}, "Latin words in the Chinese text: yes"),
    ],
)
def test_faults_of_the_wording_are_found(entry: dict[str, str], fault: str) -> None:
    assert any(fault in found for found in words._entry_faults(entry))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_check_is_a_sentence_with_a_remedy(code: str, language: words.Tongue) -> None:
    found = {
        "check": code,
        "kind": "visit",
        "column": "arrived_at",
        "count": 3,
        "of": 1200,
        "examples": ["V1"],
    }
    assert is_said(f"check.{code}.text")
    for sentence in (check_sentence(found, {}, language), check_remedy(found, {}, language)):
        assert sentence.endswith("。" if language == "zh" else ".")
        assert "{" not in sentence


def test_an_unknown_check_is_named_and_nothing_breaks() -> None:
    sentence = check_sentence({"check": "moonlight", "kind": "visit", "detail": None}, {}, "en")
    assert "moonlight" in sentence


def test_missing_examples_leave_no_empty_brackets() -> None:
    found = {"check": "duplicate_id", "kind": "visit", "column": "visit_id", "count": 2, "examples": []}
    assert check_sentence(found, {}, "zh") == "上门服务：有 2 行的“visit_id”与其他行重复。"
    assert (
        check_sentence(found, {}, "en") == "On-site visits: 2 rows repeat a visit_id that is already there."
    )


def test_fields_are_spoken_as_the_language_does_it() -> None:
    assert say("page.failures", "en", count=1) == "1 report did not finish"
    assert say("page.failures", "en", count=1204) == "1,204 reports did not finish"
    assert say("honesty.weights_spread", "zh", missing=["甲", "乙"]) == "甲、乙的权重已分摊到其余指标。"
    assert "2026-10-08 09:30" in say(
        "quarterly_review.basis",
        "en",
        standard="S",
        version=None,
        as_of=dt.datetime(2026, 10, 8, 9, 30, tzinfo=dt.UTC),
    )
    assert "version —" in say("quarterly_review.basis", "en", standard="S", version=None, as_of="")


def test_both_languages_in_one_line_and_once_when_they_agree() -> None:
    assert say("verdict.not_met", "both") == "未达标 / Not met"
    assert say("unit.share", "both") == "%"


def test_a_missing_field_or_key_is_named() -> None:
    with pytest.raises(KeyError, match="needs the fields k, n; 'n' was not given"):
        say("honesty.targets_met", "en", k=1)
    with pytest.raises(KeyError, match=r"No wording under 'verdict\.splendid'"):
        say("verdict.splendid", "en")


def test_names_come_from_labels_then_from_us_then_from_the_id() -> None:
    labels = {"timeliness": {"zh": "快", "en": "Speed"}}
    assert named(labels, "timeliness", "en", "dimension") == "Speed"
    assert named({}, "timeliness", "zh", "dimension") == "时效性"
    assert named({}, "unheard", "zh", "dimension") == "unheard"
    assert named({}, pd.NaT, "zh") == named({}, float("nan"), "zh") == "—"


def test_lists_are_cut_and_the_rest_is_counted() -> None:
    assert short_list(range(8), "zh") == "0、1、2、3、4 另有 3 个"


def test_verdicts_changes_and_methods_have_meanings() -> None:
    assert [key.split(".")[1] for key in keys("verdict.")] == [
        key.split(".")[1] for key in keys("verdict_meaning.")
    ]
    for name in [
        "wilson",
        "clopper_pearson",
        "student_t",
        "order_statistics",
        "poisson_exact",
        "linearised_ratio",
        "none",
    ]:
        assert is_said(f"method.{name}")
        assert is_said(f"method_meaning.{name}")
