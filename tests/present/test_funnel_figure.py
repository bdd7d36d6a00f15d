from __future__ import annotations

import io
from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from sqaudit.assessment import Assessment, AssessmentRules, assess
from sqaudit.present import fonts, palette
from sqaudit.present.assessment_sentences import (
    candidate_sentences,
    expected_sentence,
    group_sentence,
    naive_sentences,
    names_of,
    note_sentences,
    stacked_sentences,
    withheld_sentence,
)
from sqaudit.present.blocks import png
from sqaudit.present.figures.funnel import Funnel, alt_funnel, funnel_figure, funnel_reading
from sqaudit.present.words import Tongue, is_said
from tests.present.drawn import texts

RULES = AssessmentRules.model_validate(
    {
        "assessment": "test",
        "title": "Test",
        "lines": [
            {
                "indicator": "on_time",
                "name": {"zh": "及时率", "en": "on time"},
                "target": 0.95,
                "penalty": 0.9,
            }
        ],
        "rules": [
            {"id": "miss", "kind": "missed", "consequence": {"id": "warning", "pay_percent": -10}},
            {"id": "star", "kind": "top", "indicator": "on_time", "consequence": {"id": "bonus"}},
            {"id": "clean", "kind": "clean_quarter", "indicator": "on_time", "consequence": {"id": "fund"}},
            {"id": "major", "kind": "major_complaint", "consequence": {"id": "review"}},
        ],
    }
)
CASES = [12, 18, 30, 40, 60, 80, 100, 120, 150, 200, 35, 45, 55, 65, 75, 85, 95, 105]
GOOD = [12, 17, 29, 38, 44, 76, 95, 120, 140, 190, 33, 43, 52, 62, 72, 80, 90, 100]


def done(good: list[int] | None = None, cases: list[int] | None = None, mixed: bool = False) -> Assessment:
    numerator, denominator = GOOD if good is None else good, CASES if cases is None else cases
    frame = pd.DataFrame(
        {
            "unit": [f"客服{place}" for place in range(len(numerator))],
            "period": "2026-09",
            "indicator": "on_time",
            "numerator": numerator,
            "denominator": denominator,
        }
    )
    bad = frame["denominator"] - frame["numerator"]
    mix = frame[["unit"]].assign(kind="phone", count=frame["denominator"], bad=bad) if mixed else None
    told = pd.DataFrame([(unit, f"2026-0{month}", 0, 0) for unit in frame["unit"] for month in (7, 8, 9)])
    if told.empty:
        return assess(frame, RULES)
    told = told.set_axis(["unit", "period", "raised", "major"], axis=1)
    told.loc[2, ["raised", "major"]] = 1
    return assess(frame, RULES, told, mix)


def month(one: Assessment) -> pd.DataFrame:
    return one.comparison[one.comparison["period"] == "2026-09"]


def draw(one: Assessment, language: Tongue = "en", **settings: object) -> Figure:
    drawn = Funnel(target=0.95, **settings)  # type: ignore[arg-type]
    return funnel_figure(month(one), language, "On time 及时率", drawn)


def marks(figure: Figure, marker: str) -> list[tuple[str, bool, int]]:
    """Colour, whether filled, and number of the points of a shape."""
    return [
        (
            to_hex(line.get_markeredgecolor()).upper(),
            to_hex(line.get_markerfacecolor()).upper() != palette.PAPER,
            len(np.atleast_1d(np.asarray(line.get_xdata()))),
        )
        for line in figure.axes[0].lines
        if line.get_marker() == marker
    ]


def test_units_that_stand_out_are_told_by_shape_fill_and_name() -> None:
    figure = draw(done())
    worse, better = palette.CHANGE_COLOURS["worse"], palette.CHANGE_COLOURS["better"]
    assert (worse, True, 1) in marks(figure, "D")
    assert marks(figure, "^") == [(better, False, 1)] or marks(figure, "^") == [(better, True, 1)]
    shown = texts(figure)
    assert {"客服4", "客服7"} <= set(shown)
    assert "客服2" not in shown
    assert {"99.8 % limits", "95 % limits", "Target ≥ 95 %", "Below 20 cases: not judged"} <= set(shown)
    assert any(text.startswith("All units 9") for text in shown)


