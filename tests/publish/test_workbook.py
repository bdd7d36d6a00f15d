from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from sqaudit.publish.scores import score_formulas
from sqaudit.publish.workbook import write_scorecard_workbook

CREATED = dt.datetime(2026, 10, 8, 9, 30)  # noqa: DTZ001
NAMES = ["评分表", "测量值", "变化", "数据问题", "行数去向", "指标定义", "参数"]
LABELS = {
    "arrival": {"zh": "到达及时率", "en": "On-site arrival"},
    "plan": {"zh": "方案时长", "en": "Time to plan"},
}


@pytest.fixture
def scorecard() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "indicator": ["arrival", "plan", "panel", "absent"],
            "weight": [15.0, 10.0, 20.0, 5.0],
            "target": [0.85, 24.0, 4.0, 0.9],
            "direction": ["higher", "lower", "higher", "higher"],
            "unit": ["share", "hours", "points", "share"],
            "value": [0.9, 30.0, 3.0, np.nan],
            "verdict": ["met", "not_met", "not_met", "not_assessable"],
            "attainment": [0.9 / 0.85, 24 / 30, 0.75, np.nan],
            "raw_score": [15 * 0.9 / 0.85, 10 * 24 / 30, 12.5, np.nan],
            "capped_score": [15.0, 8.0, 12.5, np.nan],
            "note": ["=HYPERLINK(1)", "+1", "-1", "@x"],
        }
    )


@pytest.fixture
def written(scorecard: pd.DataFrame, tmp_path: Path):
    def write(name: str = "scorecard.xlsx", language: str = "zh", **frames: pd.DataFrame) -> Path:
        measurements = pd.DataFrame(
            {
                "indicator": ["arrival"],
                "period": ["2026-Q3"],
                "team": ["=cmd|' /C calc'!A0"],
                "numerator": [9],
                "value": [0.5],
                "unit": ["share"],
            }
        )
        checks = pd.DataFrame(
            [
                {
                    **{
                        "severity": "warning",
                        "kind": "visit",
                        "column": "team",
                        "check": "missing_id",
                        "count": 3,
                        "of": 9,
                    },
                    **{"rows": [1, 2], "examples": ["=1+1"], "indicators": ["arrival"], "detail": {}},
                }
            ]
        )
        given = {
            "scorecard": scorecard,
            "measurements": measurements,
            "changes": pd.DataFrame(columns=["indicator", "before", "now"]),
            "checks": checks,
            "row_account": pd.DataFrame({"kind": ["visit"], "step": ["read"], "detail": [None], "rows": [9]}),
            "definitions": pd.DataFrame(
                {
                    "name": [{"zh": "甲", "en": "A"}],
                    "formula": ["a <= b"],
                    "target": [0.85],
                    "unit": ["share"],
                }
            ),
            "parameters": {
                "period": "2026-Q3",
                "records": {"visit": {"path": "https://x.org/a.csv"}},
                "segments": ["team"],
            },
            "title": {"zh": "审计", "en": "Audit"},
            "labels": LABELS,
            "language": language,
            "created": CREATED,
            **frames,
        }
        return write_scorecard_workbook(tmp_path / name, **given)

    return write


def cells(path: Path, sheet: str, *, values: bool = False) -> list[list[object]]:
    book = openpyxl.load_workbook(path, data_only=values)
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def test_every_frame_has_its_sheet(written) -> None:
    assert openpyxl.load_workbook(written()).sheetnames == NAMES


def test_texts_that_look_like_formulas_or_links_stay_texts(written) -> None:
    book = openpyxl.load_workbook(written())
    found = {
        cell.value: cell.data_type
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value[:1] in "=+-@h"
    }
    for text in ["=HYPERLINK(1)", "+1", "-1", "@x", "=cmd|' /C calc'!A0", "=1+1", "https://x.org/a.csv"]:
        assert found[text] == "s", text
    assert all(not sheet._hyperlinks for sheet in book)


