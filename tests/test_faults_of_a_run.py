# ruff: noqa: E501 - sentences are compared whole, as they are shown
"""Faults that are told before anything slow starts, or at the latest before anything is measured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from pyarrow import parquet

from sqaudit.audit import Audit, open_audit
from sqaudit.errors import EngineError, ParameterError
from sqaudit.plan import plan
from sqaudit.publish import run as publish
from sqaudit.review import Review
from tests.sources.conftest import STANDARD

JOBS: dict[str, Any] = yaml.safe_load(STANDARD)
JOBS["record_kinds"]["job"]["columns"]["times"] = {"type": "timestamps"}
OWN = {"id": "own", "name": "Own", "timezone": "UTC", "weekly": {"daily": ["09:00-17:00"]}}


def within(**how: Any) -> dict[str, Any]:
    return {"within": {"from": "opened_at", "to": "closed_at", **how}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "jobs.csv").write_text("job_id,opened_at,closed_at,team,tries,when\n1,2026-07-01,,a,2,b\n")
    return tmp_path


def written(folder: Path, name: str, content: Mapping[str, Any]) -> str:
    (folder / name).write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")
    return name


def standard(folder: Path, name: str = "jobs", **changes: Any) -> str:
    return written(folder, f"{name}.yaml", {**JOBS, "standard": name, **changes})


def measured(folder: Path, measure: Mapping[str, Any], **indicator: Any) -> str:
    one = {**JOBS["indicators"][0], "measure": measure, "unit": "", **indicator}
    return standard(folder, indicators=[one])


def run(folder: Path, **keys: Any) -> Path:
    content = {"standard": "jobs.yaml", "records": {"job": {"path": "jobs.csv"}}, **keys}
    return folder / written(folder, "run.yaml", content)


def told(folder: Path, file: Path, opened: bool = False) -> list[str]:
    """The faults without the folder in front of their files, of the plan alone or of opening the audit."""
    with pytest.raises(ParameterError) as caught:
        open_audit(file) if opened else plan(file)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("measure", "faults"),
    [
        (
            within(limit={"by": "tries", "when": {"high": "1h", 1: "2h"}}),
            ["jobs.yaml, jobs, measure.within.limit.when: 'high' is no value of 'tries', which holds whole numbers in job records. Write the values as the records have them."],
        ),
        (
            within(limit={"by": "team", "when": {"a": {"by": "ok", "when": {"maybe": "1h", True: "2h"}}}}),
            ["jobs.yaml, jobs, measure.within.limit.when.a.when: 'maybe' is no value of 'ok', which holds yes or no in job records. Write the values as the records have them."],
        ),
        (
            {"within": {"from": "opened_at", "to": "tries", "deadline": "times"}},
            [
                "jobs.yaml, jobs, measure.within: 'tries' of job records holds whole numbers, and a time is needed. Name a column of times, or give it the type timestamp.",
                "jobs.yaml, jobs, measure.within: 'times' of job records holds lists of times, and a time is needed. Name a column of times, or give it the type timestamp.",
            ],
        ),
        (
            {"gap": {"from": "opened_at", "to": "closed_at", "times": "ok", "every": "1d"}},
            ["jobs.yaml, jobs, measure.gap.times: 'ok' of job records holds yes or no, not lists of times. Name a column with all instants of a case in a list."],
        ),
        (
            within(limit="9999999999d"),
            ["jobs.yaml, line 35, indicators[1].measure.within.limit: '9999999999d' is longer than a hundred years. Write 30s, 5min, 24h or 2d."],
        ),
    ],
)  # fmt: skip
def test_a_measure_that_its_columns_cannot_serve(
    folder: Path, measure: dict[str, Any], faults: list[str]
) -> None:
    measured(folder, measure)
    found = told(folder, run(folder))
    assert [fault.split("line")[0] for fault in found] == [fault.split("line")[0] for fault in faults]
    assert [fault.rpartition(", ")[2] for fault in found] == [fault.rpartition(", ")[2] for fault in faults]


def test_the_same_is_told_of_columns_that_nobody_described(folder: Path) -> None:
    """Their types are known only once they are read."""
    (folder / "jobs.csv").write_text("job_id,opened_at,closed_at,grade\n1,2026-07-01,,3\n2,2026-07-01,,4\n")
    measured(folder, within(limit={"by": "grade", "when": {"high": "1h"}}))
    assert told(folder, run(folder), opened=True) == [
        "jobs.yaml, jobs, measure.within.limit.when: 'high' is no value of 'grade', which holds whole numbers in job records. Write the values as the records have them."
    ]


def test_words_under_when_are_read_as_the_column_is(folder: Path) -> None:
    by = within(limit={"by": "tries", "when": {1: "1h", 2: "2h"}, "otherwise": "3h"})
    measured(folder, by)
    with open_audit(run(folder, as_of="2026-07-01 02:30:00")) as audit:
        assert list(audit.records("jobs")["status"]) == ["missed"]


def test_lists_cannot_be_grouped_by(folder: Path) -> None:
    standard(folder)
    times = pa.array([[datetime(2026, 7, 1)]], pa.list_(pa.timestamp("us")))  # noqa: DTZ001
    table = pa.table({"job_id": ["1"], "opened_at": [datetime(2026, 7, 1)], "tags": [["a"]], "times": times})  # noqa: DTZ001
    parquet.write_table(table, folder / "jobs.parquet")
    records = {"job": {"path": "jobs.parquet"}}
    sentence = "holds lists, by which nothing can be grouped. Name a column with one value for each record; `derived` can make one."
    faults = told(folder, run(folder, records=records, segments=["tags", "times"]), opened=True)
    assert [fault.partition(", line ")[2] for fault in faults] == [
        f"6, segments[1]: 'tags' {sentence}",
        f"7, segments[2]: 'times' {sentence}",
    ]
    with (
        open_audit(run(folder, records=records)) as audit,
        pytest.raises(ParameterError, match="holds lists"),
    ):
        audit.measure(by=["tags"])


# Calendars


def test_a_calendar_that_is_not_there_is_told_also_where_nothing_asks_it(folder: Path) -> None:
    standard(folder)
    assert told(folder, run(folder, calendar="china_ofice_hours")) == [
        "run.yaml, line 5, calendar: there is no calendar 'china_ofice_hours'. Did you mean 'china_office_hours'?"
    ]
    standard(folder, calendar="china_ofice_hours")
    assert told(folder, run(folder)) == [
        "run.yaml, line 1, standard: there is no calendar 'china_ofice_hours'. Did you mean 'china_office_hours'?"
    ]
    measured(folder, within(limit="1h", clock="business"), calendar="lost.yaml")
    assert [fault.split(". ")[0] for fault in told(folder, run(folder))] == [
        "run.yaml, line 1, standard: there is no calendar 'lost.yaml'"
    ]


def test_two_calendars_of_one_id(folder: Path) -> None:
    for name, hours in (("a", ["09:00-17:00"]), ("b", ["10:00-18:00"]), ("c", ["09:00-17:00"])):
        written(folder, f"{name}.yaml", {**OWN, "weekly": {"daily": hours}})
    measure = within(limit="1h", clock="business")
    one = {**JOBS["indicators"][0], "measure": measure}
    standard(folder, indicators=[{**one, "id": name, "calendar": f"{name}.yaml"} for name in ("a", "b")])
    assert told(folder, run(folder)) == [
        "run.yaml, line 1, standard: a.yaml and b.yaml are two calendars with the id own. Rename one of them."
    ]
    standard(folder, indicators=[{**one, "id": name, "calendar": f"{name}.yaml"} for name in ("a", "c")])
    assert set(plan(run(folder)).calendars) == {"a.yaml", "c.yaml"}


# Several standards


def test_every_fault_of_a_list_of_standards(folder: Path) -> None:
    standard(folder, "one")
    standard(folder, "two")
    assert told(folder, run(folder, standard=["one.yaml", "lost.yaml", "one.yaml"])) == [
        "run.yaml, line 3, standard[2]: there is no file 'lost.yaml'. Check the path, or name one of `sqaudit standards list`.",
        "run.yaml, line 1, standard: the standard one is named 2 times. Rename one of them.",
    ]
    assert told(folder, run(folder, standard=["one.yaml", "two.yaml"])) == [
        "run.yaml, line 1, standard: the id jobs stands in one and two; a run tells indicators apart by their ids. Rename one of them."
    ]
    assert told(folder, run(folder, standard=[])) == [
        "run.yaml, line 1, standard: nothing is given. Give at least one."
    ]


def test_a_standard_with_faults_among_several_names_its_own_file(folder: Path) -> None:
    standard(folder, "one")
    standard(folder, "two", indicators=[{**JOBS["indicators"][0], "direction": "up"}])
    faults = told(folder, run(folder, standard=["one.yaml", "two.yaml"]))
    assert [fault.split(", ")[0] for fault in faults] == ["two.yaml"]


# Conditions of the run file


ASKS = "asks a calendar, which only the indicators of a standard have."


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"scope": "working_time(opened_at)"}, "scope"),
        ({"scope": {"job": "working_time(opened_at)"}}, "scope.job"),
        ({"derived": {"open": "working_time(opened_at)"}}, "records.job.derived.open"),
        ({"exclude": {"night": "working_time(opened_at)"}}, "records.job.exclude.night"),
    ],
)
def test_only_indicators_ask_calendars(folder: Path, keys: dict[str, Any], place: str) -> None:
    standard(folder, calendar="china_office_hours")
    own = {key: keys[key] for key in keys if key != "scope"}
    keys = {
        **{key: keys[key] for key in keys if key == "scope"},
        "records": {"job": {"path": "jobs.csv", **own}},
    }
    [fault] = told(folder, run(folder, **keys))
    assert fault.startswith("run.yaml, line ")
    assert fault.endswith(f", {place}: 'working_time(opened_at)' {ASKS}")


def test_a_listing_does_not_ask_calendars_either(folder: Path) -> None:
    standard(folder)
    with open_audit(run(folder)) as audit, pytest.raises(ParameterError, match=ASKS):
        audit.records("jobs", where="working_time(opened_at)")


def test_a_record_kind_does_not_ask_calendars(folder: Path) -> None:
    columns = {**JOBS["record_kinds"]["job"]["columns"], "open": {"otherwise": "working_time(opened_at)"}}
    standard(folder, record_kinds={"job": {**JOBS["record_kinds"]["job"], "columns": columns}})
    [fault] = told(folder, run(folder))
    assert fault.startswith("jobs.yaml, line ")
    assert fault.endswith(f"record_kinds.job.columns.open.otherwise: 'working_time(opened_at)' {ASKS}")


def test_a_derived_column_that_the_engine_refuses_names_the_run_file(folder: Path) -> None:
    standard(folder)
    source = {"path": "jobs.csv", "derived": {"sum": "opened_at * 2"}, "exclude": {"a.b": "opened_at + ok"}}
    source["derived"]["fine"] = "tries + 1"
    source["exclude"] = {"late.ones": "opened_at * 2 > 5"}
    faults = told(folder, run(folder, records={"job": source}), opened=True)
    assert [fault.split(": ")[0] for fault in faults] == [
        "run.yaml, line 6, records.job.derived.sum",
        "run.yaml, line 9, records.job.exclude.late.ones",
    ]


# Values in error messages


def test_no_value_of_the_data_gets_into_an_error(folder: Path) -> None:
    """A cast in a condition makes what it cannot read missing."""
    (folder / "jobs.csv").write_text("job_id,opened_at,note\n1,2026-07-01,13800000000x\n2,2026-07-01,5\n")
    ratio = {"id": "mean_note", "name": "Mean", "records": "job", "measure": {"mean": "note"}}
    share = {"id": "big", "name": "Big", "records": "job", "measure": {"share": "cast(note as integer) > 3"}}
    standard(folder, indicators=[ratio, share])
    with open_audit(run(folder, scope="note::double is null or note::double < 100")) as audit:
        assert isinstance(audit, Audit)
        found = audit.measure().set_index("indicator")
        assert list(found["denominator"]) == [1, 1]
        assert list(found["value"]) == [5, 1]
        assert list(audit.records("big")["status"]) == ["excluded", "met"]


@pytest.mark.parametrize(("column", "opened"), [("phone", False), ("team", True)])
def test_text_compared_with_a_number_is_said_before_it_ends_a_query(
    folder: Path, column: str, opened: bool
) -> None:
    """The engine would read each value as a number, and stop at the first that is none."""
    measured(folder, {"share": f"{column} in (3, 4)"})
    assert told(folder, run(folder), opened) == [
        f"jobs.yaml, jobs, measure: '{column} in (3, 4)' compares '{column}' of job records, which holds text, "
        "with a number. Put the number in single quotes, or give the column a number type."
    ]


def test_masked_values_cannot_be_guessed_by_a_condition(folder: Path) -> None:
    standard(folder)
    (folder / "jobs.csv").write_text("job_id,opened_at,phone\n1,2026-07-01,13800000001\n")
    with (
        open_audit(run(folder)) as audit,
        pytest.raises(ParameterError, match="where: 'phone' holds personal data"),
    ):
        audit.records("jobs", where="phone like '138%'")
    with open_audit(run(folder, show_personal_data=True)) as audit:
        assert len(audit.records("jobs", where="phone like '138%'")) == 1


def test_a_run_that_breaks_off_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standard(folder)

    def broken(audit: Audit) -> None:
        raise EngineError("out of memory", "SELECT 1")

    monkeypatch.setattr(Review, "of", broken)
    with pytest.raises(EngineError):
        publish.run(run(folder), out=folder / "reports")
    assert list((folder / "reports").iterdir()) == []
