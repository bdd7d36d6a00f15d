# ruff: noqa: DTZ001 - times in the engine carry no zone
"""Databases by address and query: streamed, read only, and silent about passwords."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from sqaudit.errors import ParameterError
from sqaudit.params import Source
from sqaudit.sources import text_tables
from sqaudit.sources.peek import peek
from tests.sources.conftest import Open, account, values

URL = "sqlite:///jobs.sqlite"


@pytest.fixture
def database(folder: Path) -> Path:
    fill(folder, [("007", "2026-07-01 09:30", 2**53 + 1, b"ab"), ("8", None, None, None)])
    return folder / "jobs.sqlite"


def fill(folder: Path, rows: list[tuple[Any, ...]]) -> None:
    with sqlite3.connect(folder / "jobs.sqlite") as connection:
        connection.execute("DROP TABLE IF EXISTS jobs")
        connection.execute("CREATE TABLE jobs (job_id TEXT, opened_at TEXT, n INTEGER, b BLOB)")
        connection.executemany("INSERT INTO jobs VALUES (?, ?, ?, ?)", rows)
    connection.close()


def refused(opened: Open, source: dict[str, Any]) -> str:
    with pytest.raises(ParameterError) as caught:
        opened(source)
    [fault] = caught.value.faults
    return str(fault).removeprefix("parameters, records.job")


@pytest.mark.usefixtures("database")
def test_a_query_gives_the_records(opened: Open) -> None:
    query = 'SELECT *, opened_at AS opened_at, 1 AS "my ""own""" FROM jobs -- all of them\n;'
    audit = opened({"url": URL, "query": query})
    assert audit.columns["job"] == {
        "job_id": "VARCHAR", "opened_at": "TIMESTAMP", "n": "BIGINT", "b": "VARCHAR",
        "opened_at_2": "TIMESTAMP", 'my "own"': "BIGINT",
    }  # fmt: skip
    nine = datetime(2026, 7, 1, 9, 30)
    assert values(audit, *audit.columns["job"]) == [
        ("007", nine, 2**53 + 1, "ab", nine, 1),
        ("8", None, None, None, None, 1),
    ]
    assert account(audit) == [("read", "", 2), ("no_event_time", "", -1), ("used", "", 1)]


@pytest.mark.usefixtures("database")
def test_colons_and_percent_signs_mean_themselves(opened: Open) -> None:
    query = "SELECT job_id FROM jobs WHERE opened_at > '2026-07-01 09:00' AND job_id NOT LIKE ':x%s'"
    assert values(opened({"url": URL, "query": query}), "job_id") == ["007"]


def test_a_database_is_only_read(database: Path, opened: Open) -> None:
    before = database.read_bytes()
    only = ": a database needs a `query` beside its `url`: one SELECT, to read and not to write."
    for query in (
        "DELETE FROM jobs",
        "drop table jobs",
        "/* SELECT */ UPDATE jobs SET n = 1",
        "",
        "PRAGMA user_version = 3",
    ):
        assert refused(opened, {"url": URL, "query": query}) == only
    assert refused(opened, {"url": URL}) == only
    write = "WITH x AS (SELECT 1) INSERT INTO jobs SELECT 'new', NULL, NULL, NULL"
    told = ".url: the database refused the query: attempt to write a readonly database."
    assert refused(opened, {"url": URL, "query": write}) == told
    two = "SELECT 1; DROP TABLE jobs"
    assert refused(opened, {"url": URL, "query": two}) == (
        ".url: the database refused the query: You can only execute one statement at a time."
    )
    assert database.read_bytes() == before


def test_a_missing_file_is_not_made(folder: Path, opened: Open) -> None:
    assert refused(opened, {"url": "sqlite:///lost.sqlite", "query": "SELECT 1"}) == (
        ".url: there is no file 'lost.sqlite'; check the path."
    )
    assert not (folder / "lost.sqlite").exists()


