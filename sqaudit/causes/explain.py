"""Where a figure changed, lies off its level or missed its forecast: data frames in, an explanation out.

    explain_change(before, now, ...)    two periods: shares, counts, means
    explain_table(cells, ...)           the same, both periods side by side in one table
    explain_level(now, ...)             one period against a target, or against the rest
    explain_forecast(cells, ...)        totals against their forecast

A search shows where something happened, never why. It can say that no segment stands out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sqaudit.causes.segments.calibration import chance_of_change
from sqaudit.causes.segments.cells import Array, Cells, cells_of
from sqaudit.causes.segments.conditions import where_of
from sqaudit.causes.segments.cuboids import combinations_of
from sqaudit.causes.segments.dispersion import wandering
from sqaudit.causes.segments.evidence import CELLS_FOR_NOISE, Period, pooled_variance
from sqaudit.causes.segments.explanation import COLUMNS, Explanation, Figures, outcome_of, table_of
from sqaudit.causes.segments.families import Count, Share
from sqaudit.causes.segments.inquiry import Answer, Wander, answered
from sqaudit.causes.segments.measures import SUMS, Measure, column_of, refuse_other_than_frame, stacked
from sqaudit.causes.segments.questions import Forecast, MeanChange, MeanLevel, Question, RateChange, RateLevel
from sqaudit.causes.segments.settings import Settings

Dispersion = float | Mapping[tuple[str, ...], float]
Bins = Mapping[tuple[str, str], str]  # the SQL condition of a bin, by column and label


def explain_change(
    before: pd.DataFrame,
    now: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    bad: str | None = None,
    count: str | None = None,
    value: str | None = None,
    squares: str | None = None,
    count_squares: str | None = None,
    exposure: str | None = None,
    history: Sequence[pd.DataFrame] = (),
    dispersion: Dispersion | None = None,
    bins: Bins | None = None,
    settings: Settings | None = None,
) -> Explanation:
    """The segments in which a figure changed from one period to the next, or that none stands out.

    Rows are records, or cells that were added up. What is measured follows from the columns named:

    - `bad` alone: a share; the column is true (or 1) for a bad record, missing where it is not known;
      with `count`: rows are cells, and the columns hold numbers of bad cases and of cases;
    - `value` alone: a mean of one number for each record, missing left out. Wild values pull a mean: cap them
      or take logarithms first. With `count` and `squares`: rows are cells with the number of observations,
      their sum (`value`) and their sum of squares;
      where observations have weights, `count_squares` is the sum of the squared weights beside weighted sums;
    - `count` alone or with `exposure`: a rate of events by exposure (rows without it have an exposure of 1,
      so that both periods must be equally long).

    A missing value of a dimension is a value of its own. `history` are earlier periods, oldest first, in
    which nothing is suspected: they show how far segments wander anyway. `dispersion` says so directly, as a
    standard deviation of a segment's logit (logarithm for counts, standard deviations for means) from period
    to period, for all combinations of dimensions or by combination.

    `bins` are the conditions that `sqaudit.causes.bins.binned` answers, for dimensions made by it.

    ParameterError lists every column that lacks or cannot be counted, or is named twice.

    >>> quiet = {"team": ["A", "B", "C"], "count": [500, 500, 500], "late": [25, 24, 26]}
    >>> before, now = pd.DataFrame(quiet), pd.DataFrame(quiet | {"late": [27, 95, 24]})
    >>> found = explain_change(before, now, ["team"], bad="late", count="count")
    >>> found.outcome, found.segments["segment"].tolist(), found.segments["where"].tolist()
    ('segments', ['team=B'], ['"team" = \\'B\\''])
    >>> explain_change(before, before, ["team"], bad="late", count="count").outcome
    'noise'
    """
    measure = Measure(bad, count, value, squares, count_squares, exposure)
    periods = [*history, before, now]
    names = [*(f"history, part {place + 1}" for place in range(len(history))), "before", "now"]
    table = stacked(dict(zip(names, periods, strict=True)), dimensions, measure)
    return _changed(
        table, dimensions, measure.kind, len(periods), dispersion, bins, _chosen(settings, dimensions)
    )


def explain_table(
    cells: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    count: tuple[str, str],
    bad: tuple[str, str],
    dispersion: Dispersion | None = None,
    bins: Bins | None = None,
    settings: Settings | None = None,
) -> Explanation:
    """The same as `explain_change` for a share, with both periods side by side in one table of cells.

    `count` and `bad` name the columns of the period before and of the present one. A missing number is 0.

    >>> cells = pd.DataFrame({"team": ["A", "B"], "n0": [400, 400], "bad0": [20, 22]})
    >>> cells["n1"], cells["bad1"] = [400, 400], [21, 80]
    >>> explain_table(cells, ["team"], count=("n0", "n1"), bad=("bad0", "bad1")).segments["segment"].tolist()
    ['team=B']
    """
    refuse_other_than_frame("cells", cells)
    frames = {
        name: cells.rename(columns={count[place]: "_count", bad[place]: "_bad"})
        for place, name in enumerate(("before", "now"))
    }
    measure = Measure(bad="_bad", count="_count")
    filled = {name: frame.fillna({"_count": 0, "_bad": 0}) for name, frame in frames.items()}
    table = stacked(filled, dimensions, measure)
    return _changed(table, dimensions, "share", 2, dispersion, bins, _chosen(settings, dimensions))


def explain_level(
    now: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    target: float | None = None,
    bad: str | None = None,
    count: str | None = None,
    value: str | None = None,
    squares: str | None = None,
    count_squares: str | None = None,
    exposure: str | None = None,
    dispersion: Dispersion | None = None,
    bins: Bins | None = None,
    settings: Settings | None = None,
) -> Explanation:
    """The segments that lie off a target, or without one off the rest: a question without a period before.

    Columns as in `explain_change`. `target` is a share of bad cases (0 to 1), a rate or a mean. Segments on
    either side are found; the sign of `excess` says which. In the table, the columns of a period before are
    NaN.

    >>> now = pd.DataFrame({"team": ["A", "B", "C"], "count": [400, 400, 400], "late": [20, 22, 70]})
    >>> explain_level(now, ["team"], bad="late", count="count").segments["segment"].tolist()
    ['team=C']
    """
    chosen = _chosen(settings, dimensions)
    measure = Measure(bad, count, value, squares, count_squares, exposure)
    cells = _cells(stacked({"now": now}, dimensions, measure, target), dimensions, 1)
    period = _period(cells, 0)
    question: Question
    if measure.kind == "mean":
        variance = _variance(cells, [0])
        question = MeanLevel(cells, period, variance, chosen, target)
    else:
        family = Share() if measure.kind == "share" else Count()
        question = RateLevel(cells, period, family, chosen, target)
    answer = answered(question, period.weight, _wander(cells, question.depth, dispersion))
    nothing = np.full(len(cells), np.nan)
    figures = Figures(nothing, nothing, period.weight, period.observed)
    return _explained(question, answer, figures, np.nan, dispersion is not None, bins)


def explain_forecast(
    cells: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    actual: str = "actual",
    expected: str = "expected",
    dispersion: Dispersion | None = None,
    bins: Bins | None = None,
    settings: Settings | None = None,
) -> Explanation:
    """The segments in which totals deviate from their forecast, or from a plan.

    Rows are cells (rows alike in every dimension are added up); `actual` and `expected` are totals that add
    up, none of them negative. A missing total is 0. With fewer than 20 cells their noise cannot be told: the
    outcome is noise, with the note `too_few_cells`. Segments may have as
    many conditions as there are dimensions.

    >>> cells = pd.DataFrame([(a, b) for a in "ABCDEF" for b in "uvwxy"], columns=["site", "product"])
    >>> cells["expected"] = 100.0
    >>> cells["actual"] = [99 + place % 3 - 40 * (site == "C") for place, site in enumerate(cells["site"])]
    >>> explain_forecast(cells, ["site", "product"]).segments["segment"].tolist()
    ['site=C']
    """
    chosen = settings or replace(Settings(), least_share=0.0)  # planted causes are as small as a single cell
    renamed = stacked({"now": cells}, dimensions, Measure(actual=actual, expected=expected))
    table = _cells(renamed, dimensions, 1)
    seen, hoped = table.sums[column_of("observed", 0)], table.sums[column_of("weight", 0)]
    question = Forecast(table, seen, hoped, chosen)
    nothing = np.full(len(table), np.nan)
    figures = Figures(nothing, nothing, nothing, seen)
    if int((np.maximum(seen, hoped) > 0).sum()) < CELLS_FOR_NOISE:
        unknown = Answer((), (), (), seen - hoped, False, 0.0, np.nan, 0, 0)
        untold = _explained(question, unknown, figures, np.nan, True, bins)
        return replace(untold, notes=(*untold.notes, "too_few_cells"))
    answer = answered(question, np.maximum(seen, hoped), _wander(table, question.depth, dispersion))
    return _explained(question, answer, figures, np.nan, True, bins)


def _changed(
    table: pd.DataFrame,
    dimensions: Sequence[str],
    kind: str,
    periods: int,
    dispersion: Dispersion | None,
    bins: Bins | None,
    settings: Settings,
) -> Explanation:
    """The explanation of the last of some periods, the one before it being what it is compared with."""
    cells = _cells(table, dimensions, periods)
    variance = _variance(cells, range(periods - 1)) if kind == "mean" else np.nan
    questions = [_change(cells, place, kind, variance, settings) for place in range(1, periods)]
    question = questions[-1]
    wander = _wander(cells, question.depth, dispersion)
    if wander is None and periods > 2:
        wander = wandering(questions[:-1])
    before, now = _period(cells, periods - 2), _period(cells, periods - 1)
    answer = answered(question, before.weight + now.weight, wander)
    figures = Figures(before.weight, before.observed, now.weight, now.observed)
    p_total = _chance_of_total(before, now, kind, variance)
    return _explained(question, answer, figures, p_total, wander is not None, bins)


def _chosen(settings: Settings | None, dimensions: Sequence[str]) -> Settings:
    return (settings or Settings()).fitted_to(len(dimensions))


def _cells(table: pd.DataFrame, dimensions: Sequence[str], periods: int) -> Cells:
    sums = [column_of(name, place) for place in range(periods) for name in SUMS]
    return cells_of(table, dimensions, sums)


def _period(cells: Cells, place: int) -> Period:
    return Period(_sums(cells, "weight", place), _sums(cells, "observed", place))


def _sums(cells: Cells, name: str, place: int) -> Array:
    return cells.sums[column_of(name, place)]


def _variance(cells: Cells, places: Sequence[int]) -> float:
    """The variance of one observation within its cell, over some periods."""
    found = pooled_variance(
        [
            (_period(cells, at), _sums(cells, "squares", at), _sums(cells, "weight_squares", at))
            for at in places
        ]
    )
    if not found > 0:
        raise ValueError(
            "the spread of single observations cannot be told: no cell has two that differ. "
            "Take fewer dimensions, or add the sums of squares."
        )
    return found


def _change(cells: Cells, place: int, kind: str, variance: float, settings: Settings) -> Question:
    before, now = _period(cells, place - 1), _period(cells, place)
    if kind == "mean":
        return MeanChange(cells, before, now, variance, settings)
    return RateChange(cells, before, now, Share() if kind == "share" else Count(), settings)


def _wander(cells: Cells, depth: int, dispersion: Dispersion | None) -> Wander | None:
    """The variance by cuboid that a given dispersion means."""
    if dispersion is None:
        return None
    every = combinations_of(len(cells.sizes), depth)
    if isinstance(dispersion, Mapping):
        named = {frozenset(names): spread for names, spread in dispersion.items()}
        return {dims: named.get(frozenset(cells.dimensions[dim] for dim in dims), 0.0) ** 2 for dims in every}
    return dict.fromkeys(every, float(dispersion) ** 2)


def _chance_of_total(before: Period, now: Period, kind: str, variance: float) -> float:
    n0, x0, n1, x1 = (float(one.sum()) for one in (before.weight, before.observed, now.weight, now.observed))
    return chance_of_change(n0, x0, n1, x1, kind, variance)


def _explained(
    question: Question,
    answer: Answer,
    figures: Figures,
    p_total: float,
    dispersion_known: bool,
    bins: Bins | None,
) -> Explanation:
    cells, alpha = question.cells, question.settings.alpha
    frame = table_of(question, answer, figures)
    frame["where"] = [where_of(conditions, bins) for conditions in frame["conditions"]]
    total = figures.of(np.ones(len(cells), dtype=np.bool_), answer.excess) | {
        "shift": answer.shift,
        "p_total": p_total,
        "p_general": answer.p_general,
    }
    return Explanation(
        outcome=outcome_of(bool(answer.found), answer.general or answer.p_general <= alpha, p_total <= alpha),
        segments=frame[list(COLUMNS)],
        total=total,
        dimensions=cells.dimensions,
        looks=answer.looks,
        draws=answer.draws,
        notes=_notes(question, answer, p_total, dispersion_known),
    )


def _notes(question: Question, answer: Answer, p_total: float, dispersion_known: bool) -> tuple[str, ...]:
    """The codes of what a reader should be told beside the table."""
    alpha = question.settings.alpha
    said = {
        "where_not_why": True,
        "general_shift": answer.general or answer.p_general <= alpha,
        "mix_shift": p_total <= alpha < answer.p_general and not answer.found,
        "p_by_draws": answer.draws > 0,
        "p_by_bound": answer.draws == 0,
        "new_values": _without(question, "before"),
        "gone_values": _without(question, "now"),
        "missing_values": any(None in levels for levels in question.cells.levels),
        "dispersion_unknown": not dispersion_known,
        "alternatives": any(answer.alternatives),
        "combinations_left_out": answer.left_out,
        "most_reached": len(answer.found) >= question.settings.most,
    }
    return tuple(code for code, holds in said.items() if holds)


def _without(question: Question, period: str) -> bool:
    """Whether a value of a dimension has no case in one period, but in the other: a shift of the mix."""
    if not isinstance(question, RateChange | MeanChange):
        return False
    weight = getattr(question, period).weight
    every = zip(question.cells.codes.T, question.cells.sizes, strict=True)
    return any((np.bincount(codes, weight, size) <= 0).any() for codes, size in every)
