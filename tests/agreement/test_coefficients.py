"""The coefficients equal their definitions written out pair by pair, and behave at the edges."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from sqaudit.agreement import (
    agreement,
    agreement_weights,
    cohen_kappa,
    fleiss_kappa,
    fleiss_null_standard_error,
    gwet_ac,
    intraclass_correlations,
    krippendorff_alpha,
    percent_agreement,
    read_ratings,
)
from sqaudit.errors import FrameError
from tests.agreement.published import FOUR_OBSERVERS, PSYCHIATRISTS

settings.register_profile("agreement", deadline=None, derandomize=True, max_examples=60)
steady = settings.get_profile("agreement")

COUNTS = st.lists(
    st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(sum), min_size=3, max_size=12
).map(np.array)


def value_of(frame: pd.DataFrame, name: str) -> float:
    return frame.set_index("coefficient").loc[name, "value"]


def reason_of(frame: pd.DataFrame, name: str) -> str:
    return frame.set_index("coefficient").loc[name, "reason"]


# --- an independent computation: pairs of ratings, one by one, each unit with a weight ----------------


def by_pairs(name, counts, matrix, importance):
    """The coefficient with units of unequal importance: what the derivative for its error is taken of."""
    units = [np.repeat(np.arange(len(row)), row) for row in counts]
    paired = [index for index, unit in enumerate(units) if len(unit) > 1]
    agreeing = {i: np.mean([matrix[a, b] for a, b in itertools.permutations(units[i], 2)]) for i in paired}
    weight = np.array([importance[i] for i in paired])
    observed = np.average([agreeing[i] for i in paired], weights=weight)
    if name == "percent_agreement":
        return observed
    if name == "alpha":
        total = sum(importance[i] * len(units[i]) for i in paired)
        used = sum(importance[i] * counts[i] for i in paired) / total
        observed = sum(importance[i] * len(units[i]) * agreeing[i] for i in paired) / total
        return (observed - used @ matrix @ used) / (1 - used @ matrix @ used)
    used = np.average([row / row.sum() for row in counts], axis=0, weights=importance)
    size = len(matrix)
    chance = used @ matrix @ used
    if name == "gwet_ac":
        chance = matrix.sum() / (size * (size - 1)) * (used * (1 - used)).sum()
    return (observed - chance) / (1 - chance)


def infinitesimal_jackknife(name, counts, matrix):
    """The standard error from the numerical derivative by each unit's importance (Efron 1982, chapter 6)."""
    kept = counts[counts.sum(axis=1) > 1] if name == "alpha" else counts
    units, step = len(kept), 1e-5
    influence = []
    for index in range(units):
        more, less = np.ones(units), np.ones(units)
        more[index] += step
        less[index] -= step
        rise = by_pairs(name, kept, matrix, more) - by_pairs(name, kept, matrix, less)
        influence.append(units * rise / (2 * step))
    return np.sqrt(np.sum(np.square(influence)) / (units * (units - 1)))


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic", "ratio"])
@pytest.mark.parametrize("name", ["percent_agreement", "gwet_ac", "fleiss_kappa"])
def test_value_and_error_by_pairs(name, weights):
    generator = np.random.default_rng(11)
    scores = np.array([1.0, 2.0, 4.0, 5.0])
    matrix = agreement_weights(weights, scores)
    call = {"percent_agreement": percent_agreement, "gwet_ac": gwet_ac, "fleiss_kappa": fleiss_kappa}[name]
    for _ in range(4):
        counts = generator.multinomial(4, [0.6, 0.2, 0.1, 0.1], size=15)
        counts[0], counts[1] = [1, 1, 0, 0], [0, 2, 0, 4]
        figure = call(counts, matrix)
        assert_allclose(figure.value, by_pairs(name, counts, matrix, np.ones(15)), atol=1e-10)
        assert_allclose(figure.standard_error, infinitesimal_jackknife(name, counts, matrix), atol=1e-7)
        counts[2] = [1, 0, 0, 0]  # rated once: Gwet's error, see the published figures
        assert_allclose(call(counts, matrix).value, by_pairs(name, counts, matrix, np.ones(15)), atol=1e-10)


