"""Personal data within texts that somebody typed, known by its form: telephone numbers and the like."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

MASK = "***"
_ASCII = str.maketrans("０１２３４５６７８９＋－（）＠．　", "0123456789+-()@. ")  # sign for sign
_PERSONAL = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"  # mail addresses
    r"|(?<!\d)(?:"
    r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"  # identity cards: GB 11643
    r"|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?"  # bank cards, grouped
    r"|(?:(?:\+|00)?86[ -]?)?1[3-9](?:[ -]?\d){9}"  # mobile telephones in China
    r"|\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}(?:[ -]\d{1,5})?"  # landlines with area code
    r"|[48]00[ -]?\d{3,4}[ -]?\d{3,4}"
    r"|\+\d[\d ().-]{6,18}\d"  # telephones with a country code
    r"|\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}"  # telephones in North America
    r")(?!\d)"
)


def masked_text(text: str) -> str:
    """The text with telephone numbers, mail addresses, identity and bank card numbers masked.

    Days, times and order numbers stay. What has no form, such as a name or a street, cannot be told from
    other words and stays as well.

    >>> masked_text("请在2026-07-01 09:30前回电138-0013-8000，或写 li.wei@example.com")
    '请在2026-07-01 09:30前回电***，或写 ***'
    """
    plain, kept, end = text.translate(_ASCII), [], 0
    for match in _PERSONAL.finditer(plain):
        kept += [text[end : match.start()], MASK]
        end = match.end()
    return "".join([*kept, text[end:]])


def masked_texts(cases: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """The cases with what is personal within the texts of these columns masked; all else stays.

    >>> masked_texts(pd.DataFrame({"content": ["call 13800138000", None], "minutes": [3, 4]}), ["content"])
         content  minutes
    0  call ***        3
    1       NaN        4
    """
    texts = [
        name
        for name in columns
        if name in cases.columns
        and (pd.api.types.is_string_dtype(cases[name]) or pd.api.types.is_object_dtype(cases[name]))
    ]
    return cases.assign(**{name: cases[name].map(_of_value).astype(cases[name].dtype) for name in texts})


def _of_value(value: object) -> object:
    return masked_text(value) if isinstance(value, str) else value


__all__ = ["MASK", "masked_text", "masked_texts"]
