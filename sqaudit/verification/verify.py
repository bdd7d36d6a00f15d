"""Whether a measure worked: one verdict, by a method that is fixed before any result is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.finite_population import Array
from sqaudit.verification.before_after import Difference, mix_adjusted, plain_difference
from sqaudit.verification.correlated import Fit, fit, spread_at, t_quantile
from sqaudit.verification.differences import Controls, control_series, trend_before
from sqaudit.verification.interrupted import counterfactual, has_trend, segmented, step_design, step_fit
from sqaudit.verification.outcome import RESULTS, Verdict, Verification
from sqaudit.verification.power import WANTED, Precision, detectable, periods_needed, power_of
from sqaudit.verification.regression_to_mean import LEAST_PEERS, Regression, regression_to_mean
from sqaudit.verification.series import Kind, Series, Start, series

LEAST_BEFORE = 4  # periods; with fewer nobody knows how periods vary without a measure
LEAST_AFTER = 4  # periods: a month of weeks, after which S3 has the evaluation repeated; sooner it is news
HORIZON = 26  # periods: half a year of weeks; waiting longer is no way to decide
RECENT = 13  # periods, a quarter of weeks, whose cases say what is to come
TREND_ALPHA = 0.05  # below this p-value a trend before the measure has to be allowed for

__all__ = ["HORIZON", "LEAST_AFTER", "LEAST_BEFORE", "verify"]


@dataclass(frozen=True, eq=False)
class _Judged:
    """One method's effect with its precision, the model behind it and the linear weights of its points."""

    method: str
    effect: float
    precision: Precision
    model: Fit
    trend: bool

    def bounds(self, confidence: float) -> Difference:
        reach = t_quantile(self.precision.freedom, (1 + confidence) / 2) * self.precision.standard_error
        return Difference(self.effect, self.effect - reach, self.effect + reach)


