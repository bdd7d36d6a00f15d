"""An audit: the records of a run attached, measured, judged, and open for questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, time
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from sqaudit import measure, periods, personal, verdicts
from sqaudit.calendars import open_us_at
from sqaudit.conditions import ConditionError, condition, plain_faults, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.ledger import ledger
from sqaudit.measure import CaseProof, Clock, Question
from sqaudit.measure.clocks import attach_calendars, years_until
from sqaudit.periods import GRAINS, Period
from sqaudit.plan import Plan, described_kinds, personal_columns, plan, planned, segment_faults
from sqaudit.plan.fitting import fitting_faults, type_word
from sqaudit.readings import needed_of
from sqaudit.records import check as records_check
from sqaudit.results import Results, stacked
from sqaudit.sources.attach import Attached, attach
from sqaudit.sources.links import with_links
from sqaudit.standards.model import Indicator, Standard
from sqaudit.standards.variants import variants

STATUSES = ("met", "missed", "counted", "pending", "excluded")
PeriodLike = str | Period | None


class Audit(AbstractContextManager["Audit"]):
    """The records of a plan in an engine, ready to be asked.

    >>> with open_audit("params/quarterly_review.yaml") as audit:
    ...     audit.measure(by=["region"]).columns[:4].to_list()
    ['indicator', 'period', 'region', 'numerator']
    """

    def __init__(self, the_plan: Plan) -> None:
        self.plan = the_plan
        self.run = the_plan.run
        self.standard = the_plan.standard
        self.variants = tuple(one for standard in the_plan.read_standards for one in variants(standard))
        self.engine = DuckDBEngine()
        try:
            self.attached = self._attach()
            self.clocks = self._clocks()
            self.engine.seal()
            self._refuse_what_the_engine_refuses()
        except BaseException:
            self.engine.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the records."""
        self.engine.close()

    @property
    def columns(self) -> Mapping[str, Mapping[str, str]]:
        """The columns of each record kind that is there."""
        return {kind: attached.columns for kind, attached in self.attached.items()}

    @cached_property
    def as_of(self) -> datetime:
        """When open cases are judged: as stated, else at the end of the period, else at the last event."""
        if self.run.as_of is not None:
            return self.run.as_of
        end = self.run.chosen_period.end
        return datetime.combine(end, time.min) if end is not None else self._last_event()

    def measure(
        self, by: Sequence[str] = (), period: PeriodLike = None, indicators: Sequence[str] = ()
    ) -> pd.DataFrame:
        """The figures of the standard, judged: a measurement frame with `target, direction, unit, verdict`.

        `by` names segments or a grain of time (day, week, month, quarter, year); several are crossed.
        ParameterError where a segment, indicator or period is unknown.
        """
        chosen = self._period(period)
        question = self.question((tuple(by),), (chosen,), indicators)
        frame = measure.measure(self.engine, self.standard, self.columns, question)[tuple(by)]
        return verdicts.judged(frame, self.standard, chosen, self.run.minimum_cases)

    def queries(
        self, by: Sequence[str] = (), period: PeriodLike = None, indicators: Sequence[str] = ()
    ) -> dict[str, str]:
        """The query behind the figures, for each record kind."""
        question = self.question((tuple(by),), (self._period(period),), indicators)
        return measure.queries(self.standard, self.columns, question)

    def records(
        self,
        indicator: str,
        status: str | None = None,
        where: str | None = None,
        period: PeriodLike = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """The very rows behind a figure: `kind, period, status, reason` and all columns of the records.

        Of an indicator with several parts there is also `part`, behind `kind`: the number of the part, or
        `events` and `per` for the two sides of a rate; a row stands once for each part that reads it. A
        column of the records that is called like one of these is shown as `ticket_status` and so on.
        `status` keeps one of met, missed, counted, pending, excluded; `where` is a condition over the
        columns. Personal data are masked unless the run says otherwise. ParameterError where a name is
        unknown or the condition is not allowed.
        """
        question = self.question(((),), (self._period(period),), (indicator,))
        chosen = self.standard.indicator(indicator)
        self._check_listing(chosen, status, where)
        at_most = "" if limit is None else f"\nLIMIT {int(limit)}"
        queries = measure.listings(self.standard, self.columns, question, chosen, status, where)
        leading = ["kind", *(["part"] if any(part for _, part, _ in queries) else [])]
        parts = [
            self.engine.query(sql + at_most).assign(**dict(zip(leading, (kind, part), strict=False)))
            for kind, part, sql in queries
        ]
        if not parts:
            return pd.DataFrame(columns=["kind", "period", "status", "reason"])
        rows = pd.concat(parts, ignore_index=True).drop(columns="_row")
        rows = rows[[*leading, *(name for name in rows.columns if name not in leading)]]
        kinds = [self.standard.kind(kind) for kind in chosen.kinds]
        if self.run.show_personal_data:
            return rows
        hidden = personal_columns(self.run, described_kinds(self.standard))
        renamed = {f"{kind}_{name}" for kind in chosen.kinds for name in hidden}  # see the listing
        return personal.masked(rows, kinds, also=hidden | renamed)

    def telling_columns(self, indicator: str) -> set[str]:
        """The columns of a listing that say why a row counts as it does: what was judged, by what, and whose.

        Status and reason, the key and the event of the records, what the indicator reads, and the segments.
        """
        chosen = self.standard.indicator(indicator)
        models = [self.standard.kind(kind) for kind in chosen.kinds]
        names = {"kind", "part", "period", "status", "reason", *self.run.segments}
        names |= {name for one in models for name in (one.key, one.time) if name}
        return names | {name for kind in chosen.kinds for name in needed_of(chosen, kind)}

    def clock_proof(self, indicator: str, case: str) -> list[CaseProof]:
        """Why a case kept the time limit of an indicator or not, stretch by stretch.

        `case` is the key of the record, as text. One proof for each record with that key (a case may stand
        twice) and for each part of the indicator; the period does not matter, the scope of the run does.
        ParameterError where the indicator sets no time limit, cannot be computed from these records, or no
        record has the key.
        """
        question = self.question(((),), (periods.parse("all"),), (indicator,))
        chosen = self.standard.indicator(indicator)
        limited = [piece for piece in chosen.pieces if piece.measure.within is not None]
        if not limited:
            message = f"{indicator} sets no time limit: it is a {chosen.kind_of_measure}."
            raise ParameterError([Fault("indicator", message, "Name one that is measured `within` a limit.")])
        lacking = {piece.kind: self._lacking(piece.kind, chosen, ()) for piece in limited}
        if all(lacking.values()):
            raise ParameterError([Fault("indicator", f"{indicator}: {why}.") for why in lacking.values()])
        keyless = [kind for kind in lacking if self.standard.kind(kind).key not in self.columns.get(kind, {})]
        if len(keyless) == len(lacking):
            message = f"{', '.join(keyless)} records have no key by which a case could be found."
            raise ParameterError([Fault("case", message, "Map the column that holds it under `columns`.")])
        calendars = {one.id: one for one in self.plan.calendars.values()}
        found = measure.case_proofs(
            self.engine, self.standard, self.columns, question, chosen, case, calendars, self.run.timezone
        )
        if not found:
            kinds = " or ".join(f"{kind} record" for kind in lacking if kind not in keyless)
            message = f"no {kinds} has the key '{case}'" + (
                " in the scope of the run." if self.run.scope else "."
            )
            raise ParameterError(
                [Fault("case", message, "`sqaudit records` lists the cases with their keys.")]
            )
        return found

    def not_broken_down(self, by: Sequence[str], indicators: Sequence[str] = ()) -> dict[str, str]:
        """Why an indicator has no rows for a grouping: records, a column or a segment are absent."""
        reasons = {}
        for indicator in self.standard.indicators:
            if by and (not indicators or indicator.id in indicators):
                lacking = [self._lacking(kind, indicator, by) for kind in indicator.kinds]
                both_needed = indicator.kind_of_measure == "rate"
                if any(lacking) if both_needed else all(lacking):
                    reasons[indicator.id] = "; ".join(filter(None, lacking))
        return reasons

    @cached_property
    def results(self) -> Results:
        """Everything the book of this run says, computed in one scan per record kind."""
        run = self.run
        segments = self._segments
        groupings = ((), (run.chosen_period.finer,), *((name,) for name in segments))
        totals_only = frozenset(one.indicator.id for one in self.variants)
        question = replace(self.question(groupings, self._spans), totals_only=totals_only)
        frames = measure.measure(self.engine, self._read_every_way, self.columns, question)
        judged = {
            grouping: verdicts.judged(frame, self._read_every_way, run.chosen_period, run.minimum_cases)
            for grouping, frame in frames.items()
        }
        total, others = _apart(judged[()], totals_only)
        judged[()] = total
        return Results(
            stacked(judged, segments),
            self.checks,
            self.row_account,
            ledger(
                self.plan.read_standards,
                _of(total, run.chosen_period),
                _of(others, run.chosen_period),
                run.chosen_period,
            ),
            self.as_of,
        )

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The measurements of the period under audit in total and by segment, as `results` has them.

        Nothing else is computed: no months, no other readings, no period before, no faults of the records.
        """
        run, segments = self.run, self._segments
        groupings = ((), *((name,) for name in segments))
        question = self.question(groupings, (run.chosen_period,))
        frames = measure.measure(self.engine, self.standard, self.columns, question)
        judged = {
            grouping: verdicts.judged(frame, self.standard, run.chosen_period, run.minimum_cases)
            for grouping, frame in frames.items()
        }
        return stacked(judged, segments)

    @cached_property
    def checks(self) -> pd.DataFrame:
        """Every fault of the records, the gravest first; columns as in `sqaudit.records.check.CHECKS`."""
        found = [
            records_check.check(self.engine, one, self._expected(kind)) for kind, one in self.attached.items()
        ]
        for kind in self.standard.kinds_used:
            if kind not in self.attached:
                indicators = [one.id for one in self.standard.indicators if kind in one.kinds]
                found.append(records_check.absent(kind, indicators))
        filled = [frame for frame in found if len(frame)]
        columns = list(records_check.CHECKS)
        table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
        order = {name: place for place, name in enumerate(records_check.SEVERITIES)}
        rank = table["severity"].map(order)
        return table.iloc[rank.argsort(kind="stable")].reset_index(drop=True)

    @cached_property
    def row_account(self) -> pd.DataFrame:
        """Where every row of every source went: `kind, step, detail, rows`."""
        parts = [
            records_check.row_account(self.engine, one, self._expected(kind))
            for kind, one in self.attached.items()
        ]
        columns = list(records_check.ROW_ACCOUNT)
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)

    def question(
        self,
        groupings: tuple[tuple[str, ...], ...],
        spans: tuple[Period, ...],
        indicators: Sequence[str] = (),
    ) -> Question:
        """The question in the settings of this run; ParameterError where a name is unknown."""
        known = sorted({name for columns in self.columns.values() for name in columns})
        asked = dict.fromkeys(name for grouping in groupings for name in grouping)
        faults = [Fault("by", fault.message, fault.remedy) for fault in segment_faults(asked, known, "")]
        faults += [_list_fault("by", name) for name in asked if name in self._lists]
        if not self.run.show_personal_data:
            kinds = [self.standard.kind(kind) for kind in self.attached]
            hidden = personal_columns(self.run, described_kinds(self.standard))
            faults += [
                Fault(
                    "by",
                    f"'{name}' holds personal data.",
                    "Set `show_personal_data: true`.",
                )
                for name in asked
                if name in hidden or personal.is_personal(name, kinds)
            ]
        ids = [one.id for one in self.standard.indicators]
        faults += [
            Fault("indicator", f"the standard has no indicator '{name}'.", did_you_mean(name, ids))
            for name in indicators
            if name not in ids
        ]
        if faults:
            raise ParameterError(faults)
        scope = {kind: self._scope(kind) for kind in self.attached}
        run = self.run
        return Question(
            spans, self.as_of, groupings, scope, tuple(indicators), run.interval, run.confidence, self.clocks
        )

    @property
    def _lists(self) -> set[str]:
        """The columns that hold lists in some records."""
        return {
            name
            for columns in self.columns.values()
            for name, sql_type in columns.items()
            if type_word(sql_type) in ("timestamps", "list")
        }

    @property
    def _segments(self) -> list[str]:
        """The segments of the run that are columns; a grain of time is none."""
        return [name for name in self.run.segments if name not in GRAINS]

    @property
    def _spans(self) -> tuple[Period, ...]:
        """The period under audit and the one it is compared with."""
        both = (self.run.chosen_period, self.run.compared_period)
        return tuple(period for period in both if period is not None)

    def _attach(self) -> dict[str, Attached]:
        run, base = self.run, self.plan.base
        models = {kind: self.standard.kind(kind) for kind in self.plan.peeked}
        attached: dict[str, Attached] = {}
        faults: list[Fault] = []
        for kind, peeked in self.plan.peeked.items():
            source = run.records[kind]
            try:
                attached[kind] = attach(self.engine, kind, models[kind], source, peeked, base, run.timezone)
            except ParameterError as error:  # an expression over the columns of this source
                faults += [self._of_the_run(fault) for fault in error.faults]
        if faults:
            raise ParameterError(faults)
        return with_links(self.engine, attached, models, {kind: self._wanted(kind) for kind in attached})

    def _of_the_run(self, fault: Fault) -> Fault:
        """A fault of a key of the run file, `records.ticket.derived.due`, with its file and line."""
        return replace(fault, place=self.plan.at(*fault.place.split(".", 3)))

    @cached_property
    def _read_every_way(self) -> Standard:
        """The standard with its indicators under every other reading beside those under the one taken."""
        every = [*self.standard.indicators, *(one.indicator for one in self.variants)]
        return self.standard.model_copy(update={"indicators": every})

    def _clocks(self) -> dict[str, Clock]:
        """The calendars that are asked, as day tables in the engine, by id."""
        calendars = {one.id: one for one in self.plan.calendars.values()}
        if not calendars:
            return {}
        zone, years = self.run.timezone, years_until(self.as_of)
        days = attach_calendars(self.engine, calendars.values(), zone, years)
        return {
            name: Clock(days[name], open_us_at(calendar, zone, self.as_of, years[0]))
            for name, calendar in calendars.items()
        }

    def _wanted(self, kind: str) -> list[str]:
        """The columns of one kind of records that indicators, segments, the scope or a search asks for."""
        scope = self.run.scope_of(kind)
        names = [name for one in self._read_every_way.indicators for name in needed_of(one, kind)]
        names += self._segments
        names += [name for name, one in self.standard.kind(kind).columns.items() if one.dimension]
        names += [event] if (event := self.standard.kind(kind).time) else []
        if self.run.sample is not None and self.run.sample.records == kind:
            names += [name for read in self.run.sample.reads.values() for name in read]
        return list(dict.fromkeys([*names, *(condition(scope).columns if scope else ())]))

    def _refuse_what_the_engine_refuses(self) -> None:
        """Conditions that parse but cannot be computed, such as a time compared with a number."""
        types = {
            kind: {name: type_word(sql_type) for name, sql_type in columns.items()}
            for kind, columns in self.columns.items()
        }
        faults = [
            fault
            for standard, path in zip(self.plan.standards, self.plan.standard_paths, strict=True)
            for fault in fitting_faults(standard, path, types)
        ]
        faults += [
            _list_fault(self.plan.at("segments", place), name)
            for place, name in enumerate(self.run.segments)
            if name in self._lists
        ]
        if faults:  # said better than the engine would
            raise ParameterError(faults)
        for kind in self.attached:
            if (scope := self._scope(kind)) is not None:
                sql = f"SELECT 1 FROM {quoted(kind)} WHERE {condition(scope).sql}"
                if why := self.engine.refusal(sql):
                    remedy = "Compare and combine columns of one type, or cast them."
                    faults.append(Fault(self.plan.at("scope"), why, remedy))
        if faults:  # nothing could be computed in such a scope
            raise ParameterError(faults)
        question = self.question(((),), self._spans)
        refused = measure.refusals(self.engine, self._read_every_way, self.columns, question)
        own = {one.indicator.id: one.original for one in self.variants}
        remedy = "Check the types of the columns it reads."
        faults = [
            Fault(f"{self.plan.path_of(own.get(name, name))}, {own.get(name, name)}", why, remedy)
            for name, why in refused.items()
        ]
        if faults:
            raise ParameterError(faults)

    def _lacking(self, kind: str, indicator: Indicator, by: Sequence[str]) -> str:
        """What the records of one kind lack for an indicator by these segments; empty if nothing."""
        if kind not in self.columns:
            return f"there are no {kind} records"
        event = self.standard.kind(kind).time
        wanted = [(event or "an event time") if name in GRAINS else name for name in by]
        absent = [name for name in (*needed_of(indicator, kind), *wanted) if name not in self.columns[kind]]
        return f"{kind} has no column {', '.join(absent)}" if absent else ""

    def _scope(self, kind: str) -> str | None:
        scope = self.run.scope_of(kind)
        return scope if scope and not self._scope_lacks(kind) else None

    def _scope_lacks(self, kind: str) -> list[str]:
        scope = self.run.scope_of(kind)
        return sorted(condition(scope).columns - set(self.columns[kind])) if scope else []

    def _expected(self, kind: str) -> records_check.Expectation:
        """What the records of one kind are held against."""
        source = self.run.records[kind]
        needed: dict[str, list[str]] = {}
        for indicator in self.standard.indicators:
            for name in needed_of(indicator, kind):
                needed.setdefault(name, []).append(indicator.id)
        counted_by_people = self.plan.peeked[kind].form in ("csv", "xlsx")
        return records_check.Expectation(
            model=self.standard.kind(kind),
            needed=needed,
            segments=self._segments,
            periods=self._spans,
            as_of=self.as_of,
            scope=self._scope(kind),
            scope_lacks=self._scope_lacks(kind),
            header_rows=source.header_row if counted_by_people else 0,
            excluded_reasons=tuple(source.exclude),
            show_personal=self.run.show_personal_data,
        )

    def _period(self, period: PeriodLike) -> Period:
        if period is None:
            return self.run.chosen_period
        try:
            return period if isinstance(period, Period) else periods.parse(period)
        except ValueError as error:
            raise ParameterError([Fault("period", str(error))]) from error

    def _last_event(self) -> datetime:
        """The latest event time of any records; the end of time where no records have one."""
        latest = []
        for kind, one in self.attached.items():
            event = self.standard.kind(kind).time
            if event in one.columns:
                found = self.engine.rows(f"SELECT max({quoted(event or '')}) FROM {quoted(kind)}")[0][0]
                latest += [found] if isinstance(found, datetime) else []
        return max(latest, default=datetime(9999, 12, 31))  # noqa: DTZ001 - times here carry no zone

    def _check_listing(self, indicator: Indicator, status: str | None, where: str | None) -> None:
        faults = []
        if status is not None and status not in STATUSES:
            faults.append(Fault("status", f"'{status}' is no status.", f"Known: {', '.join(STATUSES)}."))
        if where is not None:
            known = sorted({name for kind in indicator.kinds for name in self.columns.get(kind, {})})
            try:
                faults += [Fault("where", message) for message in plain_faults(where, known)]
                faults += self._hidden_faults(where, indicator)
            except ConditionError as error:
                faults.append(Fault("where", str(error)))
        if faults:
            raise ParameterError(faults)

    def _hidden_faults(self, where: str, indicator: Indicator) -> list[Fault]:
        """Masked columns in a condition: what rows it keeps would tell what they hold."""
        if self.run.show_personal_data:
            return []
        kinds = [self.standard.kind(kind) for kind in indicator.kinds]
        hidden = personal_columns(self.run, described_kinds(self.standard))
        return [
            Fault("where", f"'{name}' holds personal data.", "Set `show_personal_data: true`.")
            for name in sorted(condition(where).columns)
            if name in hidden or personal.is_personal(name, kinds)
        ]


def _list_fault(place: str, name: str) -> Fault:
    remedy = "Name a column with one value for each record; `derived` can make one."
    return Fault(place, f"'{name}' holds lists, by which nothing can be grouped.", remedy)


def _apart(frame: pd.DataFrame, names: frozenset[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of all other indicators, and those of the ones named."""
    named = frame["indicator"].isin(names)
    return frame[~named].reset_index(drop=True), frame[named].reset_index(drop=True)


def _of(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    return frame[frame["period"] == period.label].reset_index(drop=True)


def open_audit(run_file: str | Path, **changes: Any) -> Audit:
    """The audit that a run file describes, with single keys changed; ParameterError lists every fault."""
    return Audit(plan(run_file, **changes))


def audit_of(content: Mapping[str, Any], base: str | Path = ".", place: str = "parameters") -> Audit:
    """The audit that the keys of a run file describe, given as a mapping."""
    return Audit(planned(content, Path(base), place))
