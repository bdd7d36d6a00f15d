"""The people whom cause trees give work to, and trees without their names."""

from __future__ import annotations

from collections.abc import Iterable

from sqaudit.cause_tree.model import BRANCHES, Cause, CauseTree


def names_owners(trees: Iterable[CauseTree]) -> bool:
    """Whether some cause names who is to act on it.

    >>> names_owners([CauseTree(indicator="on_time", effect="Too late", people=[Cause(cause="Few hands")])])
    False
    """
    return any(cause.owner for tree in trees for _, _, cause in tree.walk())


def with_owners_as(trees: Iterable[CauseTree], mask: str) -> tuple[CauseTree, ...]:
    """The trees with a mask for every owner; a cause without an owner stays without one."""
    return tuple(
        tree.model_copy(
            update={branch: [_masked(one, mask) for one in getattr(tree, branch)] for branch in BRANCHES}
        )
        for tree in trees
    )


def _masked(cause: Cause, mask: str) -> Cause:
    below = [_masked(one, mask) for one in cause.why]
    return cause.model_copy(update={"owner": cause.owner and mask, "why": below})
