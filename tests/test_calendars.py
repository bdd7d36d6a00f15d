"""Working time: what the calendars say, held against the library's days, published lists and plain counts."""

# ruff: noqa: DTZ001 - times on a wall carry no zone

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sqaudit.calendars import (
    Calendar,
    business_minutes,
    calendars_at_hand,
    clock_proof,
    day_kind,
    day_table,
    deadline,
    find_calendar,
    is_peak_time,
    is_workday,
    is_working_time,
    named_calendar,
    open_spans,
    open_us_at,
    read_calendar,
)
from sqaudit.calendars.hours import Hours, subtracted
from sqaudit.calendars.model import WORKED
from sqaudit.cli import app
from sqaudit.errors import ParameterError

ROOT = Path(__file__).parents[1]
OFFICE = named_calendar("china_office_hours", ROOT)


def made(**keys: object) -> Calendar:
    """A calendar with these keys; 9 to 18 o'clock from Monday to Friday in UTC where nothing else is said."""
    plain = {"id": "own", "name": "Own", "timezone": "UTC", "weekly": {"mon-fri": ["09:00-18:00"]}}
    return Calendar.model_validate({**plain, **keys})


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


# Days -------------------------------------------------------------------------------------------------------


def test_every_day_of_2010_to_2026_is_that_of_the_state_council() -> None:
    """The library is built once for all years; `is_working_day` is its own word on a day."""
    china = holidays.country_holidays("CN", years=range(2009, 2028))
    for day in days(date(2010, 1, 1), date(2026, 12, 31)):
        assert (day_kind(OFFICE, day) in WORKED) == china.is_working_day(day), day
        assert is_workday(OFFICE, datetime(day.year, day.month, day.day, 12)) == china.is_working_day(day), (
            day
        )


# Weekend days worked in exchange, from the notices of the General Office of the State Council.
MAKEUP_WORKDAYS = {
    2023: ["01-28", "01-29", "04-23", "05-06", "06-25", "10-07", "10-08"],
    2024: ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


@pytest.mark.parametrize("year", MAKEUP_WORKDAYS)
def test_make_up_workdays_are_those_announced(year: int) -> None:
    found = [
        day for day in days(date(year, 1, 1), date(year, 12, 31)) if day_kind(OFFICE, day) == "makeup_workday"
    ]
    assert [f"{day:%m-%d}" for day in found] == MAKEUP_WORKDAYS[year]
    assert all(business_minutes(OFFICE, at(day), at(day + timedelta(days=1))) == 540 for day in found)


def test_a_sunday_worked_in_exchange_and_a_wednesday_off() -> None:
    assert date(2024, 2, 4).strftime("%A") == "Sunday"
    assert is_working_time(OFFICE, datetime(2024, 2, 4, 10))
    assert day_kind(OFFICE, date(2025, 10, 8)) == "holiday"
    assert not is_workday(OFFICE, datetime(2025, 10, 8, 10))
    name = OFFICE.day_name(date(2026, 10, 1))
    assert (name.zh, name.en) == ("国庆节", "National Day")
    assert OFFICE.day_name(date(2026, 10, 9)).zh == ""


def test_years_not_yet_published_are_flagged() -> None:
    last = max(day.year for day in holidays.country_holidays("CN", years=range(2020, 2040)).weekend_workdays)
    assert OFFICE.unpublished(range(2010, last + 3)) == (last + 1, last + 2)
    assert OFFICE.unpublished([1949]) == (1949,)
    assert not any(
        day_kind(OFFICE, day) == "makeup_workday"
        for day in days(date(last + 2, 1, 1), date(last + 2, 12, 31))
    )
    assert made(public_holidays={"country": "US"}).unpublished(range(1990, 2100)) == ()
    assert made().unpublished([2090]) == ()


def test_another_country_and_a_part_of_it() -> None:
    bavaria = made(public_holidays={"country": "DE", "subdivision": "BY"})
    germany = made(public_holidays={"country": "DE"})
    epiphany = date(2026, 1, 6)
    assert (day_kind(bavaria, epiphany), day_kind(germany, epiphany)) == ("holiday", "working")
    assert bavaria.day_name(epiphany).en == "Epiphany"
    hungary = made(public_holidays={"country": "HU"})
    assert day_kind(hungary, date(2026, 8, 8)) == "makeup_workday"


def test_days_of_ones_own_come_before_public_ones() -> None:
    calendar = made(
        public_holidays={"country": "CN"},
        holidays=[
            date(2026, 10, 10),
            {"day": "2026-12-24..2026-12-26", "name": {"zh": "盘点", "en": "Stocktaking"}},
        ],
        workdays=[{"day": "2026-10-01", "hours": "10:00-12:00"}, "2026-12-26", "2026-11-15"],
    )
    kinds = {day: day_kind(calendar, date.fromisoformat(day)) for day in (
        "2026-10-10", "2026-12-24", "2026-12-26", "2026-10-01", "2026-11-15", "2026-11-14", "2026-11-16",
    )}  # fmt: skip
    assert list(kinds.values()) == [
        "own_holiday", "own_holiday", "own_workday", "own_workday", "own_workday", "weekend", "working",
    ]  # fmt: skip
    assert calendar.day_name(date(2026, 12, 25)).zh == "盘点"
    assert business_minutes(calendar, datetime(2026, 10, 1), datetime(2026, 10, 2)) == 120
    assert business_minutes(calendar, datetime(2026, 11, 15), datetime(2026, 11, 16)) == 540, "Monday's hours"


# Hours ------------------------------------------------------------------------------------------------------


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)


