"""Whether the sample could have been drawn as it says: against its frame, and against the census."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sqaudit.estimates import (
    DrawSettings,
    IntervalSettings,
    Share,
    Survey,
    holm,
    reconcile,
    sample_integrity,
)
from sqaudit.inspection_results.cases import passing_level
from sqaudit.inspection_results.design import drawn_survey
from sqaudit.inspection_results.model import Inspection

FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
INTEGRITY = (
    *("dimension", "test", "statistic", "degrees_of_freedom", "p_value", "adjusted_p_value", "consistent"),
    *("drawn", "cases", "strata", "reason"),
)
NOT_TESTED = "not_testable_by_design"
UNKNOWN_DURATIONS = "durations_missing_or_equal"
UNEQUAL = ("cluster", "proportional_to_size")  # the profile of the frame has no clusters and no sizes


def integrity(inspection: Inspection, level: float = 0.05) -> pd.DataFrame:
    """For channel, agent, hour and duration, whether the drawn cases could be a random part of the frame.

    In the columns INTEGRITY, as of `sample_integrity`, adjusted over all dimensions (Holm). The frame is
    known by its profile: counts by value and stratum, and deciles of durations, of which every second is
    used: a duration stands for the fifth of its stratum that it lies in. Designs that draw clusters, or with
    unequal chances, are not tested; nor are durations that are missing or equal at the bounds of fifths.
    """
    rows: list[dict[str, object]] = []
    for one in _dimensions(inspection):
        if one.reason:
            rows.append({"dimension": one.name, "test": "none", "reason": one.reason})
            continue
        setting = DrawSettings("stratum", level=level)
        own = sample_integrity(one.expanded, "drawn", [one.name], (), setting).iloc[0]
        rows.append({"dimension": one.name, **{name: own[name] for name in INTEGRITY[1:]}})
    table = pd.DataFrame(rows, columns=list(INTEGRITY))
    table["adjusted_p_value"] = holm(table["p_value"].astype("float64"))
    consistent = (table["adjusted_p_value"] >= level).astype("boolean")
    return table.assign(consistent=consistent.mask(table["p_value"].isna()))


def reconciliation(
    inspection: Inspection, cases: pd.DataFrame, answered: Survey | None, settings: IntervalSettings
) -> pd.DataFrame:
    """Indicators known of all cases, beside what the sample says of them; `of` drawn, answered, judged.

    As of `reconcile`. Of the drawn cases a difference beyond chance says that the draw was not random (or the
    records changed since); of those answered, that those who were not inspected differ from the others.
    `judged` is the share that passes the item which names the indicator: a difference says that people judge
    otherwise than timestamps do. The figures of the census come from the frame of the sample and stand in a
    column of their own.
    """
    known = dict(zip(inspection.census["indicator"], _shares(inspection.census), strict=True))
    known = {name: share for name, share in known.items() if not np.isnan(share)}
    if not known:
        return pd.DataFrame(columns=["of", "indicator"])
    wide = inspection.statuses.pivot(index="case_id", columns="indicator", values="met").reindex(
        columns=list(known)
    )
    figures = wide.astype("float64").reindex(cases["case_id"]).set_axis(cases.index, axis=0)
    widened = pd.concat([cases, figures.add_prefix("met:")], axis=1)
    items = {name: Share(f"met:{name}", label=name) for name in known}
    drawn = drawn_survey(inspection, widened)
    tables = [reconcile(drawn, items, known, settings).assign(of="drawn")]
    if answered is not None and not cases["answered"].all():
        tables.append(
            reconcile(replace(answered, frame=widened), items, known, settings).assign(of="answered")
        )
    judged = _judged(inspection, known)
    if answered is not None and judged:
        own = {name: known[name] for name in judged}
        tables.append(reconcile(answered, judged, own, settings).assign(of="judged"))
    both = pd.concat(tables, ignore_index=True)
    return both[["of", *(name for name in both.columns if name != "of")]]


def _judged(inspection: Inspection, known: Mapping[str, float]) -> dict[str, Share]:
    """The items of the form that ask what an indicator of the census tells."""
    items = inspection.form.items if inspection.form is not None else []
    return {
        item.indicator: Share(f"passed:{item.id}", label=item.id)
        for item in items
        if item.indicator is not None and item.indicator in known and passing_level(item) is not None
    }


def _shares(census: pd.DataFrame) -> pd.Series:
    judged = census["judged"].astype("float64")
    return census["met"].astype("float64") / judged.where(judged > 0)


@dataclass(frozen=True)
class _Dimension:
    """A dimension of the profile: numbers of cases by stratum and value, of the frame and of the drawn."""

    name: str
    frame: pd.DataFrame  # stratum, value, cases
    drawn: pd.DataFrame  # stratum, value; one row for each drawn case
    reason: str = ""

    @property
    def expanded(self) -> pd.DataFrame:
        """One row for each case of the frame: `stratum`, the dimension, and whether it was drawn."""
        drawn = self.drawn.value_counts().rename("drawn")
        table = self.frame.groupby(["stratum", "value"], sort=True)["cases"].sum().to_frame()
        table = table.join(drawn, how="outer").fillna(0).astype("int64").reset_index()
        size = table[["cases", "drawn"]].max(axis=1).to_numpy()
        row = np.repeat(np.arange(len(table)), size)
        place = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
        return pd.DataFrame(
            {
                "stratum": pd.Categorical(table["stratum"]).take(row),
                self.name: pd.Categorical(table["value"]).take(row),
                "drawn": place < table["drawn"].to_numpy()[row],
            }
        )


def _dimensions(inspection: Inspection) -> Iterator[_Dimension]:
    profile = inspection.profile_counts
    for name, own in profile.groupby("dimension", sort=False) if len(profile) else ():
        values = _texts(own["value"])
        frame = pd.DataFrame({"stratum": own["stratum"], "value": values, "cases": own["cases"]})
        yield _held(inspection, str(name), frame, _values(inspection, str(name)))
    if len(inspection.profile_durations):
        yield _durations(inspection)


def _held(
    inspection: Inspection, name: str, frame: pd.DataFrame, values: pd.Series | None, reason: str = ""
) -> _Dimension:
    if inspection.design in UNEQUAL or values is None:
        return _Dimension(name, frame, frame, NOT_TESTED)
    drawn = pd.DataFrame({"stratum": inspection.cases["stratum"].astype("object"), "value": values})
    return _Dimension(name, frame, drawn, reason)


def _values(inspection: Inspection, name: str) -> pd.Series | None:
    """What the drawn cases have in a dimension, as the profile writes it; `hour` is that of their event."""
    cases, event = inspection.cases, inspection.event
    if name == "hour" and event is not None and event in cases:
        return _texts(pd.to_datetime(cases[event]).dt.hour.astype("Int64"))
    return _texts(cases[name]) if name in cases else None


def _texts(values: pd.Series) -> pd.Series:
    return values.astype("object").where(values.notna(), "").astype(str)


def _durations(inspection: Inspection) -> _Dimension:
    """Durations as the fifth of their stratum that they lie in; each fifth has the cases it must have."""
    name = inspection.duration or "duration"
    values = inspection.cases.get(name)
    if values is None or values.isna().any():
        return _Dimension(name, pd.DataFrame(), pd.DataFrame(), UNKNOWN_DURATIONS)
    sizes = inspection.strata.set_index("stratum")["stratum_size"]
    rows, places = [], pd.Series("", index=values.index, dtype="object")
    for stratum, own in inspection.profile_durations.groupby("stratum"):
        cuts = own.set_index(own["quantile"].round(1))["value"].reindex(FIFTHS).to_numpy(dtype="float64")
        if not (np.diff(cuts) > 0).all():
            return _Dimension(name, pd.DataFrame(), pd.DataFrame(), UNKNOWN_DURATIONS)
        here = inspection.cases["stratum"] == stratum
        fifth = np.searchsorted(cuts[1:-1], values[here].to_numpy(dtype="float64"), side="left")
        places[here] = fifth.astype(str)
        # The quantile q of N values lies at the place (N - 1) q: floor((N - 1) q) + 1 are not above it.
        up_to = [*(math.floor((sizes[stratum] - 1) * part) + 1 for part in FIFTHS[1:-1]), sizes[stratum]]
        rows += [(stratum, str(at), int(n)) for at, n in enumerate(np.diff([0, *up_to]))]
    return _held(inspection, name, pd.DataFrame(rows, columns=["stratum", "value", "cases"]), places)
