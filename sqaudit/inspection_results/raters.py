"""What double-coded cases say of inspectors and items: agreement, strictness, and whether it changes."""

from __future__ import annotations

import pandas as pd

from sqaudit.agreement import (
    agreement,
    calibration_items,
    differences_from_others,
    inspector_severity,
    severity_drift,
)
from sqaudit.agreement.ratings import Level
from sqaudit.inspection_forms import InspectionForm, Item
from sqaudit.inspection_results.model import Inspection

ITEMS = (
    *("item", "level", "cases", "percent_agreement", "coefficient", "value", "low", "high"),
    *("alpha", "alpha_low", "alpha_high", "answer_1", "answer_2", "clearer_guide", "reason"),
)
_LEVELS: dict[str, Level] = {
    "yes_no": "nominal",
    "1-5": "ordinal",
    "choices": "ordinal",
    "0-100": "interval",
}


def item_agreement(inspection: Inspection, form: InspectionForm, confidence: float) -> pd.DataFrame:
    """How far two inspectors of a case agree, item by item, least first; in the columns ITEMS.

    Only cases that two inspectors judged independently count, re-scores never. `level` is that of the scale:
    yes and no are nominal ("not applicable" is a third answer), ratings and choices are ordinal, marks from 0
    to 100 are interval ("not applicable" is then missing). `coefficient` is Gwet's AC1, above nominal his AC2
    with quadratic weights; `alpha` is Krippendorff's. `answer_1` and `answer_2` are the answers most often
    given to one case by its two inspectors. `clearer_guide` is yes, no or undetermined as of
    `calibration_items`.
    """
    pairs = _pairs(inspection)
    rows = [_of_item(pairs[pairs["item"] == item.id], item, confidence) for item in form.items]
    found = [row for row in rows if row is not None]
    table = pd.DataFrame(found, columns=list(ITEMS))
    return table.sort_values(["value", "item"], kind="stable", ignore_index=True)


def severities(inspection: Inspection, confidence: float) -> pd.DataFrame:
    """The strictness of each inspector on the cases shared with others, as of `inspector_severity`.

    In points of a hundred, before critical errors take a case its points: one such error would weigh more
    than all that strictness does.
    """
    return inspector_severity(_points(inspection), confidence=confidence)


def drifts(inspection: Inspection, confidence: float) -> pd.DataFrame:
    """Whether an inspector grew stricter over the weeks in which the double-coded cases happened.

    As of `severity_drift`; no rows where cases have no time.
    """
    points, event = _points(inspection), inspection.event
    if event is None or event not in inspection.cases:
        points = points.iloc[:0].assign(week=pd.Series(dtype="float64"))
    else:
        times = pd.to_datetime(inspection.cases[event])
        week = (times - times.min().normalize()).dt.days // 7 + 1
        points = points.assign(
            week=points["case"].map(dict(zip(inspection.cases["case_id"], week, strict=True)))
        )
    return severity_drift(differences_from_others(points), confidence=confidence)


def _pairs(inspection: Inspection) -> pd.DataFrame:
    """First and second answers of the cases that have both, as ratings."""
    answers = inspection.answers[inspection.answers["role"].isin(["first", "second"])]
    both = answers.groupby(["case_id", "item"])["role"].transform("nunique") == 2
    return answers[both].rename(columns={"case_id": "case"})


def _points(inspection: Inspection) -> pd.DataFrame:
    """Points of a hundred by case and inspector, of cases that two inspectors scored."""
    scores = inspection.scores[inspection.scores["role"].isin(["first", "second"])]
    scored = scores[scores["state"] == "scored"]
    both = scored[scored.groupby("case_id")["role"].transform("nunique") == 2]
    value = 100 * both["raw_points"] / both["possible"]
    return pd.DataFrame({"case": both["case_id"], "inspector": both["inspector"], "value": value})


def _of_item(pairs: pd.DataFrame, item: Item, confidence: float) -> dict[str, object] | None:
    level = _LEVELS[item.kind]
    own = pairs if level == "nominal" else pairs[~pairs["not_applicable"].astype(bool)]
    own = own[own.groupby("case")["role"].transform("nunique") == 2]
    if own.empty:
        return None
    rated = own.assign(value=own["answer"]) if level == "nominal" else own
    guide = calibration_items(
        rated[["case", "item", "inspector", "value"]], level=level, confidence=confidence
    ).iloc[0]
    long = rated.rename(columns={"case": "unit", "inspector": "rater"})[["unit", "rater", "value"]]
    alpha = agreement(long, level, confidence=confidence).set_index("coefficient").loc["krippendorff_alpha"]
    names = dict(zip(rated["value"], rated["answer"], strict=True))
    return {
        **{"item": item.id, "level": level, "alpha": alpha["value"]},
        **{"alpha_low": alpha["low"], "alpha_high": alpha["high"]},
        **{f"answer_{place}": names.get(guide[f"value_{place}"], "") for place in (1, 2)},
        **{name: guide[name] for name in ITEMS if name in guide and name not in ("item", "level")},
    }