@pytest.mark.usefixtures("database")
def test_a_query_that_is_refused_says_why(opened: Open) -> None:
    assert refused(opened, {"url": URL, "query": "SELECT * FROM lost"}) == (
        ".url: the database refused the query: no such table: lost."
    )


def test_addresses_that_lead_nowhere(opened: Open) -> None:
    cases = {
        "postgresql://auditor:geheim@host/db": "the Python driver 'psycopg' is not installed; install it.",
        "nonsense://auditor:geheim@host/db": (
            "the database cannot be opened: Can't load plugin: sqlalchemy.dialects:nonsense."
        ),
        "no address: geheim": "the address cannot be read; write it as dialect://user@host/database.",
        "sqlite://auditor:geheim@host/lost": "there is no file 'lost'; check the path.",
        "$SQAUDIT_LOST": "the environment has no variable SQAUDIT_LOST, which the address names; set it.",
    }
    for url, message in cases.items():
        told = refused(opened, {"url": url, "query": "SELECT 1"})
        assert told == f".url: {message}"
        assert "geheim" not in told


@pytest.mark.usefixtures("database")
def test_the_address_may_come_from_the_environment_and_hides_its_password(
    folder: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBS", str(folder / "jobs.sqlite"))
    audit = opened({"url": "sqlite:///${JOBS}", "query": "SELECT * FROM jobs"})
    assert audit.attached["job"].origin == f"sqlite:///{folder / 'jobs.sqlite'}"
    assert text_tables.shown_url("postgresql://auditor:geheim@host/db") == "postgresql://auditor:***@host/db"
    assert text_tables.shown_url("no address: geheim") == "(an address that cannot be read)"


def test_what_a_driver_repeats_of_a_password_is_masked() -> None:
    url = make_url("postgresql://auditor:geheim@host/db")
    assert text_tables._plain(RuntimeError("login 'geheim' failed.\nmore"), url) == "login '***' failed"


@pytest.mark.usefixtures("database")
def test_a_first_look_takes_no_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    inner = text_tables._asked
    monkeypatch.setattr(
        text_tables, "_asked", lambda url, written: asked.append(written) or inner(url, written)
    )
    source = Source(url="duckdb:///:memory:", query="SELECT 1 AS job_id;")
    monkeypatch.setattr(
        "sqaudit.sources.peek.resolved_url", lambda *_: make_url(f"sqlite:///{folder / 'jobs.sqlite'}")
    )
    look, found = peek(source, folder)
    assert (found, look and look.columns, asked) == ([], ("job_id",), ["SELECT 1 AS job_id;"])
    # other databases than SQLite compute a whole answer, so they are asked for none of it
    url = make_url("postgresql://host/db")
    monkeypatch.setattr(text_tables, "_asked", lambda _, written: asked.append(written) or _refuse())
    with pytest.raises(ValueError, match=r"^refused$"):
        text_tables.query_columns(source, url)
    assert asked[1:] == [
        "SELECT * FROM (\nSELECT 1 AS job_id\n) AS peeked WHERE 1 = 0",
        "SELECT 1 AS job_id;",
    ]


def _refuse() -> None:
    raise ValueError("refused")


def test_rows_are_streamed_in_batches(folder: Path, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_tables, "BATCH", 7)
    fill(folder, [(str(number), "2026-07-01", number, None) for number in range(50)])
    audit = opened({"url": URL, "query": "SELECT * FROM jobs ORDER BY n"})
    assert values(audit, "_row", "n") == [(number + 1, number) for number in range(50)]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=20))
def test_any_value_comes_through(folder: Path, opened: Open, rows: list[tuple[str, int]]) -> None:
    fill(folder, [(text, None, number, None) for text, number in rows])
    audit = opened({"url": URL, "query": "SELECT job_id, n FROM jobs", "types": {"n": "integer"}})
    assert values(audit, "job_id", "n") == [
        (text.strip(" \t\r\n\u00a0\u3000") or None, number) for text, number in rows
    ]
