"""The search straight from an engine: the same answer as from frames, sealed or not."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest

from sqaudit.causes.cubes import explain_records
from sqaudit.causes.encoded import blocks_of, searched
from sqaudit.causes.explain import explain_change
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import ParameterError

TICKETS = """
CREATE TABLE ticket AS
SELECT 'T' || (hash(i * 3 + 1) % 6) AS team, CASE WHEN hash(i * 5) % 4 > 0 THEN hash(i * 5) % 4 END AS site,
  hash(i * 7) % 5 = 0 AS urgent, DATE '2026-01-01' + CAST(hash(i * 11) % 181 AS INTEGER) AS opened,
  (hash(i * 13) % 1000) / 1000.0 AS luck FROM range(60000) t(i)
"""
LATE = "luck < 0.05 or (team = 'T2' and site is null and opened >= date '2026-04-01' and luck < 0.2)"
HALVES = {"before": "opened < date '2026-04-01'", "now": "opened >= date '2026-04-01'"}
DIMENSIONS = ["team", "site", "urgent"]


@pytest.fixture
def engine() -> DuckDBEngine:
    with DuckDBEngine() as engine:
        engine.execute(TICKETS)
        yield engine


def test_the_answer_is_that_of_frames(engine: DuckDBEngine) -> None:
    answer = explain_records(engine, "ticket", DIMENSIONS, bad=LATE, **HALVES)
    row = answer.segments.iloc[0]
    assert answer.segments["segment"].tolist() == ["team=T2 & site=(missing)"]
    assert (
        engine.query(f"SELECT count(*) AS n FROM ticket WHERE {row['where']} AND {HALVES['now']}")["n"].iloc[
            0
        ]
        == (row["count_now"])
    )
    columns = ", ".join(DIMENSIONS)
    frames = [
        engine.query(f"SELECT {columns}, ({LATE}) AS late FROM ticket WHERE {period}")
        for period in HALVES.values()
    ]
    other = explain_change(*frames, DIMENSIONS, bad="late")
    assert other.segments["segment"].tolist() == answer.segments["segment"].tolist()
    for name in ("count_before", "observed_before", "count_now", "observed_now"):
        assert other.segments[name].tolist() == answer.segments[name].tolist()
    assert other.segments["excess"].iloc[0] == pytest.approx(row["excess"], rel=0.1)


def test_a_sealed_engine_answers_alike_and_nothing_is_left_behind(engine: DuckDBEngine) -> None:
    open_answer = explain_records(engine, "ticket", DIMENSIONS, bad=LATE, **HALVES)
    assert engine.query("SELECT count(*) AS n FROM information_schema.tables")["n"].iloc[0] == 1
    engine.seal()
    sealed = explain_records(engine, "ticket", DIMENSIONS, bad=LATE, **HALVES)
    pd.testing.assert_frame_equal(sealed.segments, open_answer.segments)


def test_columns_of_records_may_be_called_like_our_own(engine: DuckDBEngine) -> None:
    engine.execute(
        "CREATE TABLE own AS SELECT team AS d1, site AS code, urgent AS now, luck AS bad, opened AS expected"
        " FROM ticket"
    )
    names = {"team": "d1", "site": "code", "urgent": "now", "luck": "bad", "opened": "expected"}
    spoken = {text: text for text in (LATE, *HALVES.values())}
    for text in spoken:
        for name, other in names.items():
            spoken[text] = spoken[text].replace(name, other)
    late, before, now = spoken.values()
    answer = explain_records(engine, "own", ["d1", "code", "now"], bad=late, before=before, now=now)
    assert answer.segments["segment"].tolist() == ["d1=T2 & code=(missing)"]


def test_nothing_happened(engine: DuckDBEngine) -> None:
    answer = explain_records(engine, "ticket", DIMENSIONS, bad="luck < 0.05", **HALVES)
    assert (answer.outcome, len(answer.segments)) == ("noise", 0)


def test_the_threads_of_the_engine_are_irrelevant(engine: DuckDBEngine) -> None:
    first = explain_records(engine, "ticket", DIMENSIONS, bad=LATE, **HALVES)
    engine.execute("SET threads = 1")
    pd.testing.assert_frame_equal(
        explain_records(engine, "ticket", DIMENSIONS, bad=LATE, **HALVES).segments, first.segments
    )


@pytest.mark.parametrize("sizes", [[12, 5, 30, 20, 4, 3, 7, 25], [2] * 8, [900, 900, 900], [3]])
def test_blocks_hold_every_combination(sizes: list[int]) -> None:
    wanted = searched(sizes, 3)
    blocks = blocks_of(sizes, wanted)
    assert all(any(set(dims) <= set(block) for block in blocks) for dims in wanted)
    if max(sizes) < 100:
        assert wanted == list(combinations(range(len(sizes)), min(3, len(sizes))))
    else:
        assert wanted == [
            (0, 1),
            (0, 2),
        ]  # 810,000 groups each: no room for the third pair, none for all three


def test_faults_are_named(engine: DuckDBEngine) -> None:
    with pytest.raises(ParameterError, match=r"there is no column 'tem'\. Did you mean 'team'\?"):
        explain_records(engine, "ticket", ["tem", "site"], bad=LATE, **HALVES)
