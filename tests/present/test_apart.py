from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation

from sqaudit.present import palette
from sqaudit.present.figures.apart import LABEL_GAP, PointNote, apart, arranged, margin_notes, point_notes
from sqaudit.present.figures.canvas import heading, new_figure, paper


def test_heights_that_touch_are_moved_apart() -> None:
    moved = apart([0.5, 0.51, 0.52, 0.1])
    assert np.diff(sorted(moved)).min() == pytest.approx(LABEL_GAP)
    assert np.argsort(moved).tolist() == [3, 0, 1, 2]
    assert np.mean(moved[:3]) == pytest.approx(0.51)
    assert moved[3] == 0.1
    assert apart([]) == []


def test_a_group_that_grows_takes_its_neighbours_along() -> None:
    moved = apart([0.50, 0.51, 0.52, 0.58], gap=0.05)
    assert np.diff(moved).tolist() == pytest.approx([0.05] * 3)


def test_a_point_keeps_its_words_where_there_is_room_or_where_they_are_needed() -> None:
    with paper():
        figure = new_figure(3.9)
        axes = figure.add_subplot()
        axes.set_xlim(0, 10)
        axes.set_ylim(0, 10)
        renderer = arranged(figure)
        whole = np.array([axes.get_window_extent(renderer).extents])
        notes = [
            PointNote((5, 5), "first"),
            PointNote((5.1, 5.1), "second"),
            PointNote((9.99, 5), "edge"),
            PointNote((5, 9.99), "top"),
        ]
        point_notes(axes, notes, renderer, np.empty((0, 4)))
        assert [one.get_text() for one in axes.texts] == ["first", "second", "edge", "top"]
        boxes = [one.get_window_extent(renderer) for one in axes.texts]
        assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])
        assert all(whole[0, 0] <= one.x0 and one.x1 <= whole[0, 2] and one.y1 <= whole[0, 3] for one in boxes)
        point_notes(
            axes, [PointNote((2, 2), "no room"), PointNote((2, 8), "last", needed=True)], renderer, whole
        )
        assert [one.get_text() for one in axes.texts][4:] == ["last"]


@pytest.mark.parametrize("height", [3.9, 4.2])
def test_notes_of_neighbouring_lines_do_not_overlap(height: float) -> None:
    with paper():
        figure = new_figure(height)
        axes = figure.add_subplot()
        axes.set_ylim(0, 200)
        axes.set_xlabel("cases")
        heading(axes, "title", "how to read it", room_points=14)
        margin_notes(
            axes, [(100, "达标 gyp 1"), (100, "gyp 2", palette.QUIET), (102, "上限 gyp"), (20, "far")]
        )
        renderer = FigureCanvasAgg(figure)
        renderer.draw()
        notes = [one for one in axes.texts if isinstance(one, Annotation) and one.xy[0] == 1]
        boxes = sorted(
            (one.get_window_extent(renderer.get_renderer()) for one in notes), key=lambda box: box.y0
        )
    assert len(boxes) == 4
    assert all(below.y1 <= above.y0 for below, above in pairwise(boxes))
    assert [one.get_color() for one in notes] == [palette.INK, palette.QUIET, palette.INK, palette.INK]
