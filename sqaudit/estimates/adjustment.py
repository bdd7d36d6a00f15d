"""Weights brought to known class sizes, or carried from cases without an answer to those with one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.estimates.bounds import IntervalSettings
from sqaudit.estimates.domains import domains
from sqaudit.estimates.estimate import estimate
from sqaudit.estimates.items import Item
from sqaudit.estimates.layout import Array, Integers
from sqaudit.estimates.survey import Adjustment, Survey
from sqaudit.estimates.variance import ordered_sums

SMALLEST = 20  # answers a class needs: a customary floor, Kalton and Flores-Cervantes (2003)
CLASSES = (
    "class", "sampled", "respondents", "nonrespondents", "weight_before", "weight_after", "factor",
    "merged_into", "reason",
)  # fmt: skip

SmallClasses = Literal["merge", "refuse"]


def poststratify(sample: Survey, column: str, sizes: Mapping[object, float]) -> Survey:
    """The sample with weights that add up to the known size of each class of the population.

    `sizes` has the number of cases of every class of `column`. The standard errors of figures then count only
    what varies within classes. ValueError, with all reasons, for classes of the sample without a size,
    classes of the population without a case in the sample (merge them with another first), missing classes,
    or sizes of 0 or less.

    Source: Sarndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 7.6.

    >>> from sqaudit.estimates import Mean, SurveyDesign, survey
    >>> calls = pd.DataFrame({"kind": ["new", "new", "old"], "minutes": [4.0, 6.0, 2.0], "calls": 90})
    >>> sample = survey(calls, SurveyDesign(populations="calls"))
    >>> adjusted = poststratify(sample, "kind", {"new": 30, "old": 60})
    >>> adjusted.weights.tolist(), float(estimate(adjusted, Mean("minutes"))["estimate"].iloc[0])
    ([15.0, 15.0, 60.0], 3.0)
    """
    _refuse_sizes(sample, column, sizes)
    group = domains(sample.frame, [column])
    labels = group.names[column].tolist()
    held = ordered_sums(group.of_row, sample.weights, group.count)
    # Cases without an answer weigh nothing and may be of a class that nobody else is of.
    known = np.array([float(sizes[label]) if held[at] > 0 else 0.0 for at, label in enumerate(labels)])
    after = sample.weights * (known / np.where(held > 0, held, 1.0))[group.of_row]
    counted = np.bincount(group.of_row[sample.weights > 0], minlength=group.count)
    classes = _classes(labels, counted, counted, held, known, [""] * len(labels), [""] * len(labels))
    added = Adjustment("poststratification", classes, group.of_row, sample.weights, after)
    return replace(sample, weights=after, adjustments=(*sample.adjustments, added))


def adjust_for_nonresponse(
    sample: Survey,
    responded: str,
    classes: str | Sequence[str],
    smallest: int = SMALLEST,
    small_classes: SmallClasses = "merge",
) -> Survey:
    """The sample with the weight of cases without an answer given to those of their class who answered.

    `responded` names a column of true and false, one row for each sampled case, answered or not. `classes`
    are columns known for all sampled cases; within a class those who answered are taken to speak for those
    who did not, which no figure can prove. A class with fewer than `smallest` answers is merged, smallest
    first (ties by name), with the class whose weighted response rate is nearest (ties by name), until all are
    large enough or one class is left; with `small_classes="refuse"` a ValueError names all classes that are
    too small instead. The adjustment's `classes` tell what became of each class and how many did not answer.

    Standard errors keep all sampled cases: who answers is taken as a second phase of drawing, at random
    within classes. ValueError also when nobody answered, a class is missing, or `responded` is not all true
    and false.

    Source: weighting classes: Kalton and Flores-Cervantes (2003), J. Off. Stat. 19:81-97; variance: Sarndal,
    Swensson and Wretman (1992), chapters 9 and 15.
    """
    named = [classes] if isinstance(classes, str) else [*classes]
    answered = _answered(sample, responded, named)
    group = domains(sample.frame, named)
    labels = [" / ".join(map(str, row)) for row in group.names.itertuples(index=False)]
    into, reasons = _merged(labels, group.of_row, sample.weights, answered, smallest, small_classes)
    cell = into[group.of_row]
    kept = np.where(answered, sample.weights, 0.0)
    held, left = (ordered_sums(cell, weight, len(labels)) for weight in (sample.weights, kept))
    after = kept * (held / np.where(left > 0, left, 1.0))[cell]
    table = _classes(
        labels,
        np.bincount(group.of_row, minlength=len(labels)),
        np.bincount(group.of_row[answered], minlength=len(labels)),
        held[into],
        np.where(left > 0, held, 0.0)[into],
        ["" if target == own else labels[target] for own, target in enumerate(into)],
        reasons,
    )
    table["factor"] = (held / np.where(left > 0, left, np.nan))[into]
    dense = np.unique(cell, return_inverse=True)[1].astype(np.int64)
    added = Adjustment("nonresponse", table, dense, sample.weights, after)
    return replace(
        sample,
        weights=after,
        adjustments=(*sample.adjustments, added),
        responded=answered.astype(np.float64),
    )


def beside_unadjusted(
    sample: Survey,
    items: Item | Sequence[Item],
    by: str | Sequence[str] = (),
    settings: IntervalSettings | None = None,
) -> pd.DataFrame:
    """The frame of `estimate` after all adjustments, with `unadjusted`, its standard error, and the `change`.

    The unadjusted figure is that of the cases with an answer at the weights of the design. A large change
    says that classes differ in what they answer and in how often; none does not say that those without an
    answer agree.
    """
    after = estimate(sample, items, by, settings)
    before = estimate(sample.unadjusted, items, by, settings)
    after["unadjusted"] = before["estimate"]
    after["unadjusted_standard_error"] = before["standard_error"]
    after["change"] = after["estimate"] - before["estimate"]
    return after


def _merged(
    labels: list[str], group: Integers, weights: Array, answered: Array, smallest: int, small: SmallClasses
) -> tuple[Integers, list[str]]:
    """For each class the one it ended up in, and why."""
    count = len(labels)
    answers = np.bincount(group[answered], minlength=count).astype(np.float64)
    held = ordered_sums(group, weights, count)
    gave = ordered_sums(group, np.where(answered, weights, 0.0), count)
    few = [position for position in range(count) if answers[position] < smallest]
    if small == "refuse" and few:
        told = ", ".join(f"{labels[position]} ({int(answers[position])})" for position in few)
        raise ValueError(
            f"{len(few)} classes have fewer than {smallest} answers: {told}; merge them or lower the floor."
        )
    into, live = np.arange(count, dtype=np.int64), list(range(count))
    while len(live) > 1:
        least = min(live, key=lambda position: (answers[position], labels[position]))
        if answers[least] >= smallest:
            break
        rate = gave[least] / held[least]
        live.remove(least)
        nearest = min(live, key=lambda other: (abs(gave[other] / held[other] - rate), labels[other]))
        into[into == least] = nearest
        for amounts in (answers, held, gave):
            amounts[nearest] += amounts[least]
    merged = ["few_answers" if into[own] != own else "" for own in range(count)]
    still = [position for position in live if answers[position] < smallest]
    return into, ["still_few_answers" if own in still else merged[own] for own in range(count)]


def _answered(sample: Survey, responded: str, classes: list[str]) -> Array:
    frame, faults = sample.frame, []
    faults += [f"{name}: no such column." for name in (responded, *classes) if name not in frame]
    if not faults:
        column = frame[responded]
        if column.isna().any() or not column.isin([True, False]).all():
            faults.append(f"{responded}: every case must be true or false; others were found.")
        elif not column.astype(bool).any():
            faults.append(f"{responded}: nobody answered, so there is nothing to estimate from.")
        faults += [
            f"{name}: {int(frame[name].isna().sum())} cases have no class, and all sampled cases need one."
            for name in classes
            if frame[name].isna().any()
        ]
    if sample.adjustments:
        faults.append("The weights were adjusted before; adjust for non-response first.")
    if faults:
        raise ValueError("The weights cannot be adjusted: " + " ".join(faults))
    return frame[responded].to_numpy(dtype=bool)


def _refuse_sizes(sample: Survey, column: str, sizes: Mapping[object, float]) -> None:
    if column not in sample.frame:
        raise ValueError(f"{column}: no such column to post-stratify by.")
    labels = sample.frame.loc[sample.weights > 0, column]
    present = set(labels.dropna())
    faults = []
    if labels.isna().any():
        faults.append(f"{int(labels.isna().sum())} cases have no class.")
    if unknown := _sorted(label for label in present if label not in sizes):
        faults.append(f"no size was given for {', '.join(unknown)}.")
    if empty := _sorted(label for label in sizes if label not in present):
        faults.append(f"the sample has no case of {', '.join(empty)}; merge with another class.")
    if wrong := _sorted(label for label, size in sizes.items() if not 0 < float(size) < float("inf")):
        faults.append(f"sizes must be above 0: {', '.join(wrong)}.")
    if faults:
        raise ValueError(f"{column} cannot bring the sample to the population: " + " ".join(faults))


def _sorted(labels: Iterable[object]) -> list[str]:
    return sorted(str(label) for label in labels)


def _classes(
    labels: Sequence[object],
    sampled: npt.NDArray[np.integer],
    answers: npt.NDArray[np.integer],
    before: Array,
    after: Array,
    into: list[str],
    reasons: list[str],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "class": labels,
            "sampled": sampled,
            "respondents": answers,
            "nonrespondents": sampled - answers,
            "weight_before": before,
            "weight_after": after,
            "factor": after / np.where(before > 0, before, np.nan),
            "merged_into": into,
            "reason": reasons,
        }
    )
