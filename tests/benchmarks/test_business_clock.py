"""How fast a share by business clock is against a hand-written query, on ten million tickets.

Skipped unless asked for: `python -m pytest tests/benchmarks/test_business_clock.py --benchmark-only -n 0`.
The size can be set with SQAUDIT_BENCHMARK_ROWS. Prints the ratio of the promise: within 1.5 times a
hand-written DuckDB query that joins a table of days and knows one shift without a change of clocks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest

from sqaudit.calendars import named_calendar
from sqaudit.conditions import condition
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.measure.clocks import attach_calendars, clocked, years_until

ROWS = int(os.environ.get("SQAUDIT_BENCHMARK_ROWS", 10_000_000))
ROUNDS = 5
OFFICE = "china_office_hours"

TICKETS = """
SELECT 'T' || i AS ticket_id, 'Team ' || (hash(i * 3 + 1) % 12) AS team,
  TIMESTAMP '2026-04-01' + to_seconds((hash(i) % 15811200)::BIGINT) AS created_at,
  CASE WHEN hash(i * 13 + 5) % 50 > 0 THEN TIMESTAMP '2026-04-01'
    + to_seconds((hash(i) % 15811200)::BIGINT + (hash(i * 5 + 2) % 259200)::BIGINT) END AS solved_at
FROM range({rows}) t(i)
"""
BY_HAND = """
SELECT team, count(minutes) AS n, count(*) FILTER (WHERE minutes <= 480) AS met
FROM (
  SELECT team, (e.opened + least(greatest(epoch_us(solved_at) - e.nine, 0), e.length)
    - s.opened - least(greatest(epoch_us(created_at) - s.nine, 0), s.length)) / 6e7 AS minutes
  FROM ticket
  JOIN days s ON s.day = CAST(created_at AS DATE)
  JOIN days e ON e.day = CAST(solved_at AS DATE)
) GROUP BY team ORDER BY team
"""


@pytest.fixture(scope="module")
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DuckDBEngine]:
    """Tickets in a Parquet file behind a view, our day table, and one made by hand."""
    rows = ROWS if request.config.getoption("benchmark_only") else 100_000
    path = tmp_path_factory.mktemp("tickets") / "tickets.parquet"
    office = named_calendar(OFFICE)
    with DuckDBEngine() as engine:
        engine.execute(f"COPY ({TICKETS.format(rows=rows)}) TO '{path}' (FORMAT parquet)")
        engine.execute(f"CREATE VIEW ticket AS SELECT * FROM read_parquet('{path}')")
        attach_calendars(engine, [office], "Asia/Shanghai", years_until(datetime(2026, 10, 8)))  # noqa: DTZ001
        worked = [
            f"(DATE '{day}', {int(office.kind(day) in ('working', 'makeup_workday'))})"
            for day in (date.fromordinal(date(2026, 1, 1).toordinal() + number) for number in range(365))
        ]
        engine.execute(
            f"CREATE TABLE days AS SELECT day, 32400000000 * worked AS length,"
            f" epoch_us(day + INTERVAL 9 HOUR) AS nine,"
            f" CAST(coalesce(sum(32400000000 * worked) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING"
            f" AND 1 PRECEDING), 0) AS BIGINT) AS opened FROM (VALUES {', '.join(worked)}) t(day, worked)"
        )
        yield engine


def by_hand(engine: DuckDBEngine) -> list[tuple[object, ...]]:
    return engine.rows(BY_HAND)


def ours(engine: DuckDBEngine) -> list[tuple[object, ...]]:
    office = named_calendar(OFFICE)
    tables = attach_calendars(engine, [office], "Asia/Shanghai", years_until(datetime(2026, 10, 8)))  # noqa: DTZ001
    minutes = condition("business_minutes(created_at, solved_at)", OFFICE).sql
    relation = clocked('"ticket"', [(OFFICE, "created_at"), (OFFICE, "solved_at")], tables)
    return engine.rows(
        f"SELECT team, count({minutes}) AS n, count(*) FILTER (WHERE {minutes} <= 480) AS met"
        f" FROM {relation} AS t GROUP BY team ORDER BY team"
    )


def fastest(engine: DuckDBEngine) -> tuple[float, float]:
    """The best of several runs of each, in turn, so that other work on the machine troubles both alike."""
    found = [(timed(by_hand, engine), timed(ours, engine)) for _ in range(ROUNDS)]
    return min(hand for hand, _ in found), min(own for _, own in found)


def timed(work: Callable[[DuckDBEngine], object], engine: DuckDBEngine) -> float:
    started = time.perf_counter()
    work(engine)
    return time.perf_counter() - started


def test_figures_are_those_of_the_hand_written_query(engine: DuckDBEngine) -> None:
    assert ours(engine) == by_hand(engine)


def test_speed_of_a_share_by_business_clock(benchmark: object, engine: DuckDBEngine) -> None:
    benchmark.pedantic(ours, args=(engine,), rounds=ROUNDS, warmup_rounds=1)  # type: ignore[attr-defined]
    hand, own = fastest(engine)
    print(f"\n{ROWS:,} tickets by team: sqaudit {own:.2f} s, by hand {hand:.2f} s")
    print(f"sqaudit / by hand  {own / hand:.2f}  (promised: at most 1.5)")
