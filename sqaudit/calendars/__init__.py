"""Working time: calendars as data, what they say of an instant, and the minutes between two of them."""

from sqaudit.calendars.find import calendars_at_hand, find_calendar, named_calendar, read_calendar
from sqaudit.calendars.model import Calendar
from sqaudit.calendars.proof import ClockProof, ProofSpan, clock_proof
from sqaudit.calendars.table import DayTable, day_table, open_us_at
from sqaudit.calendars.time import (
    business_minutes,
    day_kind,
    deadline,
    is_peak_time,
    is_workday,
    is_working_time,
    open_spans,
)

__all__ = [
    "Calendar",
    "ClockProof",
    "DayTable",
    "ProofSpan",
    "business_minutes",
    "calendars_at_hand",
    "clock_proof",
    "day_kind",
    "day_table",
    "deadline",
    "find_calendar",
    "is_peak_time",
    "is_workday",
    "is_working_time",
    "named_calendar",
    "open_spans",
    "open_us_at",
    "read_calendar",
]
