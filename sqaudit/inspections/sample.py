"""What inspections need to know of a drawn sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

DESIGN = (
    *("case_id", "kind", "stratum", "stratum_size", "stratum_sample", "inclusion_probability"),
    *("cluster", "order", "status", "replaces", "reason"),
)  # columns that say how a case was drawn, not what it is


class DrawnSample(Protocol):
    """A sample as the inspections see it: its folder, its name, its seed, and one row per drawn case."""

    @property
    def folder(self) -> Path | None:
        """The folder that forms and readings are kept in; None before the sample is stored."""

    @property
    def id(self) -> str:
        """The name of the sample, which every form carries."""

    @property
    def seed(self) -> int:
        """What every choice by chance follows from."""

    @property
    def cases(self) -> pd.DataFrame:
        """One row per case: `case_id`, how it was drawn, and the columns carried along.

        Where a case stands in for another that could not be inspected, `replaces` names that one.
        """


@dataclass(frozen=True)
class CaseList:
    """A list of cases that is to be inspected: of a sample with its replacements, or from elsewhere."""

    folder: Path | None
    id: str
    seed: int
    cases: pd.DataFrame


__all__ = ["DESIGN", "CaseList", "DrawnSample"]
