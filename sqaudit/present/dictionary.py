"""The data dictionary: record kinds and their columns in words, as Markdown in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

from sqaudit.conditions import condition
from sqaudit.kinds import Column, Link, RecordKind
from sqaudit.present.words import DASH, TONGUES, Tongue, joined, say
from sqaudit.readings import needed_of
from sqaudit.standards import Standard

Kinds = Mapping[str, RecordKind]
Readers = Mapping[tuple[str, str], Sequence[str]]  # by record kind and column: what is made of it

__all__ = ["dictionary", "kind_section", "kinds_overview", "readers_of", "whence"]


def dictionary(kinds: Kinds, standards: Iterable[Standard]) -> str:
    """The whole page: what the kinds are, then each kind with its columns, both languages side by side."""
    readers = readers_of(kinds, standards)
    columns = sum(len(kind.columns) for kind in kinds.values())
    types = {
        name: _code(name) for name in ("text", "integer", "number", "boolean", "timestamp", "timestamps")
    }
    paragraphs = [
        f"# {_both('dictionary.title')}",
        *(say("dictionary.intro", tongue, kinds=len(kinds), columns=columns) for tongue in reversed(TONGUES)),
        *(say("dictionary.types", tongue, **types) for tongue in reversed(TONGUES)),
        *(say("dictionary.readers", tongue) for tongue in reversed(TONGUES)),
        kinds_overview(kinds, linked=True),
        *(kind_section(name, kind, readers) for name, kind in kinds.items()),
    ]
    return "\n\n".join(paragraphs) + "\n"


def kinds_overview(kinds: Kinds, linked: bool = False) -> str:
    """A table of the kinds: id, name, key, event time and the number of columns."""
    rows = [
        [
            f"[`{name}`](#{name})" if linked else _code(name),
            _names(kind.name.zh, kind.name.en),
            _code(kind.key),
            _code(kind.time),
            str(len(kind.columns)),
        ]
        for name, kind in kinds.items()
    ]
    return _table(("kind", "name", "key", "time", "columns"), rows)


def kind_section(name: str, kind: RecordKind, readers: Readers) -> str:
    """One kind: its names, key, event time and orders of time, its columns, and where they are found."""
    facts = {"number": _code(kind.key), "time": _code(kind.time)}
    rows = [
        [
            _code(column),
            one.name.zh if one.name else DASH,
            one.name.en if one.name else DASH,
            one.type,
            one.unit,
            _both("dictionary.personal") if one.personal else "",
            ", ".join(readers.get((name, column), ())),
        ]
        for column, one in kind.columns.items()
    ]
    parts = [
        f"## {name}",
        f"**{_names(kind.name.zh, kind.name.en)}**",
        *(_facts(kind, facts, tongue) for tongue in reversed(TONGUES)),
        _table(("column", "chinese", "english", "type", "unit", "personal", "readers"), rows),
        *_elsewhere(kind),
    ]
    return "\n\n".join(parts)


def readers_of(kinds: Kinds, standards: Iterable[Standard]) -> Readers:
    """For each column of a kind, the indicators that read it and the columns of other kinds found by it."""
    found: dict[tuple[str, str], list[str]] = {}
    for standard in standards:
        for indicator in standard.indicators:
            for kind in indicator.kinds:
                for column in needed_of(indicator, kind):
                    found.setdefault((kind, column), []).append(_code(indicator.id))
    for kind, described in kinds.items():
        for column, one in described.columns.items():
            if (link := one.link) is not None:
                for there in _read_there(link):
                    found.setdefault((link.records, there), []).append(f"→ `{kind}.{column}`")
    return {key: list(dict.fromkeys(names)) for key, names in found.items()}


def whence(column: Column, tongue: Tongue) -> str:
    """Where a column is found if the records lack it, in words; empty where it is found nowhere else.

    >>> from sqaudit.kinds import catalogue
    >>> whence(catalogue()["visit"].columns["eta_told_at"], "en")
    "found in `notification` records with the same `visit_id`: the first `sent_at` where `kind = 'eta'`"
    """
    ways = [_found(column.link, tongue)] if column.link else []
    if column.otherwise:
        ways.append(say("dictionary.found.otherwise", tongue, expression=_ways(column, tongue)))
    if len(ways) == 2:
        return say("dictionary.found.or_else", tongue, first=ways[0], second=ways[1])
    return "".join(ways)


def _found(link: Link, tongue: Tongue) -> str:
    way, found = link.found
    key = "exists" if (way, found) == ("any", "true") else way
    fields = {
        "records": _code(link.records),
        "by": joined(map(_code, link.by), tongue),
        "found": _code(found),
    }
    needed = {name: value for name, value in fields.items() if key != "exists" or name != "found"}
    text = say(f"dictionary.found.{key}", tongue, **needed)
    if link.where:
        text = say("dictionary.found.where", tongue, found=text, condition=_code(link.where))
    if covering := link.covering:
        at, start, end = (_code(name) for name in (covering.at, covering.from_, covering.until))
        text = say("dictionary.found.covering", tongue, found=text, at=at, start=start, end=end)
    return text


def _ways(column: Column, tongue: Tongue) -> str:
    """The expressions by which a column is computed, the first one that can be before the others."""
    codes = map(_code, column.otherwise)
    return reduce(lambda one, other: say("dictionary.found.or_else", tongue, first=one, second=other), codes)


def _read_there(link: Link) -> set[str]:
    """The columns of the other kind that a link reads."""
    way, found = link.found
    names = {*link.by, *(condition(link.where).columns if link.where else ())}
    names |= condition(found).columns if way == "any" else {found}
    return names | ({link.covering.from_, link.covering.until} if link.covering else set())


def _facts(kind: RecordKind, facts: Mapping[str, str], tongue: Tongue) -> str:
    orders = [
        say("dictionary.order", tongue, earlier=_code(earlier), later=_code(later))
        for earlier, later in kind.orders
    ]
    end, space = ("。", "") if tongue == "zh" else (".", " ")
    told = f"{space}{joined(orders, tongue)}{end}" if orders else ""
    return say("dictionary.facts", tongue, **facts) + told


def _elsewhere(kind: RecordKind) -> Iterator[str]:
    """The list of columns that are found elsewhere, where there are any."""
    lines = [
        f"- `{name}`: {whence(column, 'en')} · {whence(column, 'zh')}"
        for name, column in kind.columns.items()
        if column.link or column.otherwise
    ]
    if lines:
        yield f"{_both('dictionary.elsewhere')}:"
        yield "\n".join(lines)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    title = [_both(f"dictionary.head.{head}") for head in heads]
    lines = [title, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def _both(key: str) -> str:
    return _names(say(key, "zh"), say(key, "en"))


def _names(zh: str, en: str) -> str:
    return " ".join(dict.fromkeys(filter(None, (en, zh))))


def _code(text: str | None) -> str:
    return f"`{text}`" if text else DASH
