"""The follow-up of an improvement plan: what it lacks, how it stands, what worked, and what comes next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import ValidationError

from sqaudit import actions as improvement
from sqaudit.actions import Action, RecordFault, Unread, actions_of, plan_findings
from sqaudit.actions.model import plain
from sqaudit.audit import Audit
from sqaudit.cause_tree import CauseTree, as_yaml, read_trees
from sqaudit.cause_tree.listing import listed
from sqaudit.conditions import quoted
from sqaudit.control.chart import ControlChart
from sqaudit.errors import SourceError
from sqaudit.inquiry.owners import KIND, shown_actions, shown_trees
from sqaudit.inquiry.plain import as_plain, from_plain
from sqaudit.inquiry.plan_segments import segment_findings
from sqaudit.inquiry.tracking import Tracked, tracked
from sqaudit.verification import Verification
from sqaudit.verification.differences import Controls

FILE, TREES = "followup.json", "cause_trees.yaml"
Origin = Literal["file", "records", "none"]

__all__ = ["FollowUp", "read_followup"]


@dataclass(frozen=True, eq=False)
class FollowUp:
    """An improvement plan on the day of the run.

    `origin`: `file` (the key `actions` of the run), `records` (of the kind `improvement_action`), or `none`.
    `faults`: why records are no action. `findings`: as by `plan_findings`. `tracked`: one
    for each action that was not dropped; empty where nothing was to be verified. Names of people are
    masked unless the run shows personal data. `file` is the name of the file of the plan, `unread` are its
    columns that nobody knows; a book does not keep these.
    """

    origin: Origin
    as_of: date
    actions: tuple[Action, ...] = ()
    faults: tuple[RecordFault, ...] = ()
    findings: pd.DataFrame = field(default_factory=lambda: plan_findings((), date.min))
    tracked: tuple[Tracked, ...] = ()
    trees: tuple[CauseTree, ...] = ()
    file: str = ""
    unread: tuple[Unread, ...] = ()

    @classmethod
    def of(cls, audit: Audit, *, verify: bool = True) -> FollowUp:
        """The follow-up of the plan of an open audit; `verify` measures whether its actions worked."""
        as_of = audit.as_of.date()
        origin, plan, faults = _plan(audit)
        found = tracked(audit, plan) if verify else ()
        verdicts = {one.action: one.verification.verdict for one in found if one.verification is not None}
        findings = _findings(audit, plan, as_of, verdicts)
        if not verify:  # nobody looked for verdicts, so none is missing
            findings = findings[findings["code"] != "not_verified"].reset_index(drop=True)
        shown = shown_actions(audit, plan)
        file = Path(audit.run.actions or "").name
        unread = audit.plan.unread_columns
        return cls(origin, as_of, shown, faults, findings, found, shown_trees(audit), file, unread)

    @cached_property
    def verified(self) -> dict[str, Verification]:
        """The verification of each action that has one."""
        return {one.action: one.verification for one in self.tracked if one.verification is not None}

    @cached_property
    def progress(self) -> pd.DataFrame:
        """The state of every action, as by `sqaudit.actions.progress`."""
        return improvement.progress(self.actions, self.as_of)

    @cached_property
    def on_time(self) -> pd.DataFrame:
        """How many were done on time (S4-05), as by `sqaudit.actions.on_time`."""
        return improvement.on_time(self.actions, self.as_of)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """The verdict on each action and what follows, as by `sqaudit.actions.outcomes`."""
        return improvement.outcomes(self.actions, self.verified, self.as_of)

    def traced(self, language: str) -> pd.DataFrame:
        """Causes, actions and verifications side by side, as by `sqaudit.actions.traced`."""
        return improvement.traced(self.trees, self.actions, self.verified, language)

    def action(self, name: str) -> Action:
        """The action with an id."""
        return next(one for one in self.actions if one.id == name)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON; the trees by the indicators they are of."""
        return {
            "origin": self.origin,
            "file": self.file,
            "as_of": self.as_of.isoformat(),
            "actions": [plain(one) for one in self.actions],
            "faults": [one._asdict() for one in self.faults],
            "findings": as_plain(self.findings),
            "tracked": [_tracked_as_plain(one) for one in self.tracked],
            "trees": [one.indicator for one in self.trees],
        }

    def save(self, folder: Path) -> None:
        """Write the follow-up into a run folder."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text, encoding="utf-8")
        if self.trees:
            (folder / TREES).write_text(as_yaml(self.trees), encoding="utf-8")


def read_followup(folder: Path) -> FollowUp | None:
    """The follow-up that a run folder holds, or None; SourceError where the file cannot be read."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        findings = from_plain(pd.DataFrame, content["findings"])
        return FollowUp(
            content["origin"],
            date.fromisoformat(content["as_of"]),
            tuple(Action.model_validate(one) for one in content["actions"]),
            tuple(RecordFault(**one) for one in content["faults"]),
            findings.assign(since=findings["since"].astype("datetime64[ns]")),
            tuple(_tracked_from_plain(one) for one in content["tracked"]),
            read_trees(folder / TREES) if content["trees"] else (),
            content.get("file", ""),
        )
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise SourceError(f"{path} does not hold a follow-up: {error}. Run `sqaudit run` again.") from error


