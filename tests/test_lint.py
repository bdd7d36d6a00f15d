"""Every finding of lint has a case that shows it and one that does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from sqaudit import cli
from sqaudit.lint import Finding, lint, lint_file, standard_files
from sqaudit.present.blocks import Block
from sqaudit.present.findings import finding_remedy, finding_sentence
from sqaudit.present.tables import lint_table
from sqaudit.present.words import keys
from sqaudit.standards import Standard

SHIPPED = sorted((Path(__file__).parents[1] / "params" / "standards").glob("*.yaml"))
NAME = {"zh": "率", "en": "Rate"}
TITLE = {"zh": "标准", "en": "Standard"}
GRADES = [{"from": 0, "zh": "好", "en": "Fine"}]
WITHIN = {"from": "reported_at", "to": "arrived_at", "limit": "2h"}


def one(**keys: Any) -> dict[str, Any]:
    return {
        "id": "rate",
        "name": NAME,
        "records": "visit",
        "measure": {"share": "first_pass_accepted"},
        "direction": "higher",
        **keys,
    }


def findings(*indicators: dict[str, Any], **keys: Any) -> list[Finding]:
    return lint(
        Standard.model_validate({"standard": "s", "title": TITLE, "indicators": list(indicators), **keys})
    )


def found(*indicators: dict[str, Any], **keys: Any) -> list[tuple[str, str, str]]:
    return [(row.severity, row.indicator, row.check) for row in findings(*indicators, **keys)]


def without_records(**keys: Any) -> dict[str, Any]:
    return {name: value for name, value in one(**keys).items() if name not in ("records",)}


SOUND = one(target=0.9, weight=100)
OWN_KIND = {
    "name": NAME,
    "columns": {
        "visit_id": {},
        "told_at": {
            "type": "timestamp",
            "link": {"records": "notification", "by": ["visit_id"], "first": "sent_at"},
        },
    },
}


def own_kind(**link: Any) -> dict[str, Any]:
    base: dict[str, Any] = OWN_KIND["columns"]["told_at"]["link"]  # type: ignore[index]
    told = {"type": "timestamp", "link": {**base, **link}}
    return {"record_kinds": {"stop": {"name": NAME, "columns": {"visit_id": {}, "told_at": told}}}}


def test_a_sound_standard_has_no_findings() -> None:
    assert found(SOUND, grades=GRADES) == []


CASES: list[tuple[list[dict[str, Any]], dict[str, Any], tuple[str, str, str]]] = [
    ([one(target=0.9, weight=90)], {"grades": GRADES}, ("warning", "", "weights")),
    ([SOUND], {}, ("warning", "", "no_grades")),
    ([SOUND], {"grades": [{**GRADES[0], "from": 60}]}, ("warning", "", "no_lowest_grade")),
    (
        [SOUND],
        {"grades": [{**GRADES[0], "from": 90}, {**GRADES[0], "to": 79}]},
        ("warning", "", "grade_hole"),
    ),
    (
        [SOUND],
        {"grades": [{**GRADES[0], "from": 90}, {**GRADES[0], "to": 89}]},
        ("note", "", "grade_gap"),
    ),
    (
        [SOUND],
        {"grades": [{**GRADES[0], "from": 90}, {**GRADES[0], "to": 91}]},
        ("warning", "", "grade_overlap"),
    ),
    (
        [SOUND],
        {"grades": [{**GRADES[0], "from": 90, "to": 80}, GRADES[0]]},
        ("warning", "", "band_turned"),
    ),
    ([one(truncated=True)], {}, ("note", "rate", "truncated")),
    ([one(truncated=True, weight=100)], {"grades": GRADES}, ("note", "rate", "truncated")),
    ([one(weight=100)], {"grades": GRADES}, ("warning", "rate", "weight_lost")),
    ([one()], {}, ("note", "rate", "monitored")),
    ([one(target=0, weight=100, direction="lower")], {"grades": GRADES}, ("note", "rate", "zero_target")),
    (
        [one(target=5, weight=100, direction="lower", measure={"count": "all"})],
        {"grades": GRADES, "scoring": {"cap": "none"}},
        ("warning", "rate", "no_cap"),
    ),
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
    ([one(id="abandon_rate", target=0.9)], {}, ("warning", "abandon_rate", "bad_name")),
    ([one(target=0.9, name={"zh": "超时率", "en": "Rate"})], {}, ("warning", "rate", "bad_name")),
    (
        [one(id="satisfaction_rate", target=0.1, direction="lower")],
        {},
        ("warning", "satisfaction_rate", "good_name"),
    ),
    (
        [one(target=0.9, direction="lower", measure={"within": WITHIN})],
        {},
        ("warning", "rate", "counts_kept"),
    ),
    (
        [one(target=0.9, measure={"within": {**WITHIN, "counts": "missed"}})],
        {},
        ("warning", "rate", "counts_missed"),
    ),
    ([one(target=0.9, measure={"share": "first_pas_accepted"})], {}, ("warning", "rate", "unknown_column")),
    ([one(target=0.9, name={"zh": "率"})], {}, ("warning", "rate", "no_en")),
    ([one(target=0.9)], {"title": {"en": "S"}}, ("warning", "", "no_zh")),
    ([one(target=0.9)], {"dimensions": {"d": {"zh": "维"}}}, ("warning", "", "no_en")),
    ([SOUND], {"grades": [{"from": 0, "en": "Fine"}]}, ("warning", "", "no_zh")),
    ([one(target=0.9), one(target=0.9, id="other")], {}, ("warning", "other", "same_name")),
    ([one(target=0.9, unit="points")], {}, ("warning", "rate", "unit_of_share")),
    (
        [one(target=5, records="call", measure={"mean": "talk_seconds"})],
        {},
        ("warning", "rate", "no_unit"),
    ),
    (
        [one(target=5, records="call", measure={"mean": "talk_seconds"}, unit="minutes")],
        {},
        ("warning", "rate", "odd_unit"),
    ),
    (
        [
            one(
                target=5,
                unit="hours",
                measure={"maximum": "date_diff('second', reported_at, arrived_at) / 60"},
            )
        ],
        {},
        ("warning", "rate", "odd_unit"),
    ),
    (
        [one(target=5, measure={"quantile": {"of": "business_minutes(reported_at, arrived_at)", "q": 0.9}})],
        {"calendar": "china_office_hours"},
        ("warning", "rate", "no_unit"),
    ),
    ([one(target=0.9, eligible="workday(reported_at)")], {}, ("error", "rate", "no_calendar")),
    (
        [one(target=0.9, measure={"within": {**WITHIN, "clock": "business"}})],
        {},
        ("error", "rate", "no_calendar"),
    ),
    (
        [one(target=0.9, eligible="workday(reported_at)", calendar="lunar")],
        {},
        ("warning", "rate", "unknown_calendar"),
    ),
    (
        [
            without_records(
                target=0.9, measure={"rate": {"events": "complaint", "per": {"records": ["certificate"]}}}
            )
        ],
        {"record_kinds": {"complaint": {"name": NAME, "columns": {"team": {}}}}},
        ("note", "rate", "no_shared_segment"),
    ),
    ([one(target=0.9, measure={"share": "arrived_at > 5"})], {}, ("error", "rate", "cannot_compute")),
    ([one(target=0.9, measure={"share": "rework_count > 'few'"})], {}, ("error", "rate", "cannot_compute")),
    ([one(target=0.9, eligible="zone + 1 > 2")], {}, ("error", "rate", "cannot_compute")),
    ([one(target=5, unit="x", measure={"mean": "arrived_at"})], {}, ("error", "rate", "cannot_compute")),
    ([one(target=0.9, measure={"share": "zone"})], {}, ("error", "rate", "no_condition")),
    ([one(target=0.9, eligible="rework_count")], {}, ("error", "rate", "no_condition")),
    ([one(target=0.9, event="zone")], {}, ("error", "rate", "other_type")),
    ([one(target=0.9, measure={"within": {**WITHIN, "to": "zone"}})], {}, ("error", "rate", "other_type")),
    (
        [one(target=0.9, eligible="workday(zone)", calendar="china_office_hours")],
        {},
        ("error", "rate", "other_type"),
    ),
    (
        [
            one(
                target=0.9,
                measure={
                    "gap": {"from": "reported_at", "to": "arrived_at", "times": "eta_told_at", "every": "1h"}
                },
            )
        ],
        {},
        ("error", "rate", "other_type"),
    ),
    ([one(target=0.9)], own_kind(records="pigeon"), ("error", "", "link_to_nothing")),
    ([one(target=0.9)], own_kind(first="flown_at"), ("error", "", "link_lacks")),
    ([one(target=0.9)], own_kind(by=["stop_id"]), ("error", "", "link_lacks")),
    ([one(target=0.9, assumptions=["A99"])], {}, ("error", "rate", "unknown_assumption")),
    (
        [one(target=0.9)],
        {"rules": [{"id": "r", "name": NAME, "carried_out_by": NAME, "assumptions": ["A99"]}]},
        ("error", "r", "unknown_assumption"),
    ),
    (
        [one(target=0.9)],
        {"readings": {"A99": [{"is": NAME, "scoring": {"cap": "none"}}]}},
        ("error", "", "unknown_assumption"),
    ),
]


@pytest.mark.parametrize(("indicators", "keys", "expected"), CASES)
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
            [one(weight=100)],
            {"grades": GRADES, "scoring": {"rule": "weighted_mean"}},
        ),  # the figure itself is scored
        ([one(id="late_arrival", target=0.9, measure={"within": WITHIN})], {}),
        ([one(target=0.05, weight=100, direction="lower")], {"grades": GRADES, "scoring": {"cap": "none"}}),
        ([one(target=5, weight=100, direction="lower", measure={"count": "all"})], {"grades": GRADES}),
        ([SOUND], {"grades": [{**GRADES[0], "from": 90, "to": 100}, {**GRADES[0], "to": 90}]}),
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
        ([one(target=0.9, name={"zh": "投诉处理及时率", "en": "Complaints handled in time"})], {}),
        ([one(target=0.9, id="escalated_rate")], {}),  # "late" is no word of its own here
        (
            [
                one(
                    target=60,
                    unit="minutes",
                    direction="lower",
                    name={"zh": "解决时长", "en": "Time to resolution"},
                    measure={"mean": "date_diff('second', reported_at, arrived_at) / 60.0"},
                )
            ],
            {},
        ),
        ([one(target=60, unit="s", direction="lower", records="call", measure={"mean": "talk_seconds"})], {}),
        (
            [one(target=4, records="survey", measure={"mean": "score * 20"})],
            {},
        ),  # nothing is known of its unit
        ([one(target=0.9, eligible="workday(reported_at)", calendar="china_office_hours")], {}),
        ([one(target=0.9, eligible="workday(reported_at)")], {"calendar": "china_office_hours"}),
        ([one(target=0.9, measure={"within": {**WITHIN, "clock": "business"}})], {"calendar": "always"}),
        (
            [
                without_records(
                    target=0.1, direction="lower", measure={"rate": {"events": "complaint", "per": "visit"}}
                )
            ],
            {},
        ),
        (
            [
                one(
                    target=0.9,
                    records="ticket",
                    measure={
                        "gap": {
                            "from": "escalated_at",
                            "to": "solved_at",
                            "times": "progress_times",
                            "every": "24h",
                        }
                    },
                )
            ],
            {},
        ),
        (
            [
                one(
                    target=30,
                    records="survey",
                    measure={"balance": {"plus": "recommend >= 9", "minus": "recommend <= 6"}},
                )
            ],
            {},
        ),
        ([one(target=0.9, records="ticket", measure={"share": {"met": "contacts", "of": "handlings"}})], {}),
        ([one(target=0.9)], own_kind()),
        ([one(target=0.9, eligible="ln(rework_count - 1) > 0 and cast(zone as integer) > 2")], {}),
        ([one(target=0.9, assumptions=["A01"])], {}),
    ],
)
def test_what_is_no_finding(indicators: list[dict[str, Any]], keys: dict[str, Any]) -> None:
    assert [row for row in found(*indicators, **keys) if row[2] != "monitored"] == []


def test_every_check_has_a_case() -> None:
    worded = {key.split(".")[1] for key in keys("lint.")}
    assert worded == {expected[2] for *_, expected in CASES} | {"fault"}


@pytest.mark.parametrize(("indicators", "keys", "expected"), CASES)
def test_findings_are_sentences_with_a_remedy(
    indicators: list[dict[str, Any]], keys: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    (finding,) = findings(*indicators, **keys)
    for worded in (finding_sentence, finding_remedy):
        assert worded(finding, "en").endswith(".")
        assert worded(finding, "zh").endswith("。")
        assert "—" not in worded(finding, "both")


def test_other_readings_are_looked_at_too() -> None:
    def read_as(measure: dict[str, Any]) -> dict[str, Any]:
        return one(target=0.9, readings={"A22": [{"is": NAME, "set": {"measure": measure}}]})

    assert findings(read_as({"within": WITHIN})) == []
    (row,) = findings(read_as({"share": "arrived_at > 5"}))
    assert (row.indicator, row.check, row.reading) == ("rate", "cannot_compute", "A22")
    (row,) = findings(read_as({"share": "arived_at > reported_at"}))
    assert (row.severity, row.check, row.reading) == ("warning", "unknown_column", "A22")


def test_errors_come_first() -> None:
    rows = findings(one(weight=90, id="late_rate", assumptions=["A99"]), one(id="other"))
    ranks = [("error", "warning", "note").index(row.severity) for row in rows]
    assert len(set(ranks)) == 3
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_standards_have_no_more_than_notes(path: Path) -> None:
    name, rows = lint_file(path)
    assert name == path.stem
    assert [row for row in rows if row.severity != "note"] == []


BROKEN = """\
standard: My Standard
title: {zh: 坏, en: Bad}
grades:
  - {from: 70, zh: 甲, en: a}
  - {from: 80, zh: 乙, en: b}
