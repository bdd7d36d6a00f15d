"""All that is known of an inspected sample: how it was drawn, what was asked, what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sqaudit.inspection_forms import InspectionForm
from sqaudit.periods import GRAINS

TABLES = (
    *("cases", "strata", "answers", "scores", "disputes", "profile_counts", "profile_durations"),
    *("census", "statuses"),
)


@dataclass(frozen=True)
class Inspection:
    """A drawn sample with the answers read so far.

    settings           what stands in sample.json: `sample_id, period, design, seed, frame_size, plan` ...
    form               what inspectors were asked; None where no forms were given out yet
    cases              every case drawn, those that came in place of others last, with `status` (drawn,
                       replacement, not_inspected), `reason`, how it was drawn and what it is
    strata             every stratum with `stratum_size` and `stratum_sample`
    answers            those in force: `case_id, item, inspector, role, answer, value, not_applicable`
    scores             `case_id, role, inspector, in_force, state, raw_points, possible, share, failed` and
                       the numbers of critical errors by class
    disputes           `case_id, item, state, answer_before, answer_after` ...
    profile_counts     what the frame consisted of: `stratum, dimension, value, cases`
    profile_durations  deciles of durations in the frame: `stratum, quantile, value`
    census             indicators of all cases of the frame: `indicator, met, judged`
    statuses           the same of the drawn cases: `case_id, indicator, met` (true or false)
    event              the column that says when a case happened; None where cases have no time
    duration           the column behind `profile_durations`
    """

    settings: Mapping[str, Any]
    form: InspectionForm | None
    cases: pd.DataFrame
    strata: pd.DataFrame
    answers: pd.DataFrame = field(default_factory=pd.DataFrame)
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)
    disputes: pd.DataFrame = field(default_factory=pd.DataFrame)
    profile_counts: pd.DataFrame = field(default_factory=pd.DataFrame)
    profile_durations: pd.DataFrame = field(default_factory=pd.DataFrame)
    census: pd.DataFrame = field(default_factory=pd.DataFrame)
    statuses: pd.DataFrame = field(default_factory=pd.DataFrame)
    event: str | None = None
    duration: str | None = None

    @property
    def id(self) -> str:
        """The name of the sample."""
        return str(self.settings["sample_id"])

    @property
    def design(self) -> str:
        """simple, stratified, systematic, proportional_to_size or cluster."""
        return str(self.settings["design"])

    @property
    def classes(self) -> list[str]:
        """The columns of the strata that are no time: those without an answer are like others of them."""
        plan = self.settings["plan"]
        named = [*plan.get("strata", ()), *plan.get("minimum_per", {})]
        return [name for name in dict.fromkeys(named) if name not in GRAINS and name in self.cases]

    @property
    def answered(self) -> bool:
        """Whether there is an answer at all."""
        return self.form is not None and len(self.answers) > 0
