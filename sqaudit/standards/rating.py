"""How figures become points and points a grade, as a standard states it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sqaudit.descriptions import Description, Text
from sqaudit.standards.values import Figure

Trigger = Literal["attainment", "actual", "below_target", "below_target_with_confidence"]


class Scoring(Description):
    """How figures become points.

    `rule`: `ratio_to_target` (weight x actual / target), `linear_floor` (0 points at `floor` of the
    target, all at the target), `binary` (all or nothing), `piecewise` (`steps`: [attainment, share of
    the weight], the highest step reached counts), `weighted_mean` (weight x the figure itself on a scale of
    0..1, targets aside), `gbt_27922` (points earned of those applicable, plus or minus the `special` points
    of indicators outside the weights). `cap` bounds a single score. `not_assessable`:
    spread the weights of missing indicators over the rest, or count them as zero. `panel_scale` says
    how a 1-5 rating becomes a share (A04). `grade_gate`: the best grade wants every critical indicator met.
    """

    rule: Literal["ratio_to_target", "linear_floor", "binary", "piecewise", "weighted_mean", "gbt_27922"] = (
        "ratio_to_target"
    )
    cap: Literal["none", "at_weight", "at_120"] = "at_weight"
    not_assessable: Literal["renormalise", "zero"] = "renormalise"
    floor: Figure = Field(default=0.8, ge=0, lt=1)
    steps: list[tuple[Figure, Figure]] = Field(
        default=[(1.0, 1.0), (0.95, 0.8), (0.9, 0.6), (0.8, 0.3)], min_length=1
    )
    panel_scale: Literal["score/5", "(score-1)/4"] = "score/5"
    grade_gate: bool = False
    root_cause_trigger: list[Trigger] = Field(default=["attainment", "actual", "below_target"])
    trigger_below: Figure = Field(default=0.8, gt=0, le=1)


class Grade(Description):
    """A grade and the lowest unrounded score that earns it.

    `to` may repeat the upper bound as a document prints it; the next better grade's `from` is what counts.
    """

    from_: Figure = Field(alias="from")
    to: Figure | None = None
    zh: str = ""
    en: str = ""

    @property
    def name(self) -> Text:
        """The grade's name in both languages."""
        return Text(zh=self.zh, en=self.en)
