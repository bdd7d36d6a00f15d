"""Rules of an assessment from their YAML file, or every fault of such a file."""

from __future__ import annotations

from pathlib import Path

from sqaudit.assessment.rules import AssessmentRules
from sqaudit.descriptions import read_described


def read_rules(path: str | Path) -> AssessmentRules:
    """The rules in a YAML file; ParameterError lists every fault with file, line and key.

    >>> rules = read_rules("params/assessment.yaml")
    >>> rules.by_indicator["response_timeliness"].penalty
    0.9
    """
    return read_described(path, AssessmentRules)


__all__ = ["read_rules"]