def _findings(audit: Audit, plan: Sequence[Action], as_of: date, verdicts: Mapping[str, str]) -> pd.DataFrame:
    """What the plan lacks by itself, and beside the standard, the trees and the records of the run."""
    indicators = [one.id for one in audit.standard.indicators]
    known = listed(audit.plan.cause_trees)
    causes = (known["indicator"] + "/" + known["branch"] + "/" + known["place"]).tolist()
    trees = causes if audit.plan.cause_trees else None
    own = plan_findings(plan, as_of, indicators, verdicts, causes=trees)
    every = pd.concat([own, segment_findings(audit, plan)], ignore_index=True)
    place = {one.id: place for place, one in enumerate(plan)}
    return every.sort_values("action", key=lambda ids: ids.map(place), kind="stable", ignore_index=True)


def _plan(audit: Audit) -> tuple[Origin, tuple[Action, ...], tuple[RecordFault, ...]]:
    """The plan that people keep in a file, else the one in the records."""
    if audit.run.actions is not None:
        return "file", audit.plan.actions, ()
    if KIND not in audit.columns:
        return "none", (), ()
    names = ", ".join(quoted(name) for name in audit.columns[KIND])
    rows = audit.engine.query(f"SELECT {names} FROM {quoted(KIND)} WHERE _excluded IS NULL ORDER BY _row")
    found, faults = actions_of(rows)
    return "records", found, faults


def _tracked_as_plain(one: Tracked) -> dict[str, Any]:
    """An action held against the figures, without the series of its controls, which are in no report."""
    found = one.verification
    controls = found.controls if found is not None else None
    return {
        "action": one.action,
        "reason": one.reason,
        "verification": as_plain(replace(found, controls=None)) if found is not None else None,
        "controls": None if controls is None else _controls_as_plain(controls),
        "chart": as_plain(one.chart) if one.chart is not None else None,
        "breaks": as_plain(one.breaks),
        "recording": as_plain(one.recording),
    }


def _controls_as_plain(controls: Controls) -> list[Any]:
    told = list(controls.names), list(controls.left_out), controls.spread, controls.share
    return [*told, as_plain(list(controls.moved))]


def _tracked_from_plain(content: dict[str, Any]) -> Tracked:
    found = from_plain(Verification, content["verification"]) if content["verification"] else None
    if found is not None and content["controls"] is not None:
        names, left_out, spread, share, moved = content["controls"]
        moved = np.array(moved, "float64")  # None is NaN
        controls = Controls(tuple(names), tuple(left_out), moved, np.empty(0), spread, share, ())
        found = replace(found, controls=controls)
    chart = from_plain(ControlChart, content["chart"]) if content["chart"] else None
    breaks, recording = (from_plain(pd.DataFrame, content[name]) for name in ("breaks", "recording"))
    return Tracked(content["action"], content["reason"], found, chart, breaks, recording)
