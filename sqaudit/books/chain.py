"""A change taken apart along a chain of states, each of which differs from the one before in one cause."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

JOINT = "together"  # what cannot be told apart, because no state lies between
SAME = 1e-12  # relative, absolute below 1: figures that differ by less are equal

__all__ = ["JOINT", "attributed", "turned"]


def attributed(states: Sequence[pd.Series | None], causes: Sequence[str]) -> pd.DataFrame:
    """Every number that changed along a chain, its change shared out to causes; the parts add up exactly.

    `states` are numbers under one index, from the first to the last; None is a state that could not be
    computed. `causes` name what was changed from each state to the next; one may stand several times, and
    its parts are added up. Where a number is missing in a state between, the causes around that state cannot
    be told apart: their part stands in `together`, and `together_causes` names them.

    Columns out, under the index: `before, now, change`, one per cause, `together, together_causes,
    turned_at`. A number that is missing first or last has no change (NaN throughout); `turned_at` names the
    cause with which it appeared or vanished. Numbers that never move are left out. ValueError where there is
    not one cause for each step, or the first or last state is missing.

    >>> first, second, third = (pd.Series({"a": value}) for value in (0.80, 0.82, 0.85))
    >>> attributed([first, second, third], ["data", "period"]).round(3).iloc[0, :5].to_list()
    [0.8, 0.85, 0.05, 0.02, 0.03]
    >>> attributed([first, None, third], ["data", "period"])[["data", "period", "together_causes"]]
       data  period together_causes
    a   0.0     0.0     data+period
    """
    _check(states, causes)
    index = _index(states)
    there = [place for place, state in enumerate(states) if state is not None]
    columns = [state.reindex(index).to_numpy("float64") for state in states if state is not None]
    numbers = np.column_stack(columns) if len(index) else np.empty((0, len(there)))
    moved = _moved(numbers)
    names = list(dict.fromkeys(causes))
    rows = [_row(row, there, causes, names) for row in numbers[moved]]
    shown = ["before", "now", "change", *names, JOINT, f"{JOINT}_causes", "turned_at"]
    return pd.DataFrame(rows, index=index[moved], columns=shown)


def turned(
    states: Sequence[pd.Series | None], causes: Sequence[str], unknown: Collection[str] = ()
) -> pd.DataFrame:
    """Every word that changed along a chain, and with which cause: `before, now, turned_at`.

    A word that turned several times on its way names all the causes, in order. One that is the same in the
    end as it was is left out, and a missing word is an empty one. A word of `unknown` in a state between is
    no turn, unless the word is one of them first or last: nothing could be said there.

    >>> words = [pd.Series({"a": word}) for word in ("met", "met", "not_met")]
    >>> turned(words, ["data", "period"]).loc["a"].to_list()
    ['met', 'not_met', 'period']
    """
    _check(states, causes)
    index = _index(states)
    there = [place for place, state in enumerate(states) if state is not None]
    told = [
        state.reindex(index).astype("object").where(lambda one: one.notna(), "").tolist()
        for state in states
        if state is not None
    ]
    rows, kept = [], []
    for place in range(len(index)):
        words = [state[place] for state in told]
        if words[0] != words[-1]:
            kept.append(place)
            ends_known = words[0] not in unknown and words[-1] not in unknown
            said = [one for one in range(len(words)) if not (ends_known and words[one] in unknown)]
            turns = _where([words[one] for one in said], [there[one] for one in said], causes)
            rows.append((words[0], words[-1], turns))
    return pd.DataFrame(rows, index=index[kept], columns=["before", "now", "turned_at"])


def _check(states: Sequence[pd.Series | None], causes: Sequence[str]) -> None:
    if len(states) != len(causes) + 1:
        raise ValueError(f"a chain of {len(states)} states has {len(states) - 1} causes, not {len(causes)}.")
    if states[0] is None or states[-1] is None:
        raise ValueError("the first and the last state of a chain must be known.")


def _index(states: Sequence[pd.Series | None]) -> pd.Index:
    """Every key of any state, those of the first and the last before those that only come between."""
    known = [state.index for state in (states[0], states[-1], *states[1:-1]) if state is not None]
    whole = known[0]
    for further in known[1:]:
        whole = whole.append(further[~further.isin(whole)])
    return whole


def _moved(numbers: np.ndarray) -> np.ndarray:
    """Rows in which some state differs from the first."""
    first = numbers[:, :1]
    scale = np.maximum(1.0, np.fmax(np.abs(first), np.abs(numbers)))
    with np.errstate(invalid="ignore"):
        alike = np.abs(numbers - first) <= SAME * scale
    ends_known = ~np.isnan(numbers[:, 0]) & ~np.isnan(numbers[:, -1])
    silent = np.isnan(numbers) & ends_known[:, None]  # a gap on the way is no change by itself
    return np.asarray(~(alike | silent | (np.isnan(numbers) & np.isnan(first))).all(axis=1))


def _row(
    numbers: np.ndarray, there: Sequence[int], causes: Sequence[str], names: Sequence[str]
) -> dict[str, object]:
    before, now = float(numbers[0]), float(numbers[-1])
    turned_at = _where([bool(np.isnan(one)) for one in numbers], there, causes)
    if math.isnan(before) or math.isnan(now):
        blank = dict.fromkeys(["change", *names, JOINT], math.nan)
        return {"before": before, "now": now, **blank, f"{JOINT}_causes": "", "turned_at": turned_at}
    parts, joint = dict.fromkeys([*names, JOINT], 0.0), []
    known = [(place, float(one)) for place, one in zip(there, numbers, strict=True) if not math.isnan(one)]
    for (start, old), (end, new) in pairwise(_steady(known)):
        between = list(dict.fromkeys(causes[start:end]))
        parts[between[0] if len(between) == 1 else JOINT] += new - old
        if len(between) > 1 and new != old:
            joint.append("+".join(between))
    change = now - before
    largest = max(parts, key=lambda name: abs(parts[name]))
    parts[largest] += change - math.fsum(parts.values())  # rounding of large numbers
    told = "; ".join(dict.fromkeys(joint))
    return {"before": before, "now": now, "change": change, **parts, f"{JOINT}_causes": told, "turned_at": ""}


def _steady(known: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """The numbers of a chain, without what only the order of a sum made of them: no cause did that."""
    kept = [known[0]]
    for place, number in known[1:]:
        before = kept[-1][1]
        alike = abs(number - before) <= SAME * max(1.0, abs(before), abs(number))
        kept.append((place, before if alike else number))
    return kept


def _where(values: Sequence[Hashable], there: Sequence[int], causes: Sequence[str]) -> str:
    """The causes with which a value turned, in order; those that cannot be told apart joined by a plus."""
    places = list(zip(there, values, strict=True))
    found = [
        "+".join(dict.fromkeys(causes[start:end]))
        for (start, old), (end, new) in pairwise(places)
        if old != new
    ]
    return ", ".join(dict.fromkeys(found))
