"""Dates as people write them: which of the known forms a column of text uses, and the SQL that reads it.

Every reading is strict. What a form does not cover to its last character is left unread and counted, for
the engine's own cast would take "5:03 PM" for five in the morning and "13/02/26" for the year 13.
Two-digit years are therefore never guessed: a run file states them, as "%d/%m/%y".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqaudit.conditions import literal, quoted
from sqaudit.params import DATE_WORDS

_CLOCK = r"([ T]+\d{1,2}:\d{1,2}(:\d{1,2}([.,]\d+)?)?)?"
_ISO = rf"\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}{_CLOCK}"
_OFFSET = r":\d{2}([.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)$"
_TIME_OF_DAY = r":|时|点|\d{14}|T\d{6}|^\d{5}\."
# Half-day marks, which stand behind the time in English and before it in Chinese.
_HALF = r"\s*([AaPp]\.?[Mm]\.?$|上午|下午)\s*"
_SECOND_HALF = r"[Pp]\.?[Mm]\.?$|下午"
# Each family turns its way of writing a day into ISO 8601, and nothing else.
_DAY = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(\D|$)"
_FAMILIES: Mapping[str, tuple[str, str]] = {
    "year_first": (r"^(\d{4})[年.](\d{1,2})[月.](\d{1,2})日?\s*", r"\1-\2-\3 "),
    "day_first": (_DAY, r"\3-\2-\1\4"),
    "month_first": (_DAY, r"\3-\1-\2\4"),
}
_NAMED = r"^(\d{1,2}[- ][A-Za-z]{3,9}[- ]|[A-Za-z]{3,9} \d{1,2},? )\d{4}( |$)"
_WITH_NAMES = tuple(
    f"{day}{time}"
    for month in ("%b", "%B")
    for day in (f"%d-{month}-%Y", f"%d {month} %Y", f"{month} %d, %Y", f"{month} %d %Y")
    for time in ("", " %H:%M", " %H:%M:%S")
)
_COMPACT = tuple(f"%Y%m%d{time}" for time in ("", " %H:%M", " %H:%M:%S", "%H%M%S", "T%H%M%S"))
_SERIALS = (20_000, 80_000)  # days since the end of 1899, as Excel counts them: 1954 to 2119
LOOKS_LIKE_A_DATE = r"^(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(日|\D|$)"


@dataclass(frozen=True)
class DateReading:
    """How the dates of one column are read: by the families in this order, or by stated strptime formats.

    `stated` says that the run file gave the form; `complete` that every value of the column fits.
    `offsets` says that some values carry an offset such as +08:00, `halves` that some carry AM or PM.
    `ambiguous` says that the data do not tell day-first from month-first, or hold both.
    """

    families: tuple[str, ...]
    formats: tuple[str, ...] = ()
    offsets: bool = False
    halves: bool = False
    ambiguous: bool = False
    complete: bool = True
    stated: bool = False

    def sql(self, text: str, zone: str, source_zone: str | None) -> str:
        """The SQL that turns a text expression into a timestamp in the zone of the run, or null."""
        plain = _without_half(text) if self.halves else text
        ways = [family_sql(name, plain) for name in self.families]
        local = [form for form in self.formats if "%z" not in form]
        ways += [_strptime(text, local)] if local else []
        read = _coalesced(ways)
        read = _in_half(text, read) if self.halves else read
        reading = [_moved(text, read, zone, source_zone)] if ways else []
        if offset := [form for form in self.formats if "%z" in form]:
            reading.append(f"timezone({literal(zone)}, {_strptime(text, offset)})")
        if self.offsets:
            reading.insert(0, f"timezone({literal(zone)}, {_with_offset(text)})")
        return _coalesced(reading)


def family_sql(family: str, text: str) -> str:
    """The SQL that reads a text written in one family of forms, or null."""
    if family == "iso":
        return f"CASE WHEN regexp_full_match({text}, {literal(_ISO)}) THEN TRY_CAST({text} AS TIMESTAMP) END"
    if family == "compact":
        return f"CASE WHEN regexp_matches({text}, '^[0-9]{{8}}') THEN {_strptime(text, _COMPACT)} END"
    if family == "named_month":
        return f"CASE WHEN regexp_matches({text}, {literal(_NAMED)}) THEN {_strptime(text, _WITH_NAMES)} END"
    if family == "excel":
        days = (
            f"CASE WHEN regexp_full_match({text}, '[0-9]{{5}}([.][0-9]+)?') THEN CAST({text} AS DOUBLE) END"
        )
        moment = f"TIMESTAMP '1899-12-30' + to_seconds(CAST(round({days} * 86400) AS BIGINT))"
        return f"CASE WHEN {days} BETWEEN {_SERIALS[0]} AND {_SERIALS[1]} THEN {moment} END"
    pattern, replacement = _FAMILIES[family]
    iso = f"regexp_replace({text}, {literal(pattern)}, {literal(replacement)})"
    if family == "year_first":
        colons = f"regexp_replace({iso}, '[时点分](\\d)', ':\\1', 'g')"
        iso = f"trim(regexp_replace(regexp_replace({colons}, '[时点]$', ':00'), '[分秒]$', ''))"
    return f"CASE WHEN regexp_matches({text}, {literal(pattern)}) THEN {family_sql('iso', iso)} END"


def in_zone(timestamp: str, zone: str, source_zone: str | None) -> str:
    """The SQL that moves a timestamp without offset from the zone of the source to that of the run."""
    if source_zone is None or source_zone == zone:
        return timestamp
    return f"timezone({literal(zone)}, timezone({literal(source_zone)}, {timestamp}))"


def stated(formats: Sequence[str]) -> DateReading | None:
    """The reading that a run file states outright, or None where it is left to detection."""
    if not formats or "mixed" in formats:
        return None
    families = [word for word in formats if word in DATE_WORDS]
    if families and "iso" not in families:
        families = ["iso", *families]  # year-month-day cannot be mistaken for anything else
    if "day_first" in families or "month_first" in families:
        families += ["year_first", "named_month"]
    own = tuple(word for word in formats if word not in DATE_WORDS)
    return DateReading(tuple(families), own, offsets=bool(families), halves=bool(families), stated=True)


_COUNTED = ("iso", "year_first", "compact", "named_month", "excel")
_LABELS = (
    "'offset'",
    "'iso', 'plain'",
    *map(literal, _COUNTED[1:]),
    "'either'",
    "'day_first'",
    "'month_first'",
)
WIDTH = 2 + len(_LABELS)  # counts that `counts_query` gives for each column


def counts_query(relation: str, names: Sequence[str]) -> str:
    """One scan that counts, for every column named, what `detected` needs to know of it."""
    forms, counts = [], []
    for number, name in enumerate(names):
        text, form = quoted(name), f"f{number}"
        marked = f"CASE WHEN {form} <> 'plain' THEN {_without_half(text)} <> {text} END"
        forms.append(f"{text}, {_form(text)} AS {form}")
        counts += [f"count({text})", f"count(*) FILTER ({marked})"]
        counts += [f"count(*) FILTER ({form} IN ({labels}))" for labels in _LABELS]
    return f"SELECT {', '.join(counts)} FROM (SELECT {', '.join(forms)} FROM {quoted(relation)})"


def _form(text: str) -> str:
    """The SQL that names the form of a text; most are plain ISO, which comes first and spares the rest."""
    bare = _without_half(text)
    reads = {name: f"{family_sql(name, bare)} IS NOT NULL" for name in (*_COUNTED, *_FAMILIES)}
    either = f"CASE WHEN {reads['month_first']} THEN 'either' ELSE 'day_first' END"
    others = " ".join(f"WHEN {reads[name]} THEN '{name}'" for name in _COUNTED)
    return (
        f"CASE WHEN {family_sql('iso', text)} IS NOT NULL THEN 'plain' "
        f"WHEN {_with_offset(text)} IS NOT NULL THEN 'offset' {others} "
        f"WHEN {reads['day_first']} THEN {either} "
        f"WHEN {reads['month_first']} THEN 'month_first' ELSE '' END"
    )


def detected(counts: Sequence[int]) -> DateReading:
    """The reading that fits the counts of `counts_query` best; day-first where nothing tells.

    The counts: all values, those marked AM or PM, with an offset, read by each of the families that
    nobody can mistake, read both day-first and month-first, only day-first, only month-first.

    >>> detected([10, 0, 0, 0, 0, 0, 0, 0, 4, 6, 0]).families
    ('day_first',)
    >>> detected([10, 0, 0, 2, 0, 0, 0, 0, 8, 0, 0]).ambiguous
    True
    """
    total, halves, offsets, *rest = counts
    either, day_only, month_only = rest[-3:]
    read = dict(zip(_COUNTED, rest, strict=False))
    style = "month_first" if month_only > day_only else "day_first"
    read[style] = either + max(day_only, month_only)
    return DateReading(
        families=tuple(name for name, count in read.items() if count) or (() if offsets else ("iso",)),
        offsets=offsets > 0,
        halves=halves > 0,
        ambiguous=read[style] > 0 and (day_only > 0) == (month_only > 0),
        complete=offsets + sum(read.values()) >= total,
    )


def _strptime(text: str, formats: Sequence[str]) -> str:
    text = f"nullif(nullif({text}, 'epoch'), 'infinity')"  # words that the engine would take for times
    return f"TRY_STRPTIME({text}, [{', '.join(literal(form) for form in formats)}])"


def _with_offset(text: str) -> str:
    """The moment that a text with an offset names, or null."""
    spelled = f"regexp_replace({text}, '\\s*(Z|UTC|GMT)$', '+00')"
    return f"CASE WHEN regexp_matches({text}, {literal(_OFFSET)}) THEN TRY_CAST({spelled} AS TIMESTAMPTZ) END"


def _without_half(text: str) -> str:
    """The text without its mark of the half of the day."""
    return (
        f"CASE WHEN regexp_matches({text}, '[Mm]\\.?$|午') "
        f"THEN rtrim(regexp_replace({text}, {literal(_HALF)}, ' ')) ELSE {text} END"
    )


def _in_half(text: str, read: str) -> str:
    """The time read without its mark, moved into the half of the day that the mark names."""
    second = f"regexp_matches({text}, {literal(_SECOND_HALF)})"
    first = f"regexp_matches({text}, {literal(_HALF)}) AND NOT {second}"
    return (
        f"CASE WHEN {second} AND hour({read}) < 12 THEN {read} + INTERVAL 12 HOUR "
        f"WHEN {first} AND hour({read}) = 12 THEN {read} - INTERVAL 12 HOUR ELSE {read} END"
    )


def _moved(text: str, read: str, zone: str, source_zone: str | None) -> str:
    """The time in the zone of the run; a day without a time of day stays that day in every zone."""
    moved = in_zone(read, zone, source_zone)
    if moved == read:
        return read
    return f"CASE WHEN regexp_matches({text}, {literal(_TIME_OF_DAY)}) THEN {moved} ELSE {read} END"


def _coalesced(ways: Sequence[str]) -> str:
    return (
        ways[0] if len(ways) == 1 else f"coalesce({', '.join(ways)})" if ways else "CAST(NULL AS TIMESTAMP)"
    )
