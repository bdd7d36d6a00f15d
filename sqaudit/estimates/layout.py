"""Which rows of a sample belong to which sampling unit and stratum, stage by stage, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.estimates.design import SurveyDesign

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of drawing: units within strata. Strata of a later stage lie within units of the one above.

    unit        for each row, its unit at this stage
    stratum     for each unit, its stratum
    sampled     for each stratum, the units drawn
    population  for each stratum, the units there are; inf where they were drawn with replacement
    kept        for each stratum, the product of the sampling fractions of all stages above
    """

    unit: Integers
    stratum: Integers
    sampled: Array
    population: Array
    kept: Array

    @property
    def fraction(self) -> Array:
        """For each stratum, the share of its units that was drawn; 0 with replacement."""
        return self.sampled / self.population


def stages(frame: pd.DataFrame, design: SurveyDesign) -> tuple[Stage, ...]:
    """Every stage that adds to the variance: all that have a population, the first in any case."""
    built: list[Stage] = []
    parent = np.zeros(len(frame), dtype=np.int64)
    kept = np.ones(len(frame))
    for number in range(max(1, len(design.populations))):
        stage = _stage(frame, design, number, parent, kept)
        built.append(stage)
        parent = stage.unit
        kept = kept * stage.fraction[stage.stratum[stage.unit]]
    return tuple(built)


def codes(frame: pd.DataFrame, columns: list[str]) -> Integers:
    """A number for each combination of values, in the order they appear; missing is a value."""
    found = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        found = paired(found, pd.factorize(frame[name], use_na_sentinel=False)[0])
    return found


def paired(first: Integers, second: npt.NDArray[np.integer]) -> Integers:
    """A number for each pair, dense from 0."""
    if not len(first):
        return first
    joint = first.astype(np.int64) * (int(second.max()) + 1) + second
    return np.unique(joint, return_inverse=True)[1].astype(np.int64)


def _stage(frame: pd.DataFrame, design: SurveyDesign, number: int, parent: Integers, kept: Array) -> Stage:
    stratum_name, cluster_name = design.stratum(number), design.cluster(number)
    stratum = paired(parent, codes(frame, [stratum_name] if stratum_name else []))
    unit = (
        paired(stratum, codes(frame, [cluster_name]))
        if cluster_name
        else np.arange(len(frame), dtype=np.int64)
    )
    units = int(unit.max()) + 1 if len(unit) else 0
    first_row = np.zeros(units, dtype=np.int64)
    first_row[unit[::-1]] = np.arange(len(frame))[::-1]
    stratum_of_unit = stratum[first_row]
    sampled = np.bincount(stratum_of_unit).astype(np.float64)
    strata = len(sampled)
    population, kept_above = np.full(strata, np.inf), np.ones(strata)
    kept_above[stratum] = kept
    if name := design.population(number):
        population[stratum] = frame[name].to_numpy(dtype=np.float64)
    return Stage(unit, stratum_of_unit, sampled, population, kept_above)
