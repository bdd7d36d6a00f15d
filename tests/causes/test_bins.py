"""Numbers and times as dimensions: round edges, missing values, and conditions that pick the same rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sqaudit.causes.bins import binned, round_edges
from sqaudit.causes.explain import explain_change
from sqaudit.conditions import condition
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import ParameterError


@pytest.fixture
def records() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    opened = pd.Timestamp("2026-03-02") + pd.to_timedelta(
        generator.integers(0, 60 * 24 * 28, 3_000), unit="min"
    )
    wait = pd.Series(generator.lognormal(3, 1, 3_000)).where(generator.random(3_000) > 0.02)
    return pd.DataFrame({"opened": opened, "wait": wait, "rating": generator.integers(1, 6, 3_000)})


def test_edges_are_round_and_bins_of_like_size(records: pd.DataFrame) -> None:
    edges = round_edges(records["wait"])
    assert len(edges) == 4
    assert all(edge == round(edge, 0) for edge in edges)
    sizes = np.histogram(records["wait"].dropna(), [-np.inf, *edges, np.inf])[0] / 3_000
    assert sizes.min() > 0.12


def test_few_values_are_left_as_they_are(records: pd.DataFrame) -> None:
    assert round_edges(records["rating"]) == [2.0, 3.0, 4.0, 5.0]
    assert round_edges(pd.Series([7.0, 7.0])) == []
    assert round_edges(pd.Series([np.nan])) == []


def test_a_missing_number_is_missing_in_its_bin(records: pd.DataFrame) -> None:
    found = binned(records, ["wait"])
    assert (found.frame["wait (bins)"].isna() == records["wait"].isna()).all()


def test_conditions_pick_the_rows_of_their_bin(records: pd.DataFrame) -> None:
    found = binned(records, ["wait"], ["opened"])
    with DuckDBEngine() as engine:
        engine._connection.register("record", records)
        for (column, label), text in found.conditions.items():
            rows = int((found.frame[column] == label).sum())
            sql = condition(text).sql
            assert engine.rows(f"SELECT count(*) FILTER ({sql}) FROM record") == [(rows,)], (column, label)


def test_load_is_the_number_of_arrivals_in_the_hour() -> None:
    hours = pd.to_datetime(["2026-03-02 08:05", "2026-03-02 08:50", "2026-03-02 09:10", None])
    found = binned(pd.DataFrame({"opened": hours}), load="opened").frame["opened load"]
    assert found.tolist()[:3] == ["[2, inf)", "[2, inf)", "[-inf, 2)"]
    assert pd.isna(found.iloc[3])


def test_a_segment_of_bins_has_its_condition_over_the_records(records: pd.DataFrame) -> None:
    generator = np.random.default_rng(4)
    now = binned(records, ["wait"], ["opened"], edges={"wait": [10, 30]})
    night = (now.frame["wait (bins)"] == "[30, inf)").to_numpy()
    before = now.frame.assign(late=generator.random(3_000) < 0.1)
    after = now.frame.assign(late=generator.random(3_000) < 0.1 + 0.3 * night)
    answer = explain_change(before, after, ["wait (bins)", "opened hour"], bad="late", bins=now.conditions)
    assert answer.segments["where"].tolist() == ['"wait" >= 30']


def test_faults_are_told_at_once(records: pd.DataFrame) -> None:
    with pytest.raises(ParameterError) as caught:
        binned(records, ["opened", "wiat"], ["wait"])
    assert [str(fault) for fault in caught.value.faults] == [
        "bins: there is no column 'wiat'. Did you mean 'wait'?",
        "bins: 'opened' holds no numbers. Read it as such first.",
        "bins: 'wait' holds no times. Read it as such first.",
    ]
