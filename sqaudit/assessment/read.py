"""Rules of an assessment from their YAML file, or every fault of such a file at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from sqaudit.assessment.rules import KINDS, AssessmentRules
from sqaudit.descriptions import read_yaml, validated_in_part
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.faults import Key, at, faults_of
from sqaudit.standards.values import Identifier

_LINE = re.compile(r", line (\d+)")


class RulesFile(NamedTuple):
    """What a file of rules says: the rules, None where too little of them can be read, and all its faults.

    `rules` has every line and rule at its place in the file; one at fault is replaced by one that judges
    nothing, so that whatever else there is can be checked in the same go. `lines` are those of the keys.
    """

    rules: AssessmentRules | None
    faults: list[Fault]
    lines: Mapping[Key, int]


def read_rules(path: str | Path) -> AssessmentRules:
    """The rules in a YAML file; ParameterError lists every fault with file, line and key, in that order.

    >>> rules = read_rules("params/assessment.yaml")
    >>> rules.by_indicator["response_timeliness"].penalty
    0.9
    """
    found = rules_in_part(path)
    if found.faults or found.rules is None:
        raise ParameterError(found.faults)
    return found.rules


def rules_in_part(path: str | Path) -> RulesFile:
    """The rules in a YAML file as far as they can be read, and all faults; ParameterError if no YAML."""
    place = str(path)
    content, lines = read_yaml(Path(path))
    faults = list(_unknown_kinds(content, place, lines))
    known = _without_unknown_kinds(content)
    try:
        AssessmentRules.model_validate(known)
        at_fault: set[tuple[Any, ...]] = set()
    except ValidationError as error:
        faults += faults_of(error, AssessmentRules, known, place, lines)
        at_fault = {one["loc"][:2] for one in error.errors()}
    rules, _ = validated_in_part(AssessmentRules, _stood_in(known, at_fault), place, lines)
    if rules is not None:
        faults += [Fault(at(place, key, lines), said) for key, said in rules.contradictions()]
    return RulesFile(rules, in_order(faults), lines)


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """The faults of one file by the lines they stand in, those without a line first."""

    def line(fault: Fault) -> int:
        found = _LINE.search(fault.place)
        return int(found[1]) if found else 0

    return sorted(faults, key=line)


def _unknown_kinds(content: Mapping[str, Any], place: str, lines: Mapping[Key, int]) -> Iterator[Fault]:
    known = f"Known: {', '.join(sorted(KINDS))}."
    for index, rule in enumerate(_rules(content)):
        if not _without_kind(rule):
            continue
        spot = at(place, ("rules", index, "kind"), lines)
        if "kind" not in rule:
            yield Fault(spot, "this key is missing.", f"Add it. {known}")
            continue
        near = did_you_mean(str(rule["kind"]), KINDS)
        yield Fault(spot, f"'{rule['kind']}' is not known.", known if near == known else f"{near} {known}")


def _without_unknown_kinds(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content, with a rule of no known kind replaced by one that judges nothing."""
    if not _rules(content):
        return dict(content)
    kept = [
        _idle_rule(index, rule) if _without_kind(rule) else rule for index, rule in enumerate(_rules(content))
    ]
    return {**content, "rules": kept}


def _without_kind(rule: object) -> bool:
    return isinstance(rule, Mapping) and rule.get("kind") not in KINDS


def _rules(content: Mapping[str, Any]) -> list[Any]:
    found = content.get("rules")
    return found if isinstance(found, list) else []


def _stood_in(content: Mapping[str, Any], at_fault: set[tuple[Any, ...]]) -> dict[str, Any]:
    """The content with a stand-in for each line and rule at fault, and without other keys at fault."""
    found: dict[str, Any] = {"assessment": "unreadable", "title": "unreadable"}
    whole = {str(key[0]) for key in at_fault if len(key) == 1 or key[0] not in ("lines", "rules")}
    found |= {key: value for key, value in content.items() if key not in whole}
    for name, stand_in in (("lines", _idle_line), ("rules", _idle_rule)):
        if isinstance(found.get(name), list):
            found[name] = [
                stand_in(index, one) if (name, index) in at_fault else one
                for index, one in enumerate(found[name])
            ]
    return found


def _idle_line(index: int, given: object) -> dict[str, Any]:
    """A line in place of one that cannot be read: it holds the indicator, for the rules that name it."""
    line = given if isinstance(given, Mapping) else {}
    direction = line.get("direction") if line.get("direction") in ("higher", "lower") else "higher"
    name = _identifier(line.get("indicator")) or f"unreadable_{index}"
    return {"indicator": name, "direction": direction, "target": 1, "warn": 1, "penalty": 1}


def _idle_rule(index: int, given: object) -> dict[str, Any]:
    """A rule in place of one that cannot be read: it holds its id and its levels."""
    rule = given if isinstance(given, Mapping) else {}
    levels = rule.get("levels") if isinstance(rule.get("levels"), list) else []
    return {
        "id": _identifier(rule.get("id")) or f"unreadable_{index}",
        "kind": "missed",
        "levels": [level for level in levels or [] if _identifier(level)],
        "consequence": {"id": "unreadable"},
    }


def _identifier(given: object) -> str:
    """What is given where it can be an id, else nothing."""
    try:
        return str(TypeAdapter(Identifier).validate_python(given))
    except ValidationError:
        return ""


__all__ = ["RulesFile", "in_order", "read_rules", "rules_in_part"]
