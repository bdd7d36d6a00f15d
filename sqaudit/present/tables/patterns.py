"""Tables of patterns: parts of a score, drivers, words, categories by size, weak points, severities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from sqaudit.present import numbers
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.tables.cells import records_of, unless_dash
from sqaudit.present.tables.markup import Cell, Row, heading, number, table
from sqaudit.present.words import DASH, Labels, Language, Tongue, is_missing, named, say

Naming = Callable[[object, Tongue], str]
_WIDE = frozenset({"indicator", "fact", "word", "examples", "category", "class"})


def score_parts_table(parts: pd.DataFrame, labels: Labels, language: Language) -> Block:
    """What each indicator added to the change of a score, and how: its figure, the cap, its weight.

    In: `parts` of a ScoreChange. The last row adds up.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        presence = "" if row["presence"] == "kept" else named({}, row["presence"], tongue, "presence")
        return [
            Cell(named(labels, row["indicator"], tongue, "change_part"), presence),
            number(f"{_earned(row['earned_before'])} → {_earned(row['earned_now'])}"),
            *(number(numbers.difference(row[name], "points", tongue)) for name in _POINTS),
        ]

    def render(tongue: Tongue) -> str:
        rows = [Row(cells(row, tongue)) for row in records_of(parts)]
        sums = [number(numbers.difference(_sum(parts[name]), "points", tongue)) for name in _POINTS]
        rows.append(Row([Cell(say("score_change.total", tongue)), Cell(""), *sums], is_total=True))
        caption, note = say("score_change.caption", tongue), say("score_change.no_interval", tongue)
        head = _heads("score_change", ("indicator", "earned", *_POINTS), tongue)
        return table(head, rows, tongue, caption=caption, notes=[note])

    return bilingual(render, language)


_POINTS = ("figure", "cap", "weight", "part")


def drivers_table(
    facts: pd.DataFrame, names: Labels, language: Language, outcome: str, notes: Callable[[Tongue], list[str]]
) -> Block:
    """One row for each fact: cases, shares with and without it, the difference itself and like for like.

    In: rows of the table of `causes.drivers`, in the order they are shown in.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        estimated = row["status"] == "estimated"
        status = "" if estimated else named({}, row["status"], tongue, "driver_status")
        return [
            Cell(named(names, row["fact"], tongue), status),
            number(numbers.count(row["with_fact"])),
            number(numbers.share(row["share_with"])),
            number(numbers.share(row["share_without"])),
            _difference(row, ("difference", "difference_low", "difference_high"), tongue),
            _difference(row, ("effect", "low", "high"), tongue),
            number(numbers.p_value(row["q"])),
        ]

    def render(tongue: Tongue) -> str:
        columns = ("fact", "cases", "with", "without", "difference", "effect", "p")
        rows = [Row(cells(row, tongue)) for row in records_of(facts)]
        title = say("drivers_found.caption", tongue, outcome=say(f"drivers_found.outcome.{outcome}", tongue))
        return table(
            _heads("drivers_found", columns, tongue), rows, tongue, caption=title, notes=notes(tongue)
        )

    return bilingual(render, language)


def words_table(words: pd.DataFrame, language: Language, notes: Callable[[Tongue], list[str]]) -> Block:
    """One row for each telling word, or words that always come together, with keys to open.

    In: the telling rows of the table of `causes.reasons`.
    """
    gathered: dict[tuple[Any, ...], list[str]] = {}
    rows_of: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in records_of(words):
        key = (row["texts"], row["texts_rest"], tuple(row["examples"]))
        gathered.setdefault(key, []).append(str(row["word"]))
        rows_of.setdefault(key, row)

    def cells(key: tuple[Any, ...]) -> list[Cell]:
        row = rows_of[key]
        return [
            Cell(" · ".join(gathered[key])),
            number(numbers.count(row["texts"])),
            number(numbers.share(row["share"])),
            number(numbers.share(row["share_rest"]), numbers.count(row["texts_rest"])),
            number(numbers.p_value(row["q"])),
            Cell(", ".join(map(str, row["examples"]))),
        ]

    def render(tongue: Tongue) -> str:
        columns = ("word", "texts", "share", "share_rest", "q", "examples")
        rows = [Row(cells(key)) for key in gathered]
        caption = say("reasons_found.caption", tongue)
        return table(
            _heads("reasons_found", columns, tongue), rows, tongue, caption=caption, notes=notes(tongue)
        )

    return bilingual(render, language)


def sizes_table(sizes: pd.DataFrame, naming: Naming, language: Language) -> Block:
    """Categories by size with intervals of their shares and the ranks they may have.

    In: as `causes.pareto.pareto` returns them.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        ranked = row["kind"] == "category"
        low, high = row["rank_low"], row["rank_high"]
        rank = DASH if not ranked else str(int(low)) if low == high else f"{int(low)}–{int(high)}"
        name = naming(row["category"], tongue)
        return [
            Cell(name if ranked else say("pareto.other", tongue, count=int(row["gathered"]))),
            number(numbers.count(row["count"])),
            number(numbers.share(row["share"]), numbers.interval(row["low"], row["high"], "share", tongue)),
            number(numbers.share(row["cumulative"])),
            number(rank),
        ]

    def render(tongue: Tongue) -> str:
        columns = ("category", "count", "share", "cumulative", "rank")
        rows = [Row(cells(row, tongue)) for row in records_of(sizes)]
        caption = say("categories_found.caption_sizes", tongue)
        return table(_heads("categories_found", columns, tongue), rows, tongue, caption=caption)

    return bilingual(render, language)


