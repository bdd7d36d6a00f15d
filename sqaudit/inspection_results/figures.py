"""The figures of an inspection: score, critical errors and items, for all cases and for groups of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sqaudit.estimates import (
    Count,
    IntervalSettings,
    Mean,
    Share,
    Survey,
    effective_people,
    estimate,
    flag_people,
)
from sqaudit.estimates.estimate import FIGURES
from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspection_results.cases import CLASSES, passing_level

_JUDGED = ("p_value", "adjusted_p_value", "verdict", "reason")
FLAGGED = ("critical", "faulty")  # what people are held against each other by


def population_figures(sample: Survey, form: InspectionForm, settings: IntervalSettings) -> pd.DataFrame:
    """Every figure for all cases: the columns of `estimate`, then `unadjusted` and `change`.

    `item` is `score`, `critical`, `critical:<class>`, `faulty`, or the id of an item, whose figure `share`
    is the cases that pass and `mean` the part of its points. `unadjusted` is the figure of the cases with an
    answer at the weights of the draw; it equals the estimate where all answered.
    """
    after = _figures(sample, form, [], settings, counts=True)
    before = _figures(sample.unadjusted, form, [], settings, counts=True)
    return after.assign(unadjusted=before["estimate"], change=after["estimate"] - before["estimate"])


def domain_figures(sample: Survey, form: InspectionForm, by: str, settings: IntervalSettings) -> pd.DataFrame:
    """The same for each value of a column, which leads; without numbers of cases."""
    return _figures(sample, form, [by], settings, counts=False)


def flags(sample: Survey, by: str, settings: IntervalSettings, fewest: int) -> pd.DataFrame:
    """People (teams, channels) held against all: who has more critical errors, or more faulty cases.

    Columns: `figure` (critical, faulty), the column `by`, `cases`, `share` (the estimate), `bound, reference,
    p_value, adjusted_p_value, verdict, reason` as of `flag_people`. Compared are the numbers that a simple
    random sample of the same precision would have, against the share of all. Whoever has fewer than `fewest`
    cases gets no verdict and takes no part. Where nobody or everybody has a fault there are no rows.
    """
    columns = ["figure", by, "cases", "share", "bound", "reference", *_JUDGED]
    tables = []
    for name in FLAGGED:
        everyone = float(estimate(sample, Share(name), (), settings)["estimate"].iloc[0])
        people = estimate(sample, Share(name), by, settings)
        people = people[people["n"] > 0].reset_index(drop=True)
        if not 0 < everyone < 1 or people.empty:
            continue
        few = people["n"] < fewest
        alike = effective_people(people)
        alike = alike.assign(n=alike["n"].mask(few))
        judged = flag_people(alike[[by, "found", "n"]], everyone, fewest=0)
        judged = judged.assign(
            figure=name,
            cases=people["n"],
            share=people["estimate"],
            reason=judged["reason"].mask(few, "few_cases"),
        )
        tables.append(judged[columns])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def _figures(
    sample: Survey, form: InspectionForm, by: Sequence[str], settings: IntervalSettings, *, counts: bool
) -> pd.DataFrame:
    shares = [Share(name) for name in ("critical", *(f"critical:{one}" for one in CLASSES), "faulty")]
    numbers = [Count("critical")] if counts else []
    tables = [
        estimate(sample, Mean("score"), by, settings, "has_score"),
        estimate(sample, [*shares, *numbers], by, settings),
    ]
    for item in form.items:
        own: list[Share | Mean] = [Mean(f"points:{item.id}", item.id)]
        if passing_level(item) is not None:
            own = [Share(f"passed:{item.id}", label=item.id), *own]
        tables.append(estimate(sample, own, by, settings, f"applies:{item.id}"))
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=[*by, *FIGURES])
