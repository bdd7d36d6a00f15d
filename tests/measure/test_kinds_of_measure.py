"""Each of the eight measures on cases counted by hand: met, missed, pending, left out and why."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sqaudit import intervals
from tests.measure.conftest import Opened

DAY = "2026-07-0{} 09:00:00".format


def case(name: str, day: int = 1, **more: Any) -> dict[str, Any]:
    return {"case_id": name, "opened": DAY(day), **more}


def only(audit: Any, **by: Any) -> dict[str, Any]:
    frame = audit.measure(**by)
    assert len(frame) == 1
    return dict(frame.iloc[0])


def listed(audit: Any, identifier: str) -> dict[str, tuple[str, str | None]]:
    rows = audit.records(identifier)
    reasons = [None if reason != reason or reason is None else reason for reason in rows["reason"]]
    return dict(zip(rows["case_id"], zip(rows["status"], reasons, strict=True), strict=True))


def counts(row: dict[str, Any]) -> tuple[float, float, int, int]:
    return row["numerator"], row["denominator"], row["pending"], row["excluded"]


def test_share(opened: Opened) -> None:
    cases = [
        case("met", good=True, team="A"),
        case("missed", good=False, team="A"),
        case("unknown", team="A"),
        case("not eligible", good=True, team="B"),
        case("eligibility unknown", good=True),
        case("met 2", good=True, team="A"),
        {"case_id": "elsewhere", "opened": "2026-06-30 23:59:59.999", "good": True, "team": "A"},
        {"case_id": "no time", "good": True, "team": "A"},
    ]
    audit = opened({"id": "rate", "measure": {"share": "good"}, "eligible": "team = 'A'"}, cases)
    row = only(audit)
    assert counts(row) == (2, 3, 0, 3)
    assert row["value"] == pytest.approx(2 / 3)
    assert (row["low"], row["high"]) == pytest.approx(tuple(intervals.wilson(2, 3)))
    assert (row["method"], row["evidence"], row["unit"], row["verdict"]) == (
        "wilson",
        "census",
        "share",
        "monitored",
    )
    assert listed(audit, "rate") == {
        "met": ("met", None),
        "missed": ("missed", None),
        "unknown": ("excluded", "missing_value"),
        "not eligible": ("excluded", "not_eligible"),
        "eligibility unknown": ("excluded", "eligibility_unknown"),
        "met 2": ("met", None),
    }


def test_share_with_exact_intervals(opened: Opened) -> None:
    row = only(
        opened(
            {"id": "rate", "measure": {"share": "good"}},
            [case("a", good=True)],
            interval="exact",
            confidence=0.9,
        )
    )
    assert row["method"] == "clopper_pearson"
    assert (row["low"], row["high"]) == pytest.approx(tuple(intervals.clopper_pearson(1, 1, 0.9)))


def test_within_a_length_of_time(opened: Opened) -> None:
    cases = [
        case("in time", closed="2026-07-01 09:30:00"),
        case("at the very limit", closed="2026-07-01 10:00:00"),
        case("a millisecond late", closed="2026-07-01 10:00:00.001"),
        case("never", closed=None),
        case("backwards", closed="2026-07-01 08:59:59"),
        case("at once", closed="2026-07-01 09:00:00"),
        {"case_id": "too young", "opened": "2026-07-03 11:00:00.001"},
        {"case_id": "limit passes at as_of", "opened": "2026-07-03 11:00:00"},
        {"case_id": "young but answered", "opened": "2026-07-03 11:30:00", "closed": "2026-07-03 11:40:00"},
        {"case_id": "young and left out", "opened": "2026-07-03 11:30:00", "good": False},
    ]
    rate = {
        "id": "rate",
        "measure": {"within": {"from": "opened", "to": "closed", "limit": "1h"}},
        "eligible": "good is not false",
    }
    audit = opened(rate, cases, as_of="2026-07-03 12:00:00")
    assert listed(audit, "rate") == {
        "in time": ("met", None),
        "at the very limit": ("met", None),
        "a millisecond late": ("missed", None),
        "never": ("missed", None),
        "backwards": ("excluded", "impossible_order"),
        "at once": ("met", None),
        "too young": ("pending", None),
        "limit passes at as_of": ("missed", None),
        "young but answered": ("met", None),
        "young and left out": ("excluded", "not_eligible"),
    }
    assert counts(only(audit)) == (4, 7, 1, 2)


def test_within_a_deadline(opened: Opened) -> None:
    cases = [
        case("in time", due=DAY(2), closed="2026-07-02 08:59:59"),
        case("at the very deadline", due=DAY(2), closed=DAY(2)),
        case("late", due=DAY(2), closed="2026-07-02 09:00:00.000001"),
        case("waiting", due="2026-10-08 00:00:00.000001"),
        case("due at as_of", due="2026-10-08 00:00:00"),
        case("no deadline", closed=DAY(2)),
        case("backwards", due=DAY(2), closed="2026-06-30 09:00:00"),
    ]
    measure = {"within": {"from": "opened", "to": "closed", "deadline": "due"}}
    audit = opened({"id": "rate", "measure": measure}, cases)
    assert listed(audit, "rate") == {
        "in time": ("met", None),
        "at the very deadline": ("met", None),
        "late": ("missed", None),
        "waiting": ("pending", None),
        "due at as_of": ("missed", None),
        "no deadline": ("excluded", "missing_value"),
        "backwards": ("excluded", "impossible_order"),
    }
    assert counts(only(audit)) == (2, 4, 1, 2)


@pytest.mark.parametrize("otherwise", [None, "2h"])
def test_limits_by_column(opened: Opened, otherwise: str | None) -> None:
    after = "2026-07-01 {}:00".format
    cases = [
        case("core in time", zone="core", closed=after("09:30")),
        case("core late", zone="core", closed=after("09:31")),
        case("suburb in time", zone="suburb", closed=after("10:00")),
        case("elsewhere", zone="island", closed=after("10:30")),
        case("zone unknown", closed=after("09:01")),
        case("it's", zone="it's", closed=after("09:05")),
    ]
    limit = {"by": "zone", "when": {"core": "30min", "suburb": "60min", "it's": "5min"}}
    limit |= {"otherwise": otherwise} if otherwise else {}
    measure = {"within": {"from": "opened", "to": "closed", "limit": limit}}
    audit = opened({"id": "rate", "measure": measure}, cases)
    found = listed(audit, "rate")
    assert [found[name] for name in ("core in time", "core late", "suburb in time", "it's")] == [
        ("met", None),
        ("missed", None),
        ("met", None),
        ("met", None),
    ]
    assert found["elsewhere"] == (("met", None) if otherwise else ("excluded", "no_limit"))
    assert found["zone unknown"] == (("met", None) if otherwise else ("excluded", "missing_value"))


def test_limits_by_a_number_and_of_part_of_a_second(opened: Opened) -> None:
    cases = [
        case("1 met", level=1, closed="2026-07-01 09:00:00.000500"),
        case("1 missed", level=1, closed="2026-07-01 09:00:00.000501"),
        case("2 met", level=2, closed="2026-07-01 09:01:30"),
    ]
    limit = {"by": "level", "when": {1: "0.0005s", 2: "1.5min"}}
    audit = opened(
        {"id": "rate", "measure": {"within": {"from": "opened", "to": "closed", "limit": limit}}}, cases
    )
    assert [status for status, _ in listed(audit, "rate").values()] == ["met", "missed", "met"]


def test_mean(opened: Opened) -> None:
    cases = [case(str(value), minutes=value, team="A") for value in (1, 2, 6)]
    cases += [
        case("none", team="A"),
        case("endless", minutes="inf", team="A"),
        case("other", minutes=99, team="B"),
    ]
    audit = opened(
        {"id": "wait", "measure": {"mean": "minutes"}, "unit": "minutes", "eligible": "team = 'A'"}, cases
    )
    row = only(audit)
    assert counts(row) == (9, 3, 0, 3)
    assert row["value"] == 3
    assert (row["low"], row["high"]) == pytest.approx(tuple(intervals.mean_t(3, 7, 3)))
    assert (row["method"], row["unit"]) == ("student_t", "minutes")
    found = listed(audit, "wait")
    assert [found[name] for name in ("1", "none", "endless", "other")] == [
        ("counted", None),
        ("excluded", "missing_value"),
        ("excluded", "missing_value"),
        ("excluded", "not_eligible"),
    ]


def test_mean_and_variance_far_from_zero(opened: Opened) -> None:
    cases = [case(str(index), minutes=1e9 + index % 2) for index in range(1000)]
    row = only(opened({"id": "wait", "measure": {"mean": "minutes"}}, cases))
    expected = intervals.mean_t(1e9 + 0.5, 250 / 999, 1000)
    assert row["value"] == 1e9 + 0.5
    assert (row["low"] - 1e9, row["high"] - 1e9) == pytest.approx(
        [bound - 1e9 for bound in expected], rel=1e-6
    )


def test_a_mean_of_one_and_of_equal_values(opened: Opened) -> None:
    one = only(opened({"id": "wait", "measure": {"mean": "minutes"}}, [case("a", minutes=5)]))
    assert one["value"] == 5
    assert math.isnan(one["low"])
    assert math.isnan(one["high"])
    same = only(
        opened({"id": "wait", "measure": {"mean": "minutes"}}, [case("a", minutes=5), case("b", minutes=5)])
    )
    assert (same["low"], same["value"], same["high"]) == (5, 5, 5)


def test_values_whose_squares_have_no_number(opened: Opened) -> None:
    measures = [
        {"id": "wait", "measure": {"mean": "minutes"}},
        {"id": "part", "measure": {"ratio": {"sum": "minutes", "over": "of"}}},
        {"id": "share", "measure": {"share": {"met": "minutes", "of": "of"}}},
        {"id": "longest", "measure": {"maximum": "minutes"}},
    ]
    cases = [
        case("a", minutes=1, of=2),
        case("b", minutes="1e300", of="1e301"),
        case("c", minutes="nan", of=1),
    ]
    frame = opened(measures, cases).measure().set_index("indicator")
    assert frame["value"].to_dict() == {"wait": 1, "part": 0.5, "share": 0.5, "longest": 1}
    assert set(frame["excluded"]) == {2}


@pytest.mark.parametrize("q", [0.5, 0.9])
@pytest.mark.parametrize("n", [1, 5, 20, 60])
def test_quantile_with_its_order_statistics(opened: Opened, q: float, n: int) -> None:
    values = sorted((index * 37) % 101 / 2 for index in range(n))
    cases = [case(str(index), minutes=value) for index, value in enumerate(values)]
    row = only(
        opened({"id": "wait", "measure": {"quantile": {"of": "minutes", "q": q}}}, [*cases, case("none")])
    )
    place = (n - 1) * q
    below, above = values[math.floor(place)], values[math.ceil(place)]
    assert row["value"] == pytest.approx(below + (above - below) * (place - math.floor(place)))
    low, high = by_brute_force(values, q)
    assert (row["low"] if low is None else low) == pytest.approx(row["low"], nan_ok=True)
    assert (row["high"] if high is None else high) == pytest.approx(row["high"], nan_ok=True)
    assert math.isnan(row["low"]) == (low is None)
    assert math.isnan(row["high"]) == (high is None)
    assert math.isnan(row["numerator"])
    assert (row["denominator"], row["excluded"], row["method"]) == (n, 1, "order_statistics")


def by_brute_force(values: list[float], q: float, tail: float = 0.025) -> tuple[float | None, float | None]:
    """The narrowest values of which each misses the quantile with at most `tail`, by adding up a binomial."""
    n = len(values)
    chances = [math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]
    lower = [rank for rank in range(1, n + 1) if sum(chances[:rank]) <= tail]
    upper = [rank for rank in range(1, n + 1) if sum(chances[rank:]) <= tail]
    return (values[max(lower) - 1] if lower else None), (values[min(upper) - 1] if upper else None)


def test_quantile_of_ties(opened: Opened) -> None:
    cases = [case(str(index), minutes=7) for index in range(30)]
    row = only(opened({"id": "wait", "measure": {"quantile": {"of": "minutes", "q": "90%"}}}, cases))
    assert (row["low"], row["value"]) == (7, 7)


def test_maximum(opened: Opened) -> None:
    cases = [case("a", minutes=3), case("b", minutes=-1), case("c")]
    row = only(
        opened({"id": "longest", "measure": {"maximum": "minutes"}, "direction": "lower", "target": 3}, cases)
    )
    assert (row["value"], row["denominator"], row["excluded"], row["method"], row["verdict"]) == (
        3,
        2,
        1,
        "none",
        "met",
    )
    assert math.isnan(row["numerator"])
    assert math.isnan(row["low"])


def test_count(opened: Opened) -> None:
    cases = [case("a", good=True), case("b", good=False), case("c"), case("d", good=True, team="B")]
    audit = opened(
        [
            {"id": "goods", "measure": {"count": "good"}, "eligible": "coalesce(team, 'A') = 'A'"},
            {"id": "everything", "measure": {"count": "all"}},
            {"id": "everything_too", "measure": {"count": True}},
            {"id": "nothing", "measure": {"count": "team = 'Z'"}},
        ],
        cases,
    )
    frame = audit.measure().set_index("indicator")
    assert frame["value"].to_dict() == {"goods": 1, "everything": 4, "everything_too": 4, "nothing": 0}
    assert frame["excluded"].to_dict() == {"goods": 3, "everything": 0, "everything_too": 0, "nothing": 4}
    assert frame["denominator"].isna().all()
    assert set(frame["method"]) == {"poisson_exact"}
    assert (frame.loc["nothing", "low"], frame.loc["nothing", "high"]) == pytest.approx(
        tuple(intervals.poisson_exact(0))
    )
    assert [status for status, _ in listed(audit, "goods").values()] == [
        "counted",
        "excluded",
        "excluded",
        "excluded",
    ]


def test_ratio(opened: Opened) -> None:
    cases = [
        case("a", minutes=9, of=10),
        case("b", minutes=14, of=20),
        case("c", minutes=7, of=10),
        case("d", minutes=5),
    ]
    row = only(opened({"id": "part", "measure": {"ratio": {"sum": "minutes", "over": "of"}}}, cases))
    assert counts(row) == (30, 40, 0, 1)
    assert row["value"] == 0.75
    assert (round(row["low"], 3), round(row["high"], 3)) == (0.504, 0.996)  # as `intervals.ratio_t` prints it
    assert (row["method"], row["unit"]) == ("linearised_ratio", "ratio")


def test_ratio_over_nothing_and_of_one_row(opened: Opened) -> None:
    part = {"id": "part", "measure": {"ratio": {"sum": "minutes", "over": "of"}}}
    nothing = only(opened(part, [case("a", minutes=9, of=0), case("b", minutes=3, of=0)]))
    assert (nothing["method"], nothing["verdict"]) == ("none", "not_assessable")
    assert math.isnan(nothing["value"])
    one = only(opened(part, [case("a", minutes=9, of=3)]))
    assert one["value"] == 3
    assert math.isnan(one["low"])


def test_ratio_interval_far_from_zero(opened: Opened) -> None:
    cases = [case(str(index), minutes=1e6 + index % 2, of=1) for index in range(400)]
    row = only(opened({"id": "part", "measure": {"ratio": {"sum": "minutes", "over": "of"}}}, cases))
    mean = intervals.mean_t(1e6 + 0.5, 100 / 399, 400)  # with a base of 1 the ratio is the mean
    assert [row["low"] - 1e6, row["high"] - 1e6] == pytest.approx([bound - 1e6 for bound in mean], rel=1e-3)


def test_share_over_rows_that_are_counts(opened: Opened) -> None:
    cases = [
        case("a", met=80, of=100),
        case("b", met=15, of=20),
        case("none handled", met=0, of=0),
        case("too many", met=5, of=4),
        case("negative", met=-1, of=4),
        case("unknown", of=10),
        case("unknown base", met=1),
    ]
    audit = opened({"id": "rate", "measure": {"share": {"met": "met", "of": "of"}}}, cases)
    row = only(audit)
    assert counts(row) == (95, 120, 0, 4)
    assert row["value"] == pytest.approx(95 / 120)
    assert (row["low"], row["high"]) == pytest.approx(tuple(intervals.wilson(95, 120)))
    found = listed(audit, "rate")
    assert {found[name] for name in ("too many", "negative")} == {("excluded", "impossible_counts")}
    assert {found[name] for name in ("unknown", "unknown base")} == {("excluded", "missing_value")}
    assert found["none handled"] == ("counted", None)


def test_complete(opened: Opened) -> None:
    cases = [
        case("a", team="A", note="x"),
        case("b", team="A"),
        case("c", note="x"),
        case("d", team=" ", note="x", good=False),
    ]
    audit = opened(
        {"id": "filled", "measure": {"complete": ["team", "note"]}, "eligible": "good is not false"}, cases
    )
    assert counts(only(audit)) == (1, 3, 0, 1)
    assert [status for status, _ in listed(audit, "filled").values()] == [
        "met",
        "missed",
        "missed",
        "excluded",
    ]


def test_rows_put_out_by_the_run_are_excluded_everywhere(opened: Opened) -> None:
    cases = [case("a", good=True, minutes=3), case("test", good=True, minutes=99)]
    audit = opened(
        [
            {"id": "rate", "measure": {"share": "good"}},
            {"id": "wait", "measure": {"mean": "minutes"}},
            {"id": "all_cases", "measure": {"count": "all"}},
            {"id": "filled", "measure": {"complete": ["note"]}},
        ],
        cases,
        sources={"case": {"exclude": {"test record": "case_id = 'test'"}}},
    )
    frame = audit.measure().set_index("indicator")
    assert set(frame["excluded"]) == {1}
    assert frame.loc["wait", "value"] == 3
    for identifier in frame.index:
        assert listed(audit, identifier)["test"] == ("excluded", "test record")
