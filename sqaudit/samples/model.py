"""A sample: its cases, those held ready, its strata, and all that was set when it was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Sample:
    """A probability sample of cases, with everything an estimate or an auditor needs.

    `cases`: one row for each drawn case: `case_id, kind, stratum`, the strata columns, `stratum_size` (N_h),
    `stratum_sample` (n_h), `inclusion_probability`, `cluster` (missing unless clusters were drawn), `order`
    (1 ... n) and the columns carried along. `reserve`: the next cases of each stratum, in the same columns,
    to replace cases that cannot be inspected. `strata`: one row for each stratum with N_h, n_h and the
    probability. `settings`: what stands in sample.json. `profile_counts` (`stratum, dimension, value, cases`)
    and `profile_durations` (`stratum, quantile, value`) tell what the frame consisted of. `folder` is where
    the sample lies, None before it is stored.
    """

    cases: pd.DataFrame
    reserve: pd.DataFrame
    strata: pd.DataFrame
    settings: Mapping[str, Any]
    profile_counts: pd.DataFrame = field(default_factory=pd.DataFrame)
    profile_durations: pd.DataFrame = field(default_factory=pd.DataFrame)
    folder: Path | None = None

    @property
    def id(self) -> str:
        """The sample's id: the name of its folder, or what it will be called if that is not taken."""
        return str(self.settings["sample_id"])

    @property
    def seed(self) -> int:
        """The seed it was drawn with."""
        return int(self.settings["seed"])

    @property
    def design(self) -> str:
        """simple, stratified, systematic, proportional_to_size or cluster."""
        return str(self.settings["design"])
