"""Every finding of lint has a case that shows it and one that does not."""

from __future__ import annotations

from typing import Any

import pytest

from sqaudit.standards import Standard
from sqaudit.standards.lint import lint

NAME = {"zh": "率", "en": "Rate"}
GRADES = [{"from": 0, "zh": "好", "en": "Fine"}]


def one(**keys: Any) -> dict[str, Any]:
    return {
        "id": "rate",
        "name": NAME,
        "records": "visit",
        "measure": {"share": "first_pass_accepted"},
        "direction": "higher",
        **keys,
    }


def found(*indicators: dict[str, Any], **keys: Any) -> list[tuple[str, str, str]]:
    standard = Standard.model_validate(
        {"standard": "s", "title": "S", "indicators": list(indicators), **keys}
    )
    return [(row["severity"], row["indicator"], row["check"]) for row in lint(standard)]


SOUND = one(target=0.9, weight=100)


def test_a_sound_standard_has_no_findings() -> None:
    assert found(SOUND, grades=GRADES) == []


@pytest.mark.parametrize(
    ("indicators", "keys", "expected"),
    [
        ([one(target=0.9, weight=90)], {"grades": GRADES}, ("warning", "", "weights")),
        ([SOUND], {}, ("warning", "", "grades")),
        ([SOUND], {"grades": [{"from": 60, "en": "Fine"}]}, ("warning", "", "grades")),
        ([one(truncated=True)], {}, ("note", "rate", "truncated")),
        ([one(truncated=True, weight=100)], {"grades": GRADES}, ("note", "rate", "truncated")),
        ([one(weight=100)], {"grades": GRADES}, ("warning", "rate", "no_target")),
        ([one()], {}, ("note", "rate", "no_target")),
        ([one(target=0, weight=100, direction="lower")], {"grades": GRADES}, ("note", "rate", "zero_target")),
        ([one(id="abandon_rate", target=0.9)], {}, ("warning", "abandon_rate", "direction")),
        (
            [one(id="satisfaction_rate", target=0.1, direction="lower")],
            {},
            ("warning", "satisfaction_rate", "direction"),
        ),
        (
            [one(target=0.9, measure={"share": "first_pas_accepted"})],
            {},
            ("warning", "rate", "unknown_column"),
        ),
        ([one(target=0.9, name={"zh": "率"})], {}, ("warning", "rate", "language")),
        ([one(target=0.9), one(target=0.9, id="other")], {}, ("warning", "other", "same_name")),
        (
            [
                one(
                    targets=[
                        {"value": 0.9, "scope": {"team": "A"}},
                        {"value": 0.8, "scope": {"region": "north"}},
                    ]
                )
            ],
            {},
            ("warning", "rate", "two_targets"),
        ),
        (
            [one(target=5, weight=100, direction="lower", measure={"count": "all"})],
            {"grades": GRADES, "scoring": {"cap": "none"}},
            ("warning", "rate", "no_cap"),
        ),
    ],
)
def test_each_finding(
    indicators: list[dict[str, Any]], keys: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert found(*indicators, **keys) == [expected]


@pytest.mark.parametrize(
    ("indicators", "keys"),
    [
        (
            [one(weight=100, evidence="panel", measure={"mean": "1"})],
            {"grades": GRADES},
        ),  # a rating is scored on its own scale
        (
            [
                one(
                    id="late_arrival",
                    target=0.9,
                    measure={"within": {"from": "reported_at", "to": "arrived_at", "limit": "2h"}},
                )
            ],
            {},
        ),
        ([one(target=0.05, weight=100, direction="lower")], {"grades": GRADES, "scoring": {"cap": "none"}}),
        ([one(targets=[{"value": 0.9, "scope": {"team": "A"}}, {"value": 0.8, "scope": {"team": "B"}}])], {}),
        (
            [
                one(
                    targets=[
                        {"value": 0.9, "scope": {"team": "A"}},
                        {"value": 0.8, "scope": {"team": "A", "region": "n"}},
                    ]
                )
            ],
            {},
        ),
        (
            [
                one(
                    targets=[
                        {"value": 0.9, "scope": {"team": "A"}, "until": "2026-06-30"},
                        {"value": 0.8, "scope": {"region": "n"}, "from": "2026-07-01"},
                    ]
                )
            ],
            {},
        ),
        (
            [
                one(weight=33.3, target=0.9),
                one(id="b", name={"zh": "乙", "en": "B"}, weight=66.7, target=0.9),
            ],
            {"grades": GRADES},
        ),
    ],
)
def test_what_is_no_finding(indicators: list[dict[str, Any]], keys: dict[str, Any]) -> None:
    assert [row for row in found(*indicators, **keys) if row[2] != "no_target"] == []


def test_findings_are_sentences_with_a_remedy() -> None:
    standard = Standard.model_validate(
        {"standard": "s", "title": "S", "indicators": [one(weight=90, name="Rate", id="late_rate"), one()]}
    )
    rows = lint(standard)
    assert [set(row) for row in rows] == [{"severity", "indicator", "check", "message", "remedy"}] * len(rows)
    assert all(row["message"].endswith(".") and row["remedy"].endswith(".") for row in rows)
    ranks = [("error", "warning", "note").index(row["severity"]) for row in rows]
    assert ranks == sorted(ranks)
