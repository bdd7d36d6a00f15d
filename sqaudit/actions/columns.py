"""The columns of an improvement plan as people head them, in either language, and as records call them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

# The first two are written into the template (English, Chinese); all are understood.
HEADS: dict[str, tuple[str, ...]] = {
    "id": ("id", "措施编号", "action_id", "编号", "action id"),
    "finding": ("finding", "问题编号", "finding_id", "问题", "问题/根因编号", "finding id"),
    "cause": ("cause", "原因", "根因", "问题/根因", "根本原因", "原因分析", "root cause"),
    "cause_reference": ("cause_reference", "原因编号", "根因编号", "cause_id"),
    "action": ("action", "措施", "具体行动", "改进措施", "行动", "整改措施", "measure"),
    "owner": ("owner", "负责人", "责任人", "整改责任人", "responsible"),
    "department": ("department", "部门", "责任部门", "责任部门/人"),
    "approved": ("approved", "批准日期", "approved_at", "批准时间", "approved at"),
    "start": ("start", "开始日期", "started_at", "开始时间", "started", "start date", "begin", "启动日期"),
    "due": (
        *(
            "due",
            "完成时限",
            "due_at",
            "应完成时间",
            "deadline",
            "due date",
            "due by",
            "截止日期",
            "截止时间",
        ),
        *("到期日", "到期日期", "期限", "整改期限", "计划完成日期", "计划完成时间", "应完成日期"),
    ),
    "finished": (
        *("finished", "完成日期", "closed_at", "关闭时间", "closed", "finish date", "end date", "done on"),
        *("实际完成日期", "实际完成时间", "关闭日期", "结束日期"),
    ),
    "checked": ("checked", "验证日期", "effect_checked_at", "效果验证时间", "effect checked at"),
    "indicator": ("indicator", "指标"),
    "segment": ("segment", "分组"),
    "to": ("to", "目标水平", "target"),
    "by": ("by", "改进幅度", "change"),
    "direction": ("direction", "方向"),
    "expected_effect": ("expected_effect", "预期效果", "expected effect"),
    "cost": ("cost", "成本", "费用"),
    "status": ("status", "状态", "跟踪状态", "state"),
}
LOG_HEADS: dict[str, tuple[str, ...]] = {
    "id": HEADS["id"],
    "date": ("date", "日期", "day"),
    "status": HEADS["status"],
    "who": ("who", "操作人", "by whom", "person"),
    "note": ("note", "说明", "备注", "remark"),
}

NEAR, ALIKE = 0.6, 0.8  # from here on a head may be, and probably is, a known one that was mistyped

__all__ = ["ALIKE", "HEADS", "LOG_HEADS", "NEAR", "Unread", "meaning", "meanings", "meant"]


class Unread(NamedTuple):
    """A column that nobody knows and nothing reads: its sheet, its head, and the head that may be meant."""

    sheet: str
    column: str
    meant: str = ""


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


def meant(
    head: object, heads: dict[str, tuple[str, ...]] = HEADS, cutoff: float = NEAR
) -> tuple[str, str] | None:
    """The field that an unknown head probably stands for, and the known head that is near; None without.

    >>> meant("ownr", cutoff=ALIKE), meant("完成日"), meant("colour")
    (('owner', 'owner'), ('finished', '完成日期'), None)
    """
    spoken = {_plain(word): (name, word) for name, words in heads.items() for word in words}
    near = get_close_matches(_plain(str(head)), spoken, n=1, cutoff=cutoff)
    return spoken[near[0]] if near else None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("_", "").casefold()
