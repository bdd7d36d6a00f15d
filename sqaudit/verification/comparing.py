"""Every method beside the one that decides, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sqaudit.verification.before_after import Difference, plain_difference
from sqaudit.verification.correlated import Fit
from sqaudit.verification.deciding import LEAST_AFTER
from sqaudit.verification.interrupted import has_trend, segmented, step_fit
from sqaudit.verification.judging import Judged
from sqaudit.verification.outcome import RESULTS
from sqaudit.verification.power import Precision
from sqaudit.verification.series import Series

_LEAST_JUDGED = 4  # periods on both sides together: two levels and an error need more than three

__all__ = ["results"]


def results(
    treated: Series, deciding: Sequence[Judged], adjusted: Difference | None, confidence: float = 0.95
) -> pd.DataFrame:
    """One row for each method (RESULTS); those that do not decide are only to be seen beside."""
    nothing = float("nan")
    rows: list[tuple[object, ...]] = []
    if treated.before.any() and treated.after.any():
        rows.append(("before_after", *plain_difference(treated, confidence), nothing, nothing, False))
    rows += [_row(one, confidence, True) for one in deciding]
    shown = {one.method for one in deciding}
    rows += [_row(one, confidence, False) for one in _beside(treated) if one.method not in shown]
    if adjusted is not None:
        rows.append(("mix_adjusted", *adjusted, nothing, nothing, True))
    frame = pd.DataFrame(rows, columns=list(RESULTS))
    return frame.astype({**dict.fromkeys(RESULTS[1:6], "float64"), "decides": "bool"})


def _beside(treated: Series) -> list[Judged]:
    if len(treated.judged.times) < _LEAST_JUDGED or not (treated.before.any() and treated.after.any()):
        return []
    found = [_named("before_after_series", step_fit(treated, False), 1)]
    if has_trend(treated):
        found.append(_named("interrupted_series", step_fit(treated, True), 1))
        if treated.after.sum() >= LEAST_AFTER:
            model = segmented(treated)
            found += [_named("level_change", model, 2), _named("slope_change", model, 3)]
    return found


def _named(method: str, model: Fit, place: int) -> Judged:
    precision = Precision(model.standard_error(place), model.freedom)
    return Judged(method, float(model.coefficients[place]), precision, model)


def _row(one: Judged, confidence: float, decides: bool) -> tuple[object, ...]:
    return (
        one.method,
        *one.bounds(confidence),
        one.precision.standard_error,
        one.precision.freedom,
        decides,
    )
