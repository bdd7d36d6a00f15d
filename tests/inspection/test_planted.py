"""What was planted in the shipped inspection (data_samples/README.md), found by the workbook."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from sqaudit.inspection_results import Inspection, InspectionResults
from sqaudit.inspections import answers
from sqaudit.report.page import Page
from sqaudit.samples import read_sample
from tests.inspection.conftest import ROOT

HOME = ROOT / "data_samples/inspection_sample"
NAME = "quarterly_2026-Q3"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """The script that made the sample."""
    spec = importlib.util.spec_from_file_location(
        "make_inspection_sample", HOME / "make_inspection_sample.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_what_is_shipped(maker: ModuleType, tmp_path: Path) -> None:
    made = maker.make(tmp_path)
    for name in ("cases", "reserve"):
        pd.testing.assert_frame_equal(
            getattr(read_sample(made), name), getattr(read_sample(HOME / NAME), name)
        )
    pd.testing.assert_frame_equal(answers(made), answers(HOME / NAME))


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in (HOME / NAME).rglob("*") if file.is_file()) < 300_000


def test_the_silent_channel_is_named(results: InspectionResults, maker: ModuleType) -> None:
    table = results.responses.set_index("class")
    assert int(table.loc["", "drawn"] - table.loc["", "answered"]) == maker.PLANTED["unanswered"]
    assert 0.07 < 1 - table.loc["", "answered_share"] < 0.09
    assert table.drop(index="")["answered_share"].idxmin() == maker.PLANTED["silent"]


def test_the_strict_inspector_is_named(results: InspectionResults, maker: ModuleType) -> None:
    strict = results.severity.query("severity > 0 and p_adjusted <= 0.05")["inspector"].tolist()
    assert strict == [maker.PLANTED["strict"]]


def test_the_drifting_inspector_is_named(results: InspectionResults, maker: ModuleType) -> None:
    drifting = results.drift[results.drift["drifts"].astype(bool)]
    assert drifting["inspector"].tolist() == [maker.PLANTED["drifting"]]
    assert drifting["severity_per_week"].iloc[0] > 0  # grows stricter


def test_the_unclear_item_is_named(results: InspectionResults, maker: ModuleType) -> None:
    assert results.agreement.query("clearer_guide == 'yes'")["item"].tolist() == [maker.PLANTED["unclear"]]


def test_the_weak_team_stands_out_by_critical_errors(results: InspectionResults, maker: ModuleType) -> None:
    flagged = results.flags["team"].query("figure == 'critical' and verdict == 'flagged'")
    assert flagged["team"].tolist() == [maker.PLANTED["weak"]]


def test_agents_with_few_cases_get_no_verdict(results: InspectionResults) -> None:
    assert set(results.flags["agent"]["verdict"]) == {"no_verdict"}  # 343 cases of 56 agents


def test_critical_errors_are_those_planted(
    results: InspectionResults, shipped: Inspection, maker: ModuleType
) -> None:
    own = shipped.scores[shipped.scores["in_force"].astype(bool)]
    errors = own[["customer_errors", "business_errors", "compliance_errors"]].sum(axis=1)
    assert int((errors > 0).sum()) == maker.PLANTED["critical"]
    row = results.population.query("item == 'critical' and figure == 'share'").iloc[0]
    assert row["low"] < maker.PLANTED["critical"] / 316 < row["high"]


def test_the_draw_was_random_and_agrees_with_the_census(results: InspectionResults) -> None:
    assert not results.integrity["consistent"].eq(False).any()
    drawn = results.reconciliation.query("of == 'drawn'")
    assert len(drawn) >= 10
    assert drawn["consistent"].all()


def test_the_page_says_all_this(page: Page, maker: ModuleType) -> None:
    html = {
        name: getattr(page, f"inspection_{name}")().html
        for name in ("front", "agreement", "inspectors", "people", "response", "estimates", "proof")
    }
    assert "Over all 1,560 cases the mean score is estimated at" in html["front"]
    assert "Items that need a clearer guide: Badge worn and shown." in html["agreement"]
    assert f"Clearly stricter than colleagues: {maker.PLANTED['strict']}." in html["inspectors"]
    assert f"Strictness changes over time: {maker.PLANTED['drifting']}." in html["inspectors"]
    assert "56 have too few cases for a verdict" in html["people"]
    assert "recording lost (3)" in html["response"]
    assert "Stratified random sample: 343 cases, standing for 1,560." in html["estimates"]
    assert "Nothing differs by more than chance would explain." in html["proof"]
