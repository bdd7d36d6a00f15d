"""Books without notebooks, of a small run: what is verified and compared are their figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sqaudit.plan import plan
from sqaudit.publish.execute import silent
from sqaudit.publish.run import publish

VISITS = """\
visit_id,reported_at,promised_at,arrived_at,region,team,phone
V1,2026-07-01 09:00,2026-07-01 11:00,2026-07-01 10:00,north,A,13800000001
V2,2026-07-02 09:00,2026-07-02 11:00,2026-07-02 12:00,north,A,13800000002
V3,2026-08-03 09:00,2026-08-03 11:00,2026-08-03 10:30,south,B,13800000003
V4,2026-08-04 09:00,2026-08-04 11:00,2026-08-04 10:30,south,B,13800000004
V5,2026-05-05 09:00,2026-05-05 11:00,2026-05-05 10:30,south,B,13800000005
V6,2026-05-06 09:00,2026-05-06 11:00,,south,A,13800000006
V7,2026-05-07 09:00,2026-05-07 11:00,2026-05-07 10:59,north,A,13800000007
"""
STANDARD = """\
standard: small
version: "1"
title: {zh: 小标准, en: Small standard}
scoring: {rule: ratio_to_target, cap: at_weight}
grades: [{from: 90, zh: 好, en: Fine}, {from: 0, zh: 差, en: Poor}]
indicators:
  - id: on_time
    name: {zh: 及时率, en: On time}
    records: visit
    measure: {within: {from: reported_at, to: arrived_at, deadline: promised_at}}
    direction: higher
    target: 0.8
    weight: 60
  - id: soon
    name: {zh: 两小时, en: Soon}
    records: visit
    measure: {within: {from: reported_at, to: arrived_at, limit: 90min}}
    direction: higher
    target: 0.75
    weight: 40
    readings:
      A06:
        - is: {zh: 放宽, en: Wider}
          set: {measure: {within: {from: reported_at, to: arrived_at, limit: 60min}}}
"""
RUN = """\
title: {zh: 小审计, en: Small audit}
standard: standard.yaml
period: 2026-Q3
as_of: 2026-10-08
segments: [region]
language: en
formats: [html]
records:
  visit: {path: visits.csv}
"""
Making = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a run file, its standard and its records."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name, content in {"standard.yaml": STANDARD, "visits.csv": VISITS, "run.yaml": RUN}.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def make(home: Path) -> Making:
    """Make a book of the run, with files edited first (`edits`: name, old, new) and keys changed."""

    def made(*edits: tuple[str, str, str], **changes: object) -> Path:
        for name, old, new in edits:
            edited(home / name, old, new)
        the_plan = replace(plan(home / "run.yaml", **changes), notebooks={})
        return publish(the_plan, home / "reports", 1, silent).folder

    return made


def edited(file: Path, old: str, new: str) -> None:
    """Change one place of a file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def moved(home: Path, to: Path) -> Path:
    """The whole folder at another place."""
    shutil.move(home, to)
    return to
