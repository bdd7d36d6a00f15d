"""The commands `verify` and `compare`: their words, their JSON and their exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from sqaudit.cli import app
from sqaudit.present.words import wording_faults
from tests.books.conftest import Making, edited

RUNNER = CliRunner()


def said(*given: object) -> tuple[int, str]:
    outcome = RUNNER.invoke(app, [str(one) for one in given])
    return outcome.exit_code, outcome.output


def test_verify_speaks_in_both_languages_and_tells_by_its_status(make: Making, home: Path) -> None:
    book = make()
    status, text = said("verify", book, "--language", "both")
    assert status == 0
    assert "no difference" in text
    assert "没有差异" in text
    edited(home / "visits.csv", "2026-08-03 10:30", "2026-08-03 10:31")
    status, text = said("verify", book)
    assert status == 1
    assert "Soon (2026-Q3): numerator 3 → 2, value 75.0 % → 50.0 %" in text
    assert "On time" not in text
    assert f"Sources changed since: {home / 'visits.csv'}." in text
    assert text.index("Soon (2026-Q3)") < text.index("region=south")
    assert "Differences by part: scores and grades " in text
    assert "the source visits.csv (On-site visit) changed" in text
    status, text = said("verify", book, "--json")
    told = json.loads(text)
    assert told["status"] == "different"
    assert {row["indicator"] for row in told["differences"] if row["part"] == "figure"} == {"soon"}
    (home / "visits.csv").unlink()
    status, text = said("verify", book, "--language", "zh")
    assert status == 2
    assert "缺少数据来源 visits.csv" in text
    assert said("verify", home)[0] == 2
    assert said("verify", book, "--url", "visit")[0] == 2


def test_compare_speaks_in_both_languages_and_tells_by_its_status(make: Making, home: Path) -> None:
    first = make()
    status, text = said("compare", first, first)
    assert status == 0
    assert "nothing was computed again" in text
    second = make(("standard.yaml", "limit: 90min", "limit: 60min"))
    status, text = said("compare", first, second, "--language", "both")
    assert status == 1
    assert "Soon: verdict went from 'Met' to 'Not met', due to reading." in text
    assert "两小时：判定由「达标」变为「未达标」，出自：采用的理解。" in text
    assert "−50.0 pp" in text
    told = json.loads(said("compare", first, second, "--json")[1])
    assert told["steps"] == ["program", "reading", "program"]
    assert said("compare", first, home)[0] == 2


def test_the_words_are_whole_in_both_languages() -> None:
    assert [fault for fault in wording_faults() if fault.startswith("books.")] == []
