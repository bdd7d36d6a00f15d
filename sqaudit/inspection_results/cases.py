"""One row for each drawn case with what its answers are worth, as figures are estimated from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit.inspection_forms import InspectionForm, Item
from sqaudit.inspection_results.model import Inspection

CLASSES = ("customer", "business", "compliance")
STATES = ("answered", "partly", "not_started", "not_inspected")
UNKNOWN = "(missing)"  # the class of a case whose record does not say; the name that its stratum has, too


def passing_level(item: Item) -> float | None:
    """The value from which on an answer is no fault: what `comment_below` says, or yes; None if unknown.

    >>> passing_level(Item(id="badge", text="Badge", scale="yes_no", weight=1))
    1.0
    """
    if item.comment_below is not None:
        return item.comment_below
    return 1.0 if item.kind == "yes_no" else None


def inspected_cases(inspection: Inspection) -> pd.DataFrame:
    """The drawn cases with `state`, `answered` and the figures of each, one row per case.

    Columns beside those of the cases: `score` (0 to 1; missing where a case has none), `has_score`,
    `critical` and `critical:<class>` (whether there was such an error), `faulty` (any answer below its
    passing level), and for each item `points:<item>` (0 to 1), `passed:<item>`, `applies:<item>`. A case is
    answered when all its items are: half an inspection is none. Figures of others are missing. Answers that
    were scored again stand in place of the first ones; second inspections are left out.
    """
    cases = inspection.cases.reset_index(drop=True)
    form, state = inspection.form, _states(inspection)
    answered = state == "answered"
    found = cases.assign(state=state, answered=answered)
    for name in inspection.classes:
        found[name] = found[name].astype("object").where(found[name].notna(), UNKNOWN)
    if form is None:
        return found
    own = _in_force(inspection)
    ids = cases["case_id"]
    score = ids.map(own["share"]).astype("float64").where(answered)
    failed = {name: ids.map(own[f"{name}_errors"]).astype("float64") for name in CLASSES}
    added: dict[str, pd.Series] = {"score": score, "has_score": score.notna()}
    for name in CLASSES:
        added[f"critical:{name}"] = (failed[name] > 0).astype("float64").where(answered)
    any_failed = np.logical_or.reduce([failed[name] > 0 for name in CLASSES])
    added["critical"] = pd.Series(any_failed, index=cases.index).astype("float64").where(answered)
    added |= _of_items(inspection, form, ids, answered)
    return pd.concat([found, pd.DataFrame(added, index=cases.index)], axis=1)


def _states(inspection: Inspection) -> pd.Series:
    """What became of each case: one of STATES."""
    cases = inspection.cases
    states = pd.Series("not_started", index=range(len(cases)), dtype="object")
    ids = cases["case_id"].reset_index(drop=True)
    if inspection.answered:
        own = _in_force(inspection)
        begun = ids.isin(set(inspection.answers.query("role != 'second'")["case_id"]))
        whole = ids.map(own["state"]).notna() & (ids.map(own["state"]) != "incomplete")
        states = states.mask(begun, "partly").mask(whole, "answered")
    return states.mask((cases["status"] == "not_inspected").reset_index(drop=True), "not_inspected")


def _in_force(inspection: Inspection) -> pd.DataFrame:
    scores = inspection.scores
    return scores[scores["in_force"].astype(bool)].set_index("case_id")


def standing_answers(inspection: Inspection) -> pd.DataFrame:
    """The answers that count: those of the first inspector, where scored again the last re-score."""
    answers = inspection.answers
    both = answers[answers["role"].isin(["first", "rescore"])]
    both = both.assign(_rank=(both["role"] == "rescore").astype(int)).sort_values("_rank", kind="stable")
    return both.groupby(["case_id", "item"], sort=False).tail(1).drop(columns="_rank")


def _of_items(
    inspection: Inspection, form: InspectionForm, ids: pd.Series, answered: pd.Series
) -> dict[str, pd.Series]:
    standing = standing_answers(inspection)
    by_item = {str(name): rows.set_index("case_id") for name, rows in standing.groupby("item")}
    found: dict[str, pd.Series] = {}
    faulty = pd.Series(False, index=ids.index)
    for item in form.items:
        if item.id not in by_item:
            nothing = pd.Series(np.nan, index=ids.index)
            found |= {f"points:{item.id}": nothing, f"passed:{item.id}": nothing}
            found[f"applies:{item.id}"] = pd.Series(False, index=ids.index)
            continue
        own = by_item[item.id]
        applies = answered & ids.map(~own["not_applicable"].astype(bool)).astype("boolean").fillna(False)
        value = ids.map(own["value"]).astype("float64").where(applies.astype(bool))
        points = value.map(
            lambda one, item=item: item.share(one, form.panel_scale), na_action="ignore"
        ).astype("float64")
        level = passing_level(item)
        passed = pd.Series(np.nan, index=ids.index) if level is None else (value >= level).astype("float64")
        found[f"points:{item.id}"] = points
        found[f"passed:{item.id}"] = passed.where(value.notna())
        found[f"applies:{item.id}"] = applies.astype(bool) & value.notna()
        faulty |= passed.eq(0) & value.notna()
    found["faulty"] = faulty.astype("float64").where(answered)
    return found
