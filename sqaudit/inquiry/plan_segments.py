"""The segments of an improvement plan held against the records: columns and values they do not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from sqaudit.actions import Action
from sqaudit.actions.findings import FINDINGS, nearest
from sqaudit.audit import Audit
from sqaudit.conditions import ConditionError, condition, literal, quoted
from sqaudit.errors import MOST_KNOWN
from sqaudit.personal import is_personal
from sqaudit.plan import described_kinds, personal_columns

CODES = ("segment_column", "segment_personal", "segment_value")
_MOST_VALUES = 1000  # among which the one that is meant is looked for

__all__ = ["CODES", "segment_findings"]


def segment_findings(audit: Audit, actions: Iterable[Action]) -> pd.DataFrame:
    """Why the records do not know the segment of an action, in FINDINGS; in the order of the plan.

    `segment_column`: the records of its indicator lack the column in `detail`. `segment_personal`: the
    column holds personal data, which a run hides. `segment_value`: no record has the value, `detail` being
    column=value. `meant` is the name that is near, `known` are those there are,
    at most twenty, of columns those that hold text.
    Actions without an indicator of the standard, and dropped ones, are passed over.
    """
    indicators = {one.id: one for one in audit.standard.indicators}
    rows = [
        {"action": action.id, "code": code, "since": pd.NaT, "days": None, "detail": detail,
         "meant": nearest(word, known), "known": ", ".join(known[:MOST_KNOWN])}
        for action in actions
        if action.status != "dropped" and action.indicator in indicators
        for kinds in [[kind for kind in indicators[action.indicator].kinds if kind in audit.columns]]
        if kinds
        for code, detail, word, known in _faults(audit, action, kinds)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(FINDINGS))
    return frame.astype({"since": "datetime64[ns]", "days": "Int64", "action": "object", "code": "object"})


def _faults(
    audit: Audit, action: Action, kinds: Sequence[str]
) -> Iterator[tuple[str, str, str, Sequence[str]]]:
    """Code, detail, the word that is not known, and the words that are."""
    there = {name for kind in kinds for name in audit.columns[kind]}
    values = action.dimensions
    for column in sorted(_asked(action)):
        if _hidden(audit, column):
            yield "segment_personal", column, column, ()
        elif column not in there:
            texts = {
                name for kind in kinds for name, held in audit.columns[kind].items() if held == "VARCHAR"
            }
            known = sorted(name for name in texts if not name.startswith("_") and not _hidden(audit, name))
            yield "segment_column", column, column, known
        elif values and not _has(audit, kinds, column, values[column]):
            value = values[column]
            yield "segment_value", f"{column}={value}", value, _values(audit, kinds, column)


def _hidden(audit: Audit, column: str) -> bool:
    if audit.run.show_personal_data:
        return False
    kinds = [audit.standard.kind(kind) for kind in audit.columns]
    return column in personal_columns(audit.run, described_kinds(audit.standard)) or is_personal(
        column, kinds
    )


def _columns_of_text(audit: Audit, kinds: Sequence[str]) -> list[str]:
    """What a segment is likely to be by."""
    held = {name: sql_type for kind in kinds for name, sql_type in audit.columns[kind].items()}
    texts = sorted(name for name, sql_type in held.items() if sql_type == "VARCHAR")
    return [name for name in texts if not name.startswith("_") and not _hidden(audit, name)]


def _asked(action: Action) -> frozenset[str]:
    """The columns that the segment of an action asks."""
    if action.dimensions is not None:
        return frozenset(action.dimensions)
    try:
        return condition(action.where or "").columns
    except ConditionError:  # told when the plan is read
        return frozenset()


def _has(audit: Audit, kinds: Sequence[str], column: str, value: str) -> bool:
    where = f"CAST({quoted(column)} AS VARCHAR) = {literal(value)}"
    return any(
        audit.engine.rows(f"SELECT 1 FROM {quoted(kind)} WHERE _excluded IS NULL AND {where} LIMIT 1")
        for kind in kinds
        if column in audit.columns[kind]
    )


def _values(audit: Audit, kinds: Sequence[str], column: str) -> list[str]:
    found: set[str] = set()
    for kind in kinds:
        if column in audit.columns[kind]:
            name = f"CAST({quoted(column)} AS VARCHAR)"
            sql = f"SELECT DISTINCT {name} FROM {quoted(kind)} WHERE _excluded IS NULL AND {name} IS NOT NULL"
            found |= {str(row[0]) for row in audit.engine.rows(f"{sql} ORDER BY 1 LIMIT {_MOST_VALUES}")}
    return sorted(found)
