"""The results of a run as small frames, and what scoring and comparing make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import pandas as pd

from sqaudit import comparison, scoring
from sqaudit.frames import segments_of
from sqaudit.params import RunFile
from sqaudit.periods import GRAINS, Period
from sqaudit.scoring import Score
from sqaudit.standards import Standard


@dataclass(frozen=True)
class Results:
    """Everything a book says, as small frames; the same whether computed now or read from a run folder.

    `measurements` has every grouping of the book under one another: leading columns as in every
    measurement frame, then `target, direction, unit, verdict, grouping`, where `grouping` names what the
    row is grouped by (total, month, team, ...). `readings` says what other readings of the documents would
    make of them (see `sqaudit.ledger`).
    """

    measurements: pd.DataFrame
    checks: pd.DataFrame
    row_account: pd.DataFrame
    readings: pd.DataFrame
    as_of: datetime

    def of(self, indicators: Sequence[str]) -> Results:
        """The same with the measurements of some indicators only."""
        own = self.measurements["indicator"].isin(indicators)
        return replace(self, measurements=self.measurements[own].reset_index(drop=True))

    def grouped(self, *names: str) -> pd.DataFrame:
        """The measurements of one grouping, with its own segment columns only."""
        rows = self.measurements[self.measurements["grouping"] == grouping_label(names)]
        own = [name for name in names if name not in GRAINS]
        others = [name for name in segments_of(self.measurements) if name not in own]
        return rows.drop(columns=[*others, "grouping"]).reset_index(drop=True)


class Judgeable(Protocol):
    """What scoring needs to know of a run: its run file and its standard."""

    @property
    def run(self) -> RunFile:
        """The run file."""

    @property
    def standard(self) -> Standard:
        """The standard."""


def scored(results: Results, run: Judgeable, period: Period | None = None) -> tuple[pd.DataFrame, Score]:
    """The scorecard and the score of one period of a run (the one under audit unless another is named)."""
    label = (period or run.run.chosen_period).label
    total = results.grouped()
    card = scoring.scorecard(total[total["period"] == label].reset_index(drop=True), run.standard)
    return card, scoring.score(card, run.standard)


def changed(results: Results, run: Judgeable) -> pd.DataFrame:
    """The change of every indicator against the period it is compared with, the clearest first."""
    compared = run.run.compared_period
    if compared is None:
        return comparison.changes(results.grouped().head(0), "", "")
    return comparison.changes(results.grouped(), compared.label, run.run.chosen_period.label)


def grouping_label(names: Sequence[str]) -> str:
    """The name of a grouping in the `grouping` column.

    >>> grouping_label(()), grouping_label(("month", "team"))
    ('total', 'month, team')
    """
    return ", ".join(names) or "total"


def stacked(frames: dict[tuple[str, ...], pd.DataFrame], segments: Sequence[str]) -> pd.DataFrame:
    """All groupings under one another, with every segment column in each and `grouping` behind."""
    widened = []
    for grouping, frame in frames.items():
        missing = {
            name: pd.Series(None, index=frame.index, dtype="object") for name in segments if name not in frame
        }
        whole = frame.assign(**missing, grouping=grouping_label(grouping)).astype(
            dict.fromkeys(segments, "object")
        )
        rest = [name for name in frame.columns if name not in ("indicator", "period", *segments)]
        widened.append(whole[["indicator", "period", *segments, *rest, "grouping"]])
    return pd.concat(widened, ignore_index=True)
