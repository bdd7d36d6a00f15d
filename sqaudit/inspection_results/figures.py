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
from sqaudit.estimates.flags import LEVEL
from sqaudit.estimates.multiplicity import benjamini_hochberg
from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspection_results.cases import CLASSES, passing_level

POSSIBLE = (0.0, 1.0)  # of the points that could be reached
_JUDGED = ("p_value", "adjusted_p_value", "verdict", "reason")


def population_figures(sample: Survey, form: InspectionForm, settings: IntervalSettings) -> pd.DataFrame:
    """Every figure for all cases: the columns of `estimate`, then `unadjusted` and `change`.

    `item` is `score`, `critical`, `critical:<class>`, `faulty`, or the id of an item, whose figure `share`
    is the cases that pass and `mean` the part of its points; for yes and no the two are one. `unadjusted` is
    the figure of the cases with an answer at the weights of the draw: the estimate where all answered. Score
    and points are parts of what was possible: no bound lies below 0 or above 1.
    """
    after = _figures(sample, form, [], settings, counts=True)
    before = _figures(sample.unadjusted, form, [], settings, counts=True)
    return after.assign(unadjusted=before["estimate"], change=after["estimate"] - before["estimate"])


def domain_figures(sample: Survey, form: InspectionForm, by: str, settings: IntervalSettings) -> pd.DataFrame:
    """The same for each value of a column, which leads; without numbers of cases."""
    return _figures(sample, form, [by], settings, counts=False)


def flags(
    sample: Survey, form: InspectionForm, by: str, settings: IntervalSettings, fewest: int
) -> pd.DataFrame:
    """People (teams, channels) held against all: who has more critical errors, who fails an item more often.

    Columns: `figure` (critical, or an item: the share that does not pass), the column `by`, `cases` (those
    the figure applies to), `share` (the estimate), `bound, reference, p_value, adjusted_p_value, verdict,
    reason` as of `flag_people`; adjusted over all figures and people of the frame. Compared are the numbers
    that a simple random sample of the same precision would have, against the share of all. Whoever has fewer
    than `fewest` cases gets no verdict and takes no part. Where nobody or everybody fails there are no rows.
    """
    columns = ["figure", by, "cases", "share", "bound", "reference", *_JUDGED]
    names = {"critical": Share("critical")}
    names |= {item.id: Share(f"passed:{item.id}") for item in form.items if passing_level(item) is not None}
    tables = []
    for name, share in names.items():
        everyone, people = (_failing(sample, name, share, own, settings) for own in ([], [by]))
        reference = float(everyone["estimate"].iloc[0]) if len(everyone) else float("nan")
        if not 0 < reference < 1:
            continue
        few = people["n"] < fewest
        alike = effective_people(people)
        judged = flag_people(alike.assign(n=alike["n"].mask(few))[[by, "found", "n"]], reference, fewest=0)
        reason = judged["reason"].mask(few, "few_cases")
        tables.append(judged.assign(figure=name, cases=people["n"], share=people["estimate"], reason=reason))
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables, ignore_index=True)
    adjusted = benjamini_hochberg(table["p_value"])
    kept = table["verdict"].where(table["verdict"] == "no_verdict", "not_told_apart")
    return table.assign(adjusted_p_value=adjusted, verdict=kept.mask(adjusted <= LEVEL, "flagged"))[columns]


def _failing(
    sample: Survey, name: str, share: Share, by: Sequence[str], settings: IntervalSettings
) -> pd.DataFrame:
    """The share that fails, of each group with a case."""
    if name == "critical":
        found = estimate(sample, share, by, settings)
    else:
        passed = estimate(sample, share, by, settings, f"applies:{name}")
        found = passed.assign(estimate=1 - passed["estimate"])
    return found[found["n"] > 0].reset_index(drop=True)


def _figures(
    sample: Survey, form: InspectionForm, by: Sequence[str], settings: IntervalSettings, *, counts: bool
) -> pd.DataFrame:
    shares = [Share(name) for name in ("critical", *(f"critical:{one}" for one in CLASSES), "faulty")]
    numbers = [Count("critical")] if counts else []
    tables = [
        estimate(sample, Mean("score", scale=POSSIBLE), by, settings, "has_score"),
        estimate(sample, [*shares, *numbers], by, settings),
    ]
    for item in form.items:
        own: list[Share | Mean] = []
        if passing_level(item) is not None:
            own.append(Share(f"passed:{item.id}", label=item.id))
        if item.kind != "yes_no":  # there, points are the share that passes
            own.append(Mean(f"points:{item.id}", item.id, scale=POSSIBLE))
        tables.append(estimate(sample, own, by, settings, f"applies:{item.id}"))
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=[*by, *FIGURES])
