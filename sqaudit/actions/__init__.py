"""The improvement plan as data: who does what about which cause, by when, to what effect, and did it work."""

from sqaudit.actions.check import checked, segment_points, untreated
from sqaudit.actions.columns import Unread
from sqaudit.actions.counts import per_week
from sqaudit.actions.expected import Expected, expected_effect
from sqaudit.actions.findings import plan_findings
from sqaudit.actions.follow_up import back_to_causes, handbook, outcomes, traced
from sqaudit.actions.model import STATUSES, Action, LogEntry
from sqaudit.actions.progress import on_time, progress
from sqaudit.actions.read import PlanFile, as_yaml, read_actions, read_plan
from sqaudit.actions.records import RecordFault, actions_of
from sqaudit.actions.template import write_template

__all__ = [
    "STATUSES",
    "Action",
    "Expected",
    "LogEntry",
    "PlanFile",
    "RecordFault",
    "Unread",
    "actions_of",
    "as_yaml",
    "back_to_causes",
    "checked",
    "expected_effect",
    "handbook",
    "on_time",
    "outcomes",
    "per_week",
    "plan_findings",
    "progress",
    "read_actions",
    "read_plan",
    "segment_points",
    "traced",
    "untreated",
    "write_template",
]
