"""What scores would be if the mean inspector had given them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.agreement.additive import Additive, fit_additive
from sqaudit.agreement.ratings import Array, Integers
from sqaudit.agreement.severity import NO_FREEDOM, NO_RESIDUAL, NOT_SHARED, shrunken_effects
from sqaudit.frames import require
from sqaudit.intervals import tail_of

SEVERAL_GROUPS = "inspectors_of_several_groups"
ONE_CASE = "one_case_only"


@dataclass(frozen=True)
class _Scores:
    """Plain and adjusted score of each subject; `share` is each inspector's part in its ratings."""

    score: Array
    adjusted: Array
    share: Array
    mean_square: Array
    group: Integers
    lost: npt.NDArray[np.bool_]


def adjusted_scores(
    ratings: pd.DataFrame, subject: str = "case", *, shrunk: bool = True, confidence: float = 0.95
) -> pd.DataFrame:
    """The score of each case (or agent) as the mean inspector would have given it.

    Rows in as for `inspector_severity`. Columns out: `<subject>, group, inspectors, ratings, score` (the
    plain mean), `adjusted` (the mean after the severity of each inspector was added), `low, high,
    standard_error, reason`. With `shrunk` the shrunken severities are used, which move a score less where
    severity is poorly known; their error enters with the error of the ratings. Scores of two groups are
    adjusted to different mean inspectors. Without a severity there is a score but no adjusted one.
    Errors as for `inspector_severity`.

    Source: as for `inspector_severity`; the adjusted score is the subject's effect in that model.

    >>> rows = [(1, "ann", 8), (1, "bo", 6), (2, "ann", 9), (2, "bo", 8), (3, "bo", 5)]
    >>> frame = adjusted_scores(pd.DataFrame(rows, columns=["case", "inspector", "value"]), shrunk=False)
    >>> frame[["case", "score", "adjusted"]].values.tolist()
    [[1.0, 7.0, 7.0], [2.0, 8.5, 8.5], [3.0, 5.0, 5.75]]
    """
    tail = tail_of(confidence)
    fit = fit_additive(ratings, subject, "severity-adjusted scores")
    found = _adjusted(fit, shrunk)
    size = np.bincount(fit.rows, minlength=len(found.score))
    error = np.sqrt(fit.variance / size + _spread(found.share, found.mean_square))
    error = np.where(found.lost | (error == 0), np.nan, error)
    reach = -special.stdtrit(max(fit.freedom, 1), tail) * error
    without = np.where(np.isnan(error), NO_RESIDUAL if fit.freedom else NO_FREEDOM, "")
    return pd.DataFrame(
        {
            subject: fit.subjects,
            "group": found.group,
            "inspectors": (found.share > 0).sum(axis=1),
            "ratings": size,
            "score": found.score,
            "adjusted": found.adjusted,
            "low": found.adjusted - reach,
            "high": found.adjusted + reach,
            "standard_error": error,
            "reason": np.where(found.lost, NOT_SHARED, without),
        }
    )


