"""Shared pieces: the root of the project, and a small run of three visits that makes a book quickly."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

STANDARD = """\
standard: small
title: {zh: 小标准, en: Small standard}
grades: [{from: 60, zh: 好, en: Fine}, {from: 0, zh: 差, en: Poor}]
indicators:
  - id: on_time
    name: {zh: 及时率, en: On time}
    records: visit
    measure: {within: {from: reported_at, to: arrived_at, deadline: promised_at}}
    direction: higher
    target: 0.5
    weight: 100
"""

VISITS = """\
visit_id,reported_at,promised_at,arrived_at,region,phone
V1,2026-07-01 09:00,2026-07-01 11:00,2026-07-01 10:00,north,13800000001
V2,2026-07-02 09:00,2026-07-02 11:00,2026-07-02 12:00,north,13800000002
V3,2026-08-03 09:00,2026-08-03 11:00,2026-08-03 10:30,<b>south</b>,13800000003
"""

RUN = """\
title: {zh: 小审计, en: Small audit}
standard: standard.yaml
period: 2026-Q3
as_of: 2026-10-08
segments: [region]
language: en
records:
  visit: {path: visits.csv}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with a run file `run.yaml`, its standard and its records."""
    for name, content in {"standard.yaml": STANDARD, "visits.csv": VISITS, "run.yaml": RUN}.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples in docstrings name files from the root of the project."""
    monkeypatch.chdir(ROOT)
