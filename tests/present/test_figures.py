from __future__ import annotations

import io
from collections.abc import Callable

import matplotlib
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from sqaudit.present import fonts, palette
from sqaudit.present.blocks import png
from sqaudit.present.figures import change_arrows, scorecard_bars, segment_dots, trend
from tests.present.drawn import assert_drawn_in_a_font_that_has_it, texts


def marker_colours(figure: Figure) -> list[str]:
    return [
        to_hex(line.get_markeredgecolor()).upper()
        for line in figure.axes[0].lines
        if line.get_marker() not in ("None", None)
    ]


@pytest.fixture(params=["trend", "segments", "scorecard", "changes"])
def make(
    request: pytest.FixtureRequest,
    trend_points: pd.DataFrame,
    segment_points: pd.DataFrame,
    scorecard: pd.DataFrame,
    changes: pd.DataFrame,
    labels: dict,
) -> Callable[..., Figure]:
    return {
        "trend": lambda language, rows=None: trend(
            trend_points.iloc[:rows], language, "及时率", "share", "higher", 0.85
        ),
        "segments": lambda language, rows=None: segment_dots(
            segment_points.iloc[:rows], "team", labels, language, "及时率", "share", "higher", 0.85
        ),
        "scorecard": lambda language, rows=None: scorecard_bars(scorecard.iloc[:rows], labels, language),
        "changes": lambda language, rows=None: change_arrows(changes.iloc[:rows], labels, language),
    }[request.param]


def test_figures_leave_no_trace_in_matplotlib(make: Callable[..., Figure]) -> None:
    before = dict(matplotlib.rcParams)
    png(make("zh"))
    assert dict(matplotlib.rcParams) == before


def test_every_word_is_drawn_in_a_font_that_has_it(make: Callable[..., Figure]) -> None:
    assert_drawn_in_a_font_that_has_it(make("zh"))


def test_figures_are_sharp_and_the_same_every_time(make: Callable[..., Figure]) -> None:
    first, second = png(make("en")), png(make("en"))
    assert first == second
    with Image.open(io.BytesIO(first)) as image:
        assert image.width > 1500


def test_an_empty_frame_says_so(make: Callable[..., Figure]) -> None:
    assert any("Nothing to draw" in text for text in texts(make("en", 0)))


def test_without_a_chinese_font_no_box_and_no_warning(
    make: Callable[..., Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "find_spec", lambda _: None)
    monkeypatch.delenv("SQAUDIT_FONT", raising=False)
    figure = make("zh")
    png(figure)
    assert not any("\u4e00" <= sign <= "\u9fff" for text in texts(figure) for sign in text)


def test_the_trend_names_target_cases_and_what_the_band_is(trend_points: pd.DataFrame) -> None:
    figure = trend(trend_points, "en", "On-site arrival", "share", "higher", 0.85)
    shown = texts(figure)
    assert "Target ≥ 85 %" in shown
    assert "2026-09\nn=1,318" in shown
    assert "75.1 %" in shown
    assert "Light band: what chance alone could do (census, no sampling error)" in shown
    assert "Share (%)" in shown
    sample = trend(trend_points.assign(evidence="sample"), "en", "x", "share", "higher", 0.85)
    assert "Band: 95 % interval" in texts(sample)
    bands = [to_hex(drawn.axes[0].collections[0].get_facecolor()[0]) for drawn in (figure, sample)]
    assert bands[0] > bands[1]  # nearer to white


def test_points_wear_the_colour_of_their_verdict(
    trend_points: pd.DataFrame, segment_points: pd.DataFrame
) -> None:
    figure = trend(trend_points, "en", "x", "share", "higher", 0.85)
    expected = [palette.VERDICT_COLOURS[verdict] for verdict in trend_points["verdict"]]
    assert marker_colours(figure) == expected
    figure = segment_dots(segment_points, "team", {}, "en", "x", "share", "higher", 0.85)
    assert set(marker_colours(figure)) == {
        palette.VERDICT_COLOURS[name] for name in ("met", "not_met", "monitored")
    }


def test_a_gap_stays_a_gap(trend_points: pd.DataFrame) -> None:
    holed = trend_points.copy()
    holed.loc[3, ["value", "low", "high"]] = float("nan")
    figure = trend(holed, "zh", "x", "share", "higher", 0.85)
    assert pd.isna(figure.axes[0].lines[0].get_ydata()[3])
    png(figure)


def test_segments_are_sorted_and_small_ones_hollow(segment_points: pd.DataFrame) -> None:
    figure = segment_dots(segment_points, "team", {}, "en", "x", "share", "higher", 0.85)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["外包 <b>A</b>", "南区夜班", "Not given", "北区", "西区班", "东区二班", "东区一班"]
    hollow = [
        line for line in figure.axes[0].lines if to_hex(line.get_markerfacecolor()).upper() == palette.PAPER
    ]
    assert len(hollow) == 2
    assert any("Hollow: under 20 cases" in text for text in texts(figure))
    lower = segment_dots(segment_points, "team", {}, "en", "x", "share", "lower", 0.85)
    assert lower.axes[0].get_yticklabels()[-1].get_text() == "外包 <b>A</b>"


def test_names_with_dollar_signs_are_names(segment_points: pd.DataFrame) -> None:
    png(segment_dots(segment_points.assign(team="$a_$b^{"), "team", {}, "en", "x", "share"))


def test_the_surplus_is_hatched_and_said(scorecard: pd.DataFrame, labels: dict) -> None:
    figure = scorecard_bars(scorecard, labels, "en")
    hatched = [bar for bar in figure.axes[0].patches if bar.get_hatch()]
    assert len(hatched) == 3
    assert any("Hatched: above the weight, not counted" in text for text in texts(figure))
    assert "13.26 / 15" in texts(figure)
    assert "× Not met" in texts(figure)


def test_changes_have_a_scale_per_unit(changes: pd.DataFrame, labels: dict) -> None:
    figure = change_arrows(changes, labels, "en")
    assert len(figure.axes) == 2
    assert "−4.8 h" in texts(figure)
    assert "▲ Better" in texts(figure)
    assert "Badge shown" not in texts(figure)
