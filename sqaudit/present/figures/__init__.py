"""The figures of a report: frames of results in, matplotlib figures out, in one language at a time.

Values are labelled where they stand, not in a legend; colours and marks mean the same as in the tables.
Nothing here decides: verdicts and changes are drawn as the frames give them.
"""

from sqaudit.present.figures.changes import change_arrows
from sqaudit.present.figures.scorecard import scorecard_bars
from sqaudit.present.figures.segments import segment_dots
from sqaudit.present.figures.trend import trend
from sqaudit.present.figures.trend_panels import Panel, trend_panels

__all__ = ["Panel", "change_arrows", "scorecard_bars", "segment_dots", "trend", "trend_panels"]
