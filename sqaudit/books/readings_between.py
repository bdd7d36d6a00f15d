"""What of the difference between two versions of a standard is another reading, and what is the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqaudit.standards import Indicator, Standard
from sqaudit.standards.model import Reading, ScoringReading

_NOT_READ = ("readings", "assumptions", "remark")  # keys that say something about readings


def read_alike(
    before: Sequence[Standard], now: Sequence[Standard]
) -> tuple[tuple[Standard, ...], tuple[str, ...]]:
    """The earlier standards with the readings that the later ones took, and the assumptions concerned.

    A reading counts as taken when the earlier standard lists it as an alternative and the later one has all
    that it sets, or when the later one lists as an alternative what the earlier one had. Indicators and
    standards that only one side has are left to the rest of the difference.
    """
    later = {one.standard: one for one in now}
    read, numbers = [], []
    for one in before:
        other = later.get(one.standard)
        alike, found = (one, []) if other is None else _standard(one, other)
        read.append(alike)
        numbers += found
    return tuple(read), tuple(dict.fromkeys(numbers))


def _standard(before: Standard, now: Standard) -> tuple[Standard, list[str]]:
    later = {one.id: one for one in now.indicators}
    numbers: list[str] = []
    indicators = []
    for one in before.indicators:
        alike, found = (one, []) if one.id not in later else _indicator(one, later[one.id])
        indicators.append(alike)
        numbers += found
    scored, found = _scoring(before, now)
    return scored.model_copy(update={"indicators": indicators}), [*numbers, *found]


def _indicator(before: Indicator, now: Indicator) -> tuple[Indicator, list[str]]:
    numbers: list[str] = []
    for number, readings in before.readings.items():
        for reading in readings:
            changed = before.read_as(reading)
            if _took(changed, before, now, reading.set):
                before, numbers = changed.model_copy(update={"readings": before.readings}), [*numbers, number]
                break
    for number, readings in now.readings.items():
        for reading in readings:
            if number not in numbers and _took(now.read_as(reading), now, before, reading.set):
                given = {key: _value(now, key) for key in reading.set}
                changed = before.read_as(Reading.model_construct(is_=reading.is_, set=given))
                before, numbers = changed.model_copy(update={"readings": before.readings}), [*numbers, number]
                break
    return before, numbers


def _took(changed: Indicator, own: Indicator, other: Indicator, keys: dict[str, Any]) -> bool:
    """Whether the other has what a reading makes of one's own, and one's own has not."""
    names = [name for name in keys if name not in _NOT_READ]
    alike = all(_value(changed, name) == _value(other, name) for name in names)
    return alike and any(_value(own, name) != _value(other, name) for name in names)


def _value(indicator: Indicator, key: str) -> Any:
    names = {field.alias or name: name for name, field in type(indicator).model_fields.items()}
    return getattr(indicator, names.get(key, key))


def _scoring(before: Standard, now: Standard) -> tuple[Standard, list[str]]:
    numbers: list[str] = []
    for number, readings in before.readings.items():
        for reading in readings:
            changed = before.read_as(reading)
            if _scored_so(changed, before, now, reading):
                before, numbers = changed, [*numbers, number]
                break
    for number, readings in now.readings.items():
        for reading in readings:
            if number not in numbers and _scored_so(now.read_as(reading), now, before, reading):
                given = {key: getattr(now.scoring, key) for key in reading.scoring}
                update: dict[str, Any] = {"scoring": before.scoring.model_copy(update=given)}
                update |= {"grades": now.grades} if reading.grades else {}
                before, numbers = before.model_copy(update=update), [*numbers, number]
                break
    return before, numbers


def _scored_so(changed: Standard, own: Standard, other: Standard, reading: ScoringReading) -> bool:
    def told(one: Standard) -> list[Any]:
        grades = [[(grade.from_, grade.zh, grade.en) for grade in one.grades]] if reading.grades else []
        return [*(getattr(one.scoring, key) for key in reading.scoring), *grades]

    return told(changed) == told(other) and told(own) != told(other)