def weak_table(weak: pd.DataFrame, naming: Naming, language: Language) -> Block:
    """Each category against the rest: cases, share missed, the difference, and what it is called.

    In: as `causes.weak_points.weak_points` returns them.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        return [
            Cell(naming(row["category"], tongue)),
            number(numbers.count(row["cases"])),
            number(numbers.share(row["share"])),
            number(numbers.share(row["value"])),
            number(numbers.share(row["rest"])),
            _difference(row, ("difference", "low", "high"), tongue),
            number(numbers.p_value(row["q"])),
            Cell(named({}, row["class"], tongue, "weak_point")),
        ]

    def render(tongue: Tongue) -> str:
        columns = ("category", "count", "share", "value", "rest", "difference", "q", "class")
        rows = [Row(cells(row, tongue)) for row in records_of(weak)]
        caption = say("categories_found.caption_weak", tongue)
        return table(_heads("categories_found", columns, tongue), rows, tongue, caption=caption)

    return bilingual(render, language)


def severity_table(
    grown: pd.DataFrame,
    natures: Naming,
    severities: Naming,
    periods: tuple[str, str],
    head: Mapping[str, str],
    language: Language,
    notes: Callable[[Tongue], list[str]],
) -> Block:
    """Nature by severity: cases before and now in each cell and margin, with an arrow where it is clear.

    In: as `causes.severity.classified` returns them; `head` names the first column in both languages.
    """
    rows = {(row["level"], _key(row["nature"]), _key(row["severity"])): row for row in records_of(grown)}
    down = _values(grown, "nature")
    across = sorted(_values(grown, "severity"))

    def cell(level: str, nature: str, severity: str, tongue: Tongue) -> Cell:
        row = rows.get((level, nature, severity))
        if row is None:
            return number(DASH)
        arrow = say(f"categories_found.trend_{row['trend']}", tongue) if row["trend"] in _CLEAR else ""
        return number(f"{int(row['count_before'])} → {int(row['count_now'])}", arrow)

    def line(level: str, nature: str, title: str, tongue: Tongue) -> Row:
        inner, outer = ("cell", "nature") if level == "cell" else ("severity", "all")
        own = [cell(inner, nature, severity, tongue) for severity in across]
        return Row([Cell(title), *own, cell(outer, nature, "", tongue)], is_total=level == "all")

    def render(tongue: Tongue) -> str:
        sums = say("categories_found.sums", tongue)
        heads = [Cell(head[tongue]), *(heading(severities(one or None, tongue)) for one in across)]
        body = [line("cell", one, natures(one or None, tongue), tongue) for one in down]
        body.append(line("all", "", sums, tongue))
        caption = say("categories_found.caption_grown", tongue, before=periods[0], now=periods[1])
        return table([*heads, heading(sums)], body, tongue, caption=caption, notes=notes(tongue))

    return bilingual(render, language)


_CLEAR = ("up", "down")


def _values(grown: pd.DataFrame, column: str) -> list[str]:
    """The values of a margin, a missing one as an empty text, in the order given."""
    return list(dict.fromkeys(_key(value) for value in grown.loc[grown["level"] == column, column]))


def _key(value: object) -> str:
    return "" if is_missing(value) else str(value)


def _heads(family: str, columns: Sequence[str], tongue: Tongue) -> list[Cell]:
    titles = {name: say(f"{family}.column.{name}", tongue) for name in columns}
    return [Cell(title) if name in _WIDE else heading(title) for name, title in titles.items()]


def _difference(row: dict[str, Any], columns: tuple[str, str, str], tongue: Tongue) -> Cell:
    value, low, high = (row[name] for name in columns)
    interval = unless_dash(numbers.difference_interval(low, high, "share", tongue))
    return number(numbers.difference(value, "share", tongue), interval)


def _earned(share: object) -> str:
    return numbers.share(share) if numbers.is_number(share) else DASH


def _sum(values: pd.Series) -> float:
    """A sum without the dust of binary fractions, which would be shown as a very small difference."""
    return round(float(values.sum()), 9) + 0.0
