"""Small assessments for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sqaudit.assessment import AssessmentRules

MISS: dict[str, Any] = {"id": "miss", "kind": "missed", "consequence": {"id": "warning", "pay_percent": -10}}
TWICE: dict[str, Any] = {
    "id": "twice",
    "kind": "missed",
    "months": 2,
    "consequence": {"id": "training", "pay_percent": -20},
}
STAR: dict[str, Any] = {"id": "star", "kind": "top", "indicator": "on_time", "consequence": {"id": "bonus"}}
CLEAN: dict[str, Any] = {
    "id": "clean",
    "kind": "clean_quarter",
    "indicator": "on_time",
    "consequence": {"id": "fund"},
}
MAJOR: dict[str, Any] = {"id": "major", "kind": "major_complaint", "consequence": {"id": "review"}}


def rules(*chosen: dict[str, Any], **settings: Any) -> AssessmentRules:
    """Rules over one indicator with target 95 % and penalty below 90 %."""
    lines = settings.pop("lines", [{"indicator": "on_time", "target": 0.95, "penalty": 0.90}])
    given = {"assessment": "test", "title": "Test", "lines": lines, "rules": [*chosen], **settings}
    return AssessmentRules.model_validate(given)


def month(
    numerator: Sequence[float],
    denominator: Sequence[float] | float,
    period: str = "2026-09",
    indicator: str = "on_time",
) -> pd.DataFrame:
    """Cells of one month for units U00, U01, ..."""
    return pd.DataFrame(
        {
            "unit": [f"U{place:02}" for place in range(len(numerator))],
            "period": period,
            "indicator": indicator,
            "numerator": numerator,
            "denominator": denominator,
        }
    )


def months(*columns: Sequence[float], n: float = 100) -> pd.DataFrame:
    """Cells of months from July on; one column of numerators for each."""
    return pd.concat([month(one, n, f"2026-{7 + at:02}") for at, one in enumerate(columns)])
