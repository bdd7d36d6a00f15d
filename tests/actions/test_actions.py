"""The improvement plan: read with all faults at once, what it lacks, how it stands, what follows."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from sqaudit.actions import (
    Action,
    Unread,
    actions_of,
    as_yaml,
    back_to_causes,
    checked,
    expected_effect,
    handbook,
    on_time,
    outcomes,
    plan_findings,
    progress,
    read_actions,
    read_plan,
    traced,
    untreated,
    write_template,
)
from sqaudit.actions.columns import HEADS
from sqaudit.actions.findings import CODES
from sqaudit.actions.model import plain
from sqaudit.actions.records import CODES as RECORD_CODES
from sqaudit.actions.records import RecordFault
from sqaudit.cause_tree import CauseTree
from sqaudit.errors import ParameterError
from sqaudit.present.figures.gantt import plan_reading
from sqaudit.present.improvement_sentences import (
    finding_sentence,
    record_fault_sentence,
    unread_sentences,
    verification_notes,
)
from sqaudit.verification import verify

TODAY = date(2026, 10, 8)
SAMPLE = Path(__file__).parents[2] / "data_samples" / "improvement_actions.csv"

PLAN = """
actions:
  - id: A1
    finding: on_time/process/1
    cause: nobody is sent out after 16:00
    action: late shift restored
    owner: Wang
    approved: 2026-09-24
    start: 2026-10-01
    due: 2026-11-15
    indicator: on_time
    segment: region=north
    to: 90%
    status: in_progress
    log:
      - {date: 2026-09-24, status: approved, who: Li}
      - {date: 2026-10-01, status: in_progress, note: first shift ran}
"""


def action(**given: object) -> Action:
    return Action.model_validate({"id": "A1", "action": "call back", **given})


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plan_in_yaml_is_read_and_written_back(tmp_path: Path) -> None:
    plan = read_actions(write(tmp_path / "plan.yaml", PLAN))
    (one,) = plan
    assert (one.start, one.where, one.expected.to) == (date(2026, 10, 1), "region = 'north'", 0.9)
    assert [entry.status for entry in one.log] == ["approved", "in_progress"]
    assert read_actions(write(tmp_path / "again.yaml", as_yaml(plan))) == plan


def test_every_fault_of_a_yaml_plan_is_told_at_once(tmp_path: Path) -> None:
    broken = """
actions:
  - id: A1
    action: x
    due: soon
    ownr: Wang
  - id: A2
    action: y
    start: 2026-05-02
    due: 2026-05-01
    status: closed-ish
    finished: 2026-13-40
  - {id: A1, action: z, cost: much}
  - {id: A4, action: z, cost: -500, by: 0}
  - {id: A5, action: z, to: 3, by: 2, log: [{date: 2026-05-02, status: done}]}
