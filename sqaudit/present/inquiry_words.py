"""An inquiry in words: dimensions and their values, where, since when, and how the recording changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from sqaudit.kinds import catalogue
from sqaudit.present import numbers
from sqaudit.present.control_sentences import artefact_sentence
from sqaudit.present.sentences import short_list
from sqaudit.present.words import DASH, Labels, Tongue, is_missing, is_said, joined, named, say
from sqaudit.standards import Indicator
from sqaudit.standards.measures import SINGLE_VALUES

MOST_ALTERNATIVES = 3
MOST_EVENTS = 3


def figure_of_segments(one: Indicator) -> tuple[str, str | None]:
    """The unit and the direction of the figures of segments: single values are told as the share far out."""
    return ("share", "lower") if one.kind_of_measure in SINGLE_VALUES else (one.shown_unit, one.direction)


def dimension_name(name: str, labels: Labels, language: Tongue) -> str:
    """What a reader calls a dimension: from the labels, our own words, or the record kinds.

    >>> dimension_name("weekday", {}, "en"), dimension_name("supplier", {}, "en")
    ('Weekday', 'Supplier')
    """
    if name in labels or is_said(f"segment.{name}"):
        return named(labels, name, language, "segment")
    return _described().get(name, {}).get(language) or name


def value_name(dimension: str, value: object, labels: Labels, language: Tongue) -> str:
    """What a reader calls a value of a dimension.

    >>> value_name("weekday", 1.0, {}, "en"), value_name("hour", 9, {}, "zh")
    ('Monday', '9–10')
    """
    if is_missing(value):
        return say("table.not_given", language)
    whole = int(value) if isinstance(value, int | float) and float(value) == int(value) else value
    if dimension == "hour" and isinstance(whole, int):
        return f"{whole}–{whole + 1}"
    if is_said(f"value.{dimension}.{whole}"):
        return say(f"value.{dimension}.{whole}", language)
    return named(labels, whole, language)


def segment_name(
    dimensions: Sequence[str], values: Sequence[object], labels: Labels, language: Tongue
) -> str:
    """A segment as a reader would say it: `Region north · Time of day evening (16-20)`."""
    parts = [
        f"{dimension_name(name, labels, language)} {value_name(name, value, labels, language)}"
        for name, value in zip(dimensions, values, strict=True)
    ]
    return " · ".join(parts) or say("root_cause.everything", language)


def alternatives_line(texts: Iterable[str], labels: Labels, language: Tongue) -> str:
    """The segments that cannot be told apart from one; empty where there are none."""
    names = [_told(text, labels, language) for text in texts]
    if not names:
        return ""
    return say("root_cause.alternatives", language, names=short_list(names, language, most=MOST_ALTERNATIVES))


def when_line(row: Mapping[Any, Any], language: Tongue) -> str:
    """Since when, or in which days, the bad cases of a segment came; a dash where it cannot be told."""
    if not is_missing(row.get("crowd_from")):
        return say("root_cause.crowd", language, first=row["crowd_from"], last=row["crowd_until"])
    if not is_missing(row.get("since")):
        return say(
            "root_cause.since", language, since=row["since"], earliest=row["since_earliest"],
            latest=row["since_latest"],
        )  # fmt: skip
    return DASH


def recording_sentence(row: Mapping[Any, Any], where: str, labels: Labels, language: Tongue) -> str:
    """How the filling of a column changed inside a segment, and what that means."""
    return say(
        "root_cause.recording_line",
        language,
        where=where,
        column=dimension_name(str(row["column"]), labels, language),
        before=numbers.share(row["filled_before"]),
        now=numbers.share(row["filled_now"]),
        elsewhere=numbers.share(row["filled_elsewhere"]),
    )


def breaks_lines(breaks: pd.DataFrame, labels: Labels, language: Tongue) -> list[str]:
    """Where records break off, one line for each stretch; events that broke off together share one."""
    lines = []
    for (kind, _, _), rows in breaks.groupby(["kind_of_record", "period", "kind"], sort=False):
        events = [dimension_name(str(event), labels, language) for event in rows["event"]]
        sentence = artefact_sentence(rows.iloc[0].to_dict(), language)
        shown = short_list(events, language, most=MOST_EVENTS)
        lines.append(f"{named(labels, kind, language, 'kind')} ({shown}): {sentence}")
    return lines


def level_name(level: Iterable[str], labels: Labels, language: Tongue) -> str:
    """The dimensions of a level in one line."""
    return joined([dimension_name(name, labels, language) for name in level], language)


def _told(text: str, labels: Labels, language: Tongue) -> str:
    """A segment that is given as text, `team=A & hour=9`."""
    pairs = [part.split("=", 1) for part in text.split(" & ")]
    named_values = [(name, None if value == "(missing)" else _number(value)) for name, value in pairs]
    return segment_name(
        [name for name, _ in named_values], [value for _, value in named_values], labels, language
    )


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


@lru_cache(maxsize=1)
def _described() -> dict[str, dict[str, str]]:
    """Every column of the record kinds by name, as it is called."""
    return {
        name: column.name.both()
        for kind in catalogue().values()
        for name, column in kind.columns.items()
        if column.name is not None
    }