def test_working_time_is_the_half_open_stretch_of_a_workday() -> None:
    """A11: nine o'clock is in, six o'clock is out, weekends are out, make-up workdays are in."""
    wednesday = date(2026, 9, 16)
    answers = [is_working_time(OFFICE, at(wednesday, hour, minute)) for hour, minute in
               ((8, 59), (9, 0), (12, 30), (17, 59), (18, 0))]  # fmt: skip
    assert answers == [False, True, True, True, False]
    assert not is_working_time(OFFICE, datetime(2026, 9, 19, 10))
    assert is_working_time(OFFICE, datetime(2026, 9, 20, 10)), "a make-up Sunday"
    assert not is_working_time(OFFICE, datetime(2026, 9, 25, 10)), "Mid-Autumn Festival"


def test_the_zone_of_the_records_may_differ_from_the_calendar() -> None:
    assert is_working_time(OFFICE, datetime(2026, 9, 16, 1), "UTC")
    assert not is_working_time(OFFICE, datetime(2026, 9, 16, 10), "UTC")
    assert is_workday(OFFICE, datetime(2026, 9, 20, 10), "UTC"), "Sunday evening in Shanghai, worked"
    assert not is_workday(OFFICE, datetime(2026, 9, 25, 10), "UTC")
    assert is_workday(OFFICE, datetime(2026, 9, 25, 17), "UTC") is False, "already Saturday in Shanghai"
    aware = datetime(2026, 9, 16, 3, tzinfo=ZoneInfo("Europe/Berlin"))
    assert is_working_time(OFFICE, aware, "America/New_York"), "a zone of its own is not looked past"


NIGHT = {"weekly": {"mon-fri": ["22:00-06:00"]}, "breaks": {"mon-fri": ["02:00-02:30"]}}


