"""Standards as users write them: what loads, and every fault in a sentence with its place."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from sqaudit.errors import StandardError
from sqaudit.standards import Indicator, Measure, Standard, read_assumptions, read_standard

SHIPPED = sorted((Path(__file__).parents[2] / "params" / "standards").glob("*.yaml"))

SKETCH = """\
standard: after_sales_evaluation
version: "1"
title: {zh: 售后服务质量评价标准, en: After-sales service quality evaluation}
calendar: china_office_hours
scoring: {rule: ratio_to_target, cap: at_weight, not_assessable: renormalise}
grades:                       # half-open, on the unrounded score
  - {from: 90, zh: 优秀, en: Excellent}
  - {from: 80, zh: 良好, en: Good}
  - {from: 70, zh: 达标, en: Acceptable}
  - {from: 0,  zh: 待改进, en: Needs improvement}
indicators:
  - id: onsite_promise_rate
    name: {zh: 上门服务到达及时率, en: On-site arrival within promise}
    clause: 步骤二·表1
    dimension: timeliness
    records: visit
    measure: {share: "arrived_at <= promised_at"}
    direction: higher
    target: 0.85
    weight: 15
    evidence: census
    assumptions: [A22]
  - id: complaint_plan_24h
    name: {zh: 投诉方案及时率, en: Complaint plan within 24 h}
    records: complaint
    measure: {within: {from: received_at, to: planned_at, limit: 24h, clock: natural}}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "standard.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    with pytest.raises(StandardError) as caught:
        read_standard(path)
    return [str(fault).removeprefix(f"{path}") for fault in caught.value.faults]


def changed(folder: Path, **keys: Any) -> list[str]:
    """The faults of a sound standard of one indicator with some of its keys changed."""
    one = {
        "id": "rate",
        "name": "Rate",
        "records": "visit",
        "measure": {"share": "first_pass_accepted"},
        "direction": "higher",
        **keys,
    }
    return faults(
        folder, yaml.safe_dump({"standard": "s", "title": "S", "indicators": [one]}, allow_unicode=True)
    )


