"""The coefficients equal what others printed, to the digits they printed."""

import numpy as np
import pandas as pd
import pytest

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
from tests.agreement.published import (
    ABSTRACTORS,
    COHEN_1968,
    FLEISS_1969,
    FLEISS_1969_WEIGHTS,
    FOUR_OBSERVERS,
    JUDGES,
    PSYCHIATRISTS,
    SIX_RATERS,
)


def printed(value: float, digits: int) -> float:
    return round(float(value), digits)


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_four_observers(level, alpha):
    """Krippendorff (2004), section 11.4."""
    frame = agreement(FOUR_OBSERVERS, level).set_index("coefficient")
    row = frame.loc["krippendorff_alpha"]
    assert printed(row["value"], 3) == alpha
    assert (row["units"], row["raters"], row["ratings"]) == (11, 4, 40)
    if level == "ordinal":  # eleven units are too few to resample
        assert np.isnan([row["low"], row["high"]]).all()
    else:
        assert row["low"] < row["value"] < row["high"]


def test_four_observers_as_irrcac_prints_them():
    """README of irrCAC: percent agreement, AC1, Fleiss and alpha with their standard errors and bounds."""
    frame = agreement(FOUR_OBSERVERS).set_index("coefficient")
    expected = {
        "percent_agreement": (0.81818, 0.12561, 0.542, 1.0),
        "gwet_ac1": (0.77544, 0.14295, 0.461, 1.0),
        "fleiss_kappa": (0.76117, 0.15302, 0.424, 1.0),
    }
    for name, (value, error, low, high) in expected.items():
        row = frame.loc[name]
        assert printed(row["value"], 5) == value
        assert printed(row["standard_error"], 5) == error
        assert (printed(row["low"], 3), printed(row["high"], 3)) == (low, high)
    # The present README prints the error of alpha as 0.14548, that of version 1.0 as 0.14557.
    assert printed(frame.loc["krippendorff_alpha", "value"], 5) == 0.74342
    assert printed(frame.loc["krippendorff_alpha", "standard_error"], 5) == 0.14548


@pytest.mark.parametrize(
    ("name", "value", "error", "low"),
    [
        ("linear", 0.859, 0.117, 0.600),
        ("quadratic", 0.914, 0.104, 0.685),
        ("ordinal", 0.899, 0.107, 0.664),
        ("radical", 0.820, 0.128, 0.537),
        ("ratio", 0.857, 0.122, 0.589),
    ],
)
def test_ac2_of_four_observers(name, value, error, low):
    """The results of irrCAC for its data set of four raters, weighted."""
    counts = read_ratings(FOUR_OBSERVERS).counts
    figure = gwet_ac(counts, agreement_weights(name, [1, 2, 3, 4, 5]))
    found = (printed(figure.value, 3), printed(figure.standard_error, 3), printed(figure.low, 3))
    assert found == (value, error, low)
    assert figure.high == 1


def test_distribution_of_six_raters():
    """README of irrCAC: gwet.ac1.dist, fleiss.kappa.dist, krippen.alpha.dist."""
    ac1, fleiss = gwet_ac(SIX_RATERS), fleiss_kappa(SIX_RATERS)
    assert (printed(ac1.value, 7), printed(ac1.standard_error, 8)) == (0.4448007, 0.08418757)
    assert (printed(ac1.low, 3), printed(ac1.high, 3)) == (0.264, 0.625)
    assert (printed(fleiss.value, 7), printed(fleiss.standard_error, 8)) == (0.4139265, 0.08119291)
    assert (printed(fleiss.low, 2), printed(fleiss.high, 3)) == (0.24, 0.588)
    assert printed(krippendorff_alpha(SIX_RATERS, "nominal", range(5)).value, 7) == 0.4204384
    assert printed(percent_agreement(SIX_RATERS).value, 7) == 0.5511111


def test_fleiss_kappa_of_psychiatrists():
    """Fleiss (1971): kappa .430; z = 17.7 as R's irr prints it, from the error of 1979.

    The error by the formula of 1971 is .028, written out here a second time.
    """
    counts = read_ratings(PSYCHIATRISTS).counts
    kappa = fleiss_kappa(counts).value
    assert printed(kappa, 3) == 0.430
    assert printed(percent_agreement(counts).value, 3) == 0.556
    shares = counts.sum(axis=0) / 180
    chance, cubes = (shares**2).sum(), (shares**3).sum()
    variance = 2 / (30 * 6 * 5) * (chance - 9 * chance**2 + 8 * cubes) / (1 - chance) ** 2
    assert fleiss_null_standard_error(counts, published=1971) == pytest.approx(np.sqrt(variance), abs=1e-12)
    assert printed(np.sqrt(variance), 3) == 0.028
    assert printed(kappa / fleiss_null_standard_error(counts, published=1979), 1) == 17.7


