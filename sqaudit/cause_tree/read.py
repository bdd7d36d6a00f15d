"""Cause trees in YAML: read with all their faults, and written for people to go on with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from sqaudit.cause_tree.model import BRANCHES, CauseTree
from sqaudit.conditions import unknown_columns
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
    trees: Iterable[CauseTree], indicators: Mapping[str, Mapping[str, object]], place: str
) -> list[Fault]:
    """What does not fit the audit: indicators that it has not, conditions over columns that are not there.

    `indicators` maps each id to the columns of its records.
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
                if one.figure is None:
                    continue
                if one.figure not in indicators:
                    remedy = did_you_mean(one.figure, list(indicators))
                    faults.append(Fault(spot, f"the standard has no indicator '{one.figure}'.", remedy))
                elif one.where:
                    faults += [
                        Fault(spot, f"of the records of {one.figure}, {message}")
                        for message in unknown_columns(one.where, indicators[one.figure])
                    ]
    return faults


def as_yaml(trees: Iterable[CauseTree]) -> str:
    """The trees as a file for people to go on with: empty branches stand there to be filled."""
    content = {"trees": [_plain(tree) for tree in trees]}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _plain(tree: CauseTree) -> dict[str, Any]:
    written = tree.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return {**written, **{branch: written.get(branch, []) for branch in BRANCHES}}
