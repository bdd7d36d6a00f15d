"""Figures that somebody else computed, from a table in CSV or Excel, ready to be scored."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sqaudit import intervals
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.params import Source
from sqaudit.periods import Period
from sqaudit.sources import csv_files, text_tables
from sqaudit.standards.model import Indicator, Standard
from sqaudit.verdicts import verdict

HEADS = {
    "indicator": ("indicator", "id", "code", "name", "指标", "二级指标", "指标名称", "指标编号"),
    "value": ("value", "actual", "figure", "实际值", "数值", "值"),
    "n": ("n", "cases", "denominator", "样本量", "件数", "分母"),
    "target": ("target", "目标值", "目标"),
}
_NUMBER = re.compile(r"\s*([+-]?\d[\d,]*(?:\.\d+)?|[+-]?\.\d+)\s*([%％]?)\s*")


def read_figures(
    path: str | Path, standard: Standard, period: Period | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """A table of figures as a judged frame: `indicator, value, n, low, high, target, direction, unit, verdict, note`.

    The file has a column of indicators (ids, or names in either language) and one of values, and may
    have one of cases `n`; headers may be English or Chinese. Shares are read from 88%, 0.88 or 88: where
    one bare share is above 1, all bare shares of the file are percentages, and the note says so. With
    `n` a share carries its Wilson interval. A target in the file that differs from the standard's is
    noted, not used. Every indicator of the standard has a row; NaN where the file says nothing.
    ParameterError lists every unreadable cell and unknown or repeated indicator with file, row and column.
    """
    file = Path(path)
    header, rows = _table(file)
    places = _places(file, header)
    known = _names(standard)
    entries: dict[str, dict[str, object]] = {}
    faults: list[Fault] = []
    for number, row in rows:
        entry, found = _entry(file, number, row, header, places, known)
        faults += found
        if entry is not None:
            identifier = str(entry["indicator"])
            if identifier in entries:
                faults.append(
                    Fault(
                        f"{file}, row {number}",
                        f"the indicator '{identifier}' stands twice.",
                        "Keep one row.",
                    )
                )
            entries[identifier] = entry
    if faults:
        raise ParameterError(faults)
    if not entries:
        raise ParameterError(
            [Fault(str(file), "there is no row below the header.", "Give one row for each indicator.")]
        )
    in_percent = _written_in_percent(entries, standard)
    return pd.DataFrame(
        [_judged(one, entries.get(one.id), in_percent, period, confidence) for one in standard.indicators]
    )


def _table(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header and the numbered rows that are not empty."""
    if not file.is_file():
        raise ParameterError([Fault(str(file), "there is no such file.", "Check the path.")])
    try:
        header, rows = _sheet(file) if file.suffix.lower() in (".xlsx", ".xlsm") else _csv(file)
    except ValueError as error:
        raise ParameterError([Fault(str(file), str(error))]) from error
    return header, [(number, row) for number, row in rows if any(cell.strip() for cell in row)]


