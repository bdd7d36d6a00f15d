"""Rules of an assessment from their YAML file, or every fault of such a file."""

from __future__ import annotations

from pathlib import Path

from sqaudit.assessment.rules import AssessmentRules
from sqaudit.descriptions import read_yaml, validated_in_part
from sqaudit.errors import Fault, ParameterError
from sqaudit.faults import at


def read_rules(path: str | Path) -> AssessmentRules:
    """The rules in a YAML file; ParameterError lists every fault with file, line and key.

    >>> rules = read_rules("params/assessment.yaml")
    >>> rules.by_indicator["response_timeliness"].penalty
    0.9
    """
    file = Path(path)
    content, lines = read_yaml(file)
    rules, faults = validated_in_part(AssessmentRules, content, str(file), lines)
    if rules is not None:
        # places of rules made in part are those of the file only where nothing was left out
        shown = lines if not faults else {}
        faults += [Fault(at(str(file), key, shown), said) for key, said in rules.contradictions()]
    if faults or rules is None:
        raise ParameterError(faults)
    return rules


__all__ = ["read_rules"]
