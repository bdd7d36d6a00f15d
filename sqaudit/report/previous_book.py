"""What has changed since an earlier book, in a report: what moved, what turned, and what each is due to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sqaudit.books import Comparison
from sqaudit.books.chain import JOINT
from sqaudit.books.headline import causes_of, headline
from sqaudit.books.kept import FILE
from sqaudit.causes.contribution import waterfall
from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.book_words import BookWords
from sqaudit.present.comparison_of_books import input_lines, limit_lines
from sqaudit.present.figures.waterfall import waterfall_steps
from sqaudit.present.tables.previous_book import previous_book_table
from sqaudit.present.words import DASH, Tongue, joined, tongues
from sqaudit.report.reader import Reader

_SPACE = {"zh": "", "en": " "}
_BREAK = {"zh": "；", "en": "; "}
MOST_ROWS = 30  # of the table; what turned, and what is due to more than the period, comes first


def previous_book(reader: Reader, found: Comparison | None) -> Block:
    """What has changed since the book that the run names; nothing where it names none."""
    pattern = reader.review.run.previous_book
    if pattern is None:
        return Block("")
    head = reader.heading("books.previous.title")
    if found is None:
        return blocks.stack(head, reader.text("books.previous.none", pattern=pattern))
    if found.same:
        return blocks.stack(head, reader.text("books.previous.same", kind="lead", before=found.before))
    rows = headline(found)
    rest = len(rows) - MOST_ROWS
    return blocks.stack(
        head,
        *_lines(reader, found, lambda said: [_lead(found, rows, said)], "lead"),
        *_lines(reader, found, lambda said: [_basis(found, said), _how(found, rows, said)]),
        *_lines(reader, found, lambda said: [*limit_lines(found, said)], "note"),
        *_lines(reader, found, lambda said: _grades(found, said)),
        *(block for score in _moved_scores(found) for block in _score(reader, found, score)),
        previous_book_table(rows.head(MOST_ROWS), found.standards, reader.language),
        *([reader.text("books.previous.rest", kind="note", count=rest, file=FILE)] if rest > 0 else []),
    )


def _lines(
    reader: Reader, found: Comparison, told: Callable[[BookWords], list[str]], kind: str = ""
) -> list[Block]:
    """A paragraph for each line; the same lines in each language."""
    both = [told(BookWords(found.standards, tongue)) for tongue in tongues("both")]
    return [
        reader.text("plain.text", kind=kind, text=dict(zip(tongues("both"), lines, strict=True)))
        for lines in zip(*both, strict=True)
    ]


def _lead(found: Comparison, rows: pd.DataFrame, said: BookWords) -> str:
    figures = int((rows["figure"].eq("value") & rows["before"].ne(rows["now"])).sum())
    turned = int(rows["verdict_before"].ne(rows["verdict_now"]).sum())
    return said.say("previous.lead", before=found.before, figures=figures, turned=turned)


def _grades(found: Comparison, said: BookWords) -> list[str]:
    words = found.words_in_total
    grades = words[words["what"] == f"grade_{said.language}"].to_dict("records")
    return [
        said.say(
            "previous.grade",
            standard=said.named(row["indicator"]),
            before=row["before"] or DASH,
            now=row["now"] or DASH,
            causes=said.causes(str(row["turned_at"])),
        )
        for row in grades
    ]


def _basis(found: Comparison, said: BookWords) -> str:
    """What the two audits rest on otherwise, in one paragraph."""
    head, *items = [line.strip() for line in input_lines(found, said)] or [said.say("previous.alike")]
    return f"{head}{_SPACE[said.language]}{_BREAK[said.language].join(items)}".strip()


def _how(found: Comparison, rows: pd.DataFrame, said: BookWords) -> str:
    """How causes were told apart, or that there is only one, which then needs no column."""
    causes = causes_of(rows)
    if len(causes) == 1 and causes != [JOINT]:
        return said.say("previous.one_cause", cause=said.causes(causes[0]))
    steps = joined([said.causes(one) for one in dict.fromkeys(found.steps)], said.language)
    return said.say("previous.how", steps=steps)


def _score(reader: Reader, found: Comparison, score: dict[str, Any]) -> list[Block]:
    """A score that moved, in a sentence and as the steps by cause and indicator that add up to its change."""

    def told(said: BookWords) -> list[str]:
        line = said.say(
            "previous.score",
            standard=said.named(score["indicator"]),
            before=numbers.score(score["before"]),
            now=numbers.score(score["now"]),
            difference=_points(score["change"], said.language),
        )
        return [f"{line}{_SPACE[said.language]}{_kept_grade(reader, found, score, said)}".rstrip()]

    return [*_lines(reader, found, told), _waterfall(reader, found, score)]


def _kept_grade(reader: Reader, found: Comparison, score: dict[str, Any], said: BookWords) -> str:
    part = next(one for one in reader.review.parts if one.standard.standard == score["indicator"])
    grade = getattr(part.score, f"grade_{said.language}")
    turned = score["indicator"] in set(found.words_in_total["indicator"])
    return said.say("previous.grade_kept", grade=grade) if grade and not turned else ""


def _waterfall(reader: Reader, found: Comparison, score: dict[str, Any]) -> Block:
    own = found.score_parts
    own = own[own["standard"] == score["indicator"]].reset_index(drop=True)
    own = own.assign(step=[f"{place}" for place in own.index])
    steps = waterfall(own, score["before"], value="part", name="step")

    def drawn(tongue: Tongue) -> Figure:
        said = BookWords(found.standards, tongue)
        name = said.say("previous.waterfall")
        return waterfall_steps(steps, _named_steps(own, found), tongue, name, "points", "higher")

    def told(tongue: Tongue) -> str:
        said, names = BookWords(found.standards, tongue), _named_steps(own, found)
        parts = [
            f"{names[row['step']][tongue]} {_points(row['part'], tongue)}" for row in own.to_dict("records")
        ]
        ends = {side: numbers.score(score[side]) for side in ("before", "now")}
        name = said.named(score["indicator"])
        return said.say("previous.alt", standard=name, parts=joined(parts, tongue), **ends)

    return reader.figure(drawn, told)


def _named_steps(parts: pd.DataFrame, found: Comparison) -> dict[str, dict[str, str]]:
    """What each step is called: its indicator, with the cause where there is more than one."""
    several = parts["causes"].nunique() > 1
    told = {tongue: BookWords(found.standards, tongue) for tongue in tongues("both")}
    return {
        row["step"]: {tongue: _step_name(row, said, several) for tongue, said in told.items()}
        for row in parts.to_dict("records")
    }


def _step_name(row: dict[Any, Any], said: BookWords, several: bool) -> str:
    name = said.named(row["indicator"]) if row["indicator"] else said.say("compare.whole_rule")
    return said.say("previous.step", name=name, causes=said.causes(str(row["causes"]))) if several else name


def _moved_scores(found: Comparison) -> list[dict[str, Any]]:
    rows = found.figures_in_total
    return rows[rows["figure"].eq("score") & rows["change"].abs().gt(0)].to_dict("records")  # type: ignore[return-value]


def _points(value: float, tongue: Tongue) -> str:
    return numbers.difference(value, "points", tongue)
