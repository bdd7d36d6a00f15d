"""The figures of a report: frames of results in, figures out, in one language at a time.

A figure that stands alone is drawn by matplotlib; panels, of which a page may have hundreds, are small SVG.

Values are labelled where they stand, not in a legend; colours and marks mean the same as in the tables.
Nothing here decides: verdicts and changes are drawn as the frames give them.
"""

from sqaudit.present.figures.changes import change_arrows
from sqaudit.present.figures.scorecard import scorecard_bars
from sqaudit.present.figures.segment_panels import SegmentPanel, segment_panel
from sqaudit.present.figures.segments import segment_dots
from sqaudit.present.figures.trend import trend
from sqaudit.present.figures.trend_panels import Panel, trend_panel

__all__ = [
    "Panel",
    "SegmentPanel",
    "change_arrows",
    "scorecard_bars",
    "segment_dots",
    "segment_panel",
    "trend",
    "trend_panel",
]
