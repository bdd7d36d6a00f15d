"""The figures of segments are those of their records: bare counts of each period, single values by shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import sqaudit
from sqaudit.inquiry.inquire import Inquirer
from sqaudit.inquiry.model import Inquiry
from sqaudit.present.inquiry_terminal import inquiry_lines


@pytest.fixture(scope="module")
def inquirer() -> Iterator[Inquirer]:
    with sqaudit.open_audit("params/quarterly_review.yaml") as audit:
        yield Inquirer.of(audit)


@pytest.fixture(scope="module")
def problems(inquirer: Inquirer) -> Inquiry:
    return inquirer.inquire("problem_count", ["team"])


def test_a_segment_of_a_count_has_as_many_cases_as_records(inquirer: Inquirer, problems: Inquiry) -> None:
    row = problems.segments.iloc[0]
    for side, period in (("now", inquirer.period), ("before", inquirer.compared)):
        records = inquirer.audit.records("problem_count", where=row["where"], period=period)
        assert row[f"observed_{side}"] == len(records)


def test_a_count_is_held_against_one_period_not_the_sum_of_several(problems: Inquiry) -> None:
    row = problems.segments.iloc[0]
    growth = problems.change["now"] / problems.change["before"]
    assert 0 < row["excess"] < row["observed_now"]
    assert row["expected"] == pytest.approx(row["observed_before"] * growth, rel=0.25)


def test_segments_of_single_values_are_told_as_shares_far_out(inquirer: Inquirer) -> None:
    found = inquirer.inquire("csat_score100")
    assert (found.segments[["rate_before", "rate_now"]].to_numpy() <= 1).all()
    said = " ".join(inquiry_lines(found, inquirer.audit.standard, "en"))
    assert ("outer quarter" in said) == (len(found.segments) > 0)
