"""Actions out of records of the kind `improvement_action`, and by codes why a record is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd
from pydantic import ValidationError

from sqaudit.actions.columns import meanings
from sqaudit.actions.model import Action, ContradictionError
from sqaudit.actions.read import cell

CODES = (
    "missing", "twice", "unknown_word", "no_day", "no_number", "no_amount", "not_above_zero", "two_effects",
    "before_start", "no_segment", "unfit",
)  # fmt: skip
# What pydantic calls a fault, by its first words, and our code for it.
_KINDS = {
    "missing": "missing",
    "too_short": "missing",
    "string_too_short": "missing",
    "literal_error": "unknown_word",
    "date": "no_day",
    "greater_than": "not_above_zero",
}

__all__ = ["CODES", "RecordFault", "actions_of"]


class RecordFault(NamedTuple):
    """Why a record is no action.

    `row` counts the records from 1, `action` is its id (empty if it has none), `column` the head of the
    column, `code` one of CODES, `value` what stands there. `detail` is what it contradicts, what is expected,
    or for `unfit` the technical reason, in English.
    """

    row: int
    action: str
    column: str
    code: str
    value: str = ""
    detail: str = ""


def actions_of(records: pd.DataFrame) -> tuple[tuple[Action, ...], tuple[RecordFault, ...]]:
    """The actions in records of the kind `improvement_action`, and the faults of rows that are none.

    Columns in: heads as in `sqaudit.actions.columns`; others, and rows without id and action, are passed
    over. Faults of records are findings: sound rows are there all the same; of rows with one id the first.

    >>> rows = {"action_id": ["A1", "A2"], "action": "call back", "status": ["closed", "soon"]}
    >>> found, faults = actions_of(pd.DataFrame(rows))
    >>> [one.id for one in found], faults[0].action, faults[0].column, faults[0].code, faults[0].value
    (['A1'], 'A2', 'status', 'unknown_word', 'soon')
    """
    fields = meanings(list(records.columns))
    heads = {field: str(name) for field, name in zip(fields, records.columns, strict=True) if field}
    found: dict[str, Action] = {}
    faults: list[RecordFault] = []
    for row, cells in enumerate(records.itertuples(index=False, name=None), start=1):
        read = {field: cell(given) for field, given in zip(fields, cells, strict=True) if field}
        given = {field: value for field, value in read.items() if value is not None}
        if "id" not in given and "action" not in given:
            continue
        name = str(given.get("id", ""))
        try:
            action = Action.model_validate(given)
        except ValidationError as error:
            faults += [
                RecordFault(row, name, heads.get(field, field), code, value, heads.get(detail, detail))
                for field, code, value, detail in _told(error, given)
            ]
            continue
        if action.id in found:
            faults.append(RecordFault(row, name, heads["id"], "twice", action.id))
        found.setdefault(action.id, action)
    return tuple(found.values()), tuple(faults)


def _told(error: ValidationError, given: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Field, code, value and detail of everything that a record is refused for."""
    for one in error.errors(include_url=False):
        reason = one.get("ctx", {}).get("error")
        if isinstance(reason, ContradictionError):
            yield from ((fault.field, fault.code, fault.value, fault.detail) for fault in reason.found)
            continue
        field = str(one["loc"][0]) if one["loc"] else ""
        value = "" if one["type"] == "missing" else str(given.get(field, ""))
        kind = next((code for start, code in _KINDS.items() if one["type"].startswith(start)), "unfit")
        if kind == "unfit":
            kind = {"to": "no_number", "by": "no_number", "cost": "no_amount"}.get(field, kind)
        known = str(one.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        yield field, kind, value, {"unknown_word": known, "unfit": str(one["msg"])}.get(kind, "")
