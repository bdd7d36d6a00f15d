"""The parts of a page over several standards: what stands where, and that it is what was measured."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.audit import open_audit
from sqaudit.params import Language
from sqaudit.present import numbers
from sqaudit.present.tables import segment_matrix
from sqaudit.publish import sheets
from sqaudit.publish.export import MOST_CONTENTS, _readable, with_contents
from sqaudit.publish.run import results_json
from sqaudit.report.missing import missing, missing_rows
from sqaudit.report.overview import lead
from sqaudit.report.page import Page
from sqaudit.report.reader import Reader
from sqaudit.review import Review

TITLES = [
    "Service quality assessment", "Customer service quality assurance", "Commissioned service monitoring",
    "After-sales service quality evaluation", "Service quality management and assessment",
]  # fmt: skip
DRAWING = re.compile(r'src="data:image/svg\+xml;base64,([^"]+)"')


@pytest.fixture(scope="module")
def review(told: Callable[[Language], Review]) -> Review:
    return told("en")


@pytest.fixture(scope="module")
def page(review: Review) -> Page:
    return Page(review)


def rows(html: str) -> list[list[str]]:
    """The cells of all tables, row by row, without the small print."""
    plain = re.sub(r"<small>.*?</small>", "", html)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr.*?>(.*?)</tr>", plain)
    ]


def drawings(html: str) -> list[str]:
    return [base64.b64decode(one).decode() for one in DRAWING.findall(html)]


def test_the_front_has_every_standard_with_its_verdicts_and_names_the_one_with_a_grade(
    page: Page, review: Review
) -> None:
    html = page.front().html
    lines = {row[0]: row[1:] for row in rows(html)[1:]}
    assert list(lines) == TITLES
    for part in review.parts:
        shown = lines[part.standard.title.in_language("en")]
        assert shown[0] == str(len(part.scorecard))
        assert sum(int(count) for count in shown[1:6]) == len(part.scorecard)
        assert shown[6] == (numbers.score(part.score.score) if part.weighted else "—")
    assert f"After-sales service quality evaluation: score {numbers.score(review.score.score)}" in html


def test_the_lead_names_standard_score_and_grade_in_each_tongue(review: Review) -> None:
    graded = review.graded
    assert graded is not None
    said = lead(Reader(graded, among_others=True))
    assert graded.score.grade_en in said["en"]
    assert "《售后服务质量评价标准》" in said["zh"]


@pytest.mark.parametrize("part", ["scorecard", "trends", "segments"])
def test_a_part_has_one_heading_and_each_standard_below_it(page: Page, part: str) -> None:
    html = getattr(page, part)().html
    _, contents = with_contents(html)
    assert [entry.level for entry in contents] == [2, 3, 3, 3, 3, 3]
    assert [entry.text for entry in contents[1:]] == TITLES


def test_the_contents_of_a_whole_review_keep_to_the_second_level(page: Page) -> None:
    parts = (
        page.scorecard(),
        page.changes(),
        page.trends(),
        page.segments(),
        page.readings(),
        page.appendix(),
    )
    _, contents = with_contents("".join(part.html for part in parts))
    readable = _readable(contents)
    assert len(contents) > MOST_CONTENTS >= len(readable)
    assert {entry.level for entry in readable} == {2}


def test_every_indicator_over_time_has_a_panel_with_its_last_value(page: Page, review: Review) -> None:
    html = page.trends().html
    points = review.results.grouped("month")
    known = points[points["value"].notna()]
    assert html.count("<figcaption>") == known["indicator"].nunique()
    assert len(drawings(html)) == html.count("<figcaption>")
    last = known[known["indicator"] == "response_30s_rate"].sort_values("period").iloc[-1]
    shown = numbers.amount(last["value"], "share", "en", beside=last["target"])
    name = review.standard.indicator("response_30s_rate").name.in_language("en")
    at = html.index(f"<figcaption>{name}<small>")
    assert f">{shown}</text>" in drawings(html[at:])[0]


def test_pages_of_five_standards_stay_small(told: Callable[[Language], Review]) -> None:
    page = Page(told("both"))
    made = [
        page.scorecard(),
        page.changes(),
        page.trends(),
        page.segments(),
        page.readings(),
        page.appendix(),
    ]
    assert sum(len(part.html) for part in made) < 3_000_000


def test_changes_list_the_clear_ones_with_their_standard_and_count_the_rest(
    page: Page, review: Review
) -> None:
    html, frame = page.changes().html, review.changes
    clear = frame[frame["change"].isin(["better", "worse", "changed"])]
    listed = rows(html)[1:]
    assert len(listed) == len(clear)
    assert f"{len(frame) - len(clear)} more have no clear change" in html
    assert all(
        f"<small>{title}</small>" in html for title in {_title(review, one) for one in clear["indicator"]}
    )
    made = int((frame["change"] != "not_comparable").sum())
    assert f"By chance alone about {round(made * (1 - review.run.confidence))} of them" in html


def _title(review: Review, indicator: str) -> str:
    own = next(one for one in review.standards if indicator in {known.id for known in one.indicators})
    return own.title.in_language("en")


def test_readings_list_what_decides_and_count_the_rest(page: Page, review: Review) -> None:
    html = page.readings().html
    frame = review.results.readings
    others = frame[frame["reading"] > 0]
    taken = review.scorecard.set_index("indicator")["verdict"]
    for part in review.parts:
        own = others[others["standard"] == part.standard.standard]
        if len(own):
            words = "reading" if len(own) == 1 else "readings"
            assert f"{len(own)} other {words}, of which" in html
    deciding = [
        row
        for row in others[others["indicator"] != ""].to_dict("records")
        if row["verdict"] not in (taken[row["indicator"]], "not_assessable")
    ]
    shown = [row[0] for row in rows(html)]
    assert deciding
    assert {row["is_en"] for row in deciding} <= {_plain(text) for text in shown}


def _plain(text: str) -> str:
    return unescape(text)


def test_nothing_is_missing_from_the_sample(review: Review) -> None:
    assert missing_rows(Reader(review)) == []
    assert "No indicator is lost for want of records or columns." in missing(Reader(review)).html


def test_absent_records_are_named_with_their_columns_and_indicators(small_without_calls: Review) -> None:
    (row,) = missing_rows(Reader(small_without_calls))
    assert str(row["records"]["en"]).endswith(" (call)")
    assert row["columns"] == "offered_at, answered_at"
    assert row["indicators"] == {"zh": "接通及时率", "en": "Answered in time"}
    html = missing(Reader(small_without_calls)).html
    assert "1 indicator cannot be assessed." in html
    assert "offered_at, answered_at" in html


CALLS = """\
  - id: answered
    name: {zh: 接通及时率, en: Answered in time}
    records: call
    measure: {within: {from: offered_at, to: answered_at, limit: 30s}}
    direction: higher
    target: 0.9
