"""What a run adds to plain papermill, and how soon a bad run file is refused.

Skipped unless asked for: `python -m pytest tests/benchmarks --benchmark-only -n 0`. Promised: at most 1.3
times what plain papermill needs for the same two notebooks one after the other; two seconds for a bad run
file.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("data_quality", "quarterly_review")
ROUNDS = 3
BAD = """\
standard: params/standards/after_sales_evaluation.yaml
periud: 2026-Q3
segments: [regoin]
scope: "region = (select 1)"
records:
  visit: {path: data_samples/visits.csv, derived: {x: "read_csv('y')"}}
  call: {path: nowhere.csv}
"""


def called(*words: str, status: int = 0) -> float:
    """The seconds that a command takes as a whole process."""
    started = time.perf_counter()
    result = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, check=False)
    assert result.returncode == status, result.stderr.decode()
    return time.perf_counter() - started


def plain(folder: Path) -> float:
    """Plain papermill on the two notebooks, one after the other."""
    notebooks = [(f"notebooks/{name}.ipynb", str(folder / f"{name}.ipynb")) for name in NAMES]
    return sum(called("papermill", source, target, "--no-progress-bar") for source, target in notebooks)


def test_what_a_run_adds_to_papermill(benchmark: object, tmp_path: Path) -> None:
    def ours() -> float:
        return called("sqaudit", "run", "params/quarterly_review.yaml", "--out", str(tmp_path / "reports"))

    benchmark.pedantic(ours, rounds=1)  # type: ignore[attr-defined]
    pairs = [(ours(), plain(tmp_path)) for _ in range(ROUNDS)]
    run, papermill = (sorted(times)[ROUNDS // 2] for times in zip(*pairs, strict=True))
    print(f"\nrun {run:.1f} s, papermill {papermill:.1f} s")
    print(f"ratio {run / papermill:.2f}  (promised: at most 1.3)")


@pytest.mark.benchmark(min_rounds=5)
def test_how_soon_a_bad_run_file_is_refused(benchmark: object, tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text(BAD)
    benchmark(called, "sqaudit", "run", str(file), status=2)  # type: ignore[operator]
    print("\n(promised: within 2 seconds)")
