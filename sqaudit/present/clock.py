"""A clock proof on a terminal: every stretch with what it is, and the sums below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from rich.markup import escape
from rich.table import Table

from sqaudit.calendars import Calendar, ClockProof, ProofSpan
from sqaudit.calendars.hours import WEEKDAYS
from sqaudit.descriptions import Text
from sqaudit.measure import CaseProof
from sqaudit.present import numbers
from sqaudit.present.words import DASH, Language, is_said, say, tongues

_COLUMNS = ("day", "from", "to", "what", "name", "minutes", "counted")


def proof_table(proof: ClockProof, language: Language) -> Table:
    """The stretches of a proof in order, the counted ones in bold, and their sums."""
    title = _calendar_title(proof.calendar, proof.timezone, language)
    return _table(title, proof.spans, (proof.natural_minutes, proof.business_minutes), language)


def case_table(proof: CaseProof, name: Text, language: Language) -> Table:
    """The stretches between the start of a case and its end, or the moment of judging, and their sums."""
    said = {"case": proof.case, "kind": proof.kind, "indicator": proof.indicator}
    title = _joined(
        say("clock.case", tongue, name=name.in_language(tongue), **said) for tongue in tongues(language)
    )
    return _table(title, proof.spans, (proof.natural_minutes, proof.counted_minutes), language)


def _calendar_title(calendar: Calendar, zone: str, language: Language) -> str:
    about = {"id": calendar.id, "zone": zone}
    return _joined(
        say("clock.title", tongue, calendar=calendar.name.in_language(tongue), **about)
        for tongue in tongues(language)
    )


def _table(title: str, spans: Sequence[ProofSpan], sums: tuple[float, float], language: Language) -> Table:
    table = Table(title=escape(title), title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in _COLUMNS:
        side: Literal["left", "right"] = "right" if column in ("minutes", "counted") else "left"
        table.add_column(say(f"clock.{column}", language), justify=side)
    changes = len({time.utcoffset() for span in spans for time in (span.start, span.end)}) > 1
    for span in spans:
        table.add_row(*_row(span, language, changes), style="bold" if span.counted_minutes else "dim")
    shown = map(numbers.plain, sums)
    table.add_row(say("clock.total", language), "", "", "", "", *shown, style="bold")
    return table


def case_lines(proof: CaseProof, language: Language) -> Iterator[str]:
    """What a case was judged by, and what came out: its events, the limit, the status and the reason."""
    if proof.part:
        yield say("clock.part", language, part=proof.part)
    events = (("start", proof.within.from_, proof.start), ("end", proof.within.to, proof.end))
    for key, column, moment in events:
        shown = _moment(moment) if moment is not None else say("clock.never", language)
        yield say(f"clock.{key}", language, column=column, at=shown)
    if proof.within.deadline is not None:
        due = _moment(proof.due) if proof.due is not None else say("clock.never", language)
        yield say("clock.deadline", language, column=proof.within.deadline, at=due)
    elif proof.limit_minutes is None:
        yield say("clock.no_limit", language)
    else:
        clock = say(f"clock.by_{proof.within.clock}", language)
        limit = {"minutes": numbers.plain(proof.limit_minutes), "clock": clock}
        yield say("clock.limit", language, due=DASH if proof.due is None else _moment(proof.due), **limit)
    if proof.calendar is not None:
        tongue_names = (proof.calendar.name.in_language(tongue) for tongue in tongues(language))
        yield say("clock.calendar", language, calendar=_joined(tongue_names), id=proof.calendar.id)
    if proof.within.matured:
        yield say("clock.matured", language)
    reason = ""
    if proof.reason is not None:
        known = f"clock.reason.{proof.reason}"
        reason = say(known, language) if is_said(known) else proof.reason
    status = say(f"clock.status.{proof.status}", language)
    at = _moment(proof.as_of)
    if reason:
        yield say("clock.left_out", language, status=status, at=at, reason=reason)
    else:
        yield say("clock.judged", language, status=status, at=at)


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
            yield say(key, language, minutes=limit, due=_moment(proof.due))
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


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d} {_clock(time)}"


def _clock(time: datetime) -> str:
    return f"{time:%H:%M:%S}" if time.second or time.microsecond else f"{time:%H:%M}"


def _hours(minutes: float) -> str:
    return numbers.plain(round(minutes / 60, 2))


def _joined(texts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(texts))
