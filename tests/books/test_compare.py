"""Two books compared: every change is attributed, the parts add up, and nothing is computed needlessly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sqaudit.audit import open_audit
from sqaudit.books import Comparison, compare_books, compare_with
from tests.books.conftest import STANDARD, Making, edited

ONE_RECORD = ("visits.csv", "2026-07-02 12:00", "2026-07-02 10:00")
READING = ("standard.yaml", "limit: 90min", "limit: 60min")
TARGET = ("standard.yaml", "target: 0.8", "target: 0.7")


def part(found: Comparison, indicator: str, figure: str, cause: str, segment: str = "") -> float:
    frame = found.figures
    rows = frame[
        (frame["indicator"] == indicator) & (frame["figure"] == figure) & (frame["segment"] == segment)
    ]
    return float(rows[cause].item())


def adds_up(found: Comparison) -> None:
    frame = found.figures[found.figures["change"].notna()]
    parts = frame[[*found.causes, "together"]].sum(axis=1)
    assert np.abs(parts - frame["change"]).max() < 1e-9


def test_books_of_one_run_do_not_differ_and_nothing_is_computed(make: Making) -> None:
    first = make()
    found = compare_books(first, make())
    assert found.same
    assert found.recomputed == 0
    assert found.figures.empty
    assert found.words.empty
    assert found.inputs.empty
    found = compare_books(first, make(timezone="UTC", language="zh"))  # no figure depends on it
    assert found.inputs["what"].tolist() == ["timezone"]
    assert found.same
    assert found.recomputed == 0


def test_a_changed_record_is_data(make: Making, home: Path) -> None:
    first = make()
    (home / "old").mkdir()
    (home / "old" / "visits.csv").write_bytes((home / "visits.csv").read_bytes())
    second = make(ONE_RECORD)
    found = compare_books(first, second, [home / "old"])
    assert found.sources_at_hand == (True, True)
    assert part(found, "on_time", "value", "data") == pytest.approx(0.25)
    assert part(found, "on_time", "numerator", "data", "north") == 1
    assert part(found, "on_time", "value", "program") == 0
    assert set(found.figures[found.figures["together"] != 0].index) == set()
    adds_up(found)


def test_without_the_earlier_sources_data_and_program_are_one(make: Making, home: Path) -> None:
    first = make()
    edited(home / "visits.csv", *ONE_RECORD[1:])
    with open_audit(home / "run.yaml") as audit:
        found = compare_with(first, audit)
    assert found.sources_at_hand == (False, True)
    assert part(found, "on_time", "value", "together") == pytest.approx(0.25)
    assert set(found.figures["together_causes"]) <= {"program+data", ""}
    verdicts = found.words[found.words["what"] == "verdict"].set_index(["indicator", "segment"])
    assert verdicts.loc[("on_time", ""), "turned_at"] == "program+data"
    adds_up(found)


def test_what_another_program_made_of_the_same_records_is_the_program(make: Making) -> None:
    first, second = make(), make()
    frame = pd.read_parquet(first / "measurements.parquet")
    total = (frame["indicator"] == "on_time") & (frame["grouping"] == "total")
    frame.loc[total & (frame["period"] == "2026-Q3"), ["value", "numerator"]] = [0.5, 2]
    frame.to_parquet(first / "measurements.parquet", index=False)
    edited(first / "manifest.json", '"sqaudit": "', '"sqaudit": "0.0.')
    found = compare_books(first, second)
    assert found.inputs["cause"].tolist() == ["program"]
    assert found.steps == ("program", "program")
    assert part(found, "on_time", "value", "program") == pytest.approx(0.25)
    assert (found.figures["together"].fillna(0) == 0).all()
    adds_up(found)


def test_each_cause_gets_its_own_part(make: Making, home: Path) -> None:
    first = make()
    (home / "old").mkdir()
    (home / "old" / "visits.csv").write_bytes((home / "visits.csv").read_bytes())
    second = make(ONE_RECORD, READING, TARGET, confidence=0.9, scope="region = 'north' or team = 'B'")
    found = compare_books(first, second, [home / "old"])
    assert found.steps == ("program", "data", "reading", "standard", "parameters", "scope", "program")
    assert found.inputs.set_index("cause").loc["reading", "what"] == "A06"
    assert part(found, "soon", "value", "reading") == pytest.approx(-0.5)
    assert part(found, "soon", "value", "data") == pytest.approx(0.25)
    assert part(found, "on_time", "target", "standard") == pytest.approx(-0.1)
    assert part(found, "on_time", "low", "parameters") > 0
    assert part(found, "on_time", "value", "reading") == 0
    adds_up(found)
    parts = found.score_parts
    score = found.figures[found.figures["figure"] == "score"]
    assert parts["part"].sum() == pytest.approx(score["change"].item(), abs=1e-9)
    reading = parts[parts["causes"] == "reading"]
    assert reading["indicator"].tolist() == ["soon"]
    assert reading["part"].sum() == pytest.approx(score["reading"].item(), abs=1e-9)


def test_with_the_earlier_sources_only_data_come_last(make: Making, home: Path) -> None:
    first = make()
    (home / "old").mkdir()
    (home / "old" / "visits.csv").write_bytes((home / "visits.csv").read_bytes())
    second = make(ONE_RECORD, TARGET)
    (home / "visits.csv").unlink()
    found = compare_books(first, second, [home / "old"])
    assert found.sources_at_hand == (True, False)
    assert found.steps == ("program", "standard", "data", "program")
    assert part(found, "on_time", "target", "standard") == pytest.approx(-0.1)
    assert part(found, "on_time", "value", "together") == pytest.approx(0.25)
    assert set(found.figures["together_causes"]) <= {"data+program", ""}
    adds_up(found)


def test_another_period_is_another_period(make: Making) -> None:
    found = compare_books(make(period="2026-Q2", as_of="2026-07-08"), make())
    assert "period" in found.steps
    assert part(found, "on_time", "denominator", "period") == 1
    assert part(found, "on_time", "denominator", "program") == 0
    adds_up(found)


def test_records_that_the_later_extract_lost_and_another_period_cannot_be_told_apart(
    make: Making, home: Path
) -> None:
    first = make(period="2026-Q2", as_of="2026-07-08")
    lines = (home / "visits.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (home / "visits.csv").write_text("".join(lines[:5]), encoding="utf-8")
    found = compare_books(first, make())
    row = found.figures[(found.figures["indicator"] == "on_time") & (found.figures["figure"] == "value")]
    assert set(row["together_causes"]) == {"program+data+period"}
    adds_up(found)


def test_a_calendar_of_ones_own_is_kept_with_the_book(make: Making, home: Path) -> None:
    calendar = "id: own\nname: {zh: 本, en: Own}\ntimezone: Asia/Shanghai\nweekly: {mon-sun: [09:30-18:00]}\n"
    (home / "own.yaml").write_text(calendar, encoding="utf-8")
    edited(home / "standard.yaml", "limit: 90min", "limit: 90min, clock: business")
    first = make(calendar="own.yaml")
    second = make(("own.yaml", "09:30-18:00", "11:30-18:00"), calendar="own.yaml")
    found = compare_books(first, second)
    assert found.steps == ("program", "calendar", "program")
    assert (found.figures["program"].fillna(0) == 0).all()


def test_an_indicator_that_is_new_appears_with_the_standard(make: Making, home: Path) -> None:
    first = make()
    added = STANDARD[STANDARD.index("  - id: on_time") : STANDARD.index("  - id: soon")]
    with (home / "standard.yaml").open("a", encoding="utf-8") as file:
        file.write(added.replace("on_time", "again").replace("weight: 60", "weight: 10"))
    found = compare_books(first, make())
    rows = found.figures[(found.figures["indicator"] == "again") & (found.figures["figure"] == "value")]
    assert set(rows["turned_at"]) == {"standard"}
    assert rows["change"].isna().all()
    assert set(found.words.loc[found.words["indicator"] == "again", "turned_at"]) == {"standard"}
