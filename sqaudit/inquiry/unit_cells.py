"""What an assessment is made of, counted from the records of an open audit: cases by unit and month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sqaudit.assessment import AssessmentRules
from sqaudit.assessment.rules import MajorComplaint
from sqaudit.audit import Audit
from sqaudit.inquiry.dimensions import quoted_if_needed
from sqaudit.measure import sql
from sqaudit.measure.cells import cells
from sqaudit.measure.question import event_of, single_scan
from sqaudit.periods import Period
from sqaudit.personal import is_personal
from sqaudit.plan import described_kinds, personal_columns
from sqaudit.standards import Indicator
from sqaudit.standards.measures import Measure
from sqaudit.standards.model import Piece

LEVELS = ("agent", "team", "department")  # looked for where the rules name no level at all
MONTHS = 12  # counted back from the month assessed: months with few cases do not end a run of months
COMPLAINT = "complaint"
IS_COMPLAINT = ("kind", "coalesce(kind, 'complaint') = 'complaint'")  # praise is kept in the same records
MAJOR = ("outlet", "outlet in ('regulator', 'media')")
UPHELD = ("upheld", "upheld")
CELLS = ("level", "unit", "period", "indicator", "numerator", "denominator")
UNASSIGNED = ("level", "indicator", "period", "cases")
LACKING = ("what", "name", "reason")

__all__ = ["LACKING", "UNASSIGNED", "UnitCells", "count_units", "months_until"]


@dataclass(frozen=True, eq=False)
class UnitCells:
    """The counts of an assessment, and what could not be counted.

    `cells`, `mix` and `complaints` are what `assess` takes; of them `mix` and `complaints` are None where
    nothing is known. `unassigned` counts the cases that name no unit, by `level, indicator, period`; they are
    in nobody's figure. `lacking` says what the records do not hold: `what` (indicator, level, mix,
    complaints, rule), its `name`, and a `reason`.
    """

    cells: pd.DataFrame
    mix: pd.DataFrame | None
    complaints: pd.DataFrame | None
    unassigned: pd.DataFrame
    lacking: pd.DataFrame


def months_until(last: Period) -> tuple[Period, ...]:
    """The months that are counted, the one assessed last.

    >>> from sqaudit.periods import parse
    >>> [one.label for one in months_until(parse("2026-02"))][-3:]
    ['2025-12', '2026-01', '2026-02']
    """
    found = [last]
    while len(found) < MONTHS and (before := found[-1].previous()) is not None:
        found.append(before)
    return tuple(reversed(found))


def count_units(audit: Audit, rules: AssessmentRules, last: Period) -> UnitCells:
    """The cases of every unit that the rules are for, in the months up to one; a scan for each indicator.

    The scope, the exclusions and the hour of judging are those of the run. Columns with personal data are no
    levels and no case mix unless the run shows them.
    """
    counting = _Counting.of(audit, rules, last)
    stacked = [counting.indicator(line.indicator) for line in rules.lines]
    frames = [frame for frame in stacked if frame is not None]
    complaints = counting.complaints()
    if not frames:
        nothing = pd.DataFrame(columns=list(CELLS))
        unassigned = pd.DataFrame(columns=list(UNASSIGNED))
        return UnitCells(nothing, None, complaints, unassigned, counting.told)
    every = pd.concat(frames, ignore_index=True)
    keys = ["level", "unit", "period", "indicator"]
    nobody = every["unit"].isna()
    known = every[~nobody].assign(unit=[str(unit) for unit in every.loc[~nobody, "unit"]])
    summed = known.groupby(keys, as_index=False, sort=True)[["numerator", "denominator"]].sum()
    alone = every[nobody].groupby(["level", "indicator", "period"])["denominator"].sum().reset_index()
    if complaints is not None:
        complaints = _with_quiet_months(complaints, summed)
    return UnitCells(
        summed[list(CELLS)],
        _mix(known, [*keys, *counting.mix], rules) if counting.mix else None,
        complaints,
        alone.set_axis(list(UNASSIGNED), axis=1),
        counting.told,
    )


@dataclass(frozen=True)
class _Counting:
    """One count: the months, the columns that name units and sorts of cases, and what is lacking."""

    audit: Audit
    rules: AssessmentRules
    months: tuple[Period, ...]
    levels: tuple[str, ...]
    mix: tuple[str, ...]
    lacking: list[tuple[str, str, str]]

    @classmethod
    def of(cls, audit: Audit, rules: AssessmentRules, last: Period) -> _Counting:
        lacking: list[tuple[str, str, str]] = []
        there = {name for columns in audit.columns.values() for name in columns}
        levels = rules.levels_named or tuple(name for name in LEVELS if name in there)
        kept = [tuple(_usable(audit, names, what, lacking)) for names, what in
                ((levels, "level"), (tuple(rules.mix), "mix"))]  # fmt: skip
        lacking += _idle(rules, kept[0])
        return cls(audit, rules, months_until(last), kept[0], kept[1], lacking)

    @property
    def told(self) -> pd.DataFrame:
        return pd.DataFrame(self.lacking, columns=list(LACKING))

    def indicator(self, name: str) -> pd.DataFrame | None:
        """`level, unit, period, indicator, <mix>, numerator, denominator` of one indicator."""
        one = {one.id: one for one in self.audit.standard.indicators}.get(name)
        if one is None:
            self.lacking.append(("indicator", name, "not_in_standard"))
            return None
        counted = self._cells(one)
        if counted.empty:
            absent = not any(kind in self.audit.columns for kind in one.kinds)
            self.lacking.append(("indicator", name, "absent_records" if absent else "no_cases"))
            return None
        bad, count = counted["bad"], counted["count"]
        met = bad if one.direction == "lower" else count - bad
        shown = counted[["period", *self.mix]].assign(indicator=name, numerator=met, denominator=count)
        parts = [shown.assign(level=level, unit=counted[level]) for level in self.levels]
        return pd.concat(parts, ignore_index=True) if parts else None

    def _cells(self, one: Indicator) -> pd.DataFrame:
        question = self.audit.question((), self.months, (one.id,))
        named = dict.fromkeys([*self.levels, *self.mix])
        by = {name: quoted_if_needed(name) for name in named}
        audit = self.audit
        return cells(audit.engine, audit.standard, audit.columns, question, one, by)

    def complaints(self) -> pd.DataFrame | None:
        """`level, unit, period, raised, upheld, major` of months in which such records were made."""
        columns = self.audit.columns.get(COMPLAINT)
        piece = Piece(COMPLAINT, COMPLAINT, None, None, Measure.model_validate({"count": "true"}))
        event = event_of(self.audit.standard, self.audit.columns, piece) if columns else None
        levels = [level for level in self.levels if level in (columns or {})]
        if columns is None or event is None or not levels:
            if any(isinstance(rule, MajorComplaint) for rule in self.rules.rules):
                self.lacking.append(("complaints", COMPLAINT, "absent_records"))
            return None
        facts = {name: text if name in columns else "null" for name, text in (IS_COMPLAINT, UPHELD, MAJOR)}
        question = self.audit.question((), self.months)
        scan = single_scan(self.audit.columns, question, piece, event)
        texts = [*(quoted_if_needed(level) for level in levels), *facts.values()]
        answer = self.audit.engine.query(sql.cells(scan, piece, texts)).dropna(subset=["_period"])
        names = {f"_d{place}": name for place, name in enumerate([*levels, *facts])}
        rows = answer.rename(columns={**names, "_period": "period", "i0_n": "cases"})
        return pd.concat([_complained(rows, level, set(columns)) for level in levels], ignore_index=True)


def _usable(
    audit: Audit, names: Sequence[str], what: str, lacking: list[tuple[str, str, str]]
) -> Iterator[str]:
    """The columns that some records have and that may be shown; the others are told as lacking."""
    kinds = described_kinds(audit.standard)
    hidden = set() if audit.run.show_personal_data else personal_columns(audit.run, kinds)
    for name in names:
        personal = name in hidden or is_personal(name, kinds.values())
        if not any(name in columns for columns in audit.columns.values()):
            lacking.append((what, name, "absent_columns"))
        elif personal and not audit.run.show_personal_data:
            lacking.append((what, name, "personal"))
        else:
            yield name


def _idle(rules: AssessmentRules, levels: Sequence[str]) -> list[tuple[str, str, str]]:
    """The rules that judge nobody, since the records have none of their levels."""
    return [
        ("rule", rule.id, "no_level")
        for rule in rules.rules
        if not set(rules.levels_of(rule) or LEVELS) & set(levels)
    ]


def _complained(rows: pd.DataFrame, level: str, columns: set[str]) -> pd.DataFrame:
    """Complaints by unit of one level; upheld is missing where one of them is not decided."""
    own = rows[rows[level].notna()]
    cases, facts = own["cases"].to_numpy("float64"), own[["kind", "upheld", "outlet"]].astype("boolean")
    raised = np.where(facts["kind"].fillna(True), cases, 0.0)
    decided = facts["upheld"].astype("Float64").to_numpy("float64", na_value=np.nan)
    counts = {"raised": raised}
    if "upheld" in columns:
        counts["upheld"] = np.where(raised > 0, raised * decided, 0.0)
    if "outlet" in columns:
        counts["major"] = np.where(facts["outlet"].fillna(False), raised, 0.0)
    units = [str(one) for one in own[level]]
    return pd.DataFrame({"level": level, "unit": units, "period": own["period"].to_numpy(), **counts})


def _with_quiet_months(complaints: pd.DataFrame, summed: pd.DataFrame) -> pd.DataFrame:
    """The complaints with a row of 0 for units that had cases in a month in which others' were recorded."""
    months = set(complaints["period"])
    there = summed[summed["period"].isin(months) & summed["level"].isin(set(complaints["level"]))]
    quiet = (
        there[["level", "unit"]]
        .drop_duplicates()
        .merge(pd.DataFrame({"period": sorted(months)}), how="cross")
    )
    counts = {name: 0.0 for name in ("raised", "upheld", "major") if name in complaints}
    return pd.concat([complaints, quiet.assign(**counts)], ignore_index=True)


def _mix(known: pd.DataFrame, keys: list[str], rules: AssessmentRules) -> pd.DataFrame:
    """The same cases by what they are, with those that speak against the service counted."""
    higher = {line.indicator for line in rules.lines if line.direction == "higher"}
    good = known["indicator"].isin(higher)
    bad = (known["denominator"] - known["numerator"]).where(good, known["numerator"])
    table = known.assign(count=known["denominator"], bad=bad)
    summed = table.groupby(keys, as_index=False, dropna=False, sort=True)[["count", "bad"]].sum()
    return summed[[*keys, "count", "bad"]]
