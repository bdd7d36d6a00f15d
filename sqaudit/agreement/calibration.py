"""A calibration session: several inspectors rated the same few cases, item by item."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from sqaudit import intervals
from sqaudit.agreement.ratings import Array, Level
from sqaudit.agreement.several import adjusted_p_values
from sqaudit.agreement.table import agreement
from sqaudit.frames import require

CELL = ["case", "item"]
SESSION = (*CELL, "inspector", "value")
ITEMS = (
    "item", "cases", "inspectors", "ratings", "percent_agreement", "coefficient", "value", "low", "high",
    "deviations", "value_1", "value_2", "clearer_guide", "reason",
)  # fmt: skip
INSPECTORS = (
    "inspector", "cases", "ratings", "deviations", "expected", "share", "low", "high", "p_value",
    "p_adjusted", "outlier", "reason",
)  # fmt: skip
RELIABLE = 0.8  # Krippendorff (2004), section 11.4: data to rely on; here asked of AC1 or AC2
FALSE_FLAGS = 0.05  # expected share of false flags among the outliers
NOT_COMPARED = "no_case_with_a_consensus_shared_with_another_inspector"


def deviations(
    session: pd.DataFrame, reference: pd.DataFrame | None = None, tolerance: float | None = None
) -> pd.DataFrame:
    """Every rating of the session beside what was expected, and whether it deviates.

    Rows in: `case, item, inspector, value`; missing values are left out. `reference` has the columns
    `case, item, value` (the ratings agreed by experts); without it the consensus is expected: the value
    that most inspectors gave, or with a `tolerance` their median. Columns out: those of the session,
    `expected` and `deviates`. A tie for most, and a case and item without a reference, have no
    expectation: `deviates` is then missing. With a tolerance, values are numbers and deviate when
    they differ from the expected one by more.
    FrameError for a missing column, ValueError for an inspector who rated an item of a case twice, a
    negative tolerance, or values that are no numbers where a tolerance is set.

    >>> rows = [(1, "tone", "ann", "pass"), (1, "tone", "bo", "pass"), (1, "tone", "cy", "fail")]
    >>> deviations(pd.DataFrame(rows, columns=["case", "item", "inspector", "value"]))["deviates"].tolist()
    [False, False, True]
    """
    require(session, SESSION, "a calibration session")
    known = session.dropna(subset=list(SESSION))[list(SESSION)]
    if (twice := known[known.duplicated([*CELL, "inspector"])]).size:
        case, item, inspector = twice.iloc[0][[*CELL, "inspector"]]
        raise ValueError(
            f"Each inspector rates an item of a case once; {inspector} rated {item} of {case} twice."
        )
    if tolerance is not None:
        if not tolerance >= 0:
            raise ValueError(f"tolerance must be 0 or more; found {tolerance!r}.")
        known = known.assign(value=_numbers(known["value"]))
    expected = _consensus(known, tolerance) if reference is None else _reference(reference, tolerance)
    joined = known.merge(expected, on=CELL, how="left")
    joined = joined.sort_values([*CELL, "inspector"], kind="stable", ignore_index=True)
    if tolerance is None:
        differs = joined["value"] != joined["expected"]
    else:
        differs = (joined["value"] - joined["expected"]).abs() > tolerance
    return joined.assign(deviates=differs.astype("boolean").mask(joined["expected"].isna()))


def calibration_items(
    session: pd.DataFrame,
    reference: pd.DataFrame | None = None,
    tolerance: float | None = None,
    *,
    level: Level = "nominal",
    wanted: float = RELIABLE,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The agreement on each item, least first, and which items need a clearer guide.

    Rows in as for `deviations`. Columns out: `item, cases, inspectors, ratings, percent_agreement`,
    `coefficient` (gwet_ac1, above the nominal level gwet_ac2_quadratic) with its `value, low, high`,
    `deviations` from the expected ratings, `value_1, value_2` (the two values most often given to the
    same case, where they differ), `clearer_guide`: yes when the coefficient is surely below `wanted` (its
    upper bound is), no when it is surely not, else undetermined; `reason` where there is no coefficient
    or no interval. Few cases leave many items undetermined.
    Errors as for `deviations` and `agreement`.

    >>> rows = [(case, "tone", name, "pass") for case in range(20) for name in ("ann", "bo", "cy")]
    >>> frame = calibration_items(pd.DataFrame(rows, columns=["case", "item", "inspector", "value"]))
    >>> frame[["value", "low", "clearer_guide"]].round(2).values.tolist()
    [[1.0, 0.83, 'no']]
    """
    rated = deviations(session, reference, tolerance)
    if rated.empty:
        return pd.DataFrame(columns=list(ITEMS))
    long = rated.rename(columns={"case": "unit", "inspector": "rater"})[["unit", "rater", "value", "item"]]
    figures = agreement(long, level, confidence=confidence, by="item").set_index(["item", "coefficient"])
    name = "gwet_ac1" if level == "nominal" else "gwet_ac2_quadratic"
    chosen = figures.xs(name, level="coefficient")
    items = rated.groupby("item", sort=True)
    confused = pd.DataFrame([_confused(part) for _, part in items], index=chosen.index)
    frame = chosen.reset_index().assign(
        coefficient=name,
        cases=items["case"].nunique().to_numpy(),
        inspectors=items["inspector"].nunique().to_numpy(),
        ratings=items.size().to_numpy(),
        percent_agreement=figures.xs("percent_agreement", level="coefficient")["value"].to_numpy(),
        deviations=items["deviates"].sum().to_numpy(),
        value_1=confused["value_1"].to_numpy(),
        value_2=confused["value_2"].to_numpy(),
    )
    words = np.select([frame["high"] < wanted, frame["low"] >= wanted], ["yes", "no"], default="undetermined")
    ordered = frame.assign(clearer_guide=words).sort_values(["value", "item"], kind="stable")
    return ordered.reset_index(drop=True)[list(ITEMS)]


