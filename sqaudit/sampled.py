"""What a run knows of its sample: the strata it is drawn from, and the inspection once it was drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from sqaudit import measure
from sqaudit.audit import Audit
from sqaudit.conditions import literal, quoted
from sqaudit.drawing import SampleFrame
from sqaudit.errors import AuditError, ParameterError
from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspection_results.model import TABLES, Inspection
from sqaudit.inspections import answers, case_scores, disputes, read_issue
from sqaudit.inspections.issue import is_issued
from sqaudit.periods import parse
from sqaudit.sample_plan import SamplePlan
from sqaudit.samples import (
    Sample,
    earlier_samples,
    read_sample,
    sample_folder,
    sample_sizes_of,
    standing_cases,
)
from sqaudit.samples.store import SETTINGS
from sqaudit.samples.taking import frame_of
from sqaudit.standards import Indicator

FILE, FOLDER = "sampling.json", "sampling"
_TOLD = ("settings", "event", "duration")  # of an inspection, beside its tables and its form
_STORED = (".json", ".jsonl", ".parquet")  # what a sample keeps; workbooks given out are not read again
ANSWERS = ["case_id", "item", "inspector", "role", "answer", "value", "not_applicable"]
DISPUTES = ["case_id", "item", "state", "answer_before", "answer_after"]  # without who and why: names


@dataclass(frozen=True)
class Sampled:
    """The sample of a run as its notebooks need it.

    `strata` has `stratum, take_all, stratum_size, stratum_sample` and the columns of the strata: as drawn, or
    where nothing was drawn for the period yet, as it would be. `inspection` is the sample of the period, the
    newest; None before it is drawn. `problem` says why either is missing.
    """

    plan: SamplePlan
    strata: pd.DataFrame = field(default_factory=pd.DataFrame)
    inspection: Inspection | None = None
    problem: str = ""

    @property
    def found(self) -> dict[str, Any]:
        """What was found out: all but the plan, which is a parameter of the run, and the form."""
        one = self.inspection
        inspection = {} if one is None else {name: getattr(one, name) for name in (*_TOLD, *TABLES)}
        return {"problem": self.problem, "strata": self.strata, "inspection": inspection}

    def save(self, folder: Path) -> None:
        """Write it into a run folder."""
        content: dict[str, Any] = {"plan": _plain(self.plan), "problem": self.problem}
        (folder / FOLDER).mkdir(exist_ok=True)
        self.strata.to_parquet(folder / FOLDER / "plan.parquet", index=False)
        if self.inspection is not None:
            one = self.inspection
            form = (
                None
                if one.form is None
                else one.form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            )
            content["inspection"] = {
                "settings": dict(one.settings),
                "form": form,
                "event": one.event,
                "duration": one.duration,
            }
            for name in TABLES:
                getattr(one, name).to_parquet(folder / FOLDER / f"{name}.parquet", index=False)
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")


def sampled(audit: Audit, now: datetime | None = None) -> Sampled | None:
    """What the run of an open audit knows of its sample; None where the run file has no key `sample`.

    `now`, in the time zone of the run, settles which earlier samples a draw would still keep out.
    """
    plan = audit.run.sample
    if plan is None:
        return None
    folder = sample_folder(plan.folder, audit.plan.base)
    try:
        sample = newest_sample(folder, plan.records, audit.run.chosen_period.label)
        if sample is None:
            now = now or datetime.now(ZoneInfo(audit.run.timezone)).replace(tzinfo=None)
            return Sampled(plan, _planned_strata(audit, plan, folder, now))
        return Sampled(plan, sample.strata, inspection_of(audit, sample))
    except AuditError as error:
        return Sampled(plan, problem=str(error))


def read_sampled(folder: Path) -> Sampled | None:
    """What a run folder says of the sample of its run; None where it says nothing."""
    if not (folder / FILE).is_file():
        return None
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    told = Sampled(
        SamplePlan.model_validate(content["plan"]),
        pd.read_parquet(folder / FOLDER / "plan.parquet"),
        problem=content["problem"],
    )
    if "inspection" not in content:
        return told
    own = content["inspection"]
    form = None if own["form"] is None else InspectionForm.model_validate(own["form"])
    tables = {name: pd.read_parquet(folder / FOLDER / f"{name}.parquet") for name in TABLES}
    return replace(
        told,
        inspection=Inspection(own["settings"], form, **tables, event=own["event"], duration=own["duration"]),
    )


def sample_files(folder: Path) -> dict[str, Path]:
    """The files that the samples in a folder are kept in, by their path in it."""
    files = {
        file.relative_to(folder): file
        for place in sorted(folder.glob(f"*/{SETTINGS}"))
        for file in sorted(place.parent.rglob("*"))
        if file.suffix in _STORED and file.is_file()
    }
    return {
        name.as_posix(): file
        for name, file in files.items()
        if not any(part.startswith(".") for part in name.parts)  # being written
    }


def newest_sample(folder: Path, kind: str, period: str | None = None) -> Sample | None:
    """The sample of a kind (and period) that was drawn last, or None."""
    for one in reversed(earlier_samples(folder)):
        if one.kind == kind:
            sample = read_sample(folder / one.id)
            if period is None or sample.settings["period"] == period:
                return sample
    return None


def inspection_of(audit: Audit, sample: Sample) -> Inspection:
    """A stored sample with the answers read so far, and what all records of its frame say."""
    place = sample.folder or Path()
    plan = SamplePlan.model_validate(sample.settings["plan"])
    model = audit.standard.kind(plan.records)
    cases = standing_cases(sample)
    census, statuses = _census(audit, _frame(audit, sample, plan), cases["case_id"].tolist(), sample)
    known: dict[str, Any] = {}
    form = None
    if is_issued(place):
        form = read_issue(place).form
        known = {
            "answers": answers(place)[ANSWERS],
            "scores": case_scores(place),
            "disputes": disputes(place)[DISPUTES],
        }
    settings = {
        name: value for name, value in sample.settings.items() if name not in ("strata", "frame_profile")
    }
    return Inspection(
        settings,
        form,
        cases,
        sample.strata,
        **known,
        profile_counts=sample.profile_counts,
        profile_durations=sample.profile_durations,
        census=census,
        statuses=statuses,
        event=model.time if model.time in cases else None,
        duration=plan.duration or next((name for name in ("talk_seconds",) if name in cases), None),
    )


def _planned_strata(audit: Audit, plan: SamplePlan, folder: Path, now: datetime) -> pd.DataFrame:
    sizes = sample_sizes_of(audit, plan, now, earlier_samples(folder))
    rows = [
        {
            "stratum": one.name,
            **dict(zip(plan.dimensions, one.labels, strict=False)),
            "take_all": one.take_all,
            "stratum_size": size,
            "stratum_sample": n,
        }
        for one, (size, n) in sizes.items()
    ]
    columns = ["stratum", *plan.dimensions, "take_all", "stratum_size", "stratum_sample"]
    return pd.DataFrame(rows, columns=columns).sort_values("stratum", ignore_index=True)


def _frame(audit: Audit, sample: Sample, plan: SamplePlan) -> SampleFrame:
    """The frame that the sample was drawn from, without the cases that were kept out then."""
    names = set(sample.settings["earlier"]["samples"])
    kept_out = [one for one in earlier_samples((sample.folder or Path()).parent) if one.id in names]
    return frame_of(audit, plan, parse(str(sample.settings["period"])), kept_out)


def _census(
    audit: Audit, frame: SampleFrame, ids: Sequence[str], sample: Sample
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Indicators that are met or missed case by case: of the whole frame, and of the drawn cases.

    Indicators that are judged from a sample (or by a panel) are left out, and those that read several kinds
    of record: their figure is no share of cases of the frame.
    """
    census, statuses = [], []
    drawn = ", ".join(map(literal, ids)) or "NULL"
    for indicator in audit.standard.indicators:
        sql = _listing(audit, frame, indicator, str(sample.settings["period"]))
        if sql is None:
            continue
        # One scan for both: how many cases of the frame have each status, and which of them were drawn.
        found = audit.engine.query(
            "SELECT status, count(*) AS n,"
            f" coalesce(list(DISTINCT case_id) FILTER (WHERE case_id IN ({drawn})), []) AS ids"
            f" FROM ({sql}) WHERE status IN ('met', 'missed') GROUP BY status ORDER BY status"
        )
        if found.empty:
            continue
        counts = dict(zip(found["status"], found["n"].astype(int), strict=True))
        census.append(
            {"indicator": indicator.id, "met": counts.get("met", 0), "judged": sum(counts.values())}
        )
        rows = [
            (case, indicator.id, status == "met")
            for status, own in zip(found["status"], found["ids"], strict=True)
            for case in sorted(own)
        ]
        statuses.append(pd.DataFrame(rows, columns=["case_id", "indicator", "met"]))
    table = pd.DataFrame(census, columns=["indicator", "met", "judged"])
    empty = pd.DataFrame(columns=["case_id", "indicator", "met"])
    both = pd.concat(statuses, ignore_index=True) if statuses else empty
    return table, both.drop_duplicates(["case_id", "indicator"], ignore_index=True)


def _listing(audit: Audit, frame: SampleFrame, indicator: Indicator, period: str) -> str | None:
    """The query of the cases of the frame with their status under an indicator, or None."""
    if indicator.evidence != "census" or tuple(indicator.kinds) != (frame.kind,):
        return None
    try:
        question = audit.question(((),), (parse(period),), (indicator.id,))
    except ParameterError:
        return None
    queries = measure.listings(audit.standard, audit.columns, question, indicator)
    if len(queries) != 1:
        return None
    key = f"CAST({quoted(frame.case_id)} AS VARCHAR)"
    inside = frame.rows(f"{key} AS _id")
    return (
        f"SELECT {key} AS case_id, status FROM ({queries[0][2]}) WHERE {key} IN (SELECT _id FROM ({inside}))"
    )


def _plain(plan: SamplePlan) -> Mapping[str, Any]:
    content: dict[str, Any] = plan.model_dump(mode="json")
    return content
