"""Knows which colour and which mark stand for what: the same everywhere, told apart without colour too.

The colours of the verdicts stay at least 18 units (CIE 1976) apart for readers with any of the three kinds of
colour blindness; a test simulates them. The marks exist in Noto Sans SC, so PDF and figures can draw them.
"""

from __future__ import annotations

INK = "#1F2933"
QUIET = "#6B7480"  # axis labels, notes: still 4.5:1 on white
LINE = "#DDE2E7"
PALE = "#F3F5F7"
PAPER = "#FFFFFF"

VERDICT_COLOURS = {
    "met": "#11698E",
    "not_met": "#B93A0B",
    "undetermined": "#C29200",
    "monitored": "#737B86",
    "not_assessable": "#A9B0B9",
}
VERDICT_MARKS = {"met": "✓", "not_met": "×", "undetermined": "?", "monitored": "○", "not_assessable": "–"}
VERDICT_SHAPES = {"met": "o", "not_met": "D", "undetermined": "s", "monitored": "o", "not_assessable": "x"}

CHANGE_COLOURS = {
    "better": VERDICT_COLOURS["met"],
    "worse": VERDICT_COLOURS["not_met"],
    "changed": INK,  # clear, but the standard names no good side
    "no_clear_change": VERDICT_COLOURS["monitored"],
    "not_comparable": VERDICT_COLOURS["not_assessable"],
}
CHANGE_MARKS = {"better": "▲", "worse": "▼", "changed": "→", "no_clear_change": "≈", "not_comparable": "–"}

SEVERITY_COLOURS = {
    "error": VERDICT_COLOURS["not_met"],
    "warning": VERDICT_COLOURS["undetermined"],
    "note": VERDICT_COLOURS["monitored"],
}
SEVERITY_MARKS = {"error": "×", "warning": "▲", "note": "·"}


def verdict_colour(verdict: object) -> str:
    """The colour of a verdict; that of 'monitored' when there is none.

    >>> verdict_colour("met"), verdict_colour(None) == verdict_colour("monitored")
    ('#11698E', True)
    """
    return VERDICT_COLOURS.get(str(verdict), VERDICT_COLOURS["monitored"])


def change_colour(change: object) -> str:
    """The colour of a change; that of 'not_comparable' when there is none."""
    return CHANGE_COLOURS.get(str(change), CHANGE_COLOURS["not_comparable"])


def tint(colour: str, strength: float) -> str:
    """The colour mixed with white paper: 1 leaves it, 0 gives white.

    >>> tint("#000000", 0.5), tint("#B93A0B", 1)
    ('#808080', '#B93A0B')
    """
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * strength):02X}" for part in parts)