indicators:
  - id: unparsed
    name: {zh: 一, en: One}
    records: visit
    measure: {share: "arrived_at <= "}
  - id: no_kind
    name: {zh: 二, en: Two}
    records: visits
    measure: {share: first_pass_accepted}
  - id: twice_aimed
    name: {zh: 三, en: Three}
    records: visit
    measure: {share: first_pass_accepted}
    direction: higher
    targets: [{value: 80%}, {value: 90%}]
  - id: no_method
    name: {zh: 四, en: Four}
    method: nonsense
  - id: sound
    name: {zh: 五, en: Five}
    records: visit
    measure: {share: arrived_at > 5}
  - just a text
  - id: sound
    name: {zh: 八, en: Eight}
    records: visit
    measure: {count: all}
rules: [{id: r}]
"""


def test_a_broken_file_tells_all_its_faults_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    name, rows = lint_file(path)
    faults = [row.fields for row in rows if row.check == "fault"]
    places = [str(fault["place"]).removeprefix(f"{path}, ") for fault in faults]
    assert name == "broken"
    assert sorted(places) == sorted(
        [
            "line 1, standard",
            "line 3, grades",
            "line 10, indicators[1].measure.share",
            "line 11, indicators[2]",
            "line 15, indicators[3]",
            "line 21, indicators[4]",
            "line 28, indicators[6]",
            "line 29, indicators[7]",
            "line 33, rules[1].name",
            "line 33, rules[1].carried_out_by",
        ]
    )
    told = " ".join(str(fault["message"]) for fault in faults)
    for words in ("two targets are in force for one scope", "no record kind 'visits'", "stands 2 times"):
        assert words in told
    rest = [(row.indicator, row.check) for row in rows if row.check != "fault"]
    assert rest == [("sound", "cannot_compute"), ("sound", "monitored")]  # what is sound is looked at as well


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a list\n", "must hold `key: value` lines"),
        ("a: [", "no valid YAML"),
        ("standard: s\ntitle: S\n", "missing"),
        ("standard: s\ntitle: S\nindicators: 5\n", "Expected a list"),
        ("standard: s\ntitle: S\nindicators: []\n", "Give at least one"),
    ],
)
def test_a_file_of_which_nothing_is_left_tells_why(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    (row,) = lint_file(path)[1]
    assert (row.severity, row.check) == ("error", "fault")
    assert words in finding_sentence(row, "en") + finding_remedy(row, "en")


def call(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(cli.app, ["standards", "lint", *words])
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer.exit_code, answer.stdout


def written(folder: Path, *indicators: dict[str, Any]) -> str:
    path = folder / "own.yaml"
    content = {"standard": "own_id", "title": TITLE, "indicators": list(indicators)}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return str(path)


def test_the_command_speaks_both_languages_and_its_status_tells_how_bad_it_is(tmp_path: Path) -> None:
    code, text = call(written(tmp_path, one()))
    assert code == 0
    assert "note own_id rate: it has no target" in text
    assert "没有目标" in call(written(tmp_path, one()), "--language", "zh")[1]
    code, text = call(written(tmp_path, one(measure={"share": "arrived_at > 5"})), "--json")
    row = next(one for one in json.loads(text) if one["severity"] == "error")
    assert (code, row["standard"], row["indicator"], row["check"]) == (1, "own_id", "rate", "cannot_compute")
    assert row["fields"]["kind"] == "visit"
    assert row["message"].startswith("'arrived_at > 5' cannot be computed")
    assert call(written(tmp_path, one(measure={"share": "("})))[0] == 2
    assert call("no_such_standard")[0] == 2


def test_files_of_an_earlier_folder_come_first(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.yaml").touch()
    assert standard_files([tmp_path / "none", tmp_path / "a", tmp_path / "b"]) == [tmp_path / "a" / "x.yaml"]


def test_the_table_shows_each_finding_with_its_remedy_in_both_languages() -> None:
    rows = [Finding("warning", "rate", "no_unit", {"text": "<b>", "unit": "minutes"})]
    block = lint_table(rows, {"rate": NAME}, "both")
    assert isinstance(block, Block)
    for words in ("Warning", "警告", "Rate", "率", "&lt;b&gt; comes in minutes", "unit: minutes"):
        assert words in block.html
    assert "<b>" not in block.html.replace("<b style", "")
