"""From figures to points, a score and a grade, by the rule that the standard states."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.errors import FrameError
from sqaudit.frames import require
from sqaudit.periods import parse
from sqaudit.standards.model import Indicator, Scoring, Standard
from sqaudit.verdicts import reaches

_ROUNDING = 1e-9  # a sum of binary fractions may fall short of 90 by this much and still be 90
_BEST_TIME = 1.2  # what a time of zero earns, since target / 0 is no number: the widest cap of A01
_JUDGED = ("met", "not_met", "undetermined")
_NEEDED = ("indicator", "value", "target", "verdict")
_ADDED = [
    "dimension", "clause", "weight", "critical", "attainment", "raw_score", "capped_score", "trigger",
]  # fmt: skip


@dataclass(frozen=True)
class Score:
    """What a standard makes of the figures.

    `raw` and `capped` are the sums of points over the assessed weights `weight_assessed` of
    `weight_total`; `score` is what the grade is read from, on a scale of 100. `targets_met` of
    `targets_judged` counts verdicts, not points.
    """

    raw: float
    capped: float
    weight_assessed: float
    weight_total: float
    score: float
    score_raw: float
    grade_zh: str
    grade_en: str
    targets_met: int
    targets_judged: int
    not_assessed: tuple[str, ...]
    gated: bool

    def as_dict(self) -> dict[str, Any]:
        """The score as plain values, for JSON."""
        return {**asdict(self), "not_assessed": list(self.not_assessed)}


NO_SCORE = Score(
    raw=0.0, capped=0.0, weight_assessed=0.0, weight_total=0.0, score=float("nan"), score_raw=float("nan"),
    grade_zh="", grade_en="", targets_met=0, targets_judged=0, not_assessed=(), gated=False,
)  # fmt: skip


def scorecard(figures: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """One row per indicator with its points.

    Columns in: `indicator, value, target, verdict` and any others, which are kept. Columns added:
    `dimension, clause, weight, attainment, raw_score, capped_score, trigger`. An indicator without
    weight, target or value gets NaN points. `trigger` lists why a root-cause analysis is called for (A08).
    FrameError where an indicator is not of the standard.
    """
    require(figures, _NEEDED, "a table of figures to score")
    indicators = {indicator.id: indicator for indicator in standard.indicators}
    if unknown := sorted({str(name) for name in figures["indicator"]} - set(indicators)):
        raise FrameError(
            f"the standard has no indicator {', '.join(unknown)}; it has {', '.join(indicators)}."
        )
    figures = figures.assign(value=pd.to_numeric(figures["value"]), target=pd.to_numeric(figures["target"]))
    rows = figures.to_dict("records")
    scored = [_scored(indicators[row["indicator"]], row, standard.scoring) for row in rows]
    points_of = pd.DataFrame(scored, index=range(len(rows)), columns=_ADDED)
    return pd.concat([figures.reset_index(drop=True), points_of], axis=1)


def score(card: pd.DataFrame, standard: Standard) -> Score:
    """The score and grade of a scorecard with one row per indicator.

    Missing indicators are left out and their weights spread over the rest, or count as zero, as the
    standard says; one that is not in force in the period of the card is not missing. Without any scored
    indicator the score is NaN and there is no grade. FrameError where an indicator has several rows.
    """
    if card["indicator"].duplicated().any():
        raise FrameError("a score needs one row per indicator: keep one period, and the rows that total it.")
    rule = standard.scoring
    assessed = card[card["raw_score"].notna()]
    weights = _weights(card, standard)
    weight_total, weight = sum(weights.values()), float(assessed["weight"].sum())
    raw, capped = float(assessed["raw_score"].sum()), float(assessed["capped_score"].sum())
    base = weight if rule.not_assessable == "renormalise" else weight_total
    scale = 100 / base if base > 0 and len(assessed) else float("nan")
    special = _special(card, standard) if rule.rule == "gbt_27922" else 0.0
    value = capped * scale + special
    gated = rule.grade_gate and bool(
        (card["critical"] & (card["verdict"] != "met") & card["target"].notna()).any()
    )
    zh, en = grade(value, standard, gated)
    verdicts = card["verdict"]
    return Score(
        raw=raw,
        capped=capped,
        weight_assessed=weight,
        weight_total=weight_total,
        score=value,
        score_raw=raw * scale + special,
        grade_zh=zh,
        grade_en=en,
        targets_met=int((verdicts == "met").sum()),
        targets_judged=int(verdicts.isin(_JUDGED).sum()),
        not_assessed=tuple(name for name in weights if name not in set(assessed["indicator"])),
        gated=gated,
    )


def grade(value: float, standard: Standard, gated: bool = False) -> tuple[str, str]:
    """The grade in Chinese and English for an unrounded score; bands include their lower bound (A07).

    `gated` keeps the best grade back. Empty texts where there is no score or no band.
    """
    bands = standard.grades[1:] if gated else standard.grades
    for band in bands:
        if value + _ROUNDING >= band.from_:
            return band.name.in_language("zh"), band.name.in_language("en")
    return "", ""


def attainment(indicator: Indicator, value: float, target: float, scoring: Scoring) -> float:
    """The figure as a share of its target; 1 is on target, NaN where nothing can be said.

    Higher is better: actual over target. Lower is better: shares by their complement, times and
    counts by target over actual, a target of zero as pass or fail (A03). A panel mean without a
    target is put on 0..1 (A04).
    """
    if np.isnan(value):
        return float("nan")
    if indicator.evidence == "panel" and np.isnan(target):
        return value / 5 if scoring.panel_scale == "score/5" else (value - 1) / 4
    if np.isnan(target) or indicator.direction is None:
        return float("nan")
    if target <= 0:
        return float(reaches(indicator, value, target))
    if indicator.direction == "higher":
        return value / target
    if indicator.shown_unit == "share":
        return (1 - value) / (1 - target) if target < 1 else 1.0
    return target / value if value > 0 else _BEST_TIME


def conformity(indicator: Indicator, value: float) -> float:
    """How far a figure conforms, on a scale of 0..1 that knows no target; NaN where it has no such scale.

    A share is itself (lower is better: its complement), points are hundredths, a 1-5 rating of a panel is
    put on the scale by `panel_scale` before this.
    """
    if np.isnan(value):
        return float("nan")
    share = value if indicator.shown_unit == "share" else value / 100
    if indicator.shown_unit not in ("share", "points") or not 0 <= share <= 1 or indicator.direction is None:
        return float("nan")
    return share if indicator.direction == "higher" else 1 - share


def points(share: float, scoring: Scoring) -> tuple[float, float]:
    """The share of the weight that an attainment earns, raw and capped."""
    if np.isnan(share):
        return share, share
    if scoring.rule == "binary":
        raw = float(share >= 1 - _ROUNDING)
    elif scoring.rule == "linear_floor":
        raw = max(0.0, (share - scoring.floor) / (1 - scoring.floor))
    elif scoring.rule == "piecewise":
        raw = max([earned for reached, earned in scoring.steps if share >= reached - _ROUNDING], default=0.0)
    else:
        raw = max(0.0, share)
    limit = {"none": float("inf"), "at_weight": 1.0, "at_120": 1.2}[scoring.cap]
    return raw, min(raw, limit)


def _weights(card: pd.DataFrame, standard: Standard) -> dict[str, float]:
    """The weights of the standard that are in force in the period of the card, if it names one."""
    labels = set(card["period"]) if "period" in card else set()
    span = parse(labels.pop() if len(labels) == 1 else "all")
    return {
        one.id: one.weight
        for one in standard.indicators
        if one.weight is not None and one.in_force(span.start, span.end)
    }


def _scored(indicator: Indicator, row: dict[Any, Any], scoring: Scoring) -> dict[str, Any]:
    weight = float("nan") if indicator.weight is None else indicator.weight
    reached = attainment(indicator, row["value"], row["target"], scoring)
    raw, capped = points(_judged_by(indicator, row, reached, scoring), scoring)
    return {
        "dimension": indicator.dimension,
        "clause": indicator.clause.both(),
        "weight": weight,
        "critical": indicator.critical,
        "attainment": reached,
        "raw_score": weight * raw,
        "capped_score": weight * capped,
        "trigger": ", ".join(_triggers(indicator, row, reached, scoring)),
    }


def _judged_by(indicator: Indicator, row: dict[Any, Any], reached: float, scoring: Scoring) -> float:
    """What the rule scores: whether the target is met, the figure itself, or the attainment."""
    if scoring.rule == "binary" and reaches(indicator, row["value"], row["target"]):
        return 1.0
    if scoring.rule in ("weighted_mean", "gbt_27922") and indicator.evidence != "panel":
        return conformity(indicator, row["value"])
    return reached


def _special(card: pd.DataFrame, standard: Standard) -> float:
    """Points outside the weights: `special` points are earned where the target is met, negative ones are
    lost where it is not."""
    verdicts = dict(zip(card["indicator"], card["verdict"], strict=True))
    return sum(
        one.special
        for one in standard.indicators
        if one.special is not None and verdicts.get(one.id) == ("met" if one.special > 0 else "not_met")
    )


def _triggers(indicator: Indicator, row: dict[Any, Any], reached: float, scoring: Scoring) -> list[str]:
    """Why an analysis is called for; a rating without a target can only fall short of its own scale."""
    judged = row["verdict"] in _JUDGED
    good_share = indicator.shown_unit == "share" and indicator.direction == "higher"
    fired = {
        "attainment": reached < scoring.trigger_below,
        "actual": judged and good_share and row["value"] < scoring.trigger_below,
        "below_target": judged and not reaches(indicator, row["value"], row["target"]),
        "below_target_with_confidence": row["verdict"] == "not_met",
    }
    return [name for name in scoring.root_cause_trigger if fired[name]]
