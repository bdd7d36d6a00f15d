"""Extracts that stop, thin out, have gaps or come in batches: artefacts of records, not of the service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pandas as pd

from sqaudit.control.lines import Array
from sqaudit.control.rules import Flags
from sqaudit.control.seasonality import day_classes
from sqaudit.control.usual_volume import (
    BURST_SHARE,
    EMPTY_SHARE,
    LOW_SHARE,
    chance_of_at_least,
    chance_of_at_most,
    expected_counts,
)
from sqaudit.periods import parse

FINDINGS = ("period", "first_day", "last_day", "count", "expected", "low", "kind")

TAIL = 1e-4  # and rarer than this by chance, over-dispersion allowed for: one false day in 27 years
LEAST_DAYS = 14  # a series of fewer days has no usual level
LONG_WEEKEND = 4  # from a Friday to the Tuesday after
AFFECTED = 0.2  # of a period's expected records: from here on its figure is an artefact


def volume_artefacts(
    counts: pd.Series, calendar: Mapping[date, str] | None = None, end: date | None = None
) -> pd.DataFrame:
    """The stretches of days in which records are missing, or come in batches; in order of time.

    `counts`: records per day (index: dates; days without an entry have none). `calendar`: the class of days
    unlike their weekday; a holiday that it does not name is found as a thin day. `end`: the last day the
    extract should hold; without it the last day with an entry. Times of receipt, of solution and of closing
    each tell their own story: give them one after the other.

    Columns out: `period` (a day or a range), `first_day`, `last_day`, `count`, `expected` (from the 28 sound
    days before and the class of the day), `low` (the fewest that chance would leave; for a
    batch the most), and `kind`: `stopped` (to the end, almost nothing), `gap` (almost nothing, then records
    again), `thinned` (fewer than 40 % of the expected), `partial` (the last day alone), `late_start`
    (few records up to the first full day: cases from before the extract are missing), `burst` (a day with
    over four times the expected: records made or closed in a batch).

    Days or weeks are found by counts below 40 % of the expected that chance brings less than once in ten
    thousand, over-dispersion included. A lasting fall to below 40 % is reported too: records alone cannot
    tell a service that shrank from an extract that thinned out. Where days of one class differ threefold
    as a rule, some are named by chance. Empty for fewer than fourteen days.

    >>> days = pd.date_range("2026-04-01", "2026-06-30")
    >>> counts = pd.Series([0 if day >= pd.Timestamp("2026-06-12") else 40 for day in days], days)
    >>> found = volume_artefacts(counts)
    >>> found[["period", "kind", "expected"]].values.tolist()
    [['2026-06-12..2026-06-30', 'stopped', 760.0]]
    """
    daily = _whole(counts, end)
    if len(daily) < LEAST_DAYS or daily.sum() == 0:
        return pd.DataFrame(columns=list(FINDINGS))
    observed = daily.to_numpy(dtype=np.float64)
    classes = np.array(day_classes([stamp.date() for stamp in daily.index], calendar))
    expected, dispersion = expected_counts(observed, classes)
    low_days = _low_days(observed, expected, dispersion)
    rows = [
        _row(daily.index, observed, expected, dispersion, *run)
        for run in _runs(low_days, observed, expected, dispersion)
    ]
    many = (observed > BURST_SHARE * expected) & (chance_of_at_least(observed, expected, dispersion) < TAIL)
    rows += [_burst(daily.index, int(at), observed, expected, dispersion) for at in np.flatnonzero(many)]
    found = pd.DataFrame(rows, columns=list(FINDINGS))
    return found.sort_values(["first_day", "kind"], kind="stable").reset_index(drop=True)


def artefact_periods(
    findings: pd.DataFrame, periods: Iterable[str], counts: pd.Series, last_day: date | None = None
) -> dict[str, str]:
    """The periods whose figure is an artefact, with the kind of the finding that weighs most in each.

    A period is one when the findings took at least a fifth of its records away (or, for a batch, brought a
    fifth of them), or when `last_day`, the last the extract holds, lies inside it before its end
    (`partial`). The answer goes into the column `artefact` of the points of a control chart.

    >>> days = pd.date_range("2026-04-01", "2026-06-30")
    >>> counts = pd.Series([0 if day >= pd.Timestamp("2026-06-12") else 40 for day in days], days)
    >>> artefact_periods(volume_artefacts(counts), ["2026-05", "2026-06"], counts)
    {'2026-06': 'stopped'}
    """
    daily = _whole(counts, None)
    kinds: dict[str, str] = {}
    for period in periods:
        span = parse(period)
        if span.start is None or span.end is None:
            continue
        first, last = pd.Timestamp(span.start), pd.Timestamp(span.end) - pd.Timedelta(days=1)
        held = float(daily[(daily.index >= first) & (daily.index <= last)].sum())
        if last_day is not None and span.start <= last_day < last.date():
            kinds[period] = "partial"
        weights: dict[str, float] = {}
        for row in findings.to_dict("records"):
            days = max(0, (min(last, row["last_day"]) - max(first, row["first_day"])).days + 1)
            part = days / ((row["last_day"] - row["first_day"]).days + 1)
            weights[row["kind"]] = weights.get(row["kind"], 0.0) + part * abs(row["expected"] - row["count"])
        if weights and max(weights.values()) >= AFFECTED * (held + _missing(weights)):
            kinds[period] = max(sorted(weights), key=lambda kind: weights[kind])
    return kinds


def _missing(weights: Mapping[str, float]) -> float:
    return sum(value for kind, value in weights.items() if kind != "burst")


def _whole(counts: pd.Series, end: date | None) -> pd.Series:
    """Every day from the first with an entry to the last, or to `end`."""
    index = pd.DatetimeIndex(pd.to_datetime(counts.index)).normalize()
    summed = counts.fillna(0).groupby(index).sum()
    if summed.empty:
        return summed
    if (summed < 0).any():
        raise ValueError(f"counts of records must be 0 or more; found {float(summed.min()):g}.")
    last = max(summed.index.max(), pd.Timestamp(end)) if end else summed.index.max()
    return summed.reindex(pd.date_range(summed.index.min(), last), fill_value=0)


def _low_days(observed: Array, expected: Array, dispersion: float) -> Flags:
    """Days that are too low by themselves, or below the limit within a week that is too low."""
    found = _too_low(observed, expected, dispersion)
    ones = np.ones(7)
    if observed.size >= 7:
        week = _too_low(
            np.convolve(observed, ones, "valid"), np.convolve(expected, ones, "valid"), dispersion
        )
        inside = np.convolve(week, ones) > 0
        found |= inside & (observed < LOW_SHARE * expected)
    # Days on which nothing is expected belong to the stretch around them.
    quiet = expected < 1
    for at in np.flatnonzero(quiet):
        before, after = at - 1, at + 1
        while after < observed.size and quiet[after]:
            after += 1
        found[at] |= before >= 0 and found[before] and (after >= observed.size or found[after])
    return found


def _too_low(observed: Array, expected: Array, dispersion: float) -> Flags:
    return np.asarray(
        (observed < LOW_SHARE * expected) & (chance_of_at_most(observed, expected, dispersion) < TAIL)
    )


def _fewest(expected: float, dispersion: float) -> float:
    """The least count that is not too low."""
    bad, good = -1.0, float(np.ceil(LOW_SHARE * expected))
    while good - bad > 1:
        middle = float(np.floor((good + bad) / 2))
        rare = float(chance_of_at_most(middle, expected, dispersion)) < TAIL
        bad, good = (middle, good) if rare else (bad, middle)
    return good


def _most(expected: float, dispersion: float) -> float:
    """The greatest count that is no batch."""
    good, bad = float(np.floor(BURST_SHARE * expected)), float(np.ceil(BURST_SHARE * expected)) + 1
    while float(chance_of_at_least(bad, expected, dispersion)) >= TAIL:
        good, bad = bad, 2 * bad
    while bad - good > 1:
        middle = float(np.floor((good + bad) / 2))
        rare = float(chance_of_at_least(middle, expected, dispersion)) < TAIL
        good, bad = (good, middle) if rare else (middle, bad)
    return good


def _runs(flags: Flags, observed: Array, expected: Array, dispersion: float) -> list[tuple[int, int]]:
    """First and last place of each stretch of flagged days.

    Two with no more than a long weekend between are one if all days from first to last together are too few.
    """
    places = np.flatnonzero(flags)
    runs: list[tuple[int, int]] = []
    for at in (int(place) for place in places):
        if (
            runs
            and at - runs[-1][1] <= LONG_WEEKEND
            and _few_between(runs[-1][0], at, observed, expected, dispersion)
        ):
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs


def _few_between(start: int, end: int, observed: Array, expected: Array, dispersion: float) -> bool:
    whole = slice(start, end + 1)
    fewest = _fewest(float(expected[whole].sum()), dispersion)
    return bool(observed[start + 1 : end].sum() == 0 or observed[whole].sum() < fewest)


def _row(
    days: pd.Index, observed: Array, expected: Array, dispersion: float, start: int, end: int
) -> tuple[object, ...]:
    count, usual = float(observed[start : end + 1].sum()), float(expected[start : end + 1].sum())
    low = _fewest(usual, dispersion)
    kind = _kind(start, end, observed.size, count / usual if usual > 0 else 1.0)
    return (_label(days[start], days[end]), days[start], days[end], count, usual, low, kind)


def _kind(start: int, end: int, days: int, part: float) -> str:
    if start == 0:
        return "late_start"
    if end == days - 1 and start == end:
        return "partial"
    if part >= EMPTY_SHARE:
        return "thinned"
    return "stopped" if end == days - 1 else "gap"


def _burst(
    days: pd.Index, at: int, observed: Array, expected: Array, dispersion: float
) -> tuple[object, ...]:
    day, usual = days[at], float(expected[at])
    return (_label(day, day), day, day, float(observed[at]), usual, _most(usual, dispersion), "burst")


def _label(first: pd.Timestamp, last: pd.Timestamp) -> str:
    return f"{first.date()}" if first == last else f"{first.date()}..{last.date()}"