def _csv(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    layout = csv_files.layout(file, Source(path=[str(file)]))
    text = file.read_text(encoding=layout.encoding)
    lines = list(csv.reader(text.splitlines(), delimiter=layout.delimiter))
    return list(layout.header), list(enumerate(lines[1:], start=2))


def _sheet(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The first sheet; its header is the first row that names both an indicator and a value column."""
    with text_tables.sheet(file, Source(path=[str(file)])) as (first, rest):
        table = [list(first), *([text_tables.as_text(cell) or "" for cell in row] for row in rest)]
    for number, row in enumerate(table, start=1):
        cells = [str(cell).strip().lower() for cell in row]
        if all(any(name in cells for name in HEADS[need]) for need in ("indicator", "value")):
            return [str(cell) for cell in row], list(enumerate(table[number:], start=number + 1))
    return table[0], []


def _places(file: Path, header: Sequence[str]) -> dict[str, int]:
    """Which column holds what; the indicator and the value must be there."""
    cells = [name.strip().lower() for name in header]
    places: dict[str, int] = {}
    for meaning, names in HEADS.items():
        for name in names:
            if name in cells:
                places.setdefault(meaning, cells.index(name))
    missing = [meaning for meaning in ("indicator", "value") if meaning not in places]
    if missing:
        raise ParameterError(
            [
                Fault(
                    f"{file}, row 1",
                    f"no column holds the {meaning}; present: {', '.join(header)}.",
                    f"Call it one of {', '.join(HEADS[meaning])}.",
                )
                for meaning in missing
            ]
        )
    return places


def _names(standard: Standard) -> dict[str, str]:
    """Every way to name an indicator: its id, its names, its row in the document."""
    names: dict[str, str] = {}
    for one in standard.indicators:
        for name in (one.id, one.name.zh, one.name.en, one.row):
            if name:
                names[name.strip().lower()] = one.id
    return names


def _entry(
    file: Path,
    number: int,
    row: Sequence[str],
    header: Sequence[str],
    places: dict[str, int],
    known: dict[str, str],
) -> tuple[dict[str, object] | None, list[Fault]]:
    cells = {meaning: row[place].strip() if place < len(row) else "" for meaning, place in places.items()}
    faults = []
    identifier = known.get(cells["indicator"].lower())
    if identifier is None:
        where = f"{file}, row {number}, column {header[places['indicator']]}"
        faults.append(
            Fault(
                where,
                f"the standard has no indicator '{cells['indicator']}'.",
                did_you_mean(cells["indicator"], sorted(set(known.values()))),
            )
        )
    entry: dict[str, object] = {"indicator": identifier}
    for meaning in ("value", "n", "target"):
        text = cells.get(meaning, "")
        parsed = _NUMBER.fullmatch(text.lstrip("≥≤<>=")) if text else None
        if text and parsed is None and meaning != "target":
            where = f"{file}, row {number}, column {header[places[meaning]]}"
            faults.append(Fault(where, f"'{text}' is no number.", "Write 0.88, 88% or 12.5."))
        entry[meaning] = (float(parsed[1].replace(",", "")), bool(parsed[2])) if parsed else None
    return (None, faults) if faults else (entry, [])


def _written_in_percent(entries: dict[str, dict[str, object]], standard: Standard) -> bool:
    shares = {one.id for one in standard.indicators if one.shown_unit == "share"}
    return any(
        entry["value"] is not None and not entry["value"][1] and entry["value"][0] > 1  # type: ignore[index]
        for name, entry in entries.items()
        if name in shares
    )


def _amount(cell: object, indicator: Indicator, in_percent: bool) -> float:
    if not isinstance(cell, tuple):
        return float("nan")
    number, percent = cell
    as_percent = percent or (in_percent and indicator.shown_unit == "share")
    return float(number) / 100 if as_percent else float(number)


def _judged(
    indicator: Indicator,
    entry: dict[str, object] | None,
    in_percent: bool,
    period: Period | None,
    confidence: float,
) -> dict[str, object]:
    """One indicator with its figure, interval, target in force and verdict."""
    given = entry or {}
    value = _amount(given.get("value"), indicator, in_percent)
    cases = given.get("n")
    n = float(cases[0]) if isinstance(cases, tuple) else float("nan")
    found = indicator.target_for({}, period.start if period else None, period.end if period else None)
    target = float("nan") if found is None else found
    low, high = (float("nan"), float("nan"))
    if indicator.shown_unit == "share" and 0 <= value <= 1 and n > 0:
        low, high = (float(bound) for bound in intervals.wilson(value * n, n, confidence))
    judged_as = indicator if not np.isnan(low) else indicator.model_copy(update={"evidence": "census"})
    row = {"value": value, "denominator": n, "low": low, "high": high}
    return {
        "indicator": indicator.id,
        "value": value,
        "n": n,
        "low": low,
        "high": high,
        "target": target,
        "direction": indicator.direction,
        "unit": indicator.shown_unit,
        "verdict": verdict(judged_as, row, target),  # type: ignore[arg-type]
        "note": _note(indicator, given, target, in_percent, not np.isnan(low)),
    }


def _note(
    indicator: Indicator, given: dict[str, object], target: float, in_percent: bool, has_interval: bool
) -> str:
    notes = []
    value, stated = given.get("value"), given.get("target")
    if isinstance(value, tuple) and not value[1] and in_percent and indicator.shown_unit == "share":
        notes.append("read as a percentage")
    if isinstance(stated, tuple) and not np.isnan(target):
        other = _amount(stated, indicator, in_percent or stated[0] > 1)
        if abs(other - target) > 1e-9:
            notes.append(f"the file states the target {other:g}; the standard's {target:g} was used")
    if isinstance(value, tuple) and indicator.evidence != "census" and not has_interval:
        notes.append("judged by the figure alone, since no number of cases is given")
    return "; ".join(notes)


__all__: Sequence[str] = ["read_figures"]
