"""Figures of causes: every part labelled, intervals drawn, nothing coloured that chance could have done."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sqaudit.causes.composite import PARTS as SCORE_PARTS
from sqaudit.causes.contribution import PARTS, terms, three_parts, waterfall
from sqaudit.causes.drivers import drivers
from sqaudit.causes.pareto import pareto
from sqaudit.present import numbers, palette
from sqaudit.present.blocks import png
from sqaudit.present.figures.drivers import driver_dots
from sqaudit.present.figures.pareto import pareto_bars
from sqaudit.present.figures.waterfall import waterfall_steps
from sqaudit.present.words import is_said, wording_faults
from tests.present.drawn import assert_drawn_in_a_font_that_has_it, texts

CELLS = pd.DataFrame(
    {
        "team": ["a", "a", "b", "b"], "day": ["work", "rest"] * 2, "n_before": [400, 100, 300, 80],
        "sum_before": [20, 20, 30, 16], "n_now": [300, 200, 320, 150], "sum_now": [18, 46, 35, 30],
    }
)  # fmt: skip
LABELS = {"waited": {"zh": "等待超过承诺", "en": "Waited too long"}, "x$_$": {"zh": "其他$_$", "en": "x$_$"}}


def steps() -> pd.DataFrame:
    parts = terms(CELLS, ["team", "day"])
    return waterfall(three_parts(parts, ["team"]).iloc[1:], parts.before)


def kinds() -> pd.DataFrame:
    names = ["上门迟到", "配件缺货", "态度差", None, "x$_$", "y", "z"]
    return pareto(pd.DataFrame({"category": names, "count": [210, 90, 85, 22, 6, 3, 2]}))


def facts() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    records = pd.DataFrame({"waited": rng.random(400) < 0.35, "rare": np.arange(400) < 3})
    records["late"] = records["waited"]
    records["low"] = rng.random(400) < np.where(records["waited"], 0.4, 0.15)
    return drivers(records, ["waited", "late", "rare"], "low").table


@pytest.fixture(params=["waterfall", "pareto", "drivers"])
def make(request: pytest.FixtureRequest) -> Callable[..., Figure]:
    return {
        "waterfall": lambda language, rows=None: waterfall_steps(
            steps().iloc[:rows], {}, language, "迟到率", "share", "lower", level="班组"
        ),
        "pareto": lambda language, rows=None: pareto_bars(kinds().iloc[:rows], LABELS, language, "投诉"),
        "drivers": lambda language, rows=None: driver_dots(facts().iloc[:rows], LABELS, language, "低分"),
    }[request.param]


def test_every_word_is_drawn_in_a_font_that_has_it(make: Callable[..., Figure]) -> None:
    assert_drawn_in_a_font_that_has_it(make("zh"))


def test_the_same_every_time_and_nothing_to_draw_says_so(make: Callable[..., Figure]) -> None:
    assert png(make("en")) == png(make("en"))
    assert any("Nothing to draw" in text for text in texts(make("en", 0)))


def test_axes_have_names_and_units(make: Callable[..., Figure]) -> None:
    label = make("en").axes[0].get_xlabel()
    assert "%" in label or "(pp)" in label


def test_a_waterfall_tells_parts_intervals_and_level() -> None:
    figure = waterfall_steps(steps(), {}, "en", "Late visits", "share", "lower", level="team and day")
    shown = texts(figure)
    assert "Late visits: from 9.8 % to 13.3 %" in shown
    inside = steps().set_index("step").loc["mix_within"]
    interval = numbers.difference_interval(inside["low"], inside["high"], "share", "en")
    assert {"+2.2 pp", f"({interval})", "Mix inside them"} <= set(shown)
    assert any("taken at the cells of team and day" in text for text in shown)
    bars = [bar for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    assert bars[-1].get_width() == pytest.approx(float(steps()["value"].iloc[0]))
    colours = [to_hex(bar.get_facecolor()).upper() for bar in bars]
    worse, unclear = (
        palette.tint(palette.CHANGE_COLOURS[name], 0.55) for name in ("worse", "no_clear_change")
    )
    # From below: now, rate (its interval holds zero), mix inside (it does not), mix between, before.
    assert colours[1:4] == [unclear, worse, unclear]


def test_a_waterfall_far_from_zero_says_that_it_is_cut_off() -> None:
    parts = pd.DataFrame({"part": ["mix_within", "rate"], "value": [0.01, -0.02]})
    figure = waterfall_steps(waterfall(parts, 0.9), {}, "en", "Kept", "share", "higher")
    assert any("the scale does not start at zero" in text for text in texts(figure))
    assert figure.axes[0].get_xlim()[0] > 0.5
    assert "(" not in "".join(text for text in texts(figure) if text.startswith("("))


def test_a_pareto_shows_ranks_only_where_there_are_any() -> None:
    shown = texts(pareto_bars(kinds(), {}, "en", "Complaints"))
    assert {"rank 1", "rank 2–3", "Not given", "2 other categories", "Complaints: 418 cases"} <= set(shown)
    assert sum(text.startswith("rank") for text in shown) == 5
    assert any("100 % so far" in text for text in shown)


def test_a_driver_is_coloured_only_when_its_interval_is_clear_of_zero() -> None:
    figure = driver_dots(facts(), LABELS, "en", "low scores")
    shown = texts(figure)
    assert {"Waited too long", "Same as facts before it", "Too few", "What goes with low scores"} <= set(
        shown
    )
    filled = [
        to_hex(line.get_markerfacecolor()).upper()
        for line in figure.axes[0].lines
        if line.get_marker() == "o" and to_hex(line.get_markerfacecolor()).upper() != palette.PAPER
    ]
    assert filled == [palette.CHANGE_COLOURS["worse"]]
    hollow = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(hollow) == 4  # one adjusted, three by themselves


def test_codes_have_words() -> None:
    assert wording_faults() == []
    codes = {
        "change_part": [*PARTS, *SCORE_PARTS, "before", "now", "rest", "special_points"],
        "weak_point": ["weak_point", "frequent", "worse", "neither", "too_few"],
        "case_trend": ["up", "down", "no_clear_change", "too_few"],
        "driver_status": ["estimated", "too_few", "collinear"],
        "presence": ["kept", "born", "gone", "absent"],
        "cause_note": [
            "mix_is_no_cause", "association_no_proof", "evidence_never_alone", "too_few", "separated",
            "collinear", "entangled", "left_out",
        ],
    }  # fmt: skip
    assert [
        f"{family}.{code}" for family in codes for code in codes[family] if not is_said(f"{family}.{code}")
    ] == []
