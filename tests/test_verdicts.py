"""Five verdicts: census and sample, both directions, tolerance, open bounds, targets by scope and date."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqaudit.frames import measurement_columns
from sqaudit.periods import parse
from sqaudit.standards.model import Indicator, Standard
from sqaudit.verdicts import VERDICTS, judged, reaches, verdict

NAN = math.nan
SHARE = {"share": "good"}


def indicator(**more: Any) -> Indicator:
    base = {
        "id": "rate",
        "name": "Rate",
        "records": "visit",
        "measure": SHARE,
        "direction": "higher",
        "target": 0.8,
    }
    return Indicator.model_validate({**base, **more})


def row(value: float, low: float = NAN, high: float = NAN, cases: float = 100) -> dict[str, float]:
    return {"value": value, "low": low, "high": high, "denominator": cases}


CASES = [
    ("census", "higher", (0.80, 0.7, 0.9), 0.8, "met"),
    ("census", "higher", (0.79, 0.7, 0.9), 0.8, "not_met"),
    ("census", "lower", (0.80, 0.7, 0.9), 0.8, "met"),
    ("census", "lower", (0.81, 0.7, 0.9), 0.8, "not_met"),
    ("census", "higher", (0.81, NAN, NAN), 0.8, "met"),
    ("sample", "higher", (0.85, 0.8, 0.9), 0.8, "met"),
    ("sample", "higher", (0.85, 0.79, 0.9), 0.8, "undetermined"),
    ("sample", "higher", (0.75, 0.7, 0.8), 0.8, "undetermined"),
    ("sample", "higher", (0.75, 0.7, 0.79), 0.8, "not_met"),
    ("survey", "lower", (0.05, 0.02, 0.1), 0.1, "met"),
    ("survey", "lower", (0.05, 0.02, 0.1), 0.05, "undetermined"),
    ("survey", "lower", (0.05, 0.02, 0.1), 0.02, "undetermined"),
    ("survey", "lower", (0.05, 0.02, 0.1), 0.01, "not_met"),
    ("sample", "lower", (0.0, 0.0, 0.031), 0.0, "undetermined"),  # none of 120 does not prove none (A16)
    ("sample", "higher", (1.0, 0.97, 1.0), 1.0, "undetermined"),
    ("sample", "lower", (0.01, 0.002, 0.05), 0.0, "not_met"),
    ("sample", "higher", (0.9, NAN, NAN), 0.8, "undetermined"),  # a mean of one case
    ("sample", "lower", (9.0, 8.0, NAN), 7.0, "not_met"),  # a quantile bounded on one side only
    ("sample", "lower", (9.0, 8.0, NAN), 20.0, "undetermined"),
    ("sample", "higher", (9.0, 8.0, NAN), 7.0, "met"),
    ("panel", "higher", (3.0, NAN, 3.5), 4.0, "not_met"),
    ("census", "higher", (NAN, NAN, NAN), 0.8, "not_assessable"),
    ("sample", "higher", (NAN, NAN, NAN), NAN, "not_assessable"),
    ("sample", "higher", (0.9, 0.8, 1.0), NAN, "monitored"),
    ("census", None, (0.9, 0.8, 1.0), NAN, "monitored"),
]


@pytest.mark.parametrize(("evidence", "direction", "figures", "target", "expected"), CASES)
def test_verdict(
    evidence: str, direction: str | None, figures: tuple[float, ...], target: float, expected: str
) -> None:
    one = indicator(evidence=evidence, direction=direction, target=None, unit="points", measure={"mean": "1"})
    assert verdict(one, row(*figures), target) == expected


def test_the_largest_of_a_sample_bounds_the_largest_of_all() -> None:
    longest = indicator(measure={"maximum": "minutes"}, evidence="sample", direction="lower", target=60)
    assert verdict(longest, row(61), 60) == "not_met"
    assert verdict(longest, row(60), 60) == "undetermined"
    assert verdict(longest.model_copy(update={"evidence": "census"}), row(60), 60) == "met"


@pytest.mark.parametrize(
    ("direction", "value", "expected"),
    [
        ("higher", 0.79, "met"),
        ("higher", 0.7899, "not_met"),
        ("lower", 0.81, "met"),
        ("lower", 0.8101, "not_met"),
    ],
)
def test_tolerance(direction: str, value: float, expected: str) -> None:
    assert verdict(indicator(direction=direction, tolerance="1%"), row(value), 0.8) == expected
    sampled = indicator(direction=direction, tolerance=0.01, evidence="sample")
    assert verdict(sampled, row(value, value, value), 0.8) == expected


def test_binary_fractions_do_not_decide() -> None:
    assert 0.1 + 0.2 > 0.3
    assert verdict(indicator(direction="lower"), row(0.1 + 0.2), 0.3) == "met"
    assert verdict(indicator(), row(0.7), 0.1 + 0.6) == "met"
    assert (
        verdict(indicator(unit="seconds", measure={"mean": "1"}, target=3e5), row(3e5 * (1 - 1e-15)), 3e5)
        == "met"
    )
    assert verdict(indicator(), row(0.8 - 1e-9), 0.8) == "not_met"


def test_few_cases_get_no_verdict_on_a_target() -> None:
    assert verdict(indicator(), row(0.5, cases=19), 0.8, minimum_cases=20) == "undetermined"
    assert verdict(indicator(), row(0.5, cases=20), 0.8, minimum_cases=20) == "not_met"
    assert verdict(indicator(), row(0.5, cases=1), 0.8) == "not_met"
    assert verdict(indicator(), row(0.5, cases=1), NAN, minimum_cases=20) == "monitored"
    assert verdict(indicator(), row(NAN, cases=0), 0.8, minimum_cases=20) == "not_assessable"
    assert (
        verdict(indicator(measure={"count": "all"}, target=5), row(3, cases=NAN), 5, minimum_cases=20)
        == "not_met"
    )


numbers = st.floats(-1e6, 1e6)


@given(
    st.lists(numbers, min_size=3, max_size=3), numbers, st.sampled_from(["higher", "lower"]), st.floats(0, 10)
)
def test_a_sample_never_contradicts_the_census_and_mirrors(
    figures: list[float], target: float, direction: str, tolerance: float
) -> None:
    low, value, high = sorted(figures)
    setting = {"unit": "points", "measure": {"mean": "1"}, "target": None, "tolerance": tolerance}
    sample = indicator(evidence="sample", direction=direction, **setting)
    found = verdict(sample, row(value, low, high), target)
    by_value = verdict(indicator(direction=direction, **setting), row(value), target)
    assert found in ("undetermined", by_value)
    assert (by_value == "met") == reaches(sample, value, target)
    mirrored = indicator(
        evidence="sample", direction={"higher": "lower", "lower": "higher"}[direction], **setting
    )
    assert verdict(mirrored, row(-value, -high, -low), -target) == found


def standard(**more: Any) -> Standard:
    base = {"id": "rate", "name": "Rate", "records": "visit", "measure": SHARE, "direction": "higher"}
    return Standard.model_validate(
        {"standard": "tested", "title": "Tested", "indicators": [{**base, **more}]}
    )


def measured(segments: list[str], *rows: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(index=range(len(rows)), columns=measurement_columns(segments))
    frame[["indicator", "method", "evidence"]] = ["rate", "wilson", "census"]
    frame[["period", *segments, "value", "denominator"]] = list(rows)
    numbers = [*frame.columns[2 + len(segments) : -2]]
    return frame.astype(dict.fromkeys(numbers, "float64"))


TARGETS = [
    {"value": 0.7, "until": "2026-06-30"},
    {"value": 0.8, "from": "2026-07-01"},
    {"value": 0.9, "from": "2026-07-01", "scope": {"team": "A"}},
    {"value": 0.95, "from": "2026-07-01", "scope": {"team": "A", "level": 2}},
    {"value": 0.6, "from": "2026-07-01", "scope": {"vip": True}},
]


def test_targets_by_scope() -> None:
    frame = measured(
        ["team", "level", "vip"],
        ("2026-Q3", "A", 2, None, 0.92, 50),
        ("2026-Q3", "A", 2.0, None, 0.92, 50),
        ("2026-Q3", "A", 1, None, 0.92, 50),
        ("2026-Q3", "B", 2, False, 0.92, 50),
        ("2026-Q3", None, None, None, 0.92, 50),
        ("2026-Q3", None, None, True, 0.92, 50),
        ("2026-Q3", math.nan, math.nan, None, 0.75, 50),
        ("2026-Q3", "A", 2, None, 0.75, 19),
    )
    found = judged(frame, standard(targets=TARGETS), parse("2026-Q3"))
    assert found["target"].to_list() == [0.95, 0.95, 0.9, 0.8, 0.8, 0.6, 0.8, 0.95]
    assert found["verdict"].to_list() == [
        "not_met",
        "not_met",
        "met",
        "met",
        "met",
        "met",
        "not_met",
        "undetermined",
    ]


def test_targets_of_each_rows_own_period() -> None:
    frame = measured(
        [],
        ("2026-Q2", 0.75, 50),
        ("2026-Q3", 0.75, 50),
        ("2026-06", 0.75, 5),
        ("2026-07", 0.75, 5),
        ("FY26", 0.75, 5),
    )
    found = judged(frame, standard(targets=TARGETS), parse("2026-Q3"))
    assert found["target"].to_list() == [0.7, 0.8, 0.7, 0.8, 0.8]
    assert found["verdict"].to_list() == ["met", "not_met", "met", "not_met", "not_met"]


def test_the_later_of_two_targets_within_a_period() -> None:
    found = judged(
        measured([], ("2026", 0.75, 50), ("2025", 0.75, 50)), standard(targets=TARGETS), parse("2026")
    )
    assert found["target"].to_list() == [0.8, 0.7]
    only_later = standard(targets=TARGETS[1:])
    assert judged(measured([], ("2025", 0.75, 50)), only_later, parse("2025"))["verdict"].to_list() == [
        "monitored"
    ]


def test_columns_are_added_and_nothing_is_changed() -> None:
    frame = measured([], ("2026-Q3", 0.85, 50))
    before = frame.copy()
    found = judged(frame, standard(target=0.8), parse("2026-Q3"))
    assert list(found.columns) == [*frame.columns, "target", "direction", "unit", "verdict"]
    pd.testing.assert_frame_equal(frame, before)
    empty = judged(frame.head(0), standard(target=0.8), parse("2026-Q3"))
    assert list(empty.columns) == list(found.columns)
    assert set(found["verdict"]) <= set(VERDICTS)
