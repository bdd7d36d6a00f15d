"""Grouping: the parts make up the whole, the records behind a figure are as many as it says."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqaudit.errors import ParameterError
from sqaudit.measure import listings
from sqaudit.periods import containing, parse
from tests.measure.conftest import KIND, Opened, open_cases

EVERY_MEASURE = [
    {"id": "good_rate", "measure": {"share": "good"}, "eligible": "zone <> 'x'"},
    {"id": "in_time", "measure": {"within": {"from": "opened", "to": "closed", "limit": "1d"}}},
    {"id": "by_due", "measure": {"within": {"from": "opened", "to": "closed", "deadline": "due"}}},
    {
        "id": "by_zone",
        "measure": {
            "within": {"from": "opened", "to": "closed", "limit": {"by": "zone", "when": {"x": "2h"}}}
        },
    },
    {"id": "of_counts", "measure": {"share": {"met": "met", "of": "of"}}},
    {"id": "average", "measure": {"mean": "minutes"}, "eligible": "zone is not null"},
    {"id": "nearly_all", "measure": {"quantile": {"of": "minutes", "q": 0.9}}},
    {"id": "longest", "measure": {"maximum": "minutes"}},
    {"id": "number", "measure": {"count": "good"}},
    {"id": "part", "measure": {"ratio": {"sum": "minutes", "over": "of"}}},
    {"id": "filled", "measure": {"complete": ["team", "zone"]}},
]

moments = st.datetimes(datetime(2026, 6, 25), datetime(2026, 10, 5)).map(lambda t: t.replace(microsecond=0))  # noqa: DTZ001
maybe = st.none
cases = st.lists(
    st.fixed_dictionaries(
        {
            "opened": st.one_of(moments, moments, moments, maybe()),
            "wait": st.one_of(maybe(), st.integers(-3, 72)),
            "grace": st.one_of(maybe(), st.integers(0, 60)),
            "team": st.sampled_from([None, "A", "B", "it's", "甲"]),
            "level": st.sampled_from([None, 1, 2]),
            "zone": st.sampled_from([None, "x", "y"]),
            "good": st.sampled_from([None, True, False]),
            "minutes": st.one_of(maybe(), st.integers(0, 100)),
            "met": st.one_of(maybe(), st.integers(-1, 5)),
            "of": st.one_of(maybe(), st.integers(0, 6)),
        }
    ),
    max_size=40,
)


def written(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for number, one in enumerate(drawn):
        start = one["opened"]
        later = {"closed": one["wait"], "due": one["grace"]}
        times = {name: start + timedelta(hours=h) for name, h in later.items() if start and h is not None}
        rows.append({**one, **times, "case_id": f"C{number}"})
    return rows


@settings(deadline=None, max_examples=8, derandomize=True)
@given(cases)
def test_rows_and_figures_agree_for_every_measure_status_and_segment(drawn: list[dict[str, Any]]) -> None:
    rows = written(drawn)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_cases(Path(folder), EVERY_MEASURE, {"case": rows}, as_of="2026-09-30 12:00:00") as audit,
    ):
        quarter = [row for row in rows if row["opened"] and 7 <= row["opened"].month <= 9]
        for by in ((), ("team",), ("month", "level")):
            frame = audit.measure(by=by)
            for identifier in (one["id"] for one in EVERY_MEASURE):
                listed = audit.records(identifier).to_dict("records")
                assert len(listed) == len(quarter)
                figures = frame[frame["indicator"] == identifier].to_dict("records")
                found = {_place(row, by): Counter[str]() for row in (*figures, *listed)}
                for row in listed:
                    found[_place(row, by)][row["status"]] += 1
                assert len(found) == len(figures)  # no row outside a figure, no figure without a row
                for figure in figures:
                    _agree(figure, found[_place(figure, by)], empty=not quarter)


def _place(row: dict[str, Any], by: tuple[str, ...]) -> tuple[str, ...]:
    """Where a row of records or of figures belongs."""
    values = {"month": _month(row) if "month" in by else "", **row}
    return tuple(
        "-" if values[name] is None or values[name] != values[name] else f"{values[name]}" for name in by
    )


def _month(row: dict[str, Any]) -> str:
    return str(row["period"]) if "opened" not in row else containing(row["opened"].date(), "month").label


def _agree(figure: dict[str, Any], statuses: Counter[str], empty: bool) -> None:
    counted = statuses["met"] + statuses["missed"] + statuses["counted"]
    assert figure["pending"] == statuses["pending"]
    assert figure["excluded"] == statuses["excluded"]
    if empty:
        assert math.isnan(figure["denominator"])
    elif figure["indicator"] in ("good_rate", "in_time", "by_due", "by_zone", "filled"):
        assert (figure["numerator"], figure["denominator"]) == (statuses["met"], counted)
    elif figure["indicator"] in ("average", "nearly_all", "longest"):
        assert figure["denominator"] == counted
    elif figure["indicator"] == "number" and not empty:
        assert (figure["value"], figure["numerator"]) == (counted, counted)
    if empty or (counted == 0 and figure["indicator"] != "number"):
        assert math.isnan(figure["value"])
        assert figure["method"] == "none"


def day(text: str, **more: Any) -> dict[str, Any]:
    return {"case_id": text, "opened": f"{text} 00:00:00", **more}


RATE = {"id": "rate", "measure": {"share": "good"}}


def shown(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return [
        tuple(None if v is None or v != v else v for v in row)
        for row in frame[list(columns)].itertuples(index=False)
    ]


def test_several_segments_with_missing_values_last(opened: Opened) -> None:
    rows = [
        day("2026-07-01", team="B", region="n", good=True),
        day("2026-07-02", team="A", good=False),
        day("2026-07-03", region="n", good=True),
        day("2026-07-04", good=True),
        day("2026-07-05", team="A", region="s", good=True),
    ]
    audit = opened(RATE, rows)
    frame = audit.measure(by=["team", "region"])
    assert list(frame.columns[:4]) == ["indicator", "period", "team", "region"]
    assert shown(frame, "team", "region", "numerator", "denominator") == [
        ("A", "s", 1, 1),
        ("A", None, 0, 1),
        ("B", "n", 1, 1),
        (None, "n", 1, 1),
        (None, None, 1, 1),
    ]
    assert all(value is None for value in frame["team"][3:])


def test_whole_numbers_stay_whole_beside_a_missing_one(opened: Opened) -> None:
    rows = [
        day("2026-07-01", level=10, good=True),
        day("2026-07-02", level=9, good=True),
        day("2026-07-03", good=True),
    ]
    frame = opened(RATE, rows).measure(by=["level"])
    assert [repr(value) for value in frame["level"]] == ["9", "10", "None"]


@pytest.mark.parametrize(
    ("grain", "labels"),
    {
        "day": ["2026-07-01", "2026-08-31", "2026-09-30"],
        "week": ["2026-W27", "2026-W36", "2026-W40"],
        "month": ["2026-07", "2026-08", "2026-09"],
        "quarter": ["2026-Q3"],
        "year": ["2026"],
    }.items(),
)
def test_grains_of_time(opened: Opened, grain: str, labels: list[str]) -> None:
    rows = [
        day("2026-07-01", good=True),
        day("2026-08-31", good=False),
        day("2026-09-30", good=True),
        day("2026-10-01", good=True),
    ]
    frame = opened(RATE, rows).measure(by=[grain])
    assert list(frame["period"]) == labels
    assert frame["denominator"].sum() == 3


def test_the_last_and_first_instant_of_a_period(opened: Opened) -> None:
    rows = [
        {"case_id": "before", "opened": "2026-06-30 23:59:59.999999", "good": True},
        {"case_id": "first", "opened": "2026-07-01 00:00:00", "good": True},
        {"case_id": "last", "opened": "2026-09-30 23:59:59.999999", "good": True},
        {"case_id": "after", "opened": "2026-10-01 00:00:00", "good": True},
    ]
    audit = opened(RATE, rows)
    assert list(audit.records("rate")["case_id"]) == ["first", "last"]
    assert audit.measure(by=["day"])["period"].to_list() == ["2026-07-01", "2026-09-30"]


def test_two_periods_side_by_side_and_an_empty_one(opened: Opened) -> None:
    rows = [day("2026-05-01", good=True), day("2026-07-01", good=False), day("2026-07-02", good=True)]
    audit = opened([RATE, {"id": "number", "measure": {"count": "all"}}], rows, compare="previous")
    total = audit.results.grouped()
    assert shown(total, "indicator", "period", "denominator", "value") == [
        ("rate", "2026-Q2", 1, 1),
        ("rate", "2026-Q3", 2, 0.5),
        ("number", "2026-Q2", None, 1),
        ("number", "2026-Q3", None, 2),
    ]
    empty = audit.measure(period="2025").to_dict("records")
    assert [
        (one["value"] != one["value"], one["method"], one["verdict"], one["excluded"]) for one in empty
    ] == [(True, "none", "not_assessable", 0)] * 2
    assert audit.measure(by=["team"], period="2025").empty
    assert list(audit.measure(by=["team"], period="2025").columns) == list(audit.measure(by=["team"]).columns)


def test_all_records_of_all_times(opened: Opened) -> None:
    rows = [day("2020-01-01", good=True), day("2026-07-01", good=False), {"case_id": "no time", "good": True}]
    audit = opened(RATE, rows, period="all", as_of="2026-10-08")
    assert shown(audit.measure(), "period", "numerator", "denominator") == [("all", 2, 3)]
    assert list(audit.measure(by=["year"])["period"]) == ["2020", "2026"]
    assert set(audit.records("rate")["period"]) == {"all"}


def test_an_empty_file(opened: Opened) -> None:
    audit = opened(EVERY_MEASURE, [])
    frame = audit.measure()
    assert frame["value"].isna().all()
    assert set(frame["method"]) == {"none"}
    assert (frame["excluded"] == 0).all()
    assert audit.measure(by=["month", "team"]).empty
    assert len(audit.records("good_rate")) == 0


def test_scope_bounds_the_population(opened: Opened) -> None:
    rows = [
        day("2026-07-01", good=True, team="A"),
        day("2026-07-02", good=False, team="B"),
        day("2026-07-03", good=True),
    ]
    audit = opened(RATE, rows, scope="team = 'A'")
    assert shown(audit.measure(), "numerator", "denominator", "excluded") == [(1, 1, 0)]
    assert list(audit.records("rate")["case_id"]) == ["2026-07-01"]


TIMELESS = {"name": "Rating", "columns": {"good": {"type": "boolean"}, "team": {}}}
CHAT = {
    **KIND,
    "name": "Chat",
    "columns": {name: KIND["columns"][name] for name in ("case_id", "opened", "good")},
}


def test_a_kind_without_a_time_is_wholly_in_the_period_of_the_run(opened: Opened) -> None:
    rating = {"id": "liked", "records": "rating", "measure": {"share": "good"}}
    audit = opened(
        [RATE, rating],
        [day("2026-07-01", good=True)],
        compare="previous",
        segments=["team"],
        kinds={"rating": TIMELESS},
        tables={"rating": [{"good": True, "team": "A"}, {"good": False}]},
    )
    total = audit.results.grouped()
    liked = total[total["indicator"] == "liked"]
    assert shown(liked, "period", "numerator", "denominator") == [("2026-Q2", None, None), ("2026-Q3", 1, 2)]
    assert set(audit.measure(by=["month"])["indicator"]) == {"rate"}
    assert list(audit.not_broken_down(["month"])) == ["liked"]
    assert shown(audit.measure(by=["team"], indicators=["liked"]), "team", "denominator") == [
        ("A", 1),
        (None, 1),
    ]


def test_pooled_kinds_of_which_one_lacks_the_segment(opened: Opened) -> None:
    both = {"id": "rate", "records": ["case", "chat"], "measure": {"share": "good"}}
    chats = {"id": "chats_only", "records": "chat", "measure": {"share": "good"}}
    rows = [
        day("2026-07-01", good=True, team="A"),
        day("2026-07-02", good=False, team="B"),
        day("2026-07-03", good=True),
    ]
    audit = opened(
        [both, chats],
        rows,
        kinds={"chat": CHAT},
        tables={"chat": [day("2026-08-01", good=True), day("2026-08-02", good=False), day("2026-09-02")]},
    )
    assert shown(audit.measure(), "indicator", "numerator", "denominator", "excluded") == [
        ("rate", 3, 5, 1),
        ("chats_only", 1, 2, 1),
    ]
    assert shown(audit.measure(by=["team"]), "indicator", "team", "numerator", "denominator", "excluded") == [
        ("rate", "A", 1, 1, 0),
        ("rate", "B", 0, 1, 0),
        ("rate", None, 2, 3, 1),
    ]
    assert shown(audit.measure(by=["month"], indicators=["rate"]), "period", "denominator") == [
        ("2026-07", 3),
        ("2026-08", 2),
        ("2026-09", 0),
    ]
    assert Counter(audit.records("rate")["kind"]) == {"case": 3, "chat": 3}
    assert set(audit.queries(by=["team"])) == {"case", "chat"}


def test_pooled_kinds_of_which_one_is_absent(opened: Opened) -> None:
    both = {"id": "rate", "records": ["case", "chat"], "measure": {"share": "good"}}
    gone = {"id": "gone", "records": "chat", "measure": {"share": "good"}}
    audit = opened([both, gone], [day("2026-07-01", good=True)], kinds={"chat": CHAT})
    assert shown(audit.measure(), "indicator", "denominator", "excluded", "method", "verdict") == [
        ("rate", 1, 0, "wilson", "monitored"),
        ("gone", None, 0, "none", "not_assessable"),
    ]
    assert audit.records("gone").empty
    assert "gone" in audit.not_broken_down(["team"])
    assert audit.queries(indicators=["gone"]) == {}


def test_an_indicator_whose_column_is_absent(opened: Opened) -> None:
    audit = opened(
        [RATE, {"id": "wait", "measure": {"mean": "minutes"}}],
        [day("2026-07-01", good=True)],
        columns={"case": ["case_id", "opened", "good"]},
    )
    frame = audit.measure().set_index("indicator")
    assert frame["verdict"].to_dict() == {"rate": "monitored", "wait": "not_assessable"}
    assert frame["method"].to_dict() == {"rate": "wilson", "wait": "none"}
    assert audit.measure(by=["month"])["indicator"].to_list() == ["rate"]


def test_quantiles_by_group_have_their_own_bounds(opened: Opened) -> None:
    rows = [day(f"2026-07-{d:02d}", team="A", minutes=d) for d in range(1, 21)]
    rows += [day(f"2026-08-{d:02d}", minutes=d * 2) for d in range(1, 11)]
    median = {"id": "middle", "measure": {"quantile": {"of": "minutes", "q": 0.5}}}
    frame = opened(median, rows).measure(by=["month", "team"])
    assert shown(frame, "period", "team", "denominator", "low", "value", "high") == [
        ("2026-07", "A", 20, 6, 10.5, 15),
        ("2026-08", None, 10, 4, 11, 18),
    ]


def test_indicators_are_measured_while_they_are_in_force(opened: Opened) -> None:
    old = {**RATE, "id": "old_rate", "until": "2026-07-31"}
    new = {**RATE, "id": "new_rate", "from": "2026-10-01"}
    rows = [day("2026-07-01", good=True), day("2026-08-01", good=True), day("2026-05-01", good=True)]
    audit = opened([old, new, RATE], rows, compare="previous")
    assert set(audit.measure()["indicator"]) == {"old_rate", "rate"}
    assert shown(audit.measure(by=["month"], indicators=["old_rate"]), "period", "value") == [("2026-07", 1)]
    assert set(audit.measure(period="2026-Q4")["indicator"]) == {"new_rate", "rate"}
    assert audit.measure(period="2026-Q4", indicators=["old_rate"]).empty


def test_a_segment_called_like_a_figure_is_refused(opened: Opened) -> None:
    kind = {**KIND, "columns": {**KIND["columns"], "method": {}}}
    audit = opened(RATE, [day("2026-07-01", good=True, method="x")], kinds={"case": kind})
    with pytest.raises(ParameterError, match="a table of figures has a column 'method' of its own"):
        audit.measure(by=["method"])


def test_columns_called_like_what_a_listing_says(opened: Opened) -> None:
    kind = {**KIND, "columns": {**KIND["columns"], "status": {}, "reason": {}, "case_status": {}}}
    rows = [
        day("2026-07-01", good=True, status="open", reason="why", case_status="theirs"),
        day("2026-07-02", status="shut"),
    ]
    rate = {**RATE, "eligible": "status <> 'shut'"}
    audit = opened(rate, rows, kinds={"case": kind})
    question = audit.question(((),), (parse("2026-Q3"),))
    chosen = audit.standard.indicator("rate")
    [(_, _, sql)] = listings(audit.standard, audit.columns, question, chosen)
    frame = audit.engine.query(sql)
    assert shown(frame, "status", "reason", "case_case_status", "case_reason", "case_status") == [
        ("met", None, "open", "why", "theirs"),
        ("excluded", "not_eligible", "shut", None, None),
    ]
    where = "status = 'open' or note is null"
    [(_, _, narrowed)] = listings(audit.standard, audit.columns, question, chosen, "met", where)
    assert list(audit.engine.query(narrowed)["case_id"]) == ["2026-07-01"]


def test_one_query_holds_every_indicator_and_grouping(opened: Opened) -> None:
    audit = opened(EVERY_MEASURE, [day("2026-07-01", good=True)])
    queries = audit.queries(by=["month", "team"])
    assert list(queries) == ["case"]
    assert queries["case"].count('FROM "case"') == 1
    assert "date_trunc('month', \"opened\")" in queries["case"]
    assert audit.engine.query(queries["case"])["rows_read"].sum() == 1
