"""Whether the make-up of the records changed: a field that began to be filled, a queue that appeared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.control.change_point import DRAWS, LEAST_SIDE, SEED
from sqaudit.control.lines import Array
from sqaudit.frames import require

LEAST_MOVED = 0.2  # share of the records that would have to be of another class; less is everyday drift


@dataclass(frozen=True)
class CompositionChange:
    """Whether and since when records are made up differently.

    `moved`: the share of records whose class would have to differ (total variation distance) between
    before and after; `group`: the class that moved most, with its share `before` and `after`; `p_value`:
    chance of so clear a change anywhere, were the periods alike. Without a change `since` and `group` are
    None.
    """

    found: bool
    since: object
    moved: float
    group: str | None
    before: float
    after: float
    p_value: float


def composition_change(counts: pd.DataFrame, confidence: float = 0.95) -> CompositionChange:
    """The one most likely break in how records divide into the classes of a column, if there is a clear one.

    Columns in: `period, group, count` (a missing group is a class of its own: a field no longer filled is
    a break). A break in a column that nobody in the service decides on (a flag, a status, an owner that is
    suddenly empty) says that the records changed; figures before and after it do not compare. Clear means
    that the p-value is below 1 - confidence and at least a fifth of the records moved.

    The likelihood ratio of two multinomial distributions against one, at its best place with three periods on
    each side, held against the same search in 1,999 shufflings of the periods in time. Fewer than six
    periods give no answer (NaN). ValueError for negative counts.

    Source: Horváth and Serbinowska (1995), Scand. J. Stat. 22:371-384 (multinomial change point).

    >>> frame = pd.DataFrame({"period": [*range(10)] * 2, "group": ["filled"] * 10 + ["empty"] * 10})
    >>> found = composition_change(frame.assign(count=[90] * 5 + [5] * 5 + [10] * 5 + [95] * 5))
    >>> found.since, found.group, round(found.moved, 2)
    (5, 'empty', 0.85)
    """
    require(counts, ["period", "group", "count"], "a search for a break in the make-up")
    if (counts["count"] < 0).any():
        raise ValueError(f"counts must be 0 or more; found {counts['count'].min():g}.")
    named = counts.assign(group=counts["group"].astype(object).where(counts["group"].notna(), "").astype(str))
    table = named.pivot_table(index="period", columns="group", values="count", aggfunc="sum", fill_value=0)
    table = table[table.sum(axis=1) > 0].sort_index()
    cells = table.to_numpy(dtype=np.float64)
    nan = float("nan")
    if len(table) < 2 * LEAST_SIDE:
        return CompositionChange(False, None, nan, None, nan, nan, nan)
    ratios = _likelihood_ratios(cells[None])[0]
    at = int(np.argmax(ratios)) + LEAST_SIDE
    p_value = _p_value(cells, float(ratios.max()))
    before, after = (part.sum(axis=0) / part.sum() for part in (cells[:at], cells[at:]))
    moved = float(np.abs(after - before).sum() / 2)
    if p_value >= 1 - confidence or moved < LEAST_MOVED:
        return CompositionChange(False, None, moved, None, nan, nan, p_value)
    most = int(np.argmax(np.abs(after - before)))
    return CompositionChange(
        True,
        table.index.tolist()[at],
        moved,
        str(table.columns[most]),
        float(before[most]),
        float(after[most]),
        p_value,
    )


def _likelihood_ratios(cells: Array) -> Array:
    """For each series (first axis) the log likelihood ratio of a break at each place."""
    sums = np.cumsum(cells, axis=1)
    first, whole = sums[:, LEAST_SIDE - 1 : -LEAST_SIDE], sums[:, -1:]
    return _information(first) + _information(whole - first) - _information(whole)


def _information(sums: Array) -> Array:
    total = sums.sum(axis=-1)
    return np.asarray(special.xlogy(sums, sums).sum(axis=-1) - special.xlogy(total, total))


def _p_value(cells: Array, best: float) -> float:
    draw = np.random.default_rng(SEED)
    as_clear = 0
    for start in range(0, DRAWS, 200):  # in parts, as cells may be many
        many = min(200, DRAWS - start)
        order = draw.permuted(np.tile(np.arange(len(cells)), (many, 1)), axis=1)
        as_clear += int((_likelihood_ratios(cells[order]).max(axis=1) >= best * (1 - 1e-9)).sum())
    return (1 + as_clear) / (1 + DRAWS)
