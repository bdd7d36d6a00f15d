# ruff: noqa: DTZ001, S311 - times in the engine carry no zone; chance is for tests
"""The clock proof of a case: counted outside the engine, and of one mind with the figures."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sqaudit import cli
from sqaudit.audit import Audit
from sqaudit.errors import ParameterError
from tests.measure.conftest import Opened

BY_LEVEL = {"by": "level", "when": {1: "30min", 2: "4h"}}
NESTED = {"by": "team", "when": {"a": BY_LEVEL, "b": "1d"}, "otherwise": "3h"}
LIMITS: dict[str, dict[str, Any]] = {
    "natural": {"limit": "24h"},
    "natural_by": {"limit": BY_LEVEL},
    "deadline": {"deadline": "due"},
    "failures": {"limit": "8h", "counts": "missed"},
    "cohort": {"limit": "2d", "matured": True},
    "cohort_of_failures": {"limit": NESTED, "matured": True, "counts": "missed"},
    "office": {"limit": "8h", "clock": "business"},
    "office_by": {"limit": NESTED, "clock": "business"},
    "office_cohort": {"limit": "9h", "clock": "business", "matured": True},
}
OFFICE = {"standard": {"calendar": "china_office_hours"}}


def limited(name: str, how: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "measure": {"within": {"from": "opened", "to": "closed", **how}}, **more}


def rows(number: int) -> list[dict[str, object]]:
    """Cases around the National Day holiday of 2026: open ones, nonsense, some on the very limit."""
    chance = random.Random(11)
    found = []
    for place in range(number):
        opened = datetime(2026, 9, 24) + timedelta(minutes=15 * chance.randrange(16 * 96))
        lasted = chance.choice([30, 180, 240, 480, 540, 1440, 2880, chance.randrange(20_000), -60])
        closed = opened + timedelta(minutes=lasted)
        found.append(
            {
                "case_id": f"C{place}",
                "opened": None if chance.random() < 0.03 else opened,
                "closed": None if chance.random() < 0.3 else closed,
                "due": None if chance.random() < 0.1 else opened + timedelta(hours=chance.randrange(-2, 60)),
                "team": chance.choice(["a", "b", "c", None]),
                "level": chance.choice([1, 2, 3, None]),
            }
        )
    return found


def cases(
    opened: Opened, indicators: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, object]], **run: Any
) -> Audit:
    columns = {"case": ["case_id", "opened", "closed", "due", "team", "level"]}
    settings = {"period": "all", "as_of": datetime(2026, 10, 9, 12), "columns": columns, **OFFICE, **run}
    return opened(indicators, given, **settings)


def test_the_proof_of_every_case_says_what_the_figures_say(opened: Opened) -> None:
    given = rows(160)
    odd = [{"case_id": "old", "opened": datetime(1990, 1, 1), "closed": datetime(1990, 1, 2), "level": 1}]
    exact = [
        {
            "case_id": "closing",
            "opened": datetime(2026, 9, 30, 10),
            "closed": datetime(2026, 9, 30, 20),
            "due": datetime(2026, 9, 30, 20),
            "team": "a",
            "level": 1,
        },
        {
            "case_id": "now",
            "opened": datetime(2026, 10, 9, 4),
            "due": datetime(2026, 10, 9, 12),
            "team": "b",
            "level": 2,
        },
    ]
    indicators = [limited(name, how, eligible="level < 3 or team = 'a'") for name, how in LIMITS.items()]
    audit = cases(
        opened,
        indicators,
        [*given, *odd, *exact],
        sources={"case": {"exclude": {"trial": "team = 'c' and level = 2"}}},
    )
    for name in LIMITS:
        listed = audit.records(name)
        told = dict(zip(listed["case_id"], zip(listed["status"], listed["reason"], strict=True), strict=True))
        counts: Counter[str] = Counter()
        for case, (status, reason) in told.items():
            [proof] = audit.clock_proof(name, case)
            assert proof.status == status, (name, case)
            assert proof.reason == (reason if status == "excluded" else None)
            left_out_before = reason in ("trial", "not_eligible", "eligibility_unknown")
            assert proof.verdict == (None if left_out_before else status), (name, case)
            assert sum(span.counted_minutes for span in proof.spans) == proof.counted_minutes
            counts[status] += 1
        assert {"met", "missed", "pending", "excluded"} <= set(counts), f"{name} tries too little: {counts}"


def test_a_case_counted_by_hand(opened: Opened) -> None:
    """Wednesday 17:00 to Thursday a week later 12:00, over the holiday: one hour and three."""
    row = {
        "case_id": "A",
        "opened": datetime(2026, 9, 30, 17),
        "closed": datetime(2026, 10, 8, 12),
        "level": 2,
    }
    audit = cases(opened, [limited("reply", {"limit": BY_LEVEL, "clock": "business"})], [row])
    [proof] = audit.clock_proof("reply", "A")
    assert (proof.limit_minutes, proof.counted_minutes, proof.status) == (240, 240, "met")
    assert proof.due == datetime(2026, 10, 8, 12)
    assert [span.kind for span in proof.spans if span.counted_minutes] == ["working", "working"]
    assert {span.kind for span in proof.spans} == {"working", "closed", "holiday", "weekend"}
    told = proof.as_dict()
    assert (told["calendar"], told["from"]["at"]) == ("china_office_hours", "2026-09-30T17:00:00")


def test_a_natural_limit_is_shown_day_by_day(opened: Opened) -> None:
    row = {"case_id": "A", "opened": datetime(2026, 10, 7, 22), "closed": datetime(2026, 10, 9, 1)}
    [proof] = cases(opened, [limited("reply", {"limit": "24h"})], [row]).clock_proof("reply", "A")
    assert [(span.kind, span.minutes) for span in proof.spans] == [
        ("natural", 120),
        ("natural", 1440),
        ("natural", 60),
    ]
    assert (proof.status, proof.due, proof.calendar) == ("missed", datetime(2026, 10, 8, 22), None)


def test_every_part_and_every_record_of_a_case_is_proved(opened: Opened) -> None:
    within = limited("reply", {"limit": "1h"})["measure"]
    parts = [
        {"records": "case", "eligible": "team = 'a'", "measure": within},
        {"records": "case", "eligible": "team = 'b'", "measure": within},
    ]
    twice = [
        {
            "case_id": "A",
            "opened": datetime(2026, 10, 8, 9),
            "closed": datetime(2026, 10, 8, 10),
            "team": team,
        }
        for team in ("a", "b")
    ]
    audit = cases(opened, [{"id": "reply", "records": [], "parts": parts}], twice)
    found = [(one.part, one.row, one.status) for one in audit.clock_proof("reply", "A")]
    first = min(row for _, row, _ in found)
    assert found == [
        ("1", first, "met"),
        ("1", first + 1, "excluded"),
        ("2", first, "excluded"),
        ("2", first + 1, "met"),
    ]


def test_what_cannot_be_proved_is_said_in_a_sentence(opened: Opened) -> None:
    row = {"case_id": "A", "opened": datetime(2026, 10, 8, 9), "team": "a"}
    count = {"id": "number", "measure": {"count": "all"}}
    lacking = limited("late", {"limit": "1h"}, eligible="good")
    audit = cases(opened, [limited("reply", {"limit": "1h"}), count, lacking], [row], scope="team = 'a'")
    for indicator, case, words in (
        ("number", "A", "number sets no time limit: it is a count."),
        ("reply", "B", "no case record has the key 'B' in the scope of the run."),
        ("reply", "' or '1'='1", "no case record has the key"),
        ("late", "A", "late: case has no column good."),
        ("replay", "A", "no indicator 'replay'"),
    ):
        with pytest.raises(ParameterError, match=words):
            audit.clock_proof(indicator, case)


def command(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(cli.app, ["clock", *words])
    return answer.exit_code, answer.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "START: it is missing."),
        (["2026-10-01"], "END: it is missing."),
        (["--run", "params/quarterly_review.yaml"], "--case: it is missing."),
        (
            ["2026-10-01", "--run", "x.yaml", "--case", "A", "--indicator", "b"],
            "START: it does not go with a case",
        ),
    ],
)
def test_half_a_question_is_refused(words: list[str], told: str) -> None:
    status, output = command(*words)
    assert status == 2
    assert told in output


def test_the_command_proves_a_case(opened: Opened, tmp_path: Path) -> None:
    row = {"case_id": "A", "opened": datetime(2026, 9, 30, 17), "closed": datetime(2026, 10, 8, 12, 1)}
    cases(opened, [limited("reply", {"limit": "4h", "clock": "business"})], [row])
    run = tmp_path / "0" / "run.yaml"
    run.write_text("{standard: standard.yaml, as_of: 2026-10-09, records: {case: {path: case.csv}}}")
    status, output = command("--run", str(run), "--indicator", "reply", "--case", "A")
    assert status == 0
    assert "Limit: 240 min of business time, due 2026-10-08 12:00." in output
    assert "As of 2026-10-09 00:00: not kept." in output
    assert (
        "截至 2026-10-09 00:00：超过时限。"
        in command("--run", str(run), "--indicator", "reply", "--case", "A", "--language", "zh")[1]
    )