def alpha_by_pairs(counts, level, scores):
    """Krippendorff's observed and expected disagreement, every pair of pairable ratings by itself."""
    units = [np.repeat(np.arange(len(row)), row) for row in counts if row.sum() > 1]
    everything = np.concatenate(units)
    totals = np.bincount(everything, minlength=len(scores))

    def difference(c, k):
        low, high = min(c, k), max(c, k)
        match level:
            case "nominal":
                return float(c != k)
            case "ordinal":
                return (totals[low : high + 1].sum() - (totals[c] + totals[k]) / 2) ** 2
            case "interval":
                return (scores[c] - scores[k]) ** 2
        return 0 if scores[c] + scores[k] == 0 else ((scores[c] - scores[k]) / (scores[c] + scores[k])) ** 2

    number = len(everything)
    observed = sum(
        difference(a, b) / (len(unit) - 1) for unit in units for a, b in itertools.permutations(unit, 2)
    )
    expected = sum(difference(a, b) for a, b in itertools.permutations(everything, 2)) / (number - 1)
    return 1 - observed / expected


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_by_pairs(level):
    generator = np.random.default_rng(5)
    scores = np.array([0.0, 1.0, 3.0, 4.0])
    for _ in range(4):
        counts = generator.multinomial(3, [0.3, 0.3, 0.2, 0.2], size=10)
        counts[0], counts[1] = [0, 1, 0, 0], [1, 0, 0, 1]
        figure = krippendorff_alpha(counts, level, scores)
        assert_allclose(figure.value, alpha_by_pairs(counts, level, scores), atol=1e-10)


def test_error_of_alpha_by_pairs():
    counts = read_ratings(FOUR_OBSERVERS).counts.astype(int)
    error = infinitesimal_jackknife("alpha", counts, np.eye(5))
    assert_allclose(krippendorff_alpha(counts, "nominal", range(5)).standard_error, error, atol=1e-7)


def test_ordinal_bootstrap_equals_resampling_written_out():
    """The fast sums of squares give for the drawn units what the plain formula gives."""
    counts = np.tile(read_ratings(FOUR_OBSERVERS, "ordinal").counts.astype(int), (2, 1))
    figure = krippendorff_alpha(counts, "ordinal", range(1, 6))
    generator = np.random.default_rng(1)
    paired = counts[counts.sum(axis=1) > 1]
    draws = [paired[generator.integers(0, 22, 22)] for _ in range(800)]
    alphas = np.array([krippendorff_value(draw) for draw in draws])
    assert_allclose(np.nanstd(alphas), figure.standard_error, rtol=0.12)
    assert_allclose(np.nanquantile(alphas, 0.025), figure.low, atol=0.06)


@pytest.mark.parametrize(("units", "bounded"), [(19, False), (20, True)])
def test_ordinal_alpha_of_few_units_has_no_bounds(units, bounded):
    counts = np.array([[2, 1, 0], [0, 3, 0], [1, 0, 2], [0, 1, 2], [3, 0, 0]] * 4)[:units]
    figure = krippendorff_alpha(counts, "ordinal", [1, 2, 3])
    assert np.isfinite(figure.value)
    assert np.isfinite([figure.low, figure.high, figure.standard_error]).tolist() == [bounded] * 3
    assert figure.reason == ("" if bounded else "fewer_than_20_units")


@pytest.mark.parametrize("units", [20, 40])
def test_bounds_of_ordinal_alpha_hold_it(units):
    generator = np.random.default_rng(units)

    def counts(number):
        level = generator.normal(size=(number, 1)) + 0.5 * generator.normal(size=(number, 3))
        ranks = np.searchsorted([-0.94, -0.28, 0.28, 0.94], level)
        return np.stack([(ranks == rank).sum(axis=1) for rank in range(5)], axis=1)

    true = krippendorff_value(counts(20_000))
    found = [krippendorff_alpha(counts(units), "ordinal", range(5)) for _ in range(200)]
    assert np.mean([one.low <= true <= one.high for one in found]) > 0.89


def krippendorff_value(counts):
    used = counts.sum(axis=0)
    middle = np.cumsum(used) - used / 2
    distance = np.subtract.outer(middle, middle) ** 2
    observed = sum((row @ distance @ row) / (row.sum() - 1) for row in counts)
    expected = used @ distance @ used / (used.sum() - 1)
    return 1 - observed / expected if expected else np.nan


def test_ordinal_alpha_depends_on_order_not_on_spacing():
    counts = [[2, 1, 0], [0, 3, 0], [1, 0, 2], [0, 1, 2]]
    near, far = (krippendorff_alpha(counts, "ordinal", scores).value for scores in ([1, 2, 3], [1, 2, 90]))
    assert near == far


