"""Cause trees: what people and figures say about why an indicator fell short, as data with its evidence."""

from sqaudit.cause_tree.export import action_rows
from sqaudit.cause_tree.listing import listed, open_whys
from sqaudit.cause_tree.model import BRANCHES, Cause, CauseTree, Evidence
from sqaudit.cause_tree.placing import branch_of, merged, placed
from sqaudit.cause_tree.read import as_yaml, read_trees, tree_faults

__all__ = [
    "BRANCHES",
    "Cause",
    "CauseTree",
    "Evidence",
    "action_rows",
    "as_yaml",
    "branch_of",
    "listed",
    "merged",
    "open_whys",
    "placed",
    "read_trees",
    "tree_faults",
]
