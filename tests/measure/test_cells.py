"""The cells of an indicator add up to its figures, whatever its measure and however they are cut."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import sqaudit
from sqaudit.intervals import mean_t
from sqaudit.measure.cells import cells
from sqaudit.periods import parse

CUTS = {"team": "team", "region": "region"}


@pytest.fixture(scope="module")
def audit() -> Iterator[sqaudit.Audit]:
    with sqaudit.open_audit("params/quarterly_review.yaml") as opened:
        yield opened


SHARES = [
    "onsite_promise_rate",
    "response_30s_rate",
    "fcr_ticket",
    "online_timeout_rate_work",
    "banned_phrase_rate",
]


@pytest.mark.parametrize("indicator", SHARES)
def test_a_share_is_made_of_its_cells(audit: sqaudit.Audit, indicator: str) -> None:
    one = audit.standard.indicator(indicator)
    found = _cells(audit, indicator).sum(numeric_only=True)
    figure = audit.measure(indicators=[indicator]).iloc[0]
    assert found["count"] == figure["denominator"]
    failures = (
        figure["numerator"] if one.direction == "lower" else figure["denominator"] - figure["numerator"]
    )
    assert found["bad"] == failures


@pytest.mark.parametrize(
    "indicator", ["csat_score100", "resource_utilisation", "complaint_rate", "l3_update_24h"]
)
def test_a_mean_or_ratio_is_made_of_its_cells(audit: sqaudit.Audit, indicator: str) -> None:
    found = _cells(audit, indicator).sum(numeric_only=True)
    figure = audit.measure(indicators=[indicator]).iloc[0]
    assert found["total"] / found["count"] == pytest.approx(figure["value"], rel=1e-12)


def test_the_squares_of_a_mean_give_its_interval(audit: sqaudit.Audit) -> None:
    found = _cells(audit, "csat_score100").sum(numeric_only=True)
    figure = audit.measure(indicators=["csat_score100"]).iloc[0]
    n, mean = found["count"], found["total"] / found["count"]
    low, high = mean_t(mean, (found["squares"] - n * mean**2) / (n - 1), n)
    assert (low, high) == (pytest.approx(figure["low"]), pytest.approx(figure["high"]))


def test_a_missing_value_is_a_cell_of_its_own(audit: sqaudit.Audit) -> None:
    found = _cells(audit, "response_30s_rate")
    assert found["team"].isna().any()  # calls whose team is '?'


def _cells(audit: sqaudit.Audit, indicator: str) -> pd.DataFrame:
    question = audit.question(((),), (parse("2026-Q3"),), (indicator,))
    return cells(
        audit.engine, audit.standard, audit.columns, question, audit.standard.indicator(indicator), CUTS
    )
