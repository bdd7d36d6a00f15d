# ruff: noqa: E501 - sentences are compared whole, as they are shown
"""A bad run file: every fault at once, each with its place and its remedy, quickly, and nothing started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from sqaudit.errors import ParameterError
from sqaudit.places import found
from sqaudit.plan import find_standard, plan, planned
from tests.sources.conftest import STANDARD

CALLS = "Write comparisons, arithmetic, and/or/not, in, between, like, is null, case, intervals, casts and simple functions of text, numbers and dates."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "jobs.yaml").write_text(STANDARD, encoding="utf-8")
    (tmp_path / "jobs.csv").write_text("job_id,opened_at,team\n1,2026-07-01,a\n")
    return tmp_path


def told(folder: Path, text: str) -> list[str]:
    """The faults of a run file, without the folder in front of it."""
    file = folder / "run.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        plan(file)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def test_a_plan_imports_nothing_heavy() -> None:
    heavy = (
        "pandas",
        "pyarrow",
        "scipy",
        "duckdb",
        "numpy",
        "matplotlib",
        "sqlalchemy",
        "jupyter_client",
        "papermill",
    )
    code = f"import sys, sqaudit.plan; print([name for name in {heavy!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_every_fault_is_listed_at_once(folder: Path) -> None:
    started = perf_counter()
    found_faults = told(
        folder,
        """\
standrd: jobs.yaml
standard: jobs.yaml
period: 2026-Q5
compare: soon
as_of: yesterday
timezone: Mars/Base
segments: {team: 1}
confidence: 95
minimum_cases: none
formats: [pdf]
notebooks: [quarterly_revue]
records:
  job:
    path: jobs.csv
    colunms: {a: b}
    columns: {jobid: job_id}
    types: {team: date}
    dates: dayfirst
    derived: {x: (select 1), y: "read_csv('/etc/passwd')", z: count(team)}
    exclude: {t: taem = 'x'}
    rows: {one_per: job, keep: newest}
  visit: {path: lost.csv}
  ticket: {}
  call: 5
