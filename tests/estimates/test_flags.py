"""Few innocents are flagged, whatever the number of cases; guilty ones are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sqaudit.errors import FrameError
from sqaudit.estimates import Share, SurveyDesign, estimate, survey
from sqaudit.estimates.flags import effective_people, flag_people
from sqaudit.estimates.multiplicity import benjamini_hochberg, holm


def people(found: list[float], n: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"found": found, "n": n})


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.05, 0.15, 0.5, 0.9])
def test_expected_false_flags_stay_below_the_level_for_every_n(rate: float) -> None:
    """A person is flagged most easily alone, since others only raise the adjusted p-value.

    So the binomial mass of the counts that get a person flagged alone bounds the chance of each false flag.
    All counts of all n are asked for in one table, whose own p-values say which of them flag alone.
    """
    n = np.repeat(np.arange(5, 201), np.arange(6, 202))
    counts = np.concatenate([np.arange(size + 1) for size in range(5, 201)])
    table = flag_people(people([*counts], [*n]), rate, fewest=1)
    mass = stats.binom.pmf(counts, n, rate) * (table["p_value"] <= 0.05)
    assert pd.Series(mass).groupby(n).sum().max() <= 0.05
    assert (table.loc[table["verdict"] == "flagged", "p_value"] <= 0.05).all()
    for found in (0.0, 3.0, 12.0):
        alone = flag_people(people([found], [60]), rate).iloc[0]
        assert (alone["verdict"] == "flagged") == (alone["p_value"] <= 0.05)


def test_p_values_are_the_binomial_tail() -> None:
    counts = np.arange(41.0)
    for rate in (0.02, 0.3):
        table = flag_people(people([*counts], [40.0] * 41), rate)
        assert table["p_value"].tolist() == pytest.approx(
            stats.binom.sf(counts - 1, 40, rate).tolist(), rel=1e-9
        )


@pytest.mark.parametrize("n", [5, 20, 60, 200])
@pytest.mark.parametrize("rate", [0.02, 0.15])
def test_false_flags_among_equals_are_few(n: int, rate: float) -> None:
    generator = np.random.default_rng(n)
    flagged = []
    for _ in range(40):
        table = flag_people(people([*generator.binomial(n, rate, 50)], [n] * 50), rate, fewest=1)
        flagged.append(int((table["verdict"] == "flagged").sum()))
    assert np.mean(flagged) <= 0.05 * 50
    assert np.mean(np.array(flagged) > 0) <= 0.16  # any flag at all among equals: 5 %, within 40 repeats


def test_against_each_other_the_tail_is_that_of_fisher() -> None:
    table = flag_people(people([9, 2, 1], [30, 40, 50]))
    for row, (found, n) in enumerate([(9, 30), (2, 40), (1, 50)]):
        rest = [[found, n - found], [12 - found, 108 - n + found]]
        assert table["p_value"][row] == pytest.approx(stats.fisher_exact(rest, "greater")[1])
    assert table["reference"].tolist() == pytest.approx([0.1] * 3)
    assert table["verdict"].tolist() == ["flagged", "not_told_apart", "not_told_apart"]


def test_bounds_are_one_sided_and_exact() -> None:
    table = flag_people(people([0, 6, 30], [30, 30, 30]), 0.1)
    assert table["bound"][0] == 0
    assert table["bound"][1] == pytest.approx(stats.beta.ppf(0.05, 6, 25))
    lower = flag_people(people([0, 6, 30], [30, 30, 30]), 0.9, worse="lower")
    assert lower["bound"][0] == pytest.approx(1 - 0.05 ** (1 / 30))
    assert lower["bound"][2] == 1
    assert lower["verdict"].tolist() == ["flagged", "flagged", "not_told_apart"]


def test_faults_and_their_absence_are_the_same_comparison() -> None:
    faults = flag_people(people([6, 2], [30, 40]), 0.05)
    passes = flag_people(people([24, 38], [30, 40]), 0.95, worse="lower")
    assert faults["p_value"].tolist() == pytest.approx(passes["p_value"].tolist())


def test_few_cases_and_missing_counts_give_no_verdict_and_cost_nothing() -> None:
    table = flag_people(people([19, 8, np.nan, 0], [19, 30, 30, 0]), 0.05)
    assert table["verdict"].tolist() == ["no_verdict", "flagged", "no_verdict", "no_verdict"]
    assert table["reason"].tolist() == ["few_cases", "", "missing_count", "few_cases"]
    assert table["adjusted_p_value"][1] == table["p_value"][1]


def test_clustered_people_count_less() -> None:
    frame = pd.DataFrame({"agent": ["A"] * 40 + ["B"] * 40, "day": np.repeat(range(20), 4)})
    frame["late"] = (frame["day"] < 3).astype(float)
    sample = survey(frame, SurveyDesign(clusters="day"))
    shares = estimate(sample, Share("late"), by="agent")
    effective = effective_people(shares)
    assert effective["n"][0] < 12  # ten days of four cases each that all went alike
    assert effective["n"][1] == 40  # nothing was late: there is no standard error to go by
    assert effective["found"][0] == pytest.approx(0.3 * effective["n"][0])
    plain = flag_people(people([12, 0], [40, 40]), 0.15)
    assert plain["verdict"].tolist() == ["flagged", "not_told_apart"]
    assert flag_people(effective, 0.15, fewest=5)["verdict"].tolist() == ["not_told_apart"] * 2


def test_nobody_at_all() -> None:
    assert flag_people(people([], [])).empty


def test_impossible_counts_are_refused_together() -> None:
    with pytest.raises(ValueError, match=r"0 or more.*row 1 has 9 of 8.*reference must lie"):
        flag_people(people([-1, 9], [5, 8]), reference=1.5)
    with pytest.raises(ValueError, match="by whole counts only; give a reference"):
        flag_people(people([1.5, 2], [25, 28]))
    with pytest.raises(FrameError, match="needs the columns found, n"):
        flag_people(pd.DataFrame({"x": [1]}))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_p_values_equal_scipy_and_keep_their_order(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(stats.false_discovery_control(p_values))
    assert (holm(p_values) >= benjamini_hochberg(p_values) - 1e-12).all()
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(holm(p_values)[order]) >= 0).all()


def test_one_missing_p_value_does_not_spoil_the_others() -> None:
    assert benjamini_hochberg([0.02, np.nan, 0.04])[[0, 2]].tolist() == pytest.approx([0.04, 0.04])
    assert np.isnan(holm([np.nan, 0.5])[0])
