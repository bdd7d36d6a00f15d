"""Two findings in plain values held against each other, leaf by leaf: what differs, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.books.differing import ABSENT, DIFFERENCES, PRESENT, same_numbers

# What a mapping is about: the first of these keys that holds a text. It goes for all that lies below.
_ABOUT = {"indicator": ("indicator",), "period": ("period",), "segment": ("action", "id", "unit")}
_NOTHING = object()  # one side has no such leaf

__all__ = ["leaves_differing"]


@dataclass(frozen=True)
class _Spot:
    """A place in both trees: the path to it, and what it is about."""

    path: str = ""
    indicator: str = ""
    period: str = ""
    segment: str = ""

    def below(self, key: str | int) -> _Spot:
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if self.path else key
        return replace(self, path=self.path + step)

    def about(self, stored: Mapping[str, Any], computed: Mapping[str, Any]) -> _Spot:
        said = {
            column: next((one for one in (_text(side, keys) for side in (stored, computed)) if one), "")
            for column, keys in _ABOUT.items()
        }
        return replace(self, **{column: text for column, text in said.items() if text})


def leaves_differing(part: str, stored: Any, computed: Any) -> tuple[pd.DataFrame, int]:
    """What differs between two trees of mappings, lists and plain values, and how many leaves were compared.

    The differences are in DIFFERENCES: `figure` is the path of the leaf, lists counted from 0, a frame being
    the list of its rows; `indicator`, `period` and `segment` are what the mappings around it name. Numbers
    are the same within TOLERANCE, everything else exactly, lists by position. What only one side has is told
    once, at its top, as present there and absent on the other side.

    >>> found, count = leaves_differing("causes", {"low": 0.5, "notes": ["thin"]}, {"low": 0.5, "notes": []})
    >>> found[["figure", "stored", "computed"]].values.tolist(), count
    ([['notes[0]', 'present', 'absent']], 1)
    """
    cells, rows = 0, []
    for spot, old, new in _pairs(_Spot(), stored, computed):
        alone = old is _NOTHING or new is _NOTHING
        cells += not alone
        if alone:
            sides = [ABSENT if one is _NOTHING else PRESENT for one in (old, new)]
        elif _same(old, new):
            continue
        else:
            sides = [_shown(one) for one in (old, new)]
        rows.append((part, spot.indicator, spot.period, "", spot.segment, spot.path, *sides))
    table = pd.DataFrame(rows, columns=list(DIFFERENCES))
    return table.astype({"stored": "object", "computed": "object"}), cells


def _pairs(spot: _Spot, stored: Any, computed: Any) -> Iterator[tuple[_Spot, Any, Any]]:
    """The leaves of both, side by side; a branch that one side lacks, or has as a leaf, is a leaf."""
    old, new = _unfolded(stored), _unfolded(computed)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        inside = spot.about(old, new)
        for key in dict.fromkeys([*old, *new]):
            yield from _pairs(inside.below(str(key)), old.get(key, _NOTHING), new.get(key, _NOTHING))
    elif isinstance(old, list) and isinstance(new, list):
        for place, (one, other) in enumerate(zip_longest(old, new, fillvalue=_NOTHING)):
            yield from _pairs(spot.below(place), one, other)
    else:
        own = [one if isinstance(one, Mapping) else {} for one in (old, new)]
        yield spot.about(*own), old, new


def _unfolded(value: Any) -> Any:
    """A frame in plain values as the list of its rows.

    The types of its columns are left out: they are how pandas keeps a column, and no figure.
    """
    if not (isinstance(value, Mapping) and {"columns", "rows"} <= set(value) <= {"columns", "types", "rows"}):
        return value
    return [dict(zip(value["columns"], row, strict=True)) for row in value["rows"]]


def _same(old: Any, new: Any) -> bool:
    if _is_number(old) and _is_number(new):
        return bool(same_numbers(np.array([float(old)]), np.array([float(new)]))[0])
    return type(old) is type(new) and bool(old == new)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> Any:
    """A leaf as it is; a branch where the other side has a leaf is only said to be there."""
    return PRESENT if isinstance(value, Mapping | list) else value


def _text(side: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((side[key] for key in keys if isinstance(side.get(key), str)), "")
