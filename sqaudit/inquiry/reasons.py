"""What people write where they score low or complain: words that others use less, with cases to open."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.causes.reasons import reasons
from sqaudit.conditions import quoted
from sqaudit.inquiry.cases import (
    Cases,
    Span,
    complained,
    group_sql,
    hidden_columns,
    scored_low,
    spans_of,
    told,
    within,
)
from sqaudit.inquiry.facts import Remarks, described, readable
from sqaudit.kinds import RecordKind

MOST_REMARKS = 10_000  # of a column; more are drawn by a hash of their keys, the same ones every time
ENOUGH = 50  # remarks in the group and in the rest: with fewer, a wider span is looked at
STAFF = ("agent", "inspector", "owner", "rater")  # columns whose values may stand in a remark as names
MOST_NAMES = 500
_MASK = " ; "

__all__ = ["ReasonsFound", "reasons_of"]


@dataclass(frozen=True)
class ReasonsFound:
    """The words of one column of free text.

    `group` is whose remarks are held against the rest: `low_score`, `complained` or a condition. `status` is
    `found` (some words are telling), `none`, `too_few` or `no_group`. `table` is that of `causes.reasons`,
    with its words masked and its texts left out. `all_remarks` counts those there are, of which at most
    10,000 were read. `span` is as for drivers.
    """

    records: str
    column: str
    group: str
    status: str
    span: tuple[str, ...] = ()
    remarks: int = 0
    rest: int = 0
    left_out: int = 0
    all_remarks: int = 0
    table: pd.DataFrame = field(default_factory=pd.DataFrame)


def reasons_of(audit: Audit, span: Span | None = None) -> tuple[ReasonsFound, ...]:
    """What is found in every column of free text that the records have and that is not personal."""
    hidden = hidden_columns(audit)
    return tuple(
        _of_column(audit, one, span)
        for one in described().texts
        if _is_text(audit, one) and one.text not in hidden
    )


def _is_text(audit: Audit, one: Remarks) -> bool:
    """Whether the records have the column, as text that the kinds of record do not call personal."""
    if audit.columns.get(one.records, {}).get(one.text) != "VARCHAR":
        return False
    column = audit.standard.kind(one.records).columns.get(one.text)
    return column is not None and column.type == "text" and not column.personal


def _of_column(audit: Audit, one: Remarks, span: Span | None) -> ReasonsFound:
    cases = _group(audit, one)
    if cases is None:
        return ReasonsFound(one.records, one.text, one.group, "no_group")
    frame, chosen, every = _remarks(audit, one, cases, span)
    result = reasons(frame, hidden=_staff(audit, one.records))
    telling = bool(result.table["telling"].any()) if len(result.table) else False
    status = "too_few" if "too_few" in result.notes else "found" if telling else "none"
    return ReasonsFound(
        one.records, one.text, one.group, status, told(chosen), result.remarks, result.rest,
        result.left_out, every, result.table,
    )  # fmt: skip


def _group(audit: Audit, one: Remarks) -> Cases | None:
    """Whose remarks are in question, as cases of the kind that the remarks belong to."""
    if one.group == "low_score":
        return scored_low(audit)
    if one.group == "complained":
        return complained(audit)
    where = readable([one.group], audit.columns[one.records], hidden_columns(audit))
    return Cases(one.records, "true", f"coalesce(({where}), false)") if where is not None else None


def _remarks(audit: Audit, one: Remarks, cases: Cases, span: Span | None) -> tuple[pd.DataFrame, Span, int]:
    """Keys, masked texts and groups of the narrowest span with enough remarks in both, or the widest."""
    spans = [span] if span is not None else spans_of(audit)
    for chosen in spans:
        counts = audit.engine.rows(_counts(audit, one, cases, chosen))
        sizes = {row[0]: int(str(row[1])) for row in counts}
        if chosen is spans[-1] or min(sizes.get(True, 0), sizes.get(False, 0)) >= ENOUGH:
            break
    frame = audit.engine.query(_texts(audit, one, cases, chosen))
    return frame.set_axis(["key", "text", "group"], axis=1), chosen, sum(sizes.values())


def _counts(audit: Audit, one: Remarks, cases: Cases, span: Span) -> str:
    outcome, joins = group_sql(audit, cases)
    return f"SELECT {outcome} AS _group, count(*) FROM {_filled(audit, one, span)} AS own{joins} GROUP BY 1"


def _texts(audit: Audit, one: Remarks, cases: Cases, span: Span) -> str:
    model = audit.standard.kind(one.records)
    key = _key(model, audit.columns[one.records])
    outcome, joins = group_sql(audit, cases)
    rows = f"SELECT {key} AS _key, {_masked(audit, one)} AS _text, {outcome} AS _group"
    chosen = f"{rows} FROM {_filled(audit, one, span)} AS own{joins} ORDER BY md5(_key), _key"
    return f"SELECT * FROM ({chosen} LIMIT {MOST_REMARKS}) ORDER BY _key"


def _key(model: RecordKind, columns: dict[str, str] | object) -> str:
    own = model.key is not None and model.key in columns  # type: ignore[operator]
    return f"CAST(own.{quoted(str(model.key))} AS VARCHAR)" if own else "CAST(own._row AS VARCHAR)"


def _filled(audit: Audit, one: Remarks, span: Span) -> str:
    column = quoted(one.text)
    kept = f"{within(audit, one.records, span)} AND {column} IS NOT NULL AND trim({column}) <> ''"
    return f"(SELECT * FROM {quoted(one.records)} WHERE {kept})"


def _masked(audit: Audit, one: Remarks) -> str:
    """The text without the personal data of its own record: name, telephone, address of that customer."""
    text = f"own.{quoted(one.text)}"
    columns = audit.columns[one.records]
    for name in sorted(hidden_columns(audit)):
        if columns.get(name) == "VARCHAR":
            value = f"own.{quoted(name)}"
            known = f"length(trim(coalesce({value}, ''))) >= 2"
            text = f"CASE WHEN {known} THEN replace({text}, trim({value}), '{_MASK}') ELSE {text} END"
    return text


def _staff(audit: Audit, kind: str) -> list[str]:
    """The names of staff in the records of a kind, to be masked."""
    found: list[str] = []
    for name in STAFF:
        if audit.columns[kind].get(name) == "VARCHAR":
            sql = f"SELECT DISTINCT {quoted(name)} FROM {quoted(kind)} WHERE length({quoted(name)}) >= 2"
            found += [str(row[0]) for row in audit.engine.rows(f"{sql} ORDER BY 1 LIMIT {MOST_NAMES}")]
    return sorted(set(found))
