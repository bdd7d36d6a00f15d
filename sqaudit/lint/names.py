"""Weak spots of names: missing in a language, given twice, or against the direction of the figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from sqaudit.descriptions import Text
from sqaudit.lint.finding import Finding
from sqaudit.standards.model import Indicator, Standard

_GOOD = re.compile(
    r"\b(satisf\w*|on ?time|in ?time|accura\w*|complian\w*|complete(ness)?|solved|resolution|promise|kept)\b"
    r"|满意|及时|准时|准确|合规|合格|达标|完整|解决|接通"
)
_BAD = re.compile(
    r"\b(complaint rate|abandon\w*|reopen\w*|repeat\w*|errors?|late|missed|wait\w*|delay\w*|backlog|timeouts?"
    r"|overdue|failures?|waste|violations?|not)\b"
    r"|投诉率|放弃|返工|差错|超时|迟到|延误|失误|漏|缺失|浪费|违规|未|不"
)


def name_findings(standard: Standard) -> Iterator[Finding]:
    """What the names of a standard lack, and what they say against its figures."""
    yield from _languages(standard)
    yield from _same(standard)
    for indicator in standard.indicators:
        yield from _direction(indicator)


def _languages(standard: Standard) -> Iterator[Finding]:
    named: list[tuple[str, str, Text]] = [
        ("", "title", standard.title),
        *(("", f"dimensions.{name}", text) for name, text in standard.dimensions.items()),
        *(("", f"grades {grade.from_:g}", grade.name) for grade in standard.grades),
        *(("", f"record_kinds.{name}", kind.name) for name, kind in standard.record_kinds.items()),
        *((one.id, "name", one.name) for one in standard.indicators),
        *((rule.id, "name", rule.name) for rule in standard.rules),
    ]
    for owner, key, text in named:
        for tongue in ("zh", "en"):
            if not getattr(text, tongue):
                yield Finding("warning", owner, f"no_{tongue}", {"what": key})


def _same(standard: Standard) -> Iterator[Finding]:
    """Two indicators of one name: a table of figures could mean either."""
    for one, other in combinations(standard.indicators, 2):
        shared = {one.name.zh, one.name.en} & {other.name.zh, other.name.en} - {""}
        if shared:
            fields = {"other": one.id, "name": ", ".join(sorted(shared))}
            yield Finding("warning", other.id, "same_name", fields)


def _direction(indicator: Indicator) -> Iterator[Finding]:
    """A name that praises while lower is better, or the other way round; a share alone can be praised."""
    text = " ".join((indicator.id, indicator.name.zh, indicator.name.en)).lower().replace("_", " ")
    good, bad = _GOOD.search(text) is not None, _BAD.search(text) is not None
    within = indicator.a_measure.within
    if within is not None and indicator.direction is not None:
        fitting = "lower" if within.counts == "missed" else "higher"
        if indicator.direction != fitting:
            yield Finding("warning", indicator.id, f"counts_{within.counts}")
    elif indicator.direction == "higher" and bad and not good:
        yield Finding("warning", indicator.id, "bad_name", {"name": indicator.name.both()})
    elif indicator.direction == "lower" and good and not bad and indicator.shown_unit == "share":
        yield Finding("warning", indicator.id, "good_name", {"name": indicator.name.both()})


__all__ = ["name_findings"]
