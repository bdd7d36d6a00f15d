"""The input of an assessment: counts by unit, month and indicator, held against what they must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from sqaudit.assessment.rules import AssessmentRules
from sqaudit.frames import require
from sqaudit.periods import containing, parse

KEY = ("level", "unit", "period", "indicator")
COUNTS = ("numerator", "denominator")
ANY = "unit"  # the level where none is given
_FURTHEST = 2  # months from one that counts to the next: a thin one between them does not reset a run (A34)


def tidy(cells: pd.DataFrame, rules: AssessmentRules, until: str | None = None) -> pd.DataFrame:
    """The cells summed by level, unit, month and indicator, in the order of these, with their faults counted.

    Columns in: `unit, period, indicator, numerator, denominator`, and `level` (agent, team, department) if
    there are several. Columns out: `level, unit, period, grain, indicator, numerator, denominator, bad`,
    where `bad` counts what the indicator is against, for months and for the quarters they lie in. A missing
    count makes its sum missing. Indicators without lines are left out, and so are months after `until`.

    ValueError, with all reasons, for periods that are no months, missing keys, and counts that are negative,
    fractional, or more than their denominator.
    """
    require(cells, ["unit", "period", "indicator", *COUNTS], "an assessment")
    frame = cells.assign(level=cells.get("level", ANY))
    frame = frame[frame["indicator"].isin([*rules.by_indicator])].reset_index(drop=True)
    _refuse(frame)
    for name in KEY:
        frame[name] = frame[name].astype(str)
    frame = frame if until is None else frame[frame["period"] <= until]
    months = frame.assign(grain="month")
    quarters = frame.assign(grain="quarter", period=[quarter_of(month) for month in frame["period"]])
    both = pd.concat([months, quarters], ignore_index=True)
    summed = both.groupby(["grain", *KEY], as_index=False)[list(COUNTS)].agg(_summed)
    higher = summed["indicator"].map({one.indicator: one.direction == "higher" for one in rules.lines})
    summed["bad"] = (summed["denominator"] - summed["numerator"]).where(
        higher.astype(bool), summed["numerator"]
    )
    ordered = summed.sort_values(["level", "indicator", "grain", "period", "unit"], kind="stable")
    columns = ["level", "unit", "period", "grain", "indicator", *COUNTS, "bad"]
    return ordered[columns].reset_index(drop=True)


def tidy_complaints(complaints: pd.DataFrame | None) -> pd.DataFrame:
    """Complaints by level, unit and month: `raised, upheld, major`, summed; nothing where none are given.

    Columns in: `unit, period, raised`, and `level`, `upheld` and `major` if known. Units without a complaint
    need a row that says 0: without one nobody knows. ValueError for counts that cannot be.
    """
    columns = ["level", "unit", "period", "raised", "upheld", "major"]
    if complaints is None:
        return pd.DataFrame(
            {name: pd.Series(dtype=object if name in KEY else np.float64) for name in columns}
        )
    require(complaints, ["unit", "period", "raised"], "a table of complaints")
    frame = complaints.assign(
        level=complaints.get("level", ANY),
        upheld=complaints.get("upheld", np.nan),
        major=complaints.get("major", np.nan),
    )
    faults = [*_key_faults(frame, ("level", "unit", "period"))]
    for name in ("raised", "upheld", "major"):
        faults += _count_faults(name, frame[name])
    if (frame["upheld"] > frame["raised"]).any():
        faults.append("upheld complaints must not exceed those raised.")
    if faults:
        raise ValueError("Complaints cannot be read: " + " ".join(faults))
    for name in ("level", "unit", "period"):
        frame[name] = frame[name].astype(str)
    summed = frame.groupby(["level", "unit", "period"], as_index=False)[columns[3:]].agg(_summed)
    return summed[columns]


def quarter_of(month: object) -> str:
    """The label of the quarter that holds a month.

    >>> quarter_of("2026-08")
    '2026-Q3'
    """
    span = parse(str(month))
    return str(containing(span.start, "quarter")) if span.start else str(span)


def months_of(quarter: str) -> list[str]:
    """The labels of the three months of a quarter.

    >>> months_of("2026-Q3")
    ['2026-07', '2026-08', '2026-09']
    """
    year, number = quarter.split("-Q")
    return [f"{year}-{3 * int(number) - 2 + step:02}" for step in range(3)]


def running(earlier: str, later: str) -> bool:
    """Whether two months count as running: next to each other, or with one month between that did not count.

    >>> running("2025-12", "2026-02"), running("2025-12", "2026-03")
    (True, False)
    """
    years, months = (int(later[at]) - int(earlier[at]) for at in (slice(0, 4), slice(5, 7)))
    return 12 * years + months <= _FURTHEST


def _summed(values: pd.Series) -> float:
    return float(values.to_numpy(dtype=np.float64, na_value=np.nan).sum())


def _refuse(frame: pd.DataFrame) -> None:
    faults = [*_key_faults(frame, KEY)]
    for name in COUNTS:
        faults += _count_faults(name, frame[name])
    if not faults and (frame["numerator"] > frame["denominator"]).any():
        row = frame[frame["numerator"] > frame["denominator"]].iloc[0]
        faults.append(
            f"the numerator must not exceed the denominator; {row['unit']} in {row['period']} has "
            f"{row['numerator']:g} of {row['denominator']:g} for {row['indicator']}."
        )
    if faults:
        raise ValueError("Cells cannot be assessed: " + " ".join(faults))


def _key_faults(frame: pd.DataFrame, names: Sequence[str]) -> Iterable[str]:
    for name in names:
        if frame[name].isna().any():
            yield f"{int(frame[name].isna().sum())} rows have no {name}."
    wrong = sorted({str(one) for one in frame["period"].dropna() if not _is_month(str(one))})
    if wrong:
        yield f"periods must be months such as 2026-09; found {', '.join(wrong[:5])}."


def _is_month(period: str) -> bool:
    try:
        return parse(period).grain == "month"
    except ValueError:
        return False


def _count_faults(name: str, values: pd.Series) -> list[str]:
    try:
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        return [f"{name} must hold numbers only."]
    known = numbers[~np.isnan(numbers)]
    faults = []
    if ((known < 0) | np.isinf(known)).any():
        faults.append(f"{name} must be 0 or more and finite.")
    elif (known != np.floor(known)).any():
        faults.append(f"{name} must be whole cases; found {float(known[known != np.floor(known)][0])!r}.")
    return faults


__all__ = ["COUNTS", "KEY", "months_of", "quarter_of", "running", "tidy", "tidy_complaints"]
