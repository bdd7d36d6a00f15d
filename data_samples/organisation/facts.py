"""Who serves whom, where and when, and what was planted in it (README.md tells the same to people)."""

from __future__ import annotations

import numpy as np
import pandas as pd

Frame = pd.DataFrame
Series = pd.Series
Time = pd.Timestamp

BEGIN, END, AS_OF = Time("2025-07-01"), Time("2026-10-01"), Time("2026-10-08")

TEAMS = {  # team: agents
    "Desk A": 7, "Desk B": 6, "Desk C": 7, "在线一组": 5, "在线二组": 5, "在线三组": 5,
    "Repair North": 6, "Repair South": 5, "Repair East": 6, "Repair West": 4,
    "Store Service": 2, "Parcel Service": 2,
}  # fmt: skip
REPAIR = {
    "north": "Repair North", "northeast": "Repair North", "east": "Repair East", "southeast": "Repair East",
    "south": "Repair South", "southwest": "Repair South", "west": "Repair West", "northwest": "Repair West",
}  # fmt: skip
REGIONS = {
    "north": 0.25, "northeast": 0.08, "east": 0.15, "southeast": 0.12,
    "south": 0.15, "southwest": 0.07, "west": 0.11, "northwest": 0.07,
}  # fmt: skip
ZONES = {"core": 0.58, "suburb": 0.30, "remote": 0.12}
PRODUCTS = ["Fridge A", "Washer B", "Cooler C", "Dryer D", "Oven E", "Purifier F"]
BEFORE_LAUNCH, AFTER_LAUNCH = [0.26, 0.24, 0.20, 0.02, 0.14, 0.14], [0.24, 0.22, 0.19, 0.09, 0.13, 0.13]

# Public holidays of the State Council's notices, and the weekend days worked in their stead.
HOLIDAYS = pd.DatetimeIndex(
    [
        *pd.date_range("2025-10-01", "2025-10-08"),
        *pd.date_range("2026-01-01", "2026-01-03"),
        *pd.date_range("2026-02-15", "2026-02-23"),
        *pd.date_range("2026-04-04", "2026-04-06"),
        *pd.date_range("2026-05-01", "2026-05-05"),
        *pd.date_range("2026-06-19", "2026-06-21"),
        *pd.date_range("2026-09-25", "2026-09-27"),
        *pd.date_range("2026-10-01", "2026-10-07"),
    ]
)
MAKE_UP = pd.DatetimeIndex(
    ["2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20"]
)

# Weight of each hour of the day from 0 to 23, of each day of the week, and of each month of the year.
PHONE_HOURS = [0] * 8 + [4, 10, 11, 9, 6, 7, 9, 9, 8, 7, 3, 2] + [0] * 4
CHAT_HOURS = [0] * 8 + [3, 8, 9, 8, 6, 7, 8, 8, 8, 7, 4, 3, 3, 2] + [0] * 2
REPORT_HOURS = [0] * 7 + [3, 7, 9, 9, 8, 5, 6, 7, 7, 7, 8, 8, 5] + [0] * 4
MEAL_HOURS = [0] * 10 + [2, 9, 10, 4, 1, 1, 2, 8, 9, 4] + [0] * 4
WEEK = [1.35, 1.10, 1.02, 1.00, 1.05, 0.95, 0.95]
EVEN_WEEK = [1.05, 1.0, 1.0, 0.98, 1.0, 1.05, 0.95]
SEASON = [1.00, 0.86, 0.94, 0.95, 1.00, 1.06, 1.14, 1.12, 1.00, 0.94, 0.92, 0.98]

# What was planted. Nothing below is written into the records except by its effect.
LAUNCH = Time("2026-07-01")  # of Dryer D; the campaign brings new customers too
RUSH = 1.9  # times the usual calls on a Monday from 9 to 11 since the launch
DISPATCH_CHANGE, EVENING = Time("2026-08-10"), 16
RUILIN_FROM, RUILIN, PUMP, PUMP_PRODUCT = Time("2026-07-15"), "瑞霖配件", "排水泵", "Washer B"
NEWCOMERS_FROM = Time("2026-07-06")
NEWCOMERS_UNTIL = NEWCOMERS_FROM + pd.Timedelta(weeks=8)
NEWCOMERS = [f"E{number:02d}" for number in range(16, 21)]  # the last five of Desk C
OUTAGE = (Time("2026-08-17"), Time("2026-08-29"))
STORM = (Time("2026-07-20"), Time("2026-07-26"))
SIGNATURE_FROM = Time("2026-08-01")
GAME_FROM, GAME_TEAM, GAME_LIMIT = Time("2026-04-01"), "在线三组", 30.0
QUEUE_FIXED = Time("2026-05-25")  # Desk A calls back who waits
REMINDED = Time("2026-05-18")  # engineers in the east get reminders, and are as late as before
BREAK = (Time("2026-06-12"), Time("2026-07-01"))  # of the chat extract


def workday(times: Series) -> Series:
    """Tell which moments lie on a working day in China."""
    day = times.dt.normalize()
    return (day.isin(MAKE_UP) | (times.dt.day_of_week < 5)) & ~day.isin(HOLIDAYS)


def office(times: Series) -> Series:
    """Tell which moments lie in office hours, 9 to 18 on a working day."""
    return workday(times) & times.dt.hour.between(9, 17)


def within(times: Series, span: tuple[Time, Time]) -> Series:
    """Tell which moments lie in a span of days."""
    return times.between(*span, inclusive="left")


def is_rush(times: Series) -> Series:
    """Tell which moments lie in the Monday rush that the launch brought."""
    return (times >= LAUNCH) & (times.dt.day_of_week == 0) & times.dt.hour.between(9, 10)


def is_evening_after_change(region: Series, reported: Series) -> Series:
    """Tell which visits of the north met the new dispatch rule, which closes the late shift."""
    return (region == "north") & (reported >= DISPATCH_CHANGE) & (reported.dt.hour >= EVENING)


def is_storm(region: Series, zone: Series, reported: Series) -> Series:
    """Tell which visits were reported from the flooded outskirts."""
    return (region == "southeast") & (zone != "core") & within(reported, STORM)


def is_outage(channel: Series, offered: Series) -> Series:
    """Tell which chats came through the faulty version of the app; it was busy in office hours."""
    return (channel == "app") & within(offered, OUTAGE) & office(offered)


def is_newcomer(agent: Series, times: Series) -> Series:
    """Tell which contacts were handled by a newcomer in the first eight weeks."""
    return agent.isin(NEWCOMERS) & times.between(NEWCOMERS_FROM, NEWCOMERS_UNTIL, inclusive="left")


def department(team: Series) -> Series:
    """Return the department of each team."""
    names = {
        "Desk": "客户服务中心",
        "在线": "客户服务中心",
        "Repa": "售后服务部",
        "Stor": "销售部",
        "Parc": "物流部",
    }
    starts = team.str[:4].where(~team.str.startswith("在线"), "在线").str.strip()
    return starts.map(names)


def agent_numbers() -> dict[str, list[str]]:
    """Return the agents of each team, numbered through the whole organisation."""
    first = dict(zip(TEAMS, np.cumsum([0, *TEAMS.values()])[:-1], strict=True))
    return {team: [f"E{first[team] + i + 1:02d}" for i in range(size)] for team, size in TEAMS.items()}
