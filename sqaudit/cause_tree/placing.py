"""Computed findings on the branches of a cause tree: by what they are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqaudit.cause_tree.model import BRANCHES, Cause, CauseTree, Evidence
from sqaudit.descriptions import Text

# Where a segment points to, by the dimension that bounds it; what is not listed is a matter of process.
_OF_DIMENSION = {
    "people": ("agent", "new_agent", "inspector", "skill", "course", "duty", "engineer", "rater"),
    "tools": ("model", "equipment_id", "system", "tool", "app_version"),
    "material": ("fitted_part", "part", "supplier", "item", "product", "material"),
    "environment": ("region", "zone", "district", "city", "weather", "outlet", "location"),
    "measurement": ("source", "instrument", "recorded_by", "clock"),
}
_KNOWN = {name: branch for branch, names in _OF_DIMENSION.items() for name in names}
# Of several dimensions the one that names the narrowest suspect decides.
_ORDER = ("measurement", "people", "material", "tools", "environment", "process")


def branch_of(dimensions: Iterable[str]) -> str:
    """The branch for a segment bounded by these dimensions.

    >>> branch_of(["region", "hour"]), branch_of(["team", "agent"]), branch_of(["channel"])
    ('environment', 'people', 'process')
    """
    found = {_KNOWN.get(name, "process") for name in dimensions}
    return next(branch for branch in _ORDER if branch in found)


def placed(
    indicator: str,
    effect: Text,
    findings: Sequence[Mapping[str, object]],
    period: str | None = None,
) -> CauseTree:
    """The tree that a search alone can make: each finding on a branch, with its evidence, no why below it.

    A finding has `text` (a Text), `where` (the condition that keeps its records, or None) and either
    `dimensions` or a `branch` of its own.
    """
    branches: dict[str, list[Cause]] = {branch: [] for branch in BRANCHES}
    for finding in findings:
        named = finding.get("branch") or branch_of(finding.get("dimensions") or ())  # type: ignore[arg-type]
        evidence = Evidence.model_validate(
            {"figure": indicator, "period": period, "where": finding.get("where")}
        )
        cause = Cause.model_validate({"cause": finding["text"], "computed": True, "evidence": [evidence]})
        branches[str(named)].append(cause)
    return CauseTree.model_validate({"indicator": indicator, "effect": effect, "period": period, **branches})


def merged(own: CauseTree, computed: CauseTree) -> CauseTree:
    """A tree that people keep, with the computed findings that it does not cite yet on its branches.

    A finding counts as cited where any why of the tree rests on the same figure and condition; what people
    wrote is never changed.
    """
    cited = {(one.figure, one.where) for _, _, cause in own.walk() for one in cause.references if one.figure}
    added = {
        branch: [
            *getattr(own, branch),
            *(
                cause
                for cause in getattr(computed, branch)
                if not {(one.figure, one.where) for one in cause.references} & cited
            ),
        ]
        for branch in BRANCHES
    }
    return own.model_copy(update=added)
