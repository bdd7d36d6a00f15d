"""Which indicators moved a score, and with it a grade, between two periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sqaudit.causes.composite import composite_parts
from sqaudit.periods import Period
from sqaudit.results import Judgeable, Results
from sqaudit.scoring import Score, score, scorecard
from sqaudit.standards import Standard

__all__ = ["ScoreChange", "score_change", "score_changes_of"]


@dataclass(frozen=True)
class ScoreChange:
    """The change of the score of one standard, shared out to its indicators.

    `parts` is as `causes.composite.composite_parts` returns it: the column `part` adds up to `now - before`,
    in points on a scale of 100. Grades are in both languages, empty where the standard has none.
    """

    standard: str
    title: Mapping[str, str]
    period_before: str
    period_now: str
    before: float
    now: float
    grade_before: Mapping[str, str]
    grade_now: Mapping[str, str]
    parts: pd.DataFrame


def score_changes_of(
    results: Results, run: Judgeable, standards: tuple[Standard, ...]
) -> tuple[ScoreChange, ...]:
    """The change of the score of every standard that gives one, in both periods of a run."""
    compared = run.run.compared_period
    if compared is None:
        return ()
    found = (score_change(results, one, compared, run.run.chosen_period) for one in standards)
    return tuple(one for one in found if one is not None)


def score_change(results: Results, standard: Standard, before: Period, now: Period) -> ScoreChange | None:
    """The change of one score; None where the standard gives none in one of the periods."""
    cards, scores = zip(*(_scored(results, standard, span) for span in (before, now)), strict=True)
    if not all(one.weight_assessed > 0 and one.score == one.score for one in scores):
        return None
    parts = composite_parts(
        cards[0],
        cards[1],
        not_assessable=standard.scoring.not_assessable,
        weight_total_before=scores[0].weight_total,
        weight_total_now=scores[1].weight_total,
        special_before=_outside_the_weights(scores[0], standard),
        special_now=_outside_the_weights(scores[1], standard),
        bounds=[band.from_ for band in standard.grades],
    )
    return ScoreChange(
        standard.standard,
        standard.title.both(),
        before.label,
        now.label,
        scores[0].score,
        scores[1].score,
        _grade(scores[0]),
        _grade(scores[1]),
        parts[parts["presence"] != "absent"].reset_index(drop=True),
    )


def _scored(results: Results, standard: Standard, span: Period) -> tuple[pd.DataFrame, Score]:
    total = results.of([one.id for one in standard.indicators]).grouped()
    card = scorecard(total[total["period"] == span.label].reset_index(drop=True), standard)
    return card, score(card, standard)


def _outside_the_weights(one: Score, standard: Standard) -> float:
    """What the score holds beside the weighted points; exactly zero where the rule knows nothing such."""
    if standard.scoring.rule != "gbt_27922":
        return 0.0
    base = one.weight_assessed if standard.scoring.not_assessable == "renormalise" else one.weight_total
    return one.score - 100 * one.capped / base


def _grade(one: Score) -> dict[str, str]:
    return {"zh": one.grade_zh, "en": one.grade_en}