# --- identities ------------------------------------------------------------------------------------------


def test_two_raters_are_a_case_of_many():
    table = np.random.default_rng(2).integers(1, 9, size=(3, 3))
    first, second = np.nonzero(np.ones((3, 3)))
    wide = pd.DataFrame({"one": np.repeat(first, table.ravel()), "two": np.repeat(second, table.ravel())})
    frame = agreement(wide).set_index("coefficient")["value"]
    share = table / table.sum()
    used = (share.sum(axis=0) + share.sum(axis=1)) / 2
    observed, scott = np.trace(share), (used**2).sum()
    chance = (used * (1 - used)).sum() / 2
    assert frame["fleiss_kappa"] == pytest.approx((observed - scott) / (1 - scott), abs=1e-12)
    assert frame["gwet_ac1"] == pytest.approx((observed - chance) / (1 - chance), abs=1e-12)
    number = 2 * table.sum()
    scott_pi = frame["fleiss_kappa"]
    assert frame["krippendorff_alpha"] == pytest.approx(1 - (1 - scott_pi) * (number - 1) / number, abs=1e-12)


def test_identity_weights_change_nothing():
    counts = read_ratings(PSYCHIATRISTS).counts
    assert gwet_ac(counts, np.eye(5)).value == gwet_ac(counts).value
    assert fleiss_kappa(counts, np.eye(5)).standard_error == fleiss_kappa(counts).standard_error


def test_quadratic_weights_with_two_categories_are_no_weights():
    counts = [[2, 0], [1, 1], [0, 2], [2, 0]]
    quadratic = agreement_weights("quadratic", [1, 2])
    assert gwet_ac(counts, quadratic).value == pytest.approx(gwet_ac(counts).value, abs=1e-12)


@steady
@given(COUNTS)
def test_bounds_hold_the_value(counts):
    for figure in (
        percent_agreement(counts),
        gwet_ac(counts),
        fleiss_kappa(counts),
        krippendorff_alpha(counts, "nominal", range(3)),
        krippendorff_alpha(counts, "interval", range(3)),
    ):
        assert np.isnan(figure.value) == (np.isnan(figure.value) and bool(figure.reason))
        assert bool(figure.method) != bool(figure.reason)
        if figure.method:
            assert figure.low <= figure.value <= figure.high <= 1
        assert figure.value <= 1 or np.isnan(figure.value)


@steady
@given(COUNTS, st.randoms(use_true_random=False))
def test_order_of_units_raters_and_categories_is_irrelevant(counts, shuffle):
    rows = list(range(len(counts)))
    shuffle.shuffle(rows)
    wide = pd.DataFrame(
        [np.concatenate([np.repeat(list("abc"), row), [None] * (9 - row.sum())]) for row in counts],
        columns=list("PQRSTUVWX"),
    )
    columns = list(wide.columns)
    shuffle.shuffle(columns)
    pd.testing.assert_frame_equal(agreement(wide), agreement(wide.loc[rows, columns]))


def test_hash_seed_and_row_order_do_not_show_in_the_bootstrap():
    long = FOUR_OBSERVERS.rename_axis("unit").reset_index().melt("unit", var_name="rater")
    backwards = long.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(agreement(long, "ordinal"), agreement(backwards, "ordinal"))
    pd.testing.assert_frame_equal(agreement(long, "ordinal"), agreement(FOUR_OBSERVERS, "ordinal"))


# --- the edges -------------------------------------------------------------------------------------------


def test_everybody_agrees_on_one_category():
    frame = agreement(pd.DataFrame({"ann": ["pass"] * 20, "bo": ["pass"] * 20})).set_index("coefficient")
    for name in ("percent_agreement", "gwet_ac1"):
        row = frame.loc[name]
        assert (row["value"], row["high"], row["standard_error"]) == (1, 1, 0)
        assert row["low"] == pytest.approx(0.025 ** (1 / 20))
        assert (row["method"], row["reason"]) == ("exact_all_agree", "")
    for name in ("cohen_kappa", "fleiss_kappa", "krippendorff_alpha"):
        assert np.isnan(frame.loc[name, "value"])
        assert np.isnan(frame.loc[name, "low"])
        assert frame.loc[name, "reason"] == "no_variation"


