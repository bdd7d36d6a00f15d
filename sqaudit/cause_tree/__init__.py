"""Cause trees: what people and figures say about why an indicator fell short, as data with its evidence.

The tables of a tree are in `cause_tree.listing` and `cause_tree.export`, which load pandas.
"""

from sqaudit.cause_tree.model import BRANCHES, Cause, CauseTree, Evidence
from sqaudit.cause_tree.placing import branch_of, merged, placed
from sqaudit.cause_tree.read import as_yaml, read_trees, tree_faults

__all__ = [
    "BRANCHES",
    "Cause",
    "CauseTree",
    "Evidence",
    "as_yaml",
    "branch_of",
    "merged",
    "placed",
    "read_trees",
    "tree_faults",
]
