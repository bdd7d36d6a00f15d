"""Whether a measure worked: one verdict, by a method that is fixed before any result is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from sqaudit.intervals import tail_of
from sqaudit.verification.before_after import Difference, mix_adjusted
from sqaudit.verification.comparing import results
from sqaudit.verification.correlated import Fit
from sqaudit.verification.deciding import LEAST_AFTER, clearly, power_notes, verdict_of
from sqaudit.verification.differences import control_series
from sqaudit.verification.interrupted import counterfactual, has_trend
from sqaudit.verification.judging import Judged, before_only, judged, precision_after
from sqaudit.verification.outcome import Verification
from sqaudit.verification.power import Precision, detectable, periods_needed, power_of
from sqaudit.verification.question import Question, expected_anyway, picked_on
from sqaudit.verification.series import Kind, Series, Start, series

LEAST_BEFORE = 4  # periods; with fewer nobody knows how periods vary without a measure
HORIZON = 26  # periods: half a year of weeks; waiting longer is no way to decide
MUCH_DISPERSION, MUCH_CORRELATION = 1.5, 0.45  # from here on a reader is told

_NOTHING = Difference(*(float("nan"),) * 3)

__all__ = ["HORIZON", "LEAST_BEFORE", "verify"]


def verify(
    points: pd.DataFrame,
    action_start: Start,
    planned_effect: float | None = None,
    direction: Literal["higher", "lower"] = "higher",
    controls: pd.DataFrame | None = None,
    peers: pd.DataFrame | None = None,
    chosen_as_worst: bool = False,
    *,
    kind: Kind = "share",
    chosen_on: tuple[object, object] | None = None,
    cells: pd.DataFrame | None = None,
    cell_level: Sequence[str] = (),
    transition: int = 0,
    confidence: float = 0.95,
    horizon: int = HORIZON,
) -> Verification:
    """Whether a measure worked, from the figure of its segment by period (weeks are best).

    `points`: columns as in `sqaudit.verification.series.series`. `planned_effect`: by how much the figure was
    to get better, above 0, in its unit (shares as parts of one). `controls`, `peers`: other segments, the
    same columns and `segment`; controls had no such measure, peers are those among which the segment was
    picked (the controls unless given). `chosen_as_worst`: it was picked because it stood worst, in the
    periods `chosen_on` (first and last; all before the measure unless given). `cells`: the mix of cases
    before and now, columns as in `sqaudit.causes.contribution.terms`, with `cell_level`, their dimensions.
    `transition`: full periods after the start that show neither state.

    Which method decides, fixed in advance:

    1. with controls: difference in differences, period by period; without: the level after against the level
       before, period by period. Both know how periods vary and hang together.
    2. where the figure (less its controls) had a trend before the measure, judged by those periods alone, an
       interrupted series in which that trend goes on gives the effect, and both must say the same.
    3. picked as the worst: the return to the mean that was to be expected anyway is taken off; without at
       least three segments to estimate it, nothing is called effective (note `worst_without_peers`).
    4. with cells: the change with the mix held still must be clear as well.

    Rules 2 to 4 only make a verdict harder to reach, so that a measure without effect is called effective
    with a chance of at most (1 - confidence) / 2. `effective` and `harmful`: the interval lies wholly on one
    side.
    `too_early`: fewer than four periods after it, or too few to see the planned effect with a power of
    80 % while `horizon` periods in all would do. Otherwise `not_shown`, with the notes `underpowered` and
    `cannot_tell` where absence of proof is no proof of absence.
    What no controls cannot do: in own simulations with 26 periods of 40 cases before and 13 after, a slow
    gain of 0.1, 0.2 and 0.4 points a period that was under way anyway is called effective in 6, 16 and 25 %
    of cases (without rule 2 in 7, 23 and 57 %). With controls it cancels, as far as they share it.

    FrameError for missing columns; ValueError for impossible input.

    >>> weeks = [f"2026-W{week:02}" for week in range(1, 31)]
    >>> shares = [76, 74, 78, 75, 77, 73, 76, 75, 79, 74, 76, 75, 77, 74, 76, 78, 75, 76, 74, 77]
    >>> shares += [90, 89, 91, 92, 88, 90, 91, 89, 90, 92]
    >>> figures = pd.DataFrame({"period": weeks, "numerator": shares, "denominator": 100})
    >>> found = verify(figures, "2026-05-18", planned_effect=0.1)
    >>> found.verdict, found.decided_by, round(found.effect, 2)
    ('effective', 'before_after_series', 0.14)
    """
    _refuse(planned_effect, direction, confidence)
    question = _question(
        series(points, action_start, kind, transition),
        action_start,
        controls,
        peers,
        chosen_as_worst,
        chosen_on,
        transition,
    )
    treated = question.treated
    deciding = _deciding(question)
    adjusted, mix = mix_adjusted(cells, cell_level, confidence) if cells is not None else (None, None)
    bounds = [one.bounds(confidence) for one in deciding]
    main = bounds[0] if bounds else _NOTHING
    good = 1.0 if direction == "higher" else -1.0
    basis = _basis(question, deciding)
    model = basis.model if basis is not None else None
    precision = deciding[0].precision if deciding else None
    power, needed = _outlook(question, model, precision, planned_effect, good, confidence)
    after = int(treated.after.sum())
    every = [*bounds, *([adjusted] if adjusted is not None else [])]
    verdict = verdict_of(every if bounds else [], good, after, power, needed, horizon, planned_effect)
    uncorrected = chosen_as_worst and question.returning is None
    if verdict == "effective" and uncorrected:
        verdict = "not_shown"
    said = {
        "transition_left_out": bool(treated.passing.any()),
        "no_controls": question.compared is None,
        "one_control": question.compared is not None and len(question.compared.names) == 1,
        "controls_left_out": question.compared is not None and bool(question.compared.left_out),
        "no_baseline": model is None,
        "nothing_after": after == 0,
        "short_baseline": model is not None and not has_trend(treated),
        "trend_before": question.trend,
        "regression_corrected": question.returning is not None,
        "worst_without_peers": uncorrected,
        "mix_shift": mix is not None and (mix.low > 0 or mix.high < 0),
        "mix_explains": verdict == "not_shown" and adjusted is not None and clearly(bounds, good),
        "overdispersed": model is not None and kind != "mean" and model.dispersion > MUCH_DISPERSION,
        "autocorrelated": model is not None and model.correlation > MUCH_CORRELATION,
    }
    notes = [code for code, applies in said.items() if applies]
    notes += power_notes(verdict, main, good, power, needed, horizon, planned_effect)
    return Verification(
        verdict=verdict,
        direction=direction,
        kind=kind,
        confidence=confidence,
        decided_by=question.methods[0][0] if model is not None else "none",
        effect=main.effect,
        low=main.low,
        high=main.high,
        before=treated.level(treated.before),
        after=treated.level(treated.after),
        planned_effect=planned_effect,
        power=power,
        detectable=detectable(precision, confidence) if precision else float("nan"),
        periods_before=int(treated.before.sum()),
        periods_after=after,
        periods_needed=needed,
        trend_p=question.trend_p,
        correlation=model.correlation if model is not None else float("nan"),
        dispersion=model.dispersion if model is not None else float("nan"),
        regression=question.returning,
        controls=question.compared,
        results=results(treated, deciding, adjusted, confidence),
        series=_drawn(question, basis, confidence),
        notes=(*treated.notes, *notes),
    )


def _refuse(planned_effect: float | None, direction: str, confidence: float) -> None:
    if planned_effect is not None and not planned_effect > 0:
        raise ValueError(
            f"planned_effect is how much better it was to get, above 0; found {planned_effect!r}."
        )
    if direction not in ("higher", "lower"):
        raise ValueError(f"direction must be higher or lower; found '{direction}'.")
    tail_of(confidence)  # refuses what is no confidence


def _question(
    treated: Series,
    action_start: Start,
    controls: pd.DataFrame | None,
    peers: pd.DataFrame | None,
    chosen_as_worst: bool,
    chosen_on: tuple[object, object] | None,
    transition: int,
) -> Question:
    compared = None
    if controls is not None and len(controls):
        compared = control_series(controls, treated, action_start, transition)
    window = picked_on(treated, chosen_on)
    returning = None
    if chosen_as_worst:
        among = peers if peers is not None else controls
        returning = expected_anyway(treated, among, action_start, window, transition)
    return Question(treated, compared, returning, window)


def _deciding(question: Question) -> list[Judged]:
    """The methods that bear on the verdict, the first of which gives the effect."""
    treated = question.treated
    if treated.before.sum() < LEAST_BEFORE or not treated.after.any():
        return []
    return [judged(question, method, trend) for method, trend in question.methods]


def _basis(question: Question, deciding: Sequence[Judged]) -> Judged | None:
    """What gives the effect, or what the time before alone lets expect; None without such a time."""
    if question.treated.before.sum() < LEAST_BEFORE:
        return None
    return deciding[0] if deciding else before_only(question)


def _outlook(
    question: Question,
    model: Fit | None,
    precision: Precision | None,
    planned_effect: float | None,
    good: float,
    confidence: float,
) -> tuple[float, int | None]:
    """The power to see the planned effect now, and after how many periods it is what is wanted."""
    if model is None or planned_effect is None:
        return float("nan"), None
    power = power_of(planned_effect, precision, confidence) if precision else float("nan")
    future = precision_after(question, model, good * planned_effect)
    return power, periods_needed(planned_effect, future, LEAST_AFTER, confidence)


def _drawn(question: Question, basis: Judged | None, confidence: float) -> pd.DataFrame:
    if basis is None:
        size = 3 if question.trend else 2
        nothing = np.full(size, np.nan)
        model = Fit(nothing, np.full((size, size), np.nan), 1.0, float("nan"), float("nan"), nothing)
        basis = Judged("none", float("nan"), Precision(float("nan"), 1.0), model)
    moved = question.compared.moved if question.compared is not None else None
    return counterfactual(
        question.treated,
        basis.model,
        question.trend,
        moved,
        confidence,
        returned=basis.returned,
        precision=basis.precision,
    )