def test_everybody_agrees_on_several_categories():
    frame = agreement(pd.DataFrame({"ann": [1, 2, 3, 1], "bo": [1, 2, 3, 1]}), "ordinal")
    assert (frame["value"] == 1).all()
    assert (frame["high"] == 1).all()
    assert (frame["low"] < 1).all()
    assert set(frame["method"]) == {"exact_all_agree"}


def test_unused_categories_count_for_ac1_only():
    wide = pd.DataFrame({"ann": list("aabb"), "bo": list("abbb")})
    known = agreement(wide).set_index("coefficient")["value"]
    listed = agreement(wide, categories=list("abcd")).set_index("coefficient")["value"]
    changed = known.index[(known - listed).abs() > 1e-12].tolist()
    assert changed == ["gwet_ac1"]


@pytest.mark.parametrize(
    "wide",
    [
        pd.DataFrame({"ann": [1, 2, 3]}),
        pd.DataFrame({"ann": [1, None], "bo": [None, 2]}),
        pd.DataFrame({"ann": [None, None], "bo": [None, None]}),
        pd.DataFrame({"ann": [], "bo": []}),
        pd.DataFrame(),
    ],
    ids=["one rater", "each unit rated once", "all missing", "no unit", "nothing"],
)
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_nothing_to_compare(wide, level):
    frame = agreement(wide, level)
    assert frame["value"].isna().all()
    assert frame[["low", "high", "standard_error"]].isna().all(axis=None)
    assert (frame["reason"] != "").all()
    assert (frame["units"] == 0).all() or frame["coefficient"].str.startswith("icc").any()


def test_one_unit_has_a_value_but_no_interval():
    frame = agreement(pd.DataFrame({"ann": ["a"], "bo": ["a"], "cy": ["b"]})).set_index("coefficient")
    assert frame.loc["percent_agreement", "value"] == pytest.approx(1 / 3)
    assert frame.loc["percent_agreement", "reason"] == "one_unit_only"
    assert np.isnan(frame.loc["percent_agreement", "low"])


def test_units_that_all_disagree_alike_have_no_interval():
    frame = agreement(pd.DataFrame({"ann": ["a"] * 4, "bo": ["b"] * 4}))
    assert reason_of(frame, "percent_agreement") == "no_spread_between_units"
    assert value_of(frame, "percent_agreement") == 0
    assert value_of(frame, "cohen_kappa") == 0


def test_columns_and_types():
    frame = agreement(FOUR_OBSERVERS, "interval")
    assert list(frame.columns) == [
        "coefficient", "value", "low", "high", "standard_error", "units", "raters", "ratings", "method",
        "reason",
    ]  # fmt: skip
    assert frame["value"].dtype == float
    assert [name for name in frame["coefficient"] if name.startswith("icc")] == [
        "icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k",
    ]  # fmt: skip


def test_ordinal_texts_follow_the_order_given():
    order = ["poor", "fair", "good"]
    words = pd.DataFrame({"ann": ["poor", "good", "fair", "good"], "bo": ["fair", "good", "fair", "poor"]})
    numbers = words.replace({"poor": 1, "fair": 2, "good": 3}).astype(int)
    by_words, by_numbers = agreement(words, "ordinal", categories=order), agreement(numbers, "ordinal")
    pd.testing.assert_frame_equal(by_words, by_numbers)
    typed = words.astype(pd.CategoricalDtype(order, ordered=True))
    pd.testing.assert_frame_equal(agreement(typed, "ordinal"), by_numbers)
    long = typed.rename_axis("unit").reset_index().melt("unit", var_name="rater")
    long["value"] = long["value"].astype(pd.CategoricalDtype(order, ordered=True))
    pd.testing.assert_frame_equal(agreement(long, "ordinal"), by_numbers)


def test_not_applicable_as_missing_or_as_category():
    wide = pd.DataFrame({"ann": ["y", "n", "N/A", "y"], "bo": ["y", "y", "N/A", "N/A"]})
    missing = agreement(wide, not_applicable=["N/A"])
    pd.testing.assert_frame_equal(missing, agreement(wide, not_applicable="N/A"))
    apart = agreement(wide, not_applicable=["N/A"], not_applicable_as="category", categories=["y", "n"])
    assert value_of(missing, "percent_agreement") == 0.5
    assert value_of(apart, "percent_agreement") == 0.5
    assert (missing["units"].iloc[0], apart["units"].iloc[0]) == (2, 4)
    with pytest.raises(ValueError, match="has no place in an order: with level ordinal it must be missing"):
        agreement(wide, "ordinal", not_applicable=["N/A"], not_applicable_as="category")


