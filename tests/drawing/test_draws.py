"""What each design draws: sizes, chances, order, and the same cases whatever the order of rows or threads."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from sqaudit.drawing import SampleFrame, permutation, systematic
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import ParameterError

from .conftest import drawn, fill, frame

DESIGNS: dict[str, dict[str, object]] = {
    "simple": {"design": "simple", "size": 20},
    "stratified": {"strata": ["channel", "week"], "rate": 0.1},
    "equal": {"strata": ["channel", "week"], "size": 90, "allocation": "equal"},
    "take_all": {"strata": ["channel"], "size": 200, "take_all": "agent = 'A1'"},
    "minimum_per": {"strata": ["channel"], "rate": 0.01, "minimum_per": {"agent": 1}},
    "systematic": {"design": "systematic", "strata": ["channel"], "rate": 0.05, "order_by": "offered_at"},
    "by_size": {
        "design": "proportional_to_size",
        "strata": ["channel"],
        "size": 30,
        "size_by": "talk_seconds",
    },
    "cluster": {"design": "cluster", "cluster": "ticket_id", "size": 10},
}


@pytest.mark.parametrize("design", DESIGNS)
def test_rows_in_any_order_and_any_number_of_threads_give_the_same_cases(
    engine: DuckDBEngine, design: str
) -> None:
    first = drawn(engine, **DESIGNS[design])
    engine.execute("SET threads = 1")
    fill(engine, order="hash(i)")
    again = drawn(engine, **DESIGNS[design])
    pd.testing.assert_frame_equal(first.cases, again.cases)
    pd.testing.assert_frame_equal(first.reserve, again.reserve)
    assert first.frame_hash == again.frame_hash


@pytest.mark.parametrize("design", DESIGNS)
def test_sizes_chances_and_order_fit_each_other(engine: DuckDBEngine, design: str) -> None:
    sample = drawn(engine, **DESIGNS[design])
    cases, strata = sample.cases, sample.strata
    assert cases["case_id"].is_unique
    assert cases["order"].tolist() == list(range(1, len(cases) + 1))
    unit = "cluster" if design == "cluster" else "case_id"
    counted = cases.groupby("stratum")[unit].nunique()
    assert counted.to_dict() == strata.set_index("stratum")["stratum_sample"].to_dict()
    assert strata["stratum_size"].sum() == sample.frame_size == (334 if design == "cluster" else 1000)
    if design != "by_size":
        chance = cases["stratum_sample"] / cases["stratum_size"]
        assert cases["inclusion_probability"].tolist() == chance.tolist()


def test_a_rate_is_rounded_up_exactly_in_every_stratum(engine: DuckDBEngine) -> None:
    """0.07 of 100 are 7; in doubles they are 8."""
    fill(engine, 300)
    strata = drawn(engine, strata=["channel"], rate=0.07, minimum=0).strata
    assert strata["stratum_sample"].tolist() == [7, 7, 7]
    weeks = drawn(engine, strata=["channel", "week"], rate=0.1, minimum=0).strata
    assert all(n == -(-size // 10) for size, n in zip(weeks.stratum_size, weeks.stratum_sample, strict=True))


def test_cases_without_a_value_are_a_stratum_with_a_name(engine: DuckDBEngine) -> None:
    strata = drawn(engine, strata=["channel", "week"], rate=0.1).strata
    assert set(strata["channel"]) == {"phone", "chat", "(missing)"}
    assert strata.loc[0, "stratum"] == "(missing) | 2026-W27"


def test_everybody_gets_a_case(engine: DuckDBEngine) -> None:
    cases = drawn(engine, **DESIGNS["minimum_per"]).cases
    assert cases.groupby(["channel", "agent"]).size().shape == (21,)


def test_certain_cases_are_all_there_and_the_rest_shares_what_is_left(engine: DuckDBEngine) -> None:
    cases = drawn(engine, **DESIGNS["take_all"]).cases
    assert len(cases) == 200
    sure = cases[cases["agent"] == "A1"]
    assert len(sure) == 143
    assert set(sure["inclusion_probability"]) == {1.0}


def test_a_stratum_without_a_case_is_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(ParameterError, match="no case for 3 of 6 strata"):
        drawn(engine, strata=["channel"], size=100, take_all="agent = 'A1'")


def test_the_reserve_continues_where_the_sample_ends(engine: DuckDBEngine) -> None:
    sample = drawn(engine, strata=["channel"], rate=0.05, reserve=0.3)
    longer = drawn(engine, strata=["channel"], rate=0.06, reserve=0)
    for stratum, spare in sample.reserve.groupby("stratum"):
        n = int(spare["stratum_sample"].iloc[0])
        assert spare["order"].tolist() == list(range(n + 1, n + 1 + math.ceil(0.3 * n)))
        line = longer.cases.loc[longer.cases["stratum"] == stratum, "case_id"].tolist()
        both = [*sample.cases.loc[sample.cases["stratum"] == stratum, "case_id"], *spare["case_id"]]
        assert line == both[: len(line)]


def test_a_case_more_changes_at_most_one_case_of_the_sample(engine: DuckDBEngine) -> None:
    before = set(drawn(engine, design="simple", size=50).cases["case_id"])
    fill(engine, 1001)
    after = set(drawn(engine, design="simple", size=50).cases["case_id"])
    assert len(before - after) <= 1


def test_a_pass_that_finds_too_few_is_repeated_with_more_room(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = drawn(engine, **DESIGNS["stratified"])
    monkeypatch.setattr(permutation, "_DEVIATIONS", -1)
    monkeypatch.setattr(permutation, "_FEW", 1)
    monkeypatch.setattr(permutation, "_EVEN", -(10**9))  # every stratum with a cutoff of its own
    rooms: list[int] = []
    cutoffs = permutation._cutoffs

    def noted(sizes: object, needed: object, room: int) -> object:
        rooms.append(room)
        if room > 2:
            monkeypatch.setattr(permutation, "_DEVIATIONS", 6)
            monkeypatch.setattr(permutation, "_FEW", 12)
        return cutoffs(sizes, needed, room)  # type: ignore[arg-type]

    monkeypatch.setattr(permutation, "_cutoffs", noted)
    pd.testing.assert_frame_equal(whole.cases, drawn(engine, **DESIGNS["stratified"]).cases)
    assert rooms[:2] == [1, 2]


def test_the_frame_hash_tells_a_change_of_an_id_and_of_a_stratum(engine: DuckDBEngine) -> None:
    hashes = {drawn(engine, strata=["channel"], rate=0.1).frame_hash}
    engine.execute("UPDATE call SET call_id = 'X' WHERE call_id = 'C5'")
    hashes.add(drawn(engine, strata=["channel"], rate=0.1).frame_hash)
    engine.execute("UPDATE call SET channel = 'chat' WHERE call_id = 'X'")
    hashes.add(drawn(engine, strata=["channel"], rate=0.1).frame_hash)
    engine.execute("DELETE FROM call WHERE call_id = 'X'")
    hashes.add(drawn(engine, strata=["channel"], rate=0.1).frame_hash)
    assert len(hashes) == 4


def test_every_start_of_a_systematic_sample_gives_every_case_its_chance(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over all N starts each case is drawn n times, and always n cases as evenly apart as can be."""
    fill(engine, 19)
    counts: Counter[str] = Counter()
    for start in range(19):
        monkeypatch.setattr(systematic, "random_start", lambda *_, start=start: start)
        cases = drawn(engine, design="systematic", size=5, order_by="offered_at").cases
        places = [int(one[1:]) for one in cases["case_id"]]
        assert len(places) == 5
        assert places == sorted(places)
        assert {after - before for before, after in pairwise(places)} <= {3, 4}
        counts.update(cases["case_id"])
    assert set(counts.values()) == {5}
    assert len(counts) == 19


