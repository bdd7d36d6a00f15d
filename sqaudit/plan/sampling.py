"""The sample plan of a run held against the records: kind, columns, personal data, the form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqaudit.conditions import plain_faults
from sqaudit.errors import Fault, did_you_mean
from sqaudit.kinds import RecordKind
from sqaudit.params import RunFile
from sqaudit.periods import GRAINS
from sqaudit.personal import is_personal
from sqaudit.places import found
from sqaudit.plan.names import described_kinds, found_elsewhere
from sqaudit.plan.personal import personal_columns
from sqaudit.plan.place import Place
from sqaudit.sample_plan import SamplePlan
from sqaudit.sources.peek import Peeked
from sqaudit.standards import Standard

_CONDITIONS = ("where", "take_all")
_SHOWN = ("strata", "minimum_per", "columns", "duration")  # keys whose columns leave the engine


def sample_faults(
    run: RunFile, standard: Standard | None, peeked: Mapping[str, Peeked], base: Path, where: Place
) -> list[Fault]:
    """Everything that is wrong with the key `sample` before a record is read; none without that key."""
    plan = run.sample
    if plan is None:
        return []
    faults = [where.fault(["sample", key], message) for key, message in plan.contradictions()]
    if plan.form is not None and found(plan.form, base) is None:
        faults.append(where.fault(["sample", "form"], f"there is no file '{plan.form}'.", "Check the path."))
    kinds = described_kinds(standard)
    if plan.records not in run.records:
        message = f"no records of the kind '{plan.records}' are given."
        faults.append(
            where.fault(["sample", "records"], message, did_you_mean(plan.records, list(run.records)))
        )
    elif plan.records in peeked:
        own = peeked[plan.records].our_columns(run.records[plan.records])
        model = kinds.get(plan.records)
        known = [*own, *(found_elsewhere(model, own, run.records) if model else [])]
        faults += _column_faults(plan, known, where) + _key_faults(plan, model, known, where)
    return faults + _personal_faults(run, plan, kinds, where)


def _column_faults(plan: SamplePlan, known: list[str], where: Place) -> list[Fault]:
    faults = []
    for key, names in plan.reads.items():
        if key in _CONDITIONS:
            text = getattr(plan, key)
            faults += [
                where.fault(["sample", key], message)
                for message in (plain_faults(text, known) if text else [])
            ]
            continue
        faults += [
            where.fault(
                ["sample", key], f"{plan.records} records have no column '{name}'.", did_you_mean(name, known)
            )
            for name in names
            if name not in known
        ]
    return faults


def _key_faults(plan: SamplePlan, model: RecordKind | None, known: list[str], where: Place) -> list[Fault]:
    """Records without the id by which a case is drawn, or the time that puts it into a week."""
    if model is None:
        return []
    faults = []
    if model.key is None or model.key not in known:
        message = f"{plan.records} records have no {model.key or 'key'}, by which a case could be drawn."
        faults.append(where.fault(["sample", "records"], message, "Map the column that holds it."))
    if plan.grain is not None and (model.time is None or model.time not in known):
        message = f"{plan.records} records have no event time, so they belong to no {plan.grain}."
        faults.append(where.fault(["sample", "strata"], message, "Map the column that holds it."))
    return faults


def _personal_faults(
    run: RunFile, plan: SamplePlan, kinds: Mapping[str, RecordKind], where: Place
) -> list[Fault]:
    """Columns that would carry personal data into the sample, unless the run says that they may."""
    if run.show_personal_data:
        return []
    personal = personal_columns(run, kinds)
    return [
        where.fault(
            ["sample", key],
            f"'{name}' holds personal data, which a sample does not carry.",
            "Leave it out, or set `show_personal_data: true`.",
        )
        for key in _SHOWN
        for name in plan.reads[key]
        if name not in GRAINS and (name in personal or is_personal(name, kinds.values()))
    ]
