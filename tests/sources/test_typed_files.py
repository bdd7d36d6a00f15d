# ruff: noqa: DTZ001 - times in the engine carry no zone
"""Sources that already have types: Parquet files, folders and patterns; tables of a DuckDB file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sqaudit.errors import EngineError, ParameterError
from tests.sources.conftest import Open, account, faults, values


def write(file: Path, **columns: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), file)


def test_types_of_the_file_are_kept_and_described_ones_are_met(folder: Path, opened: Open) -> None:
    write(
        folder / "jobs.parquet",
        job_id=[1, 2],
        opened_at=pa.array([datetime(2026, 7, 1, 1, 30, tzinfo=UTC), None]),
        closed_at=pa.array([date(2026, 7, 2), None]),
        ok=["是", "no"],
        score=pa.array([Decimal("2.50"), None], pa.decimal128(10, 2)),
        tries=[2.0, 2.5],
        day=pa.array([date(2026, 7, 2)] * 2),
        team=pa.array(["a", " b "]).dictionary_encode(),
        big=[2**60, 1],
        ratio=[float("nan"), 1.0],
        stamp=pa.array([datetime(2026, 7, 1)] * 2, pa.timestamp("ns")),
    )
    audit = opened({"path": "jobs.parquet"})
    assert audit.columns["job"] == {
        "job_id": "VARCHAR", "opened_at": "TIMESTAMP", "closed_at": "TIMESTAMP", "ok": "BOOLEAN",
        "score": "DECIMAL(10,2)", "tries": "BIGINT", "day": "DATE", "team": "VARCHAR", "big": "BIGINT",
        "ratio": "DOUBLE", "stamp": "TIMESTAMP",
    }  # fmt: skip
    assert values(audit, *audit.columns["job"]) == [
        ("1", datetime(2026, 7, 1, 9, 30), datetime(2026, 7, 2), True, Decimal("2.50"), 2, date(2026, 7, 2),
         "a", 2**60, None, datetime(2026, 7, 1)),
        ("2", None, None, False, None, None, date(2026, 7, 2), "b", 1, 1.0, datetime(2026, 7, 1)),
    ]  # fmt: skip
    [fault] = faults(audit, "unreadable_value")  # half a try is no whole number, and is not rounded to one
    assert (fault["column"], fault["rows"], fault["examples"]) == ("tries", [2], ["2.5"])


def test_events_given_as_days_belong_to_their_period(folder: Path, opened: Open) -> None:
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 1)]
    write(folder / "jobs.parquet", job_id=["1", "2", "3", "4"], opened_at=pa.array(days))
    audit = opened({"path": "jobs.parquet", "timezone": "America/New_York"}, period="2026-07", compare="none")
    assert account(audit) == [("read", "", 4), ("outside_period", "", -2), ("used", "", 2)]
    assert audit.measure()["numerator"].to_list() == [2]


def test_numbers_may_mean_days(folder: Path, opened: Open) -> None:
    write(folder / "jobs.parquet", job_id=["1", "2", "3"], opened_at=[20260701, 46204, 1])
    audit = opened({"path": "jobs.parquet"})
    assert values(audit, "opened_at") == [datetime(2026, 7, 1)] * 2 + [None]
    assert faults(audit, "unreadable_value")[0]["examples"] == ["1"]


def test_missing_and_mapped_values_of_typed_columns(folder: Path, opened: Open) -> None:
    write(
        folder / "jobs.parquet",
        job_id=["1", "2", "3"],
        score=[-1.0, 0.0, 5.0],
        tries=[-1, 0, 7],
        amount=pa.array([Decimal("-1.00"), Decimal("10.00"), None], pa.decimal128(9, 2)),
        ok=[True, False, None],
        level=[1, 2, 3],
        half=[0.5, 1.0, 2.0],
    )
    audit = opened(
        {
            "path": "jobs.parquet",
            "missing": {"score": [-1, 0], "tries": [-1.0], "amount": -1, "half": 0.5},
            "values": {"ok": {True: "no", False: "yes"}, "level": {1: "gold", 2: None}},
        }
    )
    assert values(audit, "score", "tries", "amount", "ok", "level", "half") == [
        (None, None, None, False, "gold", None),
        (None, 0, Decimal("10.00"), True, None, 1.0),
        (5.0, 7, None, None, "3", 2.0),
    ]


def test_folders_patterns_and_partitions(folder: Path, opened: Open) -> None:
    for month, ids in (("07", ["1", "2"]), ("08", ["3", "1"])):
        write(
            folder / f"lake/year=2026/month={month}/part.parquet",
            job_id=ids,
            opened_at=[f"2026-{month}-01", "x" if month == "08" else f"2026-{month}-02"],
        )
    write(folder / "lake/year=2026/month=08/_SUCCESS.txt", nothing=[1])
    for path in ("lake", "lake/**/*.parquet", "lake/year=2026/*/part.parquet"):
        audit = opened({"path": path})
        assert values(audit, "_row", "job_id", "year", "month") == [
            (1, "1", 2026, "07"), (2, "2", 2026, "07"), (3, "3", 2026, "08"), (4, "1", 2026, "08")
        ]  # fmt: skip
    assert faults(audit, "unreadable_value")[0]["rows"] == ["year=2026/month=08/part.parquet: 2"] or faults(
        audit, "unreadable_value"
    )[0]["rows"] == ["month=08/part.parquet: 2"]
    one = opened({"path": "lake/year=2026/month=07/part.parquet"})
    assert values(one, "year", "month") == [(2026, "07")] * 2


def test_the_last_row_of_several_files_is_that_of_the_last_file(folder: Path, opened: Open) -> None:
    write(folder / "b.parquet", job_id=["1", "2"], note=["b1", "b2"])
    write(folder / "a.parquet", job_id=["2", "1", "3"], note=["a2", "a1", "a3"])
    rows = {"one_per": "job_id", "keep": "last"}
    assert values(opened({"path": ["a.parquet", "b.parquet"], "rows": rows}), "note") == ["a3", "b1", "b2"]
    assert values(opened({"path": ["b.parquet", "a.parquet"], "rows": rows}), "note") == ["a2", "a1", "a3"]
    rows["keep"] = "first"
    assert values(opened({"path": "*.parquet", "rows": rows}), "note") == ["a2", "a1", "a3"]


def test_files_with_different_columns_are_put_together_by_name(folder: Path, opened: Open) -> None:
    write(folder / "a.parquet", job_id=["1"], team=["x"])
    write(folder / "b.parquet", score=[1.0], job_id=["2"])
    audit = opened({"path": "?.parquet"})
    assert values(audit, "job_id", "team", "score") == [("1", "x", None), ("2", None, 1.0)]


def test_names_that_the_reader_of_parquet_uses_itself(folder: Path, opened: Open) -> None:
    write(folder / "a.parquet", job_id=["1", "2"], file_row_number=[7, 8], FILE_INDEX=[5, 5])
    assert values(opened({"path": "a.parquet"}), "_row", "file_row_number") == [(1, 7), (2, 8)]


def test_a_file_with_a_pattern_in_its_name_is_that_file(folder: Path, opened: Open) -> None:
    write(folder / "jobs[1].parquet", job_id=["1"])
    write(folder / "jobs1.parquet", job_id=["2"])
    (folder / "jobs [2].csv").write_text("job_id\n3\n")
    (folder / "jobs 2.csv").write_text("job_id\n4\n")
    assert values(opened({"path": "jobs[1].parquet"}), "job_id") == ["1"]
    assert values(opened({"path": "jobs [2].csv"}), "job_id") == ["3"]


TWICE = "columns: two columns would be called '{}'. Map one of them to another name."
REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"path": "lost.parquet"},
        "path: there is no file 'lost.parquet' in FOLDER, above it, or here. Check the path.",
    ),
    (
        {"path": "none"},
        "path: the folder 'none' holds no Parquet file. For other files write a pattern such as none/*.csv.",
    ),
    ({"path": "jobs.json"}, "path: the form of 'jobs.json' is not known by its ending. State `format`."),
    ({"path": ["a.csv", "a.parquet"]}, "path: the files are of several forms: csv, parquet. Keep one."),
    ({"path": "a.duckdb"}, "path: FOLDER/a.duckdb: a DuckDB file needs the name of its `table`."),
    (
        {"path": "false.db", "table": "t"},
        "path: FOLDER/false.db: the file is no DuckDB database; one of SQLite is read by `url: sqlite:///...`.",
    ),
    (
        {"path": "a.parquet", "columns": {"a": "_ROW"}},
        "columns: the name '_row' is used by sqaudit itself. Map it to another name.",
    ),
    ({"path": "a.parquet", "columns": {"a": "B"}}, TWICE.format("B")),
    ({"path": "a.parquet", "derived": {"A": "b + 1"}}, TWICE.format("A")),
    ({"path": "a.parquet", "types": {"aa": "text"}}, "types.aa: there is no column 'aa'. Did you mean 'a'?"),
    ({"path": "a.parquet", "rows": {"one_per": "x"}}, "rows.one_per: there is no column 'x'. Known: a, b."),
]


@pytest.mark.parametrize(("source", "message"), REFUSED)
def test_a_source_that_cannot_be_read_is_refused(
    folder: Path, opened: Open, source: dict[str, Any], message: str
) -> None:
    (folder / "none").mkdir()
    (folder / "jobs.json").write_text("[]")
    (folder / "false.db").write_text("SQLite format 3")
    (folder / "a.csv").write_text("a\n1\n")
    write(folder / "a.parquet", a=[1], b=[2])
    duckdb.connect(str(folder / "a.duckdb")).close()
    with pytest.raises(ParameterError) as caught:
        opened(source)
    assert str(caught.value.faults[0]) == f"parameters, records.job.{message}".replace("FOLDER", str(folder))


def test_tables_of_a_duckdb_file(folder: Path, opened: Open) -> None:
    with duckdb.connect(str(folder / "jobs.duckdb")) as database:
        database.execute("CREATE SCHEMA audit")
        database.execute(
            "CREATE TABLE audit.\"my jobs\" AS SELECT i AS job_id, DATE '2026-07-01' + i::INT AS opened_at, "
            "'x' AS \"select\", 'a'::ENUM ('a', 'b') AS kind, uuid() AS token FROM range(3) r(i)"
        )
        database.execute('DELETE FROM audit."my jobs" WHERE job_id = 1')
    audit = opened({"path": "jobs.duckdb", "table": "audit.my jobs"})
    assert values(audit, "job_id", "opened_at", "select", "kind") == [
        ("0", datetime(2026, 7, 1), "x", "a"), ("2", datetime(2026, 7, 3), "x", "a")
    ]  # fmt: skip
    assert (audit.columns["job"]["kind"], audit.columns["job"]["token"]) == ("VARCHAR", "VARCHAR")
    with pytest.raises(ParameterError, match="Table with name lost does not exist"):
        opened({"path": "jobs.duckdb", "table": "lost"})


def test_a_sealed_engine_neither_writes_nor_reads_elsewhere(folder: Path, opened: Open) -> None:
    write(folder / "jobs.parquet", job_id=["1"])
    (folder / "secret.csv").write_text("a\n1\n")
    engine = opened({"path": "jobs.parquet"}).engine
    file, secret = folder / "jobs.parquet", folder / "secret.csv"
    for sql in (
        f"COPY (SELECT 2) TO '{file}' (FORMAT parquet, USE_TMP_FILE false)",
        f"SELECT 1; COPY (SELECT 2) TO '{file}' (FORMAT parquet, USE_TMP_FILE false)",
        f"EXPLAIN ANALYZE COPY (SELECT 2) TO '{file}' (FORMAT parquet, USE_TMP_FILE false)",
        f"ATTACH '{folder / 'new.db'}'", "INSTALL httpfs", "SET enable_external_access = true",
        "CREATE TABLE job2 AS SELECT 1", "DROP VIEW job",
    ):  # fmt: skip
        with pytest.raises(EngineError, match=r"^The engine is sealed: it answers queries and"):
            engine.execute(sql)
    for sql in (
        f"SELECT * FROM read_csv('{secret}')",
        f"FROM '{secret}'",
        f"FROM read_text('{secret}')",
        "FROM glob('/*')",
    ):
        with pytest.raises(EngineError, match=r"Permission Error|Catalog Error"):
            engine.rows(sql)
    assert engine.refusal("SELECT 1") == ""
    assert pq.read_table(file).to_pydict() == {"job_id": ["1"]}
    assert sorted(one.name for one in folder.iterdir()) == ["jobs.parquet", "jobs.yaml", "secret.csv"]


def test_attaching_parquet_copies_nothing_and_measures_in_one_scan(folder: Path, opened: Open) -> None:
    write(
        folder / "jobs.parquet",
        job_id=[str(n) for n in range(10)],
        opened_at=pa.array([datetime(2026, 7, 1)] * 10),
    )
    audit = opened({"path": "jobs.parquet"})
    assert audit.engine.rows("SELECT count(*) FROM duckdb_tables()") == [(0,)]
    [query] = audit.queries().values()
    plan = str(audit.engine.rows(f"EXPLAIN ANALYZE {query}")[0][1])
    assert plan.lower().count("total files read: 1") == 1