def verify(
    points: pd.DataFrame,
    action_start: Start,
    planned_effect: float | None = None,
    direction: Literal["higher", "lower"] = "higher",
    controls: pd.DataFrame | None = None,
    peers: pd.DataFrame | None = None,
    *,
    kind: Kind = "share",
    chosen_as_worst: bool = False,
    chosen_on: tuple[object, object] | None = None,
    cells: pd.DataFrame | None = None,
    cell_level: Sequence[str] = (),
    transition: int = 0,
    confidence: float = 0.95,
    horizon: int = HORIZON,
) -> Verification:
    """Whether a measure worked, from the figure of its segment by period (weeks are best).

    `points`: columns as in `sqaudit.verification.series.series`. `planned_effect`: by how much the figure was to
    get better, above 0, in its unit (shares as parts of one). `controls`, `peers`: other segments, the
    same columns and `segment`; controls had no such measure, peers are those among which the segment was
    picked (the controls unless given). `chosen_as_worst`: it was picked because it stood worst, in the
    periods `chosen_on` (first and last; all before the measure unless given). `cells`: the mix of cases
    before and now, columns as in `sqaudit.causes.contribution.terms`, with `cell_level`, their dimensions.
    `transition`: full periods after the start that show neither state.

    Which method decides, fixed in advance:

    1. with controls: difference in differences by period. Where the figure and the controls parted before
       the measure (by those periods alone), the difference with a trend must say the same.
    2. without: a step in the interrupted series, its trend before going on; below eight periods before, no
       trend can be allowed for (note `short_baseline`).
    3. picked as the worst: the return to the mean that was to be expected anyway is taken off; without at
       least three segments to estimate it, nothing is called effective (note `worst_without_peers`).
    4. with cells: the change with the mix held still must be clear as well.

    Rules 1, 3 and 4 only make a verdict harder to reach, so that a measure without effect is called effective
    with a chance of at most (1 - confidence) / 2. `effective` and `harmful`: the interval lies wholly on one side.
    `too_early`: fewer than four periods after it, or too few to see the planned effect with a power of
    80 % while `horizon` periods in all would do. Otherwise `not_shown`, with the notes `underpowered` and
    `cannot_tell` where absence of proof is no proof of absence.
    FrameError for missing columns; ValueError for impossible input.

    >>> weeks = [f"2026-W{week:02}" for week in range(1, 31)]
    >>> shares = [76, 74, 78, 75, 77, 73, 76, 75, 79, 74, 76, 75, 77, 74, 76, 78, 75, 76, 74, 77]
    >>> figures = pd.DataFrame({"period": weeks, "numerator": shares + [90, 89, 91, 92, 88, 90, 91, 89, 90, 92]})
    >>> found = verify(figures.assign(denominator=100), "2026-05-18", planned_effect=0.1)
    >>> found.verdict, found.decided_by, round(found.effect, 2)
    ('effective', 'interrupted_series', 0.14)
    """
    _refuse(planned_effect, direction, confidence)
    treated = series(points, action_start, kind, transition)
    notes = list(treated.notes)
    if treated.passing.any():
        notes.append("transition_left_out")
    compared = None
    if controls is not None and len(controls):
        compared = control_series(controls, treated, action_start, transition)
    notes += _control_notes(compared)
    values, variances = _compared(treated, compared)
    trend_p = trend_before(treated, values, variances)
    good = 1.0 if direction == "higher" else -1.0
    if treated.before.sum() < LEAST_BEFORE:
        return _undecided(
            treated, compared, direction, planned_effect, confidence, trend_p, [*notes, "no_baseline"]
        )
    trend = compared is None and has_trend(treated)
    if compared is None and not trend:
        notes.append("short_baseline")
    returning = (
        _regression(treated, peers, controls, action_start, transition, chosen_on)
        if chosen_as_worst
        else None
    )
    if chosen_as_worst:
        notes.append("regression_corrected" if returning else "worst_without_peers")
    window = _window(treated, chosen_on)
    after = int(treated.after.sum())
    judged: list[_Judged] = []
    if after:
        deciding = _method(compared, trend)
        judged.append(_judge(deciding, treated, compared, values, variances, trend, returning, window))
        if compared is not None and trend_p < TREND_ALPHA and has_trend(treated):
            notes.append("trend_before")
            judged.append(
                _judge(
                    "interrupted_difference", treated, compared, values, variances, True, returning, window
                )
            )
    else:
        notes.append("nothing_after")
    adjusted, mix = mix_adjusted(cells, cell_level, confidence) if cells is not None else (None, None)
    if mix is not None and (mix.low > 0 or mix.high < 0):
        notes.append("mix_shift")
    bounds = [one.bounds(confidence) for one in judged]
    needed_bounds = [*bounds, *([adjusted] if adjusted is not None else [])]
    model = judged[0].model if judged else _before_only(treated, values, variances, trend)
    future = _future(treated, variances, model, trend, compared, returning, window)
    precision = judged[0].precision if judged else None
    planned = planned_effect or 0.0
    power = power_of(planned, precision, confidence) if precision and planned else float("nan")
    waiting = periods_needed(planned, future, LEAST_AFTER, confidence) if planned else None
    verdict = _verdict(needed_bounds, good, after, power, waiting, horizon, planned_effect)
    if verdict == "effective" and chosen_as_worst and returning is None:
        verdict = "not_shown"
    if verdict == "not_shown" and adjusted is not None and _clear(bounds, good):
        notes.append("mix_explains")
    notes += _power_notes(verdict, power, waiting, horizon, bounds, good, planned_effect)
    notes += [code for code, there in (
        ("overdispersed", kind != "mean" and model.dispersion > 1.5),
        ("autocorrelated", model.correlation > 0.45),
    ) if there]  # fmt: skip
    main = bounds[0] if bounds else Difference(*(float("nan"),) * 3)
    moved = compared.moved if compared is not None else None
    return Verification(
        verdict=verdict, direction=direction, kind=kind, confidence=confidence,
        decided_by=judged[0].method if judged else _method(compared, trend),
        effect=main.effect, low=main.low, high=main.high,
        before=treated.level(treated.before), after=treated.level(treated.after),
        planned_effect=planned_effect, power=power,
        detectable=detectable(precision, confidence) if precision else float("nan"),
        periods_before=int(treated.before.sum()), periods_after=after, periods_needed=waiting,
        trend_p=trend_p, correlation=model.correlation, dispersion=model.dispersion,
        regression=returning, controls=compared,
        results=_results(treated, judged, adjusted, compared, confidence),
        series=_drawn(treated, model, trend, moved, confidence), notes=tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _refuse(planned_effect: float | None, direction: str, confidence: float) -> None:
    if planned_effect is not None and not planned_effect > 0:
        raise ValueError(
            f"planned_effect is how much better it was to get, above 0; found {planned_effect!r}."
        )
    if direction not in ("higher", "lower"):
        raise ValueError(f"direction must be higher or lower; found '{direction}'.")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, both excluded; found {confidence!r}.")


def _method(compared: Controls | None, trend: bool) -> str:
    if compared is not None:
        return "difference_in_differences"
    return "interrupted_series" if trend else "before_after_series"


def _control_notes(compared: Controls | None) -> list[str]:
    if compared is None:
        return ["no_controls"]
    notes = ["one_control"] if len(compared.names) == 1 else []
    return [*notes, *(["controls_left_out"] if compared.left_out else [])]


def _compared(treated: Series, compared: Controls | None) -> tuple[Array, Array]:
    """The figure less the movement of the controls, and what chance could do to each period of it."""
    if compared is None:
        return treated.values, treated.variances()
    return treated.values - compared.moved, treated.variances() + compared.variances


def _window(treated: Series, chosen_on: tuple[object, object] | None) -> npt.NDArray[np.bool_]:
    """The periods before the measure on which the segment was picked."""
    if chosen_on is None:
        return treated.before
    labels = [str(label) for label in treated.labels]
    first, last = map(str, chosen_on)
    if first not in labels or last not in labels:
        raise ValueError(
            f"chosen_on names {first} and {last}; the points have no such period before the measure."
        )
    place = np.arange(len(labels))
    return np.asarray(treated.before & (place >= labels.index(first)) & (place <= labels.index(last)))


def _regression(
    treated: Series,
    peers: pd.DataFrame | None,
    controls: pd.DataFrame | None,
    action_start: Start,
    transition: int,
    chosen_on: tuple[object, object] | None,
) -> Regression | None:
    """What was to be expected of the segment without the measure; None where its peers are not known."""
    given = peers if peers is not None else controls
    if given is None:
        return None
    window = _window(treated, chosen_on)
    asked = treated.times[window]
    others = [
        series(part, action_start, treated.kind, transition)
        for _, part in given[given["segment"].notna()].groupby("segment", sort=True)
    ]
    levels = [_level(treated, window)]
    levels += [_level(one, np.isin(one.times, asked)) for one in others]
    known = [one for one in levels if one is not None]
    if levels[0] is None or len(known) < LEAST_PEERS:
        return None
    return regression_to_mean(
        np.array([mean for mean, _ in known]), np.array([spread for _, spread in known]), 0
    )


def _level(one: Series, rows: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
    """The level of a segment over some periods, and the variance that chance and its periods give it."""
    if rows.sum() < 3:
        return None
    design = np.ones((int(rows.sum()), 1))
    model = fit(design, one.values[rows], 1 / one.variances()[rows], one.times[rows], one.least_dispersion)
    return float(model.coefficients[0]), float(model.covariance[0, 0])


def _judge(
    method: str,
    treated: Series,
    compared: Controls | None,
    values: Array,
    variances: Array,
    trend: bool,
    returning: Regression | None,
    window: npt.NDArray[np.bool_],
) -> _Judged:
    """The step by one method, what was to return by itself taken off."""
    model = step_fit(treated, trend, values, variances)
    effect, variance = float(model.coefficients[1]), float(model.covariance[1, 1])
    if returning is not None:
        pull = -float(model.weights[1][window[~treated.passing]].sum())
        effect -= pull * returning.expected_change
        variance = _exchanged(variance, pull, returning)
    return _Judged(method, effect, _precision(variance, model.freedom, compared), model, trend)


def _exchanged(variance: float, pull: float, returning: Regression) -> float:
    """The variance with that of the level found taken out and that of the level expected put in."""
    left = max(variance - pull**2 * returning.variance_found, 0.25 * variance)
    return left + pull**2 * returning.variance


def _precision(variance: float, freedom: float, compared: Controls | None) -> Precision:
    """With controls that stray from each other, their spread added; Satterthwaite's degrees of freedom."""
    extra = compared.extra() if compared is not None else 0.0
    if extra > 0 and compared is not None:
        total = variance + extra
        freedom = total**2 / (variance**2 / freedom + extra**2 / (len(compared.names) - 1))
    return Precision(float(np.sqrt(variance + extra)), freedom)


def _before_only(treated: Series, values: Array, variances: Array, trend: bool) -> Fit:
    """The model of the time before, with a step of 0 that nothing is known of."""
    rows = treated.before
    design = step_design(treated.times[rows], np.zeros(int(rows.sum()), dtype=bool), trend)[
        :, [0, *([2] if trend else [])]
    ]
    model = fit(design, values[rows], 1 / variances[rows], treated.times[rows], treated.least_dispersion)
    places = [0, *([2] if trend else [])]
    size = 3 if trend else 2
    coefficients, covariance = np.zeros(size), np.zeros((size, size))
    coefficients[places] = model.coefficients
    covariance[np.ix_(places, places)] = model.covariance
    return Fit(coefficients, covariance, model.freedom, model.correlation, model.dispersion, model.weights)


def _future(
    treated: Series,
    variances: Array,
    model: Fit,
    trend: bool,
    compared: Controls | None,
    returning: Regression | None,
    window: npt.NDArray[np.bool_],
) -> Callable[[int], Precision]:
    """The precision that so many periods after the measure bring, with as many cases as of late."""
    rows = treated.before
    times = treated.times[rows]
    first = (
        float(treated.times[treated.after].min()) if treated.after.any() else max(0.0, float(times.max()) + 1)
    )
    recent = 1 / float(np.mean(1 / variances[-RECENT:]))

    def precision(count: int) -> Precision:
        when = np.concatenate([times, first + np.arange(count)])
        after = np.concatenate([np.zeros(len(times)), np.ones(count)])
        spread = np.concatenate([variances[rows], np.full(count, recent)])
        design = step_design(when, after > 0, trend)
        unit = spread_at(design, 1 / spread, when, model.correlation)
        variance = model.dispersion * float(unit[1, 1])
        left = len(when) - design.shape[1]
        freedom = max(1.0, left * (1 - model.correlation**2) / (1 + model.correlation**2))
        if returning is not None:
            variance = _exchanged(variance, float(window.sum()) / float(rows.sum()), returning)
        return _precision(variance, freedom, compared)

    return precision


def _clear(bounds: Sequence[Difference], good: float) -> bool:
    return bool(bounds) and all(min(good * one.low, good * one.high) > 0 for one in bounds)


def _verdict(
    bounds: Sequence[Difference],
    good: float,
    after: int,
    power: float,
    waiting: int | None,
    horizon: int,
    planned_effect: float | None,
) -> Verdict:
    if after < LEAST_AFTER:
        return "too_early"
    if _clear(bounds, good):
        return "effective"
    if _clear(bounds, -good):
        return "harmful"
    if planned_effect is None or power >= WANTED:
        return "not_shown"
    return "too_early" if waiting is not None and after < waiting <= horizon else "not_shown"


def _power_notes(
    verdict: Verdict,
    power: float,
    waiting: int | None,
    horizon: int,
    bounds: Sequence[Difference],
    good: float,
    planned_effect: float | None,
) -> list[str]:
    if planned_effect is None:
        return ["planned_effect_unknown"]
    if verdict != "not_shown" or not bounds:
        return []
    best = max(good * bounds[0].low, good * bounds[0].high)
    if best < planned_effect:
        return ["planned_effect_excluded"]
    if power >= WANTED:
        return []
    return ["underpowered", *(["cannot_tell"] if waiting is None or waiting > horizon else [])]


def _results(
    treated: Series,
    judged: Sequence[_Judged],
    adjusted: Difference | None,
    compared: Controls | None,
    confidence: float,
) -> pd.DataFrame:
    """Every method with its interval; those that do not decide are there to be seen beside."""
    rows: list[tuple[object, ...]] = []
    nothing = (float("nan"), float("nan"))
    if treated.after.any():
        rows.append(("before_after", *plain_difference(treated, confidence), *nothing, False))
        rows += [_row(one, confidence, True) for one in judged]
        shown = {one.method for one in judged}
        for trend in (False, True):
            name = _method(None, trend)
            if name not in shown and (has_trend(treated) or not trend):
                model = step_fit(treated, trend)
                precision = Precision(model.standard_error(1), model.freedom)
                rows.append(
                    _row(
                        _Judged(name, float(model.coefficients[1]), precision, model, trend),
                        confidence,
                        False,
                    )
                )
        if has_trend(treated) and treated.after.sum() >= LEAST_AFTER:
            model = segmented(treated)
            for place, name in ((2, "level_change"), (3, "slope_change")):
                precision = Precision(model.standard_error(place), model.freedom)
                rows.append(
                    _row(
                        _Judged(name, float(model.coefficients[place]), precision, model, True),
                        confidence,
                        False,
                    )
                )
    if adjusted is not None:
        rows.append(("mix_adjusted", *adjusted, *nothing, True))
    frame = pd.DataFrame(rows, columns=list(RESULTS))
    return frame.astype({name: "float64" for name in RESULTS[1:6]} | {"decides": bool})


def _row(one: _Judged, confidence: float, decides: bool) -> tuple[object, ...]:
    return (
        one.method, *one.bounds(confidence), one.precision.standard_error, one.precision.freedom, decides
    )  # fmt: skip


def _drawn(treated: Series, model: Fit, trend: bool, moved: Array | None, confidence: float) -> pd.DataFrame:
    return counterfactual(treated, model, trend, moved, confidence)


def _undecided(
    treated: Series,
    compared: Controls | None,
    direction: str,
    planned_effect: float | None,
    confidence: float,
    trend_p: float,
    notes: Sequence[str],
) -> Verification:
    """Too few periods before the measure: no verdict will ever be possible from them, but data may come."""
    nothing = float("nan")
    drawn = pd.DataFrame(
        {
            "period": pd.Series(list(treated.labels), dtype=object),
            "value": treated.values,
            "cases": treated.cases,
            "phase": np.select([treated.before, treated.after], ["before", "after"], "passing").astype(
                object
            ),
            **dict.fromkeys(("fitted", "counterfactual", "low", "high"), nothing),
        }
    )
    return Verification(
        verdict="not_shown" if treated.after.sum() >= LEAST_AFTER else "too_early",
        direction=direction, kind=treated.kind, confidence=confidence, decided_by="none",
        effect=nothing, low=nothing, high=nothing,
        before=treated.level(treated.before), after=treated.level(treated.after),
        planned_effect=planned_effect, power=nothing, detectable=nothing,
        periods_before=int(treated.before.sum()), periods_after=int(treated.after.sum()), periods_needed=None,
        trend_p=trend_p, correlation=nothing, dispersion=nothing, regression=None, controls=compared,
        results=_results(treated, (), None, compared, confidence) if treated.before.any() and treated.after.any() and len(treated.judged.times) > 3
        else pd.DataFrame(columns=list(RESULTS)),
        series=drawn, notes=tuple(notes),
    )  # fmt: skip
