"""Figures that somebody else computed: S3's table as CSV and Excel, in every form people write numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
import yaml

from sqaudit.errors import ParameterError
from sqaudit.figures_file import read_figures
from sqaudit.intervals import wilson
from sqaudit.periods import parse
from sqaudit.scoring import score, scorecard
from sqaudit.standards import Standard, read_standard

S3 = read_standard(Path(__file__).parents[1] / "params" / "standards" / "after_sales_evaluation.yaml")
HEAD = ["一级指标", "二级指标", "目标值", "实际值", "得分(权重×实际值/目标值)", "备注(未达标原因简述)"]
TABLE_1 = [
    ["售后服务质量评价表"],
    ["评价周期：", "2024年Q1", "", "评价对象：客服中心，维修事业部"],
    [],
    HEAD,
    ["时效性", "客服响应及时率", "≥90%", "88%", "14.67", "早高峰接通量超负荷"],
    ["", "上门服务到达及时率", "≥85%", "75%", "13.24", "某区域工程师数量不足"],
    ["专业性", "问题一次性解决率", "≥80%", "82%", "20.50", ""],
    ["", "技术方案准确率", "≥95%", "93%", "14.68", "复杂故障\n判断需增加专家支持"],
    ["规范性", "服务流程合规率", "≥98%", "96%", "9.80", "少数工单未填写"],
    ["合计", "合计", "", "", "72.88", ""],
]
VALUES = {
    "response_30s_rate": 0.88,
    "onsite_promise_rate": 0.75,
    "fcr_ticket": 0.82,
    "repair_first_pass_rate": 0.93,
    "process_compliance_rate": 0.96,
}
ALONE = "judged by the figure alone, since no number of cases is given"
NO_VALUE = "Call it one of value, actual, figure, 实际值, 数值, 值."
NO_INDICATOR = "Call it one of indicator, id, code, name, 指标, 二级指标, 指标名称, 指标编号."
CASES = "Write a whole number of at least 1, or leave the cell empty."
EITHER = "other shares of the file are above 1. Write it with a percent sign."
Rows = Sequence[Sequence[Any]]
Writer = Callable[[Path, Rows], Path]


def as_csv(folder: Path, rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    path = folder / "figures.csv"
    quoted = [
        [
            '"' + str(cell).replace('"', '""') + '"' if set(str(cell)) & set(',;"\n') else str(cell)
            for cell in row
        ]
        for row in rows
    ]
    path.write_text("\n".join(delimiter.join(row) for row in quoted) + "\n", encoding=encoding)
    return path


def as_excel(folder: Path, rows: Rows) -> Path:
    path = folder / "figures.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("评价表")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell)
    return path


def by_id(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("indicator", drop=False)


@pytest.mark.parametrize("write", [as_csv, as_excel])
def test_table_1_of_s3(tmp_path: Path, write: Writer) -> None:
    frame = read_figures(write(tmp_path, TABLE_1), S3)
    found = by_id(frame)
    assert list(frame["indicator"]) == [one.id for one in S3.indicators]
    assert found["value"].dropna().to_dict() == pytest.approx(VALUES)
    assert set(found["note"]) == {"", ALONE}
    assert found["verdict"].to_dict() == {
        **dict.fromkeys(found.index, "not_assessable"),
        **dict.fromkeys(VALUES, "not_met"),
        "fcr_ticket": "met",
    }
    result = score(scorecard(frame, S3), S3)
    assert (round(result.raw, 2), round(result.capped, 2)) == (72.88, 72.38)
    assert (result.targets_met, result.targets_judged, result.weight_assessed) == (1, 5, 75)
    assert result.not_assessed == ("csat_top2", "complaint_response_24h")


def test_columns_out(tmp_path: Path) -> None:
    frame = read_figures(as_csv(tmp_path, [["indicator", "value"], ["fcr_ticket", "80%"]]), S3)
    assert list(frame.columns) == [
        "indicator",
        "period",
        "value",
        "n",
        "low",
        "high",
        "target",
        "direction",
        "unit",
        "verdict",
        "note",
    ]
    assert frame["value"].dtype == frame["n"].dtype == "float64"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    found = by_id(read_figures(as_csv(tmp_path, TABLE_1, delimiter, encoding), S3))
    assert found["value"].dropna().to_dict() == pytest.approx(VALUES)


@pytest.mark.parametrize(
    ("written", "value", "note"),
    [
        ("88%", 0.88, ""),
        ("0.88", 0.88, ""),
        ("88", 0.88, "read as a percentage"),
        ("88.0 %", 0.88, ""),
        ("88％", 0.88, ""),
        ("８８％", 0.88, ""),
        (".88", 0.88, ""),
        ("+0.88", 0.88, ""),
        ("8.8e-1", 0.88, ""),
        ("0", 0, ""),
        ("0%", 0, ""),
        ("1", 1, ""),
        ("100", 1, "read as a percentage"),
        ("100%", 1, ""),
        ("0.5%", 0.005, ""),
    ],
)
@pytest.mark.parametrize("write", [as_csv, as_excel])
def test_forms_of_a_share(tmp_path: Path, write: Writer, written: str, value: float, note: str) -> None:
    found = by_id(read_figures(write(tmp_path, [["指标", "实际值"], ["fcr_ticket", written]]), S3))
    assert found.loc["fcr_ticket", "value"] == pytest.approx(value)
    assert found.loc["fcr_ticket", "note"] == note


def test_numbers_of_a_sheet(tmp_path: Path) -> None:
    rows = [
        ["指标", "实际值", "样本量"],
        ["客服响应及时率", 0.88, 120],
        ["问题一次性解决率", 0.1 + 0.2, 1234.0],
        ["定性指标评分", 4.25, None],
    ]
    found = by_id(read_figures(as_excel(tmp_path, rows), S3))
    assert found["value"].dropna().to_list() == pytest.approx([0.88, 0.3, 4.25])
    assert found["n"].dropna().to_list() == [120, 1234]


def test_a_head_in_percent(tmp_path: Path) -> None:
    rows = [
        ["指标", "实际值（%）", "目标值(%)"],
        ["客服响应及时率", "88", "90"],
        ["问题一次性解决率", "0.5", "80"],
    ]
    found = by_id(read_figures(as_csv(tmp_path, rows), S3))
    assert found["value"].dropna().to_list() == pytest.approx([0.88, 0.005])
    assert set(found["note"]) == {""}


def test_cases_give_an_interval(tmp_path: Path) -> None:
    rows = [
        ["indicator", "value", "n"],
        ["process_compliance_rate", "96%", "1,200"],
        ["fcr_ticket", "82", ""],
        ["panel_score", "4.5", "30"],
    ]
    found = by_id(read_figures(as_csv(tmp_path, rows), S3, confidence=0.9))
    row = found.loc["process_compliance_rate"]
    assert (row["low"], row["high"]) == pytest.approx(tuple(wilson(0.96 * 1200, 1200, 0.9)))
    assert (row["verdict"], row["n"], row["note"]) == ("not_met", 1200, "")
    assert math.isnan(found.loc["fcr_ticket", "low"])
    assert math.isnan(found.loc["panel_score", "low"])
    few = [["indicator", "value", "n"], ["process_compliance_rate", "96%", "50"]]
    assert (
        by_id(read_figures(as_csv(tmp_path, few), S3)).loc["process_compliance_rate", "verdict"]
        == "undetermined"
    )
    none = [["indicator", "value"], ["process_compliance_rate", "96%"]]
    row = by_id(read_figures(as_csv(tmp_path, none), S3)).loc["process_compliance_rate"]
    assert (row["verdict"], row["note"]) == (
        "not_met",
        ALONE,
    )


def test_targets_in_the_file_are_noted_not_used(tmp_path: Path) -> None:
    rows = [
        ["二级指标", "目标值", "实际值"],
        ["客服响应及时率", "≥95%", "88%"],
        ["问题一次性解决率", "85", "82%"],
        ["技术方案准确率", "0.95", "93%"],
        ["客户满意度（前两级占比）", "90%", "93%"],
        ["投诉处理及时率", "—", "93%"],
    ]
    found = by_id(read_figures(as_csv(tmp_path, rows), S3))
    assert found.loc[
        ["response_30s_rate", "fcr_ticket", "repair_first_pass_rate", "csat_top2", "complaint_response_24h"],
        "note",
    ].to_list() == [
        "the file states the target 0.95; the standard's 0.9 was used",
        "the file states the target 0.85; the standard's 0.8 was used",
        "",
        f"the file states the target 0.9; the standard has none; {ALONE}",
        "",
    ]


def test_every_way_to_name_an_indicator(tmp_path: Path) -> None:
    names = [
        "FCR_TICKET",
        "s3-01",
        "技术方案 准确率",
        "on-site  arrival within promise",
        "客户满意度(前两级占比)",
    ]
    found = by_id(
        read_figures(as_csv(tmp_path, [["Name", "Actual"], *([name, "80%"] for name in names)]), S3)
    )
    assert list(found["value"].dropna().index) == [
        "response_30s_rate",
        "onsite_promise_rate",
        "fcr_ticket",
        "repair_first_pass_rate",
        "csat_top2",
    ]


def written(folder: Path, *indicators: dict[str, Any]) -> Standard:
    base = {"records": "visit", "measure": {"share": "first_pass_accepted"}, "direction": "higher"}
    listed = [{**base, "name": one["id"], **one} for one in indicators]
    path = folder / "standard.yaml"
    path.write_text(
        yaml.safe_dump({"standard": "tested", "title": "Tested", "indicators": listed}), encoding="utf-8"
    )
    return read_standard(path)


def test_the_target_and_the_indicators_of_the_period(tmp_path: Path) -> None:
    targets = [{"value": 0.8, "until": date(2026, 6, 30)}, {"value": 0.9, "from": date(2026, 7, 1)}]
    model = written(
        tmp_path,
        {"id": "rate", "targets": targets},
        {"id": "old", "until": date(2026, 6, 30), "target": 0.5, "weight": 9},
    )
    path = as_csv(tmp_path, [["indicator", "value"], ["rate", "85%"], ["old", "40%"]])
    before, after = (read_figures(path, model, parse(name)) for name in ("2026-Q2", "2026-Q3"))
    assert [(row["indicator"], row["period"], row["verdict"]) for row in before.to_dict("records")] == [
        ("rate", "2026-Q2", "met"),
        ("old", "2026-Q2", "not_met"),
    ]
    assert [(row["indicator"], row["verdict"]) for row in after.to_dict("records")] == [("rate", "not_met")]
    assert score(scorecard(after, model), model).not_assessed == ()
    assert set(read_figures(path, model)["period"]) == {"all"}


def faults(path: Path, model: Standard = S3) -> list[str]:
    with pytest.raises(ParameterError) as caught:
        read_figures(path, model)
    return [str(fault).removeprefix(f"{path}") for fault in caught.value.faults]


def test_every_fault_at_once_in_whole_sentences(tmp_path: Path) -> None:
    rows = [
        ["Quarterly figures"],
        ["indicator", "value", "n"],
        ["fcr_tickets", "82%", "10"],
        ["fcr_ticket", "82,5%", "10"],
        ["response_30s_rate", "—", "0"],
        ["onsite_promise_rate", "101%", "10.5"],
        ["process_compliance_rate", "-3%", "-7"],
        ["csat_top2", "150", "many"],
        ["panel_score", "88%", "12%"],
        ["panel_score", "4", ""],
        ["", "4", ""],
        ["repair_first_pass_rate", "inf", ""],
        ["complaint_response_24h", "88% (Q3)", ""],
    ]
    share = "A share lies between 0% and 100%."
    number = "Write 0.88, 88% or 12.5."
    path = as_csv(tmp_path, rows, delimiter=";")
    assert sorted(faults(path)) == sorted(
        [
            ", row 3, column indicator: the standard has no indicator 'fcr_tickets'. "
            "Did you mean 'fcr_ticket'?",
            f", row 4, column value: '82,5%' is no number. {number}",
            f", row 5, column value: '—' is no number. {number}",
            f", row 5, column n: '0' is no number of cases. {CASES}",
            f", row 6, column value: '101%' is no share. {share}",
            f", row 6, column n: '10.5' is no number of cases. {CASES}",
            f", row 7, column value: '-3%' is no share. {share}",
            f", row 7, column n: '-7' is no number of cases. {CASES}",
            f", row 8, column value: '150' is no share. {share}",
            f", row 8, column n: 'many' is no number of cases. {CASES}",
            ", row 10: the indicator 'panel_score' stands twice. Keep one row.",
            ", row 11, column indicator: the row names no indicator. Name it, or remove the row.",
            f", row 12, column value: 'inf' is no number. {number}",
            f", row 13, column value: '88% (Q3)' is no number. {number}",
        ]
    )


def test_a_percentage_of_something_else(tmp_path: Path) -> None:
    path = as_csv(tmp_path, [["指标", "数值", "件数"], ["定性指标评分", "88%", "12%"]])
    assert faults(path) == [
        ", row 2, column 数值: '88%' is a percentage, but panel_score is measured in points. "
        "Write the number in that unit.",
        f", row 2, column 件数: '12%' is no number of cases. {CASES}",
    ]


def test_bare_shares_that_could_mean_two_things(tmp_path: Path) -> None:
    rows = [
        ["indicator", "value"],
        ["fcr_ticket", "88"],
        ["response_30s_rate", "0.9"],
        ["csat_top2", "1"],
        ["onsite_promise_rate", "0"],
        ["process_compliance_rate", "0.9%"],
    ]
    path = as_csv(tmp_path, rows)
    assert faults(path) == [
        f", row 3, column value: '0.9' may be 90% or 0.9%: {EITHER}",
        f", row 4, column value: '1' may be 100% or 1%: {EITHER}",
    ]


def test_a_name_of_several_indicators(tmp_path: Path) -> None:
    model = written(tmp_path, {"id": "one", "name": "Rate"}, {"id": "two", "name": "rate"})
    path = as_csv(tmp_path, [["indicator", "value"], ["Rate", "0.5"]])
    assert faults(path, model) == [
        ", row 2, column indicator: 'Rate' is the name of several indicators. Write one of one, two."
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [["指标", "说明"], ["fcr_ticket", "x"]],
            [f", row 1: no column holds the value; present: 指标, 说明. {NO_VALUE}"],
        ),
        (
            [["说明"], ["x"]],
            [
                f", row 1: no column holds the indicator; present: 说明. {NO_INDICATOR}",
                f", row 1: no column holds the value; present: 说明. {NO_VALUE}",
            ],
        ),
        (
            [["Title"], ["indicator", "value"]],
            [": there is no row below the header. Give one row for each indicator."],
        ),
        (
            [["indicator", "value"], ["合计", "80%"]],
            [": there is no row below the header. Give one row for each indicator."],
        ),
    ],
)
@pytest.mark.parametrize("write", [as_csv, as_excel])
def test_tables_without_a_header_or_rows(
    tmp_path: Path, write: Writer, rows: Rows, expected: list[str]
) -> None:
    assert faults(write(tmp_path, rows)) == expected


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    assert faults(tmp_path / "none.csv") == [": there is no such file. Check the path."]
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    assert faults(tmp_path / "empty.csv")[0].startswith(
        ", row 1: no column holds the indicator; present: nothing."
    )
    (tmp_path / "no.xlsx").write_text("no workbook", encoding="utf-8")
    assert faults(tmp_path / "no.xlsx")[0].startswith(": the file is no Excel workbook: ")
    (tmp_path / "bytes.csv").write_bytes(b"indicator,value\n\x80\xff\xfe,1\n")
    assert faults(tmp_path / "bytes.csv") == [
        ": the file is neither UTF-8 nor GB18030. State its `encoding`."
    ]


def test_row_numbers_count_lines_of_the_file(tmp_path: Path) -> None:
    path = as_csv(
        tmp_path,
        [["indicator", "value", "remark"], ["fcr_ticket", "80%", "two\nlines"], ["nothing", "x", ""]],
    )
    assert faults(path)[0].startswith(", row 4, column indicator: the standard has no indicator 'nothing'.")


def test_an_empty_value_is_not_assessable(tmp_path: Path) -> None:
    found = by_id(read_figures(as_csv(tmp_path, [["indicator", "value"], ["fcr_ticket", ""]]), S3))
    assert (found.loc["fcr_ticket", "verdict"], found.loc["fcr_ticket", "note"]) == ("not_assessable", "")
