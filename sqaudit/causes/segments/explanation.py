"""What a search for segments answers: an outcome, a table of segments, and notes as codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.causes.segments.cells import Array, Cells
from sqaudit.causes.segments.cuboids import Segment
from sqaudit.causes.segments.inquiry import Answer
from sqaudit.causes.segments.lattice import held
from sqaudit.causes.segments.questions import Question

Outcome = Literal["segments", "general", "mix_only", "noise"]
MISSING_NAME = "(missing)"
COLUMNS = (
    "segment", "conditions", "where", "depth", "count_before", "observed_before", "count_now", "observed_now",
    "rate_before", "rate_now", "expected", "excess", "share_of_change", "shift", "score", "p_adjusted",
    "alternatives",
)  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """The answer to "where did it change?".

    `outcome` is one of

    - `segments`: the rows of `segments` stand out, best first; they share no row;
    - `general`: the figure moved everywhere alike, no segment stands out;
    - `mix_only`: the total moved, but only because cases moved between segments, and no rate did;
    - `noise`: nothing can be told from chance.

    A row that fulfils the conditions of two segments counts with the first one in the table. `segments` has
    the columns

    - `segment`: the conditions as text; `conditions`: pairs of dimension and value (None: missing);
      `where`: the same as an SQL expression over the records; `depth`: the number of conditions;
    - `count_before, observed_before, count_now, observed_now`: cases and bad cases (events and exposure,
      observations and their sum; of a forecast only `observed_now`, the actual total);
    - `rate_before, rate_now`: their ratios, NaN without a case;
    - `expected`: what `observed_now` would have been; `excess`: observed minus expected;
      `share_of_change`: excess over that of the whole table, NaN where that cannot be told from zero;
    - `shift`: the shift common to the segment, as a logit (share), logarithm (count), in standard deviations
      of one observation (mean) or relative to the larger of actual and forecast (forecast);
    - `score`: log likelihood ratio minus the price of the looks; `p_adjusted`: the chance of any such segment
      in the whole search if nothing had happened;
    - `alternatives`: segments (as text) that share almost all cases with this one: indistinguishable.

    `total` is the same for the whole table, with `p_total` (the change of the raw figure) and `p_general`
    (a shift of everything but the segments). `notes` are codes for the words that a report adds:
    `where_not_why`, `general_shift`, `mix_shift`, `p_by_draws`, `p_by_bound`, `missing_values`,
    `dispersion_unknown`, `alternatives`, `most_reached`, `new_values` and `gone_values` (values of a
    dimension with cases in one period only: mix), `too_few_cells`, `combinations_left_out` (too many groups).
    """

    outcome: Outcome
    segments: pd.DataFrame
    total: Mapping[str, float]
    dimensions: tuple[str, ...]
    looks: int
    draws: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """What each cell had, for the table of segments: NaN where a question has no such thing."""

    count_before: Array
    observed_before: Array
    count_now: Array
    observed_now: Array

    def of(self, inside: npt.NDArray[np.bool_], excess: Array) -> dict[str, float]:
        """The figures of some cells together."""
        sums = {name: float(getattr(self, name)[inside].sum()) for name in self.__annotations__}
        gap = float(excess[inside].sum())
        return sums | {
            "rate_before": ratio(sums["observed_before"], sums["count_before"]),
            "rate_now": ratio(sums["observed_now"], sums["count_now"]),
            "expected": sums["observed_now"] - gap,
            "excess": gap,
        }


def ratio(part: float, whole: float) -> float:
    """Part over whole; NaN where there is no whole."""
    return part / whole if whole and whole == whole else np.nan


def conditions_of(cells: Cells, segment: Segment) -> tuple[tuple[str, object], ...]:
    """The conditions of a segment as pairs of dimension and value; a missing value is None."""
    return tuple((cells.dimensions[dim], cells.levels[dim][level]) for dim, level in segment)


def text_of(conditions: tuple[tuple[str, object], ...]) -> str:
    """The conditions as one line.

    >>> text_of((("team", "A"), ("region", None)))
    'team=A & region=(missing)'
    """
    return " & ".join(f"{name}={MISSING_NAME if value is None else value}" for name, value in conditions)


def table_of(question: Question, answer: Answer, figures: Figures) -> pd.DataFrame:
    """The table of segments, without `where`."""
    excess = answer.excess
    cells = question.cells
    whole = float(excess.sum()) if answer.p_general <= question.settings.alpha or answer.found else np.nan
    rows, free = [], np.ones(len(cells), dtype=np.bool_)
    for one, p, others in zip(answer.found, answer.p_adjusted, answer.alternatives, strict=True):
        conditions = conditions_of(cells, one.segment)
        inside = held(cells.codes, one.segment) & free
        free &= ~inside
        own = figures.of(inside, excess)
        rows.append(
            {
                "segment": text_of(conditions),
                "conditions": conditions,
                "depth": len(conditions),
                **own,
                "share_of_change": ratio(own["excess"], whole),
                "shift": one.shift,
                "score": one.score,
                "p_adjusted": p,
                "alternatives": tuple(text_of(conditions_of(cells, other)) for other in others),
            }
        )
    return pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "where"])


def outcome_of(segments: bool, general: bool, total_moved: bool) -> Outcome:
    """The outcome in one word.

    >>> outcome_of(segments=False, general=False, total_moved=True)
    'mix_only'
    """
    if segments:
        return "segments"
    if general:
        return "general"
    return "mix_only" if total_moved else "noise"
