"""What the percentages of the documents come to, and what such samples can and cannot see."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sqaudit.errors import FrameError
from sqaudit.sampling.percentage_rule import PercentageRule, agent_table, planning_table, pooled_or_each

steady = settings.get_profile("sampling")


def calls(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("percentage", "population", "n"),
    [("10%", 60, 6), ("10%", 61, 7), ("20%", 1, 1), ("20%", 11, 3), (0.07, 100, 7), (0.1, 0, 0), (1, 40, 40)],
)
def test_sizes_are_rounded_up_exactly(percentage: object, population: int, n: int) -> None:
    assert PercentageRule(percentage).size(population) == n  # type: ignore[arg-type]


def test_ten_per_cent_per_channel_and_week() -> None:
    strata = calls(
        channel=["phone", "chat", "phone"],
        week=["2026-W36", "2026-W36", "2026-W37"],
        population=[600, 60, 12000],
    )
    plan = planning_table(PercentageRule("10%"), strata, ["channel", "week"])
    assert plan[["channel", "week"]].values.tolist() == [
        ["chat", "2026-W36"],
        ["phone", "2026-W36"],
        ["phone", "2026-W37"],
    ]
    assert plan["sample_size"].tolist() == [6, 60, 1200]
    assert plan["count_if_none_found"].tolist()[0] == 22
    assert plan["rate_if_none_found"].round(3).tolist()[0] == 0.367
    assert plan["half_width_points"].round(1).tolist()[1:] == [6.0, 1.2]
    # What it takes: many more than a tenth of few calls, far fewer of many.
    assert (plan["size_for_half_width"].diff(-1).dropna() < 0).all()
    assert plan["size_for_half_width"].iloc[-1] == 215
    assert plan["size_to_see_tolerable"].tolist()[0] > 6
    chance = 1 - stats.hypergeom.cdf(0, 60, 3, 6)
    assert plan["chance_to_see_tolerable"].iloc[0] == pytest.approx(chance)


def test_a_minimum_per_stratum_and_an_empty_stratum() -> None:
    strata = calls(week=[1, 2, 3], population=[60, 5, 0])
    plan = planning_table(PercentageRule("10%", minimum_per_stratum=8), strata, ["week"])
    assert plan["rule_size"].tolist() == [6, 1, 0]
    assert plan["sample_size"].tolist() == [8, 5, 0]
    assert plan["method"].tolist() == ["hypergeometric", "census", "none"]
    assert plan["half_width_points"].isna().tolist() == [False, False, True]
    assert plan["count_if_none_found"].tolist()[1] == 0  # all seen, none missed


def test_a_minimum_per_agent_raises_the_sample_and_reaches_every_agent() -> None:
    strata = calls(week=[1, 1, 1, 2], agent=["Li", "Wu", "Xu", "Li"], population=[80, 19, 1, 50])
    rule = PercentageRule("10%", minimum_per_agent=5)
    plan = planning_table(rule, strata, ["week"], agent="agent")
    assert plan["agents"].tolist() == [3, 1]
    assert plan["rule_size"].tolist() == [10, 5]
    assert plan["sample_size"].tolist() == [11, 5]
    parts = agent_table(rule, strata, ["week"])
    assert parts["sample_size"].tolist() == [5, 5, 1, 5]
    assert parts.groupby("week")["sample_size"].sum().tolist() == plan["sample_size"].tolist()


@settings(steady, max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 90)), min_size=1, max_size=8
    ),
    st.integers(1, 100),
    st.integers(0, 4),
    st.randoms(use_true_random=False),
)
def test_agents_add_up_to_strata_in_any_order_of_rows(rows: list, percent: int, minimum: int, random) -> None:
    strata = pd.DataFrame(rows, columns=["week", "agent", "population"])
    rule = PercentageRule(f"{percent}%", minimum_per_agent=minimum)
    parts = agent_table(rule, strata, ["week"])
    order = list(strata.index)
    random.shuffle(order)
    pd.testing.assert_frame_equal(parts, agent_table(rule, strata.loc[order], ["week"]))
    totals = parts.groupby("week")[["population", "sample_size"]].sum()
    for population, n in totals.itertuples(index=False):
        assert -(-percent * population // 100) <= n <= population
    assert (parts["sample_size"] >= parts["population"].clip(upper=minimum)).all()


def test_pooled_or_each() -> None:
    table = pooled_or_each(PercentageRule("10%"), calls(week=[1, 2, 3], population=[41, 52, 63]), ["week"])
    assert table["sample_size"].tolist() == [16, 18]
    assert table["smallest_sample"].tolist() == [0, 5]
    assert table["half_width_points"].iloc[0] > table["half_width_points"].iloc[1]


def test_one_stratum_without_a_name_and_no_strata_at_all() -> None:
    rule = PercentageRule("20%")
    assert planning_table(rule, calls(population=[40, 11]), [])["sample_size"].tolist() == [11]
    empty = planning_table(rule, calls(week=[], population=[]), ["week"])
    assert empty.empty
    assert "size_for_half_width" in empty.columns
    assert agent_table(rule, calls(week=[], agent=[], population=[]), ["week"]).empty


def test_a_stratum_without_a_name_is_kept() -> None:
    plan = planning_table(PercentageRule(), calls(team=["a", None], population=[20, 30]), ["team"])
    assert plan["population"].sum() == 50


def test_what_cannot_be_is_refused_with_a_sentence() -> None:
    with pytest.raises(
        ValueError, match=r"^percentage must lie between 0 \(excluded\) and 1 \(included\); found 10\."
    ):
        PercentageRule(10)
    with pytest.raises(
        FrameError, match=r"^a table of strata to plan for needs the column week; present: population\.$"
    ):
        planning_table(PercentageRule(), calls(population=[1]), ["week"])
    with pytest.raises(
        ValueError,
        match=r"^population must hold whole numbers of 0 or more; found -1\.0 in row 0, 2\.5 in row 1, nan",
    ):
        planning_table(PercentageRule(), calls(population=[-1, 2.5, None]), [])
    with pytest.raises(
        ValueError, match=r"^minimum_per_agent needs the column of agents; name it as `agent`\.$"
    ):
        planning_table(PercentageRule(minimum_per_agent=1), calls(population=[1]), [])
