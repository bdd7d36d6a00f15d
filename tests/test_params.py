# ruff: noqa: DTZ001, E501 - as_of carries no zone; sentences are compared whole
"""Run files: short and long ways of writing a key mean the same, and defaults are stated ones."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from sqaudit.params import RunFile, Source


def run(**keys: Any) -> RunFile:
    return RunFile.model_validate({"standard": "s", "records": {"job": {"path": "a.csv"}}, **keys})


def test_defaults() -> None:
    made = run()
    assert (made.period, made.compare, made.timezone, made.language) == (
        "all",
        "previous",
        "Asia/Shanghai",
        "both",
    )
    assert (made.interval, made.confidence, made.minimum_cases, made.show_personal_data) == (
        "wilson",
        0.95,
        20,
        False,
    )
    assert made.contradictions() == []


@pytest.mark.parametrize(
    ("given", "label"), [(2026, "2026"), ("2026-Q3", "2026-Q3"), (date(2026, 7, 1), "2026-07-01")]
)
def test_yaml_reads_some_periods_as_numbers_or_dates(given: object, label: str) -> None:
    assert str(run(period=given).chosen_period) == label


def test_the_compared_period() -> None:
    assert str(run(period="2026-Q1").compared_period) == "2025-Q4"
    assert str(run(period="2026-Q1", compare="2025-Q1").compared_period) == "2025-Q1"
    assert run(period="2026-Q1", compare="none").compared_period is None
    assert run(period="all").compared_period is None


def test_a_day_is_its_first_moment() -> None:
    assert run(as_of=date(2026, 10, 8)).as_of == datetime(2026, 10, 8)


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"period": "2026-Q3", "compare": "2026-08"}, "compare"),
        ({"period": "2026-Q3", "compare": "all"}, "compare"),
        ({"period": "2026-Q3", "as_of": date(2026, 6, 30)}, "as_of"),
        ({"as_of": "2026-07-01T00:00:00Z"}, "as_of"),
        ({"segments": ["team", "team"]}, "segments"),
    ],
)
def test_keys_that_do_not_go_together(keys: dict[str, Any], key: str) -> None:
    assert [name for name, _ in run(**keys).contradictions()] == [key]


def test_a_word_alone_is_a_list_of_one() -> None:
    made = run(segments="team", records={"job": {"path": "a.csv", "missing": -1, "dates": "iso"}})
    source = made.records["job"]
    assert (made.segments, source.path, source.missing, source.dates) == (
        ["team"],
        ["a.csv"],
        ["-1"],
        ["iso"],
    )


def test_missing_and_dates_for_all_columns_or_for_one() -> None:
    source = Source(path=["a.csv"], missing={"score": [-1, 0.5, None, True]}, dates={"day": ["iso"]})  # type: ignore[dict-item]
    assert source.missing_texts("score") == ["-1", "0.5", "", "true"]
    assert source.missing_texts("team") == []
    assert (source.date_formats("day"), source.date_formats("team")) == (["iso"], [])


def test_a_scope_for_all_kinds_or_for_each() -> None:
    assert run(scope="team = 'a'").scope_of("job") == "team = 'a'"
    assert (
        run(scope={"job": "team = 'a'"}).scope_of("job"),
        run(scope={"job": "x = 1"}).scope_of("call"),
    ) == ("team = 'a'", None)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "give either `path` (files) or `url` (a database), not both or none."),
        ({"path": "a", "url": "b", "query": "select 1"}, "give either `path` (files) or `url` (a database), not both or none."),
        ({"url": "b"}, "a database needs a `query` beside its `url`: one SELECT, to read and not to write."),
        ({"path": "a", "columns": {"x": "z", "y": "z"}}, "`columns` gives the same new name to two columns."),
        ({"path": "a", "encoding": "klingon"}, "'klingon' is no encoding. Write utf-8, gb18030, utf-16 or the like."),
        ({"path": "a", "derived": {"x": ""}}, "'' must be one SQL expression, such as solved_at is not null."),
    ],
)  # fmt: skip
def test_a_source_that_makes_no_sense(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Source.model_validate(keys)
    assert [str(error["ctx"]["error"]) for error in caught.value.errors()] == [message]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        " select 1",
        "-- note\nWITH a AS (SELECT 1) SELECT * FROM a",
        "(values (1))",
        "/* x */ select 1",
    ],
)
def test_queries_that_read(query: str) -> None:
    assert Source(url="sqlite://", query=query).query == query


@pytest.mark.parametrize(
    "query", ["", "selected", "/* select */ drop table a", "-- select\ndelete from a", "exec p", "pragma x"]
)
def test_queries_that_might_write(query: str) -> None:
    with pytest.raises(ValidationError):
        Source(url="sqlite://", query=query)
