"""Every way of writing a date is read to its last character, or reported; nothing is guessed in silence."""

# ruff: noqa: DTZ001 - times in the engine carry no zone
from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqaudit.errors import ParameterError
from tests.sources.conftest import Open, account, faults, values


def dated(texts: list[str]) -> str:
    return "job_id|opened_at\n" + "".join(f"{number}|{text}\n" for number, text in enumerate(texts))


NINE = datetime(2026, 7, 1, 9, 30)
READ = {
    "2026-07-01 09:30": NINE,
    "2026-07-01T09:30:00": NINE,
    "2026/7/1 9:30": NINE,
    "2026.07.01 09:30": NINE,
    "2026-07-01 09:30:00.250": NINE.replace(microsecond=250_000),
    "2026年7月1日 9:30": NINE,
    "2026年07月01日09时30分": NINE,
    "2026年7月1日 9时30分15秒": NINE.replace(second=15),
    "2026年7月1日 9点": datetime(2026, 7, 1, 9),
    "2026年7月1日": datetime(2026, 7, 1),
    "2026年7月1日 下午9:30": NINE.replace(hour=21),
    "2026/7/1 上午 9:30": NINE,
    "2026/7/1 上午 12:05": datetime(2026, 7, 1, 0, 5),
    "2026/7/1 下午 12:05": datetime(2026, 7, 1, 12, 5),
    "2026-07-01 9:30 PM": NINE.replace(hour=21),
    "31/07/2026 9:30 p.m.": datetime(2026, 7, 31, 21, 30),
    "07/31/2026 12:00 AM": datetime(2026, 7, 31),
    "31.07.2026 09:30": datetime(2026, 7, 31, 9, 30),
    "31-7-2026": datetime(2026, 7, 31),
    "07/31/2026": datetime(2026, 7, 31),
    "20260701": datetime(2026, 7, 1),
    "20260701 09:30": NINE,
    "20260701093000": NINE,
    "20260701T093000": NINE,
    "1 Jul 2026": datetime(2026, 7, 1),
    "01-Jul-2026 09:30": NINE,
    "Jul 1, 2026 09:30": NINE,
    "July 1, 2026": datetime(2026, 7, 1),
    "46204": datetime(2026, 7, 1),
    "46204.395833333336": NINE,
    "2026-07-01T01:30:00Z": NINE,
    "2026-07-01 01:30 UTC": NINE,
    "2026-07-01T09:30:00+08:00": NINE,
    "2026-06-30T20:30:00.000-0500": NINE,
}


def side_by_side(texts: list[str]) -> tuple[str, dict[str, str]]:
    """A file in which every text has a column of its own, so that each is read by itself; and their types."""
    names = [f"c{number}" for number in range(len(texts))]
    header, row = "|".join(["job_id", "opened_at", *names]), "|".join(["1", "2026-07-01", *texts])
    return f"{header}\n{row}\n", dict.fromkeys(names, "timestamp")


def test_a_date_is_read_as_it_is_written(read_csv: Open) -> None:
    content, types = side_by_side(list(READ))
    audit = read_csv(content, delimiter="|", types=types)
    assert dict(zip(READ, values(audit, *types)[0], strict=True)) == READ
    assert faults(audit, "unreadable_value") == []


UNREADABLE = [
    "2026-02-30", "24:00", "2026年7月", "1-2-3", "13/02/26", "2026-07-01 9:30 XX", "32/01/2026", "12345",
    "2026-07-01 09:30 Asia/Tokyo", "infinity", "epoch", "0000-00-00", "99999-01-01", "1782898200", "tomorrow",
    "2026-07-01 25:00",
]  # fmt: skip


def test_what_is_no_date_is_reported_and_never_guessed(read_csv: Open) -> None:
    content, types = side_by_side(UNREADABLE)
    audit = read_csv(content, delimiter="|", types=types)
    assert dict(zip(UNREADABLE, values(audit, *types)[0], strict=True)) == dict.fromkeys(UNREADABLE)
    found = [
        (one["column"], one["count"], one["rows"], one["examples"])
        for one in faults(audit, "unreadable_value")
    ]
    assert found == [(name, 1, [2], [text]) for name, text in zip(types, UNREADABLE, strict=True)]


