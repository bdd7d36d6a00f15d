"""What goes with low scores and with complaints, of all that customers experienced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.causes.drivers import LEAST_OUTCOMES, drivers
from sqaudit.inquiry.cases import (
    Cases,
    Span,
    cells_of,
    complained,
    facts_there,
    outcomes_in,
    scored_low,
    spans_of,
    told,
)
from sqaudit.inquiry.facts import described
from sqaudit.tests_of_change.families import adjusted

PER_FACT = 10  # outcomes for each fact from which on a logistic model is safe: Peduzzi et al. (1996)
KNOWN = 0.8  # of the cases must have a fact known, or complete cases would be few, and a choice
MOST_VALUES = 4  # values of a context column that are adjusted for; the rest stand with the most frequent
LEAST_OF_VALUE = 20
ALPHA = 0.05

__all__ = ["DriversFound", "complaint_drivers_of", "drivers_of"]


@dataclass(frozen=True)
class DriversFound:
    """What goes with an outcome, `low_score` or `complaint`.

    `status` is `estimated`, `too_few` (under 10 cases with or without the outcome) or `no_records` (no score
    or no complaints that belong to anything). `table` is that of `causes.drivers`, with `context` (adjusted
    for, nobody's doing) and `clear` (q <= 0.05, over the facts that are no context). `span` names the
    periods: one, the first and the last, or `until` and the last. `unknown` are facts set aside because
    too few cases have them known, `never` those that happened to nobody, `absent` those whose records or
    columns are not there; `names` tells facts in both languages. A low score is an answer that `indicator`
    does not count.
    """

    outcome: str
    status: str
    indicator: str | None = None
    span: tuple[str, ...] = ()
    cases: int = 0
    outcomes: int = 0
    left_out: int = 0
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def drivers_of(audit: Audit, span: Span | None = None) -> DriversFound:
    """What goes with low scores: answers joined by their ids to the contacts and visits they are about.

    Answers of the period are taken; where they hold fewer than 10 low scores for each fact, those of the
    compared period too, and then all until the end of the period. Only counts decide that, never a result.
    """
    return _found(audit, scored_low(audit), "low_score", span)


def complaint_drivers_of(audit: Audit, span: Span | None = None) -> DriversFound:
    """What goes with complaints: tickets, by whether a complaint belongs to them; spans as for scores."""
    return _found(audit, complained(audit), "complaint", span)


def _found(audit: Audit, cases: Cases | None, outcome: str, span: Span | None) -> DriversFound:
    if cases is None:
        return DriversFound(outcome, "no_records")
    there = facts_there(audit, cases)
    context = next((name for name in described().context if name in audit.columns[cases.kind]), None)
    chosen = span or _wide_enough(audit, cases, len(there))
    cells = cells_of(audit, cases, chosen, there, context)
    cells = cells[cells["outcome"].notna()]
    facts = [name for name in there if name in cells]
    unknown = [name for name in facts if _known(cells, name) < KNOWN]
    never = [name for name in facts if not cells[name].fillna(False).any()]
    facts = [name for name in facts if name not in {*unknown, *never}]
    frame, names = _with_context(cells, context)
    kept = [*facts, *names]
    if not kept or not len(frame):
        return DriversFound(outcome, "no_records", cases.indicator, told(chosen))
    result = drivers(frame, kept, "outcome")
    table = _judged(result.table, [name for name in facts if not described().facts[name].context])
    enough = min(result.outcomes, result.cases - result.outcomes) >= LEAST_OUTCOMES
    return DriversFound(
        outcome=outcome,
        status="estimated" if enough and table["effect"].notna().any() else "too_few",
        indicator=cases.indicator,
        span=told(chosen),
        cases=result.cases,
        outcomes=result.outcomes,
        left_out=result.left_out,
        table=table,
        notes=_notes(table, result.left_out),
        unknown=tuple(unknown),
        never=tuple(name for name in never if name not in unknown),
        absent=tuple(name for name in described().facts if name not in there),
        names={name: fact.name.both() for name, fact in described().facts.items()} | names,
    )


def _judged(table: pd.DataFrame, facts: list[str]) -> pd.DataFrame:
    """The table with `context`, `clear`, and q over the facts of which something may be said."""
    said = table["fact"].isin(facts)
    q = adjusted(table["p"].where(said).to_numpy("float64"))
    return table.assign(q=q, context=~said, clear=q <= ALPHA)


def _notes(table: pd.DataFrame, left_out: int) -> tuple[str, ...]:
    """The codes of `causes.drivers` as far as they are about facts that are no context."""
    shown = table[~table["context"]]
    among = shown["closest"].isin(shown["fact"])
    found = {
        "too_few": shown["status"].eq("too_few").any(),
        "collinear": shown["status"].eq("collinear").any(),
        "entangled": among.any(),
        "separated": shown["separated"].any(),
        "left_out": left_out > 0,
    }
    return ("association_no_proof", *(name for name, holds in found.items() if holds))


def _wide_enough(audit: Audit, cases: Cases, facts: int) -> Span:
    spans = spans_of(audit)
    for span in spans:
        total, found = outcomes_in(audit, cases, span)
        if min(found, total - found) >= PER_FACT * facts:
            return span
    return spans[-1]


def _known(cells: pd.DataFrame, fact: str) -> float:
    total = int(cells["cases"].sum())
    return float(cells.loc[cells[fact].notna(), "cases"].sum() / total) if total else 0.0


def _with_context(cells: pd.DataFrame, context: str | None) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The cells with a fact for each further value of a context column, and what these are called."""
    if context is None or cells.empty:
        return cells, {}
    sizes = cells.groupby("context")["cases"].sum().reset_index()
    order = sizes.sort_values(["cases", "context"], ascending=[False, True], kind="stable")
    values = order[order["cases"] >= LEAST_OF_VALUE]["context"].tolist()[1 : 1 + MOST_VALUES]
    named = {f"{context}={value}": value for value in values}
    truths = {
        name: (cells["context"] == value).astype("boolean").mask(cells["context"].isna())
        for name, value in named.items()
    }
    return cells.assign(**truths), {name: {"zh": name, "en": name} for name in named}
