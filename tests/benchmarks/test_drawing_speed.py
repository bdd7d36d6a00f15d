"""How fast a stratified sample is drawn from ten million tickets, and how much memory that takes.

Skipped unless asked for: `python -m pytest tests/benchmarks/test_drawing_speed.py --benchmark-only -n 0`. The
size can be set with SQAUDIT_BENCHMARK_ROWS. Prints the ratios of the promise: under twice the time of one
scan of the columns that the draw needs, under 1 GB at the peak. The scan reads every value of these columns
through the same view, in the same period, and takes the smallest of each: it hashes, groups and sorts
nothing. DuckDB answers such a query over the bare Parquet file from its statistics without reading a value,
so that is no scan.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from sqaudit.audit import Audit, audit_of
from sqaudit.drawing import Drawn, draw_cases, stratum_sizes
from sqaudit.drawing.numbers import number
from sqaudit.sample_plan import SamplePlan
from sqaudit.samples.taking import draw, frame_of

ROWS = int(os.environ.get("SQAUDIT_BENCHMARK_ROWS", 10_000_000))
ROUNDS = 3
STANDARD = "params/standards/after_sales_evaluation.yaml"
PLAN = SamplePlan(records="ticket", strata=["channel", "week"], size=4000, seed=20261008)
ONE_IN_TEN = SamplePlan(records="ticket", strata=["channel", "week"], rate=0.1, seed=20261008)
SCAN = """
SELECT min(ticket_id), min(created_at), min(channel), min(agent), min(team), min(region) FROM ticket
WHERE created_at >= TIMESTAMP '2026-07-01' AND created_at < TIMESTAMP '2026-10-01' AND _excluded IS NULL
"""


@pytest.fixture(scope="module")
def tickets(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tickets of a quarter with the columns that a real extract has; few where nothing is timed."""
    rows = ROWS if request.config.getoption("benchmark_only") else 20_000
    path = tmp_path_factory.mktemp("tickets") / "tickets.parquet"
    duckdb.execute(
        f"""
        COPY (
          SELECT 'T' || i AS ticket_id,
            TIMESTAMP '2026-07-01' + to_seconds((hash(i) % 7948800)::BIGINT) AS created_at,
            'Team ' || (hash(i * 3 + 1) % 12) AS team,
            'Agent ' || (hash(i * 5 + 2) % 60) AS agent,
            ['phone', 'online', 'on_site', 'email'][1 + (hash(i * 7 + 3) % 4)::INT] AS channel,
            ['north', 'south', 'east', 'west'][1 + (hash(i * 11 + 4) % 4)::INT] AS region
          FROM range({rows}) t(i)
        ) TO '{path}' (FORMAT parquet)
        """
    )
    return path


def opened(path: Path) -> Audit:
    records = {"ticket": {"path": str(path)}}
    return audit_of({"standard": STANDARD, "period": "2026-Q3", "compare": "none", "records": records})


def ours(audit: Audit, plan: SamplePlan = PLAN) -> Drawn:
    """The draw alone: sizes of strata, allocation, cases, reserve, frame hash."""
    frame = frame_of(audit, plan, audit.run.chosen_period)
    return draw_cases(audit.engine, frame, plan, stratum_sizes(audit.engine, frame))


def scan(audit: Audit) -> object:
    return audit.engine.rows(SCAN)


def whole(audit: Audit) -> object:
    """A draw with the profile of the frame that is stored beside it."""
    return draw(audit, PLAN, datetime(2026, 10, 8))  # noqa: DTZ001


def fastest(audit: Audit, *works: Callable[[Audit], object]) -> list[tuple[float, float]]:
    """The best of several runs of each, in turn: seconds on the clock and of the processors."""
    found = [[timed(work, audit) for work in works] for _ in range(ROUNDS)]
    return [(min(one[0] for one in runs), min(one[1] for one in runs)) for runs in zip(*found, strict=True)]


def timed(work: Callable[[Audit], object], audit: Audit) -> tuple[float, float]:
    clock, used = time.perf_counter(), time.process_time()
    work(audit)
    return time.perf_counter() - clock, time.process_time() - used


def peak_megabytes(path: Path, plan: str) -> float:
    """The peak memory of a process that opens the records, draws and does nothing else."""
    module = "tests.benchmarks.test_drawing_speed"
    code = (
        f"import resource; from pathlib import Path; from {module} import opened, ours, {plan}\n"
        f"ours(opened(Path({str(path)!r})), {plan})\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(result.stdout.split()[-1])


def test_what_is_drawn_are_the_lowest_numbers_of_a_stratum(tickets: Path) -> None:
    with opened(tickets) as audit:
        cases = ours(audit).cases
        ids = audit.engine.rows(
            "SELECT ticket_id FROM ticket WHERE channel = 'phone'"
            " AND created_at >= '2026-08-03' AND created_at < '2026-08-10'"
        )
    own = cases.query("channel == 'phone' and week == '2026-W32'")["case_id"].tolist()
    assert own == sorted((str(one) for (one,) in ids), key=lambda one: number(PLAN.seed, one))[: len(own)]


def test_speed_and_memory_of_a_draw(benchmark: object, tickets: Path) -> None:
    with opened(tickets) as audit:
        benchmark.pedantic(ours, args=(audit,), rounds=ROUNDS, warmup_rounds=1)  # type: ignore[attr-defined]
        (read, read_used), (drawn, drawn_used), (stored, _) = fastest(audit, scan, ours, whole)
    print(f"\n4,000 of {ROWS:,} tickets by channel and week: draw {drawn:.2f} s, one scan {read:.2f} s")
    print(
        f"draw / scan        {drawn / read:.2f} on the clock, {drawn_used / read_used:.2f} of the processors",
        end="",
    )
    print("  (promised: under 2)")
    print(f"with the profile of the frame {stored:.2f} s")
    for name, plan in (("4,000 cases", "PLAN"), ("one in ten", "ONE_IN_TEN")):
        print(
            f"peak memory        {peak_megabytes(tickets, plan):,.0f} MB for {name}  (promised: under 1,000)"
        )