def test_an_unreadable_event_time_is_an_error_and_its_row_is_accounted_for(read_csv: Open) -> None:
    audit = read_csv(dated(["2026-07-01", "13/02/26"]), delimiter="|")
    [fault] = faults(audit, "unreadable_value")
    assert (fault["severity"], fault["column"], fault["rows"]) == ("error", "opened_at", [3])
    assert account(audit) == [("read", "", 2), ("no_event_time", "", -1), ("used", "", 1)]


def test_two_digit_years_are_read_where_the_run_file_states_them(read_csv: Open) -> None:
    audit = read_csv(dated(["13/02/26", "2/3/26"]), delimiter="|", dates="%d/%m/%y")
    assert values(audit, "opened_at") == [datetime(2026, 2, 13), datetime(2026, 3, 2)]


def test_one_date_beyond_the_twelfth_settles_the_column(read_csv: Open) -> None:
    audit = read_csv(dated(["01/02/2026", "13/02/2026"]), delimiter="|")
    assert values(audit, "opened_at") == [datetime(2026, 2, 1), datetime(2026, 2, 13)]
    audit = read_csv(dated(["01/02/2026", "02/13/2026"]), delimiter="|")
    assert values(audit, "opened_at") == [datetime(2026, 1, 2), datetime(2026, 2, 13)]
    assert faults(audit, "ambiguous_dates") == []


def test_dates_that_nothing_settles_are_read_day_first_and_reported(read_csv: Open) -> None:
    audit = read_csv(dated(["01/02/2026", "03/04/2026 9:30"]), delimiter="|")
    assert values(audit, "opened_at") == [datetime(2026, 2, 1), datetime(2026, 4, 3, 9, 30)]
    [fault] = faults(audit, "ambiguous_dates")
    assert (fault["severity"], fault["column"], fault["detail"]) == (
        "error",
        "opened_at",
        {"read_as": "day_first"},
    )


def test_a_column_that_holds_both_orders_is_ambiguous_too(read_csv: Open) -> None:
    audit = read_csv(dated(["13/02/2026", "14/02/2026", "02/13/2026", "01/02/2026"]), delimiter="|")
    assert values(audit, "opened_at")[2] is None
    assert [fault["rows"] for fault in faults(audit, "unreadable_value")] == [[4]]
    assert len(faults(audit, "ambiguous_dates")) == 1


@pytest.mark.parametrize(("word", "month"), [("day_first", 2), ("month_first", 1)])
def test_a_stated_order_holds_and_is_not_questioned(read_csv: Open, word: str, month: int) -> None:
    audit = read_csv(
        dated(["01/02/2026", "2026-07-01", "2026年7月1日"]), delimiter="|", dates={"opened_at": word}
    )
    assert [moment.month for moment in values(audit, "opened_at")] == [month, 7, 7]
    assert faults(audit, "ambiguous_dates") == faults(audit, "mixed_dates") == []


def test_mixed_forms_in_one_column_are_all_read_and_noted(read_csv: Open) -> None:
    texts = [
        "2026-07-01",
        "2026年7月2日",
        "20260703",
        "4 Jul 2026",
        "46208",
        "31/07/2026",
        "2026-07-01 5:00 PM",
    ]
    audit = read_csv(dated(texts), delimiter="|", dates="mixed")
    assert [moment.day for moment in values(audit, "opened_at")] == [1, 2, 3, 4, 5, 31, 1]
    [fault] = faults(audit, "mixed_dates")
    assert fault["examples"] == ["iso", "year_first", "compact", "named_month", "excel", "day_first"]


def test_stated_iso_takes_nothing_else(read_csv: Open) -> None:
    audit = read_csv(dated(["2026-07-01", "20260701", "01/02/2026"]), delimiter="|", dates="iso")
    assert values(audit, "opened_at") == [datetime(2026, 7, 1), None, None]


