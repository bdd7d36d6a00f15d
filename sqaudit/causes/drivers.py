"""Which experienced facts go with low scores or complaints, each by itself and adjusted for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import special

from sqaudit import intervals
from sqaudit.causes import firth
from sqaudit.finite_population import Array
from sqaudit.frames import require
from sqaudit.tests_of_change.families import adjusted

LEAST_OUTCOMES = 10  # of the rarer outcome: below, penalised intervals hold but say nothing worth printing
LEAST_WITH = 5  # cases with the fact, and without it
ENTANGLED = 0.8  # correlation of two facts from which on a reader is told that they hardly come apart

__all__ = ["ENTANGLED", "LEAST_OUTCOMES", "LEAST_WITH", "Drivers", "drivers"]


@dataclass(frozen=True)
class Drivers:
    """What goes with the outcome: one row per fact, and how many cases it rests on.

    `notes` holds codes: `association_no_proof` always; `too_few`, `separated`, `collinear`, `entangled` and
    `left_out` where they apply.
    """

    table: pd.DataFrame
    cases: int
    outcomes: int
    left_out: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Patterns:
    """Cases with the same facts taken together: whole design (constant first), outcomes, cases."""

    design: Array
    outcomes: Array
    cases: Array


def drivers(
    records: pd.DataFrame, facts: Sequence[str], outcome: str, *, confidence: float = 0.95
) -> Drivers:
    """How much more often an outcome comes where a fact does, unadjusted and adjusted for all other facts.

    Columns in: the facts and the outcome, each true or false (1 or 0), a row per case, or, with a column
    `cases`, a row per pattern. Cases with a missing value are left out and counted. Columns of `table`, in
    the order of `facts`: `fact`, `with_fact, without_fact` (cases), `share_with, share_without` (of them
    with the outcome), `difference, difference_low, difference_high` (unadjusted; Newcombe), `effect, low,
    high` (adjusted: by how much the share would differ if all cases had the fact and if none had, the other
    facts as they are), `odds_ratio, odds_low, odds_high`, `p, q` (Benjamini-Hochberg over the facts),
    `inflation` (of the variance by the other facts), `closest` (the fact most alike, if hardly apart),
    `separated` (the outcome never or always comes with it) and `status`: estimated, too_few (under 10 of the
    rarer outcome in all, or under 5 cases with or without the fact) or collinear (the facts named before
    already say it all; left out of the adjustment). Shares are of one.

    An association is no proof: what drives both a fact and the outcome may not be among the facts. With few
    cases estimates shrink towards no effect, and intervals stay honest and wide. ValueError for values
    other than true and false; FrameError for missing columns.

    Source: penalised logistic regression with profile intervals, Firth (1993), Biometrika 80:27-38, Heinze
    and Schemper (2002), Stat. Med. 21:2409-2419; the constant re-estimated so that the mean of the
    predictions is that of the cases, Puhr, Heinze, Nold, Lusa and Geroldinger (2017), Stat. Med.
    36:2302-2317. An effect's interval comes from the effects at both ends of the profile interval and from
    the interval of the share itself.

    >>> records = pd.DataFrame({"transferred": [1, 1, 0, 0], "low_score": [1, 0, 1, 0],
    ...     "cases": [30, 20, 40, 160]})
    >>> row = drivers(records, ["transferred"], "low_score").table.iloc[0]
    >>> [round(float(row[name]), 2) for name in ("share_with", "share_without", "effect", "low", "high")]
    [0.6, 0.2, 0.4, 0.25, 0.54]
    """
    require(records, [*facts, outcome], "an analysis of drivers")
    frame, left_out = _complete(records, facts, outcome)
    patterns = _patterns(frame, facts, outcome)
    total, found = float(patterns.cases.sum()), float(patterns.outcomes.sum())
    table = _unadjusted(patterns, facts, confidence)
    collinear = np.array(_collinear(patterns), dtype=bool)
    enough = min(found, total - found) >= LEAST_OUTCOMES
    few = (table[["with_fact", "without_fact"]].min(axis=1) < LEAST_WITH).to_numpy() | (not enough)
    table = table.assign(status=np.select([few, collinear], ["too_few", "collinear"], "estimated"))
    kept = [place for place, status in enumerate(table["status"]) if status == "estimated"]
    table = pd.concat([table, _adjusted(patterns, kept, confidence).reindex(table.index)], axis=1)
    table = table.assign(
        q=adjusted(table["p"].to_numpy("float64")),
        closest=_closest(patterns, facts),
        separated=table["separated"].eq(True),
    )
    return Drivers(table[list(_COLUMNS)], int(total), int(found), left_out, _notes(table, left_out))


_COLUMNS = (
    "fact", "with_fact", "without_fact", "share_with", "share_without", "difference", "difference_low",
    "difference_high", "effect", "low", "high", "odds_ratio", "odds_low", "odds_high", "p", "q", "inflation",
    "closest", "separated", "status",
)  # fmt: skip


def _complete(records: pd.DataFrame, facts: Sequence[str], outcome: str) -> tuple[pd.DataFrame, int]:
    read = {name: _read(records[name]) for name in (*facts, outcome)}
    wrong = [name for name, values in read.items() if values is None]
    if wrong:
        raise ValueError(
            f"facts and outcome must be true or false; found other values in {', '.join(wrong)}."
        )
    cases = records["cases"].to_numpy("float64") if "cases" in records else np.ones(len(records))
    frame = pd.DataFrame(read, index=range(len(records))).assign(cases=cases)
    whole = frame.notna().all(axis=1)
    return frame[whole], int(frame.loc[~whole, "cases"].sum())


def _read(values: pd.Series) -> Array | None:
    """True and false as 1 and 0, missing as NaN; None if there is anything else."""
    if not (values.isin([True, False]) | values.isna()).all():  # 1 and 0 equal them
        return None
    return np.where(values.isna(), np.nan, values.fillna(False).astype("float64"))


def _patterns(frame: pd.DataFrame, facts: Sequence[str], outcome: str) -> _Patterns:
    """Sorted by their facts, so that the order of the rows never shows in the last digit."""
    counted = frame.assign(_outcomes=frame[outcome] * frame["cases"])
    keys = [counted[name] for name in facts]
    sums = counted.groupby(keys)[["_outcomes", "cases"]].sum() if keys else counted[["_outcomes", "cases"]]
    sums = sums[sums["cases"] > 0]
    levels = sums.index.to_frame(index=False).to_numpy("float64") if keys else np.empty((len(sums), 0))
    design = np.column_stack([np.ones(len(sums)), levels])
    return _Patterns(design, sums["_outcomes"].to_numpy("float64"), sums["cases"].to_numpy("float64"))


def _unadjusted(patterns: _Patterns, facts: Sequence[str], confidence: float) -> pd.DataFrame:
    present = patterns.design[:, 1:].T
    n_1, n_0 = present @ patterns.cases, (1 - present) @ patterns.cases
    x_1, x_0 = present @ patterns.outcomes, (1 - present) @ patterns.outcomes
    low, high = intervals.newcombe_difference(x_1, n_1, x_0, n_0, confidence)
    share_1, share_0 = (x / np.where(n > 0, n, np.nan) for x, n in ((x_1, n_1), (x_0, n_0)))
    return pd.DataFrame(
        {
            "fact": list(facts), "with_fact": n_1.astype(np.int64), "without_fact": n_0.astype(np.int64),
            "share_with": share_1, "share_without": share_0, "difference": share_1 - share_0,
            "difference_low": low, "difference_high": high,
        }
    )  # fmt: skip


def _collinear(patterns: _Patterns) -> list[bool]:
    """Facts that those before them, and the constant, already give: adding them raises no rank."""
    products = patterns.design.T @ patterns.design  # whole numbers, so that the ranks are sure
    ranks = [np.linalg.matrix_rank(products[:size, :size]) for size in range(1, len(products) + 1)]
    return [bool(after == before) for before, after in pairwise(ranks)]


def _adjusted(patterns: _Patterns, kept: list[int], confidence: float) -> pd.DataFrame:
    """The adjusted columns, for the facts that are estimated, under their place."""
    if not kept:
        empty = {name: pd.Series(dtype="float64") for name in (*_COLUMNS[8:15], "inflation", "separated")}
        return pd.DataFrame(empty)
    design = patterns.design[:, [0, *(place + 1 for place in kept)]]
    outcomes, cases = patterns.outcomes, patterns.cases
    whole = firth.fit(design, outcomes, cases)
    inflation, apart = _inflation(design, cases), _separated(design, outcomes, cases)
    rows = []
    for column in range(1, design.shape[1]):
        low, high = firth.profile_interval(design, outcomes, cases, whole, column, confidence)
        effect, effect_low, effect_high = _effects(patterns, design, whole, column, (low, high), confidence)
        rows.append(
            {
                "effect": effect, "low": effect_low, "high": effect_high,
                "odds_ratio": np.exp(whole.coefficients[column]), "odds_low": np.exp(low),
                "odds_high": np.exp(high), "p": firth.ratio_test(design, outcomes, cases, whole, column),
                "inflation": inflation[column - 1], "separated": bool(apart[column]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, index=kept)


def _effects(
    patterns: _Patterns,
    design: Array,
    whole: firth.Fit,
    column: int,
    ends: tuple[float, float],
    confidence: float,
) -> tuple[float, float, float]:
    """The adjusted effect with bounds: both ends of the coefficient, and the share of the outcome itself.

    The two sources are joined by their squares. Where the coefficient is zero the share does not matter,
    so that the bounds hold zero when, and only when, those of the odds ratio hold one.
    """
    share = float(patterns.outcomes.sum() / patterns.cases.sum())
    error = float(intervals.normal_quantile(confidence) * np.sqrt(share * (1 - share) / patterns.cases.sum()))
    around = np.clip([share - error, share + error], share / 10, 1 - (1 - share) / 10)
    effect = _effect(design, patterns.cases, whole.coefficients, column, share)
    bounds = []
    for end in ends:
        at = firth.fit(design, patterns.outcomes, patterns.cases, {column: end}).coefficients
        below, above = (_effect(design, patterns.cases, at, column, float(mean)) for mean in around)
        reach = np.hypot(_effect(design, patterns.cases, at, column, share) - effect, (above - below) / 2)
        bounds.append(float(np.clip(effect + np.sign(end - whole.coefficients[column]) * reach, -1, 1)))
    return effect, bounds[0], bounds[1]


def _effect(design: Array, cases: Array, at: Array, column: int, share: float) -> float:
    """The mean difference of the predictions with and without a fact, when their mean is the share given."""
    line = design @ at - at[0]
    low, high = -60.0 - np.abs(line).max(), 60.0 + np.abs(line).max()
    while high - low > 1e-12 * max(1.0, abs(low)):  # the mean prediction rises with the constant
        constant = (low + high) / 2
        below = float((cases * special.expit(line + constant)).sum()) < share * cases.sum()
        low, high = (constant, high) if below else (low, constant)
    without = line + constant - at[column] * design[:, column]
    gain = special.expit(without + at[column]) - special.expit(without)
    return float((cases * gain).sum() / cases.sum())


def _inflation(design: Array, cases: Array) -> Array:
    """Variance inflation of each fact: the diagonal of the inverse of their correlations."""
    centred = design[:, 1:] - np.average(design[:, 1:], axis=0, weights=cases)
    products = centred.T @ (cases[:, None] * centred)
    spread = np.sqrt(np.diag(products))
    return np.asarray(np.diag(np.linalg.inv(products / np.outer(spread, spread))))


def _separated(design: Array, outcomes: Array, cases: Array) -> list[bool]:
    """The coefficients that would run off to infinity without a penalty.

    Found by a linear program: a direction in which no case gets less likely and some get more likely; Konis
    (2007), Computational Algorithms for Detecting Separation, D.Phil. thesis, University of Oxford.
    """
    from scipy.optimize import linprog  # imported here: only analyses need it

    never, always = outcomes == 0, outcomes == cases
    one_sided = np.where(always, 1.0, -1.0)[:, None] * design
    pure, mixed = one_sided[never | always], design[~never & ~always]
    if not len(pure):
        return [False] * design.shape[1]
    found = linprog(
        -pure.sum(axis=0), A_ub=-pure, b_ub=np.zeros(len(pure)), A_eq=mixed if len(mixed) else None,
        b_eq=np.zeros(len(mixed)) if len(mixed) else None, bounds=(-1, 1), method="highs",
    )  # fmt: skip
    steps = np.asarray(found.x) if found.success else np.zeros(design.shape[1])
    return [bool(abs(step) > 1e-6) for step in steps]


def _closest(patterns: _Patterns, facts: Sequence[str]) -> list[str]:
    """For each fact the one most alike, or its opposite, if they hardly come apart; else an empty text."""
    present = patterns.design[:, 1:]
    weight = patterns.cases / max(float(patterns.cases.sum()), 1.0)
    centred = present - (weight[:, None] * present).sum(axis=0)
    products = centred.T @ (weight[:, None] * centred)
    spread = np.sqrt(np.diag(products))
    scale = np.outer(spread, spread)
    alike = np.abs(np.where(scale > 0, products / np.where(scale > 0, scale, 1), 0))
    alike[np.diag_indices_from(alike)] = 0
    return [str(facts[int(row.argmax())]) if row.max() >= ENTANGLED else "" for row in alike]


def _notes(table: pd.DataFrame, left_out: int) -> tuple[str, ...]:
    found = {
        "too_few": table["status"].eq("too_few").any(),
        "collinear": table["status"].eq("collinear").any(),
        "entangled": table["closest"].ne("").any(),
        "separated": table["separated"].any(),
        "left_out": left_out > 0,
    }
    return ("association_no_proof", *(name for name, holds in found.items() if holds))
