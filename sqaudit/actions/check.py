"""An action held against the figures: its segment, the untreated ones, and the verdict on its effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from sqaudit.actions.counts import PER_WEEK, on_one_scale
from sqaudit.actions.model import Action
from sqaudit.frames import require
from sqaudit.verification import Verification, verify
from sqaudit.verification.series import Kind, series

__all__ = ["checked", "every_other", "segment_points", "stood_worst", "untreated"]

_KINDS: dict[str, Kind] = {"share": "share", PER_WEEK: "rate"}


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


def every_other(figures: pd.DataFrame, action: Action) -> pd.DataFrame:
    """All segments beside that of the action, those with actions of their own too: a column `segment` more.

    Among these the segment was picked, whatever was done in them since.
    """
    return untreated(figures, action)


def stood_worst(
    action: Action, figures: pd.DataFrame, direction: str | None = None, minimum_cases: int = 1
) -> bool:
    """Whether the segment of the action had the worst figure of all before the action began.

    Then it was probably picked for that, and part of what made it worst would have gone by itself. Judged by
    what lies before the action alone. Segments with fewer cases than the minimum are not compared;
    the whole, and a segment without others, is not worst of anything.
    """
    points = segment_points(figures, action)
    others = every_other(figures, action)
    if action.start is None or points.empty or others.empty:
        return False
    side = action.expected.direction or direction or _said(points, "direction")
    good = -1.0 if side == "lower" else 1.0
    kind: Kind = _KINDS.get(_said(points, "unit") or "share", "mean")
    own, *rest = (
        _level_before(part, action.start, kind, minimum_cases)
        for part in (points, *(part for _, part in others.groupby("segment", sort=True)))
    )
    known = [good * level for level in rest if level == level]
    return own == own and bool(known) and good * own <= min(known)


def checked(
    action: Action,
    figures: pd.DataFrame,
    actions: Iterable[Action] = (),
    *,
    direction: str | None = None,
    transition: int = 0,
    chosen_as_worst: bool = False,
    peers: pd.DataFrame | None = None,
    confidence: float = 0.95,
    until: date | None = None,
) -> Verification:
    """The verification of an action from measured figures by period and segment, controls found by rule.

    Columns in: a measurement frame by a grain of time and the dimensions of the action's segment, with
    `direction` and `unit` (or the direction given), a bare count as by `per_week`.
    The planned effect is taken from the action: the level to
    reach, less the level before, or the change. `peers`: as in `verify`, in the columns of `figures`.
    `until`: periods that begin later are left out.
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
    if kind == "rate":
        controls = on_one_scale(controls, points, action.start, transition)
    found = verify(
        _as_points(points, kind),
        action.start,
        action.planned_effect(before.level(before.before), good),
        good,  # type: ignore[arg-type]
        controls=_as_points(controls, kind) if len(controls) else None,
        peers=_as_points(peers, kind) if peers is not None and len(peers) else None,
        chosen_as_worst=chosen_as_worst,
        kind=kind,
        transition=transition,
        confidence=confidence,
    )
    found = _reached_before(found, action)
    # Nobody can tell whether the whole, or a condition, was the worst of anything.
    said = {"bare_count": kind == "rate", "perhaps_picked": not action.dimensions}
    return replace(found, notes=(*found.notes, *(code for code, applies in said.items() if applies)))


def _reached_before(found: Verification, action: Action) -> Verification:
    """The verification with a note that the level to reach was no gain any more, if it was none."""
    level = action.expected.to
    if found.planned_effect is not None or level is None or found.before != found.before:
        return found
    notes = ("level_reached_before" if one == "planned_effect_unknown" else one for one in found.notes)
    return replace(found, notes=tuple(notes), level_to_reach=level)


def _level_before(points: pd.DataFrame, start: date, kind: Kind, minimum_cases: int) -> float:
    """The figure before the action; NaN with too few cases."""
    found = series(_as_points(points, kind), start, kind)
    cases = found.numerator if kind == "rate" else found.cases
    return found.level(found.before) if cases[found.before].sum() >= minimum_cases else float("nan")


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
