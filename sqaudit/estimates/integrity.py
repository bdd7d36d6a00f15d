"""Whether the cases drawn could be a random sample of the frame: each column compared within strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.estimates.domains import domains
from sqaudit.estimates.draws import CategoryTotals, Draw, Totals, UnitTotals
from sqaudit.estimates.layout import Array, Integers, codes, paired
from sqaudit.estimates.multiplicity import holm

COLUMNS = (
    "column", "test", "statistic", "degrees_of_freedom", "p_value", "adjusted_p_value", "consistent", "drawn",
    "cases", "strata", "missing", "reason",
)  # fmt: skip
SMALLEST_EXPECTED = 5.0  # Cochran (1954), Biometrics 10:417-451: below it chi-square is no longer trusted
FEWEST_UNITS = 30  # drawn units below which the sum of ranks is not taken as normal
LEVEL = 0.05  # customary; for all columns together
ROUNDING = 1e-9  # eigenvalues below this part of the largest are zero, distances that differ by less are one


@dataclass(frozen=True)
class DrawSettings:
    """How cases were drawn: within which strata, in which clusters; and how the test repeats it.

    strata   columns within whose combinations cases (or clusters) were drawn
    cluster  the column of clusters that were drawn whole; None when cases were drawn
    level    for all columns together
    repeats  random draws where counts are too small for chi-square
    seed     of these draws: the same seed gives the same p-value
    """

    strata: str | Sequence[str] = ()
    cluster: str | None = None
    level: float = LEVEL
    repeats: int = 1999
    seed: int = 1

    def __post_init__(self) -> None:
        strata = (self.strata,) if isinstance(self.strata, str) else tuple(self.strata)
        object.__setattr__(self, "strata", strata)


def sample_integrity(
    frame: pd.DataFrame,
    drawn: str,
    categories: Sequence[str] = (),
    numbers: Sequence[str] = (),
    settings: DrawSettings | None = None,
) -> pd.DataFrame:
    """For each column, whether the drawn cases differ from the frame by more than a random draw would.

    The frame has one row for each case that could have been drawn; `drawn` names its column of true and
    false. `categories` (channel, hour, agent) are compared by their counts, `numbers` (duration) by the ranks
    of cases within their stratum, in location and in spread. A missing value is a category of its own. The
    comparison is made within strata, so that drawing more from one stratum than from another is no deviation.
    Units are cases, or clusters where whole clusters were drawn; for cases drawn within clusters name the
    cluster among the strata.

    Columns out: `column, test, statistic, degrees_of_freedom, p_value, adjusted_p_value` (Holm, over the
    columns), `consistent` (adjusted p-value at or above the level; missing without a test), `drawn, cases,
    strata` (those where something was drawn and something left), `missing, reason`. The statistic is the
    distance of the drawn totals from what the strata let expect, in the covariance of simple random draws
    within strata; its p-value is chi-square's, or, where an expected count is below 5 or fewer than 30 units
    were drawn, that of random draws repeated.

    `reason`: nothing_left (everything or nothing was drawn), one_value (the column does not vary within
    strata). ValueError, with all reasons, for columns that are not there and `drawn` that is not all true and
    false.

    Source: the permutation form of the tests of Mantel (1963), J. Am. Stat. Assoc. 58:690-700, and of Lepage
    (1971), Biometrika 58:213-217; repeated draws: Phipson and Smyth (2010), Stat. Appl. Genet. Mol. Biol.
    9:39.

    >>> calls = pd.DataFrame({"channel": ["phone", "chat"] * 50, "drawn": [True, False] * 20 + [False] * 60})
    >>> sample_integrity(calls, "drawn", ["channel"])["consistent"].tolist()
    [False]
    """
    chosen = settings or DrawSettings()
    _refuse(frame, drawn, [*categories, *numbers], chosen)
    draw, unit = _draw(frame, frame[drawn].to_numpy(dtype=bool), chosen)
    rows = [(name, True, _counts(frame[name], draw, unit)) for name in categories]
    rows += [(name, False, _ranks(frame[name], draw, unit)) for name in numbers]
    described = {"drawn": int(frame[drawn].sum()), "cases": len(frame), "strata": int(draw.open.sum())}
    found = [
        {"column": name, "missing": int(frame[name].isna().sum()), **described}
        | _tested(totals, draw, counted, chosen)
        for name, counted, totals in rows
    ]
    table = pd.DataFrame(found, columns=list(COLUMNS))
    table["adjusted_p_value"] = holm(table["p_value"].astype("float64"))
    consistent = (table["adjusted_p_value"] >= chosen.level).astype("boolean")
    return table.assign(consistent=consistent.mask(table["p_value"].isna()))


def _draw(frame: pd.DataFrame, took: npt.NDArray[np.bool_], settings: DrawSettings) -> tuple[Draw, Integers]:
    """The units drawn, and the unit of each case; without clusters a case is a unit."""
    # In the order of their labels: random draws must not depend on the order of the rows.
    stratum = domains(frame, settings.strata).of_row
    if settings.cluster is None:
        return Draw(stratum, took), np.arange(len(frame), dtype=np.int64)
    unit = paired(stratum, codes(frame, [settings.cluster]))
    first = np.unique(unit, return_index=True)[1]
    return Draw(stratum[first], took[first]), unit


def _counts(column: pd.Series, draw: Draw, unit: Integers) -> Totals:
    """Numbers of cases in each category; missing is a category."""
    category = domains(column.to_frame("label"), ["label"]).of_row
    if len(draw.stratum) == len(unit):
        return CategoryTotals(draw, category)
    of_unit = np.zeros((len(draw.stratum), int(category.max()) + 1))
    np.add.at(of_unit, (unit, category), 1.0)
    return UnitTotals(draw, of_unit)


def _ranks(column: pd.Series, draw: Draw, unit: Integers) -> Totals:
    """Where cases stand in their stratum (-1/2 to 1/2), how far from its middle, and whether missing."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    grouped = pd.Series(values).groupby(draw.stratum[unit])
    place = ((grouped.rank() - 0.5) / grouped.transform("count")).to_numpy() - 0.5
    absent = np.isnan(values)
    of_case = np.column_stack([place, place**2 - 1 / 12, absent])
    of_case[absent, :2] = 0.0
    of_unit = np.zeros((len(draw.stratum), 3))
    np.add.at(of_unit, unit, of_case)
    return UnitTotals(draw, of_unit)


