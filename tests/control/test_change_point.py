"""Since when: known changes are dated, steady series are called steady."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sqaudit.control.change_point import change_point, change_points

# Flow of the Nile at Aswan 1871-1970: Cobb (1978), Biometrika 65:243-251, dates the fall to 1898.
NILE = [
    *[
        1120,
        1160,
        963,
        1210,
        1160,
        1160,
        813,
        1230,
        1370,
        1140,
        995,
        935,
        1110,
        994,
        1020,
        960,
        1180,
        799,
        958,
    ],
    *[
        1140,
        1100,
        1210,
        1150,
        1250,
        1260,
        1220,
        1030,
        1100,
        774,
        840,
        874,
        694,
        940,
        833,
        701,
        916,
        692,
        1020,
    ],
    *[1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796],
    *[1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874],
    *[848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718],
    *[714, 740],
]
# Coal mining disasters in Britain 1851-1962: Jarrett (1979), Biometrika 66:191-193; Raftery and Akman (1986),
# Biometrika 73:85-89, put the change between 1886 and 1896, most likely about 1891, from 3.1 to 0.9 a year.
COAL = [
    int(digit)
    for digit in "45410434063340263354531441553425223421322111130010110031032"
    "20111010100021000110233112111124200014000100000100101"
]


def test_the_nile_fell_after_1898() -> None:
    frame = pd.DataFrame({"period": range(1871, 1971), "value": NILE})
    found = change_point(frame, "mean")
    assert found.since == 1899
    assert (found.earliest, found.latest) == (1897, 1900)
    assert found.p_value == 1 / 2000
    assert round(found.before, 2) == 1097.75
    assert change_point(frame.sample(frac=1, random_state=3), "mean") == found


def test_coal_mining_disasters_became_rarer_about_1891() -> None:
    assert sum(COAL) == 191
    frame = pd.DataFrame({"period": range(1851, 1963), "numerator": COAL, "denominator": 1})
    found = change_point(frame, "count")
    assert found.since in (1891, 1892)
    assert found.earliest == pytest.approx(1886, abs=1)
    assert found.latest == pytest.approx(1896, abs=1)
    assert (round(found.before, 1), round(found.after, 1)) == (3.1, 0.9)
    assert change_points(frame, "count")[0].since == found.since


def test_a_steady_series_has_no_change_point_in_nineteen_of_twenty() -> None:
    draw = np.random.default_rng(5)
    found = 0
    for _ in range(200):
        level = draw.beta(80, 20, 24)  # over-dispersed: the level wanders without memory
        frame = pd.DataFrame(
            {"period": range(24), "numerator": draw.binomial(500, level), "denominator": 500}
        )
        found += change_point(frame, "share").found
    assert found <= 20  # 10 expected; more than 20 has a chance of 0.001


def test_the_interval_holds_the_true_place() -> None:
    draw = np.random.default_rng(6)
    held, clear = 0, 0
    for _ in range(150):
        level = np.where(np.arange(30) < 17, 0.90, 0.86)
        frame = pd.DataFrame(
            {"period": range(30), "numerator": draw.binomial(400, level), "denominator": 400}
        )
        one = change_point(frame, "share")
        clear += one.found
        held += bool(one.found and one.earliest <= 17 <= one.latest)
    assert clear >= 120
    assert held / clear >= 0.90


def test_too_few_points_and_alike_points_are_answers() -> None:
    frame = pd.DataFrame({"period": range(5), "value": [1.0, 2, 3, 4, 5]})
    assert change_point(frame, "mean").reason == "too_few"
    alike = pd.DataFrame({"period": range(20), "numerator": 5, "denominator": 10})
    steady = change_point(alike, "share")
    assert (steady.found, steady.since, steady.reason) == (False, None, "steady")
    assert change_points(alike.iloc[:0], "share") == []
    assert change_point(alike.assign(numerator=10), "share").reason == "steady"
    assert change_point(alike.assign(numerator=0), "count").reason == "steady"


def test_periods_without_cases_are_left_out() -> None:
    frame = pd.DataFrame({"period": range(13), "numerator": [90] * 6 + [0] + [60] * 6, "denominator": 100})
    frame.loc[6, "denominator"] = 0
    found = change_point(frame, "share")
    assert (found.since, found.points) == (7, 12)


def test_impossible_input_is_refused() -> None:
    frame = pd.DataFrame({"period": [1, 2], "numerator": [5, 2], "denominator": [4, 4]})
    with pytest.raises(ValueError, match="for shares at most the denominator"):
        change_point(frame, "share")
    with pytest.raises(ValueError, match="measure must be share, count or mean; found 'median'"):
        change_point(frame, "median")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1"):
        change_point(frame, "count", confidence=95)
