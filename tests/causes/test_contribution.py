"""Mix and rate: published numbers, exact sums at every level, honest intervals."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit import intervals
from sqaudit.causes.contribution import (
    Terms,
    every_node,
    factor_parts,
    roll_up,
    terms,
    three_parts,
    waterfall,
)
from sqaudit.causes.contribution.cells import Sums
from sqaudit.causes.contribution.uncertainty import _Cells, _mix_between, _mix_within, _rate, _value_noise
from sqaudit.errors import FrameError

# Das Gupta (1993), Standardization and Decomposition of Rates: A User's Manual, U.S. Bureau of the Census
# P23-186, example 5.1: household headship rates by age, United States, 1970 and 1985 (per cent).
AGE_1970 = [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9]
AGE_1985 = [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5]
HEADS_1970 = [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8]
HEADS_1985 = [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2]

# Example 5.3 of the same: death rates per 1,000 by race and age, United States, 1970 and 1985.
DEATHS = {
    "size_now": [3041, 11577, 27450, 32711, 35480, 27411, 19555, 19795, 15254, 8022, 2472,
                 707, 2692, 6473, 6841, 6547, 4352, 3034, 2540, 1749, 804, 236],
    "size_before": [2968, 11484, 34614, 30992, 21983, 20314, 20928, 16897, 11339, 5720, 1315,
                    535, 2162, 6120, 4781, 3096, 2718, 2363, 1767, 1149, 448, 117],
    "rate_now": [9.163, 0.462, 0.248, 0.929, 1.084, 1.810, 4.715, 12.187, 27.728, 64.068, 157.570,
                 17.208, 0.738, 0.328, 1.103, 2.045, 3.724, 8.052, 17.812, 34.128, 68.276, 125.161],
    "rate_before": [18.469, 0.751, 0.391, 1.146, 1.287, 2.672, 6.636, 15.691, 34.723, 79.763, 176.837,
                    36.993, 1.352, 0.541, 2.040, 3.523, 6.746, 12.967, 24.471, 45.091, 74.902, 123.205],
}  # fmt: skip


def means(before: list[float], now: list[float], weight_before: list[float], weight_now: list[float]) -> dict:
    """Cells of means without any spread, which the terms do not need."""
    table: dict[str, object] = {}
    for period, weight, value in (("before", weight_before, before), ("now", weight_now, now)):
        n, r = np.array(weight, float), np.array(value, float)
        table |= {f"n_{period}": n, f"sum_{period}": n * r, f"sum_squares_{period}": n * r * r}
    return table


def test_das_gupta_headship_rates() -> None:
    cells = pd.DataFrame({"age": range(13), **means(HEADS_1970, HEADS_1985, AGE_1970, AGE_1985)})
    parts = terms(cells, ["age"], "mean")
    assert [round(value, 4) for value in (parts.before, parts.now)] == [44.7268, 47.6940]
    assert [round(value, 4) for value in (parts.change, parts.mix, parts.rate)] == [2.9672, 1.2269, 1.7403]
    assert round(parts.standardised_before, 4) == 45.3309
    assert round(parts.standardised_now, 4) == 47.0712


def test_das_gupta_death_rates_by_race_and_age() -> None:
    columns = means(DEATHS["rate_before"], DEATHS["rate_now"], DEATHS["size_before"], DEATHS["size_now"])
    cells = pd.DataFrame({"race": [1] * 11 + [2] * 11, "age": [*range(11)] * 2, **columns})
    parts = terms(cells, ["race", "age"], "mean")
    assert (parts.before, parts.now) == pytest.approx((9.421833, 8.735618), abs=1e-6)
    assert (parts.mix, parts.rate) == pytest.approx((1.5415096, -2.2277254), abs=1e-6)


def random_cells(seed: int, kind: str, size: int = 40) -> pd.DataFrame:
    """Cells of three dimensions, some of them born, gone or with a missing dimension."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "team": rng.choice(["北区", "南区", None], size),
            "channel": rng.integers(0, 3, size),
            "product": rng.choice(["x", "y"], size),
        }
    )
    for period in ("before", "now"):
        n = rng.integers(0, 50, size) * rng.integers(0, 2, size)
        frame[f"n_{period}"] = n
        if kind == "share":
            frame[f"sum_{period}"] = rng.binomial(n, rng.uniform(0, 1, size))
            continue
        y = [rng.gamma(2, 5, count) for count in n]
        x = [rng.integers(0, 4, count) for count in n]
        frame[f"sum_{period}"] = [values.sum() for values in y]
        frame[f"sum_squares_{period}"] = [(values**2).sum() for values in y]
        if kind == "ratio":
            frame[f"over_{period}"] = [values.sum() for values in x]
            frame[f"over_squares_{period}"] = [(values**2).sum() for values in x]
            frame[f"products_{period}"] = [(a * b).sum() for a, b in zip(x, y, strict=True)]
    return frame


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["share", "mean", "ratio"]))
def test_every_level_adds_up_to_the_change(seed: int, kind: str) -> None:
    cells = random_cells(seed, kind)
    level = ["team", "channel", "product"]
    parts = terms(cells, level, kind)
    scale = max(1.0, abs(parts.before), abs(parts.now))
    for size in range(4):
        for by in combinations(level, size):
            rolled = roll_up(parts, by)
            assert rolled["contribution"].sum() == pytest.approx(parts.change, abs=1e-12 * scale)
            pieces = rolled[["mix_between", "mix_within", "rate"]].sum(axis=1)
            assert np.allclose(pieces, rolled["contribution"], rtol=0, atol=1e-12 * scale)
            assert rolled["rate"].sum() == pytest.approx(parts.rate, abs=1e-12 * scale)
            assert rolled["weight_now"].sum() == pytest.approx(1)


