"""The columns of an improvement plan as people head them, in either language, and as records call them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# The first two are written into the template (English, Chinese); all are understood.
HEADS: dict[str, tuple[str, ...]] = {
    "id": ("id", "措施编号", "action_id", "编号", "action id"),
    "finding": ("finding", "问题编号", "finding_id", "问题", "问题/根因编号", "finding id"),
    "cause": ("cause", "原因", "根因", "问题/根因", "root cause"),
    "cause_reference": ("cause_reference", "原因编号", "根因编号", "cause_id"),
    "action": ("action", "措施", "具体行动", "改进措施", "行动"),
    "owner": ("owner", "负责人", "责任人"),
    "department": ("department", "部门", "责任部门", "责任部门/人"),
    "approved": ("approved", "批准日期", "approved_at", "批准时间", "approved at"),
    "start": ("start", "开始日期", "started_at", "开始时间", "started at", "started"),
    "due": ("due", "完成时限", "due_at", "应完成时间", "due at", "deadline"),
    "finished": ("finished", "完成日期", "closed_at", "关闭时间", "closed at", "closed"),
    "checked": ("checked", "验证日期", "effect_checked_at", "效果验证时间", "effect checked at"),
    "indicator": ("indicator", "指标"),
    "segment": ("segment", "分组"),
    "to": ("to", "目标水平", "target"),
    "by": ("by", "改进幅度", "change"),
    "direction": ("direction", "方向"),
    "expected_effect": ("expected_effect", "预期效果", "expected effect"),
    "cost": ("cost", "成本", "费用"),
    "status": ("status", "状态", "跟踪状态"),
}
LOG_HEADS: dict[str, tuple[str, ...]] = {
    "id": HEADS["id"],
    "date": ("date", "日期", "day"),
    "status": HEADS["status"],
    "who": ("who", "操作人", "by whom", "person"),
    "note": ("note", "说明", "备注", "remark"),
}

__all__ = ["HEADS", "LOG_HEADS", "meaning", "meanings"]


def meaning(head: object, heads: dict[str, tuple[str, ...]] = HEADS) -> str | None:
    """Which field a head stands for; None if it is not known.

    >>> meaning("责任部门/人"), meaning("Due at"), meaning("colour")
    ('department', 'due', None)
    """
    written = _plain(str(head))
    return next((name for name, spoken in heads.items() if written in map(_plain, spoken)), None)


def meanings(header: Sequence[object], heads: dict[str, tuple[str, ...]] = HEADS) -> list[str | None]:
    """The fields of a header, in its order."""
    return [meaning(head, heads) for head in header]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("_", "").casefold()
