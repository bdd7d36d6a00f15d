"""Changes between two periods: what is better, worse, unclear or not comparable."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sqaudit import intervals
from sqaudit.comparison import CHANGES, changes
from sqaudit.errors import FrameError
from sqaudit.frames import FIGURES, JUDGEMENT, LEADING

NAN = math.nan


def figure(
    name: str, period: str, value: float, low: float = NAN, high: float = NAN, **more: Any
) -> dict[str, Any]:
    base = dict.fromkeys([*LEADING, *FIGURES, *JUDGEMENT], None)
    told = {"method": "wilson", "unit": "share", "direction": "higher", "verdict": "met"}
    return {
        **base,
        **told,
        "indicator": name,
        "period": period,
        "value": value,
        "low": low,
        "high": high,
        **more,
    }


def share(name: str, period: str, met: int, of: int, **more: Any) -> dict[str, Any]:
    return figure(name, period, met / of, *map(float, intervals.wilson(met, of)), **more)


def compared(*rows: dict[str, Any], before: str = "2026-Q2", now: str = "2026-Q3") -> pd.DataFrame:
    return changes(pd.DataFrame(rows), before, now).set_index("indicator", drop=False)


def test_two_shares_are_newcombes() -> None:
    """Newcombe (1998): 56/70 against 48/80 differs by .0524 to .3339."""
    found = compared(share("rate", "2026-Q2", 48, 80), share("rate", "2026-Q3", 56, 70))
    row = found.loc["rate"]
    assert list(found.columns) == list(CHANGES)
    assert (round(row["low"], 4), round(row["high"], 4)) == (0.0524, 0.3339)
    assert (row["before"], row["now"], row["difference"]) == pytest.approx((0.6, 0.8, 0.2))
    assert row["change"] == "better"


@pytest.mark.parametrize(
    ("direction", "now", "expected"),
    [
        ("higher", 70, "better"),
        ("higher", 20, "worse"),
        ("lower", 70, "worse"),
        ("lower", 20, "better"),
        (None, 70, "changed"),
        (None, 20, "changed"),
        ("higher", 48, "no_clear_change"),
        ("lower", 50, "no_clear_change"),
    ],
)
def test_direction(direction: str | None, now: int, expected: str) -> None:
    found = compared(
        share("r", "2026-Q2", 48, 80, direction=direction),
        share("r", "2026-Q3", now, 80, direction=direction),
    )
    assert found.loc["r", "change"] == expected


def mean(period: str, centre: float, variance: float, n: int) -> dict[str, Any]:
    bounds = map(float, intervals.mean_t(centre, variance, n))
    return figure("wait", period, centre, *bounds, method="student_t", unit="minutes", direction="lower")


def test_two_means_are_nearly_welchs() -> None:
    found = compared(mean("2026-Q2", 10, 4, 200), mean("2026-Q3", 9, 4, 200)).loc["wait"]
    welch = intervals.welch_difference(9, 4, 200, 10, 4, 200)
    assert (found["low"], found["high"]) == pytest.approx(tuple(welch), abs=0.002)
    assert found["change"] == "better"


@pytest.mark.parametrize("n", [20, 100, 1000])
def test_the_interval_of_a_difference_covers(n: int) -> None:
    """Differences of exact, Poisson and t intervals keep what they promise, by simulation from one seed."""
    random = np.random.default_rng(7)
    trials = 4000
    pairs: dict[str, tuple[Any, Any, float]] = {}
    for name, bound in (("wilson", intervals.wilson), ("exact", intervals.clopper_pearson)):
        one, two = random.binomial(n, 0.9, trials), random.binomial(n, 0.8, trials)
        pairs[name] = ((one / n, *bound(one, n)), (two / n, *bound(two, n)), 0.1)
    one, two = random.poisson(n / 10, trials), random.poisson(n / 5, trials)
    pairs["poisson"] = ((one, *intervals.poisson_exact(one)), (two, *intervals.poisson_exact(two)), -n / 10)
    drawn = random.normal(3, 2, (trials, n)), random.normal(1, 5, (trials, n))
    pairs["t"] = *((x.mean(1), *intervals.mean_t(x.mean(1), x.var(1, ddof=1), n)) for x in drawn), 2.0  # type: ignore[assignment]
    for name, (first, second, truth) in pairs.items():
        low, high = intervals.difference(*first, *second)
        covered = np.mean((low <= truth) & (truth <= high))
        assert covered >= 0.935, name


def test_bounds_that_are_open_on_one_side() -> None:
    quantile = {"method": "order_statistics", "unit": "minutes", "direction": "lower"}
    before = figure("wait", "2026-Q2", 10, 8, 12, **quantile)
    assert (
        compared(before, figure("wait", "2026-Q3", 30, 20, NAN, **quantile)).loc["wait", "change"] == "worse"
    )
    assert (
        compared(before, figure("wait", "2026-Q3", 11, 9, NAN, **quantile)).loc["wait", "change"]
        == "no_clear_change"
    )
    assert (
        compared(before, figure("wait", "2026-Q3", 2, NAN, 3, **quantile)).loc["wait", "change"] == "better"
    )
    assert (
        compared(before, figure("wait", "2026-Q3", 30, NAN, NAN, **quantile)).loc["wait", "change"]
        == "no_clear_change"
    )


def test_what_cannot_be_compared() -> None:
    found = compared(
        share("gone", "2026-Q2", 8, 10),
        figure("gone", "2026-Q3", NAN, method="none"),
        share("new", "2026-Q3", 8, 10),
        share("other way", "2026-Q2", 8, 10),
        figure("other way", "2026-Q3", 0.1, 0.05, 0.2, method="clopper_pearson"),
        figure("longest", "2026-Q2", 50, method="none"),
        figure("longest", "2026-Q3", 500, method="none"),
        share("only before", "2026-Q2", 8, 10),
    )
    assert found["change"].to_dict() == dict.fromkeys(
        ["gone", "new", "other way", "longest"], "not_comparable"
    )
    assert math.isnan(found.loc["new", "before"])
    assert found.loc["longest", "difference"] == 450


def count(period: str, number: int) -> dict[str, Any]:
    bounds = map(float, intervals.poisson_exact(number))
    return figure("number", period, number, *bounds, method="poisson_exact", unit="count", direction="lower")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("2026-Q2", "2026-Q3", "worse"),
        ("2026-02", "2026-03", "worse"),
        ("2025", "2024", "worse"),
        ("2026-W01", "2026-W02", "worse"),
        ("2026-06", "2026-Q3", "not_comparable"),
        ("2026-07-01..2026-08-15", "2026-Q3", "not_comparable"),
    ],
)
def test_counts_want_periods_of_one_length(before: str, now: str, expected: str) -> None:
    found = compared(
        count(before, 50),
        count(now, 150),
        share("rate", before, 5, 10),
        share("rate", now, 6, 10),
        before=before,
        now=now,
    )
    assert found.loc["number", "change"] == expected
    assert found.loc["rate", "change"] == "no_clear_change"


def test_clear_changes_come_first_then_the_largest() -> None:
    found = compared(
        *(share(name, "2026-Q2", 500, 1000) for name in ("small", "large", "unclear", "none")),
        share("small", "2026-Q3", 560, 1000),
        share("large", "2026-Q3", 300, 1000),
        share("unclear", "2026-Q3", 510, 1000),
        share("none", "2026-Q3", 500, 1000),
        figure("wait", "2026-Q2", 100, 99, 101, method="student_t", unit="minutes"),
        figure("wait", "2026-Q3", 110, 109, 111, method="student_t", unit="minutes"),
    )
    assert list(found.index) == ["large", "wait", "small", "unclear", "none"]


def test_nothing_to_compare() -> None:
    empty = pd.DataFrame([share("rate", "2026-Q2", 5, 10)]).head(0)
    assert list(changes(empty, "", "").columns) == list(CHANGES)
    with pytest.raises(
        FrameError, match=r"a comparison needs the columns .*target, direction, unit, verdict"
    ):
        changes(empty.drop(columns=list(JUDGEMENT)), "a", "b")
