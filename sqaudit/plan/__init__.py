"""A plan: a run file with everything it names found and checked, before anything slow starts."""

from sqaudit.plan.making import Plan, plan, planned
from sqaudit.plan.names import described_kinds, segment_faults
from sqaudit.plan.personal import personal_columns
from sqaudit.plan.standards import find_standard, named_standard, shipped, standards_at_hand

__all__ = [
    "Plan",
    "described_kinds",
    "find_standard",
    "named_standard",
    "personal_columns",
    "plan",
    "planned",
    "segment_faults",
    "shipped",
    "standards_at_hand",
]
