"""Personal data: which columns hold it, and their masking in whatever a reader sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqaudit.kinds import RecordKind

if TYPE_CHECKING:
    import pandas as pd

MASK = "***"
_WORDS: tuple[str, ...] = ("phone", "mobile", "address", "customer_name", "contact_name", "id_card", "email")
_WORDS += ("姓名", "电话", "手机", "地址", "身份证", "邮箱")


def is_personal(column: str, kinds: Iterable[RecordKind]) -> bool:
    """Whether a column holds personal data: a record kind says so, or its own name does.

    >>> is_personal("客户电话", []), is_personal("team", [])
    (True, False)
    """
    described = any(column in kind.columns and kind.columns[column].personal for kind in kinds)
    return described or any(word in column.lower() for word in _WORDS)


def masked(rows: pd.DataFrame, kinds: Iterable[RecordKind], also: Iterable[str] = ()) -> pd.DataFrame:
    """The rows with every personal value replaced by a mask; missing values stay missing.

    `also` names further columns that hold personal data.
    """
    known, named = list(kinds), set(also)
    personal = [name for name in rows.columns if name in named or is_personal(str(name), known)]
    return rows.assign(**{name: rows[name].where(rows[name].isna(), MASK) for name in personal})
