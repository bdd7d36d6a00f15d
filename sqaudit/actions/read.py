"""Improvement plans from YAML, Excel and CSV, with all their faults at once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml
from pydantic import Field, ValidationError

from sqaudit.actions.columns import ALIKE, HEADS, LOG_HEADS, Unread, meanings, meant
from sqaudit.actions.model import Action, Contradiction, ContradictionError, plain, written
from sqaudit.descriptions import Description, read_yaml, validated_in_part
from sqaudit.errors import Fault, ParameterError
from sqaudit.faults import Key, at, faults_of

LOG_SHEETS = ("log", "状态记录")
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_HEAD_ROWS = 20  # a header stands below this many rows of titles at most
_NEEDED = ("id", "action")

__all__ = ["PlanFile", "as_yaml", "cell", "read_actions", "read_plan"]


class PlanFile(NamedTuple):
    """What the file of a plan holds: its actions, and the columns that are not read as nobody knows them."""

    actions: tuple[Action, ...]
    unread: tuple[Unread, ...] = ()


class _File(Description):
    actions: list[dict[str, Any]] = Field(min_length=1)


@dataclass(frozen=True)
class _Entry:
    """One action as the file gives it: where it stands, its fields, and how the file calls them."""

    place: str
    given: Mapping[str, Any]
    lines: Mapping[Key, int] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)

    def at(self, key: Key) -> str:
        """Where a field stands, in words."""
        if key and (head := self.heads.get(str(key[0]))) is not None:
            return f"{self.place}, column {head}"
        return at(self.place, key, self.lines)


@dataclass(frozen=True)
class _Table:
    """The rows below a header, numbered as in the file, with the head of each field and the other heads."""

    rows: list[tuple[int, dict[str, Any]]]
    heads: dict[str, str]
    doubled: list[tuple[str, str]]  # a head, and the one before it that means the same
    unknown: list[str]  # that hold something


def read_actions(path: str | Path) -> tuple[Action, ...]:
    """The actions of a plan, as by `read_plan`."""
    return read_plan(path).actions


def read_plan(path: str | Path) -> PlanFile:
    """The plan in a file: YAML with a list under `actions`, Excel, or CSV.

    In a table the first row with a head for the id and one for the action is the header; heads are English,
    Chinese or those of the record kind `improvement_action`. A head that nobody knows is a fault where it is
    nearly a known one that no column has, else its column is told as unread; empty columns, and rows without
    id and action, are passed over. An Excel file may keep the log of the status on a sheet of its own (log,
    状态记录). ParameterError lists every fault with file, sheet, row and column.
    """
    place = Path(path)
    if not place.is_file():
        raise ParameterError([Fault(str(place), "there is no such file.", "Check the path.")])
    if place.suffix.lower() in (".yaml", ".yml"):
        found, faults = _from_yaml(place)
    elif place.suffix.lower() in _SHEETS:
        found, faults = _from_workbook(place)
    else:
        found, faults = _from_csv(place)
    if faults:
        raise ParameterError(faults)
    return found


def as_yaml(actions: Iterable[Action]) -> str:
    """The actions as a file for people to go on with."""
    content = {"actions": [plain(action) for action in actions]}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _from_yaml(path: Path) -> tuple[PlanFile, list[Fault]]:
    content, lines = read_yaml(path)
    _, faults = validated_in_part(_File, content, str(path), lines)
    listed = content.get("actions")
    entries = [
        _Entry(
            f"{path}, action {number + 1}",
            given,
            {key[2:]: line for key, line in lines.items() if key[:2] == ("actions", number)},
        )
        for number, given in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(given, dict)
    ]
    actions, more = _made(entries)
    return PlanFile(actions), [*faults, *more]


def _from_workbook(path: Path) -> tuple[PlanFile, list[Fault]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    except (CalamineError, OSError) as error:
        raise ParameterError([Fault(str(path), f"the file is no Excel workbook: {error}.")]) from error
    logs, unread, faults = _logs(sheets, path)
    for name, cells in sheets.items():
        if name.casefold() not in LOG_SHEETS and (table := _table(cells, HEADS)) is not None:
            place = f"{path}, sheet {name}"
            own, wrong = _heads_told(table, place, name, HEADS)
            entries = _entries(table, place, logs)
            actions, more = _made(entries)
            unknown = sorted(set(logs) - {str(entry.given.get("id")) for entry in entries})
            faults += [
                Fault(f"{path}, log", f"the log names the action '{one}', which is not in the plan.")
                for one in unknown
            ]
            return PlanFile(actions, (*own, *unread)), [*wrong, *faults, *more]
    return PlanFile(()), [*faults, _headless(str(path), sheets)]


def _from_csv(path: Path) -> tuple[PlanFile, list[Fault]]:
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
    table = _table(widest, HEADS)
    if table is None:
        return PlanFile(()), [_headless(str(path), {})]
    unread, wrong = _heads_told(table, str(path), "", HEADS)
    actions, faults = _made(_entries(table, str(path), {}))
    return PlanFile(actions, unread), [*wrong, *faults]


def _table(table: Sequence[Sequence[Any]], heads: Mapping[str, tuple[str, ...]]) -> _Table | None:
    """The rows below the header; None without a header."""
    needed = _NEEDED if heads is HEADS else ("id", "date")
    for place, header in enumerate(table[:_HEAD_ROWS]):
        fields = meanings(list(header), dict(heads))
        if not all(name in fields for name in needed):
            continue
        below = table[place + 1 :]
        first = {name: fields.index(name) for name in fields if name}
        doubled = [
            (str(header[column]), str(header[first[name]]))
            for column, name in enumerate(fields)
            if name and column != first[name]
        ]
        unknown = [
            str(head).strip()
            for column, (head, name) in enumerate(zip(header, fields, strict=True))
            if name is None and cell(head) is not None and _filled(below, column)
        ]
        rows = [
            (number, {name: cell(cells[column]) for name, column in first.items() if column < len(cells)})
            for number, cells in enumerate(below, start=place + 2)
        ]
        return _Table(rows, {name: str(header[column]) for name, column in first.items()}, doubled, unknown)
    return None


def _filled(rows: Sequence[Sequence[Any]], column: int) -> bool:
    return any(column < len(cells) and cell(cells[column]) is not None for cells in rows)


def _heads_told(
    table: _Table, place: str, sheet: str, heads: dict[str, tuple[str, ...]]
) -> tuple[tuple[Unread, ...], list[Fault]]:
    """The columns that are not read, and the faults of heads: two for one field, and those mistyped.

    A plan may hold more than is read here, so a column that resembles nothing stops no run.
    """
    faults = [
        Fault(
            f"{place}, column {head}",
            f"it means the same as the column {other}.",
            "Keep one, rename the other.",
        )
        for head, other in table.doubled
    ]
    unread = []
    for head in table.unknown:
        probably = meant(head, heads, ALIKE)
        if probably is not None and probably[0] not in table.heads:
            remedy = f"Did you mean '{probably[1]}'?"
            faults.append(Fault(f"{place}, column {head}", "this head is not known.", remedy))
        else:
            perhaps = meant(head, heads)
            open_one = perhaps is not None and perhaps[0] not in table.heads
            unread.append(Unread(sheet, head, perhaps[1] if perhaps and open_one else ""))
    return tuple(unread), faults


def _logs(
    sheets: Mapping[str, Sequence[Sequence[Any]]], path: Path
) -> tuple[dict[str, list[Any]], tuple[Unread, ...], list[Fault]]:
    logs: dict[str, list[Any]] = {}
    unread: tuple[Unread, ...] = ()
    faults: list[Fault] = []
    for name, cells in sheets.items():
        if name.casefold() in LOG_SHEETS:
            place = f"{path}, sheet {name}"
            table = _table(cells, LOG_HEADS)
            if table is None:
                return {}, (), [Fault(place, "no row heads both id and date.", "Add a header.")]
            own, wrong = _heads_told(table, place, name, LOG_HEADS)
            unread, faults = (*unread, *own), [*faults, *wrong]
            for _, fields in table.rows:
                given = {key: value for key, value in fields.items() if value is not None}
                if "id" in given:
                    logs.setdefault(str(given.pop("id")), []).append(given)
    return logs, unread, faults


def _entries(table: _Table, place: str, logs: Mapping[str, list[Any]]) -> list[_Entry]:
    """The rows that are actions: those with an id or an action."""
    entries = []
    for number, fields in table.rows:
        given = {name: value for name, value in fields.items() if value is not None}
        if any(name in given for name in _NEEDED):
            log = logs.get(str(given.get("id")))
            whole = {**given, "log": log} if log else given
            entries.append(_Entry(f"{place}, row {number}", whole, heads=table.heads))
    return entries


def _made(entries: Sequence[_Entry]) -> tuple[tuple[Action, ...], list[Fault]]:
    made = [_one(entry) for entry in entries]
    actions = tuple(action for action, _ in made if action is not None)
    return actions, [*(fault for _, found in made for fault in found), *_twice(entries)]


def _one(entry: _Entry) -> tuple[Action | None, list[Fault]]:
    """The action, or all that is wrong: what does not fit, and what contradicts itself beside that."""
    try:
        return Action.model_validate(entry.given), []
    except ValidationError as error:
        if found := _contradictions(error):
            return None, [_said(one, entry) for one in found]
        faults = faults_of(error, Action, entry.given, entry.place, entry.lines)
        wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
    rest = {name: given for name, given in entry.given.items() if name not in wrong}
    if wrong & {"status", "log"}:  # either alone says nothing against the other
        rest = {name: given for name, given in rest.items() if name not in ("status", "log")}
    try:
        Action.model_validate({**rest, **dict.fromkeys(_NEEDED, "?")})
    except ValidationError as error:
        faults += [_said(one, entry) for one in _contradictions(error)]
    return None, [_headed(fault, entry) for fault in faults]


def _contradictions(error: ValidationError) -> tuple[Contradiction, ...]:
    """What the action says against itself; nothing where a field does not fit by itself."""
    reasons = [one.get("ctx", {}).get("error") for one in error.errors(include_url=False)]
    return tuple(one for reason in reasons if isinstance(reason, ContradictionError) for one in reason.found)


def _said(one: Contradiction, entry: _Entry) -> Fault:
    return Fault(entry.at((one.field,)), f"{one.message}.", one.remedy)


def _headed(fault: Fault, entry: _Entry) -> Fault:
    """The fault with the head of the column instead of the name of the field."""
    name = fault.place.removeprefix(entry.place).lstrip(", ")
    return Fault(entry.at((name,)), fault.message, fault.remedy) if name in entry.heads else fault


def _twice(entries: Sequence[_Entry]) -> list[Fault]:
    """The ids that stand above already, those of actions with other faults too."""
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for entry in entries:
        name = written(entry.given.get("id"))
        if isinstance(name, str) and name in seen:
            said = f"the id '{name}' stands in {seen[name]} already."
            faults.append(Fault(entry.at(("id",)), said, "Give another."))
        elif isinstance(name, str):
            seen[name] = entry.place
    return faults


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
