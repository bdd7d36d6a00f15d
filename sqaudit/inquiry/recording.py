"""Whether the way of recording changed: columns that were filled before and are empty now, in one segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sqaudit import intervals
from sqaudit.audit import Audit
from sqaudit.conditions import unknown_columns
from sqaudit.measure import sql
from sqaudit.measure.question import answered, event_of, single_scan
from sqaudit.periods import Period
from sqaudit.standards import Indicator

LEAST_JUMP = 0.25  # of the filled share: less is carelessness rather than another clock or form
RECORDING = ("column", "filled_before", "filled_now", "rows_before", "rows_now", "filled_elsewhere")


def recording_changes(
    audit: Audit, indicator: Indicator, where: str, before: Period, now: Period
) -> pd.DataFrame:
    """The times that are filled much less, or much more, than before inside a segment and not outside it.

    Columns out: RECORDING, shares of rows in which the column is filled; `filled_elsewhere` is that of the
    other records now. Only jumps of 25 points or more whose interval (Newcombe, for as many columns as are
    looked at) leaves zero out, and that the other records did not make too. A change of how an event is
    recorded is no change of the service: figures before and after it cannot be compared.
    """
    found = [
        _of_kind(audit, indicator, place, where, before, now)
        for place, piece in enumerate(audit.standard.pieces_of(indicator))
        if answered(piece, indicator, audit.columns) and not unknown_columns(where, audit.columns[piece.kind])
    ]
    filled = [frame for frame in found if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(RECORDING))


def _of_kind(
    audit: Audit, indicator: Indicator, place: int, where: str, before: Period, now: Period
) -> pd.DataFrame:
    piece = audit.standard.pieces_of(indicator)[place]
    columns = [name for name, kind in audit.columns[piece.kind].items() if kind == "TIMESTAMP"]
    question = audit.question(((),), (before, now), (indicator.id,))
    event = event_of(audit.standard, audit.columns, piece)
    scan = single_scan(audit.columns, question, piece, event)
    table = audit.engine.rows(sql.filled(scan, piece, where, columns))
    sides = {(row[0], row[1]): np.array(row[2:], dtype="float64") for row in table}
    old, new, other = (sides.get(key) for key in ((before.label, 1), (now.label, 1), (now.label, 0)))
    if old is None or new is None:
        return pd.DataFrame(columns=list(RECORDING))
    rows = _jumps(columns, old, new, other if other is not None else new)
    return pd.DataFrame(rows, columns=list(RECORDING))


def _jumps(
    columns: Sequence[str], old: np.ndarray, new: np.ndarray, other: np.ndarray
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    confidence = 1 - 0.05 / max(len(columns), 1)
    for name, was, there, elsewhere in zip(columns, old[1:], new[1:], other[1:], strict=True):
        shares = was / old[0], there / new[0], elsewhere / other[0]
        low, high = intervals.newcombe_difference(there, new[0], was, old[0], confidence)
        clear = low > 0 or high < 0
        own = abs(shares[1] - shares[2]) >= LEAST_JUMP or other is new
        if clear and own and abs(shares[1] - shares[0]) >= LEAST_JUMP:
            rows.append((name, shares[0], shares[1], old[0], new[0], shares[2]))
    return rows
