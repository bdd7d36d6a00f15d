"""Words wrapped for a drawing: Chinese breaks anywhere and counts double, other words break at blanks."""

from __future__ import annotations

import re
import unicodedata

_WIDE = r"\u3000-\u9fff\uff00-\uffef"
_PIECES = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+(?:\s[%=<>]=?(?:\s(?=[^\s]))?[^\s{_WIDE}]*)?|\s+")
_NOT_FIRST = "，。；：、！？）》”%,.;:!?)"  # signs that never open a line


def width_of(text: str) -> int:
    """The width of a text in letters, wide ones counted double.

    >>> width_of("abc"), width_of("到达晚")
    (3, 6)
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def lines_of(text: str, width: int, most: int = 0) -> list[str]:
    """The text in lines of at most `width` letters; `most` cuts it there with an ellipsis.

    >>> lines_of("nobody dispatches after four", 16)
    ['nobody', 'dispatches after', 'four']
    >>> lines_of("四点以后没有人派工。", 8)
    ['四点以后', '没有人派', '工。']
    >>> lines_of("one two three four", 9, most=1)
    ['one two…']
    >>> lines_of("it fell to 80.5 %", 14)  # a number and its unit stay together
    ['it fell to', '80.5 %']
    """
    lines = [""]
    for piece in _PIECES.findall(text.strip()):
        fits = width_of(lines[-1]) + width_of(piece) <= width or piece in _NOT_FIRST
        if fits or not lines[-1].strip():
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    lines = [line.strip() for line in lines if line.strip()] or [""]
    if most and len(lines) > most:
        return [*lines[: most - 1], f"{lines[most - 1].rstrip('，。,. ')}…"]
    return lines
