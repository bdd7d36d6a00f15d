"""Published examples, small enough to stand here, and designs small enough to draw every sample there is."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from sqaudit.estimates import (
    IntervalSettings,
    Mean,
    Ratio,
    Share,
    SurveyDesign,
    Total,
    estimate,
    survey,
)  # fmt: skip


def two_points(n: int, mean: float, variance: float) -> np.ndarray:
    """n numbers with this mean and this variance (divisor n - 1)."""
    shape = np.linspace(-1, 1, n)
    return mean + shape * np.sqrt(variance / shape.var(ddof=1))


def test_signatures_of_petition_sheets_as_printed_by_cochran() -> None:
    """Cochran (1977), Sampling Techniques, section 2.8: 50 of 676 sheets, total 19,888, 80 % limits."""
    counts = {42: 23, 41: 4, 36: 1, 32: 1, 29: 1, 27: 2, 23: 1, 19: 1, 16: 2, 15: 2, 14: 1, 11: 1, 10: 1,
              9: 1, 7: 1, 6: 3, 5: 2, 4: 1, 3: 1}  # fmt: skip
    sheets = pd.DataFrame({"signatures": np.repeat([*counts], [*counts.values()]), "sheets": 676})
    sample = survey(sheets, SurveyDesign(populations="sheets"))
    settings = IntervalSettings(confidence=0.8, distribution="normal")
    row = estimate(sample, Total("signatures"), settings=settings).iloc[0]
    assert (row["n"], row["population"]) == (50, pytest.approx(676))
    assert row["estimate"] == pytest.approx(19888, abs=0.5)
    # Printed with the quantile 1.28 and a root of 7.07.
    assert (row["low"], row["high"]) == (pytest.approx(18107, abs=6), pytest.approx(21669, abs=6))


def test_acres_of_counties_as_printed_by_lohr() -> None:
    """Lohr (2010), Sampling: Design and Analysis, 2nd ed., section 3.2: four regions of 3,078 counties."""
    regions = [  # counties, sampled, mean, variance
        ("NE", 220, 21, 97629.81, 7647472708),
        ("NC", 1054, 103, 300504.16, 29618183543),
        ("S", 1382, 135, 211315.04, 53587487856),
        ("W", 422, 41, 662295.51, 396185950266),
    ]
    rows = [
        pd.DataFrame({"region": name, "counties": size, "acres": two_points(n, mean, variance)})
        for name, size, n, mean, variance in regions
    ]
    sample = survey(pd.concat(rows, ignore_index=True), SurveyDesign(strata="region", populations="counties"))
    total, mean = estimate(sample, [Total("acres"), Mean("acres")]).to_dict("records")
    assert total["estimate"] == pytest.approx(909736034, rel=1e-8)
    assert total["standard_error"] == pytest.approx(50417248, rel=1e-7)
    assert mean["estimate"] == pytest.approx(295560.77, abs=0.01)
    assert mean["standard_error"] == pytest.approx(16379.87, abs=0.01)


def test_grade_points_of_suites_as_printed_by_lohr() -> None:
    """Lohr (2010), section 5.2: 5 of 100 suites of four; total 1130.4, mean 2.826, error 0.164."""
    suites = [
        (3.08, 2.60, 3.44, 3.04),
        (2.36, 3.04, 3.28, 2.68),
        (2.00, 2.56, 2.52, 1.88),
        (3.00, 2.88, 3.44, 3.64),
        (2.68, 1.92, 3.28, 3.20),
    ]
    students = pd.DataFrame(
        [(suite, points, 100) for suite, all_points in enumerate(suites) for points in all_points],
        columns=["suite", "points", "suites"],
    )
    sample = survey(students, SurveyDesign(clusters="suite", populations="suites"))
    total, mean = estimate(sample, [Total("points"), Mean("points")]).to_dict("records")
    assert total["estimate"] == pytest.approx(1130.4)
    assert mean["estimate"] == pytest.approx(2.826)
    assert mean["standard_error"] == pytest.approx(0.164, abs=5e-4)
    assert mean["degrees_of_freedom"] == 4


VALUES = pd.DataFrame({"case": range(6), "value": [3.0, 7.0, 8.0, 1.0, 4.0, 12.0]})


def every_sample(samples: list[pd.DataFrame], **names: object) -> pd.DataFrame:
    """All samples there are, each a stratum of its own: one call estimates from all of them."""
    stacked = pd.concat([sample.assign(draw=draw) for draw, sample in enumerate(samples)], ignore_index=True)
    return estimate(survey(stacked, SurveyDesign(**names)), Total("value"), by="draw")  # type: ignore[arg-type]


def unbiased(found: pd.DataFrame, truth: float) -> None:
    """Over all samples the mean is the truth, and the mean variance that of the estimates."""
    assert found["estimate"].mean() == pytest.approx(truth)
    assert (found["standard_error"] ** 2).mean() == pytest.approx(found["estimate"].var(ddof=0))


def test_totals_and_variances_are_unbiased_over_all_simple_samples() -> None:
    samples = [VALUES.iloc[list(rows)].assign(cases=6) for rows in combinations(range(6), 3)]
    unbiased(every_sample(samples, strata="draw", populations="cases"), 35.0)


def test_totals_and_variances_are_unbiased_over_all_samples_with_replacement() -> None:
    """Hansen and Hurwitz: two draws with unequal probabilities, all ordered pairs with their chance."""
    chance = np.array([0.1, 0.2, 0.2, 0.05, 0.15, 0.3])
    pairs = list(product(range(6), repeat=2))
    samples = [VALUES.iloc[list(pair)].assign(weight=1 / (2 * chance[list(pair)])) for pair in pairs]
    found = every_sample(samples, strata="draw", weight="weight", unequal=True)
    weight = np.array([chance[first] * chance[second] for first, second in pairs])
    estimates = found["estimate"].to_numpy()
    assert weight @ estimates == pytest.approx(35.0)
    assert weight @ found["standard_error"].to_numpy() ** 2 == pytest.approx(weight @ (estimates - 35.0) ** 2)


def test_totals_and_variances_are_unbiased_over_all_samples_of_two_stages() -> None:
    """Clusters of 3, 3 and 4 cases: every draw of two clusters, then of two cases in each."""
    population = pd.DataFrame(
        {"cluster": list("aaabbbcccc"), "value": [1.0, 5, 3, 8, 2, 2, 9, 4, 7, 1], "clusters": 3}
    )
    population["cases"] = population.groupby("cluster")["value"].transform("size")
    inner = {name: list(combinations(rows.index, 2)) for name, rows in population.groupby("cluster")}
    samples, weight = [], []
    for first, second in combinations("abc", 2):
        for rows in product(inner[first], inner[second]):
            samples.append(population.loc[[*rows[0], *rows[1]]])
            weight.append(1 / (3 * len(inner[first]) * len(inner[second])))
    found = every_sample(samples, strata="draw", clusters="cluster", populations=("clusters", "cases"))
    estimates, chance = found["estimate"].to_numpy(), np.array(weight)
    assert chance @ estimates == pytest.approx(42.0)
    assert chance @ found["standard_error"].to_numpy() ** 2 == pytest.approx(chance @ (estimates - 42.0) ** 2)


def test_a_domain_is_not_a_sample_of_its_own() -> None:
    """The domain total of a simple random sample, by the formula of Cochran (1977), section 2.13."""
    frame = pd.DataFrame({"team": list("AABBBBBBAB"), "value": [3.0, 5, 2, 8, 1, 4, 4, 9, 6, 2], "calls": 40})
    row = estimate(survey(frame, SurveyDesign(populations="calls")), Total("value"), by="team").iloc[0]
    zero_filled = np.where(frame["team"] == "A", frame["value"], 0.0)
    assert row["estimate"] == pytest.approx(40 * zero_filled.mean())
    assert row["standard_error"] == pytest.approx(40 * np.sqrt(0.75 * zero_filled.var(ddof=1) / 10))


def test_a_ratio_by_the_formula_of_cochran() -> None:
    """Cochran (1977), section 6.3, on numbers made here."""
    frame = pd.DataFrame({"y": [2.0, 5, 3, 8], "x": [4.0, 9, 5, 12], "cases": 20})
    row = estimate(survey(frame, SurveyDesign(populations="cases")), Ratio("y", "x")).iloc[0]
    residual = frame["y"] - 0.6 * frame["x"]
    assert row["estimate"] == pytest.approx(0.6)
    assert row["standard_error"] == pytest.approx(np.sqrt(0.8 * (residual**2).sum() / 3 / 4) / 7.5)


def test_design_effect_of_a_simple_sample_is_one() -> None:
    frame = pd.DataFrame({"good": [1, 0, 1, 1, 0], "calls": 60})
    assert estimate(survey(frame, SurveyDesign(populations="calls")), Share("good"))["design_effect"][
        0
    ] == pytest.approx(1)