def _tested(totals: Totals, draw: Draw, counted: bool, settings: DrawSettings) -> dict[str, object]:
    """Test, statistic, degrees of freedom and p-value of one column, or the reason why there are none."""
    if not draw.open.any():
        return {"test": "none", "reason": "nothing_left"}
    expected, covariance = totals.moments()
    inverse, rank = _inverse(covariance)
    if not rank:
        return {"test": "none", "reason": "one_value"}
    statistic = float(_distances(totals.observed()[None] - expected, inverse)[0])
    drawn = int(draw.number[draw.open].sum())
    small = drawn < FEWEST_UNITS or (counted and bool((expected < SMALLEST_EXPECTED).any()))
    name = ("counts" if counted else "ranks") + ("_repeated" if small else "_chi_square")
    found = {"test": name, "statistic": statistic, "degrees_of_freedom": rank, "reason": ""}
    if not small:
        return {**found, "p_value": float(special.chdtrc(rank, statistic))}
    repeated = totals.repeated(np.random.default_rng(settings.seed), settings.repeats)
    as_far = _distances(repeated - expected, inverse) >= statistic * (1 - ROUNDING)
    return {**found, "p_value": (1 + int(as_far.sum())) / (1 + settings.repeats)}


def _inverse(covariance: Array) -> tuple[Array, int]:
    """The inverse on the directions that vary, and their number."""
    value, vector = np.linalg.eigh(covariance)
    kept = value > ROUNDING * max(float(value.max(initial=0.0)), ROUNDING)
    return (vector[:, kept] / value[kept]) @ vector[:, kept].T, int(kept.sum())


def _distances(differences: Array, inverse: Array) -> Array:
    return np.asarray(((differences @ inverse) * differences).sum(axis=1))


def _refuse(frame: pd.DataFrame, drawn: str, columns: list[str], settings: DrawSettings) -> None:
    wanted = [drawn, *columns, *settings.strata, *([settings.cluster] if settings.cluster else [])]
    faults = [f"{name}: no such column." for name in dict.fromkeys(wanted) if name not in frame]
    if drawn in frame and not pd.api.types.is_bool_dtype(frame[drawn]):
        faults.append(f"{drawn}: true or false is needed for every case.")
    elif drawn in frame and settings.cluster in frame:
        whole = frame.groupby([*settings.strata, settings.cluster], dropna=False)[drawn].nunique()
        if partly := int((whole > 1).sum()):
            faults.append(f"{settings.cluster}: {partly} clusters were drawn in part; make it a stratum.")
    if frame.empty:
        faults.append("the frame has no case.")
    if not 0 < settings.level < 1 or settings.repeats < 1:
        faults.append("level must lie between 0 and 1, and repeats be 1 or more.")
    if faults:
        raise ValueError("The sample cannot be compared with its frame: " + " ".join(faults))
