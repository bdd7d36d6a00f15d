"""A cause tree as tables: every why in order, and those that rest on nothing yet."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sqaudit.cause_tree.model import CauseTree

LISTED = (
    "indicator", "branch", "place", "depth", "cause_zh", "cause_en", "status", "computed", "evidence",
    "evidence_kinds", "action_zh", "action_en", "owner", "department", "due",
)  # fmt: skip


def listed(trees: Iterable[CauseTree]) -> pd.DataFrame:
    """Every why of some trees, one row each, from the branch downwards.

    Columns: `indicator, branch, place` (1.2 is the second why below the first cause), `depth, cause_zh,
    cause_en, status, computed, evidence` (references, one per line), `evidence_kinds, action_zh, action_en,
    owner, department, due`. Without trees, a frame without rows.

    >>> tree = CauseTree.model_validate({"indicator": "on_time", "effect": "late", "people": ["too few"]})
    >>> listed([tree])[["branch", "place", "cause_en", "status"]].values.tolist()
    [['people', '1', 'too few', 'suspected']]
    """
    rows = [
        {
            "indicator": tree.indicator,
            "branch": branch,
            "place": ".".join(map(str, place)),
            "depth": len(place),
            "cause_zh": cause.cause.in_language("zh"),
            "cause_en": cause.cause.in_language("en"),
            "status": cause.status,
            "computed": cause.computed,
            "evidence": "\n".join(one.reference for one in cause.references),
            "evidence_kinds": ", ".join(dict.fromkeys(one.kind for one in cause.references)),
            "action_zh": cause.action.in_language("zh") if cause.action else None,
            "action_en": cause.action.in_language("en") if cause.action else None,
            "owner": cause.owner,
            "department": cause.department,
            "due": cause.due.isoformat() if cause.due else None,
        }
        for tree in trees
        for branch, place, cause in tree.walk()
    ]
    return pd.DataFrame(rows, columns=list(LISTED))


def open_whys(trees: Iterable[CauseTree]) -> pd.DataFrame:
    """The whys that want something: columns of `listed`, then `wants`.

    `wants` is `evidence` where nothing supports the statement, `why` where a computed finding says where and
    nobody has yet said why, `action` where a supported cause at the end of its chain leads to none.
    """
    every = list(trees)
    frame = listed(every)
    ends = [not cause.why for tree in every for _, _, cause in tree.walk()]
    wants = [
        "evidence"
        if not row.evidence
        else "why"
        if row.computed and end
        else "action"
        if end and row.status == "supported" and not row.action_en
        else ""
        for row, end in zip(frame.itertuples(index=False), ends, strict=True)
    ]
    wanted = frame.assign(wants=pd.Series(wants, index=frame.index, dtype="object"))
    return wanted[wanted["wants"] != ""].reset_index(drop=True)
