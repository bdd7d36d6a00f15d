"""An action held against the figures: its segment, the untreated ones, and the verdict on its effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pandas as pd

from sqaudit.actions.model import Action
from sqaudit.frames import require
from sqaudit.verification import Verification, verify
from sqaudit.verification.series import Kind, series

__all__ = ["checked", "segment_points", "untreated"]

_KINDS: dict[str, Kind] = {"share": "share"}


def segment_points(figures: pd.DataFrame, action: Action) -> pd.DataFrame:
    """The figures of the action's indicator in its segment, one row for each period.

    Columns in: `indicator, period` and the dimensions of the segment; a FrameError lists what is missing.
    """
    values = action.dimensions
    if values is None:
        raise ValueError(
            f"action {action.id}: '{action.segment}' is no segment by dimensions; measure by condition."
        )
    require(figures, ["indicator", "period", *values], f"the check of action {action.id}")
    rows = figures["indicator"] == action.indicator
    for name, value in values.items():
        rows &= figures[name].astype("string") == value
    return figures[rows].reset_index(drop=True)


def untreated(figures: pd.DataFrame, action: Action, actions: Iterable[Action] = ()) -> pd.DataFrame:
    """The segments beside that of the action that had no such measure, as controls: a column `segment` more.

    Chosen without a look at results: every other value of the same dimensions is a control, unless an action
    on the same indicator had begun there at any time up to the end of the figures, or its name is missing.
    Several dimensions make one name. An action for the whole has no controls: the frame is empty.
    """
    values = action.dimensions or {}
    own = figures[figures["indicator"] == action.indicator]
    if not values:
        return own.iloc[:0].assign(segment=pd.Series(dtype="object"))
    names = own[list(values)].astype("string")
    segment = names.iloc[:, 0]
    for name in list(values)[1:]:
        segment = segment + " & " + names[name]
    rows = segment.notna() & (segment != " & ".join(values.values()))
    for other in actions:
        if other.id == action.id or other.indicator != action.indicator or other.start is None:
            continue
        if other.status == "dropped" or other.dimensions is None:
            continue
        common = {name: value for name, value in other.dimensions.items() if name in values}
        touched = np.ones(len(own), dtype=bool)
        for name, value in common.items():
            touched &= (names[name] == value).fillna(False).to_numpy(bool)
        if common:  # an action for everybody, or by other dimensions, moves the controls alike
            rows &= ~touched
    return own.assign(segment=segment)[rows].reset_index(drop=True)


def checked(
    action: Action,
    figures: pd.DataFrame,
    actions: Iterable[Action] = (),
    *,
    direction: str | None = None,
    transition: int = 0,
    chosen_as_worst: bool = False,
    confidence: float = 0.95,
    until: date | None = None,
) -> Verification:
    """The verification of an action from measured figures by period and segment, controls found by rule.

    Columns in: a measurement frame by a grain of time and the dimensions of the action's segment, with
    `direction` and `unit` (or the direction given). The planned effect is taken from the action: the level to
    reach, less the level before, or the change. `until`: periods that begin later are left out.
    ValueError where the action has no start, no indicator, or a segment that is no plain one.
    """
    if action.start is None or action.indicator is None:
        raise ValueError(f"action {action.id} has no start or no indicator: there is nothing to verify.")
    points = segment_points(_until(figures, until), action)
    side = action.expected.direction or direction or _said(points, "direction")
    good = "lower" if side == "lower" else "higher"
    kind: Kind = _KINDS.get(_said(points, "unit") or "share", "mean")
    before = series(_as_points(points, kind), action.start, kind, transition)
    controls = untreated(_until(figures, until), action, actions)
    return verify(
        _as_points(points, kind),
        action.start,
        action.planned_effect(before.level(before.before), good),
        good,  # type: ignore[arg-type]
        controls=_as_points(controls, kind) if len(controls) else None,
        chosen_as_worst=chosen_as_worst,
        kind=kind,
        transition=transition,
        confidence=confidence,
    )


def _as_points(figures: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    return figures.rename(columns={"denominator": "n"}) if kind == "mean" else figures


def _said(points: pd.DataFrame, column: str) -> str | None:
    known = points[column].dropna() if column in points else pd.Series(dtype="object")
    return str(known.iloc[0]) if len(known) else None


def _until(figures: pd.DataFrame, until: date | None) -> pd.DataFrame:
    if until is None:
        return figures
    from sqaudit.periods import parse

    starts: Mapping[object, date | None] = {
        period: parse(str(period)).start for period in figures["period"].unique()
    }
    kept = [start is None or start <= until for start in figures["period"].map(starts)]
    return figures[kept].reset_index(drop=True)
