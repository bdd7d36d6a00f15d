"""The actions of a plan week by week: their figures in one scan, the verdict on each, a chart to watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pandas as pd

from sqaudit import measure, verdicts
from sqaudit.actions import Action, checked, per_week, segment_points
from sqaudit.actions.check import every_other, stood_worst
from sqaudit.audit import Audit
from sqaudit.conditions import ConditionError, plain_faults
from sqaudit.control.chart import ControlChart
from sqaudit.errors import ParameterError
from sqaudit.inquiry.record_keeping import BREAKS, CHANGES, RecordKeeping
from sqaudit.inquiry.series import chart_of
from sqaudit.inquiry.settling import settled
from sqaudit.periods import containing, parse
from sqaudit.personal import is_personal
from sqaudit.plan import described_kinds, personal_columns
from sqaudit.standards import Indicator
from sqaudit.verification import Verification
from sqaudit.verification.deciding import LEAST_AFTER

GRAIN = "week"
# Why an action is not verified, in the order in which it is asked.
REASONS = (
    "not_begun", "no_indicator", "unknown_indicator", "no_figures", "unknown_segment", "too_little",
)  # fmt: skip

__all__ = ["REASONS", "Tracked", "tells_on", "tracked"]


@dataclass(frozen=True, eq=False)
class Tracked:
    """One action held against the figures: the verdict with its chart, or the reason why there is none.

    `breaks` and `recording` are what happened to its records meanwhile, as by `RecordKeeping`: a change of
    recording may be mistaken for an effect.
    """

    action: str
    reason: str = ""
    verification: Verification | None = None
    chart: ControlChart | None = None
    breaks: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(BREAKS)))
    recording: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CHANGES)))


def tracked(audit: Audit, actions: Sequence[Action]) -> tuple[Tracked, ...]:
    """Every action that was not dropped, verified where that can be done; in the order of the plan.

    The weeks count that had ended when the run was judged, up to the first whose limits have not run out.
    Segments by dimensions are measured together, in
    one scan for each kind of record, and have controls: every other segment without such an action. A segment
    that is a condition takes a scan of its own and has no controls. A segment that stood worst of all
    before its action is taken to have been picked for it, so that its return to the mean is taken off.
    """
    live = [one for one in actions if one.status != "dropped"]
    reasons = {one.id: _reason(audit, one) for one in live}
    figures = _figures(audit, [one for one in live if not reasons[one.id]])
    records = RecordKeeping(audit)
    return tuple(
        Tracked(one.id, reasons[one.id]) if reasons[one.id] else _tracked(records, one, figures[one.id], live)
        for one in live
    )


def tells_on(found: Verification, start: date) -> date:
    """The first day on which a verdict that is too early today can be told apart from chance.

    That is after the four weeks that every verdict waits for, or after as many whole weeks as the planned
    effect takes to be seen with a power of 80 %; later by the weeks that limits take to run out.
    """
    week = containing(start, GRAIN).start or start
    first = week if week == start else week + timedelta(weeks=1)
    return first + timedelta(weeks=max(LEAST_AFTER, found.periods_needed or 0) + found.unsettled)


def _reason(audit: Audit, action: Action) -> str:
    """Why the action cannot be verified, before anything is measured; empty where nothing speaks against."""
    if action.start is None or action.start >= audit.as_of.date():
        return "not_begun"
    if action.indicator is None:
        return "no_indicator"
    if action.indicator not in {one.id for one in audit.standard.indicators}:
        return "unknown_indicator"
    one = audit.standard.indicator(action.indicator)
    if not any(kind in audit.columns for kind in one.kinds):
        return "no_figures"
    if action.dimensions is not None:
        try:
            audit.question(((GRAIN, *action.dimensions),), (parse("all"),), (one.id,))
        except ParameterError:  # a column that is not there, or that holds personal data
            return "unknown_segment"
        return ""
    return "" if _bounded(audit, one, action.where or "") else "unknown_segment"


def _figures(audit: Audit, actions: Sequence[Action]) -> dict[str, pd.DataFrame]:
    """The weekly figures behind each action, those of other segments beside them."""
    plain = [one for one in actions if one.dimensions is not None]
    groupings = tuple(dict.fromkeys((GRAIN, *(one.dimensions or {})) for one in plain))
    found: dict[str, pd.DataFrame] = {}
    if plain:
        names = dict.fromkeys(str(one.indicator) for one in plain)
        frames = _measured(audit, groupings, tuple(names), {})
        found = {one.id: _of(frames[(GRAIN, *(one.dimensions or {}))], one) for one in plain}
    for one in actions:
        if one.dimensions is None:
            indicator = audit.standard.indicator(str(one.indicator))
            scope = _bounded(audit, indicator, one.where or "")
            found[one.id] = _of(_measured(audit, ((GRAIN,),), (indicator.id,), scope)[(GRAIN,)], one)
    return found


def _of(frame: pd.DataFrame, action: Action) -> pd.DataFrame:
    return frame[frame["indicator"] == action.indicator].reset_index(drop=True)


def _measured(
    audit: Audit,
    groupings: tuple[tuple[str, ...], ...],
    indicators: tuple[str, ...],
    scope: Mapping[str, str],
) -> dict[tuple[str, ...], pd.DataFrame]:
    """The figures of all weeks that had ended, by every grouping; `scope` bounds kinds further."""
    every = parse("all")
    question = audit.question(groupings, (every,), indicators)
    question = replace(question, scope={**question.scope, **scope})
    frames = measure.measure(audit.engine, audit.standard, audit.columns, question)
    last = audit.as_of.date()
    judged = {}
    for grouping, frame in frames.items():
        ends = {label: parse(label).end or date.max for label in frame["period"].unique()}
        kept = frame[frame["period"].map(ends) <= last].reset_index(drop=True)
        judged[grouping] = verdicts.judged(kept, audit.standard, every, audit.run.minimum_cases)
    return judged


def _bounded(audit: Audit, indicator: Indicator, where: str) -> dict[str, str]:
    """The scope of each kind of record within a condition; nothing where a kind cannot tell, or must not."""
    hidden = personal_columns(audit.run, described_kinds(audit.standard))
    scope: dict[str, str] = {}
    for kind in indicator.kinds:
        model = audit.standard.kind(kind)
        known = [
            name
            for name in audit.columns.get(kind, {})
            if audit.run.show_personal_data or not (name in hidden or is_personal(name, [model]))
        ]
        try:
            if plain_faults(where, known):
                return {}
        except ConditionError:
            return {}
        own = audit.run.scope_of(kind)
        scope[kind] = f"({own}) AND ({where})" if own else where
    return scope


def _tracked(
    records: RecordKeeping, action: Action, figures: pd.DataFrame, actions: Iterable[Action]
) -> Tracked:
    audit = records.audit
    one = audit.standard.indicator(str(action.indicator))
    # A condition bounded the records already: what was measured is the segment.
    own = action if action.dimensions is not None else action.model_copy(update={"segment": None})
    figures, unsettled = settled(figures, own, actions)
    if one.kind_of_measure == "count":
        weeks = records.sound_weeks(one, list(figures["period"].unique()))
        figures = per_week(figures, list(own.dimensions or ()), weeks)
    points = segment_points(figures, own)
    if points.empty or not (points["denominator"] > 0).any():
        return Tracked(action.id, "no_figures")
    try:
        found = checked(
            own,
            figures,
            actions,
            direction=one.direction,
            chosen_as_worst=stood_worst(own, figures, one.direction, audit.run.minimum_cases),
            peers=every_other(figures, own),
            confidence=audit.run.confidence,
        )
    except ValueError:  # counts that no method fits, such as parts of a whole that outgrow it
        return Tracked(action.id, "too_little")
    if unsettled:
        found = replace(found, unsettled=unsettled, notes=(*found.notes, "weeks_not_settled"))
    shown = points[points["period"].isin(list(found.series["period"]))].reset_index(drop=True)
    start, (first, last) = action.start or date.max, _days(list(found.series["period"]))
    return Tracked(
        action.id,
        "",
        found,
        _chart(records.marked(shown, one, action.where), one, start),
        records.breaks(one, action.where, first, last),
        records.changes(one, action.where, start, last),
    )


def _days(weeks: Sequence[object]) -> tuple[date, date]:
    """The first and the last day of some weeks."""
    first, last = parse(str(weeks[0])), parse(str(weeks[-1]))
    return first.start or date.min, (last.end or date.max) - timedelta(days=1)


def _chart(points: pd.DataFrame, indicator: Indicator, start: date) -> ControlChart | None:
    """The chart of the segment, its limits learnt from the weeks before the action alone, however few.

    Limits from weeks that show the action would judge it by itself; too few weeks before give none.
    """
    return chart_of(points, indicator, containing(start, GRAIN), least=1)
