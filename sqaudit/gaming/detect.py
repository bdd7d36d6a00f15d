"""The search of an open audit for figures that look better than the service, by segment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.audit import Audit, PeriodLike
from sqaudit.gaming import sql
from sqaudit.gaming.bunching import LAST, bunching
from sqaudit.gaming.limits import (
    TimeLimit,
    joined_conditions,
    segment_condition,
    time_limits,
    width_seconds,
)
from sqaudit.gaming.outlying import LEAST_OTHERS, log_odds, log_odds_ratio, outlying
from sqaudit.gaming.patterns import BUNCHING, IDENTICAL, INVITATION, INVITED, MARKS, PATTERNS, Pattern
from sqaudit.gaming.report import GamingReport, reported
from sqaudit.measure.question import Question, Scan, event_of, single_scan
from sqaudit.periods import Period, parse
from sqaudit.readings import needed_columns
from sqaudit.standards.measures import SHARES, Measure
from sqaudit.standards.model import Indicator, Piece

LEAST_CASES = 20  # of a segment, to be compared with the others by a share
_US = 1_000_000

__all__ = ["LEAST_CASES", "gaming_findings"]


def gaming_findings(audit: Audit, by: Sequence[str] = ("team",), period: PeriodLike = None) -> GamingReport:
    """What looks as if a figure had been worked on in place of the service: a suspicion each, and no proof.

    Every time limit of the standard is looked at for bunching just inside it, in each segment of each column
    of `by`; cases closed and reopened, closed without confirmation or at the end of a month, surveys sent
    less often after a miss, and marks that cases of several customers share. All are held against the other
    segments: what everybody does is the process. So a segment that stands alone is not assessable.
    The period is that of the run unless another is named; its scope holds. One query for each limit, pattern
    and outcome. What the records do not allow to look at is told in `not_assessable`. ParameterError for a
    segment that no records have, or that holds personal data.

    >>> from sqaudit.audit import open_audit
    >>> with open_audit("params/quarterly_review.yaml", records={"chat": {
    ...     "path": "data_samples/chats.csv", "encoding": "gb18030", "columns": {
    ...         "会话编号": "chat_id", "进入时间": "offered_at", "接入时间": "answered_at", "团队": "team"}}},
    ...     standard="after_sales_evaluation", segments=[]) as audit:
    ...     gaming_findings(audit).findings["segment"].to_list()
    ['在线三组']
    """
    chosen = _period(audit, period)
    question = audit.question((tuple(by),), (chosen,))
    search = _Search(audit, question, tuple(by))
    rows = [*search.bunchings(), *search.patterns(), *search.invitations(), *search.marks()]
    return reported(rows, search.lacking, audit.run.confidence, chosen.label)


def _period(audit: Audit, period: PeriodLike) -> Period:
    if period is None:
        return audit.run.chosen_period
    return period if isinstance(period, Period) else parse(period)


class _Search:
    """One search: what is asked, and what was found to be lacking on the way."""

    def __init__(self, audit: Audit, question: Question, by: tuple[str, ...]) -> None:
        self.audit, self.question, self.by = audit, question, by
        self.lacking: list[dict[str, Any]] = []

    def bunchings(self) -> Iterator[dict[str, Any]]:
        """Times just inside each limit of the standard, in each segment."""
        limits = time_limits(self.audit.standard)
        if not limits:
            self._lacks(BUNCHING, "", "", "no_limit")
        for limit in limits:
            what = ", ".join(limit.indicators)
            asked = self._asked(BUNCHING, limit.piece, needed_columns(limit.piece), what)
            if asked is not None:
                scan, by = asked
                answer = self.audit.engine.query(sql.histogram(scan, limit, by))
                yield from self._of_histogram(limit, by, answer)

    def _of_histogram(
        self, limit: TimeLimit, by: Sequence[str], answer: pd.DataFrame
    ) -> Iterator[dict[str, Any]]:
        tested, alone = 0, False
        for seconds, column, who, counts, rest in _binned(by, answer):
            found = bunching(counts, width_seconds(seconds), seconds, rest)
            alone = alone or found.reason == "few_others"
            if np.isnan(found.p_value):
                continue
            tested += 1
            near = limit.near(seconds, found.window)
            yield {
                "detector": BUNCHING, "indicators": list(limit.indicators), "kind": limit.piece.kind,
                "by": column, "segment": str(who), "limit_seconds": seconds, "window_seconds": found.window,
                "cases": found.cases, "figure": found.inside, "expected": found.expected_inside,
                "p_value": found.p_value, "where": joined_conditions(segment_condition(column, who), near),
                "explanation": BUNCHING,
            }  # fmt: skip
        if not tested:
            reason, detail = ("few_segments", "2") if alone else ("few_cases", "")
            self._lacks(BUNCHING, limit.piece.kind, ", ".join(limit.indicators), reason, detail)

    def patterns(self) -> Iterator[dict[str, Any]]:
        """Shares of cases that should be alike in all segments."""
        for pattern in PATTERNS:
            piece = _piece_of(pattern)
            asked = self._asked(pattern.name, piece, pattern.needs, "")
            if asked is not None:
                scan, by = asked
                answer = self.audit.engine.query(sql.shares(scan, piece, by))
                shown = f"({pattern.shown})"
                yield from self._of_shares(pattern.name, pattern.kind, by, answer, shown)

    def invitations(self) -> Iterator[dict[str, Any]]:
        """Whether customers are asked for their opinion less often after a miss, beyond what is usual."""
        kinds = {
            kind: name
            for kind, columns in self.audit.columns.items()
            for name in INVITED[::-1]
            if name in columns
        }
        if not kinds:
            self._lacks(INVITATION, "", "", "absent_columns", " / ".join(INVITED))
        for indicator in self.audit.standard.indicators:
            for piece in self.audit.standard.pieces_of(indicator):
                invited = kinds.get(piece.kind)
                if invited is not None and _is_outcome(indicator, piece, invited):
                    asked = self._asked(INVITATION, piece, needed_columns(piece), indicator.id)
                    if asked is not None:
                        scan, by = asked
                        answer = self.audit.engine.query(sql.invitations(scan, piece, invited, by))
                        yield from self._of_invitations(indicator, piece, invited, by, answer)

    def _of_invitations(
        self, indicator: Indicator, piece: Piece, invited: str, by: Sequence[str], answer: pd.DataFrame
    ) -> Iterator[dict[str, Any]]:
        tested = 0
        for column, rows in self._by_column(by, answer):
            table = rows[["a", "b", "c", "d"]].to_numpy("float64")
            ratios, variances = log_odds_ratio(table)
            expected, p_values = outlying(ratios, variances)
            for place, row in enumerate(rows.to_dict("records")):
                if np.isnan(p_values[place]):
                    continue
                tested += 1
                after_hit, after_miss = table[place, :2], table[place, 2:]
                usual = np.log((after_hit[0] + 0.5) / (after_hit[1] + 0.5)) - expected[place]
                yield {
                    "detector": INVITATION, "indicators": [indicator.id], "kind": piece.kind, "by": column,
                    "segment": str(row["_who"]), "cases": float(after_miss.sum()),
                    "figure": float(after_miss[0] / after_miss.sum()),
                    "expected": float(special.expit(usual)), "p_value": float(p_values[place]),
                    "where": joined_conditions(
                        segment_condition(column, row["_who"]), f"not coalesce({invited}, false)"
                    ),
                    "explanation": INVITATION,
                }  # fmt: skip
        if not tested:
            self._lacks(INVITATION, piece.kind, indicator.id, "few_segments", str(LEAST_OTHERS + 1))

    def marks(self) -> Iterator[dict[str, Any]]:
        """Signatures and positions that cases of several customers share."""
        there = [
            (kind, name) for kind, columns in self.audit.columns.items() for name in MARKS if name in columns
        ]
        if not there:
            self._lacks(IDENTICAL, "", "", "absent_columns", " / ".join(MARKS))
        for kind, mark in there:
            piece = Piece(IDENTICAL, kind, None, None, Measure.model_validate({"count": "true"}))
            asked = self._asked(IDENTICAL, piece, (mark, "customer_id"), mark)
            if asked is None:
                continue
            scan, by = asked
            for place, column in enumerate(by):
                query = sql.repeated(scan, piece, mark, "customer_id", column)
                answer = self.audit.engine.query(query).assign(_by=place)
                yield from self._of_shares(IDENTICAL, kind, by, answer, f"{mark} is not null")

    def _of_shares(
        self, detector: str, kind: str, by: Sequence[str], answer: pd.DataFrame, shown: str
    ) -> Iterator[dict[str, Any]]:
        tested = 0
        for column, rows in self._by_column(by, answer):
            cases, hits = rows["n"].to_numpy("float64"), rows["hits"].to_numpy("float64")
            expected, p_values = outlying(*log_odds(hits, cases))
            for place, who in enumerate(rows["_who"]):
                if not np.isnan(p_values[place]):
                    tested += 1
                    yield {
                        "detector": detector, "indicators": [], "kind": kind, "by": column,
                        "segment": str(who), "cases": cases[place], "figure": hits[place] / cases[place],
                        "expected": float(special.expit(expected[place])), "p_value": float(p_values[place]),
                        "where": joined_conditions(segment_condition(column, who), shown),
                        "explanation": detector,
                    }  # fmt: skip
        if not tested:
            self._lacks(detector, kind, "", "few_segments", str(LEAST_OTHERS + 1))

    @staticmethod
    def _by_column(by: Sequence[str], answer: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
        """The rows of each segment column, with cases enough, in order of the segment."""
        known = answer[answer["_who"].notna() & (answer["n"] >= LEAST_CASES)]
        for place, column in enumerate(by):
            yield column, known[known["_by"] == place].sort_values("_who").reset_index(drop=True)

    def _asked(
        self, detector: str, piece: Piece, needs: Sequence[str], what: str
    ) -> tuple[Scan, list[str]] | None:
        """The scan of a piece and the segment columns its records have; None where something is lacking."""
        columns = self.audit.columns
        if piece.kind not in columns:
            self._lacks(detector, piece.kind, what, "absent_records")
            return None
        absent = [name for name in needs if name not in columns[piece.kind]]
        if absent:
            self._lacks(detector, piece.kind, what, "absent_columns", ", ".join(absent))
            return None
        there = [name for name in self.by if name in columns[piece.kind]]
        if not there:
            self._lacks(detector, piece.kind, what, "absent_segment", ", ".join(self.by))
            return None
        event = event_of(self.audit.standard, columns, piece)
        return single_scan(columns, self.question, piece, event), there

    def _lacks(self, detector: str, kind: str, what: str, reason: str, detail: str = "") -> None:
        row = {"detector": detector, "kind": kind, "what": what, "reason": reason, "detail": detail}
        if row not in self.lacking:
            self.lacking.append(row)


def _binned(
    by: Sequence[str], answer: pd.DataFrame
) -> Iterator[tuple[float, str, str, np.ndarray, np.ndarray]]:
    """For each limit and segment: seconds, column, segment, its counts by bin, and those of all others."""
    for (limit_us, place), group in answer.groupby(["_limit", "_by"], sort=True):
        seconds = float(str(limit_us)) / _US
        bins = round(LAST * seconds / width_seconds(seconds))
        counts: dict[str, np.ndarray] = {
            str(who): np.bincount(rows["_bin"].to_numpy("int64") - 1, rows["n"], minlength=bins)
            for who, rows in group.groupby("_who", sort=True)  # a missing segment is nobody
        }
        for who, own in counts.items():
            others = [one for other, one in counts.items() if other != who]
            yield seconds, by[int(str(place))], who, own, np.sum(others, axis=0) if others else np.zeros(bins)


def _piece_of(pattern: Pattern) -> Piece:
    measure = Measure.model_validate({"share": pattern.shown})
    return Piece(pattern.name, pattern.kind, pattern.event, pattern.eligible, measure)


def _is_outcome(indicator: Indicator, piece: Piece, invited: str) -> bool:
    """Whether an indicator tells a good case from a bad one, without asking for the invitation itself."""
    plain = piece.measure.kind in SHARES and not hasattr(piece.measure.share, "of")
    return plain and indicator.direction is not None and invited not in needed_columns(piece)
