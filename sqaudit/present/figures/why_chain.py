"""A chain of whys: the effect, and below it each why with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sqaudit.cause_tree import Cause, CauseTree
from sqaudit.present import palette
from sqaudit.present.figures.canvas import SMALL, TEXT, blank, new_figure, paper
from sqaudit.present.figures.wrapped import lines_of
from sqaudit.present.fonts import drawable
from sqaudit.present.words import Tongue, say

STEP = 0.86  # between two whys, in inches of the drawing
TEXT_WIDTH, EVIDENCE_WIDTH = 62, 96  # letters


def why_chain(tree: CauseTree, branch: str, number: int, language: Tongue) -> Figure:
    """One chain of a tree from its effect to its deepest why; of several whys below one, the deepest chain.

    `number` counts the causes of the branch from 1. A why without evidence says so in its box, which is
    drawn with a broken line. A figure that says there is nothing to draw where the branch has no such cause.
    """
    causes: list[Cause] = list(getattr(tree, branch))
    if not 1 <= number <= len(causes):
        return blank(language)
    chain = list(_deepest(causes[number - 1]))
    with paper():
        figure = new_figure(0.5 + STEP * (len(chain) + 1) * 0.75)
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(0, 10)
        axes.set_ylim(-STEP * len(chain) - 0.5, 0.5)
        _box(axes, 0, tree.effect.in_language(language), "", strong=True, broken=False)
        for place, cause in enumerate(chain, start=1):
            _arrow(axes, place)
            _box(axes, place, cause.cause.in_language(language), _evidence(cause, language),
                 strong=False, broken=not cause.evidence)  # fmt: skip
    return figure


def alt_why_chain(tree: CauseTree, branch: str, number: int, language: Tongue) -> str:
    """The chain in words, from the effect downwards."""
    causes: list[Cause] = list(getattr(tree, branch))
    chain = list(_deepest(causes[number - 1])) if 1 <= number <= len(causes) else []
    said = [tree.effect, *(one.cause for one in chain)]
    return say("cause_tree.alt_chain", language, chain=" ← ".join(one.in_language(language) for one in said))


def _deepest(cause: Cause) -> Iterator[Cause]:
    yield cause
    if cause.why:
        yield from _deepest(max(cause.why, key=lambda one: one.depth))


def _evidence(cause: Cause, language: Tongue) -> str:
    if not cause.evidence:
        return say("cause_tree.no_evidence", language)
    told = [one.reference for one in cause.references]
    return say("cause_tree.evidence", language, evidence="; ".join(told))


def _box(axes: Axes, place: int, text: str, below: str, *, strong: bool, broken: bool) -> None:
    y = -STEP * place
    box = {
        "boxstyle": "round,pad=0.45", "facecolor": palette.PALE if strong else palette.PAPER,
        "edgecolor": palette.INK, "linewidth": 1.4 if strong else 1.0, "linestyle": "--" if broken else "-",
    }  # fmt: skip
    words = "\n".join(lines_of(text, TEXT_WIDTH, most=2))
    axes.text(0.9, y + (0.1 if below else 0), drawable(words), va="center", fontsize=TEXT, bbox=box)
    if below:
        note = lines_of(below, EVIDENCE_WIDTH, most=1)[0]
        axes.text(0.9, y - 0.33, drawable(note), va="center", fontsize=SMALL - 1, color=palette.QUIET)


def _arrow(axes: Axes, place: int) -> None:
    y = -STEP * place
    arrow = {"arrowstyle": "-|>", "color": palette.QUIET}
    axes.annotate("", (0.35, y + 0.05), (0.35, y + STEP - 0.1), arrowprops=arrow)
    axes.text(0.5, y + 0.02, drawable(f"{place}"), va="center", fontsize=SMALL, color=palette.QUIET)
