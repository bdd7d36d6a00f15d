"""The files that people keep for a run beside its standard: cause trees, rules, the improvement plan."""

from __future__ import annotations

from pathlib import Path

from sqaudit.params import RunFile
from sqaudit.places import found
from sqaudit.plan.assessment import find_rules

KEPT = ("cause_trees", "assessment", "actions")

__all__ = ["KEPT", "kept_paths"]


def kept_paths(run: RunFile, base: Path) -> dict[str, Path]:
    """The files that the keys of KEPT name, by key; without keys left out and files that are not there."""
    paths = {
        "cause_trees": found(run.cause_trees, base) if run.cause_trees else None,
        "assessment": find_rules(run.assessment, base) if run.assessment else None,
        "actions": found(run.actions, base) if run.actions else None,
    }
    return {key: path for key, path in paths.items() if path is not None}
