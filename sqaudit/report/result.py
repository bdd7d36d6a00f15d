"""The result of an audit: score and grade, the scorecard, and what changed."""

from __future__ import annotations

import pandas as pd

from sqaudit.present import blocks, numbers
from sqaudit.present.alternatives import alt_changes, alt_scorecard
from sqaudit.present.blocks import Block
from sqaudit.present.figures import change_arrows, scorecard_bars
from sqaudit.present.tables import changes_table, plain_table, scorecard_table
from sqaudit.present.words import Tongue, joined, named, say, tongues
from sqaudit.report.reader import BothTongues, Reader
from sqaudit.verdicts import VERDICTS

MOST_CHANGES = 3  # named on the front; all of them stand in their own part
MOST_ARROWS = 25  # changes that one figure can show; of more changes only the clear ones are listed
_CLEAR = ("better", "worse", "changed")


def front(reader: Reader) -> Block:
    """The result in a few figures: score, grade, targets met, verdicts, and the clearest changes."""
    score = reader.review.score
    parts = [reader.heading("quarterly_review.front")]
    if score.weight_assessed:
        parts += [score_line(reader), blocks.key_figures(key_figures(reader), reader.language)]
    else:
        parts.append(reader.text("quarterly_review.lead_no_score", kind="lead"))
    parts += [verdict_line(reader), *change_lines(reader), *honesty(reader), basis(reader)]
    return blocks.stack(*parts)


def scorecard(reader: Reader) -> Block:
    """Every indicator with target, figure, verdict and points, as a picture and as a table."""
    card = reader.review.scorecard
    parts = reader.opening("quarterly_review.scorecard", "quarterly_review.scorecard_intro")
    if reader.review.score.weight_assessed:
        parts.append(
            reader.figure(
                lambda tongue: scorecard_bars(card, reader.labels, tongue),
                lambda tongue: alt_scorecard(card, tongue),
            )
        )
    return blocks.stack(*parts, scorecard_table(card, reader.labels, reader.language), *_triggered(reader))


def changes(reader: Reader) -> Block:
    """What changed against the earlier period, the clearest first."""
    frame = reader.review.changes
    if _nothing_to_compare(frame):
        return blocks.stack(
            reader.heading("quarterly_review.changes"), reader.text("quarterly_review.no_changes")
        )
    clear = frame[frame["change"].isin(_CLEAR)]
    listed = frame if len(frame) <= MOST_ARROWS else clear
    drawn = listed[listed["change"] != "not_comparable"].head(MOST_ARROWS)
    rest = len(frame) - len(listed)
    counts = frame["change"].value_counts()
    made = int((frame["change"] != "not_comparable").sum())
    by_chance = round(made * (1 - reader.review.run.confidence))
    return blocks.stack(
        reader.heading("quarterly_review.changes"),
        reader.text(
            "quarterly_review.changes_intro",
            period_before=str(reader.review.run.compared_period),
            better=int(counts.get("better", 0)),
            worse=int(counts.get("worse", 0)),
            unclear=int(counts.get("no_clear_change", 0)),
            others=int(counts.get("changed", 0) + counts.get("not_comparable", 0)),
        ),
        *_arrows(reader, drawn),
        changes_table(_with_standards(reader, listed), reader.labels, reader.language),
        *([reader.text("quarterly_review.changes_rest", kind="note", count=rest)] if rest else []),
        reader.text("honesty.comparisons", kind="note", count=made, expected=by_chance),
    )


def _arrows(reader: Reader, drawn: pd.DataFrame) -> list[Block]:
    if drawn.empty:
        return []
    figure = reader.figure(
        lambda tongue: change_arrows(drawn, reader.labels, tongue), lambda tongue: alt_changes(drawn, tongue)
    )
    return [figure]


def _with_standards(reader: Reader, frame: pd.DataFrame) -> pd.DataFrame:
    """The changes with the standard of each indicator where there are several."""
    if len(reader.review.parts) == 1:
        return frame
    titles: dict[object, dict[str, str]] = {
        one.id: own.title.both() for own in reader.review.standards for one in own.indicators
    }
    return frame.assign(standard=frame["indicator"].map(titles))


def change_summary(reader: Reader) -> BothTongues:
    """The clearest changes in one line for each tongue; empty where there are none."""
    return reader.both(lambda tongue: joined(_clearest(reader, tongue), tongue) if _clear(reader) else "")


def _clear(reader: Reader) -> bool:
    changes = reader.review.changes
    clear = changes[changes["change"].isin(["better", "worse"])]
    return bool((~clear["indicator"].isin(_few_cases(reader))).any())