def test_stated_formats_are_tried_in_order(read_csv: Open) -> None:
    audit = read_csv(dated(["2026_07_01", "01~07~2026"]), delimiter="|", dates=["%Y_%m_%d", "%d~%m~%Y"])
    assert values(audit, "opened_at") == [datetime(2026, 7, 1)] * 2


def test_a_stated_format_with_an_offset_moves_to_the_zone_of_the_run(read_csv: Open) -> None:
    audit = read_csv(dated(["01.07.2026 03:30 +0200"]), delimiter="|", dates="%d.%m.%Y %H:%M %z")
    assert values(audit, "opened_at") == [NINE]


@pytest.mark.parametrize("written", ["dayfirst", "%Q", "YYYY-MM-DD", "%H:%M"])
def test_a_date_format_that_is_none_is_refused_before_the_start(read_csv: Open, written: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_csv(dated(["2026-07-01"]), delimiter="|", dates=[written])
    assert str(caught.value.faults[0]) == (
        f"parameters, records.job.dates[1]: '{written}' is no date format. "
        "Write iso, day_first, month_first, mixed, excel or a format such as %d/%m/%Y %H:%M."
    )


def test_times_without_offset_move_from_the_zone_of_the_source(read_csv: Open) -> None:
    texts = ["2026-07-01 03:30", "2026-01-01 03:30", "2026-07-01T09:30:00+08:00"]
    audit = read_csv(dated(texts), delimiter="|", timezone="Europe/Berlin")
    # six hours ahead of Berlin in summer, seven in winter; an offset of its own goes before the stated zone
    assert values(audit, "opened_at") == [NINE, datetime(2026, 1, 1, 10, 30), NINE]
    [fault] = faults(audit, "mixed_time_zones")
    assert (fault["severity"], fault["column"]) == ("warning", "opened_at")


def test_a_day_without_a_time_stays_that_day_in_every_zone(read_csv: Open) -> None:
    texts = ["2026-07-01", "2026年7月1日", "20260701"]
    audit = read_csv(dated(texts), {"timezone": "America/New_York"}, delimiter="|", timezone="Asia/Shanghai")
    assert values(audit, "opened_at") == [datetime(2026, 7, 1)] * 3


def test_an_unknown_zone_is_refused(read_csv: Open) -> None:
    with pytest.raises(ParameterError) as caught:
        read_csv(dated(["2026-07-01"]), timezone="Asia/Peking")
    assert str(caught.value.faults[0]) == (
        "parameters, records.job.timezone: 'Asia/Peking' is no time zone. "
        "Write a name such as Asia/Shanghai or UTC."
    )


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=30),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_moments_with_an_offset_are_the_same_moments_in_any_zone(
    read_csv: Open, moments: list[datetime], zone: str
) -> None:
    aware = [moment.replace(microsecond=0, tzinfo=ZoneInfo("UTC")) for moment in moments]
    offsets = [timedelta(hours=index % 24 - 11) for index in range(len(aware))]
    texts = [
        f"{(moment + offset):%Y-%m-%dT%H:%M:%S}{offset.total_seconds() / 3600:+03.0f}:00"
        for moment, offset in zip(aware, offsets, strict=True)
    ]
    audit = read_csv(dated(texts), {"timezone": zone}, delimiter="|")
    expected = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in aware]
    assert values(audit, "opened_at") == expected


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dates(date(1960, 1, 1), date(2100, 12, 31)), min_size=1, max_size=30))
def test_a_column_with_one_day_beyond_the_twelfth_is_never_misread(read_csv: Open, days: list[date]) -> None:
    days = [*days, date(2026, 7, 31)]
    forms = {"a": "%d/%m/%Y", "b": "%m/%d/%Y", "c": "%Y/%m/%d", "d": "%d.%m.%Y", "e": "%Y%m%d"}
    rows = ["|".join(f"{day:{form}}" for form in forms.values()) for day in days]
    audit = read_csv(
        "\n".join(["|".join(forms), *rows]), delimiter="|", types=dict.fromkeys(forms, "timestamp")
    )
    assert values(audit, *forms) == [(datetime(day.year, day.month, day.day),) * 5 for day in days]
