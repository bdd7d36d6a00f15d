"""Improvement plans from YAML, Excel and CSV, with all their faults at once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pydantic import Field, ValidationError

from sqaudit.actions.columns import HEADS, LOG_HEADS, meanings
from sqaudit.actions.model import Action, plain
from sqaudit.descriptions import Description, read_yaml, validated
from sqaudit.errors import Fault, ParameterError
from sqaudit.faults import Key, faults_of

LOG_SHEETS = ("log", "状态记录")
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_HEAD_ROWS = 20  # a header stands below this many rows of titles at most
_NEEDED = ("id", "action")

Row = tuple[int, dict[str, Any], dict[str, str]]  # number in the file, fields, head of each field

__all__ = ["as_yaml", "cell", "read_actions"]


class _File(Description):
    actions: list[dict[str, Any]] = Field(min_length=1)


def read_actions(path: str | Path) -> tuple[Action, ...]:
    """The actions of a plan: a YAML file with a list under `actions`, an Excel file, or a CSV file.

    In a table the first row with a head for the id and one for the action is the header; heads are English,
    Chinese or those of the record kind `improvement_action`, other columns are passed over, as are rows
    without id and action. An Excel file may keep the log of the status on a sheet of its own (log, 状态记录).
    ParameterError lists every fault with file, sheet, row and column.
    """
    place = Path(path)
    if not place.is_file():
        raise ParameterError([Fault(str(place), "there is no such file.", "Check the path.")])
    if place.suffix.lower() in (".yaml", ".yml"):
        actions, faults = _from_yaml(place)
    elif place.suffix.lower() in _SHEETS:
        actions, faults = _from_workbook(place)
    else:
        actions, faults = _from_csv(place)
    if faults:
        raise ParameterError(faults)
    return actions


def as_yaml(actions: Iterable[Action]) -> str:
    """The actions as a file for people to go on with."""
    content = {"actions": [plain(action) for action in actions]}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _from_yaml(path: Path) -> tuple[tuple[Action, ...], list[Fault]]:
    content, lines = read_yaml(path)
    listed = validated(_File, content, str(path), lines).actions
    actions, faults = [], []
    for number, given in enumerate(listed):
        inside = {key[2:]: line for key, line in lines.items() if key[:2] == ("actions", number)}
        place = f"{path}, action {number + 1}"
        action, found = _one(given, place, inside)
        faults += found
        actions += [action] if action else []
    return _unique(actions, [f"{path}, action {number + 1}" for number in range(len(listed))], faults)


def _from_workbook(path: Path) -> tuple[tuple[Action, ...], list[Fault]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    except (CalamineError, OSError) as error:
        raise ParameterError([Fault(str(path), f"the file is no Excel workbook: {error}.")]) from error
    logs, faults = _logs(sheets, path)
    for name, table in sheets.items():
        if name.casefold() not in LOG_SHEETS and (found := _table(table, HEADS)) is not None:
            actions, more = _made(found, f"{path}, sheet {name}", logs)
            unknown = sorted(set(logs) - {str(row[1].get("id")) for row in found})
            faults += [
                Fault(f"{path}, log", f"the log names the action '{one}', which is not in the plan.")
                for one in unknown
            ]
            return actions, [*faults, *more]
    return (), [*faults, _headless(str(path), sheets)]


def _from_csv(path: Path) -> tuple[tuple[Action, ...], list[Fault]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = path.read_text(encoding=encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ParameterError(
            [Fault(str(path), "the file is neither UTF-8 nor GB18030.", "Save it as UTF-8.")]
        )
    tables = [list(csv.reader(StringIO(text), delimiter=delimiter)) for delimiter in ",;\t"]
    widest = max(tables, key=lambda table: max((len(row) for row in table), default=0))
    rows = _table(widest, HEADS)
    return _made(rows, str(path), {}) if rows is not None else ((), [_headless(str(path), {})])


def _table(table: Sequence[Sequence[Any]], heads: Mapping[str, tuple[str, ...]]) -> list[Row] | None:
    """The rows below the header; None without a header."""
    needed = _NEEDED if heads is HEADS else ("id", "date")
    for at, header in enumerate(table[:_HEAD_ROWS]):
        fields = meanings(list(header), dict(heads))
        if all(name in fields for name in needed):
            named = {field: str(name) for field, name in zip(fields, header, strict=True) if field}
            return [
                (
                    number,
                    {field: cell(given) for field, given in zip(fields, cells, strict=False) if field},
                    named,
                )
                for number, cells in enumerate(table[at + 1 :], start=at + 2)
            ]
    return None


def _logs(
    sheets: Mapping[str, Sequence[Sequence[Any]]], path: Path
) -> tuple[dict[str, list[Any]], list[Fault]]:
    logs: dict[str, list[Any]] = {}
    for name, table in sheets.items():
        if name.casefold() in LOG_SHEETS:
            rows = _table(table, LOG_HEADS)
            if rows is None:
                return {}, [Fault(f"{path}, sheet {name}", "no row heads both id and date.", "Add a header.")]
            for _, fields, _ in rows:
                given = {key: value for key, value in fields.items() if value is not None}
                if "id" in given:
                    logs.setdefault(str(given.pop("id")), []).append(given)
    return logs, []


def _made(
    rows: Iterable[Row], place: str, logs: Mapping[str, list[Any]]
) -> tuple[tuple[Action, ...], list[Fault]]:
    actions, faults, places = [], [], []
    for number, fields, heads in rows:
        given = {name: value for name, value in fields.items() if value is not None}
        if not any(name in given for name in _NEEDED):
            continue
        if log := logs.get(str(given.get("id"))):
            given["log"] = log
        where = f"{place}, row {number}"
        action, found = _one(given, where, {})
        faults += [_headed(fault, where, heads) for fault in found]
        if action:
            actions.append(action)
            places.append(where)
    return _unique(actions, places, faults)


def _one(given: Mapping[str, Any], place: str, lines: Mapping[Key, int]) -> tuple[Action | None, list[Fault]]:
    try:
        return Action.model_validate(given), []
    except ValidationError as error:
        return None, faults_of(error, Action, given, place, lines)


def _headed(fault: Fault, where: str, heads: Mapping[str, str]) -> Fault:
    """The fault with the head of the column instead of the name of the field."""
    field = fault.place.removeprefix(where).lstrip(", ")
    column = f"{where}, column {heads[field]}" if field in heads else f"{where}, {field}" if field else where
    return Fault(column, fault.message, fault.remedy)


def _unique(
    actions: Sequence[Action], places: Sequence[str], faults: list[Fault]
) -> tuple[tuple[Action, ...], list[Fault]]:
    seen: dict[str, str] = {}
    for action, place in zip(actions, places, strict=False):
        if action.id in seen:
            faults.append(
                Fault(place, f"the id '{action.id}' stands in {seen[action.id]} already.", "Give another.")
            )
        seen.setdefault(action.id, place)
    return tuple({action.id: action for action in reversed(actions)}[name] for name in seen), faults


def _headless(place: str, sheets: Mapping[str, object]) -> Fault:
    among = f" on {', '.join(sheets)}" if sheets else ""
    remedy = f"Head the columns id and action, or {HEADS['id'][1]} and {HEADS['action'][1]}."
    return Fault(place, f"no row{among} heads both the id and the action.", remedy)


def cell(given: Any) -> Any:
    """A cell as the model reads it; empty ones are None."""
    if given is None or given is pd.NaT or (isinstance(given, float) and given != given):
        return None
    if isinstance(given, str):
        text = given.strip()
        return text or None
    return given.to_pydatetime() if isinstance(given, pd.Timestamp) else given
