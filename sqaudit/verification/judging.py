"""The effect by one method, and how exactly it is known: now, and after any number of periods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sqaudit.verification.before_after import Difference
from sqaudit.verification.correlated import Fit, fit, spread_at, t_quantile
from sqaudit.verification.differences import Controls
from sqaudit.verification.interrupted import step_design, step_fit
from sqaudit.verification.power import Precision
from sqaudit.verification.question import Question
from sqaudit.verification.regression_to_mean import Regression

RECENT = 13  # periods, a quarter of weeks, whose cases say how many are to come
# Correcting the baseline must not seem to make an effect exact: of its variance at least this part stays.
_LEAST_LEFT = 0.25

__all__ = ["Judged", "before_only", "judged", "precision_after"]


@dataclass(frozen=True, eq=False)
class Judged:
    """One method's effect (after less what was to be expected) with its precision and the model behind it.

    `returned` is how far the level to be expected would have moved by itself, which the effect leaves out.
    """

    method: str
    effect: float
    precision: Precision
    model: Fit
    returned: float = 0.0

    def bounds(self, confidence: float) -> Difference:
        """The effect with its interval."""
        reach = t_quantile(self.precision.freedom, (1 + confidence) / 2) * self.precision.standard_error
        return Difference(self.effect, self.effect - reach, self.effect + reach)


def judged(question: Question, method: str, trend: bool) -> Judged:
    """The step at the measure, what was to return to the mean by itself taken off."""
    model = step_fit(question.treated, trend, question.values, question.variances)
    # How much of the step rests on the level of the periods on which the segment was picked.
    pull = -float(model.weights[1][question.window[~question.treated.passing]].sum())
    precision, returned = _returning(question, model, float(model.covariance[1, 1]), pull)
    return Judged(method, float(model.coefficients[1]) - returned, precision, model, returned)


def before_only(question: Question) -> Judged:
    """What is known before the measure shows: the level to be expected, and no effect.

    Its model is that of the periods before, laid out as one with a step of which nothing is known.
    """
    treated, rows = question.treated, question.treated.before
    places = [0, 2] if question.trend else [0]
    design = step_design(treated.times[rows], treated.after[rows], question.trend)[:, places]
    model = fit(
        design,
        question.values[rows],
        1 / question.variances[rows],
        treated.times[rows],
        treated.least_dispersion,
    )
    size = len(places) + 1
    coefficients, covariance = np.zeros(size), np.zeros((size, size))
    coefficients[places] = model.coefficients
    covariance[np.ix_(places, places)] = model.covariance
    laid_out = Fit(
        coefficients, covariance, model.freedom, model.correlation, model.dispersion, model.weights
    )
    pull = float(model.weights[0][question.window[rows]].sum())
    precision, returned = _returning(question, laid_out, float(covariance[0, 0]), pull)
    return Judged("none", float("nan"), precision, laid_out, returned)


def precision_after(question: Question, model: Fit, better: float = 0.0) -> Callable[[int], Precision]:
    """The precision that a number of periods after the measure brings, with as many cases as of late.

    `better` is by how much the level is then to differ: shares near one vary less.
    """
    treated, rows = question.treated, question.treated.before
    times, variances = treated.times[rows], question.variances
    known = treated.times[treated.after]
    first = float(known.min()) if known.size else max(0.0, float(treated.times.max()) + 1)
    recent = _recent(question, better)

    def precision(count: int) -> Precision:
        when = np.concatenate([times, first + np.arange(count)])
        after = np.arange(len(when)) >= len(times)
        spread = np.concatenate([variances[rows], np.full(count, recent)])
        design = step_design(when, after, question.trend)
        variance = model.dispersion * float(spread_at(design, 1 / spread, when, model.correlation)[1, 1])
        left = len(when) - design.shape[1]
        freedom = max(1.0, left * (1 - model.correlation**2) / (1 + model.correlation**2))
        if question.returning is not None:
            part = float(question.window.sum()) / float(rows.sum())
            variance = _exchanged(variance, part, question.returning)
        return _precision(variance, freedom, question.compared, ahead=True)

    return precision


def _recent(question: Question, better: float) -> float:
    """The variance of a period to come: cases as of late, at the level before and what is planned."""
    treated, lately = question.treated, slice(-RECENT, None)
    own = question.treated.variances()
    if treated.kind != "mean":
        own = treated.chance_variance(treated.before, better) / treated.cases
    others = question.variances[lately] - treated.variances()[lately]
    return 1 / float(np.mean(1 / (own[lately] + others)))


def _returning(question: Question, model: Fit, variance: float, pull: float) -> tuple[Precision, float]:
    """The precision with the return to the mean allowed for, and how large that return is."""
    if question.returning is None:
        return _precision(variance, model.freedom, question.compared), 0.0
    allowed = _exchanged(variance, pull, question.returning)
    return (
        _precision(allowed, model.freedom, question.compared),
        pull * question.returning.expected_change,
    )


def _exchanged(variance: float, pull: float, returning: Regression) -> float:
    """The variance with that of the level found taken out and that of the level expected put in."""
    left = max(variance - pull**2 * returning.variance_found, _LEAST_LEFT * variance)
    return left + pull**2 * returning.variance


def _precision(variance: float, freedom: float, compared: Controls | None, ahead: bool = False) -> Precision:
    """With controls that stray from each other their spread is added; degrees of freedom by Satterthwaite."""
    if compared is None:
        return Precision(float(np.sqrt(variance)), freedom)
    extra = compared.extra_expected(variance) if ahead else compared.extra()
    if extra > 0:
        total = variance + extra
        freedom = total**2 / (variance**2 / freedom + extra**2 / (len(compared.names) - 1))
    return Precision(float(np.sqrt(variance + extra)), freedom)