def test_a_shift_across_midnight_belongs_to_the_day_it_starts_on() -> None:
    night = made(**NIGHT)
    saturday = date(2026, 9, 19)
    assert is_working_time(night, at(saturday, 5, 59))
    assert not is_working_time(night, at(saturday, 2, 15)), "the break of Friday's shift"
    assert not is_working_time(night, at(saturday, 6))
    assert not is_working_time(night, at(saturday, 23))
    assert not is_working_time(night, datetime(2026, 9, 21, 3)), "Sunday had no shift"
    assert business_minutes(night, at(saturday), at(saturday, 12)) == 330
    assert not is_workday(night, at(saturday, 3))


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("Europe/Berlin", "2026-03-29", 300),
        ("Europe/Berlin", "2026-10-25", 420),
        ("America/New_York", "2026-03-08", 300),
        ("America/New_York", "2026-11-01", 420),
        ("Australia/Lord_Howe", "2026-10-04", 330),  # half an hour
        ("Asia/Shanghai", "2026-03-29", 360),
        ("Africa/Cairo", "2026-04-24", 300),  # put forward at midnight
    ],
)
def test_a_night_shift_has_its_real_length_when_the_clock_is_changed(
    zone: str, day: str, minutes: int
) -> None:
    calendar = made(timezone=zone, weekly={"daily": ["00:00-06:00"]})
    start = at(date.fromisoformat(day))
    assert business_minutes(calendar, start, start + timedelta(hours=12)) == minutes


def test_a_time_shown_twice_is_the_first_pass_and_one_never_shown_is_the_change() -> None:
    calendar = made(timezone="Europe/Berlin", weekly={"daily": ["00:00-06:00"]})
    assert business_minutes(calendar, datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 3)) == 90
    assert business_minutes(calendar, datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 3, 10)) == 10
    second = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    assert business_minutes(calendar, second, datetime(2026, 10, 25, 3)) == 30


def test_open_spans_are_cut_at_both_ends() -> None:
    spans = open_spans(OFFICE, datetime(2026, 9, 18, 17), datetime(2026, 9, 20, 9, 30))
    assert [(f"{a:%m-%d %H:%M}", f"{b:%m-%d %H:%M}") for a, b in spans] == [
        ("09-18 17:00", "09-18 18:00"),
        ("09-20 09:00", "09-20 09:30"),
    ]


def test_a_deadline_is_the_first_instant_by_which_the_minutes_have_passed() -> None:
    assert deadline(OFFICE, datetime(2026, 9, 18, 17), 60) == datetime(2026, 9, 18, 18)
    assert deadline(OFFICE, datetime(2026, 9, 18, 17), 61) == datetime(2026, 9, 20, 9, 1)
    assert deadline(OFFICE, datetime(2026, 9, 18, 23), 30) == datetime(2026, 9, 20, 9, 30)
    assert deadline(OFFICE, datetime(2026, 9, 18, 23), 0) == datetime(2026, 9, 18, 23)
    assert (
        deadline(OFFICE, datetime(2026, 9, 18, 9, tzinfo=UTC), 61).isoformat() == "2026-09-20T01:01:00+00:00"
    )
    with pytest.raises(ValueError, match="is not open for 1e"):
        deadline(OFFICE, datetime(2026, 1, 1), 1e9)


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1)),
    st.integers(1, 20_000),
    st.sampled_from([("Asia/Shanghai", {}), ("Europe/Berlin", NIGHT), ("America/New_York", NIGHT)]),
)
def test_the_deadline_and_the_minutes_agree(start: datetime, minutes: int, kind: tuple[str, dict]) -> None:
    start = start.replace(tzinfo=UTC)
    calendar = made(timezone=kind[0], **kind[1])
    due = deadline(calendar, start, minutes)
    assert business_minutes(calendar, start, due) == pytest.approx(minutes)
    assert business_minutes(calendar, start, due - timedelta(seconds=1)) < minutes


def test_peak_hours_count_on_worked_days() -> None:
    calendar = made(
        peak={"mon-fri": ["10:00-11:30"], "sun": ["10:00-11:00"]}, public_holidays={"country": "CN"}
    )
    assert is_peak_time(calendar, datetime(2026, 9, 16, 11, 29))
    assert not is_peak_time(calendar, datetime(2026, 9, 16, 11, 30))
    assert not is_peak_time(calendar, datetime(2026, 9, 25, 10, 30)), "a holiday"
    assert is_peak_time(calendar, datetime(2026, 9, 20, 11, 15)), "a make-up workday has Monday's hours"


