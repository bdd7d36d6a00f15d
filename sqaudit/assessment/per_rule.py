"""What became of each rule, level by level: how many it judged and named, or why it could judge nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from sqaudit.assessment.rules import AssessmentRules, CleanQuarter, Missed, Rule, Top

PER_RULE = ("rule", "kind", "level", "judged", "named", "reason")
Judged = tuple[int, str]  # how many, and why nobody

__all__ = ["PER_RULE", "Judging"]


class Judging:
    """One assessment, as the rules see it: counts, judgements and complaints up to the month.

    `missed` are the units that a rule judged at a level, `unclear` those whose complaints are not known.
    """

    def __init__(
        self,
        rules: AssessmentRules,
        periods: tuple[str, str],
        counted: pd.DataFrame,
        judgements: pd.DataFrame,
        complaints: pd.DataFrame,
        missed: dict[tuple[str, str], set[str]],
        unclear: Collection[str],
        quarter_ends: bool,
    ) -> None:
        self.rules, (self.month, self.quarter) = rules, periods
        self.counted, self.judgements, self.complaints = counted, judgements, complaints
        self.missed, self.unclear, self.quarter_ends = missed, unclear, quarter_ends

    def told(self, candidates: pd.DataFrame, levels: dict[str, list[str]]) -> pd.DataFrame:
        """A row for each rule and each of its `levels` that the data have; one without level where none is.

        `judged` counts units, `named` those of them on the list. `reason` is empty, or says why nobody was
        judged (no_level, no_cases, few_cases, quarter_open, complaints_missing, complaints_absent), or why of
        those judged nobody is named (target_missed: the best miss a target).
        """
        rows = [row for rule in self.rules.rules for row in self._rows(rule, candidates, levels[rule.id])]
        return pd.DataFrame(rows, columns=list(PER_RULE))

    def _rows(
        self, rule: Rule, candidates: pd.DataFrame, levels: list[str]
    ) -> Iterator[tuple[str, str, str, int, int, str]]:
        kind = str(getattr(rule, "kind", ""))
        if not levels:
            yield rule.id, kind, "", 0, 0, "no_level"
        for level in levels:
            own = candidates[(candidates["rule"] == rule.id) & (candidates["level"] == level)]
            named = int(own["unit"].nunique())
            judged, reason = self._judged(rule, level)
            if isinstance(rule, Top) and rule.all_met and judged and not named:
                reason = "target_missed"
            yield rule.id, kind, level, judged, named, reason

    def _judged(self, rule: Rule, level: str) -> Judged:
        if isinstance(rule, Missed):
            return _of(len(self.missed.get((rule.id, level), set())), "few_cases")
        if isinstance(rule, Top):
            here = self.judgements[self.judgements["level"] == level]
            now = here[(here["period"] == self.month) & (here["indicator"] == rule.indicator)]
            judged = int((now["verdict"] != "no_verdict").sum())
            return _of(judged, "few_cases" if len(now) else "no_cases")
        if isinstance(rule, CleanQuarter):
            return self._clean(rule, level)
        told = self.complaints[self.complaints["level"] == level]
        units = told.loc[told["period"] == self.month, "unit"]
        return _of(int(units.nunique()), "complaints_absent")

    def _clean(self, rule: CleanQuarter, level: str) -> Judged:
        if not self.quarter_ends:
            return 0, "quarter_open"
        here = self.counted[self.counted["level"] == level]
        now = here[(here["period"] == self.quarter) & (here["indicator"] == rule.indicator)]
        enough = now[now["denominator"] >= self.rules.minimum]
        known = enough[~np.isin(enough["unit"].astype(str), list(self.unclear))]
        lacking = "complaints_missing" if len(enough) else "few_cases" if len(now) else "no_cases"
        return _of(len(known), lacking)


def _of(judged: int, reason: str) -> Judged:
    return judged, "" if judged else reason
