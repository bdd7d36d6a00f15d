"""An indicator over weeks or days: its control chart, since when it changed, and breaks in the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.conditions import condition, quoted
from sqaudit.control.change_point import ChangePoint, change_point
from sqaudit.control.chart import ControlChart, control_chart
from sqaudit.control.design import Design, Kind
from sqaudit.control.volume import artefact_periods, volume_artefacts
from sqaudit.inquiry.dimensions import Dimension, quoted_if_needed
from sqaudit.periods import Period, containing, parse
from sqaudit.readings import needed_of
from sqaudit.standards import Indicator
from sqaudit.standards.measures import SHARES

LEAST_POINTS = 12  # points before the period that limits can be learnt from; fewer and days are tried
LACKING = ("stopped", "gap", "thinned", "partial")  # breaks that a holiday brings as well
HOLIDAYS = ("holiday", "own_holiday")
LEAST_RECORDS = 20  # that are missing or too many; a handful is nobody's trend
MOST_EVENTS = 8  # of a kind of record: one query each
FAR_DAYS = 90  # a quarter without records: what lies before belongs to another extract, or to a typing error
MOST_STRAYS = 0.01  # of all records may lie before it and be set aside; more are a part of the history
_KIND_OF_CHART: Mapping[str, Kind] = {**dict.fromkeys(SHARES, "p"), "count": "u"}  # else single values


def points_by(audit: Audit, grain: str, indicators: Sequence[str]) -> pd.DataFrame:
    """The figures of indicators in every day, week or month of the records: one scan for all of them.

    Columns: those of a measurement frame. Stretches that begin after the period of the run are left out.
    """
    frame = audit.measure(by=[grain], period="all", indicators=indicators)
    end = audit.run.chosen_period.end
    if end is None or frame.empty:
        return frame
    inside = frame["period"].map(lambda label: _start(label) < end)
    return frame[inside.astype(bool)].reset_index(drop=True)


def whole_stretches(points: pd.DataFrame, first: date | None, last: date | None) -> pd.DataFrame:
    """The points whose stretch lies wholly within the days the records hold."""
    if points.empty or first is None or last is None:
        return points
    spans = points["period"].map(parse)
    kept = [span.start >= first and span.end is not None and (span.end - last).days <= 1 for span in spans]
    return points[pd.Series(kept, index=points.index)].reset_index(drop=True)


def events_of(audit: Audit, indicator: Indicator, kind: str) -> list[str]:
    """The times of a kind of record, the one it is counted by first: each may break off on its own.

    Cases may still be opened while nobody can close them, and a figure judged at closing then tells of that.
    """
    own = audit.columns.get(kind, {})
    names = [audit.standard.kind(kind).time, *needed_of(indicator, kind), *own]
    times = [name for name in dict.fromkeys(names) if name and own.get(name, "").startswith("TIMESTAMP")]
    return [name for name in times if not own[name].endswith("[]")][:MOST_EVENTS]


def days_of(audit: Audit, kind: str, event: str, where: str = "") -> pd.Series:
    """How many records of a kind each day has, by one of their times; `where` keeps a segment."""
    day = f"CAST({quoted(event)} AS DATE)"
    inside = f" AND ({condition(where).sql})" if where else ""
    kept = f"{day} IS NOT NULL AND _excluded IS NULL{inside}"
    sql = f"SELECT {day} AS day, count(*) AS rows FROM {quoted(kind)} WHERE {kept} GROUP BY 1"
    frame = audit.engine.query(sql)
    return pd.Series(frame["rows"].to_numpy("float64"), index=pd.to_datetime(frame["day"])).sort_index()


def unusual_days(audit: Audit, days: pd.Series) -> dict[date, str]:
    """The days off and the make-up workdays among some days, by the calendar of the run; none without one."""
    calendars = list(audit.plan.calendars.values())
    if not calendars or days.empty:
        return {}
    calendar = audit.plan.calendars.get(str(audit.run.calendar), calendars[0])
    every = pd.date_range(days.index.min(), days.index.max())
    kinds = {day.date(): calendar.kind(day.date()) for day in every}
    return {day: kind for day, kind in kinds.items() if kind not in ("working", "weekend")}


def breaks_of(days: pd.Series, calendar: Mapping[date, str], end: date | None = None) -> pd.DataFrame:
    """The stretches of days in which records are missing or come in batches; see `volume_artefacts`.

    Days long before the others, such as a typing error in a year, are left out first: they would make all
    the time between them one gap. Too few records in a stretch of which the calendar calls most days
    holidays are no break.
    """
    found = volume_artefacts(connected(days), calendar, end)
    worth_telling = found[["count", "expected"]].max(axis=1) >= LEAST_RECORDS
    holidays = [
        row["kind"] in LACKING and mostly_holidays(row["first_day"].date(), row["last_day"].date(), calendar)
        for row in found.to_dict("records")
    ]
    return found[worth_telling & ~pd.Series(holidays, index=found.index, dtype=bool)].reset_index(drop=True)


def mostly_holidays(first: date, last: date, calendar: Mapping[date, str]) -> bool:
    """Whether a calendar of unusual days calls more than half of a stretch of days holidays.

    >>> national_day = {date(2026, 10, day): "holiday" for day in (1, 2)}
    >>> mostly_holidays(date(2026, 10, 1), date(2026, 10, 3), national_day)
    True
    """
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return 2 * sum(calendar.get(day) in HOLIDAYS for day in days) > len(days)


def connected(days: pd.Series) -> pd.Series:
    """The days without stray dates: few records, a quarter or more before all others."""
    if days.empty:
        return days
    usual = days.sort_index()
    kept = usual[usual >= max(1.0, 0.1 * float(usual.median()))]
    gaps = kept.index.to_series().diff().dt.days.fillna(0)
    far = gaps[gaps > FAR_DAYS]
    start = far.index.max() if len(far) else kept.index.min()
    strays = usual.index < start
    return usual[~strays] if float(usual[strays].sum()) < MOST_STRAYS * float(usual.sum()) else usual


def chart_of(
    points: pd.DataFrame, indicator: Indicator, period: Period, least: int = LEAST_POINTS
) -> ControlChart | None:
    """The control chart of an indicator, its limits learnt from what lies before the period.

    None where fewer than three stretches have a figure, or the figures are parts of a whole that no chart
    of ours fits. `artefact`, where the points have it, keeps a stretch from being judged. With fewer than
    `least` stretches before the period, limits are learnt from the first ones, whatever period they lie in.
    """
    if points["value"].notna().sum() < 3:
        return None
    kind = _KIND_OF_CHART.get(indicator.kind_of_measure, "xmr")
    frame = points[["period", *(["artefact"] if "artefact" in points else [])]].copy()
    if kind == "xmr":
        frame["value"] = points["value"]
    else:
        frame["numerator"] = points["numerator"] if kind == "p" else points["value"]
        frame["denominator"] = points["denominator"] if kind == "p" else 1.0
    before = [label for label in frame["period"] if period.start is None or _start(label) < period.start]
    baseline = (before[0], before[-1]) if before and len(before) >= least else None
    return control_chart(frame, Design(kind, baseline=baseline))


def since_when(points: pd.DataFrame, indicator: Indicator) -> ChangePoint:
    """The clearest change of level among the points, or that there is none."""
    sound = points[points["artefact"] == ""] if "artefact" in points else points
    if indicator.kind_of_measure in SHARES:
        return change_point(sound, "share")
    if indicator.kind_of_measure == "count":
        return change_point(sound.assign(numerator=sound["value"], denominator=1.0), "count")
    return change_point(sound, "mean")


def marked(points: pd.DataFrame, breaks: pd.DataFrame, days: pd.Series, last: date | None) -> pd.DataFrame:
    """The points with `artefact`: the kind of break that takes their figure away, or an empty text."""
    if points.empty or days.empty:
        return points.assign(artefact="")
    found = artefact_periods(breaks, list(points["period"]), connected(days), last)
    marks = [found.get(str(label), "") for label in points["period"]]
    return points.assign(artefact=pd.Series(marks, index=points.index, dtype="object"))


def months_of(period: Period, event: str | None) -> list[Dimension]:
    """The months of a period as a dimension, where it has two to four of them and the cases have a time.

    What went wrong for some weeks is easily lost in the average of a quarter.
    """
    if event is None or period.start is None or period.end is None:
        return []
    months = 12 * (period.end.year - period.start.year) + period.end.month - period.start.month
    if not 2 <= months <= 4:
        return []
    return [Dimension("month_of_year", f"month({quoted_if_needed(event)})", "stretch")]


def containing_week(day: date) -> str:
    """The label of the week that holds a day."""
    return containing(day, "week").label


def _start(label: str) -> date:
    return parse(label).start or date.min


__all__ = [
    "artefact_periods", "breaks_of", "chart_of", "connected", "days_of",
    "events_of", "marked",
    "months_of", "mostly_holidays", "points_by", "since_when",
    "unusual_days", "whole_stretches",
]  # fmt: skip