def test_the_sketch_of_the_design_loads_and_means_what_it_says(tmp_path: Path) -> None:
    standard = read_standard(written(tmp_path, SKETCH))
    arrival, plan = standard.indicators
    assert (arrival.records, arrival.measure.kind, arrival.shown_unit) == (["visit"], "share", "share")
    assert (arrival.target_for({}, None, None), arrival.weight, arrival.assumptions) == (0.85, 15, ["A22"])
    assert plan.measure.within is not None
    assert (plan.measure.within.limit, plan.measure.within.to, plan.direction) == (86400, "planned_at", None)
    assert [grade.name.in_language("zh") for grade in standard.grades] == ["优秀", "良好", "达标", "待改进"]
    assert (standard.scoring.rule, standard.scoring.cap, standard.calendar) == (
        "ratio_to_target",
        "at_weight",
        "china_office_hours",
    )
    assert standard.kinds_used == ["visit", "complaint"]
    assert standard.assumptions_used == ["A22"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_standards_load(path: Path) -> None:
    standard = read_standard(path)
    assert standard.standard == path.stem
    weights = [one.weight for one in standard.indicators if one.weight is not None]
    assert not weights or sum(weights) == pytest.approx(100)
    for kind in standard.kinds_used:
        assert standard.kind(kind).columns


def test_every_measure_in_its_short_and_long_form() -> None:
    forms: list[tuple[dict[str, Any], str, str]] = [
        ({"share": "score >= 4"}, "share", "share"),
        ({"share": {"met": "a", "of": "b"}}, "share", "share"),
        ({"within": {"from": "a", "to": "b", "limit": "1.5h"}}, "within", "share"),
        ({"within": {"from": "a", "to": "b", "deadline": "c"}}, "within", "share"),
        (
            {"within": {"from": "a", "to": "b", "limit": {"by": "zone", "when": {"core": "30min", 2: "1h"}}}},
            "within",
            "share",
        ),
        ({"mean": "score"}, "mean", "points"),
        ({"mean": 1}, "mean", "points"),
        ({"quantile": {"of": "wait", "q": "90%"}}, "quantile", "points"),
        ({"maximum": "wait"}, "maximum", "points"),
        ({"count": "all"}, "count", "count"),
        ({"count": True}, "count", "count"),
        ({"count": "upheld"}, "count", "count"),
        ({"ratio": {"sum": "talk", "over": "handled"}}, "ratio", "ratio"),
        ({"complete": ["a", "b"]}, "complete", "share"),
    ]
    for given, kind, unit in forms:
        measure = Measure.model_validate(given)
        assert (measure.kind, measure.unit) == (kind, unit)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("30 sec", 30),
        ("5min", 300),
        ("5 m", 300),
        ("24h", 86400),
        ("1.5 d", 129600),
        ("0.2s", 0.2),
    ],
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert Measure.model_validate(
        {"within": {"from": "a", "to": "b", "limit": text}}
    ).within.limit == pytest.approx(seconds)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "target"), [("85%", 0.85), ("85 ％", 0.85), (0.85, 0.85), (1, 1.0), (0, 0.0), ("12.5%", 0.125)]
)
def test_targets_as_written(given: object, target: float) -> None:
    one = Indicator.model_validate(
        {
            "id": "r",
            "name": "R",
            "records": "visit",
            "measure": {"share": "x"},
            "direction": "higher",
            "target": given,
        }
    )
    assert one.target_for({}, None, None) == pytest.approx(target)


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"id": "Rate"},
        "indicators[1].id: 'Rate' is no id. Write small letters, digits and _, with a letter first.",
    ),
    (
        {"measure": {}},
        "measure: give exactly one of share, within, mean, quantile, maximum, count, ratio, complete, "
        "rate, balance, gap.",
    ),
    ({"measure": {"share": "a", "mean": "b"}}, "give exactly one of share, within, mean"),
    ({"measure": {"shares": "a"}}, "measure.shares: unknown key 'shares'. Did you mean 'share'?"),
    ({"measure": {"share": True}}, "measure.share: True is no expression over columns."),
    ({"measure": {"share": ["a"]}}, "is no expression over columns."),
    (
        {"measure": {"share": "(select 1)"}},
        "measure.share: '(select 1)' uses a sub-query, which is not allowed.",
    ),
    (
        {"measure": {"share": {"met": "a", "of": "count(*)"}}},
        "measure.share.of: 'count(*)' uses the aggregate count",
    ),
    ({"measure": {"share": {"met": "a"}}}, "measure.share.of: this key is missing. Add it."),
    ({"eligible": "getenv('x')"}, "eligible: 'getenv('x')' uses the function getenv"),
    (
        {"measure": {"within": {"from": "a", "to": "b"}}},
        "give either `limit` (30s, 24h, ...) or `deadline` (a column), not both or none.",
    ),
    ({"measure": {"within": {"from": "a", "to": "b", "limit": "1h", "deadline": "c"}}}, "not both or none."),
    (
        {"measure": {"within": {"from": "a", "to": "b", "limit": "soon"}}},
        "'soon' is no length of time. Write 30s, 5min, 24h or 2d.",
    ),
    (
        {"measure": {"within": {"from": "a", "to": "b", "limit": 30}}},
        "30 is no length of time. Write 30s, 5min, 24h or 2d.",
    ),
    (
        {"measure": {"within": {"from": "a", "to": "b", "limit": "0s"}}},
        "'0s' does not fit. Write a number above 0.",
    ),
    (
        {"measure": {"within": {"from": "a", "to": "b", "limit": {"by": "z", "when": {}}}}},
        "limit.when: nothing is given. Give at least one.",
    ),
    (
        {"measure": {"within": {"from": "a", "to": "b", "limit": "1h", "clock": "lunar"}}},
        "clock: 'lunar' is not known. Expected 'natural' or 'business'.",
    ),
    ({"measure": {"within": {"to": "b", "limit": "1h"}}}, "within.from: this key is missing. Add it."),
    ({"measure": {"quantile": {"of": "a", "q": 1}}}, "q: 1 does not fit. Write a number below 1."),
    ({"measure": {"quantile": {"of": "a", "q": "0%"}}}, "q: 0.0 does not fit. Write a number above 0."),
    ({"measure": {"complete": []}}, "complete: nothing is given. Give at least one."),
    ({"measure": {"share": None}}, "measure: give exactly one of share,"),
    ({"records": []}, "rate: name the `records` that it reads."),
    (
        {"measure": {"within": {"from": "a", "to": "b", "deadline": "d", "clock": "business"}}},
        "a `deadline` is a moment; `clock: business` goes with a `limit`.",
    ),
    (
        {"measure": {"rate": {"events": "complaint", "per": "visit"}}},
        "rate: a rate names records, `where` and `event` on each of its sides.",
    ),
    (
        {"measure": None, "records": None, "parts": [{"records": "call", "measure": {"mean": "a"}}]},
        "records",
    ),
    ({"records": ["visit", "visit"]}, "rate: `records` names a record kind twice."),
    (
        {"records": "visits"},
        "rate: there is no record kind 'visits'; describe it under `record_kinds`. Did you mean 'visit'?",
    ),
    (
        {"records": ["visit", "call"], "measure": {"mean": "x"}},
        "rate: a mean cannot be taken over several record kinds.",
    ),
    (
        {"records": ["visit", "call"], "measure": {"maximum": "x"}},
        "rate: a maximum cannot be taken over several record kinds.",
    ),
    ({"target": 85}, "rate: the target of a share lies between 0 and 1, not 85. Write 0.85 or 85%."),
    ({"target": "-5%"}, "rate: the target of a share lies between 0 and 1, not -0.05."),
    ({"target": "high"}, "target: 'high' is no number. Write 0.85, 85% or 30."),
    ({"target": True}, "target: True is no number. Write 0.85, 85% or 30."),
    ({"target": float("nan")}, "target: nan does not fit. Expected a finite number."),
    ({"target": float("inf")}, "target: inf does not fit. Expected a finite number."),
    ({"target": 0.8, "direction": None}, "rate: a target needs a `direction`: higher or lower."),
    ({"target": 0.8, "targets": [{"value": 0.8}]}, "rate: give `target` or `targets`, not both."),
    ({"direction": "up"}, "direction: 'up' is not known. Expected 'higher' or 'lower'."),
    (
        {"evidence": "guess"},
        "evidence: 'guess' is not known. Expected 'census', 'sample', 'survey' or 'panel'.",
    ),
    ({"tolerance": -0.1}, "tolerance: -0.1 does not fit. Write 0 or more."),
    ({"weight": 0}, "weight: 0 does not fit. Write a number above 0."),
    ({"weight": float("inf")}, "weight: inf does not fit. Expected a finite number."),
    ({"wieght": 10}, "wieght: unknown key 'wieght'. Did you mean 'weight'?"),
    ({"assumptions": ["A99"]}, ": there is no assumption A99. Known: A01, A02, "),
    (
        {"targets": [{"value": 0.8}, {"value": 0.9}]},
        "rate: two targets are in force for one scope (0.8, 0.9).",
    ),
    (
        {"targets": [{"value": 0.8, "until": date(2026, 7, 1)}, {"value": 0.9, "from": date(2026, 7, 1)}]},
        "rate: two targets are in force for one scope (0.8, 0.9).",
    ),
    (
        {
            "targets": [
                {"value": 0.8, "scope": {"team": "A"}},
                {"value": 0.9, "scope": {"team": "A"}, "from": date(2026, 7, 1)},
            ]
        },
        "two targets are in force",
    ),
    (
        {"targets": [{"value": 0.8, "from": date(2026, 7, 1), "until": date(2026, 6, 1)}]},
        "`until` (2026-06-01) lies before `from` (2026-07-01).",
    ),
    (
        {"from": date(2026, 7, 1), "until": date(2026, 6, 1)},
        "`until` (2026-06-01) lies before `from` (2026-07-01).",
    ),
    ({"targets": [{"value": 0.8, "from": "soon"}]}, "'soon' is no date. Write 2026-08-31."),
    (
        {"target": 0, "weight": 5},
        "rate: a ratio score needs a target above zero; score it pass or fail (`rule: binary`).",
    ),
    (
        {"target": 1, "weight": 5, "direction": "lower"},
        "rate: a lower-is-better share with a target of 100 % cannot be missed; state a lower target.",
    ),
    (
        {"target": -5, "weight": 5, "direction": "lower", "measure": {"mean": "x"}},
        "rate: a lower-is-better target below zero cannot be scored as a ratio.",
    ),
]


