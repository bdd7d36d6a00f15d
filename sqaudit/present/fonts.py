"""Knows where a font with Chinese characters lies and which characters of a text it can't draw.

Noto Sans SC (SIL Open Font License) comes with the package zhplot. It is located, never imported: importing
zhplot changes matplotlib's settings for the whole process. `SQAUDIT_FONT` names another font file instead.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from matplotlib.font_manager import findfont, fontManager
from matplotlib.ft2font import FT2Font

from sqaudit.present.words import Tongue, say

VARIABLE = "SQAUDIT_FONT"
LATIN = "DejaVu Sans"  # always there: matplotlib carries it

__all__ = ["drawable", "families", "font_path", "glyph_message", "missing_glyphs"]


def font_path(environment: Mapping[str, str] | None = None) -> Path | None:
    """The font file with Chinese characters: `SQAUDIT_FONT`, else the one zhplot carries, else None.

    Raises FileNotFoundError when `SQAUDIT_FONT` names no file.

    >>> font_path({}).name
    'NotoSansSC-Regular.ttf'
    """
    named = (os.environ if environment is None else environment).get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(f"{VARIABLE} names '{named}', and there is no such file.")
        return Path(named)
    spec = find_spec("zhplot")
    return _first_font(tuple(spec.submodule_search_locations or ())) if spec else None


@lru_cache(maxsize=4)
def _first_font(folders: tuple[str, ...]) -> Path | None:
    return next((file for folder in folders for file in sorted(Path(folder).glob("fonts/*.ttf"))), None)


def families() -> list[str]:
    """The font families figures are drawn with, the first that has a character draws it."""
    path = font_path()
    return [_registered(path), LATIN] if path else [LATIN]


def missing_glyphs(text: str) -> str:
    """The characters of `text` that no font of ours can draw, each once and in order; empty when all is well.

    >>> missing_glyphs("达标 ✓ 98.5 %")
    ''
    """
    known = _drawable_characters(font_path())
    return "".join(dict.fromkeys(sign for sign in text if ord(sign) not in known and not sign.isspace()))


def glyph_message(text: str, language: Tongue) -> str:
    """One sentence naming the characters of `text` that cannot be drawn and the remedy; empty when none."""
    missing = missing_glyphs(text)
    if not missing:
        return ""
    shown = missing if len(missing) <= 20 else f"{missing[:20]}…"
    return say("figure.missing_glyphs", language, count=len(missing), characters=shown)


def drawable(text: str) -> str:
    """The text with '?' for every character that cannot be drawn: no boxes, no warnings in a report."""
    missing = set(missing_glyphs(text))
    return "".join("?" if sign in missing else sign for sign in text) if missing else text


@lru_cache(maxsize=4)
def _drawable_characters(path: Path | None) -> frozenset[int]:
    files = [findfont(LATIN), *([str(path)] if path else [])]
    return frozenset(code for file in files for code in FT2Font(file).get_charmap())


@lru_cache(maxsize=4)
def _registered(path: Path) -> str:
    family = FT2Font(str(path)).family_name
    if not any(Path(entry.fname) == path for entry in fontManager.ttflist):
        fontManager.addfont(str(path))
    return family
