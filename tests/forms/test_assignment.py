"""Who inspects what: even, spread over agents, nobody their own, the same whatever the order of rows."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit.inspections.assignment import assign, assign_replacements, columns_of_person
from tests.forms.filling import INSPECTORS, cases

ROWS = cases()


def test_loads_are_even_and_nobody_sees_one_agent_alone_or_themselves() -> None:
    made = assign(ROWS, INSPECTORS, 7, 0.1)
    first = made.query("role == 'first'").merge(ROWS[["case_id", "agent"]], on="case_id")
    loads = first["inspector"].value_counts()
    assert (loads.max() - loads.min(), len(loads), loads.sum()) == (1, 12, 400)
    assert first.groupby("inspector")["agent"].nunique().min() >= 10
    assert first.groupby("agent")["inspector"].nunique().min() >= 10
    assert not (first["inspector"] == first["agent"]).any()  # a03 inspects and is inspected


def test_a_tenth_is_inspected_twice_by_somebody_else() -> None:
    made = assign(ROWS, INSPECTORS, 7, 0.1)
    second = made.query("role == 'second'").merge(ROWS[["case_id", "agent"]], on="case_id")
    assert len(second) == second["case_id"].nunique() == 40
    both = second.merge(made.query("role == 'first'"), on="case_id")
    assert not (both["inspector_x"] == both["inspector_y"]).any()
    assert not (second["inspector"] == second["agent"]).any()
    assert second["inspector"].value_counts().max() <= 4
    assert len(assign(ROWS.head(100), INSPECTORS, 7, 0.07).query("role == 'second'")) == 7  # not 8


def test_the_second_inspections_are_a_random_choice() -> None:
    """Each of ten cases is drawn as often as any other: chi-square, 9 degrees of freedom, 0.1 %: 27.9."""
    few, drawn = ROWS.head(10), Counter[str]()
    for seed in range(200):
        made = assign(few, ["x", "y", "z"], seed, 0.3)
        drawn.update(made.loc[made["role"] == "second", "case_id"])
    assert sum((drawn[case] - 60) ** 2 / (60 * 0.7) for case in few["case_id"]) * 0.9 < 27.9


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_and_names_does_not_matter(chance: object) -> None:
    few = ROWS.head(30)
    order = list(range(30))
    names = list(INSPECTORS[:5])
    chance.shuffle(order)  # type: ignore[attr-defined]
    chance.shuffle(names)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(assign(few.iloc[order], names, 3, 0.2), assign(few, INSPECTORS[:5], 3, 0.2))


def test_names_are_compared_without_case_and_width() -> None:
    few = pd.DataFrame({"case_id": ["1", "2"], "agent": ["ＬＩ wei", "Wu"]})
    made = assign(few, ["Li Wei", "Chen"], 1)
    assert made.set_index("case_id").loc["1", "inspector"] == "Chen"


@pytest.mark.parametrize(
    ("names", "share", "said"),
    [
        ([], 0, "no inspector is named"),
        (["x", "X "], 0, "one inspector is named twice: X , x."),
        (["x"], 0.5, "a second inspection needs a second inspector."),
        (["x", "y"], 2, "the share of cases inspected twice is 2; expected 0 to 1."),
        (["a00"], 0, "nobody but the agent is left to inspect V0000, V0023"),
    ],
)
def test_what_cannot_be_assigned_is_said(names: list[str], share: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        assign(ROWS, names, 1, share)


def test_a_replacement_goes_to_whoever_had_the_case() -> None:
    made = assign(ROWS.head(20), INSPECTORS[:4], 5, 0.2)
    twice = made.query("role == 'second'")["case_id"].iloc[0]
    new = ROWS.iloc[[25]].assign(replaces=twice)
    more = assign_replacements(pd.concat([ROWS.head(20), new]), made, INSPECTORS[:4], 5)
    before = made.query("case_id == @twice")[["inspector", "role"]].sort_values("role")
    after = more[["inspector", "role"]].sort_values("role")
    assert after.to_numpy().tolist() == before.to_numpy().tolist()
    assert set(more["case_id"]) == {"V0025"}


def test_columns_that_tell_the_agent_are_found() -> None:
    rows = ROWS.assign(desk=ROWS["agent"].str[1:], agent_name="x")
    assert set(columns_of_person(rows, "agent")) == {"agent", "agent_name", "desk", "stratum"}