@pytest.mark.parametrize(
    ("keys", "sentence"), WRONG, ids=lambda value: value if isinstance(value, str) else None
)
def test_faults_of_an_indicator(tmp_path: Path, keys: dict[str, Any], sentence: str) -> None:
    found = changed(tmp_path, **keys)
    assert len(found) == 1
    assert sentence in found[0]
    assert found[0].endswith((".", "?"))


def sound(**keys: Any) -> str:
    one = {
        "id": "rate",
        "name": "Rate",
        "records": "visit",
        "measure": {"share": "x"},
        "direction": "higher",
        "target": 0.8,
    }
    return yaml.safe_dump({"standard": "s", "title": "S", "indicators": [one], **keys}, allow_unicode=True)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"indicators": []}, "indicators: nothing is given. Give at least one."),
        ({"standard": "A B"}, "standard: 'A B' is no id."),
        (
            {"grades": [{"from": 70, "en": "B"}, {"from": 90, "en": "A"}]},
            "grades go from the highest `from` to the lowest, each once.",
        ),
        (
            {"grades": [{"from": 70, "en": "B"}, {"from": 70, "en": "A"}]},
            "grades go from the highest `from` to the lowest, each once.",
        ),
        ({"grades": [{"from": float("nan"), "en": "B"}]}, "grades[1].from: nan does not fit."),
        ({"scoring": {"rule": "generous"}}, "scoring.rule: 'generous' is not known."),
        (
            {"scoring": {"cap": 1.2}},
            "scoring.cap: 1.2 is not known. Expected 'none', 'at_weight' or 'at_120'.",
        ),
        ({"scoring": {"floor": 1}}, "scoring.floor: 1 does not fit. Write a number below 1."),
        ({"scoring": {"steps": []}}, "scoring.steps: nothing is given. Give at least one."),
        (
            {"scoring": {"trigger_below": 0}},
            "scoring.trigger_below: 0 does not fit. Write a number above 0.",
        ),
        ({"scoring": {"root_cause_trigger": ["bad mood"]}}, "'bad mood' is not known."),
        ({"rules": [{"id": "rate", "name": "R", "carried_out_by": "x"}]}, "the id rate stands 2 times."),
        (
            {"record_kinds": {"case": {"name": "Case", "time": "at"}}},
            "key, time and orders name columns that are not listed: at.",
        ),
        ({"unknown": 1}, "unknown: unknown key 'unknown'."),
    ],
)
def test_faults_of_a_standard(tmp_path: Path, keys: dict[str, Any], sentence: str) -> None:
    found = faults(tmp_path, sound(**keys))
    assert any(sentence in fault for fault in found), found


