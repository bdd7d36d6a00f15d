"""The page of a notebook: each method is one part of a report and shows itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqaudit.books import Comparison
from sqaudit.present import blocks
from sqaudit.present.blocks import Block
from sqaudit.report import (
    assessment,
    categories,
    causes,
    experience,
    followup,
    grounds,
    missing,
    overview,
    pictures,
    previous_book,
    readings,
    result,
    score_change,
)
from sqaudit.report.reader import Reader
from sqaudit.report.sampling_page import SamplingPage
from sqaudit.review import Review


class Page(SamplingPage):
    """The parts of a report on one review, and what has changed `since` an earlier book.

    >>> from sqaudit.audit import open_audit
    >>> with open_audit("params/quarterly_review.yaml", language="en") as audit:
    ...     print(Page(Review.of(audit)).cover("quarterly_review").html.splitlines()[-2])
    <h1 id="quarterly-review-title-en" lang="en">Service quality review</h1>
    """

    def __init__(self, review: Review, since: Comparison | None = None) -> None:
        self.review = review
        self._since = since
        self._reader = Reader(review)
        self._parts = [Reader(part, among_others=len(review.parts) > 1) for part in review.parts]

    def cover(self, report: str) -> Block:
        """The style and the headline of a report: `data_quality`, `quarterly_review` ..."""
        run = self.review.run
        return blocks.stack(
            blocks.style(),
            self._reader.heading(f"{report}.title", 1),
            self._reader.text(f"{report}.subtitle", kind="note", title=run.title.both(), period=run.period),
        )

    def front(self) -> Block:
        """The result in a few figures: score, grade, targets met, verdicts, and the clearest changes."""
        if len(self._parts) > 1:
            return overview.front(self._reader, self._parts)
        return result.front(self._reader)

    def scorecard(self) -> Block:
        """Every indicator with target, figure, verdict and points, as a picture and as a table."""
        intro = self._reader.text("quarterly_review.scorecard_intro")
        return self._by_standard("quarterly_review.scorecard", result.scorecard, before=[intro])

    def changes(self) -> Block:
        """What changed against the earlier period, the clearest first."""
        return result.changes(self._reader)

    def previous_book(self) -> Block:
        """What has changed since the earlier book that the run names, and what each change is due to."""
        return previous_book.previous_book(self._reader, self._since)

    def trends(self) -> Block:
        """Every indicator over the months (weeks, days) of the periods, with interval and target."""
        intro = [self._reader.text("quarterly_review.trends_intro"), pictures.how_to_read(self._reader)]
        return self._by_standard("quarterly_review.trends", pictures.trends, before=intro)

    def segments(self) -> Block:
        """Where the shortfalls are, by every segment of the run."""
        note = self._reader.text("honesty.where_not_why", kind="note")
        return self._by_standard("quarterly_review.segments", pictures.segments, before=[note])

    def causes(self, *, brief: bool = False) -> Block:
        """Why: for each indicator that calls for it, is it real, mix or rate, where, since when.

        `brief` keeps to the answers and the segments.
        """
        return causes.causes(self._reader, brief=brief)

    def score_change(self) -> Block:
        """Which indicators moved the score since the compared period; the parts add up."""
        return score_change.score_change(self._reader)

    def drivers(self) -> Block:
        """What customers experienced who scored low or complained: association, not proof."""
        return experience.drivers(self._reader)

    def reasons(self) -> Block:
        """The words of remarks with low scores and complaints, with keys to open."""
        return experience.reasons(self._reader)

    def categories(self) -> Block:
        """Which categories are frequent, which are weak, and which grow in which severity."""
        return categories.categories(self._reader)

    def actions(self) -> Block:
        """The improvement plan: how it stands, what is done on time, and what it lacks."""
        return followup.actions(self._reader)

    def verification(self) -> Block:
        """Whether each action of the plan worked, its method fixed before any result is seen."""
        return followup.verification(self._reader)

    def handbook(self) -> Block:
        """What works, for the service handbook; what goes back to its cause; who refers to whom."""
        return followup.handbook(self._reader)

    def assessment(self) -> Block:
        """Who is worth a review, on what evidence; who cannot be told apart; what a naive table would say."""
        return assessment.assessment(self._reader)

    def gaming(self) -> Block:
        """Whether figures look worked on: suspicions, each with what to rule out first."""
        return assessment.gaming(self._reader)

    def readings(self) -> Block:
        """What every other reading of the documents would change in figures, verdicts, score and grade."""
        return readings.readings(self._parts)

    def sources(self) -> Block:
        """Where the records came from, and where every row of them went."""
        return grounds.sources(self._reader)

    def checks(self) -> Block:
        """Every fault of the data, what to do about it, and which indicators it touches."""
        return grounds.checks(self._reader)

    def affected(self) -> Block:
        """The indicators that cannot be assessed, and what would make them assessable."""
        return blocks.stack(grounds.affected(self._reader), missing.missing(self._reader))

    def settings(self) -> Block:
        """How the sources were read: the parameters of the run."""
        return grounds.settings(self._reader)

    def appendix(self) -> Block:
        """Definitions, clauses carried out elsewhere, assumptions, methods and parameters."""
        return grounds.appendix(self._reader, self._parts)

    def _by_standard(self, key: str, part: Callable[[Reader], Block], *, before: Sequence[Block]) -> Block:
        """A part of the report for each standard, under one heading where there are several."""
        told = [part(reader) for reader in self._parts]
        return told[0] if len(told) == 1 else blocks.stack(self._reader.heading(key), *before, *told)
