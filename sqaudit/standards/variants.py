"""Indicators under the other readings of their documents, ready to be measured beside themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sqaudit.descriptions import Text
from sqaudit.standards.model import Indicator, Standard


@dataclass(frozen=True)
class Variant:
    """An indicator under another reading, under an id of its own so that it can be measured beside it."""

    assumption: str
    reading: int
    is_: Text
    original: str
    indicator: Indicator


def variants(standard: Standard) -> list[Variant]:
    """Every indicator of a standard under each of its other readings.

    >>> from sqaudit.standards import read_standard
    >>> found = variants(read_standard("params/standards/after_sales_evaluation.yaml"))
    >>> sorted({one.assumption for one in found if one.original == "fcr_ticket"})
    ['A06']
    """
    return [
        Variant(
            number,
            place,
            reading.is_,
            indicator.id,
            indicator.read_as(reading).model_copy(
                update={
                    "id": f"{indicator.id}_{number.lower()}_{place}",
                    "calendar": indicator.calendar or standard.calendar,
                }
            ),
        )
        for indicator in standard.indicators
        for number, readings in indicator.readings.items()
        for place, reading in enumerate(readings, start=1)
    ]