def test_few_cases_are_hollow_and_shaded() -> None:
    figure = draw(done())
    quiet = palette.VERDICT_COLOURS["monitored"].upper()
    assert (quiet, False, 2) in marks(figure, "o")
    shade = [patch for patch in figure.axes[0].patches if to_hex(patch.get_facecolor()).upper() != "#FFFFFF"]
    assert len(shade) == 1
    large = draw(done([190, 280, 380], [200, 300, 400]))
    assert "Below 20 cases: not judged" not in texts(large)


def test_limits_are_drawn_where_positions_are_judged() -> None:
    one = done()
    lines = [
        line for line in draw(one).axes[0].lines if len(np.atleast_1d(np.asarray(line.get_xdata()))) > 50
    ]
    assert len(lines) == 4
    row = month(one).set_index("unit").loc["客服4"]
    sizes, heights = (np.asarray(values, np.float64) for values in lines[0].get_data())
    assert np.interp(60, sizes, heights) == pytest.approx(row["low_998"], abs=0.004)


def mixed_teams() -> pd.DataFrame:
    """Teams with quite different cases: whoever has the easy ones shows good figures for little."""
    easy = {"A": (200, 1), "B": (190, 2), "C": (60, 7), "D": (20, 0), "E": (150, 2), "F": (200, 2)}
    hard = {"A": (10, 2), "B": (30, 9), "C": (5, 1), "D": (180, 38), "E": (80, 2), "F": (40, 12)}
    rows = [
        (unit, "2026-09", "on_time", kind, count, bad)
        for kind, teams in (("easy", easy), ("hard", hard))
        for unit, (count, bad) in teams.items()
    ]
    mix = pd.DataFrame(rows, columns=["unit", "period", "indicator", "kind", "count", "bad"])
    cells = mix.groupby(["unit", "period", "indicator"], as_index=False)[["count", "bad"]].sum()
    cells = cells.assign(numerator=cells["count"] - cells["bad"], denominator=cells["count"])
    return month(assess(cells.drop(columns=["count", "bad"]), RULES, mix=mix))


def test_a_mark_stands_outside_the_limits_it_is_said_to_be_outside_of() -> None:
    teams = mixed_teams()
    positions = teams.set_index("unit")["position"]
    assert positions[["C", "E"]].tolist() == ["worse_998", "better_998"]
    assert positions["D"] == "inside"  # the worst bare figure of all, with the hardest cases
    figure = funnel_figure(teams, "en", "x", Funnel(target=0.95))
    thin, thick = figure.axes[0].collections[:2]
    ends = {
        name: {round(part[0][0], 6): sorted(part[:, 1]) for part in bars.get_segments()}
        for name, bars in (("998", thin), ("95", thick))
    }
    outside = {
        (line.get_marker(), round(float(x), 6), float(y))
        for line in figure.axes[0].lines
        if line.get_marker() in ("D", "^")
        for x, y in zip(*line.get_data(), strict=True)
    }
    for marker, x, y in outside:
        low, high = ends["95"][x]
        assert y < low if marker == "D" else y > high
    worst = next((x, y) for marker, x, y in outside if marker == "D")
    assert worst[1] < ends["998"][worst[0]][0]


def test_heights_go_by_the_units_judged_and_the_rest_is_counted() -> None:
    figure = draw(done([0, 2, *GOOD[2:]]))
    assert figure.axes[0].get_ylim()[0] > 0.5
    assert "Below 20 cases: not judged (2 units outside the picture)" in texts(figure)
    assert "不足 20 件不判断（其中 2 个超出图面，未画出）" in texts(draw(done([0, 2, *GOOD[2:]]), "zh"))


def test_names_stand_beside_their_marks_or_nowhere() -> None:
    one = done([43, 42, 41, 44, 43, 42] + [60] * 24, [60] * 30)
    crowd = draw(one)
    units = {row["unit"]: row["value"] for row in month(one).to_dict("records")}
    names = [one for one in crowd.axes[0].texts if one.get_text() in units]
    assert 0 < len(names) < 6  # those that find no room are left to the table
    boxes = [name.get_window_extent() for name in names]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    for name in names:
        assert name.xy[1] == pytest.approx(units[name.get_text()])  # type: ignore[attr-defined]
        assert np.abs(name.get_position()).max() <= 7  # points from the mark