def test_two_abstractors():
    """README of irrCAC: kappa2.table, scott2.table, gwet.ac1.table, krippen2.table, pa2.table."""
    first, second = np.nonzero(np.ones((3, 3)))
    number = np.array(ABSTRACTORS).ravel()
    wide = pd.DataFrame({"one": np.repeat(first, number), "two": np.repeat(second, number)})
    frame = agreement(wide).set_index("coefficient")
    values, errors = frame["value"], frame["standard_error"]
    assert printed(values["cohen_kappa"], 7) == 0.7964094
    assert printed(errors["cohen_kappa"], 8) == 0.05891072
    assert printed(values["fleiss_kappa"], 7) == 0.7962397  # with two raters Scott's pi
    assert printed(values["gwet_ac1"], 7) == 0.8493305
    assert printed(values["krippendorff_alpha"], 7) == 0.7972585
    assert values["percent_agreement"] == 0.89
    # Its functions for tables divide the variance by n, those for raw ratings, as ours, by n - 1.
    by_table = errors * np.sqrt(99 / 100)
    assert printed(by_table["fleiss_kappa"], 8) == 0.05905473
    assert printed(by_table["gwet_ac1"], 8) == 0.04321747
    assert printed(by_table["percent_agreement"], 8) == 0.03128898
    quadratic = cohen_kappa(ABSTRACTORS, agreement_weights("quadratic", [1, 2, 3]))
    assert (printed(quadratic.value, 3), printed(quadratic.low, 2)) == (0.892, 0.82)


def test_weighted_kappa_of_cohen():
    """Cohen (1968): kappa .492, weighted .348, and .353 with weights that are not symmetric."""
    assert printed(cohen_kappa(COHEN_1968).value, 3) == 0.492
    distance = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    assert printed(cohen_kappa(COHEN_1968, 1 - distance / 6).value, 3) == 0.348
    uneven = np.array([[0, 1, 4], [1, 0, 6], [2, 2, 0]])
    assert printed(cohen_kappa(COHEN_1968, 1 - uneven / 6).value, 3) == 0.353


def test_standard_errors_of_kappa():
    """The table and weights of Fleiss, Cohen and Everitt (1969), as R's psych keeps them.

    Figures by statsmodels 0.15 (cohens_kappa), which follows that paper.
    """
    plain, weighted = cohen_kappa(FLEISS_1969), cohen_kappa(FLEISS_1969, FLEISS_1969_WEIGHTS)
    assert (printed(plain.value, 3), printed(plain.standard_error**2, 6)) == (0.429, 0.002885)
    assert (printed(weighted.value, 3), printed(weighted.standard_error**2, 6)) == (0.507, 0.003248)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [(None, (0.4842, 0.1380, 0.2137, 0.7547)), ("linear", (0.4701, 0.1457, 0.1845, 0.7558))],
)
def test_kappa_as_sas_prints_it(weights, expected):
    """Output of SAS PROC FREQ for a 3 x 3 table, as kept in the tests of statsmodels."""
    matrix = None if weights is None else agreement_weights(weights, [0, 1, 2])
    figure = cohen_kappa([[0, 4, 1], [0, 8, 0], [0, 1, 5]], matrix)
    found = (figure.value, figure.standard_error, figure.low, figure.high)
    assert tuple(printed(number, 4) for number in found) == expected


def test_intraclass_correlations_of_judges():
    """Shrout and Fleiss (1979), tables 2 to 4; bounds as R's psych prints them."""
    frame = intraclass_correlations(JUDGES).set_index("coefficient")
    assert frame["value"].round(2).tolist() == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    assert frame["low"].round(3).tolist() == [-0.133, 0.019, 0.342, -0.884, 0.071, 0.676]
    assert frame["high"].round(2).tolist() == [0.72, 0.76, 0.95, 0.91, 0.93, 0.99]
    assert frame["f"].round(1).tolist() == [1.8, 11.0, 11.0, 1.8, 11.0, 11.0]
    assert frame["p_value"].round(5).tolist() == [0.16477, 0.00013, 0.00013, 0.16477, 0.00013, 0.00013]
    assert frame["freedom_2"].tolist() == [18, 15, 15, 18, 15, 15]


def test_kappa_paradox():
    """98 % pass: raters agree on 95 % of the cases, kappa finds nothing, AC1 stays with the agreement."""
    ann, bo = ["pass"] * 98 + ["fail"] * 2, ["pass"] * 95 + ["fail"] * 3 + ["pass"] * 2
    values = agreement(pd.DataFrame({"ann": ann, "bo": bo})).set_index("coefficient")["value"]
    assert values["percent_agreement"] == 0.95
    assert printed(values["cohen_kappa"], 2) == -0.02
    assert printed(values["gwet_ac1"], 3) == 0.947


def test_cohen_kappa_equals_statsmodels():
    rater = pytest.importorskip("statsmodels.stats.inter_rater", reason="statsmodels is not installed")
    table = np.random.default_rng(4).integers(0, 9, size=(4, 4)) + 3 * np.eye(4, dtype=int)
    for name in ("identity", "linear", "quadratic"):
        power = {"identity": None, "linear": 1, "quadratic": 2}[name]
        distance = None if power is None else np.abs(np.subtract.outer(np.arange(4), np.arange(4))) ** power
        expected = rater.cohens_kappa(table, weights=distance)
        found = cohen_kappa(table, agreement_weights(name, range(4)))
        assert found.value == pytest.approx(expected.kappa, abs=1e-12)
        assert found.standard_error == pytest.approx(expected.std_kappa, abs=1e-12)
