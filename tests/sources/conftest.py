"""A small standard over one kind of records, so that a test is a source and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sqaudit.audit import Audit, audit_of

STANDARD = """
standard: jobs
title: Jobs
scoring: {rule: ratio_to_target, cap: at_weight, not_assessable: renormalise}
grades: [{from: 0, zh: 合格, en: Fair}]
dimensions: {all: {zh: 全部, en: All}}
record_kinds:
  job:
    name: {zh: 活, en: Job}
    key: job_id
    time: opened_at
    columns:
      job_id: {type: text}
      opened_at: {type: timestamp}
      closed_at: {type: timestamp}
      ok: {type: boolean}
      score: {type: number}
      tries: {type: integer}
      phone: {type: text, personal: true}
    orders: [[opened_at, closed_at]]
indicators:
  - id: jobs
    name: Jobs
    dimension: all
    records: job
    measure: {count: job_id is not null}
    direction: higher
"""

Open = Callable[..., Audit]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "jobs.yaml").write_text(STANDARD, encoding="utf-8")
    return tmp_path


@pytest.fixture
def opened(folder: Path) -> Iterator[Open]:
    """Open an audit over one source; further keyword arguments are keys of the run file."""
    with ExitStack() as stack:

        def open_source(source: dict[str, Any], **run: Any) -> Audit:
            content = {"standard": "jobs.yaml", "records": {"job": source}, **run}
            return stack.enter_context(audit_of(content, folder))

        yield open_source


@pytest.fixture
def read_csv(folder: Path, opened: Open) -> Open:
    """Open an audit over one CSV file with this content."""

    def open_csv(content: str | bytes, run: dict[str, Any] | None = None, **source: Any) -> Audit:
        data = content.encode() if isinstance(content, str) else content
        (folder / "jobs.csv").write_bytes(data)
        return opened({"path": "jobs.csv", **source}, **(run or {}))

    return open_csv


def values(audit: Audit, *columns: str) -> list[Any]:
    """The values of one column or of several, row by row, as the engine holds them."""
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
    rows = audit.engine.rows(f"SELECT {names} FROM job ORDER BY _row")
    return [row[0] for row in rows] if len(columns) == 1 else rows


def faults(audit: Audit, check: str) -> list[dict[str, Any]]:
    """The rows of the table of faults that a check made."""
    return [row for row in audit.checks.to_dict("records") if row["check"] == check]


def account(audit: Audit) -> list[tuple[str, str, int]]:
    """Where every row went: step, reason, rows."""
    return list(audit.row_account[["step", "detail", "rows"]].itertuples(index=False, name=None))
