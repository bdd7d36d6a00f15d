"""Figures that somebody else computed, from a table in CSV or Excel, ready to be scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sqaudit import intervals
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.figures_table import Cell, Row, plain, rows_of
from sqaudit.periods import Period, parse
from sqaudit.standards.model import Indicator, Standard
from sqaudit.verdicts import verdict

_NAN = float("nan")
_MAY_BE_PERCENT = ("share", "ratio", "%")  # units; 88 % of a number of minutes says nothing
_SAME = 1e-9  # a target in the file and one in the standard that differ by less are the same


def read_figures(
    path: str | Path, standard: Standard, period: Period | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """A table of figures as a judged frame.

    Columns out: `indicator, period, value, n, low, high, target, direction, unit, verdict, note`, one row
    for every indicator of the standard that is in force in the period; NaN where the file says nothing.
    The file has a column of indicators (ids, or names in either language) and one of values, and may
    have one of cases `n` and one of targets; heads may be English or Chinese, and rows of titles may
    stand above them. Shares are read from 88%, 0.88 or 88: where bare shares are above 1, they are
    percentages, and the note says so. With `n` a share carries its Wilson interval. A target in the file
    that differs from the standard's is noted, not used.
    ParameterError lists every faulty cell and every unknown or repeated indicator with file, row and
    column; where some bare shares are above 1 and some below, those below could mean either and are faults.
    """
    rows = rows_of(Path(path))
    known = _names(standard)
    faults = [*_name_faults(rows, known), *_repeated(rows, known)]
    entries = {one.id: row for row in rows if (one := _named(row, known)) is not None}
    by_id = {one.id: one for one in standard.indicators}
    for identifier, row in entries.items():
        faults += _cell_faults(by_id[identifier], row)
    bare = _bare_shares(by_id, entries)
    faults += _ambiguous(bare)
    if faults:
        raise ParameterError(faults)
    in_percent = any(abs(cell.number or 0) > 1 for cell in bare)
    span = period or parse("all")
    return pd.DataFrame(
        [
            _judged(one, entries[one.id].cells if one.id in entries else {}, in_percent, span, confidence)
            for one in standard.indicators
            if one.in_force(span.start, span.end)
        ]
    )


def _names(standard: Standard) -> dict[str, list[Indicator]]:
    """The indicators by every way to name them: id, names, row in the document."""
    names: dict[str, list[Indicator]] = {}
    for one in standard.indicators:
        for name in dict.fromkeys(map(plain, (one.id, one.name.zh, one.name.en, one.row))):
            if name:
                names.setdefault(name, []).append(one)
    return names


def _named(row: Row, known: Mapping[str, list[Indicator]]) -> Indicator | None:
    """The one indicator that a row names, or None."""
    found = known.get(plain(row.name), [])
    return found[0] if len(found) == 1 else None


def _name_faults(rows: Sequence[Row], known: Mapping[str, list[Indicator]]) -> Iterator[Fault]:
    for row in rows:
        place = row.cells["indicator"].place
        found = known.get(plain(row.name), [])
        if not row.name:
            yield Fault(place, "the row names no indicator.", "Name it, or remove the row.")
        elif not found:
            names = [
                text for ones in known.values() for one in ones for text in (one.id, one.name.zh) if text
            ]
            remedy = did_you_mean(row.name, sorted(set(names)))
            yield Fault(place, f"the standard has no indicator '{row.name}'.", remedy)
        elif len(found) > 1:
            ids = ", ".join(one.id for one in found)
            yield Fault(place, f"'{row.name}' is the name of several indicators.", f"Write one of {ids}.")


def _repeated(rows: Sequence[Row], known: Mapping[str, list[Indicator]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for row in rows:
        one = _named(row, known)
        if one is not None and one.id in seen:
            yield Fault(row.place, f"the indicator '{one.id}' stands twice.", "Keep one row.")
        seen |= {one.id} if one is not None else set()


def _cell_faults(indicator: Indicator, row: Row) -> Iterator[Fault]:
    value, cases = row.cells.get("value"), row.cells.get("n")
    if value is not None and value.number is None:
        yield Fault(value.place, f"'{value.text}' is no number.", "Write 0.88, 88% or 12.5.")
    elif value is not None and value.percent and indicator.shown_unit not in _MAY_BE_PERCENT:
        told = f"'{value.text}' is a percentage, but {indicator.id} is measured in {indicator.shown_unit}."
        yield Fault(value.place, told, "Write the number in that unit.")
    elif value is not None and indicator.shown_unit == "share" and not 0 <= (value.number or 0) <= 100:
        yield Fault(value.place, f"'{value.text}' is no share.", "A share lies between 0% and 100%.")
    if cases is not None and (cases.percent or not (cases.number or 0) >= 1 or (cases.number or 0) % 1):
        remedy = "Write a whole number of at least 1, or leave the cell empty."
        yield Fault(cases.place, f"'{cases.text}' is no number of cases.", remedy)


def _bare_shares(by_id: Mapping[str, Indicator], entries: Mapping[str, Row]) -> list[Cell]:
    """The values of shares without a percent sign, zero left out: it is the same either way."""
    values = [row.cells.get("value") for name, row in entries.items() if by_id[name].shown_unit == "share"]
    return [cell for cell in values if cell is not None and cell.number and not cell.percent]


def _ambiguous(bare: Sequence[Cell]) -> Iterator[Fault]:
    if any((cell.number or 0) > 1 for cell in bare):
        for cell in bare:
            if (cell.number or 0) <= 1:
                either = f"{(cell.number or 0) * 100:g}% or {cell.number:g}%"
                told = f"'{cell.text}' may be {either}: other shares of the file are above 1."
                yield Fault(cell.place, told, "Write it with a percent sign.")


def _amount(cell: Cell | None, in_percent: bool) -> float:
    if cell is None or cell.number is None:
        return _NAN
    return cell.number / 100 if cell.percent or in_percent else cell.number


def _judged(
    indicator: Indicator, cells: Mapping[str, Cell], in_percent: bool, period: Period, confidence: float
) -> dict[str, object]:
    """One indicator with its figure, interval, target in force and verdict."""
    is_share = indicator.shown_unit == "share"
    value = _amount(cells.get("value"), in_percent and is_share)
    n = _amount(cells.get("n"), in_percent=False)
    found = indicator.target_for({}, period.start, period.end)
    target = _NAN if found is None else found
    low, high = intervals.wilson(value * n, n, confidence) if is_share else (_NAN, _NAN)
    row = {"value": value, "denominator": n, "low": float(low), "high": float(high)}
    bounded = not np.isnan(row["low"])
    judged_as = indicator if bounded else indicator.model_copy(update={"evidence": "census"})
    return {
        "indicator": indicator.id,
        "period": period.label,
        "value": value,
        "n": n,
        "low": row["low"],
        "high": row["high"],
        "target": target,
        "direction": indicator.direction,
        "unit": indicator.shown_unit,
        "verdict": verdict(judged_as, row, target),
        "note": "; ".join(_notes(indicator, cells, target, in_percent and is_share, bounded)),
    }


def _notes(
    indicator: Indicator, cells: Mapping[str, Cell], target: float, in_percent: bool, bounded: bool
) -> Iterator[str]:
    value, stated = cells.get("value"), cells.get("target")
    if value is not None and not value.percent and in_percent:
        yield "read as a percentage"
    if stated is not None and stated.number is not None:
        other = _amount(stated, in_percent=indicator.shown_unit == "share" and stated.number > 1)
        if np.isnan(target):
            yield f"the file states the target {other:g}; the standard has none"
        elif abs(other - target) > _SAME:
            yield f"the file states the target {other:g}; the standard's {target:g} was used"
    if value is not None and indicator.evidence != "census" and not bounded:
        yield "judged by the figure alone, since no number of cases is given"


__all__ = ["read_figures"]
