"""Rates, balances, gaps, parts and further time limits on cases counted by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from sqaudit import intervals
from sqaudit.audit import Audit
from tests.measure.conftest import COLUMNS, KIND, Opened
from tests.measure.test_kinds_of_measure import DAY, case, counts, listed, only

EVENT_COLUMNS = {
    "event_id": "text", "happened": "timestamp", "noted": "timestamp", "team": "text", "region": "text",
    "cause": "text", "amount": "number", "good": "boolean",
}  # fmt: skip
EVENT = {
    "name": "Event",
    "key": "event_id",
    "time": "happened",
    "columns": {name: {"type": kind} for name, kind in EVENT_COLUMNS.items()},
}
KINDS = {"event": EVENT}
RATE = {"rate": {"events": "event", "per": "case"}}


def event(name: str, day: int = 1, **more: Any) -> dict[str, Any]:
    return {"event_id": name, "happened": DAY(day), **more}


def rated(opened: Opened, measure: Any, cases: Any, events: Any, **run: Any) -> Audit:
    tables = {} if events is None else {"event": events}
    indicator = {"id": "rate", "records": [], "measure": measure, "direction": "lower", "target": 0.1}
    return opened(indicator, cases, tables=tables, kinds=KINDS, **run)


def by(audit: Audit, *segments: str, **more: Any) -> dict[Any, dict[str, Any]]:
    frame = audit.measure(by=segments, **more)
    places = [tuple(row) for row in frame[list(segments)].itertuples(index=False)]
    keys = [place[0] for place in places] if len(segments) == 1 else places
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, frame.to_dict("records"), strict=True))


def missing(value: float) -> bool:
    return bool(math.isnan(value))


# Rates


def test_events_per_case(opened: Opened) -> None:
    measure = {"rate": {"events": {"records": "event", "where": "cause = 'service'"}, "per": "case"}}
    events = [
        event("1", cause="service"),
        event("2", cause="service"),
        event("3", cause="price"),
        event("4"),
        {"event_id": "5", "happened": "2026-06-30 23:59:59", "cause": "service"},
    ]
    row = only(rated(opened, measure, [case(str(number)) for number in range(8)], events))
    assert (row["numerator"], row["denominator"], row["value"], row["pending"]) == (2, 8, 0.25, 0)
    assert (row["low"], row["high"]) == pytest.approx(tuple(intervals.poisson_exact(2, 8)))
    assert (row["method"], row["verdict"], row["excluded"]) == ("poisson_exact", "not_met", 2)


def test_a_rate_may_exceed_one(opened: Opened) -> None:
    row = only(rated(opened, RATE, [case("a")], [event("1"), event("2"), event("3")]))
    assert row["value"] == 3
    assert row["high"] > 3


def test_segments_without_events_and_without_cases(opened: Opened) -> None:
    """No events among cases is a rate of zero; events without cases are no rate at all."""
    cases = [case("a", team="A"), case("b", team="A"), case("c", team="B"), case("d")]
    events = [event("1", team="A"), event("2", team="C"), event("3")]
    found = by(rated(opened, RATE, cases, events), "team")
    assert [found[team]["value"] for team in ("A", "B", None)] == [0.5, 0, 1]
    assert (found["B"]["numerator"], found["B"]["low"]) == (0, 0)
    assert found["B"]["high"] == pytest.approx(float(intervals.poisson_exact(0, 1).high))
    assert missing(found["C"]["value"])
    assert (found["C"]["verdict"], found["C"]["method"]) == ("not_assessable", "none")


@pytest.mark.parametrize("absent", ["event", "case"])
@pytest.mark.parametrize("segments", [(), ("team",), ("month",)])
def test_one_side_absent_says_nothing(opened: Opened, absent: str, segments: tuple[str, ...]) -> None:
    measure = {"rate": {"events": absent, "per": "other"}} if absent == "event" else RATE
    measure = {"rate": {"events": "event", "per": "case"}}
    if absent == "case":
        measure = {"rate": {"events": "case", "per": "event"}}
    frame = rated(opened, measure, [case("a", team="A")], None).measure(by=segments)
    assert frame["value"].isna().all()
    assert len(frame) == (0 if segments else 1)
    assert set(frame["verdict"]) <= {"not_assessable"}


def test_a_side_that_lacks_a_column_says_nothing(opened: Opened) -> None:
    measure = {"rate": {"events": {"records": "event", "where": "cause = 'x'"}, "per": "case"}}
    columns = {"event": ["event_id", "happened"], "case": list(COLUMNS)}
    row = only(rated(opened, measure, [case("a")], [event("1")], columns=columns))
    assert missing(row["value"])
    assert row["verdict"] == "not_assessable"


def test_no_events_at_all_is_a_rate_of_zero(opened: Opened) -> None:
    assert counts(only(rated(opened, RATE, [case("a"), case("b")], [])))[:2] == (0, 2)
    assert only(rated(opened, RATE, [case("a"), case("b")], []))["verdict"] == "met"


def test_no_cases_at_all_is_no_rate(opened: Opened) -> None:
    row = only(rated(opened, RATE, [], [event("1")]))
    assert missing(row["value"])
    assert row["verdict"] == "not_assessable"


def test_each_side_belongs_to_a_period_by_its_own_time(opened: Opened) -> None:
    cases = [
        {"case_id": "a", "opened": "2026-06-01", "closed": "2026-07-02"},
        {"case_id": "b", "opened": "2026-07-01", "closed": "2026-10-02"},
        {"case_id": "c", "opened": "2026-07-01", "closed": "2026-08-02"},
        {"case_id": "d", "opened": "2026-07-01"},
    ]
    events = [
        {"event_id": "1", "happened": "2026-06-30", "noted": "2026-07-01"},
        {"event_id": "2", "happened": "2026-07-01", "noted": "2026-10-01"},
    ]
    sides = {
        "events": {"records": "event", "event": "noted"},
        "per": {"records": "case", "event": "closed"},
    }
    audit = rated(opened, {"rate": sides}, cases, events)
    assert counts(only(audit))[:2] == (1, 2)
    months = {row["period"]: row for row in audit.measure(by=["month"]).to_dict("records")}
    assert {label: (row["numerator"], row["denominator"]) for label, row in months.items()} == {
        "2026-07": (1, 1),
        "2026-08": (0, 1),
    }


def test_both_sides_of_one_kind(opened: Opened) -> None:
    """Cases seen again per case: the same rows stand on both sides and are read once."""
    sides = {
        "events": {"records": "case", "where": "good"},
        "per": {"records": "case", "where": "team = 'A'"},
    }
    cases = [case("a", good=True, team="A"), case("b", team="A"), case("c", good=True, team="B"), case("d")]
    audit = rated(opened, {"rate": sides}, cases, None)
    row = only(audit)
    assert counts(row)[:3] == (2, 2, 0)
    assert by(audit, "team")["A"]["value"] == 0.5
    assert by(audit, "team")["B"]["value"] != by(audit, "team")["B"]["value"]


def test_two_kinds_on_a_side_and_two_periods(opened: Opened) -> None:
    further = {**EVENT, "columns": dict(EVENT["columns"])}  # type: ignore[call-overload]
    sides = {"events": {"records": ["event", "slip"]}, "per": "case"}
    cases = [case("a"), case("b"), {"case_id": "c", "opened": "2026-05-01"}]
    indicator = {"id": "rate", "records": [], "measure": {"rate": sides}}
    audit = opened(
        indicator,
        cases,
        tables={
            "event": [event("1"), {"event_id": "2", "happened": "2026-05-01"}],
            "slip": [event("1"), event("2")],
        },
        kinds={**KINDS, "slip": further},
        compare="previous",
    )
    figures = audit.results.measurements
    whole = figures[figures["grouping"] == "total"]
    found = {row["period"]: (row["numerator"], row["denominator"]) for row in whole.to_dict("records")}
    assert found["2026-Q3"] == (3, 2)
    assert found["2026-Q2"] == (1, 1)


def test_amounts_per_amount(opened: Opened) -> None:
    sides = {
        "events": {"records": "event", "sum": "amount", "where": "good is not false"},
        "per": {"records": "case", "sum": "minutes"},
    }
    cases = [case("a", minutes=2.5), case("b", minutes=1.5), case("c"), case("d", minutes="inf")]
    events = [event("1", amount=0.5), event("2"), event("3", amount=9, good=False), event("4", amount=0.25)]
    audit = rated(opened, {"rate": sides}, cases, events)
    row = only(audit)
    assert (row["numerator"], row["denominator"], row["value"]) == (0.75, 4, 0.1875)
    assert (row["method"], row["excluded"]) == ("none", 4)  # an amount is no count: no interval for it
    assert missing(row["low"])
    assert missing(row["high"])


def test_negative_amounts_do_not_end_the_run(opened: Opened) -> None:
    sides = {"events": {"records": "event", "sum": "amount"}, "per": {"records": "case", "sum": "minutes"}}
    cases = [case("a", minutes=2, team="A"), case("b", minutes=-3, team="B"), case("c", minutes=0, team="C")]
    events = [event("1", amount=-1, team="A"), event("2", amount=1, team="B"), event("3", amount=1, team="C")]
    found = by(rated(opened, {"rate": sides}, cases, events), "team")
    assert found["A"]["value"] == -0.5
    assert missing(found["A"]["low"])
    assert missing(found["B"]["value"])
    assert missing(found["C"]["value"])


def test_segment_values_of_unlike_types_meet(opened: Opened) -> None:
    """Branch 1 is a whole number in one file and a text in the other: one branch, not two."""
    cases = [case("a", branch=1), case("b", branch=2), case("c", branch=2)]
    events = [event("1", branch=1), event("2", branch="north")]
    columns = {"case": [*COLUMNS, "branch"], "event": [*EVENT_COLUMNS, "branch"]}
    found = by(rated(opened, RATE, cases, events, columns=columns), "branch")
    assert {key: found[key]["value"] for key in ("1", "2")} == {"1": 1, "2": 0}
    assert missing(found["north"]["value"])
    assert len(found) == 3


def test_rows_behind_a_rate(opened: Opened) -> None:
    measure = {"rate": {"events": {"records": "event", "where": "cause = 'x'"}, "per": "case"}}
    audit = rated(opened, measure, [case("a")], [event("1", cause="x"), event("2", cause="y"), event("3")])
    rows = audit.records("rate")
    assert rows[["kind", "status", "reason"]].fillna("").values.tolist() == [
        ["event", "counted", ""],
        ["event", "excluded", "not_eligible"],
        ["event", "excluded", "eligibility_unknown"],
        ["case", "counted", ""],
    ]


# Balances


BALANCE = {"balance": {"plus": "level >= 9", "minus": "level <= 6"}}


def test_balance(opened: Opened) -> None:
    cases = [case(str(place), level=level) for place, level in enumerate([10, 9, 9, 8, 7, 6, 0, None])]
    audit = opened({"id": "nps", "measure": BALANCE}, cases)
    row = only(audit)
    assert counts(row) == (1, 7, 0, 1)
    assert row["value"] == pytest.approx(100 / 7)
    assert (row["low"], row["high"]) == pytest.approx(tuple(intervals.balance(3, 2, 7)))
    assert (row["unit"], row["method"]) == ("points", "balance")
    assert listed(audit, "nps")["7"] == ("excluded", "missing_value")


@pytest.mark.parametrize(("level", "value"), [(9, 100), (6, -100), (8, 0)])
def test_a_balance_of_equal_answers(opened: Opened, level: int, value: float) -> None:
    row = only(opened({"id": "nps", "measure": BALANCE}, [case("a", level=level), case("b", level=level)]))
    assert row["value"] == value
    assert row["low"] < row["high"]


def test_an_answer_both_for_and_against_is_neither(opened: Opened) -> None:
    measure = {"balance": {"plus": "good", "minus": "level > 5"}}
    cases = [case("a", good=True, level=9), case("b", good=True, level=9), case("c", good=True, level=1)]
    row = only(opened({"id": "nps", "measure": measure}, cases))
    assert counts(row)[:2] == (1, 3)
    assert (row["low"], row["high"]) == pytest.approx(tuple(intervals.balance(1, 0, 3)))


def test_a_number_in_place_of_a_condition_counts_once(opened: Opened) -> None:
    measure = {"balance": {"plus": "level", "minus": "good"}}
    cases = [case("a", level=3, good=False), case("b", level=0, good=True), case("c", level=7, good=False)]
    assert counts(only(opened({"id": "nps", "measure": measure}, cases)))[:2] == (1, 3)


def test_a_balance_of_nobody(opened: Opened) -> None:
    audit = opened({"id": "nps", "measure": BALANCE}, [case("a"), {"case_id": "b"}])
    assert missing(only(audit)["value"])
    assert (only(audit)["denominator"], only(audit)["excluded"]) == (0, 1)
    assert missing(only(opened({"id": "nps", "measure": BALANCE}, []))["value"])


# Gaps


LOG = {
    "name": "Message",
    "key": "message_id",
    "time": "sent",
    "columns": {"message_id": {"type": "text"}, "case_id": {"type": "text"}, "sent": {"type": "timestamp"}},
}


def gaps(
    opened: Opened, cases: Sequence[Mapping[str, Any]], sent: Mapping[str, Sequence[str]], **run: Any
) -> Audit:
    times = {"type": "timestamps", "link": {"records": "log", "by": ["case_id"], "all": "sent"}}
    kind = {
        "name": "Case",
        "key": "case_id",
        "time": "opened",
        "columns": {**{name: {"type": of} for name, of in COLUMNS.items()}, "times": times},
    }
    messages = [
        {"message_id": f"{name} {place}", "case_id": name, "sent": f"2026-07-{moment}:00"}
        for name, moments in sent.items()
        for place, moment in enumerate(moments)
    ]
    gap = {"gap": {"from": "opened", "to": "closed", "times": "times", "every": "24h"}}
    return opened(
        {"id": "told", "measure": gap},
        cases,
        tables={"log": messages},
        kinds={"case": kind, "log": LOG},
        columns={"case": list(COLUMNS)},
        **{"as_of": "2026-07-20 09:00:00", **run},
    )


@pytest.mark.parametrize(
    ("closed", "sent", "covered", "stretches"),
    [
        ("2026-07-04 09:00:00", ["01 10:00", "02 10:00", "03 10:00"], 3, 3),
        ("2026-07-04 08:59:59", ["01 10:00", "02 10:00", "03 10:00"], 2, 2),  # the third is not over
        ("2026-07-04 09:00:00", ["01 10:00", "01 11:00", "01 12:00"], 1, 3),  # three in a day are one
        ("2026-07-04 09:00:00", [], 0, 3),
        ("2026-07-04 09:00:00", ["01 08:59", "04 09:00", "09 09:00"], 0, 3),  # before, at the end, after
        ("2026-07-04 09:00:00", ["01 09:00", "02 09:00"], 2, 3),  # a stretch holds its beginning
        ("2026-07-02 09:00:00", ["02 08:59"], 1, 1),
    ],
)
def test_stretches_with_news(
    opened: Opened, closed: str, sent: list[str], covered: int, stretches: int
) -> None:
    row = only(gaps(opened, [case("a", closed=closed)], {"a": sent, "b": ["01 10:00"]}))
    assert counts(row) == (covered, stretches, 0, 0)
    assert row["value"] == pytest.approx(covered / stretches)


def test_stretches_of_every_case(opened: Opened) -> None:
    cases = [
        {"case_id": "open", "opened": "2026-07-17 09:00:00"},
        {"case_id": "young", "opened": "2026-07-19 09:00:01"},
        case("short", 1, closed="2026-07-01 20:00:00"),
        case("backwards", 5, closed="2026-07-04 09:00:00"),
        {
            "case_id": "closed later than now",
            "opened": "2026-07-19 10:00:00",
            "closed": "2026-08-19 09:00:00",
        },
        case("one day", 2, closed="2026-07-03 09:00:00"),
    ]
    audit = gaps(opened, cases, {"open": ["17 12:00", "19 12:00"], "one day": ["02 12:00"]})
    assert counts(only(audit)) == (3, 4, 2, 2)
    assert listed(audit, "told") == {
        "open": ("counted", None),
        "young": ("pending", None),
        "short": ("excluded", "too_short"),
        "backwards": ("excluded", "impossible_order"),
        "closed later than now": ("pending", None),
        "one day": ("counted", None),
    }


def test_a_case_without_its_beginning_is_left_out(opened: Opened) -> None:
    """The time that counts for the period may be another than the one that the stretches start from."""
    gap = {"gap": {"from": "due", "to": "closed", "times": "times", "every": "24h"}}
    times = {"type": "timestamps", "link": {"records": "log", "by": ["case_id"], "all": "sent"}}
    kind = {
        "name": "Case",
        "key": "case_id",
        "time": "opened",
        "columns": {**{name: {"type": of} for name, of in COLUMNS.items()}, "times": times},
    }
    audit = opened(
        {"id": "told", "measure": gap},
        [case("no start"), case("no start, closed", closed=DAY(5))],
        tables={"log": []},
        kinds={"case": kind, "log": LOG},
        columns={"case": list(COLUMNS)},
    )
    assert set(listed(audit, "told").values()) == {("excluded", "missing_value")}
    assert counts(only(audit))[2:] == (0, 2)


# Time limits


LIMIT = {"from": "opened", "to": "closed", "limit": "1h"}
YOUNG = "2026-07-03 11:30:00"
TIMED = [
    case("kept", closed="2026-07-01 10:00:00"),
    case("late", closed="2026-07-01 10:00:01"),
    case("never"),
    case("backwards", closed="2026-07-01 08:00:00"),
    {"case_id": "young", "opened": YOUNG},
    {"case_id": "young and done", "opened": YOUNG, "closed": "2026-07-03 11:40:00"},
    {"case_id": "young and backwards", "opened": YOUNG, "closed": "2026-07-03 11:20:00"},
    case("left out", closed="2026-07-01 10:00:00", good=False),
]


def timed(opened: Opened, **more: Any) -> Audit:
    return opened(
        {"id": "rate", "measure": {"within": {**LIMIT, **more}}, "eligible": "good is not false"},
        TIMED,
        as_of="2026-07-03 12:00:00",
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, (2, 4, 1, 3)),
        ({"counts": "missed"}, (2, 4, 1, 3)),
        ({"matured": True}, (1, 3, 3, 2)),
        ({"counts": "missed", "matured": True}, (2, 3, 3, 2)),
    ],
)
def test_kept_or_missed_by_all_or_by_a_cohort(
    opened: Opened, more: dict[str, Any], expected: tuple[int, ...]
) -> None:
    """Late and never are missed alike; a cohort waits also for those who have been served already."""
    audit = timed(opened, **more)
    assert counts(only(audit)) == expected
    found = listed(audit, "rate")
    young = "pending" if "matured" in more else "met"
    assert {name: status for name, (status, _) in found.items()} == {
        "kept": "met",
        "late": "missed",
        "never": "missed",
        "backwards": "excluded",
        "young": "pending",
        "young and done": young,
        "young and backwards": "pending" if "matured" in more else "excluded",
        "left out": "excluded",
    }


def test_missed_deadlines(opened: Opened) -> None:
    """A case that never ended has missed its deadline as much as one that ended late."""
    measure = {"within": {"from": "opened", "to": "closed", "deadline": "due", "counts": "missed"}}
    cases = [
        case("never", due=DAY(2)),
        case("late", due=DAY(2), closed=DAY(3)),
        case("kept", due=DAY(3), closed=DAY(2)),
        case("no deadline", closed=DAY(2)),
        case("waiting", due="2026-12-01 00:00:00"),
    ]
    audit = opened({"id": "failed", "measure": measure, "direction": "lower", "target": 0.5}, cases)
    assert counts(only(audit)) == (2, 3, 1, 1)
    assert only(audit)["verdict"] == "not_met"


@pytest.mark.parametrize("counted", ["kept", "missed"])
def test_shares_kept_and_missed_are_one(opened: Opened, counted: str) -> None:
    both = [timed(opened, counts=one) for one in ("kept", "missed")]
    assert sum(only(audit)["value"] for audit in both) == 1
    assert only(both[0])["denominator"] == only(both[1])["denominator"]


def test_limits_by_one_thing_and_then_by_another(opened: Opened) -> None:
    """Urgent cases by zone, all others by an expression over their level."""
    limit = {
        "by": "note",
        "when": {
            "urgent": {"by": "zone", "when": {"core": "30min", "suburb": "1h"}},
            "usual": {"by": "level * 2 > 5", "when": {True: "2h", False: "3h"}},
            "slow": "1d",
        },
        "otherwise": "10min",
    }
    after = "2026-07-01 {}:00".format
    cases = [
        case("core kept", note="urgent", zone="core", closed=after("09:30")),
        case("core late", note="urgent", zone="core", closed=after("09:31")),
        case("suburb kept", note="urgent", zone="suburb", closed=after("09:31")),
        case("island", note="urgent", zone="island", closed=after("09:01")),
        case("urgent nowhere", note="urgent", closed=after("09:01")),
        case("high late", note="usual", level=3, closed=after("12:00")),
        case("low kept", note="usual", level=2, closed=after("12:00")),
        case("level unknown", note="usual", closed=after("09:01")),
        case("slow kept", note="slow", closed=after("23:00")),
        case("other kept", note="?", closed=after("09:10")),
        case("nothing known, late", closed=after("09:11")),
    ]
    audit = opened({"id": "rate", "measure": {"within": {**LIMIT, "limit": limit}}}, cases)
    assert listed(audit, "rate") == {
        "core kept": ("met", None),
        "core late": ("missed", None),
        "suburb kept": ("met", None),
        "island": ("excluded", "no_limit"),
        "urgent nowhere": ("excluded", "missing_value"),
        "high late": ("missed", None),
        "low kept": ("met", None),
        "level unknown": ("excluded", "missing_value"),
        "slow kept": ("met", None),
        "other kept": ("met", None),
        "nothing known, late": ("missed", None),
    }


@pytest.mark.parametrize("value", ["it's", "x' THEN NULL ELSE INTERVAL '1' HOUR END --", '"zone"', "{0}%s"])
def test_values_of_a_limit_are_never_sql(opened: Opened, value: str) -> None:
    limit = {"by": "zone", "when": {value: {"by": "note", "when": {value: "30min"}}}}
    cases = [
        case("kept", zone=value, note=value, closed="2026-07-01 09:30:00"),
        case("late", zone=value, note=value, closed="2026-07-01 09:31:00"),
        case("none", zone=value, note="other", closed="2026-07-01 09:31:00"),
    ]
    audit = opened({"id": "rate", "measure": {"within": {**LIMIT, "limit": limit}}}, cases)
    assert [status for status, _ in listed(audit, "rate").values()] == ["met", "missed", "excluded"]


# The event by which records belong to a period


def test_an_event_of_its_own(opened: Opened) -> None:
    cases = [
        {"case_id": "a", "opened": "2026-06-01", "closed": "2026-07-01", "good": True},
        {"case_id": "b", "opened": "2026-07-01", "closed": "2026-10-01", "good": True},
        {"case_id": "c", "opened": "2026-07-01", "good": True},
        {"case_id": "d", "opened": "2026-08-01", "closed": "2026-09-30 23:59:59", "good": False},
    ]
    measures = [
        {"id": "by_opening", "measure": {"share": "good"}},
        {"id": "by_closing", "measure": {"share": "good"}, "event": "closed"},
    ]
    audit = opened(measures, cases)
    found = audit.measure().set_index("indicator")
    assert found["numerator"].to_dict() == {"by_opening": 2, "by_closing": 1}
    assert found["denominator"].to_dict() == {"by_opening": 3, "by_closing": 2}
    assert list(listed(audit, "by_closing")) == ["a", "d"]
    months = audit.measure(by=["month"], indicators=["by_closing"])
    assert months["period"].to_list() == ["2026-07", "2026-09"]


def test_an_event_that_the_records_lack_says_nothing(opened: Opened) -> None:
    """Rather than to take all records there ever were into the period."""
    columns = {"case": [name for name in COLUMNS if name != "closed"]}
    audit = opened(
        {"id": "rate", "measure": {"share": "good"}, "event": "closed"},
        [case("a", good=True)],
        columns=columns,
    )
    assert missing(only(audit)["value"])


# Parts


def parted(opened: Opened, parts: list[dict[str, Any]], cases: Any, events: Any = None, **run: Any) -> Audit:
    tables = {} if events is None else {"event": events}
    indicator = {"id": "rate", "records": [], "parts": parts}
    return opened(indicator, cases, tables=tables, kinds=KINDS, **run)


CASES_GOOD = {"records": "case", "eligible": "team = 'A'", "measure": {"share": "good"}}
EVENTS_GOOD = {"records": "event", "event": "noted", "measure": {"complete": ["cause"]}}


def test_parts_over_unlike_kinds_are_pooled_and_not_averaged(opened: Opened) -> None:
    cases = [case("1", good=True, team="A"), case("2", good=True, team="B"), case("3", team="A")]
    events = [
        event("1", noted=DAY(1), cause="x", team="A"),
        event("2", noted=DAY(2)),
        event("3", noted="2026-10-01", cause="x"),
        event("4", noted=DAY(2)),
    ]
    audit = parted(opened, [CASES_GOOD, EVENTS_GOOD], cases, events)
    assert counts(only(audit)) == (2, 4, 0, 2)
    assert by(audit, "team")["A"]["value"] == 1
    assert by(audit, "team")[None]["value"] == 0


def test_a_part_whose_records_are_absent_is_left_to_the_others(opened: Opened) -> None:
    audit = parted(opened, [CASES_GOOD, EVENTS_GOOD], [case("1", good=True, team="A")])
    assert counts(only(audit)) == (1, 1, 0, 0)


def test_a_listing_names_the_part_that_reads_a_row(opened: Opened) -> None:
    parts = [CASES_GOOD, {**CASES_GOOD, "eligible": "team = 'B'"}]
    audit = parted(opened, parts, [case("1", good=True, team="A"), case("2", good=False, team="B")])
    rows = audit.records("rate")
    assert list(rows.columns[:5]) == ["kind", "part", "period", "status", "reason"]
    found = list(rows[["part", "case_id", "status"]].itertuples(index=False, name=None))
    assert found == [("1", "1", "met"), ("1", "2", "excluded"), ("2", "1", "excluded"), ("2", "2", "missed")]
    assert "part" not in parted(opened, [CASES_GOOD], [case("1", good=True)]).records("rate")


def test_a_listing_of_a_rate_names_its_sides_and_needs_both(opened: Opened) -> None:
    within_one = {"events": {"records": "case", "where": "good"}, "per": "case"}
    indicators = [
        {"id": "own", "records": [], "measure": {"rate": within_one}},
        {"id": "other", "records": [], "measure": {"rate": {"events": "event", "per": "case"}}},
    ]
    audit = opened(indicators, [case("1", good=True), case("2")], kinds=KINDS)
    rows = audit.records("own", status="counted")
    assert sorted(rows[["part", "case_id"]].itertuples(index=False, name=None)) == [
        ("events", "1"),
        ("per", "1"),
        ("per", "2"),
    ]
    assert audit.records("other").empty  # without events nobody knows of how many cases


def test_a_column_called_kind_is_not_lost_in_a_listing(opened: Opened) -> None:
    kinds = {"case": {**KIND, "columns": {**KIND["columns"], "kind": {}}}}
    audit = opened(
        {"id": "rate", "measure": {"share": "good"}}, [{**case("1", good=True), "kind": "mail"}], kinds=kinds
    )
    rows = audit.records("rate")
    assert (rows["kind"].item(), rows["case_kind"].item()) == ("case", "mail")


def test_two_parts_on_one_kind_count_every_row_once(opened: Opened) -> None:
    parts = [CASES_GOOD, {**CASES_GOOD, "eligible": "team = 'B'", "measure": {"share": "level > 3"}}]
    cases = [
        case("1", good=True, team="A"),
        case("2", good=False, team="A"),
        case("3", team="A"),
        case("4", level=4, good=False, team="B"),
        case("5", level=1, team="B"),
        case("6", level=9, team="C"),
    ]
    audit = parted(opened, parts, cases)
    assert counts(only(audit)) == (2, 4, 0, 2)
    found = by(audit, "team")
    assert {team: (row["numerator"], row["denominator"], row["excluded"]) for team, row in found.items()} == {
        "A": (1, 2, 1),
        "B": (1, 2, 0),
        "C": (0, 0, 1),
    }


def test_parts_kept_and_missed_each_count_their_own(opened: Opened) -> None:
    """A failure rate over limits that differ: numerators are what each part counts."""
    parts = [
        {"records": "case", "eligible": "team = 'A'", "measure": {"within": {**LIMIT, "counts": "missed"}}},
        {"records": "case", "eligible": "team = 'B'", "measure": {"share": "closed is null"}},
    ]
    cases = [
        case("1", team="A"),
        case("2", team="A", closed="2026-07-01 09:30:00"),
        case("3", team="B"),
        case("4", team="B", closed=DAY(9)),
        case("5", team="B", closed=DAY(9)),
    ]
    assert counts(only(parted(opened, parts, cases))) == (2, 5, 0, 0)


def test_a_share_of_cases_and_a_share_of_counts(opened: Opened) -> None:
    """Daily totals of one system beside the single cases of another."""
    single = {"records": "event", "measure": {"share": "good"}}
    totals = {"records": "case", "measure": {"share": {"met": "met", "of": "of"}}}
    cases = [case("1", met=8, of=10, team="A"), case("2", met=1, of=10, team="B"), case("3", met=3, of=2)]
    events = [event("1", good=True, team="A"), event("2", good=False, team="A"), event("3")]
    for parts in ([single, totals], [totals, single]):
        audit = parted(opened, parts, cases, events)
        assert counts(only(audit)) == (10, 22, 0, 2)
        assert only(audit)["value"] == pytest.approx(10 / 22)
        assert by(audit, "team")["A"]["value"] == pytest.approx(9 / 12)


def test_ratios_and_counts_over_parts_add_up(opened: Opened) -> None:
    ratio = {"records": "case", "measure": {"ratio": {"sum": "met", "over": "of"}}}
    other = {"records": "event", "measure": {"ratio": {"sum": "amount", "over": "amount * 4"}}}
    cases, events = [case("1", met=1, of=4), case("2", met=2, of=3)], [event("1", amount=2)]
    row = only(parted(opened, [ratio, other], cases, events))
    assert (row["numerator"], row["denominator"]) == (5, 15)
    counted = [
        {"records": "case", "measure": {"count": "met > 1"}},
        {"records": "event", "measure": {"count": "all"}},
    ]
    assert only(parted(opened, counted, cases, events))["value"] == 2


def test_figures_of_segments_add_up_to_the_whole(opened: Opened) -> None:
    teams, regions = ["A", "B", None], ["N", "S"]
    cases = [
        case(
            str(place),
            good=place % 3 == 0 if place % 5 else None,
            team=teams[place % 3],
            region=regions[place % 2],
            level=place % 11,
        )
        for place in range(60)
    ]
    events = [event(str(place), team=teams[place % 3], region="N") for place in range(7)]
    measures = [
        {"id": "share", "measure": {"share": "good"}},
        {"id": "nps", "measure": BALANCE},
        {"id": "rate", "records": [], "measure": RATE},
    ]
    audit = opened(measures, cases, tables={"event": events}, kinds=KINDS)
    whole = audit.measure().set_index("indicator")[["numerator", "denominator", "excluded"]]
    for segments in (["team"], ["region"], ["team", "region"], ["month", "team"]):
        parts = (
            audit.measure(by=segments).groupby("indicator")[["numerator", "denominator", "excluded"]].sum()
        )
        pd.testing.assert_frame_equal(parts, whole.loc[parts.index], check_dtype=False, check_like=True)


# What only looks like a rate


def test_events_without_a_time_are_not_spread_over_months(opened: Opened) -> None:
    """They belong to the period of the run as a whole; by month nothing can be said, above all not zero."""
    columns = {"event": ["event_id"], "case": list(COLUMNS)}
    audit = rated(opened, RATE, [case("a"), case("b")], [event("1")], columns=columns)
    assert only(audit)["value"] == 0.5
    assert audit.measure(by=["month"])["value"].dropna().empty


def test_events_without_a_time_say_nothing_of_the_period_before(opened: Opened) -> None:
    columns = {"event": ["event_id"], "case": list(COLUMNS)}
    cases = [case("a"), {"case_id": "b", "opened": "2026-05-01"}]
    audit = rated(opened, RATE, cases, [event("1")], columns=columns, compare="previous")
    figures = audit.results.measurements
    found = figures[figures["grouping"] == "total"].set_index("period")["value"]
    assert found["2026-Q3"] == 1
    assert missing(found["2026-Q2"])


def test_a_rate_is_broken_down_only_by_what_all_its_records_have(opened: Opened) -> None:
    """Events per case and slip, where slips know no team: by team there would be too few cases."""
    sides = {"events": "event", "per": ["case", "slip"]}
    columns = {"slip": ["event_id", "happened"], "event": list(EVENT_COLUMNS), "case": list(COLUMNS)}
    audit = opened(
        {"id": "rate", "records": [], "measure": {"rate": sides}},
        [case("a", team="A")],
        tables={"event": [event("1", team="A")], "slip": [event("1"), event("2"), event("3")]},
        kinds={**KINDS, "slip": EVENT},
        columns=columns,
        segments=["team"],
    )
    assert only(audit)["value"] == 0.25
    assert audit.measure(by=["team"]).empty