def test_the_message_counts_what_is_beyond_and_what_chance_makes() -> None:
    assert funnel_reading(month(done()), "en").startswith(
        "2 of 16 units judged beyond the 99.8 % limits; chance"
    )
    wide = done([9_000, 9_900, 9_500, 9_990, 8_000] * 3, [10_000] * 15)
    assert "vary more than chance explains" in funnel_reading(month(wide), "en")
    assert funnel_reading(month(done([9], [10])), "zh") == "没有单位有足够的件数可供判断"


def test_the_figure_is_sharp_leaves_no_trace_and_is_the_same_every_time() -> None:
    before = dict(matplotlib.rcParams)
    first, second = png(draw(done(), "zh")), png(draw(done(), "zh"))
    assert first == second
    assert dict(matplotlib.rcParams) == before
    with Image.open(io.BytesIO(first)) as image:
        assert image.width > 1500


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages_have_characters_that_exist(language: Tongue) -> None:
    figure = draw(done(mixed=True), language)
    png(figure)
    assert fonts.missing_glyphs("".join(texts(figure))) == ""
    explained = {"en": ("Diamond: worse", "Bar: how far chance"), "zh": ("◆ 偏差", "竖条：其他人")}[language]
    assert all(any(part in text for text in texts(figure)) for part in explained)
    by_size = " ".join(texts(draw(done(), language)))
    assert explained[0] in by_size
    assert explained[1] not in by_size


@pytest.mark.parametrize("language", ["zh", "en"])
def test_odd_funnels_can_be_drawn(language: Tongue) -> None:
    for good, cases in (([], []), ([25], [30]), ([30] * 4, [30] * 4), ([0] * 4, [30] * 4), ([0], [0])):
        png(draw(done(good, cases), language))
    sizes = [20, 200, 4000, 100_000]
    wide = draw(done([19, 190, 3800, 80_000], sizes), language)
    png(wide)
    assert wide.axes[0].get_xscale() == "log"
    assert len(texts(draw(done([], []), language))) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_figure_in_words(language: Tongue) -> None:
    words = alt_funnel(month(done()), "X", language)
    assert "客服4 73.3 %" in words
    assert "{" not in words
    assert words.endswith("。" if language == "zh" else ".")
    assert alt_funnel(month(done([], [])), "X", language) in ("没有可画的数据", "Nothing to draw")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_assessment_in_whole_sentences(language: Tongue) -> None:
    one = done(mixed=True)
    labels = names_of(RULES)
    sentences = [
        *candidate_sentences(one, language),
        *note_sentences(one, language),
        *naive_sentences(one.lists, labels, language),
        *stacked_sentences(one.consequences, language),
        *(expected_sentence(row, labels, language) for row in one.expected.to_dict("records")),
        group_sentence(month(one), language),
    ]
    ends = "。" if language == "zh" else "."
    assert all(sentence.endswith(ends) and "{" not in sentence for sentence in sentences)
    assert {"missed", "top", "clean_quarter", "major_complaint"} <= set(one.candidates["kind"])
    assert any("客服4" in sentence and "44" in sentence for sentence in sentences)
    purpose = {"zh": "不是工资表", "en": "no payroll file"}[language]
    assert purpose in sentences[0]
    calm = done([95, 96], [100, 100])
    assert len(candidate_sentences(calm, language)) >= 2


def test_every_code_has_its_words() -> None:
    reasons = [
        "chance_explains",
        "mix_explains",
        "like_others",
        "not_comparable",
        "few_cases",
        "not_months_running",
    ]
    row = {"unit": "A", "indicator": "x", "value": 0.8, "numerator": 8, "denominator": 10, "line": 0.9}
    for reason in reasons:
        assert "90 %" in withheld_sentence({**row, "reason": reason}, {}, "zh")
    codes = ["for_review_only", "few_cases", "missing_counts", "overdispersed", "mix_known", "mix_unknown"]
    codes += ["mix_differs", "complaints_missing", "nobody_to_compare", "indicators_without_lines"]
    codes += ["indicators_absent", "levels_absent"]
    assert all(is_said(f"assessment.note.{code}") for code in codes)
    for family, words in {
        "standing": ["met", "below_target", "below_warn", "below_penalty"],
        "position": ["worse_998", "worse_95", "inside", "better_95", "better_998", "no_verdict"],
        "assessment_verdict": ["shown_to_meet", "shown_below_penalty", "undetermined", "no_verdict"],
    }.items():
        assert all(is_said(f"{family}.{word}") for word in words)
