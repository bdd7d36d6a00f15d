"""The ledger of readings: what a document leaves open, and what every other reading of it would change.

Each reading is tried alone, with all others as taken. Readings that need other figures are measured in the
same pass over the records as the figures themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from sqaudit.descriptions import Text
from sqaudit.periods import Period
from sqaudit.scoring import Score, score, scorecard
from sqaudit.standards.model import ScoringReading, Standard
from sqaudit.standards.variants import Variant, variants
from sqaudit.verdicts import judged

COLUMNS = (
    "standard", "assumption", "reading", "is_zh", "is_en", "indicator", "value", "low", "high", "numerator",
    "denominator", "unit", "target", "verdict", "score", "grade_zh", "grade_en", "targets_met",
)  # fmt: skip
_FIGURES = ("value", "low", "high", "numerator", "denominator", "unit", "target", "verdict")


def ledger(
    standards: Sequence[Standard], figures: pd.DataFrame, measured: pd.DataFrame, period: Period
) -> pd.DataFrame:
    """What every reading makes of figures, verdicts, score and grade: one row each, in the columns COLUMNS.

    `figures` are the judged figures of the period, one row per indicator; `measured` those of the variants,
    under their own ids. Reading 0 is the one taken, once for each standard, without an indicator. Score and
    grade are missing for a standard without weights.
    """
    rows = [row for one in standards for row in _rows(one, figures, measured, period)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(
    standard: Standard, figures: pd.DataFrame, measured: pd.DataFrame, period: Period
) -> Iterator[dict[str, Any]]:
    own = figures[figures["indicator"].isin([one.id for one in standard.indicators])].reset_index(drop=True)
    yield _row(standard, "", 0, Text(), _scored(own, standard))
    for number, readings in standard.readings.items():
        for place, reading in enumerate(readings, start=1):
            yield _row(standard, number, place, reading.is_, _scored_as(own, standard, reading))
    for variant in variants(standard):
        found = measured[measured["indicator"] == variant.indicator.id]
        if len(found):
            yield _varied(standard, variant, own, found, period)


def _varied(
    standard: Standard, variant: Variant, own: pd.DataFrame, found: pd.DataFrame, period: Period
) -> dict[str, Any]:
    """A row for a variant: its own figure in the place of the one it is a reading of."""
    renamed = variant.indicator.model_copy(update={"id": variant.original})
    other = standard.model_copy(
        update={"indicators": [renamed if one.id == renamed.id else one for one in standard.indicators]}
    )
    plain = found.drop(columns=["target", "direction", "unit", "verdict"]).assign(indicator=variant.original)
    figure = judged(plain.reset_index(drop=True), other, period)
    figures = pd.concat([own[own["indicator"] != variant.original], figure], ignore_index=True)
    shown = {name: figure.iloc[0][name] for name in _FIGURES}
    score = _scored(figures, other)
    return _row(standard, variant.assumption, variant.reading, variant.is_, score, variant.original, shown)


def _scored_as(own: pd.DataFrame, standard: Standard, reading: ScoringReading) -> Score | None:
    return _scored(own, standard.read_as(reading))


def _scored(figures: pd.DataFrame, standard: Standard) -> Score | None:
    if all(one.weight is None for one in standard.indicators):
        return None
    return score(scorecard(figures, standard), standard)


def _row(
    standard: Standard,
    assumption: str,
    reading: int,
    is_: Text,
    score: Score | None,
    indicator: str = "",
    figures: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    graded = {"score": float("nan"), "grade_zh": "", "grade_en": "", "targets_met": 0}
    if score is not None:
        graded = {name: getattr(score, name) for name in graded}
    empty = {name: None if name in ("unit", "verdict") else float("nan") for name in _FIGURES}
    return {
        "standard": standard.standard,
        "assumption": assumption,
        "reading": reading,
        "is_zh": is_.in_language("zh"),
        "is_en": is_.in_language("en"),
        "indicator": indicator,
        **empty,
        **(figures or {}),
        **graded,
    }
