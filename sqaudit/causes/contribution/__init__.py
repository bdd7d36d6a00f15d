"""Mix or rate: how much of a change comes from other proportions, and how much from other figures."""

from sqaudit.causes.contribution.cells import Kind
from sqaudit.causes.contribution.factors import factor_parts
from sqaudit.causes.contribution.terms import Terms, every_node, roll_up, terms
from sqaudit.causes.contribution.uncertainty import PARTS, three_parts
from sqaudit.causes.contribution.waterfall import waterfall

__all__ = [
    "PARTS",
    "Kind",
    "Terms",
    "every_node",
    "factor_parts",
    "roll_up",
    "terms",
    "three_parts",
    "waterfall",
]
