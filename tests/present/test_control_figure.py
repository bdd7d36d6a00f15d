from __future__ import annotations

import io
import re
from collections.abc import Callable

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

from sqaudit.control.change_point import change_point
from sqaudit.control.chart import ControlChart, control_chart
from sqaudit.control.composition import composition_change
from sqaudit.control.design import Design, LeftOut, Rebase
from sqaudit.control.volume import volume_artefacts
from sqaudit.present import fonts, palette
from sqaudit.present.blocks import png
from sqaudit.present.change_sentences import change_sentence, family_sentence, strata_sentence
from sqaudit.present.control_sentences import (
    artefact_sentence,
    chart_notes,
    chart_reading,
    composition_sentence,
    since_sentence,
)
from sqaudit.present.figures.apart import arranged
from sqaudit.present.figures.control import alt_control, control_figure
from sqaudit.present.words import Tongue, keys
from sqaudit.tests_of_change.changes import period_changes
from sqaudit.tests_of_change.strata import mantel_haenszel
from tests.present.drawn import texts

CALM = [350, 356, 353, 347] * 5


def chart(numerators: list[float], **settings: object) -> ControlChart:
    months = [f"{2024 + at // 12}-{at % 12 + 1:02}" for at in range(len(numerators))]
    frame = pd.DataFrame({"period": months, "numerator": numerators, "denominator": 400.0})
    frame.loc[1::2, ["numerator", "denominator"]] *= 2
    artefact = settings.pop("artefact", None)
    if artefact:
        frame["artefact"] = [None] * (len(frame) - 1) + [artefact]
    return control_chart(frame, Design("p", **settings))  # type: ignore[arg-type]


def draw(one: ControlChart, language: Tongue = "en", direction: str | None = "higher") -> Figure:
    return control_figure(one, language, "On time 及时率", "share", direction, 0.85, [("2025-03", "措施 A")])


def marks(figure: Figure) -> list[tuple[str, str]]:
    """Shape and colour of each signal."""
    return [
        (str(line.get_marker()), to_hex(line.get_markerfacecolor()).upper())
        for line in figure.axes[0].lines
        if line.get_marker() in ("^", "D", "s")
    ]


def test_a_calm_chart_says_so_and_names_its_lines() -> None:
    figure = draw(chart(CALM))
    shown = texts(figure)
    assert "No signal: chance alone varies as much" in shown
    assert {"Baseline", "Target ≥ 85 %", "Centre 87.9 %", "措施 A", "Share (%)"} <= set(shown)
    assert any(text.startswith("Upper limit 9") for text in shown)
    assert "2025-08\nn=800" in shown
    assert marks(figure) == []


def test_signals_are_told_by_shape_and_colour() -> None:
    better, worse = chart([*CALM, 390]), chart([*CALM, 300])
    assert marks(draw(better)) == [("^", palette.CHANGE_COLOURS["better"])]
    assert marks(draw(worse)) == [("D", palette.CHANGE_COLOURS["worse"])]
    assert marks(draw(better, direction="lower")) == [("D", palette.CHANGE_COLOURS["worse"])]
    assert marks(draw(worse, direction=None)) == [("s", palette.CHANGE_COLOURS["changed"])]
    assert "75.0 %" in texts(draw(worse))


def boxes(figure: Figure, wanted: Callable[[str], bool]) -> list[Bbox]:
    """What the texts that are wanted cover, from left to right."""
    renderer = arranged(figure)
    found = [one for one in figure.axes[0].texts if wanted(one.get_text())]
    return sorted((one.get_window_extent(renderer) for one in found), key=lambda box: box.x0)


