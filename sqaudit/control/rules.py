"""The rules that tell a signal from chance on a control chart, for one series or many at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sqaudit.control.design import Rules
from sqaudit.control.lines import Array, Lines

Flags = npt.NDArray[np.bool_]

DUST = 1e-12  # a value this near a line, relative to it, lies on the line: rounding is no signal


def completed(values: Array, lines: Lines, rules: Rules) -> dict[tuple[str, str], Flags]:
    """Where each rule becomes true, by rule and side (`high` or `low`).

    Values and lines are arrays whose last axis is time; without missing values. A point on the centre line
    belongs to no side and ends a run; two equal neighbours end a trend.

    >>> from sqaudit.control.lines import around
    >>> found = completed(np.array([0, 4.0, 0]), around(np.zeros(3), 1.0), Rules(("outside",)))
    >>> found["outside", "high"].tolist()
    [False, True, False]
    """
    found: dict[tuple[str, str], Flags] = {}
    for side, sign in (("high", 1.0), ("low", -1.0)):
        # Seen from below, every rule is its mirror image.
        limit, near = (lines.high, lines.near_high) if side == "high" else (lines.low, lines.near_low)
        for name in rules.names:
            if name == "outside":
                found[name, side] = _beyond(values, limit, sign)
            elif name == "run":
                found[name, side] = _all_of(_beyond(values, lines.centre, sign), rules.run_length)
            elif name == "trend":
                found[name, side] = _all_of(_steps(values, sign), rules.trend_length - 1)
            else:
                beyond = _beyond(values, near, sign)
                found[name, side] = beyond & (_last(beyond, 3) >= 2)
    return found


def members(values: Array, lines: Lines, rules: Rules) -> dict[tuple[str, str], Flags]:
    """Which points make up the signal of each rule, by rule and side, for one series.

    All points of a run or trend, the two (or three) points in the outer third, the point outside.
    """
    lengths = {"outside": 1, "run": rules.run_length, "trend": rules.trend_length, "two_of_three": 3}
    found = completed(values, lines, rules)
    marked = {key: _spread(flags, lengths[key[0]]) for key, flags in found.items()}
    for name, side in found:
        if name == "two_of_three":
            near, sign = (lines.near_high, 1.0) if side == "high" else (lines.near_low, -1.0)
            marked[name, side] &= _beyond(values, near, sign)
    return marked


def _beyond(values: Array, line: Array, sign: float) -> Flags:
    dust = DUST * np.maximum(np.abs(values), np.abs(line))
    return np.asarray(sign * (values - line) > dust)


def _steps(values: Array, sign: float) -> Flags:
    """Whether each point lies further along than the one before; the first does not."""
    steps = np.zeros(values.shape, dtype=bool)
    steps[..., 1:] = _beyond(values[..., 1:], values[..., :-1], sign)
    return steps


def _last(flags: Flags, length: int) -> npt.NDArray[np.int64]:
    """How many of the last `length` points are flagged, fewer at the start of the series."""
    sums = np.cumsum(flags, axis=-1, dtype=np.int64)
    counts = sums.copy()
    counts[..., length:] -= sums[..., :-length]
    return counts


def _all_of(flags: Flags, length: int) -> Flags:
    return np.asarray(_last(flags, length) >= length)


def _spread(flags: Flags, length: int) -> Flags:
    """The flag taken back over the `length` points that end with it."""
    return _last(flags[..., ::-1], length)[..., ::-1] > 0
