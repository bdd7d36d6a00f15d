"""The frames of the workbook: results with the standard they belong to, and what they rest on."""

from __future__ import annotations

import pandas as pd

from sqaudit.books import Comparison
from sqaudit.books.headline import causes_of, headline
from sqaudit.present.book_words import BookWords
from sqaudit.present.definitions import definitions
from sqaudit.present.words import say, tongues
from sqaudit.publish.workbook import PART
from sqaudit.report.grounds import assumptions_used, rules_of
from sqaudit.report.missing import missing_rows
from sqaudit.report.reader import Reader
from sqaudit.report.result import trigger_reasons
from sqaudit.review import Review

_CARD = (
    "indicator", "dimension", "clause", "target", "value", "low", "high", "verdict", "weight", "attainment",
    "raw_score", "capped_score", "numerator", "denominator", "pending", "excluded", "method", "evidence",
    "unit", "direction", "trigger",
)  # fmt: skip
_READING = (
    "standard", "assumption", "other", "indicator", "taken", "value", "low", "high", "unit", "target",
    "verdict_taken", "verdict", "score", "grade",
)  # fmt: skip

__all__ = ["card", "changes", "defined", "further", "measurements"]


def card(review: Review) -> pd.DataFrame:
    """The scorecard with what a reader wants first in front, and reasons in words."""
    frame = review.scorecard[list(_CARD)]
    return _named(review, frame.assign(trigger=frame["trigger"].map(trigger_reasons)))


def measurements(review: Review) -> pd.DataFrame:
    """Every measurement of the run."""
    return _named(review, review.results.measurements)


def changes(review: Review) -> pd.DataFrame:
    """Every change against the earlier period."""
    return _named(review, review.changes)


def defined(review: Review) -> pd.DataFrame:
    """The definition of every indicator."""
    frame = _named(review, definitions(review.standard))
    return frame.drop(columns="indicator")  # its name says it


def further(review: Review, since: Comparison | None = None) -> dict[str, pd.DataFrame]:
    """Sheets by their wording: what has changed `since` an earlier book, other readings, records that are
    missing, assumptions, rules, methods.

    A sheet without rows is left out.
    """
    reader = Reader(review)
    sheets = {
        "previous_book": pd.DataFrame() if since is None else _since(since),
        "readings": _readings(review),
        "missing": pd.DataFrame(missing_rows(reader)),
        "assumptions": assumptions_used(review.standard),
        "rules": rules_of(review.standard).rename(columns={"name": "rule"}),
        "methods": _methods(review),
    }
    return {name: frame for name, frame in sheets.items() if len(frame)}


def _named(review: Review, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the standard of each indicator in front, where the run has several."""
    if len(review.parts) == 1:
        return frame
    titles = {one.id: own.title.both() for own in review.standards for one in own.indicators}
    named = frame.copy()
    named.insert(0, "standard", frame["indicator"].map(titles))
    return named


def _since(found: Comparison) -> pd.DataFrame:
    """Every figure, target and score in total that differs from an earlier book, and its parts by cause."""
    rows = headline(found)
    told = {tongue: BookWords(found.standards, tongue) for tongue in tongues("both")}
    units = next(iter(told.values())).units
    rows = rows.rename(columns={"change": "change_of", **{name: f"{PART}{name}" for name in causes_of(rows)}})
    in_points = rows["figure"] == "score"
    unit = rows["indicator"].map(units).mask(in_points, "points")
    for name, word in (
        ("indicator", BookWords.named),
        ("figure", BookWords.figure),
        ("turned_at", BookWords.causes),
    ):
        rows[name] = rows[name].map(
            lambda one, word=word: {tongue: word(said, one) for tongue, said in told.items()}
        )
    return rows.assign(unit=unit)


def _readings(review: Review) -> pd.DataFrame:
    """Every reading but the ones taken: its figure and verdict beside those taken, its score and grade."""
    titles = {one.standard: one.title.both() for one in review.standards}
    taken = {row["indicator"]: row for row in review.scorecard.to_dict("records")}
    rows = review.results.readings.query("reading > 0").to_dict("records")
    made = [
        {
            **row,
            "standard": titles[row["standard"]],
            "other": {"zh": row["is_zh"], "en": row["is_en"]},
            "taken": taken.get(row["indicator"], {}).get("value"),
            "verdict_taken": taken.get(row["indicator"], {}).get("verdict"),
            "grade": {"zh": row["grade_zh"], "en": row["grade_en"]} if row["grade_en"] else None,
        }
        for row in rows
    ]
    return pd.DataFrame(made, columns=list(_READING))


def _methods(review: Review) -> pd.DataFrame:
    """The methods of the intervals, each with what it is good for."""
    used = [str(name) for name in review.scorecard["method"].unique()]
    said = [{tongue: say(f"method_meaning.{name}", tongue) for tongue in tongues("both")} for name in used]
    return pd.DataFrame({"method": used, "meaning": said})
