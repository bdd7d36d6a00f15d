"""The fishbone of an indicator: the effect at the head, six ribs, and on each the causes with their marks."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.cause_tree import BRANCHES, Cause, CauseTree
from sqaudit.present import palette
from sqaudit.present.figures.canvas import SMALL, TEXT, new_figure, paper
from sqaudit.present.figures.wrapped import lines_of
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Tongue, joined, say

MOST_CAUSES = 5  # causes on a rib; more are counted below the last one
RIB_WIDTH, HEAD_WIDTH = 3.4, 2.6  # in units of the drawing; one unit is an inch on paper of 13
SLANT = 0.55  # how far a rib leans back towards the tail
CAUSE_WIDTH = 24  # letters of a cause before it is wrapped; a Chinese one counts double
LINE_HEIGHT, GAP = 0.2, 0.14


def fishbone(tree: CauseTree, language: Tongue) -> Figure:
    """The tree as a fishbone: people, tools and material above the spine, the other three below.

    A filled mark is a cause that rests on evidence, a hollow one rests on none yet, a diamond was computed,
    and one that was ruled out is struck through. Branches without causes are drawn all the same: nothing was
    found there, which is said by an empty rib.
    """
    upper, lower = BRANCHES[:3], BRANCHES[3:]
    above, below = (max(_height(tree, branch, language) for branch in row) for row in (upper, lower))
    width = RIB_WIDTH * 3 + HEAD_WIDTH
    with paper():
        figure = new_figure(0.62 * (above + below) + 0.5, 8.2)
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(-below - 0.45, above + 0.45)
        spine = {"arrowstyle": "-|>", "lw": 2.2, "color": palette.INK}
        axes.annotate("", (width - HEAD_WIDTH, 0), (0.1, 0), arrowprops=spine)
        _head(axes, width - HEAD_WIDTH, tree, language)
        for place, branch in enumerate(upper):
            _rib(axes, tree, branch, RIB_WIDTH * (place + 1), above, language)
        for place, branch in enumerate(lower):
            _rib(axes, tree, branch, RIB_WIDTH * (place + 1), -below, language)
    return figure


def alt_fishbone(tree: CauseTree, language: Tongue) -> str:
    """The fishbone in words: the effect, and the causes of every branch that has some."""
    told = [
        say(
            "cause_tree.alt_branch",
            language,
            branch=say(f"branch.{branch}", language),
            causes=joined([one.cause.in_language(language) for one in getattr(tree, branch)], language),
        )
        for branch in BRANCHES
        if getattr(tree, branch)
    ]
    end = "；" if language == "zh" else "; "
    return say("cause_tree.alt", language, effect=tree.effect.in_language(language), branches=end.join(told))


def _height(tree: CauseTree, branch: str, language: Tongue) -> float:
    """The room that the causes of a branch need above or below the spine."""
    rows = [len(text) for text, _ in _shown(tree, branch, language)]
    return max(1.3, 0.35 + sum(rows) * LINE_HEIGHT + len(rows) * GAP)


def _shown(tree: CauseTree, branch: str, language: Tongue) -> list[tuple[list[str], Cause | None]]:
    """The causes of a branch as lines of text; the last entry may say how many more there are."""
    causes: list[Cause] = list(getattr(tree, branch))
    shown: list[tuple[list[str], Cause | None]] = [
        (lines_of(one.cause.in_language(language), CAUSE_WIDTH, most=3), one) for one in causes[:MOST_CAUSES]
    ]
    if len(causes) > MOST_CAUSES:
        shown.append(([say("cause_tree.more", language, count=len(causes) - MOST_CAUSES)], None))
    return shown


def _head(axes: Axes, left: float, tree: CauseTree, language: Tongue) -> None:
    text = "\n".join(lines_of(tree.effect.in_language(language), 22, most=5))
    box = {"boxstyle": "round,pad=0.5", "facecolor": palette.PALE, "edgecolor": palette.INK, "linewidth": 1.2}
    axes.text(
        left + 0.12, 0, drawable(text), va="center", ha="left", fontsize=TEXT, bbox=box, linespacing=1.35
    )


def _rib(axes: Axes, tree: CauseTree, branch: str, foot: float, height: float, language: Tongue) -> None:
    """One rib from its foot on the spine, leaning back, with the name at its end and causes along it."""
    side = 1 if height > 0 else -1
    lean = SLANT * abs(height) * 0.5
    top = foot - 0.25 - lean
    axes.plot([foot - 0.25, top], [0, height], color=palette.INK, linewidth=1.4, solid_capstyle="round")
    name = say(f"branch.{branch}", language)
    axes.text(
        top, height + side * 0.12, drawable(name), ha="center", va="bottom" if side > 0 else "top",
        fontsize=TEXT + 1,
    )  # fmt: skip
    y = abs(height) - 0.3
    for text, cause in _shown(tree, branch, language):
        room = len(text) * LINE_HEIGHT
        middle = side * (y - room / 2 + LINE_HEIGHT / 2)
        x = foot - 0.25 - lean * abs(middle) / abs(height)
        _cause(axes, x, middle, text, cause)
        y -= room + GAP


def _cause(axes: Axes, x: float, y: float, text: list[str], cause: Cause | None) -> None:
    """One cause: its words to the left of the rib, a mark on the rib."""
    colour = palette.QUIET if cause is None or cause.status == "ruled_out" else palette.INK
    axes.text(
        x - 0.16, y, drawable("\n".join(text)), ha="right", va="center", fontsize=SMALL - 1, color=colour,
        linespacing=1.2,
    )  # fmt: skip
    if cause is None:
        return
    filled = bool(cause.evidence)
    axes.plot(
        [x], [y], marker="D" if cause.computed else "o", markersize=5.5, linestyle="none",
        markeredgecolor=colour, markerfacecolor=colour if filled else palette.PAPER, markeredgewidth=1.2,
    )  # fmt: skip
    if cause.status == "ruled_out":
        axes.plot([x - 0.12, x + 0.12], [y - 0.09, y + 0.09], color=palette.QUIET, linewidth=1.2)


__all__ = ["alt_fishbone", "fishbone"]
