"""How the records behind an action were kept: where they break off, and what is filled otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.conditions import condition, quoted, unknown_columns
from sqaudit.control.composition import composition_change
from sqaudit.control.volume import FINDINGS
from sqaudit.inquiry.recording import RECORDING, recording_changes
from sqaudit.inquiry.series import breaks_of, containing_week, days_of, marked, unusual_days, whole_stretches
from sqaudit.periods import parse
from sqaudit.readings import needed_of
from sqaudit.standards import Indicator

# Weeks on each side of an action's start in which a column filled otherwise counts as near it: a quarter.
NEAR = 13
# A thin stretch that is no longer may be a holiday, of which the records that there are stay sound.
LONGEST_HOLIDAY = timedelta(days=14)
BREAKS = (*FINDINGS, "kind_of_record", "event", "own")
CHANGES = (*RECORDING, "since", "where")

__all__ = ["BREAKS", "CHANGES", "NEAR", "RecordKeeping"]


@dataclass(frozen=True, eq=False)
class RecordKeeping:
    """The records of an audit, asked about breaks and changes of recording; days are counted once."""

    audit: Audit
    _known: dict[tuple[str, str, str], tuple[pd.Series, pd.DataFrame]] = field(default_factory=dict)

    def breaks(self, indicator: Indicator, where: str | None, first: date, last: date) -> pd.DataFrame:
        """The breaks in the records of an indicator that touch some days, in order of time.

        Columns: BREAKS. `own`: they are in records of the segment `where`; others touch only what the segment
        is compared with. Looked for by the times that the indicator reads, in all records of a kind and in
        those of the segment. Without a calendar, records that stop for a week at the end are `few_lately`.
        """
        found = []
        for kind, event in self._events(indicator):
            own, broken = self._days(kind, event, self._inside(kind, where))
            every = self._days(kind, event, "")[1]
            whole = _told(every).assign(own=len(own) > 0)
            apart = _told(broken, batches=False)
            apart = apart[~_overlaps(apart, every)].assign(own=True)
            kept = [one[one["last_day"] <= self._last(kind)] for one in (whole, apart)]
            found += [one.assign(kind_of_record=kind, event=event) for one in kept]
        filled = [one for one in found if len(one)]
        if not filled:
            return pd.DataFrame(columns=list(BREAKS))
        table = self._cautious(pd.concat(filled, ignore_index=True)[list(BREAKS)])
        starts, ends = (pd.to_datetime(table[name]).dt.date for name in ("first_day", "last_day"))
        near = table[(starts <= last) & (ends >= first)]
        return near.sort_values(["first_day", "kind_of_record", "event"], kind="stable").reset_index(
            drop=True
        )

    def marked(self, points: pd.DataFrame, indicator: Indicator, where: str | None) -> pd.DataFrame:
        """The weekly points of a segment with `artefact`, the break that takes a week's figure away."""
        told = points.assign(artefact="")
        for kind in indicator.kinds:
            event = self._counted_by(kind)
            if (kind, event) not in self._events(indicator):
                continue
            days, broken = self._days(kind, event, self._inside(kind, where))
            if days.empty:
                continue
            whole = self._days(kind, event, "")
            for counted, breaks in ((days, _told(broken, batches=False)), (whole[0], _told(whole[1]))):
                found = marked(points, breaks, counted, None)["artefact"]
                told["artefact"] = told["artefact"].where(told["artefact"] != "", found)
        return told

    def sound_weeks(self, indicator: Indicator, where: str | None, weeks: Sequence[str]) -> list[str]:
        """Every week from the first to the last that lies wholly in the records and is not broken.

        A count of a week that the records hold in part, or not at all, is no count of what happened.
        """
        if not weeks:
            return []
        first, last = parse(min(weeks)).start or date.min, parse(max(weeks)).end or date.max
        every = pd.DataFrame({"period": pd.date_range(first, last, freq="7D", inclusive="left")})
        points = every.assign(period=[containing_week(day.date()) for day in every["period"]])
        for kind in indicator.kinds:
            event = self._counted_by(kind)
            if event in self.audit.columns.get(kind, {}):
                days = self._days(kind, event, "")[0]
                points = whole_stretches(points, days.index.min().date(), days.index.max().date())
        told = self.marked(points, indicator, where)
        return list(told.loc[told["artefact"] == "", "period"])

    def changes(self, indicator: Indicator, where: str | None, start: date, last: date) -> pd.DataFrame:
        """The times that are filled otherwise in the quarter from a start on than in the quarter before.

        Columns: CHANGES; `where` is the segment, or `true` for all records; `since` the week of the change,
        empty where it cannot be told.
        """
        quarter = timedelta(weeks=NEAR)
        end = min(start + quarter, last + timedelta(days=1))
        if end <= start:
            return pd.DataFrame(columns=list(CHANGES))
        before, now = (
            parse(f"{one}..{other - timedelta(days=1)}")
            for one, other in ((start - quarter, start), (start, end))
        )
        frames = [
            recording_changes(self.audit, indicator, place, before, now).assign(where=place)
            for place in dict.fromkeys(("true", where or "true"))
        ]
        filled = [one for one in frames if len(one)]
        if not filled:
            return pd.DataFrame(columns=list(CHANGES))
        table = pd.concat(filled, ignore_index=True).drop_duplicates("column").reset_index(drop=True)
        since = [
            self._since(indicator, str(row["column"]), str(row["where"]), start - quarter, end)
            for row in table.to_dict("records")
        ]
        return table.assign(since=pd.Series(since, dtype="object"))[list(CHANGES)]

    def _cautious(self, breaks: pd.DataFrame) -> pd.DataFrame:
        """The breaks, those that nobody can tell from a holiday at the end called less than a stop."""
        if self.audit.plan.calendars:
            return breaks
        days = pd.to_timedelta(breaks["last_day"] - breaks["first_day"])
        short = (breaks["kind"] == "stopped") & (days < timedelta(weeks=1))
        return breaks.assign(kind=breaks["kind"].mask(short, "few_lately"))

    def _events(self, indicator: Indicator) -> list[tuple[str, str]]:
        """The kinds of record of an indicator with the times it reads, the one they count by first."""
        return [
            (kind, name)
            for kind in indicator.kinds
            for name in dict.fromkeys([self._counted_by(kind), *needed_of(indicator, kind)])
            if self.audit.columns.get(kind, {}).get(name) == "TIMESTAMP"
        ]

    def _counted_by(self, kind: str) -> str:
        """The time by which records of a kind count; empty for a kind without one."""
        return self.audit.standard.kind(kind).time or ""

    def _last(self, kind: str) -> pd.Timestamp:
        """The last day with a record of a kind by the time they count by.

        What these records still have ahead of them gets rarer after it.
        """
        event = self._counted_by(kind)
        days = self._days(kind, event, "")[0] if event in self.audit.columns[kind] else pd.Series()
        return days.index.max() if len(days) else pd.Timestamp.max

    def _inside(self, kind: str, where: str | None) -> str:
        """The condition of a segment, empty where it is the whole or the kind cannot tell it."""
        return "" if where is None or unknown_columns(where, self.audit.columns[kind]) else where

    def _days(self, kind: str, event: str, where: str) -> tuple[pd.Series, pd.DataFrame]:
        if (kind, event, where) not in self._known:
            days = days_of(self.audit, kind, event, where)
            breaks = breaks_of(days, unusual_days(self.audit, days))
            self._known[kind, event, where] = days, breaks
        return self._known[kind, event, where]

    def _since(self, indicator: Indicator, column: str, where: str, first: date, end: date) -> str:
        """The week from which on a column is filled otherwise; empty without a clear one."""
        kind = next(one for one in indicator.kinds if column in self.audit.columns.get(one, {}))
        event = self._counted_by(kind)
        if event not in self.audit.columns[kind]:
            return ""
        week = f"date_trunc('week', {quoted(event)})"
        kept = [
            f"{quoted(event)} >= '{first}' AND {quoted(event)} < '{end}' AND _excluded IS NULL",
            *([condition(where).sql] if where != "true" else []),
        ]
        rows = self.audit.engine.query(
            f"SELECT CAST({week} AS DATE) AS day, count({quoted(column)}) AS filled, count(*) AS every"
            f" FROM {quoted(kind)} WHERE {' AND '.join(f'({one})' for one in kept)} GROUP BY 1 ORDER BY 1"
        )
        counts = pd.DataFrame(
            {
                "period": [*rows["day"], *rows["day"]],
                "group": ["filled"] * len(rows) + ["empty"] * len(rows),
                "count": [*rows["filled"], *(rows["every"] - rows["filled"])],
            }
        )
        found = composition_change(counts)
        return containing_week(pd.Timestamp(str(found.since)).date()) if found.found else ""


def _told(breaks: pd.DataFrame, batches: bool = True) -> pd.DataFrame:
    """The breaks that can pass for an effect.

    The first and the last days of an extract are thin in every series, and a single day without records is
    no fifth of its week. Few records of a segment in one batch are as well a storm.
    """
    days = pd.to_timedelta(breaks["last_day"] - breaks["first_day"])
    missing = breaks["kind"].isin(["gap", "stopped"]) & (days > timedelta(0))
    thin = (breaks["kind"] == "thinned") & (days > LONGEST_HOLIDAY)
    return breaks[missing | thin | (batches & (breaks["kind"] == "burst"))].reset_index(drop=True)


def _overlaps(breaks: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Which breaks share a day with any of the others."""
    return pd.Series(
        [
            bool(((others["first_day"] <= last) & (others["last_day"] >= first)).any())
            for first, last in zip(breaks["first_day"], breaks["last_day"], strict=True)
        ],
        index=breaks.index,
        dtype=bool,
    )