def test_nodes_are_sums_of_their_leaves_and_rows_may_come_in_any_order() -> None:
    cells = random_cells(5, "share")
    parts = terms(cells, ["team", "channel", "product"])
    nodes = every_node(parts)
    assert list(nodes["depth"].value_counts().sort_index().index) == [0, 1, 2, 3]
    south = nodes[(nodes["kept"] == "team") & (nodes["team"] == "南区")]
    leaves = parts.leaves[parts.leaves["team"] == "南区"]
    assert float(south["contribution"].iloc[0]) == pytest.approx(leaves["contribution"].sum(), abs=1e-14)
    shuffled = terms(cells.sample(frac=1, random_state=1), ["team", "channel", "product"])
    pd.testing.assert_frame_equal(shuffled.leaves, parts.leaves)


def test_a_segment_born_or_gone_is_mix() -> None:
    cells = pd.DataFrame(
        {"team": ["old", "stays", "new"], "n_before": [50, 50, 0], "sum_before": [10, 5, 0],
         "n_now": [0, 50, 50], "sum_now": [0, 5, 25]}
    )  # fmt: skip
    rolled = roll_up(terms(cells, ["team"]), ["team"]).set_index("team")
    assert rolled["presence"].to_dict() == {"new": "born", "old": "gone", "stays": "kept"}
    assert (rolled["rate"] == 0).all()
    assert rolled["mix_between"].sum() == pytest.approx(0.3 - 0.15)


def test_the_level_changes_the_story_and_is_said() -> None:
    cells = pd.DataFrame(
        {"team": ["a", "a", "b", "b"], "day": ["work", "rest", "work", "rest"],
         "n_before": [80, 20, 80, 20], "sum_before": [8, 10, 8, 10],
         "n_now": [50, 50, 80, 20], "sum_now": [5, 25, 8, 10]}
    )  # fmt: skip
    by_team = terms(cells, ["team"])
    by_cell = three_parts(terms(cells, ["team", "day"]), ["team"]).set_index("part")
    assert (by_team.mix, by_team.rate) == pytest.approx((0, 0.06))
    assert by_cell["value"].tolist() == pytest.approx([0.06, 0, 0.06, 0])
    assert set(by_cell["level"]) == {"team & day"}


def test_the_interval_of_the_change_is_that_of_a_comparison() -> None:
    cells = pd.DataFrame({"team": ["a", "b"], "n_before": [50, 30], "sum_before": [30, 18],
                          "n_now": [40, 30], "sum_now": [34, 22]})  # fmt: skip
    row = three_parts(terms(cells, ["team"]), ["team"]).iloc[0]
    low, high = intervals.newcombe_difference(56, 70, 48, 80)
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)  # Newcombe (1998), method 10


