"""Probability samples drawn in the engine: the records stay where they are, the drawn cases come back."""

from sqaudit.drawing.drawn import Drawn, draw_cases
from sqaudit.drawing.frame import SampleFrame, Stratum, stratum_sizes
from sqaudit.drawing.profile import frame_profile
from sqaudit.drawing.sizes import sample_sizes

__all__ = [
    "Drawn",
    "SampleFrame",
    "Stratum",
    "draw_cases",
    "frame_profile",
    "sample_sizes",
    "stratum_sizes",
]
