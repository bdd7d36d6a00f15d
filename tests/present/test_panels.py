"""Small panels: what they draw is what was measured, and nothing in them can run."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from sqaudit.errors import FrameError
from sqaudit.present import palette
from sqaudit.present.blocks import Drawn, panels
from sqaudit.present.definitions import definitions, limit_words
from sqaudit.present.figures import Panel, SegmentPanel, segment_panel, trend_panel
from sqaudit.present.numbers import difference_interval
from sqaudit.present.vector import shortened, ticks
from sqaudit.standards import read_standard
from sqaudit.standards.model import LimitBy

NAN = float("nan")
SVG = "{http://www.w3.org/2000/svg}"


def elements(svg: str, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}{name}"))  # noqa: S314 - our own drawing


def texts(svg: str) -> list[str]:
    return [str(one.text) for one in elements(svg, "text")]


def panel(points: pd.DataFrame, target: float | None = 0.85) -> Panel:
    return Panel("Arrival", "share", "higher", target, points)


def test_the_line_rises_and_falls_as_the_values_do(trend_points: pd.DataFrame) -> None:
    (line,) = elements(trend_panel(panel(trend_points), "en"), "polyline")
    places = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    heights = pd.Series([-y for _, y in places])
    assert heights.rank().tolist() == trend_points["value"].rank().tolist()
    steps = pd.Series([x for x, _ in places]).diff().dropna()
    assert steps.round(0).nunique() <= 2  # even steps, but for the rounding of places


def test_the_scale_is_true_to_the_values(trend_points: pd.DataFrame) -> None:
    """A value lies between the labelled lines of the scale as far as it is from their numbers."""
    svg = trend_panel(panel(trend_points), "en")
    labels = [one for one in elements(svg, "text") if one.attrib.get("text-anchor") == "end"]
    grid = [(float(str(one.text)) / 100, float(one.attrib["y"]) - 3.5) for one in labels]
    (low, y_low), (high, y_high) = grid[0], grid[-1]
    (line,) = elements(svg, "polyline")
    for point, value in zip(line.attrib["points"].split(), trend_points["value"], strict=True):
        y = float(point.split(",")[1])
        assert low + (y - y_low) / (y_high - y_low) * (high - low) == pytest.approx(value, abs=0.001)


def test_markers_wear_their_verdicts_and_the_last_value_is_written(trend_points: pd.DataFrame) -> None:
    svg = trend_panel(panel(trend_points), "en")
    met = int((trend_points["verdict"] == "met").sum())
    assert len(elements(svg, "circle")) == met
    missed = [
        one for one in elements(svg, "path") if one.attrib["fill"] == palette.VERDICT_COLOURS["not_met"]
    ]
    assert len(missed) == len(trend_points) - met
    assert {"75.1 %", "2026-01", "2026-09"} <= set(texts(svg))
    assert "2026-05" not in texts(svg)


def test_a_missing_value_parts_the_line_and_a_lone_interval_is_a_bar(trend_points: pd.DataFrame) -> None:
    holed = trend_points.copy()
    holed.loc[[1, 3], ["value", "low", "high"]] = NAN
    svg = trend_panel(panel(holed), "en")
    sizes = [len(line.attrib["points"].split()) for line in elements(svg, "polyline")]
    assert sizes == [1, 1, 5]
    assert len(elements(svg, "polygon")) == 1
    assert len([one for one in elements(svg, "line") if one.attrib["stroke-width"] == "5"]) == 2


def test_the_target_is_a_broken_line_where_there_is_one(trend_points: pd.DataFrame) -> None:
    with_target, without = (trend_panel(panel(trend_points, goal), "en") for goal in (0.85, None))
    assert [len(re.findall("stroke-dasharray", svg)) for svg in (with_target, without)] == [1, 0]
    assert panel(trend_points).below("en") == "Target ≥ 85 %"
    assert panel(trend_points, None).below("zh") == "占比（%），无目标值"


def test_two_definitions_are_never_one_line(trend_points: pd.DataFrame) -> None:
    mixed = trend_points.assign(definition=["fcr_ticket"] * 4 + ["fcr_survey"] * 5)
    with pytest.raises(FrameError, match="fcr_survey"):
        trend_panel(panel(mixed), "en")


def test_a_single_period_and_equal_values_can_be_drawn(trend_points: pd.DataFrame) -> None:
    one = trend_panel(panel(trend_points.iloc[:1]), "zh")
    assert texts(one).count("2026-01") == 1
    flat = trend_points.assign(value=0.0, low=NAN, high=NAN)
    elements(trend_panel(Panel("x", "count", None, None, flat), "en"), "text")


def segments(points: pd.DataFrame, direction: str = "higher") -> str:
    known = points[points["value"].notna()]
    return segment_panel(SegmentPanel("team", "share", direction, 0.85, known, {}, 20), "en")


def test_segments_stand_best_first_and_small_ones_are_hollow(segment_points: pd.DataFrame) -> None:
    svg = segments(segment_points)
    names = [name for name in texts(svg) if name in {"东区一班", "南区夜班", "Not given", "外包 <b>A</b>"}]
    assert names == ["东区一班", "Not given", "南区夜班", "外包 <b>A</b>"]
    assert "<b>" not in svg  # escaped: a name is a name
    drawn = [*elements(svg, "circle"), *elements(svg, "path")]
    assert len([one for one in drawn if one.attrib["fill"] == palette.PAPER]) == 2
    assert {"91.0 %", "n=820", "n=8"} <= set(texts(svg))
    lower = [name for name in texts(segments(segment_points, "lower")) if name in names]
    assert lower == names[::-1]


def test_panels_are_pictures_with_a_title_and_a_description() -> None:
    drawn = Drawn("<b>On time</b>", "Target", "<svg></svg>", 'says "so"')
    html = panels(lambda _: [drawn], "en").html
    assert "&lt;b&gt;On time&lt;/b&gt;" in html
    assert 'alt="says &quot;so&quot;"' in html
    assert 'src="data:image/svg+xml;base64,' in html
    both = panels(lambda tongue: [Drawn(tongue, "", "<svg></svg>", "")], "both").html
    assert both.index(">zh<") < both.index(">en<")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]), (-3, 11, [-2.5, 0.0, 2.5, 5.0, 7.5, 10.0])],
)
def test_ticks_are_round_and_inside(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high, 6 if low < 0 else 5) == expected


def test_a_name_too_long_is_cut_to_its_width() -> None:
    assert shortened("在线客户服务一组", 10) == "在线客户…"
    assert shortened("Desk A", 10) == "Desk A"


def test_a_limit_by_column_lists_its_limits() -> None:
    nested = LimitBy.model_validate(
        {
            "by": "urgency",
            "when": {"high": {"by": "zone", "when": {"core": "30min", "remote": "2h"}}},
            "otherwise": "1d",
        }
    )
    assert limit_words(nested, "en") == (
        "a limit by urgency (high: a limit by zone (core: 30 min, remote: 2 h), otherwise: 24 h)"
    )
    assert limit_words(nested, "zh").startswith("按 urgency 而定的时限（high: 按 zone")
    assert "30 分钟" in limit_words(nested, "zh")


@pytest.mark.parametrize(
    "name",
    [
        "service_assessment", "customer_service_assurance", "special_service_monitoring",
        "after_sales_evaluation", "quality_management",
    ],
)  # fmt: skip
def test_every_indicator_has_a_formula_and_records_in_both_languages(name: str) -> None:
    frame = definitions(read_standard(f"params/standards/{name}.yaml"))
    for column in ("name", "clause", "formula", "records", "requirement"):
        assert all(text["zh"].strip() and text["en"].strip() for text in frame[column]), column
    assert not frame["formula"].map(lambda text: "None" in text["en"] or "{" in text["en"]).any()


def test_both_ends_of_an_interval_share_one_unit() -> None:
    assert difference_interval(-0.5, 0.25, "per_hour", "zh") == "−0.50 至 +0.25 每小时"
    assert difference_interval(-0.5, 0.25, "ratio", "en") == "−0.50 to +0.25"