def test_clusters_widen_every_interval() -> None:
    cells = random_cells(5, "share")
    parts = terms(cells, ["team", "channel"])
    plain, wide = three_parts(parts, ["team"]), three_parts(parts, ["team"], design_effect=4)
    pd.testing.assert_series_equal(plain["value"], wide["value"])
    ratio = (wide["high"] - wide["low"]) / (plain["high"] - plain["low"])
    assert ratio.tolist()[1:] == pytest.approx([2, 2, 2])
    assert 1.8 < ratio.iloc[0] < 2  # Wilson's bounds grow a little less than their number of cases
    with pytest.raises(ValueError, match="design_effect must be positive"):
        three_parts(parts, design_effect=0)


def test_one_cell_has_only_a_rate_and_a_share_is_a_mean_of_zeros_and_ones() -> None:
    cells = pd.DataFrame({"team": ["a", "b"], "n_before": [400, 300], "sum_before": [40, 90],
                          "n_now": [300, 420], "sum_now": [45, 120]})  # fmt: skip
    alone = three_parts(terms(cells.head(1), ["team"]))
    assert alone["value"].tolist()[1:3] == [0, 0]
    assert alone["high"].tolist()[1:3] == [0, 0]
    as_means = cells.assign(sum_squares_before=cells["sum_before"], sum_squares_now=cells["sum_now"])
    as_ratios = as_means.assign(
        over_before=cells["n_before"], over_now=cells["n_now"], over_squares_before=cells["n_before"],
        over_squares_now=cells["n_now"], products_before=cells["sum_before"], products_now=cells["sum_now"],
    )  # fmt: skip
    share, mean, ratio = (
        three_parts(terms(frame, ["team"], kind), ["team"])
        for frame, kind in ((cells, "share"), (as_means, "mean"), (as_ratios, "ratio"))
    )
    pd.testing.assert_frame_equal(mean.iloc[1:], ratio.iloc[1:])
    assert share["value"].tolist() == pytest.approx(mean["value"].tolist())
    assert np.allclose(share["high"], mean["high"], atol=0.002)


def test_nothing_before_is_undefined_and_faults_come_all_at_once() -> None:
    cells = pd.DataFrame({"team": ["a"], "n_before": [0], "sum_before": [0], "n_now": [5], "sum_now": [1]})
    table = three_parts(terms(cells, ["team"]))
    assert table[["value", "low", "high"]].isna().all(axis=None)
    assert terms(cells.head(0), ["team"]).leaves.empty
    wrong = cells.assign(n_now=[-1.0], sum_before=[3])
    with pytest.raises(ValueError, match=r"n_now must be 0 or more, found -1\.0; sum_before counts cases"):
        terms(wrong, ["team"])
    with pytest.raises(FrameError, match="needs the columns sum_squares_before, sum_squares_now"):
        terms(cells, ["team"], "mean")
    with pytest.raises(FrameError, match="no dimension region; they have team"):
        roll_up(terms(cells, ["team"]), ["region"])
    with pytest.raises(ValueError, match="at least one dimension"):
        terms(cells, [])