def test_every_start_gives_chances_in_proportion_to_size(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sizes 1 ... 6, n = 2: over the 21 starts between whole sizes, a case of size x is drawn 2 x times."""
    engine.execute(
        "CREATE OR REPLACE TABLE call AS SELECT 'C' || i AS call_id, i AS size FROM range(1, 7) t(i)"
    )
    over = frame_of_sizes()
    counts: Counter[str] = Counter()
    for start in range(21):
        monkeypatch.setattr(
            systematic, "random_start", lambda *_, start=start: start * systematic.UNITS_OF_SIZE + 500_000
        )
        cases = drawn(engine, of=over, design="proportional_to_size", size=2, size_by="size").cases
        assert len(cases) == 2
        counts.update(cases["case_id"])
        expected = [2 * int(one[1:]) / 21 for one in cases["case_id"]]
        assert cases["inclusion_probability"].tolist() == pytest.approx(expected, abs=1e-15)
    assert counts == {f"C{size}": 2 * size for size in range(1, 7)}


def test_cases_too_large_for_chance_are_taken_and_the_rest_divided_anew(engine: DuckDBEngine) -> None:
    """Sizes 100, 20, 4, 3, 2, 1 and n = 3: 100 is certain, then 20 of 30 with two left, then one of ten."""
    engine.execute(
        "CREATE OR REPLACE TABLE call AS"
        " SELECT 'C' || x AS call_id, x AS size FROM unnest([100, 20, 4, 3, 2, 1]) t(x)"
    )
    for seed in range(5):
        cases = drawn(
            engine, seed, frame_of_sizes(), design="proportional_to_size", size=3, size_by="size"
        ).cases
        chances = dict(zip(cases["case_id"], cases["inclusion_probability"], strict=True))
        assert chances.pop("C100") == chances.pop("C20") == 1.0
        [(name, chance)] = chances.items()
        assert chance == pytest.approx(int(name[1:]) / 10)


def test_clusters_come_whole(engine: DuckDBEngine) -> None:
    sample = drawn(engine, **DESIGNS["cluster"])
    cases = sample.cases
    assert cases["cluster"].nunique() == 10
    by_ticket = engine.query("SELECT ticket_id, count(*) AS n FROM call GROUP BY ticket_id").set_index(
        "ticket_id"
    )
    assert all(len(own) == by_ticket.loc[name, "n"] for name, own in cases.groupby("cluster"))


NINE: dict[str, object] = {"design": "simple", "size": 9}


def frame_of_sizes() -> SampleFrame:
    return replace(frame(()), carried=(), event=None)


@pytest.mark.parametrize(
    ("change", "keys", "sentence"),
    [
        ("call_id = NULL WHERE call_id IN ('C5', 'C6')", NINE, "2 call records have no call_id"),
        ("call_id = 'C1' WHERE call_id = 'C2'", NINE, "1 values of call_id stand for several"),
        ("talk_seconds = 0 WHERE call_id = 'C2'", DESIGNS["by_size"], "1 call records have no talk_seconds"),
        ("ticket_id = NULL WHERE call_id = 'C2'", DESIGNS["cluster"], "1 call records have no ticket_id"),
        ("agent = agent", {**DESIGNS["cluster"], "strata": ["channel"]}, "cases in several strata"),
    ],
)
@pytest.mark.parametrize("compared_whole", [True, False])
def test_faults_of_the_frame_are_told_in_words(
    engine: DuckDBEngine,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    keys: dict[str, object],
    sentence: str,
    compared_whole: bool,
) -> None:
    if not compared_whole:  # as above two million cases, where only ids near the cut are compared
        monkeypatch.setattr("sqaudit.drawing.drawn.COMPARED_WHOLE", 0)
        keys = {**keys, "size": 990} if keys is NINE else keys
    engine.execute(f"UPDATE call SET {change}")
    with pytest.raises(ParameterError, match=sentence):
        drawn(engine, **keys)


def test_an_empty_frame_is_told(engine: DuckDBEngine) -> None:
    engine.execute("DELETE FROM call")
    with pytest.raises(ParameterError, match="no call record lies in the period"):
        drawn(engine, design="simple", size=3)
