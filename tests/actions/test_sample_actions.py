"""Three measures of the sample organisation: one that worked, one without effect, one begun last week."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.actions import Action, checked, read_actions, segment_points
from sqaudit.audit import audit_of
from sqaudit.descriptions import read_yaml
from sqaudit.present.improvement_sentences import action_events
from sqaudit.verification import Verification

ROOT = Path(__file__).parents[2]
PLAN = read_actions(ROOT / "data_samples" / "improvement_actions.csv")
DESK_A, EAST, NORTH = (next(one for one in PLAN if one.id == f"IA{n:06}") for n in (5, 4, 8))


@pytest.fixture(scope="module")
def figures() -> Mapping[str, pd.DataFrame]:
    """Weekly figures by segment, measured from the sample records as anybody would."""
    wanted = {"response_30s_rate": "team", "onsite_promise_rate": "region"}
    content, _ = read_yaml(ROOT / "params" / "quarterly_review.yaml")
    kept = {kind: content["records"][kind] for kind in ("ticket", "call", "chat", "visit")}
    standards = ["special_service_monitoring", "after_sales_evaluation"]
    keys = {"standard": standards, "records": kept, "segments": []}
    with audit_of({**content, **keys}, ROOT / "params") as audit:
        return {
            indicator: audit.measure(by=["week", by], period="all", indicators=[indicator])
            for indicator, by in wanted.items()
        }


def judged(action: Action, figures: Mapping[str, pd.DataFrame], **settings: bool) -> Verification:
    return checked(action, figures[str(action.indicator)], PLAN, **settings)


def test_call_backs_at_desk_a_worked(figures: Mapping[str, pd.DataFrame]) -> None:
    for worst in (False, True):
        found = judged(DESK_A, figures, chosen_as_worst=worst)
        assert (found.verdict, found.decided_by) == ("effective", "difference_in_differences")
        assert 0.08 < found.effect < 0.2
        assert found.planned_effect == pytest.approx(0.9 - found.before)
    assert found.controls is not None
    assert found.controls.names == ("Desk B", "Desk C", "在线一组", "在线三组", "在线二组")


def test_reminders_in_the_east_did_nothing(figures: Mapping[str, pd.DataFrame]) -> None:
    found = judged(EAST, figures)
    assert found.verdict == "not_shown"
    assert found.low < 0 < found.high
    assert found.controls is not None
    assert "north" not in found.controls.names  # it has a measure of its own since October
    assert abs(found.after - found.before) < 0.05


def test_of_the_late_shift_nothing_can_be_said_yet(figures: Mapping[str, pd.DataFrame]) -> None:
    found = judged(NORTH, figures)
    assert (found.verdict, found.periods_after) == ("too_early", 0)
    assert "nothing_after" in found.notes


def test_the_chart_of_an_indicator_knows_when_its_actions_began(figures: Mapping[str, pd.DataFrame]) -> None:
    events = action_events(PLAN, "response_30s_rate", "en", segment="team = 'Desk A'")
    assert events == [("2026-W22", "IA000005 starts")]
    assert "2026-W22" in set(segment_points(figures["response_30s_rate"], DESK_A)["period"])
