"""Small drawings as SVG: where a page shows a hundred of them, each must cost next to nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from typing import Literal

from matplotlib.ticker import MaxNLocator

from sqaudit.present import palette

Anchor = Literal["start", "middle", "end"]

_FONT = "-apple-system,'Segoe UI','Helvetica Neue',Arial,'Noto Sans SC','PingFang SC',sans-serif"
_WIDE = 0x2E7F  # from here on a character is as wide as two

__all__ = ["data_address", "drawing", "line", "marker", "shortened", "ticks", "words"]


def drawing(width: float, height: float, parts: Sequence[str]) -> str:
    """A whole drawing of `width` by `height` screen pixels.

    >>> drawing(10, 5, [line(0, 0, 10, 5, "#000000")])[:55]
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" heig'
    """
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    look = f'font-family="{escape(_FONT)}" font-size="11"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {look}>{"".join(parts)}</svg>'


def data_address(svg: str) -> str:
    """The drawing as an address that holds all of it, for an `img`."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode('ascii')}"


def line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, *, broken: bool = False
) -> str:
    """A straight line, solid or broken."""
    dashes = ' stroke-dasharray="4 3"' if broken else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width:g}"{dashes}/>'
    )


def words(x: float, y: float, text: str, colour: str = palette.QUIET, anchor: Anchor = "start") -> str:
    """A text whose line stands at `y`.

    >>> words(1, 2, "a < b", "#000000")
    '<text x="1.0" y="2.0" fill="#000000">a &lt; b</text>'
    """
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{where}>{escape(text)}</text>'


def marker(x: float, y: float, shape: str, colour: str, *, hollow: bool = False) -> str:
    """A point in the shape and colour of its verdict; the shapes are those of `palette.VERDICT_SHAPES`."""
    fill = palette.PAPER if hollow else colour
    look = f'fill="{fill}" stroke="{colour}" stroke-width="1.2"'
    if shape == "D":
        return f'<path d="M{x:.1f} {y - 4.4:.1f}l4.4 4.4l-4.4 4.4l-4.4 -4.4z" {look}/>'
    if shape == "s":
        return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" {look}/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" {look}/>'


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`, at most `most` and one more.

    >>> ticks(0.61, 0.94, 3)
    [0.7, 0.8, 0.9]
    """
    found = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2).tick_values(low, high)
    return [round(float(tick), 12) for tick in found if low <= tick <= high]


def shortened(text: str, most: int) -> str:
    """The text cut to the width of `most` Latin letters, a Chinese character as wide as two.

    >>> shortened("Repair South", 8), shortened("在线一组", 8)
    ('Repair …', '在线一组')
    """
    if _width(text) <= most:
        return text
    kept = text
    while kept and _width(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept}…"


def _width(text: str) -> int:
    return sum(2 if ord(sign) > _WIDE else 1 for sign in text)