""",
    )
    assert perf_counter() - started < 2
    period = (
        "is no period. Write a year (2026), quarter (2026-Q3), month (2026-09), week (2026-W38), day, "
        "range (2026-07-01..2026-09-30) or all."
    )
    assert sorted(found_faults) == sorted(
        [
            "run.yaml, line 1, standrd: unknown key 'standrd'. Did you mean 'standard'?",
            f"run.yaml, line 3, period: '2026-Q5' {period}",
            f"run.yaml, line 4, compare: 'soon' {period}",
            "run.yaml, line 5, as_of: 'yesterday' is no date or time. Write 2026-10-08 or 2026-10-08 09:30.",
            "run.yaml, line 6, timezone: 'Mars/Base' is no time zone. Write a name such as Asia/Shanghai or UTC.",
            "run.yaml, line 7, segments: {'team': 1} does not fit. Expected a list.",
            "run.yaml, line 8, confidence: 95 does not fit. Write a number below 1.",
            "run.yaml, line 9, minimum_cases: 'none' does not fit. Expected a valid integer such as 20.",
            "run.yaml, line 10, formats[1]: 'pdf' is not known. Expected 'html' or 'xlsx'.",
            "run.yaml, line 11, notebooks[1]: there is no notebook 'quarterly_revue'. Did you mean 'quarterly_review'?",
            "run.yaml, line 15, records.job.colunms: unknown key 'colunms'. Did you mean 'columns'?",
            "run.yaml, line 16, records.job.columns.jobid: the source has no column 'jobid'. Did you mean 'job_id'?",
            "run.yaml, line 17, records.job.types.team: 'date' is not known. "
            "Expected 'text', 'integer', 'number', 'boolean' or 'timestamp'.",
            "run.yaml, line 18, records.job.dates: 'dayfirst' is no date format. "
            "Write iso, day_first, month_first, mixed, excel or a format such as %d/%m/%Y %H:%M.",
            f"run.yaml, line 19, records.job.derived.x: '(select 1)' uses a sub-query, which is not allowed. {CALLS}",
            "run.yaml, line 19, records.job.derived.y: 'read_csv('/etc/passwd')' uses the function read_csv, "
            f"which is not allowed. {CALLS}",
            f"run.yaml, line 19, records.job.derived.z: 'count(team)' uses the aggregate count, which is not allowed. {CALLS}",
            "run.yaml, line 20, records.job.exclude.t: there is no column 'taem'. Did you mean 'team'?",
            "run.yaml, line 21, records.job.rows.one_per: there is no column 'job'. Did you mean 'job_id'?",
            "run.yaml, line 21, records.job.rows.keep: 'newest' is not known. Expected 'first' or 'last'.",
            f"run.yaml, line 22, records.visit.path: there is no file 'lost.csv' in {folder}, above it, or here. "
            "Check the path.",
            "run.yaml, line 23, records.ticket: give either `path` (files) or `url` (a database), not both or none.",
            "run.yaml, line 24, records.call: 5 does not fit. Expected `key: value` lines.",
        ]
    )


RUN = "standard: jobs.yaml\nrecords: {job: {path: jobs.csv}}\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "standard: jobs.yaml\nrecords: {jobb: {path: jobs.csv}}\n",
            ["line 2, records.jobb: there is no record kind 'jobb'. Did you mean 'job'?"],
        ),
        (
            f"{RUN}as_of: 2026-13-40\nsegments: [taem]\n",
            [
                "line 3, as_of: '2026-13-40' is no date or time. Write 2026-10-08 or 2026-10-08 09:30.",
                "line 4, segments[1]: no records have the column 'taem'. Did you mean 'team'?",
            ],
        ),
        (
            f"{RUN}segments: [taem]\nscope: tema = 'x'\n",
            [
                "line 3, segments[1]: no records have the column 'taem'. Did you mean 'team'?",
                "line 4, scope: there is no column 'tema'. Did you mean 'team'?",
            ],
        ),
        (
            f"{RUN}scope: {{jbo: team = 'a', job: x = 1}}\n",
            [
                "line 3, scope.jbo: no records of the kind 'jbo' are given. Did you mean 'job'?",
                "line 3, scope.job: there is no column 'x'. Known: job_id, opened_at, team.",
            ],
        ),
        (
            f"{RUN}scope: team in (select 1)\n",
            [f"line 3, scope: 'team in (select 1)' uses a sub-query, which is not allowed. {CALLS}"],
        ),
        (
            f"{RUN}scope: exists(from read_csv('x'))\n",
            [
                f"line 3, scope: 'exists(from read_csv('x'))' uses the function exists, which is not allowed. {CALLS}"
            ],
        ),
        ("records: {job: {path: jobs.csv}}\n", ["standard: this key is missing. Add it."]),
        ("standard: jobs.yaml\n", ["records: this key is missing. Add it."]),
        ("standard: jobs.yaml\nrecords: {}\n", ["line 2, records: nothing is given. Give at least one."]),
        (
            "standard: lost\nrecords: {job: {path: jobs.csv}}\n",
            [
                "line 1, standard: there is no file 'lost'. Check the path, or name one of `sqaudit standards list`."
            ],
        ),
        (
            f"period: 2026-Q3\ncompare: 2026-09\nas_of: 2026-07-01\nsegments: [team, team]\n{RUN}scope: tema = 1\n",
            [
                "line 2, compare: 2026-09 overlaps the period 2026-Q3; name a time before or after it.",
                "line 3, as_of: 2026-07-01 00:00:00 lies before the period 2026-Q3 has begun.",
                "line 4, segments: 'team' is named twice.",
                "line 7, scope: there is no column 'tema'. Did you mean 'team'?",
            ],
        ),
        (
            f"as_of: 2026-07-01T00:00:00+08:00\n{RUN}",
            ["line 1, as_of: it is read in the time zone of the run; write it without an offset."],
        ),
        (f"1: x\n{RUN}", ["line 1, 1: the key 1 is no text. Put it in quotes."]),
    ],
)
def test_faults_have_their_place_and_their_remedy(folder: Path, text: str, faults: list[str]) -> None:
    assert told(folder, text) == [f"run.yaml, {fault}" for fault in faults]


def test_faults_of_the_standard_come_with_those_of_the_run(folder: Path) -> None:
    bad = STANDARD.replace("direction: higher", "direction: upwards").replace(
        "dimension: all", "dimension: al"
    )
    (folder / "jobs.yaml").write_text(bad, encoding="utf-8")
    faults = told(folder, "standard: jobs.yaml\nperiod: soon\nrecords: {job: {path: lost.csv}}\n")
    assert [fault.split(": ")[0] for fault in faults][:1] == ["run.yaml, line 2, period"]
    assert any(fault.startswith("jobs.yaml, line") and "direction" in fault for fault in faults)
    assert any("lost.csv" in fault for fault in faults)


def test_a_column_that_only_the_standard_names_is_a_fault_of_the_standard(folder: Path) -> None:
    (folder / "jobs.yaml").write_text(
        STANDARD.replace("job_id is not null", "jobid is not null"), encoding="utf-8"
    )
    assert told(folder, RUN) == [
        "run.yaml, line 1, standard: jobs reads the column 'jobid', which job records do not have. Did you mean 'job_id'?"
    ]


def test_parameters_without_a_file_name_their_keys(folder: Path) -> None:
    content: dict[str, Any] = {
        "standard": 5,
        "records": {"job": {"path": ["jobs.csv", 5], "missing": {"team": [None]}}},
    }
    with pytest.raises(ParameterError) as caught:
        planned(content, folder, "parameters")
    assert [str(fault) for fault in caught.value.faults] == [
        "parameters, standard: 5 does not fit. Expected a list.",
        "parameters, records.job.path[2]: 5 does not fit. Expected a text.",
    ]


@pytest.mark.parametrize(
    "path", ["a" * 5000, "~nobody-at-all/x.csv", "a\0b", "**/x.csv", "/lost/*/x.csv", "[", "*"]
)
def test_odd_paths_name_nothing(folder: Path, path: str) -> None:
    if path != "*":
        assert found(path, folder) is None
    with pytest.raises(ParameterError):
        planned({"standard": "jobs.yaml", "records": {"job": {"path": path}}}, folder, "parameters")


def test_paths_count_from_the_run_file_and_the_folders_above_it(folder: Path) -> None:
    (folder / "params" / "deep").mkdir(parents=True)
    (folder / "params" / "deep" / "run.yaml").write_text(RUN)
    assert plan(folder / "params" / "deep" / "run.yaml").peeked["job"].files == (folder / "jobs.csv",)
    (folder / "params" / "jobs.csv").write_text("job_id\n")
    assert plan(folder / "params" / "deep" / "run.yaml").peeked["job"].files == (
        folder / "params" / "jobs.csv",
    )


def test_single_keys_may_be_changed(folder: Path) -> None:
    (folder / "run.yaml").write_text(RUN)
    made = plan(folder / "run.yaml", period="2026-07", segments=["team"])
    assert (made.run.period, made.run.segments, made.columns("job")) == (
        "2026-07",
        ["team"],
        ["job_id", "opened_at", "team"],
    )


def test_standards_are_found_by_path_or_id(folder: Path) -> None:
    assert find_standard("jobs.yaml", folder) == folder / "jobs.yaml"
    shipped = find_standard("after_sales_evaluation", folder)
    assert shipped is not None
    assert shipped.name == "after_sales_evaluation.yaml"
    assert find_standard("lost", folder) is None


def test_planning_makes_nothing(folder: Path) -> None:
    (folder / "run.yaml").write_text(RUN)
    before = sorted(folder.rglob("*"))
    plan(folder / "run.yaml")
    assert sorted(folder.rglob("*")) == before
