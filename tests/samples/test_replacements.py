"""Replacements are the next cases in line, logged as non-responses of the original ones."""

from __future__ import annotations

import pytest

from sqaudit.errors import ParameterError
from sqaudit.samples import (
    Sample,
    earlier_samples,
    read_replacements,
    read_sample,
    replace_case,
    standing_cases,
)

from .conftest import MADE, Drawing


@pytest.fixture
def sample(take: Drawing) -> Sample:
    return take(rate=0.2, reserve=0.5)


def test_the_next_case_of_the_stratum_takes_its_place(sample: Sample) -> None:
    assert sample.folder is not None
    original = sample.cases.iloc[0]
    line = replace_case(sample.folder, original["case_id"], "recording lost", "Li", MADE)
    spare = sample.reserve[sample.reserve["stratum"] == original["stratum"]].sort_values("order")
    assert line["replacement"] == spare.iloc[0]["case_id"]
    assert line["place"] == original["stratum_sample"] + 1
    assert read_replacements(sample.folder).to_dict("records") == [line]


def test_the_original_stays_as_a_non_response(sample: Sample) -> None:
    assert sample.folder is not None
    first = sample.cases.loc[0, "case_id"]
    second = replace_case(sample.folder, first, "recording lost", "Li", MADE)["replacement"]
    third = replace_case(sample.folder, second, "language", "Wang", MADE)["replacement"]
    now = standing_cases(read_sample(sample.folder)).set_index("case_id")
    assert len(now) == len(sample.cases) + 2
    assert now.loc[[first, second, third], "status"].tolist() == [
        "not_inspected",
        "not_inspected",
        "replacement",
    ]
    assert now.loc[[second, third], "replaces"].tolist() == [first, second]
    assert now.loc[first, "reason"] == "recording lost"
    assert now["order"].tolist() == list(range(1, len(now) + 1))
    assert (now["status"] == "drawn").sum() == len(sample.cases) - 1


def test_replacements_count_among_earlier_cases(sample: Sample) -> None:
    assert sample.folder is not None
    line = replace_case(sample.folder, sample.cases.loc[0, "case_id"], "lost", "Li", MADE)
    [earlier] = earlier_samples(sample.folder.parent)
    assert earlier.case_ids == {*sample.cases["case_id"], line["replacement"]}


def test_nobody_can_replace_without_reason_name_or_case(sample: Sample) -> None:
    assert sample.folder is not None
    with pytest.raises(ParameterError) as caught:
        replace_case(sample.folder, "V999", " ", "", MADE)
    assert [fault.place for fault in caught.value.faults] == ["case", "reason", "by"]
    first = sample.cases.loc[0, "case_id"]
    line = replace_case(sample.folder, first, "lost", "Li", MADE)
    with pytest.raises(ParameterError, match=f"'{first}' was replaced before, by '{line['replacement']}'"):
        replace_case(sample.folder, first, "lost", "Li", MADE)


def test_a_reserve_that_is_used_up_is_told(sample: Sample) -> None:
    assert sample.folder is not None
    stratum = sample.cases.loc[0, "stratum"]
    own = sample.cases.loc[sample.cases["stratum"] == stratum, "case_id"]
    spare = (sample.reserve["stratum"] == stratum).sum()
    case = own.iloc[0]
    for _ in range(spare):
        case = replace_case(sample.folder, case, "lost", "Li", MADE)["replacement"]
    with pytest.raises(ParameterError, match="no case is held ready any more in the stratum"):
        replace_case(sample.folder, case, "lost", "Li", MADE)


def test_a_systematic_sample_has_no_next_case(take: Drawing) -> None:
    sample = take(design="systematic", order_by="reported_at")
    assert sample.folder is not None
    with pytest.raises(ParameterError, match="design systematic has no next case"):
        replace_case(sample.folder, sample.cases.loc[0, "case_id"], "lost", "Li", MADE)
