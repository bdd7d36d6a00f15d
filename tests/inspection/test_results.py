"""Figures of an inspection, against what follows by hand from a few cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sqaudit.inspection_results import Inspection, inspection_results
from sqaudit.inspection_results.cases import inspected_cases
from sqaudit.inspection_results.proof import integrity

Make = Callable[..., Inspection]
PHONE, CHAT = [f"P{n}" for n in range(4)], [f"C{n}" for n in range(2)]
STRATA = {"phone": (90, PHONE), "chat": (10, CHAT)}
GOOD, BAD = (1.0, 1.0), (1.0, 0.0)


def figure(frame: pd.DataFrame, item: str, name: str) -> pd.Series:
    return frame[(frame["item"] == item) & (frame["figure"] == name)].iloc[0]


def test_strata_weigh_what_they_stand_for(inspected: Make) -> None:
    """One of four phone calls (of 90) and one of two chats (of 10) fail: 90 x 1/4 + 10 x 1/2 of 100."""
    said = {**dict.fromkeys(PHONE, GOOD), "P0": BAD, "C0": GOOD, "C1": BAD}
    found = inspection_results(inspected(STRATA, said))
    assert figure(found.population, "critical", "share")["estimate"] == pytest.approx(0.275)
    assert figure(found.population, "critical", "count")["estimate"] == pytest.approx(27.5)
    # a critical error takes all points of a case: the mean score is the share without one
    assert figure(found.population, "score", "mean")["estimate"] == pytest.approx(0.725)
    within = (
        0.25 * 0.75 * 4 / 3 / 4 * (1 - 4 / 90) * 90**2 + 0.5 * 0.5 * 2 / 2 * (1 - 2 / 10) * 10**2
    ) / 100**2
    assert figure(found.population, "critical", "share")["standard_error"] == pytest.approx(np.sqrt(within))


def test_no_bound_of_a_score_leaves_the_scale(inspected: Make) -> None:
    said = {**dict.fromkeys(PHONE, GOOD), "P0": BAD, "C0": GOOD, "C1": BAD}
    found = inspection_results(inspected(STRATA, said), ["channel"])
    for table in (found.population, found.domains["channel"]):
        scores = table[table["figure"] == "mean"]
        assert scores["low"].notna().any()
        assert ((scores["low"].dropna() >= 0) & (scores["high"].dropna() <= 1)).all()


def test_none_found_is_not_none_there(inspected: Make) -> None:
    found = inspection_results(inspected(STRATA, dict.fromkeys([*PHONE, *CHAT], GOOD)))
    row = figure(found.population, "critical", "share")
    assert row["estimate"] == 0
    assert row["reason"] == "nothing_found"
    assert 0.2 < row["high"] < 0.7  # with four of ninety drawn, much can be unseen


def test_what_does_not_apply_is_neither_good_nor_bad(inspected: Make) -> None:
    said = {**dict.fromkeys([*PHONE, *CHAT], GOOD), "P0": (0.0, None)}
    found = inspection_results(inspected(STRATA, said))
    row = figure(found.population, "solved", "share")
    assert (row["n"], row["missing"], row["estimate"]) == (5, 0, 1.0)
    assert row["population"] == pytest.approx(3 / 4 * 90 + 10)


def test_a_case_answered_in_half_is_not_answered(inspected: Make) -> None:
    said = {**dict.fromkeys([*PHONE, *CHAT], GOOD), "P0": (0.0,)}
    cases = inspected_cases(inspected(STRATA, said)).set_index("case_id")
    assert cases.loc["P0", "state"] == "partly"
    assert not cases.loc["P0", "answered"]
    assert np.isnan(cases.loc["P0", "points:polite"])


def test_those_who_answered_carry_their_class_only_with_enough_of_them(inspected: Make) -> None:
    """With fewer than twenty answers classes are merged, and the figure says what it would be unadjusted."""
    calls, chats = [f"P{n}" for n in range(60)], [f"C{n}" for n in range(60)]
    said = {**dict.fromkeys(calls, GOOD), **dict.fromkeys(chats[:30], BAD)}
    found = inspection_results(inspected({"phone": (600, calls), "chat": (600, chats)}, said))
    row = figure(found.population, "critical", "share")
    assert row["estimate"] == pytest.approx(0.5)  # chats are half of all, and all that were answered fail
    assert row["unadjusted"] == pytest.approx(1 / 3)  # half of the chats' weight is gone
    assert found.classes.set_index("class")["factor"].to_dict() == pytest.approx({"phone": 1.0, "chat": 2.0})
    assert found.responses.set_index("class")["answered_share"].to_dict() == pytest.approx(
        {"": 0.75, "chat": 0.5, "phone": 1.0}
    )


def test_a_replaced_case_stays_as_non_response(inspected: Make) -> None:
    """P0 cannot be inspected and P4 comes in its place: five were drawn of the stratum, four answered."""
    strata = {"phone": (90, [*PHONE, "P4"]), "chat": (10, CHAT)}
    said = dict.fromkeys([*PHONE[1:], "P4", *CHAT], GOOD)
    found = inspection_results(inspected(strata, said, gone={"P0": "recording lost"}, replacements=["P4"]))
    row = found.responses.iloc[0]
    assert (row["drawn"], row["answered"], row["not_inspected"]) == (7, 6, 1)
    assert found.reasons.to_dict("records") == [{"reason": "recording lost", "cases": 1}]
    assert found.grounds["population"].nonresponse == pytest.approx(90 / 5 / 100)


def test_without_an_answer_there_is_no_figure_and_no_error(inspected: Make) -> None:
    found = inspection_results(inspected(STRATA, {}))
    assert found.population.empty
    assert found.responses.iloc[0]["answered"] == 0


def test_nobody_is_judged_on_few_cases(inspected: Make) -> None:
    calls = [f"P{n}" for n in range(60)]
    made = inspected({"phone": (600, calls)}, {case: BAD if n < 20 else GOOD for n, case in enumerate(calls)})
    agents = ["few"] * 19 + ["bad"] * 20 + ["good"] * 21
    order = [*range(1, 20), 0, *range(20, 60)]  # nineteen of the twenty failures are those of one agent
    made = replace(made, cases=made.cases.assign(agent=pd.Series(agents, index=order).sort_index()))
    flags = (
        inspection_results(made, ["agent"]).flags["agent"].query("figure == 'critical'").set_index("agent")
    )
    assert flags.loc["few", "verdict"] == "no_verdict"
    assert flags.loc["few", "reason"] == "few_cases"
    assert flags.loc["few", "share"] == 1.0  # shown, not judged
    assert set(flags.loc[["bad", "good"], "verdict"]) == {"not_told_apart"}


def test_a_draw_that_prefers_one_agent_is_seen(inspected: Make) -> None:
    calls = [f"P{n}" for n in range(60)]
    made = inspected({"phone": (600, calls)}, {})
    profile = pd.DataFrame(
        {"stratum": "phone", "dimension": "agent", "value": ["Li", "Wu"], "cases": [300, 300]}
    )
    for share, consistent in ((30, True), (50, False)):
        cases = made.cases.assign(agent=["Li"] * share + ["Wu"] * (60 - share))
        table = integrity(replace(made, cases=cases, profile_counts=profile))
        assert table["consistent"].tolist() == [consistent]


def test_a_draw_of_short_calls_is_seen(inspected: Make) -> None:
    """The frame is known by its deciles; drawn are calls from the lowest fifth only."""
    calls = [f"P{n}" for n in range(60)]
    made = inspected({"phone": (600, calls)}, {})
    deciles = pd.DataFrame(
        {"stratum": "phone", "quantile": np.arange(11) / 10, "value": np.linspace(0, 600, 11)}
    )
    for most, consistent in ((600, True), (110, False)):
        cases = made.cases.assign(talk_seconds=np.linspace(1, most, 60))
        table = integrity(replace(made, cases=cases, profile_durations=deciles, duration="talk_seconds"))
        assert table[["dimension", "consistent"]].values.tolist() == [["talk_seconds", consistent]]


def test_sample_and_census_are_held_against_each_other(inspected: Make) -> None:
    calls = [f"P{n}" for n in range(60)]
    made = inspected({"phone": (600, calls)}, {})
    census = pd.DataFrame([{"indicator": "in_time", "met": 540, "judged": 600}])
    for met, consistent in ((54, True), (36, False)):
        statuses = pd.DataFrame(
            {"case_id": calls, "indicator": "in_time", "met": [n < met for n in range(60)]}
        )
        found = inspection_results(replace(made, census=census, statuses=statuses)).reconciliation
        assert found[["of", "test", "consistent"]].values.tolist() == [
            ["drawn", "hypergeometric", consistent]
        ]
        assert found["census"].tolist() == [0.9]


def test_the_order_of_rows_changes_nothing(inspected: Make) -> None:
    said = {**dict.fromkeys(PHONE, GOOD), "P0": BAD, "C0": GOOD, "C1": BAD}
    made = inspected(STRATA, said)
    turned = replace(
        made,
        cases=made.cases[::-1].reset_index(drop=True),
        answers=made.answers[::-1],
        scores=made.scores[::-1],
    )
    pd.testing.assert_frame_equal(
        inspection_results(made, ["channel"]).domains["channel"],
        inspection_results(turned, ["channel"]).domains["channel"],
    )


@pytest.mark.parametrize(
    ("design", "named"),
    [
        ("simple", "simple"),
        ("systematic", "simple"),
        ("cluster", "cluster"),
        ("proportional_to_size", "unequal"),
    ],
)
def test_every_design_is_estimated_as_it_was_drawn(inspected: Make, design: str, named: str) -> None:
    """Forty of eighty agents' calls, two each, of 160; every fourth fails."""
    calls = [f"P{n:02}" for n in range(80)]
    made = inspected(
        {"all": (160, calls)}, {case: BAD if n % 4 == 0 else GOOD for n, case in enumerate(calls)}
    )
    cases = made.cases.assign(agent=[f"A{n // 2:02}" for n in range(80)])
    if design == "cluster":
        cases = cases.assign(cluster=cases["agent"], stratum_size=80)
    plan = {**made.settings, "design": design, "plan": {"strata": []}}
    strata = made.strata.assign(stratum_size=80) if design == "cluster" else made.strata
    profile = pd.DataFrame({"stratum": "all", "dimension": "agent", "value": cases["agent"], "cases": 4})
    made = replace(made, settings=plan, cases=cases, strata=strata, profile_counts=profile.drop_duplicates())
    found = inspection_results(made, ["agent"])
    row = figure(found.population, "critical", "share")
    assert row["estimate"] == pytest.approx(0.25)
    assert row["population"] == pytest.approx(160)
    assert found.grounds["population"].design == named
    tested = design in ("simple", "systematic")
    assert found.integrity["consistent"].notna().tolist() == [tested]
    if design == "cluster":  # half the clusters have one failure of two, half have none
        spread = 0.25**2 * 40 / 39 / 40 * (1 - 40 / 80)
        assert row["standard_error"] == pytest.approx(np.sqrt(spread))


