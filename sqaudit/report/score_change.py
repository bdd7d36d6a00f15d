"""What moved the score, in a report: the parts of its change as sentence, waterfall and table."""

from __future__ import annotations

import pandas as pd

from sqaudit.causes.contribution import waterfall
from sqaudit.inquiry.score_change import ScoreChange
from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.figures.waterfall import waterfall_steps
from sqaudit.present.tables.patterns import score_parts_table
from sqaudit.present.words import Tongue, joined, named, say
from sqaudit.report.reader import Reader

MOST_PARTS = 3  # of a score named in the sentence; all of them stand in the table
LEAST_CAP = 0.005  # points; less would be shown as zero
_SPACE = {"zh": "", "en": " "}


def score_change(reader: Reader) -> Block:
    """Which indicators moved the score, adding up to its change exactly."""
    head = reader.heading("score_change.title")
    patterns = reader.review.patterns
    if patterns is None:
        return blocks.stack(head, reader.text("patterns.absent"))
    told = [block for one in patterns.score_changes for block in _of_standard(reader, one)]
    return blocks.stack(head, *(told or [reader.text("score_change.none")]))


def _of_standard(reader: Reader, one: ScoreChange) -> list[Block]:
    moved = one.parts[one.parts["part"].abs() > 0]
    steps = waterfall(moved, one.before, value="part", name="indicator")
    name = reader.word("score_change.waterfall")
    figure = reader.figure(
        lambda tongue: waterfall_steps(steps, reader.labels, tongue, name[tongue], "points", "higher"),
        lambda tongue: say(
            "score_change.alt",
            tongue,
            before=numbers.score(one.before),
            now=numbers.score(one.now),
            parts=_parts_named(reader, moved, tongue, len(moved)),
        ),
    )
    return [
        reader.text("plain.text", text=reader.both(lambda tongue: _score_lead(reader, one, tongue))),
        *([figure] if len(moved) else []),
        score_parts_table(one.parts, reader.labels, reader.language),
    ]


def _score_lead(reader: Reader, one: ScoreChange, tongue: Tongue) -> str:
    said = [
        say(
            "score_change.lead",
            tongue,
            title=one.title[tongue],
            period_before=one.period_before,
            period_now=one.period_now,
            before=numbers.score(one.before),
            now=numbers.score(one.now),
            difference=_points(one.now - one.before, tongue),
        )
    ]
    before, now = one.grade_before[tongue], one.grade_now[tongue]
    if before and before == now:
        said.append(say("score_change.grade_kept", tongue, grade=now))
    elif before and now:
        said.append(say("score_change.grade_moved", tongue, before=before, now=now))
    moved = one.parts[one.parts["part"].abs() > 0]
    if len(moved):
        said.append(
            say("score_change.largest", tongue, parts=_parts_named(reader, moved, tongue, MOST_PARTS))
        )
    deciding = one.parts.loc[one.parts["decides"].astype(bool), "indicator"]
    if len(deciding):
        names = [named(reader.labels, name, tongue, "change_part") for name in deciding]
        said.append(say("score_change.decides", tongue, names=joined(names, tongue)))
    cap = float(one.parts["cap"].sum())
    if abs(cap) >= LEAST_CAP:
        change = one.now - one.before
        said.append(
            say(
                "score_change.capped",
                tongue,
                cap=_points(cap, tongue),
                uncapped=_points(change - cap, tongue),
            )
        )
    return _SPACE[tongue].join(said)


def _parts_named(reader: Reader, moved: pd.DataFrame, tongue: Tongue, most: int) -> str:
    lines = [
        say(
            "score_change.part",
            tongue,
            name=named(reader.labels, row["indicator"], tongue, "change_part"),
            points=_points(row["part"], tongue),
        )
        for row in moved.head(most).to_dict("records")
    ]
    return joined(lines, tongue)


def _points(value: float, tongue: Tongue) -> str:
    """A signed number of points without its unit, which the sentence has."""
    unit = say("unit.points", tongue)
    return numbers.difference(value, "points", tongue).removesuffix(unit).strip()
