"""Dates as people write them: which of the known forms a column of text uses, and the SQL that reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqaudit.conditions import literal

WORDS = ("iso", "day_first", "month_first", "mixed")
# Each family turns its way of writing a day into ISO 8601; the time of day is read by the cast that follows.
_DAY = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(\D|$)"
_FAMILIES: Mapping[str, tuple[str, str]] = {
    "year_first": (r"^(\d{4})[年/.](\d{1,2})[月/.](\d{1,2})日?(\D|$)", r"\1-\2-\3\4"),
    "day_first": (_DAY, r"\3-\2-\1\4"),
    "month_first": (_DAY, r"\3-\1-\2\4"),
}
_WITH_NOON = ("%Y-%m-%d %I:%M %p", "%Y-%m-%d %I:%M:%S %p")
_WITH_NAMES = tuple(
    f"{day}{time}" for day in ("%d-%b-%Y", "%d %b %Y", "%b %d, %Y") for time in ("", " %H:%M", " %H:%M:%S")
)
_COMPACT = ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d %H:%M:%S")
_OFFSET = r":\d{2}(\.\d+)?\s*(Z|[+-]\d{2}(:?\d{2})?)$"
LOOKS_LIKE_A_DATE = r"^\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}(日|\D|$)"


@dataclass(frozen=True)
class DateReading:
    """How the dates of one column are read: by the families in this order, or by stated strptime formats.

    `stated` says that the run file gave the form; `complete` that every value of the column fits.
    `offsets` says that some values carry an offset such as +08:00. `ambiguous` says that day-first and
    month-first both read every value, so that nobody can tell from the data which is meant.
    """

    families: tuple[str, ...]
    formats: tuple[str, ...] = ()
    offsets: bool = False
    ambiguous: bool = False
    complete: bool = True
    stated: bool = False

    def sql(self, text: str, zone: str, source_zone: str | None) -> str:
        """The SQL that turns a text expression into a timestamp in the zone of the run, or null."""
        ways = [family_sql(name, text) for name in self.families]
        if self.formats:
            ways.append(_strptime(text, self.formats))
        read = in_zone(ways[0] if len(ways) == 1 else f"coalesce({', '.join(ways)})", zone, source_zone)
        if not self.offsets:
            return read
        aware = f"timezone({literal(zone)}, TRY_CAST({text} AS TIMESTAMPTZ))"
        return f"CASE WHEN regexp_matches({text}, {literal(_OFFSET)}) THEN {aware} ELSE {read} END"


def family_sql(family: str, text: str) -> str:
    """The SQL that reads a text written in one family of forms, or null."""
    if family == "iso":
        return f"TRY_CAST({text} AS TIMESTAMP)"
    if family == "compact":
        return f"CASE WHEN regexp_matches({text}, '^[0-9]{{8}}') THEN {_strptime(text, _COMPACT)} END"
    if family == "named_month":
        return f"CASE WHEN regexp_matches({text}, '[A-Za-z]{{3}}') THEN {_strptime(text, _WITH_NAMES)} END"
    pattern, replacement = _FAMILIES[family]
    iso = f"regexp_replace({text}, {literal(pattern)}, {literal(replacement)})"
    if family == "year_first":
        iso = f"rtrim(replace(replace({iso}, '时', ':'), '分', ''), '秒')"
    noon = f"CASE WHEN regexp_matches({text}, '[AaPp][Mm]$') THEN {_strptime(iso, _WITH_NOON)} END"
    matches = f"regexp_matches({text}, {literal(pattern)})"
    return f"CASE WHEN {matches} THEN coalesce(TRY_CAST({iso} AS TIMESTAMP), {noon}) END"


def in_zone(timestamp: str, zone: str, source_zone: str | None) -> str:
    """The SQL that moves a timestamp without offset from the zone of the source to that of the run."""
    if source_zone is None or source_zone == zone:
        return timestamp
    return f"timezone({literal(zone)}, timezone({literal(source_zone)}, {timestamp}))"


def stated(formats: Sequence[str]) -> DateReading | None:
    """The reading that a run file states outright, or None where it is left to detection."""
    if not formats or "mixed" in formats:
        return None
    families = [word for word in formats if word in WORDS]
    if families and "iso" not in families:
        families = ["iso", *families]  # year-month-day cannot be mistaken for anything else
    if "day_first" in families or "month_first" in families:
        families += ["year_first", "named_month"]
    own = tuple(word for word in formats if word not in WORDS)
    return DateReading(tuple(families), own, offsets=bool(families), stated=True)


_COUNTED = ("year_first", "compact", "named_month", "day_first", "month_first")


def counting_sql(text: str) -> list[str]:
    """The aggregates that `detected` needs for one text expression: values read by each family."""
    iso = f"{family_sql('iso', text)} IS NOT NULL"
    parts = [
        f"count({text})",
        f"count(*) FILTER ({iso})",
        f"count(*) FILTER (regexp_matches({text}, {literal(_OFFSET)}))",
    ]
    return parts + [
        f"count(*) FILTER (NOT ({iso}) AND {family_sql(name, text)} IS NOT NULL)" for name in _COUNTED
    ]


def detected(counts: Sequence[int]) -> DateReading:
    """The reading that fits the counts of `counting_sql` best; day-first where nothing tells.

    >>> detected([10, 0, 0, 0, 0, 0, 10, 4]).families
    ('day_first',)
    >>> detected([10, 2, 0, 0, 0, 0, 8, 8]).ambiguous
    True
    """
    total, iso, offsets, *rest = counts
    read = dict(zip(_COUNTED, rest, strict=True))
    day_first, month_first = read["day_first"], read["month_first"]
    style = "month_first" if month_first > day_first else "day_first"
    read.pop("day_first" if style == "month_first" else "month_first")
    families = (["iso"] if iso else []) + [name for name in _COUNTED if read.get(name)]
    return DateReading(
        families=tuple(families) or ("iso",),
        offsets=offsets > 0,
        ambiguous=day_first == month_first and day_first > 0,
        complete=iso + sum(read.values()) >= total,
    )


def _strptime(text: str, formats: Sequence[str]) -> str:
    return f"TRY_STRPTIME({text}, [{', '.join(literal(form) for form in formats)}])"
