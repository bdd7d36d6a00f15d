"""A standard and its records in a folder, written by the test itself, as an audit open for questions."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from sqaudit.audit import Audit, audit_of

COLUMNS = {
    "case_id": "text", "opened": "timestamp", "closed": "timestamp", "due": "timestamp", "team": "text",
    "region": "text", "level": "integer", "zone": "text", "good": "boolean", "minutes": "number",
    "met": "number", "of": "number", "note": "text",
}  # fmt: skip
KIND = {
    "name": "Case",
    "key": "case_id",
    "time": "opened",
    "columns": {name: {"type": kind} for name, kind in COLUMNS.items()},
}
Rows = Sequence[Mapping[str, object]]
Opened = Callable[..., Audit]


def write_rows(path: Path, rows: Rows, columns: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(
            {name: "" if row.get(name) is None else row[name] for name in columns} for row in rows
        )


def open_cases(
    folder: Path, indicators: Sequence[Mapping[str, Any]], tables: Mapping[str, Rows], **run: Any
) -> Audit:
    """The audit of some indicators over tables of cases; other record kinds under `kinds`."""
    kinds = {"case": KIND, **run.pop("kinds", {})}
    standard = {
        "standard": "tested",
        "title": "Tested",
        "record_kinds": kinds,
        "indicators": [{"name": one["id"], "records": "case", **one} for one in indicators],
        **run.pop("standard", {}),
    }
    (folder / "standard.yaml").write_text(yaml.safe_dump(standard, allow_unicode=True), encoding="utf-8")
    records = {}
    for kind, rows in tables.items():
        columns = run.get("columns", {}).get(kind) or list(kinds[kind]["columns"])
        write_rows(folder / f"{kind}.csv", rows, columns)
        records[kind] = {"path": f"{kind}.csv", **run.get("sources", {}).get(kind, {})}
    run.pop("columns", None)
    run.pop("sources", None)
    settings = {
        "period": "2026-Q3",
        "compare": "none",
        "as_of": "2026-10-08 00:00:00",
        "notebooks": ["data_quality"],
    }
    return audit_of({"standard": "standard.yaml", "records": records, **settings, **run}, folder)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """`opened(indicators, cases, ...)` is the audit; closed when the test ends."""
    audits: list[Audit] = []

    def make(
        indicators: Sequence[Mapping[str, Any]] | Mapping[str, Any], cases: Rows = (), **run: Any
    ) -> Audit:
        listed = [indicators] if isinstance(indicators, Mapping) else indicators
        folder = tmp_path / str(len(audits))
        folder.mkdir()
        audits.append(open_cases(folder, listed, {"case": cases, **run.pop("tables", {})}, **run))
        return audits[-1]

    yield make
    for audit in audits:
        audit.close()


def identity(frame: Any) -> dict[str, Any]:
    """What a single row of figures says."""
    assert len(frame) == 1
    return dict(frame.iloc[0])
