"""The whys of a cause tree as a table: what each rests on, and what is still wanted."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.tables.cells import records_of
from sqaudit.present.tables.markup import Cell, Row, table, words
from sqaudit.present.words import Language, Tongue, say


def whys_table(whys: pd.DataFrame, language: Language) -> Block:
    """One row for each why that wants something: branch, place, statement, evidence, and what is wanted."""

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        evidence = row["evidence"] or say("cause_tree.no_evidence", tongue)
        branch = say(f"branch.{row['branch']}", tongue)
        return [
            words(f"{branch} {row['place']}"),
            Cell(row[f"cause_{tongue}"], say(f"cause_status.{row['status']}", tongue)),
            Cell(evidence),
            Cell(say(f"cause_wants.{row['wants']}", tongue)),
        ]

    def render(tongue: Tongue) -> str:
        names = ("branch", "cause", "evidence", "wants")
        head = [Cell(say(f"cause_tree.column.{name}", tongue)) for name in names]
        rows = [Row(cells(row, tongue)) for row in records_of(whys)]
        if not rows:
            return f'<p class="note">{say("cause_tree.none_open", tongue)}</p>'
        return table(head, rows, tongue, caption=say("cause_tree.open", tongue))

    return bilingual(render, language)
