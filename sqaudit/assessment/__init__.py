"""Monthly and quarterly assessment of agents, teams and departments: who to look at, and how sure one can be.

`assess` takes counts by unit and month with rules as data and returns a list of candidates for people to
review, each with its evidence and the chance of being wrong. It is no payroll file and decides nothing.
Its arithmetic is loaded when it is first used, so that a command which only checks a run file starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqaudit.assessment.read import RulesFile, in_order, read_rules, rules_in_part
from sqaudit.assessment.rules import AssessmentRules, Lines

if TYPE_CHECKING:
    from sqaudit.assessment.assessing import Assessment, assess

__all__ = [
    "Assessment",
    "AssessmentRules",
    "Lines",
    "RulesFile",
    "assess",
    "in_order",
    "read_rules",
    "rules_in_part",
]


def __getattr__(name: str) -> Any:
    if name in ("Assessment", "assess"):
        return getattr(import_module("sqaudit.assessment.assessing"), name)
    raise AttributeError(f"module 'sqaudit.assessment' has no attribute '{name}'")
