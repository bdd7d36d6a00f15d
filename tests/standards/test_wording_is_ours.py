"""No text of a standard repeats a stretch of the source documents: what they ask is said in our own words.

`quoted_stretches.txt` holds the hash of every stretch of ten characters of the passages that indicators
are taken from, so that the passages themselves need not be here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
STANDARDS = sorted((HERE.parents[1] / "params" / "standards").glob("*.yaml"))
LENGTH = 10  # longer than any name of an indicator that has to be called what it is called
QUOTED = frozenset((HERE / "quoted_stretches.txt").read_text(encoding="ascii").split())


def stretches(text: str) -> Iterator[str]:
    """Every stretch of a text, without blanks and punctuation."""
    plain = re.sub(r"[^\u4e00-\u9fffA-Za-z0-9%]", "", text)
    return (plain[place : place + LENGTH] for place in range(len(plain) - LENGTH + 1))


def hashed(stretch: str) -> str:
    return blake2b(stretch.encode(), digest_size=6).hexdigest()


def chinese(given: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every Chinese text of a standard and where it stands."""
    if isinstance(given, list):
        given = {
            one.get("id", place) if isinstance(one, dict) else place: one for place, one in enumerate(given)
        }
    for key, one in given.items() if isinstance(given, dict) else ():
        if key == "zh" and isinstance(one, str):
            yield path, one
        yield from chinese(one, f"{path}/{key}")


@pytest.mark.parametrize("file", STANDARDS, ids=lambda file: file.stem)
def test_no_stretch_of_a_source_document_is_repeated(file: Path) -> None:
    texts = list(chinese(yaml.safe_load(file.read_text(encoding="utf-8"))))
    assert texts
    repeated = {path: one for path, text in texts for one in stretches(text) if hashed(one) in QUOTED}
    assert repeated == {}


def test_a_stretch_that_is_repeated_is_found() -> None:
    """Blanks and punctuation between its characters do not hide it."""
    assert [hashed(one) in QUOTED for one in stretches("在线请求，30 秒内接通。好")] == [True, False]
