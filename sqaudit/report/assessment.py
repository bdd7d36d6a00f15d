"""The assessment of agents, teams and departments: who to look at, how sure one can be, who is not named."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from sqaudit.assessment import Assessment
from sqaudit.inquiry.assessing import Assessed
from sqaudit.present import blocks
from sqaudit.present.assessment_sentences import (
    consequence_sentences,
    expected_sentence,
    group_sentence,
    naive_sentences,
    note_sentences,
    rule_sentences,
    same_cases_sentences,
)
from sqaudit.present.assessment_terminal import labels_for, lacking_lines
from sqaudit.present.blocks import Block
from sqaudit.present.figures.funnel import Funnel, alt_funnel, funnel_figure
from sqaudit.present.gaming_sentences import finding_line, gaming_lines, innocent_line, not_assessable_lines
from sqaudit.present.records_command import shell_word
from sqaudit.present.tables.assessment import candidates_table, withheld_table
from sqaudit.present.words import Labels, Tongue, joined, named, say
from sqaudit.report.reader import Reader

LEAST_DRAWN = 5  # units judged; of fewer a sentence tells more than a picture

__all__ = ["assessment", "gaming"]


def assessment(reader: Reader) -> Block:
    """The candidates with their evidence, the comparison, the naive table, and what nobody can judge."""
    found = reader.review.assessed
    head = [reader.heading("assessment.title"), reader.text("assessment.purpose", kind="lead")]
    if found is None or found.rules is None:
        return blocks.stack(*head, reader.text("assessment.no_rules"))
    intro = reader.text("assessment.intro", title=found.rules.title.both(), month=found.month)
    if found.done is None:
        return blocks.stack(*head, intro, reader.text("assessment.nothing"), *_lacking(reader, found))
    labels = labels_for(reader.labels, found)
    done = found.done
    return blocks.stack(
        *head,
        intro,
        *_open_month(reader, found),
        *_candidates(reader, done, labels),
        *_withheld(reader, done, labels),
        *_comparison(reader, found, done),
        *_naive(reader, done, labels),
        *_consequences(reader, done, labels),
        *_limits(reader, found, done),
    )


def gaming(reader: Reader) -> Block:
    """Whether figures look as if they had been worked on: suspicions, each with what to rule out first."""
    head = reader.heading("gaming.title")
    found = reader.review.assessed
    if found is None or found.gaming is None:
        return blocks.stack(head, reader.text("assessment.no_units"))
    report = found.gaming
    lines = [block for row in report.findings.to_dict("records") for block in _finding(reader, row)]
    first = _told(reader, lambda tongue: next(gaming_lines(report, reader.labels, tongue)))
    lacking = _listed(
        reader, lambda tongue: list(not_assessable_lines(report, reader.labels, tongue)), "note"
    )
    return blocks.stack(head, *first, *lines, *lacking)


def _finding(reader: Reader, row: Mapping[Hashable, Any]) -> list[Block]:
    indicator = next(iter(row["indicators"] or ()), "INDICATOR")
    command = f"sqaudit records RUN.yaml {shell_word(indicator)} --where {shell_word(row['where'])}"
    return [
        *_told(reader, lambda tongue: finding_line(row, reader.labels, tongue)),
        *_told(reader, lambda tongue: innocent_line(row, tongue), "note"),
        reader.text("root_cause.command", kind="note", command=command),
    ]


def _candidates(reader: Reader, done: Assessment, labels: Labels) -> list[Block]:
    head = reader.heading("assessment.candidates", 3)
    shown = (
        candidates_table(done.candidates, labels, reader.language)
        if len(done.candidates)
        else reader.text("assessment.nobody")
    )
    judged = done.expected[done.expected["judged"] > 0]

    def expectations(tongue: Tongue) -> list[str]:
        return [
            f"{named(labels, row['rule'], tongue)} · {named(labels, row['level'], tongue, 'segment')} · "
            f"{expected_sentence(row, labels, tongue)}"
            for row in judged.to_dict("records")
        ]

    same = _listed(reader, lambda tongue: same_cases_sentences(done, labels, tongue))
    rules = _listed(reader, lambda tongue: rule_sentences(done, labels, tongue))
    return [head, shown, *same, *rules, *_listed(reader, expectations, "note")]


def _withheld(reader: Reader, done: Assessment, labels: Labels) -> list[Block]:
    named_by_figure = done.withheld[done.withheld["reason"] != "not_months_running"]
    if named_by_figure.empty:
        return []
    return [
        reader.heading("assessment.not_listed", 3),
        reader.text("assessment.not_listed_intro"),
        withheld_table(named_by_figure, labels, reader.language),
    ]


def _comparison(reader: Reader, found: Assessed, done: Assessment) -> list[Block]:
    """Each level and indicator over the quarter so far: told apart or not, and the funnel where it helps."""
    now = done.comparison[done.comparison["period"] == done.quarter]
    told = [
        reader.heading("assessment.told_apart", 3),
        reader.text("assessment.told_apart_intro", quarter=done.quarter),
    ]
    for (level, indicator), group in now.groupby(["level", "indicator"], sort=True):
        told += _group(reader, found, (str(level), str(indicator)), group.reset_index(drop=True))
    return told


def _group(reader: Reader, found: Assessed, of: tuple[str, str], units: pd.DataFrame) -> list[Block]:
    """One level and indicator: whether its units can be told apart, and how far chance takes them."""
    labels, (level, indicator) = labels_for(reader.labels, found), of
    name = reader.both(lambda tongue: named(labels, indicator, tongue))
    whose = reader.both(lambda tongue: f"{name[tongue]} · {named(labels, level, tongue, 'segment')}")
    told = [
        reader.heading("plain.text", 4, text=whose),
        *_told(reader, lambda tongue: group_sentence(units, tongue)),
        *_doubted(reader, found, units),
    ]
    if found.rules is not None and int((units["position"] != "no_verdict").sum()) >= LEAST_DRAWN:
        line = found.rules.by_indicator[indicator]
        drawn = Funnel(line.direction, line.target, found.rules.minimum)
        figure = reader.figure(
            lambda tongue: funnel_figure(units, tongue, name[tongue], drawn),
            lambda tongue: alt_funnel(units, name[tongue], tongue),
        )
        told.append(figure)
    return told


def _doubted(reader: Reader, found: Assessed, units: pd.DataFrame) -> list[Block]:
    """Whoever stands out for the better and is also under suspicion of having worked on figures."""
    if found.gaming is None:
        return []
    suspected = set(found.gaming.findings["segment"])
    better = units[units["position"].isin(["better_95", "better_998"]) | (units["group"] == "better")]
    names = [str(unit) for unit in better["unit"] if unit in suspected]
    return (
        [reader.text("assessment.doubted", units=reader.both(lambda tongue: joined(names, tongue)))]
        if names
        else []
    )


def _naive(reader: Reader, done: Assessment, labels: Labels) -> list[Block]:
    now = done.lists[done.lists["period"] == done.period]

    def lines(tongue: Tongue) -> list[str]:
        return [
            f"{named(labels, level, tongue, 'segment')} · {sentence}"
            for level, rows in now.groupby("level", sort=True)
            if int(rows["units"].max()) >= LEAST_DRAWN
            for sentence in naive_sentences(rows, labels, tongue)
        ]

    shown = _listed(reader, lines)
    head = [
        reader.heading("assessment.naive_title", 3),
        reader.text("assessment.naive_intro", month=done.period),
    ]
    return [*head, *shown] if shown else []


def _consequences(reader: Reader, done: Assessment, labels: Labels) -> list[Block]:
    if done.candidates.empty:
        return []
    head = [reader.heading("assessment.consequences", 3), reader.text("assessment.consequences_intro")]
    return [*head, *_listed(reader, lambda tongue: consequence_sentences(done, labels, tongue))]


def _limits(reader: Reader, found: Assessed, done: Assessment) -> list[Block]:
    head = reader.heading("assessment.limits", 3)
    notes = _listed(reader, lambda tongue: note_sentences(done, tongue)[1:])  # the first is the purpose
    labels, none = labels_for(reader.labels, found), done.expected[done.expected["judged"] == 0]
    nobody = none.drop_duplicates(["level", "indicator"]).to_dict("records")

    def not_judged(tongue: Tongue) -> list[str]:
        return [
            say(
                "assessment.nobody_judged",
                tongue,
                indicator=named(labels, row["indicator"], tongue),
                level=named(labels, row["level"], tongue, "segment"),
                minimum=done.rules.minimum,
            )
            for row in nobody
        ]

    return [head, *notes, *_listed(reader, not_judged), *_lacking(reader, found)]


def _lacking(reader: Reader, found: Assessed) -> list[Block]:
    labels = labels_for(reader.labels, found)
    return _listed(reader, lambda tongue: lacking_lines(found, labels, tongue))


def _open_month(reader: Reader, found: Assessed) -> list[Block]:
    return [reader.text("assessment.month_open", kind="note", month=found.month)] if found.month_open else []


def _told(reader: Reader, said: Callable[[Tongue], str], kind: str = "") -> list[Block]:
    return [reader.text("plain.text", kind=kind, text=reader.both(said))]


def _listed(reader: Reader, lines: Callable[[Tongue], list[str]], kind: str = "") -> list[Block]:
    """A paragraph for each line; the same lines in each language."""
    both = zip(lines("zh"), lines("en"), strict=True)
    return [reader.text("plain.text", kind=kind, text={"zh": zh, "en": en}) for zh, en in both]
