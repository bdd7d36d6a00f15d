"""From causes to actions: the rows that a list of improvement actions starts from."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sqaudit.cause_tree.model import BRANCHES, Cause, CauseTree
from sqaudit.descriptions import Text

ACTIONS = (
    "cause", "cause_reference", "action", "indicator", "segment", "owner", "department", "due_at", "status",
)  # fmt: skip


def action_rows(trees: Iterable[CauseTree], language: str = "en") -> pd.DataFrame:
    """One row for each cause that leads to an action, or that ends its chain and is not ruled out.

    Columns as of the record kind `improvement_action`: `cause` (the chain of whys, deepest last),
    `cause_reference` (indicator/branch/place), `action`, `indicator`, `segment` (the condition of the first
    figure it rests on), `owner, department, due_at`, `status` (`proposed`). What nobody has said yet is None:
    the row is there to be filled.
    """
    rows = [
        row
        for tree in trees
        for branch in BRANCHES
        for place, root in enumerate(getattr(tree, branch), start=1)
        for row in _rows(tree, root, f"{tree.indicator}/{branch}/{place}", (), None, language)
    ]
    return pd.DataFrame(rows, columns=list(ACTIONS)).astype("object")


def _rows(
    tree: CauseTree,
    cause: Cause,
    reference: str,
    above: tuple[str, ...],
    segment: str | None,
    language: str,
) -> list[dict[str, object]]:
    if cause.status == "ruled_out":
        return []
    chain = (*above, _said(cause.cause, language))
    segment = next((one.where for one in cause.references if one.where), segment)
    below = [
        row
        for place, one in enumerate(cause.why, start=1)
        for row in _rows(tree, one, f"{reference}.{place}", chain, segment, language)
    ]
    if below and cause.action is None:
        return below
    own: dict[str, object] = {
        "cause": " ← ".join(chain),
        "cause_reference": reference,
        "action": _said(cause.action, language) if cause.action else None,
        "indicator": tree.indicator,
        "segment": segment,
        "owner": cause.owner,
        "department": cause.department,
        "due_at": cause.due.isoformat() if cause.due else None,
        "status": "proposed",
    }
    return [own, *below]


def _said(text: Text, language: str) -> str:
    return text.in_language(language)
