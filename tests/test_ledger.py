"""Other readings of a document, and several documents in one run: each as if it had been run alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sqaudit.audit import Audit, open_audit
from sqaudit.errors import ParameterError
from sqaudit.ledger import COLUMNS
from sqaudit.review import Review, read_review
from sqaudit.standards import read_standard
from sqaudit.standards.together import clashes, together

GRADES = [{"from": 80, "en": "Good", "zh": "好"}, {"from": 0, "en": "Poor", "zh": "差"}]
# Promised times are kept by V1 and V3 of three; two hours from the report by V1 and V3; half an hour by none.
WITHIN = {"from": "reported_at", "to": "arrived_at"}
HALF_HOUR = {"measure": {"within": {**WITHIN, "limit": "30min"}}}
ON_TIME = {
    "id": "on_time",
    "name": "On time",
    "records": "visit",
    "measure": {"within": {**WITHIN, "deadline": "promised_at"}},
    "direction": "higher",
    "target": 0.8,
    "weight": 60,
    "readings": {
        "A22": [
            {"is": "half an hour", "set": HALF_HOUR},
            {"is": "two thirds will do", "set": {"target": 0.6}},
        ]
    },
}
IN_NORTH = {
    "id": "in_north",
    "name": "In the north",
    "records": "visit",
    "measure": {"share": "region = 'north'"},
    "direction": "higher",
    "target": 0.5,
    "weight": 40,
    "readings": {"A17": [{"is": "of the early ones", "set": {"eligible": "reported_at < '2026-08-01'"}}]},
}


def document(folder: Path, name: str, indicators: list[dict[str, object]], **keys: object) -> str:
    content = {"standard": name, "title": name, "indicators": indicators, "grades": GRADES, **keys}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return f"{name}.yaml"


def opened(folder: Path, *standards: str) -> Audit:
    return open_audit(folder / "run.yaml", standard=list(standards))


def test_every_reading_is_measured_judged_and_scored(small: Path) -> None:
    """66.7 % of 80 % earns 50 of 60 points, all of the north 40 of 40: 90. Under the other readings:
    no visit in time earns 0 + 40; two thirds of 60 % earn more than the weight, capped at 60."""
    readings = {"A02": [{"is": "all or nothing", "scoring": {"rule": "binary"}}]}
    name = document(small, "whole", [ON_TIME, IN_NORTH], readings=readings)
    with opened(small, name) as audit:
        found = audit.results.readings
    assert list(found.columns) == list(COLUMNS)
    told = {(row["assumption"], row["reading"]): row for row in found.to_dict("records")}
    assert set(told) == {("", 0), ("A02", 1), ("A22", 1), ("A22", 2), ("A17", 1)}
    scores = {key: row["score"] for key, row in told.items()}
    assert scores == {
        ("", 0): pytest.approx(90),
        ("A02", 1): pytest.approx(40),
        ("A22", 1): pytest.approx(40),
        ("A22", 2): pytest.approx(100),
        ("A17", 1): pytest.approx(90),
    }
    assert {key: row["grade_en"] for key, row in told.items() if row["grade_en"] != "Good"} == {
        ("A02", 1): "Poor",
        ("A22", 1): "Poor",
    }
    half_hour, lenient, early = (told[key] for key in (("A22", 1), ("A22", 2), ("A17", 1)))
    assert (half_hour["indicator"], half_hour["numerator"], half_hour["denominator"]) == ("on_time", 0, 3)
    assert (half_hour["verdict"], lenient["verdict"], lenient["target"]) == ("not_met", "met", 0.6)
    assert (early["value"], early["denominator"]) == (1, 2)


def test_a_reading_gives_what_its_own_standard_would(small: Path) -> None:
    """The shortcut of measuring all readings at once changes nothing."""
    name = document(small, "whole", [ON_TIME, IN_NORTH])
    model = read_standard(small / name)
    with opened(small, name) as audit:
        found = audit.results.readings
    for indicator in model.indicators:
        for number, readings in indicator.readings.items():
            for place, reading in enumerate(readings, start=1):
                own = indicator.read_as(reading)
                plain = own.model_dump(by_alias=True, exclude_unset=True, exclude={"readings", "measure"})
                measure = reading.set.get("measure", next(
                    one for one in (ON_TIME, IN_NORTH) if one["id"] == own.id)["measure"])  # fmt: skip
                alone = document(small, f"{own.id}_{number.lower()}_{place}", [{**plain, "measure": measure}])
                with opened(small, alone) as audit:
                    expected = audit.measure().iloc[0]
                row = found[
                    (found["indicator"] == own.id)
                    & (found["assumption"] == number)
                    & (found["reading"] == place)
                ].iloc[0]
                for column in ("value", "low", "high", "numerator", "denominator", "target", "verdict"):
                    assert row[column] == expected[column], (own.id, number, place, column)


def test_readings_are_no_part_of_the_figures(small: Path) -> None:
    name = document(small, "whole", [ON_TIME, IN_NORTH])
    with opened(small, name) as audit:
        results = audit.results
        assert set(results.measurements["indicator"]) == {"on_time", "in_north"}
        assert set(audit.measure(by=["region"])["indicator"]) == {"on_time", "in_north"}


def test_readings_come_back_from_a_run_folder(small: Path, tmp_path: Path) -> None:
    name = document(small, "whole", [ON_TIME, IN_NORTH])
    folder = tmp_path / "saved"
    folder.mkdir()
    with opened(small, name) as audit:
        review = Review.of(audit)
        review.save(folder, audit.plan.standard_paths)
    again = read_review(folder)
    assert again.results.readings["score"].tolist() == pytest.approx(
        review.results.readings["score"].tolist()
    )
    assert again.results.readings["is_en"].tolist() == review.results.readings["is_en"].tolist()


def test_two_documents_in_one_run_are_as_two_runs(small: Path) -> None:
    first, second = document(small, "first", [ON_TIME]), document(small, "second", [IN_NORTH])
    with opened(small, first, second) as audit:
        review = Review.of(audit)
        parts = review.parts
    for name, part in zip((first, second), parts, strict=True):
        with opened(small, name) as audit:
            alone = Review.of(audit)
        assert part.score == alone.score
        shown = ["indicator", "value", "low", "high", "verdict", "raw_score", "capped_score"]
        assert part.scorecard[shown].equals(alone.scorecard[shown])
    assert list(review.scorecard["indicator"]) == ["on_time", "in_north"]
    assert review.graded is None  # two documents give scores: points of one are none of the other
    assert review.score.weight_assessed == 0


def test_one_graded_document_gives_the_grade(small: Path) -> None:
    plain = {key: value for key, value in IN_NORTH.items() if key != "weight"}
    names = document(small, "first", [ON_TIME]), document(small, "second", [plain])
    with opened(small, *names) as audit:
        review = Review.of(audit)
    assert review.graded is review.parts[0]
    assert review.score == review.parts[0].score


def test_what_two_documents_may_not_share(small: Path) -> None:
    names = document(small, "first", [ON_TIME]), document(small, "second", [ON_TIME])
    with pytest.raises(ParameterError, match="the id on_time stands in first and second"):
        opened(small, *names)
    with pytest.raises(ParameterError, match="the standard first is named 2 times"):
        opened(small, names[0], names[0])
    kind = {"name": "Case", "columns": {"a": {}}}
    one = read_standard(small / document(small, "one", [ON_TIME], record_kinds={"case": kind}))
    other_kind = {"name": "Case", "columns": {"b": {}}}
    two = read_standard(small / document(small, "two", [IN_NORTH], record_kinds={"case": other_kind}))
    assert clashes([one, two]) == ["one and two describe the record kind case differently."]
    assert clashes([one]) == []


def test_each_document_keeps_its_calendar(small: Path) -> None:
    one = read_standard(small / document(small, "one", [ON_TIME], calendar="china_office_hours"))
    two = read_standard(small / document(small, "two", [IN_NORTH], calendar="always"))
    both = together([one, two])
    calendars = [both.pieces_of(indicator)[0].calendar for indicator in both.indicators]
    assert calendars == ["china_office_hours", "always"]
    assert together([one]) is one


def test_the_five_documents_share_no_id() -> None:
    names = ("service_assessment", "customer_service_assurance", "special_service_monitoring")
    names += ("after_sales_evaluation", "quality_management")
    assert clashes([read_standard(f"params/standards/{name}.yaml") for name in names]) == []