def test_breaks_are_taken_out_of_the_shifts() -> None:
    day = named_calendar("china_day_shift", ROOT)
    start = datetime(2026, 9, 16)
    assert business_minutes(day, start, start + timedelta(days=1)) == 480
    assert not is_working_time(day, datetime(2026, 9, 16, 12, 30))
    assert subtracted((Hours(540, 1080),), (Hours(500, 560), Hours(700, 710), Hours(1080, 1200))) == (
        Hours(560, 700), Hours(710, 1080),
    )  # fmt: skip


def test_round_the_clock_is_natural_time() -> None:
    always = named_calendar("always", ROOT)
    start, end = datetime(2026, 3, 28, 12), datetime(2026, 3, 30, 12)
    assert business_minutes(always, start, end) == 2 * 1440
    assert business_minutes(always, start, end, "Europe/Berlin") == 2 * 1440 - 60


# The number that the engine finds --------------------------------------------------------------------------


def test_open_us_at_differs_by_the_business_minutes() -> None:
    a, b = datetime(2026, 9, 18, 17), datetime(2026, 10, 8, 10)
    for zone in ("Asia/Shanghai", "Europe/Berlin"):
        microseconds = open_us_at(OFFICE, zone, b) - open_us_at(OFFICE, zone, a)
        assert microseconds / 6e7 == business_minutes(OFFICE, a, b, zone)


def test_instants_outside_the_years_count_as_the_nearest() -> None:
    assert open_us_at(OFFICE, "Asia/Shanghai", datetime(1970, 1, 1)) == 0
    end = open_us_at(OFFICE, "Asia/Shanghai", datetime(9999, 12, 31))
    assert end == open_us_at(OFFICE, "Asia/Shanghai", datetime(2100, 12, 31, 23)) > 0


def test_the_day_table_has_a_row_for_every_day_and_one_for_none() -> None:
    table = day_table(OFFICE, "Asia/Shanghai", 2026, 2026).table
    rows = table.to_pylist()
    assert [row["number"] for row in rows] == [*range(365), -1]
    assert [value for name, value in rows[-1].items() if name != "number"] == [None] * (table.num_columns - 1)
    assert rows[0]["opened_us"] == 0
    assert rows[1]["day"] == date(2026, 1, 2)


# Files ------------------------------------------------------------------------------------------------------


def test_shipped_calendars_are_named_as_their_files() -> None:
    found = calendars_at_hand(ROOT)
    assert {path.stem for path, _ in found} >= {"china_office_hours", "always", "china_day_shift"}
    assert all(path.stem == one.id for path, one in found)
    assert all(one.name.zh and one.name.en for _, one in found)


def test_calendars_are_found_by_id_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "params" / "calendars" / "night_desk.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        "id: night_desk\nname: Night\ntimezone: UTC\nweekly: {daily: 22:00-06:00}\n", encoding="utf-8"
    )
    assert find_calendar("night_desk", tmp_path / "params") == own
    assert find_calendar("params/calendars/night_desk.yaml", tmp_path) == own
    assert find_calendar(str(own)) == own
    monkeypatch.chdir(tmp_path)
    assert named_calendar("night_desk").weekly["daily"] == (Hours(1320, 1800),)
    assert named_calendar("china_office_hours") == OFFICE
    with pytest.raises(ParameterError, match=r"'china_office'\. Did you mean 'china_office_hours'"):
        named_calendar("china_office")
    assert find_calendar("x" * 5000) is None
    assert find_calendar("a\0b") is None


