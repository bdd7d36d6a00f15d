"""Single sampling plans by attributes of MIL-STD-105E and ANSI/ASQ Z1.4, looked up by lot, level and AQL."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import pandas as pd
import yaml

from sqaudit.sampling.exact import Number, exact, whole

Severity = Literal["normal", "tightened", "reduced"]
Level = Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"]

DOWN, UP, EMPTY = "v", "^", "."  # how the table writes its arrows and its empty cells


@dataclass(frozen=True)
class AttributeTable:
    """One printed table: the sample size of each code letter, and its cells by AQL as printed."""

    sample_sizes: dict[str, int]
    aqls: tuple[Fraction, ...]
    cells: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class SinglePlan:
    """Inspect `sample_size`: accept up to `accept` nonconforming, reject from `reject` on.

    `code_used` is the letter where the arrows of the table end. Between `accept` and `reject` (reduced plans
    only) the lot is accepted and inspection goes back to normal.
    """

    code: str
    code_used: str
    aql_percent: float
    severity: Severity
    sample_size: int
    accept: int
    reject: int

    @property
    def accepted_up_to(self) -> int:
        """The most nonconforming items a lot is still accepted with: the number for an OC curve."""
        return self.reject - 1


@dataclass(frozen=True)
class LotPlan:
    """The plan for one lot. With `inspect_all` the plan asks for the whole lot or more.

    `plan_size` is what the table says, `sample_size` what there is to inspect: the smaller of it and the lot.
    """

    lot_size: int
    level: Level
    severity: Severity
    aql_percent: float
    code: str
    code_used: str
    plan_size: int
    sample_size: int
    accept: int
    reject: int
    inspect_all: bool


def code_letter(lot_size: int, level: Level = "II") -> str:
    """The code letter of a lot, by Table I. ValueError for a lot of less than 2 or an unknown level.

    >>> code_letter(500), code_letter(501), code_letter(600, "S-4")
    ('H', 'J', 'F')
    """
    if level not in get_args(Level):
        raise ValueError(f"level must be one of {', '.join(get_args(Level))}; found {level!r}.")
    lots, letters = _code_letters()
    return letters[level][bisect_right(lots, whole(lot_size, "lot_size", least=2)) - 1]


def single_plan(code: str, aql_percent: Number, severity: Severity = "normal") -> SinglePlan:
    """The plan of a code letter, by Table II-A (normal), II-B (tightened) or II-C (reduced), arrows followed.

    `aql_percent` is one of the preferred AQLs: 0.010, 0.015, 0.025, 0.040, 0.065, 0.10 ... 10, in per cent
    nonconforming; normal and tightened plans go on to 1000, which counts nonconformities per hundred units.
    ValueError for an AQL or letter that the table does not have.

    Source: MIL-STD-105E (1989), Tables II-A, II-B, II-C; the same plans in ANSI/ASQ Z1.4.

    >>> plan = single_plan("G", 0.65)
    >>> plan.code_used, plan.sample_size, plan.accept, plan.reject
    ('F', 20, 0, 1)
    """
    table = plan_table(severity)
    rows = list(table.cells)
    if code not in rows:
        raise ValueError(
            f"code must be a letter from {rows[0]} to {rows[-1]}, without I and O; found {code!r}."
        )
    column = _column(table, aql_percent, severity)
    row = rows.index(code)
    if table.cells[code][column] == EMPTY:
        raise ValueError(f"the {severity} table has no plan for letter {code} at AQL {aql_percent}.")
    while (cell := table.cells[rows[row]][column]) in (DOWN, UP):
        row += 1 if cell == DOWN else -1
    accept, reject = map(int, cell.split("/"))
    aql = float(table.aqls[column])
    return SinglePlan(code, rows[row], aql, severity, table.sample_sizes[rows[row]], accept, reject)


def lot_plan(
    lot_size: int, aql_percent: Number, level: Level = "II", severity: Severity = "normal"
) -> LotPlan:
    """The plan for a lot: code letter, sample, acceptance and rejection number.

    ValueError as for `code_letter` and `single_plan`.

    >>> plan = lot_plan(600, 2.5)
    >>> plan.code, plan.sample_size, plan.accept, plan.reject, plan.inspect_all
    ('J', 80, 5, 6, False)
    >>> plan = lot_plan(12, 0.65)
    >>> plan.plan_size, plan.sample_size, plan.inspect_all
    (20, 12, True)
    """
    plan = single_plan(code_letter(lot_size, level), aql_percent, severity)
    lot = int(lot_size)
    return LotPlan(
        lot_size=lot,
        level=level,
        severity=severity,
        aql_percent=plan.aql_percent,
        code=plan.code,
        code_used=plan.code_used,
        plan_size=plan.sample_size,
        sample_size=min(plan.sample_size, lot),
        accept=plan.accept,
        reject=plan.reject,
        inspect_all=plan.sample_size >= lot,
    )


def lot_plans(lot_sizes: dict[str, int], aql_percent: Number, level: Level = "II") -> pd.DataFrame:
    """The plans of several lots, normal, tightened and reduced, one row each.

    Columns: `lot` (the name given), then those of `LotPlan`.

    >>> lot_plans({"week 36": 600}, 2.5)[["severity", "sample_size", "accept", "reject"]].values.tolist()
    [['normal', 80, 5, 6], ['tightened', 80, 3, 4], ['reduced', 32, 2, 5]]
    """
    rows = [
        {"lot": name, **vars(lot_plan(size, aql_percent, level, severity))}
        for name, size in lot_sizes.items()
        for severity in get_args(Severity)
    ]
    return pd.DataFrame(rows, columns=["lot", *LotPlan.__dataclass_fields__])


@cache
def plan_table(severity: Severity) -> AttributeTable:
    """The printed table of a severity. ValueError for an unknown severity."""
    if severity not in get_args(Severity):
        raise ValueError(f"severity must be one of {', '.join(get_args(Severity))}; found {severity!r}.")
    head, *rows = _lines(severity)
    sizes, cells = {}, {}
    for left, right in rows:
        code, size = left.split()
        sizes[code], cells[code] = int(size), tuple(right.split())
    return AttributeTable(sizes, tuple(map(Fraction, head[1].split())), cells)


@cache
def _code_letters() -> tuple[list[int], dict[str, list[str]]]:
    """Where each row of Table I begins, and its letters by level."""
    head, *rows = _lines("code_letters")
    columns = zip(*(right.split() for _, right in rows), strict=True)
    return [int(left) for left, _ in rows], dict(zip(head[1].split(), map(list, columns), strict=True))


def _lines(name: str) -> list[tuple[str, str]]:
    """The lines of a printed table, left and right of the bar."""
    halves = (line.partition("|") for line in _printed()[name].splitlines())
    return [(left.strip(), right) for left, _, right in halves]


@cache
def _printed() -> dict[str, str]:
    text = files("sqaudit.sampling").joinpath("attribute_plans.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _column(table: AttributeTable, aql_percent: Number, severity: Severity) -> int:
    aql = exact(aql_percent, "aql_percent")
    if aql not in table.aqls:
        known = ", ".join(f"{float(value):g}" for value in table.aqls)
        raise ValueError(f"aql_percent must be one of the {severity} table: {known}; found {aql_percent}.")
    return table.aqls.index(aql)
