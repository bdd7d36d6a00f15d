"""An audit: the records of a run attached, measured, judged, scored, and open for questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import pandas as pd

from sqaudit import comparison, measure, periods, scoring, verdicts
from sqaudit.conditions import ConditionError, condition, quoted, unknown_columns
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.measure import Question
from sqaudit.params import RunFile
from sqaudit.periods import GRAINS, Period
from sqaudit.plan import Plan, plan, planned, segment_faults
from sqaudit.readings import needed_columns, read
from sqaudit.records import check as records_check
from sqaudit.scoring import Score
from sqaudit.sources.attach import Attached, attach
from sqaudit.standards.model import Indicator, Standard

STATUSES = ("met", "missed", "counted", "pending", "excluded")
_MASK = "***"


@dataclass(frozen=True)
class Results:
    """Everything a book says, as small frames; the same whether computed now or read from a run folder.

    `measurements` has every grouping of the book under one another: leading columns as in every
    measurement frame, then `target, direction, unit, verdict, grouping`, where `grouping` names what the
    row is grouped by (total, month, team, ...).
    """

    measurements: pd.DataFrame
    checks: pd.DataFrame
    row_account: pd.DataFrame
    as_of: datetime

    def grouped(self, *names: str) -> pd.DataFrame:
        """The measurements of one grouping, with its own segment columns only."""
        label = grouping_label(names)
        rows = self.measurements[self.measurements["grouping"] == label]
        segments = [name for name in names if name not in GRAINS]
        others = [name for name in measurement_segments(self.measurements) if name not in segments]
        return rows.drop(columns=[*others, "grouping"]).reset_index(drop=True)


def grouping_label(names: Sequence[str]) -> str:
    """The name of a grouping in the `grouping` column.

    >>> grouping_label(()), grouping_label(("month", "team"))
    ('total', 'month, team')
    """
    return ", ".join(names) or "total"


def measurement_segments(measurements: pd.DataFrame) -> list[str]:
    """The segment columns of a frame of results."""
    columns = list(measurements.columns)
    return columns[columns.index("period") + 1 : columns.index("numerator")]


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
        self.engine = DuckDBEngine()
        try:
            self.attached = self._attach()
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
        """The moment at which open cases are judged: stated, else the end of the period, else the last event."""
        if self.run.as_of is not None:
            return self.run.as_of
        end = self.run.chosen_period.end
        return datetime.combine(end, time.min) if end is not None else self._last_event()

    def measure(
        self,
        by: Sequence[str] = (),
        period: str | Period | None = None,
        indicators: Sequence[str] = (),
    ) -> pd.DataFrame:
        """The figures of the standard, judged: a measurement frame with `target, direction, unit, verdict`.

        `by` names segments or a grain of time (day, week, month, quarter, year); several are crossed.
        ParameterError where a segment, indicator or period is unknown.
        """
        chosen = self._period(period)
        question = self.question((tuple(by),), (chosen,), indicators)
        frame = measure.measure(self.engine, self.standard, self.columns, question)[tuple(by)]
        return verdicts.judged(frame, self.standard, chosen, self.run.minimum_cases)

    def not_broken_down(self, by: Sequence[str], indicators: Sequence[str] = ()) -> dict[str, str]:
        """Why an indicator has no rows for a grouping: records, a column or a segment are absent."""
        reasons = {}
        for indicator in self.standard.indicators:
            if by and (not indicators or indicator.id in indicators):
                lacking = {kind: self._lacking(kind, indicator, by) for kind in indicator.records}
                if all(lacking.values()):
                    reasons[indicator.id] = "; ".join(lacking.values())
        return reasons

    def queries(
        self, by: Sequence[str] = (), period: str | Period | None = None, indicators: Sequence[str] = ()
    ) -> dict[str, str]:
        """The query behind the figures, for each record kind."""
        return measure.queries(
            self.standard, self.columns, self.question((tuple(by),), (self._period(period),), indicators)
        )

    def records(
        self,
        indicator: str,
        status: str | None = None,
        where: str | None = None,
        period: str | Period | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """The very rows behind a figure: `kind, period, status, reason` and all columns of the records.

        `status` keeps one of met, missed, counted, pending, excluded; `where` is a condition over the
        columns. Personal data are masked unless the run says otherwise. ParameterError where a name is
        unknown or the condition is not allowed.
        """
        question = self.question(((),), (self._period(period),), (indicator,))
        chosen = self.standard.indicator(indicator)
        self._check_listing(chosen, status, where)
        parts = []
        for kind in chosen.records:
            if kind in self.columns and all(name in self.columns[kind] for name in needed_columns(chosen)):
                parts.append(
                    self.engine.query(self._listing_sql(question, kind, chosen, status, where, limit)).assign(
                        kind=kind
                    )
                )
        if not parts:
            return pd.DataFrame(columns=["kind", "period", "status", "reason"])
        rows = pd.concat(parts, ignore_index=True).drop(columns="_row")
        rows = rows[["kind", *(name for name in rows.columns if name != "kind")]]
        return rows if self.run.show_personal_data else self._masked(rows, chosen.records)

    @cached_property
    def results(self) -> Results:
        """Everything the book of this run says, computed in one scan per record kind."""
        run = self.run
        spans = tuple(period for period in (run.chosen_period, run.compared_period) if period is not None)
        grain = run.chosen_period.finer
        segments = [name for name in run.segments if name not in GRAINS]
        groupings = ((), (grain,), *((name,) for name in segments))
        frames = measure.measure(self.engine, self.standard, self.columns, self.question(groupings, spans))
        judged = [
            verdicts.judged(frame, self.standard, run.chosen_period, run.minimum_cases).assign(
                grouping=grouping_label(grouping)
            )
            for grouping, frame in frames.items()
        ]
        return Results(_stacked(judged, segments), self.checks, self.row_account, self.as_of)

    @cached_property
    def checks(self) -> pd.DataFrame:
        """Every fault of the records: `severity, kind, column, check, count, of, rows, examples, indicators, detail`."""
        found = [
            records_check.check(self.engine, one, self._expected(kind)) for kind, one in self.attached.items()
        ]
        for kind in self.standard.kinds_used:
            if kind not in self.attached:
                found.append(
                    records_check.absent(
                        kind, [one.id for one in self.standard.indicators if kind in one.records]
                    )
                )
        filled = [frame for frame in found if len(frame)]
        table = (
            pd.concat(filled, ignore_index=True)
            if filled
            else pd.DataFrame(columns=list(records_check.CHECKS))
        )
        order = {name: place for place, name in enumerate(records_check.SEVERITIES)}
        return table.sort_values("severity", key=lambda names: names.map(order), kind="stable").reset_index(
            drop=True
        )

    @cached_property
    def row_account(self) -> pd.DataFrame:
        """Where every row of every source went: `kind, step, detail, rows`."""
        parts = [
            records_check.row_account(self.engine, one, self._expected(kind))
            for kind, one in self.attached.items()
        ]
        return (
            pd.concat(parts, ignore_index=True)
            if parts
            else pd.DataFrame(columns=list(records_check.ROW_ACCOUNT))
        )

    def question(
        self,
        groupings: tuple[tuple[str, ...], ...],
        spans: tuple[Period, ...],
        indicators: Sequence[str] = (),
    ) -> Question:
        """The question in the settings of this run; ParameterError where a name is unknown."""
        known = sorted({name for columns in self.columns.values() for name in columns})
        faults = segment_faults((name for grouping in groupings for name in grouping), known, self.plan.place)
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
        return Question(spans, self.as_of, groupings, scope, tuple(indicators), run.interval, run.confidence)

    def _attach(self) -> dict[str, Attached]:
        run, attached = self.run, {}
        for kind, peeked in self.plan.peeked.items():
            model = self.standard.kind(kind)
            attached[kind] = attach(
                self.engine, kind, model, run.records[kind], peeked, self.plan.base, run.timezone
            )
        return attached

    def _refuse_what_the_engine_refuses(self) -> None:
        """Conditions that parse but cannot be computed, such as a time compared with a number."""
        faults = []
        for kind, one in self.attached.items():
            for indicator in self.standard.indicators:
                if kind in indicator.records and all(
                    name in one.columns for name in needed_columns(indicator)
                ):
                    reading = read(indicator, self.as_of)
                    aggregates = [sql for name, sql in reading.aggregates.items() if name != "of"]
                    shown = ", ".join([f"count({reading.status})", *aggregates])
                    if why := self.engine.refusal(f"SELECT {shown} FROM {quoted(kind)}"):
                        faults.append(
                            Fault(
                                str(self.plan.standard_path),
                                f"{indicator.id}: {why}",
                                "Compare columns of one type.",
                            )
                        )
            if (scope := self._scope(kind)) and (
                why := self.engine.refusal(f"SELECT 1 FROM {quoted(kind)} WHERE {condition(scope).sql}")
            ):
                faults.append(Fault(f"{self.plan.place}, scope", why))
        if faults:
            raise ParameterError(faults)

    def _lacking(self, kind: str, indicator: Indicator, by: Sequence[str]) -> str:
        """What the records of one kind lack for an indicator by these segments; empty if nothing."""
        if kind not in self.columns:
            return f"there are no {kind} records"
        event = self.standard.kind(kind).time
        wanted = [(event or "an event time") if name in GRAINS else name for name in by]
        absent = [name for name in (*needed_columns(indicator), *wanted) if name not in self.columns[kind]]
        return f"{kind} has no column {', '.join(absent)}" if absent else ""

    def _scope(self, kind: str) -> str | None:
        scope = self.run.scope_of(kind)
        return scope if scope and not self._scope_lacks(kind) else None

    def _scope_lacks(self, kind: str) -> list[str]:
        scope = self.run.scope_of(kind)
        return sorted(condition(scope).columns - set(self.columns[kind])) if scope else []

    def _expected(self, kind: str) -> records_check.Expectation:
        run = self.run
        source = run.records[kind]
        needed: dict[str, list[str]] = {}
        for indicator in self.standard.indicators:
            if kind in indicator.records:
                for name in needed_columns(indicator):
                    needed.setdefault(name, []).append(indicator.id)
        spans = tuple(period for period in (run.chosen_period, run.compared_period) if period is not None)
        counted_by_people = self.plan.peeked[kind].form in ("csv", "xlsx")
        return records_check.Expectation(
            model=self.standard.kind(kind),
            needed=needed,
            segments=[name for name in run.segments if name not in GRAINS],
            periods=spans,
            as_of=self.as_of,
            scope=self._scope(kind),
            scope_lacks=self._scope_lacks(kind),
            header_rows=source.header_row if counted_by_people else 0,
            excluded_reasons=tuple(source.exclude),
            show_personal=run.show_personal_data,
        )

    def _period(self, period: str | Period | None) -> Period:
        if period is None:
            return self.run.chosen_period
        try:
            return period if isinstance(period, Period) else periods.parse(period)
        except ValueError as error:
            raise ParameterError([Fault("period", str(error))]) from error

    def _last_event(self) -> datetime:
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
            try:
                known = sorted({name for kind in indicator.records for name in self.columns.get(kind, {})})
                faults += [Fault("where", message) for message in unknown_columns(where, known)]
            except ConditionError as error:
                faults.append(Fault("where", str(error)))
        if faults:
            raise ParameterError(faults)

    def _listing_sql(
        self,
        question: Question,
        kind: str,
        indicator: Indicator,
        status: str | None,
        where: str | None,
        limit: int | None,
    ) -> str:
        sql = measure.listing(self.standard, self.columns, question, kind, indicator)
        if status is not None:
            sql = f"SELECT * FROM ({sql}) WHERE status = '{status}' ORDER BY _row"
        if where is not None and not unknown_columns(where, list(self.columns[kind])):
            sql = f"SELECT * FROM ({sql}) WHERE {condition(where).sql} ORDER BY _row"
        return sql if limit is None else f"{sql} LIMIT {int(limit)}"

    def _masked(self, rows: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
        personal = [
            name
            for name in rows.columns
            if _sounds_personal(name)
            or any(self.standard.kind(kind).columns.get(name, _PLAIN).personal for kind in kinds)
        ]
        return rows.assign(**{name: rows[name].where(rows[name].isna(), _MASK) for name in personal})


def open_audit(run_file: str | Path, **changes: Any) -> Audit:
    """The audit that a run file describes, with single keys changed; ParameterError lists every fault."""
    return Audit(plan(run_file, **changes))


def audit_of(content: Mapping[str, Any], base: str | Path = ".", place: str = "parameters") -> Audit:
    """The audit that the keys of a run file describe, given as a mapping."""
    return Audit(planned(content, Path(base), place))


class Judgeable(Protocol):
    """What scoring needs to know of a run: its run file and its standard."""

    @property
    def run(self) -> RunFile: ...

    @property
    def standard(self) -> Standard: ...


def scored(results: Results, run: Judgeable, period: Period | None = None) -> tuple[pd.DataFrame, Score]:
    """The scorecard and the score of one period of a run (the one under audit unless another is named)."""
    label = (period or run.run.chosen_period).label
    total = results.grouped()
    card = scoring.scorecard(total[total["period"] == label].reset_index(drop=True), run.standard)
    return card, scoring.score(card, run.standard)


def changed(results: Results, run: Judgeable) -> pd.DataFrame:
    """The change of every indicator against the period it is compared with, the clearest first."""
    compared = run.run.compared_period
    if compared is None:
        return comparison.changes(results.grouped().head(0), "", "")
    return comparison.changes(results.grouped(), compared.label, run.run.chosen_period.label)


def _stacked(frames: Sequence[pd.DataFrame], segments: Sequence[str]) -> pd.DataFrame:
    """All groupings under one another, with every segment column in each."""
    widened = []
    for frame in frames:
        for place, name in enumerate(segments):
            if name not in frame:
                frame.insert(2 + place, name, pd.Series(None, index=frame.index, dtype="object"))
        columns = [
            "indicator",
            "period",
            *segments,
            *(n for n in frame.columns if n not in ("indicator", "period", *segments)),
        ]
        widened.append(frame[columns].astype(dict.fromkeys(segments, "object")))
    return pd.concat(widened, ignore_index=True)


_PERSONAL_WORDS: tuple[str, ...] = (
    "phone",
    "mobile",
    "address",
    "customer_name",
    "contact_name",
    "id_card",
    "email",
)
_PERSONAL_WORDS += ("姓名", "电话", "手机", "地址", "身份证", "邮箱")


def _sounds_personal(column: str) -> bool:
    """Whether the name of a user's own column says that it holds personal data."""
    return any(word in column.lower() for word in _PERSONAL_WORDS)


class _Plain:
    personal = False


_PLAIN = _Plain()
