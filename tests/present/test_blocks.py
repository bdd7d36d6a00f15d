from __future__ import annotations

import base64
import io
import re

import pandas as pd
import pytest
from PIL import Image

from sqaudit.present import blocks
from sqaudit.present.figures import scorecard_bars


def test_a_block_shows_itself_in_jupyter() -> None:
    block = blocks.Block("<p>x</p>")
    assert block._repr_html_() == str(block) == "<p>x</p>"


def test_headings_keep_their_ids_and_tell_repeated_ones_apart() -> None:
    one = blocks.heading("quarterly_review.scorecard", 2, "both").html
    assert 'id="quarterly-review-scorecard-zh" lang="zh">评分表</h2>' in one
    assert 'id="quarterly-review-scorecard-en" lang="en">Scorecard</h2>' in one
    again = blocks.heading("caption.segments", 3, "both", segment={"zh": "班组", "en": "Team"}).html
    assert 'id="caption-segments-team-zh" lang="zh">按班组</h3>' in again
    with pytest.raises(ValueError, match="from 1 to 6, not 7"):
        blocks.heading("quarterly_review.scorecard", 7, "en")


def test_texts_are_escaped() -> None:
    html = blocks.text("honesty.weights_spread", "en", kind="note", missing=["<script>"]).html
    assert html == '<p class="note">The weights of &lt;script&gt; were spread over the rest.</p>'


def test_key_figures_take_one_text_or_two() -> None:
    html = blocks.key_figures(
        {"page.score": "72.38", "page.grade": {"zh": "达标", "en": "Acceptable"}}, "en"
    ).html
    assert html == (
        '<dl class="figures"><div><dt>Score</dt><dd>72.38</dd></div>'
        "<div><dt>Grade</dt><dd>Acceptable</dd></div></dl>"
    )


def test_a_figure_carries_its_picture_and_its_description(scorecard: pd.DataFrame, labels: dict) -> None:
    html = blocks.figure_block(
        lambda tongue: scorecard_bars(scorecard, labels, tongue),
        lambda tongue: f'"{tongue}" <scores>',
        "both",
        lambda tongue: f"caption {tongue}",
    ).html
    assert html.count("<figure>") == html.count("<figcaption>") == 2
    assert 'alt="&quot;en&quot; &lt;scores&gt;"' in html
    pictures = re.findall(r'width="(\d+)" src="data:image/png;base64,([^"]+)"', html)
    for width, data in pictures:
        with Image.open(io.BytesIO(base64.b64decode(data))) as image:
            assert abs(image.width - 2 * int(width)) <= 2