def adjusted_means(
    ratings: pd.DataFrame,
    by: str = "agent",
    subject: str = "case",
    *,
    shrunk: bool = True,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The mean score of each agent (team, shop) over its cases, as the mean inspector would have given it.

    Rows in: `<by>, case, inspector, value`: severity is estimated on the cases with two inspectors, and
    the cases with one are adjusted by it. Columns out: `<by>, cases, cases_adjusted, score` (mean of the
    cases' plain means), `adjusted` (mean over the cases with an adjusted score), `low, high,
    standard_error, reason`. The error is that of the cases as a sample, together with that of the
    severities, which all cases of an inspector share; Student's t on the adjusted cases less one.
    No interval with one case. An agent whose cases were rated by inspectors of several groups is
    adjusted to different mean inspectors, and the reason says so.
    Errors as for `inspector_severity`; ValueError if a case belongs to two agents.

    Source: as for `adjusted_scores`; the two variances add as in Searle (1987), chapter 4.

    >>> rows = [("kim", 1, "ann", 8), ("kim", 1, "bo", 6), ("kim", 2, "ann", 9), ("lee", 3, "bo", 5)]
    >>> ratings = pd.DataFrame(rows, columns=["agent", "case", "inspector", "value"])
    >>> frame = adjusted_means(ratings, shrunk=False)
    >>> frame[["agent", "score", "adjusted"]].values.tolist()
    [['kim', 8.0, 7.5], ['lee', 5.0, 6.0]]
    """
    tail = tail_of(confidence)
    require(ratings, [by, subject, "inspector", "value"], "severity-adjusted means")
    known = ratings.dropna(subset=[by, subject, "inspector", "value"])
    owners = known.groupby(subject, sort=True)[by].agg(["first", "nunique"])
    if (owners["nunique"] > 1).any():
        case = owners.index[owners["nunique"] > 1][0]
        raise ValueError(f"Each {subject} belongs to one {by}; {case} belongs to {owners['nunique'].max()}.")
    fit = fit_additive(known, subject, "severity-adjusted means")
    found = _adjusted(fit, shrunk)
    frame = pd.DataFrame({by: owners["first"].to_numpy(), "place": np.arange(len(owners))})
    rows = [
        {by: name, **_mean(found, part["place"].to_numpy(dtype=np.int64), tail)}
        for name, part in frame.groupby(by, sort=True)
    ]
    columns = ["cases", "cases_adjusted", "score", "adjusted", "low", "high", "standard_error", "reason"]
    return pd.DataFrame(rows, columns=[by, *columns])


def _adjusted(fit: Additive, shrunk: bool) -> _Scores:
    table = fit.incidence
    share = table / table.sum(axis=1, keepdims=True) if len(table) else table
    effects = shrunken_effects(fit) if shrunk else (fit.effects, fit.variance * fit.covariance)
    known = ~np.isnan(fit.effects)
    lost = np.asarray((table[:, ~known] > 0).any(axis=1))
    size = np.bincount(fit.rows, minlength=len(table))
    score = np.bincount(fit.rows, fit.values, minlength=len(table)) / size
    adjusted = np.where(lost, np.nan, score - share @ np.where(known, effects[0], 0))
    first = pd.Series(fit.columns).groupby(fit.rows).first().to_numpy(dtype=np.int64)
    return _Scores(score, adjusted, share, effects[1], fit.groups[first], lost)


def _spread(share: Array, mean_square: Array) -> Array:
    """The variance that the severities bring into scores with these parts of inspectors."""
    return np.asarray(((share @ mean_square) * share).sum(axis=1))


def _mean(found: _Scores, places: Integers, tail: float) -> dict[str, object]:
    """The figures of one agent, whose cases stand at these places."""
    kept = places[~np.isnan(found.adjusted[places])]
    number = len(kept)
    adjusted = float(found.adjusted[kept].mean()) if number else np.nan
    reason = "" if number else NOT_SHARED if found.lost[places].all() else NO_FREEDOM
    if number and len(np.unique(found.group[kept])) > 1:
        reason = SEVERAL_GROUPS
    error = np.nan
    if number > 1:
        part = found.share[kept].mean(axis=0, keepdims=True)
        between = found.adjusted[kept].var(ddof=1) / number
        error = float(np.sqrt(between + _spread(part, found.mean_square)[0]))
    elif number:
        reason = ONE_CASE
    if error == 0:
        error, reason = np.nan, NO_RESIDUAL
    elif number > 1 and np.isnan(error):
        reason = NO_FREEDOM
    reach = float(-special.stdtrit(max(number - 1, 1), tail)) * error
    return {
        "cases": len(places),
        "cases_adjusted": number,
        "score": float(found.score[places].mean()),
        "adjusted": adjusted,
        "low": adjusted - reach,
        "high": adjusted + reach,
        "standard_error": error,
        "reason": reason,
    }