def _few_cases(reader: Reader) -> set[str]:
    """Indicators that rest on fewer cases than a segment needs for a verdict: no headline is made of them."""
    totals = reader.review.results.grouped()
    return set(totals.loc[totals["denominator"] < reader.review.run.minimum_cases, "indicator"])


def _clearest(reader: Reader, tongue: Tongue) -> list[str]:
    frame = reader.review.changes
    clear = frame[frame["change"].isin(["better", "worse"])]
    clear = clear[~clear["indicator"].isin(_few_cases(reader))].head(MOST_CHANGES)
    return [
        say(
            "front.change",
            tongue,
            name=named(reader.labels, row["indicator"], tongue),
            difference=numbers.difference(row["difference"], row["unit"], tongue),
        )
        for row in clear.to_dict("records")
    ]


def _nothing_to_compare(frame: pd.DataFrame) -> bool:
    return frame.empty or bool((frame["change"] == "not_comparable").all())


def score_line(reader: Reader) -> Block:
    """Score and grade in one sentence."""
    score = reader.review.score
    return reader.text(
        "quarterly_review.lead",
        kind="lead",
        score=numbers.score(score.score),
        weight="100",
        grade={"zh": score.grade_zh or "—", "en": score.grade_en or "—"},
    )


def key_figures(reader: Reader) -> dict[str, object]:
    """Score, grade and targets met as large figures: wording key -> text."""
    score = reader.review.score
    assessed = numbers.plain(score.weight_assessed)
    return {
        "key.grade": {"zh": score.grade_zh or "—", "en": score.grade_en or "—"},
        "key.score": numbers.score(score.score),
        "key.targets_met": f"{score.targets_met} / {score.targets_judged}",
        "key.points_capped": f"{numbers.score(score.capped)} / {assessed}",
        "key.points_raw": f"{numbers.score(score.raw)} / {assessed}",
    }


def verdict_line(reader: Reader) -> Block:
    """How many indicators have each verdict."""
    counts = reader.review.verdict_counts
    shown = [name for name in VERDICTS if counts.get(name)]
    line = reader.both(
        lambda tongue: joined((f"{say(f'verdict.{name}', tongue)} {counts[name]}" for name in shown), tongue)
    )
    return reader.text("front.verdicts", verdicts=line)


def change_lines(reader: Reader) -> list[Block]:
    """The clearest changes in a sentence; nothing where there is nothing to compare with."""
    if _nothing_to_compare(reader.review.changes):
        return []
    compared = str(reader.review.run.compared_period)
    if not _clear(reader):
        return [reader.text("front.no_clear_change", period=compared)]
    return [reader.text("front.changes", period=compared, changes=change_summary(reader))]


def basis(reader: Reader) -> Block:
    """What was measured against, and the day of the data."""
    standard = reader.review.standard
    return reader.text(
        "quarterly_review.basis",
        kind="note",
        standard=standard.title.both(),
        version=standard.version,
        as_of=f"{reader.review.results.as_of:%Y-%m-%d}",
    )


def trigger_reasons(trigger: object) -> BothTongues:
    """Why an indicator calls for a root-cause analysis, in each tongue; empty texts where it does not.

    >>> trigger_reasons("actual, below_target")["en"]
    'figure below the line of A08, figure short of its target'
    """
    codes = [code for code in str(trigger or "").split(", ") if code]
    return {
        tongue: joined((say(f"trigger.{code}", tongue) for code in codes), tongue) if codes else ""
        for tongue in tongues("both")
    }


def _triggered(reader: Reader) -> list[Block]:
    """The indicators that call for a root-cause analysis, and why."""
    called = reader.review.scorecard.query("trigger != ''")
    if called.empty:
        return []
    frame = pd.DataFrame(
        {
            "indicator": [reader.name(name) for name in called["indicator"]],
            "reason": [trigger_reasons(trigger) for trigger in called["trigger"]],
        }
    )
    headers = {"reason": reader.word("trigger.reason")}
    return [
        reader.heading("trigger.title", 4 if reader.among_others else 3),
        plain_table(frame, reader.language, headers),
    ]


def honesty(reader: Reader) -> list[Block]:
    """What has to be said beside a grade: whose weights were spread, and how verdicts come about."""
    review, score = reader.review, reader.review.score
    parts = []
    if score.gated:
        parts.append(reader.text("front.gated"))
    if score.not_assessed and score.weight_assessed:
        missing = reader.both(
            lambda tongue: joined((named(reader.labels, one, tongue) for one in score.not_assessed), tongue)
        )
        spread = review.standard.scoring.not_assessable == "renormalise"
        key = "honesty.weights_spread" if spread else "honesty.weights_zero"
        parts.append(reader.text(key, missing=missing))
    if (review.scorecard["evidence"] == "census").any():
        parts.append(reader.text("methods.census", kind="note"))
    return parts
