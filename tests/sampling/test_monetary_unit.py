"""Monetary-unit sampling equals AICPA table C-1."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

from sqaudit.sampling.exact import exact
from sqaudit.sampling.monetary_unit import confidence_factor, factor_table, monetary_unit_plan


def test_sample_sizes_of_aicpa_table_c1(audit_tables: dict[str, Any]) -> None:
    for cell in audit_tables["aicpa2017.C1"]["expected"]:
        tolerable = exact(cell["tolerable"])
        expected = exact(cell["ratio_expected_to_tolerable"]) * tolerable
        plan = monetary_unit_plan(tolerable, 1 - exact(cell["risk"]), expected_share=expected)
        assert plan.sample_size == cell["n_poisson"], cell


@pytest.mark.parametrize(
    ("ratio", "tolerable", "n"),
    # AICPA (2017) Audit Guide: Audit Sampling, table C-1, risk of 5 %.
    [(0, 0.5, 6), (0, 0.3, 10), (0, 0.1, 30), (0, 0.08, 38), (0, 0.06, 50), (0, 0.05, 60)],
)
def test_cells_of_table_c1(ratio: float, tolerable: float, n: int) -> None:
    assert monetary_unit_plan(tolerable, expected_share=ratio * tolerable).sample_size == n


@pytest.mark.parametrize("ratio", [0, 0.1, 0.33, 0.6, 0.9])
@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.99])
def test_the_factor_leaves_the_risk(ratio: float, confidence: float) -> None:
    factor = confidence_factor(ratio, confidence)
    assert stats.gamma.cdf(factor, 1 + ratio * factor) == pytest.approx(confidence, abs=1e-9)


def test_without_misstatement_it_is_the_logarithm_of_the_risk() -> None:
    assert confidence_factor(0) == pytest.approx(-math.log(0.05), rel=1e-12)
    plan = monetary_unit_plan(0.05)
    assert plan.interval_share == pytest.approx(1 / 60)


def test_the_table_of_factors_has_one_column_per_confidence() -> None:
    table = factor_table()
    assert table.columns.tolist() == ["ratio_expected_to_tolerable", "factor_95", "factor_90", "factor_80"]
    assert (table.diff().dropna() > 0).all(axis=None)


def test_an_expected_misstatement_above_the_tolerable_one_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^expected_share must be below tolerable_share; found 0\.05 and 0\.05\.$"
    ):
        monetary_unit_plan(0.05, expected_share=0.05)
