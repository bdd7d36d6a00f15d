"""The inquiry into an indicator: is it real, mix or rate, which segments, since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sqaudit import intervals
from sqaudit.audit import Audit
from sqaudit.causes.segments.explanation import Explanation
from sqaudit.causes.stretch import crowded_stretch
from sqaudit.errors import Fault, ParameterError
from sqaudit.inquiry import parts as mix_and_rate
from sqaudit.inquiry import series
from sqaudit.inquiry.baseline import earlier_periods, figures_before, with_new_agents
from sqaudit.inquiry.dimensions import Dimension, chosen_dimensions, described_dimensions
from sqaudit.inquiry.model import Answer, Inquiry
from sqaudit.inquiry.recording import recording_changes
from sqaudit.inquiry.search import Searched, search_change, search_level
from sqaudit.measure.cells import cells
from sqaudit.periods import Period
from sqaudit.plan import described_kinds, personal_columns
from sqaudit.standards import Indicator
from sqaudit.standards.measures import SHARES
from sqaudit.tests_of_change.changes import period_changes

MOST_BINS = 40  # values of a column that is offered unasked; with more of them a cell holds hardly a case
MOST_DAYS = 130  # of a period that is looked at day by day; a longer one by weeks
FEW = 4  # dimensions to fall back on where cells are too fine
MADE = ("stretch", "new")  # dimensions that exist in the present period only
NOTHING = pd.DataFrame()


@dataclass(frozen=True)
class Inquirer:
    """An audit open for inquiries. What several inquiries need of it is looked up once.

    `period` and `compared` are those of the run unless others are given.
    """

    audit: Audit
    period: Period
    compared: Period | None

    @classmethod
    def of(cls, audit: Audit, period: Period | None = None, compared: Period | None = None) -> Inquirer:
        """The inquirer of an audit; ParameterError where the two periods overlap."""
        now = period or audit.run.chosen_period
        before = compared or (audit.run.compared_period if period is None else now.previous())
        if before is not None and before.overlaps(now):
            raise ParameterError(
                [Fault("compare", f"{before} overlaps {now}.", "Name a period before or after it.")]
            )
        return cls(audit, now, before)

    def inquire(
        self,
        indicator: str,
        dimensions: Sequence[str] = (),
        *,
        asked: str = "change",
        target: float | None = None,
        reasons: Sequence[str] = (),
    ) -> Inquiry:
        """What can be found out about one indicator.

        `dimensions` are the columns to look by (weekday, hour and part_of_day are bins of the event); without
        them, those that `described_dimensions` offers. `asked` is `change` (against the compared period) or
        `level` (who lies off the target, or off the rest). ParameterError where a name is unknown.
        """
        one = self._indicator(indicator)
        looked_by = self._dimensions(one, dimensions)
        points, breaks, broken, shaken = self._series(one)
        chart = series.chart_of(points, one, self.period)
        since = series.since_when(points, one)
        found, kept = self._told_apart(one, looked_by, not dimensions)
        wide = self._wide(found, one) if asked == "change" else NOTHING
        mix, level, three, shown = self._mix(one, wide, [one for one in kept if one.origin not in MADE])
        explanation = self._explained(one, found, kept, asked, target)
        segments = self._segments(one, explanation, kept, found)
        return Inquiry(
            indicator=one.id,
            asked="level" if asked == "level" else "change",
            answer=_answer(explanation, mix, broken),
            period=self.period.label,
            compared=self.compared.label if self.compared and asked == "change" else None,
            reasons=tuple(reasons),
            change=self._changes.get(one.id, {}),
            chart=_chart_facts(chart),
            points=chart.points if chart is not None else NOTHING,
            since=asdict(since),
            breaks=breaks,
            mix=mix,
            level=level,
            parts=three,
            shown=shown,
            strata=mix_and_rate.inside_strata(wide, level)
            if level and mix_and_rate.kind_of(one) == "share"
            else {},
            segments=segments,
            recording=self._recording(one, segments),
            total=dict(explanation.total) if explanation else {},
            looks=explanation.looks if explanation else 0,
            draws=explanation.draws if explanation else 0,
            notes=(*(explanation.notes if explanation else ()), *(["event_breaks"] if shaken else [])),
            dimensions=tuple(dimension.name for dimension in kept),
        )

    @cached_property
    def _changes(self) -> dict[str, dict[str, Any]]:
        """Every indicator compared between the two periods, as one family."""
        if self.compared is None:
            return {}
        spans = (self.compared, self.period)
        frames = {one.label: self.audit.measure(period=one).set_index("indicator") for one in spans}
        pairs = _pairs(frames[self.compared.label], frames[self.period.label], self.audit)
        rows = period_changes(pairs, family="review").to_dict("records") if len(pairs) else []
        return {str(row["indicator"]): {str(key): value for key, value in row.items()} for row in rows}

    def _indicator(self, name: str) -> Indicator:
        self.audit.question(((),), (self.period,), (name,))  # says what there is, where there is no such one
        return self.audit.standard.indicator(name)

    def _dimensions(self, one: Indicator, names: Sequence[str]) -> list[Dimension]:
        audit, kinds = self.audit, described_kinds(self.audit.standard)
        hidden = set() if audit.run.show_personal_data else personal_columns(audit.run, kinds)
        if names:
            return chosen_dimensions(names, one, kinds, audit.columns, hidden)
        return described_dimensions(one, kinds, audit.columns, audit.run.segments, hidden)

    def _told_apart(
        self, one: Indicator, dimensions: Sequence[Dimension], unasked: bool
    ) -> tuple[pd.DataFrame, list[Dimension]]:
        """The cells of all periods, and the dimensions by which they can be told apart.

        Unasked, the months of a long period and the agents who are new in it are looked at too.
        """
        stretches = series.months_of(self.period, self._event(one)) if unasked else []
        own = {dimension.name: dimension for dimension in dimensions if dimension.origin not in MADE}
        wanted = unasked or "agent" in own or len(own) < len(dimensions)
        agents = [Dimension("agent", "agent")] if wanted and not unasked and "agent" not in own else []
        found = self._cells(one, [*own.values(), *agents, *stretches])
        kept = [dimension for name, dimension in own.items() if _told_apart(found, name)]
        if wanted:
            found, new = with_new_agents(found, self.period.label)
            kept += [new] if new is not None else []
        return found, [*kept, *stretches]

    @cached_property
    def _earlier(self) -> list[str]:
        """The labels of the periods before the one compared that have records."""
        return [span.label for span in earlier_periods(self.compared)]

    def _cells(self, one: Indicator, dimensions: Sequence[Dimension]) -> pd.DataFrame:
        spans = tuple(span for span in (self.period, self.compared) if span is not None)
        spans += tuple(earlier_periods(self.compared))
        question = self.audit.question(((),), spans, (one.id,))
        named = {dimension.name: dimension.expression for dimension in dimensions}
        return cells(self.audit.engine, self.audit.standard, self.audit.columns, question, one, named)

    def _wide(self, found: pd.DataFrame, one: Indicator) -> pd.DataFrame:
        if self.compared is None or found.empty:
            return NOTHING
        return mix_and_rate.two_periods(found, one, self.compared.label, self.period.label)

    def _mix(
        self, one: Indicator, wide: pd.DataFrame, kept: Sequence[Dimension]
    ) -> tuple[pd.DataFrame, tuple[str, ...], pd.DataFrame, pd.DataFrame]:
        kind = mix_and_rate.kind_of(one)
        if kind is None or wide.empty or not (wide["n_before"].sum() > 0 and wide["n_now"].sum() > 0):
            return NOTHING, (), NOTHING, NOTHING
        table = mix_and_rate.by_dimension(wide, [dimension.name for dimension in kept], kind)
        level = mix_and_rate.level_of(table, wide, kind, self.audit.run.segments)
        if not level:
            return table, (), NOTHING, NOTHING
        return table, level, *mix_and_rate.at_level(wide, level, kind)

    def _explained(
        self,
        one: Indicator,
        found: pd.DataFrame,
        kept: Sequence[Dimension],
        asked: str,
        target: float | None,
    ) -> Explanation | None:
        columns = _measured_by(one, found)
        if columns is None or not kept:
            return None
        now = found[found["period"] == self.period.label]
        try:
            if asked == "level":
                return search_level(now, kept, columns, target)
            if self.compared is None or now.empty or not (found["period"] == self.compared.label).any():
                return None
            bare = len(columns) == 1  # bare counts of several periods cannot be added up
            earlier = () if bare else tuple(self._earlier)
            searched = Searched(found, self.period.label, self.compared.label, earlier, columns)
            return search_change(searched, kept)
        except ValueError:  # no cell holds two cases: their spread cannot be told so finely
            few = kept[:FEW]
            return self._explained(one, found, few, asked, target) if len(few) < len(kept) else None

    def _segments(
        self,
        one: Indicator,
        explanation: Explanation | None,
        kept: Sequence[Dimension],
        found: pd.DataFrame,
    ) -> pd.DataFrame:
        """The segments with the conditions that keep their records, and since when each is as it is."""
        if explanation is None or explanation.segments.empty:
            return NOTHING
        known = {dimension.name: dimension for dimension in kept}
        rows = []
        for row in explanation.segments.to_dict("records"):
            conditions = [(str(name), value) for name, value in row["conditions"]]
            where = " and ".join(known[name].condition_for(value) for name, value in conditions)
            told = {str(name): value for name, value in row.items()}
            if self.compared is not None:
                lasting = [(name, value) for name, value in conditions if known[name].origin != "stretch"]
                told |= _figures(figures_before(found, self.compared.label, lasting), one)
            rows.append(told | {"where": where, **self._when(one, where), **_bounds(told)})
        named = [[str(name) for name, _ in row["conditions"]] for row in rows]
        values = [[value for _, value in row["conditions"]] for row in rows]
        frame = pd.DataFrame(rows).drop(columns=["conditions"])
        return frame.assign(
            dimensions=pd.Series(named, index=frame.index, dtype="object"),
            values=pd.Series(values, index=frame.index, dtype="object"),
        )

    def _recording(self, one: Indicator, segments: pd.DataFrame) -> pd.DataFrame:
        """Columns that are filled otherwise than before, in the whole and in each segment."""
        if self.compared is None:
            return NOTHING
        places = ["true", *(segments["where"] if len(segments) else [])]
        frames = [
            recording_changes(self.audit, one, where, self.compared, self.period).assign(where=where)
            for where in places
        ]
        filled = [frame for frame in frames if len(frame)]
        return pd.concat(filled, ignore_index=True) if filled else NOTHING

    def _when(self, one: Indicator, where: str) -> dict[str, Any]:
        """Since which week the level of a segment is another, and the days in which its bad cases crowd."""
        event = self._event(one)
        told: dict[str, Any] = {"since": None, "since_earliest": None, "since_latest": None}
        told |= {"crowd_from": None, "crowd_until": None}
        if event is None:
            return told
        week = self._inside(one, where, f"date_trunc('week', {event})")
        points = week.assign(
            period=[series.containing_week(day) for day in week["day"]],
            numerator=week["bad"], denominator=week["count"], value=week["total"] / week["count"],
        )  # fmt: skip
        since = series.since_when(points, one)
        if since.found:
            told |= {"since": str(since.since), "since_earliest": str(since.earliest)}
            told["since_latest"] = str(since.latest)
        if one.kind_of_measure in SHARES:
            days = self._inside(one, where, f"date_trunc('{_stretch_of(self.period)}', {event})")
            now = days[days["day"] >= pd.Timestamp(self.period.start or date.min)].assign(period=days["day"])
            if (crowd := crowded_stretch(now)) is not None:
                told["crowd_from"], told["crowd_until"] = str(crowd.first)[:10], str(crowd.last)[:10]
        return told

    def _inside(self, one: Indicator, where: str, stretch: str) -> pd.DataFrame:
        """The cells of a segment by stretch of time, over both periods; `day` is the beginning of each."""
        made = {"inside": f"case when {where} then 1 else 0 end", "day": stretch}
        question = self.audit.question(((),), (Period("all", "all", None, None),), (one.id,))
        frame = cells(self.audit.engine, self.audit.standard, self.audit.columns, question, one, made)
        own = frame[(frame["inside"] == 1) & frame["day"].notna()]
        own = own.assign(day=pd.to_datetime(own["day"]))
        start, end = (self.compared or self.period).start, self.period.end
        kept = (own["day"] >= pd.Timestamp(start or date.min)) & (own["day"] < pd.Timestamp(end or date.max))
        return own[kept].reset_index(drop=True)

    def _event(self, one: Indicator) -> str | None:
        events = {
            piece.event or self.audit.standard.kind(piece.kind).time
            for piece in self.audit.standard.pieces_of(one)
        }
        found = next(iter(events)) if len(events) == 1 else None
        return (
            found if found and all(found in self.audit.columns.get(kind, {}) for kind in one.kinds) else None
        )

    def _series(self, one: Indicator) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str], tuple[str, ...]]:
        """The weekly points with what is broken, the breaks of all its records, and broken periods.

        Last, the periods whose records are whole and of which some other event broke off.
        """
        audit = self.audit
        every = []
        points = self._points[self._points["indicator"] == one.id].reset_index(drop=True)
        broken: dict[str, str] = {}  # the records of a period are incomplete
        shaken: dict[str, str] = {}  # some event of theirs broke off or came in a batch
        labels = [span.label for span in (self.compared, self.period) if span is not None]
        for kind in one.kinds:
            counted_by = audit.standard.kind(kind).time
            for event in series.events_of(audit, one, kind):
                days, breaks = self._breaks(kind, event)
                every.append(breaks.assign(kind_of_record=kind, event=event))
                shaken |= series.artefact_periods(breaks, labels, days) if len(days) else {}
                if event == counted_by and len(days):
                    points = series.whole_stretches(points, days.index.min().date(), days.index.max().date())
                    points = _merged_marks(points, series.marked(points, breaks, days, None))
                    broken |= series.artefact_periods(breaks, labels, days)
        filled = [frame for frame in every if len(frame)]
        told = (
            _between(pd.concat(filled, ignore_index=True), self.compared, self.period) if filled else NOTHING
        )
        return points, told, broken, tuple(set(shaken) - set(broken))

    @cached_property
    def _points(self) -> pd.DataFrame:
        return series.points_by(self.audit, "week", ())

    def _breaks(self, kind: str, event: str) -> tuple[pd.Series, pd.DataFrame]:
        """The days of a kind of record by one of its times, and where they break; looked for once."""
        if (kind, event) not in self._known_breaks:
            days = series.connected(series.days_of(self.audit, kind, event))
            found = series.breaks_of(days, series.unusual_days(self.audit, days))
            self._known_breaks[kind, event] = days, found
        return self._known_breaks[kind, event]

    @cached_property
    def _known_breaks(self) -> dict[tuple[str, str], tuple[pd.Series, pd.DataFrame]]:
        return {}


def inquire(
    audit: Audit,
    indicator: str,
    dimensions: Sequence[str] = (),
    *,
    compare: Period | None = None,
    period: Period | None = None,
    asked: str = "change",
) -> Inquiry:
    """What can be found out about one indicator of an open audit; see `Inquirer.inquire`."""
    return Inquirer.of(audit, period, compare).inquire(indicator, dimensions, asked=asked)


def _stretch_of(period: Period) -> str:
    """The stretch of time in which bad cases are counted: days, in a long period weeks."""
    if period.start is None or period.end is None or (period.end - period.start).days > MOST_DAYS:
        return "week"
    return "day"


def _figures(cells_before: pd.DataFrame, one: Indicator) -> dict[str, float]:
    """What a segment had in the compared period alone."""
    count = float(cells_before["count"].sum())
    if one.kind_of_measure == "count":  # of one period: events are all there is to a bare count
        return {"count_before": 1.0, "observed_before": count, "rate_before": count}
    name = "bad" if cells_before["bad"].notna().any() or one.kind_of_measure in SHARES else "total"
    observed = float(cells_before[name].sum())
    rate = observed / count if count else np.nan
    return {"count_before": count, "observed_before": observed, "rate_before": rate}


def _told_apart(found: pd.DataFrame, name: str) -> bool:
    """Whether a dimension has at least two values, and not nearly as many as there are cases."""
    values = found[name].nunique(dropna=False) if len(found) else 0
    cases = float(found["count"].fillna(0).sum())
    return 2 <= values <= max(MOST_BINS, int(cases / 50))


def _measured_by(one: Indicator, found: pd.DataFrame) -> dict[str, Any] | None:
    """How the search reads the cells of an indicator; None where it cannot.

    Single values are read as how many lie in the outer quarter: means of long waits are no bell curves.
    """
    if found.empty:
        return None
    if found["bad"].notna().any():
        return {"bad": "bad", "count": "count"}
    if one.kind_of_measure == "rate" and mix_and_rate.kind_of(one) is not None:
        return {"count": "total", "exposure": "count"}
    return {"count": "count"} if one.kind_of_measure == "count" else None


def _answer(explanation: Explanation | None, mix: pd.DataFrame, broken: Mapping[str, str]) -> Answer:
    """The outcome in one word; the change of a total is called mix only where some mix is clear."""
    if broken:
        return "artefact"
    if explanation is None:
        return "no_cells"
    if explanation.outcome == "segments":
        return "segments"
    if explanation.outcome == "mix_only":
        return "mix" if _mix_explains(mix) else "noise"
    return "general" if explanation.outcome == "general" else "noise"


def _mix_explains(mix: pd.DataFrame) -> bool:
    """Whether a clear shift of the mix by some dimension makes up at least half of the change."""
    if mix.empty:
        return False
    most = (mix["mix_p_adjusted"] < 0.05) & (mix["mix"] * mix["change"] >= 0.5 * mix["change"] ** 2)
    return bool(most.any())


def _bounds(row: Mapping[Any, Any]) -> dict[str, float]:
    """The interval of a segment's own change, for shares; NaN for what is no share."""
    counts = [float(row[name]) for name in ("observed_now", "count_now", "observed_before", "count_before")]
    share = all(np.isfinite(counts)) and counts[0] <= counts[1] and counts[2] <= counts[3]
    if not share or not (counts[1] > 0 and counts[3] > 0):
        return {"change_low": np.nan, "change_high": np.nan}
    low, high = intervals.newcombe_difference(*counts)
    return {"change_low": float(low), "change_high": float(high)}