"""


@pytest.fixture
def small_without_calls(small: Path) -> Review:
    standard = small / "standard.yaml"
    standard.write_text(standard.read_text() + CALLS, encoding="utf-8")
    with open_audit(small / "run.yaml") as audit:
        return Review.of(audit)


def test_sheets_name_the_standard_and_hold_every_reading_and_definition(review: Review) -> None:
    for frame in (
        sheets.card(review),
        sheets.measurements(review),
        sheets.changes(review),
        sheets.defined(review),
    ):
        assert frame.columns[0] == "standard"
        assert frame["standard"].notna().all()
    assert len(sheets.defined(review)) == len(review.standard.indicators)
    further = sheets.further(review)
    assert "missing" not in further  # an empty sheet is left out
    assert len(further["readings"]) == int((review.results.readings["reading"] > 0).sum())
    assert len(further["assumptions"]) == len(review.standard.assumptions_used)
    assert set(further["methods"]["method"]) == set(review.scorecard["method"])


def test_results_say_whose_the_score_is(review: Review) -> None:
    told = json.loads(results_json(review))
    assert told["graded"] == "after_sales_evaluation"
    by_id = {one["id"]: one for one in told["standards"]}
    assert told["score"] == by_id["after_sales_evaluation"]["score"]
    assert by_id["service_assessment"]["score"] is None
    total: dict[str, int] = {}
    for one in told["standards"]:
        for verdict, count in one["verdicts"].items():
            total[verdict] = total.get(verdict, 0) + count
    assert total == told["verdicts"]


def test_the_longer_list_goes_down_and_small_segments_of_many_are_left_out() -> None:
    teams = [f"T{number}" for number in range(10)]
    points = pd.DataFrame(
        [
            {
                "indicator": indicator, "period": "2026-Q3", "team": team, "value": 0.5,
                "denominator": 3 if team == "T9" else 30, "unit": "share", "target": 0.4, "verdict": "met",
            }
            for indicator in ("a", "b")
            for team in teams
        ]
    )  # fmt: skip
    table = segment_matrix(points, "team", {}, "en", least_cases=20).html
    assert rows(table)[0] == ["Team", "a", "b"]
    assert [row[0] for row in rows(table)[1:]] == teams[:9]
    assert "1 segment with under 20 cases of everything left out." in table
    few = points[points["team"].isin(teams[:1])]
    assert rows(segment_matrix(few, "team", {}, "en", least_cases=20).html)[0] == ["Indicator", "T0"]
