from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pandas as pd
import pytest

from sqaudit.present import palette, tables
from sqaudit.present.blocks import Block


class Cells(HTMLParser):
    """The texts of a table, row by row, and a check that every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag != "br":
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_the_scorecard_shows_value_verdict_and_score(scorecard: pd.DataFrame, labels: dict) -> None:
    html = tables.scorecard_table(scorecard, labels, "en").html
    rows = Cells(html).rows
    assert rows[0] == [
        "Indicator",
        "Target",
        "Actual",
        "Eligible",
        "Verdict",
        "Raw score",
        "Score",
        "Weight",
        "Note",
    ]
    assert rows[2][:3] == [
        "First reply within 5 minutes Timeliness · 步骤二·表1",
        "≥ 90 %",
        "89.96 % 89.4–90.5 %",
    ]
    assert rows[2][4].replace("\xa0", " ") == "× Not met"
    assert rows[-1][0] == "Total"
    assert rows[-1][6:8] == ["73.25", "75 / 85"]  # of 85 points, 75 could be assessed
    assert "Targets met: 2 of 5. 1 more could not be assessed." in html
    assert "it is no sampling error" in html


def test_a_verdict_is_said_in_words_by_a_mark_and_by_a_colour(scorecard: pd.DataFrame, labels: dict) -> None:
    html = tables.scorecard_table(scorecard, labels, "zh").html
    for verdict, word in [("met", "达标"), ("not_met", "未达标"), ("undetermined", "未能判定")]:
        colour, mark = palette.VERDICT_COLOURS[verdict], palette.VERDICT_MARKS[verdict]
        assert f'<b style="color:{colour}">{mark}</b>&nbsp;{word}<' in html


def test_two_languages_stand_in_marked_parts(scorecard: pd.DataFrame, labels: dict) -> None:
    html = tables.scorecard_table(scorecard, labels, "both").html
    chinese, english = html.split('<div lang="en" class="en">')
    assert chinese.startswith('<div lang="zh" class="zh">')
    assert "上门服务到达及时率" in chinese
    assert "On-site arrival within promise" in english
    assert "上门服务到达及时率" not in english


def test_a_scorecard_without_scores_has_no_score_columns(scorecard: pd.DataFrame, labels: dict) -> None:
    plain = scorecard.assign(capped_score=float("nan"), note=None)
    rows = Cells(tables.scorecard_table(plain, labels, "en").html).rows
    assert rows[0] == ["Indicator", "Target", "Actual", "Eligible", "Verdict"]
    assert len(rows) == 1 + len(plain)


def test_changes_say_which_periods_they_compare(changes: pd.DataFrame, labels: dict) -> None:
    html = tables.changes_table(changes, labels, "en").html
    assert "2026-Q3 against 2026-Q2" in html
    assert "−8.3 pp <small>−10.1 to −6.5 pp</small>" in html


def test_small_segments_get_no_verdict_and_the_reason_is_given(
    segment_points: pd.DataFrame, labels: dict
) -> None:
    html = tables.segment_table(segment_points, labels, "en").html
    rows = Cells(html).rows
    assert rows[0] == ["Team", "Actual", "Eligible", "Verdict"]
    assert rows[6] == ["外包 <b>A</b>", "50.0 % 21.1–78.9 %", "12", "—"]
    assert rows[7][0] == "Not given"
    assert "Segments under 20 cases are not judged." in html


def test_checks_are_sentences_with_remedies_and_nothing_in_them_runs(
    checks: pd.DataFrame, labels: dict
) -> None:
    html = tables.checks_table(checks, labels, "en").html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    rows = Cells(html).rows
    assert rows[1][1].startswith("Service inspections: the column badge_shown is absent. Map the column")
    assert rows[1][4] == "Badge shown"
    assert rows[2][3] == "3, 17, 88, 91, 120 and 1 more"


def test_the_row_account_names_each_kind_once_and_ends_with_used(
    row_account: pd.DataFrame, labels: dict
) -> None:
    html = tables.row_account_table(row_account, labels, "en").html
    rows = Cells(html).rows
    assert [row[0] for row in rows[1:]] == ["On-site visits", "", "", "", "", "Satisfaction surveys", ""]
    assert rows[3] == ["", "Superseded by a later version", "−84"]
    assert "4,410 rows read, 4,292 used" in html


def test_definitions_take_texts_in_both_languages(definitions: pd.DataFrame, labels: dict) -> None:
    row = Cells(tables.definitions_table(definitions, labels, "zh").html).rows[1]
    assert row == [
        "上门服务到达及时率 步骤二·表1",
        "按约定时间到达",
        "arrived_at <= promised_at",
        "上门服务",
        "≥ 85 %",
        "全量",
    ]


def test_any_small_frame_can_be_shown() -> None:
    frame = pd.DataFrame(
        {"team": ["<b>", None], "n": [1.5, 2.0], "ok": [True, False], "x": [["a"], {"zh": "甲", "en": "A"}]}
    )
    rows = Cells(tables.plain_table(frame, "en", {"n": {"zh": "数", "en": "Number"}}, caption="C").html).rows
    assert rows[0] == ["Team", "Number", "ok", "x"]
    assert rows[1:] == [["<b>", "1.5", "Yes", "a"], ["—", "2", "No", "A"]]


@pytest.mark.parametrize(
    "make",
    [
        tables.scorecard_table,
        tables.changes_table,
        tables.checks_table,
        tables.row_account_table,
        tables.definitions_table,
        tables.segment_table,
    ],
)
def test_an_empty_frame_is_one_quiet_sentence(
    make: Callable[..., Block], request: pytest.FixtureRequest
) -> None:
    fixture = {"segment_table": "segment_points"}.get(make.__name__, make.__name__.removesuffix("_table"))
    frame = request.getfixturevalue(fixture)
    html = make(frame.iloc[:0], {}, "en").html
    assert "Nothing to show." in html
    assert "<table" not in html


def test_tables_load_nothing_and_have_headers_for_readers_aloud(
    scorecard: pd.DataFrame, labels: dict
) -> None:
    html = tables.scorecard_table(scorecard, labels, "both").html
    assert "http" not in html
    assert not re.search(r"<th(?! scope=)", html.replace("<thead>", ""))
