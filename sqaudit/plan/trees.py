"""The cause trees that people keep for a run: found, read, and held against the standards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqaudit.cause_tree import CauseTree, read_trees, tree_faults
from sqaudit.errors import Fault, ParameterError
from sqaudit.kinds import catalogue
from sqaudit.params import RunFile
from sqaudit.places import found
from sqaudit.plan.place import Place
from sqaudit.sources.peek import Peeked
from sqaudit.standards import Standard


def run_trees(
    run: RunFile, standard: Standard | None, peeked: Mapping[str, Peeked], base: Path, where: Place
) -> tuple[tuple[CauseTree, ...], list[Fault]]:
    """The trees of the file that the run names, and all that is wrong with them."""
    if run.cause_trees is None:
        return (), []
    path = found(run.cause_trees, base)
    if path is None or not path.is_file():
        remedy = "Check the path, or leave the key out."
        return (), [where.fault(["cause_trees"], f"there is no file '{run.cause_trees}'.", remedy)]
    try:
        trees = read_trees(path)
    except ParameterError as error:
        return (), list(error.faults)
    if standard is None:
        return trees, []
    columns = {kind: look.our_columns(run.records[kind]) for kind, look in peeked.items()}
    known = {
        one.id: {
            name: "" for kind in one.kinds for name in (*columns.get(kind, []), *standard.kind(kind).columns)
        }
        for one in standard.indicators
    }
    kinds = sorted({*catalogue(), *standard.record_kinds, *run.records})
    return trees, tree_faults(trees, known, kinds, str(path))