def _chart_facts(chart: Any) -> dict[str, Any]:
    if chart is None:
        return {}
    return {
        "kind": chart.design.kind,
        "notes": list(chart.notes),
        "phases": chart.phases.to_dict("records"),
        "chance_of_any": chart.false_alarms.chance_of_any,
        "expected_alarms": chart.false_alarms.expected,
        "standard_error": chart.false_alarms.standard_error,
        "points": chart.false_alarms.points,
    }


def _between(breaks: pd.DataFrame, compared: Period | None, period: Period) -> pd.DataFrame:
    """The breaks that touch the two periods or the time between them."""
    start, end = (compared or period).start or date.min, period.end or date.max
    first, last = (pd.to_datetime(breaks[name]).dt.date for name in ("first_day", "last_day"))
    return breaks[(first < end) & (last >= start)].reset_index(drop=True)


def _merged_marks(points: pd.DataFrame, marked: pd.DataFrame) -> pd.DataFrame:
    """The marks of several kinds of record together: a stretch is broken where one of them is."""
    if "artefact" not in points:
        return marked
    either = points["artefact"].where(points["artefact"] != "", marked["artefact"])
    return points.assign(artefact=either)


def _pairs(before: pd.DataFrame, now: pd.DataFrame, audit: Audit) -> pd.DataFrame:
    """The figures of two periods side by side, as a family of comparisons reads them."""
    rows = []
    for one in audit.standard.indicators:
        if one.id not in before.index or one.id not in now.index:
            continue
        first, second = before.loc[one.id], now.loc[one.id]
        measure = "share" if first["method"] in ("wilson", "exact", "clopper_pearson") else "interval"
        names = ("numerator", "denominator", "value", "low", "high")
        sides = {
            f"{name}_{side}": row[name]
            for side, row in (("before", first), ("now", second))
            for name in names
        }
        rows.append({"indicator": one.id, "measure": measure, **sides})
    return pd.DataFrame(rows)


__all__ = ["Inquirer", "inquire"]