def calibration_inspectors(
    session: pd.DataFrame,
    reference: pd.DataFrame | None = None,
    tolerance: float | None = None,
    *,
    rate: float = FALSE_FLAGS,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """How often each inspector deviates, whether that is more than the others do, largest share first.

    Rows in as for `deviations`. Columns out: `inspector, cases, ratings` (with an expectation),
    `deviations, expected` (if the inspector were like the others on the same cases), `share` with its
    exact bounds `low, high` (Clopper-Pearson), `p_value, p_adjusted, outlier, reason`.

    The test is exact and one-sided. If inspectors are alike, the numbers of deviations in a case could
    have fallen to its inspectors in any order; so the inspector's total is a sum of independent draws, one
    from each case. Easy and hard cases, and items that go wrong together, are thereby taken as they are.
    It asks that the inspectors of a case rated the same items, or nearly so. `outlier` holds where the
    probability adjusted over the inspectors (Benjamini-Hochberg) is at most `rate`; with few cases even
    the worst deviations may be no proof.
    Errors as for `deviations`; ValueError for a rate outside (0, 1).

    >>> rows = [(case, "tone", name, "pass") for case in range(4) for name in ("ann", "bo", "cy")]
    >>> rows += [(case, "tone", "dan", "fail") for case in range(4)]
    >>> frame = calibration_inspectors(pd.DataFrame(rows, columns=["case", "item", "inspector", "value"]))
    >>> frame[["inspector", "expected", "p_adjusted", "outlier"]].head(1).to_dict("records")
    [{'inspector': 'dan', 'expected': 1.0, 'p_adjusted': 0.015625, 'outlier': True}]

    Source: permutation test within blocks: Lehmann (1975), Nonparametrics, chapter 6; Benjamini and
    Hochberg (1995), J. R. Stat. Soc. B 57:289-300.
    """
    if not 0 < rate < 1:
        raise ValueError(f"rate must lie between 0 and 1, both excluded; found {rate!r}.")
    judged = deviations(session, reference, tolerance).dropna(subset=["deviates"])
    by_case = judged.groupby(["case", "inspector"], sort=True)["deviates"].agg(["sum", "size"]).reset_index()
    by_case = by_case.astype({"sum": "int64"})
    alone = by_case.groupby("case")["inspector"].transform("size") < 2
    drawn = {case: part["sum"].to_numpy() for case, part in by_case[~alone].groupby("case", sort=True)}
    rows = []
    for inspector, part in by_case.groupby("inspector", sort=True):
        shared = part[~alone[part.index]]
        total, ratings = int(part["sum"].sum()), int(part["size"].sum())
        draws = [drawn[case] for case in shared["case"]]
        rows.append(
            {
                "inspector": inspector,
                "cases": len(part),
                "ratings": ratings,
                "deviations": total,
                "expected": float(sum(draw.mean() for draw in draws)) if draws else np.nan,
                "share": total / ratings,
                "p_value": _at_least(int(shared["sum"].sum()), draws) if draws else np.nan,
                "reason": "" if draws else NOT_COMPARED,
            }
        )
    if not rows:
        return pd.DataFrame(columns=list(INSPECTORS))
    frame = pd.DataFrame(rows)
    low, high = intervals.clopper_pearson(frame["deviations"], frame["ratings"], confidence)
    adjusted = adjusted_p_values(frame["p_value"])
    frame = frame.assign(low=low, high=high, p_adjusted=adjusted, outlier=adjusted <= rate)
    ordered = frame.sort_values(["share", "inspector"], ascending=[False, True], kind="stable")
    return ordered.reset_index(drop=True)[list(INSPECTORS)]


def _numbers(values: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    if not np.isfinite(numbers).all():
        wrong = values[~np.isfinite(numbers)].tolist()[0]
        raise ValueError(f"With a tolerance, values must be finite numbers; found {wrong!r}.")
    return numbers


def _reference(reference: pd.DataFrame, tolerance: float | None) -> pd.DataFrame:
    require(reference, [*CELL, "value"], "the reference of a calibration session")
    known = reference.dropna(subset=[*CELL, "value"])[[*CELL, "value"]]
    if (twice := known[known.duplicated(CELL)]).size:
        case, item = twice.iloc[0][CELL]
        raise ValueError(f"The reference gives one value for an item of a case; {item} of {case} has two.")
    if tolerance is not None:
        known = known.assign(value=_numbers(known["value"]))
    return known.rename(columns={"value": "expected"})


def _consensus(known: pd.DataFrame, tolerance: float | None) -> pd.DataFrame:
    """The median, or the value given most often; missing where two values share that place."""
    if tolerance is not None:
        medians = known.groupby(CELL, sort=True)["value"].median()
        return medians.rename("expected").reset_index()
    counts = known.groupby([*CELL, "value"], sort=True).size().rename("given").reset_index()
    most = counts["given"] == counts.groupby(CELL)["given"].transform("max")
    leading = counts[most]
    single = leading[~leading.duplicated(CELL, keep=False)]
    return single.rename(columns={"value": "expected"})[[*CELL, "expected"]]


def _confused(part: pd.DataFrame) -> dict[Literal["value_1", "value_2"], object]:
    """The two values most often given to the same case by two inspectors; ties go to the first in order."""
    table = pd.crosstab(part["case"], part["value"])
    pairs = table.to_numpy().T @ table.to_numpy()
    above = np.triu(pairs, 1)
    if not above.any():
        return {"value_1": None, "value_2": None}
    first, second = divmod(int(above.argmax()), len(above))
    return {"value_1": table.columns[first], "value_2": table.columns[second]}


def _at_least(total: int, draws: list[Array]) -> float:
    """The probability that one draw from each case adds up to so many deviations or more."""
    chances = np.ones(1)
    for draw in draws:
        chances = np.convolve(chances, np.bincount(draw.astype(np.int64)) / len(draw))
    return float(min(chances[total:].sum(), 1.0))
