"""Who was inspected and who was not: what became of the drawn cases, by class, and why."""

from __future__ import annotations

import pandas as pd

from sqaudit.estimates.adjustment import CLASSES
from sqaudit.estimates.survey import Survey
from sqaudit.inspection_results.cases import STATES
from sqaudit.inspection_results.model import Inspection


def responses(inspection: Inspection, cases: pd.DataFrame) -> pd.DataFrame:
    """What became of the drawn cases, for all (`class` is "") and for each class.

    Columns: `class, drawn`, one for each of STATES, and `answered_share`. Classes are those by which
    non-response is adjusted: the columns of the strata that are no time.
    """
    rows = [_row("", cases)]
    if names := inspection.classes:
        for labels, own in cases.groupby(names, sort=True):
            rows.append(_row(" / ".join(map(str, labels)), own))
    return pd.DataFrame(rows, columns=["class", "drawn", *STATES, "answered_share"])


def reasons(inspection: Inspection) -> pd.DataFrame:
    """Why cases could not be inspected: `reason, cases`, the most frequent first."""
    gone = inspection.cases[inspection.cases["status"] == "not_inspected"]
    counts = gone["reason"].fillna("").value_counts(sort=False).sort_index()
    counts = counts.sort_values(ascending=False, kind="stable")
    return counts.rename_axis("reason").rename("cases").reset_index()


def adjustment_classes(sample: Survey | None) -> pd.DataFrame:
    """The classes in which weights were moved to those who answered; no rows without non-response."""
    if sample is None or not sample.adjustments:
        return pd.DataFrame(columns=list(CLASSES))
    return sample.adjustments[0].classes


def disputed(inspection: Inspection) -> pd.DataFrame:
    """Disputes by item: `item` ("" for whole cases), `disputes, open, withdrawn, rescored, changed`.

    `changed` are those whose answer was another after the re-score.
    """
    columns = ["item", "disputes", "open", "withdrawn", "rescored", "changed"]
    known = inspection.disputes
    if known.empty:
        return pd.DataFrame(columns=columns)
    changed = (known["state"] == "rescored") & (known["answer_before"] != known["answer_after"])
    counts = known.assign(
        disputes=1, changed=changed, **{name: known["state"] == name for name in columns[2:5]}
    )
    table = counts.groupby("item", sort=True)[columns[1:]].sum().astype("int64").reset_index()
    return table[columns]


def _row(name: str, cases: pd.DataFrame) -> dict[str, object]:
    counts = cases["state"].value_counts()
    of = {state: int(counts.get(state, 0)) for state in STATES}
    return {"class": name, "drawn": len(cases), **of, "answered_share": of["answered"] / len(cases)}