"""
    with pytest.raises(ParameterError) as caught:
        read_actions(write(tmp_path / "plan.yaml", broken))
    assert [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults] == [
        "plan.yaml, action 1, line 5, due: 'soon' is no date. Write 2026-08-31.",
        "plan.yaml, action 1, line 6, ownr: unknown key 'ownr'. Did you mean 'owner'?",
        "plan.yaml, action 2, line 12, finished: '2026-13-40' is no date. Write 2026-08-31.",
        "plan.yaml, action 2, line 11, status: 'closed-ish' is not known. "
        "Expected 'proposed', 'approved', 'in_progress', 'done' or 'dropped'.",
        "plan.yaml, action 2, line 10, due: due (2026-05-01) lies before start (2026-05-02). "
        "Correct one of the two days.",
        "plan.yaml, action 3, line 13, cost: 'much' is no number. Write a number such as 1200.",
        "plan.yaml, action 4, line 14, by: 0 does not fit. Write a number above 0.",
        "plan.yaml, action 4, line 14, cost: -500 does not fit. Write 0 or more.",
        "plan.yaml, action 5, line 15, by: give the level to reach (`to`) or the change (`by`), not both. "
        "Leave one of them out.",
        "plan.yaml, action 5, line 15, status: the status is proposed, the log ends with done. "
        "Set status: done, or add the last change to the log.",
        "plan.yaml, action 3, line 13, id: the id 'A1' stands in plan.yaml, action 1 already. Give another.",
    ]


def test_a_status_that_is_unknown_does_not_contradict_the_log(tmp_path: Path) -> None:
    plan = "actions: [{id: A1, action: x, status: odd, log: [{date: 2026-05-02, status: done}]}]"
    with pytest.raises(ParameterError) as caught:
        read_actions(write(tmp_path / "plan.yaml", plan))
    assert len(caught.value.faults) == 1


def test_all_known_keys_are_listed_rather_than_one_more(tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as caught:
        read_actions(write(tmp_path / "plan.yaml", "actions: [{id: A1, action: x, zzzzzz: 1}]"))
    assert caught.value.faults[0].remedy.endswith("start, status, to.")


def test_numbers_of_a_table_of_texts_are_read(tmp_path: Path) -> None:
    table = 'id,action,cost,to,by\nA1,x,"1,200",0.9,\nA2,y,1200.5,,5%\nA3,y,800,,12\n'
    plan = read_actions(write(tmp_path / "plan.csv", table))
    assert [(one.cost, one.to, one.by) for one in plan] == [
        (1200, 0.9, None), (1200.5, None, 0.05), (800, None, 12),
    ]  # fmt: skip


def test_columns_that_nobody_knows_are_told_and_mistyped_ones_refused(tmp_path: Path) -> None:
    heads = "id,action,colour,Prio,到期日,负责人电话,空"
    plan = read_plan(write(tmp_path / "plan.csv", f"{heads}\nA1,x,red,1,2026-08-31,139,\n"))
    assert plan.actions[0].due == date(2026, 8, 31)
    assert plan.unread == (Unread("", "colour"), Unread("", "Prio"), Unread("", "负责人电话", "负责人"))
    told = {tongue: unread_sentences(plan.unread, "plan.csv", tongue) for tongue in ("zh", "en")}
    assert told["en"][0].startswith(
        "plan.csv, column colour: not known, so it is not read. Known: id, finding, cause,"
    )
    assert told["zh"][2] == "plan.csv，列 负责人电话：不认识，未读取。是不是“负责人”？"
    with pytest.raises(ParameterError) as caught:
        read_plan(
            write(tmp_path / "plan.csv", "id,action,ownr,完成日,措施\nA1,x,Wang,2026-08-31,y\nA1,x,,,\n")
        )
    assert [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults] == [
        "plan.csv, column 措施: it means the same as the column action. Keep one, rename the other.",
        "plan.csv, column ownr: this head is not known. Did you mean 'owner'?",
        "plan.csv, column 完成日: this head is not known. Did you mean '完成日期'?",
        "plan.csv, row 3, column id: the id 'A1' stands in plan.csv, row 2 already. Give another.",
    ]
    owned = read_plan(write(tmp_path / "plan.csv", "id,action,owner,owners\nA1,x,Wang,Li\n"))
    assert (owned.actions[0].owner, owned.unread) == ("Wang", (Unread("", "owners"),))


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match=r"due \(2026-05-01\) lies before start \(2026-05-02\)"):
        action(start="2026-05-02", due="2026-05-01")
    with pytest.raises(ValueError, match="the status is proposed, the log ends with done"):
        action(log=[{"date": "2026-05-02", "status": "done"}])
    with pytest.raises(
        ValueError, match=r"give the level to reach \(`to`\) or the change \(`by`\), not both"
    ):
        action(to=0.9, by=0.1)
    with pytest.raises(ValueError, match="is no segment"):
        action(segment="region in (select 1)")


def test_the_template_is_read_back_with_its_log(tmp_path: Path) -> None:
    plan = read_actions(write(tmp_path / "plan.yaml", PLAN))
    for language in ("en", "zh"):
        file = write_template(
            tmp_path / f"{language}.xlsx", plan, ["on_time"], ["Wang"], ["Service"], language
        )
        assert read_actions(file) == plan


def test_the_template_drops_down(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file = write_template(tmp_path / "plan.xlsx", (), [f"indicator_{n}" for n in range(200)])
    sheet = openpyxl.load_workbook(file)["actions"]
    assert [cell.value for cell in sheet[1]] == [spoken[0] for spoken in HEADS.values()]
    lists = {str(one.sqref).split(":")[0]: one.formula1 for one in sheet.data_validations.dataValidation}
    column = dict(zip(HEADS, (cell.column_letter for cell in sheet[1]), strict=True))
    assert lists[f"{column['indicator']}2"] == "'lists'!$C$1:$C$200"
    assert f"{column['status']}2" in lists


def test_faults_of_a_sheet_name_sheet_row_and_column(tmp_path: Path) -> None:
    file = tmp_path / "plan.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("计划")
        sheet.write_row(0, 0, ["售后服务质量改进计划表"])
        sheet.write_row(2, 0, ["措施编号", "具体行动", "完成时限", "状态", "颜色", "开始日期"])
        sheet.write_row(3, 0, ["M1", "短信提醒", "下周", "进行中", "红"])
        sheet.write_row(5, 0, ["M2", "清单", "2026年11月1日", "马上", "", "2026-12-01"])
        sheet.write_row(6, 0, ["M2", "清单"])
        log = book.add_worksheet("log")
        log.write_row(0, 0, ["id", "date", "status"])
        log.write_row(1, 0, ["M9", "2026-01-01", "done"])
    with pytest.raises(ParameterError) as caught:
        read_actions(file)
    told = str(caught.value)
    assert "sheet 计划, row 4, column 完成时限: '下周' is no date. Write 2026-08-31." in told
    assert "row 6, column 完成时限: due (2026-11-01) lies before start (2026-12-01). Correct one" in told
    assert "sheet 计划, row 7, column 措施编号: the id 'M2' stands in" in told
    assert "sheet 计划, row 6, column 状态: '马上' is not known." in told
    assert "log: the log names the action 'M9', which is not in the plan." in told


def test_files_that_are_no_plan_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="there is no such file"):
        read_actions(tmp_path / "none.yaml")
    with pytest.raises(ParameterError, match="heads both the id and the action"):
        read_actions(write(tmp_path / "plan.csv", "a,b\n1,2\n"))
    with pytest.raises(ParameterError, match="no Excel workbook"):
        read_actions(write(tmp_path / "plan.xlsx", "id,action"))


def test_the_sample_records_are_a_plan() -> None:
    plan = read_actions(SAMPLE)
    records, faults = actions_of(pd.read_csv(SAMPLE))
    assert plan == records
    assert faults == ()
    assert [one.id for one in plan] == [f"IA{n:06}" for n in range(1, 9)]
    told = {one.id: one.expected for one in plan}
    assert (told["IA000001"].to, told["IA000001"].direction) == (0.02, "lower")
    assert [told[f"IA{n:06}"].to for n in range(2, 9)] == [0.93, 0.95, 0.92, 0.90, 0.96, 0.95, 0.90]
    assert plan[4].where == "team = 'Desk A'"


def test_faults_of_records_are_findings_and_sound_rows_stay() -> None:
    records = pd.DataFrame(
        {"action_id": ["X1", "X2"], "action": ["a", "b"], "due_at": ["2026-13-01", "2026-05-01"]}
    )
    sound, faults = actions_of(records)
    assert [one.id for one in sound] == ["X2"]
    assert [tuple(fault) for fault in faults] == [(1, "X1", "due_at", "no_day", "2026-13-01", "")]


def test_every_fault_of_a_record_has_words_in_both_languages() -> None:
    records = pd.DataFrame(
        {
            "action_id": ["X1", "X2", None, "X1", "X5"],
            "action": ["a", "b", "c", "d", "e"],
            "started_at": [None, pd.Timestamp("2026-05-02 09:00"), None, None, None],
            "due_at": [None, pd.Timestamp("2026-05-01"), None, None, None],
            "status": ["closed", "asleep", None, None, None],
            "segment": [None, None, None, None, "region in (select 1)"],
            "change": [None, None, None, None, "much"],
            "indicator": [None, None, None, None, 1.5],
        },
        dtype="object",
    )
    sound, faults = actions_of(records)
    assert [(one.id, one.action) for one in sound] == [("X1", "a")]
    told = {tongue: [record_fault_sentence(one, tongue) for one in faults] for tongue in ("zh", "en")}
    assert told["en"] == [
        "Record 2 (X2): 'asleep' is not known as status; "
        "write proposed, approved, in_progress, done, dropped.",
        "Record 3: action_id is missing.",
        "Record 4 (X1): the id 'X1' stands above already; give another.",
        "Record 5 (X5): '1.5' in indicator does not fit (“Input should be a valid string”).",
        "Record 5 (X5): 'much' in change is no number; write 0.85, 85% or 30.",
    ]
    assert told["zh"][1:3] == [
        "第 3 条：缺少 action_id。",
        "第 4 条（X1）：编号“X1”前面已经有了；请另给一个编号。",
    ]
    swapped = actions_of(records.assign(status=None, change=None, indicator=None))[1]
    assert [(one.row, one.column, one.code) for one in swapped] == [
        (2, "due_at", "before_start"),
        (3, "action_id", "missing"),
        (4, "action_id", "twice"),
        (5, "segment", "no_segment"),
    ]
    said = record_fault_sentence(swapped[0], "zh")
    assert said == "第 2 条（X2）：due_at（2026-05-01）早于开始日期（2026-05-02）。"
    for code in RECORD_CODES:
        for tongue in ("zh", "en"):
            said = record_fault_sentence(RecordFault(1, "X", "c", code, "v", "d"), tongue)
            assert bool(re.search("[\u4e00-\u9fff]", said)) == (tongue == "zh")


@pytest.mark.parametrize(
    ("text", "to", "by", "direction"),
    [
        ("到达及时率达到 92%", 0.92, None, None),
        ("缺失字段率降到 2% 以内", 0.02, None, "lower"),
        ("30 秒接通率提高 5 个百分点", None, 0.05, "higher"),
        ("平均等待缩短至 12 分钟", 12.0, None, "lower"),
        ("rate rises to 95 %", 0.95, None, "higher"),
        ("up by 3 pp", None, 0.03, "higher"),
        ("at least 4.5", 4.5, None, "higher"),
        ("更好", None, None, None),
        ("从 80% 到 90%", None, None, None),
        ("达到 90%，夜间达到 85%", None, None, None),
        (None, None, None, None),
    ],
)
def test_plain_promises_are_understood_and_others_left(
    text: str | None, to: float | None, by: float | None, direction: str | None
) -> None:
    assert tuple(expected_effect(text)) == (to, by, direction)


def test_planned_effects_count_from_the_level_before() -> None:
    assert action(to=0.9).planned_effect(0.8, "higher") == pytest.approx(0.1)
    assert action(to=0.02).planned_effect(0.05, "lower") == pytest.approx(0.03)
    assert action(to=0.9).planned_effect(0.95, "higher") is None
    assert action(by=0.1).planned_effect(0.95, "higher") == 0.1
    assert action(to=0.9).planned_effect(float("nan"), "higher") is None
    assert action(expected_effect="更好").planned_effect(0.5, "higher") is None


def found_codes(one: Action, **settings: object) -> set[str]:
    return set(plan_findings([one], TODAY, **settings)["code"])  # type: ignore[arg-type]


SOUND = {
    "cause": "c", "owner": "Wang", "approved": "2026-08-01", "start": "2026-08-10", "due": "2026-11-01",
    "indicator": "on_time", "to": 0.9, "status": "in_progress",
}  # fmt: skip


def test_a_sound_action_has_no_faults() -> None:
    assert found_codes(action(**SOUND), indicators=["on_time"]) == set()
    assert found_codes(action(**SOUND, segment="region = 'north' AND hour >= 16")) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"due": "2026-09-30"}, "overdue"),
        ({"owner": None}, "unowned"),
        ({"due": None}, "no_due_date"),
        ({"indicator": None}, "unmeasurable"),
        ({"to": None, "expected_effect": "更好"}, "unmeasurable"),
        ({"indicator": "onn_time"}, "unknown_indicator"),
        ({"approved": None}, "started_without_approval"),
        ({"approved": "2026-08-11"}, "started_without_approval"),
        ({"status": "done", "checked": "2026-10-20"}, "done_without_date"),
        ({"status": "done", "finished": "2026-10-01"}, "done_without_check"),
        ({"status": "done", "finished": "2026-08-20", "checked": "2026-09-20"}, "not_verified"),
        ({"status": "approved"}, "status_before_start"),
        ({"status": "in_progress", "finished": "2026-10-01", "checked": "2026-10-20"}, "status_before_end"),
        ({"finished": "2026-10-20"}, "end_ahead"),
        ({"cause": None}, "no_cause"),
    ],
)
def test_each_fault_is_found_alone(changes: dict[str, object], code: str) -> None:
    assert found_codes(action(**{**SOUND, **changes}), indicators=["on_time"]) == {code}
    assert code in CODES


def test_what_the_status_lacks_is_said_with_its_day() -> None:
    bare = {name: given for name, given in SOUND.items() if name != "status"}
    ended = {"finished": "2026-10-01", "checked": "2026-10-20"}
    plan = [
        action(**bare),
        action(**{**bare, **ended}, id="A2"),
        action(**{**SOUND, "status": "approved"}, id="A3"),
        action(**{**SOUND, **ended}, id="A4"),
        action(**{**SOUND, "finished": "2026-10-20"}, id="A5"),
    ]
    rows = plan_findings(plan, TODAY).to_dict("records")
    assert [finding_sentence(row, "en") for row in rows] == [
        "A1: began on 2026-08-10, but no status is given (taken as 'proposed'). Set status: in_progress.",
        "A2: finished on 2026-10-01, but no status is given (taken as 'proposed'). Set status: done.",
        "A3: its status is 'approved', yet it began on 2026-08-10. "
        "Set status: in_progress, or correct the start.",
        "A4: its status is 'in_progress', yet it was finished on 2026-10-01. "
        "Set status: done, or leave the day out.",
        "A5: its status is 'in_progress', and its end on 2026-10-20 lies ahead. "
        "Write a day that is planned as due.",
    ]
    said = finding_sentence(rows[2], "zh")
    assert said == "A3：状态是“已批准”，却已于 2026-08-10 开始。请把状态写成“进行中”，或更正开始日期。"
    again = [Action.model_validate(plain(one)) for one in plan]  # as a book holds them
    pd.testing.assert_frame_equal(plan_findings(again, TODAY), plan_findings(plan, TODAY))


def test_a_cause_that_no_tree_has_is_found() -> None:
    wrong = action(**SOUND, cause_reference="on_time/proces/1")
    assert found_codes(wrong, causes=None) == set()
    assert found_codes(wrong, causes=["on_time/proces/1"]) == set()
    (row,) = plan_findings([wrong], TODAY, causes=["on_time/process/1"]).to_dict("records")
    told = "A1: the cause trees have no cause 'on_time/proces/1'. Did you mean 'on_time/process/1'?"
    assert finding_sentence(row, "en") == told


def test_a_dropped_action_has_no_faults_and_a_verified_one_is_settled() -> None:
    assert found_codes(action(status="dropped")) == set()
    done = action(**{**SOUND, "status": "done", "finished": "2026-08-20", "checked": "2026-09-20"})
    assert found_codes(done, verdicts={"A1": "effective"}) == set()
    assert found_codes(done, verdicts={"A1": "too_early"}) == {"not_verified"}


def test_days_are_counted_from_the_day_named() -> None:
    row = plan_findings([action(**{**SOUND, "due": "2026-09-30"})], TODAY).iloc[0]
    assert (row["code"], row["days"], row["since"]) == ("overdue", 8, pd.Timestamp("2026-09-30"))
    assert plan_findings([], TODAY).empty


def test_progress_and_rate_on_time() -> None:
    plan = [
        action(id="P", status="proposed", due="2026-01-01"),
        action(id="D", status="done", start="2026-01-01", due="2026-03-01", finished="2026-03-01"),
        action(id="L", status="done", start="2026-01-02", due="2026-03-01", finished="2026-03-11"),
        action(id="O", status="in_progress", start="2026-01-03", due="2026-09-30"),
        action(id="R", status="in_progress", start="2026-01-04", due="2026-12-01"),
        action(id="X", status="dropped", due="2026-01-01"),
    ]
    table = progress(plan, TODAY).set_index("action")
    states = {"P": "overdue", "D": "done", "L": "done_late", "O": "overdue", "R": "running", "X": "dropped"}
    assert table["state"].to_dict() == states
    assert table["days_late"].to_dict() == {"P": 280, "D": 0, "L": 10, "O": 8, "R": 0, "X": 0}
    row = on_time(plan, TODAY).iloc[0]
    assert (row["due"], row["on_time"], row["late"], row["overdue"]) == (4, 1, 1, 2)
    assert row["share"] == pytest.approx(1 / 4)
    assert row["low"] < 1 / 4 < row["high"]
    assert row["median_days_late"] == 10
    assert "4 due, 1 done on time, 2 overdue" in plan_reading(progress(plan, TODAY), TODAY, "en")
    told = plan_findings(plan, TODAY).query("code == 'overdue'")
    assert dict(zip(told["action"], told["days"], strict=True)) == {"P": 280, "O": 8}
    assert on_time([], TODAY)["share"].isna().all()


def test_an_open_action_is_neither_late_nor_counted_on_its_due_day() -> None:
    plan = [
        action(id="O", status="in_progress", start="2026-01-03", due=TODAY),
        action(id="D", status="done", start="2026-01-03", due=TODAY, finished=TODAY),
        action(id="F", status="in_progress", start="2026-01-03", due="2026-09-30", finished="2026-12-01"),
    ]
    assert dict(zip(*progress(plan, TODAY)[["action", "state"]].T.values, strict=True)) == {
        "O": "running", "D": "done", "F": "overdue",
    }  # fmt: skip
    row = on_time(plan, TODAY).iloc[0]
    assert (row["due"], row["on_time"], row["overdue"]) == (2, 1, 1)
    assert set(plan_findings(plan, TODAY).query("code == 'overdue'")["action"]) == {"F"}


def figures() -> pd.DataFrame:
    counts = {"indicator": "on_time", "numerator": 80, "denominator": 100}
    regions = ("north", "east", "south", None)
    weeks = [f"2026-W{week:02}" for week in range(1, 31)]
    return pd.DataFrame(
        [{**counts, "period": week, "region": region} for week in weeks for region in regions]
    )


def test_controls_are_the_segments_without_such_an_action() -> None:
    north = action(indicator="on_time", segment="region=north", start="2026-05-18")
    east = action(id="A2", indicator="on_time", segment="region=east", start="2026-03-01")
    other = action(id="A3", indicator="polite", segment="region=south", start="2026-03-01")
    every = action(id="A4", indicator="on_time", start="2026-03-01")
    assert set(untreated(figures(), north)["segment"]) == {"east", "south"}
    assert set(untreated(figures(), north, [north, east, other, every])["segment"]) == {"south"}
    assert untreated(figures(), every, [north]).empty


def test_what_works_goes_into_the_handbook_and_the_rest_back_to_its_cause() -> None:
    rows = pd.DataFrame({"period": range(30), "numerator": [75] * 20 + [90] * 10, "denominator": 100})
    calm = rows.assign(numerator=[75, 76, 74] * 10)
    names = ("works", "not", "harm", "early", "open")
    done = {"status": "done", "finished": "2026-08-01", "approved": "2026-05-01"}
    plan = [action(id=name, **done) for name in names]
    verified = {
        "works": verify(rows, 20, 0.1),
        "not": verify(calm, 20, 0.1),
        "harm": verify(rows, 20, 0.1, "lower"),
        "early": verify(rows.head(20), 20, 0.1),
    }
    table = outcomes(plan, verified)
    told = dict(zip(table["action"], table["next"], strict=True))
    assert told == {
        "works": "handbook", "not": "back_to_causes", "harm": "stop_and_back_to_causes", "early": "wait",
        "open": "verify",
    }  # fmt: skip
    assert handbook(table)["action"].tolist() == ["works"]
    assert back_to_causes(table)["action"].tolist() == ["harm", "not"]
    assert outcomes([], {}).empty

    open_ones = [action(id=name, status="in_progress") for name in names]
    table = outcomes(open_ones, verified)
    told = dict(zip(table["action"], table["next"], strict=True))
    assert told == {
        "works": "finish_and_approve_then_handbook", "not": "finish_first",
        "harm": "stop_and_back_to_causes", "early": "wait", "open": "verify",
    }  # fmt: skip
    assert handbook(table)["action"].tolist() == ["works"]
    assert back_to_causes(table)["action"].tolist() == ["harm"]
    approved = action(id="works", approved="2026-05-01", finished="2026-09-01")
    assert outcomes([approved], verified)["next"].tolist() == ["handbook"]
    assert outcomes([approved], verified, date(2026, 8, 1))["next"].tolist() == ["finish_then_handbook"]


def test_what_no_wait_would_show_is_to_be_measured_otherwise() -> None:
    noisy = pd.DataFrame({"period": range(30), "numerator": [6, 9, 7] * 10, "denominator": 10})
    done = action(status="done", finished="2026-08-01", approved="2026-05-01")
    found = verify(noisy, 20, 0.001)
    assert "cannot_tell" in found.notes
    assert outcomes([done], {"A1": found})["next"].tolist() == ["measure_otherwise"]
    early = verify(noisy.head(21), 20, 0.001)
    assert (early.verdict, early.periods_needed) == ("too_early", None)
    assert outcomes([done], {"A1": early})["next"].tolist() == ["measure_otherwise"]


def test_a_level_that_had_been_reached_before_is_told_so() -> None:
    weeks = [f"2026-W{week:02}" for week in range(1, 31)]
    rows = pd.DataFrame({"indicator": "on_time", "period": weeks, "numerator": [93, 94, 92] * 10,
                         "denominator": 100, "unit": "share", "direction": "higher"})  # fmt: skip
    high = action(indicator="on_time", start="2026-05-18", to=0.9)
    found = checked(high, rows)
    assert found.planned_effect is None
    assert "level_reached_before" in found.notes
    assert "planned_effect_unknown" not in found.notes
    notes = {tongue: verification_notes(found, tongue, "share") for tongue in ("en", "zh")}
    assert (
        "The level to reach (90.0 %) had been reached before the measure (93.0 %): "
        "check indicator, segment or level."
    ) in notes["en"]
    assert "目标水平（90.0 %）在措施之前就已达到（93.0 %）：请核对指标、分组或目标水平。" in notes["zh"]
    assert "planned_effect_unknown" in checked(high.model_copy(update={"to": None}), rows).notes


def test_causes_actions_and_verifications_refer_to_each_other() -> None:
    tree = CauseTree.model_validate(
        {
            "indicator": "on_time", "effect": "late",
            "process": [{"cause": "late shift closed", "status": "supported", "evidence": ["rule 7"]},
                        {"cause": "no map", "status": "supported", "evidence": ["note"]}],
        }
    )  # fmt: skip
    plan = [
        action(id="A1", finding="on_time/process/1", status="done", finished="2026-05-01"),
        action(id="A9", finding="FD000020"),
    ]
    table = traced([tree], plan)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    told = {(row["cause_reference"], row["action"]): row["gap"] for row in rows}
    assert told == {
        ("on_time/process/1", "A1"): "no_verification",
        ("on_time/process/2", None): "no_action",
        ("FD000020", "A9"): "no_cause",
    }
    assert traced([], []).empty
