"""Tables of an improvement plan: how it stands, what it lacks, what worked, and who refers to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from sqaudit.present import numbers, palette
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.improvement_sentences import finding_sentence
from sqaudit.present.tables.cells import records_of, unless_dash
from sqaudit.present.tables.markup import Cell, Row, heading, marked, number, table, words
from sqaudit.present.words import DASH, Labels, Language, Tongue, is_missing, joined, named, say

_AREA = "improvement_followup"
_MARKS = {"effective": "✓", "harmful": "✗", "not_shown": "–", "too_early": "…"}
_COLOURS = {
    "effective": palette.CHANGE_COLOURS["better"],
    "harmful": palette.CHANGE_COLOURS["worse"],
    "not_shown": palette.INK,
    "too_early": palette.QUIET,
}

__all__ = ["findings_table", "methods_table", "outcomes_table", "plan_table", "traced_table"]


def plan_table(progress: pd.DataFrame, outcomes: pd.DataFrame, language: Language) -> Block:
    """One row for each action: owner, due day, state, verdict, and what comes next.

    In: frames of `sqaudit.actions.progress` and `outcomes`; dropped actions have no outcome.
    """
    followed = outcomes.set_index("action")[["verdict", "next"]].to_dict("index")

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        own = followed.get(row["action"], {})
        state = say(f"action_state.{row['state']}", tongue)
        if row["state"] in ("overdue", "done_late"):
            state = say("action_plan.late", tongue, state=state, days=int(row["days_late"]))
        after = own.get("next")
        return [
            Cell(str(row["action"]), str(row["name"])),
            Cell(_text(row["owner"]), "" if is_missing(row["department"]) else str(row["department"])),
            words(_day(row["due"])),
            Cell(state),
            _verdict(own.get("verdict"), tongue),
            Cell(DASH if is_missing(after) else say(f"action_next.{after}", tongue)),
        ]

    names = ("action", "owner", "due", "state", "verdict", "next")
    return _table(progress, names, cells, language)


def findings_table(findings: pd.DataFrame, language: Language) -> Block:
    """One row for each fault of the plan; a quiet sentence without any. In: a frame of `plan_findings`."""

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        return [Cell(finding_sentence(row, tongue))]

    return _table(findings, ("finding",), cells, language, f"{_AREA}.lacks", f"{_AREA}.lacks_nothing")


def methods_table(results: pd.DataFrame, language: Language, unit: str) -> Block:
    """Every method of a verification with its effect and interval, and whether it bears on the verdict."""

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        return [
            Cell(say(f"verification_method.{row['method']}", tongue)),
            Cell(say(f"{_AREA}.{'decides' if row['decides'] else 'beside'}", tongue)),
            number(numbers.difference(row["effect"], unit, tongue)),
            number(unless_dash(numbers.difference_interval(row["low"], row["high"], unit, tongue))),
        ]

    return _table(results, ("method", "part", "effect", "interval"), cells, language, f"{_AREA}.methods")


def outcomes_table(
    outcomes: pd.DataFrame, labels: Labels, units: Mapping[str, str], language: Language
) -> Block:
    """Some actions with their cause, indicator, effect, verdict and next step.

    In: rows of `sqaudit.actions.outcomes`; without any, a sentence that nothing has been shown to work.
    `units` are those of the indicators.
    """

    def cells(row: dict[str, Any], tongue: Tongue) -> list[Cell]:
        unit = units.get(str(row["indicator"]), "ratio")
        return [
            Cell(str(row["action"]), str(row["name"])),
            Cell(_text(row["cause"]), "" if is_missing(row["reference"]) else str(row["reference"])),
            Cell(
                named(labels, row["indicator"], tongue),
                "" if is_missing(row["segment"]) else str(row["segment"]),
            ),
            _verdict(row["verdict"], tongue),
            Cell(say(f"action_next.{row['next']}", tongue)),
            number(
                numbers.difference(row["effect"], unit, tongue),
                unless_dash(numbers.difference_interval(row["low"], row["high"], unit, tongue)),
            ),
        ]

    names = ("action", "cause", "indicator", "verdict", "next", "effect")
    return _table(outcomes, names, cells, language, "", f"{_AREA}.handbook_none")


def traced_table(traced: Callable[[Tongue], pd.DataFrame], labels: Labels, language: Language) -> Block:
    """Causes with the actions for them and their verdicts. In: a frame of `traced` for each language."""

    def render(tongue: Tongue) -> str:
        rows = []
        for row in records_of(traced(tongue)):
            gap = "" if is_missing(row["gap"]) or not row["gap"] else say(f"{_AREA}.gap.{row['gap']}", tongue)
            reference = [str(part) for part in (row["cause_reference"],) if not is_missing(part)]
            status = row["cause_status"]
            known = [] if is_missing(status) else [say(f"cause_status.{status}", tongue)]
            acted = (
                Cell(DASH)
                if is_missing(row["action"])
                else Cell(str(row["action"]), joined([row["name"]], tongue))
            )
            rows.append(
                Row(
                    [
                        Cell(_text(row["cause"]), joined([*reference, *known], tongue)),
                        Cell(named(labels, row["indicator"], tongue)),
                        acted,
                        _verdict(row["verdict"], tongue),
                        Cell(gap),
                    ]
                )
            )
        names = ("cause", "indicator", "action", "verdict", "gap")
        return table(_heads(names, tongue), rows, tongue)

    return bilingual(render, language)


def _table(
    frame: pd.DataFrame,
    names: tuple[str, ...],
    cells: Callable[[dict[str, Any], Tongue], list[Cell]],
    language: Language,
    caption: str = "",
    nothing: str = "",
) -> Block:
    def render(tongue: Tongue) -> str:
        if frame.empty and nothing:
            return f'<p class="note">{say(nothing, tongue)}</p>'
        rows = [Row(cells(row, tongue)) for row in records_of(frame)]
        return table(_heads(names, tongue), rows, tongue, caption=say(caption, tongue) if caption else "")

    return bilingual(render, language)


def _heads(names: tuple[str, ...], tongue: Tongue) -> list[Cell]:
    numeric = ("effect", "interval")
    # Two columns of figures side by side need the room of figures, not that of crowded headings.
    written = number if set(numeric) <= set(names) else heading
    return [
        written(text) if name in numeric else Cell(text)
        for name in names
        for text in [say(f"{_AREA}.column.{name}", tongue)]
    ]


def _verdict(verdict: object, tongue: Tongue) -> Cell:
    """A verdict in words, by a mark and by a colour; a dash where there is none."""
    if is_missing(verdict):
        return Cell(DASH)
    name = str(verdict)
    return marked(say(f"verification_verdict.{name}", tongue), _MARKS[name], _COLOURS[name])


def _text(value: object) -> str:
    return DASH if is_missing(value) else str(value)


def _day(value: object) -> str:
    return DASH if is_missing(value) else f"{value:%Y-%m-%d}"
