"""Weak spots of units: none given for a length of time, or one that the figure cannot have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqaudit.kinds import RecordKind
from sqaudit.lint.finding import Finding
from sqaudit.standards.indicator import Piece
from sqaudit.standards.measures import SHARES
from sqaudit.standards.model import Indicator, Standard

# How many seconds one of a unit is.
SECONDS = {
    **dict.fromkeys(("s", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_NUMBER = r"(\d+(?:\.\d+)?)"
_TIME = re.compile(
    rf"(?:date_diff\(\s*'(\w+?)s?'\s*,.*\)|(business_minutes)\(.*\))\s*(?:([/*])\s*{_NUMBER})?", re.IGNORECASE
)


def unit_findings(standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    """Whether the unit of an indicator is there and can be that of its figure."""
    if indicator.kind_of_measure in SHARES and indicator.shown_unit != "share":
        yield Finding("warning", indicator.id, "unit_of_share", {"unit": indicator.unit})
        return
    for piece in indicator.pieces:
        known = _unit_of(piece, standard.kind(piece.kind))
        if known is None:
            continue
        if not indicator.unit:
            yield Finding("warning", indicator.id, "no_unit", {"text": known[0], "unit": known[1]})
        elif not _alike(indicator.unit, known[1]):
            fields = {"unit": indicator.unit, "text": known[0], "expected": known[1]}
            yield Finding("warning", indicator.id, "odd_unit", fields)
        return


def _unit_of(piece: Piece, kind: RecordKind) -> tuple[str, str] | None:
    """The expression that is averaged or ranked and the unit it comes in, where that can be told."""
    measure = piece.measure
    text = measure.mean or measure.maximum or (measure.quantile.of if measure.quantile else None)
    if text is None:
        return None
    if (column := kind.columns.get(text.strip())) is not None:
        return (text, column.unit) if column.unit else None
    unit = _unit_of_time(text)
    return (text, unit) if unit else None


def _unit_of_time(text: str) -> str:
    """The unit in which a length of time is computed, or nothing where it cannot be told.

    >>> _unit_of_time("date_diff('second', reported_at, arrived_at) / 60.0")
    'minutes'
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return ""
    seconds = 60.0 if match[2] else SECONDS.get(match[1].lower(), 0.0)
    factor = float(match[4] or 1)
    if match[3] == "/":
        seconds *= factor
    elif match[3] == "*" and factor:
        seconds /= factor
    names = {1.0: "seconds", 60.0: "minutes", 3600.0: "hours", 86400.0: "days"}
    return names.get(seconds, "")


def _alike(one: str, other: str) -> bool:
    return SECONDS.get(one, one) == SECONDS.get(other, other)


__all__ = ["unit_findings"]
