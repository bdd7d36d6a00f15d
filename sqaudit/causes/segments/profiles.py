"""Log likelihoods of a common shift that add up over cells, and where their peak is.

Every likelihood is kept as a few columns of numbers for each cell. The sums of the columns over the cells of
a segment are the log likelihood of one shift common to them, so a whole cuboid is judged by one sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from sqaudit.causes.segments.cells import Array

# Steps of the shift on a logit or log scale: fine around zero, where most groups are, up to a factor of 400.
STEPS = (0.1, 0.22, 0.36, 0.52, 0.72, 0.96, 1.26, 1.64, 2.1, 2.7, 3.5, 4.6, 6.0)
GRID = np.array([*(-step for step in reversed(STEPS)), 0.0, *STEPS])
_ZERO = len(STEPS)
_FLAT = 1e-9  # information below this is none
_NEAR = 0.05  # a shift below this says nothing about information: the curvature of the peak does


class Peaks(NamedTuple):
    """For each group: the shift that fits best, its log likelihood ratio against none, its information.

    `information` is that of the parabola through zero and the peak: 2 gain / shift^2.
    """

    shift: Array
    gain: Array
    information: Array


class Profile(Protocol):
    """How the columns of a likelihood are read."""

    def peaks(self, columns: Array, spread: Array) -> Peaks:
        """The peaks of summed columns, one row for each group.

        `spread` is how far, before this period, a group may lie off its expectation (a standard deviation).
        """


@dataclass(frozen=True)
class Parabola:
    """A normal likelihood: information and information times shift; twice (before, now) for two periods.

    A shift of at most `least` counts as none.
    """

    least: float = 0.0

    def peaks(self, columns: Array, spread: Array) -> Peaks:
        """The exact peaks; groups without information have shift 0 and gain 0."""
        information, shift = _centre(columns[:, -2], columns[:, -1])
        if columns.shape[1] == 4:
            before, off = _centre(columns[:, 0] + spread**-2.0, columns[:, 1])
            shift = np.where(information > 0, shift - off, 0.0)
            information = before * information / np.maximum(before + information, _FLAT)
        gain = np.where(np.abs(shift) > self.least, information * shift**2 / 2, 0.0)
        return Peaks(shift, gain, information)


@dataclass(frozen=True)
class Curve:
    """Any likelihood, as its values on GRID; twice (before, now) for two periods.

    With two periods a group has two shifts against its expectation, one in each; no change means that they
    are the same. The gain is the ratio of the two likelihoods, each at its best, so the uncertainty of the
    period before counts where it belongs: at the group, not at its cells.
    """

    def peaks(self, columns: Array, spread: Array) -> Peaks:
        """The peaks, by a parabola through the three grid points around each."""
        size = len(GRID)
        now = columns[:, -size:]
        shift, height, bend = _summit(now)
        if columns.shape[1] == size:
            gain = np.maximum(height - now[:, _ZERO], 0.0)
            return Peaks(shift, gain, _information(shift, gain, bend))
        before = columns[:, :size] - 0.5 * (GRID / spread[:, None]) ** 2
        off, height_before, bend_before = _summit(before)
        gain = np.maximum(height + height_before - _summit(before + now)[1], 0.0)
        shift = shift - off
        both = bend * bend_before / np.maximum(bend + bend_before, _FLAT)
        return Peaks(shift, gain, _information(shift, gain, both))


def _centre(information: Array, product: Array) -> tuple[Array, Array]:
    known = information > _FLAT
    return np.where(known, information, 0.0), np.where(
        known, product / np.where(known, information, 1.0), 0.0
    )


def _information(shift: Array, gain: Array, bend: Array) -> Array:
    far = np.abs(shift) > _NEAR
    return np.where(far, 2 * gain / np.where(far, shift, 1.0) ** 2, bend)


def _summit(curves: Array) -> tuple[Array, Array, Array]:
    """Place, height and bend (minus the second derivative) of the peak of each curve."""
    rows = np.arange(len(curves))
    middle = np.clip(curves.argmax(axis=1), 1, len(GRID) - 2)
    left, centre, right = GRID[middle - 1], GRID[middle], GRID[middle + 1]
    low, peak, high = curves[rows, middle - 1], curves[rows, middle], curves[rows, middle + 1]
    slope = (peak - low) / (centre - left)
    second = ((high - peak) / (right - centre) - slope) / (right - left)
    safe = np.minimum(second, -_FLAT)
    place = np.clip((left + centre) / 2 - slope / (2 * safe), left, right)
    height = low + slope * (place - left) + second * (place - left) * (place - centre)
    return place, np.maximum(height, np.maximum(np.maximum(low, peak), high)), -2 * safe
