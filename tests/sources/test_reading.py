# ruff: noqa: DTZ001 - times in the engine carry no zone
"""From columns as they came to records: names, values, types, derived columns, one row per case."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from sqaudit.errors import ParameterError
from tests.sources.conftest import Open, account, faults, values


def refused(caught: pytest.ExceptionInfo[ParameterError]) -> list[str]:
    return [str(fault) for fault in caught.value.faults]


def test_names_values_and_blanks_are_mapped(read_csv: Open) -> None:
    audit = read_csv(
        "编号,结果,得分,团队,备注\n1,好,-1,一组,?\n2,坏,5,二组,N/A\n3,?,3,一组,ok\n",
        columns={"编号": "job_id", "结果": "ok", "得分": "score", "团队": "team"},
        values={"ok": {"好": True, "坏": False}, "team": {"一组": "Team 1", "二组": ""}},
        missing=["?", "N/A", -1],
    )
    assert values(audit, "job_id", "ok", "score", "team", "备注") == [
        ("1", True, None, "Team 1", None),
        ("2", False, 5.0, None, None),
        ("3", None, 3.0, "Team 1", "ok"),
    ]
    assert faults(audit, "unreadable_value") == []


def test_missing_may_be_said_for_one_column_only(read_csv: Open) -> None:
    audit = read_csv("job_id,score,tries\n1,-1,-1\n", missing={"score": [-1]})
    assert values(audit, "score", "tries") == [(None, -1)]


def test_yes_and_no_in_two_languages(read_csv: Open) -> None:
    audit = read_csv("job_id,ok\n1,YES\n2,n\n3,是\n4,否\n5,1\n6,0\n7,True\n8,perhaps\n")
    assert values(audit, "ok") == [True, False, True, False, True, False, True, None]
    [fault] = faults(audit, "unreadable_value")
    assert (fault["severity"], fault["rows"], fault["examples"]) == ("warning", [9], ["perhaps"])


def test_identifiers_stay_as_they_are_written(read_csv: Open) -> None:
    audit = read_csv("job_id,x\n007,a\n1e5,b\n12345678901234567890,c\n-0,d\n")
    assert values(audit, "job_id") == ["007", "1e5", "12345678901234567890", "-0"]


def test_types_may_be_stated_against_the_looks_of_a_column(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,zip,level,seen\n1,07,1,20260701\n2,08,2,x\n",
        types={"zip": "integer", "level": "text", "seen": "timestamp"},
    )
    assert values(audit, "zip", "level", "seen") == [(7, "1", datetime(2026, 7, 1)), (8, "2", None)]


def test_derived_columns_may_read_earlier_ones(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,opened_at,closed_at,kind\n1,2026-07-01 09:00,2026-07-01 10:30,a\n2,2026-07-01 09:00,,b\n",
        {"segments": ["speed"], "scope": "minutes > 0 or minutes is null"},
        derived={
            "minutes": "date_diff('minute', opened_at, closed_at)",
            "speed": "case when minutes <= 90 then 'fast' when minutes is null then 'open' else 'slow' end",
        },
    )
    assert values(audit, "minutes", "speed") == [(90, "fast"), (None, "open")]
    assert audit.measure(by=["speed"])["speed"].to_list() == ["fast", "open"]


def test_what_is_wrong_with_derived_columns_is_said_at_once(read_csv: Open) -> None:
    with pytest.raises(ParameterError) as caught:
        read_csv(
            "job_id,team\n1,a\n",
            derived={
                "one": "two + 1",
                "two": "len((select 1))",
                "three": "read_csv('/etc/passwd')",
                "four": "taem = 'a'",
            },
            exclude={"test": "job_id ="},
        )
    told = refused(caught)
    assert [fault.split(": ")[0] for fault in told] == [
        "parameters, records.job.derived.two",
        "parameters, records.job.derived.three",
        "parameters, records.job.exclude.test",
        "parameters, records.job.derived.one",
        "parameters, records.job.derived.four",
    ]
    assert told[-1] == "parameters, records.job.derived.four: there is no column 'taem'. Did you mean 'team'?"


def test_a_derived_column_that_cannot_be_computed_is_named(read_csv: Open) -> None:
    with pytest.raises(ParameterError) as caught:
        read_csv(
            "job_id,opened_at\n1,2026-07-01\n",
            derived={"x": "job_id + opened_at"},
            exclude={"odd": "opened_at > 5"},
        )
    assert [fault.place for fault in caught.value.faults] == [
        "parameters, records.job.derived.x",
        "parameters, records.job.exclude.odd",
    ]
    assert caught.value.faults[0].remedy == "Compare and combine columns of one type, or cast them."


def test_excluded_rows_stay_and_carry_the_first_reason_that_holds(read_csv: Open) -> None:
    first, second = 'it\'s a "test"; -- drop', "带引号的'原因'"
    audit = read_csv(
        "job_id,opened_at,team\n1,2026-07-01,x\n2,2026-07-01,y\n3,2026-07-01,\n4,2026-08-01,x\n",
        {"period": "2026-07", "compare": "none"},
        exclude={first: "team = 'x'", second: "team in ('x', 'y')"},
    )
    assert values(audit, "_excluded") == [first, second, None, first]
    assert account(audit) == [
        ("read", "", 4), ("outside_period", "", -1), ("excluded_by_rule", first, -1),
        ("excluded_by_rule", second, -1),
        ("used", "", 1),
    ]  # fmt: skip
    found = {
        fault["detail"]["reason"]: (fault["count"], fault["rows"])
        for fault in faults(audit, "excluded_by_rule")
    }
    assert found == {first: (2, [2, 5]), second: (1, [3])}


LOG = "job_id,seen,note\nA,3,a3\nB,1,b1\nA,5,a5\n,9,none1\nA,5,a5 again\nB,,b?\n,9,none2\nC,,c?\n"


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"keep": "last"}, ["none1", "a5 again", "b?", "none2", "c?"]),
        ({"keep": "first"}, ["a3", "b1", "none1", "none2", "c?"]),
        ({"keep": "last", "order_by": "seen"}, ["b1", "none1", "a5 again", "none2", "c?"]),
        ({"keep": "first", "order_by": "seen"}, ["a3", "b1", "none1", "none2", "c?"]),
    ],
)
def test_one_row_per_case(read_csv: Open, rule: dict[str, str], kept: list[str]) -> None:
    # rows without an id cannot be told to be one case, so all stay; a row without an order yields to others
    audit = read_csv(LOG, rows={"one_per": "job_id", **rule})
    assert values(audit, "note") == kept
    assert account(audit) == [("read", "", 8), ("superseded", "", -3), ("used", "", 5)]
    [fault] = faults(audit, "superseded")
    assert (fault["severity"], fault["count"], fault["of"]) == ("note", 3, 8)
    assert faults(audit, "duplicate_id") == []


def test_a_case_may_be_told_by_a_derived_column(read_csv: Open) -> None:
    audit = read_csv(LOG, rows={"one_per": "case_id"}, derived={"case_id": "lower(job_id)"})
    assert len(values(audit, "note")) == 5


def test_rows_of_several_files_are_numbered_in_each(folder: Path, opened: Open) -> None:
    (folder / "july.csv").write_text("job_id,opened_at\n1,2026-07-01\n2,x\n3\n")
    (folder / "august.csv").write_text("job_id,opened_at\n4,y\n\n5,2026-08-01,1\n6,z\n")
    audit = opened({"path": ["july.csv", "august.csv"]})
    assert values(audit, "job_id") == ["1", "2", "4", "6"]
    [unread] = faults(audit, "unreadable_value")
    assert unread["rows"] == ["july.csv: 3", "august.csv: 2", "august.csv: 5"]
    [torn] = faults(audit, "unreadable_line")
    assert torn["rows"] == ["july.csv: 4", "august.csv: 4"]
    assert account(audit) == [
        ("read", "", 6),
        ("unreadable_line", "", -2),
        ("no_event_time", "", -3),
        ("used", "", 1),
    ]


def test_files_of_one_source_share_a_header(folder: Path, opened: Open) -> None:
    (folder / "a.csv").write_text("job_id,x\n1,1\n")
    (folder / "b.csv").write_text("x,job_id\n1,1\n")
    with pytest.raises(ParameterError) as caught:
        opened({"path": "?.csv"})
    assert refused(caught) == [
        f"parameters, records.job.path: {folder / 'b.csv'}: "
        "its columns differ from those of a.csv; one source has one header."
    ]


def test_own_columns_of_every_type_serve_as_segments_and_in_conditions(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,opened_at,level,share,vip,day,desk\n"
        "1,2026-07-01,1,0.5,true,2026-07-01,甲\n2,2026-07-02,2,1.5,false,2026-07-02,乙\n3,2026-07-03,,,,,\n",
        {
            "segments": ["level", "share", "vip", "day", "desk"],
            "scope": "level >= 1 and share < 2 and (vip or not vip)"
            " and day >= date '2026-07-01' and desk <> 'x'",
        },
    )
    assert [audit.measure(by=[name])[name].to_list() for name in ("level", "share", "vip", "desk")] == [
        [1, 2], [0.5, 1.5], [False, True], ["乙", "甲"]
    ]  # fmt: skip
    assert account(audit) == [("read", "", 3), ("outside_scope", "", -1), ("used", "", 2)]