def test_measurements_are_no_categories():
    scores = np.random.default_rng(3).normal(size=1100)
    noise = np.random.default_rng(4).normal(size=1100)
    frame = agreement(pd.DataFrame({"a": scores, "b": scores + noise / 3}), "interval")
    assert reason_of(frame, "krippendorff_alpha") == "more_than_2000_different_values"
    assert value_of(frame, "icc_2_1") == pytest.approx(0.9, abs=0.05)


def test_by_item():
    rows = [(u, r, "ab"[(u * k) % 2], f"item{k}") for u in range(6) for r in "xy" for k in (1, 2)]
    long = pd.DataFrame(rows, columns=["unit", "rater", "value", "item"])
    frame = agreement(long, by="item")
    assert list(frame.columns)[:2] == ["item", "coefficient"]
    first = frame[frame["item"] == "item1"].drop(columns="item").reset_index(drop=True)
    pd.testing.assert_frame_equal(first, agreement(long[long["item"] == "item1"]))
    assert agreement(long.iloc[:0], by="item").empty


def test_custom_weights():
    matrix = np.array([[1, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 1]])
    wide = pd.DataFrame({"ann": [1, 2, 3, 3], "bo": [1, 3, 3, 2]})
    frame = agreement(wide, "ordinal", weights=matrix)
    assert value_of(frame, "gwet_ac2_custom") == gwet_ac(read_ratings(wide).counts, matrix).value
    assert "weighted_kappa_custom" in set(frame["coefficient"])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: agreement(FOUR_OBSERVERS, "metric"),
            "level must be one of nominal, ordinal, interval, ratio",
        ),
        (lambda: agreement(FOUR_OBSERVERS, categories=[1, 2, 3]), "Values outside the categories: 4.0, 5.0"),
        (lambda: agreement(pd.DataFrame({"a": ["x"]}), "interval"), "Level interval needs numbers; found x."),
        (lambda: agreement(pd.DataFrame({"a": [-1, 1]}), "ratio"), "values of 0 or more; found -1."),
        (lambda: agreement(pd.DataFrame({"a": [np.inf]})), "Ratings must be finite; found inf."),
        (lambda: agreement(FOUR_OBSERVERS, confidence=95), "confidence must lie between 0 and 1"),
        (lambda: agreement(FOUR_OBSERVERS, "ordinal", weights=["cubic"]), "found 'cubic'"),
        (lambda: gwet_ac([[1, 1]], np.zeros((2, 2))), "weights count agreement, not distance"),
        (lambda: gwet_ac([[1, 1]], np.eye(3)), "Weights for 2 categories must be 2 x 2; found"),
        (lambda: gwet_ac([[0.5, 1]]), "counts must be whole numbers, 0 or more"),
        (lambda: cohen_kappa([[1, 2]]), "must be square"),
        (lambda: fleiss_null_standard_error([[1, 1], [3, 0]]), "the same number of ratings"),
        (lambda: intraclass_correlations([1, 2]), "a table of units by raters"),
        (
            lambda: agreement(pd.DataFrame({"unit": [1, 1], "rater": ["a", "a"], "value": [1, 2]})),
            "found more than one rating of 1 by a",
        ),
    ],
)
def test_faults_are_said(call, sentence):
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        call()


def test_half_a_long_table_is_refused():
    with pytest.raises(FrameError, match="needs the column unit; present: rater, value"):
        agreement(pd.DataFrame({"rater": ["a"], "value": [1]}))


# --- intraclass correlations -----------------------------------------------------------------------------


def test_intraclass_bounds_solve_their_definition():
    """At the bounds of ICC(3,1) the F ratio stands exactly on its quantiles (McGraw and Wong 1996)."""
    scores = np.random.default_rng(8).normal(size=(12, 3)) + np.arange(12)[:, None] / 4
    frame = intraclass_correlations(scores, confidence=0.9).set_index("coefficient")
    for name, rest in (("icc_1_1", 24), ("icc_3_1", 22)):
        row = frame.loc[name]
        for bound, quantile in ((row["low"], 0.95), (row["high"], 0.05)):
            ratio = (1 + 2 * bound) / (1 - bound)
            assert_allclose(row["f"] / ratio, stats.f.ppf(quantile, 11, rest), rtol=1e-9)
    single, average = frame.loc["icc_2_1"], frame.loc["icc_2_k"]
    assert average["value"] == pytest.approx(3 * single["value"] / (1 + 2 * single["value"]))


