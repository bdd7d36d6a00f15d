"""Scores as formulas of a spreadsheet: only where the formula gives exactly what was scored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

SAME = 1e-9  # relative; a larger difference means another rule was at work

__all__ = ["Formula", "score_formulas", "total_formula"]


@dataclass(frozen=True)
class Formula:
    """A formula and the result the report shows for it."""

    text: str
    result: float


def score_formulas(scorecard: pd.DataFrame, first_row: int) -> list[dict[str, Formula]]:
    """For each row the formulas of attainment, raw_score and capped_score, where they are plain ratios.

    In: value, target, weight, attainment, raw_score, capped_score. `first_row` counts from zero. A score that
    another rule made (a panel, a step table) has no formula and stays a number.
    """
    places = {str(name): place for place, name in enumerate(scorecard.columns)}
    rows = scorecard.to_dict("records")
    return [_row_formulas(row, places, first_row + number) for number, row in enumerate(rows)]


def total_formula(scorecard: pd.DataFrame, first_row: int) -> dict[str, Formula]:
    """The sums of the weights and of the scores that count."""
    places = {str(name): place for place, name in enumerate(scorecard.columns)}
    last_row = first_row + len(scorecard) - 1
    sums: dict[str, Formula] = {}
    for column in ("weight", "capped_score"):
        if column in places:
            cells = ":".join(xl_rowcol_to_cell(row, places[column]) for row in (first_row, last_row))
            sums[column] = Formula(f"=SUM({cells})", float(pd.to_numeric(scorecard[column]).sum()))
    return sums


def _row_formulas(row: Mapping[Any, Any], places: Mapping[str, int], line: int) -> dict[str, Formula]:
    def cell(column: str) -> str:
        return str(xl_rowcol_to_cell(line, places[column]))

    def number(column: str) -> float:
        return float(row[column]) if column in places and pd.notna(row[column]) else math.nan

    attainment, weight = number("attainment"), number("weight")
    raw, capped = number("raw_score"), number("capped_score")
    made: dict[str, Formula] = {}
    for above, below in (("value", "target"), ("target", "value")):  # higher is better; lower is better
        ratio = _ratio(number(above), number(below))
        if "attainment" not in made and _is_same(attainment, ratio):
            made["attainment"] = Formula(f"={cell(above)}/{cell(below)}", attainment)
        if "raw_score" not in made and _is_same(raw, weight * ratio):
            made["raw_score"] = Formula(f"={cell('weight')}*{cell(above)}/{cell(below)}", raw)
    if "raw_score" in made and _is_same(capped, min(raw, weight)):
        made["capped_score"] = Formula(f"=MIN({cell('raw_score')},{cell('weight')})", capped)
    elif "raw_score" in made and _is_same(capped, raw):
        made["capped_score"] = Formula(f"={cell('raw_score')}", capped)
    return made


def _ratio(above: float, below: float) -> float:
    return above / below if below else math.nan


def _is_same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=SAME, abs_tol=1e-12)
