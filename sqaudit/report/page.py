"""The page of a notebook: each method is one part of a report, in the language of the reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sqaudit.periods import GRAINS
from sqaudit.present import blocks, numbers
from sqaudit.present.alternatives import alt_changes, alt_scorecard, alt_segments, alt_trend
from sqaudit.present.blocks import Block
from sqaudit.present.definitions import definitions, labels_of
from sqaudit.present.figures import change_arrows, scorecard_bars, segment_dots, trend
from sqaudit.present.tables import (
    changes_table,
    checks_table,
    definitions_table,
    plain_table,
    row_account_table,
    scorecard_table,
    segment_table,
)
from sqaudit.present.words import Tongue, joined, named, say, tongues
from sqaudit.review import Review
from sqaudit.standards import Indicator, read_assumptions

MOST_SEGMENTS = 15  # values of a segment that one figure can show


class Page:
    """The parts of a report on one review; every method returns a block that shows itself in a notebook."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.language = review.run.language

    @cached_property
    def labels(self) -> Any:
        """What a reader calls the ids of the standard."""
        return labels_of(self.review.standard)

    def cover(self, report: str) -> Block:
        """The style and the headline of a report: `data_quality`, `quarterly_review` ..."""
        run = self.review.run
        return blocks.stack(
            blocks.style(),
            blocks.heading(f"{report}.title", 1, self.language),
            blocks.text(
                f"{report}.subtitle", self.language, kind="note", title=run.title.both(), period=run.period
            ),
        )

    def front(self) -> Block:
        """The result in a few figures: score, grade, targets met, verdicts, and the clearest changes."""
        score = self.review.score
        parts = [blocks.heading("quarterly_review.front", 2, self.language)]
        if score.weight_assessed:
            parts.append(self._score_line())
            parts.append(blocks.key_figures(self._key_figures(), self.language))
        else:
            parts.append(blocks.text("quarterly_review.lead_no_score", self.language, kind="lead"))
        parts += [self._basis(), self._honesty()]
        return blocks.stack(*parts)

    def scorecard(self) -> Block:
        """Every indicator with target, figure, verdict and points, as a picture and as a table."""
        card = self.review.scorecard
        parts = [
            blocks.heading("quarterly_review.scorecard", 2, self.language),
            blocks.text("quarterly_review.scorecard_intro", self.language),
        ]
        if self.review.score.weight_assessed:
            parts.append(
                self._figure(lambda t: scorecard_bars(card, self.labels, t), lambda t: alt_scorecard(card, t))
            )
        return blocks.stack(*parts, scorecard_table(card, self.labels, self.language))

    def changes(self) -> Block:
        """What changed against the earlier period, the clearest first."""
        frame = self.review.changes
        head = blocks.heading("quarterly_review.changes", 2, self.language)
        if frame.empty or (frame["change"] == "not_comparable").all():
            return blocks.stack(head, blocks.text("quarterly_review.no_changes", self.language))
        counts = frame["change"].value_counts()
        compared = self.review.run.compared_period
        intro = blocks.text(
            "quarterly_review.changes_intro",
            self.language,
            period_before=str(compared),
            better=int(counts.get("better", 0)),
            worse=int(counts.get("worse", 0)),
            unclear=int(counts.get("no_clear_change", 0)),
        )
        made = int((frame["change"] != "not_comparable").sum())
        chance = blocks.text(
            "honesty.comparisons",
            self.language,
            kind="note",
            count=made,
            expected=f"{made * (1 - self.review.run.confidence):.1f}",
        )
        picture = self._figure(
            lambda t: change_arrows(frame, self.labels, t), lambda t: alt_changes(frame, t)
        )
        return blocks.stack(head, intro, picture, changes_table(frame, self.labels, self.language), chance)

    def trends(self) -> Block:
        """Every indicator over the months (weeks, days) of the periods, with interval and target."""
        parts = [
            blocks.heading("quarterly_review.trends", 2, self.language),
            blocks.text("quarterly_review.trends_intro", self.language),
        ]
        points = self.review.results.grouped(self.review.run.chosen_period.finer)
        for indicator in self.review.standard.indicators:
            own = points[points["indicator"] == indicator.id].sort_values("period")
            if own["value"].notna().any():
                parts.append(self._trend(indicator, own))
        return blocks.stack(*parts)

    def segments(self) -> Block:
        """Where the shortfalls are: what is not met, by every segment, then all indicators in tables."""
        segments = [name for name in self.review.run.segments if name not in GRAINS]
        parts = [blocks.heading("quarterly_review.segments", 2, self.language)]
        for segment in segments:
            parts += self._segment(segment)
        parts.append(blocks.text("honesty.where_not_why", self.language, kind="note"))
        return blocks.stack(*parts)

    def sources(self) -> Block:
        """Where the records came from, and where every row of them went."""
        account = self.review.results.row_account
        read = account[account["step"] == "read"]
        intro = blocks.text(
            "data_quality.sources_intro", self.language, kinds=len(read), rows=int(read["rows"].sum())
        )
        table = plain_table(
            pd.DataFrame(
                {
                    "kind": [self._name(kind) for kind in self.review.origins],
                    "source": [_short_origin(origin) for origin in self.review.origins.values()],
                }
            ),
            self.language,
        )
        return blocks.stack(
            blocks.heading("data_quality.sources", 2, self.language),
            intro,
            table,
            blocks.heading("data_quality.row_account", 2, self.language),
            blocks.text("data_quality.row_account_intro", self.language),
            row_account_table(account, self.labels, self.language),
        )

    def checks(self) -> Block:
        """Every fault of the data, what to do about it, and which indicators it costs."""
        checks = self.review.results.checks
        counts = checks["severity"].value_counts()
        head = blocks.heading("data_quality.checks", 2, self.language)
        if checks.empty:
            return blocks.stack(head, blocks.text("data_quality.no_checks", self.language))
        intro = blocks.text(
            "data_quality.checks_intro",
            self.language,
            errors=int(counts.get("error", 0)),
            warnings=int(counts.get("warning", 0)),
            notes=int(counts.get("note", 0)),
        )
        return blocks.stack(head, intro, checks_table(checks, self.labels, self.language))

    def affected(self) -> Block:
        """The indicators that cannot be assessed."""
        card = self.review.scorecard
        lost = card[card["verdict"] == "not_assessable"]
        head = blocks.heading("data_quality.affected", 2, self.language)
        if lost.empty:
            return blocks.stack(head, blocks.text("data_quality.not_affected", self.language))
        intro = blocks.text("data_quality.affected_intro", self.language, count=len(lost))
        return blocks.stack(head, intro, scorecard_table(lost, self.labels, self.language))

    def settings(self) -> Block:
        """How the sources were read: the parameters of the run."""
        head = blocks.heading("data_quality.settings", 2, self.language)
        return blocks.stack(head, self.parameters())

    def appendix(self) -> Block:
        """Definitions, clauses carried out elsewhere, assumptions, methods and parameters."""
        language, standard = self.language, self.review.standard
        return blocks.stack(
            blocks.heading("quarterly_review.appendix", 2, language),
            blocks.heading("quarterly_review.definitions", 3, language),
            blocks.text("quarterly_review.definitions_intro", language),
            definitions_table(definitions(standard), self.labels, language),
            *self._rules(),
            *self._assumptions(),
            blocks.heading("quarterly_review.methods", 3, language),
            *self._methods(),
            blocks.heading("quarterly_review.parameters", 3, language),
            blocks.text("quarterly_review.parameters_intro", language),
            self.parameters(),
        )

    def parameters(self) -> Block:
        """The parameters of the run as a table."""
        rows = parameter_rows(self.review.run)
        frame = pd.DataFrame({"parameter": list(rows), "value": list(rows.values())})
        return plain_table(frame, self.language)

    def _trend(self, indicator: Indicator, points: pd.DataFrame) -> Block:
        target = _single(points["target"])

        def draw(tongue: Tongue) -> Figure:
            name = indicator.name.in_language(tongue)
            return trend(points, tongue, name, indicator.shown_unit, indicator.direction, target)

        return self._figure(
            draw, lambda t: alt_trend(points, indicator.name.in_language(t), indicator.shown_unit, t)
        )

    def _segment(self, segment: str) -> list[Block]:
        period = self.review.run.chosen_period.label
        points = self.review.results.grouped(segment)
        points = points[points["period"] == period].reset_index(drop=True)
        if points.empty:
            return []
        title = self._both(
            lambda t: say("caption.segments", t, segment=named(self.labels, segment, t, "segment"))
        )
        parts = [blocks.heading("plain.text", 3, self.language, text=title)]
        card = self.review.scorecard.set_index("indicator")
        for indicator in self.review.standard.indicators:
            own = points[points["indicator"] == indicator.id]
            if (
                card["verdict"].get(indicator.id) == "not_met"
                and 1 < own["value"].notna().sum() <= MOST_SEGMENTS
            ):
                parts.append(self._dots(indicator, segment, own))
        return [
            *parts,
            segment_table(points, self.labels, self.language, least_cases=self.review.run.minimum_cases),
        ]

    def _dots(self, indicator: Indicator, segment: str, points: pd.DataFrame) -> Block:
        unit, least = indicator.shown_unit, self.review.run.minimum_cases
        target = _single(points["target"])

        def draw(tongue: Tongue) -> Figure:
            name = indicator.name.in_language(tongue)
            return segment_dots(
                points,
                segment,
                self.labels,
                tongue,
                name,
                unit,
                indicator.direction,
                target,
                least_cases=least,
            )

        return self._figure(
            draw, lambda t: alt_segments(points, segment, self.labels, indicator.name.in_language(t), unit, t)
        )

    def _figure(self, make: Callable[[Tongue], Figure], alt: Callable[[Tongue], str]) -> Block:
        return blocks.figure_block(make, alt, self.language)

    def _both(self, text: Callable[[Tongue], str]) -> dict[str, str]:
        return {tongue: text(tongue) for tongue in tongues("both")}

    def _name(self, identifier: str) -> dict[str, str]:
        return self._both(lambda tongue: named(self.labels, identifier, tongue))

    def _word(self, key: str) -> dict[str, str]:
        return self._both(lambda tongue: say(key, tongue))

    def _score_line(self) -> Block:
        score = self.review.score
        return blocks.text(
            "quarterly_review.lead",
            self.language,
            kind="lead",
            score=numbers.score(score.score),
            weight=numbers.score(100),
            grade={"zh": score.grade_zh or "—", "en": score.grade_en or "—"},
        )

    def _key_figures(self) -> dict[str, object]:
        score = self.review.score
        return {
            "key.grade": {"zh": score.grade_zh or "—", "en": score.grade_en or "—"},
            "key.score": numbers.score(score.score),
            "key.targets_met": f"{score.targets_met} / {score.targets_judged}",
            "key.points_capped": f"{numbers.score(score.capped)} / {numbers.score(score.weight_assessed)}",
            "key.points_raw": f"{numbers.score(score.raw)} / {numbers.score(score.weight_assessed)}",
        }

    def _basis(self) -> Block:
        standard = self.review.standard
        return blocks.text(
            "quarterly_review.basis",
            self.language,
            standard=standard.title.both(),
            version=standard.version,
            as_of=f"{self.review.results.as_of:%Y-%m-%d}",
        )

    def _honesty(self) -> Block:
        """What has to be said beside a grade: targets met, and whose weights were spread."""
        score, card = self.review.score, self.review.scorecard
        parts = [
            blocks.text("honesty.targets_met", self.language, k=score.targets_met, n=score.targets_judged)
        ]
        if score.not_assessed and score.weight_assessed:
            missing = self._both(
                lambda t: joined((named(self.labels, one, t) for one in score.not_assessed), t)
            )
            rule = self.review.standard.scoring.not_assessable
            key = "honesty.weights_spread" if rule == "renormalise" else "honesty.weights_zero"
            parts.append(blocks.text(key, self.language, missing=missing))
        if (card["evidence"] == "census").any():
            parts.append(blocks.text("methods.census", self.language, kind="note"))
        return blocks.stack(*parts)

    def _rules(self) -> list[Block]:
        rules = self.review.standard.rules
        if not rules:
            return []
        frame = pd.DataFrame(
            {
                "rule": [rule.name.both() for rule in rules],
                "clause": [rule.clause for rule in rules],
                "requirement": [rule.requirement.both() for rule in rules],
                "carried_out_by": [rule.carried_out_by.both() for rule in rules],
            }
        )
        headers = {
            "rule": self._word("rules.name"),
            "requirement": self._word("rules.requirement"),
            "carried_out_by": self._word("rules.carried_out_by"),
        }
        return [blocks.heading("rules.title", 3, self.language), plain_table(frame, self.language, headers)]

    def _assumptions(self) -> list[Block]:
        entries = (*self.review.standard.indicators, *self.review.standard.rules)
        numbers_used = sorted({number for entry in entries for number in entry.assumptions})
        head = blocks.heading("quarterly_review.assumptions", 3, self.language)
        if not numbers_used:
            return [head, blocks.text("quarterly_review.no_assumptions", self.language)]
        ledger = read_assumptions()
        frame = pd.DataFrame(
            {
                "number": numbers_used,
                "question": [ledger[number].question.both() for number in numbers_used],
                "reading": [ledger[number].reading.both() for number in numbers_used],
            }
        )
        headers = {name: self._word(f"assumptions.{name}") for name in frame.columns}
        intro = blocks.text("quarterly_review.assumptions_intro", self.language)
        return [head, intro, plain_table(frame, self.language, headers)]

    def _methods(self) -> list[Block]:
        used = [name for name in self.review.scorecard["method"].unique() if name != "none"]
        keys = [
            *(f"methods.{name}" for name in used),
            "methods.difference",
            "methods.census",
            "honesty.rounding",
        ]
        return [blocks.text(key, self.language) for key in keys]


def parameter_rows(run: Any) -> dict[str, str]:
    """The parameters of a run as texts, those of nested blocks as JSON."""
    dumped = run.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {
        name: getattr(run, name)
        for name in ("period", "compare", "timezone", "interval", "confidence", "minimum_cases")
    }
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in dumped.items()
    }


def _single(targets: pd.Series) -> float | None:
    distinct = targets.dropna().unique()
    return float(distinct[0]) if len(distinct) == 1 else None


def _short_origin(origin: str) -> str:
    """The name of a file without the folders, which differ from machine to machine."""
    return ", ".join(part.rsplit("/", 1)[-1] for part in origin.split(", "))
