"""Words in and beside a chart that keep apart: lines named right of the axes, points named beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from sqaudit.present import palette
from sqaudit.present.figures.canvas import LEGIBLE, SMALL, margin_note
from sqaudit.present.fonts import drawable

Boxes = npt.NDArray[np.float64]  # a row for each: left, bottom, right, top, in pixels of the figure

LABEL_GAP = 0.062  # of the height of the axes, so that two lines of small print do not touch

# Where words may stand beside their point: points to the right and up, and the side of them that is there.
_ABOVE = [(0, 7, "center", "bottom"), (-4, 5, "right", "bottom"), (4, 5, "left", "bottom")]
_BELOW = [(0, -7, "center", "top"), (-4, -5, "right", "top"), (4, -5, "left", "top")]
_BESIDE = [(-8, 0, "right", "center"), (8, 0, "left", "center")]

__all__ = ["LABEL_GAP", "Boxes", "PointNote", "apart", "arranged", "margin_notes", "point_notes"]


@dataclass(frozen=True)
class PointNote:
    """Words for a point of the data; `above` is the side tried first, `needed` words are never left out."""

    at: tuple[float, float]
    words: str
    above: bool = True
    needed: bool = False


def arranged(figure: Figure) -> RendererAgg:
    """Gives everything in a figure its place and size, so that what stands there can be measured."""
    renderer: RendererAgg = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    figure.draw_without_rendering()
    return renderer


def point_notes(axes: Axes, notes: Sequence[PointNote], renderer: RendererAgg, taken: Boxes) -> None:
    """Each note beside its point where it touches nothing that is `taken`, no other note and no edge.

    The first notes choose first. A note without such a place is left out; a needed one then takes the place
    where it touches least. The figure must be `arranged`.
    """
    inside = axes.get_window_extent(renderer)
    for note in notes:
        words = axes.annotate(
            drawable(note.words),
            note.at,
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=SMALL,
            bbox=LEGIBLE,
            zorder=6,
        )
        sides = [*_ABOVE, *_BELOW] if note.above else [*_BELOW, *_ABOVE]
        places = [(*place, _box(words, place, renderer)) for place in (*sides, *_BESIDE)]
        free = [
            (_touched(box, taken), number)
            for number, (*_, box) in enumerate(places)
            if box[0] >= inside.x0 and box[1] >= inside.y0 and box[2] <= inside.x1 and box[3] <= inside.y1
        ]
        least, number = min(free, default=(1, 0))
        if least and not note.needed:
            words.remove()
            continue
        right, up, across, height, box = places[number]
        _put(words, (right, up, across, height))
        taken = np.vstack([taken, box])


def _box(words: Annotation, place: tuple[float, float, str, str], renderer: RendererAgg) -> Boxes:
    _put(words, place)
    return np.array(words.get_window_extent(renderer).extents, dtype=np.float64)


def _put(words: Annotation, place: tuple[float, float, str, str]) -> None:
    right, up, across, height = place
    words.set_position((right, up))
    words.set_horizontalalignment(across)  # type: ignore[arg-type]
    words.set_verticalalignment(height)  # type: ignore[arg-type]


def _touched(box: Boxes, taken: Boxes) -> int:
    """How many of the boxes that are taken a box touches."""
    if not taken.size:
        return 0
    apart = (
        (taken[:, 2] <= box[0]) | (taken[:, 0] >= box[2]) | (taken[:, 3] <= box[1]) | (taken[:, 1] >= box[3])
    )
    return int((~apart).sum())


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
