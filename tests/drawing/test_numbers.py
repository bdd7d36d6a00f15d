"""The permanent random number is the same everywhere, and draws by it are as random as they claim."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from sqaudit.drawing.numbers import RANGE, number, number_sql, random_start
from sqaudit.engines.duckdb import DuckDBEngine

from .conftest import drawn

DRAWS = 10_000
UNLIKELY = 0.001


@pytest.mark.parametrize("unit", ["T1", "工单-0001", "it's | so", "", "x" * 300, "07"])
def test_the_engine_and_python_give_the_same_number(engine: DuckDBEngine, unit: str) -> None:
    quoted = unit.replace("'", "''")
    [(found,)] = engine.rows(f"SELECT {number_sql(7, '_unit')} FROM (SELECT '{quoted}' AS _unit)")
    assert found == number(7, unit)


def test_the_number_is_the_md5_digest_that_any_tool_gives() -> None:
    # printf '7|T1' | md5sum gives 1dc1d20f60df275dfa411668260e3476
    assert number(7, "T1").to_bytes(16, "little").hex() == "1dc1d20f60df275dfa411668260e3476"
    assert hashlib.md5(b"7|T1", usedforsecurity=False).hexdigest() == "1dc1d20f60df275dfa411668260e3476"


def test_every_set_of_cases_is_as_likely_as_any_other() -> None:
    """Chi-square over 10,000 seeds: all 56 sets of 3 of 8 cases, not only single cases."""
    units = [f"T{place}" for place in range(8)]
    sets = Counter(frozenset(sorted(units, key=lambda unit: number(seed, unit))[:3]) for seed in range(DRAWS))
    counts = [sets[frozenset(one)] for one in combinations(units, 3)]
    assert sum(counts) == DRAWS
    assert stats.chisquare(counts).pvalue > UNLIKELY


def test_inclusion_counts_of_strata_are_as_their_rates() -> None:
    """Chi-square over 10,000 seeds, for cases drawn without replacement: scaled by (N - 1) / (N - n)."""
    for stratum, size, n in (("a", 20, 6), ("b", 5, 2), ("c", 40, 1)):
        units = [f"{stratum}{place}" for place in range(size)]
        counts = Counter(
            unit for seed in range(DRAWS) for unit in sorted(units, key=lambda unit: number(seed, unit))[:n]
        )
        expected = DRAWS * n / size
        statistic = sum((counts[unit] - expected) ** 2 / expected for unit in units)
        assert stats.chi2.sf(statistic * (size - 1) / (size - n), size - 1) > UNLIKELY


def test_neighbouring_seeds_have_nothing_to_do_with_each_other() -> None:
    first = [number(1, f"T{place}") / RANGE for place in range(5000)]
    second = [number(2, f"T{place}") / RANGE for place in range(5000)]
    assert stats.pearsonr(first, second).pvalue > UNLIKELY
    assert stats.kstest(first, "uniform").pvalue > UNLIKELY


def test_random_starts_are_uniform() -> None:
    starts = [random_start(seed, "phone", 17) for seed in range(DRAWS)]
    assert stats.chisquare(np.bincount(starts, minlength=17)).pvalue > UNLIKELY


def test_what_is_drawn_are_the_lowest_numbers(engine: DuckDBEngine) -> None:
    for seed in range(5):
        cases = drawn(engine, seed, design="simple", size=25).cases
        ids = [f"C{place}" for place in range(1000)]
        assert cases["case_id"].tolist() == sorted(ids, key=lambda unit: number(seed, unit))[:25]
