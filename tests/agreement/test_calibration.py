"""A calibration session finds who stands out and which items divide, and spares those who do neither."""

import itertools

import numpy as np
import pandas as pd
import pytest

from sqaudit.agreement import calibration_inspectors, calibration_items, deviations
from sqaudit.agreement.calibration import ITEMS
from sqaudit.errors import FrameError
from sqaudit.intervals import clopper_pearson

COLUMNS = ["case", "item", "inspector", "value"]


def session(generator, rates, cases=10, items=("greeting", "solution", "tone")):
    """Inspectors who turn the right answer around at their own rate."""
    rows = [
        (case, item, f"i{number}", "pass" if generator.random() >= rate else "fail")
        for case in range(cases)
        for item in items
        for number, rate in enumerate(rates)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_consensus_ties_and_reference():
    rows = [(1, "tone", "a", "y"), (1, "tone", "b", "n"), (2, "tone", "a", "y"), (2, "tone", "b", "y")]
    rated = pd.DataFrame(rows, columns=COLUMNS)
    by_most = deviations(rated)
    assert by_most["deviates"].isna().tolist() == [True, True, False, False]
    reference = pd.DataFrame([(1, "tone", "n"), (3, "tone", "y")], columns=["case", "item", "value"])
    by_experts = deviations(rated, reference)
    assert by_experts["deviates"].tolist() == [True, False, pd.NA, pd.NA]


def test_numbers_deviate_beyond_the_tolerance():
    rows = [(1, "score", name, value) for name, value in zip("abcd", [4, 5, 5, 9], strict=True)]
    rated = pd.DataFrame(rows, columns=COLUMNS)
    assert deviations(rated, tolerance=1)["deviates"].tolist() == [False, False, False, True]
    assert deviations(rated, tolerance=0)["deviates"].tolist() == [True, False, False, True]


def test_exact_probability_is_that_of_all_orders():
    """Three cases, three inspectors: every way the numbers of deviations could have fallen, counted."""
    generator = np.random.default_rng(2)
    rated = session(generator, [0.6, 0.2, 0.2], cases=3)
    reference = pd.DataFrame(
        [(case, item, "pass") for case in range(3) for item in rated["item"].unique()],
        columns=["case", "item", "value"],
    )
    frame = calibration_inspectors(rated, reference).set_index("inspector")
    numbers = (rated["value"] == "fail").groupby([rated["case"], rated["inspector"]]).sum().unstack()
    for name in numbers.columns:
        ways = [sum(draw) for draw in itertools.product(*numbers.to_numpy())]
        expected = np.mean(np.array(ways) >= numbers[name].sum())
        assert frame.loc[name, "p_value"] == pytest.approx(expected)
        assert frame.loc[name, "expected"] == pytest.approx(np.mean(ways))
        low, high = clopper_pearson(numbers[name].sum(), 9)
        assert (frame.loc[name, "low"], frame.loc[name, "high"]) == (low, high)


def test_the_outlier_is_found_and_stands_first():
    frame = calibration_inspectors(session(np.random.default_rng(4), [0.05] * 6 + [0.6]))
    assert frame["inspector"].iloc[0] == "i6"
    assert frame["outlier"].tolist() == [True] + [False] * 6
    assert (frame["p_adjusted"] >= frame["p_value"]).all()


def test_alike_inspectors_are_spared_even_when_cases_differ():
    """100 sessions of inspectors who err alike, on hard cases often: an outlier is named in 5 % or less."""
    generator = np.random.default_rng(10)
    named = []
    for _ in range(100):
        rates = np.where(np.arange(8) < 2, 0.45, 0.05)  # cases 0 and 1 are hard for everybody
        failed = generator.random((8, 2, 6)) < rates[:, None, None]
        failed[:, 1] |= failed[:, 0] & (generator.random((8, 6)) < 0.7)  # items go wrong together
        case, item, inspector = (axis.ravel() for axis in np.indices(failed.shape))
        value = np.where(failed.ravel(), "fail", "pass")
        rated = pd.DataFrame({"case": case, "item": item, "inspector": inspector, "value": value})
        named.append(bool(calibration_inspectors(rated)["outlier"].any()))
    assert np.mean(named) <= 0.08


def test_items_that_divide_stand_first():
    generator = np.random.default_rng(6)
    clear = session(generator, [0.0] * 6, cases=20, items=("greeting",))
    vague = session(generator, [0.5] * 6, cases=20, items=("empathy",))
    frame = calibration_items(pd.concat([clear, vague]))
    assert list(frame.columns) == list(ITEMS)
    assert frame["item"].tolist() == ["empathy", "greeting"]
    assert frame["clearer_guide"].tolist() == ["yes", "no"]
    assert frame.loc[0, ["value_1", "value_2"]].tolist() == ["fail", "pass"]
    assert frame["percent_agreement"].iloc[1] == 1
    assert frame["value"].iloc[1] == 1
    assert frame["deviations"].iloc[1] == 0


def test_scores_are_compared_by_distance():
    values = {"a": [60, 64, 68, 72, 76, 80, 84, 88], "b": [61, 66, 68, 73, 74, 81, 84, 87]}
    rows = [(case, "score", name, value) for name in values for case, value in enumerate(values[name])]
    rated = pd.DataFrame(rows, columns=COLUMNS)
    frame = calibration_items(rated, tolerance=2, level="interval")
    assert frame["coefficient"].tolist() == ["gwet_ac2_quadratic"]
    assert frame["percent_agreement"].tolist() == [0.25]
    assert frame["clearer_guide"].tolist() == ["no"]
    assert frame["deviations"].tolist() == [0]


def test_few_cases_leave_items_undetermined():
    rated = session(np.random.default_rng(1), [0.2] * 3, cases=3, items=("tone",))
    assert calibration_items(rated)["clearer_guide"].tolist() == ["undetermined"]


def test_order_of_rows_is_irrelevant():
    rated = session(np.random.default_rng(3), [0.1, 0.3, 0.2])
    shuffled = rated.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(calibration_items(rated), calibration_items(shuffled))
    pd.testing.assert_frame_equal(calibration_inspectors(rated), calibration_inspectors(shuffled))


def test_the_edges():
    empty = pd.DataFrame(columns=COLUMNS)
    assert calibration_items(empty).empty
    assert calibration_inspectors(empty).empty
    alone = pd.DataFrame([(1, "tone", "a", "y"), (2, "tone", "a", "n")], columns=COLUMNS)
    frame = calibration_inspectors(alone)
    assert frame["reason"].tolist() == ["no_case_with_a_consensus_shared_with_another_inspector"]
    assert np.isnan(frame["p_value"].iloc[0])
    assert calibration_items(alone)["clearer_guide"].tolist() == ["undetermined"]


def test_faults_are_said():
    rated = session(np.random.default_rng(3), [0.1, 0.3])
    with pytest.raises(FrameError, match="a calibration session needs the column value"):
        deviations(rated.drop(columns="value"))
    with pytest.raises(ValueError, match="i0 rated greeting of 0 twice"):
        deviations(pd.concat([rated, rated.iloc[:1]]))
    with pytest.raises(ValueError, match="values must be finite numbers; found 'pass'"):
        deviations(rated.assign(value="pass"), tolerance=1)
    with pytest.raises(ValueError, match="tolerance must be 0 or more; found -1"):
        deviations(rated, tolerance=-1)
    with pytest.raises(ValueError, match="rate must lie between 0 and 1"):
        calibration_inspectors(rated, rate=5)
    twice = pd.DataFrame([(1, "tone", "y")] * 2, columns=["case", "item", "value"])
    with pytest.raises(ValueError, match="tone of 1 has two"):
        deviations(rated, twice)
