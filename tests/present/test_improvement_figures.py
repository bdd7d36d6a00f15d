"""Pictures and sentences of the improvement plan: all labelled, in both languages, whatever is missing."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from sqaudit.actions import Action, on_time, plan_findings, progress
from sqaudit.actions.findings import CODES
from sqaudit.actions.follow_up import NEXT
from sqaudit.actions.progress import STATES
from sqaudit.control.chart import control_chart
from sqaudit.control.design import Design
from sqaudit.inquiry.plan_segments import CODES as SEGMENT_CODES
from sqaudit.present import palette
from sqaudit.present.blocks import png
from sqaudit.present.figures.control import control_figure
from sqaudit.present.figures.gantt import STATE_COLOURS, alt_gantt, gantt
from sqaudit.present.figures.interrupted import alt_interrupted, interrupted_figure
from sqaudit.present.improvement_sentences import (
    action_events,
    finding_sentence,
    on_time_sentence,
    tell_on_sentence,
    verification_notes,
    verification_sentence,
)
from sqaudit.present.tables.actions import methods_table
from sqaudit.present.words import Tongue, is_said, say, wording_faults
from sqaudit.verification import VERDICTS, Verification, verify
from sqaudit.verification.outcome import METHODS, NOTES
from tests.present.drawn import texts

TONGUES: tuple[Tongue, ...] = ("zh", "en")
TODAY = date(2026, 10, 8)
CALM = [76, 74, 78, 75, 77, 73, 76, 75, 79, 74, 76, 75, 77, 74, 76, 78, 75, 76, 74, 77]
RISEN = [90, 89, 91, 92, 88, 90, 91, 89, 90, 92]


def found(numerators: list[int], direction: str = "higher", **settings: object) -> Verification:
    weeks = [f"2026-W{week:02}" for week in range(1, len(numerators) + 1)]
    rows = pd.DataFrame({"period": weeks, "numerator": numerators, "denominator": 100})
    return verify(rows, "2026-05-20", 0.1, direction, **settings)  # type: ignore[arg-type]


CASES = {
    "effective": found(CALM + RISEN),
    "harmful": found(CALM + RISEN, "lower"),
    "not_shown": found(CALM + CALM),
    "too_early": found(CALM),
    "nothing": found([75] * 2),
}
PLAN = [
    Action(id="P", action="proposal", due=date(2026, 12, 1)),
    Action(id="D", action="$done$ in time", status="done", start=date(2026, 3, 2), due=date(2026, 4, 1),
           finished=date(2026, 4, 1)),
    Action(id="L", action="done late", status="done", start=date(2026, 3, 9), due=date(2026, 4, 1),
           finished=date(2026, 4, 20)),
    Action(id="O", action="一个名字很长的改进措施，怎么也写不完", status="in_progress",
           start=date(2026, 5, 18), due=date(2026, 9, 30), indicator="on_time"),
    Action(id="X", action="dropped", status="dropped", start=date(2026, 5, 4)),
]  # fmt: skip


def test_every_code_has_its_words() -> None:
    assert wording_faults() == []
    wanted = [
        *(f"verification_verdict.{one}" for one in VERDICTS),
        *(f"verification_method.{one}" for one in METHODS),
        *(f"verification.note.{one}" for one in NOTES),
        *(f"action_finding.{one}" for one in (*CODES, *SEGMENT_CODES)),
        *(f"action_state.{one}" for one in STATES),
        *(f"action_next.{one}" for one in NEXT),
    ]
    assert [key for key in wanted if not is_said(key)] == []


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("case", CASES)
def test_an_interrupted_series_is_drawn_whatever_is_missing(case: str, language: Tongue) -> None:
    figure = interrupted_figure(CASES[case], language, "及时率 $x$", "share", 0.85)
    assert png(figure).startswith(b"\x89PNG")
    assert alt_interrupted(CASES[case], language, "及时率", "share")
    assert verification_sentence(CASES[case], "及时率", language, "share")
    assert verification_notes(CASES[case], language, "share")


def test_the_picture_shows_the_start_the_lines_and_the_verdict() -> None:
    one = CASES["effective"]
    figure = interrupted_figure(one, "en", "On time", "share", 0.85)
    shown = texts(figure)
    assert {"On time: Effective", "Measure begins", "Target ≥ 85 %", "Share (%)"} <= set(shown)
    assert any(text.startswith("Mean expected without it 7") for text in shown)
    assert "Mean seen after it 90.2 %" in shown  # of all ten weeks, the one in which it began left out
    lines = figure.axes[0].lines
    upright = [line for line in lines if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2]
    assert upright[0].get_xdata()[0] == 19.5  # ahead of the week in which it began
    assert sum(line.get_marker() == "x" and len(line.get_xdata()) == 1 for line in lines) == 1
    colours = {to_hex(line.get_color()).upper() for line in lines}
    assert palette.CHANGE_COLOURS["better"].upper() in colours
    bands = [one for one in figure.axes[0].collections if len(one.get_paths()) == 1]
    assert bands


WORST = found(
    CALM + RISEN,
    chosen_as_worst=True,
    peers=pd.concat(
        [
            pd.DataFrame(
                {
                    "period": [f"2026-W{week:02}" for week in range(1, 21)],
                    "numerator": level,
                    "denominator": 100,
                }
            ).assign(segment=f"S{level}")
            for level in (82, 84, 86, 88)
        ]
    ),
)


@pytest.mark.parametrize("one", [CASES["effective"], CASES["not_shown"], WORST])
def test_the_two_labels_differ_by_the_effect_in_the_title(one: Verification) -> None:
    shown = texts(interrupted_figure(one, "en", "On time", "share"))
    seen, expected = (
        next(float(text.split()[-2]) for text in shown if text.startswith(start))
        for start in ("Mean seen after it", "Mean expected without it")
    )
    told = next(text for text in shown if text.startswith("Effect "))
    effect = float(told.split()[1].replace("−", "-"))
    assert seen - expected == pytest.approx(effect, abs=1e-9 + 0.05 * (abs(effect) < 0.1))
    sentence = f"after {seen} %, where {expected} % was to be expected without the measure."
    assert any(sentence in note for note in verification_notes(one, "en", "share"))


def test_what_would_have_come_back_by_itself_is_in_the_line_expected() -> None:
    assert WORST.regression is not None
    more = WORST.expected - CASES["effective"].expected
    assert more == pytest.approx(WORST.regression.expected_change, rel=0.1)
    assert more > 0.002
    rows = WORST.series[WORST.series["phase"] == "after"]
    assert rows["counterfactual"].mean() == pytest.approx(WORST.expected, abs=0.005)


@pytest.mark.parametrize("language", TONGUES)
def test_weeks_in_transition_alone_are_not_called_nothing(language: Tongue) -> None:
    begun = found([*CALM, 60])
    notes = verification_notes(begun, language, "share")
    only = {
        "en": "1 period since is in transition and not judged.",
        "zh": "措施之后的 1 期处于过渡期，不作判断。",
    }
    assert only[language] in notes
    for code in ("nothing_after", "transition_left_out"):
        assert say(f"verification.note.{code}", language) not in notes


def test_without_a_planned_gain_the_day_is_that_on_which_the_wait_is_over() -> None:
    weeks = [f"2026-W{week:02}" for week in range(1, 22)]
    rows = pd.DataFrame({"period": weeks, "numerator": [*CALM, 60], "denominator": 100})
    unplanned = verify(rows, "2026-05-20")
    assert tell_on_sentence(unplanned, date(2026, 6, 22), "en") == (
        "4 whole weeks can be judged on 2026-06-22. Whether they are enough cannot be told, as no gain "
        "over the level before was planned."
    )
    assert "到 2026-06-22 将有 4 个整周可以判断；没有写明" in tell_on_sentence(
        unplanned, date(2026, 6, 22), "zh"
    )
    planned = verify(rows, "2026-05-20", 0.1)
    assert tell_on_sentence(planned, date(2026, 6, 22), "en") == "The earliest day to tell is 2026-06-22."
    assert not any("cannot be told" in note for note in verification_notes(unplanned, "en", "share"))


def test_the_role_of_a_method_is_said() -> None:
    html = methods_table(CASES["effective"].results, "en", "share").html
    assert all(f">{word}<" in html for word in ("Role", "decides", "for comparison"))


def test_a_verdict_is_said_with_its_interval_and_method() -> None:
    sentence = verification_sentence(CASES["effective"], "On time", "en", "share")
    assert sentence.startswith("On time: the measure works. Effect +14.")
    assert "95 % interval" in sentence
    assert "Before and after (by periods)" in sentence
    notes = verification_notes(CASES["too_early"], "en", "share")
    assert any(note.startswith("At today's volumes the planned 10.0 pp can be seen after") for note in notes)
    assert any(note.endswith("is called effective with a chance of at most 2.5 %.") for note in notes)
    nothing = verification_sentence(CASES["nothing"], "On time", "en", "share")
    assert nothing == "On time: too early to say, 0 whole periods since the measure."


@pytest.mark.parametrize("language", TONGUES)
def test_the_plan_is_drawn_with_state_and_today(language: Tongue) -> None:
    table = progress(PLAN, TODAY)
    figure = gantt(table, TODAY, language)
    shown = texts(figure)
    assert png(figure).startswith(b"\x89PNG")
    assert any("2026-10-08" in text for text in shown)
    late = {"en": "overdue, 8 days", "zh": "逾期未完成，8 天"}[language]
    assert late in shown
    assert any(text.endswith("…") for text in shown)
    assert alt_gantt(table, TODAY, language)
    overdue = [to_hex(bar.get_facecolor()).upper() for bar in figure.axes[0].patches]
    assert STATE_COLOURS["overdue"].upper() in overdue


def test_a_plan_without_actions_or_dates_is_drawn_too() -> None:
    assert png(gantt(progress([], TODAY), TODAY, "en")).startswith(b"\x89PNG")
    assert png(gantt(progress([Action(id="A", action="b")], TODAY), TODAY, "zh")).startswith(b"\x89PNG")
    assert alt_gantt(progress([], TODAY), TODAY, "en").endswith("On 2026-10-08: nothing due yet.")


def test_faults_of_the_plan_are_sentences() -> None:
    rows = plan_findings(PLAN, TODAY, ["onsite"]).to_dict("records")
    told = [finding_sentence(row, "en") for row in rows]
    assert "O: overdue by 8 days." in told
    assert "O: the standard has no indicator 'on_time'. Did you mean 'onsite'?" in told
    assert "P: its effect cannot be measured; lacking: indicator, an expected effect in numbers." in told
    assert all(finding_sentence(row, "zh") for row in rows)
    assert on_time_sentence(on_time(PLAN, TODAY), "en").startswith("Rectified on time: 33.3 % (1 of 3")
    assert on_time_sentence(on_time([], TODAY), "en").startswith("No action was due yet")


def test_actions_stand_in_the_control_chart_where_they_began() -> None:
    weeks = pd.DataFrame({"period": [f"2026-W{week:02}" for week in range(1, 31)], "denominator": 100})
    chart = control_chart(
        weeks.assign(numerator=CALM + RISEN), Design("p", baseline=("2026-W01", "2026-W20"))
    )
    events = action_events(PLAN, "on_time", "zh")
    assert [period for period, _ in events] == ["2026-W21"]
    figure = control_figure(chart, "zh", "及时率", "share", "higher", events=events)
    assert "O 开始" in texts(figure)
