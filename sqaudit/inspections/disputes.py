"""Answers that are contested and scored again: who, when, why. Rows are added, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.inspections.assignment import same_person
from sqaudit.inspections.cells import Cell, Given, read_cell
from sqaudit.inspections.current import ANSWERS, answers
from sqaudit.inspections.faults import Fault, fault, fault_table
from sqaudit.inspections.issue import Issue, read_issue
from sqaudit.inspections.store import keep, kept

ACTIONS = ("dispute", "rescore", "withdrawn")
FIELDS = ("case_id", "item", "action", "who", "at", "why", "answer", "comment")
ENTRIES = (*FIELDS, "file", "row")
DISPUTES = (
    *("case_id", "item", "state", "who", "at", "why"),
    *("closed_by", "closed_at", "closed_why", "answer_before", "answer_after"),
)


@dataclass(frozen=True)
class Entry:
    """One row of disputes as somebody wrote it, and where it stands."""

    fields: Mapping[str, str]
    file: str = ""
    row: int | None = None

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "").strip()


def record(
    folder: Path, entries: Sequence[Entry], read_at: datetime, agents: Mapping[str, object] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add entries to the record; the entries that were added (ENTRIES) and all faults of the others.

    A `dispute` names a case, perhaps one item, who contests and why. A `rescore` gives a new `answer` to an
    item, which stands instead of the first one from then on; whom the case is about (`agents` by case) may
    not give it. `withdrawn` takes an open dispute back. Good entries are kept, each bad one is named.
    """
    issue = read_issue(folder)
    current = answers(folder)
    answered = set(zip(current["case_id"], current["item"], strict=True))
    still_open = {(one, item) for one, item, state in _states(folder) if state == "open"}
    rows, faults = [], []
    for entry in entries:
        given, problems = _checked(entry, issue, answered, still_open, agents or {})
        faults += problems
        if problems:
            continue
        place = (entry["case_id"], entry["item"])
        if entry["action"] == "dispute":
            still_open.add(place)
        else:
            still_open -= _closed(place, entry["action"])
        at = entry["at"] or read_at.isoformat(timespec="seconds")
        own = {name: entry[name] for name in FIELDS}
        own["answer"] = given.answer if given else ""
        rows.append({**own, "at": at, "file": entry.file, "row": entry.row})
        answer = [] if given is None else [_answer_row(entry, given)]
        tables = {"entries": _entry_table(rows[-1:]), "answers": _given_table(answer)}
        keep(folder, "entries", read_at, {"file": entry.file}, **tables)
    return _entry_table(rows), fault_table(faults)


def disputes(folder: Path) -> pd.DataFrame:
    """Every dispute in the columns DISPUTES: `state` is open, rescored or withdrawn; the oldest first.

    A dispute of a whole case has no item; it is closed by a re-score of any of its items. `answer_before` is
    what was answered when it was closed by a re-score, `answer_after` what was put in its place.
    """
    rows: list[dict[str, Any]] = []
    first = answers(folder).query("role == 'first'")
    before = dict(zip(zip(first["case_id"], first["item"], strict=True), first["answer"], strict=True))
    for entry in _entries(folder).to_dict("records"):
        place = (entry["case_id"], entry["item"])
        if entry["action"] == "dispute":
            opened = {name: entry[name] for name in ("case_id", "item", "who", "at", "why")}
            rows.append({**dict.fromkeys(DISPUTES, ""), **opened, "state": "open"})
            continue
        for row in rows:
            if row["state"] == "open" and (row["case_id"], row["item"]) in _closed(place, entry["action"]):
                row["state"] = "rescored" if entry["action"] == "rescore" else "withdrawn"
                row |= {f"closed_{name}": entry[name] for name in ("at", "why")} | {"closed_by": entry["who"]}
                if entry["action"] == "rescore":
                    row |= {"answer_before": before.get(place, ""), "answer_after": entry["answer"]}
                    before[place] = entry["answer"]
    return pd.DataFrame(rows, columns=list(DISPUTES), dtype="str")


def _closed(place: tuple[str, str], action: str) -> set[tuple[str, str]]:
    """The disputes that an entry closes: of its item, and of the whole case by a re-score."""
    return {place, (place[0], "")} if action == "rescore" else {place}


def _states(folder: Path) -> list[tuple[str, str, str]]:
    frame = disputes(folder)
    return list(zip(frame["case_id"], frame["item"], frame["state"], strict=True))


def _entries(folder: Path) -> pd.DataFrame:
    tables = [one.table("entries") for one in kept(folder) if one.kind == "entries"]
    return pd.concat(tables, ignore_index=True) if tables else _entry_table([])


def _checked(
    entry: Entry,
    issue: Issue,
    answered: set[tuple[str, str]],
    still_open: set[tuple[str, str]],
    agents: Mapping[str, object],
) -> tuple[Given | None, list[Fault]]:
    """The new answer of a re-score, and everything that is wrong with an entry."""
    case, item, action = entry["case_id"], entry["item"], entry["action"]
    where = {"file": entry.file, "row": entry.row, "case_id": case, "item": item}
    faults = []

    def wrong(check: str, value: str = "", **fields: object) -> None:
        faults.append(fault("error", check, **where, value=value, **fields))

    cases = {one for one, _ in issue.roles}
    items = [one.id for one in issue.form.items]
    if action not in ACTIONS:
        wrong("unknown_action", action)
    for name in ("case_id", "who", "why"):
        if not entry[name]:
            wrong("entry_lacks", field=name)
    if case and case not in cases:
        wrong("unknown_case", case, answers=0, inspector=entry["who"])
    if item and item not in items:
        wrong("unknown_item", item)
    if entry["at"] and not _is_time(entry["at"]):
        wrong("no_time", entry["at"])
    if faults:
        return None, faults
    if action in ("dispute", "rescore") and not _is_answered(case, item, answered):
        wrong("not_answered_yet", case)
    if action == "withdrawn" and (case, item) not in still_open:
        wrong("nothing_to_withdraw", case)
    if action != "rescore":
        return None, faults
    given = None
    if not item:
        wrong("entry_lacks", field="item")
    else:
        chosen = issue.form.item(item)
        given, remark = read_cell(Cell(entry["answer"]), chosen)
        if not entry["answer"]:
            wrong("entry_lacks", field="answer")
        elif remark is not None and remark.severity == "error":
            wrong(remark.check, entry["answer"], **issue.expectations[item])
    if case in agents and same_person(agents[case], entry["who"]):
        wrong("own_case", entry["who"])
    return given, faults


def _is_answered(case: str, item: str, answered: set[tuple[str, str]]) -> bool:
    return (case, item) in answered if item else any(one == case for one, _ in answered)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _answer_row(entry: Entry, given: Given) -> dict[str, object]:
    return {
        **{"case_id": entry["case_id"], "item": entry["item"], "inspector": entry["who"]},
        **{"role": "rescore", "answer": given.answer, "value": given.value},
        **{"not_applicable": given.not_applicable, "comment": entry["comment"] or entry["why"]},
        **{"file": entry.file, "sheet": "", "row": entry.row or 0, "column": ""},
    }


def _given_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame([dict(row) for row in rows], columns=list(ANSWERS))
    types = {"value": "float64", "not_applicable": "bool", "row": "int64"}
    return frame.astype({name: types.get(name, "str") for name in ANSWERS})


def _entry_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame([dict(row) for row in rows], columns=list(ENTRIES))
    return frame.astype({name: "Int64" if name == "row" else "str" for name in ENTRIES})


__all__ = ["ACTIONS", "DISPUTES", "ENTRIES", "FIELDS", "Entry", "disputes", "record"]
