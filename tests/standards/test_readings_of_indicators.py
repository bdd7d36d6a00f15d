"""Other readings of what a document leaves open: what is set anew, what stays, what makes no indicator."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from sqaudit.standards.model import Indicator, Reading, ScoringReading, Standard

SHARE = {
    "records": "ticket",
    "event": "closed_at",
    "eligible": "tier = '1'",
    "measure": {"share": "rating > 3"},
}
LIMITS = {"by": "zone", "when": {"a": "90min", "b": {"by": "tier", "when": {1: "0.5s"}}}, "otherwise": "3d"}
LIMIT = {"from": "created_at", "to": "solved_at", "limit": LIMITS}
RATE = {"rate": {"events": {"records": ["complaint"], "sum": "1", "event": "closed_at"}, "per": "ticket"}}
PARTS = [
    {"records": "ticket", "event": "closed_at", "measure": {"within": {**LIMIT, "counts": "missed"}}},
    {"records": ["call", "chat"], "eligible": "team = 'A'", "measure": {"complete": ["agent"]}},
]
PHONE = {"method": "service_level_m4", "with": {"limit_seconds": 20}, "eligible": "channel = 'phone'"}
BASES: dict[str, dict[str, Any]] = {
    "share": SHARE,
    "counts": {"records": "ticket", "measure": {"share": {"met": "contacts", "of": "handlings"}}},
    "limit": {"records": "ticket", "measure": {"within": {**LIMIT, "matured": True}}},
    "deadline": {
        "records": "ticket",
        "measure": {"within": {"from": "created_at", "to": "solved_at", "deadline": "due_at"}},
    },
    "gap": {
        "records": "ticket",
        "measure": {
            "gap": {"from": "created_at", "to": "closed_at", "times": "progress_times", "every": "24h"}
        },
    },
    "balance": {
        "records": "survey",
        "measure": {"balance": {"plus": "recommend > 8", "minus": "recommend < 7"}},
    },
    "quantile": {"records": "call", "measure": {"quantile": {"of": "talk_seconds", "q": 0.9}}},
    "ratio": {"records": "call", "measure": {"ratio": {"sum": "talk_seconds", "over": "hold_seconds"}}},
    "count": {"records": "call", "measure": {"count": "all"}},
    "rate": {"measure": RATE},
    "parts": {"parts": PARTS},
    "method": PHONE,
}
FURTHER = {
    "name": {"zh": "甲", "en": "A"},
    "direction": "higher",
    "targets": [{"value": 1, "scope": {"tier": 1}, "from": "2026-01-01", "until": "2026-06-30"}],
    "from": "2026-01-01",
    "tolerance": 0.01,
    "assumptions": ["A02"],
}


def indicator(**keys: Any) -> Indicator:
    return Indicator.model_validate({"id": "one", **FURTHER, **keys})


def read_as(base: dict[str, Any], **changes: Any) -> Indicator:
    """The indicator under a reading, which is checked when the indicator is read."""
    reading = {"is": {"zh": "另读", "en": "Read otherwise"}, "set": changes}
    whole = indicator(**base, readings={"A01": [reading]})
    return whole.read_as(whole.readings["A01"][0])


def sources(one: Indicator) -> tuple[Any, ...]:
    """What the figure is made of."""
    return one.pieces, one.definition, one.a_measure


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_a_reading_of_the_target_leaves_the_figure_as_it_is(base: dict[str, Any]) -> None:
    plain, other = indicator(**base), read_as(base, weight=7, remark="said")
    assert sources(other) == sources(plain)
    assert (other.weight, other.remark.en) == (7, "said")
    assert other.all_targets == plain.all_targets
    assert other.readings == {}
    unchanged = {"weight", "remark", "readings"}
    assert other.model_dump(exclude=unchanged) == plain.model_dump(exclude=unchanged)


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
@pytest.mark.parametrize("given", [{"target": 0.5}, {"targets": [{"value": 0.5}]}])
def test_one_target_takes_the_place_of_several(base: dict[str, Any], given: dict[str, Any]) -> None:
    other = read_as(base, **given)
    assert [(target.value, target.scope) for target in other.all_targets] == [(0.5, {})]
    assert other.target_for({"tier": "1"}, date(2026, 3, 1), date(2026, 4, 1)) == 0.5


def test_several_targets_take_the_place_of_one() -> None:
    other = read_as({**SHARE, "targets": [], "target": 0.9}, targets=[{"value": 0.7, "scope": {"tier": 2}}])
    assert other.target_for({}, None, None) is None
    assert other.target_for({"tier": "2"}, None, None) == 0.7


@pytest.mark.parametrize(
    ("base", "changes", "same_as"),
    [
        ("share", {"measure": {"mean": "rating"}}, {**SHARE, "measure": {"mean": "rating"}}),
        ("share", {"eligible": None}, {**SHARE, "eligible": None}),
        ("share", {"eligible": "tier = '2'"}, {**SHARE, "eligible": "tier = '2'"}),
        ("share", {"event": "created_at"}, {**SHARE, "event": "created_at"}),
        ("share", {"records": ["ticket", "visit"]}, {**SHARE, "records": ["ticket", "visit"]}),
        ("share", {"calendar": "office"}, {**SHARE, "calendar": "office"}),
        ("share", {"measure": RATE}, {"measure": RATE}),
        ("share", {"parts": PARTS}, {"parts": PARTS}),
        ("share", {"method": "service_level_m3", "event": None}, {"method": "service_level_m3"}),
        ("limit", {"measure": {"within": LIMIT}}, {"records": "ticket", "measure": {"within": LIMIT}}),
        (
            "rate",
            {"measure": {"share": "upheld"}, "records": "complaint"},
            {"records": "complaint", "measure": {"share": "upheld"}},
        ),
        (
            "parts",
            {"measure": {"share": "upheld"}, "records": "complaint"},
            {"records": "complaint", "measure": {"share": "upheld"}},
        ),
        ("parts", {"parts": PARTS[:1]}, {"parts": PARTS[:1]}),
        ("parts", {"method": "service_level_m3"}, {"method": "service_level_m3"}),
        ("method", {"parts": PARTS}, {"parts": PARTS}),
        ("method", {"measure": RATE}, {"measure": RATE}),
        ("method", {"eligible": "channel = 'app'"}, {**PHONE, "eligible": "channel = 'app'"}),
    ],
)
def test_what_a_reading_sets_takes_the_place_of_what_was_there(
    base: str, changes: dict[str, Any], same_as: dict[str, Any]
) -> None:
    assert sources(read_as(BASES[base], **changes)) == sources(indicator(**same_as))


@pytest.mark.parametrize("changes", [{"with": {"limit_seconds": 30}}, {"method": "service_level_m2"}])
def test_what_a_method_was_narrowed_to_stays(changes: dict[str, Any]) -> None:
    """A service level of the phone line read with another limit is still one of the phone line."""
    other = read_as(PHONE, **changes)
    assert sources(other) == sources(indicator(**{**PHONE, **changes}))
    assert "channel = 'phone'" in (other.eligible or "")
    assert "20 seconds" not in (other.eligible or "") if "with" in changes else True


@pytest.mark.parametrize(
    ("base", "changes", "fault"),
    [
        ("share", {"weigth": 3}, "Extra inputs are not permitted"),
        ("share", {"target": 85}, "the target of a share lies between 0 and 1, not 85"),
        ("share", {"measure": {"within": {**LIMIT, "limit": "soon"}}}, "is no length of time"),
        ("share", {"measure": {"share": "read_text('/etc/passwd')"}}, "is not allowed"),
        ("share", {"eligible": "tier = (select 1)"}, "uses a sub-query, which is not allowed"),
        ("share", {"measure": {}}, "give exactly one of"),
        ("share", {"records": []}, "name the `records`"),
        ("share", {"direction": None}, "a target needs a `direction`"),
        (
            "share",
            {"measure": {"mean": "rating"}, "records": ["ticket", "visit"]},
            "cannot be taken over several",
        ),
        (
            "share",
            {"parts": [*PARTS, {"records": "call", "measure": {"count": "all"}}]},
            "cannot be added up",
        ),
        ("share", {"method": "service_level_m99"}, "there is no method 'service_level_m99'"),
        ("share", {"method": "service_level_m3", "with": {"nonsense": 1}}, "takes no nonsense"),
        ("method", {"with": {"limit_seconds": "20 seconds' or true --"}}, "takes a number"),
        ("share", {"target": 0.5, "targets": [{"value": 0.5}]}, "give `target` or `targets`, not both"),
    ],
)
def test_a_reading_that_makes_no_indicator_is_a_fault_of_the_standard(
    base: str, changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        read_as(BASES[base], **changes)
    assert fault in str(caught.value)
    assert "one, reading A01: " in str(caught.value)


def test_a_reading_says_what_it_is_and_sets_something() -> None:
    for wrong in ({"is": "x", "set": {}}, {"set": {"weight": 1}}, {"is": "x"}):
        with pytest.raises(ValidationError):
            Reading.model_validate(wrong)


def standard(**keys: Any) -> Standard:
    given = {"id": "one", "name": "One", **SHARE, "direction": "higher", "target": 0.5, "weight": 10}
    return Standard.model_validate(
        {
            "standard": "tested",
            "title": "Tested",
            "scoring": {"rule": "binary", "cap": "none", "floor": 0.7},
            "grades": [{"from": 90, "en": "Good"}, {"from": 0, "en": "Poor"}],
            "indicators": [given],
            **keys,
        }
    )


def test_scores_read_otherwise() -> None:
    plain = standard(readings={"A03": [{"is": "ratio", "scoring": {"rule": "ratio_to_target"}}]})
    other = plain.read_as(plain.readings["A03"][0])
    assert (other.scoring.rule, other.scoring.cap, other.scoring.floor) == ("ratio_to_target", "none", 0.7)
    assert other.grades == plain.grades
    assert other.indicators == plain.indicators
    assert plain.scoring.rule == "binary"
    assert "A03" in plain.assumptions_used


def test_grades_read_otherwise() -> None:
    grades = [{"from": 80, "en": "Fine"}, {"from": 10, "en": "Poor"}]
    plain = standard(readings={"A03": [{"is": "other grades", "grades": grades}]})
    other = plain.read_as(plain.readings["A03"][0])
    assert [(grade.from_, grade.name.en) for grade in other.grades] == [(80, "Fine"), (10, "Poor")]
    assert other.scoring == plain.scoring


@pytest.mark.parametrize(
    "reading",
    [
        {"is": "no rule", "scoring": {"rule": "by_heart"}},
        {"is": "no key", "scoring": {"cup": "none"}},
        {"is": "no floor", "scoring": {"floor": 1}},
    ],
)
def test_a_reading_that_makes_no_scoring_is_a_fault_of_the_standard(reading: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="reading A03: "):
        standard(readings={"A03": [reading]})


def test_grades_of_a_reading_go_downwards_too() -> None:
    upwards = [{"from": 0, "en": "Poor"}, {"from": 80, "en": "Fine"}]
    with pytest.raises(ValidationError, match="from the highest `from` to the lowest"):
        standard(readings={"A03": [{"is": "upwards", "grades": upwards}]})


def test_a_reading_never_divides_by_a_target_of_zero() -> None:
    nothing = {"id": "one", "name": "One", **SHARE, "direction": "higher", "target": 0, "weight": 10}
    assert standard(indicators=[nothing]).scoring.rule == "binary"
    with pytest.raises(ValidationError, match="a ratio score needs a target above zero"):
        standard(
            indicators=[nothing],
            readings={"A03": [{"is": "ratio", "scoring": {"rule": "ratio_to_target"}}]},
        )


def test_an_indicator_read_otherwise_fits_its_standard() -> None:
    """A kind of records that nobody knows is a fault of the file and none of the run."""
    reading = {"is": "others", "set": {"records": "tikcet"}}
    given = {"id": "one", "name": "One", **SHARE, "readings": {"A01": [reading]}}
    with pytest.raises(ValidationError, match="there is no record kind 'tikcet'"):
        standard(indicators=[given])


@pytest.mark.parametrize(
    "twice",
    [
        {"records": ["ticket", "ticket"], "measure": {"share": "rating > 3"}},
        pytest.param(
            {"parts": [{"records": ["ticket", "ticket"], "measure": {"share": "rating > 3"}}]},
        ),
        pytest.param(
            {"measure": {"rate": {"events": ["complaint", "complaint"], "per": "ticket"}}},
        ),
    ],
)
def test_no_kind_is_counted_twice(twice: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="names a record kind twice"):
        indicator(**twice)


def test_a_mean_over_several_kinds_of_one_part_is_none() -> None:
    with pytest.raises(ValidationError, match="cannot be taken over several record kinds"):
        indicator(parts=[{"records": ["call", "chat"], "measure": {"mean": "rating"}}])


def test_scoring_readings_may_be_written_without_either_key() -> None:
    assert standard().read_as(ScoringReading.model_validate({"is": "the same"})) == standard()
