"""Each unit's indicator in each month and quarter beside its three lines, with what chance alone could do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit import intervals
from sqaudit.assessment.cells import running
from sqaudit.assessment.exact_strata import Array
from sqaudit.assessment.rules import AssessmentRules, LineName, Lines
from sqaudit.estimates.flags import flag_people

LINES: tuple[LineName, ...] = ("target", "warn", "penalty")
JUDGEMENTS = (
    "level", "unit", "period", "grain", "indicator", "numerator", "denominator", "value", "low", "high",
    "best_case", "direction", "target", "warn", "penalty", "standing", "chance_target", "chance_warn",
    "chance_penalty", "verdict", "reason", "months_missed",
)  # fmt: skip
_DUST = 1e-9  # of the cases: counts nearer to a line than this lie on it


def judge(cells: pd.DataFrame, rules: AssessmentRules) -> pd.DataFrame:
    """Every unit, period and indicator with value, interval, standing and verdict.

    In: tidy cells. Out, in their order: the figures; `value` with its Wilson interval; `best_case`, the best
    true level that fits what was seen (one-sided, exact, at 1 - level); `standing`, where the figure lies
    (met, below_target, below_warn, below_penalty; `below` is the bad side, whatever the direction);
    `chance_...`, that a unit just on this line shows so many faults or more, exact; `verdict`, what can be
    said: shown_below_penalty, shown_below_warn, shown_below_target, shown_to_meet, undetermined, or
    no_verdict with its `reason` (few_cases, missing_count). Verdicts hold for all units of a level compared
    in the period together (Benjamini and Hochberg). `months_missed` counts the months in a row in which the
    figure missed its target; a month with few cases neither counts nor resets (A34), several in a row do.
    """
    parts = [
        _family(frame.reset_index(drop=True), rules.by_indicator[str(key[1])], rules)
        for key, frame in cells.groupby(["level", "indicator", "grain", "period"], sort=False)
    ]
    if not parts:
        return pd.DataFrame(columns=list(JUDGEMENTS))
    frame = pd.concat(parts, ignore_index=True)
    frame["months_missed"] = _missed_running(frame)
    return frame[list(JUDGEMENTS)]


def fault_line(lines: Lines, name: LineName) -> float:
    """The line as a share of faults, NaN where there is none.

    >>> round(fault_line(Lines(indicator="on_time", target=0.95), "target"), 6)
    0.05
    """
    line = lines.line(name)
    if line is None:
        return float("nan")
    # Rounded, since 1 - 0.95 is not 0.05: nobody writes a line with ten digits.
    return round(1 - line, 10) if lines.direction == "higher" else line


def best_case(bad: Array, n: Array, lines: Lines, level: float) -> Array:
    """The best true level of the indicator that fits so many faults: one-sided, exact, at 1 - level.

    NaN without cases. Source: Clopper and Pearson (1934), Biometrika 26:404-413.
    """
    fewest = intervals.clopper_pearson(bad, n, 1 - 2 * level).low if level < 0.5 else bad / n
    return np.asarray(1 - fewest if lines.direction == "higher" else fewest)


def beyond(bad: Array, n: Array, line: float) -> npt.NDArray[np.bool_]:
    """Whether more faults were seen than the line allows; on the line is not beyond."""
    return np.asarray(bad > n * line + _DUST * np.maximum(n, 1))


def chances(bad: Array, n: Array, line: float, rules: AssessmentRules) -> tuple[Array, Array]:
    """For each unit the exact chance to be so far out when just on the line, alone and among all judged.

    NaN for units without a verdict, and where there is no line.
    """
    nothing = np.full(len(bad), np.nan)
    if np.isnan(line):
        return nothing, nothing
    if line in (0.0, 1.0):  # one fault proves that nobody has none; nobody has more than all
        judged = ~np.isnan(bad + n) & (n >= rules.minimum)
        chance = np.where(judged, np.where((line == 0.0) & (bad > 0), 0.0, 1.0), np.nan)
        return chance, chance
    flags = flag_people(pd.DataFrame({"found": bad, "n": n}), line, level=rules.level, fewest=rules.minimum)
    return flags["p_value"].to_numpy(np.float64), flags["adjusted_p_value"].to_numpy(np.float64)


def _family(frame: pd.DataFrame, lines: Lines, rules: AssessmentRules) -> pd.DataFrame:
    bad, n = (frame[name].to_numpy(np.float64) for name in ("bad", "denominator"))
    numerator = frame["numerator"].to_numpy(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = numerator / np.where(n > 0, n, np.nan)
    bounds = intervals.wilson(numerator, n, rules.confidence)
    fault = {name: fault_line(lines, name) for name in LINES}
    alone, among = zip(*(chances(bad, n, fault[name], rules) for name in LINES), strict=True)
    known = ~np.isnan(bad + n)
    verdict = np.select(
        [
            ~known | (n < rules.minimum),
            among[2] <= rules.level,
            among[1] <= rules.level,
            among[0] <= rules.level,
            _shown_to_meet(bad, n, fault["target"], rules),
        ],
        ["no_verdict", "shown_below_penalty", "shown_below_warn", "shown_below_target", "shown_to_meet"],
        "undetermined",
    )
    named = {name: lines.line(name) for name in LINES}
    return frame.assign(
        value=value,
        low=bounds.low,
        high=bounds.high,
        best_case=best_case(bad, n, lines, rules.level),
        direction=lines.direction,
        **{name: np.nan if line is None else line for name, line in named.items()},
        standing=_standing(bad, n, fault),
        **{f"chance_{name}": chance for name, chance in zip(LINES, alone, strict=True)},
        verdict=verdict,
        reason=np.select([~known, n < rules.minimum], ["missing_count", "few_cases"], ""),
    )


def _standing(bad: Array, n: Array, fault: dict[LineName, float]) -> npt.NDArray[np.str_]:
    out = {name: beyond(bad, n, fault[name]) for name in LINES}  # beyond NaN is False
    return np.select(
        [np.isnan(bad + n) | (n == 0), out["penalty"], out["warn"], out["target"]],
        ["", "below_penalty", "below_warn", "below_target"],
        "met",
    )


def _shown_to_meet(bad: Array, n: Array, line: float, rules: AssessmentRules) -> npt.NDArray[np.bool_]:
    if line == 1:
        return np.ones(len(bad), dtype=bool)
    if line == 0:  # a share of none is never shown by cases, however many
        return np.zeros(len(bad), dtype=bool)
    return np.asarray(chances(n - bad, n, 1 - line, rules)[1] <= rules.level)


def _missed_running(frame: pd.DataFrame) -> list[float]:
    missed: dict[tuple[str, str, str], int] = {}
    latest: dict[tuple[str, str, str], str] = {}
    counted: dict[int, float] = {}
    order = frame[frame["grain"] == "month"].sort_values("period", kind="stable")
    for row, level, unit, indicator, period, standing, verdict in zip(
        order.index, order["level"], order["unit"], order["indicator"], order["period"], order["standing"],
        order["verdict"], strict=True,
    ):  # fmt: skip
        key = (level, unit, indicator)
        if verdict != "no_verdict":
            before = missed.get(key, 0) if running(latest.get(key, period), period) else 0
            missed[key], latest[key] = before + 1 if standing != "met" else 0, period
        counted[int(row)] = float(missed.get(key, 0))
    return [counted.get(place, np.nan) for place in range(len(frame))]


__all__ = ["JUDGEMENTS", "LINES", "beyond", "chances", "fault_line", "judge"]