def test_certain_cases_of_a_draw_by_size_add_nothing_to_the_variance(inspected: Make) -> None:
    """Twenty certain cases, ten of which fail, and ten drawn by chance, each for four; one of them fails.

    By hand: a total of 10 + 4 of 60; the variance is that of the ten draws alone, 10 / 9 x sum (y - mean)^2.
    """
    calls = [f"P{n:02}" for n in range(30)]
    failing = {*calls[:10], calls[20]}
    made = inspected({"all": (60, calls)}, {case: BAD if case in failing else GOOD for case in calls})
    chance = [1.0] * 20 + [0.25] * 10
    made = replace(
        made,
        settings={**made.settings, "design": "proportional_to_size", "plan": {"strata": []}},
        cases=made.cases.assign(inclusion_probability=chance, agent=["big"] * 20 + ["small"] * 10),
    )
    found = inspection_results(made, ["agent"])
    row = figure(found.population, "critical", "share")
    assert row["estimate"] == pytest.approx(14 / 60)
    residuals = np.array([1 - 14 / 60] + [-14 / 60] * 9) * 4 / 60
    assert row["standard_error"] == pytest.approx(
        np.sqrt(10 / 9 * ((residuals - residuals.mean()) ** 2).sum())
    )
    assert row["population"] == pytest.approx(60)
    big = figure(found.domains["agent"].query("agent == 'big'"), "critical", "share")
    assert (big["low"], big["high"], big["reason"]) == (0.5, 0.5, "census")
    assert found.grounds["population"].design == "stratified_unequal"
    assert found.findings.empty


