"""What follows from verifications: the service handbook, back to the causes, and who refers to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from sqaudit.actions.model import Action
from sqaudit.cause_tree.listing import listed
from sqaudit.cause_tree.model import CauseTree
from sqaudit.verification import Verification

OUTCOMES = (
    "action", "name", "cause", "reference", "indicator", "segment", "owner", "verdict", "effect", "low",
    "high", "planned_effect", "periods_after", "periods_needed", "notes", "next",
)  # fmt: skip
TRACED = (
    "indicator", "cause_reference", "cause", "cause_status", "action", "name", "owner", "due", "status",
    "verdict", "effect", "low", "high", "gap",
)  # fmt: skip
# What is to be done next: S3 step 6 takes effective measures into the handbook and has the others analysed
# again. What is not done or approved is to be that first.
NEXT = (
    "handbook", "approve_then_handbook", "finish_then_handbook", "finish_and_approve_then_handbook",
    "back_to_causes", "stop_and_back_to_causes", "finish_first", "measure_otherwise", "compare_with_more",
    "wait", "verify",
)  # fmt: skip

__all__ = ["NEXT", "OUTCOMES", "TRACED", "back_to_causes", "handbook", "outcomes", "traced"]


def outcomes(
    actions: Iterable[Action], verified: Mapping[str, Verification], as_of: date | None = None
) -> pd.DataFrame:
    """One row for each action with its verdict and what follows from it (OUTCOMES).

    `reference` is the cause in the trees, else the finding. `next` is one of NEXT: an effective action that
    is not done or not approved yet has to be that before it goes into the handbook, an unfinished one whose
    effect is not shown is to be finished first, one whose planned effect no reasonable wait would show is to
    be measured otherwise (`measure_otherwise`), and one in a segment without enough others is to be
    compared with more (`compare_with_more`). `verify` where there is no verification yet. `as_of` is the
    day by which an action is done; without it any day of its end counts. Dropped actions are left out.
    """
    rows = []
    for action in actions:
        if action.status == "dropped":
            continue
        found = verified.get(action.id)
        rows.append(
            {
                "action": action.id,
                "name": action.action,
                **{
                    name: getattr(action, name)
                    for name in ("cause", "reference", "indicator", "segment", "owner")
                },
                **_figures(found),
                "planned_effect": found.planned_effect if found else None,
                "periods_after": found.periods_after if found else None,
                "periods_needed": found.periods_needed if found else None,
                "notes": ", ".join(found.notes) if found else "",
                "next": _next(action, found, action.done_on(as_of or date.max)),
            }
        )
    frame = pd.DataFrame(rows, columns=list(OUTCOMES))
    return frame.astype(
        {
            **dict.fromkeys(("effect", "low", "high", "planned_effect"), "float64"),
            **dict.fromkeys(("periods_after", "periods_needed"), "Int64"),
        }
    )


def handbook(table: pd.DataFrame) -> pd.DataFrame:
    """The effective measures, largest effect first, for the handbook; `next` says what comes before."""
    kept = table[table["verdict"] == "effective"]
    order = kept["effect"].abs().sort_values(ascending=False, kind="stable").index
    return kept.loc[order].reset_index(drop=True)


def back_to_causes(table: pd.DataFrame) -> pd.DataFrame:
    """The measures whose cause is to be analysed again: harmful ones first."""
    kept = table[table["next"].isin(["back_to_causes", "stop_and_back_to_causes"])]
    order = (kept["next"] != "stop_and_back_to_causes").sort_values(kind="stable").index
    return kept.loc[order].reset_index(drop=True)


def traced(
    trees: Iterable[CauseTree],
    actions: Iterable[Action],
    verified: Mapping[str, Verification] | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Causes, the actions for them and their verification, side by side (TRACED).

    An action refers to a cause by `indicator/branch/place` (`Action.reference`). `gap`: `no_action` where a
    supported cause at the end of its chain has none, `no_cause` where an action refers to no cause of the
    trees, `no_verification` where a done action has none, else empty. Causes that are ruled out and whys with
    whys below them stand there only if an action refers to them.
    """
    known = verified or {}
    causes = listed(trees)
    every = list(actions)
    references = causes["indicator"] + "/" + causes["branch"] + "/" + causes["place"]
    by_reference: dict[str, list[Action]] = {}
    for action in every:
        by_reference.setdefault(str(action.reference or ""), []).append(action)
    rows = []
    for reference, cause in zip(references, causes.to_dict("records"), strict=True):
        own = by_reference.get(reference, [])
        told = {
            "indicator": cause["indicator"],
            "cause_reference": reference,
            "cause": cause[f"cause_{language}"],
            "cause_status": cause["status"],
        }
        last = not references.str.startswith(f"{reference}.").any()
        if not own and last and cause["status"] != "ruled_out":
            rows.append({**told, "gap": "no_action" if cause["status"] == "supported" else ""})
        rows += [{**told, **_acted(action, known)} for action in own]
    rows += [
        {
            "indicator": action.indicator,
            "cause_reference": action.reference,
            "cause": action.cause,
            **_acted(action, known),
            "gap": "no_cause",
        }
        for action in every
        if str(action.reference or "") not in set(references)
    ]
    frame = pd.DataFrame(rows, columns=list(TRACED))
    return frame.astype({**dict.fromkeys(("effect", "low", "high"), "float64"), "due": "datetime64[ns]"})


def _next(action: Action, found: Verification | None, done: bool) -> str:
    if found is None:
        return "verify"
    if found.verdict == "harmful":
        return "stop_and_back_to_causes"
    if found.verdict == "effective":
        before = [
            word for word, lacks in (("finish", not done), ("approve", action.approved is None)) if lacks
        ]
        return f"{'_and_'.join(before)}_then_handbook" if before else "handbook"
    if found.verdict == "not_shown" and "worst_without_peers" in found.notes:
        return "compare_with_more"
    if _never_seen(found):
        return "measure_otherwise"
    if found.verdict == "too_early":
        return "wait"
    return "back_to_causes" if done else "finish_first"


def _never_seen(found: Verification) -> bool:
    """Whether no reasonable wait would show the planned effect, as far as it is not ruled out."""
    if found.verdict == "too_early":
        planned = found.planned_effect is not None and found.decided_by != "none"
        return planned and found.periods_needed is None
    return "cannot_tell" in found.notes


def _acted(action: Action, known: Mapping[str, Verification]) -> dict[str, object]:
    found = known.get(action.id)
    waiting = found is None and (action.status == "done" or action.finished is not None)
    return {
        "action": action.id,
        "name": action.action,
        "owner": action.owner,
        "due": pd.Timestamp(action.due) if action.due else pd.NaT,
        "status": action.status,
        **_figures(found),
        "gap": "no_verification" if waiting else "",
    }


def _figures(found: Verification | None) -> dict[str, object]:
    if found is None:
        return {"verdict": None, **dict.fromkeys(("effect", "low", "high"), float("nan"))}
    return {"verdict": found.verdict, "effect": found.effect, "low": found.low, "high": found.high}
