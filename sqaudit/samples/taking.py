"""A sample taken from the records of a run by its plan: the frame, the draw, and what is to be remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import metadata
from typing import Protocol

from sqaudit.conditions import condition, quoted
from sqaudit.drawing import SampleFrame, Stratum, draw_cases, frame_profile, sample_sizes, stratum_sizes
from sqaudit.drawing.frame import bounds, key_sql, not_among
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import Fault, ParameterError
from sqaudit.params import RunFile
from sqaudit.periods import GRAINS, Period, parse
from sqaudit.sample_plan import SamplePlan
from sqaudit.samples.earlier import EarlierSample, left_out
from sqaudit.samples.free_text import masked_texts
from sqaudit.samples.model import Sample
from sqaudit.standards.model import Standard

CARRIED = ("agent", "team", "channel", "region", "product")
DURATIONS = ("talk_seconds",)  # carried where the plan names no duration
METHOD = "MD5 of 'seed|case id' as a number, lowest byte first; cases in ascending order, ties by id"


class Records(Protocol):
    """The records of a run, as an audit has them."""

    run: RunFile
    standard: Standard
    engine: DuckDBEngine

    @property
    def columns(self) -> Mapping[str, Mapping[str, str]]:
        """The columns of each record kind that is there."""


def draw(
    records: Records,
    plan: SamplePlan,
    made: datetime,
    period: str | None = None,
    seed: int | None = None,
    earlier: Sequence[EarlierSample] = (),
) -> Sample:
    """The sample of a plan, drawn in the engine; not stored yet.

    `period` and `seed` take the place of the run's and the plan's own. `earlier` are the samples in the
    folder; the plan says which of them count. `made` is the moment it is drawn at. Telephone numbers, mail
    addresses and the like within the texts of `columns` are masked unless the run shows personal data.
    ParameterError where the plan does not fit the records.
    """
    chosen = plan if seed is None else plan.model_copy(update={"seed": seed})
    span = records.run.chosen_period if period is None else parse(period)
    kept_out = left_out(chosen, list(earlier), made)
    frame = frame_of(records, chosen, span, kept_out)
    drawn = draw_cases(records.engine, frame, chosen, stratum_sizes(records.engine, frame))
    counts, durations = frame_profile(records.engine, frame, _duration(records, chosen))
    settings = {
        "sample_id": _name(chosen, span),
        "kind": chosen.records,
        "period": span.label,
        "seed": chosen.seed,
        "design": chosen.design,
        "numbers": METHOD,
        "plan": chosen.model_dump(mode="json"),
        "scope": records.run.scope_of(chosen.records),
        "where": chosen.where,
        "frame_size": drawn.frame_size,
        "frame_hash": drawn.frame_hash,
        "sample_size": len(drawn.cases),
        "earlier": {
            "rule": chosen.model_dump(mode="json")["earlier"],
            "samples": [one.id for one in kept_out],
            "cases": len({case for one in kept_out for case in one.case_ids}),
        },
        "sqaudit": metadata.version("sqaudit"),
        "duckdb": metadata.version("duckdb"),
        "made": made.isoformat(timespec="seconds"),
    }
    texts = [] if records.run.show_personal_data else _only_shown(chosen)
    cases, reserve = (masked_texts(one, texts) for one in (drawn.cases, drawn.reserve))
    return Sample(cases, reserve, drawn.strata, settings, counts, durations)


def sample_sizes_of(
    records: Records, plan: SamplePlan, now: datetime, earlier: Sequence[EarlierSample] = ()
) -> dict[Stratum, tuple[int, int]]:
    """N_h and n_h of every stratum, without drawing a case."""
    span = records.run.chosen_period
    frame = frame_of(records, plan, span, left_out(plan, list(earlier), now))
    sizes = stratum_sizes(records.engine, frame)
    wanted = sample_sizes(plan, sizes)
    return {one: (size, wanted[one]) for one, size in sizes.items()}


def frame_of(
    records: Records, plan: SamplePlan, period: Period, kept_out: Sequence[EarlierSample] = ()
) -> SampleFrame:
    """The frame of a plan: its records in the period and scope, without the cases that are kept out."""
    model, columns = records.standard.kind(plan.records), records.columns[plan.records]
    _refuse_lacking(plan, columns, model.key, model.time)
    _refuse_what_the_engine_refuses(records.engine, plan)
    key, event = model.key or "", model.time if model.time in columns else None
    carried = [*CARRIED, event, _duration(records, plan), *plan.columns, plan.cluster]
    ids = sorted({case for one in kept_out for case in one.case_ids})
    conditions = [records.run.scope_of(plan.records), plan.where]
    certain = plan.take_all and condition(plan.take_all).sql
    return SampleFrame(
        kind=plan.records,
        relation=quoted(plan.records),
        case_id=key,
        unit=plan.cluster or key,
        keys={name: key_sql(name, event) for name in plan.dimensions},
        where=(*bounds(period, event, _fitting(conditions, columns)), *not_among(key, ids)),
        carried=tuple(
            dict.fromkeys(name for name in carried if name is not None and name in columns and name != key)
        ),
        event=event,
        take_all=certain or None,
    )


def _fitting(conditions: Sequence[str | None], columns: Mapping[str, str]) -> list[str]:
    """The conditions these records can be asked; a scope for other kinds does not concern them."""
    return [one for one in conditions if one and condition(one).columns <= set(columns)]


def _refuse_lacking(plan: SamplePlan, columns: Mapping[str, str], key: str | None, event: str | None) -> None:
    """ParameterError for columns that the records turn out to lack."""
    needed: dict[str, str] = {name: key for key, names in plan.reads.items() for name in names}
    if key is None or key not in columns:
        message = f"{plan.records} records have no {key or 'key'}, by which a case could be drawn."
        raise ParameterError([Fault("sample.records", message, "Map the column that holds it.")])
    if any(name in GRAINS for name in plan.dimensions):
        needed[event or "event time"] = "strata"
    faults = [
        Fault(f"sample.{place}", f"{plan.records} records have no column '{name}'.")
        for name, place in needed.items()
        if name not in columns
    ]
    if faults:
        raise ParameterError(faults)


def _refuse_what_the_engine_refuses(engine: DuckDBEngine, plan: SamplePlan) -> None:
    """ParameterError for conditions and sizes that cannot be computed, such as a time compared with 5."""
    tried = {key: condition(text).sql for key in ("where", "take_all") if (text := getattr(plan, key))}
    tried = {key: f"CASE WHEN {sql} THEN 1 END" for key, sql in tried.items()}
    if plan.size_by:
        tried["size_by"] = f"{quoted(plan.size_by)} * 1000000"
    faults = [
        Fault(f"sample.{key}", why, "Compare and combine columns of one type, or cast them.")
        for key, sql in tried.items()
        if (why := engine.refusal(f"SELECT {sql} FROM {quoted(plan.records)}"))
    ]
    if faults:
        raise ParameterError(faults)


def _only_shown(plan: SamplePlan) -> list[str]:
    """The columns that are carried along to be read; by the others, cases are told apart or drawn."""
    told_apart = {*CARRIED, *plan.dimensions, plan.cluster, plan.duration, plan.size_by, plan.order_by}
    return [name for name in plan.columns if name not in told_apart]


def _duration(records: Records, plan: SamplePlan) -> str | None:
    there = records.columns[plan.records]
    return plan.duration or next((name for name in DURATIONS if name in there), None)


def _name(plan: SamplePlan, period: Period) -> str:
    """What the sample is called unless that is taken: its name or kind, and the period."""
    return f"{plan.name or plan.records}_{period.label.replace('..', '_to_')}"