def test_every_fault_at_once_with_its_line(tmp_path: Path) -> None:
    text = SKETCH.replace("0.85", "much").replace("records: complaint", "record: complaint")
    found = faults(tmp_path, text.replace("cap: at_weight", "cap: high"))
    assert sorted(fault.split(" ", 1)[1].split(":")[0] for fault in found) == [
        "line 19, indicators[1].target",
        "line 25, indicators[2].record",
        "line 5, scoring.cap",
    ]


def test_files_that_are_no_standard(tmp_path: Path) -> None:
    with pytest.raises(StandardError, match="there is no such file"):
        read_standard(tmp_path / "none.yaml")
    assert faults(tmp_path, "") == [": the file must hold `key: value` lines."]
    assert faults(tmp_path, "- a\n- b\n") == [": the file must hold `key: value` lines."]
    assert faults(tmp_path, "standard: [\n")[0].startswith(": this is no valid YAML: ")
    assert faults(tmp_path, "standard: a\nstandard: b\n") == [
        ", line 2: the key 'standard' stands twice. Keep one."
    ]
    assert faults(tmp_path, "standard: !!python/object/apply:os.system ['ls']\n")[0].startswith(
        ": this is no valid YAML: "
    )


TARGETS = [
    {"value": 0.7, "until": date(2026, 6, 30)},
    {"value": 0.8, "from": date(2026, 7, 1), "until": date(2026, 9, 30)},
    {"value": 0.85, "from": date(2026, 10, 1)},
    {"value": 0.9, "scope": {"tier": 1}},
    {"value": 0.95, "scope": {"tier": 1, "region": "north"}},
]


