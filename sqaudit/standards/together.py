"""Several standards measured as one: the records are read once, whatever the number of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqaudit.descriptions import Text
from sqaudit.standards.model import Indicator, Standard


def together(standards: Sequence[Standard]) -> Standard:
    """One standard with the indicators of all, for measuring, without scoring, grades or version.

    Each indicator keeps the calendar of its own standard. A single standard comes out as it is.
    """
    if len(standards) == 1:
        return standards[0]
    return Standard.model_construct(
        standard="together",
        version="",
        title=_joined([one.title for one in standards]),
        indicators=[_on_its_calendar(one, standard) for standard in standards for one in standard.indicators],
        rules=[rule for one in standards for rule in one.rules],
        record_kinds={name: kind for one in standards for name, kind in one.record_kinds.items()},
        dimensions={name: text for one in standards for name, text in one.dimensions.items()},
    )


def clashes(standards: Sequence[Standard]) -> list[str]:
    """One sentence for everything that two of the standards name alike, though it may not be the same."""
    ids = Counter(one.standard for one in standards)
    found = [f"the standard {name} is named {count} times." for name, count in ids.items() if count > 1]
    if found:
        return found
    owners: dict[str, list[str]] = {}
    for standard in standards:
        for name in [*(one.id for one in standard.indicators), *(one.id for one in standard.rules)]:
            owners.setdefault(name, []).append(standard.standard)
    found = [
        f"the id {name} stands in {' and '.join(names)}; a run tells indicators apart by their ids."
        for name, names in owners.items()
        if len(names) > 1
    ]
    kinds: dict[str, Standard] = {}
    for standard in standards:
        for name, kind in standard.record_kinds.items():
            other = kinds.setdefault(name, standard)
            if other.record_kinds[name] != kind:
                found.append(
                    f"{other.standard} and {standard.standard} describe the record kind {name} differently."
                )
    return found


def _on_its_calendar(indicator: Indicator, standard: Standard) -> Indicator:
    if indicator.calendar is not None or standard.calendar is None:
        return indicator
    return indicator.model_copy(update={"calendar": standard.calendar})


def _joined(titles: Sequence[Text]) -> Text:
    return Text(
        zh="、".join(title.in_language("zh") for title in titles),
        en=", ".join(title.in_language("en") for title in titles),
    )