def test_events_close_together_stand_in_two_rows_and_all_are_named() -> None:
    events = [("2024-04", "IA000001 starts"), ("2024-05", "IA000001 done")]
    figure = control_figure(chart([*CALM, *CALM]), "en", "On time", "share", "higher", events=events)
    first, second = boxes(figure, lambda text: text.startswith("IA0"))
    assert not first.overlaps(second)
    assert first.y0 != second.y0
    [title] = boxes(figure, lambda text: text == "On time")
    assert title.y0 > max(first.y1, second.y1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_values_at_points_touch_neither_each_other_nor_limits_nor_the_edge(language: Tongue) -> None:
    risen = [384, 380, 386, 379, 388, 390, 381, 389, 383, 387]
    figure = draw(
        chart([*CALM, *[360, 290, 362, 300, 361, 310] * 3, *risen], baseline=("2024-01", "2025-08"))
    )
    values = boxes(figure, lambda text: re.fullmatch(r"[\d.]+ %", text) is not None)
    assert values
    axes = figure.axes[0]
    inside = axes.get_window_extent()
    for place, box in enumerate(values):
        assert not any(box.overlaps(other) for other in values[place + 1 :])
        assert inside.x0 <= box.x0
        assert box.x1 <= inside.x1
        for line in (line for line in axes.lines if line.get_marker() != "None"):
            at = axes.transData.transform(np.column_stack(line.get_data()))
            assert not any(box.contains(*point) for point in at if not np.isnan(point).any())
        for steps in (patch.get_data() for patch in axes.patches if hasattr(patch, "get_data")):
            for level, left, right in zip(steps.values, steps.edges[:-1], steps.edges[1:], strict=True):
                (x0, y), (x1, _) = axes.transData.transform([(left, level), (right, level)])
                assert not (box.y0 < y < box.y1 and x0 < box.x1 and box.x0 < x1)


def test_a_signal_at_the_end_has_its_value_even_in_a_dense_chart() -> None:
    months = [*CALM * 3, 280]
    assert "70.0 %" in texts(draw(chart(months, baseline=("2024-01", "2025-08"))))


def test_limits_are_steps_where_numbers_differ_and_phases_are_not_joined() -> None:
    rebased = chart([*CALM, *[value - 60 for value in CALM]], rebase=(Rebase("2025-09", "新规则"),))
    steps = [patch.get_data() for patch in draw(rebased).axes[0].patches if hasattr(patch, "get_data")]
    assert len(steps) == 6
    assert all(len(np.unique(part.values)) == 2 for part in steps[1::3])
    assert steps[0].edges[-1] == steps[3].edges[0] == 19.5
    assert texts(draw(rebased)).count("Baseline") == 2


def test_a_broken_period_is_a_cross_and_does_not_flatten_the_rest() -> None:
    figure = draw(chart([*CALM, 40], artefact="stopped"))
    bottom, _ = figure.axes[0].get_ylim()
    assert bottom > 0.5
    assert "10.0 %" in texts(figure)
    assert any("Cross: records incomplete" in text for text in texts(figure))
    assert marks(figure) == []


def test_the_figure_is_sharp_leaves_no_trace_and_is_the_same_every_time() -> None:
    before = dict(matplotlib.rcParams)
    first, second = png(draw(chart([*CALM, 300]), "zh")), png(draw(chart([*CALM, 300]), "zh"))
    assert first == second
    assert dict(matplotlib.rcParams) == before
    with Image.open(io.BytesIO(first)) as image:
        assert image.width > 1500


def test_chinese_is_drawn_with_characters_that_exist() -> None:
    figure = draw(chart([*CALM, 300]), "zh")
    png(figure)
    assert fonts.missing_glyphs("".join(texts(figure))) == ""
    assert any(text.startswith("1 个点构成信号，最近一次在 2025-09：超出控制限") for text in texts(figure))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_empty_and_short_charts(language: Tongue) -> None:
    assert len(texts(draw(chart([]), language))) == 1
    short = draw(chart(CALM[:8]), language)
    png(short)
    assert any(word in text for text in texts(short) for word in ("Too few points", "期数太少"))


def test_days_of_a_year_are_a_line_with_few_labels() -> None:
    days = pd.date_range("2026-01-01", periods=365)
    values = np.random.default_rng(2).normal(30, 4, 365)
    one = control_chart(pd.DataFrame({"period": days, "value": values}), Design("xmr"))
    figure = control_figure(one, "en", "Wait", "minutes", "lower")
    png(figure)
    assert len(figure.axes[0].get_xticklabels()) <= 9
    assert "2026-12-31" in texts(figure)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_figure_in_words(language: Tongue) -> None:
    words = alt_control(chart([*CALM, 300]), "X", "share", language)
    assert "75.0 %" in words
    assert "{" not in words
    assert words.endswith("。" if language == "zh" else ".")
    assert alt_control(chart([]), "X", "share", language) in ("没有可画的数据", "Nothing to draw")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notes_are_whole_sentences(language: Tongue) -> None:
    many = [value * 5 for value in (9000, 9300, 9100, 9400)] * 5
    frame = pd.DataFrame({"period": range(20), "numerator": many, "denominator": 50000.0})
    spread = control_chart(frame, Design("p"))
    changed = chart(
        [*CALM, *CALM],
        rebase=(Rebase("2025-09", "Moved"),),
        left_out=(LeftOut("2024-02", "Strike"),),
        artefact="gap",
    )
    notes = [
        *chart_notes(spread, language),
        *chart_notes(changed, language),
        *chart_notes(chart(CALM[:5]), language),
    ]
    assert all(note.endswith("。" if language == "zh" else ".") and "{" not in note for note in notes)
    assert any("Laney" in note for note in notes)
    assert sum("Moved" in note or "Strike" in note for note in notes) == 2
    assert chart_reading(chart(CALM[:5]), language)


def test_every_kind_of_artefact_has_a_sentence() -> None:
    kinds = {key.rsplit(".", 1)[1] for key in keys("control.artefact.")}
    assert kinds == {"stopped", "gap", "thinned", "few_lately", "partial", "late_start", "burst"}
    days = pd.date_range("2026-01-01", "2026-04-30")
    counts = pd.Series([40 if day < pd.Timestamp("2026-04-10") else 0 for day in days], days)
    [finding] = volume_artefacts(counts).to_dict("records")
    assert (
        artefact_sentence(finding, "en")
        == "2026-04-10..2026-04-30: the records stop and do not come back (0, usually about 840)."
    )


def test_since_when_in_words() -> None:
    frame = pd.DataFrame({"period": range(12), "numerator": [90] * 6 + [70] * 6, "denominator": 100})
    assert (
        since_sentence(change_point(frame, "share"), "en", "share")
        == "The level changed in 6 (95 % interval: 6 to 6), from 90.0 % to 70.0 %."
    )
    assert since_sentence(change_point(frame.head(6), "share"), "en", "share").startswith(
        "No clear point of change"
    )
    assert (
        since_sentence(change_point(frame.head(4), "share"), "zh", "share")
        == "只有 4 个点，无法判断何时改变。"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_break_in_the_make_up_in_words(language: Tongue) -> None:
    frame = pd.DataFrame({"period": [*range(10)] * 2, "group": ["filled"] * 10 + [None] * 10})
    found = composition_change(frame.assign(count=[90] * 5 + [5] * 5 + [10] * 5 + [95] * 5))
    words = composition_sentence(found, "owner", language)
    assert "85.0 %" in words
    assert ("Not given" if language == "en" else "未填写") in words or "filled" in words
    steady = composition_change(frame.assign(count=50))
    assert "owner" in composition_sentence(steady, "owner", language)


def changes(now: list[int]) -> pd.DataFrame:
    names = [f"i{at}" for at in range(len(now))]
    frame = pd.DataFrame(
        {"indicator": names, "measure": "share", "numerator_before": 900, "numerator_now": now}
    )
    return period_changes(frame.assign(denominator_before=1000, denominator_now=1000))


def test_changes_in_words() -> None:
    found = changes([849, 940, 897, 901])
    said = [change_sentence(row, {}, "en", "share") for row in found.to_dict("records")]
    assert said[0].startswith(
        "i0 fell by 5.1 pp (95 % interval 2.2 to 8.0 pp); of 4 comparisons made, this one is"
    )
    assert said[1].startswith("i1 rose by 4.0 pp (95 % interval ")
    assert (
        "i2 changed by −0.3 pp (95 % interval −3.0 to +2.4 pp); of 4 comparisons made, chance alone"
        in said[2]
    )
    chinese = change_sentence(found.to_dict("records")[0], {"i0": {"zh": "及时率"}}, "zh", "share")
    assert chinese.startswith("及时率下降 5.1 个百分点（95 % 区间 2.2 至 8.0 个百分点）；共作了 4 项比较")
    assert family_sentence(found, "en").startswith("4 comparisons made, 2 clear;")
    alone = change_sentence(changes([849]).to_dict("records")[0], {}, "en", "share")
    assert alone.endswith("; chance alone rarely does that (p < 0.001).")


def test_what_cannot_be_compared_is_said() -> None:
    frame = pd.DataFrame({"indicator": ["a"], "measure": "share", "numerator_now": 1, "denominator_now": 2})
    row = period_changes(frame).to_dict("records")[0]
    assert change_sentence(row, {}, "en", "share") == "a: nothing in the period before, so no comparison."
    reasons = {key.rsplit(".", 1)[1] for key in keys("change_test.reason.")}
    assert reasons == {"nothing_before", "nothing_now", "too_few", "no_variance", "no_interval"}


def test_strata_that_move_apart_are_said_to() -> None:
    change = mantel_haenszel([20, 80], [100, 100], [60, 60], [100, 100])
    assert "look at them one by one" in strata_sentence(change, "x", "queue", "en")
    assert strata_sentence(change, "及时率", "队列", "zh").endswith("请逐层查看。")