def test_intraclass_without_variation_or_residual():
    flat = intraclass_correlations(np.ones((4, 3)))
    assert flat["value"].isna().all()
    assert set(flat["reason"]) == {"no_variation"}
    perfect = intraclass_correlations([[1, 1], [2, 2], [3, 3]])
    assert perfect["value"].tolist() == [1] * 6
    assert perfect[["low", "high"]].isna().all(axis=None)
    assert set(perfect["reason"]) == {"no_residual_variation"}
    shifted = intraclass_correlations([[1, 2], [2, 3], [3, 4]]).set_index("coefficient")["value"]
    assert shifted["icc_3_1"] == 1
    assert shifted["icc_2_1"] < 1


def test_intraclass_far_below_zero():
    frame = intraclass_correlations([[1, 1], [2, 2], [2, 1], [1, 2]]).set_index("coefficient")
    assert frame.loc["icc_2_1", "low"] < -1
    assert np.isnan(frame.loc["icc_2_k", "low"])
    assert frame.loc["icc_2_k", "reason"] == "no_lower_bound"
    assert frame.loc["icc_2_k", "value"] == 0 < frame.loc["icc_2_k", "high"]
    crossed = intraclass_correlations([[0, 3], [3, 0], [0, 3.1], [3.1, 0]]).set_index("coefficient")
    assert np.isnan(crossed.loc["icc_2_k", "value"])
    assert crossed.loc["icc_2_k", "reason"] == "negative_variance"


# --- coverage --------------------------------------------------------------------------------------------


COVERED = ("percent_agreement", "gwet_ac1", "fleiss_kappa", "krippendorff_alpha")


def test_intervals_cover_as_often_as_they_say():
    """400 samples, 3 raters: near 95 % for agreement and AC1 from 60 units, for kappa and alpha from 200.

    With few units and nearly all ratings alike the bounds of kappa and alpha cover too little (89 % at 60
    units here), as the module says.
    """
    generator = np.random.default_rng(20)
    everything = sampled(generator, 400_000)
    truth = {name: value_of_counts(name, everything).value for name in COVERED}
    for units, names in ((60, COVERED[:2]), (200, COVERED)):
        hits = dict.fromkeys(names, 0)
        for _ in range(400):
            counts = sampled(generator, units)
            for name in names:
                figure = value_of_counts(name, counts)
                hits[name] += figure.low <= truth[name] <= figure.high
        for name, number in hits.items():
            assert 0.92 <= number / 400 <= 0.98, (name, units, number / 400)


def test_cases_rated_once_can_be_left_out_of_the_error():
    """80 of 880 cases double-coded: counted, the error is several times what the double-coded cases say."""
    generator = np.random.default_rng(7)
    counts = np.vstack([sampled_twice(generator, 80), np.eye(2)[generator.integers(0, 2, 800)]])
    given = [[*np.repeat(["fail", "pass"], row.astype(int)), None][:2] for row in counts]
    wide = pd.DataFrame(given, columns=["a", "b"])
    counted = agreement(wide).set_index("coefficient").loc["percent_agreement"]
    apart = agreement(wide, rated_once="leave_out").set_index("coefficient").loc["percent_agreement"]
    assert counted["value"] == apart["value"]
    share = apart["value"]
    assert apart["standard_error"] == pytest.approx(np.sqrt(share * (1 - share) / 79))
    assert counted["standard_error"] > 2 * apart["standard_error"]


def sampled_twice(generator, units):
    first = generator.random(units) < 0.8
    second = np.where(generator.random(units) < 0.85, first, ~first)
    passed = first.astype(int) + second
    return np.column_stack([2 - passed, passed])


def sampled(generator, units):
    hard = generator.random(units) < 0.3
    chance = np.where(hard, 0.6, 0.93)
    passed = generator.binomial(3, chance)
    return np.column_stack([passed, 3 - passed])


def value_of_counts(name, counts):
    if name == "krippendorff_alpha":
        return krippendorff_alpha(counts, "nominal", [1, 2])
    return {"percent_agreement": percent_agreement, "fleiss_kappa": fleiss_kappa, "gwet_ac1": gwet_ac}[name](
        counts
    )
