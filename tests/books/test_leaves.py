"""Two trees of plain values, leaf by leaf: what is told, where it is said to stand, what is no difference."""

from __future__ import annotations

from typing import Any

import pytest

from sqaudit.books.leaves import leaves_differing


def told(stored: Any, computed: Any) -> list[tuple[str, Any, Any]]:
    table, _ = leaves_differing("causes", stored, computed)
    return list(zip(table["figure"], table["stored"], table["computed"], strict=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.1 + 0.2, 0.3),
        (1e12, 1e12 + 1),  # relative
        (3, 3.0),
        (None, None),
        ("inf", "inf"),
        (float("nan"), float("nan")),
        ([], []),
    ],
)
def test_what_is_the_same(one: Any, other: Any) -> None:
    assert told({"x": one}, {"x": other}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.5, 0.5 + 1e-8),
        (0.0, 1e-8),  # absolute below 1
        (1e12, 1e12 + 1e4),
        (True, 1),
        (None, 0.0),
        ("0.5", 0.5),
        ("met", "not_met"),
    ],
)
def test_what_differs(one: Any, other: Any) -> None:
    assert told({"x": one}, {"x": other}) == [("x", one, other)]


def test_every_leaf_is_compared_and_the_differing_one_has_its_path() -> None:
    stored = {"a": [{"b": 1, "c": "x"}, {"b": 2, "c": "y"}], "d": None}
    computed = {"a": [{"b": 1, "c": "x"}, {"b": 5, "c": "y"}], "d": None}
    table, cells = leaves_differing("causes", stored, computed)
    assert cells == 5
    assert table["part"].tolist() == ["causes"]
    assert told(stored, computed) == [("a[1].b", 2, 5)]


def test_what_only_one_side_has_is_told_once_and_not_counted() -> None:
    branch = {"deep": [1, 2, 3]}
    table, cells = leaves_differing("causes", {"a": 1, "gone": branch}, {"a": 1, "new": 4})
    assert cells == 1
    assert table[["figure", "stored", "computed"]].to_numpy().tolist() == [
        ["gone", "present", "absent"],
        ["new", "absent", "present"],
    ]
    assert told({"l": [1]}, {"l": [1, 2]}) == [("l[1]", "absent", "present")]


def test_a_branch_against_a_leaf_is_one_difference() -> None:
    assert told({"found": {"p": 0.1}}, {"found": None}) == [("found", "present", None)]


def test_lists_are_held_against_each_other_by_position() -> None:
    assert told(["a", "b"], ["b", "a"]) == [("[0]", "a", "b"), ("[1]", "b", "a")]


def test_frames_are_told_by_row_and_column_whatever_pandas_keeps_them_as() -> None:
    stored = {"columns": ["indicator", "n"], "types": ["object", "int64"], "rows": [["x", 1], ["y", 2]]}
    computed = {"columns": ["indicator", "n"], "types": ["str", "float64"], "rows": [["x", 1.0], ["y", 3.0]]}
    table, cells = leaves_differing("patterns", {"f": stored}, {"f": computed})
    assert cells == 4
    assert table[["indicator", "figure"]].to_numpy().tolist() == [["y", "f[1].n"]]


def test_a_difference_says_what_it_is_about() -> None:
    stored = {"indicator": "on_time", "rows": [{"period": "2026-07", "unit": "E55", "deep": {"p": 0.1}}]}
    computed = {"indicator": "on_time", "rows": [{"period": "2026-07", "unit": "E55", "deep": {"p": 0.2}}]}
    table, _ = leaves_differing("assessment", stored, computed)
    assert table[["indicator", "period", "segment"]].to_numpy().tolist() == [["on_time", "2026-07", "E55"]]
