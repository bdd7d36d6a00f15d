"""Every indicator of the standards that come with sqaudit, on a few records counted by hand.

`cases/<standard>.yaml` lists the cases: records of one or more kinds, and what the indicator makes of them.
`rows.csv` lists the indicators of the five source documents: number and code.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from pyarrow import parquet

from sqaudit.audit import Audit
from sqaudit.plan import Plan, planned
from sqaudit.standards import Indicator, Standard, read_standard
from sqaudit.standards.measures import SHARES
from sqaudit.standards.model import Rule
from sqaudit.standards.variants import variants

HERE = Path(__file__).parent
STANDARDS = HERE.parents[1] / "params" / "standards"
DOCUMENTS = {
    "S0": "service_assessment",
    "S1": "customer_service_assurance",
    "S2": "special_service_monitoring",
    "S3": "after_sales_evaluation",
    "S4": "quality_management",
}
ROWS = {
    row["id"]: row["code"]
    for row in csv.DictReader((HERE / "rows.csv").read_text(encoding="utf-8").splitlines())
}
FIGURES = ("numerator", "denominator", "pending", "excluded", "value")
SHARE_LIKE = SHARES | {"gap"}
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, in C where it was built
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "timestamps": pa.list_(pa.timestamp("us")),
}


@dataclass(frozen=True)
class Case:
    """Records and what an indicator makes of them; `readings` the same for its other readings.

    `calendar` holds keys that the case sets in the calendar of the standard, such as peak hours.
    """

    standard: str
    indicator: str
    place: int
    as_of: datetime
    records: dict[str, list[dict[str, Any]]]
    expect: dict[str, Any]
    period: str = "2026-07"
    readings: dict[str, Any] = field(default_factory=dict)
    calendar: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.standard}-{self.indicator}-{self.place}"

    @property
    def expected(self) -> dict[str, dict[str, Any]]:
        """What is expected of the indicator (reading "") and of its other readings ("A16.1"), by reading."""
        others = {
            f"{number}.{place}": one
            for number, given in self.readings.items()
            for place, one in enumerate(given if isinstance(given, list) else [given], start=1)
        }
        return {"": self.expect} | others


def _yaml(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - a safe one


def _cases(file: Path) -> Iterator[Case]:
    for place, given in enumerate(_yaml(file), start=1):
        yield Case(file.stem, place=place, **{**given, "as_of": _moment(given["as_of"])})


@lru_cache(maxsize=8)
def _as_written(standard: str) -> dict[str, Any]:
    written: dict[str, Any] = _yaml(STANDARDS / f"{standard}.yaml")
    return written


@lru_cache(maxsize=8)
def _standard(name: str) -> Standard:
    return read_standard(STANDARDS / f"{name}.yaml")


def _moment(given: object) -> datetime:
    """YAML reads a time as one only with seconds, and a day as a date."""
    return datetime.fromisoformat(str(given))


def _value(given: Any, kind: str) -> Any:
    if given is None or kind in ("integer", "number", "boolean"):
        return given
    if kind == "timestamps":
        return [_moment(one) for one in given]
    if kind == "timestamp":
        return _moment(given)
    return given.isoformat() if isinstance(given, date) else str(given)


def _written(case: Case, folder: Path) -> dict[str, dict[str, str]]:
    """The records of a case as Parquet files; a key that no row has makes no column."""
    sources = {}
    for kind, rows in case.records.items():
        model = _standard(case.standard).kind(kind)
        names = list(dict.fromkeys(name for row in rows for name in row)) or [
            model.key or "",
            model.time or "",
        ]
        assert set(names) <= set(model.columns), f"{case}: {kind} has no such column"
        types = {name: model.columns[name].type for name in names}
        columns = {
            name: pa.array([_value(row.get(name), types[name]) for row in rows], TYPES[types[name]])
            for name in names
        }
        path = folder / f"{kind}.parquet"
        parquet.write_table(pa.table(columns), path)
        sources[kind] = {"path": str(path)}
    return sources


def _small(case: Case, folder: Path) -> Path:
    """A standard of the one indicator, so that nothing else has to be read for every case."""
    whole = _as_written(case.standard)
    own = [one for one in whole["indicators"] if one["id"] == case.indicator]
    file = folder / "standard.yaml"
    file.write_text(yaml.safe_dump({**whole, "indicators": own, "rules": []}), encoding="utf-8")
    return file


def _calendar(case: Case, folder: Path) -> dict[str, str]:
    """The key of a run that names the calendar of the case, if it has one of its own."""
    if not case.calendar:
        return {}
    shipped = _yaml(STANDARDS.parent / "calendars" / f"{_as_written(case.standard)['calendar']}.yaml")
    file = folder / "calendar.yaml"
    file.write_text(yaml.safe_dump({**shipped, **case.calendar, "id": "of_the_case"}), encoding="utf-8")
    return {"calendar": str(file)}


def _plan(case: Case, folder: Path) -> Plan:
    run = {
        "standard": str(_small(case, folder)),
        "period": case.period,
        "compare": "none",
        "as_of": case.as_of,
        "records": _written(case, folder),
        **_calendar(case, folder),
    }
    return planned(run, folder, str(case))


def _measured(case: Case, folder: Path) -> pd.DataFrame:
    """The figures of the indicator (reading "") and of its other readings ("A16.1"), by reading."""
    plan = _plan(case, folder)
    standard = plan.standards[0]
    others = {f"{one.assumption}.{one.reading}": one.indicator for one in variants(standard)}
    every = {"": standard.indicators[0]} | others
    alone = [one.model_copy(update={"readings": {}}) for one in every.values()]
    widened = replace(plan, standards=(standard.model_copy(update={"indicators": alone}),))
    with Audit(widened) as audit:
        figures = audit.measure().set_index("indicator")
    return figures.loc[[one.id for one in alone]].set_axis(list(every))


CASES = [case for file in sorted((HERE / "cases").glob("*.yaml")) for case in _cases(file)]
INDICATORS = [(name, one["id"]) for name in DOCUMENTS.values() for one in _as_written(name)["indicators"]]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_counted_by_hand(case: Case, tmp_path: Path) -> None:
    found = _measured(case, tmp_path)
    assert set(case.expect) <= set(FIGURES)
    for name, expected in case.expected.items():
        figures = {key: found.loc[name, key] for key in expected}
        wanted = {key: _figure(value) for key, value in expected.items()}
        assert figures == pytest.approx(wanted, rel=1e-9, abs=1e-12, nan_ok=True), name


@pytest.mark.parametrize(("standard", "name"), INDICATORS, ids=lambda value: str(value))
def test_an_indicator_has_cases_that_differ(standard: str, name: str) -> None:
    """One that is met and one that is not; of other measures, more than one row."""
    own = [case for case in CASES if (case.standard, case.indicator) == (standard, name)]
    assert own, f"cases/{standard}.yaml has no case for {name}"
    assert all({"value"} <= set(case.expect) for case in own)
    shares = _standard(standard).indicator(name).kind_of_measure in SHARE_LIKE
    assert any(_tells(case, shares) for case in own), f"every case of {name} has one outcome only"


def _figure(given: float | str | None) -> float:
    """A figure as a case states it: 0.5, 1/3, or nothing."""
    return float("nan") if given is None else float(Fraction(given))


def _tells(case: Case, shares: bool) -> bool:
    if shares:
        return 0 < _figure(case.expect["value"]) < 1
    return case.expect["value"] is not None and sum(map(len, case.records.values())) > 1


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_documents_is_carried_out(row: str) -> None:
    entries = _entries(_standard(DOCUMENTS[row.split("-")[0]]))
    assert {one.id: one.row for one in entries}[ROWS[row]] == row


@pytest.mark.parametrize("name", DOCUMENTS.values())
def test_every_entry_says_what_it_is_in_both_languages(name: str) -> None:
    entries = _entries(_standard(name))
    assert {one.row for one in entries} <= set(ROWS)
    wanting = {
        one.id: [
            key
            for key, text in _texts(one).items()
            if not CHINESE.search(text.zh) or not text.en or CHINESE.search(text.en)
        ]
        for one in entries
    }
    assert {name: keys for name, keys in wanting.items() if keys} == {}


def _entries(standard: Standard) -> list[Indicator | Rule]:
    return [*standard.indicators, *standard.rules]


def _texts(entry: Indicator | Rule) -> dict[str, Any]:
    texts = {"name": entry.name, "clause": entry.clause, "requirement": entry.requirement}
    if isinstance(entry, Rule):
        return texts | {"carried_out_by": entry.carried_out_by}
    if entry.remark.en or entry.remark.zh or entry.truncated:
        texts["remark"] = entry.remark
    if entry.positive_name.en or entry.positive_name.zh:
        texts["positive_name"] = entry.positive_name
    return texts | {
        f"{number}.{place}": reading.is_
        for number, readings in entry.readings.items()
        for place, reading in enumerate(readings)
    }


@pytest.mark.parametrize("name", DOCUMENTS.values())
def test_no_target_is_invented_where_the_document_is_cut_off(name: str) -> None:
    cut_off = [one for one in _standard(name).indicators if one.truncated]
    assert [one.id for one in cut_off if one.all_targets] == []
