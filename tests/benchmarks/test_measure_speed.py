"""How fast measuring is against a hand-written query and against pandas, on ten million tickets.

Skipped unless asked for: `python -m pytest tests/benchmarks --benchmark-only -n 0`. The size can be set with
SQAUDIT_BENCHMARK_ROWS. Prints the three ratios of the promise: within 1.5 times a hand-written DuckDB query,
at least 5 times faster than pandas, peak memory under 2 GB.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

ROWS = int(os.environ.get("SQAUDIT_BENCHMARK_ROWS", 10_000_000))
ROUNDS = 5

STANDARD = "params/standards/after_sales_evaluation.yaml"
QUERY = """
SELECT date_trunc('month', created_at) AS month, team,
  count(*) AS all_rows,
  count(*) FILTER (WHERE solved_at_first_contact IS NOT NULL) AS judged,
  count(*) FILTER (WHERE solved_at_first_contact) AS met
FROM read_parquet('{path}')
WHERE created_at >= TIMESTAMP '2026-07-01' AND created_at < TIMESTAMP '2026-10-01'
GROUP BY 1, 2
"""


@pytest.fixture(scope="module")
def tickets(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tickets of two quarters with the columns that a real extract has; few where nothing is timed."""
    rows = ROWS if request.config.getoption("benchmark_only") else 100_000
    path = tmp_path_factory.mktemp("tickets") / "tickets.parquet"
    duckdb.execute(
        f"""
        COPY (
          SELECT 'T' || i AS ticket_id,
            TIMESTAMP '2026-04-01' + to_seconds((hash(i) % 15811200)::BIGINT) AS created_at,
            'Team ' || (hash(i * 3 + 1) % 12) AS team,
            'Agent ' || (hash(i * 5 + 2) % 60) AS agent,
            ['phone', 'online', 'on_site'][1 + (hash(i * 7 + 3) % 3)::INT] AS channel,
            ['north', 'south', 'east', 'west'][1 + (hash(i * 11 + 4) % 4)::INT] AS region,
            CASE WHEN hash(i * 13 + 5) % 50 > 0 THEN hash(i * 17 + 6) % 100 < 82 END
              AS solved_at_first_contact
          FROM range({rows}) t(i)
        ) TO '{path}' (FORMAT parquet)
        """
    )
    return path


def run_keys(path: Path) -> dict[str, object]:
    records = {"ticket": {"path": str(path)}}
    return {"standard": STANDARD, "period": "2026-Q3", "compare": "none", "records": records}


def by_hand(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(QUERY.format(path=path)).fetchall()


def by_pandas(path: Path) -> object:
    import pandas as pd

    frame = pd.read_parquet(path, columns=["created_at", "team", "solved_at_first_contact"])
    frame = frame[(frame["created_at"] >= "2026-07-01") & (frame["created_at"] < "2026-10-01")]
    known = frame[frame["solved_at_first_contact"].notna()]
    keys = [known["created_at"].dt.to_period("M"), known["team"]]
    return known["solved_at_first_contact"].astype(bool).groupby(keys).agg(["size", "sum"])


def ours(path: Path) -> object:
    from sqaudit.audit import audit_of

    with audit_of(run_keys(path)) as audit:
        return audit.measure(by=["month", "team"])


def seconds(work: object, path: Path) -> float:
    """The median of several runs."""
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work(path)  # type: ignore[operator]
        found.append(time.perf_counter() - started)
    return sorted(found)[ROUNDS // 2]


def peak_megabytes(path: Path) -> float:
    """The peak memory of a process that measures and does nothing else."""
    module = "tests.benchmarks.test_measure_speed"
    code = f"from pathlib import Path; from {module} import ours; ours(Path({str(path)!r}))"
    subprocess.run([sys.executable, "-c", code], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def test_figures_are_those_of_the_hand_written_query(tickets: Path) -> None:
    frame = ours(tickets)
    own = frame[frame["indicator"] == "fcr_ticket"].set_index(["period", "team"])  # type: ignore[index]
    for month, team, all_rows, judged, met in by_hand(tickets):
        row = own.loc[(f"{month:%Y-%m}", team)]
        assert (row["numerator"], row["denominator"], row["excluded"]) == (met, judged, all_rows - judged)


def test_speed_by_month_and_team(benchmark: object, tickets: Path) -> None:
    benchmark.pedantic(ours, args=(tickets,), rounds=ROUNDS, warmup_rounds=1)  # type: ignore[attr-defined]
    hand, pandas, own = seconds(by_hand, tickets), seconds(by_pandas, tickets), seconds(ours, tickets)
    memory = peak_megabytes(tickets)
    print(f"\n{ROWS:,} tickets by month and team:", end=" ")
    print(f"sqaudit {own:.2f} s, by hand {hand:.2f} s, pandas {pandas:.2f} s")
    print(f"sqaudit / by hand  {own / hand:.2f}  (promised: at most 1.5)")
    print(f"pandas / sqaudit   {pandas / own:.2f}  (promised: at least 5)")
    print(f"peak memory        {memory:,.0f} MB  (promised: under 2,000)")
