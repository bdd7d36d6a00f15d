"""What a search for gaming found: findings, all that was compared, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sqaudit.tests_of_change.families import adjusted

COMPARED = (
    "detector", "indicators", "kind", "by", "segment", "limit_seconds", "window_seconds", "cases", "figure",
    "expected", "p_value", "where", "explanation",
)  # fmt: skip
NOT_ASSESSABLE = ("detector", "kind", "what", "reason", "detail")
REASONS = (
    "absent_records", "absent_columns", "absent_segment", "few_cases", "few_segments", "no_fit", "no_limit",
)  # fmt: skip


@dataclass(frozen=True)
class GamingReport:
    """The outcome of a search for gaming.

    `compared` has one row for each comparison, in the columns COMPARED and `p_adjusted` (Holm, over all of
    them, whatever the detector), the smallest p-value first. Of bunching, `figure` and `expected` are cases
    just inside the limit; else they are shares. `where` is the condition that lists the records in
    `audit.records`, `explanation` the key of the innocent explanation that has to be ruled out first.
    `not_assessable` says what could not be looked at (NOT_ASSESSABLE), each with a reason of REASONS.
    `period` is the span searched.
    """

    compared: pd.DataFrame
    not_assessable: pd.DataFrame
    confidence: float = 0.95
    period: str = ""

    @property
    def findings(self) -> pd.DataFrame:
        """The comparisons that chance does not explain: a suspicion each, and no proof."""
        clear = self.compared["p_adjusted"] < 1 - self.confidence
        return self.compared[clear].reset_index(drop=True)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {
            "period": self.period,
            "confidence": self.confidence,
            "compared": len(self.compared),
            "findings": self.findings.to_dict("records"),
            "not_assessable": self.not_assessable.to_dict("records"),
        }


def reported(
    rows: Sequence[dict[str, Any]], lacking: Sequence[dict[str, Any]], confidence: float, period: str
) -> GamingReport:
    """The report of comparisons in a period, and of what could not be compared."""
    frame = pd.DataFrame(list(rows), columns=list(COMPARED))
    p_values = frame["p_value"].to_numpy("float64")
    frame = frame.assign(p_adjusted=adjusted(p_values, "holm"))
    order = ["p_adjusted", "p_value", "detector", "kind", "by", "segment"]
    ordered = frame.sort_values(order, kind="stable").reset_index(drop=True)
    absent = pd.DataFrame(list(lacking), columns=list(NOT_ASSESSABLE))
    return GamingReport(ordered, absent, confidence, period)
