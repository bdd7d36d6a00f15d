"""How long the search for segments takes: one large table of forecasts, and ten million records.

Skipped unless asked for: `python -m pytest tests/benchmarks/test_root_cause_speed.py --benchmark-only -n 0`.
The size can be set with SQAUDIT_BENCHMARK_ROWS. Prints seconds by the clock and of the processor, beside the
promise: 1 s for a table of 48,000 cells, 30 s and 3 GB for ten million records with eight dimensions.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sqaudit.causes.explain import explain_forecast

from .root_cause_cases import ROWS, from_parquet, write_records

RECORDS = int(os.environ.get("SQAUDIT_BENCHMARK_ROWS", ROWS))


@pytest.fixture(scope="module")
def forecasts() -> pd.DataFrame:
    """The size of the largest synthetic family: 10 x 12 x 10 x 8 x 5 cells, with two causes."""
    generator = np.random.default_rng(1)
    levels = [range(size) for size in (10, 12, 10, 8, 5)]
    frame = pd.DataFrame(list(product(*levels)), columns=list("abcde"))
    frame["expected"] = generator.lognormal(3, 1, len(frame))
    frame["actual"] = frame["expected"] * (1 + 0.08 * generator.standard_normal(len(frame))).clip(0)
    frame.loc[(frame["a"] == 3) & (frame["b"] == 4), "actual"] *= 0.5
    frame.loc[(frame["c"] == 1) & (frame["d"] == 2) & (frame["e"] == 0), "actual"] *= 1.6
    return frame


def timed(work: Callable[[], object]) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def test_speed_of_a_table_of_forecasts(benchmark: object, forecasts: pd.DataFrame) -> None:
    answer = explain_forecast(forecasts, list("abcde"))
    assert set(answer.segments["segment"]) == {"a=3 & b=4", "c=1 & d=2 & e=0"}
    benchmark.pedantic(explain_forecast, args=(forecasts, list("abcde")), rounds=5)
    clock, processor = timed(lambda: explain_forecast(forecasts, list("abcde")))
    print(f"\n{len(forecasts):,} cells: {clock:.2f} s, processor {processor:.2f} s (promised: 1 s)")


def test_speed_of_ten_million_records(benchmark: object, tmp_path: Path) -> None:
    path = tmp_path / "tickets.parquet"
    write_records(path, RECORDS)
    clock, processor = timed(
        lambda: benchmark.pedantic(from_parquet, args=(path,), rounds=1)  # type: ignore[attr-defined]
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\n{RECORDS:,} records: {clock:.1f} s, processor {processor:.1f} s (promised: 30 s)")
    print(f"peak memory {memory:.2f} GB (promised: under 3)")
