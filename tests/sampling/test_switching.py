"""The switching rules of MIL-STD-105E, lot by lot and in the long run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sqaudit.sampling.attribute_plans import single_plan
from sqaudit.sampling.switching import LotResult, SwitchingState, history, judged, scheme_oc

OK, BAD = LotResult(True), LotResult(False)


def inspections(lots: str, start: SwitchingState | None = None) -> str:
    """The inspection after each lot by its first letter; lots: + accepted, - rejected, ~ marginal."""
    results = {"+": OK, "-": BAD, "~": LotResult(True, marginal=True), "?": LotResult(True, steady=False)}
    table = history([results[lot] for lot in lots], start)
    return "".join(name[0] for name in table["next_inspection"])


@pytest.mark.parametrize(
    ("lots", "after"),
    [
        ("", ""),
        ("+", "n"),
        ("--", "nt"),  # two of two
        ("-+++-", "nnnnt"),  # two of five
        ("-++++-", "nnnnnn"),  # two of six are not two of five
        ("-++++-+-", "nnnnnnnt"),
    ],
)
def test_normal_to_tightened(lots: str, after: str) -> None:
    assert inspections(lots) == after


@pytest.mark.parametrize(
    ("lots", "after"),
    [
        ("+++++", "ttttn"),
        ("++++-+++++", "tttttttttn"),
        ("+++++-", "ttttnn"),  # one rejection after the switch is the first of the new stay
        ("+++++--", "ttttnnt"),
    ],
)
def test_tightened_to_normal(lots: str, after: str) -> None:
    assert inspections("--" + lots)[2:] == after


def test_five_rejected_under_tightened_discontinue_also_when_some_pass_between() -> None:
    assert inspections("--" + "-----")[2:] == "ttttd"
    assert inspections("--" + "-++++-++-+-+-")[2:] == "t" * 12 + "d"
    assert inspections("--" + "-----" + "+++++")[-5:] == "ddddd"
    # What was rejected before the switch, or in an earlier stay, does not count.
    assert inspections("--" + "----" + "+++++" + "--" + "----")[-1] == "t"


def test_after_corrective_action_tightened_inspection_goes_on() -> None:
    state = SwitchingState(inspection="discontinued").resumed()
    assert state.inspection == "tightened"
    assert inspections("+++++", state) == "ttttn"


def test_normal_to_reduced_needs_all_conditions() -> None:
    allowed = SwitchingState(allow_reduced=True)
    assert inspections("+" * 10, allowed) == "n" * 9 + "r"
    assert inspections("+" * 10) == "n" * 10  # nobody decided so
    assert inspections("+" * 9 + "?", allowed) == "n" * 10  # work not steady
    assert inspections("-" + "+" * 10, allowed) == "n" * 10 + "r"
    limited = SwitchingState(allow_reduced=True, limit_number=4)
    few, many = [LotResult(True, 0)] * 6 + [LotResult(True, 1)] * 4, [LotResult(True, 1)] * 10
    assert history(few, limited)["next_inspection"].iloc[-1] == "reduced"
    assert history(many, limited)["next_inspection"].iloc[-1] == "normal"
    # The limit looks at the last ten lots only.
    assert history([*many, *few], limited)["next_inspection"].eq("reduced").any()


def test_reduced_to_normal() -> None:
    reduced = SwitchingState(inspection="reduced", allow_reduced=True)
    assert inspections("+++", reduced) == "rrr"
    for lot in "-~?":
        assert inspections("+" + lot, reduced) == "rn"
    # Settings outlive the switch.
    assert inspections("-" + "+" * 10, reduced) == "n" * 10 + "r"


def test_a_lot_is_judged_by_its_plan() -> None:
    plan = single_plan("J", 2.5, "reduced")  # 32, accept 2, reject 5
    results = [judged(plan, count) for count in range(6)]
    assert [result.accepted for result in results] == [True] * 5 + [False]
    assert [result.marginal for result in results] == [False] * 3 + [True] * 2 + [False]


def test_history_tells_why_and_leaves_out_what_came_after_the_end() -> None:
    table = history([BAD] * 8)
    assert table["inspection"].tolist() == ["normal"] * 2 + ["tightened"] * 5 + ["discontinued"]
    assert table["reason"].iloc[1] == "two_of_five_rejected"
    assert table["accepted"].isna().tolist() == [False] * 7 + [True]
    assert history([]).columns.tolist() == table.columns.tolist()


# --- the long run -------------------------------------------------------------------------------------


def test_scheme_of_the_reference(reference: Callable[[str], Any]) -> None:
    wanted = reference("c_aql_plans")["scheme_oc"]
    table = scheme_oc((200, 7), (200, 5), wanted["p"])
    for name, column in [
        ("normal", "accepted_normal"),
        ("tightened", "accepted_tightened"),
        ("scheme", "chance_of_acceptance"),
    ]:
        assert_allclose(table[column], wanted[name], atol=1e-9, rtol=0)


def test_scheme_of_stephens_and_larson() -> None:
    # Stephens and Larson (1967), n = 200, c = 7 and 5: 0.95 and 0.10 at these two rates.
    table = scheme_oc((200, 7), (200, 5), [0.019296, 0.045884])
    assert_allclose(table["chance_of_acceptance"], [0.9505, 0.0999], atol=5e-5)


def test_the_machine_spends_its_time_as_the_scheme_says() -> None:
    # One item under normal, two under tightened inspection, none may fail; one in five does.
    expected = scheme_oc((1, 0), (2, 0), [0.2]).iloc[0]
    normal, tightened, lots = expected["accepted_normal"], expected["accepted_tightened"], 20_000
    random = np.random.default_rng(20261129)
    state, in_tightened = SwitchingState(), 0
    for draw in random.random(lots):
        if state.inspection == "discontinued":
            state = state.resumed()
        is_tightened = state.inspection == "tightened"
        in_tightened += is_tightened
        state = state.after(LotResult(bool(draw < (tightened if is_tightened else normal))))
    # About 1,000 stays of either kind: the share has a standard error of about 0.01.
    assert in_tightened / lots == pytest.approx(expected["time_tightened_share"], abs=0.04)


def test_certainties_of_the_scheme() -> None:
    table = scheme_oc((20, 1), (20, 0), [0, 1])
    assert table["time_tightened_share"].tolist() == [0, 1]
    assert table["chance_of_acceptance"].tolist() == [1, 0]
