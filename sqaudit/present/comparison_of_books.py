"""Two audits compared, for a reader: what differs, due to what, in sentences and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.markup import escape
from rich.table import Table

from sqaudit.present.book_words import BookWords
from sqaudit.present.words import DASH, Tongue, joined

if TYPE_CHECKING:
    from sqaudit.books.compare import Comparison

__all__ = ["comparison_lines", "comparison_table", "input_lines", "limit_lines"]

_SHOWN = ("value", "target", "score")


def comparison_lines(found: Comparison, language: Tongue) -> Iterator[str]:
    """The comparison in lines: how much differs, what the two rest on, verdicts, grades, and limits."""
    words = BookWords(found.standards, language)
    yield from _head(found, words)
    yield from input_lines(found, words)
    if found.same:
        return
    steps = list(dict.fromkeys(found.steps))
    yield words.say("compare.order", steps=joined([words.causes(step) for step in steps], language))
    yield from limit_lines(found, words)
    yield from _turned(found, words)
    yield from _scores(found, words)


def comparison_table(found: Comparison, language: Tongue) -> Table:
    """Figures, targets and scores in total that changed, a column for each cause that had a part."""
    words = BookWords(found.standards, language)
    frame = found.figures_in_total
    frame = frame[frame["figure"].isin(_SHOWN) & frame["change"].notna()]
    causes = [name for name in [*found.causes, "together"] if (frame[name].fillna(0) != 0).any()]
    table = Table(title=words.say("compare.title"), title_justify="left", box=None, pad_edge=False)
    table.add_column(words.say("compare.indicator"))
    for name in ("before", "now", "change"):
        table.add_column(words.say(f"compare.{name}"), justify="right")
    for name in causes:
        label = words.say("compare.together") if name == "together" else words.causes(name)
        table.add_column(label, justify="right")
    for row in frame.to_dict("records"):
        table.add_row(*(escape(cell) for cell in _cells(row, causes, words)))
    return table


def _cells(row: dict[Any, Any], causes: list[str], words: BookWords) -> list[str]:
    figure, indicator = str(row["figure"]), str(row["indicator"])
    name = words.named(indicator)
    if figure != "value":
        name = f"{name}: {words.figure(figure)}"
    told = [words.number(row[side], figure, indicator) for side in ("before", "now")]
    parts = [words.difference(row[one], figure, indicator) for one in ("change", *causes)]
    return [name, *told, *parts]


def _head(found: Comparison, words: BookWords) -> Iterator[str]:
    if found.same:
        yield words.say("compare.same", before=found.before, now=found.now)
        return
    yield words.say(
        "compare.different",
        before=found.before,
        now=found.now,
        figures=len(found.changed),
        words=len(found.words),
        audits=found.recomputed,
    )


def input_lines(found: Comparison, words: BookWords) -> Iterator[str]:
    """What differs in what the two audits rest on; nothing where nothing does."""
    if found.inputs.empty:
        return
    yield words.say("compare.inputs")
    for row in found.inputs.to_dict("records"):
        cause, what = words.causes(str(row["cause"])), words.input(str(row["what"]))
        told = what if what == cause else words.say("compare.input_of", cause=cause, what=what)
        if row["before"] != row["now"]:
            fields = {name: row[name] or DASH for name in ("before", "now")}
            told = words.say("compare.input", what=told, **fields)
        yield f"  {told}"


def limit_lines(found: Comparison, words: BookWords) -> Iterator[str]:
    """What kept causes from being told apart: sources that are gone, steps that could not be computed."""
    for at_hand, key in zip(found.sources_at_hand, ("gone_before", "gone_now"), strict=True):
        if not at_hand:
            yield words.say(f"compare.{key}")
    for step, why in found.refused:
        yield words.say("compare.refused", step=words.causes(step), why=why)
    merged = [one for told in found.figures["together_causes"] for one in str(told).split("; ") if one]
    if merged:
        groups = [words.causes(one) for one in dict.fromkeys(merged)]
        yield words.say("compare.not_told_apart", causes=joined(groups, words.language))


def _turned(found: Comparison, words: BookWords) -> Iterator[str]:
    """Verdicts in total and grades in the reader's language; figures that appeared or vanished."""
    for row in found.words_in_total.to_dict("records"):
        what = str(row["what"])
        if what not in ("verdict", f"grade_{words.language}"):
            continue
        sides = {name: words.number(row[name], what) for name in ("before", "now")}
        causes, label = words.causes(str(row["turned_at"])), words.figure(what)
        yield words.say(
            "compare.turned", name=words.named(row["indicator"]), what=label, causes=causes, **sides
        )
    values = found.figures_in_total
    for row in values[(values["figure"] == "value") & values["change"].isna()].to_dict("records"):
        causes = words.causes(str(row["turned_at"]))
        yield words.say("compare.appeared", name=words.named(row["indicator"]), causes=causes)


def _scores(found: Comparison, words: BookWords) -> Iterator[str]:
    """What each cause did to a score, shared out to indicators."""
    parts: pd.DataFrame = found.score_parts
    for (standard, causes), rows in parts.groupby(["standard", "causes"], sort=False):
        items = [
            words.say(
                "compare.score_item",
                name=words.named(row["indicator"]) if row["indicator"] else words.say("compare.whole_rule"),
                points=words.difference(row["part"], "score"),
            )
            for row in rows.to_dict("records")
        ]
        yield words.say(
            "compare.score_part",
            standard=words.named(standard),
            causes=words.causes(str(causes)),
            parts=joined(items, words.language),
        )
