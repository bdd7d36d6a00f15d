"""Cause trees in YAML: read with all their faults, and written for people to go on with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from sqaudit.cause_tree.model import BRANCHES, CauseTree, Evidence
from sqaudit.conditions import plain_faults
from sqaudit.descriptions import Description, read_yaml, validated
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.faults import at


class _File(Description):
    trees: list[CauseTree] = Field(min_length=1)


def read_trees(path: str | Path) -> tuple[CauseTree, ...]:
    """The trees of a file, which holds one tree or a list under `trees`.

    ParameterError lists every fault with line and key; two trees for one indicator are one.
    """
    place = Path(path)
    content, lines = read_yaml(place)
    if "trees" in content:
        trees = validated(_File, content, str(place), lines).trees
    else:
        trees = [validated(CauseTree, content, str(place), lines)]
    ids = [tree.indicator for tree in trees]
    faults = [
        Fault(at(str(place), ("trees", index), lines), f"{name} has a tree already.", "Make one of both.")
        for index, name in enumerate(ids)
        if name in ids[:index]
    ]
    if faults:
        raise ParameterError(faults)
    return tuple(trees)


def tree_faults(
    trees: Iterable[CauseTree],
    indicators: Mapping[str, Mapping[str, object]],
    kinds: Collection[str],
    place: str,
) -> list[Fault]:
    """What does not fit the audit: indicators and kinds of record that it has not, conditions nobody can ask.

    `indicators` maps each id to the columns of its records; `kinds` are the kinds of record there are. A
    condition is held to what `sqaudit records --where` takes.
    """
    faults = []
    for tree in trees:
        where = f"{place}, {tree.indicator}"
        if tree.indicator not in indicators:
            remedy = did_you_mean(tree.indicator, list(indicators))
            faults.append(Fault(where, f"the standard has no indicator '{tree.indicator}'.", remedy))
        for branch, number, cause in tree.walk():
            spot = f"{where}, {branch} {'.'.join(map(str, number))}"
            for one in cause.references:
                faults += _evidence_faults(one, indicators, kinds, spot)
    return faults


def _evidence_faults(
    one: Evidence, indicators: Mapping[str, Mapping[str, object]], kinds: Collection[str], spot: str
) -> list[Fault]:
    if one.record is not None:
        kind = one.record.partition(":")[0].strip()
        unknown = kind not in kinds
        remedy = did_you_mean(kind, list(kinds))
        return [Fault(spot, f"'{one.record}': there is no record kind '{kind}'.", remedy)] if unknown else []
    if one.figure is None:
        return []
    if one.figure not in indicators:
        remedy = did_you_mean(one.figure, list(indicators))
        return [Fault(spot, f"the standard has no indicator '{one.figure}'.", remedy)]
    messages = plain_faults(one.where, indicators[one.figure]) if one.where else []
    return [Fault(spot, f"of the records of {one.figure}, {message}") for message in messages]


def as_yaml(trees: Iterable[CauseTree]) -> str:
    """The trees as a file for people to go on with: empty branches stand there to be filled."""
    content = {"trees": [_plain(tree) for tree in trees]}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _plain(tree: CauseTree) -> dict[str, Any]:
    written = tree.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return {**written, **{branch: written.get(branch, []) for branch in BRANCHES}}
