"""The inquiries of a run: which indicators call for one, all looked into, written down and read again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.cause_tree import CauseTree, as_yaml, read_trees
from sqaudit.errors import SourceError
from sqaudit.inquiry.inquire import Inquirer
from sqaudit.inquiry.model import Inquiry
from sqaudit.inquiry.owners import shown_trees
from sqaudit.results import changed
from sqaudit.scoring import scorecard

MOST = 6  # indicators of a book that are looked into; the rest are named, with the command for them
FILE, TREES = "inquiries.json", "cause_trees.yaml"


@dataclass(frozen=True)
class Causes:
    """What was inquired into, the indicators left for want of room, and the cause trees that people keep."""

    inquiries: tuple[Inquiry, ...] = ()
    left: tuple[str, ...] = ()
    trees: tuple[CauseTree, ...] = ()

    @classmethod
    def of(cls, audit: Audit, wanted: Sequence[str] = (), dimensions: Sequence[str] = ()) -> Causes:
        """The inquiries of an audit: into the indicators named, else into those that call for one.

        At most MOST of those that call for one are looked into, the clearest first.
        """
        calling = calling_for_one(audit)
        chosen = list(wanted) or list(calling)[:MOST]
        inquirer = Inquirer.of(audit)
        found = tuple(inquirer.inquire(name, dimensions, reasons=calling.get(name, ())) for name in chosen)
        left = tuple(name for name in calling if name not in chosen) if not wanted else ()
        return cls(found, left, shown_trees(audit))

    def as_dict(self) -> dict[str, Any]:
        """The inquiries as plain values, for JSON; the trees are a file of their own."""
        return {"inquiries": [one.as_dict() for one in self.inquiries], "left": list(self.left)}

    def save(self, folder: Path) -> None:
        """Write the inquiries and the trees into a run folder."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text, encoding="utf-8")
        if self.trees:
            (folder / TREES).write_text(as_yaml(self.trees), encoding="utf-8")


def read_causes(folder: Path) -> Causes | None:
    """The inquiries that a run folder holds, or None; SourceError where the file cannot be read."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        inquiries = tuple(Inquiry.from_dict(one) for one in content["inquiries"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path} does not hold inquiries: {error}. Run `sqaudit run` again.") from error
    trees = read_trees(folder / TREES) if (folder / TREES).is_file() else ()
    return Causes(inquiries, tuple(content["left"]), trees)


def calling_for_one(audit: Audit) -> dict[str, tuple[str, ...]]:
    """The indicators that call for an inquiry with the reasons, the clearest first.

    The trigger of A08 calls (below 80 % of the target, a figure below 80 %, short of the target), and so
    does a clear change for the worse. First those that did both, then by how far short of the target.
    """
    total = audit.results.grouped()
    now = total[total["period"] == audit.run.chosen_period.label]
    cards = [
        scorecard(now[now["indicator"].isin([own.id for own in one.indicators])].reset_index(drop=True), one)
        for one in audit.plan.standards
    ]
    card = pd.concat(cards, ignore_index=True)
    changes = changed(audit.results, audit)
    worse = set(changes.loc[changes["change"] == "worse", "indicator"])
    reasons: dict[str, tuple[str, ...]] = {}
    for row in card.to_dict("records"):
        own = tuple(reason for reason in str(row["trigger"] or "").split(", ") if reason)
        name = str(row["indicator"])
        if own or name in worse:
            reasons[name] = (*own, *(["worse"] if name in worse else []))
    attained = card.set_index("indicator")["attainment"]
    order = {name: place for place, name in enumerate(changes["indicator"])}

    def rank(name: str) -> tuple[bool, bool, float, int]:
        own = attained.get(name)
        short = float(own) if own is not None and own == own else 9.0
        return (name not in worse, len(reasons[name]) < 2, short, order.get(name, len(order)))

    return {name: reasons[name] for name in sorted(reasons, key=rank)}
