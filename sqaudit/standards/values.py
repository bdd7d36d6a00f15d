"""Values as people write them in a standard: lengths of time, percentages, expressions, ids."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from sqaudit.conditions import condition

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|min|m|h|d)\s*")
LONGEST = 100 * 366 * 86400  # seconds; far beyond it, times run out of the years an engine knows
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_ID = r"^[a-z][a-z0-9_]*$"
_PERCENT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*[%％]\s*")


def _seconds(given: object) -> object:
    """A duration such as 30s, 5min, 24h or 2d in seconds."""
    if isinstance(given, timedelta):
        return given.total_seconds()
    if isinstance(given, str) and (match := _DURATION.fullmatch(given)):
        seconds = float(match[1]) * _SECONDS[match[2]]
        if seconds > LONGEST:
            raise ValueError(f"{given!r} is longer than a hundred years. Write 30s, 5min, 24h or 2d.")
        return seconds
    raise ValueError(f"{given!r} is no length of time. Write 30s, 5min, 24h or 2d.")


def _number(given: object) -> object:
    """A number, where "85%" is 0.85."""
    if isinstance(given, str) and (match := _PERCENT.fullmatch(given)):
        return float(match[1]) / 100
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"{given!r} is no number. Write 0.85, 85% or 30.")
    return given


def _expression(given: object) -> object:
    """An SQL expression that passed the allow-list (a bare number or word from YAML is one too)."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError(f"{given!r} is no expression over columns.")
    condition(str(given))
    return str(given)


def _id(given: object) -> object:
    """An id, refused in words before its pattern would be."""
    if isinstance(given, str) and not re.fullmatch(_ID, given):
        raise ValueError(f"{given!r} is no id. Write small letters, digits and _, with a letter first.")
    return given


def word(given: object) -> object:
    """The text of a value of a column: YAML reads 1 as a number and true as a boolean, records as text.

    >>> word(1), word(True), word("core")
    ('1', 'true', 'core')
    """
    if isinstance(given, bool):
        return str(given).lower()
    return str(given) if isinstance(given, int) else given


Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0)]
Figure = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Expression = Annotated[str, BeforeValidator(_expression)]
Identifier = Annotated[str, BeforeValidator(_id), Field(pattern=_ID)]
Word = Annotated[str, BeforeValidator(word)]

__all__ = ["Expression", "Figure", "Identifier", "Seconds", "Word", "word"]
