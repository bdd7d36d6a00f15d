"""The points of one figure around the day a measure began: before, in transition, after."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit import periods
from sqaudit.finite_population import Array
from sqaudit.frames import require

Kind = Literal["share", "rate", "mean"]
Start = str | int | date
FEW_CASES = 10  # of the rarer outcome; with fewer a side's own level says too little of its variance
PULL = 10.0  # cases; about a week of a small segment
LONGEST_GAP = 8  # periods without a case; what lies before such a gap is another time, or wrongly dated

__all__ = ["LONGEST_GAP", "Kind", "Series", "Start", "series", "time_of"]


@dataclass(frozen=True, eq=False)
class Series:
    """One figure over its periods, in order; `times` counts periods, 0 being the one the measure began in.

    `numerator` is what counts (of a mean: value times cases), `cases` what it is over. `after` marks the
    periods that show the measure at work, `passing` those left out between: the period in which it
    began, if it began inside, and the transition.
    """

    kind: Kind
    labels: tuple[Hashable, ...]
    times: Array
    numerator: Array
    cases: Array
    after: npt.NDArray[np.bool_]
    passing: npt.NDArray[np.bool_]
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> Array:
        """The figure of each period."""
        return self.numerator / self.cases

    @property
    def before(self) -> npt.NDArray[np.bool_]:
        """The periods before the measure."""
        return ~self.after & ~self.passing

    @property
    def judged(self) -> Series:
        """Without the periods left out between before and after."""
        return self.kept(~self.passing)

    @property
    def least_dispersion(self) -> float:
        """Counts vary at least as chance makes them; a mean may vary by any amount."""
        return 0.0 if self.kind == "mean" else 1.0

    def kept(self, rows: npt.NDArray[np.bool_]) -> Series:
        """Some of the periods."""
        return replace(
            self,
            labels=tuple(label for label, one in zip(self.labels, rows, strict=True) if one),
            **{
                name: getattr(self, name)[rows]
                for name in ("times", "numerator", "cases", "after", "passing")
            },
        )

    def level(self, rows: npt.NDArray[np.bool_]) -> float:
        """The figure of some periods together; NaN without a case."""
        cases = float(self.cases[rows].sum())
        return float(self.numerator[rows].sum()) / cases if cases > 0 else float("nan")

    def variances(self) -> Array:
        """The variance that each period's figure has by its cases alone (of a mean: up to a factor).

        Each side has that of its own level, pulled towards the level of both by PULL cases; a side with few
        of the rarer outcome at least that of the level of both: some faultless weeks prove no precision.
        """
        if self.kind == "mean":
            return 1 / self.cases
        each = np.full(len(self.times), np.nan)
        for side in (self.before, self.after, self.passing):
            if side.any():
                each[side] = self.chance_variance(side)
                if self._rarer(side) < FEW_CASES:
                    each[side] = np.maximum(each[side], self.chance_variance(np.ones_like(side)))
        return np.asarray(each / self.cases)

    def _rarer(self, rows: npt.NDArray[np.bool_]) -> float:
        """How many cases of the rarer outcome some periods have."""
        counted, cases = float(self.numerator[rows].sum()), float(self.cases[rows].sum())
        return counted if self.kind == "rate" else min(counted, cases - counted)

    def chance_variance(self, rows: npt.NDArray[np.bool_], better: float = 0.0) -> float:
        """The variance of a single case at the level of some periods, were it `better` by so much.

        Half a case of each kind is added to all of them, so that it is never 0.
        """
        every = (float(self.numerator.sum()) + 0.5) / (float(self.cases.sum()) + 1)
        cases = float(self.cases[rows].sum())
        level = (float(self.numerator[rows].sum()) + PULL * every) / (cases + PULL) + better
        if self.kind == "rate":
            return max(level, every / 10)
        inside = min(max(level, 1 / (cases + PULL + 1)), 1 - 1 / (cases + PULL + 1))
        return inside * (1 - inside)


def series(points: pd.DataFrame, action_start: Start, kind: Kind = "share", transition: int = 0) -> Series:
    """The points in order of time, sorted into before, passing and after.

    Columns in: `period` (labels such as 2026-W21, days, or whole numbers) and `numerator, denominator`
    (share: cases that count and cases; rate: events and exposure), or for a mean `value` and, where known,
    `n`. Periods without a case are left out, and so is what lies before a gap of more than LONGEST_GAP
    periods ahead of the measure (note `early_periods_left_out`). `transition` is the number of full periods
    after the start that show neither state; the period within which the measure began is never judged.
    ValueError for periods that stand twice, cannot be read or differ in grain, and for impossible counts.

    >>> weeks = pd.DataFrame({"period": ["2026-W20", "2026-W21", "2026-W22"], "numerator": 9})
    >>> found = series(weeks.assign(denominator=10), "2026-05-20")
    >>> found.before.tolist(), found.passing.tolist(), found.after.tolist()
    ([True, False, False], [False, True, False], [False, False, True])
    """
    counted = ("value",) if kind == "mean" else ("numerator", "denominator")
    require(points, ["period", *counted], "a verification")
    if transition < 0:
        raise ValueError(f"transition must be 0 or more periods; found {transition}.")
    frame = _numbers(points, kind)
    read = [time_of(period) for period in frame["period"]]
    if len({grain for grain, _, _ in read}) > 1:
        raise ValueError("periods of a verification must be of one length; found several.")
    grain = read[0][0] if read else "number"
    first, inside = _start(action_start, grain)
    frame["time"] = np.array([at for _, at, _ in read], dtype=np.float64) - first
    frame = frame.sort_values("time", kind="stable").reset_index(drop=True)
    if twice := frame["period"][frame["time"].duplicated()].tolist():
        raise ValueError(f"each period must stand once in a verification; twice: {twice[0]}.")
    after = frame["time"] >= transition + (1 if inside else 0)
    passing = ~after & (frame["time"] >= 0)
    found = Series(
        kind, tuple(frame["period"]), frame["time"].to_numpy("float64"), frame["x"].to_numpy("float64"),
        frame["n"].to_numpy("float64"),
        after.to_numpy(bool), passing.to_numpy(bool),
    )  # fmt: skip
    return _without_early(found)


def time_of(period: Hashable) -> tuple[str, int, bool]:
    """The grain of a period, its place on the line of such periods, and whether it is a label of a period."""
    if isinstance(period, int | np.integer) and not isinstance(period, bool):
        return "number", int(period), False
    if isinstance(period, pd.Timestamp | datetime):
        return "day", period.date().toordinal(), False
    if isinstance(period, date):
        return "day", period.toordinal(), False
    parsed = periods.parse(str(period))
    if parsed.start is None or parsed.grain == "range":
        raise ValueError(
            f"'{period}' has no place in a series; write days, weeks, months, quarters or years."
        )
    return parsed.grain, _place(parsed.start, parsed.grain), True


def _place(day: date, grain: str) -> int:
    return {
        "day": day.toordinal(),
        "week": (day.toordinal() - 1) // 7,  # day 1 of the calendar was a Monday
        "month": 12 * day.year + day.month,
        "quarter": 4 * day.year + (day.month - 1) // 3,
        "year": day.year,
    }[grain]


def _start(action_start: Start, grain: str) -> tuple[int, bool]:
    """The period in which the measure began, and whether it began inside it."""
    if grain == "number":
        if not isinstance(action_start, int | np.integer):
            raise ValueError(f"periods are numbers, so the start must be one; found {action_start!r}.")
        return int(action_start), False
    day = _day(action_start)
    return _place(day, grain), periods.containing(day, grain).start != day


def _day(action_start: Start) -> date:
    if isinstance(action_start, datetime):
        return action_start.date()
    if isinstance(action_start, date):
        return action_start
    text = str(action_start)
    parsed = periods.parse(text[:10] if len(text) > 10 and text[10] in " T" else text)
    if parsed.start is None:
        raise ValueError(f"'{action_start}' is no day on which a measure could begin.")
    return parsed.start


def _numbers(points: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    frame = pd.DataFrame({"period": points["period"].to_numpy(dtype=object)})
    if kind == "mean":
        given = points["n"] if "n" in points else pd.Series(1.0, index=points.index)
        n = pd.to_numeric(given).to_numpy("float64")
        frame["n"], frame["x"] = n, pd.to_numeric(points["value"]).to_numpy("float64") * n
    else:
        frame["x"] = pd.to_numeric(points["numerator"]).to_numpy("float64")
        frame["n"] = pd.to_numeric(points["denominator"]).to_numpy("float64")
    frame = frame[(frame["n"] > 0) & frame["x"].notna()]
    if kind != "mean" and (frame["x"] < 0).any():
        raise ValueError("counts must be 0 or more in a verification.")
    if kind == "share" and (over := frame[frame["x"] > frame["n"] * (1 + 1e-9)]).size:
        row = over.iloc[0]
        raise ValueError(f"period {row['period']}: {row['x']:g} of {row['n']:g} is impossible for a share.")
    return frame.reset_index(drop=True)


def _without_early(found: Series) -> Series:
    """The series from behind the last long gap ahead of the measure."""
    early = np.flatnonzero((np.diff(found.times) > LONGEST_GAP) & found.before[1:])
    if not early.size:
        return found
    rows = np.arange(len(found.times)) > early[-1]
    return replace(found.kept(rows), notes=(*found.notes, "early_periods_left_out"))
