"""A clock proof on a terminal: every stretch with what it is, and the sums below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

from rich.markup import escape
from rich.table import Table

from sqaudit.calendars import ClockProof, ProofSpan
from sqaudit.calendars.hours import WEEKDAYS
from sqaudit.present import numbers
from sqaudit.present.words import Language, say, tongues

_COLUMNS = ("day", "from", "to", "what", "name", "minutes", "counted")


def proof_table(proof: ClockProof, language: Language) -> Table:
    """The stretches of a proof in order, the counted ones in bold, and their sums."""
    name, about = proof.calendar.name, {"id": proof.calendar.id, "zone": proof.timezone}
    title = _joined(
        say("clock.title", tongue, calendar=name.in_language(tongue), **about) for tongue in tongues(language)
    )
    table = Table(title=escape(title), title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in _COLUMNS:
        side: Literal["left", "right"] = "right" if column in ("minutes", "counted") else "left"
        table.add_column(say(f"clock.{column}", language), justify=side)
    changes = len({time.utcoffset() for span in proof.spans for time in (span.start, span.end)}) > 1
    for span in proof.spans:
        table.add_row(*_row(span, language, changes), style="bold" if span.counted_minutes else "dim")
    sums = (numbers.plain(proof.natural_minutes), numbers.plain(proof.business_minutes))
    table.add_row(say("clock.total", language), "", "", "", "", *sums, style="bold")
    return table


def proof_lines(proof: ClockProof, language: Language) -> Iterator[str]:
    """What the proof comes to: both times, the limit, and what is not known yet."""
    for name, minutes in (("natural", proof.natural_minutes), ("business", proof.business_minutes)):
        yield say(f"clock.{name}", language, minutes=numbers.plain(minutes), hours=_hours(minutes))
    if proof.limit_minutes is not None:
        limit = numbers.plain(proof.limit_minutes)
        if proof.due is None:
            yield say("clock.never_due", language, minutes=limit)
        else:
            key = "clock.kept" if proof.kept else "clock.missed"
            yield say(key, language, minutes=limit, due=f"{proof.due:%Y-%m-%d} {_clock(proof.due)}")
    if proof.unpublished_years:
        yield say("clock.unpublished", language, years=[str(year) for year in proof.unpublished_years])


def _row(span: ProofSpan, language: Language, changes: bool) -> tuple[str, ...]:
    weekday = say(f"weekday.{WEEKDAYS[span.start.weekday()]}", language)
    return (
        f"{span.start:%Y-%m-%d} {weekday}",
        _clock(span.start) + (f" {span.start:%z}" if changes else ""),
        _until(span) + (f" {span.end:%z}" if changes else ""),
        say(f"day_kind.{span.kind}", language),
        escape(_joined(span.name.in_language(tongue) for tongue in tongues(language))),
        numbers.plain(span.minutes),
        numbers.plain(span.counted_minutes),
    )


def _until(span: ProofSpan) -> str:
    """The end of a stretch; midnight is the end of its day, a later day is named."""
    next_day = span.start.date() + timedelta(days=1)
    if span.end.date() == span.start.date():
        return _clock(span.end)
    if span.end.replace(tzinfo=None) == datetime.combine(next_day, datetime.min.time()):
        return "24:00"
    return f"{span.end:%m-%d} {_clock(span.end)}"


def _clock(time: datetime) -> str:
    return f"{time:%H:%M:%S}" if time.second or time.microsecond else f"{time:%H:%M}"


def _hours(minutes: float) -> str:
    return numbers.plain(round(minutes / 60, 2))


def _joined(texts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(texts))
