"""What a measure is expected to bring: plain sentences about a target or a change, as numbers."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

Side = Literal["higher", "lower"]
_NUMBER = r"(\d+(?:\.\d+)?)\s*(%|个百分点|百分点|percentage points?|points?|pp|pts?)?"
# Words before a number that make it the level to reach, by the side that is good; None: either.
_TO: dict[Side | None, tuple[str, ...]] = {
    "lower": (
        *(
            "降到",
            "降至",
            "下降到",
            "下降至",
            "减少到",
            "减少至",
            "控制在",
            "不超过",
            "不高于",
            "低于",
            "少于",
        ),
        *("缩短到", "缩短至", "down to", "fall to", "falls to", "below", "under", "at most", "no more than"),
        *("reduce to", "<=", "<", "≤"),
    ),
    "higher": (
        *(
            "提高到",
            "提高至",
            "提升到",
            "提升至",
            "上升到",
            "上升至",
            "增加到",
            "不低于",
            "不少于",
            "高于",
            "超过",
        ),
        *("up to", "rise to", "rises to", "increase to", "at least", "above", "no less than", ">=", ">", "≥"),
    ),
    None: ("达到", "回到", "恢复到", "恢复至", "做到", "reach", "reaches", "back to", "return to", "to"),
}
_BY: dict[Side, tuple[str, ...]] = {
    "lower": ("降低", "下降", "减少", "缩短", "down by", "fall by", "reduce by", "less by"),
    "higher": ("提高", "提升", "上升", "增加", "up by", "rise by", "increase by", "more by"),
}

__all__ = ["Expected", "expected_effect"]


class Expected(NamedTuple):
    """A level to reach (`to`) or a change (`by`, above 0) in the unit of the indicator, and the good side."""

    to: float | None = None
    by: float | None = None
    direction: Side | None = None

    @property
    def plain(self) -> bool:
        """Whether there is a number to hold a result against."""
        return self.to is not None or self.by is not None


def expected_effect(text: str | None) -> Expected:
    """What a sentence promises, if it says so plainly; all None otherwise, the sentence stays what it is.

    A percentage is a part of one. Two numbers that could both be meant are not guessed at; a number that is
    part of the indicator's name (30 秒接通率) is passed over.

    >>> expected_effect("到达及时率达到 92%"), expected_effect("缺失字段率降到 2% 以内").direction
    (Expected(to=0.92, by=None, direction=None), 'lower')
    >>> expected_effect("30 秒接通率提高 5 个百分点")
    Expected(to=None, by=0.05, direction='higher')
    >>> expected_effect("客户更满意").plain
    False
    """
    written = unicodedata.normalize("NFKC", str(text or "")).casefold()
    found = {
        *(_found(written, words, side, "to") for side, words in _TO.items()),
        *(_found(written, words, side, "by") for side, words in _BY.items()),
    } - {None}
    told = {(one.to, one.by) for one in found if one is not None}
    if len(told) != 1:
        return Expected()
    sides = {one.direction for one in found if one is not None and one.direction}
    to, by = told.pop()
    return Expected(to, by, sides.pop() if len(sides) == 1 else None)


def _found(written: str, words: tuple[str, ...], side: Side | None, kind: str) -> Expected | None:
    """What stands behind one of the words; None without, and with several numbers the words do not decide."""
    spoken = "|".join(
        rf"\b{re.escape(word)}" if word[0].isascii() and word[0].isalpha() else re.escape(word)
        for word in words
    )
    values = {
        _value(match[1], match[2])
        for match in re.finditer(rf"(?:{spoken})\s*(?:了|约|至少|the |about )?\s*{_NUMBER}", written)
    }
    if len(values) != 1:
        return None
    value = values.pop()
    return Expected(to=value, direction=side) if kind == "to" else Expected(by=value, direction=side)


def _value(number: str, unit: str | None) -> float:
    """A percentage or percentage points as a part of one."""
    return round(float(number) / 100, 12) if unit else float(number)
