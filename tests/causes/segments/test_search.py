"""Splitting down and merging up on tables made by hand, in which the right answer can be seen."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from sqaudit.causes.explain import explain_forecast
from sqaudit.causes.segments.cells import cells_of
from sqaudit.causes.segments.cuboids import combinations_of, cuboid
from sqaudit.causes.segments.lattice import cuboids_of


def forecast(*causes: dict[str, str], factor: float = 0.5) -> pd.DataFrame:
    """Cells of 6 x 5 x 4 levels whose actual totals are off by a little, and by much within the causes."""
    rows = [(f"a{i}", f"b{j}", f"c{k}") for i, j, k in product(range(6), range(5), range(4))]
    frame = pd.DataFrame(rows, columns=["a", "b", "c"]).assign(expected=100.0)
    frame["actual"] = [100.0 + (7 * place) % 5 - 2 for place in range(len(frame))]
    for cause in causes:
        held = pd.concat([frame[name] == value for name, value in cause.items()], axis=1).all(axis=1)
        frame.loc[held, "actual"] *= factor
    return frame


def found(frame: pd.DataFrame) -> set[str]:
    return set(explain_forecast(frame, ["a", "b", "c"]).segments["segment"])


def test_a_whole_level_is_not_told_by_its_parts() -> None:
    assert found(forecast({"a": "a2"})) == {"a=a2"}


def test_a_parent_of_which_most_stood_still_is_split_down() -> None:
    assert found(forecast({"a": "a2", "b": "b1"}, {"a": "a2", "b": "b3"})) == {"a=a2 & b=b1", "a=a2 & b=b3"}


def test_parts_that_moved_by_different_amounts_merge_into_their_parent() -> None:
    frame = forecast({"a": "a2"})
    frame.loc[(frame["a"] == "a2") & (frame["b"] == "b1"), "actual"] = 40.0
    assert found(frame) == {"a=a2"}


def test_segments_of_different_depth_are_found_together() -> None:
    causes = {"a": "a0"}, {"b": "b2", "c": "c1"}, {"a": "a4", "b": "b4", "c": "c3"}
    assert found(forecast(*causes)) == {"a=a0", "b=b2 & c=c1", "a=a4 & b=b4 & c=c3"}


def test_rows_of_two_segments_count_with_the_first() -> None:
    answer = explain_forecast(forecast({"a": "a0"}, {"b": "b2"}), ["a", "b", "c"])
    assert set(answer.segments["segment"]) == {"a=a0", "b=b2"}
    rest = answer.total["excess"] - answer.segments["excess"].sum()
    assert abs(rest) < 200  # the noise of 76 cells, of at most 2 each


def test_everything_moved_is_general_and_no_segment() -> None:
    frame = forecast()
    answer = explain_forecast(frame.assign(actual=0.7 * frame["actual"]), ["a", "b", "c"])
    assert (answer.outcome, len(answer.segments)) == ("general", 0)
    assert "general_shift" in answer.notes


def test_a_segment_stands_out_of_a_general_shift() -> None:
    frame = forecast({"a": "a3"})
    answer = explain_forecast(frame.assign(actual=0.9 * frame["actual"]), ["a", "b", "c"])
    assert answer.segments["segment"].tolist() == ["a=a3"]
    assert "general_shift" in answer.notes


def test_noise_around_the_forecast_itself_is_no_general_shift() -> None:
    generator = np.random.default_rng(11)
    frame = pd.concat([forecast()] * 40, keys=range(40), names=["d"]).reset_index("d")
    frame["actual"] = 100 * (1 + 0.1 * generator.standard_normal(len(frame)))
    answer = explain_forecast(frame, ["a", "b", "c", "d"])
    assert (answer.outcome, len(answer.segments)) == ("noise", 0)


def test_nothing_happened() -> None:
    answer = explain_forecast(forecast(), ["a", "b", "c"])
    assert (answer.outcome, len(answer.segments)) == ("noise", 0)


def test_cuboids_add_up_whatever_the_size_of_the_table() -> None:
    frame = pd.DataFrame({"a": [1, 2, 1, None], "b": ["x", "x", "y", "y"], "n": [1.0, 2.0, 4.0, 8.0]})
    cells = cells_of(frame, ["a", "b"], ["n"])
    for dims in combinations_of(2, 2):
        groups = cuboid(cells.codes, cells.sizes, dims)
        assert groups.added(cells.sums["n"]).sum() == pytest.approx(15.0)
        again = [groups.places(dict(groups.segment(place))).tolist() for place in range(len(groups))]
        assert again == [[place] for place in range(len(groups))]


def test_combinations_are_left_out_by_depth_when_there_are_too_many_groups() -> None:
    frame = forecast()
    cells = cells_of(frame, ["a", "b", "c"], ["actual"])
    assert [one.dims for one in cuboids_of(cells, 3)] == combinations_of(3, 3)
    assert [one.dims for one in cuboids_of(cells, 3, most=60)] == [(), (0,), (1,), (2,), (0, 1)]
