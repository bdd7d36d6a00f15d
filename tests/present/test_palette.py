"""The colours stay apart for readers with any kind of colour blindness.

The matrices are those of Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009), severity 1.0.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from sqaudit.present import palette

SIGHT = {
    "usual": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(light, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHT)
def test_verdicts_can_be_told_apart(sight: str) -> None:
    seen = {
        name: lab(np.array(SIGHT[sight]) @ linear(colour)) for name, colour in palette.VERDICT_COLOURS.items()
    }
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= 18, (one, other)


@pytest.mark.parametrize("colour", [palette.INK, palette.QUIET, palette.VERDICT_COLOURS["not_met"]])
def test_text_has_contrast_on_paper(colour: str) -> None:
    luminance = float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour))
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_the_same_meaning_has_the_same_colour() -> None:
    assert palette.CHANGE_COLOURS["better"] == palette.VERDICT_COLOURS["met"]
    assert (
        palette.CHANGE_COLOURS["worse"]
        == palette.SEVERITY_COLOURS["error"]
        == palette.VERDICT_COLOURS["not_met"]
    )


def test_marks_differ_where_colours_do() -> None:
    for marks in (palette.VERDICT_MARKS, palette.CHANGE_MARKS, palette.SEVERITY_MARKS):
        assert len(set(marks.values())) == len(marks)
