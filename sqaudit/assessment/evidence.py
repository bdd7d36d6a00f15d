"""The columns of the list of candidates, and the chances that go with a name on it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit.assessment.exact_strata import Array
from sqaudit.assessment.funnel import at_most
from sqaudit.assessment.rules import Rule

CANDIDATES = (
    "level", "unit", "period", "rule", "kind", "indicator", "numerator", "denominator", "value", "best_case",
    "line", "months", "chance_at_line", "adjusted_chance", "chance_at_organisation", "chance_mix",
    "probability_wrong", "consequence", "status",
)  # fmt: skip
WITHHELD = (
    "level", "unit", "period", "rule", "indicator", "numerator", "denominator", "value", "line", "reason",
)  # fmt: skip
EXPECTED = (
    "rule", "level", "indicator", "period", "judged", "listed", "false_at_most", "false_expected",
    "listed_by_point", "false_by_point",
)  # fmt: skip
STATUS = "for_review"  # the only status there is: what follows is decided by people, elsewhere


def at_organisation(bad: Array, n: Array) -> Array:
    """The chance that a unit at the rate of all together shows so many faults or more; NaN without cases."""
    known = ~np.isnan(bad + n) & (n > 0)
    if not known.any():
        return np.full(len(bad), np.nan)
    rate = float(bad[known].sum() / n[known].sum())
    counted = np.where(known, bad, 0)
    return np.where(known, 1 - at_most(counted - 1, np.where(known, n, 1), rate), np.nan)


def listed(frame: pd.DataFrame, rule: Rule, kind: str, period: str) -> pd.DataFrame:
    """Rows of a rule as rows of the list; what a row does not have stays missing."""
    filled = frame.assign(
        rule=rule.id, kind=kind, period=period, consequence=rule.consequence.id, status=STATUS
    )
    return filled.reindex(columns=list(CANDIDATES))


def joined(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """The parts below each other; the columns alone where there is nothing."""
    kept = [part for part in parts if len(part)]
    if not kept:
        return pd.DataFrame(columns=list(columns))
    rows = [row for part in kept for row in part.reindex(columns=list(columns)).to_dict("records")]
    return pd.DataFrame(rows, columns=list(columns))


__all__ = ["CANDIDATES", "EXPECTED", "STATUS", "WITHHELD", "at_organisation", "joined", "listed"]
