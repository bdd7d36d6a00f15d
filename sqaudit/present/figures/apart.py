"""Lines of a chart named right of its axes, the words moved apart where they would touch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sqaudit.present import palette
from sqaudit.present.figures.canvas import margin_note

LABEL_GAP = 0.062  # of the height of the axes, so that two lines of small print do not touch

__all__ = ["LABEL_GAP", "apart", "margin_notes"]


def margin_notes(
    axes: Axes, notes: Sequence[tuple[float, str] | tuple[float, str, str]], *, leaders: bool = False
) -> None:
    """Each note (height in the data, words, colour if not that of ink) beside its line, or near it.

    With `leaders` a thin line leads from where a line of the chart ends to its words.
    """
    bottom, top = axes.get_ylim()
    ends = [(note[0] - bottom) / (top - bottom) for note in notes]
    places = apart(ends)
    for end, place, (_, words, *colour) in zip(ends, places, notes, strict=True):
        if leaders:
            _lead(axes, min(max(end, 0.0), 1.0), place)
        offset = 13 if leaders else 5
        margin_note(axes, place, words, offset, *(colour or [palette.INK]), of="axes fraction")


def _lead(axes: Axes, end: float, place: float) -> None:
    thin = {"arrowstyle": "-", "color": palette.QUIET, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
    between = {"xycoords": "axes fraction", "textcoords": "axes fraction", "annotation_clip": False}
    axes.annotate("", (1, end), xytext=(1.02, place), arrowprops=thin, **between)  # type: ignore[arg-type]


def apart(heights: Sequence[float], gap: float = LABEL_GAP) -> list[float]:
    """The heights, those nearer than the gap moved up and down around their middle; order kept.

    >>> [round(height, 3) for height in apart([0.5, 0.5, 0.9])]
    [0.469, 0.531, 0.9]
    """
    groups: list[list[int]] = []

    def lowest(group: list[int]) -> float:
        return float(np.mean([heights[at] for at in group])) - gap * (len(group) - 1) / 2

    for place in np.argsort(heights, kind="stable"):
        groups.append([int(place)])
        while len(groups) > 1 and lowest(groups[-1]) < lowest(groups[-2]) + gap * len(groups[-2]):
            last = groups.pop()
            groups[-1] += last
    moved = [0.0] * len(heights)
    for group in groups:
        for number, at in enumerate(group):
            moved[at] = lowest(group) + number * gap
    return moved