FAULTY = """\
id: Own
name: {zh: 甲, en: A}
timezone: Asia/Peking
weekly:
  mon-fri: ["09:00-18:00", "25:00-26:00"]
  freitag: ["09:00-12:00"]
breaks: {mon-tue: "12:00-13:00", tue: "15:00-15:15"}
peak: {daily: ["10:00-10:00"]}
public_holidays: {country: XX}
holidays: ["2026-02-30", 2026-Q1]
workdays: [{day: 2026-10-10, hours: []}]
colour: red
"""


def test_every_fault_of_a_calendar_is_listed_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        read_calendar(path)
    told = [str(fault).removeprefix(f"{path}, ") for fault in refused.value.faults]
    for place, words in {
        "line 1, id": "'Own' is no id",
        "line 3, timezone": "'Asia/Peking' is no time zone",
        "line 5, weekly.mon-fri[2]": "'25:00-26:00' are no hours",
        "line 6, weekly.freitag": "names no weekday",
        "line 7, breaks": "tue stands here more than once",
        "line 8, peak.daily[1]": "'10:00-10:00' are no hours",
        "line 9, public_holidays": "'XX' is no country code",
        "line 10, holidays[1]": "'2026-02-30' is no day",
        "line 10, holidays[2]": "'2026-Q1' is no day",
        "line 11, workdays[1].hours": "nothing is given",
        "line 12, colour": "unknown key",
    }.items():
        assert any(one.startswith(place) and words in one for one in told), (place, told)


def test_a_calendar_without_hours_or_with_an_unknown_part_of_a_country_is_refused() -> None:
    with pytest.raises(ValueError, match="no weekday has any hours"):
        made(weekly={"mon": []})
    with pytest.raises(ValueError, match="DE has no part 'BX'"):
        made(public_holidays={"country": "DE", "subdivision": "BX"})


# The proof --------------------------------------------------------------------------------------------------


def test_a_proof_names_every_stretch() -> None:
    day = named_calendar("china_day_shift", ROOT)
    proof = clock_proof(day, datetime(2026, 9, 30, 11), datetime(2026, 10, 1, 9))
    assert [(span.kind, span.minutes, span.counted_minutes) for span in proof.spans] == [
        ("working", 60, 60),
        ("break", 60, 0),
        ("working", 270, 270),
        ("closed", 390, 0),
        ("holiday", 540, 0),
    ]
    assert proof.spans[-1].name.zh == "国庆节"
    assert (proof.natural_minutes, proof.business_minutes) == (22 * 60, 330)


@settings(max_examples=80, deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1)),
    st.integers(0, 40_000),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai"]),
    st.sampled_from(["china_office_hours", "china_day_shift", "always"]),
)
def test_the_spans_of_a_proof_follow_each_other_and_add_up(
    start: datetime, minutes: int, zone: str, name: str
) -> None:
    calendar = named_calendar(name, ROOT)
    begin = start.replace(tzinfo=UTC)
    end = begin + timedelta(minutes=minutes)
    proof = clock_proof(calendar, begin, end, zone)
    edges = [span.start for span in proof.spans] + [span.end for span in proof.spans[-1:]]
    assert [span.end for span in proof.spans[:-1]] == edges[1:-1]
    if proof.spans:
        assert (edges[0], edges[-1]) == (begin, end)
    assert sum(span.minutes for span in proof.spans) == pytest.approx(minutes)
    assert proof.natural_minutes == minutes
    assert proof.business_minutes == pytest.approx(business_minutes(calendar, begin, end))
    assert all(span.counted_minutes in (0, span.minutes) for span in proof.spans)


