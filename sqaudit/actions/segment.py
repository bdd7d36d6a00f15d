"""The segment that a measure is for: `team=Desk A` as people write it, or a condition over columns."""

from __future__ import annotations

import re

from sqaudit.conditions import ConditionError, condition

_PAIR = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*={1,2}\s*(?:'([^']*)'|\"([^\"]*)\"|([^'\"&;=<>]+?))\s*")
_AND = re.compile(r"\s*(?:&|;|；|、|\band\b)\s*", re.IGNORECASE)

__all__ = ["condition_of", "segment_values"]


def segment_values(segment: str | None) -> dict[str, str] | None:
    """The dimensions of a segment with their values; empty for the whole, None where it is no plain segment.

    >>> segment_values("team=Desk A"), segment_values("region = 'north' and product = 'Washer B'")
    ({'team': 'Desk A'}, {'region': 'north', 'product': 'Washer B'})
    >>> segment_values(None), segment_values("hour >= 16")
    ({}, None)
    """
    if segment is None or not segment.strip():
        return {}
    pairs = [_PAIR.fullmatch(part) for part in _AND.split(segment.strip())]
    if any(pair is None for pair in pairs):
        return None
    return {
        pair[1]: next(given for given in pair.groups()[1:] if given is not None) for pair in pairs if pair
    }


def condition_of(segment: str | None) -> str | None:
    """The segment as a condition that keeps its records; None for the whole.

    ValueError where it is neither a plain segment nor a condition that is allowed.

    >>> condition_of("team=Desk A")
    "team = 'Desk A'"
    """
    values = segment_values(segment)
    if values is None:
        try:
            condition(str(segment))
        except ConditionError as error:
            raise ValueError(
                f"'{segment}' is no segment. Write team=Desk A, or a condition: {error}"
            ) from error
        return str(segment)
    return (
        " AND ".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in values.items())
        or None
    )
