"""How people write an answer: yes, no, not applicable and numbers, in two languages and many spellings."""

from __future__ import annotations

import re
import unicodedata

from sqaudit.descriptions import Text
from sqaudit.inspection_forms import Item

# The first two of each are what our own forms offer; the others are met in forms that people filled in.
YES = ("是", "yes", "y", "true", "对", "√", "✓", "✔", "1")
NO = ("否", "no", "n", "false", "不是", "错", "×", "✗", "✘", "0")
NOT_APPLICABLE = ("不适用", "n/a", "na", "n.a.", "n.a", "#n/a", "notapplicable", "不涉及", "无此项")
_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))(%?)")


def plain(text: str) -> str:
    """A text as answers are compared: usual width, without spaces, in small letters.

    >>> plain(" Ｎ／Ａ "), plain("是 / Yes")
    ('n/a', '是/yes')
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def is_not_applicable(text: str) -> bool:
    """Whether the text says that the item does not apply.

    >>> is_not_applicable("N / A"), is_not_applicable("不适用 / N/A"), is_not_applicable("none")
    (True, True, False)
    """
    return plain(text) in {*NOT_APPLICABLE, f"{NOT_APPLICABLE[0]}/{NOT_APPLICABLE[1]}"}


def yes_or_no(text: str) -> float | None:
    """1 for a yes, 0 for a no, None for anything else.

    >>> yes_or_no("是 / Yes"), yes_or_no("Ｎ"), yes_or_no("perhaps")
    (1.0, 0.0, None)
    """
    written = plain(text)
    for words, value in ((YES, 1.0), (NO, 0.0)):
        if written in {*words, f"{words[0]}/{words[1]}"}:
            return value
    return None


def number(text: str) -> tuple[float, bool] | None:
    """The number in the text and whether a percent sign follows it; None where there is none.

    >>> number("５"), number("85 %"), number("4 or 5")
    ((5.0, False), (85.0, True), None)
    """
    match = _NUMBER.fullmatch(plain(text))
    return (float(match[1]), bool(match[2])) if match else None


def choice(text: str, item: Item) -> str | None:
    """The id of the choice that the text names, by its id or its words in either language or both."""
    written = plain(text)
    for one in item.choices:
        words = {one.id, one.text.zh, one.text.en, both(one.text)}
        if written in {plain(word) for word in words if word}:
            return one.id
    return None


def both(text: Text) -> str:
    """A text in both languages, as a form in both shows it.

    >>> both(Text(zh="是", en="Yes"))
    '是 / Yes'
    """
    return " / ".join(dict.fromkeys(text.both().values()))
