"""Changes along a chain of states: the parts add up, and what cannot be told apart is not guessed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit.books.chain import JOINT, attributed, turned

NUMBERS = st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False))
CAUSES = ["program", "data", "standard", "period", "program"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[NUMBERS] * 6), min_size=1, max_size=6), st.sets(st.integers(1, 4), max_size=4))
def test_the_parts_add_up_to_the_change_whatever_is_missing(
    rows: list[tuple[float | None, ...]], gone: set[int]
) -> None:
    table = pd.DataFrame(rows, dtype="float64")
    states = [None if place in gone else table[place] for place in range(6)]
    found = attributed(states, CAUSES)
    known = found[found["change"].notna()]
    parts = known[[*dict.fromkeys(CAUSES), JOINT]]
    assert [math.fsum(row) for row in parts.to_numpy()] == pytest.approx(
        known["change"].tolist(), abs=1e-9, rel=1e-12
    )
    told = found["change"].isna()
    assert (found.loc[told, ["before", "now"]].isna().any(axis=1)).all()


def test_causes_around_a_gap_are_one_and_the_rest_stay_apart() -> None:
    states = [pd.Series({"a": 1.0}), pd.Series({"a": np.nan}), pd.Series({"a": 4.0}), pd.Series({"a": 5.0})]
    row = attributed(states, ["data", "period", "scope"]).loc["a"]
    assert (row[JOINT], row["together_causes"], row["scope"], row["data"]) == (3, "data+period", 1, 0)


def test_one_cause_over_a_gap_is_that_cause() -> None:
    row = attributed([pd.Series({"a": 1.0}), None, pd.Series({"a": 4.0})], ["program", "program"]).loc["a"]
    assert (row["program"], row[JOINT]) == (3, 0)


def test_what_moves_and_comes_back_is_shown_and_what_never_moves_is_not() -> None:
    states = [
        pd.Series({"a": 1.0, "b": 1.0}),
        pd.Series({"a": 3.0, "b": 1.0}),
        pd.Series({"a": 1.0, "b": 1.0}),
    ]
    found = attributed(states, ["data", "period"])
    assert found.index.tolist() == ["a"]
    assert found.loc["a", ["change", "data", "period"]].tolist() == [0, 2, -2]


def test_a_figure_appears_with_a_cause() -> None:
    states = [pd.Series({"a": 1.0}), pd.Series({"a": 1.0}), pd.Series({"a": 1.0, "b": 2.0})]
    found = attributed(states, ["data", "standard"])
    assert found.index.tolist() == ["b"]
    assert found.loc["b", "turned_at"] == "standard"
    assert math.isnan(found.loc["b", "change"])


def test_words_turn_with_their_causes() -> None:
    def state(*words: str) -> pd.Series:
        return pd.Series(dict(zip("abc", words, strict=True)))

    states = [
        state("met", "met", "unknown"),
        state("unknown", "not_met", "unknown"),
        state("not_met", "met", "met"),
    ]
    found = turned(states, ["data", "period"], ["unknown"])
    assert found.index.tolist() == ["a", "c"]
    assert found.loc["a", "turned_at"] == "data+period"
    assert found.loc["c"].tolist() == ["unknown", "met", "period"]


def test_a_chain_without_ends_is_refused() -> None:
    with pytest.raises(ValueError, match="must be known"):
        attributed([None, pd.Series({"a": 1.0})], ["data"])
    with pytest.raises(ValueError, match="has 1 causes, not 2"):
        attributed([pd.Series({"a": 1.0})] * 2, ["data", "period"])
