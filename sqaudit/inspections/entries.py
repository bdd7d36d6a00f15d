"""Disputes and re-scores as somebody lists them: a CSV file, or a list in YAML."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from sqaudit.descriptions import LARGEST_FILE, read_yaml
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.inspections.disputes import FIELDS, Entry

NEEDED = ("case_id", "action", "who", "why")
_NAMES = {
    **{"样本编号": "case_id", "编号": "case_id", "项目": "item", "操作": "action", "提出人": "who"},
    **{"时间": "at", "理由": "why", "答案": "answer", "说明": "comment"},
}
_ACTIONS = {"申诉": "dispute", "复评": "rescore", "撤回": "withdrawn"}
_Rows = list[tuple[int, dict[str, Any]]]


def read_entries(path: Path) -> list[Entry]:
    """The entries of a CSV file with a header, or of the list `entries:` in a YAML file; texts as they stand.

    Columns are `case_id, item, action, who, at, why, answer, comment`, or the Chinese heads 编号, 项目, 操作,
    提出人, 时间, 理由, 答案, 说明. ParameterError where the file cannot be read or has other columns.
    """
    rows = _yaml_rows(path) if path.suffix.lower() in (".yaml", ".yml") else _csv_rows(path)
    if faults := _name_faults(rows, str(path)):
        raise ParameterError(faults)
    return [Entry(_plain(row), path.name, number) for number, row in rows]


def _csv_rows(path: Path) -> _Rows:
    place = str(path)
    if not path.is_file():
        raise ParameterError([Fault(place, "there is no such file.", "Check the path.")])
    if path.stat().st_size > LARGEST_FILE:
        raise ParameterError([Fault(place, f"the file is larger than {LARGEST_FILE:,} bytes.")])
    reader = csv.DictReader(StringIO(_decoded(path)))
    try:
        return [(reader.line_num, {str(key): value for key, value in row.items()}) for row in reader]
    except csv.Error as error:
        raise ParameterError([Fault(place, f"this is no valid CSV: {error}.")]) from error


def _decoded(path: Path) -> str:
    """The text in UTF-8, else in the encoding that Chinese Excel writes."""
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ParameterError([Fault(str(path), "the file is neither UTF-8 nor GB18030.", "Save it as UTF-8.")])


def _yaml_rows(path: Path) -> _Rows:
    content, lines = read_yaml(path)
    listed = content.get("entries")
    if not isinstance(listed, list) or not all(isinstance(row, Mapping) for row in listed):
        said = "there is no list of entries."
        raise ParameterError([Fault(str(path), said, "Write `entries:` and below it `- case_id: ...`.")])
    return [
        (lines.get(("entries", place), place + 1), {str(name): value for name, value in row.items()})
        for place, row in enumerate(listed)
    ]


def _name_faults(rows: _Rows, place: str) -> list[Fault]:
    if not rows:
        remedy = f"Give the columns {', '.join(FIELDS)} and a row for each."
        return [Fault(place, "there is no entry.", remedy)]
    names = {_NAMES.get(name.strip(), name.strip()) for _, row in rows for name in row}
    known = [*FIELDS, *_NAMES]
    unknown = sorted(names - {*FIELDS})
    faults = [Fault(place, f"unknown column '{name}'.", did_you_mean(name, known)) for name in unknown]
    missing = [name for name in NEEDED if name not in names]
    return faults + [Fault(place, f"the column {name} is missing.", "Add it.") for name in missing]


def _plain(row: Mapping[str, Any]) -> dict[str, str]:
    named = {_NAMES.get(name.strip(), name.strip()): value for name, value in row.items()}
    fields = {name: _text(value).strip() for name, value in named.items()}
    action = fields.get("action", "")
    return {**fields, "action": _ACTIONS.get(action, action)}


def _text(value: object) -> str:
    """A value of YAML as it would be written in CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


__all__ = ["read_entries"]