@pytest.mark.parametrize(
    ("segment", "start", "end", "target"),
    [
        ({}, date(2026, 4, 1), date(2026, 7, 1), 0.7),
        ({}, date(2026, 6, 30), date(2026, 7, 1), 0.7),
        ({}, date(2026, 7, 1), date(2026, 7, 2), 0.8),
        ({}, date(2026, 9, 30), date(2026, 10, 1), 0.8),
        ({}, date(2026, 10, 1), date(2027, 1, 1), 0.85),
        ({}, date(2026, 1, 1), date(2027, 1, 1), 0.85),
        ({}, None, None, 0.85),
        ({"tier": "1"}, date(2026, 7, 1), date(2026, 10, 1), 0.9),
        ({"tier": "2"}, date(2026, 7, 1), date(2026, 10, 1), 0.8),
        ({"tier": "1", "region": "north", "team": "A"}, None, None, 0.95),
        ({"region": "north"}, date(2026, 7, 1), date(2026, 10, 1), 0.8),
    ],
)
def test_the_target_in_force(
    segment: dict[str, str], start: date | None, end: date | None, target: float
) -> None:
    one = Indicator.model_validate(
        {
            "id": "r",
            "name": "R",
            "records": "visit",
            "measure": {"share": "x"},
            "direction": "higher",
            "targets": TARGETS,
        }
    )
    assert one.target_for(segment, start, end) == target
    lone = one.model_copy(update={"targets": one.targets[2:3]})
    assert lone.target_for({}, date(2026, 7, 1), date(2026, 10, 1)) is None


def test_a_standard_is_frozen_and_found_by_id() -> None:
    standard = Standard.model_validate(yaml.safe_load(sound(version=2)))
    assert standard.version == "2"
    assert standard.indicator("rate").weight is None
    with pytest.raises(KeyError):
        standard.indicator("none")
    with pytest.raises(ValidationError):
        standard.version = "3"


def test_its_own_record_kind_comes_before_the_catalogues() -> None:
    own = {"visit": {"name": "Own", "columns": {"x": {}}}}
    assert Standard.model_validate(yaml.safe_load(sound(record_kinds=own))).kind("visit").name.en == "Own"


def test_assumptions_are_complete_and_in_both_languages() -> None:
    ledger = read_assumptions()
    assert {f"A{number:02d}" for number in range(1, 10)} <= set(ledger) <= {f"A{n:02d}" for n in range(1, 49)}
    for one in ledger.values():
        assert all((one.question.zh, one.question.en, one.reading.zh, one.reading.en))


def test_standards_and_plans_start_without_pandas() -> None:
    heavy = "[name for name in ('pandas', 'scipy', 'pyarrow') if name in sys.modules]"
    code = f"import sys, sqaudit.plan, sqaudit.lint; print({heavy})"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
