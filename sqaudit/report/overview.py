"""The result of a run over several standards: one line for each, and what stands out among all."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.tables import plain_table
from sqaudit.present.words import Tongue, joined
from sqaudit.report.reader import Reader
from sqaudit.report.result import change_lines, honesty, key_figures, verdict_line
from sqaudit.verdicts import VERDICTS


def front(reader: Reader, parts: Sequence[Reader]) -> Block:
    """The result in a few figures: every standard on a line, the grade where one standard gives one."""
    graded = [part for part in parts if part.review is reader.review.graded]
    return blocks.stack(
        reader.heading("quarterly_review.front"),
        *(block for part in graded for block in _grade(part)),
        reader.heading("quarterly_review.overview", 3),
        plain_table(_lines(parts), reader.language, _headers(reader)),
        verdict_line(reader),
        *change_lines(reader),
        *(block for part in graded for block in honesty(part)),
        _bases(reader, parts),
    )


def _grade(part: Reader) -> list[Block]:
    if not part.review.score.weight_assessed:
        return []
    score = part.review.score
    line = part.text(
        "quarterly_review.lead_of",
        kind="lead",
        standard=part.review.standard.title.both(),
        score=numbers.score(score.score),
        grade={"zh": score.grade_zh or "—", "en": score.grade_en or "—"},
    )
    return [line, blocks.key_figures(key_figures(part), part.language)]


def _bases(reader: Reader, parts: Sequence[Reader]) -> Block:
    """What was measured against, all standards with their versions."""

    def listed(tongue: Tongue) -> str:
        titles = (part.review.standard for part in parts)
        return joined((f"{one.title.in_language(tongue)} {one.version}" for one in titles), tongue)

    as_of = f"{reader.review.results.as_of:%Y-%m-%d}"
    return reader.text("quarterly_review.bases", kind="note", standards=reader.both(listed), as_of=as_of)


def _lines(parts: Sequence[Reader]) -> pd.DataFrame:
    """One row for each standard: how many of its indicators have which verdict, score and grade."""
    return pd.DataFrame([_line(part) for part in parts])


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
