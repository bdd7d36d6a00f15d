"""The ledger of readings A01 to A48: whole, in both languages, and attached to what it touches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sqaudit.standards import Standard, read_assumptions, read_standard

STANDARDS = Path(__file__).parents[2] / "params" / "standards"
SHIPPED = sorted(path.stem for path in STANDARDS.glob("*.yaml"))
NUMBERS = [f"A{number:02}" for number in range(1, 49)]
OF_NO_ROW = {"A08", "A34", "A35", "A41", "A43"}  # on rules, rewards, periods and the state of the documents
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
ON_SCORING = {"A01", "A02", "A04", "A07"}


def standard(name: str) -> Standard:
    return read_standard(STANDARDS / f"{name}.yaml")


def test_every_number_is_there_in_order() -> None:
    assert list(read_assumptions()) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_question_and_reading_are_whole_sentences_in_both_languages(number: str) -> None:
    entry = read_assumptions()[number]
    for text in (entry.question, entry.reading):
        assert CHINESE.search(text.zh)
        assert text.zh[-1] in "。？"
        assert not CHINESE.search(text.en)
        assert text.en[-1] in ".?"
        assert text.en != text.zh


def test_every_number_that_a_row_of_the_documents_cites_is_attached() -> None:
    used = {number for name in SHIPPED for number in standard(name).assumptions_used}
    assert set(NUMBERS) - used <= OF_NO_ROW


@pytest.mark.parametrize("name", SHIPPED)
def test_another_reading_changes_what_is_measured_or_scored(name: str) -> None:
    whole = standard(name)
    for one in whole.indicators:
        assert set(one.readings) <= set(one.assumptions)
        others = [one.read_as(reading) for readings in one.readings.values() for reading in readings]
        assert one.model_copy(update={"readings": {}}) not in others
    assert set(whole.readings) <= ON_SCORING
    scorings = [whole.read_as(reading) for readings in whole.readings.values() for reading in readings]
    assert (whole.scoring, whole.grades) not in [(other.scoring, other.grades) for other in scorings]
