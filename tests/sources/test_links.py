# ruff: noqa: DTZ001 - times in the engine carry no zone
"""Columns that records lack, found in other records: each way of finding, and what must never be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sqaudit.audit import Audit
from sqaudit.errors import ParameterError
from tests.measure.conftest import open_cases

Row = Mapping[str, object]
Linked = Callable[..., Audit]

CASE = ["case_id", "opened", "closed", "agent", "team"]
MESSAGE = ["message_id", "case_id", "sent", "kind", "score", "good", "agent", "team", "until"]
TIMES = {"opened", "closed", "sent", "until", "found_time"}


def typed(name: str) -> str:
    if name in TIMES:
        return "timestamp"
    return {"score": "number", "good": "boolean"}.get(name, "text")


def kind(
    names: Sequence[str], key: str, time: str | None, columns: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    described = {name: {"type": typed(name)} for name in names}
    return {"name": key, "key": key, "time": time, "columns": {**described, **(columns or {})}}


def day(number: int, hour: int = 9) -> str:
    return f"2026-07-{number:02} {hour:02}:00:00"


def moment(number: int, hour: int = 9) -> datetime:
    return datetime(2026, 7, number, hour)


def case(name: str | None, number: int = 1, **more: object) -> dict[str, object]:
    return {"case_id": name, "opened": day(number), **more}


def message(case_id: str | None, number: int | None = 1, **more: object) -> dict[str, object]:
    return {
        "message_id": f"{case_id}-{number}-{len(more)}",
        "case_id": case_id,
        "sent": None if number is None else day(number),
        **more,
    }


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Linked]:
    """Open cases whose columns are described by `columns`, with messages unless these are None."""
    with ExitStack() as stack:

        def open_linked(
            columns: Mapping[str, Any],
            cases: Sequence[Row],
            messages: Sequence[Row] | None = (),
            asked: Sequence[str] = (),
            case_columns: Sequence[str] = CASE,
            message_columns: Sequence[str] = MESSAGE,
            **run: Any,
        ) -> Audit:
            kinds = {
                "case": kind(CASE, "case_id", "opened", columns),
                "message": kind(MESSAGE, "message_id", "sent"),
                **run.pop("kinds", {}),
            }
            tables: dict[str, Sequence[Row]] = {"case": cases, **run.pop("tables", {})}
            tables |= {} if messages is None else {"message": messages}
            wanted = list(asked or columns)
            indicators = run.pop("indicators", [{"id": "asked", "measure": {"complete": wanted}}])
            headers = {"case": case_columns, "message": message_columns, "case_far": CASE}
            audit = open_cases(tmp_path, indicators, tables, kinds=kinds, columns=headers, **run)
            return stack.enter_context(audit)

        yield open_linked


def values(audit: Audit, column: str, of: str = "case") -> list[Any]:
    return [row[0] for row in audit.engine.rows(f'SELECT "{column}" FROM "{of}" ORDER BY _row')]


def link(**how: Any) -> dict[str, Any]:
    return {"records": "message", "by": ["case_id"], **how}


def moment_found(**how: Any) -> dict[str, Any]:
    return {"found": {"type": "timestamp", "link": link(**how)}}


CASES = [case("A"), case("B"), case("C"), case(None)]
MESSAGES = [
    message("A", 3, kind="reply"),
    message("A", 2, kind="other"),
    message("A", 5, kind="reply"),
    message("A", None, kind="reply"),
    message("B", None, kind="reply"),
    message(None, 1, kind="reply"),
]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"first": "sent"}, [moment(2), None, None, None]),
        ({"first": "sent", "where": "kind = 'reply'"}, [moment(3), None, None, None]),
        ({"first": "sent", "where": "score > 1"}, [None] * 4),
        ({"last": "sent"}, [moment(5), None, None, None]),
        ({"all": "sent"}, [[moment(2), moment(3), moment(5)], None, None, None]),
        ({"all": "sent", "where": "kind = 'reply'"}, [[moment(3), moment(5)], None, None, None]),
    ],
)
def test_instants_of_the_same_case(linked: Linked, how: dict[str, Any], expected: list[Any]) -> None:
    audit = linked(moment_found(**how), CASES, MESSAGES)
    assert values(audit, "found") == expected
    assert audit.attached["case"].found == {"found": "message"}
    assert audit.engine.rows('SELECT count(*) FROM "case"') == [(4,)]


def test_the_first_or_last_value_is_that_of_the_first_or_last_record(linked: Linked) -> None:
    """A last rating is the latest, not the highest; a record without a value says nothing."""
    columns = {
        "rating": {"type": "number", "link": link(last="score")},
        "first_rating": {"type": "number", "link": link(first="score")},
        "way": {"link": link(first="kind")},
    }
    messages = [
        message("A", 4, score=2, kind="phone"),
        message("A", 3, score=5, kind="sms"),
        message("A", 6, kind="app"),
        message("A", 1),
        message("B", 2, score=1, kind="z"),
        message("B", 1, score=3, kind="y"),
        message("C", None, score=4, kind="x"),
    ]
    audit = linked(columns, CASES, messages)
    assert values(audit, "rating") == [2, 1, 4, None]
    assert values(audit, "first_rating") == [5, 3, 4, None]
    assert values(audit, "way") == ["sms", "y", "x", None]


def test_a_question_about_other_records(linked: Linked) -> None:
    """False where nothing is found for a known case; unknown where the case has no id."""
    columns = {
        "told": {"type": "boolean", "link": link(any="good")},
        "written": {"type": "boolean", "link": link(any="true")},
        "replied": {"type": "boolean", "link": link(any="kind = 'reply'", where="good")},
    }
    messages = [
        message("A", 1, good=True, kind="reply"),
        message("A", 2, good=False, kind="reply"),
        message("B", 1, good=None, kind="reply"),
        message(None, 1, good=True, kind="reply"),
    ]
    audit = linked(columns, CASES, messages)
    assert values(audit, "told") == [True, False, False, None]
    assert values(audit, "written") == [True, True, False, None]
    assert values(audit, "replied") == [True, False, False, None]


def test_records_put_out_by_the_run_are_not_found(linked: Linked) -> None:
    columns = {
        "found": {"type": "timestamp", "link": link(first="sent")},
        "told": {"type": "boolean", "link": link(any="true")},
    }
    messages = [message("A", 2, team="test"), message("A", 3), message("B", 1, team="test")]
    audit = linked(columns, CASES, messages, sources={"message": {"exclude": {"test": "team = 'test'"}}})
    assert values(audit, "found") == [moment(3), None, None, None]
    assert values(audit, "told") == [True, False, False, None]


def test_scope_bounds_the_cases_and_not_what_is_found_for_them(linked: Linked) -> None:
    columns = moment_found(first="sent")
    cases = [case("A", team="N"), case("B", team="S")]
    audit = linked(columns, cases, [message("A", 2, team="S"), message("B", 3)], scope="team = 'N'")
    assert audit.measure()[["numerator", "denominator"]].values.tolist() == [[1, 1]]


def test_duplicates_on_either_side_multiply_no_rows(linked: Linked) -> None:
    columns = {
        "found": {"type": "timestamp", "link": link(first="sent")},
        "times": {"type": "timestamps", "link": link(all="sent")},
        "told": {"type": "boolean", "link": link(any="true")},
    }
    cases = [case("A"), case("A"), case("B")]
    audit = linked(columns, cases, [message("A", 2), message("A", 2), message("A", 2)])
    assert values(audit, "found") == [moment(2), moment(2), None]
    assert values(audit, "times") == [[moment(2)] * 3, [moment(2)] * 3, None]
    row = audit.measure().iloc[0]
    assert (row["numerator"], row["denominator"]) == (2, 3)


def test_what_the_records_have_themselves_is_never_looked_for(linked: Linked) -> None:
    cases = [case("A", found=day(7)), case("B")]
    audit = linked(moment_found(first="sent"), cases, [message("B", 2)], case_columns=[*CASE, "found"])
    assert values(audit, "found") == [moment(7), None]
    assert audit.attached["case"].found == {}


def test_a_column_in_other_letters_is_the_same_column(linked: Linked) -> None:
    """The engine does not tell names apart by their case."""
    cases = [{**case("A"), "Found": day(7)}]
    audit = linked(moment_found(first="sent"), cases, [message("A", 2)], case_columns=[*CASE, "Found"])
    assert audit.attached["case"].found == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": None},
        {"message_columns": [name for name in MESSAGE if name != "case_id"]},
        {"message_columns": [name for name in MESSAGE if name != "sent"]},
        {"message_columns": [name for name in MESSAGE if name != "kind"]},
        {"case_columns": [name for name in CASE if name != "case_id"]},
    ],
)
def test_nothing_can_be_said_where_what_it_takes_is_absent(linked: Linked, changes: dict[str, Any]) -> None:
    """Above all it is not as if nobody had sent anything."""
    columns = {
        "found": {"type": "timestamp", "link": link(first="sent", where="kind = 'reply'")},
        "told": {"type": "boolean", "link": link(any="kind = 'reply' and sent is not null")},
    }
    indicators = [
        {"id": "one", "measure": {"within": {"from": "opened", "to": "found", "limit": "1h"}}},
        {"id": "two", "measure": {"share": "told"}},
    ]
    settings: dict[str, Any] = {"messages": [message("A", 2, kind="reply")], **changes}
    messages = settings.pop("messages")
    audit = linked(columns, [case("A")], messages, indicators=indicators, **settings)
    assert audit.attached["case"].found == {}
    frame = audit.measure()
    assert frame["value"].isna().all()
    assert set(frame["verdict"]) == {"not_assessable"}


def test_no_message_at_all_is_an_answer(linked: Linked) -> None:
    columns = {"told": {"type": "boolean", "link": link(any="true")}}
    audit = linked(columns, CASES, [], indicators=[{"id": "told", "measure": {"share": "told"}}])
    row = audit.measure().iloc[0]
    assert (row["numerator"], row["denominator"], row["excluded"]) == (0, 3, 1)


def neighbours(**how: Any) -> dict[str, Any]:
    return {
        "found": {"type": "timestamp", "link": {"records": "case", "by": ["agent", "team"], **how}},
    }


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"next": "opened"}, [moment(4), None, moment(2), None, None, None, None]),
        ({"previous": "opened"}, [moment(2), None, None, None, None, moment(1), None]),
    ],
)
def test_neighbours_in_time_of_the_same_case(
    linked: Linked, how: dict[str, str], expected: list[Any]
) -> None:
    cases = [
        case("2nd", 2, agent="a", team="x"),
        case("other team", 3, agent="a", team="y"),
        case("1st", 1, agent="a", team="x"),
        case("no team", 5, agent="a"),
        {"case_id": "no time", "agent": "a", "team": "x"},
        case("3rd", 4, agent="a", team="x"),
        case("nobody", 6),
    ]
    if "previous" in how:
        expected = [moment(1), None, None, None, None, moment(2), None]
    audit = linked(neighbours(**how), cases)
    assert values(audit, "found") == expected


def test_neighbours_at_one_instant_follow_one_another(linked: Linked) -> None:
    cases = [case(name, 2, agent="a", team="x") for name in "ABC"]
    assert values(linked(neighbours(next="opened"), cases), "found") == [moment(2), moment(2), None]


def test_where_bounds_the_neighbours_and_not_who_has_one(linked: Linked) -> None:
    cases = [
        case("install", 1, agent="a", team="x"),
        case("repair", 2, agent="a", team="x", closed=day(3)),
        case("install", 3, agent="a", team="x"),
        case("repair", 4, agent="a", team="x", closed=day(5)),
    ]
    audit = linked(neighbours(next="opened", where="closed is not null"), cases)
    assert values(audit, "found") == [moment(2), moment(4), moment(4), None]


def test_a_record_put_out_is_no_neighbour(linked: Linked) -> None:
    cases = [
        case("A", 1, agent="a", team="x"),
        case("t", 2, agent="a", team="x"),
        case("B", 3, agent="a", team="x"),
    ]
    exclude = {"case": {"exclude": {"test": "case_id = 't'"}}}
    audit = linked(neighbours(next="opened"), cases, sources=exclude)
    assert values(audit, "found")[0] == moment(3)


def test_neighbours_are_of_the_same_kind(linked: Linked) -> None:
    with pytest.raises(ParameterError, match=r"next.*same kind"):
        linked(moment_found(next="sent"), CASES, MESSAGES)


COVERING = {"at": "opened", "from": "sent", "until": "until"}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (day(1), day(31), True),
        (day(10), None, True),
        (day(11), None, False),
        ("2026-07-10 09:00:00.000001", day(31), False),
        (day(1), "2026-07-10", True),  # valid until a day: to its end
        (day(1), "2026-07-09", False),
        (day(1), "2026-07-10 09:00:00", True),
        (day(1), "2026-07-10 08:59:59", False),
        (None, day(31), False),
    ],
)
def test_a_stretch_of_time_that_covers_an_instant(
    linked: Linked, start: str | None, end: str | None, expected: bool
) -> None:
    columns = {
        "valid": {
            "type": "boolean",
            "link": {"records": "message", "by": ["agent"], "any": "true", "covering": COVERING},
        }
    }
    messages = [{"message_id": "1", "agent": "a", "sent": start, "until": end}]
    assert values(linked(columns, [case("A", 10, agent="a")], messages), "valid") == [expected]


def test_covering_asks_nothing_of_a_row_without_instant_or_id(linked: Linked) -> None:
    columns = {
        "valid": {
            "type": "boolean",
            "link": {"records": "message", "by": ["agent"], "any": "team = 'x'", "covering": COVERING},
        },
        "which": {"link": {"records": "message", "by": ["agent"], "last": "kind", "covering": COVERING}},
    }
    cases = [
        case("A", 10, agent="a", team="y"),
        {"case_id": "B", "agent": "a"},
        case("C", 10),
        case("D", 10, agent="b"),
    ]
    messages = [
        {"message_id": "1", "agent": "a", "sent": day(1), "until": day(30), "team": "x", "kind": "z old"},
        {"message_id": "2", "agent": "a", "sent": day(2), "until": None, "team": "x", "kind": "a new"},
        {"message_id": "3", "agent": "a", "sent": day(20), "until": None, "team": "y", "kind": "later"},
        {"message_id": "4", "sent": day(1), "team": "x", "kind": "nobody's"},
    ]
    audit = linked(columns, cases, messages)
    assert values(audit, "valid") == [True, None, None, False]
    assert values(audit, "which") == ["a new", None, None, None]


def test_values_computed_from_the_row(linked: Linked) -> None:
    """`otherwise` is for want of a column, not of a value; it may read a column that is itself found."""
    columns = {
        "found": {"type": "timestamp", "link": link(first="sent")},
        "reply": {"type": "timestamp", "otherwise": "coalesce(found, closed)"},
        "agent_again": {"otherwise": "agent"},
    }
    cases = [case("A", closed=day(9), agent="a"), case("B", closed=day(8)), case(None)]
    audit = linked(columns, cases, [message("A", 2)], asked=["reply", "agent_again"])
    assert values(audit, "reply") == [moment(2), moment(8), None]
    assert values(audit, "agent_again") == ["a", None, None]
    assert audit.attached["case"].found == {"found": "message", "reply": "case", "agent_again": "case"}


def test_values_computed_where_nothing_can_be_found(linked: Linked) -> None:
    columns = {"found": {"type": "timestamp", "link": link(first="sent"), "otherwise": "closed"}}
    audit = linked(columns, [case("A", closed=day(9))], None)
    assert values(audit, "found") == [moment(9)]


def test_several_links_between_kinds_whose_names_run_together(linked: Linked) -> None:
    """A kind `case` with `far_found` and a kind `case_far` with `found` keep what each has found."""
    column = {"type": "timestamp", "link": link(first="sent")}
    far = kind(CASE, "case_id", "opened", {"found": {**column, "link": link(last="sent")}})
    indicators = [
        {"id": "one", "measure": {"complete": ["far_found", "times"]}},
        {"id": "two", "records": "case_far", "measure": {"complete": ["found"]}},
    ]
    audit = linked(
        {"far_found": column, "times": {"type": "timestamps", "link": link(all="sent")}},
        [case("A")],
        [message("A", 2), message("A", 4)],
        kinds={"case_far": far},
        tables={"case_far": [case("A")]},
        indicators=indicators,
    )
    assert values(audit, "far_found") == [moment(2)]
    assert values(audit, "times") == [[moment(2), moment(4)]]
    assert values(audit, "found", of="case_far") == [moment(4)]


NAMES = ['a"b', "x'; DROP TABLE message; --", "own", "found", "there", "select", "满意 度", "%s {0}"]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_values_are_never_sql(linked: Linked, name: str) -> None:
    """As joining column, as column that is found, as name of what was found, and as value looked for."""
    value = name.replace("'", "''")
    how = {"records": "message", "by": [name], "where": f"kind = '{value}'"}
    columns = {
        name: {"type": "text"},
        f"{name} 2": {"link": {**how, "last": name}},
        "told": {"type": "boolean", "link": {**how, "any": "true"}},
        "valid": {"type": "boolean", "link": {**how, "any": "true", "covering": COVERING}},
        "later": {"type": "timestamp", "link": {"records": "case", "by": [name], "next": "opened"}},
    }
    described = {"message": kind([*MESSAGE, name], "message_id", "sent")}
    cases = [case("A", 2, **{name: name}), case("B", 3, **{name: name}), case("C", 3, **{name: "?"})]
    audit = linked(
        columns,
        cases,
        [message("A", 1, **{name: name, "kind": name})],
        kinds=described,
        case_columns=[*CASE, name],
        message_columns=[*MESSAGE, name],
    )
    assert values(audit, f"{name} 2".replace('"', '""')) == [name, name, None]
    assert values(audit, "told") == values(audit, "valid") == [True, True, False]
    assert values(audit, "later") == [moment(3), None, None]


def test_ids_of_unlike_types_are_compared_as_text(linked: Linked) -> None:
    """Whole numbers in one file, letters too in another: the engine would try to make numbers of them."""
    how = {"records": "message", "by": ["branch"]}
    columns = {
        "found": {"type": "timestamp", "link": {**how, "first": "sent"}},
        "valid": {"type": "boolean", "link": {**how, "any": "true", "covering": COVERING}},
    }
    audit = linked(
        columns,
        [case("A", 5, branch=1), case("B", 5, branch=2)],
        [message("A", 2, branch="1"), message("B", 3, branch="north")],
        case_columns=[*CASE, "branch"],
        message_columns=[*MESSAGE, "branch"],
    )
    assert values(audit, "found") == [moment(2), None]
    assert values(audit, "valid") == [True, False]


def test_parquet_keeps_being_read_where_it_lies(linked: Linked, tmp_path: Path) -> None:
    rows = "('A', TIMESTAMP '2026-07-01 09:00:00'), ('B', TIMESTAMP '2026-07-02 09:00:00')"
    parquet(tmp_path / "case.parquet", f"SELECT * FROM (VALUES {rows}) AS t(case_id, opened)")
    parquet(tmp_path / "message.parquet", "SELECT 'A' AS case_id, TIMESTAMP '2026-07-03 09:00:00' AS sent")
    sources = {name: {"path": f"{name}.parquet"} for name in ("case", "message")}
    audit = linked(moment_found(first="sent"), [case("A")], [message("A")], sources=sources)
    assert values(audit, "found") == [moment(3), None]


def parquet(path: Path, select: str) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")


def test_tables_of_a_database_that_are_called_like_their_kind(linked: Linked, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "base.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE \"case\" AS SELECT 'A' AS case_id, TIMESTAMP '2026-07-01 09:00:00' AS opened"
        )
        connection.execute(
            "CREATE TABLE message AS SELECT 'A' AS case_id, TIMESTAMP '2026-07-03 09:00:00' AS sent"
        )
    sources = {name: {"path": "base.duckdb", "table": name} for name in ("case", "message")}
    audit = linked(moment_found(first="sent"), [case("A")], [message("A")], sources=sources)
    assert values(audit, "found") == [moment(3)]


def test_the_checks_of_the_records_still_hold(linked: Linked) -> None:
    audit = linked(moment_found(first="sent"), CASES, MESSAGES)
    account = audit.row_account
    assert account[account["kind"] == "case"][["step", "rows"]].values.tolist()[0] == ["read", 4]
    rows = audit.records("asked")
    assert rows["status"].to_list() == ["met", "missed", "missed", "missed"]
    assert "found" in rows.columns


@pytest.mark.parametrize(
    "how",
    [
        {"link": link(any="sent > 5")},
        {
            "link": {
                "records": "message",
                "by": ["agent"],
                "any": "true",
                "covering": {**COVERING, "until": "kind"},
            }
        },
        {"otherwise": "closed + agent"},
    ],
)
def test_a_link_that_cannot_be_computed_is_a_fault_with_its_place(
    linked: Linked, how: dict[str, Any]
) -> None:
    with pytest.raises(ParameterError, match=r"record kind case, column found: .*Check the types"):
        linked({"found": how}, CASES, MESSAGES)


def test_personal_data_found_elsewhere_stay_personal(linked: Linked) -> None:
    """Neither a listing nor a table of figures shows them, under whatever name they are found."""
    columns = {
        "who": {"link": {"records": "person", "by": ["case_id"], "last": "phone"}},
        "caller": {"otherwise": "who"},
    }
    phones = {
        "name": "Person",
        "key": "case_id",
        "columns": {"case_id": {"type": "text"}, "phone": {"type": "text", "personal": True}},
    }
    audit = linked(
        columns,
        [case("A")],
        None,
        kinds={"person": phones},
        tables={"person": [{"case_id": "A", "phone": "13800000001"}]},
    )
    assert values(audit, "caller") == ["13800000001"]
    assert "13800000001" not in audit.records("asked").to_string()
    for name in columns:
        with pytest.raises(ParameterError, match="holds personal data"):
            audit.measure(by=[name])


def computed(*ways: str) -> dict[str, Any]:
    return {"type": "timestamp", "otherwise": list(ways)}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (["opened", "closed"], [moment(2), moment(1)]),
        (["closed"], [moment(2), None]),
        (["opened"], [moment(1), moment(1)]),
    ],
)
def test_the_first_way_whose_columns_are_there_is_taken(
    linked: Linked, own: list[str], expected: list[Any]
) -> None:
    ways = {"over": computed("coalesce(closed, opened)", "closed", "opened")}
    rows = [{"case_id": "A", "opened": day(1), "closed": day(2)}, {"case_id": "B", "opened": day(1)}]
    cases = [{name: row.get(name) for name in ["case_id", *own]} for row in rows]
    assert values(linked(ways, cases, case_columns=["case_id", *own]), "over") == expected


def test_a_computed_column_may_be_computed_from_another(linked: Linked) -> None:
    columns = {
        "late": computed("later + interval '1 day'"),
        "later": computed("missing_one", "opened + interval '1 day'"),
        "missing_one": {"type": "timestamp"},
    }
    assert values(linked(columns, [case("A")], asked=["late"]), "late") == [moment(3)]


def test_columns_computed_from_each_other_are_not_found(linked: Linked) -> None:
    audit = linked({"one": computed("other"), "other": computed("one")}, [case("A")])
    assert set(audit.columns["case"]) == set(CASE)


def test_what_a_link_asks_for_may_be_computed_in_the_other_records(linked: Linked) -> None:
    """Complaints whose file names no type are all complaints, also where one looks for the next of them."""
    described = kind(MESSAGE, "message_id", "sent", {"kind": {"otherwise": "'reply'"}})
    audit = linked(
        moment_found(first="sent", where="kind = 'reply'"),
        [case("A"), case("B")],
        [message("A", 2), message("A", 3)],
        message_columns=[name for name in MESSAGE if name != "kind"],
        kinds={"message": described},
    )
    assert values(audit, "found") == [moment(2), None]


def test_what_is_found_elsewhere_comes_before_what_is_computed_without_it(linked: Linked) -> None:
    """Of two ways, the first needs what a link finds: it must not be given up before that was looked for."""
    columns = {
        "told": {"type": "timestamp", "link": link(first="sent")},
        "known": computed("coalesce(told, opened)", "opened"),
    }
    messages = [message("A", 2)]
    audit = linked(columns, [case("A"), case("B")], messages, asked=["known"])
    assert values(audit, "known") == [moment(2), moment(1)]
    alone = linked(columns, [case("A"), case("B")], None, asked=["known"])
    assert values(alone, "known") == [moment(1), moment(1)]
