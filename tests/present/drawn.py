"""What a figure shows, for the tests of all figures."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.text import Text

from sqaudit.present import fonts
from sqaudit.present.blocks import png


def texts(figure: Figure) -> list[str]:
    """Every text of the figure that is not blank."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip()]


def assert_drawn_in_a_font_that_has_it(figure: Figure) -> None:
    """Every word of the figure, once it is drawn."""
    png(figure)
    assert fonts.missing_glyphs("".join(texts(figure))) == ""
    for text in figure.findobj(Text):
        assert findfont(text.get_fontproperties()) == str(fonts.font_path())
