"""Names of the people whom plans and cause trees give work to: hidden unless a run shows personal data."""

from __future__ import annotations

from collections.abc import Sequence

from sqaudit.actions import Action
from sqaudit.audit import Audit
from sqaudit.cause_tree import CauseTree
from sqaudit.cause_tree.owners import names_owners, with_owners_as
from sqaudit.personal import MASK, is_personal
from sqaudit.plan import described_kinds

KIND = "improvement_action"

__all__ = ["KIND", "may_be_copied", "owners_hidden", "shown_actions", "shown_trees"]


def owners_hidden(audit: Audit) -> bool:
    """Whether a book of this audit may not say who an owner is."""
    kind = described_kinds(audit.standard)[KIND]
    return not audit.run.show_personal_data and is_personal("owner", [kind])


def shown_actions(audit: Audit, actions: Sequence[Action]) -> tuple[Action, ...]:
    """The actions as a book may show them: a mask in place of owners and of those who wrote in the log."""
    if not owners_hidden(audit):
        return tuple(actions)
    return tuple(
        one.model_copy(
            update={
                "owner": one.owner and MASK,
                "log": tuple(entry.model_copy(update={"who": entry.who and MASK}) for entry in one.log),
            }
        )
        for one in actions
    )


def shown_trees(audit: Audit) -> tuple[CauseTree, ...]:
    """The cause trees of the run as a book may show them: a mask in place of owners."""
    trees = audit.plan.cause_trees
    return with_owners_as(trees, MASK) if owners_hidden(audit) else trees


def may_be_copied(audit: Audit, key: str) -> bool:
    """Whether a book may hold a copy of the file that a key of the run file names, as it is.

    A plan may hold more about people than is read from it, so it is copied only where names may be shown.
    """
    if not owners_hidden(audit):
        return True
    return key == "assessment" or (key == "cause_trees" and not names_owners(audit.plan.cause_trees))
