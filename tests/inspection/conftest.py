"""The inspection that is shipped, opened once; and a small one of a few cases, made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.audit import open_audit
from sqaudit.inspection_forms import Answer, InspectionForm, Item, Section, score_case
from sqaudit.inspection_results import Inspection, InspectionResults
from sqaudit.report.page import Page
from sqaudit.review import Review

ROOT = Path(__file__).parents[2]
RUN = ROOT / "params/inspection_review.yaml"


@pytest.fixture(scope="session")
def review() -> Review:
    """The review of params/inspection_review.yaml, with its shipped sample."""
    with open_audit(RUN, notebooks=["data_quality"], language="en") as audit:
        return Review.of(audit)


@pytest.fixture(scope="session")
def shipped(review: Review) -> Inspection:
    assert review.sampled is not None
    assert review.sampled.problem == ""
    assert review.sampled.inspection is not None
    return review.sampled.inspection


@pytest.fixture(scope="session")
def page(review: Review) -> Page:
    return Page(review)


@pytest.fixture(scope="session")
def results(page: Page) -> InspectionResults:
    """What the page tells, by agent, team and channel."""
    found = page._inspected.results
    assert found is not None
    return found


def small_form() -> InspectionForm:
    """Two questions of equal weight: the second is critical for the customer."""
    items = [
        Item(id="polite", text="Polite", scale="yes_no", weight=1),
        Item(
            id="solved",
            text="Solved",
            scale="yes_no",
            weight=1,
            critical="customer",
            not_applicable="redistribute",
        ),
    ]
    sections = [Section(id="all", title="All", items=items)]
    return InspectionForm(
        form="small", version="1", title="Small", critical={"customer": "case_zero"}, sections=sections
    )


Said = Mapping[str, Sequence[float | None]]  # case -> answers to polite and solved; None: not applicable


def _inspection(
    strata: Mapping[str, tuple[int, Sequence[str]]],
    said: Said,
    *,
    gone: Mapping[str, str] | None = None,
    replacements: Sequence[str] = (),
) -> Inspection:
    """An inspection of cases in strata (size, drawn ids) whose answers are given."""
    form = small_form()
    lost = gone or {}
    rows = [
        {
            **{"case_id": case, "kind": "call", "stratum": name, "channel": name, "stratum_size": size},
            **{"stratum_sample": len(ids), "inclusion_probability": len(ids) / size, "cluster": None},
            "status": "not_inspected" if case in lost else "replacement" if case in replacements else "drawn",
            "reason": lost.get(case),
        }
        for name, (size, ids) in strata.items()
        for case in ids
    ]
    names = [item.id for item in form.items]
    answers = [
        {
            **{"case_id": case, "item": item, "inspector": "ann", "role": "first"},
            "answer": "not_applicable" if value is None else "yes" if value else "no",
            **{"value": value, "not_applicable": value is None},
        }
        for case, values in said.items()
        for item, value in zip(names, values, strict=False)
    ]
    scores = []
    for case in (row["case_id"] for row in rows):
        given = {
            item: Answer(not_applicable=True) if value is None else Answer(value)
            for item, value in zip(names, said.get(str(case), ()), strict=False)
        }
        found = score_case(form, given)
        scores.append(
            {
                **{
                    "case_id": case,
                    "role": "first",
                    "inspector": "ann",
                    "in_force": True,
                    "state": found.state,
                },
                **{"raw_points": found.raw_points, "possible": found.possible, "share": found.share},
                **{"customer_errors": len(found.failed), "business_errors": 0, "compliance_errors": 0},
            }
        )
    columns = ["case_id", "item", "inspector", "role", "answer", "value", "not_applicable"]
    return Inspection(
        {"sample_id": "small", "period": "2026-09", "design": "stratified", "plan": {"strata": ["channel"]}},
        form,
        pd.DataFrame(rows),
        pd.DataFrame(
            [
                {"stratum": name, "stratum_size": size, "stratum_sample": len(ids)}
                for name, (size, ids) in strata.items()
            ]
        ),
        pd.DataFrame(answers, columns=columns).astype({"value": "float64", "not_applicable": "bool"}),
        pd.DataFrame(scores),
        census=pd.DataFrame(columns=["indicator", "met", "judged"]),
        statuses=pd.DataFrame(columns=["case_id", "indicator", "met"]),
    )


@pytest.fixture
def inspected() -> Callable[..., Inspection]:
    return _inspection
