"""The search of an inquiry keeps its promise where nothing happened, and finds several causes in one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit.inquiry.baseline import DISCOUNT, held_against, with_new_agents
from sqaudit.inquiry.dimensions import Dimension
from sqaudit.inquiry.search import Searched, search_change
from sqaudit.measure.cells import SUMS

DIMENSIONS = [Dimension(name, name) for name in ("team", "region", "channel", "product", "part_of_day")]
MONTH = Dimension("month_of_year", "month(at)", "stretch")
SIZES = {"team": 8, "region": 6, "channel": 4, "product": 6, "part_of_day": 4}
PERIODS = ("2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4", "2025-Q3")
AUDITS = 60  # more than six with a false segment would be seen with a chance below 1 in 30 at 5 %


def cases(generator: np.random.Generator, label: str, size: int, spread: float, mix: float) -> pd.DataFrame:
    """Cases of a period: rates by team and region, the same in every period but for `spread` by team."""
    frame = pd.DataFrame({name: generator.integers(0, count, size) for name, count in SIZES.items()})
    if mix and label == PERIODS[0]:
        frame.loc[generator.random(size) < mix, "team"] = 7
    logit = -1.9 + 0.15 * frame["team"] + 0.1 * frame["region"]
    logit += spread * generator.standard_normal(SIZES["team"])[frame["team"]]
    bad = generator.random(size) < 1 / (1 + np.exp(-logit))
    return frame.assign(period=label, month_of_year=generator.integers(7, 10, size), bad=bad)


def cells_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells as the engine gives them."""
    keys = ["period", *SIZES, "month_of_year"]
    found = frame.groupby(keys)["bad"].agg(count="size", bad="sum").reset_index()
    missing = {name: np.nan for name in SUMS if name not in found}
    return found.assign(**missing).astype({"bad": "float64", "count": "float64"})


def searched(frame: pd.DataFrame) -> Searched:
    return Searched(cells_of(frame), PERIODS[0], PERIODS[1], PERIODS[2:], {"bad": "bad", "count": "count"})


def test_few_audits_name_a_segment_where_nothing_changed() -> None:
    """Plain, with a shift of the mix, and with teams that wander from quarter to quarter."""
    false = 0
    for number in range(AUDITS):
        generator = np.random.default_rng([20261129, number])
        spread, mix = (0.0, 0.0) if number % 3 == 0 else (0.0, 0.3) if number % 3 == 1 else (0.08, 0.0)
        frame = pd.concat([cases(generator, label, 1200, spread, mix) for label in PERIODS])
        false += bool(len(search_change(searched(frame), [*DIMENSIONS, MONTH]).segments))
    assert false <= 6, false


def test_several_causes_with_one_thing_in_common_are_told_apart() -> None:
    """Three causes among the teams 0 to 3: by their excess the four teams stand out, the causes are finer."""
    generator = np.random.default_rng(7)
    frame = pd.concat([cases(generator, label, 3000, 0.0, 0.0) for label in PERIODS], ignore_index=True)
    now = frame["period"] == PERIODS[0]
    causes = (
        (frame["region"] == 1) & (frame["part_of_day"] == 3),
        (frame["region"] == 4) & (frame["channel"] == 2),
        frame["team"] == 2,
    )
    for cause in causes:
        hit = now & cause & (generator.random(len(frame)) < 0.5)
        frame.loc[hit, "bad"] = True
    found = search_change(searched(frame), DIMENSIONS)
    told = {frozenset(conditions) for conditions in found.segments["conditions"]}
    assert {frozenset([("region", 1), ("part_of_day", 3)]), frozenset([("team", 2)])} <= told
    assert frozenset([("region", 4), ("channel", 2)]) in told


def test_what_held_for_a_month_is_found_in_that_month() -> None:
    """Over the quarter it is too weak to stand out; in its month it is not."""
    generator = np.random.default_rng(11)
    frame = pd.concat([cases(generator, label, 3000, 0.0, 0.0) for label in PERIODS], ignore_index=True)
    short = (frame["region"] == 3) & (frame["channel"] == 1) & (frame["month_of_year"] == 8)
    frame.loc[(frame["period"] == PERIODS[0]) & short & (generator.random(len(frame)) < 0.65), "bad"] = True
    assert search_change(searched(frame), DIMENSIONS).segments.empty
    conditions = search_change(searched(frame), [*DIMENSIONS, MONTH]).segments["conditions"]
    assert [set(one) for one in conditions] == [{("region", 3), ("channel", 1), ("month_of_year", 8)}]


def test_earlier_periods_count_half_and_are_spread_over_the_months() -> None:
    rows = [
        ("now", "a", 7, 10.0, 1.0),
        ("now", "a", 8, 10.0, 1.0),
        ("old", "a", 4, 30.0, 3.0),
        ("older", "a", 1, 40.0, 4.0),
    ]
    frame = pd.DataFrame(rows, columns=["period", "team", "month_of_year", "count", "bad"])
    frame = frame.assign(**{name: np.nan for name in SUMS if name not in frame})
    held = held_against(frame, "old", ["older"], [Dimension("team", "team"), MONTH])
    assert held["month_of_year"].tolist() == [7, 8]
    assert held["count"].tolist() == [(30 + DISCOUNT * 40) / 2] * 2


def test_new_agents_are_those_without_any_case_before() -> None:
    frame = pd.DataFrame({"period": ["now", "now", "old"], "agent": ["O'Neill", "E1", "E1"]})
    marked, dimension = with_new_agents(frame, "now")
    assert marked["new_agent"].tolist() == ["new", "known", "known"]
    assert dimension is not None
    assert dimension.condition_for("new") == "agent in ('O''Neill')"
    assert with_new_agents(frame[frame["agent"] == "E1"], "now")[1] is None
