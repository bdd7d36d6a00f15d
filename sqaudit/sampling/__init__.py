"""Sample sizes, allocation, acceptance sampling: how much to inspect, and what that can and cannot see."""

from __future__ import annotations

from sqaudit.sampling.acceptance import (
    TwoPointPlan,
    chance_of_acceptance,
    oc_curve,
    rate_at_acceptance,
    two_point_plan,
)
from sqaudit.sampling.allocation import allocate, size_for_budget, size_for_variance, stratified_variance
from sqaudit.sampling.attribute_plans import (
    LotPlan,
    SinglePlan,
    code_letter,
    lot_plan,
    lot_plans,
    single_plan,
)
from sqaudit.sampling.discovery import (
    AttributePlan,
    Sight,
    attribute_plan,
    chance_to_find_one,
    sight,
    sight_table,
    upper_limit,
)
from sqaudit.sampling.monetary_unit import (
    MonetaryUnitPlan,
    confidence_factor,
    factor_table,
    monetary_unit_plan,
)
from sqaudit.sampling.percentage_rule import PercentageRule, agent_table, planning_table, pooled_or_each
from sqaudit.sampling.precision import (
    Precision,
    achieved,
    size_by_normal,
    size_by_width,
    size_by_wilson,
    width_table,
)
from sqaudit.sampling.switching import LotResult, SwitchingState, history, judged, scheme_oc

__all__ = [
    "AttributePlan",
    "LotPlan",
    "LotResult",
    "MonetaryUnitPlan",
    "PercentageRule",
    "Precision",
    "Sight",
    "SinglePlan",
    "SwitchingState",
    "TwoPointPlan",
    "achieved",
    "agent_table",
    "allocate",
    "attribute_plan",
    "chance_of_acceptance",
    "chance_to_find_one",
    "code_letter",
    "confidence_factor",
    "factor_table",
    "history",
    "judged",
    "lot_plan",
    "lot_plans",
    "monetary_unit_plan",
    "oc_curve",
    "planning_table",
    "pooled_or_each",
    "rate_at_acceptance",
    "scheme_oc",
    "sight",
    "sight_table",
    "single_plan",
    "size_by_normal",
    "size_by_width",
    "size_by_wilson",
    "size_for_budget",
    "size_for_variance",
    "stratified_variance",
    "two_point_plan",
    "upper_limit",
    "width_table",
]
