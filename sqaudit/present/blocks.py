"""Knows what a piece of a page is: HTML that a notebook shows and an export takes over unchanged."""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib import resources

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from sqaudit.present.vector import data_address
from sqaudit.present.words import Language, Tongue, say, tongues

SHARPNESS = 2.0  # image pixels per screen pixel, so that figures stay crisp on dense screens
SCREEN_DPI = 96
COLOURS = 128  # of a figure, shades of smoothed edges included

__all__ = [
    "Block",
    "Drawn",
    "bilingual",
    "figure_block",
    "heading",
    "key_figures",
    "panels",
    "png",
    "stack",
    "style",
    "text",
    "wrapped",
]


@dataclass(frozen=True)
class Block:
    """A piece of a page. Jupyter shows it; `str` gives the HTML."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.html


def bilingual(render: Callable[[Tongue], str], language: Language) -> Block:
    """What `render` writes for each language of the page; with two, each in its own marked part.

    >>> bilingual(lambda language: f"<p>{language}</p>", "both").html
    '<div lang="zh" class="zh"><p>zh</p></div>\\n<div lang="en" class="en"><p>en</p></div>'
    """
    if language != "both":
        return Block(render(language))
    return Block("\n".join(wrapped(render(tongue), tongue) for tongue in tongues(language)))


def wrapped(html: str, language: Tongue) -> str:
    """The HTML marked as being in one language."""
    return f'<div lang="{language}" class="{language}">{html}</div>'


def heading(key: str, level: int, language: Language, **fields: object) -> Block:
    """A heading with an id that stays the same from run to run, in each language of the page.

    >>> heading("quarterly_review.scorecard", 2, "en").html
    '<h2 id="quarterly-review-scorecard-en" lang="en">Scorecard</h2>'
    """
    if not 1 <= level <= 6:
        raise ValueError(f"A heading has a level from 1 to 6, not {level}.")

    def render(tongue: Tongue) -> str:
        words = _in_tongue(fields, tongue)
        anchor = f"{_slug(' '.join([key, *map(str, _in_tongue(fields, 'en').values())]))}-{tongue}"
        return f'<h{level} id="{anchor}" lang="{tongue}">{escape(say(key, tongue, **words))}</h{level}>'

    return bilingual(render, language)


def text(key: str, language: Language, *, kind: str = "", **fields: object) -> Block:
    """A paragraph; `kind` may be 'lead' (large), 'note' (small) or empty. Fields may be {zh, en} mappings.

    >>> text("honesty.targets_met", "en", k=3, n=7).html
    '<p>Targets met: 3 of 7.</p>'
    """
    attribute = f' class="{escape(kind)}"' if kind else ""
    return bilingual(
        lambda tongue: f"<p{attribute}>{escape(say(key, tongue, **_in_tongue(fields, tongue)))}</p>", language
    )


def key_figures(figures: Mapping[str, object], language: Language) -> Block:
    """Large figures for the front page: wording key -> text already rounded (or a {zh, en} mapping)."""

    def render(tongue: Tongue) -> str:
        items = (
            f"<div><dt>{escape(say(key, tongue))}</dt><dd>{escape(str(value))}</dd></div>"
            for key, value in _in_tongue(figures, tongue).items()
        )
        return f'<dl class="figures">{"".join(items)}</dl>'

    return bilingual(render, language)


def figure_block(
    make: Callable[[Tongue], Figure],
    alt: Callable[[Tongue], str],
    language: Language,
    caption: Callable[[Tongue], str] | None = None,
) -> Block:
    """A figure in each language of the page, with its description for those who can't see it."""

    def render(tongue: Tongue) -> str:
        figure = make(tongue)
        width = round(figure.get_figwidth() * SCREEN_DPI)
        data = base64.b64encode(png(figure)).decode("ascii")
        below = f"<figcaption>{escape(caption(tongue))}</figcaption>" if caption else ""
        picture = f'<img alt="{escape(alt(tongue))}" width="{width}" src="data:image/png;base64,{data}">'
        return f"<figure>{picture}{below}</figure>"

    return bilingual(render, language)


@dataclass(frozen=True)
class Drawn:
    """A small drawing: its title, the line below it, its SVG, and its description."""

    title: str
    below: str
    svg: str
    alt: str


def panels(make: Callable[[Tongue], Sequence[Drawn]], language: Language, *, wide: bool = False) -> Block:
    """Small drawings side by side, as many as the page has room for; `wide` ones take half of it.

    >>> made = panels(lambda tongue: [Drawn("On time", "Target ≥ 85 %", "<svg></svg>", "90 %")], "en")
    >>> "<figcaption>On time<small>Target ≥ 85 %</small></figcaption>" in made.html
    True
    """

    def panel(drawn: Drawn) -> str:
        below = f"<small>{escape(drawn.below)}</small>" if drawn.below else ""
        return (
            f"<figure><figcaption>{escape(drawn.title)}{below}</figcaption>"
            f'<img alt="{escape(drawn.alt)}" src="{data_address(drawn.svg)}"></figure>'
        )

    def render(tongue: Tongue) -> str:
        return f'<div class="panels{" wide" if wide else ""}">{"".join(map(panel, make(tongue)))}</div>'

    return bilingual(render, language)


def png(figure: Figure) -> bytes:
    """The figure as a PNG, twice as dense as the screen and the same bytes for the same figure."""
    figure.set_dpi(SCREEN_DPI * SHARPNESS)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    target = io.BytesIO()
    # A chart has few colours: a palette makes it a third of the size and looks the same.
    image = Image.fromarray(
        np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    ).convert("RGB")
    few = image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(target, format="PNG", compress_level=6)
    return target.getvalue()


def stack(*blocks: Block) -> Block:
    """Several blocks below each other as one.

    >>> stack(Block("<p>a</p>"), Block("<p>b</p>")).html
    '<p>a</p>\\n<p>b</p>'
    """
    return Block("\n".join(block.html for block in blocks))


def style() -> Block:
    """The look of the blocks, for a notebook in JupyterLab; an export leaves it out and brings its own."""
    return Block(f'<style class="sqaudit">{stylesheet()}</style>')


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The style sheet of tables, figures and paragraphs."""
    return resources.files(__package__).joinpath("blocks.css").read_text(encoding="utf-8")


def _in_tongue(fields: Mapping[str, object], tongue: Tongue) -> dict[str, object]:
    return {name: value[tongue] if _is_bilingual(value) else value for name, value in fields.items()}  # type: ignore[index]


def _is_bilingual(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"zh", "en"}


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[^\w]+", "-", plain).replace("_", "-").strip("-")