def test_scores_are_live_and_carry_the_reported_result(written) -> None:
    live, cached = cells(written(), "评分表"), cells(written(), "评分表", values=True)
    assert live[1][7:10] == ["=F2/C2", "=B2*F2/C2", "=MIN(I2,B2)"]
    assert cached[1][7:10] == pytest.approx([0.9 / 0.85, 15 * 0.9 / 0.85, 15.0])
    assert live[2][7:10] == ["=C3/F3", "=B3*C3/F3", "=MIN(I3,B3)"]
    assert live[3][7:10] == ["=F4/C4", 12.5, 12.5]  # another rule scored it: numbers, no formula that differs
    assert live[4][7:10] == [None, None, None]
    assert live[5][0] == "合计"
    assert live[5][9] == "=SUM(J2:J5)"
    assert cached[5][9] == pytest.approx(35.5)


def test_an_uncapped_score_is_the_raw_score(scorecard: pd.DataFrame) -> None:
    formulas = score_formulas(scorecard.assign(capped_score=scorecard["raw_score"]), 1)
    assert formulas[0]["capped_score"].text == "=I2"
    assert formulas[1]["capped_score"].text == "=MIN(I3,B3)"


def test_numbers_keep_their_precision_and_are_shown_by_unit(written) -> None:
    book = openpyxl.load_workbook(written())
    sheet = book["评分表"]
    assert sheet["F2"].value == 0.9
    assert sheet["F2"].number_format == "0.0%"
    assert sheet["F3"].number_format == "#,##0.0"
    assert sheet["H2"].number_format == "0.0%"


def test_the_sheet_is_ready_to_read_and_to_print(written) -> None:
    for sheet in openpyxl.load_workbook(written()):
        assert sheet.freeze_panes == "B2"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.auto_filter.ref


def test_both_languages_stand_in_the_headers_and_words(written) -> None:
    path = written(language="both")
    rows = cells(path, "评分表 · Scorecard")
    assert rows[0][0] == "指标 / Indicator"
    assert rows[1][0] == "到达及时率\nOn-site arrival"
    assert rows[1][6] == "达标 / Met"
    checks = cells(path, "数据问题 · Data faults")
    assert "3 rows of 9 carry no team." in str(checks[1][3])
    assert checks[1][6:9] == ["1, 2", "=1+1", "到达及时率\nOn-site arrival"]


def test_further_sheets_stand_before_the_parameters(written) -> None:
    readings = pd.DataFrame(
        {
            "standard": [{"zh": "标准甲", "en": "Standard A"}],
            "indicator": ["arrival"],
            "taken": [0.9],
            "value": [0.8],
            "unit": ["share"],
            "verdict_taken": ["met"],
            "verdict": ["not_met"],
        }
    )
    path = written(language="en", more={"readings": readings})
    assert openpyxl.load_workbook(path).sheetnames[-2:] == ["Other readings", "Parameters"]
    assert cells(path, "Other readings")[1] == [
        "Standard A", "On-site arrival", 0.9, 0.8, "%", "Met", "Not met"
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(path)["Other readings"]
    assert sheet.freeze_panes == "C2"  # the indicator stays in sight beside its standard
    assert sheet["C2"].number_format == "0.0%"


def test_long_names_stand_below_each_other_and_short_ones_in_one_line(written) -> None:
    rows = cells(written(language="both"), "评分表 · Scorecard")
    assert rows[1][6] == "达标 / Met"
    assert rows[4][6] == "无法评价\nNot assessable"


def test_chinese_counts_double_in_the_width(written) -> None:
    sheet = openpyxl.load_workbook(written())["评分表"]
    assert sheet.column_dimensions["A"].width >= 2 * len("到达及时率")


def test_empty_frames_become_sheets_with_headers(written) -> None:
    assert cells(written(), "变化") == [["指标", "上期值", "本期值"]]


def test_parameters_are_laid_flat(written) -> None:
    rows = cells(written(), "参数")
    assert rows == [
        ["参数", "设定值"],
        ["period", "2026-Q3"],
        ["segments", "team"],
        ["records.visit.path", "https://x.org/a.csv"],
    ]


def test_the_same_input_gives_the_same_bytes(written) -> None:
    assert written("a.xlsx").read_bytes() == written("b.xlsx").read_bytes()