def test_a_stratum_of_certain_cases_stands_beside_those_of_chance(inspected: Make) -> None:
    """`take_all` makes a stratum in which every chance is 1; all of it was seen."""
    calls, urgent = [f"P{n}" for n in range(10)], [f"U{n}" for n in range(4)]
    said = {**dict.fromkeys([*calls, *urgent], GOOD), "P0": BAD, "U0": BAD}
    made = inspected({"rest": (50, calls), "urgent": (4, urgent)}, said)
    plan = {**made.settings, "design": "proportional_to_size"}
    found = inspection_results(replace(made, settings=plan), ["channel"])
    urgent_row = figure(found.domains["channel"].query("channel == 'urgent'"), "critical", "share")
    assert (urgent_row["low"], urgent_row["high"], urgent_row["reason"]) == (0.25, 0.25, "census")
    row = figure(found.population, "critical", "share")
    alone = figure(found.domains["channel"].query("channel == 'rest'"), "critical", "share")
    assert row["standard_error"] == pytest.approx(alone["standard_error"] * 50 / 54)
    assert found.findings.empty


def test_certain_cases_without_an_answer_leave_something_open(inspected: Make) -> None:
    calls = [f"P{n:02}" for n in range(30)]
    said = {case: BAD if n % 4 == 0 else GOOD for n, case in enumerate(calls) if n != 3}
    made = inspected({"all": (60, calls)}, said)
    made = replace(
        made,
        settings={**made.settings, "design": "proportional_to_size", "plan": {"strata": []}},
        cases=made.cases.assign(
            inclusion_probability=[1.0] * 20 + [0.25] * 10, agent=["big"] * 20 + ["small"] * 10
        ),
    )
    found = inspection_results(made, ["agent"])
    big = figure(found.domains["agent"].query("agent == 'big'"), "critical", "share")
    assert big["high"] > big["low"]


def test_an_item_that_asks_what_timestamps_tell_is_held_against_them(inspected: Make) -> None:
    """Inspectors let all sixty pass; by timestamps 90 % of all cases kept the limit."""
    calls = [f"P{n}" for n in range(60)]
    made = inspected({"phone": (600, calls)}, dict.fromkeys(calls, GOOD))
    assert made.form is not None
    section = made.form.sections[0]
    asked = section.items[0].model_copy(update={"indicator": "in_time"})
    sections = [section.model_copy(update={"items": [asked, *section.items[1:]]})]
    census = pd.DataFrame([{"indicator": "in_time", "met": 540, "judged": 600}])
    statuses = pd.DataFrame({"case_id": calls, "indicator": "in_time", "met": [n < 54 for n in range(60)]})
    made = replace(
        made, form=made.form.model_copy(update={"sections": sections}), census=census, statuses=statuses
    )
    found = inspection_results(made).reconciliation.set_index("of")
    assert found.loc["judged", "estimate"] == 1.0
    assert found["consistent"].to_dict() == {"drawn": True, "judged": False}
