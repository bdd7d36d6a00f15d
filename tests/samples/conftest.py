"""A small run with a sample plan: eighty visits of two teams over two weeks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sqaudit.audit import open_audit
from sqaudit.samples import Sample, draw, earlier_samples, write_sample

MADE = datetime(2026, 7, 20, 9, 0)  # noqa: DTZ001 - times of a run carry no zone
PLAN = """\
sample:
  records: visit
  strata: [region, week]
  rate: 0.10
  seed: 7
"""


def visits() -> str:
    start = datetime(2026, 7, 6, 9, 0)  # noqa: DTZ001
    lines = ["visit_id,reported_at,promised_at,arrived_at,region,agent,phone,minutes"]
    for place in range(80):
        at = start + timedelta(hours=4 * place)
        region = "north" if place % 4 else "south"
        lines.append(f"V{place:02},{at},{at},{at},{region},E{place % 5},13800000000,{place % 9}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def run_file(small: Path) -> Path:
    (small / "visits.csv").write_text(visits(), encoding="utf-8")
    file = small / "run.yaml"
    file.write_text(file.read_text(encoding="utf-8") + PLAN, encoding="utf-8")
    return file


Drawing = Callable[..., Sample]


@pytest.fixture
def take(run_file: Path) -> Drawing:
    """Draw by the plan with single keys changed, and store the sample."""

    def taken(made: datetime = MADE, folder: str = "samples", **keys: object) -> Sample:
        place = run_file.parent / folder
        with open_audit(run_file) as audit:
            assert audit.run.sample is not None
            plan = type(audit.run.sample).model_validate({**audit.run.sample.model_dump(), **keys})
            return write_sample(draw(audit, plan, made, earlier=earlier_samples(place)), place)

    return taken
