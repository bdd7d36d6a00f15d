"""The only place that rounds: turns values into the text a reader sees.

Rounding must not change the story. A share below one is never written 100 %, and a value that misses its
target is never written as one that reaches it: digits are added until the text tells the truth.
Every function writes a dash for a missing value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from numbers import Real
from typing import TypeGuard

from sqaudit.present.words import DASH, Tongue, named, say

MINUS = "−"
MOST_DIGITS = 6  # beyond this a reader gains nothing; the text then says "<" or ">"
SAME = 1e-9  # values closer than this, relative to their size, are one value with floating-point dust
_DIGITS = {
    **dict.fromkeys(("share", "minutes", "hours", "days", "per_week"), 1),
    **dict.fromkeys(("seconds", "count"), 0),
    **dict.fromkeys(("points", "ratio"), 2),
}

__all__ = [
    "amount",
    "attainment",
    "count",
    "difference",
    "difference_interval",
    "interval",
    "is_number",
    "less",
    "p_value",
    "plain",
    "score",
    "share",
    "target",
]


def share(value: float | None, *, beside: float | None = None, digits: int = 1) -> str:
    """A share of one as per cent, with as many digits as honesty needs.

    `beside` is the target the reader will compare it with.

    >>> share(0.634), share(1.0), share(0.99996), share(0.84996, beside=0.85)
    ('63.4 %', '100.0 %', '99.996 %', '84.996 %')
    """
    if not is_number(value):
        return DASH
    return f"{_honest(100 * value, digits, [0, 100, *_scaled(beside, 100)])} %"


def amount(
    value: float | None,
    unit: str,
    language: Tongue,
    *,
    beside: float | None = None,
    digits: int | None = None,
) -> str:
    """A value with its unit; `beside` is the target it must not cross through rounding.

    >>> amount(47.31, "minutes", "en"), amount(12904, "count", "zh"), amount(0.634, "share", "en")
    ('47.3 min', '12,904 件', '63.4 %')
    >>> amount(30.004, "minutes", "en", beside=30), amount(1, "count", "en")
    ('30.004 min', '1 case')
    """
    if not is_number(value):
        return DASH
    places = _DIGITS.get(unit, 2) if digits is None else digits
    if unit == "share":
        return share(value, beside=beside, digits=places)
    return _with_unit(_honest(value, places, [0, *_scaled(beside, 1)]), unit, language)


def interval(low: float | None, high: float | None, unit: str, language: Tongue) -> str:
    """An interval with its unit, both ends with the same number of digits.

    >>> interval(0.628, 0.64, "share", "en"), interval(-3.25, 4, "points", "en")
    ('62.8–64.0 %', '−3.25 to 4.00 pts')
    """
    if not is_number(low) or not is_number(high):
        return DASH
    scale, bounds = (100, [0.0, 100.0]) if unit == "share" else (1, [0.0])
    ends = [low * scale, high * scale]
    needed = max(_places_needed(end, _DIGITS.get(unit, 2), bounds) for end in ends)
    first, last = (_fixed(end, min(needed, MOST_DIGITS)) for end in ends)
    bridge = "–" if ends[0] >= 0 else {"zh": " 至 ", "en": " to "}[language]
    return _with_unit(f"{first}{bridge}{last}", unit, language)


def difference(value: float | None, unit: str, language: Tongue) -> str:
    """A signed difference; of shares in percentage points. One that exists is never written as zero.

    >>> difference(0.021, "share", "en"), difference(-0.021, "share", "zh"), difference(0, "minutes", "en")
    ('+2.1 pp', '−2.1 个百分点', '0.0 min')
    >>> difference(0.00004, "share", "en")
    '+0.004 pp'
    """
    if not is_number(value):
        return DASH
    change = value * 100 if unit == "share" else value
    text = _honest(change, _DIGITS.get(unit, 2), [0])
    signed = f"+{text}" if change > 0 and not text.startswith(("<", ">")) else text
    if unit == "share":
        return f"{signed} {_difference_unit(unit, language)}"
    return _with_unit(signed, unit, language)


def difference_interval(low: float | None, high: float | None, unit: str, language: Tongue) -> str:
    """The interval of a difference, both ends signed.

    >>> difference_interval(-0.004, 0.021, "share", "en"), difference_interval(None, 1, "hours", "en")
    ('−0.4 to +2.1 pp', '—')
    >>> difference_interval(0.005, 0.02, "per_hour", "en")
    '+0.005 to +0.02 per hour'
    """
    if not is_number(low) or not is_number(high):
        return DASH
    first, last = difference(low, unit, language), difference(high, unit, language)
    suffix = f" {_difference_unit(unit, language)}" if unit != "ratio" else ""
    return f"{first.removesuffix(suffix)}{ {'zh': ' 至 ', 'en': ' to '}[language] }{last}"


def less(value: float | None, change: float | None, unit: str, language: Tongue) -> str:
    """`value` less a `change`, so that the three figures as they are written add up.

    Where that would hide on which side of none or all it lies, the figure is rounded by itself. No share
    lies beyond them.

    >>> amount(0.8614, "share", "en"), difference(0.0155, "share", "en"), less(0.8614, 0.0155, "share", "en")
    ('86.1 %', '+1.6 pp', '84.5 %')
    """
    if not is_number(value) or not is_number(change):
        return DASH
    places, scale, most = _DIGITS.get(unit, 2), 1, math.inf
    if unit == "share":
        scale, most = 100, 100.0
    itself = value - change
    shown = float(_rounded(scale * value, places) - _rounded(scale * change, places))
    kept = 0 < shown < most or (unit != "share" and itself < 0)
    return amount(shown / scale if kept else min(itself, most / scale), unit, language)


def target(value: float | None, unit: str, direction: str | None, language: Tongue) -> str:
    """A target as the standard sets it, with every digit it has and the side that is good.

    >>> target(0.85, "share", "higher", "en"), target(30, "minutes", "lower", "zh")
    ('≥ 85 %', '≤ 30 分钟')
    """
    if not is_number(value):
        return DASH
    number = plain(value * 100 if unit == "share" else value)
    sign = {"higher": "≥ ", "lower": "≤ "}.get(str(direction), "")
    return sign + _with_unit(number, unit, language)


def attainment(value: float | None) -> str:
    """How much of the target was reached, in per cent; never 100 % when it was missed.

    >>> attainment(1.0512), attainment(0.99999)
    ('105.1 %', '99.999 %')
    """
    return f"{_honest(100 * value, 1, [0, 100])} %" if is_number(value) else DASH


def score(value: float | None) -> str:
    """A score with two digits, more where it would otherwise look like the whole number that makes a grade.

    >>> score(14.6667), score(90), score(89.999)
    ('14.67', '90.00', '89.999')
    """
    if not is_number(value) or math.isinf(value):
        return DASH
    return _honest(value, 2, [math.floor(value), math.ceil(value)])


def count(value: float | None) -> str:
    """A whole number with thousands separators.

    >>> count(1204567), count(None)
    ('1,204,567', '—')
    """
    return _fixed(value, 0) if is_number(value) else DASH


def p_value(value: float | None) -> str:
    """A probability as statisticians write it.

    >>> p_value(0.0312), p_value(0.00002)
    ('0.031', '< 0.001')
    """
    if not is_number(value):
        return DASH
    return "< 0.001" if value < 0.001 else _honest(value, 3, [1])


def plain(value: float | None) -> str:
    """A number with the digits it has and no more, floating-point dust removed.

    >>> plain(85.0), plain(0.1 + 0.2), plain(12345.5)
    ('85', '0.3', '12,345.5')
    """
    if not is_number(value):
        return DASH
    text = f"{Decimal(str(round(value, 9))):,f}".replace("-", MINUS)
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_number(value: object) -> TypeGuard[float]:
    """Whether there is a number to show; None, NaN, NA and texts are none.

    >>> is_number(None), is_number(float("nan")), is_number(0)
    (False, False, True)
    """
    return isinstance(value, Real | Decimal) and not math.isnan(value)


def _honest(value: float, digits: int, bounds: Iterable[float]) -> str:
    """`value` with enough digits that it lies visibly on its side of every bound."""
    near = list(bounds)
    places = _places_needed(value, digits, near)
    if places <= MOST_DIGITS:
        return _fixed(value, places)
    crossed = next(bound for bound in near if _hides(value, bound, MOST_DIGITS))
    return f"{'<' if value < crossed else '>'} {plain(crossed)}"


def _places_needed(value: float, digits: int, bounds: Iterable[float]) -> int:
    near = list(bounds)
    options = range(digits, MOST_DIGITS + 1)
    return next((n for n in options if not any(_hides(value, bound, n) for bound in near)), MOST_DIGITS + 1)


def _hides(value: float, bound: float, digits: int) -> bool:
    """Whether rounding to `digits` moves `value` onto or across `bound` although it is not there."""
    if math.isinf(value) or math.isclose(value, bound, rel_tol=SAME, abs_tol=1e-12):
        return False
    shown, limit = _rounded(value, digits), Decimal(str(round(bound, 9)))
    return shown >= limit if value < bound else shown <= limit


def _fixed(value: float, digits: int) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    rounded = _rounded(value, digits)
    return f"{abs(rounded) if rounded == 0 else rounded:,.{digits}f}".replace("-", MINUS)


def _rounded(value: float, digits: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)


def _with_unit(number: str, unit: str, language: Tongue) -> str:
    if unit == "ratio":
        return number
    if unit == "count" and number == "1":
        unit = "count_of_one"
    return f"{number} {named({}, unit, language, 'unit')}"


def _difference_unit(unit: str, language: Tongue) -> str:
    return (
        say("unit.difference_of_shares", language) if unit == "share" else named({}, unit, language, "unit")
    )


def _scaled(bound: float | None, factor: float) -> list[float]:
    return [bound * factor] if is_number(bound) else []
