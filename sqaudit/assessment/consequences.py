"""What a document's consequences would add up to for a unit, under each reading of how they stack (A33)."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from sqaudit.assessment.rules import AssessmentRules

STACKED = (
    "level",
    "unit",
    "rules",
    "indicators",
    "rules_reading",
    "pay_percent",
    "uncapped_percent",
    "taken",
)


def stacked(candidates: pd.DataFrame, rules: AssessmentRules) -> pd.DataFrame:
    """The change of pay a document would name for each candidate, for every reading; nothing is decided here.

    Columns out: `level, unit, rules`; the reading: `indicators` (each: a rule counts for every indicator,
    once: it counts once) and `rules_reading` (add: rules add up, largest: only the largest counts);
    `pay_percent` after the cap of `rules.stacking`, `uncapped_percent` before it, and whether this reading
    is the one `taken`. Rules without `pay_percent` change none; rewards and penalties are not offset.

    >>> rules = AssessmentRules.model_validate({"assessment": "x", "title": "X", "lines": [
    ...     {"indicator": "on_time", "target": 0.95}], "rules": [
    ...     {"id": "miss", "kind": "missed", "consequence": {"id": "warning", "pay_percent": -10}}]})
    >>> twice = pd.DataFrame({"level": "agent", "unit": "A", "rule": ["miss", "miss"]})
    >>> stacked(twice, rules)[["indicators", "pay_percent", "taken"]].drop_duplicates().to_dict("list")
    {'indicators': ['each', 'once', 'once'], 'pay_percent': [-20.0, -10.0, -10.0],
    'taken': [False, False, True]}
    """
    pay = {rule.id: rule.consequence.pay_percent for rule in rules.rules}
    cuts = np.array([(pay[str(rule)] or 0) < 0 for rule in candidates["rule"]], dtype=bool)
    less = candidates[cuts]
    rows = []
    for (level, unit), group in less.groupby(["level", "unit"]):
        counted = group["rule"].value_counts().sort_index()
        for indicators, reading in product(("each", "once"), ("add", "largest")):
            sums = [
                float(pay[str(rule)] or 0) * (int(times) if indicators == "each" else 1)
                for rule, times in counted.items()
            ]
            whole = max(sum(sums) if reading == "add" else min(sums), -100.0)
            cap = rules.stacking.cap
            taken = indicators == rules.stacking.indicators and reading == rules.stacking.rules
            rows.append(
                (
                    *(level, unit, ", ".join(map(str, counted.index)), indicators, reading),
                    *(whole if cap is None else max(whole, -cap), whole, taken),
                )
            )
    return pd.DataFrame(rows, columns=list(STACKED))


__all__ = ["STACKED", "stacked"]
