"""Draw the inspection of the quarter from the sample tickets and answer its forms, with known faults in it.

Every answer follows from the case, the inspector and the item alone, so the same tickets give the same
answers. What was planted is told in ../README.md; `PLANTED` here has its figures.

    python data_samples/inspection_sample/make_inspection_sample.py --out data_samples/inspection_sample
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd

from sqaudit.audit import open_audit
from sqaudit.inspection_forms import InspectionForm, Item, read_form
from sqaudit.inspections import Entry, Issue, answers, assign, keep_issue, read_issue, record
from sqaudit.inspections.assignment import assign_replacements
from sqaudit.inspections.cells import Cell, read_cell
from sqaudit.inspections.faults import fault_table
from sqaudit.inspections.reading import ANSWERS
from sqaudit.inspections.store import keep
from sqaudit.sample_plan import SamplePlan
from sqaudit.samples import Sample, draw, read_sample, replace_case, standing_cases, write_sample

RUN, FORM = "params/inspection_review.yaml", "params/forms/service_inspection.yaml"
DRAWN = datetime(2026, 10, 9, 9, 0)  # noqa: DTZ001 - times of a run carry no zone
READ = datetime(2026, 10, 16, 18, 0)  # noqa: DTZ001
STRICT, DRIFTING = "王芳", "赵磊"
UNCLEAR = "badge_shown"  # the item that inspectors understand in two ways
SILENT = "online"  # the channel whose cases went without an answer
WEAK = "Desk B"  # the team with more critical errors than others
UNANSWERED = {SILENT: 20, "phone": 2, "on_site": 2}
LOST = 3  # cases whose recording is lost, with others in their place
CRITICAL = {"attitude": 2, "accuracy": 8, "precautions_explained": 6}  # cases with such an error
PLANTED = {
    "strict": STRICT,
    "drifting": DRIFTING,
    "unclear": UNCLEAR,
    "silent": SILENT,
    "weak": WEAK,
    "unanswered": sum(UNANSWERED.values()) + LOST,
    "critical": sum(CRITICAL.values()),
}


def chance(*parts: object) -> random.Random:
    """Chance that follows from its names alone."""
    return random.Random("|".join(map(str, parts)))


def make(out: Path) -> Path:
    """The folder of the sample, drawn and answered, made anew in `out`."""
    with open_audit(RUN, notebooks=["data_quality"]) as audit:
        plan = audit.run.sample
        sample = write_sample(draw(audit, plan, DRAWN), out)
    for case in _picked(sample.cases[sample.cases["channel"] == "phone"]["case_id"], LOST, "lost"):
        replace_case(sample.folder, case, "recording lost", "李敏", DRAWN)
    sample = read_sample(sample.folder)
    cases = standing_cases(sample)
    form = read_form(FORM)
    _give_out(sample, cases, form, plan)
    _answer(sample.folder, cases[cases["status"] != "not_inspected"], form)
    _dispute(sample.folder)
    return sample.folder


def _give_out(sample: Sample, cases: pd.DataFrame, form: InspectionForm, plan: SamplePlan) -> None:
    first = assign(sample.cases, plan.inspectors, sample.seed, plan.double_coded).assign(part=1)
    more = assign_replacements(cases, first, plan.inspectors, sample.seed).assign(part=2)
    rules = {"inspectors": sorted(plan.inspectors), "double_coded": str(plan.double_coded), "blind": False}
    keep_issue(sample.folder, Issue(sample.id, form, pd.concat([first, more], ignore_index=True), rules))


def _answer(folder: Path, cases: pd.DataFrame, form: InspectionForm) -> None:
    """One reading for each inspector, as if their forms had been read."""
    silent = _silent(cases)
    critical = _critical(cases[~cases["case_id"].isin(silent)])
    issue = read_issue(folder)
    known = {str(row["case_id"]): row for row in cases.to_dict("records")}
    for inspector in issue.inspectors:
        own = [case for (case, name) in sorted(issue.roles) if name == inspector]
        rows = [
            _row(item, inspector, issue.roles[case, inspector], known[case], critical.get(case))
            for case in own
            if case in known and case not in silent
            for item in form.items
        ]
        answers = pd.DataFrame(rows, columns=list(ANSWERS))
        about = {
            "file": f"{inspector}.xlsx",
            "file_hash": hashlib.sha256(answers.to_csv().encode()).hexdigest(),
            "inspector": inspector,
            "part": 1,
            "form": form.form,
            "version": form.version,
            "form_hash": issue.form_hash,
            "rows": len(own),
            "rows_used": answers["case_id"].nunique(),
        }
        keep(folder, "form", READ, about, answers=answers, faults=fault_table([]))


def _row(
    item: Item, inspector: str, role: str, case: Mapping[str, object], planted: str | None
) -> dict[str, object]:
    text = _said(item, inspector, case, planted)
    given, _ = read_cell(Cell(text), item)
    below = given is not None and not given.not_applicable and item.asks_comment(given.value)
    return {
        **{"case_id": case["case_id"], "item": item.id, "inspector": inspector, "role": role},
        **{"answer": given.answer, "value": given.value, "not_applicable": given.not_applicable},
        **{
            "comment": "见记录" if below else "",
            "file": f"{inspector}.xlsx",
            "sheet": "",
            "row": 0,
            "column": "",
        },
    }


def _said(item: Item, inspector: str, case: Mapping[str, object], planted: str | None) -> str:
    """What an inspector writes into the cell of an item."""
    of_case, own = chance(case["case_id"], item.id), chance(case["case_id"], item.id, inspector)
    week = (pd.Timestamp(case["created_at"]) - pd.Timestamp("2026-07-01")).days // 7
    harsh = {STRICT: 1.0, DRIFTING: week / 9}.get(inspector, 0.0)  # grows from the first week to the last
    if item.id == "attitude":
        truth = of_case.choices([5, 4, 3], [6, 5, 1])[0] - (own.random() < 0.08)
        lower = int(harsh) + (own.random() < harsh - int(harsh))
        return "1" if planted == item.id else str(max(2, truth - lower))
    if item.id == "timeliness":
        late = of_case.random() < (0.3 if case["channel"] == SILENT else 0.08)
        return "no" if late != (own.random() < 0.02) else "yes"
    if item.id == "resolution":
        return of_case.choices(["confirmed", "handled", "planned", "open"], [70, 25, 4, 1])[0]
    if item.id == "accuracy":
        if planted == item.id:
            return str(of_case.randint(40, 54))
        level = min(100, of_case.gauss(92, 4)) - 5 * harsh + own.gauss(0, 2)
        return str(max(65, min(100, round(level))))
    if case["service_type"] != "on_site_repair":
        return "not applicable"
    if item.id == "precautions_explained":
        return "no" if planted == item.id else "yes"
    if item.id == UNCLEAR:  # worn, but shown only when asked for: yes for one inspector, no for another
        return own.choice(["yes", "no"])
    return "small_gaps" if of_case.random() < 0.1 else "complete"


def _silent(cases: pd.DataFrame) -> set[str]:
    """Cases that nobody answered, most of them of one channel."""
    found: set[str] = set()
    for channel, count in UNANSWERED.items():
        found |= set(_picked(cases[cases["channel"] == channel]["case_id"], count, "silent"))
    return found


def _critical(cases: pd.DataFrame) -> dict[str, str]:
    found: dict[str, str] = {}
    for item, count in CRITICAL.items():
        left = cases[~cases["case_id"].isin(found)]
        if item == "precautions_explained":
            left = left[left["service_type"] == "on_site_repair"]
        if item == "accuracy":
            left = left[left["team"] == WEAK]
        found |= dict.fromkeys(_picked(left["case_id"], count, item), item)
    return found


def _picked(ids: pd.Series, count: int, why: str) -> list[str]:
    return sorted(ids, key=lambda case: chance(why, case).random())[:count]


def _dispute(folder: Path) -> None:
    """Three disputes: one leads to another answer, one to the same, one is still open."""
    late = answers(folder).query("item == 'timeliness' and answer == 'no' and role == 'first'")["case_id"]
    contested = _picked(late, 3, "dispute")
    place = {"item": "timeliness"}
    entries = [
        Entry({**place, "case_id": case, "action": "dispute", "who": "组长", "why": "时钟有误"})
        for case in contested
    ] + [
        Entry(
            {
                **place,
                "case_id": case,
                "action": "rescore",
                "who": "复核组",
                "why": "已查日志",
                "answer": answer,
            }
        )
        for case, answer in zip(contested, ("yes", "no"), strict=False)
    ]
    _, faults = record(folder, entries, READ)
    if len(faults):
        raise ValueError(faults.to_string())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    print(make(parser.parse_args().out))
