"""The result of a run over several standards: one line for each, and what stands out among all."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.tables import plain_table
from sqaudit.present.words import Tongue, joined, say
from sqaudit.report.reader import Reader
from sqaudit.report.result import change_lines, honesty, key_figures, verdict_line
from sqaudit.standards import Standard
from sqaudit.verdicts import VERDICTS


def front(reader: Reader, parts: Sequence[Reader]) -> Block:
    """The result in a few figures: every standard on a line, the grade where one standard gives one."""
    graded = [part for part in parts if part.review is reader.review.graded]
    return blocks.stack(
        reader.heading("quarterly_review.front"),
        *(block for part in graded for block in _grade(part)),
        reader.heading("quarterly_review.overview", 3),
        standards_table(reader, parts),
        verdict_line(reader),
        *change_lines(reader),
        *(block for part in graded for block in honesty(part)),
        _bases(reader),
    )


def standards_table(reader: Reader, parts: Sequence[Reader]) -> Block:
    """A line for each standard: its indicators by verdict, its score and its grade."""
    frame = pd.DataFrame([_line(part) for part in parts])
    return plain_table(frame, reader.language, _headers(reader))


def lead(part: Reader) -> dict[str, str]:
    """Score and grade in one sentence that names their standard."""
    score = part.review.score
    return part.both(
        lambda tongue: say(
            "quarterly_review.lead_of",
            tongue,
            standard=part.review.standard.title.in_language(tongue),
            score=numbers.score(score.score),
            grade={"zh": score.grade_zh, "en": score.grade_en}[tongue] or "—",
        )
    )


def _grade(part: Reader) -> list[Block]:
    if not part.review.score.weight_assessed:
        return []
    line = part.text("plain.text", kind="lead", text=lead(part))
    return [line, blocks.key_figures(key_figures(part), part.language)]


def _bases(reader: Reader) -> Block:
    """What was measured against, all standards with their versions."""
    as_of = f"{reader.review.results.as_of:%Y-%m-%d}"
    return reader.text("quarterly_review.bases", kind="note", standards=standards_line(reader), as_of=as_of)


def standards_line(reader: Reader) -> dict[str, str]:
    """The standards of a run with their versions, in one line for each tongue."""
    standards = reader.review.standards
    return reader.both(lambda tongue: joined((_version(one, tongue) for one in standards), tongue))


def _version(standard: Standard, tongue: Tongue) -> str:
    title = standard.title.in_language(tongue)
    return say("quarterly_review.version", tongue, standard=title, version=standard.version)


def _line(part: Reader) -> dict[str, object]:
    review, counts = part.review, part.review.verdict_counts
    scored = review.weighted and review.score.weight_assessed > 0
    score = review.score
    return {
        "standard": review.standard.title.both(),
        "indicators": len(review.scorecard),
        **{name: counts.get(name, 0) for name in VERDICTS},
        "score": numbers.score(score.score) if scored else "—",
        "grade": {"zh": score.grade_zh or "—", "en": score.grade_en or "—"} if scored else "—",
    }


def _headers(reader: Reader) -> dict[str, object]:
    words: dict[str, object] = {name: reader.word(f"verdict.{name}") for name in VERDICTS}
    return words | {
        "standard": reader.word("fact.standard"),
        "indicators": reader.word("quarterly_review.indicators"),
        "score": reader.word("key.score"),
        "grade": reader.word("key.grade"),
    }
