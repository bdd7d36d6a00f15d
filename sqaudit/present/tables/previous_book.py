"""What differs between two books, as a table: the figures, and a column for each cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sqaudit.books.chain import JOINT
from sqaudit.books.headline import causes_of
from sqaudit.present import palette
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.book_words import BookWords
from sqaudit.present.tables.cells import heads, records_of
from sqaudit.present.tables.markup import Cell, Row, heading, marked, number, table, words
from sqaudit.present.words import DASH, Language, Tongue
from sqaudit.standards import Standard

__all__ = ["previous_book_table"]


def previous_book_table(rows: pd.DataFrame, standards: Sequence[Standard], language: Language) -> Block:
    """Before, now, change and its parts by cause, with the verdict that turned; in the order given.

    In: rows as by `sqaudit.books.headline`. The only cause of all changes has no column.
    """
    causes = causes_of(rows)
    causes = [] if len(causes) == 1 and causes != [JOINT] else causes  # the only one did all of the change

    def render(tongue: Tongue) -> str:
        said = BookWords(standards, tongue)
        named = [said.say("compare.together") if one == JOINT else said.causes(one) for one in causes]
        head = [
            *heads(["indicator", "before", "now", "verdict", "difference"], tongue),
            *(heading(one[:1].upper() + one[1:]) for one in named),
        ]
        return table(head, [Row(_cells(row, causes, said)) for row in records_of(rows)], tongue)

    return bilingual(render, language)


def _cells(row: dict[str, Any], causes: Sequence[str], said: BookWords) -> list[Cell]:
    figure, indicator = str(row["figure"]), str(row["indicator"])
    small = "" if figure == "value" else said.figure(figure)
    told = [number(said.number(row[side], figure, indicator)) for side in ("before", "now")]
    parts = [number(said.difference(row[one], figure, indicator)) for one in ("change", *causes)]
    return [Cell(said.named(indicator), small), *told, _turned(row, bool(causes), said), *parts]


def _turned(row: dict[str, Any], several: bool, said: BookWords) -> Cell:
    """The verdict that turned, with its cause if there are several; of a figure that appeared its cause."""
    cause = said.causes(str(row["turned_at"])) if several and row["turned_at"] else ""
    if row["verdict_before"] == row["verdict_now"]:
        return words(DASH, cause)
    verdict = str(row["verdict_now"])
    text = " → ".join(said.number(row[name], "verdict") for name in ("verdict_before", "verdict_now"))
    mark, colour = palette.VERDICT_MARKS.get(verdict, ""), palette.VERDICT_COLOURS.get(verdict, palette.QUIET)
    cell = marked(text, mark, colour)
    return Cell(cell.text, cause, cell.kind, cell.mark, cell.colour)
