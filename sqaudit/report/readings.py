"""What other readings of the documents would change: the assumptions of a run put to the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.tables import plain_table
from sqaudit.present.words import Tongue, joined, named
from sqaudit.report.reader import BothTongues, Reader

MOST = 12  # readings of a standard that are listed whatever they change; of more, those that decide something
_KEYS = {"grade": "grade_change"}
_EQUAL = 1e-9
Row = Mapping[Any, Any]
Figures = Mapping[str, Row]


def readings(parts: Sequence[Reader]) -> Block:
    """How grade and verdicts stand under every other reading, standard by standard."""
    reader = parts[0]
    told = [block for part in parts for block in _of_standard(part)]
    head = reader.heading("readings.title")
    if not told:
        return blocks.stack(head, reader.text("readings.none"))
    return blocks.stack(head, reader.text("readings.intro"), *told)


def _of_standard(part: Reader) -> list[Block]:
    frame = part.review.results.readings
    own = frame[frame["standard"] == part.review.standard.standard].reset_index(drop=True)
    taken, others = own[own["reading"] == 0], own[own["reading"] > 0]
    if others.empty:
        return []
    known = others[~(others["verdict"] == "not_assessable")]
    figures = {row["indicator"]: row for row in part.review.scorecard.to_dict("records")}
    base = taken.to_dict("records")[0]
    changing = [row for row in known.to_dict("records") if _changes(row, figures, base)]
    title = part.review.standard.title.both()
    told = [part.heading("plain.text", 3, text=title)] if part.among_others else []
    told += _grade_line(part, pd.concat([taken, known]))
    unknown = len(others) - len(known)
    told.append(part.text("readings.counts", all=len(others), changing=len(changing)))
    if unknown:
        told.append(part.text("readings.unknown", count=unknown))
    listed = [row for row in changing if _decides(row, figures, base)] if len(changing) > MOST else changing
    if listed:
        rows = [_line(part, row, figures, base) for row in listed]
        headers = {name: part.word(f"readings.{_KEYS.get(name, name)}") for name in rows[0]}
        told.append(plain_table(pd.DataFrame(rows), part.language, headers))
    if len(listed) < len(changing):
        told.append(part.text("readings.rest", kind="note", count=len(changing) - len(listed)))
    return told


def _grade_line(part: Reader, known: pd.DataFrame) -> list[Block]:
    """Under how many readings the grade stays what it is."""
    taken = known.iloc[0]
    if not taken["grade_en"]:
        return []
    same = int((known["grade_en"] == taken["grade_en"]).sum())
    others = known[known["grade_en"] != taken["grade_en"]]
    grade = {"zh": taken["grade_zh"], "en": taken["grade_en"]}
    line = part.text("readings.grade", kind="lead", grade=grade, same=same, of=len(known))
    if others.empty:
        return [line]
    rows = others.to_dict("records")

    def told(tongue: Tongue) -> str:
        lines = (f"{row['assumption']} → {row[f'grade_{tongue}'] or '—'}" for row in rows)
        return joined(lines, tongue)

    return [line, part.text("readings.other_grades", readings=part.both(told))]


def _decides(row: Row, figures: Figures, base: Row) -> bool:
    """Whether a reading gives another verdict, score or grade."""
    if not _same(row["score"], base["score"]) or row["grade_en"] != base["grade_en"]:
        return True
    return bool(row["indicator"]) and row["verdict"] != figures[row["indicator"]]["verdict"]


def _changes(row: Row, figures: Figures, base: Row) -> bool:
    """Whether a reading gives another figure, verdict, score or grade than the one taken."""
    if _decides(row, figures, base):
        return True
    return bool(row["indicator"]) and not _same(row["value"], figures[row["indicator"]]["value"])


def _same(one: object, other: object) -> bool:
    """Whether two numbers are the same, or both are missing."""
    if numbers.is_number(one) and numbers.is_number(other):
        return abs(float(str(one)) - float(str(other))) < _EQUAL
    return numbers.is_number(one) == numbers.is_number(other)


def _line(part: Reader, row: Row, figures: Figures, base: Row) -> dict[str, object]:
    """One reading with what it changes; what stays as it is is left empty."""
    indicator = str(row["indicator"] or "")
    line: dict[str, object] = {
        "other": {"zh": row["is_zh"], "en": row["is_en"]},
        "number": row["assumption"],
        "indicator": part.name(indicator) if indicator else "—",
        "figure": "",
        "verdict": "",
    }
    if indicator:
        line |= _figure(part, row, figures[indicator])
    if numbers.is_number(base["score"]):
        same = _same(row["score"], base["score"])
        line["score"] = "" if same else f"{numbers.score(base['score'])} → {numbers.score(row['score'])}"
        line["grade"] = _grade(row, base)
    return line


def _figure(part: Reader, row: Row, taken: Row) -> dict[str, object]:
    def values(tongue: Tongue) -> str:
        before = numbers.amount(taken["value"], taken["unit"], tongue)
        return f"{before} → {numbers.amount(row['value'], str(row['unit']), tongue)}"

    def verdict(tongue: Tongue) -> str:
        words = [named({}, str(one), tongue, "verdict") for one in (taken["verdict"], row["verdict"])]
        return " → ".join(words)

    same_verdict = row["verdict"] == taken["verdict"]
    return {
        "figure": "" if _same(row["value"], taken["value"]) else part.both(values),
        "verdict": "" if same_verdict else part.both(verdict),
    }


def _grade(row: Row, base: Row) -> BothTongues | str:
    if row["grade_en"] == base["grade_en"]:
        return ""
    words = [{"zh": one["grade_zh"] or "—", "en": one["grade_en"] or "—"} for one in (base, row)]
    return {tongue: f"{words[0][tongue]} → {words[1][tongue]}" for tongue in ("zh", "en")}


__all__ = ["readings"]
