"""Tables of an assessment: who is worth a review and on what evidence, and who is not listed and why."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sqaudit.present import numbers
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.tables.cells import records_of
from sqaudit.present.tables.markup import Cell, Row, heading, number, table
from sqaudit.present.words import DASH, Labels, Language, Tongue, named, say

MOST = 30  # rows of those who are not listed; the rest is counted

__all__ = ["MOST", "candidates_table", "withheld_table"]


def candidates_table(candidates: pd.DataFrame, labels: Labels, language: Language) -> Block:
    """One row for each name: the rule, the figure and its line, what chance could do, how likely it is wrong.

    In: `candidates` of an assessment. The last column is the chance that the name does not belong here.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        luck = "chance_at_line" if row["kind"] == "missed" else "chance_at_organisation"
        return [
            _unit(row, labels, tongue),
            Cell(named(labels, row["rule"], tongue), _months(row, tongue)),
            Cell(_indicator(row, labels, tongue)),
            number(*_figure(row, tongue)),
            number(_line(row)),
            *(number(_chance(row[name])) for name in (luck, "chance_mix")),
            number(_share(row["probability_wrong"])),
        ]

    def render(tongue: Tongue) -> str:
        names = ("unit", "rule", "indicator", "figure", "line", "luck", "like_cases", "wrong")
        head = [_head(name, tongue, wide=name in ("unit", "rule", "indicator")) for name in names]
        rows = [Row(cells(row, tongue)) for row in records_of(candidates)]
        notes = [say("assessment.explained", tongue)]
        return table(head, rows, tongue, caption=say("assessment.caption.candidates", tongue), notes=notes)

    return bilingual(render, language)


def withheld_table(withheld: pd.DataFrame, labels: Labels, language: Language) -> Block:
    """One row for each bare figure beyond a line that is no reason to look, with why.

    In: `withheld` of an assessment; at most MOST rows are shown, those that most cases speak of first.
    """
    order = withheld.assign(_cases=-withheld["denominator"].astype(float))
    few = order["reason"] == "few_cases"  # whatever the rule: one row tells it
    order = order[~(few & order.duplicated(["level", "unit", "indicator", "reason"]))]
    keys = ["_cases", "level", "unit", "rule", "indicator"]
    shown = order.sort_values(keys, kind="stable").head(MOST)

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        return [
            _unit(row, labels, tongue),
            Cell(named(labels, row["rule"], tongue)),
            Cell(_indicator(row, labels, tongue)),
            number(*_figure(row, tongue)),
            number(_line(row)),
            Cell(say(f"assessment.why_not.{row['reason']}", tongue)),
        ]

    def render(tongue: Tongue) -> str:
        names = ("unit", "rule", "indicator", "figure", "line", "why_not")
        head = [_head(name, tongue, wide=name not in ("figure", "line")) for name in names]
        rows = [Row(cells(row, tongue)) for row in records_of(shown)]
        left = len(order) - len(shown)
        notes = [say("assessment.more", tongue, count=left)] if left else []
        return table(head, rows, tongue, caption=say("assessment.caption.withheld", tongue), notes=notes)

    return bilingual(render, language)


def _head(name: str, tongue: Tongue, *, wide: bool) -> Cell:
    text = say(f"assessment.column.{name}", tongue)
    return Cell(text) if wide else heading(text)


def _unit(row: dict[str, Any], labels: Labels, tongue: Tongue) -> Cell:
    return Cell(str(row["unit"]), named(labels, row["level"], tongue, "segment"))


def _months(row: dict[str, Any], tongue: Tongue) -> str:
    months = str(row["months"]).split(", ")
    return (
        months[0] if len(months) == 1 else say("assessment.from_to", tongue, first=months[0], last=months[-1])
    )


def _indicator(row: dict[str, Any], labels: Labels, tongue: Tongue) -> str:
    name = row["indicator"]
    return named(labels, name, tongue) if isinstance(name, str) else DASH


def _figure(row: dict[str, Any], tongue: Tongue) -> tuple[str, str]:
    if not numbers.is_number(row["value"]):
        counted = numbers.is_number(row["numerator"])
        return (say("assessment.cases", tongue, count=round(row["numerator"])) if counted else DASH), ""
    counts = f"{numbers.count(row['numerator'])}/{numbers.count(row['denominator'])}"
    return numbers.share(row["value"], beside=row["line"]), counts


def _line(row: dict[str, Any]) -> str:
    return f"{numbers.plain(100 * row['line'])} %" if numbers.is_number(row["line"]) else DASH


def _chance(value: object) -> str:
    return numbers.p_value(value) if numbers.is_number(value) else DASH


def _share(value: object) -> str:
    return numbers.share(value) if numbers.is_number(value) else DASH