def test_a_proof_with_a_limit_says_when_it_was_due_and_whether_it_was_kept() -> None:
    start = datetime(2026, 9, 30, 17)
    kept = clock_proof(OFFICE, start, datetime(2026, 10, 8, 12), limit_minutes=240)
    late = clock_proof(OFFICE, start, datetime(2026, 10, 8, 12, 1), limit_minutes=240)
    assert (kept.kept, late.kept) == (True, False)
    assert kept.due == datetime(2026, 10, 8, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_limit_that_ends_with_the_day_is_kept_until_the_next_one_opens() -> None:
    """No open time lies between; the figures count it alike."""
    start, night = datetime(2026, 9, 30, 17), datetime(2026, 9, 30, 23)
    proof = clock_proof(OFFICE, start, night, limit_minutes=60)
    assert (proof.due, proof.kept) == (datetime(2026, 9, 30, 18, tzinfo=ZoneInfo("Asia/Shanghai")), True)
    assert clock_proof(OFFICE, start, datetime(2026, 10, 8, 9, 1), limit_minutes=60).kept is False


def test_a_proof_flags_unpublished_years() -> None:
    assert clock_proof(OFFICE, datetime(2026, 12, 31), datetime(2026, 12, 31, 12)).unpublished_years == ()
    assert clock_proof(OFFICE, datetime(2040, 1, 1), datetime(2041, 1, 1)).unpublished_years == (2040, 2041)


@pytest.mark.parametrize(
    ("start", "end", "zone", "words"),
    [
        (datetime(2026, 1, 2), datetime(2026, 1, 1), None, "comes before the start"),
        (datetime(2016, 1, 2), datetime(2027, 1, 1), None, "more than ten years"),
        (datetime(2026, 1, 2), datetime(2026, 1, 3), "Mars/Base", "is no time zone"),
        (datetime(1, 1, 2), datetime(1, 1, 3), None, "must lie in the years"),
    ],
)
def test_what_cannot_be_proved_is_refused(
    start: datetime, end: datetime, zone: str | None, words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        clock_proof(OFFICE, start, end, zone)


# The command ------------------------------------------------------------------------------------------------


def call(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["clock", *words])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_json_for_a_program() -> None:
    code, out, _ = call("2026-10-09 17:00", "2026-10-10 10:00", "--limit", "90min", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["natural_minutes"], told["business_minutes"], told["calendar"]) == (1020, 120, OFFICE.id)
    assert (told["limit_minutes"], told["due"], told["kept"]) == (90, "2026-10-10T09:30:00+08:00", False)
    assert told["spans"][-1] == {
        "from": "2026-10-10T09:00:00+08:00", "to": "2026-10-10T10:00:00+08:00", "kind": "makeup_workday",
        "name": {"zh": "", "en": ""}, "minutes": 60, "counted_minutes": 60,
    }  # fmt: skip


def test_the_command_speaks_chinese_and_takes_a_zone() -> None:
    code, out, _ = call("2026-10-01 01:00", "2026-10-01 09:00", "--timezone", "UTC", "--language", "zh")
    assert code == 0
    assert "国庆节" in out
    assert "营业时间：0 分钟" in out


def test_the_command_names_the_offset_where_the_clock_is_changed() -> None:
    _, out, _ = call("2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00", "--timezone", "Europe/Berlin",
                     "--calendar", "always")  # fmt: skip
    assert "02:30 +0200" in out
    assert "Natural time: 60 min" in out


def test_bad_words_are_told_together_in_sentences() -> None:
    code, out, err = call("yesterday", "2026-13-01", "--limit", "soon", "--json")
    assert code == 2
    assert [fault["place"] for fault in json.loads(out)["faults"]] == ["START", "END", "--limit"]
    assert "'yesterday' is no instant." in err
    assert call("2026-01-02", "2026-01-01")[0] == 2
    assert call("2026-01-01", "2026-01-02", "--timezone", "Mars")[0] == 2
    assert call("2026-01-01", "2026-01-02", "--limit", "0h")[0] == 2
    code, _, err = call("2026-01-01", "2026-01-02", "--calendar", "china_ofice_hours")
    assert code == 2
    assert "Did you mean 'china_office_hours'?" in err


def test_naive_and_zoned_instants_may_stand_together() -> None:
    code, out, _ = call("2026-10-09 17:00", "2026-10-09T09:30:00Z", "--json")
    assert (code, json.loads(out)["business_minutes"]) == (0, 30)
