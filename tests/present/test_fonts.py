from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sqaudit.present import fonts, palette


def test_the_carried_font_draws_chinese_and_all_our_marks() -> None:
    marks = "".join(
        [*palette.VERDICT_MARKS.values(), *palette.CHANGE_MARKS.values(), *palette.SEVERITY_MARKS.values()]
    )
    assert fonts.missing_glyphs(f"服务质量审计报告 {marks} −–—≥≤") == ""


def test_zhplot_is_located_and_never_imported() -> None:
    assert fonts.font_path({}) is not None
    assert "zhplot" not in sys.modules


def test_characters_that_cannot_be_drawn_are_named_once() -> None:
    assert fonts.missing_glyphs("好\U00020bb7\U00020bb7好") == "\U00020bb7"
    assert "1 character: \U00020bb7." in fonts.glyph_message("\U00020bb7", "en")
    assert fonts.glyph_message("好", "zh") == ""
    assert fonts.drawable("好\U00020bb7") == "好?"


def test_another_font_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.ttf"
    other.write_bytes(b"")
    assert fonts.font_path({"SQAUDIT_FONT": str(other)}) == other
    with pytest.raises(FileNotFoundError, match="SQAUDIT_FONT names '/nowhere"):
        fonts.font_path({"SQAUDIT_FONT": "/nowhere/font.ttf"})


def test_without_a_chinese_font_there_is_a_message_and_no_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "find_spec", lambda _: None)
    monkeypatch.delenv("SQAUDIT_FONT", raising=False)
    assert fonts.families() == [fonts.LATIN]
    assert fonts.drawable("及时率 98 %") == "??? 98 %"
    assert "SQAUDIT_FONT" in fonts.glyph_message("及时率", "zh")