@pytest.mark.parametrize("kind", ["share", "mean"])
@pytest.mark.parametrize("segments", [2, 3, 12])
def test_intervals_cover_with_thirty_cases_a_cell(kind: str, segments: int) -> None:
    """Twelve cells, about 30 cases each, another mix in the second period; shares, or skewed durations."""
    rng = np.random.default_rng(7)
    first = np.linspace(1, 3, 12) / 24
    weights = [first, first[::-1]]
    figures = [np.linspace(0.1, 0.4, 12), np.linspace(0.1, 0.4, 12) * 1.3]
    segment = np.repeat(np.arange(segments), 12 // segments)
    truth = _parts_of(weights[0], figures[0], weights[1], figures[1], segment)
    hits = np.zeros(3)
    for _ in range(runs := 1000):
        old, new = (_drawn(rng, kind, *side) for side in zip(weights, figures, strict=True))
        found = _parts_of(old.weight, old.value, new.weight, new.value, segment)
        share = kind == "share"
        cells, noise = _Cells(old, new, segment), [_value_noise(side, share) for side in (old, new)]
        within = _mix_within(cells, noise) if segments < 12 else 0.0
        spread = np.array([_mix_between(cells, share), within, _rate(cells, noise)])
        hits += np.abs(found - truth) <= 1.959964 * np.sqrt(spread) + 1e-12
    covered = hits / runs
    if segments == 12:
        assert covered[1] == 1  # segments that are the cells have no inside
        covered = covered[[0, 2]]
    assert ((covered > 0.93) & (covered < 0.97)).all(), covered


def _drawn(rng: np.random.Generator, kind: str, weight: np.ndarray, figure: np.ndarray) -> Sums:
    n = rng.multinomial(360, weight)
    if kind == "share":
        y = rng.binomial(n, figure).astype(float)
        squares = y
    else:
        values = rng.gamma(
            4, np.repeat(figure, n) / 4
        )  # durations with a coefficient of variation of one half
        cell = np.repeat(np.arange(12), n)
        y, squares = np.bincount(cell, values, 12), np.bincount(cell, values**2, 12)
    count = n.astype(float)
    return Sums(count, y, count, squares, count, y)


def _parts_of(w0, r0, w1, r1, segment) -> np.ndarray:  # type: ignore[no-untyped-def]
    rate = ((w0 + w1) / 2 * (r1 - r0)).sum()
    old, new = np.bincount(segment, w0), np.bincount(segment, w1)
    middle = (np.bincount(segment, w0 * r0) / old + np.bincount(segment, w1 * r1) / new) / 2
    between = ((new - old) * middle).sum()
    return np.array([between, (w1 * r1).sum() - (w0 * r0).sum() - between - rate, rate])


# Das Gupta (1993), examples 2.1 to 2.4 and 4.3: factors before and now, and the effect of each.
PRODUCTS = {
    "earnings": ([10930, 0.717892], [16591, 0.825974], [4369.913, 1487.262], 1e-3),
    "birth rate": (
        [51.78746, 0.45919, 0.52638], [84.90502, 0.75756, 0.51065],
        [10.4340333, 10.5608476, -0.6670084], 1e-6,
    ),
    "births of single women": (
        [25.3, 0.214, 0.279, 0.949], [32.7, 0.290, 0.473, 0.986],
        [0.6889411, 0.8125381, 1.3829055, 0.1047547], 1e-6,
    ),
    "fertility": (
        [0.58, 0.76, 0.84, 0.66, 16.573], [0.72, 0.97, 0.97, 0.56, 16.158],
        [1.0909785, 1.2298438, 0.7278399, -0.8398707, -0.1290187], 1e-6,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PRODUCTS)
def test_das_gupta_products(name: str) -> None:
    before, now, expected, near = PRODUCTS[name]
    assert factor_parts(*product(before, now))["part"].tolist() == pytest.approx(expected, abs=near)


def product(before: list[float], now: list[float]) -> tuple[pd.DataFrame, list[str]]:
    names = [f"f{place}" for place in range(len(before))]
    columns = {}
    for name, old, new in zip(names, before, now, strict=True):
        columns |= {f"{name}_before": [old], f"{name}_now": [new]}
    return pd.DataFrame(columns), names


def test_das_gupta_birth_rates_over_age_groups() -> None:
    """Example 4.3: births per married woman, married part, part of the population; Taiwan 1960 and 1970."""
    cells = pd.DataFrame(
        {
            "bm_before": [393, 407, 369, 274, 184, 90, 16], "bm_now": [488, 452, 338, 156, 63, 22, 3],
            "mw_before": [0.122, 0.622, 0.903, 0.930, 0.916, 0.873, 0.800],
            "mw_now": [0.082, 0.527, 0.866, 0.941, 0.942, 0.923, 0.876],
            "wp_before": [0.043, 0.041, 0.036, 0.032, 0.026, 0.020, 0.018],
            "wp_now": [0.058, 0.038, 0.032, 0.030, 0.026, 0.023, 0.019],
        }
    )  # fmt: skip
    expected = [-7.285632, -2.720633, -1.565181]
    assert factor_parts(cells, ["bm", "mw", "wp"])["part"].tolist() == pytest.approx(expected, abs=1e-6)


def test_ang_two_sectors() -> None:
    """The illustrative case of Ang (2005): energy 50 to 96; activity, structure, intensity."""
    cells = pd.DataFrame(
        {
            "activity_before": [50, 50], "activity_now": [80, 80],
            "structure_before": [0.2, 0.8], "structure_now": [0.5, 0.5],
            "intensity_before": [3.0, 0.5], "intensity_now": [2.0, 0.4],
        }
    )  # fmt: skip
    parts = factor_parts(cells, ["activity", "structure", "intensity"], "lmdi")["part"]
    assert [round(part, 1) for part in parts] == [32.4, 38.3, -24.7]
    assert parts.sum() == pytest.approx(46, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(
        st.tuples(*[st.floats(0.001, 100)] * 2) | st.just((0.0, 2.0)) | st.just((3.0, 0.0)),
        min_size=2, max_size=7,
    ),
    method=st.sampled_from(["shapley", "lmdi"]),
)  # fmt: skip
def test_factors_add_up_and_their_order_does_not_matter(values: list, method: str) -> None:
    before, now = [pair[0] for pair in values], [pair[1] for pair in values]
    parts = factor_parts(*product(before, now), method=method)["part"].to_numpy()
    scale = max(1.0, np.prod(np.maximum(before, now)))
    assert parts.sum() == pytest.approx(np.prod(now) - np.prod(before), abs=1e-11 * scale)
    turned = factor_parts(*product(before[::-1], now[::-1]), method=method)["part"].to_numpy()[::-1]
    assert np.allclose(parts, turned, atol=1e-11 * scale)


def test_factors_refuse_what_they_cannot_share_out() -> None:
    with pytest.raises(ValueError, match="two factors or more; found 1"):
        factor_parts(*product([1], [2]))
    with pytest.raises(ValueError, match="0 or more"):
        factor_parts(*product([1, -1], [2, 2]), method="lmdi")
    assert factor_parts(*product([1, float("nan")], [2, 2]))["part"].isna().all()


def test_a_waterfall_ends_at_the_figure_now() -> None:
    parts = pd.DataFrame({"part": list("abcd"), "value": [0.01, -0.2, 0.03, 0.03]})
    steps = waterfall(parts, 0.5, most=3)
    assert steps["step"].tolist() == ["before", "b", "c", "rest", "now"]
    assert steps["end"].iloc[-1] == pytest.approx(0.37)
    assert steps["start"].iloc[1:-1].to_numpy() == pytest.approx(steps["end"].iloc[:-2].to_numpy())
    assert waterfall(parts.head(0), 0.5)["end"].tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match="a value for every part"):
        waterfall(parts.assign(value=float("nan")), 0.5)


CASES = Path("../shared/root_cause_cases/service_rates.parquet")


@pytest.mark.skipif(not CASES.exists(), reason="the cases of ../shared are not here")
def test_service_rates_add_up_and_a_mere_mix_shift_has_no_rate() -> None:
    cases = pd.read_parquet(CASES)
    names = {
        "count_before": "n_before",
        "late_before": "sum_before",
        "count_now": "n_now",
        "late_now": "sum_now",
    }
    level = [name for name in cases if name not in (*names, "case")]
    for case, cells in cases.rename(columns=names).groupby("case"):
        parts = terms(cells, level)
        assert parts.leaves["contribution"].sum() == pytest.approx(parts.change, abs=1e-12)
        assert roll_up(parts, ["region", "tier"])["contribution"].sum() == pytest.approx(
            parts.change, abs=1e-12
        )
        if case in ("200k_1004", "200k_1005"):  # nothing changed but the mix, in one of them a lot
            rate = three_parts(parts).set_index("part").loc["rate"]
            assert rate["low"] < 0 < rate["high"]


def test_terms_are_a_description_that_does_not_change() -> None:
    parts = terms(random_cells(1, "share"), ["team"])
    assert isinstance(parts, Terms)
    with pytest.raises(AttributeError):
        parts.now = 1.0  # type: ignore[misc]
