"""What inspections need to know of a drawn sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pandas as pd

DESIGN = (
    *("case_id", "kind", "stratum", "stratum_size", "stratum_sample", "inclusion_probability"),
    *("cluster", "order"),
)  # columns that say how a case was drawn, not what it is


class DrawnSample(Protocol):
    """A sample as the inspections see it: its folder, its name, its seed, and one row per drawn case."""

    @property
    def folder(self) -> Path:
        """The folder that forms and readings are kept in."""

    @property
    def sample_id(self) -> str:
        """The name of the sample, which every form carries."""

    @property
    def seed(self) -> int | str:
        """What every choice by chance follows from."""

    @property
    def cases(self) -> pd.DataFrame:
        """One row per case: `case_id`, how it was drawn, and the columns carried along."""


@dataclass(frozen=True)
class CaseList:
    """A list of cases from elsewhere that is to be inspected like a sample.

    `strata` are the columns that the cases were drawn by; they say how a case was drawn like those in DESIGN.
    """

    folder: Path
    sample_id: str
    seed: int | str
    cases: pd.DataFrame
    strata: Sequence[str] = field(default=())


__all__ = ["DESIGN", "CaseList", "DrawnSample"]
