"""Numbers as they were written: rational arithmetic where a whole number follows.

Binary fractions make `ceil(0.07 * 100)` an 8. Here 0.07 means seven hundredths, whatever a computer stores.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np

Number = int | float | str | Decimal | Fraction


def exact(number: Number, name: str = "the number") -> Fraction:
    """The number as written, as a fraction: 0.07 and "7%" and Decimal("0.07") are all 7/100.

    A float is read as its shortest decimal notation, so `0.1 + 0.2` is what it prints, not 3/10.
    ValueError for what is no finite number.

    >>> exact(0.07), exact("7%"), exact("1/3")
    (Fraction(7, 100), Fraction(7, 100), Fraction(1, 3))
    """
    try:
        if isinstance(number, str):
            text = number.strip()
            return Fraction(text[:-1].strip()) / 100 if text.endswith("%") else Fraction(text)
        if isinstance(number, float | np.floating):
            return Fraction(str(number))  # the shortest decimal that is this float
        if isinstance(number, np.integer):  # whose arithmetic overflows, where Python's does not
            return Fraction(int(number))
        return Fraction(number)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError):
        raise ValueError(f"{name} must be a finite number; found {number!r}.") from None


def share_between(number: Number, name: str, *, zero: bool = False, one: bool = False) -> Fraction:
    """The number as a share; ValueError outside (0, 1), where `zero` and `one` let in the ends.

    >>> share_between("3%", "half_width")
    Fraction(3, 100)
    >>> share_between(5, "tolerable_rate")
    Traceback (most recent call last):
    ValueError: tolerable_rate must lie between 0 (excluded) and 1 (excluded); found 5. Write 5 % as 0.05.
    """
    share = exact(number, name)
    if not (share > 0 or (zero and share == 0)) or not (share < 1 or (one and share == 1)):
        low, high = ("included" if end else "excluded" for end in (zero, one))
        raise ValueError(
            f"{name} must lie between 0 ({low}) and 1 ({high}); found {number}. Write 5 % as 0.05."
        )
    return share


def whole(number: int, name: str, least: int = 0) -> int:
    """The number as a plain int; ValueError for a fraction or for less than `least`.

    >>> whole(60.0, "population")
    60
    """
    value = exact(number, name)
    if value.denominator != 1 or value < least:
        raise ValueError(f"{name} must be a whole number of {least} or more; found {number}.")
    return int(value)


def ceil_of(share: Number, count: int) -> int:
    """The smallest whole number that is at least this share of the count, without an error of rounding.

    >>> ceil_of(0.07, 100), math.ceil(0.07 * 100), ceil_of("10%", 61)
    (7, 8, 7)
    """
    return math.ceil(exact(share, "share") * whole(count, "count"))


def risk_of(confidence: Number) -> Fraction:
    """What may go wrong at this confidence: 1 minus it, exactly.

    >>> risk_of(0.95)
    Fraction(1, 20)
    """
    return 1 - share_between(confidence, "confidence")
